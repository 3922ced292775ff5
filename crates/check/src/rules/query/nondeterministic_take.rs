//! `nondeterministic-take`

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::OperatorKind;
use crate::rules::query::take_in_rule::in_order;
use crate::rules::query::tree::{source_text, tree};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A `take` of unordered rows.
    ///
    /// ## Why is this bad?
    ///
    /// The rows that it keeps are arbitrary: the next run may keep others, so the result is not reproducible. `top`
    /// keeps the first rows in a given order. `take-in-rule` checks the result of analytic rules.
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
                let message = format!("The rows that this `{}` keeps are arbitrary", stage.word);
                out.push(
                    Self::at(query.span(stage.span), message)
                        .help("Use `top ... by` with a column that orders the rows."),
                );
            }
        }
    }
}
