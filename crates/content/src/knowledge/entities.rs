//! Entity types, their identifiers, and the sets of identifiers of which a mapping needs one.

use std::sync::LazyLock;

use super::data::entities as data;
use crate::similar::slip_of;
use crate::words::{Fields, Sets, Words};

/// An entity type that a mapping can name.
#[derive(Debug, PartialEq, Eq)]
pub struct EntityType {
    /// The name, such as `Account`. Upstream and the service ignore its case.
    pub name: &'static str,
    /// The identifiers that upstream's gate accepts; case counts.
    pub identifiers: Words,
    /// Sets of identifiers: a mapping must hold all of at least one set. Empty when no set is known.
    pub required_any_of: Sets,
    /// Identifiers that only documentation or review guidance names; the gate refuses them.
    pub documented_identifiers: Words,
    /// Whether upstream's gate accepts the type.
    pub ci: bool,
    /// Whether the management API lists the type.
    pub api: bool,
}

impl EntityType {
    /// Whether these identifiers contain all of at least one required set; always so for a type without sets.
    pub fn is_complete<S: AsRef<str>>(&self, identifiers: &[S]) -> bool {
        let has = |wanted: &str| identifiers.iter().any(|identifier| identifier.as_ref() == wanted);
        self.required_any_of.is_empty() || self.required_any_of.iter().any(|set| set.iter().all(has))
    }

    /// Whether the gate, or at least documentation, knows the identifier; case counts.
    pub fn knows(&self, identifier: &str) -> bool {
        self.identifiers.contains(identifier) || self.documented_identifiers.contains(identifier)
    }
}

/// Columns of the old convention by which a query named its entities, with the type and identifier that each
/// stands for. Upstream's gate wants a mapping for every one that a query names.
pub const LEGACY_COLUMNS: [(&str, &str, &str); 6] = [
    ("AccountCustomEntity", "Account", "FullName"),
    ("HostCustomEntity", "Host", "FullName"),
    ("IPCustomEntity", "IP", "Address"),
    ("URLCustomEntity", "URL", "Url"),
    ("ProcessCustomEntity", "Process", "ProcessId"),
    ("FileHashCustomEntity", "FileHash", "Value"),
];

/// All entity types, sorted by name; `ci` tells those that upstream accepts from those only documented.
pub fn entity_types() -> &'static [EntityType] {
    static TYPES: LazyLock<Vec<EntityType>> = LazyLock::new(|| {
        let entity = |line: &'static str| {
            let mut fields = Fields::of(line);
            let (name, marks) = (fields.text(), fields.text());
            EntityType {
                name,
                ci: marks.contains('c'),
                api: marks.contains('a'),
                identifiers: fields.words(),
                required_any_of: fields.sets(),
                documented_identifiers: fields.words(),
            }
        };
        data::ENTITY_TYPES.lines().map(entity).collect()
    });
    &TYPES
}

/// The entity type of exactly this name.
pub fn entity_type(name: &str) -> Option<&'static EntityType> {
    entity_types().iter().find(|entity| entity.name == name)
}

/// The entity type of this name in any case.
pub fn entity_type_ignore_case(name: &str) -> Option<&'static EntityType> {
    entity_types().iter().find(|entity| entity.name.eq_ignore_ascii_case(name))
}

/// The accepted entity type nearest to this text, or `None` when none is near.
pub fn nearest_entity_type(name: &str) -> Option<&'static EntityType> {
    let compact: String = name.chars().filter(|c| c.is_alphanumeric()).take(256).collect();
    let accepted = entity_types().iter().filter(|entity| entity.ci);
    entity_type(slip_of(&compact, accepted.map(|entity| entity.name))?)
}

/// The identifier of this type that the gate accepts and that is nearest to the text, or `None` when none is near.
pub fn nearest_identifier(entity: &EntityType, identifier: &str) -> Option<&'static str> {
    slip_of(identifier, entity.identifiers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gate_knows_19_types() {
        assert!(entity_types().is_sorted_by(|a, b| a.name < b.name));
        assert_eq!(entity_types().iter().filter(|entity| entity.ci).count(), 19);
        let documented: Vec<_> = entity_types().iter().filter(|entity| !entity.ci).collect();
        assert_eq!(documented, [entity_type("SentinelEntities").unwrap()]);
        let not_api: Vec<_> = entity_types().iter().filter(|entity| entity.ci && !entity.api).collect();
        assert_eq!(not_api, [entity_type("IoTDevice").unwrap()]);
    }

    #[test]
    fn required_sets_use_known_identifiers() {
        for entity in entity_types() {
            assert_eq!(entity.required_any_of.is_empty(), !entity.ci, "{}", entity.name);
            for identifier in entity.required_any_of.iter().flatten() {
                assert!(entity.identifiers.contains(identifier), "{} {identifier}", entity.name);
            }
            for identifier in entity.documented_identifiers {
                assert!(!entity.identifiers.contains(identifier), "{} {identifier}", entity.name);
            }
        }
    }

    #[test]
    fn completeness() {
        let hash = entity_type("FileHash").unwrap();
        assert!(hash.is_complete(&["Value", "Algorithm"]));
        assert!(!hash.is_complete(&["Value"]));
        let account = entity_type("Account").unwrap();
        assert!(account.is_complete(&["UPNSuffix", "Name"]));
        assert!(!account.is_complete(&["DisplayName"]));
        assert!(!account.is_complete::<&str>(&[]));
    }

    #[test]
    fn identifiers_of_the_gate_and_of_documentation() {
        let account = entity_type("Account").unwrap();
        assert!(account.identifiers.contains("CloudAppAccountId"));
        assert!(account.knows("IsAnonymized") && !account.identifiers.contains("IsAnonymized"));
        assert!(entity_type("IP").unwrap().knows("AddressScope"));
        assert!(!account.knows("name"));
    }

    #[test]
    fn names_in_other_spellings() {
        assert_eq!(entity_type("Url"), None);
        assert_eq!(entity_type_ignore_case("Url").map(|entity| entity.name), Some("URL"));
        assert_eq!(nearest_entity_type("Azure Resource").map(|entity| entity.name), Some("AzureResource"));
        assert_eq!(nearest_entity_type("Acount").map(|entity| entity.name), Some("Account"));
        assert_eq!(nearest_entity_type("NetworkConnection"), None);
        let dns = entity_type("DNS").unwrap();
        assert_eq!(nearest_identifier(dns, "domainname"), Some("DomainName"));
        assert_eq!(nearest_identifier(dns, "IpAddress"), None);
    }

    #[test]
    fn legacy_columns_stand_for_known_identifiers() {
        for (column, entity, identifier) in LEGACY_COLUMNS {
            let entity = entity_type(entity).unwrap();
            assert!(entity.identifiers.contains(identifier), "{column}");
        }
    }
}
