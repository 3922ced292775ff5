//! Entity types, their identifiers and the sets of which one must be complete.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::Generated;
use crate::facts::{Facts, Source as Origin};
use crate::rust::{Source, literals};

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

/// `entities.rs`: entity types sorted by name, those known only from documentation flagged.
pub(crate) fn entities(facts: &Facts) -> Result<Generated, String> {
    let facts: Entities = facts.read("entity-types.json")?;
    let extra = extra_identifiers(&facts);
    let sources: Vec<String> = facts.source.iter().map(ToString::to_string).collect();
    let mut out = Source::new(
        "Entity types and their identifiers.",
        &sources,
        "upstream's code MIT; documentation CC BY 4.0 (names only)",
    );
    out.line("use crate::knowledge::entities::EntityType;\n");
    out.line("/// Sorted by name.\npub(crate) static ENTITY_TYPES: &[EntityType] = &[");
    let names: BTreeSet<&String> = facts.types.keys().chain(extra.keys().copied()).collect();
    for name in names {
        let entity = facts.types.get(name);
        let none = Entity::default();
        let Entity { identifiers, required_any_of } = entity.unwrap_or(&none);
        let required: Vec<String> = required_any_of.iter().map(literals).collect();
        let extra = extra.get(name).map(|names| names.iter().collect::<Vec<_>>()).unwrap_or_default();
        out.line("    EntityType {");
        out.line(format!("        name: {name:?},"));
        out.line(format!("        identifiers: {},", literals(identifiers)));
        out.line(format!("        required_any_of: &[{}],", required.join(", ")));
        out.line(format!("        documented_identifiers: {},", literals(extra)));
        out.line(format!("        ci: {},", entity.is_some()));
        out.line(format!("        api: {},\n    }},", facts.rest_api_entity_mapping_types.contains(name)));
    }
    out.line("];");
    Ok(out.finish("entities.rs"))
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
