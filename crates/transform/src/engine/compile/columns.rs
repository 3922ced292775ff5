//! The operators that compute, choose and rename columns.

use std::rc::Rc;
use std::sync::Arc;

use super::super::eval::Node;
use super::super::exec::{Failure, Plan};
use super::super::ops::columns::{ByNames, Choice, Choose, Compute, Item, Wanted};
use super::super::ops::fixed;
use super::super::table::{Schema, plain};
use super::{At, Compiler, Made, RowScope, Stage, plan, refused};
use crate::kql::ast::{Expr, ExprKind, NameForm, Operator, OperatorKind};
use crate::kql::model::ExprType;
use crate::kql::types::{Relation, Scalar};

impl<'q> Compiler<'q> {
    /// The columns that an expression of a list makes.
    pub(super) fn item(
        &mut self,
        expr: &'q Expr,
        after: &Relation,
        at: At<'q, '_>,
        items: &mut Vec<Item>,
    ) -> Made<()> {
        if matches!(expr.kind, ExprKind::Star) {
            let Some(row) = at.row else { return refused(expr.span, "`*` here") };
            for column in &row.relation.columns {
                let names = vec![(Arc::clone(&column.name), plain(column.kind))];
                items.push(Item { node: row.slot(&column.name), names, several: false });
            }
            return Ok(());
        }
        let names = Self::names_made(expr, after, at)?;
        if let Some((node, count)) = self.several(expr, at)? {
            let several = count > 1 || names.len() > 1;
            let node = if several { node } else { Node::Part(Box::new(node), 0) };
            items.push(Item { node, names, several });
            return Ok(());
        }
        // An expression that stands for several values otherwise is not one that is known here.
        if names.len() > 1 {
            return refused(expr.span, "an expression of several values");
        }
        let node = self.value(expr, at)?;
        items.push(Item { node, names, several: false });
        Ok(())
    }

    /// The names and types of the columns that an expression makes, as the binder tells them.
    pub(super) fn names_made(expr: &Expr, after: &Relation, at: At<'q, '_>) -> Made<Vec<(Arc<str>, Scalar)>> {
        let Some(names) = at.frame.model.made(expr.id) else {
            return Err(Failure::at(expr.span, "the columns of this expression are not known"));
        };
        let own = match at.frame.model.type_of(expr.id) {
            ExprType::Scalar(kind) => plain(*kind),
            _ => Scalar::Unknown,
        };
        let named = |name: &Arc<str>| {
            let kind = after.column(name).map_or(own, |column| plain(column.kind));
            (Arc::clone(name), kind)
        };
        Ok(names.iter().map(named).collect())
    }

    pub(super) fn computed(&mut self, stage: Stage<'q, '_>, exprs: &'q [Expr]) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let before = self.before(operator, at)?;
        let after = Self::after(operator, at)?;
        let row = RowScope::new(before, at.level + 1);
        let mut items = Vec::new();
        let star = exprs.iter().any(|expr| matches!(expr.kind, ExprKind::Star));
        for expr in exprs {
            self.item(expr, after, at.with_row(&row), &mut items)?;
        }
        let keeps = matches!(operator.kind, OperatorKind::Extend(_) | OperatorKind::Serialize(_));
        let known = || before.columns.iter().map(|column| Arc::clone(&column.name)).collect();
        let runs = Compute {
            span: operator.keyword,
            used: row.into_used(),
            items,
            keeps,
            schema: Rc::new(Schema::of(after)),
            others_than: (star && before.has_unknown_columns && !keeps).then(known),
            distinct: matches!(operator.kind, OperatorKind::Distinct(_)),
        };
        Ok(plan(Some(input), operator, after, runs))
    }

    /// The rows that the binder tells to go into an operator.
    pub(super) fn before(&self, operator: &Operator, at: At<'q, '_>) -> Made<&'q Relation> {
        let around = at.frame.model.rows_around(operator);
        around.map(|rows| &*rows.before).ok_or_else(|| {
            Failure::at(operator.span, format!("what goes into `{}` is not known", operator.word))
        })
    }

    pub(super) fn print(
        &mut self,
        operator: &'q Operator,
        exprs: &'q [Expr],
        at: At<'q, '_>,
    ) -> Made<Rc<Plan>> {
        let after = Self::after(operator, at)?;
        let mut columns = after.columns.iter();
        let mut items = Vec::new();
        for expr in exprs {
            let at = at.without_row();
            let (node, count) = match self.several(expr, at)? {
                // What is not known to be several values is one, and null where it is none.
                Some((node, count)) => (node, count.max(1)),
                None => (self.value(expr, at)?, 1),
            };
            let mut names = Vec::new();
            for _ in 0..count {
                let Some(column) = columns.next() else {
                    return refused(expr.span, "this expression in `print`");
                };
                names.push((Arc::clone(&column.name), plain(column.kind)));
            }
            let tuple = matches!(at.frame.model.type_of(inner(expr).id), ExprType::Columns(_));
            let node = if tuple && count == 1 { Node::Part(Box::new(node), 0) } else { node };
            items.push(Item { node, names, several: count > 1 });
        }
        Ok(plan(None, operator, after, fixed::Print { schema: Rc::new(Schema::of(after)), items }))
    }

    pub(super) fn chosen(&mut self, stage: Stage<'q, '_>, exprs: &'q [Expr]) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let after = Self::after(operator, at)?;
        let mut wanted = Vec::new();
        let mut pairs: Vec<(Arc<str>, Arc<str>)> = Vec::new();
        for expr in exprs {
            let (expr, order) = match &expr.kind {
                ExprKind::Ordered { expr, order, .. } => (&**expr, *order),
                _ => (expr, None),
            };
            match &expr.kind {
                ExprKind::Name(name) => wanted.push(Wanted {
                    name: (&*name.text).into(),
                    pattern: name.form == NameForm::Wildcard,
                    order,
                }),
                ExprKind::Star => wanted.push(Wanted { name: "*".into(), pattern: true, order }),
                ExprKind::Named { names, value, .. } => match (names.first(), &value.kind) {
                    (Some(new), ExprKind::Name(old)) => {
                        pairs.push(((&*new.text).into(), (&*old.text).into()));
                    }
                    _ => return refused(expr.span, "renaming something that is not a column"),
                },
                _ => return refused(expr.span, "an expression among the names of columns"),
            }
        }
        let choice = match &operator.kind {
            OperatorKind::ProjectAway(_) => Choice::Away(wanted),
            OperatorKind::ProjectKeep(_) => Choice::Keep(wanted),
            OperatorKind::ProjectReorder(_) => Choice::Reorder(wanted),
            _ => Choice::Rename(pairs),
        };
        Ok(plan(Some(input), operator, after, Choose(choice)))
    }

    /// `project-by-names`: the names are values, worked out once.
    pub(super) fn by_names(&mut self, stage: Stage<'q, '_>, exprs: &'q [Expr]) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let names = self.values(exprs, at.without_row())?;
        Ok(plan(Some(input), operator, Self::after(operator, at)?, ByNames(names)))
    }
}

/// The value of an expression that may have a name.
pub(super) fn inner(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Named { value, .. } => value,
        _ => expr,
    }
}
