//! What belongs at a place, from the published JSON Schemas: keys, values, and what each is for.

use std::sync::OnceLock;

use serde_json::Value;

use super::place::Step;
use crate::content::{Kind, schema};

/// The schema of a kind; `None` for kinds that have none.
pub(super) fn of(kind: Kind) -> Option<&'static Value> {
    static ALL: OnceLock<Vec<(&'static str, Value)>> = OnceLock::new();
    let names = ["hunting-query", "scheduled-rule", "nrt-rule", "custom-detection", "test", "config"];
    let read = || {
        let read = |name: &'static str| Some((name, serde_json::from_str(&schema::published(name)?).ok()?));
        names.into_iter().filter_map(read).collect()
    };
    let wanted = match kind {
        Kind::Test => "test",
        kind => kind.as_str(),
    };
    ALL.get_or_init(read).iter().find(|(name, _)| *name == wanted).map(|(_, schema)| schema)
}

/// The schema of sentlint.toml.
pub(super) fn of_config() -> Option<&'static Value> {
    static CONFIG: OnceLock<Option<Value>> = OnceLock::new();
    CONFIG.get_or_init(|| serde_json::from_str(&schema::published("config")?).ok()).as_ref()
}

/// More references than any schema has in a row.
const MOST_REFERENCES: usize = 8;

/// The schemas that one stands for: itself, what it refers to, and its alternatives.
fn alternatives<'s>(root: &'s Value, schema: &'s Value) -> Vec<&'s Value> {
    let mut found = Vec::new();
    let mut open = vec![(schema, 0)];
    while let Some((one, depth)) = open.pop() {
        found.push(one);
        if depth > MOST_REFERENCES {
            continue;
        }
        if let Some(target) = one.get("$ref").and_then(Value::as_str) {
            let target = target.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
            open.extend(target.map(|target| (target, depth + 1)));
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            let all = one.get(key).and_then(Value::as_array);
            open.extend(all.into_iter().flatten().rev().map(|one| (one, depth + 1)));
        }
    }
    found
}

/// The schemas of a place.
pub(super) fn at<'s>(root: &'s Value, path: &[Step]) -> Vec<&'s Value> {
    let mut here = alternatives(root, root);
    for step in path {
        let below = |one: &&'s Value| -> Option<&'s Value> {
            match step {
                Step::Key(key) => {
                    let named = one.get("properties").and_then(|keys| keys.get(key));
                    named.or_else(|| one.get("additionalProperties").filter(|any| any.is_object()))
                }
                Step::Item => one.get("items"),
            }
        };
        here = here.iter().filter_map(below).flat_map(|one| alternatives(root, one)).collect();
    }
    here
}

/// The keys of the mappings at a place, each with its schemas.
pub(super) fn keys<'s>(root: &'s Value, here: &[&'s Value]) -> Vec<(&'s str, Vec<&'s Value>)> {
    let mut found: Vec<(&str, Vec<&Value>)> = Vec::new();
    for one in here {
        let keys = one.get("properties").and_then(Value::as_object);
        for (key, schema) in keys.into_iter().flatten() {
            if !found.iter().any(|(known, _)| known == key) {
                found.push((key, alternatives(root, schema)));
            }
        }
    }
    found
}

/// The keys that mappings at a place need.
pub(super) fn required<'s>(here: &[&'s Value]) -> Vec<&'s str> {
    let lists = here.iter().filter_map(|one| one.get("required")?.as_array());
    lists.flatten().filter_map(Value::as_str).collect()
}

/// What a place is for, in Markdown.
pub(super) fn doc<'s>(here: &[&'s Value]) -> Option<&'s str> {
    let texts = here
        .iter()
        .filter_map(|one| one.get("markdownDescription").or_else(|| one.get("description"))?.as_str());
    texts.into_iter().next()
}

/// The title of a place.
pub(super) fn title<'s>(here: &[&'s Value]) -> Option<&'s str> {
    here.iter().find_map(|one| one.get("title")?.as_str())
}

/// Whether a place can have this type.
pub(super) fn is(here: &[&Value], name: &str) -> bool {
    here.iter().filter_map(|one| one.get("type")).any(|types| match types {
        Value::String(one) => one == name,
        Value::Array(all) => all.iter().any(|one| one == name),
        _ => false,
    })
}

/// The values of a closed set, or else values to imitate, and whether the set is closed.
pub(super) fn values(here: &[&Value]) -> (Vec<String>, bool) {
    let texts = |key: &str| -> Vec<String> {
        let lists = here.iter().filter_map(|one| one.get(key)?.as_array());
        let mut all: Vec<String> = Vec::new();
        for value in lists.flatten() {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                _ => continue,
            };
            if !all.contains(&text) {
                all.push(text);
            }
        }
        all
    };
    let closed = texts("enum");
    if !closed.is_empty() {
        return (closed, true);
    }
    if is(here, "boolean") {
        return (vec!["true".to_owned(), "false".to_owned()], true);
    }
    (texts("examples"), false)
}
