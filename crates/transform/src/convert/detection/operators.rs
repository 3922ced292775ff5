//! How the columns of the event are carried through single operators.

use super::carry::{Carry, Refused, refused};
use crate::convert::changes::Change;
use crate::convert::notes;
use crate::kql::TokenKind as T;
use crate::kql::ast::{Expr, ExprKind, Name, NameForm, Operator};
use crate::kql::bind::matches_wildcard;
use crate::source::Span;

impl<'d> Carry<'d> {
    /// The names of the columns that an expression makes.
    pub(super) fn names_of(&self, item: &Expr) -> Vec<String> {
        if let Some(made) = self.draft.model.made(item.id) {
            return made.iter().map(ToString::to_string).collect();
        }
        match &item.kind {
            ExprKind::Named { names, .. } => names.iter().map(|name| name.text.to_string()).collect(),
            _ => item.as_name().map(str::to_owned).into_iter().collect(),
        }
    }

    /// Whether an expression is a carried column under its own name.
    fn keeps(&self, item: &Expr, column: &str) -> bool {
        match &item.kind {
            ExprKind::Named { names, value, .. } => {
                matches!(&names[..], [name] if &*name.text == column) && self.plain(value) == Some(column)
            }
            _ => self.plain(item) == Some(column),
        }
    }

    /// Columns that an operator makes under the name of a carried one get another name.
    pub(super) fn made(
        &mut self,
        operator: &'d Operator,
        items: &'d [Expr],
        needed: &[&str],
        suffix: Option<&str>,
    ) {
        for item in items {
            for name in self.names_of(item) {
                if needed.contains(&&*name) && !self.keeps(item, &name) {
                    let suffix = suffix.unwrap_or_else(|| suffix_of(item));
                    self.rename_made(operator, item, &name, suffix);
                }
            }
        }
    }

    pub(super) fn project(&mut self, operator: &'d Operator, items: &'d [Expr], needed: &[&'static str]) {
        self.made(operator, items, needed, None);
        let missing: Vec<&str> = needed
            .iter()
            .copied()
            .filter(|column| !items.iter().any(|item| self.keeps(item, column)))
            .collect();
        self.append(operator, items, &missing);
    }

    pub(super) fn keep(&mut self, operator: &'d Operator, items: &'d [Expr], needed: &[&'static str]) {
        let kept = |column: &str| items.iter().any(|item| names(item, column));
        let missing: Vec<&str> = needed.iter().copied().filter(|column| !kept(column)).collect();
        self.append(operator, items, &missing);
    }

    fn append(&mut self, operator: &Operator, items: &[Expr], missing: &[&str]) {
        let Some(last) = items.last().filter(|_| !missing.is_empty()) else { return };
        let reason = format!(
            "{} {} the event",
            listed(missing),
            if missing.len() == 1 { "identifies" } else { "identify" }
        );
        let text = format!(", {}", missing.join(", "));
        self.add(Span::at(last.span.end as usize), text, operator.keyword, reason);
    }

    pub(super) fn away(
        &mut self,
        operator: &'d Operator,
        items: &'d [Expr],
        needed: &[&'static str],
    ) -> Result<(), Refused> {
        let mut removed = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let ExprKind::Name(name) = &item.kind else { continue };
            if self.renamed.contains(&name.span) {
                continue;
            }
            let Some(column) = needed.iter().find(|column| names(item, column)) else { continue };
            if name.form == NameForm::Wildcard {
                let what = format!("drops `{column}` with the pattern `{}`", name.text);
                return Err(refused(operator, &what, "Name the columns to drop."));
            }
            removed.push(at);
        }
        if removed.is_empty() {
            return Ok(());
        }
        let reason = "the columns that identify the event are kept";
        if removed.len() == items.len() {
            if let Some(span) = self.draft.parse.stage_span(&self.draft.text, operator) {
                self.add(span, "", operator.keyword, reason);
            }
            return Ok(());
        }
        for span in cuts(items, &removed) {
            self.add(span, "", operator.keyword, reason);
        }
        Ok(())
    }

    /// A column that gets another name keeps the old one too.
    pub(super) fn rename(&mut self, operator: &'d Operator, items: &'d [Expr], needed: &[&'static str]) {
        let renames = |item: &Expr| match &item.kind {
            ExprKind::Named { value, .. } => self.plain(value).is_some_and(|column| needed.contains(&column)),
            _ => false,
        };
        let moved: Vec<usize> =
            items.iter().enumerate().filter(|(_, item)| renames(item)).map(|(at, _)| at).collect();
        if moved.is_empty() {
            self.made(operator, items, needed, None);
            return;
        }
        let reason = "the columns that identify the event keep their names, and are copied";
        if moved.len() == items.len() {
            self.add(operator.keyword, "extend", operator.keyword, reason);
            return;
        }
        let copies: Vec<&str> = moved.iter().map(|at| self.draft.said(items[*at].span)).collect();
        let text = format!(" | extend {}", copies.join(", "));
        for span in cuts(items, &moved) {
            self.add(span, "", operator.keyword, reason);
        }
        self.add(Span::at(operator.span.end as usize), text, operator.keyword, reason);
    }

    pub(super) fn distinct(
        &mut self,
        operator: &'d Operator,
        items: &'d [Expr],
        needed: &[&'static str],
    ) -> Result<(), Refused> {
        if items.iter().any(|item| matches!(item.kind, ExprKind::Star)) {
            return Ok(());
        }
        self.made(operator, items, needed, Some("key"));
        let keys: Vec<&str> = needed
            .iter()
            .copied()
            .filter(|column| items.iter().any(|item| self.keeps(item, column)))
            .collect();
        let rest: Vec<&str> = needed.iter().copied().filter(|column| !keys.contains(column)).collect();
        if rest.is_empty() {
            return Ok(());
        }
        if !operator.params.is_empty() {
            return Err(refused(operator, "has options that `summarize` does not have", "Remove them."));
        }
        let time = needed.first().copied().unwrap_or_default();
        let text = format!("summarize {} by", taken(&rest, time, "arg_max", " = "));
        let reason = format!("{} come from the latest event of each group", listed(&rest));
        self.add(operator.keyword, text, operator.keyword, reason);
        Ok(())
    }

    pub(super) fn drop_render(&mut self, operator: &'d Operator) {
        let Some(span) = self.draft.parse.stage_span(&self.draft.text, operator) else { return };
        let reason = "`render` has no effect in a detection";
        self.changes.push(Change::new(&notes::RENDER_DROPPED, span, "", reason).at(operator.keyword));
    }

    /// The `by` of a `summarize`, where it has one.
    pub(super) fn by_keyword(&self, operator: &Operator, by: &[Expr]) -> Option<Span> {
        let end = by.first()?.span.start;
        let tokens = &self.draft.parse.tokens;
        let mut inside =
            tokens.iter().filter(|token| token.span.start > operator.keyword.start && token.span.end <= end);
        inside.rfind(|token| self.draft.said(token.span) == "by").map(|token| token.span)
    }

    /// The last place of an operator, from which on a further one can follow.
    pub(super) fn end(&self, operator: &Operator) -> Span {
        let tokens = &self.draft.parse.tokens;
        let inside =
            tokens.partition_point(|token| token.span.end <= operator.span.end && token.kind != T::EndOfText);
        let last = inside
            .checked_sub(1)
            .and_then(|at| tokens.get(at))
            .map_or(operator.span.end, |token| token.span.end);
        Span::at(last as usize)
    }
}

/// What the new name of a column ends with: how it is made.
pub(super) fn suffix_of(item: &Expr) -> &'static str {
    match item.value().as_call().map(|(name, _)| &*name.text) {
        Some("bin" | "bin_at" | "floor" | "startofday" | "startofhour" | "startofweek" | "startofmonth") => {
            "bin"
        }
        Some("make_set" | "make_set_if" | "makeset") => "set",
        Some("make_list" | "make_list_if" | "makelist") => "list",
        Some("max" | "maxif") => "max",
        Some("min" | "minif") => "min",
        Some("dcount" | "dcountif" | "count" | "countif" | "count_distinct") => "count",
        _ => "shown",
    }
}

/// Columns in a sentence.
pub(super) fn listed(columns: &[&str]) -> String {
    let quoted: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// The aggregate that takes columns of the event from one row of a group; the latest or the first by its time, unless
/// the rows of a group have one time.
pub(super) fn taken(rest: &[&str], time: &str, direction: &str, equals: &str) -> String {
    match rest {
        [only] if *only == time => format!("{time}{equals}{}({time})", direction.trim_start_matches("arg_")),
        [only] => format!("{only}{equals}take_any({only})"),
        several => {
            let names = several.join(", ");
            format!("({names}){equals}{direction}({names})")
        }
    }
}

/// Whether an item of `project-away` or `project-keep` names a column.
fn names(item: &Expr, column: &str) -> bool {
    match &item.kind {
        ExprKind::Name(Name { text, form: NameForm::Wildcard, .. }) => matches_wildcard(text, column),
        ExprKind::Name(name) => &*name.text == column,
        _ => false,
    }
}

/// What to cut to take some items out of a list, which keeps others: each with its comma.
pub(super) fn cuts(items: &[Expr], removed: &[usize]) -> Vec<Span> {
    let mut spans = Vec::new();
    let last_kept = (0..items.len()).rev().find(|at| !removed.contains(at));
    for at in removed {
        match (items.get(at + 1), last_kept) {
            (Some(next), Some(last)) if *at < last => {
                spans.push(Span { start: items[*at].span.start, end: next.span.start });
            }
            (_, Some(last)) if *at == last + 1 => {
                let end = items.last().map_or(items[*at].span.end, |item| item.span.end);
                spans.push(Span { start: items[last].span.end, end });
            }
            _ => {}
        }
    }
    spans
}
