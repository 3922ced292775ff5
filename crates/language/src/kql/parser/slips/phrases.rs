//! Operators in two words, called like functions, or of no language, and words that begin statements elsewhere.

use super::super::super::ast::StringOp;
use super::super::super::error::ErrorKind;
use super::super::super::foreign;
use super::super::super::token::{KEYWORDS, TokenKind as T};
use super::{Draft, Slips};
use crate::similar::alike;
use crate::source::Span;

/// Operators that other languages, and people, write in several words.
const PHRASES: &[(&[&str], &str)] = &[
    (&["starts", "with"], "startswith"),
    (&["ends", "with"], "endswith"),
    (&["has", "any"], "has_any"),
    (&["has", "all"], "has_all"),
    (&["contains", "any"], "has_any"),
    (&["does", "not", "contain"], "!contains"),
    (&["does", "not", "equal"], "!="),
    (&["not", "equal"], "!="),
    (&["not", "equals"], "!="),
    (&["is", "not"], "!="),
    (&["is", "in"], "in"),
];

/// Operators that other languages write in one word.
const WORDS: &[(&str, &str)] = &[
    ("notin", "!in"),
    ("not_in", "!in"),
    ("nin", "!in"),
    ("nothas", "!has"),
    ("not_has", "!has"),
    ("doesnotcontain", "!contains"),
    ("not_contains", "!contains"),
    ("notstartswith", "!startswith"),
    ("notendswith", "!endswith"),
    ("beginswith", "startswith"),
    ("begins_with", "startswith"),
];

/// What begins a statement in another language, where KQL has `let`.
const STATEMENTS: &[&str] = &["let", "var", "const", "def", "define", "declare", "dim", "val"];

impl Slips<'_> {
    /// `starts with "a"`, `notin ("a")`: an operator in other words.
    pub(super) fn phrase(&self, draft: &mut Draft, at: usize) -> bool {
        // An operator of the language may have been read before the rest of the phrase.
        for first in [at, at.saturating_sub(1)] {
            if first == 0 || !self.ends_operand(first - 1) || self.starts_line_of(first) {
                continue;
            }
            let says = |index: usize, word: &str| self.written(index).eq_ignore_ascii_case(word);
            let phrase = PHRASES
                .iter()
                .find(|(words, _)| words.iter().enumerate().all(|(offset, word)| says(first + offset, word)));
            let (count, operator) = match phrase {
                Some((words, operator)) => (words.len(), *operator),
                None => match WORDS.iter().find(|(word, _)| says(first, word)) {
                    Some((_, operator)) => (1, *operator),
                    None => continue,
                },
            };
            let last = first + count - 1;
            let next = self.kind(last + 1);
            if !next.is_literal() && !matches!(next, T::Identifier | T::OpenParen) {
                continue;
            }
            let span = self.over(first, last);
            let written = &self.text[span.range()];
            draft.say(span, format!("`{written}` is `{operator}` in KQL"), format!("Use `{operator}`."));
            draft.fix(span, operator);
            draft.covers = self.stage(first);
            return true;
        }
        false
    }

    fn starts_line_of(&self, at: usize) -> bool {
        self.text[self.end_before(at)..self.span(at).start as usize].contains(['\n', '\r'])
    }

    /// `contains(x, "a")`: an operator that is called like a function.
    pub(super) fn called_operator(&self, draft: &mut Draft, at: usize) -> bool {
        if draft.error.kind != ErrorKind::MissingElement || self.kind(at + 1) != T::OpenParen {
            return false;
        }
        let word = self.written(at);
        if matches!(word, "earliest" | "latest") {
            let (plain, row) = if word == "earliest" { ("min", "arg_min") } else { ("max", "arg_max") };
            let help = format!("Use `{plain}(column)`, or `{row}(TimeGenerated, column)`.");
            draft.say(self.span(at), format!("`{word}` is not a function in KQL"), help);
            draft.covers = self.stage(at);
            return true;
        }
        let lists = matches!(self.kind(at), T::HasAny | T::HasAll);
        let is_word = word.ends_with(|c: char| c.is_ascii_alphabetic());
        if !is_word || (StringOp::of(self.kind(at)).is_none() && !lists) {
            return false;
        }
        let Some(close) = self.closing(at + 1) else { return false };
        let mut depth = 0_usize;
        let mut commas = (at + 2..close).filter(|index| match self.kind(*index) {
            T::OpenParen | T::OpenBracket | T::OpenBrace => {
                depth += 1;
                false
            }
            T::CloseParen | T::CloseBracket | T::CloseBrace => {
                depth = depth.saturating_sub(1);
                false
            }
            kind => kind == T::Comma && depth == 0,
        });
        let (first, second) = (commas.next(), commas.next());
        let message = format!("`{word}` is an operator in KQL, not a function");
        let Some(comma) = first else { return false };
        let value = &self.text[self.over(at + 2, comma - 1).range()];
        draft.say(self.span(at), message, format!("Use `{value} {word} ...`."));
        if comma > at + 2 && comma + 1 < close && (second.is_none() || lists) {
            let other = &self.text[self.over(comma + 1, close - 1).range()];
            let bare = !lists || (self.kind(comma + 1) == T::OpenParen && second.is_none());
            let other = if bare { other.to_owned() } else { format!("({other})") };
            let operand = comma == at + 3 || self.kind(comma - 1) == T::CloseParen;
            let text =
                if operand { format!("{value} {word} {other}") } else { format!("({value}) {word} {other}") };
            draft.fix(self.over(at, close), &text);
        }
        draft.covers = self.stage(at);
        true
    }

    /// `Let x = 1;`, `var x = 1;`: a statement that begins with another word.
    pub(super) fn statement_word(&self, draft: &mut Draft, at: usize) -> bool {
        for first in [at, at.saturating_sub(1)] {
            let begins = first == 0 || self.kind(first - 1) == T::Semicolon || self.starts_line_of(first);
            let word = self.written(first);
            let known = STATEMENTS.contains(&word.to_ascii_lowercase().as_str());
            let names = self.kind(first) == T::Identifier
                && self.kind(first + 1) == T::Identifier
                && self.kind(first + 2) == T::Equal;
            if begins && known && names {
                let span = self.span(first);
                if word.eq_ignore_ascii_case("let") {
                    draft.say(span, format!("`{word}` must be lowercase"), "Keywords are lowercase.");
                } else {
                    draft.say(span, format!("`{word}` is `let` in KQL"), "Use `let`.");
                }
                draft.fix(span, "let");
                draft.covers = self.stage(first);
                return true;
            }
        }
        false
    }

    /// `extend Total := 5`
    pub(super) fn colon_equal(&self, draft: &mut Draft, at: usize) -> bool {
        let equal = [at, at + 1].into_iter().find(|index| {
            self.kind(*index) == T::Equal
                && self.glued(*index)
                && *index > 0
                && self.kind(index - 1) == T::Colon
        });
        let Some(equal) = equal else { return false };
        let both = self.over(equal - 1, equal);
        draft.say(both, "`:=` is not an operator in KQL", "Use `=`.");
        draft.fix(both, "=");
        draft.covers = self.stage(equal);
        true
    }

    /// A type by its name in another language.
    pub(super) fn type_name(&self, draft: &mut Draft, at: usize) -> bool {
        let word = self.written(at);
        let Some(name) = foreign::type_name(word).filter(|_| draft.error.kind == ErrorKind::InvalidType)
        else {
            return false;
        };
        draft.help(format!("Use `{name}`."));
        draft.fix(self.span(at), name);
        true
    }

    /// `== admin@contoso.com`, `== https://contoso.com`: a string without its quotes.
    pub(super) fn bare_string(&self, draft: &mut Draft, at: usize) -> bool {
        let compares = |index: usize| {
            (StringOp::of(self.kind(index)).is_some() && self.kind(index) != T::Colon)
                || matches!(self.kind(index), T::EqualEqual | T::BangEqual | T::EqualTilde | T::BangTilde)
        };
        let Some(operator) = (at.saturating_sub(4)..at).rev().find(|index| compares(*index)) else {
            return false;
        };
        let start = self.span(operator + 1).start as usize;
        let rest = &self.text[start..];
        let end = |c: char| c.is_whitespace() || matches!(c, ')' | ',' | '|' | ';' | '"' | '\'');
        let written = &rest[..rest.find(end).unwrap_or(rest.len())];
        let text =
            written.contains("://") || written.chars().skip(1).any(|c| c == '@') || written.contains(":\\");
        let inside = start + written.len() >= draft.error.span.start as usize;
        if !text || !inside || !written.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return false;
        }
        let verbatim = if written.contains('\\') { "@" } else { "" };
        let quoted = format!("{verbatim}\"{written}\"");
        let span = Span::new(start, start + written.len());
        draft.say(span, "A string must be in quotes", format!("Use `{quoted}`."));
        draft.fix(span, &quoted);
        draft.covers = self.stage(operator);
        true
    }

    /// `let f = (x) { ... }`: parameters without types.
    pub(super) fn untyped(&self, draft: &mut Draft, at: usize) -> bool {
        let body = [at, at + 1].into_iter().find(|index| self.kind(*index) == T::OpenBrace);
        if let Some(body) = body.filter(|body| *body > 0 && self.kind(body - 1) == T::CloseParen) {
            let open = self.opened(body - 1).filter(|open| *open > 0 && self.kind(open - 1) == T::Equal);
            if let Some(open) = open.filter(|open| *open >= 3 && self.kind(open - 3) == T::Let) {
                let span = self.over(open, body - 1);
                draft.say(span, "The parameters of a function need types", "Use `(name: string)`.");
                draft.covers = Span::new(span.start as usize, self.stage(body).end as usize);
                return true;
            }
        }
        // `(string x)`
        let typed = at >= 4 && self.kind(at - 1) == T::OpenParen && self.kind(at - 4) == T::Let;
        if typed && foreign::type_name(self.written(at)).is_some() && self.kind(at + 1) == T::Identifier {
            let (kind, name) = (self.written(at), self.written(at + 1));
            let span = self.over(at, at + 1);
            draft.say(span, "The type of a parameter comes after its name", format!("Use `{name}: {kind}`."));
            draft.fix(span, &format!("{name}: {kind}"));
            draft.covers = self.stage(at);
            return true;
        }
        false
    }

    /// `FROM SigninLogs`, as other languages begin.
    pub(super) fn from(&self, draft: &mut Draft) -> bool {
        if !self.written(0).eq_ignore_ascii_case("from") || self.kind(1) != T::Identifier {
            return false;
        }
        let span = self.span(0);
        draft.say(span, "A KQL query starts with the table itself", "Remove the word.");
        draft.fix(Span::new(span.start as usize, self.span(1).start as usize), "");
        draft.covers = Span::new(span.start as usize, self.text.len());
        true
    }

    /// `{TimeRange}`: a parameter of a workbook or a client, which nothing replaces here.
    pub(super) fn in_braces(&self, draft: &mut Draft, at: usize) -> bool {
        let parameter = self.kind(at) == T::OpenBrace
            && self.kind(at + 1) == T::Identifier
            && self.kind(at + 2) == T::CloseBrace
            && (draft.error.kind == ErrorKind::Leftover || draft.expects() == Some(";"));
        if !parameter {
            return false;
        }
        let span = self.over(at, at + 2);
        let written = &self.text[span.range()];
        draft.say(
            span,
            format!("`{written}` looks like a parameter that is never replaced"),
            "Replace it with a value or a condition.",
        );
        draft.covers = self.stage(at);
        true
    }

    /// `by Account having Total > 5`
    pub(super) fn having(&self, draft: &mut Draft, at: usize) -> bool {
        if at == 0
            || !self.written(at).eq_ignore_ascii_case("having")
            || !self.ends_operand(at - 1)
            || self.kind(at + 1) != T::Identifier
        {
            return false;
        }
        let span = self.span(at);
        draft.say(span, format!("`{}` is `where` in KQL", self.written(at)), "Use `| where`.");
        draft.fix(span, "| where");
        draft.covers = self.stage(at);
        true
    }

    /// `f"{x}"`: a string of Python with a letter before it.
    pub(super) fn prefixed_string(&self, draft: &mut Draft, at: usize) -> bool {
        for prefix in [at, at.saturating_sub(1)] {
            let word = self.written(prefix);
            let text = self.written(prefix + 1);
            let string = self.kind(prefix + 1) == T::StringLiteral && self.glued(prefix + 1);
            // A quote alone closes a string that lacks the other.
            let closed = text.len() > 1 && text.ends_with(['"', '\'']);
            if !string || !closed || !matches!(word, "f" | "F" | "r" | "R" | "b" | "B" | "u" | "N" | "$") {
                continue;
            }
            let span = self.span(prefix);
            let message = format!("KQL has no strings that begin with `{word}`");
            let raw = word.eq_ignore_ascii_case("r");
            let help = match word {
                "f" | "F" | "$" => "Use `strcat(...)` to put values into a string.",
                _ if raw => "Use `@` for a string without escape sequences.",
                _ => "Remove the letter.",
            };
            draft.say(span, message, help);
            if raw {
                draft.fix(span, "@");
            } else if !matches!(word, "f" | "F" | "$") {
                draft.fix(span, "");
            }
            draft.covers = self.stage(prefix);
            return true;
        }
        false
    }

    /// `project , a`: a comma before the first element of a list.
    pub(super) fn leading_comma(&self, draft: &mut Draft, at: usize) -> bool {
        let begins = at > 0
            && matches!(
                self.kind(at - 1),
                T::Project | T::Extend | T::Summarize | T::By | T::Distinct | T::OpenParen
            );
        if draft.error.kind != ErrorKind::MissingElement || self.kind(at) != T::Comma || !begins {
            return false;
        }
        let span = self.span(at);
        draft.say(span, "Unexpected comma before the first element", "Remove it.");
        draft.fix(Span::new(self.end_before(at), span.end as usize), "");
        true
    }

    /// `where a == 1, b == 2`: conditions with a comma between them.
    pub(super) fn comma_of_conditions(&self, draft: &mut Draft, at: usize) -> bool {
        let comma = [at, at.saturating_sub(1)].into_iter().find(|index| self.kind(*index) == T::Comma);
        let Some(comma) = comma.filter(|comma| *comma > 0 && self.opened(*comma).is_none()) else {
            return false;
        };
        let stage = (0..comma).rev().take_while(|index| !matches!(self.kind(*index), T::Pipe | T::Semicolon));
        let operator = stage.last().map(|first| self.kind(first));
        let goes_on = self.kind(comma + 1) == T::Identifier || self.kind(comma + 1).is_literal();
        if operator != Some(T::Where) || !goes_on {
            return false;
        }
        let span = self.span(comma);
        draft.say(span, "Conditions are not separated by commas", "Use `and`, or another `| where`.");
        draft.fix(span, " and");
        draft.covers = self.stage(comma);
        true
    }

    /// `where User somehow "x"`: a word between two values that is an operator of no language.
    pub(super) fn no_operator(&self, draft: &mut Draft, at: usize) -> bool {
        let ended = draft.expects() == Some(";") || draft.error.kind == ErrorKind::Leftover;
        if !ended || at == 0 || self.kind(at) != T::Identifier || self.starts_line_of(at) {
            return false;
        }
        let values = self.ends_operand(at - 1) && self.kind(at + 1) == T::StringLiteral;
        let word = self.written(at);
        if !values || KEYWORDS.iter().any(|keyword| keyword.text() == word) {
            return false;
        }
        draft.say(
            self.span(at),
            format!("`{word}` is not an operator of KQL"),
            "Use an operator such as `==`, `has`, `contains` or `in`.",
        );
        draft.covers = self.stage(at);
        true
    }

    /// A character that nothing is seen of, and letters of another script that look like Latin ones.
    pub(super) fn misleading(&self, draft: &mut Draft, at: usize) -> bool {
        // What nothing is seen of may be read as white space.
        let (from, to) = (self.end_before(at), self.span(at).start as usize);
        let gap = self.text.get(from..to).unwrap_or_default();
        if let Some((offset, c)) = gap.char_indices().find(|(_, c)| alike::is_hidden(*c)) {
            let here = Span::new(from + offset, from + offset + c.len_utf8());
            draft.say(here, format!("U+{:04X} is an invisible character", u32::from(c)), "Remove it.");
            draft.fix(here, "");
            return true;
        }
        let c = |index: usize| self.written(index).chars().next().unwrap_or(' ');
        let bad = [at, at.saturating_sub(1)]
            .into_iter()
            .find(|index| self.kind(*index) == T::Bad && !c(*index).is_ascii());
        let Some(bad) = bad else { return false };
        let code = format!("U+{:04X}", u32::from(c(bad)));
        if alike::is_hidden(c(bad)) {
            let here = self.span(bad);
            draft.say(here, format!("{code} is an invisible character"), "Remove it.");
            draft.fix(here, "");
            return true;
        }
        // The whole word, of which several letters may be others.
        let of_word = |index: usize| matches!(self.kind(index), T::Bad | T::Identifier);
        let (mut first, mut last) = (bad, bad);
        while first > 0 && self.glued(first) && of_word(first - 1) {
            first -= 1;
        }
        while self.glued(last + 1) && of_word(last + 1) {
            last += 1;
        }
        let span = self.over(first, last);
        let written = &self.text[span.range()];
        let plain = |c: char| if c.is_ascii() { Some(c) } else { alike::latin(c) };
        let Some(latin) = written.chars().map(plain).collect::<Option<String>>() else { return false };
        let looks = alike::latin(c(bad)).unwrap_or(' ');
        draft.say(
            span,
            format!("`{written}` contains {code}, which looks like `{looks}`"),
            "Retype the name.",
        );
        draft.fix(span, &latin);
        true
    }
}
