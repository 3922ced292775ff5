//! `custom-details`

use crate::content::Template;
use crate::content::model::{Text, field};
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits::{CUSTOM_DETAIL_KEY, CUSTOM_DETAIL_VALUE, CUSTOM_DETAILS};
use crate::rules::entities::is_column_name;
use crate::rules::result_columns::{QueryResult, check_column_ref};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::Node;

declare_rule! {
    /// Custom details that Sentinel does not take.
    ///
    /// ## Why is this bad?
    ///
    /// A rule has 20 custom details at most. The name of one begins with a letter, has letters, digits and
    /// `_`, and is at most 20 characters long; its value is the name of a column. Sentinel and the upstream
    /// repository's checks refuse anything else.
    ///
    /// The column is one that the query returns, or the detail stays empty; the finding shows where the query lost it.
    /// Where the columns come from a schema that may differ from your workspace, that is a warning.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// kind: Scheduled
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// customDetails:
    ///   Remote host: RemoteUrl
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// kind: Scheduled
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// customDetails:
    ///   RemoteHost: RemoteUrl
    /// ```
    ///
    /// ## Fix safety
    ///
    /// In place of a column that the query does not return, the nearest one is named, or the one that it was renamed to.
    /// Perhaps the query should return it instead, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/surface-custom-details-in-alerts>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) CustomDetails {
        id: "custom-details",
        group: Entities,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for CustomDetails {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        out.extend(check_count(template));
        let result = QueryResult::of(cx);
        for (key, value) in &template.common().custom_details {
            out.extend(check_key(key));
            match value {
                Some(value) => {
                    let what = format!("The custom detail `{}` is the column", key.value);
                    let lost = || check_column_ref(cx, result.as_ref()?, value, Self::at, &what, &[]);
                    out.extend(check_value(key, value).or_else(lost));
                }
                // Of lists and mappings the schema speaks.
                None if is_null(template, key.value) => out.push(without_column(key)),
                None => {}
            }
        }
    }
}

/// A finding on a detail that has no value.
pub(in crate::rules) fn without_column(key: &Text<'_>) -> Diagnostic {
    CustomDetails::at(key.span(), format!("The custom detail `{}` names no column", key.value))
        .help("Name a column of the query's result.")
}

/// A finding on more details than Sentinel takes.
pub(in crate::rules) fn check_count(template: &Template<'_>) -> Option<Diagnostic> {
    let details = &template.common().custom_details;
    let (key, _) = details.get(CUSTOM_DETAILS)?;
    let message = format!("There are {} custom details, and Sentinel takes 20 at most", details.len());
    Some(CustomDetails::at(key.span(), message).help("Keep the 20 that an analyst needs most."))
}

fn is_null(template: &Template<'_>, key: &str) -> bool {
    let details = field(template.common().root, "customDetails");
    details.and_then(|details| details.node().get(key)).is_some_and(Node::is_null)
}

/// A finding on what cannot be the name of a detail.
pub(in crate::rules) fn check_key(key: &Text<'_>) -> Option<Diagnostic> {
    let name = key.value;
    let length = name.chars().count();
    if length > CUSTOM_DETAIL_KEY {
        let message = format!(
            "The custom detail `{name}` has a name of {length} characters, and Sentinel takes 20 at most"
        );
        return Some(CustomDetails::at(key.span(), message).help("Shorten the name."));
    }
    if is_column_name(name) && !name.starts_with('_') {
        return None;
    }
    let message = format!("`{name}` cannot be the name of a custom detail");
    let help = "Begin with a letter, and use letters, digits and `_` only.";
    Some(CustomDetails::at(key.span(), message).help(help))
}

/// A finding on what cannot be the name of a column.
pub(in crate::rules) fn check_value(key: &Text<'_>, value: &Text<'_>) -> Option<Diagnostic> {
    let column = value.value;
    if is_column_name(column) && column.chars().count() <= CUSTOM_DETAIL_VALUE {
        return None;
    }
    let message = match column {
        "" => format!("The custom detail `{}` names no column", key.value),
        column if column.chars().count() > CUSTOM_DETAIL_VALUE => {
            format!("The custom detail `{}` names a column of over 500 characters", key.value)
        }
        column => format!("The custom detail `{}` is `{column}`, which cannot be a column's name", key.value),
    };
    let help = "Name a column of the query's result by letters, digits and `_`; make one in the query with `extend` \
                if need be.";
    Some(CustomDetails::at(value.span(), message).help(help))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    #[test]
    fn a_detail_without_a_column_is_told_once() {
        let text = "id: x\nname: n\nkind: NRT\nquery: T\ncustomDetails:\n  A:\n  B: [x]\n";
        assert_eq!(messages("custom-details", text), ["The custom detail `A` names no column"]);
    }
}
