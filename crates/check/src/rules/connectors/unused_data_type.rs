//! `unused-data-type`

use super::reads::{Reads, name_of, tables_of};
use crate::content::Template;
use crate::content::model::{Connector, Text, field};
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::knowledge::tables;
use crate::rules::words::listed;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::remove_item;

declare_rule! {
    /// A declared data type that the query does not read.
    ///
    /// ## Why is this bad?
    ///
    /// `requiredDataConnectors` lists the data that the template needs. With a table that the query does not read, the
    /// template seems to need more than it does; it may be left over from an older query.
    ///
    /// The rule only checks known tables and parsers among the checked files, and only if everything that the query
    /// reads is known: a function of the workspace may read any table.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 7c0c9c8e-3c1d-4f0e-9a38-7d1f1c4b2e57
    /// name: Remote tool started
    /// description: Identifies hosts on which a remote tool was started.
    /// requiredDataConnectors:
    ///   - connectorId: MicrosoftThreatProtection
    ///     dataTypes:
    ///       - DeviceNetworkEvents
    ///       - DeviceProcessEvents
    /// query: |
    ///   DeviceProcessEvents
    ///   | where FileName =~ "anydesk.exe"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 7c0c9c8e-3c1d-4f0e-9a38-7d1f1c4b2e57
    /// name: Remote tool started
    /// description: Identifies hosts on which a remote tool was started.
    /// requiredDataConnectors:
    ///   - connectorId: MicrosoftThreatProtection
    ///     dataTypes:
    ///       - DeviceProcessEvents
    /// query: |
    ///   DeviceProcessEvents
    ///   | where FileName =~ "anydesk.exe"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The data type is removed, and also its connector if it was the only one. The query may be meant to read the
    /// table, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/data-connectors-reference>
    pub(crate) UnusedDataType {
        id: "unused-data-type",
        group: Connectors,
        severity: Info,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

impl Rule for UnusedDataType {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let common = template.common();
        // What the query names is read, and most queries name all that is declared.
        let Some(query) = cx.query() else { return };
        let named =
            |text: &Text<'_>| name_of(text.value).is_none_or(|name| query.mentions().place(name).is_some());
        if common.connectors.iter().flat_map(|connector| &connector.data_types.items).all(named) {
            return;
        }
        let Some(reads) = Reads::of(cx).filter(|reads| !reads.more && !reads.tables.is_empty()) else {
            return;
        };
        let unused = |text: &Text<'_>| {
            let Some(name) = name_of(text.value) else { return false };
            let parser = cx.catalog.function(name).is_some();
            // A name that nobody knows says nothing of what is read.
            (parser || tables::table(name).is_some() || cx.catalog.table(name).is_some())
                && !tables_of(cx.catalog, name).iter().any(|table| reads.may_read(table))
        };
        for connector in &common.connectors {
            let items = &connector.data_types.items;
            let all = items.iter().all(unused);
            for text in items.iter().filter(|text| unused(text)) {
                let name = name_of(text.value).unwrap_or_default();
                let message = format!("The query does not read the declared data type `{name}`");
                let read: Vec<String> = reads.tables.keys().map(|table| format!("`{table}`")).collect();
                let help = match read.as_slice() {
                    many if many.len() > 6 => {
                        format!("The query reads {} other tables.", many.len())
                    }
                    few => format!("The query reads {}.", listed(few, "and")),
                };
                let edit = removal(cx, template, connector, text, all && items.len() == 1);
                let fix = Fix::r#unsafe(format!("Remove `{name}`"), edit);
                out.push(Self::at(text.span(), message).help(help).fix(fix));
            }
        }
    }
}

/// The removal of a data type, or of its connector where it is the only one; none where nothing would be left.
fn removal(
    cx: &Context<'_>,
    template: &Template<'_>,
    connector: &Connector<'_>,
    text: &Text<'_>,
    with_connector: bool,
) -> Option<Edit> {
    let (list, wanted) = if with_connector {
        (field(template.common().root, "requiredDataConnectors"), connector.node.span)
    } else {
        (connector.data_types.field, text.span())
    };
    let sequence = list?.node().as_sequence().filter(|sequence| sequence.items.len() > 1)?;
    let at = sequence.items.iter().position(|item| item.span == wanted)?;
    remove_item(cx.source(), sequence, at)
}
