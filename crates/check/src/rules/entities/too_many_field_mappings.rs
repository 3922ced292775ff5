//! `too-many-field-mappings`

use crate::content::Template;
use crate::content::model::EntityMapping;
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits::FIELD_MAPPINGS;
use crate::rules::entities::entity_of;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// More than 3 identifiers in one entity mapping.
    ///
    /// ## Why is this bad?
    ///
    /// An entity mapping can have at most 3 identifiers. Upstream's checks reject more.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// entityMappings:
    ///   - entityType: Account
    ///     fieldMappings:
    ///       - identifier: Name
    ///         columnName: InitiatingProcessAccountName
    ///       - identifier: NTDomain
    ///         columnName: InitiatingProcessAccountDomain
    ///       - identifier: Sid
    ///         columnName: InitiatingProcessAccountSid
    ///       - identifier: AadUserId
    ///         columnName: InitiatingProcessAccountObjectId
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
    ///   - entityType: Account
    ///     fieldMappings:
    ///       - identifier: Name
    ///         columnName: InitiatingProcessAccountName
    ///       - identifier: NTDomain
    ///         columnName: InitiatingProcessAccountDomain
    ///       - identifier: Sid
    ///         columnName: InitiatingProcessAccountSid
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/map-data-fields-to-entities>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) TooManyFieldMappings {
        id: "too-many-field-mappings",
        group: Entities,
        severity: Error,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for TooManyFieldMappings {
    fn check_template(&self, _: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        for mapping in &template.common().entity_mappings {
            let name = entity_of(mapping).map_or("an entity", |entity| entity.name);
            out.extend(check(mapping, name));
        }
    }
}

/// A finding on a mapping with too many identifiers.
pub(in crate::rules) fn check(mapping: &EntityMapping<'_>, name: &str) -> Option<Diagnostic> {
    let first = mapping.fields.get(FIELD_MAPPINGS)?;
    let count = mapping.fields.len();
    let message = format!("The mapping of {name} has {count} identifiers; it can have at most 3");
    let finding = TooManyFieldMappings::at(first.node.span, message);
    Some(finding.help("Keep the 3 that identify the entity best."))
}
