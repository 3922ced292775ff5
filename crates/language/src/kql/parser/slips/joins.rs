//! Joins, lookups and unions with the words and the order of other languages.

use super::super::super::ast::JoinKind;
use super::super::super::error::ErrorKind;
use super::super::super::token::TokenKind as T;
use super::super::operators::is_operator;
use super::{Draft, Slips};
use crate::source::Span;

impl Slips<'_> {
    /// The join or lookup that a token belongs to, where it has no `on` before the token.
    fn join_before(&self, at: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for index in (0..at).rev() {
            match self.kind(index) {
                T::CloseParen => depth += 1,
                T::OpenParen => depth = depth.checked_sub(1)?,
                T::Join | T::Lookup if depth == 0 => return Some(index),
                T::Pipe | T::Semicolon | T::On if depth == 0 => return None,
                _ => {}
            }
        }
        None
    }

    /// `join T using Key`, `join T by Key`: `on` in another language.
    pub(super) fn join_word(&self, draft: &mut Draft, at: usize) -> bool {
        let word = self.written(at);
        let other = self.kind(at) == T::By || word.eq_ignore_ascii_case("using");
        let key = matches!(self.kind(at + 1), T::Identifier | T::OpenParen);
        if !other || !key || self.join_before(at).is_none_or(|join| join + 1 >= at) {
            return false;
        }
        draft.say(self.span(at), format!("`{word}` is `on` in a join"), "Use `on`.");
        draft.fix(self.span(at), "on");
        draft.covers = self.stage(at);
        true
    }

    /// `join kind inner (T)` and `join type=inner (T)`
    pub(super) fn join_kind(&self, draft: &mut Draft, at: usize) -> bool {
        let joins = |index: &usize| matches!(self.kind(*index), T::Join | T::Lookup | T::Union);
        let Some(join) = (at.saturating_sub(4)..at).rev().find(joins) else { return false };
        let (name, next) = (join + 1, join + 2);
        let word = self.written(name).to_ascii_lowercase();
        let kind = |index: usize| JoinKind::WORDS.contains(&self.written(index));
        if word == "kind" && kind(next) && at <= next + 1 {
            let span = self.over(name, next);
            let text = format!("{}={}", self.written(name), self.written(next));
            draft.say(span, "`=` is missing after `kind`", format!("Use `{text}`."));
            draft.fix(span, &text);
        } else if matches!(word.as_str(), "type" | "how")
            && self.kind(next) == T::Equal
            && self.kind(join) != T::Union
        {
            let message = format!("`{}` is not a parameter of `join`", self.written(name));
            draft.say(self.span(name), message, "Use `kind`.");
            draft.fix(self.span(name), "kind");
        } else if word == "all" && self.kind(join) == T::Union && self.kind(next) == T::Identifier {
            draft.say(self.span(name), "`union` has no `all`; it keeps all rows", "Remove it.");
            draft.fix(Span::new(self.span(name).start as usize, self.span(next).start as usize), "");
        } else {
            return false;
        }
        draft.covers = self.stage(at);
        true
    }

    /// `join (T on Key` and `join T | take 1) on Key`: one parenthesis of the right side.
    pub(super) fn join_parenthesis(&self, draft: &mut Draft, at: usize) -> bool {
        if self.kind(at) == T::On && draft.expects() == Some(")") {
            draft.help("Close it with `)`.");
            draft.fix(Span::at(self.end_before(at)), ")");
            draft.covers = self.stage(at);
            return true;
        }
        let closes = self.kind(at) == T::CloseParen && self.kind(at + 1) == T::On;
        if !closes || draft.error.kind != ErrorKind::Leftover {
            return false;
        }
        let joins = |index: &usize| matches!(self.kind(*index), T::Join | T::Lookup);
        let Some(join) = (0..at).rev().take_while(|index| self.kind(*index) != T::Semicolon).find(joins)
        else {
            return false;
        };
        let params = self.kind(join + 2) == T::Equal;
        let source = if params { join + 4 } else { join + 1 };
        if self.kind(source) != T::Identifier {
            return false;
        }
        let message = "`(` is missing before the right side of the join";
        draft.say(self.span(source), message, "Put the right side in parentheses.");
        draft.fix(Span::at(self.span(source).start as usize), "(");
        draft.covers = Span::new(self.span(source).start as usize, self.stage(at).end as usize);
        true
    }

    /// `mv-apply x = a (where x > 1)`: the subquery without its `on`.
    pub(super) fn apply_without_on(&self, draft: &mut Draft, at: usize) -> bool {
        // The parser stops at the parenthesis or, where it takes a name before it for a call, right behind it.
        let open = if self.kind(at) == T::OpenParen { Some(at) } else { at.checked_sub(1) };
        let Some(open) =
            open.filter(|open| self.kind(*open) == T::OpenParen && is_operator(self.kind(open + 1)))
        else {
            return false;
        };
        let mut depth = 0_usize;
        let mut apply = None;
        for index in (0..open).rev() {
            match self.kind(index) {
                T::CloseParen | T::CloseBracket => depth += 1,
                T::OpenParen | T::OpenBracket => match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => return false,
                },
                T::MvApply | T::MvDashApply if depth == 0 => {
                    apply = Some(index);
                    break;
                }
                T::Pipe | T::Semicolon | T::On => return false,
                _ => {}
            }
        }
        let Some(apply) = apply.filter(|apply| apply + 1 < open && self.ends_operand(open - 1)) else {
            return false;
        };
        let span = self.span(open);
        let message = format!("`on` is missing before the subquery of `{}`", self.written(apply));
        draft.say(span, message, "Use `on (...)`.");
        draft.fix(Span::at(span.start as usize), if self.glued(open) { " on " } else { "on " });
        // The parser looks for `on` once more behind the subquery.
        let end = self.closing(open).map_or(self.stage(at).end, |close| self.span(close + 1).end);
        draft.covers = Span { start: span.start, end: end.max(span.end) };
        true
    }

    /// `T, U | take 1`: tables with commas between them.
    pub(super) fn listed_tables(&self, draft: &mut Draft, at: usize) -> bool {
        let names = at % 2 == 1 && self.kind(at) == T::Comma && draft.error.kind == ErrorKind::Leftover;
        let mut last = 0;
        while self.kind(last) == T::Identifier && self.kind(last + 1) == T::Comma {
            last += 2;
        }
        let ends = matches!(self.kind(last + 1), T::Pipe | T::Semicolon | T::EndOfText);
        if !names || at >= last || self.kind(last) != T::Identifier || !ends {
            return false;
        }
        let tables = &self.text[self.over(0, last).range()];
        draft.say(self.over(0, last), "Tables are combined with `union`", format!("Use `union {tables}`."));
        draft.fix(Span::at(self.span(0).start as usize), "union ");
        draft.covers = self.stage(0);
        true
    }
}
