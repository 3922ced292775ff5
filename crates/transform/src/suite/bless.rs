//! What a test expects, rewritten from its result: only the values that differ, so that comments stay.

use super::expect::{self, nearest};
use super::rows::value_of;
use super::scalars::{cell, scalar};
use crate::content::model::Template;
use crate::engine::table::Table;
use crate::engine::{Row, same};
use crate::order::Order as _;
use crate::source::Span;
use crate::yaml::{Entry, Node};

/// Another text in one place of a test file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blessed {
    pub span: Span,
    pub text: String,
}

/// The edits after which a test expects what it came to.
pub(super) fn blessed(
    expect: &Node,
    table: &Table,
    template: Option<&Template<'_>>,
    now: Option<i64>,
) -> Vec<Blessed> {
    let count = table.count();
    let mut edits = Vec::new();
    if let Some(word) = expect.as_str() {
        let text = match (word, count) {
            ("any", 0) => "none".to_owned(),
            ("none", 1..) => {
                let row = table.rows.first().map(|row| shown(table, row, now)).filter(|row| !row.is_empty());
                match row {
                    Some(row) => format!("{{rows: {count}, contains: [{{{}}}]}}", row.join(", ")),
                    None => format!("{{rows: {count}}}"),
                }
            }
            _ => return edits,
        };
        edits.push(Blessed { span: expect.span, text });
        return edits;
    }
    for entry in expect.as_mapping().into_iter().flat_map(|map| &map.entries) {
        match entry.name().unwrap_or_default() {
            "rows" => number(entry, Some(count), &mut edits),
            "alerts" => number(entry, expect::alerts(template, count), &mut edits),
            "incidents" => number(entry, expect::incidents(template, table), &mut edits),
            "contains" => contains(entry, table, now, &mut edits),
            _ => {}
        }
    }
    edits
}

fn number(entry: &Entry, found: Option<usize>, edits: &mut Vec<Blessed>) {
    let Some(found) = found else { return };
    let bound = |name: &str| {
        let node = entry.value.as_mapping()?.get(name)?;
        node.as_str()?.parse::<usize>().ok()
    };
    let fits = match entry.value.as_str() {
        Some(text) => text.parse() == Ok(found),
        None => {
            bound("at-least").is_none_or(|least| found >= least)
                && bound("at-most").is_none_or(|most| found <= most)
        }
    };
    if !fits {
        edits.push(Blessed { span: entry.value.span, text: found.to_string() });
    }
}

/// Rows that are not there get the values of the ones that are nearest.
fn contains(entry: &Entry, table: &Table, now: Option<i64>, edits: &mut Vec<Blessed>) {
    if table.rows.is_empty() {
        edits.push(Blessed { span: entry.value.span, text: "[]".to_owned() });
        return;
    }
    for item in entry.value.as_sequence().into_iter().flat_map(|list| &list.items) {
        let cells = item.as_mapping().into_iter().flat_map(|map| &map.entries);
        let mut wanted = Vec::new();
        for cell in cells {
            let Some(at) = cell.name().and_then(|name| table.schema.find(name)) else { continue };
            if let Ok(value) = value_of(table.schema.kind(at), &cell.value, now) {
                wanted.push((at, value, cell));
            }
        }
        let pairs: Vec<_> = wanted.iter().map(|(at, value, _)| (*at, value)).collect();
        let Some(row) = nearest(table, &pairs) else { continue };
        for (at, value, entry) in &wanted {
            if !same(&row[*at], value) {
                edits.push(Blessed {
                    span: entry.value.span,
                    text: cell(table.schema.kind(*at), &row[*at], now),
                });
            }
        }
    }
}

/// Some cells of a row, as a test compares them.
fn shown(table: &Table, row: &Row, now: Option<i64>) -> Vec<String> {
    let mut all = Vec::new();
    for ((name, kind), value) in table.schema.columns.iter().zip(row.iter()) {
        if !crate::engine::eval::is_empty(value) && !kind.dynamic() && all.len() < 4 {
            all.push(format!("{}: {}", scalar(name), cell(*kind, value, now)));
        }
    }
    all
}

/// A file with some of its places rewritten.
pub fn rewritten(text: &str, mut edits: Vec<Blessed>) -> String {
    edits.order_by_key(|edit| edit.span.start);
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        if start < from {
            continue;
        }
        out += &text[from..start];
        out += &edit.text;
        from = end;
    }
    out + &text[from..]
}
