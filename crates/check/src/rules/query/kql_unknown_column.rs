//! `kql-unknown-column`

use super::findings;
use crate::content::{Kind, Query};
use crate::diagnostic::{Diagnostic, Severity};
use crate::knowledge::{defender, tables};
use crate::kql::bind::FindingKind;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A name in a query that is not a column or anything else that is defined at that point.
    ///
    /// ## Why is this bad?
    ///
    /// The query fails. Common causes are a misspelled column, or a column that an earlier `project`, `summarize` or
    /// `distinct` has dropped.
    ///
    /// If the columns come from a schema that may differ from your workspace, such as that of a custom log, the finding
    /// is a warning.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 0f6b8b57-1c2e-4c1b-8d75-2c7e6f0b9a10
    /// name: Relay of a remote tool reached
    /// description: Identifies hosts that reached the relay of a remote tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where RemoteUri has "relay.example"
    ///   | project DeviceName, RemotePort
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 0f6b8b57-1c2e-4c1b-8d75-2c7e6f0b9a10
    /// name: Relay of a remote tool reached
    /// description: Identifies hosts that reached the relay of a remote tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example"
    ///   | project DeviceName, RemotePort
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The name is replaced with the most similar one. Another one may have been intended, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/KqlvalidationsTests>
    pub(crate) KqlUnknownColumn {
        id: "kql-unknown-column",
        group: Query,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        gate: "kql-validations",
        since: "0.1.0",
    }
}

impl Rule for KqlUnknownColumn {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        for finding in &findings::of_kind(cx, query, FindingKind::UnknownColumn) {
            let mut diagnostic = findings::diagnostic(Self::at, query, finding);
            let name = finding.name.as_deref().unwrap_or_default();
            // A column of the workspace has a rule of its own.
            let renamed =
                |table: &str| defender::is_defender(table) && defender::hunting_name(table, name).is_some();
            if cx.kind() == Kind::CustomDetection
                && cx.meaning(query).tables.iter().any(|(table, _)| renamed(table))
            {
                continue;
            }
            if cx.meaning(query).tables.iter().any(|(table, _)| tables::undocumented(table, name)) {
                diagnostic.severity = Severity::Warning;
                diagnostic.help = Some(
                    "The documentation of the table does not list it, but many workspaces have it.".into(),
                );
                diagnostic.fix = None;
            }
            out.push(diagnostic);
        }
    }
}
