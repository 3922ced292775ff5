//! Values that conditions compare with, and how they lie to each other.

use crate::kql::model::Constant;
use crate::kql::timespan::Timespan;

/// A value that is known before the query runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Bool(bool),
    Number(f64),
    /// A length of time in seconds.
    Length(f64),
    /// A date, in seconds since 1970.
    Date(f64),
    /// A moment between these two, in seconds from now on.
    Moment(f64, f64),
}

impl Value {
    /// The value of a constant; `None` for a date, of which more has to be asked.
    pub(super) fn of(constant: &Constant) -> Option<Self> {
        Some(match constant {
            Constant::Bool(value) => Self::Bool(*value),
            Constant::String(text) => Self::Text((**text).to_owned()),
            Constant::Number(number) => Self::Number(*number),
            Constant::Length(length) => Self::Length(seconds(*length)?),
            Constant::Moment(back, slack) => {
                let (back, slack) = (seconds(*back)?, seconds(*slack)?);
                // A calendar's units are longer or shorter than they are counted.
                let more = if slack > 0.0 { slack } else { 0.0 };
                Self::Moment(-back - more, if slack > 0.0 { -back + more } else { -back })
            }
            Constant::Date => return None,
        })
    }

    /// The least and the greatest that it can be on the scale of its kind.
    fn span(&self) -> Option<(f64, f64)> {
        match self {
            Self::Number(at) | Self::Length(at) | Self::Date(at) => Some((*at, *at)),
            Self::Moment(least, most) => Some((*least, *most)),
            Self::Text(_) | Self::Bool(_) => None,
        }
    }

    /// Whether both lie on one scale.
    fn comparable(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// Whether this lies beyond `other` for sure: after it, or at it where `at` is true.
    pub(super) fn surely_after(&self, other: &Self, at: bool) -> bool {
        let (Some((least, _)), Some((_, most))) = (self.span(), other.span()) else { return false };
        self.comparable(other) && if at { least >= most } else { least > most }
    }

    /// Whether both are the same, as far as that is known: what is of another kind may be.
    pub(super) fn may_equal(&self, other: &Self, folds_case: bool) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a == b || folds_case && same_letters(a, b),
            (a, b) if a.comparable(b) => match (a.span(), b.span()) {
                (Some(a), Some(b)) => a.0 <= b.1 && b.0 <= a.1,
                _ => a == b,
            },
            _ => true,
        }
    }
}

/// Whether two strings are the same but for case.
pub(super) fn same_letters(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn seconds(length: Timespan) -> Option<f64> {
    length.over(Timespan::from_seconds(1))
}
