//! `custom-details`

use crate::content::Template;
use crate::content::model::{Text, field};
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::limits::{CUSTOM_DETAIL_KEY, CUSTOM_DETAIL_VALUE, CUSTOM_DETAILS};
use crate::rules::entities::invalid_column_name::in_braces;
use crate::rules::entities::is_column_name;
use crate::rules::result_columns::{QueryResult, check_column_ref};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::Node;
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// Custom details that Sentinel does not accept.
    ///
    /// ## Why is this bad?
    ///
    /// A rule can have at most 20 custom details. A name must start with a letter, can contain letters, digits and `_`,
    /// and can have at most 20 characters; the value is the name of a column. Sentinel and upstream's checks reject
    /// anything else.
    ///
    /// If the query does not return the column, the detail is empty; the finding shows where the query dropped the
    /// column. If the columns come from a schema that may differ from your workspace, the finding is a warning.
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
    /// A column that the query does not return is replaced with the most similar one, or with its new name if it was
    /// renamed. The query may be what needs to change, so the fix is unsafe.
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
                    let what = format!("The custom detail `{}` is set to the column", key.value);
                    let lost = || check_column_ref(cx, result.as_ref()?, value, Self::at, &what, &[]);
                    let invalid = check_value(key, value).map(|finding| match in_braces(value.value) {
                        Some(name) => {
                            let edit = replace_scalar(cx.source(), value.node, name);
                            let fix = Fix::r#unsafe(format!("Replace with `{name}`"), edit);
                            finding.help(format!("Use the name of the column alone: `{name}`.")).fix(fix)
                        }
                        None => finding,
                    });
                    out.extend(invalid.or_else(lost));
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
    CustomDetails::at(key.span(), format!("The custom detail `{}` has no column", key.value))
        .help("Add a column of the query's result.")
}

/// A finding on more details than Sentinel takes.
pub(in crate::rules) fn check_count(template: &Template<'_>) -> Option<Diagnostic> {
    let details = &template.common().custom_details;
    let (key, _) = details.get(CUSTOM_DETAILS)?;
    let message = format!("There are {} custom details; a rule can have at most 20", details.len());
    Some(CustomDetails::at(key.span(), message).help("Keep the 20 that are most useful to analysts."))
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
        let message =
            format!("The name of the custom detail `{name}` has {length} characters; it can have at most 20");
        return Some(CustomDetails::at(key.span(), message).help("Shorten the name."));
    }
    if is_column_name(name) && !name.starts_with('_') {
        return None;
    }
    let message = format!("`{name}` is not a valid name for a custom detail");
    let help = "Start with a letter, and use only letters, digits and `_`.";
    Some(CustomDetails::at(key.span(), message).help(help))
}

/// A finding on what cannot be the name of a column.
pub(in crate::rules) fn check_value(key: &Text<'_>, value: &Text<'_>) -> Option<Diagnostic> {
    let column = value.value;
    if is_column_name(column) && column.chars().count() <= CUSTOM_DETAIL_VALUE {
        return None;
    }
    let message = match column {
        "" => format!("The custom detail `{}` has no column", key.value),
        column if column.chars().count() > CUSTOM_DETAIL_VALUE => {
            format!("The column name in the custom detail `{}` has more than 500 characters", key.value)
        }
        column => {
            format!("The custom detail `{}` is `{column}`, which is not a valid column name", key.value)
        }
    };
    let help = "Use a column name with only letters, digits and `_`; if necessary, add such a column to the query \
                with `extend`.";
    Some(CustomDetails::at(value.span(), message).help(help))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    #[test]
    fn a_detail_without_a_column_is_reported_once() {
        let text = "id: x\nname: n\nkind: NRT\nquery: T\ncustomDetails:\n  A:\n  B: [x]\n";
        assert_eq!(messages("custom-details", text), ["The custom detail `A` has no column"]);
    }
}
