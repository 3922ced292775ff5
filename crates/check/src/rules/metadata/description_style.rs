//! `description-style`

use crate::content::Template;
use crate::diagnostic::Diagnostic;
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// A description that does not follow the review guidelines.
    ///
    /// ## Why is this bad?
    ///
    /// Upstream's reviewers ask for one to three sentences of up to 255 characters that start with what the query does:
    /// "This query searches for", "Identifies", "Detects", "Finds".
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Remote management tools that reached their relay.
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
    pub(crate) DescriptionStyle {
        id: "description-style",
        group: Metadata,
        severity: Info,
        pedantic: true,
        since: "0.1.0",
    }
}

const OPENINGS: [&str; 12] = [
    "this query",
    "this hunting query",
    "this analytic",
    "this rule",
    "this detection",
    "this will",
    "identif",
    "detect",
    "find",
    "search",
    "look",
    "calculate",
];

impl Rule for DescriptionStyle {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(description) = template.common().description else { return };
        let text = description.value.trim().trim_matches(['\'', '"']);
        let lower = text.to_lowercase();
        let opens = OPENINGS.iter().any(|opening| lower.starts_with(opening)) || opens_with_a_verb(&lower);
        let start = description.span().start as usize;
        let line = cx.source().line_span(cx.source().line_of(start));
        let first = Span { start: start as u32, end: line.end.min(description.span().end) };
        if !text.is_empty() && !opens {
            let message = "The description does not start with what the query does";
            out.push(
                Self::at(first, message).help("Start with a verb: Identifies, Detects, Finds, Searches for."),
            );
        }
        let same = template.common().name.is_some_and(|name| name.value.trim().eq_ignore_ascii_case(text));
        if same {
            out.push(
                Self::at(first, "The description repeats the name")
                    .help("Describe what the query searches for and why."),
            );
        }
    }
}

/// "Analyzes", "Surfaces", "Highlights": a first word in the third person.
fn opens_with_a_verb(lower: &str) -> bool {
    lower.split_whitespace().next().is_some_and(|word| {
        word.len() > 4 && word.ends_with("es")
            || ["alerts", "shows", "lists", "checks", "uses", "returns", "reports"].contains(&word)
    })
}
