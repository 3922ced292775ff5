//! The operators between operands, and what each of them asks: one place that says what `has` and `!in~` mean.

use crate::kql::token::TokenKind as T;

/// An operator between two operands; `and` and `or` are [`LogicalOp`], those before a list [`ListOp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
    /// `!=` and `<>`
    NotEqual,
    /// `has`, `=~` and the others that compare strings.
    String(StringOp),
}

/// A comparison of strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StringOp {
    /// What it looks for.
    pub test: StringTest,
    /// Whether it is true of what it does not find.
    pub negated: bool,
    /// Whether `A` and `a` are the same to it.
    pub folds_case: bool,
}

/// What a comparison of strings looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringTest {
    /// The whole string: `=~` and `!~`.
    Equals,
    /// A word in any column, as `search` does: `:`.
    Search,
    /// A word: `has`.
    Has,
    /// The beginning of a word: `hasprefix`.
    HasPrefix,
    /// The end of a word: `hassuffix`.
    HasSuffix,
    /// Any part: `contains`.
    Contains,
    /// The beginning: `startswith`.
    StartsWith,
    /// The end: `endswith`.
    EndsWith,
    /// A pattern with stars: `like`.
    Like,
    /// A regular expression: `matches regex`.
    Regex,
}

/// An operator before a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListOp {
    /// `in`, `!in`, `in~` and `!in~`
    In {
        /// Whether it is true of what is not in the list.
        negated: bool,
        /// Whether `A` and `a` are the same to it.
        folds_case: bool,
    },
    /// `has_any`
    HasAny,
    /// `has_all`
    HasAll,
}

/// What joins conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogicalOp {
    /// `and`
    And,
    /// `or`
    Or,
}

impl BinaryOp {
    /// The operator of a token.
    pub fn of(token: T) -> Option<Self> {
        Some(match token {
            T::Plus => Self::Add,
            T::Minus => Self::Subtract,
            T::Asterisk => Self::Multiply,
            T::Slash => Self::Divide,
            T::Percent => Self::Modulo,
            T::LessThan => Self::Less,
            T::LessThanOrEqual => Self::LessOrEqual,
            T::GreaterThan => Self::Greater,
            T::GreaterThanOrEqual => Self::GreaterOrEqual,
            T::EqualEqual => Self::Equal,
            T::BangEqual | T::LessThanGreaterThan => Self::NotEqual,
            token => Self::String(StringOp::of(token)?),
        })
    }

    /// Whether it is true of what it does not find.
    pub fn negated(self) -> bool {
        match self {
            Self::NotEqual => true,
            Self::String(op) => op.negated,
            Self::Add
            | Self::Subtract
            | Self::Multiply
            | Self::Divide
            | Self::Modulo
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual
            | Self::Equal => false,
        }
    }

    /// Whether it asks which operand is more.
    pub fn orders(self) -> bool {
        matches!(self, Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual)
    }

    /// The same with its sides changed, where that is another: `<` for `>`.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            op => op,
        }
    }
}

impl StringOp {
    /// The operator of a token.
    pub fn of(token: T) -> Option<Self> {
        use StringTest as S;
        let (test, negated, folds_case) = match token {
            T::EqualTilde => (S::Equals, false, true),
            T::BangTilde => (S::Equals, true, true),
            T::Colon => (S::Search, false, true),
            T::Has => (S::Has, false, true),
            T::NotHas => (S::Has, true, true),
            T::HasCs => (S::Has, false, false),
            T::NotHasCs => (S::Has, true, false),
            T::HasPrefix => (S::HasPrefix, false, true),
            T::NotHasPrefix => (S::HasPrefix, true, true),
            T::HasPrefixCs => (S::HasPrefix, false, false),
            T::NotHasPrefixCs => (S::HasPrefix, true, false),
            T::HasSuffix => (S::HasSuffix, false, true),
            T::NotHasSuffix => (S::HasSuffix, true, true),
            T::HasSuffixCs => (S::HasSuffix, false, false),
            T::NotHasSuffixCs => (S::HasSuffix, true, false),
            T::Contains => (S::Contains, false, true),
            T::NotContains | T::NotBangContains => (S::Contains, true, true),
            T::ContainsCs | T::ContainsCsUnderscore => (S::Contains, false, false),
            T::NotContainsCs | T::NotBangContainsCs => (S::Contains, true, false),
            T::StartsWith => (S::StartsWith, false, true),
            T::NotStartsWith => (S::StartsWith, true, true),
            T::StartsWithCs => (S::StartsWith, false, false),
            T::NotStartsWithCs => (S::StartsWith, true, false),
            T::EndsWith => (S::EndsWith, false, true),
            T::NotEndsWith => (S::EndsWith, true, true),
            T::EndsWithCs => (S::EndsWith, false, false),
            T::NotEndsWithCs => (S::EndsWith, true, false),
            T::Like => (S::Like, false, true),
            T::NotLike => (S::Like, true, true),
            T::LikeCs => (S::Like, false, false),
            T::NotLikeCs => (S::Like, true, false),
            T::MatchesRegex => (S::Regex, false, false),
            _ => return None,
        };
        Some(Self { test, negated, folds_case })
    }
}

impl StringTest {
    /// Whether it looks words up, and does not read every character.
    pub(crate) fn of_words(self) -> bool {
        match self {
            Self::Has | Self::HasPrefix | Self::HasSuffix => true,
            Self::Equals
            | Self::Search
            | Self::Contains
            | Self::StartsWith
            | Self::EndsWith
            | Self::Like
            | Self::Regex => false,
        }
    }
}

impl ListOp {
    /// The operator of a token.
    pub fn of(token: T) -> Option<Self> {
        Some(match token {
            T::In => Self::In { negated: false, folds_case: false },
            T::NotIn => Self::In { negated: true, folds_case: false },
            T::InCs => Self::In { negated: false, folds_case: true },
            T::NotInCs => Self::In { negated: true, folds_case: true },
            T::HasAny => Self::HasAny,
            T::HasAll => Self::HasAll,
            _ => return None,
        })
    }

    /// Whether it is true of what is not in the list.
    pub fn negated(self) -> bool {
        match self {
            Self::In { negated, .. } => negated,
            Self::HasAny | Self::HasAll => false,
        }
    }
}

impl LogicalOp {
    /// How it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kql::token::KEYWORDS;

    #[test]
    fn what_a_word_says_is_what_the_operator_asks() {
        for token in KEYWORDS {
            let Some(op) = StringOp::of(*token) else { continue };
            let word = token.text();
            assert_eq!(op.negated, word.starts_with('!') || word.starts_with("not"), "{word}");
            let exact = word.ends_with("cs") || word == "matches regex";
            assert_eq!(op.folds_case, !exact, "{word}");
        }
        let list = |token: T| {
            ListOp::of(token).map(|op| (op.negated(), matches!(op, ListOp::In { folds_case: true, .. })))
        };
        assert_eq!(list(T::NotInCs), Some((true, true)));
        assert_eq!(list(T::In), Some((false, false)));
        assert_eq!(list(T::HasAny), Some((false, false)));
    }

    #[test]
    fn tests_that_look_words_up() {
        use StringTest as S;
        let all = [
            S::Equals,
            S::Search,
            S::Has,
            S::HasPrefix,
            S::HasSuffix,
            S::Contains,
            S::StartsWith,
            S::EndsWith,
            S::Like,
            S::Regex,
        ];
        let of_words: Vec<S> = all.into_iter().filter(|test| test.of_words()).collect();
        assert_eq!(of_words, [S::Has, S::HasPrefix, S::HasSuffix]);
    }

    #[test]
    fn what_orders_turns_around_with_its_sides() {
        use BinaryOp as B;
        for (op, mirrored, orders) in [
            (B::Less, B::Greater, true),
            (B::LessOrEqual, B::GreaterOrEqual, true),
            (B::Greater, B::Less, true),
            (B::GreaterOrEqual, B::LessOrEqual, true),
            (B::Equal, B::Equal, false),
            (B::NotEqual, B::NotEqual, false),
            (B::Add, B::Add, false),
            (B::Subtract, B::Subtract, false),
            (B::Modulo, B::Modulo, false),
        ] {
            assert_eq!((op.mirrored(), op.orders()), (mirrored, orders), "{op:?}");
        }
    }
}
