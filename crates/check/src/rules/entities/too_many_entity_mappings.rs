//! `too-many-entity-mappings`

use crate::content::Template;
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits::ENTITY_MAPPINGS;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// More than 10 entity mappings.
    ///
    /// ## Why is this bad?
    ///
    /// A rule can have at most 10 entity mappings. Upstream's checks reject more.
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
    ///         columnName: RemoteIP
    ///   - entityType: IP
    ///     fieldMappings:
    ///       - identifier: Address
    ///         columnName: RemoteIP
    ///   - entityType: IP
    ///     fieldMappings:
    ///       - identifier: Address
    ///         columnName: RemoteIP
    ///   - entityType: IP
    ///     fieldMappings:
    ///       - identifier: Address
    ///         columnName: RemoteIP
    ///   - entityType: IP
    ///     fieldMappings:
    ///       - identifier: Address
    ///         columnName: RemoteIP
    ///   - entityType: IP
    ///     fieldMappings:
    ///       - identifier: Address
    ///         columnName: RemoteIP
    ///   - entityType: IP
    ///     fieldMappings:
    ///       - identifier: Address
    ///         columnName: RemoteIP
    ///   - entityType: IP
    ///     fieldMappings:
    ///       - identifier: Address
    ///         columnName: RemoteIP
    ///   - entityType: IP
    ///     fieldMappings:
    ///       - identifier: Address
    ///         columnName: RemoteIP
    ///   - entityType: IP
    ///     fieldMappings:
    ///       - identifier: Address
    ///         columnName: RemoteIP
    ///   - entityType: IP
    ///     fieldMappings:
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
    ///         columnName: RemoteIP
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
    pub(crate) TooManyEntityMappings {
        id: "too-many-entity-mappings",
        group: Entities,
        severity: Error,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for TooManyEntityMappings {
    fn check_template(&self, _: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let mappings = &template.common().entity_mappings;
        let Some(first) = mappings.get(ENTITY_MAPPINGS) else { return };
        let message = format!("There are {} entity mappings; a rule can have at most 10", mappings.len());
        out.push(Self::at(first.node.span, message).help("Keep the 10 that are most useful to analysts."));
    }
}
