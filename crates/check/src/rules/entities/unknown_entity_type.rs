//! `unknown-entity-type`

use crate::content::Template;
use crate::content::model::Text;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::entities;
use crate::rules::entities::entity_of;
use crate::rules::words::listed;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// An entity type that Sentinel does not have.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel has a fixed list of entity types. A rule with any other type cannot be deployed, and upstream's checks
    /// reject the file.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// entityMappings:
    ///   - entityType: User
    ///     fieldMappings:
    ///       - identifier: FullName
    ///         columnName: DeviceName
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
    ///       - identifier: FullName
    ///         columnName: InitiatingProcessAccountName
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// If only case or spaces differ, the fix is safe. The fix for a misspelled type is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/entities-reference>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) UnknownEntityType {
        id: "unknown-entity-type",
        group: Entities,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for UnknownEntityType {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        for mapping in &template.common().entity_mappings {
            // The schema speaks of a key that is missing.
            let Some(text) = &mapping.entity_type else { continue };
            match entity_of(mapping) {
                Some(entity) if entity.name == text.value => {}
                // In a damaged part the lines below may have been read with it.
                _ if cx.source().slice(text.span()).contains('\n')
                    && cx.content.document.is_damaged(text.span()) => {}
                // Upstream's gate takes another case; the identifier of the wrong case beside it is the same slip.
                _ => out.push(finding(cx, text)),
            }
        }
    }
}

/// A finding on a type that Sentinel does not have.
pub(crate) fn finding(cx: &Context<'_>, text: &Text<'_>) -> Diagnostic {
    if text.value.trim().is_empty() {
        return UnknownEntityType::at(text.span(), "An entity mapping has no entity type")
            .help("Add the entity type of the columns, such as Host.");
    }
    let replace = |name: &str| replace_scalar(cx.source(), text.node, name);
    let compact: String = text.value.split_whitespace().collect();
    if let Some(entity) = entities::entity_type_ignore_case(&compact).filter(|entity| entity.ci) {
        let message = format!("The entity type `{}` must be written as `{}`", text.value, entity.name);
        let fix = Fix::safe(format!("Replace with `{}`", entity.name), replace(entity.name));
        return UnknownEntityType::at(text.span(), message).fix(fix);
    }
    let finding =
        UnknownEntityType::at(text.span(), format!("`{}` is not a Sentinel entity type", text.value));
    if text.value.eq_ignore_ascii_case("SentinelEntities") {
        return finding
            .help("Move the column to `sentinelEntitiesMappings`, whose items only have `columnName`.");
    }
    // What people call a user or a computer is an account or a host.
    let meant = match text.value.to_ascii_lowercase().as_str() {
        "user" | "users" | "identity" | "upn" | "username" | "accountname" => {
            entities::entity_type("Account")
        }
        "computer" | "device" | "machine" | "endpoint" | "hostname" | "server" => {
            entities::entity_type("Host")
        }
        "ipaddress" | "ip address" => entities::entity_type("IP"),
        "domain" | "domainname" => entities::entity_type("DNS"),
        "hash" | "filename" => {
            entities::entity_type(if text.value.eq_ignore_ascii_case("hash") { "FileHash" } else { "File" })
        }
        _ => entities::nearest_entity_type(text.value),
    };
    let Some(near) = meant else {
        let names: Vec<&str> =
            entities::entity_types().iter().filter(|entity| entity.ci).map(|entity| entity.name).collect();
        return finding.help(format!("The valid entity types are {}.", listed(&names, "and")));
    };
    let fix = Fix::r#unsafe(format!("Replace with `{}`", near.name), replace(near.name));
    finding.help(format!("Did you mean `{}`?", near.name)).fix(fix)
}
