//! What rules and hunting queries have in common on their way back.

use serde_json::{Map, Value};

use super::collect::Found;
use super::identity;
use super::properties::PropertyReader;
use crate::convert::Refusal;
use crate::convert::notes::{CONNECTORS_LOST, VERSION_DERIVED};
use crate::convert::values::{self, parent_technique};

/// The keys of a document, in the order in which they were found.
pub(super) struct Draft(pub Map<String, Value>);

impl Draft {
    /// What every document has: an id, a name, a query, and a version.
    pub(super) fn begin(found: &Found, reader: &mut PropertyReader<'_>) -> Result<Self, Refusal> {
        let name = reader.required("displayName")?.trim().to_owned();
        let query = reader.required("query")?;
        let mut draft = Self(Map::new());
        draft.put("id", Some(identity::id(found, &name, reader)));
        draft.put("name", Some(name));
        draft.put("query", Some(query));
        draft.put("version", Some(version(found, reader)));
        Ok(draft)
    }

    /// Adds a key, where there is something to say.
    pub(super) fn put(&mut self, key: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(key.to_owned(), value.into());
        }
    }
}

/// The text so that the converter makes the same of it again; a block of its own, as in the repository.
pub(super) fn description(text: Option<String>) -> Option<Value> {
    let text = text?.trim().to_owned();
    if text.is_empty() {
        return None;
    }
    let quoted = values::description(&text) != text;
    Some(if quoted { format!("'{text}'\n") } else { format!("{text}\n") }.into())
}

pub(super) fn list(items: Vec<String>) -> Option<Value> {
    (!items.is_empty()).then(|| items.into())
}

/// One list of techniques from which the same two are made: each sub-technique stands for its parent too, and a
/// parent stands alone where it has none or where the order asks for it.
pub(super) fn techniques(parents: &[String], subs: &[String]) -> Vec<String> {
    let parent_of = |id: &str| parent_technique(id).to_owned();
    let mut merged: Vec<String> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    let mut waiting = parents.iter();
    for sub in subs {
        let parent = parent_of(sub);
        if !seen.contains(&parent) && parents.contains(&parent) {
            for earlier in waiting.by_ref().take_while(|earlier| **earlier != parent) {
                if !seen.contains(earlier) {
                    seen.push(parent_of(earlier));
                    merged.push(earlier.clone());
                }
            }
            seen.push(parent);
        }
        merged.push(sub.clone());
    }
    merged.extend(waiting.filter(|parent| !seen.contains(parent)).cloned());
    unique(merged)
}

/// The items without those that stand before already.
pub(super) fn unique(items: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for item in items {
        if !out.contains(&item) {
            out.push(item);
        }
    }
    out
}

pub(super) fn no_connectors(reader: &mut PropertyReader<'_>) {
    reader.note(
        &CONNECTORS_LOST,
        None,
        "the template does not contain the data connectors that the query needs",
    );
}

/// The version that the template states, or that of the package; 1.0.0 where nobody says.
fn version(found: &Found, reader: &mut PropertyReader<'_>) -> String {
    let stated = reader.trimmed("templateVersion").or_else(|| found.package.version.clone());
    stated.unwrap_or_else(|| {
        reader.note(&VERSION_DERIVED, None, "the template has no version; it is set to 1.0.0");
        "1.0.0".into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::values::split_techniques;
    use proptest::prelude::*;

    fn owned(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn sub_techniques_take_their_parents_place() {
        for (parents, subs, merged) in [
            (&["T1078", "T1059"][..], &["T1078.003"][..], &["T1078.003", "T1059"][..]),
            (&["T1", "T2"], &["T2.1", "T1.1"], &["T1", "T2.1", "T1.1"]),
            (&["T1", "T1", "T2"], &["T1.3", "T1.4", "T2.1"], &["T1.3", "T1.4", "T2.1"]),
            (&["T1", "T2"], &["T1.1", "T2.1", "T1.2"], &["T1.1", "T2.1", "T1.2"]),
            (&[], &["T3.1"], &["T3.1"]),
            (&["T1.1", "T2"], &[], &["T1.1", "T2"]),
        ] {
            assert_eq!(techniques(&owned(parents), &owned(subs)), owned(merged));
        }
    }

    proptest! {
        #![proptest_config(crate::seeded::cases(256))]

        #[test]
        fn techniques_split_into_what_they_were_merged_from(
            ids in proptest::collection::vec((0..4u8, 0..3u8), 0..10)
        ) {
            let mut list: Vec<String> = Vec::new();
            for (parent, sub) in ids {
                let id = if sub == 0 { format!("T{parent}") } else { format!("T{parent}.{sub}") };
                if !list.contains(&id) {
                    list.push(id);
                }
            }
            let (parents, subs) = split_techniques(&list);
            prop_assert_eq!(split_techniques(&techniques(&parents, &subs)), (parents, subs));
        }
    }

    #[test]
    fn a_description_comes_back_as_it_was() {
        for text in ["plain", "'a' and 'b'", "'", "it's\nlong", "\"x\"", "''"] {
            let written = description(Some(text.to_owned())).unwrap();
            assert_eq!(values::description(written.as_str().unwrap()), text);
        }
        assert_eq!(description(Some(" \n".into())), None);
    }
}
