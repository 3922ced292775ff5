//! What the rules on the tree of a query have in common.

use crate::content::Query;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::kql::ast::{Expr, ExprKind, Operator};
use crate::kql::{Node, Parse, TokenKind, walk_statements};
use crate::source::Span;

/// The tree of a query that can be read. What a broken one means is guesswork, and `kql-syntax` has spoken.
pub(super) fn tree<'q>(query: &'q Query<'_>) -> Option<&'q Parse> {
    Some(query.parse()).filter(|parse| parse.errors.is_empty())
}

/// The tree of a query that can be read and holds one of these words. Most queries do not.
pub(super) fn tree_with<'q>(query: &'q Query<'_>, words: &[TokenKind]) -> Option<&'q Parse> {
    tree(query).filter(|tree| tree.kinds.have_any(words))
}

/// Calls `visit` on every expression of a tree.
pub(super) fn for_each_expr<'q>(parse: &'q Parse, mut visit: impl FnMut(&'q Expr)) {
    walk_statements(&parse.statements, &mut |node| {
        if let Node::Expr(expr) = node {
            visit(expr);
        }
        true
    });
}

/// The text of a place in the query.
pub(super) fn source_text<'q>(query: &'q Query<'_>, span: Span) -> &'q str {
    query.text.get(span.range()).unwrap_or_default()
}

/// The edits of the file that change the query so, if there are any and each of them can be made.
pub(super) fn edits<S: AsRef<str>>(
    query: &Query<'_>,
    changes: impl IntoIterator<Item = (Span, S)>,
) -> Option<Vec<Edit>> {
    let edits = changes.into_iter().map(|(span, text)| query.edit(span, text.as_ref()));
    edits.collect()
}

/// The finding with a fix that keeps the meaning of the query.
pub(super) fn with_safe_fix<S: AsRef<str>>(
    finding: Diagnostic,
    query: &Query<'_>,
    title: impl Into<String>,
    changes: impl IntoIterator<Item = (Span, S)>,
) -> Diagnostic {
    finding.fix(edits(query, changes).and_then(|edits| Fix::safe(title, edits)))
}

/// The finding with a fix that may change what the query finds.
pub(super) fn with_unsafe_fix<S: AsRef<str>>(
    finding: Diagnostic,
    query: &Query<'_>,
    title: impl Into<String>,
    changes: impl IntoIterator<Item = (Span, S)>,
) -> Diagnostic {
    finding.fix(edits(query, changes).and_then(|edits| Fix::r#unsafe(title, edits)))
}

/// Whether a name is that of a column with a time, as far as a name can tell.
pub(super) fn is_time_column(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.contains("time") || lower.contains("date")
}

/// Whether an expression bounds a time: it compares, and names a time or works one out.
pub(super) fn is_time_filter(condition: &Expr) -> bool {
    condition.any(|expr| match &expr.kind {
        ExprKind::Name(name) => is_time_column(&name.text),
        ExprKind::Call { name, .. } => {
            matches!(&*name.text, "ago" | "now" | "ingestion_time" | "todatetime" | "datetime_diff")
        }
        ExprKind::Literal(literal) => matches!(literal, crate::kql::ast::Literal::DateTime),
        _ => false,
    })
}

/// Whether an operator is a `where` that bounds a time.
pub(super) fn filters_by_time(operator: &Operator) -> bool {
    operator.condition().is_some_and(is_time_filter)
}
