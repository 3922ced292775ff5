//! Entity mappings: those of the file, or else those that the columns of the result tell of.

use serde_json::Value;

use super::super::layout::Field;
use super::derive;
use super::mapping::Mapping;
use super::query::Changed;
use super::{Work, notes};
use crate::content::model::{Text, field};
use crate::convert::changes::Change;
use crate::knowledge::entities::{self, LEGACY_COLUMNS};
use crate::knowledge::limits;
use crate::kql::types::Relation;
use crate::yaml::to_json;

impl Work<'_> {
    /// Adds the mappings to the rule, and returns the changes of the query with those that they ask for.
    pub(super) fn entities(
        &mut self,
        changed: &Changed,
        mut changes: Vec<Change>,
        fields: &mut Vec<Field>,
    ) -> Vec<Change> {
        let details = fields.iter_mut().find(|field| field.key == "customDetails");
        for value in
            details.and_then(|field| field.value.as_object_mut()).into_iter().flat_map(|map| map.values_mut())
        {
            if let Value::String(column) = value {
                *column = new_name(changed, column);
            }
        }
        if !self.common.entity_mappings.is_empty() {
            self.own_mappings(changed, fields);
            return changes;
        }
        let empty = Relation::default();
        let result = changed.result().unwrap_or(&empty);
        let mut told = String::new();
        let mut mappings = self.legacy(result);
        if !mappings.is_empty() {
            "From the entity columns of the query.".clone_into(&mut told);
        }
        if mappings.is_empty() {
            mappings = typed(result);
            "From columns that are named after entities.".clone_into(&mut told);
        }
        if mappings.is_empty() {
            let (derived, insertion) = derive::mappings(result, changed);
            if self.options.derive_entities {
                mappings = derived;
                changes.extend(insertion.filter(|_| !mappings.is_empty()));
                "From well-known columns, because of `--derive-entities`.".clone_into(&mut told);
            } else if !derived.is_empty() {
                let words: Vec<String> = derived.iter().map(Mapping::words).collect();
                let message = format!(
                    "The hunting query has no entity mappings; `--derive-entities` would map {}",
                    words.join("; ")
                );
                self.note(&notes::ENTITIES_NOT_DERIVED, self.whole_query(), message);
                return changes;
            }
        }
        mappings.truncate(limits::ENTITY_MAPPINGS);
        if mappings.is_empty() {
            let message =
                "No column of the result can be mapped to an entity, so alerts will have no entities";
            self.note(&notes::ENTITIES_MISSING, self.whole_query(), message);
            return changes;
        }
        let words: Vec<String> = mappings.iter().map(Mapping::words).collect();
        let message = format!("Entity mappings are added: {}", words.join("; "));
        self.note(&notes::ENTITY_DERIVED, self.whole_query(), message);
        let values: Vec<Value> = mappings.iter().map(Mapping::value).collect();
        fields.push(Field { comments: vec![told], ..Field::new("entityMappings", values) });
        changes
    }

    /// The mappings of the file as they are, with columns that have another name now.
    fn own_mappings(&mut self, changed: &Changed, fields: &mut Vec<Field>) {
        let Some(own) = field(self.common.root, "entityMappings") else { return };
        let mut value = to_json(own.node());
        for column in columns_of(&mut value) {
            *column = new_name(changed, column);
        }
        if let Value::Array(items) = &mut value {
            items.retain(Value::is_object);
        }
        fields.push(Field::new("entityMappings", value));
        let Some(result) = changed.result().filter(|result| !result.has_unknown_columns) else { return };
        let missing: Vec<Text<'_>> = self
            .common
            .entity_mappings
            .iter()
            .flat_map(|mapping| &mapping.fields)
            .filter_map(|field| field.column)
            .filter(|column| result.column(&new_name(changed, column.value)).is_none())
            .collect();
        for column in missing {
            let (span, name) = (column.span(), column.value);
            let message = format!("The mapped column `{name}` is not in the query's result");
            self.note(&notes::COLUMN_MISSING, span, message);
        }
    }

    /// `AccountCustomEntity` and its relatives.
    fn legacy(&mut self, result: &Relation) -> Vec<Mapping> {
        let mut mappings = Vec::new();
        for (legacy, entity, identifier) in LEGACY_COLUMNS {
            let same = |name: &&str| name.eq_ignore_ascii_case(legacy);
            let Some(column) = result.columns.iter().map(|column| &*column.name).find(same) else { continue };
            let mut mapping = Mapping { entity, fields: vec![(identifier, column.to_owned())] };
            if entity == "FileHash" {
                let algorithm = result.columns.iter().map(|column| &*column.name).find(|name| {
                    let lower = name.to_ascii_lowercase();
                    lower.contains("algorithm") && !lower.contains("encryption")
                });
                mapping.fields.extend(algorithm.map(|name| ("Algorithm", name.to_owned())));
            }
            if mapping.is_complete() {
                mappings.push(mapping);
            } else {
                let message = format!(
                    "`{column}` is not mapped: {entity} also needs the algorithm, and no column of the result \
                     contains it"
                );
                self.note(&notes::ENTITY_INCOMPLETE, self.whole_query(), message);
            }
        }
        mappings
    }
}

/// The name that a column of the result has now.
fn new_name(changed: &Changed, column: &str) -> String {
    let renamed = column.replace("Timestamp", "TimeGenerated");
    let has = |name: &str| changed.result().is_some_and(|result| result.column(name).is_some());
    if renamed != column && !has(column) && has(&renamed) { renamed } else { column.to_owned() }
}

/// The texts under `columnName` in a list of mappings.
fn columns_of(mappings: &mut Value) -> Vec<&mut String> {
    let items = mappings.as_array_mut().into_iter().flatten();
    let fields =
        items.filter_map(|item| item.get_mut("fieldMappings")).filter_map(Value::as_array_mut).flatten();
    fields
        .filter_map(|field| match field.get_mut("columnName") {
            Some(Value::String(column)) => Some(column),
            _ => None,
        })
        .collect()
}

/// `Account_0_Name` and its relatives: one mapping for each type and number.
fn typed(result: &Relation) -> Vec<Mapping> {
    let mut mappings: Vec<(&str, Mapping)> = Vec::new();
    for column in &result.columns {
        let mut parts = column.name.splitn(3, '_');
        let (Some(kind), Some(number), Some(identifier)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        let Some(entity) = entities::entity_type_ignore_case(kind) else { continue };
        let mut known = entity.identifiers.iter().chain(entity.documented_identifiers);
        let Some(identifier) = known.find(|known| known.eq_ignore_ascii_case(identifier)) else { continue };
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) || column.kind.dynamic() {
            continue;
        }
        let same = |(of, mapping): &&mut (&str, Mapping)| *of == number && mapping.entity == entity.name;
        let field = (identifier, column.name.to_string());
        match mappings.iter_mut().find(same) {
            Some((_, mapping)) if mapping.fields.len() < limits::FIELD_MAPPINGS => mapping.fields.push(field),
            Some(_) => {}
            None => mappings.push((number, Mapping { entity: entity.name, fields: vec![field] })),
        }
    }
    mappings.into_iter().map(|(_, mapping)| mapping).filter(Mapping::is_complete).collect()
}
