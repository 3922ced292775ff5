//! `kql-type`

use super::findings;
use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::bind::FindingKind;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A value whose type is not supported by an operator or function.
    ///
    /// ## Why is this bad?
    ///
    /// The query fails. Often a conversion is missing, such as `tostring(...)` for a value from a dynamic column, or
    /// `=` was written instead of `==`.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: e1b7c4d2-3f6a-4b59-8a0e-6c2d1f9e8b73
    /// name: Connections since the new year
    /// description: Identifies connections made since the new year.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where Timestamp > "2026-01-01"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: e1b7c4d2-3f6a-4b59-8a0e-6c2d1f9e8b73
    /// name: Connections since the new year
    /// description: Identifies connections made since the new year.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where Timestamp > datetime(2026-01-01)
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/scalar-data-types/>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/KqlvalidationsTests>
    pub(crate) KqlType {
        id: "kql-type",
        group: Query,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        gate: "kql-validations",
        since: "0.1.0",
    }
}

impl Rule for KqlType {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        findings::report(Self::at, cx, query, FindingKind::Type, out);
    }
}
