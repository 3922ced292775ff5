//! `kql-unknown-table`

use super::{findings, watchlists};
use crate::content::Query;
use crate::diagnostic::{Diagnostic, Severity};
use crate::kql::bind::FindingKind;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// An unknown table.
    ///
    /// ## Why is this bad?
    ///
    /// A query on a table that does not exist fails, and a rule whose query fails is disabled after a while.
    ///
    /// sentlint knows the tables of Log Analytics, Microsoft Defender and published connectors. If the name is similar
    /// to one of them, the finding is an error; otherwise it may be one of your own tables, and the finding is a
    /// warning.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 7d2c6a0e-52cb-4a9e-9c39-0a8b6c1f3e21
    /// name: TeamViewer port in use
    /// description: Identifies hosts that connect to the port of TeamViewer.
    /// query: |
    ///   DeviceNetworkEvent
    ///   | where RemotePort == 5938
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 7d2c6a0e-52cb-4a9e-9c39-0a8b6c1f3e21
    /// name: TeamViewer port in use
    /// description: Identifies hosts that connect to the port of TeamViewer.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where RemotePort == 5938
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The table is replaced with the most similar one. Another one may have been intended, so the fix is unsafe.
    ///
    /// ## Your own tables
    ///
    /// Declare them with their columns in a JSON file, and pass it to `--tables` or add it to `tables` under
    /// `[knowledge]` in sentlint.toml:
    ///
    /// ```json
    /// {"tables": {"RemoteToolInventory_CL": {"TimeGenerated": "datetime", "ToolName": "string"}}}
    /// ```
    ///
    /// ## Your watchlists
    ///
    /// If `watchlists` under `[knowledge]` in sentlint.toml lists the watchlists of your workspace, `_GetWatchlist`
    /// with any other name is a warning. If it is empty, every watchlist is accepted.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/azure-monitor/reference/tables-index>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/KqlvalidationsTests>
    pub(crate) KqlUnknownTable {
        id: "kql-unknown-table",
        group: Query,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        gate: "kql-validations",
        since: "0.1.0",
    }
}

impl Rule for KqlUnknownTable {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        tables(cx, query, out);
        watchlists::check(cx, query, Self::at, out);
    }
}

/// Reports the tables that nobody knows.
pub(in crate::rules) fn tables(cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
    for finding in &findings::of_kind(cx, query, FindingKind::UnknownTable) {
        let mut diagnostic = findings::diagnostic(KqlUnknownTable::at, query, finding);
        let name = finding.name.as_deref().unwrap_or_default();
        // Every workspace has custom logs of its own.
        let own = finding.fix.is_none() || name.ends_with("_CL");
        // Parsers are often called like the custom log that they read.
        let parser = finding.fix.as_ref().is_some_and(|fix| fix.text == format!("{name}_CL"));
        diagnostic.severity = if own || parser { Severity::Warning } else { Severity::Error };
        if parser {
            diagnostic.fix = None;
            diagnostic.help = Some(format!(
                "The custom log is `{name}_CL`. If `{name}` is a function of your workspace, declare it in a file for \
                 --tables, or check the query together with its parser."
            ));
        }
        if finding.fix.is_none() && !name.is_empty() {
            diagnostic.help = Some(format!(
                "If your workspace has it, add {{\"tables\": {{\"{name}\": {{\"TimeGenerated\": \"datetime\"}}}}}} \
                 with its columns to a JSON file, and pass the file with --tables or list it in sentlint.toml under \
                 [knowledge]."
            ));
        }
        out.push(diagnostic);
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::Profile;
    use crate::rules::testing::findings;

    #[test]
    fn a_name_that_is_most_likely_a_parser_is_not_called_wrong() {
        let of = |table: &str| {
            let text = format!("id: x\nname: n\ntactics: [Impact]\nquery: {table} | count\n");
            let found = findings("kql-unknown-table", "a.yaml", &text, Profile::Recommended).pop();
            found.map(|finding| (finding.severity, finding.fix.is_some()))
        };
        assert_eq!(of("VectraStream"), Some((Severity::Warning, false)));
        assert_eq!(of("DeviceNetworkEvent"), Some((Severity::Error, true)));
        assert_eq!(of("DeviceNetworkEvents"), None);
    }
}
