//! `invalid-kind`

use crate::content::Template;
use crate::content::model::Text;
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits;
use crate::rules::metadata::{closed_set, not_in_set_message};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A rule kind that is neither `Scheduled` nor `NRT`.
    ///
    /// ## Why is this bad?
    ///
    /// The kind is case-sensitive in Sentinel and upstream's checks. Other kinds of rules cannot be written as
    /// templates.
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
    /// kind: scheduled
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
    /// ```
    ///
    /// ## Fix safety
    ///
    /// If only the case differs, the fix is safe. Replacing the value with the most similar one is unsafe.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) InvalidKind {
        id: "invalid-kind",
        group: Metadata,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for InvalidKind {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(text) = template.common().root.get("kind").and_then(Text::of) else { return };
        let known: &[&'static str] = &limits::KINDS;
        if !text.value.is_empty() && !known.contains(&text.value) {
            out.push(closed_set(cx, Self::at(text.span(), not_in_set_message(&text, "kind")), &text, known));
        }
    }
}
