//! What operators such as `+` and `has` make of their operands.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::super::ast::{BinaryOp, Expr, ExprKind, ListOp, Literal, StringOp, StringTest};
use super::super::builtins::{self, Builtin, OperatorId as Op};
use super::super::error::Suggestion;
use super::super::model::finding::Finding;
use super::super::types::Scalar;
use super::lengths::{length_in_quotes, without_quotes};
use super::matching::{Arg, candidates};
use super::{Binder, FindingKind, Value};
use crate::source::Span;

impl<'a> Binder<'a> {
    /// What an operator makes of its operands; what is wrong with them is said.
    pub(super) fn operate(
        &mut self,
        id: Op,
        op_span: Span,
        operands: &[&'a Expr],
        values: Vec<Value>,
        all_must_fit: bool,
    ) -> Value {
        let builtin = builtins::operator(id);
        let pair = pair_of(builtin, operands, &values);
        if let Some((key, constant)) = pair
            && let Some(kind) = FINE.with_borrow(|fine| fine.get(&key).copied())
        {
            return Value::Scalar(kind, constant);
        }
        let args: Vec<Arg<'a>> =
            operands.iter().zip(values).map(|(expr, value)| Arg { expr, value, column: false }).collect();
        let mut matched = candidates(builtin, &args, all_must_fit);
        if let [matched] = matched.as_slice() {
            let said = self.reports.findings.len();
            self.check(op_span, builtin, matched, &args);
            let value = self.returned(builtin, matched, &args);
            let constant = args.iter().all(Arg::constant);
            let value = self.unboxed(value, builtin, &args, all_must_fit);
            let Value::Scalar(kind, _) = value else { return value };
            if let Some((key, _)) =
                pair.filter(|_| self.reports.muted == 0 && self.reports.findings.len() == said)
            {
                FINE.with_borrow_mut(|fine| fine.insert(key, kind));
            }
            return Value::Scalar(kind, constant);
        }
        if matched.is_empty() && all_must_fit {
            matched = candidates(builtin, &args, false);
        }
        if !args.iter().any(Arg::unknown) {
            self.misfit(op_span, &args);
        }
        match self.common_return(builtin, &matched, &args) {
            Value::Scalar(kind, _) => Value::of(kind),
            value => value,
        }
    }

    fn misfit(&mut self, op_span: Span, args: &[Arg<'a>]) {
        let written = self.written(op_span);
        if args.iter().any(Arg::rows) {
            let message = format!("`{written}` expects values, but one side is a table");
            let finding = Finding::new(FindingKind::Type, op_span, message)
                .help("Use `toscalar(...)` to get the first value of a table.");
            self.report(finding);
            return;
        }
        let kinds: Vec<String> = args.iter().map(|arg| arg.kind().described()).collect();
        let (message, help) = match (args, kinds.as_slice()) {
            ([_], [kind]) => (format!("`{written}` cannot be applied to {kind}"), None),
            ([a, b], [left, right]) => (
                format!("`{written}` cannot be applied to {left} and {right}"),
                advice(written, a.kind(), b.kind()),
            ),
            (_, kinds) => {
                let (first, rest) = kinds.split_first().map_or(("", Vec::new()), |(first, rest)| {
                    (first.as_str(), rest.iter().map(String::as_str).collect())
                });
                (format!("`{written}` cannot be applied to {first} and {}", rest.join(", ")), None)
            }
        };
        let mut finding = Finding::new(FindingKind::Type, op_span, message);
        finding.help = help;
        // A length of time that is compared with a time is meant as so long ago.
        let is_length = |arg: &Arg<'a>| matches!(arg.expr.kind, ExprKind::Literal(Literal::Timespan));
        let length = match args {
            [a, b] if a.kind() == Scalar::DateTime && is_length(b) => Some(b),
            [a, b] if b.kind() == Scalar::DateTime && is_length(a) => Some(a),
            _ => None,
        };
        // `TimeGenerated + "1h"`
        let quoted = match args {
            [a, b] if takes_length(written, a.kind()) => Some(b),
            [a, b] if takes_length(written, b.kind()) => Some(a),
            _ => None,
        };
        if let Some((expr, length)) = quoted.and_then(|arg| Some((arg.expr, length_in_quotes(arg.expr)?))) {
            without_quotes(&mut finding, expr, length);
        }
        if let Some(length) = length.filter(|_| matches!(written, ">" | ">=" | "<" | "<=")) {
            let span = length.expr.span;
            let length = self.written(span);
            let (title, text) = (format!("Replace with `ago({length})`"), format!("ago({length})"));
            finding.help = Some(format!("Use `ago({length})` for the time {length} ago."));
            finding.fix = Some(Suggestion { title, span, text });
        }
        // Two strings, of which neither is part of a longer sum.
        if let [a, b] = args
            && written == "+"
            && a.kind() == Scalar::String
            && b.kind() == Scalar::String
            && !matches!(a.expr.kind, ExprKind::Binary { .. })
        {
            let text = format!("strcat({}, {})", self.written(a.expr.span), self.written(b.expr.span));
            let span = Span::new(a.expr.span.start as usize, b.expr.span.end as usize);
            finding.fix = Some(Suggestion { title: "Replace with `strcat`".into(), span, text });
        }
        let date = match args {
            [a, b] => self.date(a.kind(), b.kind(), a.expr).or_else(|| self.date(b.kind(), a.kind(), b.expr)),
            _ => None,
        };
        if let Some(date) = date {
            finding.help = Some(format!("Use `{}`.", date.text));
            finding.fix = Some(date);
        }
        self.report(finding.doubted(args.iter().any(|arg| arg.kind().refined())));
    }
}

/// An operator and the types of its two operands.
type Pair = (*const Builtin, Scalar, Scalar);

thread_local! {
    /// What operators make of pairs of values with which nothing is wrong. There are few such pairs, and queries hold
    /// them again and again.
    static FINE: RefCell<FxHashMap<Pair, Scalar>> = RefCell::default();
}

/// The operator with the types of its operands, and whether both are constant. Nothing else of two values decides
/// what an operator makes of them; a star does, which stands for all columns.
fn pair_of(builtin: &'static Builtin, operands: &[&Expr], values: &[Value]) -> Option<(Pair, bool)> {
    let [Value::Scalar(left, first), Value::Scalar(right, second)] = values else { return None };
    let star = operands.iter().any(|operand| matches!(operand.kind, ExprKind::Star));
    (!star).then_some(((std::ptr::from_ref(builtin), *left, *right), *first && *second))
}

/// The facts' name of an operator.
pub(super) fn operator_id(op: BinaryOp) -> Op {
    match op {
        BinaryOp::Add => Op::Add,
        BinaryOp::Subtract => Op::Subtract,
        BinaryOp::Multiply => Op::Multiply,
        BinaryOp::Divide => Op::Divide,
        BinaryOp::Modulo => Op::Modulo,
        BinaryOp::Less => Op::LessThan,
        BinaryOp::LessOrEqual => Op::LessThanOrEqual,
        BinaryOp::Greater => Op::GreaterThan,
        BinaryOp::GreaterOrEqual => Op::GreaterThanOrEqual,
        BinaryOp::Equal => Op::Equal,
        BinaryOp::NotEqual => Op::NotEqual,
        BinaryOp::String(StringOp { test: StringTest::Equals, negated: false, .. }) => Op::EqualTilde,
        BinaryOp::String(StringOp { test: StringTest::Equals, negated: true, .. }) => Op::BangTilde,
        BinaryOp::String(StringOp { test: StringTest::Regex, .. }) => Op::MatchRegex,
        // The others take what one of these takes.
        BinaryOp::String(op) if op.test.of_words() => Op::Has,
        BinaryOp::String(_) => Op::Contains,
    }
}

/// The facts' name of an operator before a list.
pub(super) fn list_operator_id(op: ListOp) -> Op {
    match op {
        ListOp::In { negated: false, folds_case: false } => Op::In,
        ListOp::In { negated: false, folds_case: true } => Op::InCs,
        ListOp::In { negated: true, folds_case: false } => Op::NotIn,
        ListOp::In { negated: true, folds_case: true } => Op::NotInCs,
        ListOp::HasAny => Op::HasAny,
        ListOp::HasAll => Op::HasAll,
    }
}

/// Whether a length of time fits on the other side of a value.
fn takes_length(op: &str, kind: Scalar) -> bool {
    match kind {
        Scalar::DateTime => matches!(op, "+" | "-"),
        Scalar::Timespan => matches!(op, "+" | "-" | "<" | "<=" | ">" | ">=" | "==" | "!="),
        _ => false,
    }
}

fn advice(op: &str, a: Scalar, b: Scalar) -> Option<String> {
    let pair = |x: Scalar, y: Scalar| (a, b) == (x, y) || (b, a) == (x, y);
    let help = if op.chars().any(char::is_alphabetic) || op.ends_with('~') {
        "Convert the value with `tostring(...)`."
    } else if pair(Scalar::DateTime, Scalar::String) {
        "Use a `datetime(...)` literal, or convert the string with `todatetime(...)`."
    } else if a == Scalar::DateTime && b.dynamic() || a.dynamic() && b == Scalar::DateTime {
        "Convert the value with `todatetime(...)`."
    } else if op == "+" && (a == Scalar::String || b == Scalar::String) {
        "Concatenate strings with `strcat(...)`."
    } else if a == Scalar::String || b == Scalar::String {
        "Convert the string with `tolong(...)`, `toreal(...)` or `todatetime(...)`."
    } else {
        return None;
    };
    Some(help.to_owned())
}
