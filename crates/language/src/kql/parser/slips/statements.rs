//! `let` statements in the form of other languages: functions, lists and views.

use super::super::super::error::ErrorKind;
use super::super::super::foreign;
use super::super::super::token::TokenKind as T;
use super::{Draft, Slips};
use crate::source::Span;

impl Slips<'_> {
    /// The `let` whose value begins at a token or shortly before it.
    fn let_before(&self, at: usize) -> Option<usize> {
        let before = (0..=at).rev().take_while(|index| self.kind(*index) != T::Semicolon);
        before.into_iter().find(|index| self.kind(*index) == T::Let)
    }

    /// `let f(x: int) = { ... }`, `let f = function(x: int) { ... }`, `let f = (x int) { ... }`, `let f = (x: int) => { ... }`,
    /// `let f = (x: int) x;` and `let f = { ... }`
    pub(super) fn function(&self, draft: &mut Draft, at: usize) -> bool {
        let Some(start) = self.let_before(at) else { return false };
        let (name, sign) = (start + 1, start + 2);
        if self.kind(name) != T::Identifier {
            return false;
        }
        if self.kind(sign) == T::OpenParen {
            return self.name_with_parameters(draft, start, sign);
        }
        let open = sign + 1;
        if self.kind(sign) != T::Equal {
            return false;
        }
        if self.kind(open) == T::OpenBrace && at == open {
            let span = self.span(open);
            draft.say(span, "A function needs parentheses before its body", "Use `() { ... }`.");
            draft.fix(Span::at(span.start as usize), "() ");
        } else if matches!(self.written(open), "function" | "fn" | "lambda" | "def" | "func")
            && self.kind(open + 1) == T::OpenParen
        {
            let word = self.written(open);
            draft.say(self.span(open), format!("KQL has no keyword `{word}`"), "Use `(name: type) { ... }`.");
            let next = self.span(open + 1).start as usize;
            draft.fix(Span::new(self.span(open).start as usize, next), "");
        } else if self.kind(open) == T::OpenParen {
            return self.parameters_and_body(draft, at, open);
        } else {
            return false;
        }
        draft.covers = Span::new(self.span(start).start as usize, self.stage(at).end as usize);
        true
    }

    /// `let f(x: int) = { ... }`
    fn name_with_parameters(&self, draft: &mut Draft, start: usize, open: usize) -> bool {
        let Some(close) = self.closing(open) else { return false };
        let brace = close + 1 + usize::from(self.kind(close + 1) == T::Equal);
        if self.kind(brace) != T::OpenBrace {
            return false;
        }
        let span = self.over(open - 1, brace - 1);
        let (name, parameters) = (self.written(open - 1), &self.text[self.over(open, close).range()]);
        let text = format!("{name} = {parameters}");
        let message = "The parameters of a function come after `=`";
        draft.say(span, message, format!("Use `let {text} {{ ... }}`."));
        draft.fix(span, &text);
        let end = self.closing(brace).map_or(self.text.len(), |end| self.span(end).end as usize);
        draft.covers = Span::new(self.span(start).start as usize, end);
        true
    }

    /// What stands between the parameters of a function, and between them and its body.
    fn parameters_and_body(&self, draft: &mut Draft, at: usize, open: usize) -> bool {
        let Some(close) = self.closing(open) else { return false };
        let body = close + 1;
        let typed = (open..close).any(|index| self.kind(index) == T::Colon);
        if at > open + 1
            && at < close
            && self.kind(at - 1) == T::Identifier
            && matches!(self.kind(at - 2), T::OpenParen | T::Comma)
            && (self.kind(at).is_keyword() || foreign::type_name(self.written(at)).is_some())
        {
            draft.say(
                self.span(at),
                "A parameter and its type are separated by a colon",
                "Use `(name: type)`.",
            );
            draft.fix(Span::at(self.end_before(at)), ":");
        } else if self.kind(body) == T::FatArrow && at == body {
            let span = self.span(body);
            draft.say(span, "The body of a function comes directly after its parameters", "Remove the `=>`.");
            draft.fix(Span::new(self.span(close).end as usize, span.end as usize), "");
        } else if typed && at == body && self.kind(body) == T::Identifier {
            let last = (body..self.tokens.len())
                .find(|index| matches!(self.kind(*index), T::Semicolon | T::EndOfText))
                .map_or(body, |end| end - 1);
            let span = self.over(body, last);
            let inside = &self.text[span.range()];
            draft.say(span, "The body of a function must be in braces", "Use `(name: type) { ... }`.");
            draft.fix(span, &format!("{{ {inside} }}"));
        } else if self.kind(body) == T::OpenBrace
            && self.written(body + 1) == "return"
            && at > body
            && at <= body + 3
        {
            let span = self.span(body + 1);
            draft.say(
                span,
                "A function returns its last expression; KQL has no `return`",
                "Remove the word.",
            );
            let close = self.closing_brace(body);
            let next = self.span(body + 2).start as usize;
            match close.filter(|close| self.kind(close - 1) == T::Semicolon) {
                Some(close) if close > body + 3 => {
                    let inside = &self.text[next..self.span(close - 1).start as usize];
                    let whole = Span::new(span.start as usize, self.span(close - 1).end as usize);
                    draft.fix(whole, inside);
                }
                _ => draft.fix(Span::new(span.start as usize, next), ""),
            }
        } else {
            return false;
        }
        draft.covers = Span::new(self.span(open).start as usize, self.text.len());
        true
    }

    /// The brace that closes another, with statements between them.
    fn closing_brace(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        (open..self.tokens.len()).find(|index| {
            match self.kind(*index) {
                T::OpenBrace => depth += 1,
                T::CloseBrace => depth -= 1,
                _ => {}
            }
            depth == 0
        })
    }

    /// `let l = ["a", "b"]`, `let l = ("a", "b")`, `dynamic("a", "b")` and `dynamic["a"]`: a list without `dynamic([...])`.
    pub(super) fn literal_list(&self, draft: &mut Draft, at: usize) -> bool {
        let Some(start) = self.let_before(at) else { return false };
        let value = start + 3;
        let dynamic = usize::from(self.kind(value) == T::Dynamic);
        let open = value + dynamic;
        if self.kind(start + 2) != T::Equal || !matches!(self.kind(open), T::OpenParen | T::OpenBracket) {
            return false;
        }
        let Some(close) = self.closing(open).filter(|close| *close > open + 1) else { return false };
        let plain =
            (open + 1..close).all(|index| self.kind(index).is_literal() || self.kind(index) == T::Comma);
        let ends = matches!(self.kind(close + 1), T::Semicolon | T::EndOfText);
        let several = (open..close).any(|index| self.kind(index) == T::Comma);
        if !plain || !ends || !(several || self.kind(open) == T::OpenBracket) {
            return false;
        }
        let inside = &self.text[self.span(open).end as usize..self.span(close).start as usize];
        let text = format!("dynamic([{}])", inside.trim());
        draft.say(self.over(value, close), "A list is written as `dynamic([...])`", format!("Use `{text}`."));
        draft.fix(self.over(value, close), &text);
        draft.covers = self.over(start, close);
        true
    }

    /// `dynamic({a: 1})` and `dynamic({"a" = 1})`: the keys of a property bag.
    pub(super) fn bag_key(&self, draft: &mut Draft, at: usize) -> bool {
        let begins = at > 0 && matches!(self.kind(at - 1), T::OpenBrace | T::Comma);
        let opened = self.opened(at).is_some_and(|open| self.kind(open) == T::OpenBrace);
        let in_dynamic = || (0..at).rev().take(200).any(|index| self.kind(index) == T::Dynamic);
        if !opened || !in_dynamic() {
            return false;
        }
        if begins && self.kind(at) == T::Identifier && self.kind(at + 1) == T::Colon {
            let text = format!("\"{}\"", self.written(at));
            draft.say(self.span(at), "A key of a property bag must be in quotes", format!("Use `{text}`."));
            draft.fix(self.span(at), &text);
            draft.covers = self.span(at);
            return true;
        }
        let sign = [at, at.saturating_sub(1)].into_iter().find(|index| self.kind(*index) == T::Equal);
        let Some(sign) = sign.filter(|sign| *sign > 0 && self.kind(sign - 1) == T::StringLiteral) else {
            return false;
        };
        draft.say(self.span(sign), "A key and its value are separated by a colon", "Use `:`.");
        let from = self.end_before(sign);
        draft.fix(Span::new(from, self.span(sign).end as usize), ":");
        draft.covers = self.span(sign);
        true
    }

    /// `let x = 5 T | take x`: the semicolon between a value and the query on its line.
    pub(super) fn query_after_let(&self, draft: &mut Draft, at: usize) -> bool {
        let begins = self.kind(at) == T::Identifier && self.kind(at + 1) == T::Pipe && at > 0;
        let value = begins && (self.kind(at - 1).is_literal() || self.kind(at - 1) == T::CloseParen);
        if !value
            || draft.expects() != Some(";")
            || self.opened(at).is_some()
            || self.let_before(at).is_none()
        {
            return false;
        }
        let before = self.end_before(at);
        draft.say(
            Span::at(before),
            format!("A semicolon is missing before `{}`", self.written(at)),
            "A `let` statement ends with `;`.",
        );
        draft.fix(Span::at(before), ";");
        draft.covers = self.stage(at);
        true
    }

    /// `datatable(a: string)("x")`: the values in parentheses.
    pub(super) fn table_values(&self, draft: &mut Draft, at: usize) -> bool {
        if draft.expects() != Some("[")
            || self.kind(at) != T::OpenParen
            || at == 0
            || self.kind(at - 1) != T::CloseParen
        {
            return false;
        }
        let Some(close) = self.closing(at) else { return false };
        let inside = &self.text[self.span(at).end as usize..self.span(close).start as usize];
        draft.say(self.over(at, close), "The values of a `datatable` must be in brackets", "Use `[...]`.");
        draft.fix(self.over(at, close), &format!("[{inside}]"));
        draft.covers = self.stage(at);
        true
    }

    /// `iff(a; b; c)`: semicolons between arguments.
    pub(super) fn semicolon_arguments(&self, draft: &mut Draft, at: usize) -> bool {
        let open = (0..at).rev().take(60).find(|index| self.kind(*index) == T::OpenParen);
        let called =
            open.filter(|open| *open > 0 && self.kind(open - 1) == T::Identifier && self.glued(*open));
        let Some(open) = called.filter(|_| self.kind(at) == T::Semicolon && draft.expects() == Some(")"))
        else {
            return false;
        };
        let mut depth = 0_usize;
        let close = (open..self.tokens.len()).find(|index| {
            match self.kind(*index) {
                T::OpenParen => depth += 1,
                T::CloseParen => depth -= 1,
                T::Pipe | T::EndOfText | T::Let => return true,
                _ => {}
            }
            depth == 0
        });
        let Some(close) = close.filter(|close| self.kind(*close) == T::CloseParen) else { return false };
        let span = self.over(at, close);
        draft.say(self.span(at), "Arguments are separated by commas", "Use `,`.");
        let text: String = (at..=close)
            .map(|index| {
                let written = if self.kind(index) == T::Semicolon { "," } else { self.written(index) };
                let gap = &self.text[self.end_before(index)..self.span(index).start as usize];
                if index == at { written.to_owned() } else { format!("{gap}{written}") }
            })
            .collect();
        draft.fix(span, &text);
        draft.covers = Span::new(span.start as usize, self.stage(close).end as usize);
        true
    }

    /// `case when a then b else c end`, `if a then b else c` and `a ? b : c`
    pub(super) fn choice(&self, draft: &mut Draft, at: usize) -> bool {
        let stage = self.stage_tokens(at);
        let says = |index: usize, word: &str| self.written(index).eq_ignore_ascii_case(word);
        let find = |word: &str, from: usize| (from..stage.end).find(|index| says(*index, word));
        let text =
            |first: usize, last: usize| self.text.get(self.over(first, last).range()).unwrap_or_default();
        if let Some(case) = find("case", stage.start).filter(|case| says(case + 1, "when")) {
            let Some(end) = find("end", case) else { return false };
            let mut parts = String::new();
            for index in case + 2..end {
                let gap = &self.text[self.end_before(index)..self.span(index).start as usize];
                match &*self.written(index).to_ascii_lowercase() {
                    "then" | "when" | "else" => parts.push(','),
                    _ => parts.extend([gap, self.written(index)]),
                }
            }
            let help = "Use `case(condition, value, ..., otherwise)`.";
            draft.say(self.over(case, case + 1), "`case` is a function in KQL", help);
            if find("else", case).is_some_and(|other| other < end) {
                draft.fix(self.over(case, end), &format!("case({})", parts.trim()));
            }
            draft.covers = Span::new(self.span(case).start as usize, self.stage(end).end as usize);
            return true;
        }
        let begin = find("if", stage.start).and_then(|word| {
            let then = find("then", word + 2)?;
            let other = find("else", then + 2)?;
            Some((word, then, other))
        });
        if let Some((word, then, other)) = begin.filter(|(.., other)| other + 1 < stage.end) {
            let last = self.last_of_value(other + 1, stage.end);
            let (a, b, c) = (text(word + 1, then - 1), text(then + 1, other - 1), text(other + 1, last));
            draft.say(
                self.span(word),
                "`if` is a function in KQL, `iff`",
                format!("Use `iff({a}, {b}, {c})`."),
            );
            draft.fix(self.over(word, last), &format!("iff({a}, {b}, {c})"));
            draft.covers = Span::new(self.span(word).start as usize, self.stage(last).end as usize);
            return true;
        }
        let question = (stage.start..stage.end).find(|index| self.kind(*index) == T::Question);
        let Some(question) = question.filter(|_| draft.error.kind != ErrorKind::Unterminated) else {
            return false;
        };
        let Some(colon) = (question + 2..stage.end).find(|index| self.kind(*index) == T::Colon) else {
            return false;
        };
        let first = (stage.start..question)
            .rev()
            .take_while(|index| {
                !matches!(self.kind(*index), T::Equal | T::Comma | T::OpenParen | T::Extend | T::Project)
            })
            .last();
        let Some(first) = first.filter(|_| colon + 1 < stage.end) else { return false };
        let last = self.last_of_value(colon + 1, stage.end);
        let (a, b, c) = (text(first, question - 1), text(question + 1, colon - 1), text(colon + 1, last));
        let whole = format!("iff({a}, {b}, {c})");
        draft.say(self.span(question), "KQL has no `?:` operator", format!("Use `{whole}`."));
        draft.fix(self.over(first, last), &whole);
        draft.covers = Span::new(self.span(first).start as usize, self.stage(last).end as usize);
        true
    }

    /// The tokens of the operator around a token.
    fn stage_tokens(&self, at: usize) -> std::ops::Range<usize> {
        let ends = |index: &usize| matches!(self.kind(*index), T::Pipe | T::Semicolon | T::EndOfText);
        let start = (0..at).rev().find(ends).map_or(0, |before| before + 1);
        let end = (at..self.tokens.len()).find(ends).unwrap_or(self.tokens.len());
        start..end.max(start)
    }

    /// The last token of an element of a list that begins at a token.
    fn last_of_value(&self, first: usize, end: usize) -> usize {
        let mut depth = 0_usize;
        let stops = |index: &usize| {
            match self.kind(*index) {
                T::OpenParen | T::OpenBracket => depth += 1,
                T::CloseParen | T::CloseBracket if depth == 0 => return true,
                T::CloseParen | T::CloseBracket => depth -= 1,
                T::Comma | T::By => return depth == 0,
                _ => {}
            }
            false
        };
        (first..end).find(stops).map_or(end - 1, |stop| stop - 1).max(first)
    }
}
