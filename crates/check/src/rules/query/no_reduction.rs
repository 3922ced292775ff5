//! `no-reduction`

use crate::content::Kind;
use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{Expr, ExprKind, LetValue, OperatorKind};
use crate::kql::view::LetValues;
use crate::rules::query::tree::tree;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A query that returns every column of its table.
    ///
    /// ## Why is this bad?
    ///
    /// Analysts have to find the relevant columns among dozens, every alert contains all of them, and the engine reads
    /// them all. Use `project` or `summarize` to select the relevant ones.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where RemoteUrl has "relay.example"
    ///   | project TimeGenerated, DeviceName, RemoteUrl
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/best-practices>
    pub(crate) NoReduction {
        id: "no-reduction",
        group: Query,
        severity: Info,
        pedantic: true,
        since: "0.1.0",
    }
}

impl Rule for NoReduction {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        if !cx.kind().is_rule() && cx.kind() != Kind::HuntingQuery {
            return;
        }
        let Some(tree) = tree(query) else { return };
        let Some(result) = tree.result() else { return };
        let lets = tree.let_values(cx.meaning(query));
        if keeps_all(&lets, result, 0) {
            let message = "The query returns every column of its table";
            out.push(
                Self::at(query.span(result.span), message)
                    .help("Add `project` or `summarize` to select the relevant columns."),
            );
        }
    }
}

/// How many `let`s are followed to the table.
const DEEPEST: usize = 8;

/// Whether every column of a table comes through.
fn keeps_all(lets: &LetValues<'_>, expr: &Expr, depth: usize) -> bool {
    if depth > DEEPEST {
        return false;
    }
    match &expr.inner().kind {
        ExprKind::Pipeline { source, stages } => {
            stages.iter().all(|stage| stage.kind.keeps_columns()) && keeps_all(lets, source, depth + 1)
        }
        ExprKind::Materialize(query) => keeps_all(lets, query, depth + 1),
        ExprKind::Operator(head) => {
            let OperatorKind::Union(union) = &head.kind else { return false };
            // A union with parameters, such as `isfuzzy`, brings schemas together that differ.
            head.params.is_empty()
                && !union.legs.is_empty()
                && union.legs.iter().all(|leg| keeps_all(lets, leg, depth + 1))
        }
        ExprKind::Name(name) => match lets.of(name) {
            Some(LetValue::Expr(value)) => keeps_all(lets, value, depth + 1),
            Some(LetValue::Function(_)) => false,
            None => true,
        },
        _ => false,
    }
}
