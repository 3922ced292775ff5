//! What a value must be for a condition to hold, and whether it is.

use std::rc::Rc;

use crate::engine::exec::Exec;
use crate::engine::functions::ipv4;
use crate::engine::ordering::{compare, equal};
use crate::engine::value::Value;
use crate::engine::{convert, eval, strings};
use crate::kql::ast::{BinaryOp, StringOp, StringTest};

/// What is asked of a value.
#[derive(Clone, Debug)]
pub(super) enum Goal {
    Is(Value),
    IsNot(Value),
    /// One of some values, with or without regard to case.
    In(Rc<[Value]>, bool),
    NotIn(Rc<[Value]>, bool),
    /// A comparison with a string, which is never negated, and whether it holds.
    Text(StringOp, Rc<str>, bool),
    /// `value < other` and the like.
    Compare(BinaryOp, Value),
    Filled,
    Empty,
    /// An array of at least so many items.
    AtLeast(usize),
    /// An array of at most so many items.
    AtMost(usize),
    /// A string of at least so many characters.
    Long(usize),
    /// A string of at most so many characters.
    Short(usize),
    HasItem(Value),
    Lower,
    Upper,
    /// An address of a private network, or of the public one.
    Private(bool),
    /// An address in a network.
    Network(Rc<str>, bool),
}

/// The comparison of strings that regards case or not.
pub(super) fn text_op(test: StringTest, folds_case: bool) -> StringOp {
    StringOp { test, negated: false, folds_case }
}

fn among(value: &Value, all: &[Value], folds: bool) -> bool {
    all.iter().any(|other| match (value, other) {
        (Value::Str(a), Value::Str(b)) => strings::same(a, b, folds),
        (a, b) => equal(a, b) == Some(true),
    })
}

impl Goal {
    /// Whether a value is as asked.
    pub(super) fn holds(&self, exec: &Exec, value: &Value) -> bool {
        let text = || convert::text(value);
        match self {
            Self::Is(wanted) => {
                equal(value, wanted) == Some(true) || value.is_null() && wanted.is_null()
                // Addresses, ids and numbers that stand in dynamic values as strings.
                || matches!((value, wanted), (Value::Str(a), b) if !matches!(b, Value::Str(_)) && **a == *convert::text(b))
            }
            Self::IsNot(other) => equal(value, other) != Some(true),
            Self::In(all, folds) => among(value, all, *folds),
            Self::NotIn(all, folds) => !among(value, all, *folds),
            Self::Text(op, needle, wanted) => {
                let found = strings::test(exec, *op, value, &Value::Str(Rc::clone(needle)));
                found.is_ok_and(|found| found.as_bool() == Some(*wanted))
            }
            Self::Compare(op, other) => {
                let Some(found) = compare(value, other) else { return false };
                match op {
                    BinaryOp::Less => found.is_lt(),
                    BinaryOp::LessOrEqual => found.is_le(),
                    BinaryOp::Greater => found.is_gt(),
                    BinaryOp::GreaterOrEqual => found.is_ge(),
                    BinaryOp::Equal => found.is_eq(),
                    BinaryOp::NotEqual => found.is_ne(),
                    _ => false,
                }
            }
            Self::Filled => !eval::is_empty(value),
            Self::Empty => eval::is_empty(value),
            Self::AtLeast(least) => value.as_array().is_some_and(|items| items.len() >= *least),
            Self::AtMost(most) => value.as_array().is_none_or(|items| items.len() <= *most),
            Self::Long(least) => text().chars().count() >= *least,
            Self::Short(most) => text().chars().count() <= *most,
            Self::HasItem(item) => {
                value.as_array().is_some_and(|items| items.iter().any(|own| equal(own, item) == Some(true)))
            }
            Self::Lower => !text().chars().any(char::is_uppercase),
            Self::Upper => !text().chars().any(char::is_lowercase),
            Self::Private(wanted) => {
                let own = ipv4::network(&text());
                let private = |ip: u32| {
                    let byte = ip.to_be_bytes();
                    byte[0] == 10
                        || byte[0] == 172 && byte[1] & 0xf0 == 16
                        || byte[0] == 192 && byte[1] == 168
                };
                own.is_some_and(|(ip, _)| private(ip) == *wanted)
            }
            Self::Network(network, wanted) => {
                let (Some((ip, _)), Some((base, bits))) = (ipv4::network(&text()), ipv4::network(network))
                else {
                    return false;
                };
                (ipv4::masked(ip, bits) == ipv4::masked(base, bits)) == *wanted
            }
        }
    }
}

/// What a comparison of a value with a constant asks of the value, if it is to hold or not.
pub(super) fn of_comparison(op: BinaryOp, other: Value, wanted: bool) -> Option<Goal> {
    Some(match (op, wanted) {
        (BinaryOp::Equal, true) | (BinaryOp::NotEqual, false) => Goal::Is(other),
        (BinaryOp::NotEqual, true) | (BinaryOp::Equal, false) => Goal::IsNot(other),
        (BinaryOp::Less, true) | (BinaryOp::GreaterOrEqual, false) => Goal::Compare(BinaryOp::Less, other),
        (BinaryOp::LessOrEqual, true) | (BinaryOp::Greater, false) => {
            Goal::Compare(BinaryOp::LessOrEqual, other)
        }
        (BinaryOp::Greater, true) | (BinaryOp::LessOrEqual, false) => Goal::Compare(BinaryOp::Greater, other),
        (BinaryOp::GreaterOrEqual, true) | (BinaryOp::Less, false) => {
            Goal::Compare(BinaryOp::GreaterOrEqual, other)
        }
        (BinaryOp::String(op), wanted) => {
            let plain = StringOp { negated: false, ..op };
            Goal::Text(plain, convert::text(&other), wanted != op.negated)
        }
        _ => return None,
    })
}
