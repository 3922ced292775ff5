//! Conditions and durations in words.

use serde::Serialize;

use crate::kql::ast::{BinaryOp, Expr, ExprKind, ListOp, LogicalOp, StatementKind, StringOp, StringTest};
use crate::kql::timespan::Timespan;
use crate::report::words;
use crate::source::Span;

/// A condition: what is compared, how, and with what. One that is not a comparison has its text alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Condition {
    /// As it is written, on one line.
    pub(super) text: String,
    pub(super) left: String,
    pub(super) words: String,
    pub(super) right: String,
}

impl Condition {
    /// A condition as it is written.
    pub(super) fn of(text: &str) -> Self {
        let written = words(text);
        let parse = crate::kql::parse(text);
        let expr = match parse.statements.first().map(|statement| &statement.kind) {
            Some(StatementKind::Query(expr)) if parse.statements.len() == 1 => expr,
            _ => return Self { text: written, ..Self::default() },
        };
        let (left, how, right) = in_words(text, expr).unwrap_or_default();
        Self { text: written, left, words: how, right }
    }
}

fn in_words(text: &str, expr: &Expr) -> Option<(String, String, String)> {
    let part = |span: Span| words(text.get(span.range()).unwrap_or_default());
    let list = |items: &[Expr]| items.iter().map(|item| part(item.span)).collect::<Vec<_>>().join(", ");
    let found = match &expr.kind {
        ExprKind::Paren(inner) => return in_words(text, inner),
        ExprKind::Binary { op, left, right, .. } => (part(left.span), comparison(*op)?, part(right.span)),
        ExprKind::InList { op, left, items, .. } => {
            let how = match op {
                ListOp::In { negated: false, folds_case } => format!("is one of{}", case(*folds_case)),
                ListOp::In { negated: true, folds_case } => format!("is none of{}", case(*folds_case)),
                ListOp::HasAny => "has any of the terms".to_owned(),
                ListOp::HasAll => "has all of the terms".to_owned(),
            };
            (part(left.span), how, list(items))
        }
        ExprKind::Between { negated, left, low, high, .. } => {
            let how = if *negated { "is not between" } else { "is between" };
            (part(left.span), how.to_owned(), format!("{} and {}", part(low.span), part(high.span)))
        }
        ExprKind::Call { name, args } => {
            let [arg] = args.as_slice() else { return None };
            let how = match &*name.text {
                "isempty" => "is empty",
                "isnotempty" => "is not empty",
                "isnull" => "is null",
                "isnotnull" => "is not null",
                _ => return None,
            };
            (part(arg.span), how.to_owned(), String::new())
        }
        ExprKind::Logical { op: LogicalOp::Or, operands } => {
            // The same column compared in the same way with several values.
            let mut all = operands.iter().map(|operand| in_words(text, operand));
            let (left, how, mut right) = all.next()??;
            for other in all {
                let (other, other_how, value) = other?;
                if (&other, &other_how) != (&left, &how) {
                    return None;
                }
                right = format!("{right} or {value}");
            }
            (left, how, right)
        }
        _ => return None,
    };
    Some(found)
}

fn comparison(op: BinaryOp) -> Option<String> {
    let how = match op {
        BinaryOp::Less => "is less than",
        BinaryOp::LessOrEqual => "is at most",
        BinaryOp::Greater => "is greater than",
        BinaryOp::GreaterOrEqual => "is at least",
        BinaryOp::Equal => "is",
        BinaryOp::NotEqual => "is not",
        BinaryOp::String(op) => return string(op),
        BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo => {
            return None;
        }
    };
    Some(how.to_owned())
}

fn string(StringOp { test, negated, folds_case }: StringOp) -> Option<String> {
    let how = match (test, negated) {
        (StringTest::Equals, false) => return Some(format!("is{}", case(folds_case))),
        (StringTest::Equals, true) => return Some(format!("is not{}", case(folds_case))),
        (StringTest::Has, false) => "has the term",
        (StringTest::Has, true) => "does not have the term",
        (StringTest::HasPrefix, false) => "has a term that starts with",
        (StringTest::HasPrefix, true) => "has no term that starts with",
        (StringTest::HasSuffix, false) => "has a term that ends with",
        (StringTest::HasSuffix, true) => "has no term that ends with",
        (StringTest::Contains, false) => "contains",
        (StringTest::Contains, true) => "does not contain",
        (StringTest::StartsWith, false) => "starts with",
        (StringTest::StartsWith, true) => "does not start with",
        (StringTest::EndsWith, false) => "ends with",
        (StringTest::EndsWith, true) => "does not end with",
        // A regular expression always tells the cases apart.
        (StringTest::Regex, _) => return Some("matches the regular expression".to_owned()),
        (StringTest::Like | StringTest::Search, _) => return None,
    };
    Some(format!("{how}{}", if folds_case { "" } else { " (case-sensitive)" }))
}

fn case(folds: bool) -> &'static str {
    if folds { " (in any case)" } else { "" }
}

/// A duration in its largest units: `5 days`, `1 hour 30 minutes`.
pub(super) fn duration(of: Timespan) -> String {
    let mut left = of.seconds();
    let mut parts = Vec::new();
    for (unit, seconds) in [("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)] {
        let count = left / seconds;
        left %= seconds;
        if count > 0 {
            parts.push(format!("{count} {unit}{}", if count == 1 { "" } else { "s" }));
        }
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        let Condition { left, words, right, .. } = Condition::of(text);
        format!("{left} {words} {right}").trim().to_owned()
    }

    #[test]
    fn conditions_are_told_in_words() {
        for (text, expected) in [
            ("RemoteUrl has 'a.example'", "RemoteUrl has the term 'a.example'"),
            ("A has_cs 'b'", "A has the term (case-sensitive) 'b'"),
            ("A !in~ ('b', 'c')", "A is none of (in any case) 'b', 'c'"),
            ("A in (1,2)", "A is one of 1, 2"),
            ("(A  >=\n 5)", "A is at least 5"),
            ("A =~ 'b'", "A is (in any case) 'b'"),
            ("T between (ago(5d) .. now())", "T is between ago(5d) and now()"),
            ("isnotempty(A)", "A is not empty"),
            ("A has 'b' or A has 'c'", "A has the term 'b' or 'c'"),
            ("A has 'b' or B has 'c'", ""),
            ("f(A, B)", ""),
            ("A ==", "A is"),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
        assert_eq!(Condition::of("f(A,\n B)").text, "f(A, B)");
    }

    #[test]
    fn durations_have_their_largest_units() {
        let span = |text| Timespan::parse(text).map(duration);
        assert_eq!(span("5d").as_deref(), Some("5 days"));
        assert_eq!(span("90m").as_deref(), Some("1 hour 30 minutes"));
    }
}
