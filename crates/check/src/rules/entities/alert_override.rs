//! `alert-override`

use crate::content::{Template, model};
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::knowledge::limits::{
    ALERT_DESCRIPTION, ALERT_NAME, DYNAMIC_PROPERTIES, PLACEHOLDERS, ignore_case,
};
use crate::rules::entities::alert_columns;
use crate::rules::words::listed;
use crate::rules::{Context, Rule, declare_rule};
use crate::similar::slip_of;
use crate::source::Span;
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// An override of alert details that Sentinel does not accept.
    ///
    /// ## Why is this bad?
    ///
    /// The alert's name and description can have at most 3 placeholders each, such as `{{DeviceName}}`; the name can
    /// have at most 256 characters and the description 5,000, and neither can be empty. Other properties of the alert
    /// are overridden under `alertDynamicProperties`, whose names are a fixed list. Sentinel and, except for that list,
    /// upstream's checks reject anything else.
    ///
    /// Placeholders and overrides refer to columns of the query's result. If a column does not exist, the placeholder
    /// is not replaced and the property keeps its value; the finding shows where the query dropped the column. If the
    /// columns come from a schema that may differ from your workspace, the finding is a warning.
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
    /// alertDetailsOverride:
    ///   alertDisplayNameFormat: "{{InitiatingProcessAccountName}} on {{DeviceName}} reached {{RemoteUrl}} at {{RemoteIP}}"
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
    /// alertDetailsOverride:
    ///   alertDisplayNameFormat: "{{InitiatingProcessAccountName}} on {{DeviceName}} reached {{RemoteUrl}}"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// If only the case of a property differs, the fix is safe. The fix for a misspelled property is unsafe. A column
    /// that the query does not return is replaced with the most similar one, or with its new name if it was renamed;
    /// this is unsafe because the query may be what needs to change.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/customize-alert-details>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) AlertOverride {
        id: "alert-override",
        group: Entities,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for AlertOverride {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let alerting = template.alerting();
        let Some(details) = alerting.and_then(|alerting| alerting.alert_override.as_ref()) else { return };
        for ((key, format), most) in details.formats().into_iter().zip(MOST_CHARACTERS) {
            let Some(node) = format.map(|field| field.node()) else { continue };
            let Some(scalar) = node.scalar().filter(|_| !node.is_null()) else { continue };
            check_format(key, most, node.span, &scalar.text, out);
            if placeholders(&scalar.text).1 {
                let message = format!("A placeholder in `{key}` is not closed, so it is not replaced");
                let help = "Enclose the column name in double braces, such as `{{DeviceName}}`.";
                out.push(Self::at(node.span, message).help(help).severity(Severity::Warning));
            }
        }
        properties(cx, details, out);
        alert_columns::check(cx, details, Self::at, out);
    }
}

/// The most characters of the formats, in their order.
pub(in crate::rules) const MOST_CHARACTERS: [usize; 2] = [ALERT_NAME, ALERT_DESCRIPTION];

/// Reports a format that is blank or too long, or has too many placeholders.
pub(in crate::rules) fn check_format(
    key: &str,
    most: usize,
    span: Span,
    text: &str,
    out: &mut Vec<Diagnostic>,
) {
    let mut say = |message: String, help: &str| out.push(AlertOverride::at(span, message).help(help));
    if text.trim().is_empty() {
        return say(format!("`{key}` is empty"), "Add a value, or remove the key.");
    }
    let length = text.chars().count();
    if length > most {
        say(format!("`{key}` has {length} characters; it can have at most {most}"), "Shorten it.");
    }
    let (count, _) = placeholders(text);
    if count > PLACEHOLDERS {
        let message = format!("`{key}` has {count} placeholders; it can have at most 3");
        say(message, "Keep 3 of them, or combine columns in the query with `strcat`.");
    }
}

/// How many `{{Column}}` stand in a text, and whether braces are left that open or close none.
fn placeholders(text: &str) -> (usize, bool) {
    let (mut count, mut unclosed, mut rest) = (0, false, text);
    while let Some(at) = rest.find("{{") {
        unclosed |= rest[..at].contains("}}");
        let inner = &rest[at + 2..];
        match inner.find(['{', '}']) {
            Some(end) if inner[end..].starts_with("}}") => {
                count += 1;
                rest = &inner[end + 2..];
            }
            _ => {
                unclosed = true;
                rest = &rest[at + 1..];
            }
        }
    }
    (count, unclosed || rest.contains("}}"))
}

/// `alertDynamicProperties`: each names a property of a closed list.
fn properties(cx: &Context<'_>, details: &model::AlertOverride<'_>, out: &mut Vec<Diagnostic>) {
    for item in &details.dynamic_properties {
        let Some(text) = item.property.filter(|text| !DYNAMIC_PROPERTIES.contains(&text.value)) else {
            continue;
        };
        let replace = |name: &str| replace_scalar(cx.source(), text.node, name);
        let message = format!("`{}` is not an alert property that can be overridden", text.value);
        let mut finding = AlertOverride::at(text.span(), message);
        if let Some(name) = ignore_case(text.value, &DYNAMIC_PROPERTIES) {
            finding = finding.fix(Fix::safe(format!("Replace with `{name}`"), replace(name)));
        } else if let Some(name) = slip_of(text.value, DYNAMIC_PROPERTIES) {
            finding = finding.fix(Fix::r#unsafe(format!("Replace with `{name}`"), replace(name)));
        }
        out.push(finding.help(format!("The valid properties are {}.", listed(&DYNAMIC_PROPERTIES, "and"))));
    }
}

#[cfg(test)]
mod tests {
    use super::placeholders;

    #[test]
    fn placeholders_are_counted_as_upstream_does() {
        assert_eq!(placeholders("{{a}} and {{ b }}{{}}"), (3, false));
        assert_eq!(placeholders("{a} {b}"), (0, false));
        assert_eq!(placeholders("{{{a}}}"), (1, true));
        assert_eq!(placeholders("{{a} {{b}}"), (1, true));
        assert_eq!(placeholders("a}} {{b"), (0, true));
        assert_eq!(placeholders("\u{e9}{{\u{e9}}}"), (1, false));
    }
}
