//! Spellings of other languages, and of other typography.

use super::super::super::ast::StringOp;
use super::super::super::error::ErrorKind;
use super::super::super::token::{KEYWORDS, TokenKind as T};
use super::super::operators::is_operator;
use super::{Draft, Slips};
use crate::source::Span;

/// Signs that mean something elsewhere, with what they are here.
const SIGNS: &[(&str, &str)] = &[
    ("===", "=="),
    ("!==", "!="),
    ("=!", "!="),
    ("=>", ">="),
    ("=<", "<="),
    ("~=", "=~"),
    ("==~", "=~"),
    ("=~=", "=~"),
    ("=~~", "=~"),
    ("==!", "!="),
    ("=!=", "!="),
    ("|>", "|"),
    ("&", "and"),
];

/// Operators with a form that says no.
const NEGATABLE: &[T] = &[
    T::In,
    T::InCs,
    T::Between,
    T::Has,
    T::HasCs,
    T::HasPrefix,
    T::HasSuffix,
    T::Contains,
    T::ContainsCs,
    T::StartsWith,
    T::EndsWith,
    T::Like,
];

impl Slips<'_> {
    /// A query in SQL, which is reported once.
    pub(super) fn sql(&self, draft: &mut Draft) -> bool {
        if !self.written(0).eq_ignore_ascii_case("select") || self.kind(1) == T::Pipe {
            return false;
        }
        let span = draft.error.span;
        draft.say(
            span,
            "This looks like SQL",
            "A KQL query starts with a table, followed by operators after pipes: `Table | where ... | project ...`.",
        );
        draft.covers = Span::new(span.start as usize, self.text.len());
        true
    }

    pub(super) fn comment(&self, draft: &mut Draft, at: usize) -> bool {
        let help = "Use `//` for comments.";
        for index in [at, at.saturating_sub(1)] {
            let here = self.span(index).start as usize;
            let rest = &self.text[here..];
            if rest.starts_with("/*") {
                let length = rest.find("*/").map_or(rest.len(), |end| end + 2);
                draft.say(Span::new(here, here + 2), "`/*` is not a comment in KQL", help);
                draft.covers = Span::new(here, here + length);
                return true;
            }
            if index == at && (rest.starts_with("--") || self.kind(at) == T::Directive) {
                let (sign, length) = if rest.starts_with("--") { ("--", 2) } else { ("#", 1) };
                let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
                draft.say(Span::new(here, here + length), format!("`{sign}` is not a comment in KQL"), help);
                draft.fix(Span::new(here, here + length), "//");
                draft.covers = Span::new(here, here + line);
                return true;
            }
        }
        false
    }

    pub(super) fn typographic(&self, draft: &mut Draft, at: usize) -> bool {
        if self.kind(at) != T::Bad {
            return false;
        }
        let here = self.span(at);
        let rest = &self.text[here.range()];
        let (straight, ends): (_, &[char]) = match rest.chars().next() {
            Some('\u{201c}' | '\u{201d}' | '\u{201e}') => ("\"", &['\u{201c}', '\u{201d}']),
            Some('\u{00ab}' | '\u{00bb}') => ("\"", &['\u{00bb}', '\u{00ab}']),
            Some('\u{2018}' | '\u{2019}' | '\u{201a}') => ("'", &['\u{2018}', '\u{2019}']),
            Some('\u{2013}' | '\u{2014}') => ("-", &[]),
            Some('\u{2026}') => ("..", &[]),
            _ => {
                if rest.chars().next().is_some_and(char::is_alphabetic) {
                    draft
                        .help("A name without brackets can only contain the letters A to Z, digits and `_`.");
                    return true;
                }
                return false;
            }
        };
        draft.say(here, format!("`{rest}` is a typographic character"), format!("Use `{straight}`."));
        // The string ends with another of its kind, on the same line.
        let further = &self.text[here.end as usize..];
        let line = further.find(['\n', '\r']).map_or(further, |end| &further[..end]);
        match line.find(ends).filter(|_| !ends.is_empty()) {
            Some(length) => {
                let inside = &line[..length];
                let close = here.end as usize + length;
                let end = close + self.text[close..].chars().next().map_or(0, char::len_utf8);
                let is_verbatim = self.text[..here.start as usize].ends_with('@');
                let verbatim = if inside.contains('\\') && !is_verbatim { "@" } else { "" };
                draft.fix(
                    Span::new(here.start as usize, end),
                    &format!("{verbatim}{straight}{inside}{straight}"),
                );
            }
            None => draft.fix(here, straight),
        }
        true
    }

    /// `===`, `=>` and their relatives, and `=` where `==` is meant.
    pub(super) fn sign(&self, draft: &mut Draft, at: usize) -> bool {
        let is_sign = |index: usize| {
            let written = self.written(index);
            !written.is_empty() && written.bytes().all(|byte| b"=!<>~&|".contains(&byte))
        };
        let mut first = at;
        while first > 0 && is_sign(first - 1) && self.glued(first) && at - first < 3 {
            first -= 1;
        }
        if !is_sign(first) {
            return false;
        }
        let mut last = first;
        while is_sign(last + 1) && self.glued(last + 1) && last - first < 3 {
            last += 1;
        }
        // `= =`, `> =`, `! =`: a sign in two parts
        let single = first == last && !SIGNS.iter().any(|(there, _)| *there == self.written(first));
        for second in [first, last + 1].into_iter().filter(|_| single) {
            let Some(start) = second.checked_sub(1).filter(|start| is_sign(*start) && is_sign(second)) else {
                continue;
            };
            let joined = format!("{}{}", self.written(start), self.written(second));
            let whole = self.over(start, second);
            let meant = ["==", "!=", ">=", "<=", "=~", "!~"].contains(&joined.as_str());
            if meant && !self.glued(second) && !self.text[whole.range()].contains(['\n', '\r']) {
                draft.say(whole, format!("`{joined}` must not contain a space"), "Remove the space.");
                draft.fix(whole, &joined);
                return true;
            }
        }
        let span = self.over(first, last);
        let sign = &self.text[span.range()];
        // An arrow in a list of columns gives a name.
        let stage = (0..first).rev().take_while(|index| !matches!(self.kind(*index), T::Pipe | T::Semicolon));
        let operator = stage.last().map(|index| self.kind(index));
        if sign == "=>"
            && matches!(operator, Some(T::Extend | T::Project | T::Summarize))
            && self.opened(first).is_none()
        {
            draft.say(span, "`=>` is not an operator in KQL", "Use `=` to name a column.");
            draft.fix(span, "=");
            return true;
        }
        if let Some((_, here)) = SIGNS.iter().find(|(there, _)| *there == sign) {
            draft.say(span, format!("`{sign}` is not an operator in KQL"), format!("Use `{here}`."));
            draft.fix(span, here);
            return true;
        }
        let after_let = first >= 2 && self.kind(first - 2) == T::Let;
        if sign == "==" && after_let && draft.error.kind == ErrorKind::MissingElement {
            draft.say(span, "`let` assigns with `=`, not with `==`", "Use `=`.");
            draft.fix(span, "=");
            return true;
        }
        if sign == "=" && self.names_on_new_line(draft, first) {
            return true;
        }
        let compares = draft.error.kind == ErrorKind::Leftover || draft.expects().is_some();
        if sign == "="
            && first > 0
            && compares
            && self.ends_operand(first - 1)
            && self.kind(first - 1) != T::Let
        {
            draft.say(span, "`=` does not compare values", "Use `==` to compare.");
            let stage =
                (0..first).rev().take_while(|index| !matches!(self.kind(*index), T::Pipe | T::Semicolon));
            let joins = stage.into_iter().any(|index| self.kind(index) == T::On);
            let (left, right) = (first - 1, last + 1);
            let sided = |index: usize| self.written(index).starts_with('$') || self.kind(index + 1) == T::Dot;
            let bare = !sided(right) && (left == 0 || self.kind(left - 1) != T::Dot);
            let names = self.kind(left) == T::Identifier && self.kind(right) == T::Identifier;
            if joins && names && bare {
                let (a, b) = (self.written(left), self.written(right));
                let condition = if a == b { a.to_owned() } else { format!("$left.{a} == $right.{b}") };
                draft.error.help = Some(format!("Use `{condition}`."));
                draft.fix(self.over(left, right), &condition);
            } else {
                draft.fix(span, "==");
            }
            return true;
        }
        false
    }

    /// A name with `=` that begins a line of a list of such: the line before lacks its comma.
    fn names_on_new_line(&self, draft: &mut Draft, equal: usize) -> bool {
        let mut name = equal;
        // `Name =` or `['a name'] =`
        if equal > 0 && self.kind(equal - 1) == T::CloseBracket {
            name = (0..equal).rev().find(|index| self.kind(*index) == T::OpenBracket).unwrap_or(equal);
        } else if equal > 0 && self.kind(equal - 1) == T::Identifier {
            name = equal - 1;
        }
        let Some(last) = name.checked_sub(1).filter(|_| name < equal) else { return false };
        let between = &self.text[self.span(last).end as usize..self.span(name).start as usize];
        if between.matches('\n').count() != 1 || !self.ends_operand(last) {
            return false;
        }
        let stage = (0..last).rev().take_while(|index| !matches!(self.kind(*index), T::Pipe | T::Semicolon));
        let lists =
            |index: usize| matches!(self.kind(index), T::Summarize | T::Extend | T::Project | T::Print);
        if !stage.into_iter().any(lists) {
            return false;
        }
        let place = self.span(last).end as usize;
        draft.say(Span::at(place), "A comma is missing at the end of this line", "Use `,`.");
        draft.fix(Span::at(place), ",");
        draft.covers = self.stage(equal);
        true
    }

    /// What says no in other languages.
    pub(super) fn negation(&self, draft: &mut Draft, at: usize) -> bool {
        // `!in ~` and `in ~`
        let tilde = (at..at + 2).find(|index| self.written(*index) == "~");
        if let Some(tilde) =
            tilde.filter(|tilde| *tilde > 0 && matches!(self.kind(tilde - 1), T::In | T::NotIn))
        {
            let both = self.over(tilde - 1, tilde);
            let joined = format!("{}~", self.written(tilde - 1));
            draft.say(both, format!("`{joined}` must not contain a space"), "Remove the space.");
            draft.fix(both, &joined);
            return true;
        }
        // `!~in`, which reads as `!~` before a keyword
        let swapped = [at, at.saturating_sub(1)].into_iter().find(|index| {
            self.kind(*index) == T::BangTilde && self.kind(index + 1) == T::In && self.glued(index + 1)
        });
        if let Some(sign) = swapped {
            let both = self.over(sign, sign + 1);
            draft.say(both, "`!~in` must be written as `!in~`", "Use `!in~`.");
            draft.fix(both, "!in~");
            draft.covers = self.stage(sign);
            return true;
        }
        let lower = self.written(at).to_ascii_lowercase();
        let (bang, not) = (lower == "!", lower == "not");
        let next = self.written(at + 1).to_ascii_lowercase();
        let negatable = NEGATABLE.iter().find(|keyword| keyword.text() == next);
        if let Some(keyword) = negatable.filter(|_| bang || not) {
            let both = self.over(at, at + 1);
            let prefix = if *keyword == T::Like { "not" } else { "!" };
            let joined = format!("{prefix}{next}");
            draft.say(
                both,
                format!("`{}` must be written as `{joined}`", &self.text[both.range()]),
                format!("Use `{joined}`."),
            );
            draft.fix(both, &joined);
            return true;
        }
        if bang || not && self.kind(at + 1) != T::OpenParen {
            let sign = if bang { "!" } else { "not" };
            draft.say(
                self.span(at),
                format!("`{sign}` is not a negation operator in KQL"),
                "Use `not(...)` around it.",
            );
            if bang && self.kind(at + 1) == T::OpenParen && self.closing(at + 1).is_some() {
                draft.fix(self.span(at), "not");
            } else {
                self.negate(draft, at);
            }
            return true;
        }
        if at > 0 && self.written(at - 1) == "not" && draft.error.kind == ErrorKind::TokenExpected {
            draft.say(
                draft.error.span,
                "`not` is a function and needs parentheses",
                "Use `not(...)` around it.",
            );
            self.negate(draft, at - 1);
            return true;
        }
        self.is_null(draft, at, &lower)
    }

    /// Puts `not(...)` around the call, or the comparison that ends its operator, after a word that says no.
    fn negate(&self, draft: &mut Draft, no: usize) {
        let first = no + 1;
        if self.kind(first) != T::Identifier {
            return;
        }
        let last = if self.kind(first + 1) == T::OpenParen {
            self.closing(first + 1)
        } else {
            // `not Column has "x"`
            let operand = self.kind(first + 2).is_literal() && !self.kind(first + 1).is_literal();
            let alone = matches!(self.kind(first + 3), T::Pipe | T::Semicolon | T::EndOfText | T::CloseParen);
            (operand && alone).then_some(first + 2)
        };
        if let Some(last) = last {
            let inside = &self.text[self.over(first, last).range()];
            draft.fix(self.over(no, last), &format!("not({inside})"));
        }
    }

    /// `a is null`, `a is not null`
    fn is_null(&self, draft: &mut Draft, at: usize, lower: &str) -> bool {
        if lower != "is" || at == 0 || self.kind(at) != T::Identifier {
            return false;
        }
        let not = self.written(at + 1).eq_ignore_ascii_case("not");
        let what = at + 1 + usize::from(not);
        let function = match (self.written(what).to_ascii_lowercase().as_str(), not) {
            ("null", false) => "isnull",
            ("null", true) => "isnotnull",
            ("empty", false) => "isempty",
            ("empty", true) => "isnotempty",
            _ => return false,
        };
        let span = self.over(at, what);
        draft.say(
            span,
            format!("`{}` is a function in KQL", &self.text[span.range()]),
            format!("Use `{function}(...)`."),
        );
        if self.kind(at - 1) == T::Identifier && (at < 2 || self.kind(at - 2) != T::Dot) {
            draft.fix(self.over(at - 1, what), &format!("{function}({})", self.written(at - 1)));
        }
        true
    }

    /// Words in capitals, twice, or of other languages.
    pub(super) fn word(&self, draft: &mut Draft, at: usize) -> bool {
        let word = self.written(at);
        if self.kind(at) == T::Identifier && self.capitals(draft, at) {
            return true;
        }
        let named = self.kind(at) == T::Identifier || self.kind(at).is_keyword();
        let twice = at > 0
            && self.written(at - 1) == word
            && self.text[self.end_before(at)..self.span(at).start as usize].bytes().all(|byte| byte == b' ');
        if named && twice && draft.error.kind != ErrorKind::OperatorExpected {
            let span = self.span(at);
            draft.say(span, format!("`{word}` is repeated"), "Remove one of them.");
            draft.fix(Span::new(self.end_before(at), span.end as usize), "");
            return true;
        }
        let after = |draft: &mut Draft, message: &str, help: &str| {
            let span = draft.error.span;
            draft.say(span, message, help);
            true
        };
        if word == "?" {
            return after(draft, "KQL has no `?:` operator", "Use `iff(condition, then, otherwise)`.");
        }
        if word.eq_ignore_ascii_case("when")
            && at > 0
            && self.kind(at - 1) == T::Identifier
            && self.written(at - 1).eq_ignore_ascii_case("case")
        {
            let end = (at..self.tokens.len())
                .find(|index| matches!(self.kind(*index), T::Pipe | T::Semicolon | T::EndOfText));
            after(draft, "`case` is a function in KQL", "Use `case(condition, value, ..., otherwise)`.");
            draft.covers = self.over(at, end.unwrap_or(at));
            return true;
        }
        if self.kind(at) == T::As
            && at > 0
            && self.kind(at - 1) == T::Identifier
            && self.kind(at + 1) == T::Identifier
        {
            let (value, name) = (self.written(at - 1), self.written(at + 1));
            after(draft, "The name must come before its value", &format!("Use `{name} = {value}`."));
            if at >= 2
                && matches!(
                    self.kind(at - 2),
                    T::Comma | T::Project | T::ProjectRename | T::Extend | T::Summarize | T::By | T::Print
                )
            {
                draft.fix(self.over(at - 1, at + 1), &format!("{name} = {value}"));
            }
            return true;
        }
        let number = at > 0 && self.kind(at - 1) == T::LongLiteral;
        if number && super::super::super::lexer::is_unit(word) {
            let glued = format!("{}{word}", self.written(at - 1));
            after(draft, "A timespan must not contain a space", &format!("Use `{glued}`."));
            draft.fix(self.over(at - 1, at), &glued);
            return true;
        }
        false
    }

    /// Keywords are lower case.
    fn capitals(&self, draft: &mut Draft, at: usize) -> bool {
        let start = self.span(at).start as usize;
        let goes_on = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let rest = &self.text[start..];
        let dashed = &rest[..rest.find(|c| !goes_on(c)).unwrap_or(rest.len())];
        for word in [dashed, self.written(at)] {
            let lower = word.to_ascii_lowercase();
            let keyword = KEYWORDS.iter().find(|keyword| keyword.text() == lower);
            let Some(keyword) = keyword.filter(|_| word != lower) else { continue };
            let operator = is_operator(*keyword);
            let joins = matches!(
                keyword,
                T::In
                    | T::By
                    | T::On
                    | T::Asc
                    | T::Desc
                    | T::Between
                    | T::With
                    | T::To
                    | T::From
                    | T::Step
                    | T::And
                    | T::Or
            ) || StringOp::of(*keyword).is_some();
            let span = Span::new(start, start + word.len());
            if joins || (operator && draft.error.kind == ErrorKind::OperatorExpected) {
                draft.say(span, format!("`{word}` must be lowercase"), "Keywords are lowercase.");
                let (whole, text) = self.lowered(at, span, &lower);
                draft.fix(whole, &text);
                draft.title(&format!("Replace with `{lower}`"));
                draft.covers = self.stage(at);
                return true;
            }
            let ends_here = draft.expects() == Some(";") || draft.error.kind == ErrorKind::Leftover;
            if operator && ends_here {
                let place = draft.error.span;
                draft.say(
                    place,
                    format!("A pipe (`|`) is missing before `{word}`, which must be lowercase"),
                    format!("Use `| {lower}`."),
                );
                draft.fix(span, &format!("| {lower}"));
                draft.covers = self.stage(at);
                return true;
            }
        }
        false
    }

    /// A word in lower case, with all the keywords in capitals that follow it in its operator.
    fn lowered(&self, at: usize, word: Span, lower: &str) -> (Span, String) {
        let stage = self.stage(at).end;
        let (mut end, mut text) = (word.end as usize, lower.to_owned());
        for index in at + 1..self.tokens.len() {
            let span = self.span(index);
            if span.start >= stage {
                break;
            }
            let written = self.written(index);
            let small = written.to_ascii_lowercase();
            let small_words =
                ["in", "by", "on", "asc", "desc", "with", "to", "from", "step", "and", "or", "of"];
            let shouted = self.kind(index) == T::Identifier && written == written.to_ascii_uppercase();
            if shouted && span.start as usize >= end && small_words.contains(&small.as_str()) {
                text += &self.text[end..span.start as usize];
                text += &small;
                end = span.end as usize;
            }
        }
        (Span::new(word.start as usize, end), text)
    }

    /// From a token to the end of its operator.
    pub(super) fn stage(&self, at: usize) -> Span {
        let end = (at..self.tokens.len())
            .find(|index| matches!(self.kind(*index), T::Pipe | T::Semicolon | T::EndOfText));
        Span::new(
            self.span(at).start as usize,
            end.map_or(self.text.len(), |end| self.span(end).start as usize),
        )
    }
}
