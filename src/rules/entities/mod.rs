//! Entity mappings, custom details and alert details.

mod alert_columns;
mod alert_override;
mod custom_details;
mod duplicate_entity_identifier;
mod entity_column_missing;
mod invalid_column_name;
mod legacy_entity_column;
mod missing_entity_mapping;
mod missing_strong_identifier;
mod too_many_entity_mappings;
mod too_many_field_mappings;
mod unknown_entity_identifier;
mod unknown_entity_type;

pub(super) use alert_override::AlertOverride;
pub(super) use custom_details::CustomDetails;
pub(super) use duplicate_entity_identifier::DuplicateEntityIdentifier;
pub(super) use entity_column_missing::EntityColumnMissing;
pub(super) use invalid_column_name::InvalidColumnName;
pub(super) use legacy_entity_column::LegacyEntityColumn;
pub(super) use missing_entity_mapping::MissingEntityMapping;
pub(super) use missing_strong_identifier::MissingStrongIdentifier;
pub(super) use too_many_entity_mappings::TooManyEntityMappings;
pub(super) use too_many_field_mappings::TooManyFieldMappings;
pub(super) use unknown_entity_identifier::UnknownEntityIdentifier;
pub(super) use unknown_entity_type::UnknownEntityType;

use super::Context;
use crate::content::model::EntityMapping;
use crate::content::{Folder, Template};
use crate::knowledge::entities::{EntityType, entity_type_ignore_case};

/// The mappings; under the gates, of a rule that upstream opens.
fn judged<'t, 'a>(cx: &Context<'_>, template: &'t Template<'a>) -> &'t [EntityMapping<'a>] {
    if cx.gates() && cx.content.folder != Folder::Rules {
        return &[];
    }
    &template.common().entity_mappings
}

/// The entity type that a mapping names, whatever its case.
fn entity_of(mapping: &EntityMapping<'_>) -> Option<&'static EntityType> {
    entity_type_ignore_case(mapping.entity_type?.value).filter(|entity| entity.ci)
}

/// Whether a text has the form of a column's name: letters, digits and `_`, the first an ASCII letter or `_`.
pub(super) fn is_column_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}
