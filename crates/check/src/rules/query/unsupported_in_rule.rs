//! `unsupported-in-rule`

use crate::content::Kind;
use crate::content::Query;
use crate::content::rule_limits::unsupported;
use crate::diagnostic::Diagnostic;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A call that is not supported in the query of an analytic rule.
    ///
    /// ## Why is this bad?
    ///
    /// A rule can only query Log Analytics workspaces: `adx()` (Azure Data Explorer), `arg()` (Azure Resource Graph)
    /// and `cluster()` work on the Logs page but fail in a rule. A near-real-time rule can only query its own
    /// workspace, so `workspace()`, `app()` and `resource()` fail there too; a scheduled rule can use them.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Known bad address
    /// description: Identifies connections to addresses of a list.
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: |
    ///   let Bad = adx('https://lists.westeurope.kusto.windows.net/intel').Addresses | project Address;
    ///   DeviceNetworkEvents | where RemoteIP in (Bad)
    /// version: 1.0.0
    /// kind: Scheduled
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Known bad address
    /// description: Identifies connections to addresses of a list.
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: |
    ///   let Bad = _GetWatchlist('BadAddresses') | project SearchKey;
    ///   DeviceNetworkEvents | where RemoteIP in (Bad)
    /// version: 1.0.0
    /// kind: Scheduled
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/create-analytics-rules>
    /// - <https://learn.microsoft.com/azure/sentinel/near-real-time-rules>
    pub(crate) UnsupportedInRule {
        id: "unsupported-in-rule",
        group: Query,
        severity: Error,
        blocks: Convert,
        since: "0.1.0",
    }
}

impl Rule for UnsupportedInRule {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        if !cx.kind().is_rule() {
            return;
        }
        for found in unsupported(query.parse(), cx.kind() == Kind::NrtRule) {
            out.push(Self::at(query.span(found.span), found.message).help(found.help));
        }
    }
}
