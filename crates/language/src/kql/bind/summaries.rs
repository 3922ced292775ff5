//! The operators that group rows.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::super::ast::{Expr, ExprKind, TopNested};
use super::super::model::finding::Finding;
use super::super::types::{ColumnId, Conversion, Relation, Scalar};
use super::column_builder::{ColumnBuilder, Style};
use super::lengths::{length_in_quotes, without_quotes};
use super::naming::value_of;
use super::{Binder, FindingKind, Value};

impl<'a> Binder<'a> {
    fn group_columns(&mut self, by: &'a [Expr], columns: &mut ColumnBuilder, word: &str) {
        for expr in by {
            let kind = self.make(expr, columns, Style::Plain, None, None);
            if !word.is_empty() {
                self.not_dynamic(expr, kind, word);
            }
        }
    }

    pub(super) fn summarize(&mut self, aggregates: &'a [Expr], by: Option<&'a [Expr]>) -> Value {
        let row = self.scope.row.clone().unwrap_or_default();
        let mut columns = ColumnBuilder::default();
        let by = by.unwrap_or_default();
        self.group_columns(by, &mut columns, "summarize ... by");
        let outer = std::mem::replace(&mut self.scope.grouped, plain_groups(by, &row));
        for expr in aggregates {
            self.make(expr, &mut columns, Style::Summarize, None, None);
        }
        self.scope.grouped = outer;
        // An aggregate of `*` returns the columns that are not known as well.
        let whole = by.iter().chain(aggregates).any(takes_all);
        let rows = if whole { row.with(columns.list) } else { row.closed_with(columns.list) };
        Value::Rows(Arc::new(rows))
    }

    pub(super) fn make_series(
        &mut self,
        aggregates: &'a [Expr],
        on: &'a Expr,
        range: &'a [Expr],
        by: Option<&'a [Expr]>,
    ) -> Value {
        let row = self.scope.row.clone().unwrap_or_default();
        let mut columns = ColumnBuilder::default();
        let by = by.unwrap_or_default();
        self.group_columns(by, &mut columns, "");
        let outer = std::mem::take(&mut self.scope.grouped);
        for expr in aggregates {
            let (inner, default) = match &expr.kind {
                ExprKind::Defaulted { expr, default } => (&**expr, Some(value_of(default))),
                _ => (expr, None),
            };
            self.make(inner, &mut columns, Style::Summarize, Some(Scalar::Dynamic), None);
            if let Some(default) = default {
                self.context.aggregating = true;
                self.scalar(default);
                self.context.aggregating = false;
            }
        }
        self.scope.grouped = outer;
        let axis = self.make(on, &mut columns, Style::Plain, Some(Scalar::Dynamic), None);
        for (at, bound) in range.iter().enumerate() {
            let bound = value_of(bound);
            if at + 1 < range.len() {
                self.fits(bound, axis, "the axis");
            } else {
                self.step(bound, axis);
            }
        }
        Value::Rows(Arc::new(row.closed_with(columns.list)))
    }

    /// Whether a value is of a type, or can be promoted to it.
    fn fits(&mut self, expr: &'a Expr, kind: Scalar, of: &str) {
        let own = self.scalar(expr);
        let fits = own.fits(kind, Conversion::Wider) || kind == Scalar::Dynamic && own.dynamic();
        if !fits {
            let message =
                format!("Expected the type of {of} ({1}), got {0}", own.described(), kind.described());
            self.say(FindingKind::Type, expr.span, message);
        }
    }

    /// Whether a value can be added to those of an axis.
    fn step(&mut self, expr: &'a Expr, axis: Scalar) {
        let own = self.scalar(expr);
        let fits = match (axis, own) {
            (Scalar::Unknown, _)
            | (_, Scalar::Unknown)
            | (Scalar::DateTime | Scalar::Timespan, Scalar::Timespan) => true,
            (axis, own) if axis.number() && own.number() => own.wider(axis).promoted() == axis.promoted(),
            _ => false,
        };
        if !fits {
            let message =
                format!("A step of {} cannot be used with an axis of {}", own.described(), axis.described());
            let mut finding = Finding::new(FindingKind::Type, expr.span, message);
            let timed = matches!(axis, Scalar::DateTime | Scalar::Timespan);
            if let Some(length) = length_in_quotes(expr).filter(|_| timed) {
                without_quotes(&mut finding, expr, length);
            }
            self.report(finding);
        }
    }

    pub(super) fn top_nested(&mut self, levels: &'a [TopNested]) -> Value {
        let row = self.scope.row.clone().unwrap_or_default();
        let mut columns = ColumnBuilder::default();
        for level in levels {
            if let Some(count) = &level.count {
                self.row_count(count);
            }
            let kind = self.scalar(&level.of);
            if let Some(others) = &level.others {
                self.scalar(value_of(others));
            }
            let name = self.name_of(&level.of).unwrap_or_default();
            let of = columns.add(&name, kind, ColumnId::NONE).unwrap_or_default();
            let by = match &level.by.kind {
                ExprKind::Ordered { expr, .. } => &**expr,
                _ => &level.by,
            };
            let aggregating = std::mem::replace(&mut self.context.aggregating, true);
            let kind = self.scalar(by);
            self.context.aggregating = aggregating;
            match &by.kind {
                ExprKind::Named { names, .. } => {
                    for name in names {
                        columns.add(&name.text, kind, ColumnId::NONE);
                    }
                }
                _ => {
                    columns.add(&format!("aggregated_{of}"), kind, ColumnId::NONE);
                }
            }
        }
        Value::Rows(Arc::new(row.closed_with(columns.list)))
    }

    pub(super) fn sample_distinct(&mut self, of: &'a Expr) -> Value {
        let row = self.scope.row.clone().unwrap_or_default();
        let mut columns = ColumnBuilder::default();
        let kind = self.only_column(of, "sample-distinct");
        let name = self.name_of(of).unwrap_or_else(|| "Column1".into());
        columns.add(&name, kind, ColumnId::NONE);
        self.not_dynamic(of, kind, "sample-distinct");
        Value::Rows(Arc::new(row.closed_with(columns.list)))
    }

    pub(super) fn top_hitters(&mut self, of: &'a Expr, by: Option<&'a Expr>) -> Value {
        let row = self.scope.row.clone().unwrap_or_default();
        let mut columns = ColumnBuilder::default();
        self.only_column(of, "top-hitters");
        self.without_reporting(|binder| binder.make(of, &mut columns, Style::Plain, None, None));
        let name = self.name_of(of).unwrap_or_default();
        match by {
            Some(by) => {
                let kind = self.scalar(by);
                if !kind.number() && !kind.unknown() {
                    let message = format!("Expected a number, got {}", kind.described());
                    self.say(FindingKind::Type, by.span, message);
                }
                let by = self.name_of(by).unwrap_or_default();
                columns.add(&format!("approximate_sum_{by}"), kind, ColumnId::NONE);
            }
            None => {
                columns.add(&format!("approximate_count_{name}"), Scalar::Long, ColumnId::NONE);
            }
        }
        Value::Rows(Arc::new(row.closed_with(columns.list)))
    }

    /// An expression that must be a column; its type.
    pub(super) fn only_column(&mut self, expr: &'a Expr, word: &str) -> Scalar {
        let value = self.value_or_rows(expr);
        let column = self.is_column(expr);
        if !column && !value.is_unknown() {
            let message = format!("`{word}` expects a column here");
            self.say(FindingKind::Argument, expr.span, message);
        }
        match value {
            Value::Scalar(kind, _) => kind,
            _ => Scalar::Unknown,
        }
    }
}

/// Whether an aggregate is given `*`, as in `arg_max(TimeGenerated, *)`.
fn takes_all(expr: &Expr) -> bool {
    match &value_of(expr).kind {
        ExprKind::Star => true,
        ExprKind::Call { args, .. } => args.iter().any(|arg| matches!(value_of(arg).kind, ExprKind::Star)),
        _ => false,
    }
}

/// The names of the columns among the groups, which `*` does not return again.
fn plain_groups(by: &[Expr], row: &Relation) -> FxHashSet<Arc<str>> {
    let column = |expr: &Expr| match &expr.kind {
        ExprKind::Name(name) => row.column(&name.text).map(|column| Arc::clone(&column.name)),
        _ => None,
    };
    by.iter().filter_map(column).collect()
}
