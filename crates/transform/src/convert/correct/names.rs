//! Names that only make sense together with others: ARM's keys, identifiers of an entity type, custom details.

use super::{Corrector, rename};
use crate::content::model::field;
use crate::convert::notes::{KEY_RESPELT, VALUE_RESPELT};
use crate::knowledge::entities;
use crate::yaml::{Entry, Mapping, Node, Sequence, Value};

/// Keys that ARM calls otherwise, with their names in YAML.
const ARM_NAMES: [(&str, &str); 3] =
    [("displayName", "name"), ("techniques", "relevantTechniques"), ("templateVersion", "version")];
/// ARM keeps sub-techniques apart from techniques.
const SUB_TECHNIQUES: &str = "subTechniques";
const TECHNIQUES: &str = "relevantTechniques";

impl Corrector {
    /// Reads ARM's names of keys of the first column as YAML's.
    pub(super) fn arm_names(&mut self, root: &mut Mapping) {
        for (arm, own) in ARM_NAMES {
            if field(root, own).is_some() {
                continue;
            }
            let Some(entry) = entry_of(root, arm) else { continue };
            let (span, message) = (entry.key.span, format!("`{arm}` is read as `{own}`"));
            rename(&mut entry.key, own);
            self.tell(&KEY_RESPELT, span, message);
        }
        self.sub_techniques(root);
    }

    /// Puts sub-techniques to the techniques.
    fn sub_techniques(&mut self, root: &mut Mapping) {
        let Some(at) = root.entries.iter().position(|entry| is_key(entry, SUB_TECHNIQUES)) else { return };
        let span = root.entries[at].key.span;
        let message = format!("`{SUB_TECHNIQUES}` is read as `{TECHNIQUES}`");
        if field(root, TECHNIQUES).is_none_or(|techniques| techniques.node().is_null()) {
            root.entries.retain(|entry| !is_key(entry, TECHNIQUES));
            if let Some(entry) = entry_of(root, SUB_TECHNIQUES) {
                rename(&mut entry.key, TECHNIQUES);
            }
        } else {
            let more = items(root.entries.remove(at).value);
            let Some(entry) = entry_of(root, TECHNIQUES) else { return };
            let known = items(entry.value.clone());
            let mut all = known;
            for item in more {
                if !all.iter().any(|own| own.as_str() == item.as_str()) {
                    all.push(item);
                }
            }
            entry.value.value = Value::Sequence(Sequence { flow: false, items: all, dashes: Vec::new() });
        }
        self.tell(&KEY_RESPELT, span, message);
    }

    /// Writes identifiers as their entity type has them.
    pub(super) fn identifiers(&mut self, root: &mut Mapping) {
        let Some(list) = entry_of(root, "entityMappings") else { return };
        let Value::Sequence(list) = &mut list.value.value else { return };
        for mapping in list.items.iter_mut().filter_map(as_mapping) {
            let named = mapping.get("entityType").and_then(Node::as_str);
            let Some(entity) = named.and_then(entities::entity_type) else { continue };
            let Some(fields) = entry_of(mapping, "fieldMappings") else { continue };
            let Value::Sequence(fields) = &mut fields.value.value else { continue };
            for item in fields.items.iter_mut().filter_map(as_mapping) {
                let Some(entry) = entry_of(item, "identifier") else { continue };
                let Some(written) = entry.value.as_str().filter(|text| !entity.knows(text)) else { continue };
                let mut known = entity.identifiers.iter().chain(entity.documented_identifiers);
                let meant = known.find(|name| name.eq_ignore_ascii_case(written.trim()));
                let Some(meant) = meant else { continue };
                let (span, message) = (entry.value.span, format!("`{written}` is read as `{meant}`"));
                rename(&mut entry.value, meant);
                self.tell(&VALUE_RESPELT, span, message);
            }
        }
    }

    /// Writes the custom details by which incidents are grouped as the rule names them.
    pub(super) fn group_details(&mut self, root: &mut Mapping) {
        let details = root.get("customDetails").and_then(Node::as_mapping);
        let names: Vec<String> = details
            .into_iter()
            .flat_map(|map| &map.entries)
            .filter_map(|entry| Some(entry.key.as_str()?.to_owned()))
            .collect();
        let below = |map: &'_ mut Mapping, key: &str| -> Option<Mapping> {
            entry_of(map, key)?.value.as_mapping().cloned()
        };
        if names.is_empty() || below(root, "incidentConfiguration").is_none() {
            return;
        }
        let Some(incident) = entry_of(root, "incidentConfiguration") else { return };
        let Some(incident) = as_mapping(&mut incident.value) else { return };
        let Some(grouping) = entry_of(incident, "groupingConfiguration") else { return };
        let Some(grouping) = as_mapping(&mut grouping.value) else { return };
        let Some(list) = entry_of(grouping, "groupByCustomDetails") else { return };
        let Value::Sequence(list) = &mut list.value.value else { return };
        for item in &mut list.items {
            let Some(written) = item.as_str().filter(|text| !names.iter().any(|name| name == text)) else {
                continue;
            };
            let Some(meant) = names.iter().find(|name| name.eq_ignore_ascii_case(written.trim())) else {
                continue;
            };
            let (span, message) = (item.span, format!("`{written}` is read as `{meant}`"));
            rename(item, meant);
            self.tell(&VALUE_RESPELT, span, message);
        }
    }
}

fn is_key(entry: &Entry, key: &str) -> bool {
    entry.key.as_str().is_some_and(|name| name.eq_ignore_ascii_case(key))
}

fn entry_of<'m>(map: &'m mut Mapping, key: &str) -> Option<&'m mut Entry> {
    map.entries.iter_mut().find(|entry| is_key(entry, key))
}

fn as_mapping(node: &mut Node) -> Option<&mut Mapping> {
    if let Value::Mapping(map) = &mut node.value { Some(map) } else { None }
}

/// The items of a list; any other value is its only one.
fn items(node: Node) -> Vec<Node> {
    match node.value {
        Value::Sequence(list) => list.items,
        _ if node.is_null() => Vec::new(),
        _ => vec![node],
    }
}
