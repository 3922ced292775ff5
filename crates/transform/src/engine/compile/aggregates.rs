//! Aggregates in expressions: each call is a column of what the group comes to.

use std::cell::RefCell;

use super::super::aggregates;
use super::super::eval::Node;
use super::super::exec::Failure;
use super::super::ops::columns::Item;
use super::super::ops::summarize::{Aggregate, Aggregated};
use super::columns::inner;
use super::{At, Compiler, Made, RowScope, refused};
use crate::kql::ast::{Expr, ExprKind, Name};
use crate::kql::builtins;
use crate::kql::model::ExprType;
use crate::kql::types::Relation;

/// The aggregates that were found in some expressions.
pub(super) struct Found<'s> {
    /// The columns that their arguments see.
    pub row: &'s RowScope<'s>,
    /// The names of the columns that rows are grouped by, which `*` leaves out.
    pub grouped: Vec<String>,
    pub all: RefCell<Vec<Aggregate>>,
}

impl<'s> Found<'s> {
    pub(super) fn new(row: &'s RowScope<'s>, grouped: Vec<String>) -> Self {
        Self { row, grouped, all: RefCell::default() }
    }

    fn columns(&self) -> usize {
        self.all.borrow().iter().map(|aggregate| aggregate.columns).sum()
    }
}

impl<'q> Compiler<'q> {
    /// A call of an aggregate: the first of its columns.
    pub(super) fn aggregate(
        &mut self,
        expr: &'q Expr,
        name: &'q Name,
        args: &'q [Expr],
        at: At<'q, '_>,
    ) -> Made<Node> {
        let Some(found) = at.aggregates else { return refused(expr.span, "an aggregate here") };
        let Some((begin, conditional)) = aggregates::find(&name.text) else {
            return refused(name.span, &format!("the aggregate `{}`", name.text));
        };
        let inside = At { row: Some(found.row), level: found.row.level, aggregates: None, ..at };
        let columns = match at.frame.model.type_of(expr.id) {
            ExprType::Columns(columns) => columns.len(),
            _ => 1,
        };
        let whole = args.iter().any(|arg| matches!(inner(arg).kind, ExprKind::Star));
        let mut nodes = Vec::new();
        if whole && &*name.text != "count" {
            nodes = self.with_star(args, found, inside, matches!(&*name.text, "any" | "take_any"))?;
        } else {
            for arg in args.iter().filter(|arg| !matches!(inner(arg).kind, ExprKind::Star)) {
                nodes.push(self.value(arg, inside)?);
            }
        }
        let extreme = matches!(&*name.text, "arg_max" | "arg_min" | "argmax" | "argmin");
        if extreme {
            // What decides stands before what is returned, of which it is the first.
            let Some(first) = args.first() else {
                return refused(expr.span, "an aggregate without arguments");
            };
            nodes.insert(0, self.value(first, inside)?);
            if nodes.len() != columns + 1 {
                return Err(Failure::at(expr.span, "the columns of this aggregate are not known"));
            }
        }
        // A limit may follow the condition, as in `make_list_if(value, condition, limit)`.
        let condition = conditional.filter(|place| *place < nodes.len()).map(|place| nodes.remove(place));
        let place = found.columns();
        let name = (&*name.text).into();
        found.all.borrow_mut().push(Aggregate { name, begin, args: nodes, condition, columns });
        Ok(Node::Col(place))
    }

    /// The arguments where one of them is `*`: it stands for the columns that stand not already.
    fn with_star(
        &mut self,
        args: &'q [Expr],
        found: &Found<'_>,
        at: At<'q, '_>,
        first_too: bool,
    ) -> Made<Vec<Node>> {
        let mut nodes = Vec::new();
        let mut taken: Vec<&str> = Vec::new();
        let mut whole = false;
        let relation = found.row.relation;
        for (place, arg) in args.iter().enumerate() {
            if matches!(inner(arg).kind, ExprKind::Star) {
                if !whole {
                    for column in &relation.columns {
                        if !taken.contains(&&*column.name)
                            && !found.grouped.iter().any(|own| **own == *column.name)
                        {
                            nodes.push(found.row.slot(&column.name));
                        }
                    }
                }
                whole = true;
                continue;
            }
            let plain = match &inner(arg).kind {
                ExprKind::Name(name) if relation.column(&name.text).is_some() => Some(&*name.text),
                _ => None,
            };
            if let Some(plain) = plain {
                let stands =
                    whole || taken.contains(&plain) || found.grouped.iter().any(|own| **own == *plain);
                if stands && (first_too || place > 0) {
                    continue;
                }
                taken.push(plain);
            }
            nodes.push(self.value(arg, at)?);
        }
        Ok(nodes)
    }

    /// The columns that expressions with aggregates make.
    pub(super) fn aggregated(
        &mut self,
        exprs: &[(&'q Expr, Option<&'q Expr>)],
        row: &RowScope<'_>,
        grouped: Vec<String>,
        after: &Relation,
        at: At<'q, '_>,
    ) -> Made<Aggregated> {
        let found = Found::new(row, grouped);
        let mut items = Vec::new();
        for (expr, _) in exprs {
            let at = At { row: None, aggregates: Some(&found), searching: false, level: row.level, ..at };
            let names = Self::names_made(expr, after, at)?;
            let before = found.columns();
            let value = inner(expr);
            let node = self.value(value, at)?;
            let several = matches!(at.frame.model.type_of(value.id), ExprType::Columns(_))
                && matches!(&value.kind, ExprKind::Call { name, .. } if builtins::aggregate(&name.text).is_some());
            if several && names.len() > 1 {
                let columns = (before..before + names.len()).map(Node::Col).collect();
                items.push(Item { node: Node::Array(columns), names, several: true });
            } else if names.len() == 1 {
                items.push(Item { node, names, several: false });
            } else {
                return refused(expr.span, "an expression of several values");
            }
        }
        Ok(Aggregated { aggregates: found.all.into_inner(), items })
    }
}
