//! Slips of typing: words that are repeated, left out or slightly misspelled, and the HTML entities of copied queries.

use super::super::super::error::ErrorKind;
use super::super::super::lexer::entities::{decoded, places};
use super::super::super::token::TokenKind as T;
use super::super::operators::is_operator;
use super::{Draft, Slips};
use crate::source::Span;

/// Parameters of operators that begin with a name and `=`.
const PARAMETERS: &[(T, &[&str])] = &[
    (T::Join, &["kind", "hint.strategy", "hint.remote", "hint.shufflekey", "hint.num_partitions"]),
    (T::Lookup, &["kind"]),
    (T::Union, &["kind", "withsource", "isfuzzy"]),
    (T::Parse, &["kind", "flags"]),
    (T::ParseWhere, &["kind", "flags"]),
    (T::MvDashExpand, &["bagexpansion", "kind", "with_itemindex"]),
    (T::MvExpand, &["bagexpansion", "kind", "with_itemindex"]),
    (T::Search, &["kind"]),
    (T::MakeSeries, &["kind"]),
];

impl Slips<'_> {
    /// `&quot;` and its relatives, all of them at once: one alone would leave a string open.
    pub(super) fn entities(&self, draft: &mut Draft, at: usize) -> bool {
        let place = draft.error.span.start as usize;
        let line = self.text[..place].rfind(['\n', '\r']).map_or(0, |start| start + 1);
        let end = self.text[place..].find(['\n', '\r']).map_or(self.text.len(), |end| place + end);
        let near = at.checked_sub(1).map_or(line, |before| line.min(self.span(before).start as usize));
        if places(&self.text[near..end]).next().is_none() {
            return false;
        }
        let mut all = places(self.text);
        let Some(entity) = all.next() else { return false };
        let (first, written) = (entity.start, &self.text[entity.clone()]);
        let last = all.last().unwrap_or(entity).end;
        let plain = decoded(&self.text[first..last]).replace("&&", "and");
        draft.say(
            Span::new(first, first + written.len()),
            format!("`{written}` is an HTML entity, which is not valid in KQL"),
            "Use the character itself.",
        );
        draft.fix(Span::new(first, last), &plain);
        draft.title("Decode the HTML entities");
        draft.error.kind = ErrorKind::HtmlEntity;
        draft.covers = Span::new(first.min(line), self.text.len());
        true
    }

    /// A keyword that stands twice, one after the other.
    pub(super) fn doubled(&self, draft: &mut Draft, at: usize) -> bool {
        let stage = (0..at).rev().find(|index| matches!(self.kind(*index), T::Pipe | T::Semicolon));
        let begins = stage.map_or(1, |pipe| pipe + 2);
        for second in [at + 1, at, at.saturating_sub(1), at.saturating_sub(2), begins] {
            let Some(first) = second.checked_sub(1) else { continue };
            let word = self.written(second);
            let between = Span::new(self.span(first).end as usize, self.span(second).start as usize);
            let blank = self.text.get(between.range()).unwrap_or_default();
            let same = self.kind(first) == self.kind(second)
                && self.kind(second).is_keyword()
                && self.written(first) == word
                && !blank.is_empty()
                && blank.bytes().all(|byte| byte == b' ' || byte == b'\t');
            if same {
                let span = self.span(second);
                draft.say(span, format!("`{word}` is repeated"), "Remove one of them.");
                draft.fix(Span::new(self.span(first).end as usize, span.end as usize), "");
                draft.covers = self.stage(first);
                return true;
            }
        }
        false
    }

    /// A name that is given a value without `let`, and a semicolon for a comma in a list of such.
    pub(super) fn assignment(&self, draft: &mut Draft, at: usize) -> bool {
        let before = (0..at).rev().find(|index| self.kind(*index) == T::Semicolon);
        let start = before.map_or(0, |semicolon| semicolon + 1);
        if self.kind(start) != T::Identifier || self.kind(start + 1) != T::Equal || at > start + 2 {
            return false;
        }
        let end = (start..self.tokens.len()).find(|index| matches!(self.kind(*index), T::Semicolon));
        let name = self.written(start);
        let goes_on = before.is_some_and(|semicolon| {
            let stage = (0..semicolon).rev().take_while(|index| self.kind(*index) != T::Semicolon);
            stage.take_while(|index| self.kind(*index) != T::Pipe).any(|index| {
                matches!(self.kind(index), T::Summarize | T::Extend | T::Project | T::Print | T::MakeSeries)
            })
        });
        if let Some(semicolon) = before.filter(|_| goes_on) {
            let span = self.span(semicolon);
            draft.say(span, format!("Unexpected semicolon before `{name}`"), "Use a comma.");
            draft.fix(span, ",");
        } else if end.is_some() {
            let span = self.span(start);
            draft.say(span, format!("`let` is missing before `{name}`"), format!("Use `let {name} = ...;`."));
            draft.fix(Span::at(span.start as usize), "let ");
        } else {
            return false;
        }
        draft.covers = Span::new(self.span(start).start as usize, self.stage(start).end as usize);
        true
    }

    /// `KIND=`, `knd=`: a parameter of an operator in another spelling.
    pub(super) fn parameter(&self, draft: &mut Draft, at: usize) -> bool {
        for name in [at, at.saturating_sub(1), at.saturating_sub(2)] {
            if self.kind(name) != T::Identifier || self.kind(name + 1) != T::Equal {
                continue;
            }
            let from = name.saturating_sub(8);
            let operator = (from..name).rev().find_map(|index| {
                let known = PARAMETERS.iter().find(|(operator, _)| *operator == self.kind(index));
                known.filter(|_| !(index..name).any(|inner| self.kind(inner) == T::OpenParen))
            });
            let Some((_, names)) = operator else { continue };
            let lower = self.written(name).to_ascii_lowercase();
            let near = names
                .iter()
                .map(|known| (strsim::osa_distance(&lower, known), *known))
                .filter(|(distance, known)| *distance <= known.len() / 4)
                .min();
            let Some((_, near)) = near else { continue };
            let span = self.span(name);
            let message = format!("`{}` is not a parameter of this operator", self.written(name));
            draft.say(span, message, format!("Did you mean `{near}`?"));
            draft.fix(span, near);
            draft.covers = self.stage(name);
            return true;
        }
        false
    }

    /// `join kind: inner (...)`: a colon after the name of a parameter.
    pub(super) fn colon_parameter(&self, draft: &mut Draft, at: usize) -> bool {
        let colons = at.saturating_sub(3)..=at + 1;
        let Some(colon) = colons.into_iter().find(|index| *index > 0 && self.kind(*index) == T::Colon) else {
            return false;
        };
        let name = colon - 1;
        let written = self.written(name);
        let before = (name.saturating_sub(8)..name).rev();
        let mut operator = before.take_while(|index| {
            !matches!(self.kind(*index), T::Pipe | T::Semicolon | T::OpenParen | T::Comma)
        });
        let takes = |index: usize| {
            let known = PARAMETERS.iter().find(|(operator, _)| *operator == self.kind(index));
            known.is_some_and(|(_, names)| names.contains(&written))
        };
        if !operator.any(takes) {
            return false;
        }
        let help = format!("Use `{written}=...`.");
        draft.say(self.span(colon), "A parameter is set with `=`, not with `:`", help);
        let value = self.span(colon + 1).start as usize;
        draft.fix(Span::new(self.span(name).end as usize, value), "=");
        draft.covers = self.stage(name);
        true
    }

    /// The bracket that is open at a token.
    pub(super) fn opened(&self, at: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for index in (0..at).rev() {
            match self.kind(index) {
                T::CloseParen | T::CloseBracket | T::CloseBrace => depth += 1,
                T::OpenParen | T::OpenBracket | T::OpenBrace if depth == 0 => return Some(index),
                T::OpenParen | T::OpenBracket | T::OpenBrace => depth -= 1,
                T::Semicolon | T::Pipe => return None,
                _ => {}
            }
        }
        None
    }

    /// An operator that follows on the same line without a pipe, as `limit 5` after `order by`.
    pub(super) fn pipe_on_line(&self, draft: &mut Draft, at: usize) -> bool {
        let word = self.kind(at);
        let ended =
            matches!(draft.expects(), Some(";" | "," | ")")) || draft.error.kind == ErrorKind::Leftover;
        let number = matches!(word, T::Limit | T::Take | T::Top) && self.kind(at + 1) == T::LongLiteral;
        let ordered = matches!(word, T::Order | T::Sort) && self.kind(at + 1) == T::By;
        let plain = matches!(word, T::Where | T::Extend | T::Project | T::Summarize | T::Distinct)
            && (self.kind(at + 1) == T::Identifier || self.kind(at + 1) == T::Count);
        if at == 0 || !ended || !is_operator(word) || !(number || ordered || plain) {
            return false;
        }
        if self.kind(at - 1) == T::Pipe
            || !self.ends_operand(at - 1) && !matches!(self.kind(at - 1), T::Asc | T::Desc)
        {
            return false;
        }
        let name = self.written(at);
        let place = draft.error.span;
        draft.say(place, format!("A pipe (`|`) is missing before `{name}`"), format!("Use `| {name}`."));
        draft.fix(Span::at(self.span(at).start as usize), "| ");
        draft.covers = self.stage(at);
        true
    }

    /// Braces and signs in which something was to be filled in.
    pub(super) fn placeholder(&self, draft: &mut Draft, at: usize) -> bool {
        let twice = |sign: &str| self.written(at) == sign && self.written(at + 1) == sign;
        let placeholder = twice("{")
            || twice("%")
            || (self.kind(at) == T::LessThan
                && self.kind(at + 1) == T::Identifier
                && self.kind(at + 2) == T::GreaterThan);
        if placeholder {
            draft.help("This looks like a placeholder: replace it with a value.");
            draft.covers = self.stage(at);
        }
        placeholder
    }
}
