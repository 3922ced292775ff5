//! `unquoted-text`

use rustc_hash::FxHashSet;

use crate::content::Kind;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::rules::words::PROSE;
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;
use crate::yaml::edit::quote_if_needed;
use crate::yaml::{Node, ScalarStyle, Value};

#[cfg(test)]
mod tests;

declare_rule! {
    /// An unquoted string of which YAML reads a part as something else.
    ///
    /// ## Why is this bad?
    ///
    /// Without quotes, ` #` starts a comment, and a `!` or `&` at the start of a value is a tag or an anchor. The file
    /// is valid, but the name of the rule lacks those words in Sentinel.
    ///
    /// A comment after a name or description is only reported if it looks like part of the sentence: `#1`, `# of`.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet, stage #1 of the intrusion
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: "Remote tool reached the internet, stage #1 of the intrusion"
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The value is quoted up to the end of its line, which changes it, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://yaml.org/spec/1.2.2/#66-comments>
    /// - <https://yaml.org/spec/1.2.2/#69-node-properties>
    pub(crate) UnquotedText {
        id: "unquoted-text",
        group: Yaml,
        severity: Warning,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

impl Rule for UnquotedText {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        if matches!(cx.kind(), Kind::Query | Kind::Unknown) {
            return;
        }
        let Some(root) = cx.content.root() else { return };
        let mut aliases = FxHashSet::default();
        named_again(root, &mut aliases);
        let reader = Reader { cx, aliases };
        reader.visit(root, &mut |found| out.push(found));
    }
}

/// The anchors that are referred to. The tree's depth is limited by the reader, so recursion is safe.
fn named_again<'a>(node: &'a Node, found: &mut FxHashSet<&'a str>) {
    match &node.value {
        Value::Alias(name) => {
            found.insert(name);
        }
        Value::Mapping(map) => map.entries.iter().for_each(|entry| named_again(&entry.value, found)),
        Value::Sequence(list) => list.items.iter().for_each(|item| named_again(item, found)),
        Value::Scalar(_) => {}
    }
}

struct Reader<'c> {
    cx: &'c Context<'c>,
    aliases: FxHashSet<&'c str>,
}

impl<'c> Reader<'c> {
    fn visit(&self, node: &'c Node, tell: &mut dyn FnMut(Diagnostic)) {
        let text = self.cx.source().text();
        match &node.value {
            Value::Mapping(map) => {
                for entry in &map.entries {
                    let after = entry.key.span.end as usize;
                    let start = text[after..].find(':').map_or(after, |at| after + at + 1);
                    let key = entry.key.as_str().unwrap_or_default();
                    self.value(&entry.value, start, key, tell);
                    self.visit(&entry.value, tell);
                }
            }
            Value::Sequence(list) => {
                for (at, item) in list.items.iter().enumerate() {
                    if let Some(dash) = list.dashes.get(at) {
                        self.value(item, *dash as usize + 1, "", tell);
                    }
                    self.visit(item, tell);
                }
            }
            _ => {}
        }
    }

    /// Looks at a scalar whose line begins at `start`, after the colon or dash.
    fn value(&self, node: &Node, start: usize, key: &str, tell: &mut dyn FnMut(Diagnostic)) {
        let Some(scalar) = node.scalar().filter(|scalar| !scalar.style.is_block() && !scalar.in_flow) else {
            return;
        };
        let comments = &self.cx.content.document.comments;
        if node.tag.is_none() && node.anchor.is_none() && comments.is_empty() {
            return;
        }
        let text = self.cx.source().text();
        let source = self.cx.source();
        let line = source.line_span(source.line_of(start));
        let Some(rest) = text.get(start..line.end as usize) else { return };
        let start = start + (rest.len() - rest.trim_start().len());
        let whole = Span::new(start, start + text[start..line.end as usize].trim_end().len());
        // What goes on in the next line has no simple repair.
        if !whole.contains(node.span) && !node.span.is_empty() {
            return;
        }
        let written = source.slice(whole);
        if node.tag.as_deref().is_some_and(|tag| tag.starts_with('!')) && written.starts_with('!') {
            let tag = written.split_whitespace().next().unwrap_or(written);
            let message = format!("`{tag}` is a YAML tag, not part of the value");
            tell(self.finding(Span::new(start, start + tag.len()), message, whole));
        } else if let Some(anchor) = node.anchor.filter(|anchor| {
            let name = source.slice(*anchor).trim_start_matches('&');
            whole.contains(*anchor) && !self.aliases.contains(name)
        }) {
            let written = source.slice(anchor);
            let message = format!("`{written}` is a YAML anchor, not part of the value");
            tell(self.finding(anchor, message, whole));
        } else if scalar.style == ScalarStyle::Plain {
            let cut = comments.iter().find(|comment| {
                let here = whole.touches(comment.span.start as usize) && node.span.end <= comment.span.start;
                here && !comment.own_line
            });
            if let Some(comment) =
                cut.filter(|comment| goes_on(key, &scalar.text, source.slice(comment.span)))
            {
                let message = "` #` starts a comment in YAML: the value ends before it";
                tell(self.finding(comment.span, message.to_owned(), whole));
            }
        }
    }

    fn finding(&self, place: Span, message: String, whole: Span) -> Diagnostic {
        let written = self.cx.source().slice(whole);
        let quoted = quote_if_needed(written);
        let help = "Put the value in quotes if these characters are part of it.";
        let fix = Fix::r#unsafe("Put the value in quotes", [Edit::new(whole, quoted)]);
        UnquotedText::at(place, message).help(help).fix(fix)
    }
}

/// Whether a comment looks like the rest of the value before it.
fn goes_on(key: &str, value: &str, comment: &str) -> bool {
    let after = &comment[1..];
    let prose = PROSE.iter().any(|name| name.eq_ignore_ascii_case(key));
    if key.eq_ignore_ascii_case("query") {
        // A string of the query that is cut in two.
        return ['"', '\''].iter().any(|quote| value.matches(*quote).count() % 2 == 1);
    }
    let word: String = after.chars().take_while(|c| c.is_alphanumeric()).collect();
    let note = matches!(&*word.to_ascii_lowercase(), "todo" | "fixme" | "sentlint" | "region" | "endregion");
    let spaced = after.strip_prefix(' ').unwrap_or_default();
    prose
        && !note
        && (after.starts_with(|c: char| c.is_alphanumeric())
            || spaced.starts_with(|c: char| c.is_ascii_digit())
            || spaced.starts_with("of "))
}
