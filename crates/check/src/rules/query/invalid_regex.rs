//! `invalid-regex`

use regex_syntax::ast::{self, ErrorKind as Ast};
use regex_syntax::{Error, Parser};
use rustc_hash::FxHashSet;

use super::regexes::{Pattern, patterns};
use super::tree::{source_text, tree};
use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::view::Text;
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

mod messages;
#[cfg(test)]
mod tests;

declare_rule! {
    /// An invalid regular expression.
    ///
    /// ## Why is this bad?
    ///
    /// The service compiles the pattern when the query runs: the rule fails every time, although the query can be
    /// saved. Kusto uses the syntax of Rust's `regex` crate, which has no look-ahead, look-after or backreferences.
    /// Literal brackets, parentheses and braces must be escaped.
    ///
    /// Patterns are checked in `matches regex`, in `extract`, `extract_all`, `replace_regex`, `trim` and other
    /// functions with a pattern, and in `parse kind=regex`, including patterns defined by `let`.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool started
    /// description: Identifies hosts on which a remote management tool was started.
    /// query: |
    ///   DeviceProcessEvents
    ///   | where FileName matches regex @"^(?!known-)[a-z]+tool\.exe$"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool started
    /// description: Identifies hosts on which a remote management tool was started.
    /// query: |
    ///   DeviceProcessEvents
    ///   | where FileName matches regex @"^[a-z-]+tool\.exe$" and FileName !startswith "known-"
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/regex>
    /// - <https://docs.rs/regex/latest/regex/#syntax>
    pub(crate) InvalidRegex {
        id: "invalid-regex",
        group: Query,
        severity: Error,
        blocks: Convert,
        since: "0.1.0",
    }
}

impl Rule for InvalidRegex {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree(query) else { return };
        let mut told = FxHashSet::default();
        for pattern in patterns(query, tree, || tree.let_values(cx.meaning(query))) {
            let finding = match &pattern {
                Pattern::Whole { used, text } => whole(query, *used, text),
                Pattern::Parts(parts) => joined(query, parts),
            };
            out.extend(finding.filter(|finding| told.insert(finding.span)));
        }
    }
}

/// A finding for a pattern that stands in one place.
fn whole(query: &Query<'_>, used: Span, text: &Text<'_>) -> Option<Diagnostic> {
    let error = read(&text.value)?;
    let place = within(query, text, error.0);
    let written = text.written.span;
    let mut finding = finding(query, place, &text.value, &error);
    if used != written {
        finding = finding.label(query.span(used), "used as a regular expression here");
    }
    Some(finding)
}

/// A finding for the pattern of `parse kind=regex`, whose strings are parts of one regular expression.
fn joined(query: &Query<'_>, parts: &[Option<Text<'_>>]) -> Option<Diagnostic> {
    let mut pattern = String::new();
    let mut begins = Vec::new();
    for part in parts {
        begins.push(pattern.len());
        // A column takes what stands between the strings around it.
        pattern.push_str(part.as_ref().map_or("(.*?)", |text| &text.value));
    }
    let error = read(&pattern)?;
    let at = begins.partition_point(|begin| *begin <= error.0.start as usize).saturating_sub(1);
    let text = parts[..=at].iter().rev().flatten().next().or_else(|| parts.iter().flatten().next())?;
    let shown = error.0.start as usize;
    let begin = begins[at];
    let place = match &parts[at] {
        Some(part) if error.0.end as usize <= begin + part.value.len() => {
            within(query, part, Span::new(shown - begin, error.0.end as usize - begin))
        }
        _ => text.written.span,
    };
    Some(finding(query, place, &pattern, &error))
}

/// The place in the query of a part of a string: the string as a whole, where it is not written as it reads.
fn within(query: &Query<'_>, text: &Text<'_>, part: Span) -> Span {
    let written = text.written.span;
    let found = source_text(query, written).find(&*text.value).filter(|_| !text.value.is_empty());
    match found {
        Some(at) if !part.is_empty() => part.shift(written.start as usize + at),
        _ => written,
    }
}

fn finding(query: &Query<'_>, place: Span, pattern: &str, (part, error): &(Span, Error)) -> Diagnostic {
    let shown = pattern.get(part.range()).unwrap_or_default();
    let (what, help) = messages::words(error, shown, pattern);
    InvalidRegex::at(query.span(place), format!("The regular expression is not valid: {what}")).help(help)
}

/// What is wrong with a pattern, and where.
fn read(pattern: &str) -> Option<(Span, Error)> {
    // Most patterns are words with a few signs that stand for themselves or for any character.
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b" _-.,:;/=<>@#%&!'\"~`^$".contains(&byte) || byte >= 0x80;
    if pattern.bytes().all(plain) {
        return None;
    }
    // What a valid pattern stands for is costly to work out, and can only be wrong where it names a class of Unicode or
    // sets a flag other than those of case and lines.
    let syntax = ast::parse::Parser::new().parse(pattern);
    let harmless = |(at, _): (usize, &str)| {
        let rest = &pattern[at + 2..];
        [":", "<", "P<", "i)", "s)", "m)", "i:", "is)", "si)"].iter().any(|part| rest.starts_with(part))
    };
    if syntax.is_ok()
        && !["\\p", "\\P"].iter().any(|part| pattern.contains(part))
        && pattern.match_indices("(?").all(harmless)
    {
        return None;
    }
    let error = Parser::new().parse(pattern).err()?;
    let span = match &error {
        Error::Parse(error) => error.span(),
        Error::Translate(error) => error.span(),
        _ => return Some((Span::new(0, pattern.len()), error)),
    };
    let mut start = span.start.offset;
    if is_count(&error) {
        start = pattern[..start].rfind('{').unwrap_or(start);
    }
    // What an operator lacks is missing before it.
    let next = pattern.get(start..).and_then(|rest| rest.chars().next());
    let least = start + next.map_or(0, char::len_utf8);
    Some((Span::new(start, span.end.offset.max(least)), error))
}

/// Whether it is about the numbers in braces.
fn is_count(error: &Error) -> bool {
    let Error::Parse(error) = error else { return false };
    matches!(
        error.kind(),
        Ast::RepetitionCountUnclosed
            | Ast::RepetitionCountDecimalEmpty
            | Ast::RepetitionCountInvalid
            | Ast::DecimalEmpty
            | Ast::DecimalInvalid
    )
}
