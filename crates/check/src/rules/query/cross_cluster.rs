//! `cross-cluster`

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::ExprKind;
use crate::rules::query::tree::{for_each_expr, tree};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A query that reads from another workspace, resource or cluster.
    ///
    /// ## Why is this bad?
    ///
    /// Running the query requires access to these resources, it depends on names that only exist in one tenant, and the
    /// number of workspaces that a rule can read is limited. A rule that is meant to be shared should only read the
    /// workspace in which it runs.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached from another workspace
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   workspace("soc-emea").DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where RemoteUrl has "relay.example"
    ///   | project DeviceName
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached from another workspace
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where RemoteUrl has "relay.example"
    ///   | project DeviceName
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/extend-sentinel-across-workspaces-tenants>
    pub(crate) CrossCluster {
        id: "cross-cluster",
        group: Query,
        severity: Info,
        pedantic: true,
        since: "0.1.0",
    }
}

impl Rule for CrossCluster {
    fn check_query(&self, _cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree(query) else { return };
        for_each_expr(tree, |expr| {
            let ExprKind::Call { name, args } = &expr.kind else { return };
            let what = match &*name.text {
                "workspace" => "another workspace",
                "app" | "resource" => "another resource",
                "cluster" | "adx" => "another cluster",
                "arg" => "Azure Resource Graph",
                _ => return,
            };
            if !args.is_empty() {
                out.push(Self::at(query.span(expr.span), format!("The query reads from {what}")).help(
                    "Only read the workspace in which the query runs, or document the requirement in the description.",
                ));
            }
        });
    }
}
