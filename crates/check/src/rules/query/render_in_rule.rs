//! `render-in-rule`

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::TokenKind as T;
use crate::kql::ast::OperatorKind;
use crate::rules::query::tree::{tree_with, with_unsafe_fix};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A `render` in an analytic rule.
    ///
    /// ## Why is this bad?
    ///
    /// A chart has no effect in a rule. It is usually left over from writing the query.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached by many
    /// description: Identifies hosts that reached the relay of a remote management tool often.
    /// kind: NRT
    /// severity: Medium
    /// requiredDataConnectors: []
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example"
    ///   | summarize Connections = count() by DeviceName
    ///   | render columnchart
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached by many
    /// description: Identifies hosts that reached the relay of a remote management tool often.
    /// kind: NRT
    /// severity: Medium
    /// requiredDataConnectors: []
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example"
    ///   | summarize Connections = count() by DeviceName
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The operator is removed with its pipe. The chart is lost if the query is copied from the rule and run by hand,
    /// so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/render-operator>
    pub(crate) RenderInRule {
        id: "render-in-rule",
        group: Query,
        severity: Warning,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

impl Rule for RenderInRule {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        if !cx.kind().is_rule() {
            return;
        }
        let Some(tree) = tree_with(query, &[T::Render]) else { return };
        for pipeline in tree.pipelines() {
            for stage in
                pipeline.stages.iter().filter(|stage| matches!(stage.kind, OperatorKind::Render { .. }))
            {
                let finding =
                    Self::at(query.span(stage.span), "`render` has no effect in a rule").help("Remove it.");
                let cut = tree.stage_span(query.text, stage).map(|span| (span, ""));
                out.push(with_unsafe_fix(finding, query, "Remove the `render`", cut));
            }
        }
    }
}
