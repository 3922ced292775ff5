//! `kql-unknown-table`

use super::{findings, watchlists};
use crate::content::Query;
use crate::diagnostic::{Diagnostic, Severity};
use crate::kql::bind::FindingKind;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A table that neither Sentinel nor the workspace is known to have.
    ///
    /// ## Why is this bad?
    ///
    /// A query that names a table which does not exist fails, and a rule whose query fails is disabled after a while.
    ///
    /// sentlint knows the tables of Log Analytics, of Defender and of published connectors. Where the name is near to one of
    /// them, it is an error; otherwise the table may be one of your own, and the finding is a warning.
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
    /// The nearest table is put in. Perhaps another was meant, so the fix is unsafe.
    ///
    /// ## Your own tables
    ///
    /// Name them with their columns in a JSON file, and give that to `--tables` or to `tables` below `[knowledge]` in
    /// sentlint.toml:
    ///
    /// ```json
    /// {"tables": {"RemoteToolInventory_CL": {"TimeGenerated": "datetime", "ToolName": "string"}}}
    /// ```
    ///
    /// ## Your watchlists
    ///
    /// Where `watchlists` below `[knowledge]` in sentlint.toml names those of your workspace, `_GetWatchlist` with another
    /// name is a warning. Where it names none, every watchlist will do.
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
        let own = finding.mend.is_none() || name.ends_with("_CL");
        // Parsers are often called like the custom log that they read.
        let parser = finding.mend.as_ref().is_some_and(|mend| mend.text == format!("{name}_CL"));
        diagnostic.severity = if own || parser { Severity::Warning } else { Severity::Error };
        if parser {
            diagnostic.fix = None;
            diagnostic.help = Some(format!(
                "The custom log is `{name}_CL`. If `{name}` is a function of your workspace, name its file with --tables, \
                 or check it together with its parser."
            ));
        }
        if finding.mend.is_none() && !name.is_empty() {
            diagnostic.help = Some(format!(
                "If your workspace has it, add {{\"tables\": {{\"{name}\": {{\"TimeGenerated\": \"datetime\"}}}}}} with its \
                 columns to a JSON file, and name the file with --tables or in sentlint.toml below [knowledge]."
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
