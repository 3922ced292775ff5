//! `name-too-long`

use crate::content::Template;
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits;
use crate::rules::length::too_long;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A name of more than 256 characters.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel rejects it.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool tool
    /// description: Identifies hosts from which a remote management tool reached its relay.
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
    pub(crate) NameTooLong {
        id: "name-too-long",
        group: Metadata,
        severity: Error,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for NameTooLong {
    fn check_template(&self, _: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let text = template.common().name;
        if let Some((span, message)) = too_long(text, "name", limits::MAX_NAME) {
            out.push(
                Self::at(span, message)
                    .help("Shorten it to what is needed in a list, preferably 50 characters."),
            );
        }
    }
}
