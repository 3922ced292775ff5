//! Conditions: comparisons in a row, without their operator, or with the bounds and lists of other languages.

use super::super::super::ast::StringOp;
use super::super::super::error::ErrorKind;
use super::super::super::token::TokenKind as T;
use super::{Draft, Slips};
use crate::source::Span;

impl Slips<'_> {
    fn orders(&self, index: usize) -> bool {
        matches!(
            self.kind(index),
            T::LessThan | T::LessThanOrEqual | T::GreaterThan | T::GreaterThanOrEqual | T::EqualEqual
        )
    }

    /// `1 < Column < 5`, `Column >= 1 < 5`
    pub(super) fn chained(&self, draft: &mut Draft, at: usize) -> bool {
        let ended = draft.expects() == Some(";")
            || draft.expects() == Some(")")
            || draft.error.kind == ErrorKind::Leftover;
        if !ended || !self.orders(at) || at < 3 || !self.ends_operand(at - 1) {
            return false;
        }
        let middle = if self.kind(at - 1) == T::CloseParen {
            match (0..at - 1).rev().find(|index| self.closing(*index) == Some(at - 1)) {
                Some(open) if open > 1 && self.kind(open - 1) == T::Identifier => open - 1,
                _ => return false,
            }
        } else {
            at - 1
        };
        // `===` and `<name>`
        let longer = self.written(at + 1).starts_with('=') && self.glued(at + 1);
        let placeholder = self.kind(middle - 1) == T::LessThan && self.glued(middle) && self.glued(at);
        if middle < 2 || !self.orders(middle - 1) || longer || placeholder {
            return false;
        }
        draft.say(self.span(at), "Comparisons cannot be chained", "Combine two comparisons with `and`.");
        let first = middle - 2;
        let begins =
            first > 0 && matches!(self.kind(first - 1), T::Where | T::And | T::Or | T::OpenParen | T::Comma);
        let column = if self.kind(middle) == T::Identifier && middle == at - 1 {
            Some(middle)
        } else {
            Some(first).filter(|first| self.kind(*first) == T::Identifier)
        };
        if let Some(column) = column.filter(|_| begins) {
            let column = self.written(column);
            draft.fix(Span::at(self.end_before(at)), &format!(" and {column}"));
        }
        draft.covers = self.stage(at);
        true
    }

    /// `between ago(2d) .. ago(1d)`, `between [1 .. 5]`, `between (1 ... 5)`, `between (1 to 5)`, `in (1 .. 5)`
    pub(super) fn bounds(&self, draft: &mut Draft, at: usize) -> bool {
        let says = "The bounds of `between` must be in parentheses";
        if draft.expects() == Some("(") && at > 0 && matches!(self.kind(at - 1), T::Between | T::NotBetween) {
            let stage = self.stage(at).end;
            let dots = (at..self.tokens.len())
                .take_while(|index| self.span(*index).start < stage)
                .find(|index| self.kind(*index) == T::DotDot);
            let Some(dots) = dots else { return false };
            if self.kind(at) == T::OpenBracket
                && let Some(close) = self.closing(at)
            {
                let inside = &self.text[self.span(at).end as usize..self.span(close).start as usize];
                draft.say(self.over(at, close), says, "Use `between (low .. high)`.");
                draft.fix(self.over(at, close), &format!("({inside})"));
                draft.covers = self.stage(at);
                return true;
            }
            let Some(high) = self.value(dots + 1) else { return false };
            let span = self.over(at, high);
            let bounds = &self.text[span.range()];
            draft.say(span, says, "Use `between (low .. high)`.");
            draft.fix(span, &format!("({bounds})"));
            draft.covers = self.stage(at);
            return true;
        }
        let in_between = |index: usize| {
            let open = self.opened(index).and_then(|open| open.checked_sub(1));
            open.is_some_and(|word| matches!(self.kind(word), T::Between | T::NotBetween))
        };
        let sign = [at, at.saturating_sub(1)].into_iter().find(|index| {
            let dots = self.kind(*index) == T::Dot && *index > 0 && self.kind(index - 1) == T::DotDot;
            (dots || matches!(self.written(*index), "to" | "-" | ":" | "through")) && in_between(*index)
        });
        if let Some(sign) = sign.filter(|_| draft.error.kind != ErrorKind::Unterminated) {
            let span = if self.kind(sign) == T::Dot { self.over(sign - 1, sign) } else { self.span(sign) };
            let message = "The bounds of `between` must be separated by `..`";
            draft.say(span, message, "Use `between (low .. high)`.");
            draft.fix(span, "..");
            draft.covers = self.stage(sign);
            return true;
        }
        let word = self.opened(at).and_then(|open| open.checked_sub(1));
        let listed = word.filter(|word| matches!(self.kind(*word), T::In | T::NotIn));
        if let Some(word) = listed.filter(|_| self.kind(at) == T::DotDot) {
            let range = if self.kind(word) == T::In { "between" } else { "!between" };
            draft.say(self.span(at), "A list has no ranges", format!("Use `{range} (low .. high)`."));
            draft.fix(self.span(word), range);
            draft.covers = self.stage(at);
            return true;
        }
        false
    }

    /// The last token of a literal, a name or a call.
    fn value(&self, first: usize) -> Option<usize> {
        match self.kind(first + 1) {
            T::OpenParen if self.kind(first) == T::Identifier => self.closing(first + 1),
            _ => (self.kind(first).is_literal() || self.kind(first) == T::Identifier).then_some(first),
        }
    }

    /// `where Column "value"`: no operator between a column and a value.
    pub(super) fn no_comparison(&self, draft: &mut Draft, at: usize) -> bool {
        let ended = draft.expects() == Some(";") || draft.error.kind == ErrorKind::Leftover;
        let begins = at >= 2
            && matches!(self.kind(at - 2), T::Where | T::And | T::Or | T::OpenParen)
            && self.kind(at - 1) == T::Identifier
            && self.written(at - 1) != "not";
        let gap = &self.text[self.end_before(at)..self.span(at).start as usize];
        if !ended || !begins || !self.kind(at).is_literal() || gap.is_empty() || gap.contains('\n') {
            return false;
        }
        let (column, value) = (self.written(at - 1), self.written(at));
        let message = format!("An operator is missing between `{column}` and `{value}`");
        draft.say(self.span(at), message, "Use an operator such as `==`, `has`, `contains` or `in`.");
        draft.covers = self.stage(at);
        true
    }

    /// `where and a == 1`, `where a == 1 and or b == 2`: an operator without its left side.
    pub(super) fn leading_and(&self, draft: &mut Draft, at: usize) -> bool {
        let begins = at > 0 && matches!(self.kind(at - 1), T::Where | T::OpenParen | T::And | T::Or);
        let conjunction = matches!(self.kind(at), T::And | T::Or);
        if !begins || !conjunction || draft.error.kind != ErrorKind::MissingElement {
            return false;
        }
        let (before, word) = (self.written(at - 1), self.written(at));
        draft.say(self.span(at), format!("Unexpected `{word}` after `{before}`"), "Remove one of them.");
        if self.kind(at - 1) == T::Where {
            draft.help("Remove it, or add the condition before it.");
            draft.fix(Span::new(self.span(at).start as usize, self.span(at + 1).start as usize), "");
        }
        draft.covers = self.stage(at);
        true
    }

    /// `Account not == "a"`: the operator itself says no.
    pub(super) fn not_sign(&self, draft: &mut Draft, at: usize) -> bool {
        if at == 0 || !self.written(at).eq_ignore_ascii_case("not") || !self.ends_operand(at - 1) {
            return false;
        }
        let negated = match self.kind(at + 1) {
            T::EqualEqual | T::Equal | T::BangEqual => "!=",
            T::EqualTilde => "!~",
            _ => return false,
        };
        let span = self.over(at, at + 1);
        let message = format!("`{}` must be written as `{negated}`", &self.text[span.range()]);
        draft.say(span, message, format!("Use `{negated}`."));
        draft.fix(span, negated);
        draft.covers = self.stage(at);
        true
    }

    /// `Account.startswith("a")`: an operator that is called as a method.
    pub(super) fn method_operator(&self, draft: &mut Draft, at: usize) -> bool {
        let operator = StringOp::of(self.kind(at)).is_some() && self.kind(at + 1) == T::OpenParen;
        if !operator || at < 2 || self.kind(at - 1) != T::Dot || self.kind(at - 2) != T::Identifier {
            return false;
        }
        let (word, value) = (self.written(at), self.written(at - 2));
        let message = format!("`{word}` is an operator in KQL, not a method");
        draft.say(self.span(at), message, format!("Use `{value} {word} ...`."));
        if let Some(close) = self.closing(at + 1).filter(|close| *close > at + 2) {
            let inside = &self.text[self.over(at + 2, close - 1).range()];
            draft.fix(self.over(at - 1, close), &format!(" {word} {inside}"));
        }
        draft.covers = self.stage(at);
        true
    }

    /// `in {"a", "b"}`: a list in braces.
    pub(super) fn braced_list(&self, draft: &mut Draft, at: usize) -> bool {
        let lists = at > 0
            && matches!(self.kind(at - 1), T::In | T::InCs | T::NotIn | T::NotInCs | T::HasAny | T::HasAll);
        let braced = self.kind(at) == T::OpenBrace && self.kind(at + 1) != T::OpenBrace;
        let close = if braced { self.closing(at) } else { None };
        let Some(close) = close.filter(|_| lists) else { return false };
        let word = self.written(at - 1);
        let message = format!("The values of `{word}` must be in parentheses");
        draft.say(self.span(at), message, format!("Use `{word} (\"a\", \"b\")`."));
        let inside = &self.text[self.span(at).end as usize..self.span(close).start as usize];
        draft.fix(self.over(at, close), &format!("({inside})"));
        draft.covers = self.stage(at);
        true
    }
}
