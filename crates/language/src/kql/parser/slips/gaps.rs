//! A token too few or too many.

use super::super::super::builtins;
use super::super::super::error::ErrorKind;
use super::super::super::token::TokenKind as T;
use super::{Draft, Slips};
use crate::source::Span;

impl Slips<'_> {
    /// A semicolon, a comma or a bracket too many.
    pub(super) fn surplus(&self, draft: &mut Draft, at: usize) -> bool {
        let here = self.span(at);
        let leftover = draft.error.kind == ErrorKind::Leftover;
        match self.kind(at) {
            T::Equal if leftover && at > 0 && self.kind(at - 1) == T::Let => {
                draft.say(here, "Expected a name after `let`", "Use `let Name = ...`.");
            }
            T::Pipe if leftover && at == 0 => {
                draft.say(here, "The query starts with a pipe", "Start with a table.");
            }
            T::Pipe if leftover && self.kind(at - 1) == T::Semicolon => {
                if self.ends_let(at - 1) {
                    draft.say(
                        here,
                        "The `let` statement is followed by a pipe without a table",
                        "Add a table before the pipe.",
                    );
                } else {
                    draft.say(here, "Unexpected semicolon before this pipe", "Remove the semicolon.");
                    draft.fix(self.span(at - 1), "");
                }
            }
            T::Semicolon if leftover => {
                draft.say(here, "Duplicate semicolon", "Remove it.");
                draft.fix(here, "");
            }
            T::Comma if leftover => {
                if matches!(self.kind(at + 1), T::Pipe | T::Semicolon | T::EndOfText | T::CloseParen) {
                    draft.say(here, "Trailing comma", "Remove it, or complete the list.");
                    draft.fix(here, "");
                } else {
                    draft.say(here, "Unexpected comma", "Remove it; what comes before it is not a list.");
                }
            }
            close @ (T::CloseParen | T::CloseBracket | T::CloseBrace) if leftover => {
                let message = format!("Unmatched `{}`", close.text());
                draft.say(here, message, "Remove it, or add the missing opening bracket.");
                if self.is_surplus(at) {
                    draft.fix(here, "");
                }
            }
            next => {
                let comma = at > 0 && self.kind(at - 1) == T::Comma;
                let ends = matches!(
                    next,
                    T::Comma
                        | T::Pipe
                        | T::Semicolon
                        | T::EndOfText
                        | T::CloseParen
                        | T::CloseBracket
                        | T::By
                );
                if draft.error.kind != ErrorKind::MissingElement || !comma || !ends {
                    return false;
                }
                let place = draft.error.span;
                let opened = self.opened(at).map(|open| self.kind(open));
                if next == T::CloseBracket && opened != Some(T::OpenBracket) {
                    draft.say(
                        self.span(at),
                        "Unmatched `]`",
                        "Remove it, or add the missing opening bracket.",
                    );
                    return true;
                }
                // Of several commas in a row all but one go, and where the list ends, that one too.
                let mut first = at - 1;
                while first > 0 && self.kind(first - 1) == T::Comma {
                    first -= 1;
                }
                let mut last = at - 1;
                while self.kind(last + 1) == T::Comma {
                    last += 1;
                }
                let ends = last < at && next != T::Comma
                    || matches!(
                        self.kind(last + 1),
                        T::Pipe | T::Semicolon | T::EndOfText | T::CloseParen | T::CloseBracket | T::By
                    );
                let gone = if ends { self.over(first, last) } else { self.over(first + 1, last) };
                if ends {
                    draft.say(place, "Trailing comma", "Remove it, or complete the list.");
                } else {
                    draft.say(gone, "Duplicate comma", "Remove one of them.");
                }
                draft.fix(gone, "");
                draft.covers = self.over(first, last);
            }
        }
        true
    }

    /// Lists without parentheses, or in other ones.
    pub(super) fn list(&self, draft: &mut Draft, at: usize) -> bool {
        let Some(operator) = at.checked_sub(1).filter(|_| draft.expects() == Some("(")) else {
            return self.between(draft, at);
        };
        let word = self.written(operator);
        let lists =
            matches!(self.kind(operator), T::In | T::InCs | T::NotIn | T::NotInCs | T::HasAny | T::HasAll);
        if !lists {
            return self.between(draft, at);
        }
        let place = draft.error.span;
        draft.say(
            place,
            format!("The values of `{word}` must be in parentheses"),
            format!("Use `{word} (\"a\", \"b\")`."),
        );
        if self.kind(at) == T::OpenBracket
            && let Some(close) = self.closing(at)
        {
            let inside = &self.text[self.span(at).end as usize..self.span(close).start as usize];
            draft.fix(self.over(at, close), &format!("({inside})"));
        } else {
            // As far as values and commas go.
            let mut last = at;
            while self.kind(last + 1) == T::Comma && self.kind(last + 2).is_literal() {
                last += 2;
            }
            if self.kind(at).is_literal()
                || (self.kind(at) == T::Identifier && self.kind(at + 1) != T::OpenParen)
            {
                let span = self.over(at, last);
                if self.kind(last + 1) == T::CloseParen && self.opened(last + 1).is_none() {
                    draft.fix(Span::at(span.start as usize), "(");
                } else {
                    draft.fix(span, &format!("({})", &self.text[span.range()]));
                }
            }
        }
        draft.covers = self.stage(at);
        true
    }

    fn between(&self, draft: &mut Draft, at: usize) -> bool {
        let between = |index: usize| matches!(self.kind(index), T::Between | T::NotBetween);
        let opened = draft.expects() == Some("(") && at > 0 && between(at - 1);
        let dots = draft.expects() == Some("..");
        if !opened && !dots {
            return false;
        }
        // `between (low and high)`, where both bounds were read as one
        let and = (0..at).rev().take(40).take_while(|index| !between(*index) && self.kind(*index) != T::Pipe);
        let mut depth = 0_usize;
        let and = and.into_iter().find(|index| {
            match self.kind(*index) {
                T::CloseParen => depth += 1,
                T::OpenParen => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.kind(*index) == T::And && depth == 0
        });
        if let Some(and) = and.filter(|_| dots && self.kind(at) == T::CloseParen) {
            let span = self.span(and);
            let message = "The bounds of `between` must be separated by `..`";
            draft.say(span, message, "Use `between (low .. high)`.");
            draft.fix(span, "..");
            draft.covers = self.stage(and);
            return true;
        }
        draft.help("Use `between (low .. high)`.");
        if dots && self.kind(at) == T::Comma {
            draft.fix(self.span(at), " ..");
        }
        draft.covers = self.stage(at);
        true
    }

    /// A function whose arguments stand without their parenthesis.
    pub(super) fn call(&self, draft: &mut Draft, at: usize) -> bool {
        let Some(function) = at.checked_sub(1) else { return false };
        let name = self.written(function);
        let known = builtins::function(name).is_some() || builtins::aggregate(name).is_some();
        let value = self.kind(at).is_literal() || self.kind(at) == T::Identifier;
        let ended =
            matches!(draft.expects(), Some(";" | "," | ")")) || draft.error.kind == ErrorKind::Leftover;
        if !known || !value || !ended {
            return false;
        }
        let place = draft.error.span;
        let message = format!("The arguments of `{name}` must be in parentheses");
        draft.say(place, message, format!("Use `{name}(...)`."));
        let ends =
            matches!(self.kind(at + 1), T::Pipe | T::Semicolon | T::EndOfText | T::And | T::Or | T::By);
        if ends {
            draft.fix(self.over(function, at), &format!("{name}({})", self.written(at)));
        } else if matches!(self.kind(at + 1), T::Comma | T::CloseParen) {
            draft.fix(Span::new(self.end_before(at), self.span(at).start as usize), "(");
        }
        draft.covers = self.stage(at);
        true
    }

    /// Where one token is missing and it is plain where it goes.
    pub(super) fn token(&self, draft: &mut Draft, at: usize) -> bool {
        let Some(expected) = draft.expects().map(str::to_owned) else { return self.keyword_name(draft, at) };
        let span = draft.error.span;
        let before = if span.is_empty() { span.end as usize } else { self.end_before(at) };
        match expected.as_str() {
            ";" if matches!(self.written(at), "$left" | "$right") => {
                draft.say(span, "`on` is missing before the condition of the join", "Use `on`.");
                draft.fix(Span::at(before), " on");
            }
            ";" if self.kind(at) == T::Identifier && self.joins_without_on(at) => {
                draft.say(span, "`on` is missing before the columns of the join", "Use `on`.");
                draft.fix(Span::at(before), " on");
            }
            ";" => {
                draft.help(
                    "Statements end with `;`. If this is part of the query, a pipe or an operator is missing.",
                );
                // On a new line, what looks like the beginning of a statement is one.
                let begins =
                    matches!(self.kind(at), T::Let | T::Set | T::Declare) || self.kind(at + 1) == T::Pipe;
                let line = self.text[before..self.span(at).start as usize].contains(['\n', '\r']);
                if begins && line {
                    draft.fix(Span::at(before), ";");
                }
            }
            "," => {
                let between = &self.text[before..self.span(at).start as usize];
                let apart = between.matches('\n').count() > 1 || self.written_anew(at);
                let word = at.checked_sub(1).map_or(T::Bad, |index| self.kind(index));
                let element = self.kind(at) == T::OpenParen && self.glued(at) && word == T::CloseParen;
                if element {
                    draft.help("Use `[...]` to take an element of an array.");
                    if let Some(close) = self.closing(at).filter(|close| *close == at + 2) {
                        draft.fix(self.over(at, close), &format!("[{}]", self.written(at + 1)));
                    }
                } else if self.aggregates_end(at) {
                    draft.help("Add a comma, or `by` before the grouping columns.");
                    draft.fix(Span::at(before), " by");
                } else if !apart && !word.is_keyword() {
                    draft.fix(Span::at(before), ",");
                }
            }
            ")" if self.written(at) == ".." => {
                draft.say(self.span(at), "A list has no ranges", "Use `between (low .. high)`.");
                draft.covers = self.stage(at);
            }
            ")" | "]" | "}" if self.wrong_bracket(draft, at, &expected) => {}
            ")" | "]" | "}" => {
                let json = expected == "]" && self.kind(at) == T::Identifier && self.in_dynamic(at);
                draft.help(if json {
                    "`dynamic` can only contain literals; use `pack_array(...)` to create an array of columns."
                        .to_owned()
                } else {
                    format!("Close it with `{expected}`.")
                });
                let list = expected == "]" && self.kind(at) == T::CloseParen && self.in_dynamic(at);
                let ends =
                    expected == ")" && (self.ends_call(at) || self.ends_aggregate(at) || self.ends_group(at));
                let element = expected == "]" && self.ends_element(at);
                if list || ends || element {
                    draft.fix(Span::at(before), &expected);
                }
            }
            "by" | "on" | "with" | "of" | "in" | "to" | "step" | "from"
                if self.kind(at) == T::Identifier
                    && strsim::osa_distance(&self.written(at).to_ascii_lowercase(), &expected)
                        <= expected.len() / 3 =>
            {
                let word = self.written(at);
                draft.say(
                    self.span(at),
                    format!("Expected `{expected}`, not `{word}`"),
                    format!("Use `{expected}`."),
                );
                draft.fix(self.span(at), &expected);
                draft.covers = self.stage(at);
            }
            "by" | "on" | "with" | "of" => {
                let blank = if self.text[before..].starts_with([' ', '\n', '\r', '\t']) { "" } else { " " };
                draft.fix(Span::at(before), &format!(" {expected}{blank}"));
            }
            "=" if self.kind(at) == T::Colon => {
                let end = if self.kind(at + 1) == T::Equal && self.glued(at + 1) { at + 1 } else { at };
                draft.help("Use `=`.");
                draft.fix(Span::new(before, self.span(end).end as usize), " =");
            }
            "=" => draft.fix(Span::at(before), " ="),
            ":" if self.kind(at) == T::Identifier || self.kind(at).is_keyword() => {
                draft.help("A name and its type are separated by a colon.");
                draft.fix(Span::at(before), ":");
            }
            "in" => draft.help("Add `from ... to ... step ...` after the axis."),
            "(" => draft.help("Add `(`, even if the parentheses are empty."),
            _ => return false,
        }
        true
    }

    /// Whether the call that is open at the end of an operator is the last thing in it, so that nothing but its end is
    /// missing.
    fn ends_call(&self, at: usize) -> bool {
        let ends = matches!(self.kind(at), T::Pipe | T::Semicolon | T::EndOfText | T::By);
        let Some(open) = self.opened(at).filter(|open| ends && *open > 0 && self.kind(*open) == T::OpenParen)
        else {
            return false;
        };
        if self.opened(open).is_some() {
            return false;
        }
        let lists =
            matches!(self.kind(open - 1), T::In | T::InCs | T::NotIn | T::NotInCs | T::HasAny | T::HasAll);
        let calls = self.kind(open - 1) == T::Identifier || self.kind(open - 1) == T::Count;
        if !lists && !calls {
            return false;
        }
        // Names, values and commas can only be arguments; a comparison may belong outside, and so may a new name.
        let plain = |index: usize| {
            self.kind(index).is_literal()
                || matches!(
                    self.kind(index),
                    T::Identifier
                        | T::Comma
                        | T::Dot
                        | T::OpenParen
                        | T::CloseParen
                        | T::OpenBracket
                        | T::CloseBracket
                )
        };
        (open + 1..at).all(plain)
    }

    /// Whether an aggregate is open where the groups begin.
    fn ends_aggregate(&self, at: usize) -> bool {
        if self.kind(at) != T::By {
            return false;
        }
        let Some(open) = self.opened(at).filter(|open| *open > 0 && self.opened(*open).is_none()) else {
            return false;
        };
        let stage = (0..open).rev().take_while(|index| !matches!(self.kind(*index), T::Pipe | T::Semicolon));
        let called =
            self.kind(open) == T::OpenParen && self.kind(open - 1) == T::Identifier && self.glued(open);
        called && stage.last().is_some_and(|first| self.kind(first) == T::Summarize)
    }

    /// Whether a parenthesis around conditions that are all joined by one word is open at the end of an operator.
    fn ends_group(&self, at: usize) -> bool {
        let ends = matches!(self.kind(at), T::Pipe | T::Semicolon | T::EndOfText);
        let Some(open) = self.opened(at).filter(|open| ends && *open > 0 && self.kind(*open) == T::OpenParen)
        else {
            return false;
        };
        let begins = matches!(self.kind(open - 1), T::Where | T::And | T::Or | T::Equal);
        let mut words =
            (open..at).map(|index| self.kind(index)).filter(|kind| matches!(kind, T::And | T::Or));
        let first = words.next();
        begins && self.opened(open).is_none() && words.all(|word| Some(word) == first)
    }

    /// Whether the index of an element is open, and nothing but a number or a string stands in it.
    fn ends_element(&self, at: usize) -> bool {
        let index = at >= 3 && self.kind(at - 2) == T::OpenBracket && self.kind(at - 1).is_literal();
        index && self.glued(at - 2) && self.ends_operand(at - 3)
    }

    /// Whether a join ends at a token, and names no columns before it.
    fn joins_without_on(&self, at: usize) -> bool {
        let mut depth = 0_usize;
        for index in (0..at).rev() {
            match self.kind(index) {
                T::CloseParen => depth += 1,
                T::OpenParen => match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => return false,
                },
                T::Join | T::Lookup if depth == 0 => return true,
                T::Pipe | T::Semicolon | T::On if depth == 0 => return false,
                _ => {}
            }
        }
        false
    }

    /// Whether a token begins a statement, a pipeline or an operator of its own, on a line of its own.
    fn written_anew(&self, at: usize) -> bool {
        let begins = matches!(self.kind(at), T::Let | T::Set | T::Declare | T::Union | T::Search | T::Find)
            || self.kind(at + 1) == T::Pipe;
        begins && self.text[self.end_before(at)..self.span(at).start as usize].contains(['\n', '\r'])
    }

    /// Whether a name follows the aggregates of a `summarize` on their line, and ends the operator: what it groups by.
    fn aggregates_end(&self, at: usize) -> bool {
        if at == 0
            || self.kind(at - 1) != T::CloseParen
            || self.kind(at) != T::Identifier
            || !matches!(self.kind(at + 1), T::Pipe | T::Semicolon | T::EndOfText | T::Comma | T::CloseParen)
            || self.text[self.end_before(at)..self.span(at).start as usize].contains(['\n', '\r'])
        {
            return false;
        }
        let stage = (0..at).rev().take_while(|index| !matches!(self.kind(*index), T::Pipe | T::Semicolon));
        let mut kinds = stage.map(|index| self.kind(index));
        let mut summarizes = false;
        kinds.all(|kind| {
            summarizes |= kind == T::Summarize;
            kind != T::By
        }) && summarizes
    }

    /// A keyword for a name.
    fn keyword_name(&self, draft: &mut Draft, at: usize) -> bool {
        if draft.error.kind != ErrorKind::NameRequiresBrackets {
            return false;
        }
        let word = self.written(at);
        draft.help(format!("Use `['{word}']`, or complete what comes before it."));
        draft.fix(self.span(at), &format!("['{word}']"));
        true
    }

    /// Whether a token stands inside `dynamic(...)`.
    fn in_dynamic(&self, at: usize) -> bool {
        let mut depth = 0_i32;
        for index in (0..at).rev().take(500) {
            match self.kind(index) {
                T::Dynamic if depth < 0 => return true,
                T::OpenParen | T::OpenBracket | T::OpenBrace => depth -= 1,
                T::CloseParen | T::CloseBracket | T::CloseBrace => depth += 1,
                T::Pipe | T::Semicolon => return false,
                _ => {}
            }
        }
        false
    }
}
