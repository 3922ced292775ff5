//! Brackets and the lists in them.

use super::super::doc::{Group, Keeps, Policy, When};
use super::super::plan::Space;
use super::{Layout, indented};
use crate::kql::ast::{Column, Expr};
use crate::kql::{TokenKind as T, work};

/// How a bracket's list is laid out.
#[derive(Clone, Copy)]
struct Style {
    policy: Policy,
    per_line: usize,
}

impl Layout<'_, '_> {
    /// The brackets that nothing else has been said of: arguments, lists of values, parameters, parentheses.
    pub(super) fn other_brackets(&mut self) {
        for open in 0..self.plan.tokens.len() {
            let close = self.plan.partner[open];
            // A name in brackets is as a name without them.
            let is_name = self.plan.kind(open + 1) == T::StringLiteral && self.is_name_bracket(open);
            if close <= open + 1 || self.plan.has_spot(open + 1) || is_name {
                continue;
            }
            if self.plan.kind(open) == T::OpenBrace && !self.is_object(open) {
                continue;
            }
            let style = match self.case_like(open) {
                true => Style { policy: Policy::Rows, per_line: 2 },
                false if self.is_call(open) => Style { policy: Policy::Arguments, per_line: 1 },
                false => Style { policy: Policy::Rows, per_line: 1 },
            };
            self.bracket(open, style);
        }
    }

    /// `case(` with conditions and their values.
    fn case_like(&self, open: usize) -> bool {
        let name = open.checked_sub(1).map(|name| &self.plan.text[self.plan.tokens[name].span.range()]);
        name == Some("case")
    }

    fn is_call(&self, open: usize) -> bool {
        self.plan.kind(open) == T::OpenParen && self.plan.space_before(open) == Some(Space::None)
    }

    fn is_object(&self, open: usize) -> bool {
        self.plan.kind(open + 2) == T::Colon
    }

    /// Whether a bracket holds a name or an index and nothing else.
    fn is_name_bracket(&self, open: usize) -> bool {
        let follows_value = open.checked_sub(1).is_some_and(|before| {
            let glued = self.plan.tokens[before].span.end == self.plan.tokens[open].span.start;
            glued
                && !matches!(self.plan.kind(before), T::OpenParen | T::Comma | T::OpenBracket | T::CloseParen)
        });
        self.plan.kind(open) == T::OpenBracket && self.plan.partner[open] == open + 2 && follows_value
    }

    /// The commas right inside of a bracket.
    fn commas(&self, open: usize) -> Vec<usize> {
        let close = self.plan.partner[open];
        let (mut commas, mut at) = (Vec::new(), open + 1);
        while at < close {
            if self.plan.kind(at) == T::Comma {
                commas.push(at);
            }
            work::done(1);
            at = self.plan.partner[at].max(at) + 1;
        }
        commas
    }

    fn bracket(&mut self, open: usize, style: Style) {
        let close = self.plan.partner[open];
        let commas = self.commas(open);
        let kept = self.plan.gaps[open + 1].line_end || !self.plan.gaps[open + 1].comments.is_empty();
        // One thing in brackets of its own breaks there and not around.
        let hugs = commas.is_empty() && (self.is_bracketed(open + 1, close) || close - open <= 4);
        let when = match kept {
            true => When::Kept,
            false if hugs => When::Never,
            false => When::Broken,
        };
        let policy = if hugs { Policy::AsWritten } else { style.policy };
        self.plan.group(
            open + 1,
            close,
            Group { per_line: style.per_line, keeps: Keeps::Each, ..indented(policy) },
        );
        self.plan.spot(open + 1, when, false);
        // The bracket that closes a list stands after the last item or on a line of its own, as it did.
        let closing = match self.plan.was_broken(close) {
            true => When::Kept,
            false if kept => When::Never,
            false => when,
        };
        self.plan.spot(close, closing, true);
        let inner: Vec<usize> = commas.into_iter().filter(|comma| *comma + 1 < close).collect();
        self.separators(&inner, true);
    }

    /// Whether the tokens from one to another are a bracket with perhaps a name before it, and nothing else.
    fn is_bracketed(&self, from: usize, to: usize) -> bool {
        let last = to - 1;
        let opener = self.plan.partner[last];
        opener < last
            && (opener == from || opener == from + 1 && self.plan.space_before(opener) == Some(Space::None))
    }

    /// `{"key": value}`, with a blank after the colon if there was one.
    pub(super) fn object(&mut self, expr: &Expr) {
        let open = self.plan.first(expr.span);
        let close = self.plan.partner[open];
        self.plan.space(open + 1, Space::None);
        self.plan.space(close, Space::None);
        let mut at = open + 1;
        while at < close {
            if self.plan.kind(at) == T::Colon {
                self.plan.space(at, Space::None);
            }
            work::done(1);
            at = self.plan.partner[at].max(at) + 1;
        }
    }

    /// `name (columns)`, where the name is a keyword: without a blank.
    pub(super) fn schema(&mut self, expr: &Expr, schema: &[Column]) {
        let open = self.plan.first(expr.span) + 1;
        if self.plan.kind(open) == T::OpenParen {
            self.plan.space(open, Space::AsWritten);
        }
        for column in schema {
            self.column(column);
        }
    }

    /// A row of a table on each line; the bracket begins a line if it did.
    pub(super) fn data_table(&mut self, expr: &Expr, columns: usize) {
        let close = self.plan.after(expr.span).saturating_sub(1);
        let open = self.plan.partner[close];
        self.values(expr, open);
        if close > open + 1 {
            self.bracket(open, Style { policy: Policy::Rows, per_line: columns.max(1) });
        }
    }

    /// A bracket that begins a line if it did, indented as what it belongs to.
    fn values(&mut self, expr: &Expr, open: usize) {
        if self.plan.kind(open) != T::OpenBracket {
            return;
        }
        self.group(expr.span, Policy::AsWritten);
        let when = if self.plan.was_broken(open) { When::Kept } else { When::Never };
        self.plan.spot(open, when, true);
        self.plan.space(open, if self.plan.gaps[open].spaced { Space::One } else { Space::None });
    }

    /// The addresses, and the properties after `with`.
    pub(super) fn external_data(&mut self, expr: &Expr) {
        let last = self.plan.after(expr.span);
        let mut at = self.plan.first(expr.span);
        while at < last {
            match self.plan.kind(at) {
                T::OpenBracket => self.values(expr, at),
                T::With => {
                    let when = if self.plan.was_broken(at) { When::Kept } else { When::Never };
                    self.plan.spot(at, when, true);
                    let spaced = self.plan.gaps.get(at + 1).is_some_and(|gap| gap.spaced);
                    self.plan.space(at + 1, if spaced { Space::One } else { Space::None });
                    self.plan.space(at, Space::One);
                }
                _ => {}
            }
            work::done(1);
            at = self.plan.partner[at].max(at) + 1;
        }
    }
}
