//! What joins and unions keep.

use super::Expr;
use crate::source::Span;

/// What follows `join` and `lookup`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Join {
    /// Which rows it keeps, said or not.
    pub kind: JoinKind,
    /// The right side.
    pub right: Box<Expr>,
    /// The condition; `None` where none is said.
    pub on: Option<JoinOn>,
}

/// What rows of a join belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinOn {
    /// The place of `on` or `where`.
    pub keyword: Span,
    /// Whether it is `where`.
    pub predicate: bool,
    /// Columns and comparisons.
    pub conditions: Vec<Expr>,
}

/// Which rows a join keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JoinKind {
    /// `innerunique`: pairs, with one row of each key on the left. What a `join` does where nothing is said.
    #[default]
    InnerUnique,
    /// `inner`: pairs.
    Inner,
    /// `leftouter`: pairs, and rows of the left alone. What a `lookup` does where nothing is said.
    LeftOuter,
    /// `rightouter`: pairs, and rows of the right alone.
    RightOuter,
    /// `fullouter`: pairs, and rows of either side alone.
    FullOuter,
    /// `leftsemi`: rows of the left that have a partner.
    LeftSemi,
    /// `rightsemi`: rows of the right that have a partner.
    RightSemi,
    /// `leftanti`, `leftantisemi` and `anti`: rows of the left that have none.
    LeftAnti,
    /// `rightanti` and `rightantisemi`: rows of the right that have none.
    RightAnti,
}

impl JoinKind {
    /// The words of a `join`.
    pub(crate) const WORDS: &'static [&'static str] = &[
        "innerunique",
        "inner",
        "fullouter",
        "leftantisemi",
        "leftanti",
        "anti",
        "leftouter",
        "leftsemi",
        "rightantisemi",
        "rightanti",
        "rightouter",
        "rightsemi",
    ];

    /// The words of a `lookup`.
    pub(crate) const LOOKUP_WORDS: &'static [&'static str] = &["inner", "leftouter"];

    /// The kind that a word means.
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "innerunique" => Self::InnerUnique,
            "inner" => Self::Inner,
            "leftouter" => Self::LeftOuter,
            "rightouter" => Self::RightOuter,
            "fullouter" => Self::FullOuter,
            "leftsemi" => Self::LeftSemi,
            "rightsemi" => Self::RightSemi,
            "leftanti" | "leftantisemi" | "anti" => Self::LeftAnti,
            "rightanti" | "rightantisemi" => Self::RightAnti,
            _ => return None,
        })
    }

    /// Whose columns it returns.
    pub fn sides(self) -> Sides {
        match self {
            Self::InnerUnique | Self::Inner | Self::LeftOuter | Self::RightOuter | Self::FullOuter => {
                Sides::Both
            }
            Self::LeftSemi | Self::LeftAnti => Sides::Left,
            Self::RightSemi | Self::RightAnti => Sides::Right,
        }
    }
}

/// Whose columns a join returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// Those of both sides.
    Both,
    /// Those of the left side alone.
    Left,
    /// Those of the right side alone.
    Right,
}

/// Which columns a union keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnionKind {
    /// `outer`: those of any table.
    #[default]
    Outer,
    /// `inner`: those of all tables.
    Inner,
}

impl UnionKind {
    /// The words of a `union`.
    pub(crate) const WORDS: &'static [&'static str] = &["inner", "outer"];

    /// The kind that a word means.
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "outer" => Some(Self::Outer),
            "inner" => Some(Self::Inner),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_that_the_parser_takes_has_a_kind() {
        for word in JoinKind::WORDS.iter().chain(JoinKind::LOOKUP_WORDS) {
            assert!(JoinKind::of(word).is_some(), "{word}");
        }
        for word in UnionKind::WORDS {
            assert!(UnionKind::of(word).is_some(), "{word}");
        }
        assert_eq!((JoinKind::of("outer"), UnionKind::of("full")), (None, None));
    }
}
