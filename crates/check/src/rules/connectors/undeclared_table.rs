//! `undeclared-table`

use std::collections::BTreeSet;

use super::reads::{Read, Reads, declared_names, tables_of};
use crate::content::Template;
use crate::content::model::{Connector, field};
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::connectors;
use crate::rules::append::append_items;
use crate::rules::words::listed;
use crate::rules::{Context, Rule, declare_rule};
use crate::similar::slip_of;

declare_rule! {
    /// A table in the query that no required data connector declares.
    ///
    /// ## Why is this bad?
    ///
    /// `requiredDataConnectors` lists the data that the template needs, and Sentinel shows it as ready once the
    /// connectors are connected. A table that is not declared may be missing in the workspace, and the query then finds
    /// nothing or fails.
    ///
    /// `SecurityAlert (MDATP)` declares `SecurityAlert`, and a parser among the checked files declares the tables that
    /// it reads. A table without a known connector, or that is only used in `union isfuzzy=true`, does not have to be
    /// declared; if no connector is declared at all, nothing is reported.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 7c0c9c8e-3c1d-4f0e-9a38-7d1f1c4b2e57
    /// name: Remote tool started by a new sign-in
    /// description: Identifies remote tools that start right after a sign-in.
    /// requiredDataConnectors:
    ///   - connectorId: MicrosoftThreatProtection
    ///     dataTypes:
    ///       - DeviceLogonEvents
    /// query: |
    ///   DeviceLogonEvents
    ///   | join kind=inner DeviceProcessEvents on DeviceId
    ///   | where FileName =~ "anydesk.exe"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 7c0c9c8e-3c1d-4f0e-9a38-7d1f1c4b2e57
    /// name: Remote tool started by a new sign-in
    /// description: Identifies remote tools that start right after a sign-in.
    /// requiredDataConnectors:
    ///   - connectorId: MicrosoftThreatProtection
    ///     dataTypes:
    ///       - DeviceLogonEvents
    ///       - DeviceProcessEvents
    /// query: |
    ///   DeviceLogonEvents
    ///   | join kind=inner DeviceProcessEvents on DeviceId
    ///   | where FileName =~ "anydesk.exe"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The table is added to the declared connector that provides it, or with the only connector that does. The data
    /// may come from another source, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/data-connectors-reference>
    pub(crate) UndeclaredTable {
        id: "undeclared-table",
        group: Connectors,
        severity: Info,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

impl Rule for UndeclaredTable {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let common = template.common();
        let Some(reads) = Reads::of(cx) else { return };
        let names: Vec<&str> = declared_names(&common.connectors).collect();
        if names.is_empty() {
            return;
        }
        let known: BTreeSet<String> = names.iter().flat_map(|name| tables_of(cx.catalog, name)).collect();
        let is_declared = |name: &str| known.iter().any(|known| known.eq_ignore_ascii_case(name));
        for (table, read) in &reads.tables {
            let filling = connectors::filling(table);
            let covered = is_declared(table) || read.through.iter().any(|parser| is_declared(parser));
            if covered || read.optional || filling.is_empty() || may_be_meant(cx, &common.connectors, table) {
                continue;
            }
            out.push(finding(cx, template, (table, read), &filling, &names));
        }
    }
}

/// Whether a declared connector fills the table and declares something nobody knows, such as a parser that reads it.
fn may_be_meant(cx: &Context<'_>, all: &[Connector<'_>], table: &str) -> bool {
    all.iter().any(|connector| {
        let fills = connector.id.is_some_and(|id| connectors::tables_of(id.value).contains(table));
        fills && declared_names(std::slice::from_ref(connector)).any(|name| cx.catalog.table(name).is_none())
    })
}

fn finding(
    cx: &Context<'_>,
    template: &Template<'_>,
    (table, read): (&str, &Read),
    filling: &[&'static str],
    names: &[&str],
) -> Diagnostic {
    let common = template.common();
    let through = match &*read.through {
        [] => String::new(),
        parsers => format!(" through `{}`", parsers.join("` and `")),
    };
    let message = format!("The query reads `{table}`{through}, which is not declared as a data type");
    let span = cx.query().map_or(cx.first_key(), |query| query.span(read.place));
    let mut finding = UndeclaredTable::at(span, message);
    let list = field(common.root, "requiredDataConnectors");
    if let Some(list) = list {
        finding = finding.label(list.entry.key.span, "not declared here");
    }
    let fitting: Vec<&Connector<'_>> = common
        .connectors
        .iter()
        .filter(|connector| connector.id.is_some_and(|id| filling.contains(&id.value)))
        .collect();
    // To a shared table many connectors write a little; those that fill nothing else are meant for it.
    let shared = connectors::is_shared(table);
    let clear = |id: &str| !shared || connectors::tables_of(id).iter().eq([table]);
    if let Some((connector, id)) =
        one(&fitting).and_then(|one| Some((one, one.id?.value))).filter(|(_, id)| clear(id))
    {
        let list = connector.data_types.field;
        let edit = list.and_then(|field| append_items(cx.source(), field.node(), &[table]));
        let fix = Fix::r#unsafe(format!("Add `{table}` to the data types of {id}"), edit);
        return finding.help(format!("Add it to the `dataTypes` of {id}.")).fix(fix);
    }
    if let Some(near) = slip_of(table, names.iter().copied().filter(|name| cx.catalog.table(name).is_none()))
    {
        return finding.help(format!("`dataTypes` contains `{near}`; the table is `{table}`."));
    }
    let current = |id: &&&str| connectors::connector(id).is_some_and(|connector| !connector.deprecated);
    let current: Vec<&str> = filling.iter().filter(current).copied().collect();
    let only = one(&current).filter(|_| fitting.is_empty() && !shared);
    let help = match (only, &current[..]) {
        (Some(id), _) => format!("Add it with the connector {id}, which provides it."),
        (None, [_, ..]) if !shared => {
            format!("Add it with the connector that provides it, such as {}.", listed(&current, "or"))
        }
        (None, _) => {
            "Add it to the `dataTypes` of the connector that provides it in your workspace.".to_owned()
        }
    };
    let fix = only.zip(list).and_then(|(id, list)| {
        let item = format!("connectorId: {id}\ndataTypes:\n  - {table}");
        Fix::r#unsafe(format!("Add {id} with `{table}`"), append_items(cx.source(), list.node(), &[item]))
    });
    finding.help(help).fix(fix)
}

/// The only one there is.
fn one<T: Copy>(all: &[T]) -> Option<T> {
    match all {
        [only] => Some(*only),
        _ => None,
    }
}
