//! `unscoped-search`

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::kql::TokenKind as T;
use crate::kql::ast::{Expr, Rows};
use crate::rules::query::tree::tree_with;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A `search` or `find` that names no tables.
    ///
    /// ## Why is this bad?
    ///
    /// It reads every table of the workspace: it is slow and expensive, and finds different things in different
    /// workspaces. Sentinel rejects an analytic rule with it, so the finding is an error in rules.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay named anywhere
    /// description: Identifies events that name the relay of a remote management tool.
    /// query: |
    ///   search "relay.example"
    ///   | where TimeGenerated > ago(1d)
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay named anywhere
    /// description: Identifies events that name the relay of a remote management tool.
    /// query: |
    ///   search in (DeviceNetworkEvents, DnsEvents) "relay.example"
    ///   | where TimeGenerated > ago(1d)
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview>
    /// - <https://learn.microsoft.com/kusto/query/search-operator>
    pub(crate) UnscopedSearch {
        id: "unscoped-search",
        group: Query,
        severity: Warning,
        raised: Error,
        since: "0.1.0",
    }
}

impl Rule for UnscopedSearch {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree_with(query, &[T::Find, T::Search]) else { return };
        for pipeline in tree.pipelines() {
            let Some(head) = pipeline.head() else { continue };
            let searches = head.kind.facts().rows == Rows::Search;
            if !searches || !head.kind.reads_every_table() && !head.kind.named_tables().iter().any(names_all)
            {
                continue;
            }
            let word = head.word;
            let message = format!("This `{word}` reads every table of the workspace");
            let help = format!("List the tables: `{word} in (Table1, Table2) ...`.");
            let mut finding = Self::at(query.span(head.keyword), message).help(help);
            if cx.kind().is_rule() {
                finding.severity = Severity::Error;
            }
            out.push(finding);
        }
    }
}

/// Whether a table is `*`, that is every table there is.
fn names_all(table: &Expr) -> bool {
    table.as_name() == Some("*")
}
