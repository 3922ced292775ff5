//! A document on its way back, once its keys are known: values that the service took and the format writes otherwise, and
//! data connectors, which deployed content does not state.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::properties::PropertyReader;
use crate::content::{Content, Kind};
use crate::convert::correct;
use crate::convert::layout::{self, Field};
use crate::convert::notes::CONNECTORS_DERIVED;
use crate::knowledge::connectors;
use crate::kql::bind::Catalog;
use crate::source::SourceFile;
use crate::yaml::to_json;

/// The document as the converter reads it.
fn read(fields: &[Field], kind: Kind) -> Content {
    let text = layout::document(fields);
    let mut content = Content::read(Arc::new(SourceFile::new("back.yaml", text)), "back.yaml");
    content.kind = kind;
    content
}

/// Writes values as the format has them, each reported at its property.
pub(super) fn correct(
    fields: &mut [Field],
    kind: Kind,
    catalog: &dyn Catalog,
    reader: &mut PropertyReader<'_>,
) {
    let mut content = read(fields, kind);
    let changes = correct::correct(&mut content, catalog);
    let Some(root) = content.root().and_then(|root| root.as_mapping()) else { return };
    for change in changes {
        let within =
            |entry: &&crate::yaml::Entry| entry.key.span.cover(entry.value.span).contains(change.span);
        let Some(key) = root.entries.iter().find(within).and_then(|entry| entry.key.as_str()) else {
            continue;
        };
        // A version is the template's own affair.
        if key == "version" {
            continue;
        }
        if let Some(field) = fields.iter_mut().find(|field| field.key == key) {
            field.value = root.get(key).map(to_json).unwrap_or_default();
            reader.note(change.rule, Some(arm_name(key)), change.message);
        }
    }
}

/// The property that a key comes from.
fn arm_name(key: &str) -> &str {
    match key {
        "name" => "displayName",
        "relevantTechniques" => "techniques",
        key => key,
    }
}

/// Fills in the data connectors of the tables that the query reads, where none are stated.
pub(super) fn connectors(
    fields: &mut [Field],
    kind: Kind,
    catalog: &dyn Catalog,
    reader: &mut PropertyReader<'_>,
) {
    let content = read(fields, kind);
    let Some(field) = fields.iter_mut().find(|field| field.key == "requiredDataConnectors") else { return };
    if field.value.as_array().is_none_or(|items| !items.is_empty()) {
        return;
    }
    let queries = content.queries();
    let Some(query) = queries.iter().find(|query| query.pointer == Some("/query")) else { return };
    let tables: BTreeSet<String> =
        query.meaning(catalog).tables.iter().map(|(name, _)| name.to_string()).collect();
    let found = connectors::filling_all(&tables);
    if found.is_empty() {
        return;
    }
    reader.notes.retain(|note| note.rule.id != "connectors-lost");
    let names: Vec<&str> = found.iter().map(|(id, _)| *id).collect();
    let message =
        format!("the data connectors {} are derived from the tables that the query reads", names.join(", "));
    reader.note(&CONNECTORS_DERIVED, Some("query"), message);
    let items = found.iter().map(|(id, tables)| json!({"connectorId": id, "dataTypes": tables}));
    field.value = Value::Array(items.collect());
}
