//! `query-timestamp-column`

use super::tree::{edits, tree};
use crate::content::{Query, Template, Word};
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::knowledge::tables;
use crate::kql::bind::{Catalog, bind};
use crate::kql::column_references::{Origin, References, references};
use crate::kql::parse;
use crate::kql::types::Relation;
use crate::rules::result_columns::named_columns;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::ScalarMap;

#[cfg(test)]
mod tests;

declare_rule! {
    /// The column `Timestamp` of a Defender table in an analytic rule.
    ///
    /// ## Why is this bad?
    ///
    /// In advanced hunting, the time column of Defender tables is `Timestamp`. In a Sentinel workspace, where rules
    /// run, it is `TimeGenerated`, and a query that uses `Timestamp` fails.
    ///
    /// A column of that name that the query defines itself is not reported. Neither are hunting queries, which may be
    /// meant for either place.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// kind: Scheduled
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where Timestamp > ago(1h)
    ///   | where RemoteUrl has "relay.example"
    ///   | project Timestamp, DeviceName, RemoteUrl
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// kind: Scheduled
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1h)
    ///   | where RemoteUrl has "relay.example"
    ///   | project TimeGenerated, DeviceName, RemoteUrl
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Every reference to the column is renamed, in the query and in the metadata. This changes the columns of the
    /// result, so the fix is unsafe. There is no fix if the names of other columns depend on it, such as
    /// `max_Timestamp`.
    pub(crate) QueryTimestampColumn {
        id: "query-timestamp-column",
        group: Query,
        severity: Info,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

const DEFENDER: &str = "Timestamp";
const SENTINEL: &str = "TimeGenerated";

impl Rule for QueryTimestampColumn {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let named = |query: &&Query<'_>| cx.kind().is_rule() && query.may_have(&[Word::Timestamp]);
        let Some(query) = cx.query().filter(named) else { return };
        if tree(query).is_none() {
            return;
        }
        let origin = |name: &str| origin(cx.catalog, name);
        let found = references(&query.analysis(cx.catalog), DEFENDER, &origin);
        let [first, others @ ..] = &found.places[..] else { return };
        let message = format!(
            "`{DEFENDER}` is the time column of Defender tables in advanced hunting; in Sentinel it is `{SENTINEL}`"
        );
        let mut finding = Self::at(query.span(*first), message).help(format!("Use `{SENTINEL}`."));
        for place in others {
            finding = finding.label(query.span(*place), "also used here");
        }
        out.push(finding.fix(fix(cx, template, query, &found)));
    }
}

/// What `Timestamp` of a table or function is.
fn origin(catalog: &dyn Catalog, name: &str) -> Origin {
    let here = |column: &str| catalog.table(name).is_none_or(|table| table.relation.column(column).is_some());
    if catalog.function(name).is_some() {
        return Origin::Other;
    }
    match tables::table(name) {
        // Where the schema itself has the column, it means something else.
        Some(table)
            if table.defender() && !table.defender_only() && !table.has_own(DEFENDER) && here(SENTINEL) =>
        {
            Origin::Table
        }
        _ if here(DEFENDER) => Origin::Other,
        _ => Origin::Absent,
    }
}

/// The renaming of every reference, where the query then means the same but for the column's name.
fn fix(cx: &Context<'_>, template: &Template<'_>, query: &Query<'_>, found: &References) -> Option<Fix> {
    // A join calls the other side's column so.
    if query.text.contains("Timestamp1") {
        return None;
    }
    let renamed: Vec<Edit> = found.places.iter().map(|place| Edit::new(*place, SENTINEL)).collect();
    let text = Edit::apply(&renamed, query.text)?;
    let (before, parsed) = (cx.meaning(query), parse(&text));
    let after = bind(&text, &parsed, cx.catalog, &[]);
    let kept = found.result == Origin::Table;
    let names = |relation: &Relation, renames: bool| -> Vec<String> {
        let name = |name: &str| if renames && name == DEFENDER { SENTINEL } else { name }.to_owned();
        relation.columns.iter().map(|column| name(&column.name)).collect()
    };
    let (old, new) = (before.result.as_ref()?, after.result.as_ref()?);
    // A bare table returns what it has, under either name.
    let same = names(old, kept) == names(new, false) || names(old, false) == names(new, false);
    if !parsed.errors.is_empty() || after.findings.len() > before.findings.len() || !same {
        return None;
    }
    let mut edits = edits(query, found.places.iter().map(|place| (*place, SENTINEL)))?;
    if kept {
        for (text, part) in named_columns(template) {
            if &text.value[part.range()] == DEFENDER {
                edits.push(ScalarMap::new(cx.source(), text.node)?.edit(part, SENTINEL)?);
            }
        }
    }
    Fix::r#unsafe(format!("Replace with `{SENTINEL}`"), edits)
}
