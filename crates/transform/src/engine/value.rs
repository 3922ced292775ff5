//! Values: what a cell holds, alone or inside a dynamic value.

use std::rc::Rc;

use bigdecimal::{BigDecimal, FromPrimitive, ToPrimitive};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::kql::types::Scalar;

/// The members of a property bag, in their order.
pub type Bag = IndexMap<Rc<str>, Value, FxBuildHasher>;

/// A value. What a dynamic value holds is told by the same type: a dynamic string is a string.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// No value; of a string column that is the empty string instead.
    #[default]
    Null,
    Bool(bool),
    Int(i32),
    Long(i64),
    Real(f64),
    Decimal(Rc<BigDecimal>),
    Str(Rc<str>),
    /// In ticks of 100 nanoseconds since the beginning of the year 1.
    DateTime(i64),
    /// In ticks of 100 nanoseconds.
    Timespan(i64),
    Guid([u8; 16]),
    Array(Rc<Vec<Self>>),
    Bag(Rc<Bag>),
}

impl Value {
    pub(crate) fn str(text: &str) -> Self {
        Self::Str(Rc::from(text))
    }

    pub(crate) fn array(items: Vec<Self>) -> Self {
        Self::Array(Rc::new(items))
    }

    pub(crate) fn bag(members: Bag) -> Self {
        Self::Bag(Rc::new(members))
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// What a column of a type holds where a row has no value.
    pub(crate) fn missing(kind: Scalar) -> Self {
        if kind == Scalar::String { Self::Str(Rc::from("")) } else { Self::Null }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Int(value) => Some(*value != 0),
            Self::Long(value) => Some(*value != 0),
            _ => None,
        }
    }

    /// A whole number.
    pub(crate) fn as_long(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(i64::from(*value)),
            Self::Long(value) => Some(*value),
            Self::Bool(value) => Some(i64::from(*value)),
            Self::Real(value) => real_to_long(*value),
            Self::Decimal(value) => value.to_i64(),
            _ => None,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a real holds no more")]
    pub(crate) fn as_real(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(f64::from(*value)),
            Self::Long(value) => Some(*value as f64),
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            Self::Real(value) => Some(*value),
            Self::Decimal(value) => value.to_f64(),
            _ => None,
        }
    }

    pub(crate) fn as_decimal(&self) -> Option<BigDecimal> {
        match self {
            Self::Int(value) => Some(BigDecimal::from(*value)),
            Self::Long(value) => Some(BigDecimal::from(*value)),
            Self::Real(value) => BigDecimal::from_f64(*value),
            Self::Decimal(value) => Some((**value).clone()),
            _ => None,
        }
    }

    pub(crate) fn as_str(&self) -> Option<&Rc<str>> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_array(&self) -> Option<&Rc<Vec<Self>>> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_bag(&self) -> Option<&Rc<Bag>> {
        match self {
            Self::Bag(members) => Some(members),
            _ => None,
        }
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Int(_) | Self::Long(_) | Self::Real(_) | Self::Decimal(_))
    }

    /// The value as one of a column's type: numbers widened, strings that are not there empty.
    pub(crate) fn conform(self, kind: Scalar) -> Self {
        match (kind, self) {
            (Scalar::String, Self::Null) => Self::Str(Rc::from("")),
            (Scalar::Long, Self::Int(value)) => Self::Long(i64::from(value)),
            (Scalar::Int, Self::Long(value)) => i32::try_from(value).map_or(Self::Null, Self::Int),
            (Scalar::Real, value @ (Self::Int(_) | Self::Long(_) | Self::Decimal(_))) => {
                value.as_real().map_or(Self::Null, Self::Real)
            }
            (Scalar::Decimal, value @ (Self::Int(_) | Self::Long(_) | Self::Real(_))) => {
                value.as_decimal().map_or(Self::Null, |value| Self::Decimal(Rc::new(value)))
            }
            (_, value) => value,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "the ends are powers of two")]
pub(crate) fn real_to_long(value: f64) -> Option<i64> {
    let value = value.trunc();
    (value >= i64::MIN as f64 && value < i64::MAX as f64).then_some(value as i64)
}
