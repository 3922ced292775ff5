//! The fixes of `data-dependent-column`: the column is made after the operator, with a default that fits its uses.

use crate::content::Query;
use crate::diagnostic::{Edit, Fix};
use crate::kql::ast::Operator;
use crate::kql::bind::bind_at;
use crate::kql::model::Level;
use crate::kql::parse;
use crate::rules::Context;
use crate::source::Span;

/// The fix that makes the column after the operator, where the query then has no finding that it did not have before.
/// Whether an empty string [fits](fits_strings) may be known already.
pub(super) fn fix(
    cx: &Context<'_>,
    query: &Query<'_>,
    name: &str,
    written: &str,
    maker: &Operator,
    fits_string: bool,
) -> Option<Fix> {
    if name.contains(['"', '\'', '\\']) {
        return None;
    }
    let gap = gap_after(query, maker);
    ["\"\"", "long(null)", "datetime(null)", "dynamic(null)"].into_iter().find_map(|default| {
        let text = format!("{gap}extend {written} = column_ifexists(\"{name}\", {default})");
        if !fits_string && !adds_nothing(cx, query, maker, &text) {
            return None;
        }
        let title = format!("Add `{name}` with `column_ifexists`");
        Fix::r#unsafe(title, query.edit(Span::at(maker.span.end as usize), &text))
    })
}

/// Whether the query has no new finding where all of these columns are made with an empty string as default.
pub(super) fn fits_strings(cx: &Context<'_>, query: &Query<'_>, names: &[&str], maker: &Operator) -> bool {
    let gap = gap_after(query, maker);
    let extend = |name: &&str| format!("{gap}extend {} = column_ifexists(\"{name}\", \"\")", written(name));
    let plain = names.iter().filter(|name| !name.contains(['"', '\'', '\\']));
    names.len() > 1 && adds_nothing(cx, query, maker, &plain.map(extend).collect::<String>())
}

/// What stands between an operator and the next: a line feed where the operator has a line of its own.
fn gap_after(query: &Query<'_>, maker: &Operator) -> String {
    let line = query.text[..maker.span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let start = &query.text[line..maker.span.start as usize];
    let new_line = start.trim_start().starts_with('|') && line > 0;
    let indentation = &start[..start.len() - start.trim_start().len()];
    if new_line { format!("\n{indentation}| ") } else { " | ".to_owned() }
}

/// Whether the query has no new finding with a text after the operator.
fn adds_nothing(cx: &Context<'_>, query: &Query<'_>, maker: &Operator, text: &str) -> bool {
    let edit = Edit::insert(maker.span.end as usize, text.to_owned());
    let Some(new) = Edit::apply(&[edit], query.text) else { return false };
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
