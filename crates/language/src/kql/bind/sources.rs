//! The operators that make rows of their own, or columns out of texts and states.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::super::ast::{Column as ColumnSchema, Expr, ExprKind, Literal, Nests, Operator, Parameter, Scan};
use super::super::model::finding::Finding;
use super::super::model::{ColumnOrigin, VariableKind};
use super::super::types::{Column, ColumnId, Conversion, Relation, Scalar};
use super::column_builder::{ColumnBuilder, Style};
use super::recorder::NewColumn;
use super::statements::type_of;
use super::{Binder, Bound, Declaration as NewVariable, FindingKind, Value};
use crate::source::Span;

impl<'a> Binder<'a> {
    pub(super) fn print(&mut self, exprs: &'a [Expr]) -> Value {
        let mut columns = ColumnBuilder::default();
        for (at, expr) in exprs.iter().enumerate() {
            self.with_empty_scope(|binder| match &expr.kind {
                ExprKind::Named { .. } => {
                    binder.make(expr, &mut columns, Style::Plain, None, None);
                }
                // Whatever the expression, its column is called by its place.
                _ => match binder.value_or_rows(expr) {
                    Value::Columns(several) if several.len() > 1 => {
                        for column in &several {
                            columns.add(&column.name, column.kind, column.id);
                        }
                    }
                    value => {
                        let kind = binder.of_value(expr, &value);
                        columns.add(&format!("print_{at}"), kind, ColumnId::NONE);
                    }
                },
            });
        }
        Value::Rows(Arc::new(Relation::closed(columns.list)))
    }

    /// The type of the column of a `range`.
    pub(super) fn range_type(&mut self, bounds: &'a [Expr]) -> Scalar {
        let mut kinds = Vec::new();
        let mut wrong = false;
        for bound in bounds {
            let kind = self.scalar(bound);
            if !kind.summable() && !kind.unknown() {
                let message = format!(
                    "A range must consist of numbers, datetimes or timespans, got {}",
                    kind.described()
                );
                self.say(FindingKind::Type, bound.span, message);
                wrong = true;
            }
            kinds.push(kind);
        }
        let [from, to, step] = kinds[..] else { return Scalar::Unknown };
        if matches!(bounds[2].kind, ExprKind::Literal(Literal::Long)) && self.written(bounds[2].span) == "0" {
            self.say(FindingKind::Semantic, bounds[2].span, "A range cannot have a step of 0");
        }
        let common = from.common(to, Conversion::Wider).unwrap_or(Scalar::Unknown);
        match (common, step) {
            (Scalar::Int, Scalar::Int) => Scalar::Int,
            (common, step) if common.number() && step.number() => common.wider(step).promoted(),
            (Scalar::DateTime, Scalar::Timespan | Scalar::DateTime)
            | (Scalar::Timespan, Scalar::DateTime) => Scalar::DateTime,
            (Scalar::Timespan, Scalar::Timespan) => Scalar::Timespan,
            (common, step) if wrong || common.unknown() || step.unknown() => Scalar::Unknown,
            (common, step) => {
                let message = format!(
                    "A step of {} cannot be used with a range of {}",
                    step.described(),
                    common.described()
                );
                self.say(FindingKind::Type, bounds[2].span, message);
                Scalar::Unknown
            }
        }
    }

    /// Whether the operators of a query inside an operator may stand there. After `fork` they are few.
    pub(super) fn allowed(&mut self, query: &'a Expr, most: bool) {
        let mut first = |operator: &Operator| {
            let fine = match operator.kind.facts().nests {
                Nests::Anywhere => true,
                Nests::NotInFork => most,
                Nests::Nowhere => false,
            };
            if !fine {
                let message = format!("`{}` is not allowed inside this operator", operator.word);
                self.say(FindingKind::Semantic, operator.keyword, message);
            }
        };
        let mut expr = query;
        while let ExprKind::Pipeline { source, stages } = &expr.kind {
            for stage in stages {
                first(stage);
            }
            expr = source;
        }
        match &expr.kind {
            ExprKind::Operator(operator) => first(operator),
            ExprKind::Missing | ExprKind::Internal(_) => {}
            _ => {
                let message = "Expected an operator";
                self.say(FindingKind::Semantic, expr.span, message);
            }
        }
    }

    pub(super) fn parse(&mut self, expr: &'a Expr, pattern: &'a [Expr]) -> Value {
        self.scalar(expr);
        let Some(row) = self.scope.row.clone() else { return Value::Unknown };
        let mut columns = ColumnBuilder::from(row.columns.clone());
        let mut named: FxHashSet<&str> = FxHashSet::default();
        let text = |part: &Expr| matches!(part.kind, ExprKind::Literal(Literal::String(_)));
        for (at, part) in pattern.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| pattern.get(at));
            match &part.kind {
                ExprKind::Typed(column) => {
                    let kind = if column.type_.is_some() { type_of(column) } else { Scalar::String };
                    let name = &*column.name.text;
                    if before.is_some_and(|before| !text(before)) {
                        let message = format!("`{name}` has no delimiter before it");
                        let finding = Finding::new(FindingKind::Semantic, part.span, message)
                            .help("Add a string before the name.");
                        self.report(finding);
                    }
                    if named.contains(name) {
                        let message = format!("`{name}` is repeated in the pattern");
                        self.say(FindingKind::Semantic, column.name.span, message);
                    } else if !name.is_empty() {
                        named.insert(name);
                        let (place, origin) = (Some(column.name.span), ColumnOrigin::Declared);
                        // A column of that name stays, and the new one gets a number.
                        let name = columns.free(name);
                        let id = self.new_column(&name, kind, |new| NewColumn { place, origin, ..new });
                        columns.add(&name, kind, id);
                    }
                }
                ExprKind::Star => {
                    if pattern.get(at + 1).is_some_and(|next| !text(next)) {
                        let message = "`*` must be followed by a string";
                        self.say(FindingKind::Semantic, part.span, message);
                    }
                    let column = before.and_then(|before| match &before.kind {
                        ExprKind::Typed(column) => Some(column),
                        _ => None,
                    });
                    let open =
                        |column: &ColumnSchema| column.type_.is_none() || type_of(column) == Scalar::String;
                    if column.is_some_and(open) {
                        let message = "A `*` after a string column makes the end of the column ambiguous";
                        self.say(FindingKind::Semantic, part.span, message);
                    }
                }
                _ => {}
            }
        }
        Value::Rows(Arc::new(row.with(columns.list)))
    }

    pub(super) fn scan(&mut self, operator: &'a Operator, scan: &'a Scan, input: &Arc<Relation>) -> Value {
        let mut columns = input.columns.edit();
        let known = self.names.list.len();
        for Parameter { column, default } in &scan.declared {
            if let Some(default) = default {
                self.value(default);
            }
            let kind = type_of(column);
            let name = &column.name;
            let origin = ColumnOrigin::Declared;
            let id =
                self.new_column(&name.text, kind, |new| NewColumn { place: Some(name.span), origin, ..new });
            columns.push(Column::new(&*name.text, kind).with_id(id));
            let state = NewVariable::outside((&*name.text).into(), VariableKind::ScanState);
            let state = NewVariable { column: Some(id), ..state.from(name.span.end) };
            self.make_known(state, Bound::Value(Value::of(kind)));
        }
        self.with_row_scope(input, |binder| {
            for expr in scan.order.iter().chain(&scan.partition) {
                binder.scalar(expr);
            }
        });
        let state = Arc::new(input.with(columns.clone()));
        for step in &scan.steps {
            // The columns of a step are read as members of its name.
            let state = Value::Row(Arc::clone(&state));
            let declaration = NewVariable::at(&step.name, VariableKind::ScanStep).from(operator.span.start);
            self.make_known(declaration, Bound::Value(state));
        }
        self.with_row_scope(input, |binder| {
            for step in &scan.steps {
                binder.scalar(&step.condition);
                for assignment in &step.assignments {
                    if let ExprKind::Named { names, .. } = &assignment.kind {
                        for name in names {
                            binder.resolve(name);
                        }
                    }
                    binder.scalar(assignment);
                }
            }
        });
        self.names.list.truncate(known);
        let (id, place) =
            Self::param_name(operator, &["with_match_id"]).unwrap_or(("match_id", Span::default()));
        columns.push(self.option_column(id, place, Scalar::Long));
        Value::Rows(Arc::new(input.with(columns)))
    }

    pub(super) fn reduce(&mut self, operator: &'a Operator, by: &'a Expr, input: &Arc<Relation>) -> Value {
        let kind = self.with_row_scope(input, |binder| binder.scalar(by));
        if !matches!(kind, Scalar::String | Scalar::Unknown) {
            let message = format!("`reduce` expects `string`, got {}", kind.described());
            let finding = Finding::new(FindingKind::Type, by.span, message);
            self.report(finding.help("Convert the value with `tostring(...)`."));
        }
        let mut columns = Vec::new();
        if self.param_word(operator, "kind") == Some("source") {
            columns.extend(input.columns.iter().cloned());
        }
        columns.push(Column::new("Pattern", Scalar::String));
        columns.push(Column::new("Count", Scalar::Long));
        columns.push(Column::new("Representative", Scalar::String));
        Value::Rows(Arc::new(Relation::closed(columns)))
    }

    /// What `getschema` returns.
    pub(super) fn table_of_columns(&self, operator: &'a Operator) -> Value {
        if self.param_word(operator, "kind") == Some("csl") {
            return rows_of(&[("Schema", Scalar::String)]);
        }
        rows_of(&[
            ("ColumnName", Scalar::String),
            ("ColumnOrdinal", Scalar::Long),
            ("DataType", Scalar::String),
            ("ColumnType", Scalar::String),
        ])
    }
}

pub(super) fn rows_of(columns: &[(&str, Scalar)]) -> Value {
    let columns: Vec<Column> = columns.iter().map(|(name, kind)| Column::new(*name, *kind)).collect();
    Value::Rows(Arc::new(Relation::closed(columns)))
}
