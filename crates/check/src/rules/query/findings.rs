//! What the binder found in a query, as findings of the rules that stand for its classes.

use super::unsupported_in_rule::UnsupportedInRule;
use crate::content::Query;
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::kql::Suggestion;
use crate::kql::bind::{Finding, FindingKind};
use crate::rules::{Context, Declared as _};
use crate::source::Span;

/// The findings of one class. A query that cannot be read gets none: what it means is guesswork then, and
/// `kql-syntax` has spoken.
pub(super) fn of_kind(cx: &Context<'_>, query: &Query<'_>, kind: FindingKind) -> Vec<Finding> {
    if !query.parse().errors.is_empty() {
        return Vec::new();
    }
    let model = cx.meaning(query);
    // What analytic rules do not support is reported as that, and once.
    let unsupported = cx.kind().is_rule() && cx.settings.enabled(UnsupportedInRule::META);
    let is_told = |finding: &Finding| unsupported && is_cluster(query.text, finding.span);
    let found = model.findings.iter().filter(|finding| finding.kind == kind && !is_told(finding));
    found.cloned().collect()
}

/// Whether a place is the name of `cluster(...)` or its argument.
fn is_cluster(text: &str, place: Span) -> bool {
    let (before, at) = text.split_at_checked(place.start as usize).unwrap_or_default();
    let argument =
        before.trim_end().strip_suffix('(').is_some_and(|name| name.trim_end().ends_with("cluster"));
    argument || at.strip_prefix("cluster").is_some_and(|rest| rest.trim_start().starts_with('('))
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
