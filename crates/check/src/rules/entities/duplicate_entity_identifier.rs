//! `duplicate-entity-identifier`

use crate::content::Template;
use crate::content::model::Text;
use crate::diagnostic::Diagnostic;
use crate::rules::entities::entity_of;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// The same identifier twice in one entity mapping.
    ///
    /// ## Why is this bad?
    ///
    /// One mapping describes one entity, and an entity has one value per identifier. With two columns for the same
    /// identifier it is ambiguous which one is used; Sentinel and upstream's checks reject it. Two entities of the same
    /// type need two mappings.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// entityMappings:
    ///   - entityType: IP
    ///     fieldMappings:
    ///       - identifier: Address
    ///         columnName: LocalIP
    ///       - identifier: Address
    ///         columnName: RemoteIP
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// entityMappings:
    ///   - entityType: IP
    ///     fieldMappings:
    ///       - identifier: Address
    ///         columnName: LocalIP
    ///   - entityType: IP
    ///     fieldMappings:
    ///       - identifier: Address
    ///         columnName: RemoteIP
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/map-data-fields-to-entities>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) DuplicateEntityIdentifier {
        id: "duplicate-entity-identifier",
        group: Entities,
        severity: Error,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for DuplicateEntityIdentifier {
    fn check_template(&self, _: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        for mapping in &template.common().entity_mappings {
            let Some(entity) = entity_of(mapping) else { continue };
            let mut seen: Vec<&Text<'_>> = Vec::new();
            for text in mapping.fields.iter().filter_map(|field| field.identifier.as_ref()) {
                let Some(first) = seen.iter().find(|first| first.value == text.value) else {
                    seen.push(text);
                    continue;
                };
                let message =
                    format!("The identifier `{}` is repeated in a mapping of {}", text.value, entity.name);
                let help = format!(
                    "Delete one of them, or move the second to a separate mapping with `entityType: {}`.",
                    entity.name
                );
                out.push(Self::at(text.span(), message).help(help).label(first.span(), "first used here"));
            }
        }
    }
}
