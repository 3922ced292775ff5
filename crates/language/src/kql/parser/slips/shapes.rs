//! Parts of operators that other languages write in another order or with other signs.

use super::super::super::builtins;
use super::super::super::error::ErrorKind;
use super::super::super::token::TokenKind as T;
use super::super::operators::is_operator;
use super::{Draft, Slips};
use crate::source::Span;

/// How KQL is asked for the rows after the first ones.
const NO_OFFSET: &str =
    "Sort the rows, number them with `serialize` and `row_number()`, and filter by the number.";

impl Slips<'_> {
    /// `sort desc by X`, `top 5 desc by X`: the direction before the column.
    pub(super) fn direction_first(&self, draft: &mut Draft, at: usize) -> bool {
        let sorts = at >= 1 && matches!(self.kind(at - 1), T::Sort | T::Order)
            || at >= 2 && self.kind(at - 2) == T::Top;
        if !sorts || !matches!(self.kind(at), T::Asc | T::Desc) {
            return false;
        }
        let direction = self.written(at);
        let first = at + 1 + usize::from(self.kind(at + 1) == T::By);
        let last = self.last_of_operator(at);
        let message = format!("`{direction}` must come after the column");
        draft.say(self.span(at), message, format!("Use `by Column {direction}`."));
        let several = (first..=last).any(|index| matches!(self.kind(index), T::Comma | T::Asc | T::Desc));
        if first <= last && !several {
            let text = format!("by {} {direction}", &self.text[self.over(first, last).range()]);
            draft.help(format!("Use `{text}`."));
            draft.fix(self.over(at, last), &text);
        }
        draft.covers = self.stage(at);
        true
    }

    /// The last token of the operator that a token belongs to.
    fn last_of_operator(&self, at: usize) -> usize {
        let mut depth = 0_usize;
        let ends = |index: &usize| {
            match self.kind(*index) {
                T::OpenParen | T::OpenBracket | T::OpenBrace => depth += 1,
                T::CloseParen | T::CloseBracket | T::CloseBrace | T::Pipe if depth == 0 => return true,
                T::CloseParen | T::CloseBracket | T::CloseBrace => depth -= 1,
                T::Semicolon | T::EndOfText => return true,
                _ => {}
            }
            false
        };
        (at..self.tokens.len()).find(ends).map_or(at, |end| end.saturating_sub(1).max(at))
    }

    /// `=~ /admin.*/`: a regular expression between slashes.
    pub(super) fn slashed_regex(&self, draft: &mut Draft, at: usize) -> bool {
        let negated = match at.checked_sub(1).map(|operator| self.kind(operator)) {
            Some(T::EqualTilde | T::EqualEqual | T::MatchesRegex | T::Contains | T::Has) => false,
            Some(T::BangTilde | T::BangEqual | T::NotContains | T::NotBangContains | T::NotHas) => true,
            _ => return false,
        };
        if self.kind(at) != T::Slash {
            return false;
        }
        let start = self.span(at).start as usize;
        let inside = &self.text[start + 1..];
        let line = &inside[..inside.find(['\n', '\r']).unwrap_or(inside.len())];
        let mut escaped = false;
        let closing = line.find(|c: char| {
            let closes = c == '/' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        });
        let Some(length) = closing else { return false };
        let pattern = &line[..length];
        let rest = &line[length + 1..];
        let flags = &rest[..rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len())];
        let end = start + length + 2 + flags.len();
        let ignores_case = if flags.contains('i') { "(?i)" } else { "" };
        let text = format!("matches regex @\"{ignores_case}{}\"", pattern.replace("\\/", "/"));
        let message = "A regular expression is a string in KQL, not a pattern between slashes";
        let help = if negated { format!("Use `not(... {text})`.") } else { format!("Use `{text}`.") };
        draft.say(Span::new(start, end), message, help);
        let simple = flags.chars().all(|flag| matches!(flag, 'i' | 'g'));
        if !negated && simple && !pattern.contains('"') {
            draft.fix(Span::new(self.span(at - 1).start as usize, end), &text);
        }
        draft.covers = Span::new(start, (self.stage(self.at(end as u32)).end as usize).max(end));
        true
    }

    /// `limit 10 offset 5` and `limit 5, 10`
    pub(super) fn offset(&self, draft: &mut Draft, at: usize) -> bool {
        let limits =
            at >= 2 && matches!(self.kind(at - 2), T::Take | T::Limit) && self.kind(at - 1) == T::LongLiteral;
        let word = self.written(at).to_ascii_lowercase();
        let skips = self.kind(at) == T::Comma || matches!(word.as_str(), "offset" | "skip");
        if !limits || !skips || self.kind(at + 1) != T::LongLiteral {
            return false;
        }
        let operator = self.written(at - 2);
        let message = format!("`{operator}` expects one number; KQL cannot skip rows");
        draft.say(self.over(at, at + 1), message, NO_OFFSET);
        draft.covers = self.stage(at);
        true
    }

    /// `count 5`, `count Account`, `count by Account`: the operator counts all rows and has no arguments.
    pub(super) fn counted(&self, draft: &mut Draft, at: usize) -> bool {
        let counts = at >= 2 && self.kind(at - 1) == T::Count && self.kind(at - 2) == T::Pipe;
        let ended = draft.expects() == Some(";") || draft.error.kind == ErrorKind::Leftover;
        // What begins a line is seldom meant for the operator above.
        let above = !self.text[self.end_before(at)..self.span(at).start as usize].contains('\n');
        if !counts || !ended || !above {
            return false;
        }
        let next = self.written(at);
        match self.kind(at) {
            T::By => {
                draft.say(self.span(at), "`count` has no groups", "Use `summarize count() by ...`.");
                draft.fix(self.span(at - 1), "summarize count()");
            }
            T::LongLiteral => {
                let help = format!("Use `take {next}` to limit the rows, or `count` alone.");
                draft.say(self.span(at), "`count` counts all rows and has no arguments", help);
            }
            T::Identifier => {
                let help =
                    format!("Use `summarize count() by {next}` to count by a column, or `count` alone.");
                draft.say(self.span(at), "`count` counts all rows and has no arguments", help);
            }
            _ => return false,
        }
        draft.covers = self.stage(at);
        true
    }

    /// `lookup T Key` and `make-series count() Time`: the keyword before what rows are put together by is missing.
    pub(super) fn without_on(&self, draft: &mut Draft, at: usize) -> bool {
        if at == 0 || self.kind(at) != T::Identifier {
            return false;
        }
        let before =
            (0..at).rev().take_while(|index| !matches!(self.kind(*index), T::Pipe | T::Semicolon | T::On));
        let operator = before.last().map(|first| self.kind(first));
        let what = match operator {
            Some(T::Lookup) if draft.error.message.starts_with("Expected `on` and") => {
                "the columns of the lookup"
            }
            Some(T::MakeSeries)
                if draft.expects() == Some(",")
                    && self.kind(at - 1) == T::CloseParen
                    && matches!(self.kind(at + 1), T::From | T::Step | T::In) =>
            {
                "the axis of the series"
            }
            _ => return false,
        };
        draft.say(self.span(at), format!("`on` is missing before {what}"), "Use `on`.");
        draft.fix(Span::at(self.end_before(at)), " on");
        draft.covers = self.stage(at);
        true
    }

    /// `project a, where b == 1`: a comma before an operator, which a pipe separates.
    pub(super) fn comma_for_pipe(&self, draft: &mut Draft, at: usize) -> bool {
        let comma = at.checked_sub(1).filter(|comma| self.kind(*comma) == T::Comma);
        let Some(comma) = comma.filter(|_| draft.error.kind == ErrorKind::MissingElement) else {
            return false;
        };
        let operand = self.kind(at + 1).is_literal()
            || matches!(self.kind(at + 1), T::Identifier | T::By | T::Count | T::OpenParen);
        if !is_operator(self.kind(at)) || !operand || self.opened(comma).is_some() {
            return false;
        }
        let word = self.written(at);
        let message = format!("A pipe (`|`) is missing before `{word}`");
        draft.say(self.span(comma), message, format!("Use `| {word}` instead of the comma."));
        draft.fix(self.span(comma), " |");
        draft.covers = self.stage(at);
        true
    }

    /// `make-set(x)`: hyphens in the name of a function that has underscores.
    pub(super) fn hyphenated(&self, draft: &mut Draft, at: usize) -> bool {
        let word = |index: usize| self.kind(index) == T::Identifier || self.kind(index).is_keyword();
        let joined =
            |index: usize| self.kind(index) == T::Minus && self.glued(index) && self.glued(index + 1);
        let near = at.saturating_sub(2)..=at + 1;
        let Some(hyphen) = near.into_iter().find(|index| joined(*index) && word(index - 1)) else {
            return false;
        };
        let (mut first, mut last) = (hyphen - 1, hyphen + 1);
        while first >= 2 && joined(first - 1) && word(first - 2) {
            first -= 2;
        }
        while joined(last + 1) && word(last + 2) {
            last += 2;
        }
        let span = self.over(first, last);
        let written = &self.text[span.range()];
        let name = written.replace('-', "_");
        let known = builtins::function(&name).is_some() || builtins::aggregate(&name).is_some();
        if !known || self.kind(last + 1) != T::OpenParen {
            return false;
        }
        draft.say(span, format!("`{written}` must be written with underscores"), format!("Use `{name}`."));
        draft.fix(span, &name);
        draft.covers = self.stage(first);
        true
    }

    /// `make-graph A -> B` and `(a)--[e]-->(b)`: edges in other signs.
    pub(super) fn edge(&self, draft: &mut Draft, at: usize) -> bool {
        let stage = (0..at).rev().take_while(|index| !matches!(self.kind(*index), T::Pipe | T::Semicolon));
        let Some(first) = stage.last() else { return false };
        let sign = |index: usize| {
            matches!(
                self.kind(index),
                T::Minus | T::LessThan | T::GreaterThan | T::FatArrow | T::Equal | T::EqualEqual
            )
        };
        match self.kind(first) {
            T::MakeGraph if sign(first + 2) && at <= first + 4 => {
                let mut last = first + 2;
                while sign(last + 1) {
                    last += 1;
                }
                let span = self.over(first + 2, last);
                let written = &self.text[span.range()];
                if matches!(written, "-->" | "--") {
                    return false;
                }
                let message = format!("`{written}` is not an edge of `make-graph`");
                draft.say(span, message, "Use `Source --> Target`.");
                if !written.starts_with('<') && written.ends_with('>') {
                    draft.fix(span, "-->");
                }
            }
            T::GraphMatch if self.kind(at) == T::OpenBracket && at > first + 2 => {
                let Some(close) = self.closing(at) else { return false };
                let (mut from, mut last) = (at, close);
                while sign(from - 1) {
                    from -= 1;
                }
                while sign(last + 1) {
                    last += 1;
                }
                let span = self.over(from, last);
                let written = &self.text[span.range()];
                let (left, right) = (written.starts_with('<'), written.ends_with('>'));
                let inside = &self.text[self.over(at, close).range()];
                let text =
                    format!("{}-{inside}-{}", if left { "<" } else { "" }, if right { ">" } else { "" });
                if from == at || text == written {
                    return false;
                }
                draft.say(span, format!("`{written}` is not an edge"), format!("Use `{text}`."));
                draft.fix(span, &text);
            }
            _ => return false,
        }
        draft.covers = self.stage(at);
        true
    }
}
