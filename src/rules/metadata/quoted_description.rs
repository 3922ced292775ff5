//! `quoted-description`

use crate::content::Template;
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;
use crate::yaml::{ScalarMap, ScalarStyle};

declare_rule! {
    /// Literal quotes around the text of a description's block scalar.
    ///
    /// ## Why is this bad?
    ///
    /// Inside of a block scalar (`|` or `>`) quotes are not YAML's: they are part of the text and are shown to
    /// whoever reads the rule. Upstream's packaging takes the first and the last character off, whatever
    /// they are, so a quote on one side only costs the text a character.
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
    /// Taking off a matching pair is safe: sentlint's converter and upstream's packaging do the same. A lone
    /// quote is reported as a warning and left to its author.
    pub(crate) QuotedDescription {
        id: "quoted-description",
        group: Metadata,
        severity: Info,
        fix: Sometimes Safe,
        since: "0.1.0",
    }
}

impl Rule for QuotedDescription {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(description) = template.common().description else { return };
        let block = |style| matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if !description.node.scalar().is_some_and(|scalar| block(scalar.style)) {
            return;
        }
        let Some(map) = ScalarMap::new(cx.source(), description.node) else { return };
        let text = description.value;
        let start = text.len() - text.trim_start().len();
        let body = text.trim();
        let quote = |c: Option<char>| c.filter(|c| matches!(c, '\'' | '"'));
        let (first, last) = (quote(body.chars().next()), quote(body.chars().next_back()));
        let open = Span::new(start, start + 1);
        let close = Span::new(start + body.len().saturating_sub(1), start + body.len());
        match (first, last) {
            (Some(a), Some(b)) if a == b && body.len() > 1 && !is_closed_inside(body, a) => {
                let edits: Option<Vec<_>> =
                    [open, close].into_iter().map(|span| map.edit(span, "")).collect();
                let fix = edits.and_then(|edits| Fix::safe("Take the quotes off", edits));
                let message = "The quotes around this description are part of its text";
                let finding = Self::at(map.span(open), message);
                let finding = finding.label(map.span(close), "the text's closing quote");
                out.push(finding.help("A block scalar needs no quotes.").fix(fix));
            }
            (Some(_), _) if is_lone(body, body.chars().next()) => {
                let message = "This description begins with a quote that is never closed";
                out.push(lone(map.span(open), message));
            }
            (_, Some(_)) if is_lone(body, body.chars().next_back()) => {
                let message = "This description ends with a quote that was never opened";
                out.push(lone(map.span(close), message));
            }
            _ => {}
        }
    }
}

/// Whether the quote that opens the text is closed within it, as in `'A' and 'B'`.
fn is_closed_inside(text: &str, quote: char) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let inner = 1..chars.len().saturating_sub(1);
    let is_apostrophe = |i: usize| chars[i - 1].is_alphanumeric() && chars[i + 1].is_alphanumeric();
    let first = inner.into_iter().find(|i| chars[*i] == quote && !is_apostrophe(*i));
    first
        .is_some_and(|i| !chars[i - 1].is_whitespace() && chars[i + 1].is_whitespace() && chars[i - 1] != 's')
}

/// Whether the quote at the edge has no partner anywhere in the text; `'EvilApp' was run` has one.
fn is_lone(text: &str, quote: Option<char>) -> bool {
    let Some(quote) = quote else { return false };
    // An apostrophe between letters belongs to its word.
    let chars: Vec<char> = text.chars().collect();
    let inside = |i: usize| {
        i > 0 && chars[i - 1].is_alphanumeric() && chars.get(i + 1).is_some_and(|next| next.is_alphanumeric())
    };
    chars.iter().enumerate().filter(|(i, c)| **c == quote && !inside(*i)).count() % 2 == 1
}

fn lone(span: Span, message: &str) -> Diagnostic {
    let help = "Take it off; upstream's packaging would cut a character at the other end as well.";
    QuotedDescription::at(span, message).severity(Severity::Warning).help(help)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    #[test]
    fn quotes_that_are_closed_inside_of_the_text_do_not_wrap_it() {
        let told = |text: &str| {
            messages("quoted-description", &format!("id: x\nname: n\nquery: T\ndescription: |\n  {text}\n"))
                .len()
        };
        assert_eq!(told("'Finds the user's tools'"), 1);
        assert_eq!(told("'Finds 'foo' and hosts' tools'"), 1);
        assert_eq!(told("'Evil' and 'App'"), 0);
        assert_eq!(told("'Evil' was run"), 0);
        assert_eq!(told("'Finds tools"), 1);
    }
}
