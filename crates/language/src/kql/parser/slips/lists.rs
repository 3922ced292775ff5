//! Lists of columns and keys of order in the form of other languages.

use super::super::super::builtins;
use super::super::super::error::ErrorKind;
use super::super::super::foreign;
use super::super::super::token::TokenKind as T;
use super::{Draft, Slips};
use crate::source::Span;

impl Slips<'_> {
    /// The first token of the operator that a token belongs to.
    fn operator_of(&self, at: usize) -> Option<usize> {
        (0..at).rev().take_while(|index| !matches!(self.kind(*index), T::Pipe | T::Semicolon)).last()
    }

    fn names_columns(&self, index: usize) -> bool {
        matches!(
            self.kind(index),
            T::Project | T::Extend | T::Distinct | T::Summarize | T::ProjectAway | T::ProjectKeep
        )
    }

    /// Removes tokens and what lies before them.
    fn take_out(&self, draft: &mut Draft, first: usize, last: usize) {
        draft.fix(Span::new(self.end_before(first), self.span(last).end as usize), "");
    }

    /// `distinct by A`, `sort on A`, `top 5, by A`, `take 5 rows`, `limit = 5`: a word or sign too many, or another one.
    pub(super) fn extra_word(&self, draft: &mut Draft, at: usize) -> bool {
        let before = at.checked_sub(1).map(|index| self.kind(index));
        let word = self.written(at);
        let name = self.kind(at + 1) == T::Identifier;
        // `distinct on A` reads as a column before another.
        let on = at > 1 && self.kind(at - 1) == T::Identifier && self.kind(at - 2) == T::Distinct;
        if on && self.written(at - 1) == "on" && self.kind(at) == T::Identifier
            || before == Some(T::Distinct) && self.kind(at) == T::By && name
        {
            let index = if on { at - 1 } else { at };
            let word = self.written(index);
            draft.say(
                self.span(index),
                format!("Unexpected `{word}` after `distinct`"),
                "Use `distinct Column`.",
            );
            self.take_out(draft, index, index);
        } else if matches!(before, Some(T::Sort | T::Order)) && self.kind(at) == T::On && name {
            let operator = self.written(at - 1);
            draft.say(self.span(at), format!("Expected `by` after `{operator}`, not `on`"), "Use `by`.");
            draft.fix(self.span(at), "by");
        } else if self.kind(at) == T::Comma
            && self.kind(at + 1) == T::By
            && at > 1
            && self.kind(at - 2) == T::Top
        {
            draft.say(self.span(at), "Unexpected comma before `by`", "Remove it.");
            draft.fix(self.span(at), "");
        } else if at > 1
            && matches!(self.kind(at - 2), T::Take | T::Limit)
            && self.kind(at - 1) == T::LongLiteral
            && matches!(word, "rows" | "records" | "results" | "events")
        {
            draft.say(self.span(at), format!("Unexpected `{word}` after the number"), "Remove it.");
            self.take_out(draft, at, at);
        } else if matches!(before, Some(T::Take | T::Limit | T::Top)) && self.kind(at) == T::Equal {
            let operator = self.written(at - 1);
            draft.say(self.span(at), format!("Unexpected `=` after `{operator}`"), "Remove it.");
            self.take_out(draft, at, at);
        } else if before == Some(T::Top) && self.kind(at) == T::By {
            draft.say(self.span(at), "The number of rows is missing after `top`", "Use `top 10 by ...`.");
        } else if before == Some(T::Comma)
            && matches!(self.kind(at), T::Asc | T::Desc)
            && draft.error.kind == ErrorKind::MissingElement
        {
            draft.say(self.span(at - 1), format!("Unexpected comma before `{word}`"), "Remove it.");
            draft.fix(self.span(at - 1), "");
        } else if before == Some(T::By)
            && matches!(self.kind(at), T::Asc | T::Desc)
            && self.kind(at + 1) == T::OpenParen
        {
            let Some(close) = self.closing(at + 1).filter(|close| *close > at + 2) else { return false };
            let text = format!("{} {word}", &self.text[self.over(at + 2, close - 1).range()]);
            draft.say(self.span(at), format!("`{word}` is not a function"), format!("Use `{text}`."));
            draft.fix(self.over(at, close), &text);
        } else if word == "null" && matches!(self.written(at + 1), "first" | "last") {
            let text = format!("nulls {}", self.written(at + 1));
            draft.say(
                self.over(at, at + 1),
                format!("`null {}` must be written as `{text}`", self.written(at + 1)),
                format!("Use `{text}`."),
            );
            draft.fix(self.over(at, at + 1), &text);
        } else {
            return false;
        }
        draft.covers = self.stage(at);
        true
    }

    /// `project (a, b)` and `project [a, b]`: brackets around all columns.
    pub(super) fn bracketed_columns(&self, draft: &mut Draft, at: usize) -> bool {
        let Some(open) = self.opened(at).filter(|open| *open > 0 && self.names_columns(open - 1)) else {
            return false;
        };
        let comma = self.kind(at) == T::Comma && matches!(draft.expects(), Some(")" | "]"));
        let Some(close) = self.closing(open).filter(|_| comma) else { return false };
        if !matches!(self.kind(close + 1), T::Pipe | T::Semicolon | T::EndOfText | T::CloseParen) {
            return false;
        }
        let operator = self.written(open - 1);
        let inside = &self.text[self.over(open + 1, close - 1).range()];
        let message = format!("The columns of `{operator}` have no brackets around them");
        draft.say(self.over(open, close), message, "Remove the brackets.");
        draft.fix(self.over(open, close), inside);
        draft.covers = self.stage(at);
        true
    }

    /// `project "User Name" = a`, `project [User Name] = a`, `project User.Name = a`: a name that needs brackets and quotes.
    pub(super) fn odd_name(&self, draft: &mut Draft, at: usize) -> bool {
        let Some(operator) = self.operator_of(at).filter(|operator| self.names_columns(*operator)) else {
            return false;
        };
        let begins = |index: usize| index == operator + 1 || index > 0 && self.kind(index - 1) == T::Comma;
        let (first, last, name) =
            if self.kind(at) == T::Equal && self.kind(at - 1) == T::StringLiteral && begins(at - 1) {
                (at - 1, at - 1, self.written(at - 1).trim_matches(['"', '\'']).to_owned())
            } else if self.kind(at) == T::Equal
                && at > 3
                && self.kind(at - 2) == T::Dot
                && self.kind(at - 1) == T::Identifier
                && self.kind(at - 3) == T::Identifier
                && begins(at - 3)
            {
                (at - 3, at - 1, self.text[self.over(at - 3, at - 1).range()].to_owned())
            } else if draft.expects() == Some("]")
                && self.kind(at) == T::Identifier
                && at > 2
                && self.kind(at - 2) == T::OpenBracket
                && begins(at - 2)
            {
                let Some(close) = self.closing(at - 2).filter(|close| self.kind(close + 1) == T::Equal)
                else {
                    return false;
                };
                (at - 2, close, self.text[self.over(at - 1, close - 1).range()].to_owned())
            } else {
                return false;
            };
        let text = format!("['{name}']");
        draft.say(
            self.over(first, last),
            format!("The name `{name}` must be in brackets and quotes"),
            format!("Use `{text} = ...`."),
        );
        if !name.contains(['\'', '\\', '"']) {
            draft.fix(self.over(first, last), &text);
        }
        draft.covers = self.stage(at);
        true
    }

    /// `project *`: all columns, which is what there is without the operator.
    pub(super) fn all_columns(&self, draft: &mut Draft, at: usize) -> bool {
        if self.kind(at) != T::Asterisk || at < 2 {
            return false;
        }
        let operator = self.written(at - 1);
        match self.kind(at - 1) {
            T::Project | T::Extend => {
                let message = format!("`{operator}` has no `*`: all columns are kept without it");
                draft.say(self.span(at), message, "Remove the operator, or name the columns.");
            }
            T::Take | T::Limit => {
                let help = "Remove the operator: without it, all rows are returned.";
                draft.say(self.span(at), "The number of rows must be an integer, not `*`", help);
            }
            _ => return false,
        }
        let ends = matches!(self.kind(at + 1), T::Pipe | T::Semicolon | T::EndOfText | T::CloseParen);
        if ends && self.kind(at - 2) == T::Pipe {
            self.take_out(draft, at - 2, at);
        }
        draft.covers = self.stage(at);
        true
    }

    /// `extend User Account` and `project User tolower(Account)`: a name and its value without `=`.
    pub(super) fn missing_equal(&self, draft: &mut Draft, at: usize) -> bool {
        let calls = self.kind(at + 1) == T::OpenParen && self.glued(at + 1);
        let makes = match self.named_by(draft, at) {
            Some(T::Extend) => self.kind(at).is_literal() || self.kind(at) == T::Identifier,
            Some(T::Project) => self.kind(at) == T::Identifier && calls,
            _ => false,
        };
        if makes {
            let (span, name) = (self.span(at), self.written(at - 1));
            draft.say(span, format!("`=` is missing after `{name}`"), format!("Use `{name} = ...`."));
            draft.fix(Span::at(self.end_before(at)), " =");
            draft.covers = self.stage(at);
        }
        makes
    }

    /// `project User Account`: two columns without a comma, or a new name without `=`.
    pub(super) fn two_columns(&self, draft: &mut Draft, at: usize) -> bool {
        let ends =
            matches!(self.kind(at + 1), T::Comma | T::Pipe | T::Semicolon | T::CloseParen | T::EndOfText);
        if !ends || self.named_by(draft, at) != Some(T::Project) || self.kind(at) != T::Identifier {
            return false;
        }
        let (span, name, next) = (draft.error.span, self.written(at - 1), self.written(at));
        let help = format!("Use `{name}, {next}` for two columns, or `{name} = {next}` for a new name.");
        draft.say(span, format!("Expected `,` or `=` after `{name}`"), help);
        draft.fix(Span::at(self.end_before(at)), ",");
        draft.covers = self.stage(at);
        true
    }

    /// The operator in which something follows a name that begins an item of its list, on the same line and without a comma.
    fn named_by(&self, draft: &Draft, at: usize) -> Option<T> {
        let name = at.checked_sub(1).filter(|name| self.kind(*name) == T::Identifier)?;
        let gap = &self.text[self.end_before(at)..self.span(at).start as usize];
        if draft.expects() != Some(",") || gap.is_empty() || gap.contains('\n') || self.opened(at).is_some() {
            return None;
        }
        let operator = self.operator_of(at)?;
        let begins = operator + 1 == name || self.kind(name - 1) == T::Comma;
        let written = self.written(name);
        let calls = builtins::function(written).is_some() || builtins::aggregate(written).is_some();
        // A name that is repeated is said to be, and one with a value of its own is another column.
        let first = self.kind(name - 1) == T::Extend;
        let other = written == self.written(at) || self.kind(at + 1) == T::Equal && !first;
        (begins && !calls && !other).then(|| self.kind(operator))
    }

    /// `project-rename A to B`, `mv-expand A as B`: the new name after the old one.
    pub(super) fn name_after(&self, draft: &mut Draft, at: usize) -> bool {
        let renames = at > 1
            && matches!(self.kind(at), T::To | T::As)
            && self.kind(at - 1) == T::Identifier
            && matches!(
                self.kind(at - 2),
                T::ProjectRename | T::MvExpand | T::MvDashExpand | T::MvApply | T::MvDashApply
            )
            && self.kind(at + 1) == T::Identifier;
        if !renames {
            return false;
        }
        let text = format!("{} = {}", self.written(at + 1), self.written(at - 1));
        draft.say(self.over(at - 1, at + 1), "The new name comes first", format!("Use `{text}`."));
        draft.fix(self.over(at - 1, at + 1), &text);
        draft.covers = self.stage(at);
        true
    }

    /// `summarize by A count()`: the groups before the aggregates.
    pub(super) fn groups_first(&self, draft: &mut Draft, at: usize) -> bool {
        let first = at
            .checked_sub(3)
            .filter(|first| self.kind(*first) == T::Summarize && self.kind(first + 1) == T::By);
        let Some(first) = first.filter(|_| draft.expects() == Some(",")) else { return false };
        let stage = self.stage(at).end;
        let last =
            (at..self.tokens.len()).take_while(|index| self.span(*index).start < stage).last().unwrap_or(at);
        let calls = self.kind(at + 1) == T::OpenParen && self.closing(at + 1) == Some(last);
        if !calls {
            return false;
        }
        let (group, aggregates) = (self.written(at - 1), &self.text[self.over(at, last).range()]);
        let text = format!("{aggregates} by {group}");
        draft.say(
            self.over(first + 1, last),
            "The aggregates come before `by`",
            format!("Use `summarize {text}`."),
        );
        draft.fix(self.over(first + 1, last), &text);
        draft.covers = self.stage(at);
        true
    }

    /// `parse a with *, "x", b`: commas in a pattern.
    pub(super) fn pattern_commas(&self, draft: &mut Draft, at: usize) -> bool {
        let parses =
            self.operator_of(at).is_some_and(|first| matches!(self.kind(first), T::Parse | T::ParseWhere));
        if !parses || self.kind(at) != T::Comma {
            return false;
        }
        let stage = self.stage(at).end;
        let last =
            (at..self.tokens.len()).take_while(|index| self.span(*index).start < stage).last().unwrap_or(at);
        let text: String = (at..=last)
            .map(|index| {
                let gap = &self.text[self.end_before(index)..self.span(index).start as usize];
                let written = if self.kind(index) == T::Comma { "" } else { self.written(index) };
                if index == at { String::new() } else { format!("{gap}{written}") }
            })
            .collect();
        draft.say(self.span(at), "The pattern of `parse` has no commas", "Remove them.");
        draft.fix(self.over(at, last), &text);
        draft.title("Remove the commas");
        draft.covers = self.stage(at);
        true
    }

    /// `mv-expand a to string`: a type without `typeof`.
    pub(super) fn to_type(&self, draft: &mut Draft, at: usize) -> bool {
        let to = at > 0 && self.kind(at - 1) == T::To && draft.error.message.starts_with("Expected `typeof(");
        if !to {
            return false;
        }
        let text = format!("typeof({})", self.written(at));
        draft.say(self.span(at), "A type after `to` must be in `typeof(...)`", format!("Use `{text}`."));
        draft.fix(self.span(at), &text);
        draft.covers = self.stage(at);
        true
    }

    /// `Parts.0`, `Bag->key`: parts of a value in the form of other languages.
    pub(super) fn part(&self, draft: &mut Draft, at: usize) -> bool {
        if at > 1
            && self.kind(at) == T::LongLiteral
            && self.kind(at - 1) == T::Dot
            && self.ends_operand(at - 2)
        {
            let text = format!("[{}]", self.written(at));
            draft.say(
                self.over(at - 1, at),
                "An element of an array is taken with brackets",
                format!("Use `{text}`."),
            );
            draft.fix(self.over(at - 1, at), &text);
        } else if at > 1
            && self.kind(at) == T::GreaterThan
            && self.kind(at - 1) == T::Minus
            && self.glued(at)
            && self.kind(at + 1) == T::Identifier
            && self.glued(at + 1)
        {
            draft.say(self.over(at - 1, at), "`->` is not an operator in KQL", "Use `.` for a property.");
            draft.fix(self.over(at - 1, at), ".");
        } else if at > 1
            && self.kind(at) == T::GreaterThan
            && self.kind(at - 1) == T::Minus
            && self.glued(at)
            && self.operator_of(at).is_some_and(|operator| {
                self.names_columns(operator) || self.kind(operator) == T::ProjectRename
            })
        {
            // Which of the two is the new name depends on where the arrow is from.
            let arrow = self.over(at - 1, at);
            draft.say(arrow, "`->` is not an operator in KQL", "Use `New = Old`, with the new name first.");
        } else {
            return false;
        }
        draft.covers = self.stage(at);
        true
    }

    /// `extend x += 1`
    pub(super) fn compound(&self, draft: &mut Draft, at: usize) -> bool {
        let signs = at > 1 && self.kind(at) == T::Equal && self.glued(at);
        let sign = if signs { self.written(at - 1) } else { "" };
        if !matches!(sign, "+" | "-" | "*" | "/") || self.kind(at - 2) != T::Identifier {
            return false;
        }
        let name = self.written(at - 2);
        let text = format!("= {name} {sign}");
        draft.say(
            self.over(at - 1, at),
            format!("`{sign}=` is not an operator in KQL"),
            format!("Use `{name} = {name} {sign} ...`."),
        );
        draft.fix(self.over(at - 1, at), &text);
        draft.covers = self.stage(at);
        true
    }

    /// `evaluate bag_unpack a`, `| bag_unpack(a)`: the call of a plug-in.
    pub(super) fn plugin_call(&self, draft: &mut Draft, at: usize) -> bool {
        let Some(name) = at.checked_sub(1) else { return false };
        let evaluates = name > 0 && self.kind(name - 1) == T::Evaluate && self.kind(at) == T::Identifier;
        let ends = matches!(self.kind(at + 1), T::Pipe | T::Semicolon | T::EndOfText);
        if evaluates && draft.expects() == Some("(") && ends {
            let text = format!("{}({})", self.written(name), self.written(at));
            draft.say(
                self.span(at),
                format!("The arguments of `{}` must be in parentheses", self.written(name)),
                format!("Use `{text}`."),
            );
            draft.fix(self.over(name, at), &text);
            draft.covers = self.stage(at);
            return true;
        }
        let word = self.written(at);
        let plugin = draft.error.kind == ErrorKind::OperatorExpected
            && self.kind(at + 1) == T::OpenParen
            && builtins::plugin(word).is_some();
        if plugin {
            draft.say(
                self.span(at),
                format!("`{word}` is a plug-in, which `evaluate` calls"),
                format!("Use `evaluate {word}(...)`."),
            );
            draft.fix(Span::at(self.span(at).start as usize), "evaluate ");
            draft.covers = self.stage(at);
        }
        plugin
    }

    /// `render time chart`
    pub(super) fn chart_name(&self, draft: &mut Draft, at: usize) -> bool {
        let renders = at > 0
            && self.kind(at - 1) == T::Render
            && draft.error.message.starts_with("Expected a chart type");
        let joined = format!("{}{}", self.written(at), self.written(at + 1)).to_ascii_lowercase();
        let known = foreign::CHARTS.iter().copied();
        let lower = self.written(at).to_ascii_lowercase();
        let (last, chart) = match known.clone().find(|chart| *chart == joined) {
            Some(chart) => (at + 1, chart),
            None => match known
                .clone()
                .find(|chart| *chart == lower || chart.strip_suffix("chart") == Some(&*lower))
            {
                Some(chart) => (at, chart),
                None => return false,
            },
        };
        if !renders {
            return false;
        }
        let span = self.over(at, last);
        draft.say(
            span,
            format!("`{}` is not a chart type", &self.text[span.range()]),
            format!("Use `{chart}`."),
        );
        draft.fix(span, chart);
        draft.covers = self.stage(at);
        true
    }
}
