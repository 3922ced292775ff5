//! What a query looks for.

use rustc_hash::FxHashSet;

use crate::content::Query;
use crate::kql::ast::{Expr, ExprKind, LetValue, Literal, Statement, StatementKind};
use crate::kql::model::SemanticModel;
use crate::kql::{Node, walk, walk_statements};
use crate::source::Span;

/// The texts that a query looks for, in lower case, those that it excludes left out.
pub(super) fn search_terms(query: &Query<'_>, model: &SemanticModel) -> Vec<(String, Span)> {
    let statements = &query.parse().statements;
    // Where the variables are declared by which it excludes something.
    let mut excluded: FxHashSet<Span> = FxHashSet::default();
    walk_statements(statements, &mut |node| {
        if let Node::Expr(expr) = node
            && excludes(expr)
        {
            walk(Node::Expr(expr), &mut |inner| {
                if let Node::Expr(Expr { kind: ExprKind::Name(name), .. }) = inner {
                    excluded.extend(model.variable_of(name.span).and_then(|(_, variable)| variable.place));
                }
                true
            });
        }
        true
    });
    let left_out = |statement: &Statement| match &statement.kind {
        StatementKind::Let { name, value: LetValue::Expr(_) } => excluded.contains(&name.span),
        _ => false,
    };
    let mut found = Vec::new();
    walk_statements(statements, &mut |node| match node {
        Node::Statement(statement) => !left_out(statement),
        Node::Expr(expr) if excludes(expr) => false,
        Node::Expr(Expr { kind: ExprKind::Literal(Literal::String(text)), span, .. }) => {
            found.push((text.to_lowercase(), *span));
            true
        }
        _ => true,
    });
    found
}

/// Whether an expression is true of what it does not find: `!=`, `!in`, `not(...)` and their relatives.
fn excludes(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Binary { op, .. } => op.negated(),
        ExprKind::InList { op, .. } => op.negated(),
        ExprKind::Call { name, .. } => &*name.text == "not",
        _ => false,
    }
}
