//! `invalid-status`

use crate::content::Template;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::limits;
use crate::rules::metadata::{closed_set, not_in_set_message};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A status that Content hub does not have.
    ///
    /// ## Why is this bad?
    ///
    /// The status of a rule is `Available`, `InPreview` or `Deprecated`.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.0.0
    /// kind: Scheduled
    /// status: Preview
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.0.0
    /// kind: Scheduled
    /// status: InPreview
    /// ```
    ///
    /// ## Fix safety
    ///
    /// If only the case differs, the fix is safe. Replacing the value with the most similar one is unsafe.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.github/instructions/detections.instructions.md>
    pub(crate) InvalidStatus {
        id: "invalid-status",
        group: Metadata,
        severity: Error,
        fix: Sometimes Safe,
        since: "0.1.0",
    }
}

/// What a custom detection can be set to; `autoDisabled` is a word of the service's own.
const STATUSES: [&str; 2] = ["enabled", "disabled"];

impl Rule for InvalidStatus {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for detection in cx.content.detections() {
            let Some(text) = detection.text("status").filter(|text| !STATUSES.contains(&text.value)) else {
                continue;
            };
            let finding = Self::at(text.span(), not_in_set_message(&text, "status"));
            let meant = match &*text.value.to_ascii_lowercase() {
                "true" | "on" | "yes" | "active" | "1" => Some("enabled"),
                "false" | "off" | "no" | "inactive" | "0" => Some("disabled"),
                _ => None,
            };
            out.push(match meant {
                Some(meant) => {
                    let edit = replace_scalar(cx.source(), text.node, meant);
                    let fix = Fix::r#unsafe(format!("Replace with `{meant}`"), edit);
                    finding.help(format!("Use `{meant}`.")).fix(fix)
                }
                None => closed_set(cx, finding, &text, &STATUSES),
            });
        }
    }

    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(text) = template.alerting().and_then(|alerting| alerting.status) else { return };
        let known: &[&'static str] = &limits::STATUSES;
        if !text.value.is_empty() && !known.contains(&text.value) {
            out.push(closed_set(
                cx,
                Self::at(text.span(), not_in_set_message(&text, "status")),
                &text,
                known,
            ));
        }
    }
}
