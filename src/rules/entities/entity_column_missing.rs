//! `entity-column-missing`

use crate::content::Template;
use crate::content::model::Text;
use crate::diagnostic::Diagnostic;
use crate::rules::entities::is_column_name;
use crate::rules::result_columns::{QueryResult, check_column_ref};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// An entity mapping to a column that the query does not return.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel reads the values of an entity from the columns of the query's result, and rejects a rule that maps a
    /// column that does not exist. Usually an earlier `project`, `summarize` or `distinct` dropped or renamed the
    /// column; the finding shows where. Names are case-sensitive: `IpAddress` is not `IPAddress`.
    ///
    /// If the columns come from a schema that may differ from your workspace, such as that of a custom log, the finding
    /// is a warning; if a column may come from a table that sentlint does not know, there is no finding.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 7c0c9c8e-3c1d-4f0e-9a38-7d1f1c4b2e57
    /// name: Event log cleared by a remote tool
    /// description: Identifies remote tools that start the command which clears event logs.
    /// entityMappings:
    ///   - entityType: Host
    ///     fieldMappings:
    ///       - identifier: FullName
    ///         columnName: DeviceName
    /// query: |
    ///   DeviceProcessEvents
    ///   | where FileName =~ "wevtutil.exe" and ProcessCommandLine has "cl"
    ///   | where InitiatingProcessFileName in~ ("anydesk.exe", "screenconnect.windowsclient.exe")
    ///   | summarize Commands = make_set(ProcessCommandLine, 100) by DeviceId, InitiatingProcessFileName
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 7c0c9c8e-3c1d-4f0e-9a38-7d1f1c4b2e57
    /// name: Event log cleared by a remote tool
    /// description: Identifies remote tools that start the command which clears event logs.
    /// entityMappings:
    ///   - entityType: Host
    ///     fieldMappings:
    ///       - identifier: FullName
    ///         columnName: DeviceName
    /// query: |
    ///   DeviceProcessEvents
    ///   | where FileName =~ "wevtutil.exe" and ProcessCommandLine has "cl"
    ///   | where InitiatingProcessFileName in~ ("anydesk.exe", "screenconnect.windowsclient.exe")
    ///   | summarize Commands = make_set(ProcessCommandLine, 100) by DeviceId, DeviceName, InitiatingProcessFileName
    /// ```
    ///
    /// ## Fix safety
    ///
    /// If only the case differs from a column that the query returns, the fix is safe. Otherwise the fix uses the new
    /// name of a renamed column, or the most similar column; this is unsafe because the query may be what needs to
    /// change.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/map-data-fields-to-entities>
    /// - <https://github.com/Azure/Azure-Sentinel/pull/7345>, where a deployment fails because of the case of a column
    pub(crate) EntityColumnMissing {
        id: "entity-column-missing",
        group: Entities,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        since: "0.1.0",
    }
}

impl Rule for EntityColumnMissing {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(result) = QueryResult::of(cx) else { return };
        let common = template.common();
        let mapped = common.entity_mappings.iter().flat_map(|mapping| &mapping.fields);
        let taken: Vec<&str> = mapped.filter_map(|item| Some(item.column?.value)).collect();
        // Other rules speak of what cannot be a column's name.
        let mut tell = |column: Option<Text<'_>>, what: &str| {
            let column = column.filter(|column| is_column_name(column.value));
            out.extend(
                column.and_then(|column| check_column_ref(cx, &result, &column, Self::at, what, &taken)),
            );
        };
        for mapping in &common.entity_mappings {
            let entity = mapping.entity_type.map_or("An entity", |entity| entity.value);
            for item in &mapping.fields {
                let what = match item.identifier {
                    Some(identifier) => {
                        format!("The {} of {entity} is mapped to the column", identifier.value)
                    }
                    None => format!("{entity} is mapped to the column"),
                };
                tell(item.column, &what);
            }
        }
        for item in &common.sentinel_entities {
            tell(item.column, "Entities are mapped to the column");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::{Applicability, Severity};
    use crate::rules::Profile;
    use crate::rules::testing::{findings, fixes, gate};

    const RULE: &str = "entity-column-missing";

    fn file(query: &str) -> String {
        let field = "{identifier: HostName, columnName: Wanted}";
        format!(
            "id: x\nname: n\nentityMappings: [{{entityType: Host, fieldMappings: [{field}]}}]\nquery: |\n  {query}\n"
        )
    }

    /// The severity of the finding, and what lost the column.
    fn told(query: &str) -> Option<(Severity, Option<String>)> {
        let text = file(query);
        let found = findings(RULE, "a.yaml", &text, Profile::Recommended);
        let finding = found.first()?;
        Some((finding.severity, finding.labels.first().map(|label| text[label.span.range()].to_owned())))
    }

    #[test]
    fn the_operator_that_lost_the_column_is_found_wherever_it_stands() {
        for (query, lost) in [
            (
                "SecurityEvent | project Wanted = Computer | summarize count() by EventID = 1",
                Some("summarize count() by EventID = 1"),
            ),
            ("SecurityEvent | extend Wanted = 1 | project-away Wanted", Some("project-away Wanted")),
            (
                "SecurityEvent | extend Wanted = 1 | project-rename Host = Wanted | take 1",
                Some("project-rename Host = Wanted"),
            ),
            (
                "let a = materialize(SecurityEvent | extend Wanted = 1 | distinct Computer); a | take 1",
                Some("distinct Computer"),
            ),
            (
                "let f = () { SecurityEvent | extend Wanted = 1 | project Computer }; f()",
                Some("project Computer"),
            ),
            (
                "union (SecurityEvent | project Computer), (Event | extend Wanted = 1 | project Source)",
                Some("project Source"),
            ),
            ("SecurityEvent | join kind=leftsemi (Event | extend Wanted = 1) on Computer", None),
            ("Unknown_CL | where A | project Computer | extend B = 1", Some("project Computer")),
            ("SecurityEvent | project Computer", None),
            ("SecurityEvent | extend Wanted = 1 | count", Some("count")),
            (
                "SecurityEvent | make-graph Account --> Computer with_node_id=Id | graph-match (a)-[e]->(b) project a.Id",
                Some("graph-match (a)-[e]->(b) project a.Id"),
            ),
            (
                "SecurityEvent | make-graph Account --> Computer with Event on Computer | graph-to-table nodes",
                None,
            ),
        ] {
            assert_eq!(told(query), Some((Severity::Error, lost.map(str::to_owned))), "{query}");
        }
    }

    #[test]
    fn what_may_have_the_column_is_left_alone() {
        for query in [
            "SecurityEvent | extend Wanted = 1",
            "Unknown_CL | take 1",
            "Unknown_CL | summarize arg_max(TimeGenerated, *) by Computer",
            "Unknown_CL | project-away A",
            "SecurityEvent | join kind=inner Unknown_CL on Computer",
            "SecurityEvent | evaluate bag_unpack(EventData)",
            "SecurityEvent | union Unknown_CL",
            "SecurityEvent | make-graph Account --> Computer with Unknown_CL on A | graph-to-table nodes",
            "SecurityEvent | make-graph Account --> Computer with_node_id=Id | graph-match (a)-[e]->(b) project Wanted = a.Id",
            "_GetWatchlist('x') | take 1",
            "print 1 |",
            "SecurityEvent | project Computer | lookup (_GetWatchlist('x')) on $left.Computer == $right.SearchKey",
        ] {
            assert_eq!(told(query), None, "{query}");
        }
        assert_eq!(gate(RULE, "Detections/a.yaml", &file("SecurityEvent")), 0);
    }

    #[test]
    fn schemas_that_may_be_wrong_make_a_warning() {
        assert_eq!(told("ABNORMAL_CASES_CL | take 1"), Some((Severity::Warning, None)));
        let found =
            findings(RULE, "a.yaml", &file("SecurityEvent | project Wantd = 1"), Profile::Recommended);
        assert_eq!(found[0].help.as_deref(), Some("Did you mean `Wantd`?"));
        let twice = file("SecurityEvent | project Wantd = 1")
            .replace("}]}]", "}, {identifier: FullName, columnName: Wantd}]}]");
        let found = findings(RULE, "a.yaml", &twice, Profile::Recommended);
        assert!(found[0].fix.is_none(), "another identifier takes the column already");
    }

    /// A deployment is refused with "The given column '...' does not exist" (Azure-Sentinel PR 7345).
    #[test]
    fn a_column_that_differs_in_case_is_missing() {
        let text = file("SecurityEvent | project wanted = Computer");
        let found = findings(RULE, "a.yaml", &text, Profile::Recommended);
        assert_eq!(found[0].severity, Severity::Error);
        let fixed = text.replace("Wanted", "wanted");
        assert_eq!(fixes(RULE, "a.yaml", &text), [(Applicability::Safe, fixed)]);
        let two = file("SecurityEvent | project wanted = Computer, WANTED = 1");
        assert_eq!(fixes(RULE, "a.yaml", &two)[0].0, Applicability::Unsafe);
        assert_eq!(told("ABNORMAL_CASES_CL | extend wanted = 1"), Some((Severity::Warning, None)));
    }
}
