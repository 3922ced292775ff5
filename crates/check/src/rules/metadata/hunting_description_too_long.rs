//! `hunting-description-too-long`

use crate::content::{Kind, Template};
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits;
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// A hunting query's description that is too long for the saved search.
    ///
    /// ## Why is this bad?
    ///
    /// The description of a hunting query is deployed as a tag of the saved search, and a tag can have at most 256
    /// characters. A longer one is truncated or rejected. Put longer descriptions into `description-detailed`.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description:
    ///   Identifies hosts from which a remote management tool reached its relay. The relay is a server of the maker to which
    ///   the tool holds a connection open, so that a technician, or somebody who took the technician's place, can reach the
    ///   host from anywhere. Compare the hosts with the list of those that the help desk supports.
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
    pub(crate) HuntingDescriptionTooLong {
        id: "hunting-description-too-long",
        group: Metadata,
        severity: Info,
        since: "0.1.0",
    }
}

impl Rule for HuntingDescriptionTooLong {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        if cx.kind() != Kind::HuntingQuery {
            return;
        }
        let Some(text) = template.common().description else { return };
        let length = text.value.trim().trim_matches(['\'', '"']).chars().count();
        if length <= limits::HUNTING_DESCRIPTION_TAG || length > limits::MAX_DESCRIPTION {
            return;
        }
        let most = limits::HUNTING_DESCRIPTION_TAG;
        let message =
            format!("The description has {length} characters; a saved search can have at most {most}");
        let start = text.span().start as usize;
        let line = cx.source().line_span(cx.source().line_of(start));
        let first = Span { start: text.span().start, end: line.end.min(text.span().end) };
        out.push(Self::at(first, message).help("Shorten it, and move the rest to `description-detailed`."));
    }
}
