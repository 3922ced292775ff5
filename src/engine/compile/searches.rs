//! `search` and `find`.

use std::rc::Rc;

use super::super::exec::Plan;
use super::super::ops::search::Search;
use super::{At, Compiler, Made, RowScope, plan, refused};
use crate::kql::ast::{Expr, ExprKind, Find, NameForm, Operator};

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
        let mut legs: Vec<(Rc<str>, Rc<Plan>)> = Vec::new();
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
        if legs.is_empty() {
            return refused(operator.keyword, "a search through all tables");
        }
        let case_sensitive = Self::param_word(operator, "kind", at) == Some("case_sensitive");
        if case_sensitive {
            return refused(operator.keyword, "`search kind=case_sensitive`");
        }
        let row = RowScope::new(after, at.level + 1);
        let inside = At { searching: true, ..at.with_row(&row) };
        let condition = self.value(predicate, inside)?;
        let runs = Search { span: operator.keyword, used: row.into_used(), legs, condition };
        Ok(plan(None, operator, after, runs))
    }

    pub(super) fn find_operator(
        &mut self,
        _: Option<Rc<Plan>>,
        operator: &'q Operator,
        _: &'q Find,
        _: At<'q, '_>,
    ) -> Made<Rc<Plan>> {
        refused(operator.keyword, "`find`")
    }
}
