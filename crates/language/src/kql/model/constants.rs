//! Constant folding: what expressions come to that no row decides. Numbers, strings, lengths of time, and moments as
//! their distance from now.

use std::sync::Arc;

use super::super::ast::{BinaryOp, Expr, ExprKind, Literal, Name};
use super::super::timespan::Timespan;
use crate::source::Span;

/// The value of an expression that no row decides.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// `true` or `false`.
    Bool(bool),
    /// A string.
    String(Arc<str>),
    /// A number.
    Number(f64),
    /// A length of time.
    Length(Timespan),
    /// A moment so long before now, or by so much more.
    Moment(Timespan, Timespan),
    /// A date.
    Date,
}

/// A chain of `let` statements would otherwise keep as many literals for each of them as there are statements before it.
const MOST_SOURCES: usize = 64;

/// A constant with the literals that it follows from.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The value.
    pub value: Constant,
    /// The places of the literals, in order: the first `MOST_SOURCES` of them.
    pub sources: Vec<Span>,
}

impl Known {
    fn new(value: Constant, source: Span) -> Self {
        Self { value, sources: vec![source] }
    }

    fn with(mut self, value: Constant) -> Self {
        self.value = value;
        self
    }

    fn from(value: Constant, parts: [&Self; 2]) -> Self {
        // A date with something added is still that date to a reader.
        let tells = |part: &&&Self| value != Constant::Date || part.value == Constant::Date;
        let mut sources: Vec<Span> =
            parts.iter().filter(tells).flat_map(|part| part.sources.iter().copied()).collect();
        sources.sort_unstable();
        sources.dedup();
        sources.truncate(MOST_SOURCES);
        Self { value, sources }
    }
}

/// Works out constants, given those that names stand for.
pub(in crate::kql) struct Evaluator<'t, 'l> {
    pub text: &'t str,
    /// How long the time range is that the portal fills in for `{{StartTimeISO}}` and `{{EndTimeISO}}`.
    pub range: Timespan,
    /// What a name stands for; the outer `None` says that the name is not one of the query's own.
    pub look_up: &'l dyn Fn(&Name) -> Option<Option<Known>>,
    /// What the parts of the expression come to, where that has been worked out; `None` to work it out anew.
    pub parts: &'l dyn Fn(&Expr) -> Option<Option<Known>>,
}

/// What an expression comes to, given what the names in it stand for: the outer `None` of `look_up` says that a name is
/// not one of the query's own. Where there is a model, [`SemanticModel::constant`](super::SemanticModel::constant) tells.
pub fn evaluate(text: &str, expr: &Expr, look_up: &dyn Fn(&Name) -> Option<Option<Known>>) -> Option<Known> {
    Evaluator { text, range: Timespan::ZERO, look_up, parts: &|_| None }.fold(expr)
}

impl Evaluator<'_, '_> {
    fn written(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// What an expression comes to; `None` where that is not constant.
    fn value(&self, expr: &Expr) -> Option<Known> {
        (self.parts)(expr).unwrap_or_else(|| self.fold(expr))
    }

    /// The same, from what its parts come to.
    pub(in crate::kql) fn fold(&self, expr: &Expr) -> Option<Known> {
        match &expr.kind {
            ExprKind::Literal(literal) => self.literal(literal, expr.span),
            ExprKind::Name(name) => (self.look_up)(name)?,
            ExprKind::Paren(inner) => self.value(inner),
            ExprKind::Unary { minus, operand } => {
                let known = self.value(operand)?;
                let value = match known.value.clone() {
                    Constant::Number(number) if *minus => Constant::Number(-number),
                    Constant::Length(length) if *minus => Constant::Length(-length),
                    value => value,
                };
                Some(known.with(value))
            }
            ExprKind::Binary { op, left, right, .. } => {
                use BinaryOp::{Add, Divide, Multiply, Subtract};
                if !matches!(op, Add | Subtract | Multiply | Divide) {
                    return None;
                }
                let (left, right) = (self.value(left)?, self.value(right)?);
                Some(Known::from(arithmetic(*op, &left.value, &right.value)?, [&left, &right]))
            }
            ExprKind::Call { name, args } if (self.look_up)(name).is_none() => {
                self.call(name, args, expr.span)
            }
            _ => None,
        }
    }

    fn literal(&self, literal: &Literal, span: Span) -> Option<Known> {
        let written = self.written(span);
        let value = match literal {
            Literal::Long | Literal::Int | Literal::Real | Literal::Decimal => {
                Constant::Number(inside(written).parse().ok()?)
            }
            Literal::String(text) => Constant::String((&**text).into()),
            Literal::Bool => Constant::Bool(inside(written).eq_ignore_ascii_case("true")),
            Literal::Timespan => Constant::Length(Timespan::parse(written)?),
            Literal::DateTime => match inside(written) {
                "null" => return None,
                "now" => Constant::Moment(Timespan::ZERO, Timespan::ZERO),
                _ => Constant::Date,
            },
            _ => return None,
        };
        Some(Known::new(value, span))
    }

    fn call(&self, name: &Name, args: &[Expr], span: Span) -> Option<Known> {
        let now = |back| Constant::Moment(back, Timespan::ZERO);
        match (&*name.text, args) {
            ("now", []) => Some(Known::new(now(Timespan::ZERO), span)),
            ("now", [offset]) => self.length(offset).map(|(length, known)| known.with(now(-length))),
            ("ago", [length]) => self.length(length).map(|(length, known)| known.with(now(length))),
            ("todatetime" | "make_datetime", [argument]) => match &argument.kind {
                ExprKind::Literal(Literal::String(text)) => {
                    let value = match placeholder(text) {
                        Some(false) => now(self.range),
                        Some(true) => now(Timespan::ZERO),
                        None => Constant::Date,
                    };
                    Some(Known::new(value, span))
                }
                _ => {
                    let known = self.value(argument)?;
                    match known.value {
                        // A number counts the ticks since the year 1.
                        Constant::Number(_) => Some(known.with(Constant::Date)),
                        Constant::Moment(..) | Constant::Date => Some(known),
                        _ => None,
                    }
                }
            },
            ("make_datetime", [_, _, _, ..]) => Some(Known::new(Constant::Date, span)),
            ("totimespan" | "time" | "timespan", [argument]) => match &argument.kind {
                ExprKind::Literal(Literal::String(text)) => {
                    Some(Known::new(Constant::Length(Timespan::parse(text)?), argument.span))
                }
                _ => self.length(argument).map(|(_, known)| known),
            },
            ("datetime_add", [unit, count, moment]) => {
                let (unit, slack) = unit_of(unit)?;
                let (count, moment) = (self.value(count)?, self.value(moment)?);
                let Constant::Number(number) = count.value else { return None };
                let value = match moment.value.clone() {
                    Constant::Moment(back, own) => {
                        let slack = slack.times(number.abs())?.plus(own)?;
                        Constant::Moment(back.minus(unit.times(number)?)?, slack)
                    }
                    value => value,
                };
                Some(Known::from(value, [&count, &moment]))
            }
            ("bin" | "floor" | "bin_at", [moment, size, ..]) => {
                let (moment, (size, _)) = (self.value(moment)?, self.length(size)?);
                let value = rounded(&moment.value, size)?;
                Some(moment.with(value))
            }
            (function, [moment, rest @ ..]) => {
                let (unit, start) = rounding(function)?;
                let moment = self.value(moment)?;
                let offset = match rest {
                    [] => 0.0,
                    [offset] => match self.value(offset)?.value {
                        Constant::Number(number) => number,
                        _ => return None,
                    },
                    _ => return None,
                };
                let size = if start { unit } else { Timespan::ZERO };
                let value = rounded(&moment.value, size)?;
                let value = match value {
                    Constant::Moment(back, slack) => {
                        Constant::Moment(back.minus(unit.times(offset)?)?, slack)
                    }
                    value => value,
                };
                Some(moment.with(value))
            }
            _ => None,
        }
    }

    /// A length of time.
    fn length(&self, expr: &Expr) -> Option<(Timespan, Known)> {
        let known = self.value(expr)?;
        match known.value {
            Constant::Length(length) => Some((length, known)),
            _ => None,
        }
    }
}

/// What stands in the parentheses of a literal such as `int(7)`, or the literal itself.
fn inside(literal: &str) -> &str {
    literal.split_once('(').map_or(literal, |(_, inside)| inside.trim_end_matches(')')).trim()
}

/// A moment rounded down to a multiple of a length.
fn rounded(value: &Constant, size: Timespan) -> Option<Constant> {
    Some(match value {
        Constant::Moment(back, slack) => Constant::Moment(*back, slack.plus(size)?),
        Constant::Date => Constant::Date,
        _ => return None,
    })
}

/// The length of the stretches of time that a function rounds to, and whether it rounds to their beginning.
fn rounding(function: &str) -> Option<(Timespan, bool)> {
    let (start, unit) = match function.strip_prefix("startof") {
        Some(unit) => (true, unit),
        None => (false, function.strip_prefix("endof")?),
    };
    let days = match unit {
        "day" => 1,
        "week" => 7,
        "month" => 31,
        "year" => 366,
        _ => return None,
    };
    Some((Timespan::from_days(days), start))
}

/// The length of a unit as `datetime_add` and `datetime_diff` name it, and by how much one may be longer.
pub(in crate::kql) fn unit_of(expr: &Expr) -> Option<(Timespan, Timespan)> {
    let ExprKind::Literal(Literal::String(name)) = &expr.kind else { return None };
    let exact = |length| Some((length, Timespan::ZERO));
    let lower = name.to_ascii_lowercase();
    match lower.trim_end_matches('s') {
        "year" => Some((Timespan::from_days(365), Timespan::DAY)),
        "quarter" => Some((Timespan::from_days(90), Timespan::from_days(2))),
        "month" => Some((Timespan::from_days(30), Timespan::DAY)),
        "week" => exact(Timespan::from_days(7)),
        "day" => exact(Timespan::DAY),
        "hour" => exact(Timespan::HOUR),
        "minute" => exact(Timespan::MINUTE),
        "second" => exact(Timespan::from_seconds(1)),
        "millisecond" | "microsecond" | "nanosecond" => exact(Timespan::ZERO),
        _ => None,
    }
}

fn arithmetic(op: BinaryOp, left: &Constant, right: &Constant) -> Option<Constant> {
    use Constant::{Date, Length, Moment, Number};
    Some(match (op, left, right) {
        (BinaryOp::Add, Number(a), Number(b)) => Number(a + b),
        (BinaryOp::Subtract, Number(a), Number(b)) => Number(a - b),
        (BinaryOp::Multiply, Number(a), Number(b)) => Number(a * b),
        (BinaryOp::Divide, Number(a), Number(b)) if *b != 0.0 => Number(a / b),
        (BinaryOp::Add, Length(a), Length(b)) => Length(a.plus(*b)?),
        (BinaryOp::Subtract, Length(a), Length(b)) => Length(a.minus(*b)?),
        (BinaryOp::Divide, Length(a), Length(b)) => Number(a.over(*b)?),
        (BinaryOp::Multiply, Length(length), Number(factor))
        | (BinaryOp::Multiply, Number(factor), Length(length)) => Length(length.times(*factor)?),
        (BinaryOp::Divide, Length(length), Number(number)) if *number != 0.0 => {
            Length(length.times(1.0 / number)?)
        }
        (BinaryOp::Add, Moment(back, slack), Length(length))
        | (BinaryOp::Add, Length(length), Moment(back, slack)) => Moment(back.minus(*length)?, *slack),
        (BinaryOp::Subtract, Moment(back, slack), Length(length)) => Moment(back.plus(*length)?, *slack),
        // The later moment lies less far back.
        (BinaryOp::Subtract, Moment(a, _), Moment(b, _)) => Length(b.minus(*a)?),
        (BinaryOp::Add | BinaryOp::Subtract, Date, Length(_)) | (BinaryOp::Add, Length(_), Date) => Date,
        _ => return None,
    })
}

/// Which of the two ends of the portal's time range a string asks for: false for the start, true for the end.
pub fn placeholder(text: &str) -> Option<bool> {
    match text.trim() {
        "{{StartTimeISO}}" => Some(false),
        "{{EndTimeISO}}" => Some(true),
        _ => None,
    }
}
