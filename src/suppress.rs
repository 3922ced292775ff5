//! Suppression comments: what they name, what they cover, and whether they were needed.
//!
//! In YAML `# sentlint: ignore[rule-a, rule-b] reason` covers its own line; on a line of its own it covers
//! the next line, and the whole entry where that line begins one. `# sentlint: ignore-file[rule]`
//! covers the file. Inside of a query the same words stand behind `//`, so that they are comments there too.

use std::collections::{BTreeMap, BTreeSet};

use crate::content::{Content, Query};
use crate::diagnostic::{Diagnostic, Suppressed};
use crate::source::{Edit, SourceFile, Span};
use crate::yaml::{Document, Node, Value};

/// One name inside of a suppression comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// The rule as it is written.
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
    covers: Vec<Span>,
}

const MARK: &str = "sentlint:";

/// The suppression comments of a file, in its order.
pub(crate) fn suppressions(content: &Content, queries: &[Query<'_>]) -> Vec<Suppression> {
    let source = &content.source;
    let mut found = Vec::new();
    if !source.text().contains(MARK) {
        return found;
    }
    for comment in &content.document.comments {
        if let Some(mut one) = read(source, comment.span, "#", comment.own_line) {
            if one.covers.is_empty() {
                one.covers = covered_by_comment(content, comment.span, comment.own_line);
            }
            found.push(one);
        }
    }
    for query in queries {
        for (span, own_line) in query_comments(query) {
            let place = query.span(span);
            if let Some(mut one) = read(source, place, "//", own_line) {
                if one.covers.is_empty() {
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
            for name in one.names.iter_mut().filter(|name| name.rule == diagnostic.rule.id) {
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
            body[*at + 2..].trim_start().starts_with(MARK) && !is_inside_token(query, start + at)
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
    let body = text.strip_prefix(opening)?.trim_start().strip_prefix(MARK)?.trim_start();
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
    let covers = if whole_file { vec![Span::new(0, source.text().len())] } else { Vec::new() };
    Some(Suppression { span, own_line, names, reason, covers })
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

/// Adds a comment for each finding: on a line of its own before the key that holds the finding, at the same
/// indentation. Findings inside of a query are covered from above the query's key, so that the query
/// stays as it is. Returns the new text and the number of comments; `None` where there is nothing to add.
pub(crate) fn add<'d>(
    source: &SourceFile,
    diagnostics: impl Iterator<Item = &'d Diagnostic>,
    reason: &str,
) -> Option<(String, usize)> {
    if !source.is_writable() {
        return None;
    }
    let document = crate::yaml::parse(source);
    let query_file = crate::content::is_query_file(source.path());
    let mut lines: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    let mut whole: BTreeSet<&str> = BTreeSet::new();
    for diagnostic in diagnostics {
        // No line stands before a byte-order mark.
        if source.has_bom() && diagnostic.span.start == 0 {
            whole.insert(diagnostic.rule.id);
            continue;
        }
        let place = document.root.as_ref().filter(|_| !query_file);
        let start = place.and_then(|root| owner(root, diagnostic.span)).unwrap_or(diagnostic.span.start);
        lines.entry(source.line_of(start as usize)).or_default().insert(diagnostic.rule.id);
    }
    let mark = if query_file { "//" } else { "#" };
    // A reason of several lines would end the comment.
    let why = reason.split_whitespace().fold(String::new(), |text, word| text + " " + word);
    let mut edits = Vec::new();
    if !whole.is_empty() {
        lines.entry(0).or_default();
    }
    for (line, rules) in &lines {
        let span = source.line_span(*line);
        let text = source.slice(span).trim_start_matches(crate::source::BOM);
        let start = span.end as usize - text.len();
        let indentation = &text[..text.len() - text.trim_start_matches(' ').len()];
        let names = rules.iter().copied().collect::<Vec<_>>().join(", ");
        let mut comment = String::new();
        if *line == 0 && !whole.is_empty() {
            let names = whole.iter().copied().collect::<Vec<_>>().join(", ");
            comment += &format!("{mark} {MARK} ignore-file[{names}]{why}{}", source.line_end());
        }
        if !rules.is_empty() {
            comment += &format!("{indentation}{mark} {MARK} ignore[{names}]{why}{}", source.line_end());
        }
        edits.push(Edit::insert(start, comment));
    }
    let text = Edit::apply(&edits, source.text())?;
    if edits.is_empty() {
        return None;
    }
    let reads_alike =
        |text: &str| query_file || says_the_same(&document, &SourceFile::new(source.path(), text));
    if reads_alike(&text) {
        return Some((text, edits.len()));
    }
    // In a broken file a line may look like one for a comment and be part of a text.
    let mut kept: Vec<Edit> = Vec::new();
    let mut best = None;
    for edit in edits {
        kept.push(edit);
        match Edit::apply(&kept, source.text()).filter(|text| reads_alike(text)) {
            Some(text) => best = Some((text, kept.len())),
            None => {
                kept.pop();
            }
        }
    }
    best
}

/// Whether a text reads as a document did, comments aside.
fn says_the_same(document: &Document, after: &SourceFile) -> bool {
    let after = crate::yaml::parse(after);
    let json = |document: &Document| document.root.as_ref().map(crate::yaml::to_json);
    after.errors.len() == document.errors.len() && json(&after) == json(document)
}

/// Where the innermost entry or item that holds a place begins. Nothing can be written inside of a scalar,
/// and a comment inside of brackets is easily overlooked, so neither is entered.
fn owner(node: &Node, place: Span) -> Option<u32> {
    match &node.value {
        Value::Mapping(map) if !map.flow => map.entries.iter().find_map(|entry| {
            let whole = entry.key.span.cover(entry.value.span);
            whole.contains(place).then(|| owner(&entry.value, place).unwrap_or(entry.key.span.start))
        }),
        Value::Sequence(sequence) if !sequence.flow => sequence.items.iter().find_map(|item| {
            item.span.contains(place).then(|| owner(item, place).unwrap_or(item.span.start))
        }),
        _ => None,
    }
}
