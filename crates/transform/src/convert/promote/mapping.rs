//! A mapping of an entity, as it will stand in the rule.

use serde_json::{Value, json};

use crate::knowledge::entities;

/// An entity with the columns that fill its identifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mapping {
    pub(super) entity: &'static str,
    pub(super) fields: Vec<(&'static str, String)>,
}

impl Mapping {
    /// As JSON.
    pub(super) fn value(&self) -> Value {
        let fields: Vec<Value> = self
            .fields
            .iter()
            .map(|(identifier, column)| json!({ "identifier": identifier, "columnName": column }))
            .collect();
        json!({ "entityType": self.entity, "fieldMappings": fields })
    }

    /// Whether the identifiers tell which entity it is.
    pub(super) fn is_complete(&self) -> bool {
        let identifiers: Vec<&str> = self.fields.iter().map(|(identifier, _)| *identifier).collect();
        entities::entity_type(self.entity).is_some_and(|entity| entity.is_complete(&identifiers))
    }

    /// As words for a message.
    pub(super) fn words(&self) -> String {
        let columns: Vec<&str> = self.fields.iter().map(|(_, column)| column.as_str()).collect();
        format!("{} from {}", self.entity, columns.join(", "))
    }
}
