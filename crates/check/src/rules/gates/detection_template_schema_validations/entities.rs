//! Entity mappings, custom details and the details of alerts.

use crate::content::{Query, Template};
use crate::diagnostic::Diagnostic;
use crate::rules::Context;
use crate::rules::entities::invalid_column_name::{self, InvalidColumnName};
use crate::rules::entities::unknown_entity_identifier::{self, UnknownEntityIdentifier};
use crate::rules::entities::unknown_entity_type::{self, UnknownEntityType};
use crate::rules::entities::{
    alert_override, custom_details as details, entity_of, legacy_entity_column, missing_strong_identifier,
    too_many_field_mappings,
};

/// The type may be written in any case. Of a mapping whose type is unknown, nothing else is said.
pub(super) fn types(cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    for mapping in &template.common().entity_mappings {
        match &mapping.entity_type {
            None => {
                let message = "An item of `entityMappings` has no `entityType`";
                out.push(UnknownEntityType::at(mapping.node.span, message));
            }
            Some(text) if entity_of(mapping).is_none() => out.push(unknown_entity_type::finding(cx, text)),
            Some(_) => {}
        }
    }
}

/// The case of identifiers counts, and some that are documented are not accepted.
pub(super) fn identifiers(cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    for mapping in &template.common().entity_mappings {
        let Some(entity) = entity_of(mapping) else { continue };
        for item in &mapping.fields {
            let Some(text) = &item.identifier else {
                let message = "An item of `fieldMappings` has no `identifier`";
                out.push(UnknownEntityIdentifier::at(item.node.span, message));
                continue;
            };
            if entity.identifiers.contains(text.value) {
                continue;
            }
            let is_case = entity.identifiers.iter().any(|name| name.eq_ignore_ascii_case(text.value));
            out.push(if entity.knows(text.value) && !is_case {
                unknown_entity_identifier::no_such_identifier(entity, text)
                    .help("Sentinel's documentation lists it, but upstream's checks do not accept it.")
            } else {
                unknown_entity_identifier::finding(cx, entity, text)
            });
        }
    }
}

pub(super) fn strong_identifiers(_: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    for mapping in &template.common().entity_mappings {
        let (Some(entity), Some(place)) = (entity_of(mapping), mapping.entity_type) else { continue };
        let used = missing_strong_identifier::used(mapping);
        if !entity.is_complete(&used) {
            out.push(missing_strong_identifier::finding(entity, place.span(), &used));
        }
    }
}

pub(super) fn field_counts(_: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    for mapping in &template.common().entity_mappings {
        if let Some(entity) = entity_of(mapping) {
            out.extend(too_many_field_mappings::check(mapping, entity.name));
        }
    }
}

pub(super) fn column_names(_: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    let mappings = template.common().entity_mappings.iter().filter(|mapping| entity_of(mapping).is_some());
    for item in mappings.flat_map(|mapping| &mapping.fields) {
        match &item.column {
            Some(text) => out.extend(invalid_column_name::check(text)),
            None => {
                let message = "An item of `fieldMappings` has no `columnName`";
                out.push(InvalidColumnName::at(item.node.span, message));
            }
        }
    }
}

/// The workflow goes by the text of the query, comments and longer words included.
pub(super) fn legacy_columns(cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
    let Some(template) = cx.template.filter(|_| query.pointer == Some("/query")) else { return };
    let unmapped = legacy_entity_column::unmapped(template, query.text);
    let found = legacy_entity_column::placed(unmapped, |column| query.text.find(column));
    let Some(finding) = legacy_entity_column::finding(query, &found) else { return };
    out.push(finding.fix(legacy_entity_column::fix(cx, template, &found)));
}

pub(super) fn custom_details(_: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    out.extend(details::check_count(template));
    for (key, value) in &template.common().custom_details {
        out.extend(details::check_key(key));
        match value {
            Some(value) => out.extend(details::check_value(key, value)),
            None => out.push(details::without_column(key)),
        }
    }
}

/// An empty value is read as an empty string.
pub(super) fn alert_details(_: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    let alerting = template.alerting();
    let Some(details) = alerting.and_then(|alerting| alerting.alert_override.as_ref()) else { return };
    for ((key, format), most) in details.formats().into_iter().zip(alert_override::MOST_CHARACTERS) {
        let Some(node) = format.map(|field| field.node()) else { continue };
        if let Some(scalar) = node.scalar() {
            alert_override::check_format(key, most, node.span, &scalar.text, out);
        }
    }
}
