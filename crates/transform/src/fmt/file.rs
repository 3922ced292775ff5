//! The queries of a file, formatted where they stand: in the block scalars of YAML with their indentation and chomping,
//! in the multi-line strings of Bicep, and in query files. JSON, which writes a string on one line, stays as it is.

use std::sync::Arc;

use super::{Options, Style, format, has_invisible};
use crate::content::{Content, Query, is_detection_file, same_query};
use crate::source::{BOM, Edit, SourceFile, Span};
use crate::yaml::{Node, ScalarStyle, edit};

/// What formatting makes of a file.
#[derive(Clone, Debug)]
pub struct Formatted {
    /// The new text; `None` where nothing changes.
    pub text: Option<String>,
    /// The queries that stay as they are although they are perhaps not formatted.
    pub left: Vec<Unformatted>,
}

/// A query that cannot be formatted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unformatted {
    /// Its first line.
    pub span: Span,
    /// Why, in words that follow the file's name.
    pub reason: &'static str,
}

/// What formatting would do to one query.
pub enum Change {
    /// Nothing: it is formatted.
    None,
    /// This edit of the file.
    Edit(Edit),
    /// It cannot be done, for this reason.
    Not(&'static str),
}

/// Formats the queries of a file. If `guesses`, scalars that are no literal blocks become such, and each query of a file
/// that seems to hold several is formatted.
pub fn of_file(content: &Content, options: Options, guesses: bool) -> Formatted {
    let (mut edits, mut left) = (Vec::new(), Vec::new());
    for query in content.queries() {
        match change(content, &query, options, guesses) {
            Change::None => {}
            Change::Edit(edit) => edits.push(edit),
            Change::Not(reason) => left.push(Unformatted { span: query.first_line(), reason }),
        }
    }
    let text = if edits.is_empty() { None } else { Edit::apply(&edits, content.source.text()) };
    // What was made of other scalars is read again: around a block there may be what speaks of the value's end.
    if guesses && text.as_ref().is_some_and(|text| !has_same_values(content, text)) {
        return of_file(content, options, false);
    }
    Formatted { text, left }
}

/// What formatting would do to a query of a file.
pub fn change(content: &Content, query: &Query<'_>, options: Options, guesses: bool) -> Change {
    let parse = query.parse();
    if !parse.errors.is_empty() {
        return Change::Not("the query does not parse");
    }
    let text = match query.node.map(Node::as_str) {
        Some(Some(text)) => text,
        Some(None) => return Change::None,
        None => content.source.slice(query.span(Span::new(0, query.text.len()))),
    };
    let is_part = query.node.is_none() && text.len() < content.source.text().trim_start_matches(BOM).len();
    if is_part && !guesses {
        // The text as a whole does not parse, and whether it is meant as several queries is a guess.
        return Change::Not("the file holds several queries, which --unsafe-fixes would format");
    }
    let Some(new) = format(text, parse, options.removing_invisible(guesses)) else {
        return Change::Not(if !guesses && has_invisible(text, parse) {
            "the query has invisible characters between its words, which --unsafe-fixes would remove"
        } else {
            "the query has characters that cannot be laid out"
        });
    };
    let Some(node) = query.node else {
        return if is_part {
            part(content, query, text, &new)
        } else {
            in_file(content, query, text, &new, options)
        };
    };
    let kept = &text[text.trim_end_matches('\n').len()..];
    let new = new.trim_end_matches('\n').to_owned() + kept;
    if new == text {
        return Change::None;
    }
    let edit = match node.scalar().map(|scalar| scalar.style) {
        Some(ScalarStyle::Literal | ScalarStyle::BicepLines) => query.edit(Span::new(0, text.len()), &new),
        Some(ScalarStyle::Bicep) => {
            return Change::Not("the query is not in a multi-line string (`'''`)");
        }
        _ if is_detection_file(content.source.path()) => {
            return Change::Not("JSON writes the query on one line");
        }
        _ if guesses => edit::as_block(&content.source, node, &with_line_end(new)),
        _ => return Change::Not("the query is not in a literal block scalar (`|`)"),
    };
    edit.map_or(Change::Not("the string cannot hold the result"), Change::Edit)
}

/// A block without a line end needs an indicator for that, which a query does not.
fn with_line_end(text: String) -> String {
    if text.ends_with('\n') { text } else { text + "\n" }
}

/// The edit of a query file, which ends with a line end afterwards, in the official layout if it did.
fn in_file(content: &Content, query: &Query<'_>, text: &str, new: &str, options: Options) -> Change {
    let line_end = content.source.line_end();
    let tail = if new.is_empty() || options.style == Style::Kusto { "" } else { line_end };
    let new = with_line_ends(new, line_end) + tail;
    if new == text {
        return Change::None;
    }
    Change::Edit(Edit::new(query.span(Span::new(0, text.len())), new))
}

/// The edit of one query of several in a file: what parts it from the others stays.
fn part(content: &Content, query: &Query<'_>, text: &str, new: &str) -> Change {
    let start = text.len() - text.trim_start().len();
    let span = Span::new(start, text.trim_end().len().max(start));
    let new = with_line_ends(new.trim(), content.source.line_end());
    if new == text[span.range()] { Change::None } else { Change::Edit(Edit::new(query.span(span), new)) }
}

/// The text with the line ends of its file.
fn with_line_ends(text: &str, line_end: &str) -> String {
    if line_end == "\n" { text.to_owned() } else { text.replace("\r\n", "\n").replace('\n', line_end) }
}

/// Whether a new text has the values of the old one, its queries aside, and queries with the same tokens.
fn has_same_values(content: &Content, text: &str) -> bool {
    let source = Arc::new(SourceFile::new(content.source.path(), text));
    let new = Content::read(source, content.source.path());
    let (old_queries, new_queries) = (content.queries(), new.queries());
    old_queries.len() == new_queries.len()
        && old_queries.iter().zip(&new_queries).all(|(old, new)| same_query(old.text, new.text))
        && new.document.errors.len() == content.document.errors.len()
        && match (content.document.root.as_ref(), new.document.root.as_ref()) {
            (Some(old), Some(new)) => same_but_queries(old, new, &old_queries),
            (old, new) => old.is_none() && new.is_none(),
        }
}

fn same_but_queries(old: &Node, new: &Node, queries: &[Query<'_>]) -> bool {
    let (Some(old), Some(new)) = (old.as_mapping(), new.as_mapping()) else { return false };
    let is_query =
        |node: &Node| queries.iter().any(|query| query.node.is_some_and(|found| found.span == node.span));
    old.entries.len() == new.entries.len()
        && old.entries.iter().zip(&new.entries).all(|(old, new)| {
            old.name() == new.name()
                && (is_query(&old.value)
                    || crate::yaml::to_json(&old.value) == crate::yaml::to_json(&new.value))
        })
}
