//! `unknown-entity-identifier`

use crate::content::Template;
use crate::content::model::Text;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::entities::{self, EntityType};
use crate::rules::entities::entity_of;
use crate::rules::words::listed;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// An identifier that the entity type does not have.
    ///
    /// ## Why is this bad?
    ///
    /// Every entity type has its own case-sensitive identifiers. With any other, upstream's checks fail, and Sentinel
    /// rejects the rule.
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
    ///       - identifier: UserName
    ///         columnName: InitiatingProcessAccountName
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
    /// If only the case differs, the fix is safe. The fix for a misspelled identifier is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/entities-reference>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) UnknownEntityIdentifier {
        id: "unknown-entity-identifier",
        group: Entities,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for UnknownEntityIdentifier {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        for mapping in &template.common().entity_mappings {
            let Some(entity) = entity_of(mapping) else { continue };
            for item in &mapping.fields {
                // The schema speaks of a key that is missing.
                let Some(text) = &item.identifier else { continue };
                if !entity.knows(text.value) {
                    out.push(finding(cx, entity, text));
                }
            }
        }
    }
}

/// A finding on an identifier that an entity type does not have.
pub(crate) fn finding(cx: &Context<'_>, entity: &EntityType, text: &Text<'_>) -> Diagnostic {
    let written = text.value;
    let replace = |name: &str| replace_scalar(cx.source(), text.node, name);
    if let Some(name) = entity.identifiers.iter().find(|name| name.eq_ignore_ascii_case(written)) {
        let message = format!("The identifier `{written}` of {} must be written as `{name}`", entity.name);
        let fix = Fix::safe(format!("Replace with `{name}`"), replace(name));
        return UnknownEntityIdentifier::at(text.span(), message).fix(fix);
    }
    let finding = no_such_identifier(entity, text);
    let mut options = format!("{} has {}.", entity.name, listed(&entity.identifiers.to_vec(), "and"));
    if entity.name != "IP"
        && ["ipaddress", "ip", "hostipaddress"].iter().any(|ip| ip.eq_ignore_ascii_case(written))
    {
        options.push_str(" Map an IP address separately: `entityType: IP` with the identifier `Address`.");
    }
    match usual_synonym(entity, written).or_else(|| entities::nearest_identifier(entity, written)) {
        Some(name) => {
            let fix = Fix::r#unsafe(format!("Replace with `{name}`"), replace(name));
            finding.help(format!("Did you mean `{name}`? {options}")).fix(fix)
        }
        None => finding.help(options),
    }
}

/// The finding without advice.
pub(in crate::rules) fn no_such_identifier(entity: &EntityType, text: &Text<'_>) -> Diagnostic {
    let message = format!("The entity type {} has no identifier `{}`", entity.name, text.value);
    UnknownEntityIdentifier::at(text.span(), message)
}

/// The identifier that people look for under another name.
fn usual_synonym(entity: &EntityType, written: &str) -> Option<&'static str> {
    let name = match (entity.name, written.to_ascii_lowercase().as_str()) {
        ("Account", "username" | "accountname" | "samaccountname") | ("File", "filename") => "Name",
        ("Account", "userprincipalname" | "upn" | "email" | "mail") => "FullName",
        ("Account", "objectid" | "aadobjectid") => "AadUserId",
        ("Account", "domain" | "accountdomain") => "NTDomain",
        ("Host", "name" | "computer" | "computername" | "devicename") => "HostName",
        ("IP", "ip" | "ipaddress" | "ipaddr") => "Address",
        ("FileHash", "hash" | "filehash") => "Value",
        ("DNS", "domain" | "name") => "DomainName",
        ("AzureResource", "id" | "resource") => "ResourceId",
        _ => return None,
    };
    entity.identifiers.iter().find(|identifier| *identifier == name)
}
