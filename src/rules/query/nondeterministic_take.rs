//! `nondeterministic-take`

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::OperatorKind;
use crate::rules::query::take_in_rule::in_order;
use crate::rules::query::tree::{source_text, tree};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A `take` of rows that are in no order.
    ///
    /// ## Why is this bad?
    ///
    /// Which rows it keeps is left to chance: the next run may keep others, so what the query finds cannot be repeated.
    /// `top` keeps those that come first by some order. The result of an analytic rule is the matter of `take-in-rule`.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool on some hosts
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where RemoteUrl has "relay.example"
    ///   | project TimeGenerated, DeviceName
    ///   | take 100
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool on some hosts
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where RemoteUrl has "relay.example"
    ///   | project TimeGenerated, DeviceName
    ///   | top 100 by TimeGenerated desc
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/take-operator>
    pub(crate) NondeterministicTake {
        id: "nondeterministic-take",
        group: Query,
        severity: Info,
        pedantic: true,
        since: "0.1.0",
    }
}

impl Rule for NondeterministicTake {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree(query) else { return };
        for pipeline in tree.pipelines() {
            if pipeline.main && cx.kind().is_rule() {
                continue;
            }
            for (index, stage) in pipeline.stages.iter().enumerate() {
                let takes = matches!(stage.kind, OperatorKind::Take(_) | OperatorKind::Sample(_));
                // To take nothing is to ask whether the table is there.
                let none = stage.exprs().iter().any(|count| source_text(query, count.span) == "0");
                if !takes || none || in_order(&pipeline.stages[..index]) {
                    continue;
                }
                let message = format!("Which rows this `{}` keeps is left to chance", stage.word);
                out.push(
                    Self::at(query.span(stage.span), message)
                        .help("Write `top ... by` with a column that says which."),
                );
            }
        }
    }
}
