//! `legacy-entity-column`

use crate::content::{Query, Template, Word};
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::entities::LEGACY_COLUMNS;
use crate::knowledge::limits::ENTITY_MAPPINGS;
use crate::rules::append::add_items;
use crate::rules::mask::{Mask, mask, word_offsets};
use crate::rules::result_columns::QueryResult;
use crate::rules::words::listed;
use crate::rules::{Context, Rule, declare_rule};
use crate::source::{self, Span};

#[cfg(test)]
mod tests;

declare_rule! {
    /// A column such as `AccountCustomEntity` without an entity mapping.
    ///
    /// ## Why is this bad?
    ///
    /// Before entity mappings existed, a query marked entities with special column names: `AccountCustomEntity`,
    /// `HostCustomEntity`, `IPCustomEntity`, `URLCustomEntity`, `ProcessCustomEntity`, `FileHashCustomEntity`. Without
    /// a mapping, such a column is now a normal column: alerts and bookmarks have no entities. Upstream's checks reject
    /// such a scheduled rule.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | extend HostCustomEntity = DeviceName
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | extend HostCustomEntity = DeviceName
    /// entityMappings:
    ///   - entityType: Host
    ///     fieldMappings:
    ///       - identifier: FullName
    ///         columnName: HostCustomEntity
    /// ```
    ///
    /// ## Fix safety
    ///
    /// A mapping to the usual identifier is added for each column that the query returns. Another identifier may fit
    /// the column better, so the fix is unsafe. There is no fix for a file hash because its algorithm must be mapped
    /// too.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/map-data-fields-to-entities>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) LegacyEntityColumn {
        id: "legacy-entity-column",
        group: Entities,
        severity: Warning,
        fix: Sometimes Unsafe,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for LegacyEntityColumn {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(template) = cx.template else { return };
        if query.pointer != Some("/query") || !query.may_have(&[Word::CustomEntity]) {
            return;
        }
        let unmapped = unmapped(template, query.text);
        if unmapped.is_empty() {
            return;
        }
        let code = mask(query.text, Mask::Comments);
        let found = placed(unmapped, |column| word_offsets(&code, column).next());
        let Some(mut finding) = finding(query, &found) else { return };
        // A column that the query does not return is of no use to a mapping.
        let result = QueryResult::of(cx);
        let missing = |column: &str| {
            let result = result.as_ref()?;
            Some(result.missing(column)?.lost.map(|lost| result.label(&lost).0))
        };
        let mut returned = Vec::new();
        for one in &found {
            match missing(one.1) {
                None => returned.push(*one),
                Some(None) => {}
                Some(Some(place)) => {
                    finding = finding.label(place, format!("`{}` is dropped here", one.1));
                }
            }
        }
        out.push(finding.fix(fix(cx, template, &returned)));
    }
}

/// A legacy column: its name, and the entity type and identifier that it stands for.
type Legacy = (&'static str, &'static str, &'static str);

/// Where a column is first named, and the column.
type Found = (usize, &'static str, &'static str, &'static str);

/// The legacy columns that are in the text of a query and in no mapping.
pub(in crate::rules) fn unmapped(template: &Template<'_>, query: &str) -> Vec<Legacy> {
    if !source::contains(query, "CustomEntity") {
        return Vec::new();
    }
    let fields = || template.common().entity_mappings.iter().flat_map(|mapping| &mapping.fields);
    let is_mapped =
        |name: &str| fields().any(|field| field.column.is_some_and(|column| column.value == name));
    let is_missing = |column: &str| query.contains(column) && !is_mapped(column);
    LEGACY_COLUMNS.iter().filter(|(column, ..)| is_missing(column)).copied().collect()
}

/// The columns that `place` finds in the query, in the order of their places.
pub(in crate::rules) fn placed(columns: Vec<Legacy>, place: impl Fn(&str) -> Option<usize>) -> Vec<Found> {
    let place = |(column, entity, identifier)| Some((place(column)?, column, entity, identifier));
    let mut found: Vec<Found> = columns.into_iter().filter_map(place).collect();
    found.sort_unstable();
    found
}

/// A finding on the first column, with the others beside it.
pub(crate) fn finding(query: &Query<'_>, found: &[Found]) -> Option<Diagnostic> {
    let [(at, column, _, _), others @ ..] = found else { return None };
    let span = |at: usize, column: &str| query.span(Span::new(at, at + column.len()));
    let names: Vec<String> = found.iter().map(|(_, column, ..)| format!("`{column}`")).collect();
    let what = if others.is_empty() {
        "a legacy entity column, which has no entity mapping"
    } else {
        "legacy entity columns, which have no entity mapping"
    };
    let message = format!("The query uses {} as {what}", listed(&names, "and"));
    let mut finding = LegacyEntityColumn::at(span(*at, column), message).help(help(found));
    for (at, column, ..) in others {
        finding = finding.label(span(*at, column), "this column is not mapped either");
    }
    Some(finding)
}

fn help(found: &[Found]) -> String {
    let types: Vec<&str> = found.iter().map(|(_, _, entity, _)| *entity).collect();
    let mut help = format!("Add a mapping of {} under `entityMappings`.", listed(&types, "and"));
    if types.contains(&"FileHash") {
        help.push_str(" A file hash also needs a column with its algorithm.");
    }
    help
}

/// One mapping for each column. A file hash has none: nothing says in which column its algorithm is.
pub(in crate::rules) fn fix(cx: &Context<'_>, template: &Template<'_>, found: &[Found]) -> Option<Fix> {
    let common = template.common();
    let mut items = Vec::new();
    for (_, column, entity, identifier) in found.iter().filter(|(_, _, entity, _)| *entity != "FileHash") {
        items.push(format!(
            "entityType: {entity}\nfieldMappings:\n  - identifier: {identifier}\n    columnName: {column}"
        ));
    }
    if items.is_empty() || common.entity_mappings.len() + items.len() > ENTITY_MAPPINGS {
        return None;
    }
    let edit = add_items(cx.source(), common.root, "entityMappings", "query", &items);
    Fix::r#unsafe("Add the mapping", edit)
}
