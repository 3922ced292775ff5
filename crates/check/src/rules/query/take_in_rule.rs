//! `take-in-rule`

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::TokenKind as T;
use crate::kql::ast::{ExprKind, Name, Operator, OperatorKind, Order};
use crate::rules::query::tree::{tree_with, with_unsafe_fix};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A `take` or `limit` on the result of an analytic rule.
    ///
    /// ## Why is this bad?
    ///
    /// It drops arbitrary matches: an attack may be among those that do not raise an alert. It is usually left over
    /// from writing the query. A `take` after a `sort` is not reported.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// kind: NRT
    /// severity: Medium
    /// requiredDataConnectors: []
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example"
    ///   | project DeviceName, RemoteUrl
    ///   | take 100
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// kind: NRT
    /// severity: Medium
    /// requiredDataConnectors: []
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example"
    ///   | project DeviceName, RemoteUrl
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The operator is removed. The rule may raise more alerts, so the fix is unsafe.
    pub(crate) TakeInRule {
        id: "take-in-rule",
        group: Query,
        severity: Warning,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

impl Rule for TakeInRule {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        if !cx.kind().is_rule() {
            return;
        }
        let Some(tree) = tree_with(query, &[T::Take, T::Limit, T::Sample]) else { return };
        for pipeline in tree.pipelines().iter().filter(|pipeline| pipeline.main) {
            for (index, stage) in pipeline.stages.iter().enumerate() {
                let (OperatorKind::Take(count) | OperatorKind::Sample(count)) = &stage.kind else { continue };
                // What is wrong with `take all` is said of the number.
                let wrong = |name: &Name| {
                    cx.meaning(query).findings.binary_search_by_key(&name.span, |one| one.span).is_ok()
                };
                let undefined = matches!(&count.kind, ExprKind::Name(name) if wrong(name));
                if undefined || in_order(&pipeline.stages[..index]) {
                    continue;
                }
                let word = stage.word;
                let finding =
                    Self::at(query.span(stage.span), format!("This `{word}` drops matches of the rule"))
                        .help(format!(
                            "Remove the `{word}`, or use `top ... by` with a column that orders the rows."
                        ));
                let cut = tree.stage_span(query.text, stage).map(|span| (span, ""));
                out.push(with_unsafe_fix(finding, query, format!("Remove the `{word}`"), cut));
            }
        }
    }
}

/// Whether rows come out of these operators in an order, or one by one.
pub(super) fn in_order(stages: &[&Operator]) -> bool {
    let mut orders = stages.iter().rev().map(|stage| stage.kind.facts().order);
    orders.find(|order| matches!(order, Order::Made | Order::Lost)) == Some(Order::Made)
}
