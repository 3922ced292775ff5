//! Findings of the rules that compare files, carried over to the next version of a text until files are compared again.

use crate::diagnostic::Group;
use crate::findings::FileReport;
use crate::order::Order as _;
use crate::source::Span;

/// Takes findings of the old report over where the text at their place is as it was.
pub(super) fn over(old: &FileReport, new: &mut FileReport) {
    let found = old.diagnostics.iter().filter(|one| one.rule.group == Group::Repository);
    let mut found = found.peekable();
    if found.peek().is_none() {
        return;
    }
    let (before, after) = (old.source.text(), new.source.text());
    let prefix = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
    let longest = before.len().min(after.len()) - prefix;
    let suffix =
        before.bytes().rev().zip(after.bytes().rev()).take(longest).take_while(|(a, b)| a == b).count();
    for one in found {
        let span = one.span;
        let moved = if span.end as usize <= prefix {
            Some(span)
        } else if span.start as usize >= before.len() - suffix {
            let from_end = |offset: u32| after.len() - (before.len() - offset as usize);
            Some(Span::new(from_end(span.start), from_end(span.end)))
        } else {
            None
        };
        // Places in this file that explain a finding have moved too, and are shown again once files are compared.
        if let Some(span) = moved.filter(|_| one.labels.iter().all(|label| label.file.is_some())) {
            let mut one = one.clone();
            one.fix = None;
            one.span = span;
            new.diagnostics.push(one);
        }
    }
    new.diagnostics.order_by(|a, b| (a.span, a.rule.id, &a.message).cmp(&(b.span, b.rule.id, &b.message)));
}
