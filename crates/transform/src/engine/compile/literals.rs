//! Literals, by their text.

use std::rc::Rc;

use super::super::value::Value;
use super::super::{convert, decimal, time};
use super::At;
use crate::kql::ast::{Expr, Literal};

/// What stands in the parentheses of a literal such as `int(7)`, quotes aside; or the literal itself.
fn inside(written: &str) -> &str {
    let inner = match written.split_once('(') {
        Some((word, rest))
            if word.trim_end().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') =>
        {
            rest.trim_end().strip_suffix(')').unwrap_or(rest)
        }
        _ => written,
    };
    inner.trim().trim_matches(['"', '\''])
}

/// The value of a literal. What its type cannot hold is null.
pub(super) fn value(literal: &Literal, expr: &Expr, at: At<'_, '_>) -> Value {
    let text = inside(at.written(expr.span));
    let null = text == "null" && !matches!(literal, Literal::String(_));
    if null {
        return Value::Null;
    }
    let own = Value::str(text);
    match literal {
        Literal::String(text) => Value::str(text),
        Literal::Long => convert::to_long(&own),
        Literal::Int => convert::to_int(&own),
        Literal::Real => convert::to_real(&own),
        Literal::Decimal => decimal::read(text).map_or(Value::Null, |value| Value::Decimal(Rc::new(value))),
        Literal::Bool => convert::to_bool(&own),
        Literal::Timespan => time::read_length(text).map_or(Value::Null, Value::Timespan),
        Literal::DateTime => time::read_moment(text).map_or(Value::Null, Value::DateTime),
        Literal::Guid => convert::to_guid(&own),
        Literal::Null => Value::Null,
        Literal::Word => Value::str(text),
    }
}
