//! The fixes of `data-dependent-column`: the column is made after the operator, with a default that fits its uses.

use crate::content::Query;
use crate::diagnostic::{Edit, Fix};
use crate::kql::ast::Operator;
use crate::kql::bind::bind_at;
use crate::kql::model::Level;
use crate::kql::parse;
use crate::order::Order as _;
use crate::rules::Context;

/// The fix that makes the column after each of the operators, where the query then has no finding that it did not have
/// before. Whether an empty string [fits](fits_strings) may be known already.
pub(super) fn fix(
    cx: &Context<'_>,
    query: &Query<'_>,
    name: &str,
    makers: &[&Operator],
    fits_string: bool,
) -> Option<Fix> {
    if !can_be_quoted(name) {
        return None;
    }
    ["\"\"", "long(null)", "datetime(null)", "dynamic(null)"].into_iter().find_map(|default| {
        let edits = extend(query, name, makers, default);
        if !fits_string && !adds_nothing(cx, query, &edits) {
            return None;
        }
        let edits: Option<Vec<Edit>> = edits.iter().map(|edit| query.edit(edit.span, &edit.text)).collect();
        Fix::r#unsafe(format!("Add `{name}` with `column_ifexists`"), edits?)
    })
}

/// Whether the query has no new finding where each of these columns is made with an empty string as default after the
/// operators that may make it.
pub(super) fn fits_strings<'q>(
    cx: &Context<'_>,
    query: &Query<'_>,
    columns: impl Iterator<Item = (&'q str, &'q [&'q Operator])>,
) -> bool {
    let columns = columns.filter(|(name, _)| can_be_quoted(name));
    let edits: Vec<Edit> = columns.flat_map(|(name, makers)| extend(query, name, makers, "\"\"")).collect();
    adds_nothing(cx, query, &edits)
}

fn can_be_quoted(name: &str) -> bool {
    !name.contains(['"', '\'', '\\'])
}

/// The edits of the query that make a column after some operators.
fn extend(query: &Query<'_>, name: &str, makers: &[&Operator], default: &str) -> Vec<Edit> {
    let written = written(name);
    let edit = |maker: &&Operator| {
        let gap = gap_after(query, maker);
        let text = format!("{gap}extend {written} = column_ifexists(\"{name}\", {default})");
        Edit::insert(maker.span.end as usize, text)
    };
    let mut edits: Vec<Edit> = makers.iter().map(edit).collect();
    edits.order_by_key(|edit| edit.span);
    edits
}

/// What stands between an operator and the next: a line feed where the operator has a line of its own.
fn gap_after(query: &Query<'_>, maker: &Operator) -> String {
    let line = query.text[..maker.span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let start = &query.text[line..maker.span.start as usize];
    let new_line = start.trim_start().starts_with('|') && line > 0;
    let indentation = &start[..start.len() - start.trim_start().len()];
    if new_line { format!("\n{indentation}| ") } else { " | ".to_owned() }
}

/// Whether the query has no new finding after edits.
fn adds_nothing(cx: &Context<'_>, query: &Query<'_>, edits: &[Edit]) -> bool {
    let Some(new) = Edit::apply(edits, query.text) else { return false };
    let parsed = parse(&new);
    let after = bind_at(Level::Check, &new, &parsed, cx.catalog, &query.declared());
    parsed.errors.is_empty() && after.findings.len() <= cx.meaning(query).findings.len()
}

/// A name as queries write it.
pub(super) fn written(name: &str) -> String {
    if is_plain(name) { name.to_owned() } else { format!("['{name}']") }
}

fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
