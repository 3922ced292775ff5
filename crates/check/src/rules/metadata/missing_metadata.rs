//! `missing-metadata`

use crate::content::Template;
use crate::diagnostic::Diagnostic;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A template without a version.
    ///
    /// ## Why is this bad?
    ///
    /// Upstream's reviewers ask for a version in every template; without one, changes go unnoticed.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
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
    /// version: 1.0.0
    /// ```
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.github/instructions/huntingqueries.instructions.md>
    pub(crate) MissingMetadata {
        id: "missing-metadata",
        group: Metadata,
        severity: Info,
        pedantic: true,
        since: "0.1.0",
    }
}

impl Rule for MissingMetadata {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        if template.common().version.is_none() && cx.content.document.errors.is_empty() {
            let message = "The template has no version";
            out.push(
                Self::at(cx.first_key(), message)
                    .help("Add `version: 1.0.0`, and increase it with every change."),
            );
        }
    }
}
