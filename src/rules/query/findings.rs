//! What the binder found in a query, as findings of the rules that stand for its classes.

use crate::content::Query;
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::kql::Suggestion;
use crate::kql::bind::{Finding, FindingKind};
use crate::rules::Context;
use crate::source::Span;

/// The findings of one class. A query that cannot be read gets none: what it means is guesswork then, and
/// `kql-syntax` has spoken.
pub(super) fn of_kind(cx: &Context<'_>, query: &Query<'_>, kind: FindingKind) -> Vec<Finding> {
    if !query.parse().errors.is_empty() {
        return Vec::new();
    }
    let model = cx.meaning(query);
    model.findings.iter().filter(|finding| finding.kind == kind).cloned().collect()
}

/// A finding of the binder as one of a rule. What rests on schemas that may be wrong is a warning.
pub(super) fn diagnostic(
    at: impl Fn(Span, String) -> Diagnostic,
    query: &Query<'_>,
    finding: &Finding,
) -> Diagnostic {
    let mut diagnostic = at(query.span(finding.span), finding.message.clone());
    diagnostic.help.clone_from(&finding.help);
    diagnostic.query_range = Some(query.code_points(finding.span));
    if finding.low_confidence {
        diagnostic.severity = Severity::Warning;
    }
    diagnostic.fix(suggested(query, finding.fix.as_ref()))
}

/// What the parser or the binder suggests, as a fix of the file: the one place where the one becomes the other. Neither
/// knows what the author meant, so that it is never applied unasked.
pub(super) fn suggested(query: &Query<'_>, fix: Option<&Suggestion>) -> Option<Fix> {
    let fix = fix?;
    Fix::r#unsafe(fix.title.clone(), query.edit(fix.span, &fix.text))
}

/// Reports every finding of one class.
pub(super) fn report(
    at: impl Fn(Span, String) -> Diagnostic,
    cx: &Context<'_>,
    query: &Query<'_>,
    kind: FindingKind,
    out: &mut Vec<Diagnostic>,
) {
    out.extend(of_kind(cx, query, kind).iter().map(|finding| diagnostic(&at, query, finding)));
}
