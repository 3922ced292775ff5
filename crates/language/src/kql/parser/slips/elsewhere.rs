//! Shapes of other languages: operators, calls, comments and literals as KQL does not write them.

use super::super::super::ast::StringOp;
use super::super::super::foreign;
use super::super::super::token::{KEYWORDS, TokenKind as T};
use super::{Draft, Slips};
use crate::source::Span;

/// Literals that are written like calls, with the functions that convert to their types.
const LITERALS: &[(&str, &str)] = &[
    ("int", "toint"),
    ("long", "tolong"),
    ("real", "todouble"),
    ("double", "todouble"),
    ("decimal", "todecimal"),
    ("bool", "tobool"),
    ("guid", "toguid"),
    ("datetime", "todatetime"),
    ("timespan", "totimespan"),
    ("time", "totimespan"),
];

impl Slips<'_> {
    /// A comment of SQL, which reads as two signs to the parser.
    pub(super) fn dashes(&self, draft: &mut Draft, at: usize) -> bool {
        let place = draft.error.span.start as usize;
        let line = self.text[..place].rfind(['\n', '\r']).map_or(0, |start| start + 1);
        let mut first = at.min(self.tokens.len().saturating_sub(1));
        while first > 0 && self.span(first - 1).start as usize >= line {
            first -= 1;
        }
        let is_comment = |index: &usize| {
            let two =
                self.kind(*index) == T::Minus && self.kind(index + 1) == T::Minus && self.glued(index + 1);
            // Within a line a space follows it, as SQL wants it.
            let begins = self.text[line..self.span(*index).start as usize].trim().is_empty();
            let end = self.span(index + 1).end as usize;
            two && (begins || self.text[end..].starts_with([' ', '\t', '\r', '\n']))
        };
        let Some(dashes) = (first..=at + 1).find(is_comment) else { return false };
        let start = self.span(dashes).start as usize;
        let length = self.text[start..].find(['\n', '\r']).unwrap_or(self.text.len() - start);
        let span = Span::new(start, start + 2);
        draft.say(span, "`--` is not a comment in KQL", "Use `//` for comments.");
        draft.fix(span, "//");
        // What is missing after the comment is reported at the end of its line.
        draft.covers = Span::new(start, (start + length + 1).min(self.text.len().max(start)));
        true
    }

    /// `cast(x as string)`
    pub(super) fn cast(&self, draft: &mut Draft, at: usize) -> bool {
        let Some(keyword) =
            [at, at.saturating_sub(1), at + 1].into_iter().find(|index| self.kind(*index) == T::As)
        else {
            return false;
        };
        let Some(open) = self.opened(keyword) else { return false };
        let Some(function) = open.checked_sub(1) else { return false };
        let word = self.written(function).to_ascii_lowercase();
        if !matches!(word.as_str(), "cast" | "try_cast" | "convert") {
            return false;
        }
        let kind = self.written(keyword + 1);
        let conversion = foreign::conversion(kind);
        let help = conversion.map_or_else(
            || "Use `tostring(...)`, `toint(...)`, `todatetime(...)` and so on.".to_owned(),
            |conversion| format!("Use `{conversion}(...)`."),
        );
        draft.say(self.over(function, keyword + 1), format!("`{word}` is not a function in KQL"), help);
        if let Some(conversion) = conversion
            && let Some(close) = self.closing(open)
        {
            let inside = Span::new(self.span(open).end as usize, self.span(keyword).start as usize);
            let inside = self.text[inside.range()].trim();
            draft.fix(self.over(function, close), &format!("{conversion}({inside})"));
        }
        draft.covers = self.stage(function);
        true
    }

    /// `count(distinct X)`
    pub(super) fn distinct(&self, draft: &mut Draft, at: usize) -> bool {
        let from = at.saturating_sub(3);
        let counts = |word: &str| word.eq_ignore_ascii_case("count") || word == "dcount";
        let is_call = |index: &usize| {
            counts(self.written(*index))
                && self.kind(index + 1) == T::OpenParen
                && self.written(index + 2).eq_ignore_ascii_case("distinct")
        };
        let Some(count) = (from..=at).find(is_call) else { return false };
        let message = format!("`{}` has no `distinct` in KQL", self.written(count));
        draft.say(self.over(count, count + 2), message, "Use `dcount(...)`.");
        if let Some(close) = self.closing(count + 1) {
            let inside = Span::new(self.span(count + 2).end as usize, self.span(close).start as usize);
            let inside = self.text[inside.range()].trim();
            if !inside.is_empty() && !inside.contains(',') {
                draft.fix(self.over(count, close), &format!("dcount({inside})"));
            }
        }
        draft.covers = self.stage(count);
        true
    }

    /// `descending`, `group by`, `matches "..."` and operators of other languages.
    pub(super) fn foreign_word(&self, draft: &mut Draft, at: usize) -> bool {
        let word = self.written(at);
        let lower = word.to_ascii_lowercase();
        let span = self.span(at);
        let direction = match lower.as_str() {
            "descending" | "descend" | "dsc" | "decs" | "des" => Some("desc"),
            "ascending" | "ascend" => Some("asc"),
            _ => None,
        };
        if let Some(direction) = direction.filter(|_| self.kind(at) == T::Identifier) {
            draft.say(span, format!("`{word}` is `{direction}` in KQL"), format!("Use `{direction}`."));
            draft.fix(span, direction);
            draft.covers = self.stage(at);
            return true;
        }
        if lower == "group"
            && self.written(at + 1).eq_ignore_ascii_case("by")
            && at > 0
            && self.kind(at - 1) != T::Pipe
        {
            let both = self.over(at, at + 1);
            draft.say(both, "`group by` is `by` in KQL", "Use `by`.");
            draft.fix(both, "by");
            draft.covers = self.stage(at);
            return true;
        }
        let literal = |index: usize| self.kind(index).is_literal() || self.kind(index) == T::OpenParen;
        let named = self.kind(at) == T::Identifier || lower == "regex";
        let operand = at > 0 && self.ends_operand(at - 1) && named;
        if !operand || !(literal(at + 1) || self.kind(at + 1) == T::Identifier) {
            return false;
        }
        let simple = match lower.as_str() {
            "matches" | "matches_regex" | "match" | "regex" | "regexp" | "rlike" | "matchesregex"
                if self.kind(at + 1) != T::OpenParen =>
            {
                Some("matches regex")
            }
            "eq" | "equals" | "is" => Some("=="),
            "ne" | "neq" => Some("!="),
            "gt" => Some(">"),
            "ge" | "gte" => Some(">="),
            "lt" => Some("<"),
            "le" | "lte" => Some("<="),
            _ => None,
        };
        if let Some(simple) = simple {
            // `matches regexp`, `matches pattern`
            let second = self.written(at + 1).to_ascii_lowercase();
            let two = simple == "matches regex"
                && matches!(second.as_str(), "regexp" | "reg" | "regx" | "regular" | "pattern" | "re");
            let span = if two { self.over(at, at + 1) } else { span };
            let message = format!("`{}` is `{simple}` in KQL", &self.text[span.range()]);
            draft.say(span, message, format!("Use `{simple}`."));
            draft.fix(span, simple);
            draft.covers = self.stage(at);
            return true;
        }
        if let Some(kql) = foreign::operator(word) {
            draft.say(span, format!("`{word}` is not an operator of KQL"), format!("Use {kql}."));
            draft.covers = self.stage(at);
            return true;
        }
        if !literal(at + 1) || KEYWORDS.iter().any(|keyword| keyword.text() == lower) {
            return false;
        }
        let joins = |keyword: &T| {
            StringOp::of(*keyword).is_some()
                || matches!(keyword, T::In | T::InCs | T::Between | T::HasAny | T::HasAll)
        };
        let near = KEYWORDS
            .iter()
            .filter(|keyword| joins(keyword))
            .map(|keyword| (strsim::osa_distance(&lower, keyword.text()), keyword.text()))
            .filter(|(distance, name)| *distance <= (name.len() / 4).clamp(1, 2) && name.len() > 2)
            .min();
        let Some((_, near)) = near else { return false };
        draft.say(span, format!("`{word}` is not an operator of KQL"), format!("Did you mean `{near}`?"));
        draft.fix(span, near);
        draft.covers = self.stage(at);
        true
    }

    /// `count() as Total`, and all others of its kind in the same list: one alone would leave the list broken.
    pub(super) fn name_after_value(&self, draft: &mut Draft, at: usize) -> bool {
        let Some((start, mut text)) = self.value_before_as(at) else { return false };
        let place = draft.error.span;
        let shown: String = text.chars().take(60).collect();
        let (mut last, mut next) = (at + 1, at + 2);
        while !matches!(self.kind(next), T::Pipe | T::Semicolon | T::EndOfText | T::By) {
            if let Some((first, named)) = self.value_before_as(next).filter(|(first, _)| *first > last) {
                text += &self.text[self.span(last).end as usize..self.span(first).start as usize];
                text += &named;
                last = next + 1;
            }
            next += 1;
        }
        draft.say(place, "The name must come before its value in KQL", format!("Use `{shown}`."));
        draft.fix(self.over(start, last), &text);
        draft.title("Put the name before the value");
        draft.covers = self.stage(at);
        true
    }

    /// Where the value before `as` begins, and how it is written with the name that follows.
    fn value_before_as(&self, at: usize) -> Option<(usize, String)> {
        if !self.written(at).eq_ignore_ascii_case("as") || at == 0 || self.kind(at - 1) == T::Pipe {
            return None;
        }
        let (mut start, mut depth) = (at, 0_usize);
        while start > 0 {
            match self.kind(start - 1) {
                T::CloseParen | T::CloseBracket | T::CloseBrace => depth += 1,
                T::OpenParen | T::OpenBracket | T::OpenBrace if depth > 0 => depth -= 1,
                T::OpenParen | T::OpenBracket | T::OpenBrace | T::Semicolon | T::Pipe => return None,
                T::Comma
                | T::By
                | T::Summarize
                | T::Extend
                | T::Project
                | T::ProjectRename
                | T::Print
                | T::Distinct
                    if depth == 0 =>
                {
                    break;
                }
                T::Equal if depth == 0 => return None,
                _ => {}
            }
            start -= 1;
        }
        if start == 0 || start == at || self.kind(at + 1) != T::Identifier {
            return None;
        }
        let (value, name) = (&self.text[self.over(start, at - 1).range()], self.written(at + 1));
        Some((start, format!("{name} = {value}")))
    }

    /// `int(extract(...))`: what looks like a conversion is a literal, which holds no call.
    pub(super) fn literal_call(&self, draft: &mut Draft) -> bool {
        let place = draft.error.span.start as usize;
        let line = self.text[..place].rfind(['\n', '\r']).map_or(0, |start| start + 1);
        let end = self.text[place..].find(['\n', '\r']).map_or(self.text.len(), |end| place + end);
        let line_text = &self.text[line..end];
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        for (kind, function) in LITERALS {
            let opens = format!("{kind}(");
            for (start, _) in line_text.match_indices(&opens) {
                let inside = line_text[start + opens.len()..].trim_start();
                let name = inside.len() - inside.trim_start_matches(is_name).len();
                let begins = !line_text[..start].ends_with(is_name);
                let calls = name > 0
                    && inside.starts_with(|c: char| c.is_ascii_alphabetic())
                    && inside[name..].starts_with('(');
                if begins && calls {
                    let span = Span::new(line + start, line + start + kind.len());
                    let message =
                        format!("`{kind}(...)` is a literal in KQL and cannot contain a function call");
                    draft.say(span, message, format!("Use `{function}(...)` to convert."));
                    draft.fix(span, function);
                    draft.error.label = None;
                    draft.covers = Span::new(line, self.text.len());
                    return true;
                }
            }
        }
        false
    }

    /// `== 198.51.100.7`
    pub(super) fn address(&self, draft: &mut Draft, _at: usize) -> bool {
        let part = |c: char| c.is_ascii_digit() || c == '.' || c == '/';
        let place = draft.error.span.start as usize;
        let before = self.text[..place].trim_end_matches(part).len();
        let length = self.text[place..].find(|c| !part(c)).unwrap_or(self.text.len() - place);
        let written = &self.text[before..place + length];
        let (address, prefix) = written.split_once('/').unwrap_or((written, "24"));
        let octets: Vec<&str> = address.split('.').collect();
        let is_number = |text: &&str| text.parse::<u8>().is_ok();
        if octets.len() != 4 || !octets.iter().all(is_number) || prefix.parse::<u8>().is_err() {
            return false;
        }
        let span = Span::new(before, place + length);
        draft.say(
            span,
            "An IP address is a string in KQL",
            format!("Put quotes around it: `\"{written}\"`."),
        );
        draft.fix(span, &format!("\"{written}\""));
        draft.covers = Span::new(before, self.stage(self.at(place as u32)).end as usize);
        true
    }

    /// `contains ("a", "b")` and `contains ["a", "b"]`
    pub(super) fn several(&self, draft: &mut Draft, at: usize) -> bool {
        let from = at.saturating_sub(3);
        let opens = |index: &usize| matches!(self.kind(*index), T::OpenParen | T::OpenBracket);
        let Some(open) = (from..=at).rev().find(opens).filter(|open| *open > 0) else { return false };
        let operator = open - 1;
        let word = self.written(operator);
        let list = match self.kind(operator) {
            T::Contains | T::Has | T::HasPrefix | T::Like => "has_any",
            T::EqualEqual => "in",
            T::EqualTilde => "in~",
            T::BangEqual => "!in",
            T::BangTilde => "!in~",
            T::StartsWith
            | T::EndsWith
            | T::HasSuffix
            | T::MatchesRegex
            | T::NotHas
            | T::NotBangContains
            | T::NotContains => "",
            _ => return false,
        };
        let Some(close) = self.closing(open) else { return false };
        if !(open..close).any(|index| self.kind(index) == T::Comma) {
            return false;
        }
        let help = match list {
            "" if matches!(self.kind(operator), T::NotHas | T::NotBangContains | T::NotContains) => {
                "Use `not(column has_any (...))`.".to_owned()
            }
            "" => format!("Combine several `{word}` with `or`, or use `matches regex`."),
            list => format!("Use `{list} (...)`."),
        };
        draft.say(self.over(operator, open), format!("`{word}` only compares with one value"), help);
        if !list.is_empty() {
            let inside = &self.text[self.span(open).end as usize..self.span(close).start as usize];
            draft.fix(self.over(operator, close), &format!("{list} ({inside})"));
        }
        draft.covers = self.stage(operator);
        true
    }

    /// `between 1 and 5`
    pub(super) fn between_and(&self, draft: &mut Draft, at: usize) -> bool {
        let from = at.saturating_sub(2);
        let is_between = |index: &usize| {
            matches!(self.kind(*index), T::Between | T::NotBetween)
                || self.written(*index).eq_ignore_ascii_case("between")
        };
        let Some(between) = (from..=at).rev().find(is_between) else { return false };
        let Some(low) = self.operand(between + 1) else { return false };
        if !self.written(low + 1).eq_ignore_ascii_case("and") {
            return false;
        }
        let Some(high) = self.operand(low + 2) else { return false };
        let text = |first: usize, last: usize| &self.text[self.over(first, last).range()];
        let bounds = format!("({} .. {})", text(between + 1, low), text(low + 2, high));
        let word = self.written(between).to_ascii_lowercase();
        draft.say(
            self.over(between, low + 1),
            format!("The bounds of `{word}` must be separated by `..`"),
            format!("Use `{word} {bounds}`."),
        );
        draft.fix(self.over(between, high), &format!("{word} {bounds}"));
        draft.covers = self.stage(between);
        true
    }

    /// The last token of a simple operand: a literal, a name or a call.
    fn operand(&self, first: usize) -> Option<usize> {
        let simple = self.kind(first).is_literal() || self.kind(first) == T::Identifier;
        match self.kind(first + 1) {
            T::OpenParen if simple => self.closing(first + 1),
            _ => simple.then_some(first),
        }
    }
}
