//! `description-too-long`

use crate::content::Template;
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits;
use crate::rules::length::too_long;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A description of more than 5,000 characters.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel rejects it.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description:
    ///   Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached its relay. Identifies hosts from which a remote management tool reached
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) DescriptionTooLong {
        id: "description-too-long",
        group: Metadata,
        severity: Error,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for DescriptionTooLong {
    fn check_template(&self, _: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let text = template.common().description;
        if let Some((span, message)) = too_long(text, "description", limits::MAX_DESCRIPTION) {
            let finding = Self::at(span, message).help("Shorten it, or link to a page with the details.");
            // A saved search gets the beginning of it alone, whatever its length.
            out.push(if template.alerting().is_some() { finding } else { finding.harmless() });
        }
    }
}
