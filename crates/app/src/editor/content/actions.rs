//! Changes of content that no finding asks for, or that a finding leaves to its author: the connectors that the query needs,
//! the tactics of the techniques, entities from the columns of the result.

use std::collections::BTreeSet;

use crate::content::model::{Common, field};
use crate::content::{Content, Kind};
use crate::knowledge::{connectors, tactics};
use crate::rules::{Settings, add_items, append_items};
use crate::source::{Edit, Span};
use crate::workspace::View;

/// A change that is offered.
#[derive(Clone, Debug)]
pub struct Change {
    /// What it does, as an imperative.
    pub title: String,
    /// Whether it makes up for something that is missing; otherwise it is another way to write the same.
    pub is_fix: bool,
    /// The edits of the file.
    pub edits: Vec<Edit>,
}

/// Runs something with the tables and functions that queries can name.
type WithView<'w> = dyn FnMut(&dyn Fn(&View<'_>) -> Vec<Change>) -> Vec<Change> + 'w;

/// The changes that concern a place.
pub fn changes(
    content: &Content,
    settings: &Settings,
    with_view: &mut WithView<'_>,
    at: Span,
) -> Vec<Change> {
    let Some(template) = content.template().filter(|_| content.source.is_writable()) else {
        return Vec::new();
    };
    let common = template.common();
    let mut found = Vec::new();
    found.extend(tactics_of_techniques(content, common, settings, at));
    let near = |keys: &[&str]| keys.iter().any(|key| is_at(common, key, at));
    if near(&["requiredDataConnectors", "query"]) {
        found.extend(with_view(&|view| connectors_of_query(content, common, view).into_iter().collect()));
    }
    if near(&["entityMappings", "query"]) {
        found.extend(with_view(&|view| entities_of_result(content, common, view).into_iter().collect()));
    }
    found
}

/// Whether a place is in the entry of a key.
fn is_at(common: &Common<'_>, key: &str, at: Span) -> bool {
    let Some(field) = field(common.root, key) else { return false };
    let whole = field.entry.key.span.cover(field.entry.value.span);
    whole.start <= at.end && at.start <= whole.end
}

/// The tactic of a technique at a place, where none of its tactics is stated.
fn tactics_of_techniques(
    content: &Content,
    common: &Common<'_>,
    settings: &Settings,
    at: Span,
) -> Vec<Change> {
    let stated: Vec<&str> = common.tactics.values().collect();
    let is_stated = |name: &str| stated.iter().any(|stated| stated.eq_ignore_ascii_case(name));
    let mut found = Vec::new();
    for text in &common.techniques.items {
        let span = text.span();
        if span.end < at.start || at.end < span.start {
            continue;
        }
        let id = text.value.trim().to_ascii_uppercase();
        let Some(technique) = settings.attack.technique(&id) else { continue };
        let names = tactics::sentinel_tactics_of(technique);
        if names.iter().any(|name| is_stated(name)) {
            continue;
        }
        for name in names {
            let edit = add_items(&content.source, common.root, "tactics", "query", &[name.to_owned()]);
            found.extend(edit.map(|edit| Change {
                title: format!("Add the tactic {name} of {id}"),
                is_fix: true,
                edits: vec![edit],
            }));
        }
    }
    found
}

/// The connectors that fill the tables of the query and are not declared.
fn connectors_of_query(content: &Content, common: &Common<'_>, view: &View<'_>) -> Option<Change> {
    let queries = content.queries();
    let meaning = queries.iter().find(|query| query.pointer == Some("/query"))?.meaning(view);
    let declared: BTreeSet<&str> = common.connectors.iter().flat_map(|one| one.data_types.values()).collect();
    let is_declared = |table: &str| declared.iter().any(|name| name.split(['(', ' ']).next() == Some(table));
    let tables: BTreeSet<String> = meaning
        .tables
        .iter()
        .map(|(table, _)| table.to_string())
        .filter(|table| !is_declared(table))
        .collect();
    let filling = connectors::filling_all(&tables);
    let ids: Vec<&str> = filling.iter().map(|(id, _)| *id).collect();
    let is_known =
        |id: &str| common.connectors.iter().any(|one| one.id.is_some_and(|known| known.value == id));
    if ids.is_empty() || ids.iter().any(|id| is_known(id)) {
        // Where the connector is there, the table is missing in it, which a rule reports.
        return None;
    }
    let item = |(id, tables): &(&str, Vec<String>)| {
        let tables = tables.iter().fold(String::new(), |text, table| text + "\n    - " + table);
        format!("connectorId: {id}\n  dataTypes:{tables}")
    };
    let items: Vec<String> = filling.iter().map(item).map(|text| text.replace("\n  ", "\n")).collect();
    let edit = add_to_list(content, common, "requiredDataConnectors", "status", &items)?;
    Some(Change { title: format!("Declare {}", ids.join(", ")), is_fix: true, edits: vec![edit] })
}

/// Entity mappings from well-known columns of the result, where there are none.
fn entities_of_result(content: &Content, common: &Common<'_>, view: &View<'_>) -> Option<Change> {
    if !common.entity_mappings.is_empty()
        || !matches!(content.kind, Kind::HuntingQuery | Kind::ScheduledRule | Kind::NrtRule)
    {
        return None;
    }
    let queries = content.queries();
    let meaning = queries.iter().find(|query| query.pointer == Some("/query"))?.meaning(view);
    let mappings = crate::convert::promote::known_entities(meaning.result.as_deref()?);
    if mappings.is_empty() {
        return None;
    }
    let item = |(entity, fields): &(&str, Vec<(&str, String)>)| {
        let line = |text: String, (identifier, column): &(&str, String)| {
            text + "\n  - identifier: " + identifier + "\n    columnName: " + column
        };
        let fields = fields.iter().fold(String::new(), line);
        format!("entityType: {entity}\nfieldMappings:{fields}")
    };
    let items: Vec<String> = mappings.iter().map(item).collect();
    let names: Vec<&str> = mappings.iter().map(|(entity, _)| *entity).collect();
    let edit = add_to_list(content, common, "entityMappings", "query", &items)?;
    Some(Change {
        title: format!("Map entities from the result: {}", names.join(", ")),
        is_fix: true,
        edits: vec![edit],
    })
}

/// Adds items to a list that may be there, be empty, or be missing.
fn add_to_list(
    content: &Content,
    common: &Common<'_>,
    key: &str,
    after: &str,
    items: &[String],
) -> Option<Edit> {
    let source = &content.source;
    let Some(field) = field(common.root, key) else {
        return add_items(source, common.root, key, after, items);
    };
    let node = field.node();
    let is_empty = node.is_null() || node.as_sequence().is_some_and(|list| list.items.is_empty());
    if !is_empty {
        return append_items(source, node, items);
    }
    let key_end = field.entry.key.span.end as usize;
    let line = source.line_span(source.line_of(key_end));
    // Nothing may follow on the line but the empty list.
    let end = node.span.end.max(field.entry.key.span.end + 1) as usize;
    if !source.text().get(end..line.end as usize)?.trim().is_empty() {
        return None;
    }
    let mut text = String::from(":");
    for item in items {
        for (index, part) in item.lines().enumerate() {
            text += source.line_end();
            text += if index == 0 { "  - " } else { "    " };
            text += part;
        }
    }
    Some(Edit::new(Span::new(key_end, line.end as usize), text))
}
