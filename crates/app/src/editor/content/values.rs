//! The values at a place: from facts, from the query of the file, and from the format.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::place::{Place, Step};
use super::schema;
use crate::content::{Content, Kind};
use crate::knowledge::{attack, connectors, entities, tables, tactics};
use crate::kql::bind::Catalog;
use crate::order::Order as _;
use crate::rules::Settings;
use crate::source::Span;
use crate::workspace::View;

/// What an item is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ItemKind {
    /// A key.
    Key,
    /// A value of a closed set.
    #[default]
    Value,
    /// A value to imitate.
    Example,
    /// A column of the query's result.
    Column,
    /// A table.
    Table,
}

/// A value.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    pub text: String,
    pub kind: ItemKind,
    pub detail: String,
    pub documentation: String,
    pub filter: Option<String>,
    /// What is replaced, where that is not the word at the place.
    pub replaces: Option<Span>,
}

/// What values depend on besides their place.
pub(super) struct Around<'a, 'w> {
    pub content: &'a Content,
    pub settings: &'a Settings,
    pub view: &'a View<'w>,
}

/// The values that belong at a place, the likeliest first.
pub(super) fn at(around: &Around<'_, '_>, here: &[&Json], place: &Place) -> Vec<Item> {
    if let Some(open) = placeholder(place) {
        return columns(around, place, Some(open));
    }
    let key = place.key().unwrap_or_default();
    let is_item = place.path.last() == Some(&Step::Item);
    match key {
        "tactics" if is_item => tactics_of(around),
        "relevantTechniques" | "techniques" | "mitreTechniques" if is_item => techniques(around),
        "connectorId" => connector_ids(around),
        "dataTypes" if is_item => data_types(around, place),
        "identifier" => identifiers(place),
        "entityType" | "groupByEntities" => entity_types(here),
        "columnName" | "alertSeverityColumnName" | "alertTacticsColumnName" => columns(around, place, None),
        "id" if around.content.kind != Kind::CustomDetection => new_id(),
        _ if is_below(place, "customDetails") => columns(around, place, None),
        _ if is_below(place, "alertDynamicProperties") && key == "value" => columns(around, place, None),
        _ => of_format(here),
    }
}

fn is_below(place: &Place, key: &str) -> bool {
    matches!(place.path.as_slice(), [.., Step::Key(parent), Step::Key(_)] if parent == key)
}

/// Where `{{` was opened and not closed before the place: what follows it up to the place is replaced.
fn placeholder(place: &Place) -> Option<Span> {
    let open = place.typed.rfind("{{")?;
    let inner = &place.typed[open + 2..];
    if inner.contains("}}") {
        return None;
    }
    let start = place.word.start as usize + open + 2;
    let end = place.word.start as usize + place.typed.len();
    Some(Span::new(start, end.max(start)))
}

fn item(text: impl Into<String>, kind: ItemKind, detail: impl Into<String>) -> Item {
    Item { text: text.into(), kind, detail: detail.into(), ..Item::default() }
}

/// The values of a closed set, or values to imitate.
fn of_format(here: &[&Json]) -> Vec<Item> {
    let (values, is_closed) = schema::values(here);
    let kind = if is_closed { ItemKind::Value } else { ItemKind::Example };
    values.into_iter().map(|text| item(text, kind, "")).collect()
}

fn new_id() -> Vec<Item> {
    vec![item(uuid::Uuid::new_v4().to_string(), ItemKind::Example, "a new GUID")]
}

/// The tactics, those of the stated techniques first.
fn tactics_of(around: &Around<'_, '_>) -> Vec<Item> {
    let template = around.content.template();
    let techniques = template.iter().flat_map(|template| template.common().techniques.values());
    let found = techniques.filter_map(|id| around.settings.attack.technique(&id.trim().to_ascii_uppercase()));
    let likely: BTreeSet<&str> = found.flat_map(tactics::sentinel_tactics_of).collect();
    let all = tactics::sentinel_tactics().iter().map(|tactic| tactic.name);
    let mut all: Vec<&str> = all.collect();
    all.order_by_key(|name| !likely.contains(name));
    let detail = |name: &str| if likely.contains(name) { "of a stated technique" } else { "" };
    all.into_iter().map(|name| item(name, ItemKind::Value, detail(name))).collect()
}

/// The techniques by id and name, those of the stated tactics first.
fn techniques(around: &Around<'_, '_>) -> Vec<Item> {
    let template = around.content.template();
    let stated: Vec<&str> = template.iter().flat_map(|template| template.common().tactics.values()).collect();
    let stated: Vec<_> = stated.iter().filter_map(|name| tactics::tactic(name)).collect();
    let all = around.settings.attack.techniques().iter();
    let mut all: Vec<&attack::Technique> = all.filter(|technique| technique.is_active()).collect();
    let fits =
        |technique: &attack::Technique| stated.iter().any(|tactic| tactics::matches(tactic, technique));
    all.sort_by_cached_key(|technique| {
        (!fits(technique), technique.domain != attack::Domain::Enterprise, technique.id)
    });
    let made = |technique: &attack::Technique| {
        let name = full_name(around.settings, technique);
        Item {
            filter: Some(format!("{} {name}", technique.id)),
            documentation: technique_text(around.settings, technique),
            ..item(technique.id, ItemKind::Value, name)
        }
    };
    all.into_iter().map(made).collect()
}

fn full_name(settings: &Settings, technique: &attack::Technique) -> String {
    let parent = technique.parent_id().and_then(|id| settings.attack.technique(id));
    parent.map(|parent| format!("{}: ", parent.name)).unwrap_or_default() + technique.name
}

/// What a technique is, in Markdown.
pub(super) fn technique_text(settings: &Settings, technique: &attack::Technique) -> String {
    let tactics = tactics::sentinel_tactics_of(technique).join(", ");
    let name = full_name(settings, technique);
    let mut text =
        format!("**{}** {name}\n\nTactics: {tactics}\n\n[MITRE ATT&CK]({})", technique.id, technique.url());
    if !technique.is_active() {
        text += "\n\nMITRE no longer uses this technique";
        if let Some(by) = technique.replacement() {
            text += &format!("; it was replaced by {} {}", by.id, by.name);
        }
    }
    text
}

/// The tables that the queries of the file read.
fn read_tables(around: &Around<'_, '_>) -> BTreeSet<String> {
    let queries = around.content.queries();
    let meaning = queries.iter().map(|query| query.meaning(around.view));
    meaning
        .flat_map(|meaning| meaning.tables.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>())
        .collect()
}

/// The connectors, those that fill tables of the query first.
fn connector_ids(around: &Around<'_, '_>) -> Vec<Item> {
    let read = read_tables(around);
    let needed: Vec<&str> = connectors::filling_all(&read).into_iter().map(|(id, _)| id).collect();
    let fills = |id: &str| connectors::tables_of(id).iter().any(|table| read.contains(table));
    let rank = |connector: &connectors::Connector| {
        let place = needed.iter().position(|id| *id == connector.id).unwrap_or(usize::MAX);
        (place, !fills(connector.id), connector.deprecated, !connector.upstream)
    };
    let mut all: Vec<&connectors::Connector> = connectors::connectors().iter().collect();
    all.order_by_key(|connector| rank(connector));
    let made = |connector: &connectors::Connector| Item {
        documentation: connector_text(connector),
        ..item(connector.id, ItemKind::Value, connector.title.unwrap_or_default())
    };
    all.into_iter().map(made).collect()
}

/// What a connector is, in Markdown.
pub(super) fn connector_text(connector: &connectors::Connector) -> String {
    let title = connector.title.unwrap_or(connector.id);
    let mut text = format!("**{title}**\n");
    if !connector.tables.is_empty() {
        let tables = connector.tables.to_vec();
        let (shown, more) = tables.split_at(tables.len().min(20));
        text += &format!("\nTables: {}", shown.join(", "));
        if !more.is_empty() {
            text += &format!(" and {} more", more.len());
        }
    }
    if connector.deprecated {
        text += "\n\nThis connector is deprecated.";
    }
    text
}

/// The tables that the query reads, and those of the connector.
fn data_types(around: &Around<'_, '_>, place: &Place) -> Vec<Item> {
    let read = read_tables(around);
    let of_connector = connectors::tables_of(place.value("connectorId").unwrap_or_default());
    let mut found: Vec<Item> = Vec::new();
    let is_of = |name: &str| of_connector.contains(name);
    let mut wanted: Vec<&String> = read.iter().collect();
    wanted.order_by_key(|name| !is_of(name));
    for name in wanted {
        let from = if is_of(name) { ", filled by the connector" } else { "" };
        found.push(item(name.as_str(), ItemKind::Table, format!("read by the query{from}")));
    }
    for name in of_connector.iter().filter(|name| !read.contains(*name)) {
        found.push(item(name, ItemKind::Table, "filled by the connector"));
    }
    if of_connector.is_empty() {
        let others = tables::tables().map(tables::Table::name).filter(|name| !read.contains(*name));
        found.extend(others.map(|name| item(name, ItemKind::Table, "")));
    }
    found
}

/// The entity types that the format allows.
fn entity_types(here: &[&Json]) -> Vec<Item> {
    let (names, _) = schema::values(here);
    let made = |name: String| {
        let documentation = entities::entity_type(&name).map(entity_text).unwrap_or_default();
        Item { documentation, ..item(name, ItemKind::Value, "") }
    };
    names.into_iter().map(made).collect()
}

/// What an entity type is, in Markdown.
pub(super) fn entity_text(entity: &entities::EntityType) -> String {
    let mut text = format!("**{}**\n\nIdentifiers: {}", entity.name, entity.identifiers.to_vec().join(", "));
    if !entity.required_any_of.is_empty() {
        let sets: Vec<String> = entity.required_any_of.iter().map(|set| set.to_vec().join(" and ")).collect();
        text += &format!("\n\nA mapping needs {}.", sets.join(", or "));
    }
    text
}

/// The identifiers of the entity that is mapped, those that are needed first and those that are there already not at all.
fn identifiers(place: &Place) -> Vec<Item> {
    let Some(entity) = place.value("entityType").and_then(entities::entity_type_ignore_case) else {
        let all: BTreeSet<&str> = entities::entity_types().iter().flat_map(|one| one.identifiers).collect();
        return all.into_iter().map(|name| item(name, ItemKind::Value, "")).collect();
    };
    let is_strong = |name: &str| entity.required_any_of.iter().any(|set| set.contains(name));
    let mut names: Vec<&str> = entity.identifiers.to_vec();
    names.order_by_key(|name| !is_strong(name));
    let detail = |name: &str| if is_strong(name) { "identifies the entity" } else { "" };
    names.into_iter().map(|name| item(name, ItemKind::Value, detail(name))).collect()
}

/// The columns of the query's result.
fn columns(around: &Around<'_, '_>, place: &Place, replaces: Option<Span>) -> Vec<Item> {
    let is_hunting = around.content.kind == Kind::CustomDetection;
    let catalog: &dyn Catalog = if is_hunting { around.view.hunting() } else { around.view };
    let queries = around.content.queries();
    let Some(result) = queries.first().and_then(|query| query.meaning(catalog).result.clone()) else {
        return Vec::new();
    };
    let identifier = place.value("identifier").unwrap_or_default().to_lowercase();
    let mut found: Vec<(bool, Item)> = Vec::new();
    for column in &result.columns {
        let made = Item { replaces, ..item(column.name.to_string(), ItemKind::Column, column.kind.name()) };
        let is_alike = !identifier.is_empty() && column.name.to_lowercase().contains(&identifier);
        found.push((!is_alike, made));
    }
    found.order_by_key(|(later, _)| *later);
    found.into_iter().map(|(_, item)| item).collect()
}
