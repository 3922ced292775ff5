//! Writes suppression comments for findings that are to be kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{MARK, comment_mark};
use crate::content::{Content, Query};
use crate::diagnostic::Diagnostic;
use crate::source::{Edit, SourceFile, Span};
use crate::yaml::{Node, ScalarStyle, Value};

/// What a comment before a line says.
#[derive(Default)]
struct Comment<'d> {
    /// The rules.
    rules: BTreeSet<&'d str>,
    /// Whether the line is one of a query, where comments begin with two slashes.
    in_query: bool,
}

/// Adds a comment for each finding, on a line of its own at the same indentation: in a query before the line of the
/// finding, elsewhere before the key that holds it. Where a query is not written as a block, whose lines are those of
/// the file, the comment stands before its key. Returns the new text and the number of comments; `None` where there
/// is nothing to add.
pub fn add<'d>(
    source: &Arc<SourceFile>,
    diagnostics: impl Iterator<Item = &'d Diagnostic>,
    reason: &str,
) -> Option<(String, usize)> {
    if !source.is_writable() {
        return None;
    }
    // JSON has no comments.
    let outside = comment_mark(source.path())?;
    let content = Content::read(Arc::clone(source), source.path());
    let queries = content.queries();
    let query_file = crate::content::is_query_file(source.path());
    let mut lines: BTreeMap<usize, Comment<'_>> = BTreeMap::new();
    let mut whole: BTreeSet<&str> = BTreeSet::new();
    for diagnostic in diagnostics {
        // No line stands before a byte-order mark.
        if source.has_bom() && diagnostic.span.start == 0 {
            whole.insert(diagnostic.rule.id);
            continue;
        }
        let in_query = query_file || queries.iter().any(|query| has_own_line(source, query, diagnostic.span));
        let root = content.root().filter(|_| !in_query);
        let start = root.and_then(|root| owner(root, diagnostic.span)).unwrap_or(diagnostic.span.start);
        let comment = lines.entry(source.line_of(start as usize)).or_default();
        comment.rules.insert(diagnostic.rule.id);
        comment.in_query = in_query;
    }
    // A reason of several lines would end the comment.
    let why = reason.split_whitespace().fold(String::new(), |text, word| text + " " + word);
    let mut edits = Vec::new();
    if !whole.is_empty() {
        lines.entry(0).or_default().in_query = query_file;
    }
    for (line, Comment { rules, in_query }) in &lines {
        let mark = if *in_query { "//" } else { outside };
        let span = source.line_span(*line);
        let text = source.slice(span).trim_start_matches(crate::source::BOM);
        let start = span.end as usize - text.len();
        let indentation = &text[..text.len() - text.trim_start_matches(' ').len()];
        let list = |names: &BTreeSet<&str>| names.iter().copied().collect::<Vec<_>>().join(", ");
        let mut comment = String::new();
        if *line == 0 && !whole.is_empty() {
            comment += &format!("{mark} {MARK} ignore-file[{}]{why}{}", list(&whole), source.line_end());
        }
        if !rules.is_empty() {
            comment +=
                &format!("{indentation}{mark} {MARK} ignore[{}]{why}{}", list(rules), source.line_end());
        }
        edits.push(Edit::insert(start, comment));
    }
    if edits.is_empty() {
        return None;
    }
    let before = meaning(&content, &queries);
    let reads_alike = |text: &str| {
        let after = Content::read(Arc::new(SourceFile::new(source.path(), text)), source.path());
        query_file || meaning(&after, &after.queries()) == before
    };
    let text = Edit::apply(&edits, source.text())?;
    if reads_alike(&text) {
        return Some((text, edits.len()));
    }
    // In a broken file a line may look like one for a comment and be part of a string.
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

/// Whether a place is in a query that is a literal block, on a line that no token spans, so that a comment can be
/// written before the line.
fn has_own_line(source: &SourceFile, query: &Query<'_>, place: Span) -> bool {
    let line = source.line_span(source.line_of(place.start as usize));
    let is_block = query.node.is_some_and(|node| match &node.value {
        Value::Scalar(scalar) if scalar.style == ScalarStyle::Literal => {
            node.span.contains(place) && scalar.header.is_some_and(|header| header.end <= line.start)
        }
        _ => false,
    });
    is_block
        && !query.parse().tokens.iter().any(|token| {
            let span = query.span(token.span);
            span.start < line.start && line.start < span.end
        })
}

/// What a file says, comments aside: its errors, its tree without the queries' comments for sentlint, and the tokens
/// of each query.
fn meaning(content: &Content, queries: &[Query<'_>]) -> (usize, Option<serde_json::Value>, Vec<Vec<String>>) {
    let tokens = |query: &Query<'_>| {
        let tokens = query.parse().tokens.iter();
        tokens.map(|token| query.text[token.span.range()].to_owned()).collect::<Vec<_>>()
    };
    let mut json = content.root().map(crate::yaml::to_json);
    json.iter_mut().for_each(without_comments);
    (content.document.errors.len(), json, queries.iter().map(tokens).collect())
}

/// Takes the lines of strings that are comments for sentlint out of a tree.
fn without_comments(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) if text.contains(MARK) => {
            let is_ours = |line: &&str| {
                line.trim_start().strip_prefix("//").is_some_and(|line| line.trim_start().starts_with(MARK))
            };
            *text = text.split_inclusive('\n').filter(|line| !is_ours(line)).collect();
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(without_comments),
        serde_json::Value::Object(map) => map.values_mut().for_each(without_comments),
        _ => {}
    }
}

/// Where the innermost entry or item that holds a place begins. Nothing can be written inside a scalar,
/// and a comment inside brackets is easily overlooked, so neither is entered.
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
