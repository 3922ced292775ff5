//! Entity mappings, custom details and alert details.

mod alert_columns;
pub(super) mod alert_override;
pub(super) mod custom_details;
pub(super) mod duplicate_entity_identifier;
mod entity_column_missing;
pub(super) mod invalid_column_name;
pub(super) mod legacy_entity_column;
mod missing_entity_mapping;
pub(super) mod missing_strong_identifier;
pub(super) mod too_many_entity_mappings;
pub(super) mod too_many_field_mappings;
pub(super) mod unknown_entity_identifier;
pub(super) mod unknown_entity_type;

super::rules! {
    unknown_entity_type::UnknownEntityType,
    unknown_entity_identifier::UnknownEntityIdentifier,
    duplicate_entity_identifier::DuplicateEntityIdentifier,
    missing_strong_identifier::MissingStrongIdentifier,
    too_many_entity_mappings::TooManyEntityMappings,
    too_many_field_mappings::TooManyFieldMappings,
    invalid_column_name::InvalidColumnName,
    legacy_entity_column::LegacyEntityColumn,
    entity_column_missing::EntityColumnMissing,
    custom_details::CustomDetails,
    alert_override::AlertOverride,
    missing_entity_mapping::MissingEntityMapping,
}

pub(super) use alert_columns::single_braces;

use crate::content::model::EntityMapping;
use crate::knowledge::entities::{EntityType, entity_type_ignore_case};

/// The entity type that a mapping names, whatever its case.
pub(super) fn entity_of(mapping: &EntityMapping<'_>) -> Option<&'static EntityType> {
    entity_type_ignore_case(mapping.entity_type?.value).filter(|entity| entity.ci)
}

/// Whether a text has the form of a column's name: letters, digits and `_`, the first an ASCII letter or `_`.
pub(super) fn is_column_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}
