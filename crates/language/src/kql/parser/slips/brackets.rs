//! Brackets that close nothing, or another one than they should.

use super::super::super::token::TokenKind as T;
use super::{Draft, Slips};

impl Slips<'_> {
    /// A closing bracket where another one is expected. `expected` is that one.
    pub(super) fn wrong_bracket(&self, draft: &mut Draft, at: usize, expected: &str) -> bool {
        let closes = matches!(self.kind(at), T::CloseParen | T::CloseBracket | T::CloseBrace);
        if !closes || self.written(at) == expected {
            return false;
        }
        let (here, written) = (self.span(at), self.written(at));
        if self.balances(at, false) {
            draft.say(here, format!("Unmatched `{written}`"), "Remove it.");
            draft.fix(here, "");
        } else if self.balances(at, true) {
            let message = format!("Expected `{expected}`, not `{written}`");
            draft.say(here, message, format!("Use `{expected}`."));
            draft.fix(here, expected);
        } else {
            return false;
        }
        true
    }

    /// Whether the brackets up to the end of a statement pair if a closing one is left out, or if it closes the last open one though it
    /// is of another kind.
    fn balances(&self, at: usize, closes: bool) -> bool {
        let mut open = Vec::new();
        for index in 0..self.tokens.len() {
            let kind = self.kind(index);
            let opens = match kind {
                T::OpenParen | T::OpenBracket | T::OpenBrace => {
                    open.push(kind);
                    continue;
                }
                _ if index == at && !closes => continue,
                T::CloseParen => T::OpenParen,
                T::CloseBracket => T::OpenBracket,
                T::CloseBrace => T::OpenBrace,
                T::Semicolon if open.is_empty() && index > at => break,
                _ => continue,
            };
            if open.pop().is_none_or(|last| last != opens && index != at) {
                return false;
            }
        }
        open.is_empty()
    }

    /// Whether nothing is lost with a closing bracket that closes nothing. Between operators of different rank, the
    /// opening one may be what is missing.
    pub(super) fn is_surplus(&self, at: usize) -> bool {
        let mut depth = 0_usize;
        let before = (0..at).rev().take_while(|index| !matches!(self.kind(*index), T::Pipe | T::Semicolon));
        let outside = before.filter(|index| {
            match self.kind(*index) {
                T::CloseParen | T::CloseBracket | T::CloseBrace => depth += 1,
                T::OpenParen | T::OpenBracket | T::OpenBrace => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        });
        let weaker: &[T] = match self.kind(at + 1) {
            T::And => &[T::Or],
            T::Asterisk | T::Slash | T::Percent => &[T::Plus, T::Minus],
            T::Dot | T::OpenBracket => return false,
            _ => &[],
        };
        !outside.into_iter().any(|index| weaker.contains(&self.kind(index)))
    }
}
