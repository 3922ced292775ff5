//! Suppression comments: what they name, what they cover, and whether they were needed.
//!
//! In YAML `# sentlint: ignore[rule-a, rule-b] reason` covers its own line; on a line of its own it covers
//! the next line, and the whole entry where that line begins one. `# sentlint: ignore-file[rule]`
//! covers the file. Inside a query, and in Bicep, the same words stand after `//`, so that they are comments there too. A name is that
//! of a rule or of a group of rules.

use std::collections::BTreeMap;

use crate::content::{Content, Query, extension, is_bicep_file, is_query_file};
use crate::diagnostic::{Diagnostic, Suppressed};
use crate::order::Order as _;
use crate::source::{self, SourceFile, Span};
use crate::yaml::{Node, Value};

mod add;

pub use add::add;

/// One name inside a suppression comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The rule, or the group of rules, as it is written.
    pub rule: String,
    /// Where it is written.
    pub span: Span,
    /// Whether it silenced a finding.
    pub used: bool,
}

/// One suppression comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
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
pub fn suppressions(content: &Content, queries: &[Query<'_>]) -> Vec<Suppression> {
    let source = &content.source;
    let mut found = Vec::new();
    if !source::contains(source.text(), NAME) {
        return found;
    }
    let mut next: Vec<usize> = Vec::new();
    // What is written in JSON all the same is read as in YAML.
    let mark = comment_mark(source.path()).unwrap_or("#");
    for comment in &content.document.comments {
        if let Some(mut one) = read(source, comment.span, mark, comment.own_line) {
            if one.covers.is_empty() && one.missing_colon.is_none() {
                if next.is_empty() {
                    next = next_lines(source, mark);
                }
                let line = source.line_of(comment.span.start as usize);
                one.covers = covered_by_comment(content, line, comment.own_line, &next);
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
    found.order_by_key(|one| one.span);
    found
}

/// Suppressions of one rule that cover the same part of a file.
struct Cover {
    part: Span,
    /// The suppressions, each with the number of the name.
    names: Vec<(usize, usize)>,
    used: bool,
}

/// Marks the findings that are covered, and the names that were needed.
pub fn apply(suppressions: &mut [Suppression], diagnostics: &mut [Diagnostic]) {
    if suppressions.is_empty() {
        return;
    }
    // Findings and covers are gone through together, in the order of the file: no finding is held against every suppression.
    let mut covers: BTreeMap<(u32, u32, &str), Cover> = BTreeMap::new();
    for (at, one) in suppressions.iter().enumerate() {
        for (number, name) in one.names.iter().enumerate() {
            for part in &one.covers {
                let cover = covers.entry((part.start, part.end, &name.rule));
                let cover = cover.or_insert_with(|| Cover { part: *part, names: Vec::new(), used: false });
                cover.names.push((at, number));
            }
        }
    }
    let mut waiting = covers.into_iter().map(|((_, _, rule), cover)| (rule, cover)).peekable();
    let mut open: BTreeMap<&str, Vec<Cover>> = BTreeMap::new();
    let mut used: Vec<(usize, usize)> = Vec::new();
    let mut order: Vec<usize> = (0..diagnostics.len()).collect();
    order.order_by_key(|at| diagnostics[*at].span.start);
    for at in order {
        let diagnostic = &mut diagnostics[at];
        let place = diagnostic.span.start;
        while let Some((rule, cover)) = waiting.next_if(|(_, cover)| cover.part.start <= place) {
            open.entry(rule).or_default().push(cover);
        }
        let mut first: Option<usize> = None;
        // A comment names rules, and groups of them.
        for name in [diagnostic.rule.id, diagnostic.rule.group.as_str()] {
            let Some(covers) = open.get_mut(name) else { continue };
            covers.retain(|cover| place <= cover.part.end);
            let own = covers.iter().filter_map(|cover| cover.names.first()).map(|(one, _)| *one).min();
            first = first.into_iter().chain(own).min();
            for cover in covers.iter_mut().filter(|cover| !cover.used) {
                cover.used = true;
                used.extend(&cover.names);
            }
        }
        if let Some(first) = first {
            diagnostic.suppressed.get_or_insert(Suppressed { reason: suppressions[first].reason.clone() });
        }
    }
    drop((waiting, open));
    for (one, name) in used {
        suppressions[one].names[name].used = true;
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

/// What a comment covers: its line, or for a comment on a line of its own the first line after it that is none, which
/// `next` tells of a line.
fn covered_by_comment(content: &Content, line: usize, own_line: bool, next: &[usize]) -> Vec<Span> {
    let line = if own_line { next.get(line + 1).copied().unwrap_or(line + 1) } else { line };
    let here = content.source.line_span(line);
    let mut covers = vec![here];
    if let Some(root) = content.root() {
        covers.extend(entry_at(root, here));
    }
    covers
}

/// For each line the first from it on that is neither blank nor a comment.
fn next_lines(source: &SourceFile, mark: &str) -> Vec<usize> {
    let lines = source.line_starts().len();
    let mut next = vec![lines; lines];
    let mut last = lines;
    for line in (0..lines).rev() {
        if !is_blank_or_comment(source.slice(source.line_span(line)), mark) {
            last = line;
        }
        next[line] = last;
    }
    next
}

fn is_blank_or_comment(line: &str, mark: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with(mark)
}

/// What a comment of a file begins with outside of its queries; `None` for JSON, which has no comments.
fn comment_mark(path: &str) -> Option<&'static str> {
    match extension(path) {
        Some(extension) if extension.eq_ignore_ascii_case("json") => None,
        _ if is_bicep_file(path) || is_query_file(path) => Some("//"),
        _ => Some("#"),
    }
}

/// The outermost entry or item that begins on a line.
fn entry_at(node: &Node, line: Span) -> Option<Span> {
    let begins = |span: Span| line.touches(span.start as usize);
    // What begins before the line can hold what begins on it only where it is the last of those.
    match &node.value {
        Value::Mapping(map) => {
            let first = map.entries.partition_point(|entry| entry.key.span.start < line.start);
            let inside = first.checked_sub(1).and_then(|at| entry_at(&map.entries[at].value, line));
            let here = map.entries.get(first).filter(|entry| begins(entry.key.span));
            inside.or_else(|| here.map(|entry| entry.key.span.cover(entry.value.span)))
        }
        Value::Sequence(sequence) => {
            let first = sequence.items.partition_point(|item| item.span.start < line.start);
            let inside = first.checked_sub(1).and_then(|at| entry_at(&sequence.items[at], line));
            inside
                .or_else(|| sequence.items.get(first).filter(|item| begins(item.span)).map(|item| item.span))
        }
        _ => None,
    }
}
