//! `wildcard-union`

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::kql::TokenKind;
use crate::kql::ast::{ExprKind, OperatorKind};
use crate::rules::query::tree::tree_with;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A `union *`, which reads every table.
    ///
    /// ## Why is this bad?
    ///
    /// It reads every table of the workspace: it is slow and expensive, and finds different things in different
    /// workspaces. Sentinel rejects an analytic rule with it, so the finding is an error in rules. A pattern with a
    /// prefix, such as `union Device*`, is not reported.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay named in any table
    /// description: Identifies events that name the relay of a remote management tool.
    /// query: |
    ///   union *
    ///   | where TimeGenerated > ago(1d)
    ///   | where Type has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay named in any table
    /// description: Identifies events that name the relay of a remote management tool.
    /// query: |
    ///   union DeviceNetworkEvents, DeviceProcessEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where Type has "relay.example"
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview>
    /// - <https://learn.microsoft.com/kusto/query/union-operator>
    pub(crate) WildcardUnion {
        id: "wildcard-union",
        group: Query,
        severity: Warning,
        raised: Error,
        since: "0.1.0",
    }
}

impl Rule for WildcardUnion {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree_with(query, &[TokenKind::Union]) else { return };
        for pipeline in tree.pipelines() {
            for stage in &pipeline.stages {
                let OperatorKind::Union(union) = &stage.kind else { continue };
                for leg in &union.legs {
                    if leg.as_name() != Some("*") && !matches!(leg.kind, ExprKind::Star) {
                        continue;
                    }
                    let mut finding =
                        Self::at(query.span(leg.span), "This `union` reads every table of the workspace")
                            .help("List the tables, or add a prefix to the pattern: `union Device*`.");
                    if cx.kind().is_rule() {
                        finding.severity = Severity::Error;
                    }
                    out.push(finding);
                }
            }
        }
    }
}
