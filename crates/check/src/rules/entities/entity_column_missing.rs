//! `entity-column-missing`

use crate::content::Template;
use crate::content::model::Text;
use crate::diagnostic::Diagnostic;
use crate::rules::entities::is_column_name;
use crate::rules::result_columns::{QueryResult, check_column_ref};
use crate::rules::{Context, Rule, declare_rule};

#[cfg(test)]
mod tests;

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
