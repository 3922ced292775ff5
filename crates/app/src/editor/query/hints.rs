//! What an editor shows between the text: the columns after each operator, and the types of `let` statements.

use rustc_hash::FxHashSet;

use super::{Asked, Span, describe};
use crate::kql::ast::{LetValue, Operator, StatementKind};
use crate::kql::model::ExprType;
use crate::kql::types::Relation;
use crate::kql::{Node, walk_statements};
use crate::order::Order as _;

/// How many columns are named in a hint.
const MOST_NAMED: usize = 4;
/// How many columns are named in its tooltip.
const MOST_LISTED: usize = 60;

/// How many columns are compared, all operators together.
const MOST_COMPARED: usize = 300_000;

/// A text that is shown at a place and is not part of the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlayHint {
    /// The offset before which it is shown.
    pub offset: usize,
    /// The text.
    pub text: String,
    /// More of it, for a tooltip, as plain text.
    pub tooltip: Option<String>,
    /// Whether it is a type; otherwise it lists columns.
    pub is_type: bool,
}

/// The hints in a part of the query.
pub fn inlay_hints(asked: &Asked<'_>, range: Span) -> Vec<InlayHint> {
    let mut hints = Vec::new();
    let mut left = MOST_COMPARED;
    walk_statements(&asked.parsed.statements, &mut |node| {
        match node {
            Node::Statement(statement) => {
                if statement.span.end < range.start || range.end < statement.span.start {
                    return false;
                }
                if let StatementKind::Let { name, value: LetValue::Expr(_) } = &statement.kind
                    && range.touches(name.span.end as usize)
                    && let Some((_, variable)) = asked.model.variable_of(name.span)
                    && let ExprType::Scalar(kind) = &variable.value
                    && !kind.unknown()
                {
                    let text = format!(": {}", kind.name());
                    hints.push(InlayHint {
                        offset: name.span.end as usize,
                        text,
                        tooltip: None,
                        is_type: true,
                    });
                }
            }
            Node::Operator(operator) if range.touches(operator.span.end as usize) => {
                hints.extend(after(asked, operator, &mut left));
            }
            _ => {}
        }
        true
    });
    hints.order_by_key(|hint| hint.offset);
    hints
}

/// What an operator changes of the columns.
fn after(asked: &Asked<'_>, operator: &Operator, left: &mut usize) -> Option<InlayHint> {
    let rows = asked.model.rows_around(operator)?;
    let after = rows.after.as_ref()?;
    if std::sync::Arc::ptr_eq(after, &rows.before) {
        return None;
    }
    *left = left.checked_sub(rows.before.columns.len() + after.columns.len())?;
    let had: FxHashSet<&str> = rows.before.columns.iter().map(|column| &*column.name).collect();
    let has: FxHashSet<&str> = after.columns.iter().map(|column| &*column.name).collect();
    let added: Vec<&str> =
        after.columns.iter().map(|column| &*column.name).filter(|name| !had.contains(name)).collect();
    let removed = rows.before.columns.iter().filter(|column| !has.contains(&*column.name)).count();
    if added.is_empty() && removed == 0 {
        return None;
    }
    let mut text = format!("{} columns", after.columns.len());
    if after.has_unknown_columns {
        text = format!("at least {text}");
    }
    if !added.is_empty() {
        let more = if added.len() > MOST_NAMED { ", ..." } else { "" };
        text.push_str(&format!("; new: {}{more}", added[..added.len().min(MOST_NAMED)].join(", ")));
    }
    if removed > 0 {
        text.push_str(&format!("; {removed} removed"));
    }
    Some(InlayHint { offset: operator.span.end as usize, text, tooltip: Some(listed(after)), is_type: false })
}

fn listed(rows: &Relation) -> String {
    let mut lines: Vec<String> = rows
        .columns
        .iter()
        .take(MOST_LISTED)
        .map(|column| format!("{}: {}", column.name, column.kind.name()))
        .collect();
    if rows.columns.len() > MOST_LISTED || rows.has_unknown_columns {
        lines.push("...".to_owned());
    }
    if lines.is_empty() { describe::rows(rows) } else { lines.join("\n") }
}
