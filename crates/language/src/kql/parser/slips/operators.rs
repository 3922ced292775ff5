//! What stands after a pipe and is not an operator, and operators without a pipe.

use super::super::super::error::ErrorKind;
use super::super::super::foreign;
use super::super::super::token::{KEYWORDS, TokenKind as T};
use super::super::operators::is_operator;
use super::{Draft, Slips};
use crate::source::Span;

/// Words of other languages with what to write for them.
const ELSEWHERE: &[(&str, &str)] = &[
    ("select", "Use `project` to select columns."),
    ("group", "Use `summarize ... by` to group rows."),
    ("having", "Use `where` after the `summarize`."),
    ("stats", "Use `summarize`."),
    ("eval", "Use `extend`."),
    ("rename", "Use `project-rename`."),
    ("dedup", "Use `distinct`, or `summarize arg_max(...) by`."),
    ("head", "Use `take`."),
    ("skip", "Sort the rows, number them with `serialize` and `row_number()`, and filter by the number."),
    ("offset", "Sort the rows, number them with `serialize` and `row_number()`, and filter by the number."),
    ("unique", "Use `distinct`."),
    ("table", "Use `project`."),
    ("fields", "Use `project`."),
    ("keep", "Use `project`."),
    ("drop", "Use `project-away`."),
    ("dissect", "Use `parse`."),
    ("grok", "Use `parse`, or `extend` with `extract`."),
    ("rex", "Use `extend` with `extract`, or `parse`."),
    ("regex", "Use `where` with `matches regex`."),
    ("enrich", "Use `lookup` or `join`."),
    ("append", "Use `union`."),
    ("appendcols", "Use `join`."),
    ("transaction", "Use `summarize` with `make_list`, or `scan`."),
    ("tstats", "Use `summarize`."),
    ("aggregate", "Use `summarize`."),
    ("groupby", "Use `summarize ... by` to group rows."),
    ("orderby", "Use `order by`."),
    ("sortby", "Use `sort by`."),
    ("eventstats", "Use `summarize` and `join`."),
    ("streamstats", "Use `serialize` with `row_cumsum` or `prev`."),
    ("timechart", "Use `summarize ... by bin(TimeGenerated, 1h)`, then `render timechart`."),
    ("bucket", "Use `bin` in `summarize ... by`."),
    ("fillnull", "Use `extend` with `coalesce` or `iff`."),
    ("makemv", "Use `extend` with `split`."),
    ("return", "Use `project` and `take`."),
    ("inner", "Use `join kind=inner`."),
    ("left", "Use `join kind=leftouter`."),
    ("right", "Use `join kind=rightouter`."),
    ("full", "Use `join kind=fullouter`."),
];

/// Those that are but other names, with the operators.
const REPLACED: &[(&str, &str)] = &[
    ("select", "project"),
    ("having", "where"),
    ("stats", "summarize"),
    ("eval", "extend"),
    ("rename", "project-rename"),
    ("dedup", "distinct"),
    ("unique", "distinct"),
    ("head", "take"),
    ("table", "project"),
    ("fields", "project"),
    ("keep", "project"),
    ("drop", "project-away"),
    ("append", "union"),
    ("aggregate", "summarize"),
    ("groupby", "summarize by"),
    ("orderby", "order by"),
    ("sortby", "sort by"),
];

impl Slips<'_> {
    /// A word after a pipe that is not an operator.
    pub(super) fn operator(&self, draft: &mut Draft, at: usize) -> bool {
        let pipe = at.checked_sub(1).filter(|index| self.kind(*index) == T::Pipe);
        if self.kind(at) == T::Pipe && self.kind(at + 1) == T::Let
            || pipe.is_some() && self.kind(at) == T::Let
        {
            let pipe = if self.kind(at) == T::Pipe { at } else { at - 1 };
            let help = if pipe == 0 { "Remove the pipe." } else { "Replace the pipe with `;`." };
            let span = self.span(pipe);
            draft.say(span, "`let` is a statement, not an operator", help);
            draft.fix(span, if pipe == 0 { " " } else { ";" });
            return true;
        }
        // `parse where`
        let dashed = pipe.filter(|pipe| *pipe + 1 < at).or(at.checked_sub(2)).filter(|pipe| {
            self.kind(*pipe) == T::Pipe
                && self.kind(at).is_keyword()
                && draft.error.kind == ErrorKind::MissingElement
        });
        if let Some(pipe) = dashed {
            let name = format!("{}-{}", self.written(pipe + 1), self.written(pipe + 2));
            if let Some(keyword) = KEYWORDS.iter().find(|one| one.text() == name && is_operator(**one)) {
                let span = self.over(pipe + 1, pipe + 2);
                draft.say(span, format!("`{name}` must be written with a dash"), format!("Use `{name}`."));
                draft.fix(span, keyword.text());
                return true;
            }
        }
        if draft.error.kind != ErrorKind::OperatorExpected {
            return false;
        }
        let Some(pipe) = pipe.or_else(|| (self.kind(at) == T::Pipe).then_some(at)) else { return false };
        if draft.error.span.is_empty() {
            return self.after_pipe(draft, pipe);
        }
        self.misspelt(draft, at)
    }

    /// Nothing, or a function, after a pipe.
    fn after_pipe(&self, draft: &mut Draft, pipe: usize) -> bool {
        let next = self.kind(pipe + 1);
        // `first` and `last` are keywords of `sort`.
        if matches!(next, T::First | T::Last) && self.kind(pipe + 2) == T::LongLiteral {
            let (span, word) = (self.span(pipe + 1), self.written(pipe + 1));
            draft.say(
                span,
                format!("`{word}` is not a query operator"),
                "Use `take`, or `top ... by` for an order.",
            );
            if next == T::First {
                draft.fix(span, "take");
            }
            draft.covers = self.stage(pipe + 1);
            return true;
        }
        if matches!(next, T::EndOfText | T::CloseParen | T::CloseBrace | T::Semicolon | T::Pipe) {
            let span = self.span(pipe);
            draft.say(span, "No operator follows this pipe", "Remove the pipe, or complete the query.");
            if next == T::Pipe {
                // Of two pipes the first goes, and the second stays at its place.
                let second = self.span(pipe + 1);
                draft.fix(Span::new(span.start as usize, second.start as usize), "");
            } else {
                let line = self.text[..span.start as usize].trim_end().len();
                draft.fix(Span::new(line, span.end as usize), "");
            }
            return true;
        }
        if matches!(next, T::And | T::Or) && pipe > 0 {
            let word = self.written(pipe + 1);
            let span = self.span(pipe + 1);
            draft.say(span, format!("`{word}` is not a query operator"), "Conditions go on without a pipe.");
            if next == T::And {
                draft.help("Use `| where`, or remove the pipe.");
                draft.fix(span, "where");
            } else {
                draft.fix(Span::new(self.span(pipe).start as usize, span.start as usize), "  ");
                draft.title("Remove the pipe");
            }
            draft.covers = self.stage(pipe + 1);
            return true;
        }
        if next == T::Count && self.kind(pipe + 2) == T::OpenParen {
            let span = draft.error.span;
            draft.say(
                span,
                "`count` has no parentheses after a pipe",
                "Use `count`, or `summarize count()` with groups.",
            );
            let grouped = self.kind(pipe + 3) == T::CloseParen && self.kind(pipe + 4) == T::By;
            if grouped {
                draft.fix(Span::at(self.span(pipe + 1).start as usize), "summarize ");
            } else if self.kind(pipe + 3) == T::CloseParen {
                draft.fix(self.over(pipe + 1, pipe + 3), "count");
            }
            draft.covers = self.stage(pipe + 1);
            return true;
        }
        false
    }

    fn misspelt(&self, draft: &mut Draft, at: usize) -> bool {
        // A dash parts the tokens of a name that is not known.
        let start = self.span(at).start as usize;
        let goes_on = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let rest = &self.text[start..];
        let whole = &rest[..rest.find(|c| !goes_on(c)).unwrap_or(rest.len())];
        let word = whole.to_ascii_lowercase();
        let dashed = format!("{word}-{}", self.written(at + 1));
        let names = || KEYWORDS.iter().filter(|keyword| is_operator(**keyword)).map(|keyword| keyword.text());
        let span = Span::new(start, start + whole.len());
        if whole.len() > self.written(at).len() {
            draft.error.span = span;
            draft.error.message = format!("`{whole}` is not a query operator");
        }
        if let Some(name) = names().find(|name| *name == dashed) {
            draft.help(format!("Use `{name}`."));
            draft.fix(self.over(at, at + 1), name);
        } else if let Some((_, help)) = ELSEWHERE.iter().find(|(there, _)| *there == word) {
            draft.help(*help);
            let plain = REPLACED.iter().find(|(there, _)| *there == word);
            if let Some((_, here)) = plain {
                draft.fix(span, here);
            }
            // `left join`, `left outer join`
            let outer = usize::from(self.written(at + 1).eq_ignore_ascii_case("outer"));
            let joins = self.written(at + 1 + outer).eq_ignore_ascii_case("join");
            let kind = if word == "inner" { Some("inner") } else { foreign::join_kind(&word) };
            if let Some(kind) = kind.filter(|_| joins) {
                let whole = self.over(at, at + 1 + outer);
                let written = &self.text[whole.range()];
                draft.say(
                    whole,
                    format!("`{written}` is `join kind={kind}` in KQL"),
                    format!("Use `join kind={kind}`."),
                );
                draft.fix(whole, &format!("join kind={kind}"));
            }
        } else {
            let nearest = names()
                .map(|name| (strsim::osa_distance(&word, name), name))
                .filter(|(distance, name)| *distance <= 2 && *distance < name.len().min(word.len()))
                .min();
            match nearest {
                Some((_, name)) => {
                    draft.help(format!("Did you mean `{name}`?"));
                    draft.fix(span, name);
                }
                None => draft.help("Use an operator after a pipe, such as `where` or `project`."),
            }
        }
        draft.covers = self.stage(at);
        true
    }

    /// An operator that follows without a pipe.
    pub(super) fn pipe(&self, draft: &mut Draft, at: usize) -> bool {
        let ended =
            matches!(draft.expects(), Some(";" | "," | ")")) || draft.error.kind == ErrorKind::Leftover;
        // `project away a`
        if ended && at >= 2 {
            let dashed = format!("{}-{}", self.written(at - 2), self.written(at - 1));
            if let Some(keyword) =
                KEYWORDS.iter().find(|keyword| keyword.text() == dashed && is_operator(**keyword))
            {
                let span = draft.error.span;
                draft.say(
                    span,
                    format!("`{dashed}` must be written with a dash"),
                    format!("Use `{dashed}`."),
                );
                draft.fix(self.over(at - 2, at - 1), keyword.text());
                return true;
            }
        }
        let mut word = at;
        // A name and an expression after the word make it an operator, where a list swallowed it for a column.
        if ended
            && at > 0
            && is_operator(self.kind(at - 1))
            && self.ends_operand(at)
            && self.starts_line(at - 1)
        {
            word = at - 1;
        }
        if !is_operator(self.kind(word)) || !ended || word == 0 || self.kind(word - 1) == T::Pipe {
            return false;
        }
        let operand =
            !matches!(self.kind(word + 1), T::Equal | T::Comma | T::CloseParen | T::Dot | T::EqualEqual);
        if !operand || (draft.expects() == Some(",") && !self.starts_line(word)) {
            return false;
        }
        let place = draft.error.span;
        let name = self.written(word);
        if self.starts_last_statement(word) {
            let before = self.end_before(word);
            draft.say(
                Span::at(before),
                format!("A semicolon is missing before `{name}`"),
                "A `let` statement ends with `;`.",
            );
            draft.fix(Span::at(before), ";");
            draft.covers = self.stage(word);
            return true;
        }
        draft.say(place, format!("A pipe (`|`) is missing before `{name}`"), format!("Use `| {name}`."));
        draft.fix(Span::at(self.span(word).start as usize), "| ");
        draft.covers = self.stage(word);
        true
    }

    /// Whether an operator that can begin a query stands on its own line in a `let` after which nothing follows: the
    /// query itself is swallowed by the statement.
    fn starts_last_statement(&self, word: usize) -> bool {
        if !matches!(self.kind(word), T::Union | T::Search | T::Find | T::Print | T::Range)
            || !self.starts_line(word)
        {
            return false;
        }
        let start = (0..word).rev().find(|index| self.kind(*index) == T::Semicolon).map_or(0, |at| at + 1);
        let bare = self.kind(start) == T::Let && self.opened_in(start, word) == 0;
        let rest = (word..self.tokens.len()).find(|index| self.kind(*index) == T::Semicolon);
        bare && rest.is_none_or(|semicolon| self.kind(semicolon + 1) == T::EndOfText)
    }

    /// How many brackets are open at a token of those that opened after another.
    fn opened_in(&self, from: usize, to: usize) -> i32 {
        let depth = |index: usize| match self.kind(index) {
            T::OpenParen | T::OpenBracket | T::OpenBrace => 1,
            T::CloseParen | T::CloseBracket | T::CloseBrace => -1,
            _ => 0,
        };
        (from..to).map(depth).sum()
    }

    fn starts_line(&self, at: usize) -> bool {
        let before = &self.text[self.end_before(at)..self.span(at).start as usize];
        before.contains(['\n', '\r'])
    }
}
