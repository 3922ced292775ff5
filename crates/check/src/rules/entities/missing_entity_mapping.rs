//! `missing-entity-mapping`

use crate::content::Template;
use crate::content::model::field;
use crate::diagnostic::Diagnostic;
use crate::knowledge::entities::LEGACY_COLUMNS;
use crate::rules::{Context, Rule, declare_rule};
use crate::source::{self, capitalized};

declare_rule! {
    /// A template without an entity mapping.
    ///
    /// ## Why is this bad?
    ///
    /// Entity mappings define which columns of the result are accounts, hosts or IP addresses: Sentinel links alerts
    /// and bookmarks that share them, and analysts can investigate from there. Upstream's reviewers ask for at least
    /// one.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
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
    ///   - entityType: Host
    ///     fieldMappings:
    ///       - identifier: FullName
    ///         columnName: DeviceName
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/map-data-fields-to-entities>
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.github/instructions/detections.instructions.md>
    pub(crate) MissingEntityMapping {
        id: "missing-entity-mapping",
        group: Entities,
        severity: Info,
        pedantic: true,
        since: "0.1.0",
    }
}

impl Rule for MissingEntityMapping {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let root = template.common().root;
        let has = |key: &str| {
            field(root, key).is_some_and(|field| match field.node().as_sequence() {
                Some(list) => !list.items.is_empty(),
                None => !field.node().is_null(),
            })
        };
        if !cx.content.document.errors.is_empty() || has("entityMappings") || has("sentinelEntitiesMappings")
        {
            return;
        }
        // The old columns have a rule of their own, which offers the mapping.
        let query = template.common().query.map(|query| query.value).unwrap_or_default();
        if source::contains(query, "CustomEntity")
            && LEGACY_COLUMNS.iter().any(|(column, ..)| query.contains(column))
        {
            return;
        }
        let message = format!("{} has no entity mappings", capitalized(cx.kind().noun()));
        let help =
            "Add `entityMappings:` with a column of the result that contains an account, host or IP address.";
        let place = field(root, "entityMappings").map_or(cx.first_key(), |field| field.entry.key.span);
        out.push(Self::at(place, message).help(help));
    }
}
