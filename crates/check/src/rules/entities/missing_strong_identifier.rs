//! `missing-strong-identifier`

use crate::content::Template;
use crate::content::model::{EntityMapping, field};
use crate::diagnostic::Diagnostic;
use crate::knowledge::entities::EntityType;
use crate::rules::entities::entity_of;
use crate::rules::words::listed;
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// An entity mapping without a strong identifier.
    ///
    /// ## Why is this bad?
    ///
    /// Strong identifiers identify an entity, weak ones only describe it: a display name alone does not identify an
    /// account, and a hash needs its algorithm. A mapping needs one strong identifier or one set of identifiers that
    /// identifies the entity. Upstream's checks reject a mapping without one.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// entityMappings:
    ///   - entityType: FileHash
    ///     fieldMappings:
    ///       - identifier: Value
    ///         columnName: InitiatingProcessSHA256
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example" | extend HashType = "SHA256"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// entityMappings:
    ///   - entityType: FileHash
    ///     fieldMappings:
    ///       - identifier: Value
    ///         columnName: InitiatingProcessSHA256
    ///       - identifier: Algorithm
    ///         columnName: HashType
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example" | extend HashType = "SHA256"
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/entities-reference>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) MissingStrongIdentifier {
        id: "missing-strong-identifier",
        group: Entities,
        severity: Error,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for MissingStrongIdentifier {
    fn check_template(&self, _: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        for mapping in &template.common().entity_mappings {
            let (Some(entity), Some(place)) = (entity_of(mapping), mapping.entity_type) else { continue };
            if !is_complete(entity, mapping) {
                out.push(finding(entity, place.span(), &used(mapping)));
            }
        }
    }
}

/// The identifiers that a mapping has.
pub(in crate::rules) fn used<'a>(mapping: &EntityMapping<'a>) -> Vec<&'a str> {
    mapping.fields.iter().filter_map(|field| Some(field.identifier?.value)).collect()
}

/// Whether the mapping names its entity, or would once the identifiers that other rules speak of are fixed.
fn is_complete(entity: &EntityType, mapping: &EntityMapping<'_>) -> bool {
    let mut used = Vec::new();
    for item in &mapping.fields {
        let Some(text) = item.identifier else { return true };
        match entity.identifiers.iter().find(|name| name.eq_ignore_ascii_case(text.value)) {
            Some(name) => used.push(name),
            None if !entity.knows(text.value) => return true,
            None => {}
        }
    }
    // Without the list, the schema speaks of what is missing or of another type.
    let list = mapping.node.as_mapping().and_then(|map| field(map, "fieldMappings"));
    let listed = list.is_some_and(|field| field.node().as_sequence().is_some());
    !listed || entity.is_complete(&used)
}

/// A finding on a mapping without an identifier that tells which entity is meant.
pub(crate) fn finding(entity: &EntityType, place: Span, used: &[&str]) -> Diagnostic {
    let sets: Vec<String> = entity.required_any_of.iter().map(|set| listed(&set.to_vec(), "with")).collect();
    // Of a set that is there in part, the rest is what is missing.
    let begun = entity.required_any_of.iter().find(|set| set.iter().any(|name| used.contains(&name)));
    let help = match begun {
        Some(set) => {
            let rest: Vec<&str> = set.iter().filter(|name| !used.contains(name)).collect();
            format!("Add the identifier {}.", listed(&rest, "and"))
        }
        None => format!("Add the identifier {}.", listed(&sets, "or")),
    };
    let mut once: Vec<&str> = Vec::new();
    for name in used.iter().filter(|name| !name.is_empty()) {
        if !once.contains(name) {
            once.push(name);
        }
    }
    let message = match once.as_slice() {
        [] => format!("The mapping of {} has no identifier", entity.name),
        [only] => format!("{only} alone does not identify {}", entity.name),
        many => format!("{} alone do not identify {}", listed(many, "and"), entity.name),
    };
    MissingStrongIdentifier::at(place, message).help(help)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{gate, messages};

    const RULE: &str = "missing-strong-identifier";

    fn rule(entity: &str, identifiers: &[&str]) -> String {
        let fields: Vec<String> =
            identifiers.iter().map(|name| format!("{{identifier: {name}, columnName: C}}")).collect();
        let fields = fields.join(", ");
        format!(
            "id: x\nname: n\nquery: T\nentityMappings:\n- entityType: {entity}\n  fieldMappings: [{fields}]\n"
        )
    }

    #[test]
    fn faults_of_other_rules_are_left_to_them() {
        let count = |entity, names: &[&str]| messages(RULE, &rule(entity, names)).len();
        let gated = |entity, names: &[&str]| gate(RULE, "Detections/a.yaml", &rule(entity, names));
        for (entity, names, recommended, gates) in [
            ("Account", &["DisplayName"][..], 1, 1),
            ("FileHash", &["Value"], 1, 1),
            ("FileHash", &["Value", "Algorithm"], 0, 0),
            ("Host", &[], 1, 1),
            ("account", &["fullname"], 0, 1),
            ("Account", &["UserName"], 0, 1),
            ("User", &["Name"], 0, 0),
        ] {
            assert_eq!(
                (count(entity, names), gated(entity, names)),
                (recommended, gates),
                "{entity} {names:?}"
            );
        }
        let twice = messages(RULE, &rule("Account", &["DisplayName", "DisplayName"]));
        assert_eq!(twice, ["DisplayName alone does not identify Account"]);
    }
}
