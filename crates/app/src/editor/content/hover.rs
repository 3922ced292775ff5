//! What is shown for a key or a value of the YAML around a query.

use super::place::Step;
use super::{schema, structure, values};
use crate::content::Content;
use crate::knowledge::{connectors, entities, tables};
use crate::kql::bind::Catalog;
use crate::rules::Settings;
use crate::source::Span;
use crate::workspace::View;
use crate::yaml::{Node, Value};

/// What is shown for a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentHover {
    /// The key or value.
    pub span: Span,
    /// The text, in Markdown.
    pub markdown: String,
}

/// What stands at an offset.
pub fn hover(content: &Content, settings: &Settings, view: &View<'_>, offset: usize) -> Option<ContentHover> {
    let root = content.document.root.as_ref()?;
    let schema_root = schema::of(content.kind)?;
    let (mut node, mut path, mut is_key) = (root, Vec::new(), false);
    while let Some(child) = structure::child_at(node, offset) {
        match &node.value {
            Value::Mapping(map) => {
                let entry = map
                    .entries
                    .iter()
                    .find(|entry| entry.key.span == child.span || entry.value.span == child.span)?;
                path.push(Step::Key(entry.name()?.to_owned()));
                is_key = entry.key.span == child.span;
            }
            _ => path.push(Step::Item),
        }
        node = child;
        if is_key {
            break;
        }
    }
    // A block is a query or prose, and what is between nodes is nothing.
    if !node.span.touches(offset)
        || path.is_empty()
        || !is_key && node.scalar().is_none_or(|scalar| scalar.header.is_some())
    {
        return None;
    }
    let here = schema::at(schema_root, &path);
    let text = if is_key {
        key_text(&here)
    } else {
        value_text(content, settings, view, &path, node).or_else(|| key_text(&here))
    };
    Some(ContentHover { span: node.span, markdown: text? })
}

fn key_text(here: &[&serde_json::Value]) -> Option<String> {
    let doc = schema::doc(here)?;
    let title = schema::title(here).map(|title| format!("**{title}**\n\n")).unwrap_or_default();
    let (values, is_closed) = schema::values(here);
    let listed = is_closed && values.len() > 1 && !values.iter().all(|value| doc.contains(value.as_str()));
    let listed = if listed { format!("\n\nValues: {}", values.join(", ")) } else { String::new() };
    Some(format!("{title}{doc}{listed}"))
}

fn value_text(
    content: &Content,
    settings: &Settings,
    view: &View<'_>,
    path: &[Step],
    node: &Node,
) -> Option<String> {
    let text = node.as_str()?.trim();
    let key = path.iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Item => None,
    })?;
    match key {
        "relevantTechniques" | "techniques" | "mitreTechniques" => {
            let technique = settings.attack.technique(&text.to_ascii_uppercase())?;
            Some(values::technique_text(settings, technique))
        }
        "connectorId" => connectors::connector(text).map(values::connector_text),
        "entityType" => entities::entity_type_ignore_case(text).map(values::entity_text),
        "dataTypes" => table_text(text.split(['(', ' ']).next()?, view),
        "columnName" | "alertSeverityColumnName" | "alertTacticsColumnName" => {
            column_text(content, view, text)
        }
        _ if path.len() > 1 && path.contains(&Step::Key("customDetails".into())) => {
            column_text(content, view, text)
        }
        _ => None,
    }
}

fn column_text(content: &Content, view: &View<'_>, name: &str) -> Option<String> {
    let catalog: &dyn Catalog =
        if content.kind == crate::content::Kind::CustomDetection { view.hunting() } else { view };
    let queries = content.queries();
    let result = queries.first()?.meaning(catalog).result.clone()?;
    let column = result.column(name)?;
    Some(format!("`{name}: {}`\n\nA column of the query's result", column.kind.name()))
}

fn table_text(name: &str, view: &View<'_>) -> Option<String> {
    let table = view.table(name)?;
    let filling = connectors::filling(name);
    let mut text =
        format!("**{name}**, a table with {} known columns", table.relation.columns.iter().count());
    if !filling.is_empty() {
        text += &format!("\n\nConnectors: {}", filling.join(", "));
    }
    if tables::table(name).is_some_and(tables::Table::classic) {
        text += "\n\nA custom table";
    }
    Some(text)
}

/// What a key of sentlint.toml is for.
pub fn config_hover(text: &str, offset: usize) -> Option<ContentHover> {
    let (span, path) = super::config::key_at(text, offset)?;
    let here = schema::at(schema::of_config()?, &path);
    Some(ContentHover { span, markdown: key_text(&here)? })
}
