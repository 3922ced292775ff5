//! `name-style`

use crate::content::Template;
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A name that does not follow the review guidelines.
    ///
    /// ## Why is this bad?
    ///
    /// Upstream's reviewers ask for names of up to 100 characters (preferably 50) without a period at the end.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet.
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
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.github/instructions/huntingqueries.instructions.md>
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.github/instructions/detections.instructions.md>
    pub(crate) NameStyle {
        id: "name-style",
        group: Metadata,
        severity: Info,
        pedantic: true,
        since: "0.1.0",
    }
}

impl Rule for NameStyle {
    fn check_template(&self, _cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(name) = template.common().name else { return };
        let text = name.value.trim();
        if text.ends_with('.') && !text.ends_with("...") {
            out.push(Self::at(name.span(), "The name ends with a period").help("Remove the period."));
        }
        let length = text.chars().count();
        if length > limits::REVIEW_NAME && length <= limits::MAX_NAME {
            let message = format!(
                "The name has {length} characters; reviewers ask for at most {}",
                limits::REVIEW_NAME
            );
            out.push(Self::at(name.span(), message).help("Shorten it to what is needed in a list."));
        }
    }
}
