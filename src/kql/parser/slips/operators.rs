//! What stands behind a bar and is no operator, and operators without a bar.

use super::super::super::error::ErrorKind;
use super::super::super::token::{KEYWORDS, TokenKind as T};
use super::super::operators::is_operator;
use super::{Draft, Slips};
use crate::source::Span;

/// Words of other languages with what to write for them.
const ELSEWHERE: &[(&str, &str)] = &[
    ("select", "Write `project` to choose columns."),
    ("group", "Write `summarize ... by` to group rows."),
    ("having", "Write `where` behind the `summarize`."),
    ("stats", "Write `summarize`."),
    ("eval", "Write `extend`."),
    ("rename", "Write `project-rename`."),
    ("dedup", "Write `distinct`, or `summarize arg_max(...) by`."),
    ("head", "Write `take`."),
    ("unique", "Write `distinct`."),
    ("table", "Write `project`."),
    ("fields", "Write `project`."),
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
];

impl Slips<'_> {
    /// A word behind a bar that is no operator.
    pub(super) fn operator(&self, draft: &mut Draft, at: usize) -> bool {
        let bar = at.checked_sub(1).filter(|index| self.kind(*index) == T::Bar);
        if self.kind(at) == T::Bar && self.kind(at + 1) == T::Let || bar.is_some() && self.kind(at) == T::Let
        {
            let bar = if self.kind(at) == T::Bar { at } else { at - 1 };
            let help = if bar == 0 { "Remove the bar." } else { "Replace the bar with `;`." };
            let span = self.span(bar);
            draft.say(span, "`let` is a statement of its own, and no operator", help);
            draft.mend(span, if bar == 0 { " " } else { ";" });
            return true;
        }
        if draft.error.kind != ErrorKind::OperatorExpected {
            return false;
        }
        let Some(bar) = bar.or_else(|| (self.kind(at) == T::Bar).then_some(at)) else { return false };
        if draft.error.span.is_empty() {
            return self.behind_bar(draft, bar);
        }
        self.misspelt(draft, at)
    }

    /// Nothing, or a function, behind a bar.
    fn behind_bar(&self, draft: &mut Draft, bar: usize) -> bool {
        let next = self.kind(bar + 1);
        if matches!(next, T::EndOfText | T::CloseParen | T::CloseBrace | T::Semicolon | T::Bar) {
            let span = self.span(bar);
            draft.say(span, "No operator follows this bar", "Remove the bar, or complete the query.");
            let line = self.text[..span.start as usize].trim_end().len();
            draft.mend(Span::new(line, span.end as usize), "");
            return true;
        }
        if next == T::Count && self.kind(bar + 2) == T::OpenParen {
            let span = draft.error.span;
            draft.say(
                span,
                "`count` has no parentheses behind a bar",
                "Write `count`, or `summarize count()` with groups.",
            );
            let grouped = self.kind(bar + 3) == T::CloseParen && self.kind(bar + 4) == T::By;
            if grouped {
                draft.mend(Span::at(self.span(bar + 1).start as usize), "summarize ");
            } else if self.kind(bar + 3) == T::CloseParen {
                draft.mend(self.over(bar + 1, bar + 3), "count");
            }
            draft.covers = self.stage(bar + 1);
            return true;
        }
        false
    }

    fn misspelt(&self, draft: &mut Draft, at: usize) -> bool {
        let word = self.written(at).to_ascii_lowercase();
        let dashed = format!("{word}-{}", self.written(at + 1));
        let names = || KEYWORDS.iter().filter(|keyword| is_operator(**keyword)).map(|keyword| keyword.text());
        let span = draft.error.span;
        if let Some(name) = names().find(|name| *name == dashed) {
            draft.help(format!("Write `{name}`."));
            draft.mend(self.over(at, at + 1), name);
        } else if let Some((_, help)) = ELSEWHERE.iter().find(|(there, _)| *there == word) {
            draft.help(*help);
            let plain = REPLACED.iter().find(|(there, _)| *there == word);
            if let Some((_, here)) = plain {
                draft.mend(span, here);
            }
        } else {
            let nearest = names()
                .map(|name| (strsim::osa_distance(&word, name), name))
                .filter(|(distance, name)| *distance <= 2 && *distance < name.len().min(word.len()))
                .min();
            match nearest {
                Some((_, name)) => {
                    draft.help(format!("Did you mean `{name}`?"));
                    draft.mend(span, name);
                }
                None => draft.help("Behind a bar stands an operator, such as `where` or `project`."),
            }
        }
        draft.covers = self.stage(at);
        true
    }

    /// An operator that follows without a bar.
    pub(super) fn bar(&self, draft: &mut Draft, at: usize) -> bool {
        let ended =
            matches!(draft.expects(), Some(";" | "," | ")")) || draft.error.kind == ErrorKind::Leftover;
        // `project away a`
        if ended && at >= 2 {
            let dashed = format!("{}-{}", self.written(at - 2), self.written(at - 1));
            if let Some(keyword) =
                KEYWORDS.iter().find(|keyword| keyword.text() == dashed && is_operator(**keyword))
            {
                let span = draft.error.span;
                draft.say(span, format!("`{dashed}` is written with a dash"), format!("Write `{dashed}`."));
                draft.mend(self.over(at - 2, at - 1), keyword.text());
                return true;
            }
        }
        let mut word = at;
        // A name and an expression behind the word make it an operator, where a list swallowed it for a column.
        if ended
            && at > 0
            && is_operator(self.kind(at - 1))
            && self.ends_operand(at)
            && self.starts_line(at - 1)
        {
            word = at - 1;
        }
        if !is_operator(self.kind(word)) || !ended || word == 0 || self.kind(word - 1) == T::Bar {
            return false;
        }
        let operand =
            !matches!(self.kind(word + 1), T::Equal | T::Comma | T::CloseParen | T::Dot | T::EqualEqual);
        if !operand || (draft.expects() == Some(",") && !self.starts_line(word)) {
            return false;
        }
        let place = draft.error.span;
        let name = self.written(word);
        draft.say(place, format!("A bar is missing before `{name}`"), format!("Write `| {name}`."));
        draft.mend(Span::at(self.span(word).start as usize), "| ");
        draft.covers = self.stage(word);
        true
    }

    fn starts_line(&self, at: usize) -> bool {
        let before = &self.text[self.end_before(at)..self.span(at).start as usize];
        before.contains(['\n', '\r'])
    }
}
