//! The list of every rule, in the order of the catalog: the lists of the groups, one after another.

use super::{
    Rule, attack, connectors, detection, entities, metadata, query, repository, schedule, suppressions, yaml,
};
use crate::diagnostic::RuleMeta;

/// A rule with its metadata.
pub struct Entry {
    /// The metadata.
    pub meta: &'static RuleMeta,
    /// The code.
    pub(crate) rule: &'static dyn Rule,
}

/// The rules of a group, in the order of the catalog. A rule that is not listed by its group is dead code, which
/// the compiler reports. The modules are declared beside the list and not by it, because `cargo fmt` does not
/// follow modules that a macro declares.
macro_rules! rules {
    ($($module:ident :: $name:ident),+ $(,)?) => {
        /// The rules of this group, in the order of the catalog.
        pub(in crate::rules) static RULES: &[$crate::rules::Entry] = &[
            $($crate::rules::Entry {
                meta: <$module::$name as $crate::rules::Declared>::META,
                rule: &$module::$name,
            },)+
        ];
    };
}
pub(in crate::rules) use rules;

static GROUPS: [&[Entry]; 10] = [
    yaml::RULES,
    metadata::RULES,
    connectors::RULES,
    schedule::RULES,
    entities::RULES,
    attack::RULES,
    query::RULES,
    detection::RULES,
    repository::RULES,
    suppressions::RULES,
];

/// Every rule, in the order of the catalog.
pub fn all() -> impl Iterator<Item = &'static Entry> + Clone {
    GROUPS.iter().copied().flatten()
}

/// The rule of an id.
pub fn find(id: &str) -> Option<&'static Entry> {
    all().find(|entry| entry.meta.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;

    /// A new rule has to say whether content with an error of it can be deployed.
    #[test]
    fn errors_block_a_conversion_unless_they_are_known_to_be_deployable() {
        let deployable: Vec<&str> = all()
            .map(|entry| entry.meta)
            .filter(|meta| meta.severity == Severity::Error && !meta.pedantic && meta.blocks.is_none())
            .map(|meta| meta.id)
            .collect();
        assert_eq!(
            deployable,
            [
                "hidden-direction-mark",
                "invalid-status",
                "invalid-version",
                "invalid-test",
                "unknown-connector",
                "missing-data-types",
                "ti-latest",
                "duplicate-id",
                "duplicate-detection",
                "id-changed",
                "version-not-bumped",
            ]
        );
    }

    #[test]
    fn codes_of_conversions_are_no_rules() {
        // One code is named by the contract, and by a rule on something else.
        let mut codes = crate::convert::notes::ALL.iter().filter(|code| code.id != "id-changed");
        assert!(codes.clone().count() > 20);
        assert!(codes.all(|code| find(code.id).is_none()));
    }

    #[test]
    fn ids_are_unique_kebab_case_and_documented() {
        let mut seen = std::collections::BTreeSet::new();
        for entry in all() {
            let meta = entry.meta;
            assert!(seen.insert(meta.id), "{} stands twice", meta.id);
            assert!(
                meta.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{}",
                meta.id
            );
            assert!(!meta.summary().is_empty(), "{} has no page", meta.id);
            for heading in ["## Why is this bad?", "## Example"] {
                assert!(meta.page().contains(heading), "{} lacks {heading}", meta.id);
            }
        }
    }
}
