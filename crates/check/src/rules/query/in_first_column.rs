//! `in-first-column`

use std::sync::Arc;

use super::tree::{for_each_expr, tree_with};
use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::TokenKind;
use crate::kql::ast::{Expr, ExprKind, ListOp};
use crate::kql::model::ExprType;
use crate::kql::types::Relation;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A comparison with a table of several columns, which only uses the first.
    ///
    /// ## Why is this bad?
    ///
    /// `in`, `!in` and `has_any` use the first column of a table and ignore the others. If that is not the intended
    /// column, the condition is never or always true. Which column is first depends on every `project` and `summarize`
    /// before it.
    ///
    /// The finding is not reported if the first column has the same name as the compared column.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached by a new host
    /// description: Identifies new hosts that reached the relay of a remote management tool.
    /// query: |
    ///   let New = DeviceInfo | where TimeGenerated > ago(1d) | project OSPlatform, DeviceId;
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example" and DeviceId in (New)
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached by a new host
    /// description: Identifies new hosts that reached the relay of a remote management tool.
    /// query: |
    ///   let New = DeviceInfo | where TimeGenerated > ago(1d) | distinct DeviceId;
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example" and DeviceId in (New)
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/in-operator>
    /// - <https://github.com/Azure/Azure-Sentinel/issues/14833>
    pub(crate) InFirstColumn {
        id: "in-first-column",
        group: Query,
        severity: Warning,
        since: "0.1.0",
    }
}

impl Rule for InFirstColumn {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let words = [TokenKind::In, TokenKind::NotIn, TokenKind::InCs, TokenKind::NotInCs, TokenKind::HasAny];
        let Some(tree) = tree_with(query, &words) else { return };
        for_each_expr(tree, |expr| {
            let ExprKind::InList { op, left, items, .. } = &expr.kind else { return };
            let ([item], ListOp::In { .. } | ListOp::HasAny) = (&items[..], op) else { return };
            let Some(rows) = rows_of(cx, query, item) else { return };
            let mut columns = rows.columns.iter();
            let Some(first) = columns.next() else { return };
            if rows.columns.len() < 2 || rows.has_unknown_columns || names(left, &first.name) {
                return;
            }
            let message = format!(
                "Only `{1}`, the first of this table's {0} columns, is compared",
                rows.columns.len(),
                first.name
            );
            let meant = columns.find(|column| names(left, &column.name));
            let help = match meant {
                Some(meant) => format!("Add `| project {}` at the end.", meant.name),
                None => "Add `| project` with the intended column at the end.".to_owned(),
            };
            out.push(Self::at(query.span(item.span), message).help(help));
        });
    }
}

/// The rows that an item of a list is.
fn rows_of(cx: &Context<'_>, query: &Query<'_>, item: &Expr) -> Option<Arc<Relation>> {
    let inner = item.inner();
    let model = cx.meaning(query);
    match &inner.kind {
        ExprKind::Name(name) => match model.variable_of(name.span) {
            Some((_, variable)) => variable.value.rows().cloned(),
            None => cx.catalog.table(&name.text).map(|table| Arc::clone(&table.relation)),
        },
        ExprKind::Pipeline { source, stages } => {
            let rows = model.pipeline(source, stages.len())?;
            rows.last().map(|(_, rows)| Arc::clone(rows))
        }
        ExprKind::Call { name, .. } => {
            let value = model.variable_of(name.span).map(|(_, variable)| &variable.value);
            value.and_then(ExprType::rows).cloned()
        }
        _ => None,
    }
}

/// Whether an expression names a column, itself or a member of one.
fn names(expr: &Expr, column: &str) -> bool {
    expr.any(|part| matches!(&part.kind, ExprKind::Name(name) if name.text.eq_ignore_ascii_case(column)))
}
