//! Which operator has made the columns that nobody knows of the rows at a place.

use std::cell::Cell;

use super::makes_columns;
use crate::kql::ast::{Expr, ExprKind, LetValue, Operator, OperatorKind};
use crate::kql::model::{ColumnOrigin, SemanticModel, Symbol};
use crate::kql::view::LetValues;
use crate::source::Span;

/// How many expressions are followed in one query.
const MOST_FOLLOWED: usize = 500;

pub(super) struct Makers<'q> {
    model: &'q SemanticModel,
    lets: LetValues<'q>,
    followed: Cell<usize>,
}

impl<'q> Makers<'q> {
    pub(super) fn new(model: &'q SemanticModel, lets: LetValues<'q>) -> Self {
        Self { model, lets, followed: Cell::new(0) }
    }

    /// The operator that alone makes columns of the data in the rows of an expression, through `let`s.
    pub(super) fn at_end_of(&self, expr: &'q Expr) -> Option<&'q Operator> {
        self.followed.set(self.followed.get() + 1);
        if self.followed.get() > MOST_FOLLOWED {
            return None;
        }
        match &expr.kind {
            ExprKind::Paren(inner) | ExprKind::Materialize(inner) => self.at_end_of(inner),
            ExprKind::Name(name) | ExprKind::Call { name, .. } => match self.lets.of(name)? {
                LetValue::Expr(value) => self.at_end_of(value),
                LetValue::Function(function) => self.at_end_of(function.result.as_deref()?),
            },
            ExprKind::Pipeline { source, stages } => {
                stages.iter().fold(self.at_end_of(source), |maker, stage| self.after(maker, stage))
            }
            _ => None,
        }
    }

    /// The operator that alone makes such columns in the rows after `stage`, given the one before it.
    pub(super) fn after(&self, maker: Option<&'q Operator>, stage: &'q Operator) -> Option<&'q Operator> {
        let rows = self.model.rows_around(stage)?;
        let after = rows.after.as_ref()?;
        if !after.has_unknown_columns {
            return None;
        }
        if makes_columns(stage) {
            return if rows.before.has_unknown_columns && !replaces_columns(stage) {
                maker
            } else {
                Some(stage)
            };
        }
        let others: Vec<&Expr> = match &stage.kind {
            OperatorKind::Join(join) | OperatorKind::Lookup(join) => vec![&join.right],
            OperatorKind::Union(union) => union.legs.iter().collect(),
            // What other operators open, is not known here.
            _ if !rows.before.has_unknown_columns => return None,
            _ => return maker,
        };
        let mut found = maker;
        for other in others {
            let open = self.model.type_of(other.id).rows().is_none_or(|rows| rows.has_unknown_columns);
            if open {
                found = Some(self.at_end_of(other)?);
            }
        }
        // The rows that come in may be open for another reason.
        found.filter(|_| maker.is_some() || !rows.before.has_unknown_columns)
    }
}

/// The columns that an operator names and nothing declares, those of the pipelines within it apart.
pub(super) fn assumed<'m>(
    text: &'m str,
    model: &'m SemanticModel,
    stage: Span,
    nested: &[Span],
) -> impl Iterator<Item = (&'m str, Span)> {
    let all = model.occurrences();
    let from = all.partition_point(|occurrence| occurrence.span.start < stage.start);
    let here = all[from..].iter().take_while(move |occurrence| occurrence.span.end <= stage.end);
    let inner: Vec<Span> =
        nested.iter().copied().filter(|span| stage.contains(*span) && *span != stage).collect();
    here.filter_map(move |occurrence| {
        let Symbol::Column(id) = &occurrence.symbol else { return None };
        let column = model.column(*id)?;
        let outer = !inner.iter().any(|span| span.contains(occurrence.span));
        // A union gives a column of another type another name, which is not the one that the data has.
        let written = text.get(occurrence.span.range()).unwrap_or_default();
        let bare = written.trim_start_matches("['").trim_start_matches("[\"");
        let bare = bare.trim_end_matches("']").trim_end_matches("\"]");
        let name = if written.contains(&*column.name) { &*column.name } else { bare };
        (column.origin == ColumnOrigin::Assumed && outer).then_some((name, occurrence.span))
    })
}

/// Whether the rows after an operator have no columns but those that it makes and those that it names: `pivot` with a list
/// of columns.
fn replaces_columns(stage: &Operator) -> bool {
    let OperatorKind::Evaluate { call, .. } = &stage.kind else { return false };
    call.as_call().is_some_and(|(name, args)| &*name.text == "pivot" && args.len() > 2)
}
