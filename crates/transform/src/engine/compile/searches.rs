//! `search` and `find`.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::super::exec::Plan;
use super::super::ops::fixed::DataTable;
use super::super::ops::search::{self as operators, Found, Projected, Search};
use super::super::table::Schema;
use super::joins::Legs;
use super::{At, Compiler, Made, RowScope, plan, refused};
use crate::kql::ast::{Expr, ExprKind, Find, Literal, NameForm, Operator, Type};
use crate::kql::types::{Column, Relation, Scalar};

impl<'q> Compiler<'q> {
    pub(super) fn search(
        &mut self,
        input: Option<Rc<Plan>>,
        operator: &'q Operator,
        tables: Option<&'q [Expr]>,
        predicate: &'q Expr,
        at: At<'q, '_>,
    ) -> Made<Rc<Plan>> {
        let after = Self::after(operator, at)?;
        let mut legs: Legs = Vec::new();
        if let Some(input) = input {
            legs.push(("".into(), input));
        }
        for table in tables.unwrap_or_default() {
            match &table.kind {
                ExprKind::Name(name) if name.form == NameForm::Wildcard => {
                    legs.extend(self.tables_of(name, at)?);
                }
                ExprKind::Name(name) => legs.push(((&*name.text).into(), self.rows(table, at)?)),
                _ => legs.push(("".into(), self.rows(table, at)?)),
            }
        }
        if tables.is_none() && legs.is_empty() {
            legs = self.all_tables(operator, at)?;
        }
        let case_sensitive = Self::param_word(operator, "kind", at) == Some("case_sensitive");
        if case_sensitive {
            return refused(operator.keyword, "`search kind=case_sensitive`");
        }
        let row = RowScope::new(after, at.level + 1);
        let inside = At { searching: true, ..at.with_row(&row) };
        let condition = self.value(predicate, inside)?;
        let schema = Rc::new(Schema::of(after));
        let runs = Search { span: operator.keyword, used: row.into_used(), legs, condition, schema };
        Ok(plan(None, operator, after, runs))
    }

    pub(super) fn find_operator(
        &mut self,
        input: Option<Rc<Plan>>,
        operator: &'q Operator,
        find: &'q Find,
        at: At<'q, '_>,
    ) -> Made<Rc<Plan>> {
        let after = Self::after(operator, at)?;
        let mut legs: Legs = Vec::new();
        if let Some(input) = input {
            legs.push(("".into(), input));
        }
        for table in find.tables.as_deref().unwrap_or_default() {
            match &table.kind {
                ExprKind::Name(name) if name.form == NameForm::Wildcard => {
                    legs.extend(self.tables_of(name, at)?);
                }
                ExprKind::Name(name) => legs.push(((&*name.text).into(), self.rows(table, at)?)),
                _ => {
                    let name = format!("find_arg{}", legs.len());
                    legs.push((name.as_str().into(), self.rows(table, at)?));
                }
            }
        }
        if find.tables.is_none() && legs.is_empty() {
            legs = self.all_tables(operator, at)?;
        }
        if legs.is_empty() {
            // Nothing is there, and what is not there is empty.
            let runs = DataTable { schema: Rc::new(Schema::of(after)), values: Vec::new() };
            return Ok(plan(None, operator, after, runs));
        }
        if legs.iter().any(|(_, plan)| plan.open) {
            return refused(operator.keyword, "`find` in rows whose columns are not known");
        }
        let all = everything(&legs);
        let asked = asked_in(&find.predicate, &all);
        // Only tables that have a column of the condition are looked through.
        if legs.len() > 1 && !looks_everywhere(&find.predicate) {
            legs.retain(|(_, plan)| asked.iter().any(|name| plan.schema.find(name).is_some()));
        }
        let row = RowScope::new(&all, at.level + 1);
        let condition = self.value(&find.predicate, At { searching: true, ..at.with_row(&row) })?;
        let columns = match &find.project {
            Some(columns) => Found::Named(Self::projected(columns)?),
            None => {
                for name in &asked {
                    let own = |plan: &Plan| plan.schema.find(name).map(|at| plan.schema.kind(at));
                    let mut kinds = legs.iter().filter_map(|(_, plan)| own(plan));
                    let first = kinds.next();
                    if kinds.any(|kind| Some(kind) != first) {
                        let what = format!("`find` by `{name}`, which has several types,");
                        return refused(operator.keyword, &what);
                    }
                }
                Found::Smart(asked)
            }
        };
        let source = Self::param_name(operator, &["withsource", "with_source"]).unwrap_or("source_").into();
        let mut away = Vec::new();
        for expr in find.project_away.iter().flatten() {
            match &expr.kind {
                ExprKind::Star => away.push(Arc::from("*")),
                ExprKind::Name(name) => away.push((&*name.text).into()),
                _ => return refused(expr.span, "this column"),
            }
        }
        let used = row.into_used();
        let runs = operators::Find { span: operator.keyword, used, legs, condition, source, columns, away };
        Ok(plan(None, operator, after, runs))
    }

    /// The columns after `project`, with their types where they are said; the last says whether the rest is packed.
    fn projected(columns: &'q [Expr]) -> Made<Projected> {
        let mut made = Projected::default();
        for expr in columns {
            match &expr.kind {
                ExprKind::Name(name) => made.columns.push(((&*name.text).into(), None)),
                ExprKind::Typed(column) => {
                    let kind = match &column.type_ {
                        Some(Type::Scalar(_, name)) => Scalar::of(name),
                        _ => None,
                    };
                    made.columns.push(((&*column.name.text).into(), kind));
                }
                ExprKind::Call { .. } => made.packs = true,
                _ => return refused(expr.span, "this column"),
            }
        }
        Ok(made)
    }
}

/// The columns of several tables, those of one name once.
fn everything(legs: &Legs) -> Relation {
    let mut columns: Vec<Column> = Vec::new();
    let mut known: FxHashSet<&str> = FxHashSet::default();
    for (name, kind) in legs.iter().flat_map(|(_, plan)| &plan.schema.columns) {
        if known.insert(name) {
            columns.push(Column::new(&**name, *kind));
        }
    }
    Relation::closed(columns)
}

/// The columns that a condition names, in their order.
fn asked_in(predicate: &Expr, all: &Relation) -> Vec<Arc<str>> {
    let mut asked: Vec<Arc<str>> = Vec::new();
    crate::kql::walk(crate::kql::Node::Expr(predicate), &mut |node| {
        if let crate::kql::Node::Expr(Expr { kind: ExprKind::Name(name), .. }) = node
            && let Some(column) = all.column(&name.text)
            && !asked.contains(&column.name)
        {
            asked.push(Arc::clone(&column.name));
        }
        true
    });
    asked
}

/// Whether a condition looks into all columns: it has a star, or a string that stands alone.
fn looks_everywhere(predicate: &Expr) -> bool {
    match &predicate.kind {
        ExprKind::Star | ExprKind::Literal(Literal::String(_)) => true,
        ExprKind::Paren(inner) => looks_everywhere(inner),
        ExprKind::Logical { operands, .. } => operands.iter().any(looks_everywhere),
        ExprKind::Binary { left, .. } => matches!(left.kind, ExprKind::Star),
        _ => false,
    }
}
