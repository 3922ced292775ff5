//! What stands between two tokens on a line where the tree says nothing else.

use super::plan::{Plan, Space};
use crate::kql::TokenKind as T;

/// Says what stands before every token of which nothing was said.
pub(super) fn fill(plan: &mut Plan<'_>) {
    for at in 0..plan.tokens.len() {
        if plan.space_before(at).is_none() {
            let space = between(plan, at);
            plan.space(at, space);
        }
    }
}

/// What stands before a token.
fn between(plan: &Plan<'_>, at: usize) -> Space {
    let Some(before) = at.checked_sub(1).map(|before| plan.kind(before)) else { return Space::None };
    let after = plan.kind(at);
    match (before, after) {
        (T::Dot | T::OpenParen | T::OpenBracket, _)
        | (_, T::Dot | T::Comma | T::Semicolon | T::CloseParen | T::CloseBracket | T::EndOfText)
        | (T::OpenBrace, T::CloseBrace) => Space::None,
        (T::Comma | T::Semicolon | T::Equal | T::Pipe | T::FatArrow, _)
        | (_, T::Equal | T::Pipe | T::FatArrow) => Space::One,
        (T::DotDot, _) | (_, T::DotDot) => range(plan, at),
        // Curly brackets are those of functions, of values and of names; the latter may not be torn.
        (T::OpenBrace, _) | (_, T::CloseBrace) => Space::AsWritten,
        (before, after) if is_word(before) && (is_word(after) || after == T::OpenParen) => Space::One,
        (T::CloseParen | T::CloseBracket | T::CloseBrace, after) if is_word(after) => Space::One,
        _ => Space::AsWritten,
    }
}

/// Both sides of `..` as they were, and alike: one blank is enough for two.
fn range(plan: &Plan<'_>, at: usize) -> Space {
    let dots = if plan.kind(at) == T::DotDot { at } else { at - 1 };
    let spaced = |token: usize| plan.gaps.get(token).is_some_and(|gap| gap.spaced);
    if spaced(dots) || spaced(dots + 1) { Space::One } else { Space::None }
}

/// Whether a token is a name, a keyword or a literal.
fn is_word(kind: T) -> bool {
    kind == T::Identifier || kind.is_literal() && kind != T::StringLiteral || kind.is_keyword()
}
