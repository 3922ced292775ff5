//! Conditions that only limit a query to the window of a hunt, which the schedule of a rule sets.

use super::changes::Change;
use super::notes;
use crate::kql::ast::{Expr, ExprKind, LogicalOp};
use crate::kql::lookback::{Bound, Lookback};
use crate::kql::{Node, Parse, TokenKind as T, walk_statements};
use crate::source::Span;

/// The changes that take out such conditions, where all of them say the same window.
pub(super) fn dropped(text: &str, parse: &Parse, found: &Lookback, reason: &str) -> Vec<Change> {
    let mut spans = Vec::new();
    // Where windows differ, one of them is a baseline.
    let mut windows = found.reaches.iter().filter(|reach| reach.bound == Bound::From && reach.event_time);
    let first = windows.next().map(|reach| reach.back);
    if windows.any(|reach| Some(reach.back) != first) {
        return Vec::new();
    }
    walk_statements(&parse.statements, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Pipeline { source, stages }, .. }) = node {
            let mut end = source.span.end;
            for stage in stages {
                if let Some(condition) = stage.condition() {
                    let pipe = last_pipe(parse, end, stage.keyword.start);
                    window_parts(
                        condition,
                        found,
                        &mut spans,
                        pipe.map(|pipe| Span { end: stage.span.end, ..pipe }),
                    );
                }
                end = stage.span.end;
            }
        }
        true
    });
    spans
        .into_iter()
        .map(|(span, place)| Change::new(&notes::WINDOW_DROPPED, with_line(text, span), "", reason).at(place))
        .collect()
}

/// The pipe before an operator.
pub(super) fn last_pipe(parse: &Parse, from: u32, to: u32) -> Option<Span> {
    let mut inside = parse.tokens.iter().filter(|token| token.span.start >= from && token.span.end <= to);
    inside.rfind(|token| token.kind == T::Pipe).map(|token| token.span)
}

/// A span with the line end and the blanks before it, where nothing else stands on its line.
pub(super) fn with_line(text: &str, span: Span) -> Span {
    let before = text.get(..span.start as usize).unwrap_or_default();
    let trimmed = before.trim_end_matches([' ', '\t']);
    let rest = text.get(span.end as usize..).unwrap_or_default().trim_start_matches([' ', '\t']);
    match trimmed.strip_suffix('\n') {
        Some(line) if rest.is_empty() || rest.starts_with(['\n', '\r']) => {
            Span::new(line.strip_suffix('\r').unwrap_or(line).len(), span.end as usize)
        }
        _ => span,
    }
}

/// The parts of a condition that only limit it to a window: the whole operator, or operands of `and`; each with
/// the condition itself.
fn window_parts(condition: &Expr, found: &Lookback, spans: &mut Vec<(Span, Span)>, whole: Option<Span>) {
    match &condition.kind {
        ExprKind::Logical { op: LogicalOp::And, operands } => {
            let windows: Vec<bool> = operands.iter().map(|operand| is_window(operand, found)).collect();
            if windows.iter().all(|window| *window) {
                spans.extend(whole.map(|span| (span, condition.span)));
                return;
            }
            let first_kept = windows.iter().position(|window| !window).unwrap_or_default();
            for (at, operand) in operands.iter().enumerate().filter(|(at, _)| windows[*at]) {
                // The `and` goes with the operand: the one before it, or after those that come first.
                let span = if at < first_kept {
                    Span { start: operand.span.start, end: operands[at + 1].span.start }
                } else {
                    Span { start: operands[at - 1].span.end, end: operand.span.end }
                };
                spans.push((span, operand.span));
            }
        }
        _ if is_window(condition, found) => spans.extend(whole.map(|span| (span, condition.span))),
        _ => {}
    }
}

/// Whether an expression does nothing but compare the time of an event with moments before now.
fn is_window(expr: &Expr, found: &Lookback) -> bool {
    let bounds = |bound: &Expr| {
        found
            .reaches
            .iter()
            .any(|reach| reach.span == bound.span && reach.event_time && reach.bound == Bound::From)
    };
    match &expr.kind {
        ExprKind::Paren(inner) => is_window(inner, found),
        ExprKind::Binary { left, right, .. } => {
            let column = |side: &Expr| matches!(side.kind, ExprKind::Name(_));
            (bounds(left) && column(right)) || (bounds(right) && column(left))
        }
        ExprKind::Between { negated: false, left, low, high, .. } => {
            // A window ends now; one that ends before is a baseline.
            let ends_now =
                !found.reaches.iter().any(|reach| reach.span == high.span && reach.bound == Bound::Until);
            matches!(left.kind, ExprKind::Name(_)) && bounds(low) && ends_now
        }
        _ => false,
    }
}
