//! `quoted-description`

use crate::content::Template;
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;
use crate::yaml::{ScalarMap, ScalarStyle};

declare_rule! {
    /// A description in quotes inside a block scalar.
    ///
    /// ## Why is this bad?
    ///
    /// Inside a block scalar (`|` or `>`) quotes are part of the description and are displayed, unless the deployment
    /// removes them, as `convert` and upstream's packaging do. Most of upstream's own descriptions are quoted, so the
    /// rule is only in `pedantic`.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: |
    ///   'Identifies hosts from which a remote management tool reached its relay.'
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: |
    ///   Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Removing a matching pair is safe: `convert` and upstream's packaging do the same.
    pub(crate) QuotedDescription {
        id: "quoted-description",
        group: Metadata,
        severity: Info,
        pedantic: true,
        fix: Sometimes Safe,
        since: "0.1.0",
    }
}

impl Rule for QuotedDescription {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(block) = Block::of(cx, template) else { return };
        let (first, last) = block.quotes();
        if first.is_some() && first == last && block.body.len() > 1 && !is_closed_inside(block.body) {
            let edits: Option<Vec<_>> =
                [block.open(), block.close()].into_iter().map(|span| block.map.edit(span, "")).collect();
            let fix = edits.and_then(|edits| Fix::safe("Remove the quotes", edits));
            let message = "The quotes around this description are part of it";
            let finding = Self::at(block.map.span(block.open()), message);
            let finding = finding.label(block.map.span(block.close()), "the closing quote");
            out.push(finding.help("A block scalar does not need quotes.").fix(fix));
        }
    }
}

/// A description in a block scalar.
pub(super) struct Block<'a> {
    /// The description without the white space around it.
    pub(super) body: &'a str,
    /// Where that begins in the decoded scalar.
    start: usize,
    /// The places of the scalar in the file.
    pub(super) map: ScalarMap,
}

impl<'a> Block<'a> {
    /// The description of a template, if it is in a block scalar.
    pub(super) fn of(cx: &Context<'_>, template: &Template<'a>) -> Option<Self> {
        let description = template.common().description?;
        let block = |style| matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        description.node.scalar().filter(|scalar| block(scalar.style))?;
        let map = ScalarMap::new(cx.source(), description.node)?;
        let text = description.value;
        let body = text.trim();
        (!body.is_empty()).then(|| Self { body, start: text.len() - text.trim_start().len(), map })
    }

    /// The quotes that it begins and ends with.
    pub(super) fn quotes(&self) -> (Option<char>, Option<char>) {
        let quote = |c: Option<char>| c.filter(|c| matches!(c, '\'' | '"'));
        (quote(self.body.chars().next()), quote(self.body.chars().next_back()))
    }

    /// The place of its first byte.
    pub(super) fn open(&self) -> Span {
        Span::new(self.start, self.start + 1)
    }

    /// The place of its last byte.
    pub(super) fn close(&self) -> Span {
        let end = self.start + self.body.len();
        Span::new(end - 1, end)
    }
}

/// Whether the quote that opens a text is closed within it, as in `'A' and 'B'`.
pub(super) fn is_closed_inside(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let inner = 1..chars.len().saturating_sub(1);
    let is_apostrophe = |i: usize| chars[i - 1].is_alphanumeric() && chars[i + 1].is_alphanumeric();
    let first = inner.into_iter().find(|i| chars[*i] == chars[0] && !is_apostrophe(*i));
    first
        .is_some_and(|i| !chars[i - 1].is_whitespace() && chars[i + 1].is_whitespace() && chars[i - 1] != 's')
}

#[cfg(test)]
mod tests {
    use crate::rules::Profile;
    use crate::rules::testing::{findings, messages};

    #[test]
    fn quotes_that_are_closed_inside_of_the_description_do_not_wrap_it() {
        let file = |text: &str| format!("id: x\nname: n\nquery: T\ndescription: |\n  {text}\n");
        let told = |text: &str| messages("quoted-description", &file(text)).len();
        assert_eq!(told("'Finds the user's tools'"), 1);
        assert_eq!(told("'Finds 'foo' and hosts' tools'"), 1);
        assert_eq!(told("'Evil' and 'App'"), 0);
        assert_eq!(told("'Evil' was run"), 0);
        assert_eq!(told("'Finds tools"), 0);
        let found = findings("quoted-description", "a.yaml", &file("'Finds tools'"), Profile::Recommended);
        assert!(found.is_empty());
    }
}
