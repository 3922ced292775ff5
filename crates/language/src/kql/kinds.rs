//! Which kinds of tokens a text has: most rules concern a few words of the language, which most queries do not have.

use super::token::{Token, TokenKind};

/// A set of kinds of tokens.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kinds([u64; 8]);

impl Kinds {
    /// The kinds of some tokens.
    pub(super) fn of(tokens: &[Token]) -> Self {
        let mut kinds = Self::default();
        for token in tokens {
            let kind = token.kind as usize;
            kinds.0[kind / 64 % 8] |= 1 << (kind % 64);
        }
        kinds
    }

    /// Whether any of some kinds is among them.
    pub fn have_any(&self, kinds: &[TokenKind]) -> bool {
        kinds.iter().any(|kind| self.0[*kind as usize / 64 % 8] & (1 << (*kind as usize % 64)) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kql::token::KEYWORDS;

    #[test]
    fn kinds_are_those_of_the_tokens() {
        for keyword in KEYWORDS {
            assert!((*keyword as usize) < 512);
            let (tokens, _) = crate::kql::tokenize(&format!("( {} )", keyword.text()));
            let kinds = Kinds::of(&tokens);
            for other in KEYWORDS {
                let is_there = tokens.iter().any(|token| token.kind == *other);
                assert_eq!(kinds.have_any(&[*other]), is_there, "{keyword:?} {other:?}");
            }
            assert!(kinds.have_any(&[TokenKind::CloseParen]) && !kinds.have_any(&[]));
        }
    }
}
