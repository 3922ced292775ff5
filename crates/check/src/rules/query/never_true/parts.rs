//! The parts of a query that the rule reads.

use crate::kql::Parse;
use crate::kql::ast::{Expr, ExprKind, LogicalOp, Name};
use crate::kql::view::Pipeline;

/// The parts of a query in which conditions stand, and what gives columns their names.
pub(super) struct Parts<'q> {
    pub(super) pipelines: Vec<Pipeline<'q>>,
    /// Conditions may stand outside of a `where`, as in `countif` and `iff`.
    pub(super) conditions: Vec<&'q Expr>,
    /// The expressions with a name.
    pub(super) named: Vec<(&'q [Name], &'q Expr)>,
}

impl<'q> Parts<'q> {
    pub(super) fn of(tree: &'q Parse) -> Self {
        let (mut conditions, mut named) = (Vec::new(), Vec::new());
        let pipelines = tree.pipelines_and(|expr| match &expr.kind {
            ExprKind::Logical { op: LogicalOp::And, .. } | ExprKind::Between { .. } => conditions.push(expr),
            ExprKind::Named { names, value, .. } => named.push((&names[..], &**value)),
            _ => {}
        });
        Self { pipelines, conditions, named }
    }
}
