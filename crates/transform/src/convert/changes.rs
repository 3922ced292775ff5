//! Changes of a query: made together, reported each with its reason, and written beside it as comments when asked.

use std::collections::BTreeMap;

use crate::diagnostic::RuleMeta;
use crate::kql::tokenize;
use crate::order::Order as _;
use crate::source::Span;

/// One change of the query.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// What kind of change it is.
    pub code: &'static RuleMeta,
    /// What goes; empty for an insertion.
    pub span: Span,
    /// What comes.
    pub text: String,
    /// Why, as a sentence without its period.
    pub reason: String,
    /// What it is about, where that is not all that goes.
    pub place: Span,
}

impl Change {
    pub(in crate::convert) fn new(
        code: &'static RuleMeta,
        span: Span,
        text: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self { code, span, text: text.into(), reason: reason.into(), place: span }
    }

    /// The same change, reported at another place.
    pub(in crate::convert) fn at(self, place: Span) -> Self {
        Self { place, ..self }
    }
}

/// The changes in the order of the text, without those that lie inside what another takes out.
pub(in crate::convert) fn ordered(mut changes: Vec<Change>) -> Vec<Change> {
    // What is put before a place that is replaced stays.
    changes.order_by_key(|change| {
        let inserted = change.span.start == change.span.end;
        (change.span.start, !inserted, std::cmp::Reverse(change.span.end))
    });
    let mut end = 0;
    changes.retain(|change| {
        let kept = change.span.start >= end;
        end = end.max(change.span.end);
        kept
    });
    changes
}

/// The query with its changes, which are in order, and where each stands then.
pub(in crate::convert) fn apply(text: &str, changes: &[Change]) -> (String, Vec<usize>) {
    let (mut out, mut places, mut at) = (String::with_capacity(text.len()), Vec::new(), 0);
    for change in changes {
        let range = change.span.range();
        out.push_str(text.get(at..range.start).unwrap_or_default());
        places.push(out.len());
        out.push_str(&change.text);
        at = range.end.max(at);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    (out, places)
}

/// Where changes stand in the query as it was, and as it is.
#[derive(Clone, Debug, Default)]
pub(in crate::convert) struct Places(Vec<(Span, Span)>);

impl Places {
    /// Those of changes, each with where it starts in the query as it is.
    pub(in crate::convert) fn new(starts: &[usize], changes: &[Change]) -> Self {
        let now =
            |(start, change): (&usize, &Change)| (change.span, Span::new(*start, *start + change.text.len()));
        Self(starts.iter().zip(changes).map(now).collect())
    }

    /// The place in the query as it was of one in the query as it is.
    pub(in crate::convert) fn original(&self, span: Span) -> Span {
        let offset = |at: u32| {
            let mut shift = 0;
            for (was, is) in &self.0 {
                if at < is.start {
                    break;
                }
                if at < is.end {
                    return was.start;
                }
                shift = i64::from(was.end) - i64::from(is.end);
            }
            u32::try_from(i64::from(at) + shift).unwrap_or_default()
        };
        let start = offset(span.start);
        Span { start, end: offset(span.end).max(start) }
    }
}

/// The query with the reasons of its changes as comments, each on a line of its own before the line that it is
/// about.
pub(in crate::convert) fn explained(text: &str, reasons: &[(usize, &str)]) -> String {
    let tokens = tokenize(text).0;
    let line_start =
        |at: usize| text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let mut comments: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (at, reason) in reasons {
        // What was taken out at the end of a line leaves its place after the line's last sign.
        let mut start = line_start((*at).min(text.len()));
        // A text of several lines takes no comments inside.
        while let Some(token) =
            tokens.iter().find(|token| (token.span.start as usize) < start && start < token.span.end as usize)
        {
            start = line_start(token.span.start as usize);
        }
        let lines = comments.entry(start).or_default();
        if !lines.contains(reason) {
            lines.push(reason);
        }
    }
    let mut out = String::with_capacity(text.len() + 200);
    let mut at = 0;
    for (start, lines) in comments {
        out.push_str(&text[at..start]);
        let rest = &text[start..];
        let indent = &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()];
        for line in lines {
            out.push_str(&format!("{indent}// {line}.\n"));
        }
        at = start;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::notes::COLUMN_RENAMED;

    #[test]
    fn comments_stand_before_the_lines_they_are_about() {
        let text = "T\n  | where A > 1\n  | where B == ```x\ny``` and C\n";
        let at = |part: &str| text.find(part).unwrap();
        let reasons = [
            (at("A"), "First"),
            (at("1"), "First"),
            (at("> 1"), "Second"),
            (at("C"), "Third"),
            (text.len(), "Last"),
        ];
        assert_eq!(
            explained(text, &reasons),
            "T\n  // First.\n  // Second.\n  | where A > 1\n  // Third.\n  | where B == ```x\ny``` and C\n// Last.\n"
        );
    }

    #[test]
    fn what_lies_inside_of_what_goes_is_passed_over() {
        let change =
            |start, end, text: &str| Change::new(&COLUMN_RENAMED, Span::new(start, end), text, "Why");
        let changes =
            ordered(vec![change(4, 5, "x"), change(1, 3, ""), change(2, 3, "y"), change(6, 6, "z")]);
        assert_eq!(apply("abcdef", &changes), ("adxfz".to_owned(), vec![1, 2, 4]));
    }
}
