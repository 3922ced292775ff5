//! `kql-semantic`

use super::findings;
use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::bind::FindingKind;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A query that KQL does not allow although its syntax is valid.
    ///
    /// ## Why is this bad?
    ///
    /// The query fails. Examples are two columns with the same name in a `project`, a join on columns of different
    /// types, and a column in `summarize` that is neither aggregated nor grouped by.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 9a3d5e61-8c47-4f0b-b2d6-7e1a0c5f4d38
    /// name: Where a host connects to
    /// description: Identifies where a host connects to.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | project DeviceName, Host = RemoteUrl, Host = RemoteIP
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 9a3d5e61-8c47-4f0b-b2d6-7e1a0c5f4d38
    /// name: Where a host connects to
    /// description: Identifies where a host connects to.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | project DeviceName, Host = RemoteUrl, Address = RemoteIP
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/KqlvalidationsTests>
    pub(crate) KqlSemantic {
        id: "kql-semantic",
        group: Query,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        gate: "kql-validations",
        since: "0.1.0",
    }
}

impl Rule for KqlSemantic {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        findings::report(Self::at, cx, query, FindingKind::Semantic, out);
    }
}
