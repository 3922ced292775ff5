//! `invalid-severity`

use crate::content::Template;
use crate::content::model::Text;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::{defender, limits};
use crate::rules::metadata::{closed_set, not_in_set_message};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A severity that Sentinel does not have.
    ///
    /// ## Why is this bad?
    ///
    /// The severities are Informational, Low, Medium and High; with anything else the deployment fails.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// severity: Critical
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.0.0
    /// kind: Scheduled
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// severity: High
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.0.0
    /// kind: Scheduled
    /// ```
    ///
    /// ## Fix safety
    ///
    /// If only the case differs, the fix is safe. Replacing the value with the most similar one is unsafe.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) InvalidSeverity {
        id: "invalid-severity",
        group: Metadata,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for InvalidSeverity {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for detection in cx.content.detections() {
            let Some(text) = detection.alert("severity").and_then(Text::of) else { continue };
            if !defender::SEVERITIES.contains(&text.value) {
                let finding = Self::at(text.span(), not_in_set_message(&text, "severity"));
                let known =
                    |meant: &str| defender::SEVERITIES.iter().find(|known| known.eq_ignore_ascii_case(meant));
                out.push(match abbreviated(text.value).and_then(known) {
                    Some(meant) => {
                        let edit = replace_scalar(cx.source(), text.node, meant);
                        let fix = Fix::r#unsafe(format!("Replace with `{meant}`"), edit);
                        finding.help(format!("Did you mean `{meant}`?")).fix(fix)
                    }
                    None => closed_set(cx, finding, &text, defender::SEVERITIES),
                });
            }
        }
    }

    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(text) = template.common().severity.filter(|text| !text.value.is_empty()) else { return };
        if !limits::SEVERITIES.contains(&text.value) {
            out.push(finding(cx, &text));
        }
    }
}

/// A finding on a value that is not a severity.
pub(crate) fn finding(cx: &Context<'_>, text: &Text<'_>) -> Diagnostic {
    let finding = InvalidSeverity::at(text.span(), not_in_set_message(text, "severity"));
    if let Some(meant) = abbreviated(text.value) {
        let fix =
            Fix::r#unsafe(format!("Replace with `{meant}`"), replace_scalar(cx.source(), text.node, meant));
        let all = limits::SEVERITIES.join(", ");
        return finding.help(format!("Did you mean `{meant}`? The valid values are {all}.")).fix(fix);
    }
    closed_set(cx, finding, text, &limits::SEVERITIES)
}

/// What is meant by a shortened severity.
fn abbreviated(written: &str) -> Option<&'static str> {
    match &*written.trim().to_ascii_lowercase() {
        "info" | "information" | "informative" => Some("Informational"),
        "med" | "mid" | "moderate" => Some("Medium"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Applicability::Unsafe;
    use crate::rules::testing::fixes;

    #[test]
    fn a_shortened_severity_is_written_out() {
        let text = |severity: &str| {
            format!(
                "id: x\nname: n\nkind: Scheduled\nqueryFrequency: 1h\nqueryPeriod: 1h\nquery: T\nseverity: {severity}\n"
            )
        };
        for (written, meant) in [("Info", "Informational"), ("med", "Medium")] {
            assert_eq!(fixes("invalid-severity", "a.yaml", &text(written)), [(Unsafe, text(meant))]);
        }
        assert!(fixes("invalid-severity", "a.yaml", &text("Critical")).is_empty());
    }
}
