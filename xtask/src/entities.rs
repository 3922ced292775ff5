//! Entity types, their identifiers and the sets of which one must be complete.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::Generated;
use crate::facts::{Facts, Source as Origin};
use crate::rust::Source;
use crate::sheet::{Sheet, sets, words};

#[derive(Deserialize, Serialize)]
pub(crate) struct Entities {
    source: Vec<Origin>,
    #[serde(rename = "entities")]
    types: BTreeMap<String, Entity>,
    extra_identifiers_in_docs_but_not_ci: BTreeMap<String, Vec<String>>,
    extra_identifiers_in_review_instructions_but_not_ci: BTreeMap<String, Vec<String>>,
    rest_api_entity_mapping_types: BTreeSet<String>,
}

#[derive(Deserialize, Serialize, Default)]
struct Entity {
    identifiers: Vec<String>,
    required_any_of: Vec<Vec<String>>,
}

/// `entities.txt`, the entity types with those known only from documentation, and `entities.rs`, which names its sources.
pub(crate) fn entities(facts: &Facts) -> Result<[Generated; 2], String> {
    let facts: Entities = facts.read("entity-types.json")?;
    let extra = extra_identifiers(&facts);
    let sources: Vec<String> = facts.source.iter().map(ToString::to_string).collect();
    let mut out = Source::new(
        "Entity types and their identifiers.",
        &sources,
        "upstream's code MIT; documentation CC BY 4.0 (names only)",
    );
    out.line("/// Sorted by name: `c` if upstream's checks accept the type and `a` if the API lists it, its identifiers, the sets of which");
    out.line("/// one must be complete, and identifiers that only documentation names.");
    out.line("pub(crate) static ENTITY_TYPES: &str = include_str!(\"entities.txt\");");
    let mut sheet = Sheet::default();
    let names: BTreeSet<&String> = facts.types.keys().chain(extra.keys().copied()).collect();
    for name in names {
        let entity = facts.types.get(name);
        let none = Entity::default();
        let Entity { identifiers, required_any_of } = entity.unwrap_or(&none);
        let upstream = if entity.is_some() { "c" } else { "" };
        let api = if facts.rest_api_entity_mapping_types.contains(name) { "a" } else { "" };
        let extra = words(extra.get(name).into_iter().flatten())?;
        sheet.row(&[
            name,
            &format!("{upstream}{api}"),
            &words(identifiers)?,
            &sets(required_any_of)?,
            &extra,
        ])?;
    }
    Ok([sheet.finish("entities.txt"), out.finish("entities.rs")])
}

/// Identifiers that documentation or review guidance names and the gate does not know, per type.
fn extra_identifiers(facts: &Entities) -> BTreeMap<&String, BTreeSet<&String>> {
    let mut extra: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    let lists = [
        &facts.extra_identifiers_in_docs_but_not_ci,
        &facts.extra_identifiers_in_review_instructions_but_not_ci,
    ];
    for (name, identifiers) in lists.into_iter().flatten() {
        let known = facts.types.get(name);
        let new = identifiers.iter().filter(|id| !known.is_some_and(|known| known.identifiers.contains(id)));
        extra.entry(name).or_default().extend(new);
    }
    extra
}
