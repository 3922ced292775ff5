//! `no-time-filter`

use crate::content::Kind;
use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::Node;
use crate::kql::walk_statements;
use crate::rules::query::tree::{filters_by_time, tree};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A hunting query without a time filter.
    ///
    /// ## Why is this bad?
    ///
    /// In the portal the query uses the selected time range. Elsewhere, such as with the API or in a notebook, it reads
    /// all retained data. Analytic rules have a period and are not checked.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached at any time
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example"
    ///   | project DeviceName
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached at any time
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(7d)
    ///   | where RemoteUrl has "relay.example"
    ///   | project DeviceName
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/best-practices>
    pub(crate) NoTimeFilter {
        id: "no-time-filter",
        group: Query,
        severity: Info,
        pedantic: true,
        since: "0.1.0",
    }
}

impl Rule for NoTimeFilter {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        if cx.kind() != Kind::HuntingQuery {
            return;
        }
        let Some(tree) = tree(query) else { return };
        let Some(result) = tree.result() else { return };
        let mut bounded = false;
        walk_statements(&tree.statements, &mut |node| {
            if let Node::Operator(operator) = node {
                bounded = bounded || filters_by_time(operator);
            }
            !bounded
        });
        if !bounded && !cx.meaning(query).tables.is_empty() {
            out.push(
                Self::at(query.span(result.span), "The query has no time filter")
                    .help("Start with `| where TimeGenerated > ago(7d)`, or another suitable look-back."),
            );
        }
    }
}
