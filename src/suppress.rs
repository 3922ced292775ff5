//! Suppression comments: what they name, what they cover, and whether they were needed.
//!
//! In YAML `# sentlint: ignore[rule-a, rule-b] reason` covers its own line; on a line of its own it covers
//! the next line, and the whole entry where that line begins one. `# sentlint: ignore-file[rule]`
//! covers the file. Inside a query the same words stand after `//`, so that they are comments there too. A name is that
//! of a rule or of a group of rules.

use crate::content::{Content, Query};
use crate::diagnostic::{Diagnostic, Suppressed};
use crate::source::{SourceFile, Span};
use crate::yaml::{Node, Value};

mod add;

pub(crate) use add::add;

/// One name inside of a suppression comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// The rule, or the group of rules, as it is written.
    pub rule: String,
    /// Where it is written.
    pub span: Span,
    /// Whether it silenced a finding.
    pub used: bool,
}

/// One suppression comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suppression {
    /// The comment, from its first mark to the end of its line.
    pub span: Span,
    /// Whether nothing but blanks stands before it on its line.
    pub own_line: bool,
    /// The rules that it names.
    pub names: Vec<Name>,
    /// Why, in its author's words.
    pub reason: String,
    /// Where the colon is missing after `sentlint`, without which the comment suppresses nothing.
    pub missing_colon: Option<u32>,
    covers: Vec<Span>,
}

/// What a suppression comment begins with, before its colon.
const NAME: &str = "sentlint";
const MARK: &str = "sentlint:";

/// The suppression comments of a file, in its order.
pub(crate) fn suppressions(content: &Content, queries: &[Query<'_>]) -> Vec<Suppression> {
    let source = &content.source;
    let mut found = Vec::new();
    if !source.text().contains(NAME) {
        return found;
    }
    for comment in &content.document.comments {
        if let Some(mut one) = read(source, comment.span, "#", comment.own_line) {
            if one.covers.is_empty() && one.missing_colon.is_none() {
                one.covers = covered_by_comment(content, comment.span, comment.own_line);
            }
            found.push(one);
        }
    }
    for query in queries {
        for (span, own_line) in query_comments(query) {
            let place = query.span(span);
            if let Some(mut one) = read(source, place, "//", own_line) {
                if one.covers.is_empty() && one.missing_colon.is_none() {
                    let line = source.line_of(place.start as usize);
                    one.covers = vec![source.line_span(if own_line { line + 1 } else { line })];
                }
                found.push(one);
            }
        }
    }
    found.sort_by_key(|one| one.span);
    found
}

/// Marks the findings that are covered, and the names that were needed.
pub(crate) fn apply(suppressions: &mut [Suppression], diagnostics: &mut [Diagnostic]) {
    for diagnostic in diagnostics {
        for one in suppressions.iter_mut() {
            if !one.covers.iter().any(|span| span.touches(diagnostic.span.start as usize)) {
                continue;
            }
            let rule = diagnostic.rule;
            let names = |name: &&mut Name| name.rule == rule.id || name.rule == rule.group.as_str();
            for name in one.names.iter_mut().filter(names) {
                name.used = true;
                diagnostic.suppressed.get_or_insert(Suppressed { reason: one.reason.clone() });
            }
        }
    }
}

/// The comments of a query that may be meant for sentlint.
fn query_comments(query: &Query<'_>) -> Vec<(Span, bool)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in query.text.split_inclusive('\n') {
        let body = line.trim_end();
        let marks = body.match_indices("//").map(|(at, _)| at);
        let meant = |at: &usize| {
            after_name(body[*at + 2..].trim_start()).is_some() && !is_inside_token(query, start + at)
        };
        if let Some(at) = marks.into_iter().find(meant) {
            found.push((Span::new(start + at, start + body.len()), body[..at].trim().is_empty()));
        }
        start += line.len();
    }
    found
}

/// Whether a place of a query is part of a token, such as a string, where two slashes begin no comment.
fn is_inside_token(query: &Query<'_>, offset: usize) -> bool {
    let tokens = &query.parse().tokens;
    let next = tokens.partition_point(|token| (token.span.start as usize) < offset);
    next > 0 && offset < tokens[next - 1].span.end as usize
}

/// Reads one comment; a comment that is not for sentlint is none of ours. One that names no rule silences nothing.
fn read(source: &SourceFile, span: Span, opening: &str, own_line: bool) -> Option<Suppression> {
    let text = source.slice(span);
    let (body, has_colon) = after_name(text.strip_prefix(opening)?.trim_start())?;
    let offset = |rest: &str| span.start + (rest.as_ptr() as usize - text.as_ptr() as usize) as u32;
    let missing_colon = (!has_colon).then(|| offset(body));
    let body = body.trim_start();
    let (body, whole_file) = match body.strip_prefix("ignore-file") {
        Some(rest) => (rest, true),
        None => (body.strip_prefix("ignore")?, false),
    };
    let named = body.trim_start().strip_prefix('[').and_then(|body| body.split_once(']'));
    let (list, reason) = named.unwrap_or((&body[..0], ""));
    let base = span.start as usize + (list.as_ptr() as usize - text.as_ptr() as usize);
    let mut names = Vec::new();
    let mut at = base;
    for part in list.split(',') {
        let rule = part.trim();
        let start = at + (part.len() - part.trim_start().len());
        if !rule.is_empty() {
            names.push(Name {
                rule: rule.to_owned(),
                span: Span::new(start, start + rule.len()),
                used: false,
            });
        }
        at += part.len() + 1;
    }
    let reason = reason.trim().trim_start_matches(['-', ':']).trim().to_owned();
    let covers = if missing_colon.is_some() {
        Vec::new()
    } else if whole_file {
        vec![Span::new(0, source.text().len())]
    } else {
        Vec::new()
    };
    Some(Suppression { span, own_line, names, reason, missing_colon, covers })
}

/// What follows the name in the text of a comment that is meant for sentlint, and whether a colon stands between them.
/// Without one only what reads like a suppression is taken for one, since people write about sentlint too.
fn after_name(comment: &str) -> Option<(&str, bool)> {
    if let Some(rest) = comment.strip_prefix(MARK) {
        return Some((rest, true));
    }
    let rest = comment.strip_prefix(NAME)?;
    let words = rest.trim_start();
    let list = words.strip_prefix("ignore-file").or_else(|| words.strip_prefix("ignore"))?;
    (words.len() < rest.len() && list.trim_start().starts_with('[')).then_some((rest, false))
}

fn covered_by_comment(content: &Content, comment: Span, own_line: bool) -> Vec<Span> {
    let source = &content.source;
    let mut line = source.line_of(comment.start as usize);
    if own_line {
        // Other comments may stand between the suppression and what it is for.
        let lines = source.line_starts().len();
        line += 1;
        while line < lines && is_blank_or_comment(source.slice(source.line_span(line))) {
            line += 1;
        }
    }
    let here = source.line_span(line);
    let mut covers = vec![here];
    if let Some(root) = content.root() {
        covers.extend(entry_at(root, here));
    }
    covers
}

fn is_blank_or_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

/// The outermost entry or item that begins on a line.
fn entry_at(node: &Node, line: Span) -> Option<Span> {
    let begins = |span: Span| line.touches(span.start as usize);
    match &node.value {
        Value::Mapping(map) => map.entries.iter().find_map(|entry| {
            if begins(entry.key.span) {
                return Some(entry.key.span.cover(entry.value.span));
            }
            entry_at(&entry.value, line)
        }),
        Value::Sequence(sequence) => sequence
            .items
            .iter()
            .find_map(|item| if begins(item.span) { Some(item.span) } else { entry_at(item, line) }),
        _ => None,
    }
}
