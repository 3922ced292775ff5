//! Joins, lists and dates in the spelling of other languages, where it parses in KQL and means something else.

use super::super::ast::{
    BinaryOp, Expr, ExprKind, JoinKind, Literal, Name, Operator, OperatorKind, StringOp, StringTest,
};
use super::super::error::Suggestion;
use super::super::foreign;
use super::super::model::finding::Finding;
use super::super::types::Scalar;
use super::{Binder, FindingKind};
use crate::source::Span;

impl<'a> Binder<'a> {
    /// `join inner (T)` and `join kind=left outer (T)`: a kind before the right side, which reads as a call. Returns the
    /// right side that is meant.
    pub(super) fn kind_as_call(&mut self, operator: &'a Operator, source: &'a Expr) -> Option<&'a Expr> {
        let (name, right) = kind_call(source)?;
        if self.catalog.function(&name.text).is_some() || self.local(&name.text).is_some() {
            return None;
        }
        let word = name.text.to_ascii_lowercase();
        let begin = self.text.get(name.span.end as usize..)?;
        let open = name.span.end as usize + begin.find('(')?;
        let (start, kind) = match operator.params.iter().find(|param| &*param.name.text == "kind") {
            Some(param) => {
                let value = param.values.first()?.span;
                (value, two_words(self.written(value), &word)?)
            }
            None => {
                let same = || JoinKind::WORDS.iter().copied().find(|kind| *kind == word);
                (name.span, foreign::join_kind(&word).or_else(same)?)
            }
        };
        let span = Span::new(start.start as usize, name.span.end as usize);
        let written = self.written(span);
        let assigned = if start == name.span { format!("kind={kind}") } else { kind.to_owned() };
        let message = format!("`{written}` is the kind of the join, not a function");
        let mut finding = Finding::new(FindingKind::UnknownFunction, span, message);
        finding.help = Some(format!("Use `join kind={kind} (...)`."));
        let place = Span::new(span.start as usize, open);
        let title = format!("Replace with `{assigned}`");
        finding.fix = Some(Suggestion { title, span: place, text: format!("{assigned} ") });
        self.report(finding);
        Some(right)
    }

    /// `has any ("a", "b")`: an operator in two words, which reads as a call.
    pub(super) fn spaced_operator(&self, name: &Name) -> Option<Finding> {
        let operator = match &*name.text {
            "any" => "has_any",
            "all" => "has_all",
            _ => return None,
        };
        let before = self.text.get(..name.span.start as usize)?.trim_end();
        let start = before.strip_suffix("has")?.len();
        let span = Span::new(start, name.span.end as usize);
        let message = format!("`{}` must be written as `{operator}`", self.written(span));
        let mut finding =
            Finding::new(FindingKind::Semantic, span, message).help(format!("Use `{operator}`."));
        finding.fix =
            Some(Suggestion { title: format!("Replace with `{operator}`"), span, text: operator.into() });
        Some(finding)
    }

    /// `Column == "a" or "b"`: strings that are meant as further values of the comparison before them. Returns how many
    /// operands they are.
    pub(super) fn further_values(&mut self, operands: &'a [Expr], at: usize) -> usize {
        let is_string = |expr: &Expr| matches!(expr.kind, ExprKind::Literal(Literal::String(_)));
        // The operand before is asked first: after a string that is none of these, no string counts the rest again.
        let compared = at.checked_sub(1).map(|before| &operands[before].kind);
        let Some(ExprKind::Binary { op, op_span, right, .. }) = compared else { return 0 };
        let list = match op {
            BinaryOp::Equal => "in",
            BinaryOp::String(StringOp { test: StringTest::Equals, negated: false, .. }) => "in~",
            BinaryOp::String(StringOp { test: StringTest::Has, negated: false, folds_case: true }) => {
                "has_any"
            }
            _ => return 0,
        };
        let count = operands[at..].iter().take_while(|operand| is_string(operand)).count();
        if count == 0 || !is_string(right) {
            return 0;
        }
        let (first, last) = (&operands[at], &operands[at + count - 1]);
        let values: Vec<&str> = std::iter::once(&**right)
            .chain(&operands[at..at + count])
            .map(|one| self.written(one.span))
            .collect();
        let text = format!("{list} ({})", values.join(", "));
        let place = Span::new(first.span.start as usize, last.span.end as usize);
        let mut finding = Finding::new(FindingKind::Type, place, "`or` expects conditions, got `string`");
        finding.help = Some(format!("Use `{text}` to compare with several values."));
        let span = Span::new(op_span.start as usize, last.span.end as usize);
        finding.fix = Some(Suggestion { title: format!("Replace with `{text}`"), span, text });
        self.report(finding);
        count
    }

    /// `Time > "2026-01-31"` and `Time > 2026-01-31`: a date that is compared with a time and is not a literal of one.
    pub(super) fn date(&self, kind: Scalar, other: Scalar, expr: &Expr) -> Option<Suggestion> {
        if other != Scalar::DateTime {
            return None;
        }
        let date = match &expr.kind {
            ExprKind::Literal(Literal::String(text)) => &**text,
            ExprKind::Binary { op: BinaryOp::Subtract, .. } if kind.integer() => self.written(expr.span),
            _ => return None,
        };
        let day = date.get(..10).unwrap_or_default();
        let digits = |from: usize, to: usize| {
            day.get(from..to).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let is_day = digits(0, 4) && digits(5, 7) && digits(8, 10) && day.matches('-').count() == 2;
        let time = date.get(10..).unwrap_or_default();
        let plain = |byte: u8| byte.is_ascii_digit() || b"T :.Z".contains(&byte);
        if !is_day || !time.bytes().all(plain) {
            return None;
        }
        let text = format!("datetime({date})");
        Some(Suggestion { title: format!("Replace with `{text}`"), span: expr.span, text })
    }
}

/// A call of one argument at the head of the right side of a join.
fn kind_call(source: &Expr) -> Option<(&Name, &Expr)> {
    match &source.kind {
        ExprKind::Call { name, args } => match &args[..] {
            [right] => Some((name, right)),
            _ => None,
        },
        _ => None,
    }
}

/// The kind of a join that is written in two words.
fn two_words(first: &str, second: &str) -> Option<&'static str> {
    let joined = format!("{}{second}", first.to_ascii_lowercase());
    JoinKind::WORDS.iter().copied().find(|kind| *kind == joined)
}

/// Whether the value of a parameter is only the first word of a kind, which is told with the second.
pub(super) fn goes_on(operator: &Operator, written: &str) -> bool {
    let OperatorKind::Join(join) = &operator.kind else { return false };
    kind_call(&join.right)
        .is_some_and(|(name, _)| two_words(written, &name.text.to_ascii_lowercase()).is_some())
}
