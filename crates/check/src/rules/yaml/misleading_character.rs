//! `misleading-character`

use crate::content::Query;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::kql::{Token, TokenKind};
use crate::order::Order as _;
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;
use crate::yaml::{Node, ScalarStyle, Value};

use characters::{misleading, plain};

mod characters;
#[cfg(test)]
mod tests;

declare_rule! {
    /// A character that is invisible or looks like another one.
    ///
    /// ## Why is this bad?
    ///
    /// A Cyrillic `о` in `Pоrtal` looks like the Latin letter but does not equal it; the same is true of a no-break
    /// space, a typographic dash or a zero-width space in a string of a query. The query finds nothing, and the cause
    /// is invisible. In a title or an id such a character breaks searches.
    ///
    /// Letters of other languages are fine if the whole word is in that language, and so are typographic quotes and
    /// dashes in descriptions. Comments are ignored.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remоte tool reached the internet
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
    /// ## Fix safety
    ///
    /// Outside strings of a query the character is replaced with the one that it looks like, or removed if it is
    /// invisible. The fix is unsafe because the character may be intentional. Strings of a query, which may search for
    /// exactly this character, are not changed: if it is intentional, write it as an escape sequence.
    ///
    /// ## References
    ///
    /// - <https://www.unicode.org/reports/tr39/>
    pub(crate) MisleadingCharacter {
        id: "misleading-character",
        group: Yaml,
        severity: Warning,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

/// The typographic quotes that stand at both ends of a text.
const QUOTES: [char; 6] = ['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{201a}'];

/// So many are reported of one file.
const MOST: usize = 10;

impl Rule for MisleadingCharacter {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        if cx.source().text().is_ascii() {
            return;
        }
        let mut found = Vec::new();
        for query in cx.queries {
            let tokens = query.parse().tokens.iter();
            tokens.for_each(|token| check_token(query, token, &mut found));
        }
        if let Some(root) = cx.content.root() {
            check_scalars(cx, root, &mut found);
        }
        found.order_by_key(|finding| finding.span);
        out.extend(found.into_iter().take(MOST));
    }
}

/// What is misleading in a string or a name of a query.
fn check_token(query: &Query<'_>, token: &Token, out: &mut Vec<Diagnostic>) {
    let text = query.text.get(token.span.range()).unwrap_or_default();
    if text.is_ascii() {
        return;
    }
    let is_string = token.kind == TokenKind::StringLiteral;
    if !is_string && token.kind != TokenKind::Identifier {
        return;
    }
    let place = |span: Span| query.span(span.shift(token.span.start as usize));
    for (span, message) in misleading(text, is_string) {
        let help = if is_string {
            let first = text[span.range()].chars().find(|c| !c.is_ascii()).map_or(0, u32::from);
            let escape = if first > 0xffff { format!("\\U{first:08X}") } else { format!("\\u{first:04X}") };
            format!(
                "Retype it. If the query searches for this character, use the escape sequence `{escape}`."
            )
        } else {
            "Retype the name.".to_owned()
        };
        out.push(MisleadingCharacter::at(place(span), message).help(help));
    }
}

/// What is misleading in the keys and values below a node, queries aside.
fn check_scalars(cx: &Context<'_>, node: &Node, out: &mut Vec<Diagnostic>) {
    match &node.value {
        Value::Mapping(map) => {
            for entry in &map.entries {
                check_scalars(cx, &entry.key, out);
                check_scalars(cx, &entry.value, out);
            }
        }
        Value::Sequence(list) => list.items.iter().for_each(|item| check_scalars(cx, item, out)),
        Value::Alias(_) => {}
        Value::Scalar(_) => {
            let is_query = |query: &Query<'_>| query.node.is_some_and(|own| own.span == node.span);
            let text = cx.source().slice(node.span);
            if text.is_ascii() || cx.queries.iter().any(is_query) {
                return;
            }
            out.extend(quoted(node, text));
            for (span, message) in misleading(text, false) {
                let plain: String = text[span.range()].chars().filter_map(plain).collect();
                let title =
                    if plain.is_empty() { "Remove it".to_owned() } else { format!("Replace with `{plain}`") };
                let span = span.shift(node.span.start as usize);
                let fix = Fix::r#unsafe(title, [Edit::new(span, plain)]);
                let help = "Retype it in plain letters.";
                out.push(MisleadingCharacter::at(span, message).help(help).fix(fix));
            }
        }
    }
}

/// A value in the quotes of a word processor, which YAML takes for a part of it.
fn quoted(node: &Node, text: &str) -> Option<Diagnostic> {
    let is_plain = node.scalar().is_some_and(|scalar| scalar.style == ScalarStyle::Plain);
    let inner = text.strip_prefix(QUOTES)?.strip_suffix(QUOTES).filter(|_| is_plain)?;
    if inner.contains(QUOTES) || inner.contains(['"', '\\', '\n']) {
        return None;
    }
    let fix = Fix::r#unsafe("Use straight quotes", [Edit::new(node.span, format!("\"{inner}\""))]);
    let message = "The typographic quotes around this value are part of it";
    Some(MisleadingCharacter::at(node.span, message).help("Use the quotes `\"` or `'` in YAML.").fix(fix))
}
