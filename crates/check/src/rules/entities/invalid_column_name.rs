//! `invalid-column-name`

use crate::content::Template;
use crate::content::model::Text;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::limits::COLUMN_NAME;
use crate::rules::entities::is_column_name;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A mapped column whose name is not allowed.
    ///
    /// ## Why is this bad?
    ///
    /// The column name in a mapping can contain letters, digits and `_`, must not start with a digit, and can have at
    /// most 500 characters. Sentinel and upstream's checks reject an expression, a path such as `Entities.Name` or a
    /// name with spaces.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// entityMappings:
    ///   - entityType: Host
    ///     fieldMappings:
    ///       - identifier: FullName
    ///         columnName: Device Name
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// entityMappings:
    ///   - entityType: Host
    ///     fieldMappings:
    ///       - identifier: FullName
    ///         columnName: DeviceName
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Spaces around the name are removed, which is safe. There is no fix for other characters.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) InvalidColumnName {
        id: "invalid-column-name",
        group: Entities,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for InvalidColumnName {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        // The schema speaks of a key that is missing.
        let items = template.common().entity_mappings.iter().flat_map(|mapping| &mapping.fields);
        for text in items.filter_map(|item| item.column.as_ref()) {
            let Some(finding) = check(text) else { continue };
            let trimmed = text.value.trim();
            let meant = Some(trimmed).filter(|name| *name != text.value && is_column_name(name));
            out.push(match meant {
                Some(name) => {
                    let edit = replace_scalar(cx.source(), text.node, name);
                    let fix = Fix::safe(format!("Replace with `{name}`"), edit);
                    finding.help(format!("Use `{name}` without the spaces around it.")).fix(fix)
                }
                None => match in_braces(text.value) {
                    Some(name) => {
                        let edit = replace_scalar(cx.source(), text.node, name);
                        let fix = Fix::r#unsafe(format!("Replace with `{name}`"), edit);
                        finding.help(format!("Use the name of the column alone: `{name}`.")).fix(fix)
                    }
                    None => finding,
                },
            });
        }
    }
}

/// The column that a placeholder such as `{{Account}}` names.
pub(in crate::rules) fn in_braces(text: &str) -> Option<&str> {
    let inner = text.trim().trim_start_matches(['{', '$', '[']).trim_end_matches(['}', ']']).trim();
    (inner.len() < text.trim().len() && is_column_name(inner)).then_some(inner)
}

/// A finding on what cannot be the name of a column.
pub(in crate::rules) fn check(text: &Text<'_>) -> Option<Diagnostic> {
    let name = text.value;
    let finding = |message: String| InvalidColumnName::at(text.span(), message);
    if name.chars().count() > COLUMN_NAME {
        return Some(finding(format!("The column name has more than {COLUMN_NAME} characters")));
    }
    if is_column_name(name) {
        return None;
    }
    let help = "Use a column name with only letters, digits and `_`; if necessary, add such a column to the query \
                with `extend`.";
    let message = match name {
        "" => "The mapping has no column".to_owned(),
        name => format!("`{name}` is not a valid name for a mapped column"),
    };
    Some(finding(message).help(help))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Applicability::Safe;
    use crate::rules::testing::fixes;

    #[test]
    fn spaces_around_a_column_are_removed() {
        let text = |column: &str| {
            format!(
                "id: x\nname: n\nquery: T\nentityMappings:\n- entityType: Host\n  fieldMappings:\n  - identifier: \
                 FullName\n    columnName: {column}\n"
            )
        };
        assert_eq!(fixes("invalid-column-name", "a.yaml", &text("'Name '")), [(Safe, text("'Name'"))]);
        assert!(fixes("invalid-column-name", "a.yaml", &text("'First name'")).is_empty());
    }
}
