//! New names for columns of the query's own whose names a carried column needs, with everything that names them.

use rustc_hash::FxHashSet;

use super::carry::Carry;
use crate::convert::changes::Change;
use crate::convert::notes;
use crate::kql::ast::{Expr, ExprKind, Operator};
use crate::kql::model::Symbol;
use crate::kql::types::{ColumnId, Relation};
use crate::source::Span;

/// A name that none of these rows has: this one, or else with a number.
fn free(wanted: &str, rows: &[Option<&Relation>]) -> String {
    let taken = |name: &str| rows.iter().flatten().any(|rows| rows.column(name).is_some());
    let numbered = (2..).map(|number| format!("{wanted}{number}"));
    let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_else(|| wanted.to_owned())
}

impl Carry<'_> {
    /// A name that none of these rows has: this one, or else with a number.
    pub(super) fn free_name(&self, wanted: &str, rows: &[Option<&Relation>]) -> String {
        let own = |name: &str| self.draft.text.contains(name);
        let name = free(wanted, rows);
        // A name that is anywhere else in the query is not taken either.
        if own(&name) && name != wanted { free(&format!("{wanted}_event"), rows) } else { name }
    }

    /// Gives the column `name`, which an expression of an operator makes, another name, here and wherever it is named.
    pub(super) fn rename_made(&mut self, operator: &Operator, item: &Expr, name: &str, suffix: &str) {
        // A column that is only passed on has its new name already.
        if matches!(item.kind, ExprKind::Name(_)) && self.renamed.contains(&item.span) {
            return;
        }
        let (before, after) = self.around(operator);
        let new = free(&format!("{name}_{suffix}"), &[before, after]);
        let reason = format!("`{name}` must stay as the event has it, so this column is called `{new}`");
        let named = match &item.kind {
            ExprKind::Named { names, .. } => names.iter().find(|own| &*own.text == name).map(|own| own.span),
            _ => None,
        };
        let span = named.unwrap_or_else(|| Span::at(item.span.start as usize));
        let text = if named.is_some() { new.clone() } else { format!("{new} = ") };
        self.changes.push(Change::new(&notes::AGGREGATE_RENAMED, span, text, reason).at(item.span));
        if let Some(column) = after.and_then(|after| after.column(name)) {
            self.rename_references(column.id, name, &new, operator.span.end);
        }
    }

    /// Renames a column wherever it is named from a place on, and what has its name from it.
    pub(super) fn rename_references(&mut self, id: ColumnId, old: &str, new: &str, from: u32) {
        let model = &self.draft.model;
        let family = model.columns_where(|own, column, known| {
            own == id
                || column.place.is_none()
                    && column.name.contains(old)
                    && column.named_after.is_some_and(|after| known.has(after))
        });
        let mut places: FxHashSet<Span> = FxHashSet::default();
        for column in family.iter() {
            places.extend(model.references(&Symbol::Column(column)).map(|occurrence| occurrence.span));
        }
        let mut places: Vec<Span> =
            places.into_iter().filter(|place| place.start >= from && !self.renamed.contains(place)).collect();
        places.sort_unstable();
        let reason = format!("this column is called `{new}` now");
        for place in places {
            let Some(at) = self.draft.said(place).find(old) else { continue };
            let start = place.start as usize + at;
            let span = Span::new(start, start + old.len());
            self.renamed.insert(place);
            self.changes.push(Change::new(&notes::AGGREGATE_RENAMED, span, new, reason.clone()));
        }
    }
}
