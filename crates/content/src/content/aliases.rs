//! Aliases among what sentlint reads: it does not follow them, and says so.

use super::{Content, Kind, ROOT_KEYS};
use crate::yaml::pointer::join;
use crate::yaml::{Node, Value};

/// The key that puts the keys of another mapping into this one.
pub const MERGE: &str = "<<";

/// A reference to a value that stands elsewhere.
#[derive(Clone, Debug)]
pub struct Alias<'a> {
    /// The place in the tree, as a JSON Pointer.
    pub pointer: String,
    /// The alias itself.
    pub node: &'a Node,
    /// Its name, without the star.
    pub name: &'a str,
}

impl Content {
    /// The aliases below the keys of a template, in the order of the file.
    pub fn aliases(&self) -> Vec<Alias<'_>> {
        let mut found = Vec::new();
        let is_template = self.kind == Kind::HuntingQuery || self.kind.is_rule();
        let map = self.root().and_then(Node::as_mapping).filter(|_| is_template);
        for entry in map.iter().flat_map(|map| &map.entries) {
            let key = entry.name().filter(|key| ROOT_KEYS.contains(key) || *key == MERGE);
            if let Some(key) = key.filter(|_| holds_alias(&entry.value)) {
                collect(&entry.value, join("", key), &mut found);
            }
        }
        found
    }
}

/// Whether a value is an alias or holds one. Nesting is bounded where the text is read.
pub fn holds_alias(node: &Node) -> bool {
    match &node.value {
        Value::Alias(_) => true,
        Value::Sequence(list) => list.items.iter().any(holds_alias),
        Value::Mapping(map) => map.entries.iter().any(|entry| holds_alias(&entry.value)),
        Value::Scalar(_) => false,
    }
}

fn collect<'a>(node: &'a Node, pointer: String, found: &mut Vec<Alias<'a>>) {
    match &node.value {
        Value::Alias(name) => found.push(Alias { pointer, node, name }),
        Value::Sequence(list) => {
            for (index, item) in list.items.iter().enumerate() {
                collect(item, join(&pointer, &index.to_string()), found);
            }
        }
        Value::Mapping(map) => {
            for entry in &map.entries {
                collect(&entry.value, join(&pointer, entry.name().unwrap_or_default()), found);
            }
        }
        Value::Scalar(_) => {}
    }
}
