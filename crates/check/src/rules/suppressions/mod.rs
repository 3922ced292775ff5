//! Suppression comments.

mod unknown_suppression;
pub(super) mod unused_suppression;

super::rules! {
    unused_suppression::UnusedSuppression,
    unknown_suppression::UnknownSuppression,
}

use crate::diagnostic::{Fix, Group};
use crate::source::{Edit, SourceFile, Span};
use crate::suppress::Suppression;

/// Whether a name is that of a group of rules.
fn is_group(name: &str) -> bool {
    Group::ALL.iter().any(|group| group.as_str() == name)
}

/// The fix that takes one name out of a comment, and the whole comment when no other name is left.
fn remove(source: &SourceFile, suppression: &Suppression, index: usize) -> Option<Fix> {
    let names = &suppression.names;
    if names.len() > 1 {
        let span = match names.get(index + 1) {
            Some(next) => Span { start: names[index].span.start, end: next.span.start },
            None => Span { start: names[index - 1].span.end, end: names[index].span.end },
        };
        return Fix::safe(format!("Remove `{}` from the comment", names[index].rule), [Edit::delete(span)]);
    }
    let line = source.line_of(suppression.span.start as usize);
    let text = source.text();
    let span = if suppression.own_line {
        let start = source.line_span(line).start as usize;
        let end = source.line_starts().get(line + 1).map_or(text.len(), |next| *next as usize);
        Span::new(start, end)
    } else {
        let before = text[..suppression.span.start as usize].trim_end_matches([' ', '\t']).len();
        Span::new(before, suppression.span.end as usize)
    };
    Fix::safe("Delete the comment", [Edit::delete(span)])
}
