//! `entity-column-missing`

use crate::content::Template;
use crate::content::model::{Text, field};
use crate::diagnostic::Diagnostic;
use crate::rules::entities::is_column_name;
use crate::rules::result::{QueryResult, judge};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// An entity mapped to a column that the query does not return.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel takes the values of an entity from the columns of the query's result. A column that is not there gives
    /// none: the alert comes without the entity, and nothing says so. Mostly an earlier `project`, `summarize` or
    /// `distinct` has dropped the column, or it got another name; the finding shows where.
    ///
    /// Where the columns come from a schema that may differ from your workspace, as those of custom logs do, the finding
    /// is a warning; and where a column may come from a table that sentlint does not know, there is none.
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
    /// The fix names the column that the missing one was renamed to, or else the nearest one. Perhaps the query should
    /// return the column instead, so the fix is unsafe.
    pub(crate) EntityColumnMissing {
        id: "entity-column-missing",
        group: Entities,
        severity: Error,
        fix: Unsafe,
        since: "0.1.0",
    }
}

impl Rule for EntityColumnMissing {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(result) = QueryResult::of(cx) else { return };
        let common = template.common();
        // Other rules speak of what cannot be a column's name.
        let mut tell = |column: Option<Text<'_>>, what: &str| {
            let column = column.filter(|column| is_column_name(column.value));
            out.extend(column.and_then(|column| judge(cx, &result, &column, Self::at, what)));
        };
        for mapping in &common.entity_mappings {
            let entity = mapping.entity_type.map_or("An entity", |entity| entity.value);
            for item in &mapping.fields {
                let what = match item.identifier {
                    Some(identifier) => format!("{entity} takes its {} from the column", identifier.value),
                    None => format!("{entity} is mapped to the column"),
                };
                tell(item.column, &what);
            }
        }
        let list =
            field(common.root, "sentinelEntitiesMappings").and_then(|field| field.node().as_sequence());
        for item in list.map(|list| list.items.as_slice()).unwrap_or_default() {
            let column = item.as_mapping().and_then(|item| field(item, "columnName")?.text());
            tell(column, "Entities are taken from the column");
        }
    }
}
