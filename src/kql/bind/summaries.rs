//! The operators that group rows.

use std::rc::Rc;

use super::super::ast::{Expr, ExprKind, TopNested};
use super::super::builtins;
use super::super::token::TokenKind as T;
use super::super::types::{Column, Relation, Scalar};
use super::finding::Finding;
use super::naming::{Columns, value_of};
use super::projections::Made;
use super::{Binder, FindingKind, Value};

impl<'a> Binder<'a> {
    /// The columns that rows are grouped by, while aggregates are read.
    pub(super) fn groups(&self) -> Vec<Column> {
        self.grouped.clone()
    }

    fn group_columns(&mut self, by: &'a [Expr], columns: &mut Columns, word: &str) {
        for expr in by {
            for (made, kind) in self.made(expr) {
                self.not_dynamic(expr, kind, word);
                match made {
                    Made::Column(name) | Made::Declared(name) => self.declare_column(columns, name, kind),
                    made => self.add_made(columns, made, kind),
                }
            }
        }
    }

    pub(super) fn summarize(&mut self, aggregates: &'a [Expr], by: Option<&'a [Expr]>) -> Value {
        let row = self.row.clone().unwrap_or_default();
        let mut columns = Columns::default();
        let by = by.unwrap_or_default();
        self.group_columns(by, &mut columns, "summarize ... by");
        let outer = std::mem::replace(&mut self.grouped, plain_groups(by, &row));
        for expr in aggregates {
            self.bare_columns(expr, by);
            self.aggregating = true;
            let made = self.made(expr);
            self.aggregating = false;
            for (at, (made, kind)) in made.into_iter().enumerate() {
                match made {
                    // The first column of `x = arg_max(...)` has the name, the others have their own.
                    Made::Declared(name) => self.declare_column(&mut columns, name, kind),
                    Made::Column(name) => columns.add(&name.text, kind),
                    Made::Own(name) => columns.add(&name, kind),
                    Made::Nameless if at == 0 => columns.add_nameless(kind),
                    Made::Nameless => columns.add_nameless(kind),
                }
            }
        }
        self.grouped = outer;
        Value::Rows(Rc::new(row.with(columns.list)))
    }

    /// A column may stand in an aggregate, but not beside it.
    fn bare_columns(&mut self, expr: &'a Expr, by: &'a [Expr]) {
        match &expr.kind {
            ExprKind::Name(name) if self.row.as_ref().is_some_and(|row| row.column(&name.text).is_some()) => {
                let message = format!("`{}` stands outside of every aggregate", name.text);
                let mut finding = Finding::new(FindingKind::Semantic, name.span, message);
                finding.help = Some(if by.is_empty() {
                    "Group by it with `by`, or take one of its values with `take_any(...)`.".into()
                } else {
                    "Move it behind `by`, or take one of its values with `take_any(...)`.".into()
                });
                self.report(finding);
            }
            ExprKind::Call { name, .. } if builtins::aggregate(&name.text).is_some() => {}
            ExprKind::Call { args, .. } => {
                for arg in args {
                    self.bare_columns(value_of(arg), by);
                }
            }
            ExprKind::Named { value: inner, .. }
            | ExprKind::Paren(inner)
            | ExprKind::Unary { operand: inner, .. } => {
                self.bare_columns(inner, by);
            }
            ExprKind::Binary { left, right, .. } => {
                self.bare_columns(left, by);
                self.bare_columns(right, by);
            }
            ExprKind::Path { base, .. } | ExprKind::Element { base, .. } => self.bare_columns(base, by),
            _ => {}
        }
    }

    pub(super) fn make_series(
        &mut self,
        aggregates: &'a [Expr],
        on: &'a Expr,
        range: &'a [Expr],
        by: Option<&'a [Expr]>,
    ) -> Value {
        let row = self.row.clone().unwrap_or_default();
        let mut columns = Columns::default();
        self.group_columns(by.unwrap_or_default(), &mut columns, "make-series ... by");
        for expr in aggregates {
            let inner = match &expr.kind {
                ExprKind::Defaulted { expr, default } => {
                    self.value(value_of(default));
                    &**expr
                }
                _ => expr,
            };
            self.aggregating = true;
            let made = self.made(inner);
            self.aggregating = false;
            for (made, _) in made {
                match made {
                    Made::Declared(name) => self.declare_column(&mut columns, name, Scalar::Dynamic),
                    Made::Column(name) => columns.add(&name.text, Scalar::Dynamic),
                    Made::Own(name) => columns.add(&name, Scalar::Dynamic),
                    Made::Nameless => columns.add_nameless(Scalar::Dynamic),
                }
            }
        }
        self.scalar(value_of(on));
        let axis = self.name_of(on).unwrap_or_else(|| "Column1".into());
        columns.add(&axis, Scalar::Dynamic);
        for bound in range {
            self.value(value_of(bound));
        }
        Value::Rows(Rc::new(row.with(columns.list)))
    }

    pub(super) fn top_nested(&mut self, levels: &'a [TopNested]) -> Value {
        let row = self.row.clone().unwrap_or_default();
        let mut columns = Columns::default();
        for level in levels {
            if let Some(count) = &level.count {
                self.row_count(count);
            }
            let kind = self.scalar(value_of(&level.of));
            let name = self.name_of(&level.of).unwrap_or_else(|| "Column1".into());
            columns.add(&name, kind);
            let by = match &level.by.kind {
                ExprKind::Ordered { expr, .. } => &**expr,
                _ => &level.by,
            };
            self.aggregating = true;
            let kind = self.scalar(value_of(by));
            self.aggregating = false;
            match &by.kind {
                ExprKind::Named { names, .. } => {
                    for name in names {
                        columns.add(&name.text, kind);
                    }
                }
                _ => columns.add(&format!("aggregated_{name}"), kind),
            }
        }
        Value::Rows(Rc::new(row.with(columns.list)))
    }

    /// `sample-distinct` and `top-hitters`.
    pub(super) fn count_of(&mut self, word: T, of: &'a Expr, by: Option<&'a Expr>) -> Value {
        let row = self.row.clone().unwrap_or_default();
        let kind = self.scalar(value_of(of));
        let name = self.name_of(of).unwrap_or_else(|| "Column1".into());
        let mut columns = Columns::default();
        columns.add(&name, kind);
        if word == T::SampleDistinct {
            if !matches!(of.kind, ExprKind::Name(_)) {
                self.say(FindingKind::Argument, of.span, "`sample-distinct` takes a column here");
            }
            return Value::Rows(Rc::new(row.with(columns.list)));
        }
        match by {
            Some(by) => {
                self.scalar(value_of(by));
                let by = self.name_of(by).unwrap_or_default();
                columns.add(&format!("approximate_sum_{by}"), Scalar::Long);
            }
            None => columns.add(&format!("approximate_count_{name}"), Scalar::Long),
        }
        Value::Rows(Rc::new(row.with(columns.list)))
    }
}

/// The columns among the groups, which `*` does not return again.
fn plain_groups(by: &[Expr], row: &Relation) -> Vec<Column> {
    let column = |expr: &Expr| match &value_of(expr).kind {
        ExprKind::Name(name) => row.column(&name.text).cloned(),
        _ => None,
    };
    by.iter().filter_map(column).collect()
}
