//! `unpaired-quote`

use super::quoted_description::{Block, is_closed_inside};
use crate::content::Template;
use crate::diagnostic::Diagnostic;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A quote at one end of a description's block scalar.
    ///
    /// ## Why is this bad?
    ///
    /// A quote that is never closed, or was never opened, is probably a copy-and-paste mistake. Inside a block scalar
    /// (`|` or `>`) the quote is part of the description and is displayed. Upstream's packaging removes the first and
    /// the last character without checking both, so a quote at one end costs the description a character at the other.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: |
    ///   'Identifies hosts from which a remote management tool reached its relay.
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
    pub(crate) UnpairedQuote {
        id: "unpaired-quote",
        group: Metadata,
        severity: Warning,
        since: "0.1.0",
    }
}

impl Rule for UnpairedQuote {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(block) = Block::of(cx, template) else { return };
        let (first, last) = block.quotes();
        if first.is_some() && first == last && block.body.len() > 1 && !is_closed_inside(block.body) {
            return;
        }
        let (span, message) = if first.is_some_and(|quote| is_lone(block.body, quote)) {
            (block.open(), "This description starts with a quote that is never closed")
        } else if last.is_some_and(|quote| is_lone(block.body, quote)) {
            (block.close(), "This description ends with a quote that was never opened")
        } else {
            return;
        };
        out.push(Self::at(block.map.span(span), message).help("Remove it, or add the other one."));
    }
}

/// Whether a quote has no partner anywhere in the text; `'EvilApp' was run` has one.
fn is_lone(text: &str, quote: char) -> bool {
    // An apostrophe between letters belongs to its word.
    let chars: Vec<char> = text.chars().collect();
    let inside = |i: usize| {
        i > 0 && chars[i - 1].is_alphanumeric() && chars.get(i + 1).is_some_and(|next| next.is_alphanumeric())
    };
    chars.iter().enumerate().filter(|(i, c)| **c == quote && !inside(*i)).count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    #[test]
    fn a_quote_that_has_its_partner_is_fine() {
        let told = |text: &str| {
            messages("unpaired-quote", &format!("id: x\nname: n\nquery: T\ndescription: |\n  {text}\n")).len()
        };
        assert_eq!(told("'Finds the user's tools'"), 0);
        assert_eq!(told("'Evil' and 'App'"), 0);
        assert_eq!(told("'Evil' was run"), 0);
        assert_eq!(told("'Finds tools"), 1);
        assert_eq!(told("Finds tools\""), 1);
    }
}
