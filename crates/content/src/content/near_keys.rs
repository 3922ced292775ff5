//! Keys that are nearly right: in another case, with a letter too few, or under the name that ARM has for them. The tree is
//! read with the key that is meant, so that everything else sees one spelling.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::fields::{Field, Type};
use crate::similar::alike::is_hidden;
use crate::source::Span;
use crate::yaml::pointer::join;
use crate::yaml::{Mapping, Node, Value};

/// Why a key is read as another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Only the case differs.
    Case,
    /// ARM templates have this name for it.
    Arm,
    /// A letter is missing, too many, wrong or out of place, or the words are parted.
    Slip,
    /// Other formats of detection rules have this name for it.
    Elsewhere,
    /// It has a character that nothing is seen of.
    Hidden,
}

/// A key that is read as another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearKey {
    /// The mapping that holds it, as a JSON Pointer of right keys.
    pub parent: String,
    /// The key as it is written.
    pub written: String,
    /// The key that it is read as.
    pub meant: &'static str,
    /// The place of the key.
    pub span: Span,
    /// Why it is read so.
    pub why: Why,
    /// For a list whose items were put after those of another list with the same meaning, how many that list has had.
    pub appended_at: Option<usize>,
}

/// The tree with the keys that are meant, and which keys those are; `None` where every key is spelt right, or is like
/// none of the format.
pub(super) fn normalised(root: &Node, keys: &'static [Field]) -> Option<(Node, Vec<NearKey>)> {
    if !has_other_keys(root, keys) {
        return None;
    }
    let (mut root, mut found) = (root.clone(), Vec::new());
    normalise(&mut root, keys, "", &mut found);
    (!found.is_empty()).then_some((root, found))
}

/// The key of the first column that is meant by one; the key itself where it is right or is like none.
pub(super) fn meant_at_root<'k>(key: &'k str, value: &Node, keys: &'static [Field]) -> &'k str
where
    'static: 'k,
{
    if keys.iter().any(|field| field.key == key) {
        return key;
    }
    // What other formats call by such names is not content because of them.
    meant(key, value, keys).filter(|(_, why)| *why != Why::Elsewhere).map_or(key, |(meant, _)| meant)
}

/// The mappings below a value, each with the keys that it may have.
fn mapping_keys(field: &Field) -> &'static [Field] {
    match field.ty {
        Type::Mapping(keys) => keys,
        Type::List(item, ..) => item.keys(),
        _ => &[],
    }
}

fn has_other_keys(node: &Node, keys: &'static [Field]) -> bool {
    match &node.value {
        Value::Mapping(map) => map.entries.iter().any(|entry| {
            let field = entry.name().and_then(|name| keys.iter().find(|field| field.key == name));
            field.is_none_or(|field| {
                let below = mapping_keys(field);
                !below.is_empty() && has_other_keys(&entry.value, below)
            })
        }),
        Value::Sequence(list) => list.items.iter().any(|item| has_other_keys(item, keys)),
        _ => false,
    }
}

fn normalise(node: &mut Node, keys: &'static [Field], pointer: &str, found: &mut Vec<NearKey>) {
    match &mut node.value {
        Value::Mapping(map) => {
            rename(map, keys, pointer, found);
            for entry in &mut map.entries {
                let Some(name) = entry.key.scalar().map(|key| key.text.clone()) else { continue };
                let below = keys.iter().find(|field| field.key == name).map(mapping_keys).unwrap_or_default();
                if !below.is_empty() {
                    normalise(&mut entry.value, below, &join(pointer, &name), found);
                }
            }
        }
        Value::Sequence(list) => {
            for (index, item) in list.items.iter_mut().enumerate() {
                normalise(item, keys, &format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Gives the keys of one mapping their right spelling, where no other key has it.
fn rename(map: &mut Mapping, keys: &'static [Field], pointer: &str, found: &mut Vec<NearKey>) {
    let mut index = 0;
    while index < map.entries.len() {
        let at = index;
        index += 1;
        let entry = &map.entries[at];
        let Some(written) = entry.name().filter(|name| !keys.iter().any(|field| field.key == *name)) else {
            continue;
        };
        let Some((meant, why)) = meant(written, &entry.value, keys) else { continue };
        let mut near = NearKey {
            parent: pointer.to_owned(),
            written: written.to_owned(),
            meant,
            span: entry.key.span,
            why,
            appended_at: None,
        };
        match map.entries.iter().position(|other| other.name() == Some(meant)) {
            None => set_name(&mut map.entries[at].key, meant),
            // Techniques stand under two names in ARM, and are one list here.
            Some(host) if why == Why::Arm && meant == TECHNIQUES && host < at => {
                let Some(count) = append(map, host, at) else { continue };
                near.appended_at = Some(count);
                index = at;
            }
            Some(_) => continue,
        }
        found.push(near);
    }
}

/// The key that has two names in ARM.
const TECHNIQUES: &str = "relevantTechniques";

/// Puts the items of one list after those of another and takes the entry out. Answers with the number of items that
/// the list had; `None` where one of them is not a list.
fn append(map: &mut Mapping, host: usize, from: usize) -> Option<usize> {
    let is_list = |at: usize| map.entries[at].value.as_sequence().is_some();
    if !is_list(host) || !is_list(from) {
        return None;
    }
    let Value::Sequence(more) = map.entries.remove(from).value.value else { return None };
    let Value::Sequence(list) = &mut map.entries[host].value.value else { return None };
    let count = list.items.len();
    list.items.extend(more.items);
    list.dashes.extend(more.dashes);
    Some(count)
}

fn set_name(key: &mut Node, name: &str) {
    if let Value::Scalar(scalar) = &mut key.value {
        name.clone_into(&mut scalar.text);
    }
}

/// What ARM calls techniques of the second level, which content lists among the others.
const SUB_TECHNIQUES: &str = "subTechniques";

/// Names that other formats of detection rules have for keys, each unlike every key of this one.
const ELSEWHERE: [(&str, &str); 12] = [
    ("title", "name"),
    ("frequency", "queryFrequency"),
    ("runFrequency", "queryFrequency"),
    ("period", "queryPeriod"),
    ("lookback", "queryPeriod"),
    ("threshold", "triggerThreshold"),
    ("column", "columnName"),
    ("type", "entityType"),
    ("type", "kind"),
    ("entity", "entityType"),
    ("alertDisplayName", "alertDisplayNameFormat"),
    ("alertDescription", "alertDescriptionFormat"),
];

/// The names of some keys without what parts their words.
struct Plain {
    /// Those that ARM has for the keys of templates and content has not.
    arm: Vec<PlainName>,
    own: Vec<PlainName>,
}

struct PlainName {
    name: String,
    letters: u64,
    field: &'static Field,
}

impl PlainName {
    fn of(name: &str, field: &'static Field) -> Self {
        let name = plain(name);
        Self { letters: letters(&name), name, field }
    }
}

thread_local! {
    /// The names of each list of keys that was asked for, by its place in memory.
    static PLAIN: RefCell<FxHashMap<*const Field, Rc<Plain>>> = RefCell::new(FxHashMap::default());
}

impl Plain {
    fn of(keys: &'static [Field]) -> Rc<Self> {
        let make = || {
            let renamed = |field: &'static Field| {
                // The name of a resource is its id, and `name` is a key of its own.
                let name = field.arm.filter(|name| !keys.iter().any(|other| other.key == *name))?;
                Some((name, field))
            };
            let sub = keys.iter().find(|field| field.key == TECHNIQUES).map(|field| (SUB_TECHNIQUES, field));
            let arm = keys.iter().filter_map(renamed).chain(sub);
            Rc::new(Self {
                arm: arm.map(|(name, field)| PlainName::of(name, field)).collect(),
                own: keys.iter().map(|field| PlainName::of(field.key, field)).collect(),
            })
        };
        PLAIN.with_borrow_mut(|known| Rc::clone(known.entry(keys.as_ptr()).or_insert_with(make)))
    }
}

/// Which letters and digits a plain name has, a bit each.
fn letters(plain: &str) -> u64 {
    plain.bytes().fold(0, |letters, byte| letters | 1 << (byte & 63))
}

/// The key that is meant by one that the mapping does not have.
fn meant(written: &str, value: &Node, keys: &'static [Field]) -> Option<(&'static str, Why)> {
    // A character that nothing is seen of is told of by itself.
    let visible: String = written.chars().filter(|c| !is_hidden(*c)).collect();
    if visible.len() < written.len() {
        let same = keys.iter().find(|field| field.key == visible);
        return same.map(|field| (field.key, Why::Hidden));
    }
    if written.len() > LONGEST || !written.is_ascii() {
        return None;
    }
    if let Some(field) = keys.iter().find(|field| field.key.eq_ignore_ascii_case(written)) {
        return Some((field.key, Why::Case));
    }
    let plain = plain(written);
    let names = Plain::of(keys);
    if let Some(same) = names.arm.iter().find(|name| name.name == plain) {
        return Some((same.field.key, Why::Arm));
    }
    if let Some(same) = names.own.iter().find(|name| name.name == plain) {
        return Some((same.field.key, Why::Slip));
    }
    // Only what has the shape of its value is one of them.
    if let Some(key) = named_elsewhere(written, value, &keys.iter()) {
        return Some((key, Why::Elsewhere));
    }
    let letters = letters(&plain);
    let near = names.own.iter().chain(&names.arm).filter(|name| fits(name.field.ty, value));
    let near = near.filter_map(|name| Some((slip((&plain, letters), name)?, name.field.key)));
    let near: Vec<(usize, &'static str)> = near.collect();
    let (distance, best) = *near.iter().min()?;
    // Of two keys that are equally near, neither is meant.
    let is_rival = |other: &&(usize, &str)| other.0 == distance && other.1 != best;
    near.iter().find(is_rival).is_none().then_some((best, Why::Slip))
}

/// The key that other formats call by a name.
pub fn named_elsewhere(
    written: &str,
    value: &Node,
    keys: &(impl Iterator<Item = &'static Field> + Clone),
) -> Option<&'static str> {
    let names = ELSEWHERE.iter().filter(|(there, _)| there.eq_ignore_ascii_case(written));
    let field = names.into_iter().find_map(|(_, here)| keys.clone().find(|field| field.key == *here))?;
    // Many formats have a `type`, and few of them one of these.
    let is_kind =
        || value.as_str().is_some_and(|text| matches!(&*text.to_ascii_lowercase(), "scheduled" | "nrt"));
    (fits(field.ty, value) && (field.key != "kind" || is_kind())).then_some(field.key)
}

/// A longer key is not a slip.
const LONGEST: usize = 40;

/// A key without what parts its words.
fn plain(key: &str) -> String {
    key.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

/// How many letters differ, where that is few enough for a slip.
fn slip((written, letters): (&str, u64), name: &PlainName) -> Option<usize> {
    // An edit adds and removes at most one letter each.
    let apart = (letters ^ name.letters).count_ones();
    let name = name.name.as_str();
    let most = match name.len() {
        0..4 => return None,
        4..12 => 1,
        _ => 2,
    };
    if written.len().abs_diff(name.len()) > most || apart > 2 * most as u32 {
        return None;
    }
    let distance = strsim::osa_distance(written, name);
    // In a short word another letter makes another word, as in `kind` and `kink`.
    let is_swap = || {
        let sorted = |word: &str| {
            let mut letters = word.as_bytes().to_vec();
            letters.sort_unstable();
            letters
        };
        written.len() != name.len() || sorted(written) == sorted(name)
    };
    (distance <= most && (name.len() >= 6 || is_swap())).then_some(distance)
}

/// Whether a value has the shape that a key takes.
fn fits(ty: Type, value: &Node) -> bool {
    match ty {
        Type::Text(..) | Type::OneOf(_) | Type::Integer(..) | Type::Boolean => value.as_str().is_some(),
        Type::List(..) => value.as_sequence().is_some(),
        Type::Mapping(_) | Type::Names(..) => value.as_mapping().is_some(),
        Type::TextOrMapping => value.as_str().is_some() || value.as_mapping().is_some(),
        Type::Any => true,
    }
}

/// A JSON Pointer into the document as it is written, for one into the tree with the keys that are meant.
pub(super) fn written_pointer(keys: &[NearKey], mut pointer: String) -> String {
    // Those further down come later in the list, and are translated first, while the steps above them are right.
    for key in keys.iter().rev() {
        let meant = join(&key.parent, key.meant);
        let Some(rest) = pointer.strip_prefix(&meant).filter(|rest| rest.is_empty() || rest.starts_with('/'))
        else {
            continue;
        };
        let written = join(&key.parent, &key.written);
        let Some(first) = key.appended_at else {
            pointer = format!("{written}{rest}");
            continue;
        };
        let (index, below) =
            rest[rest.len().min(1)..].split_once('/').unwrap_or((&rest[rest.len().min(1)..], ""));
        if let Some(own) = index.parse::<usize>().ok().and_then(|index| index.checked_sub(first)) {
            let below = if below.is_empty() { String::new() } else { format!("/{below}") };
            return format!("{written}/{own}{below}");
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Content;
    use super::*;
    use crate::source::SourceFile;
    use crate::yaml::to_json;

    const HEAD: &str = "id: x\ndescription: d\ntactics: [Impact]\n";

    fn read(text: &str) -> Content {
        Content::read(Arc::new(SourceFile::new("a.yaml", format!("{HEAD}{text}"))), "a.yaml")
    }

    fn near(text: &str) -> Vec<(String, &'static str, Why)> {
        read(text).near_keys().iter().map(|key| (key.written.clone(), key.meant, key.why)).collect()
    }

    #[test]
    fn keys_are_read_as_what_they_mean() {
        let one = |written: &str, meant, why| vec![(written.to_owned(), meant, why)];
        for (text, expected) in [
            ("Query: T", one("Query", "query", Why::Case)),
            ("qurey: T", one("qurey", "query", Why::Slip)),
            ("querry: T", one("querry", "query", Why::Slip)),
            ("query_frequency: 1h", one("query_frequency", "queryFrequency", Why::Slip)),
            ("displayName: n", one("displayName", "name", Why::Arm)),
            ("DisplayName: n", one("DisplayName", "name", Why::Arm)),
            ("techniques: [T1059]", one("techniques", "relevantTechniques", Why::Arm)),
            ("alertDetailOverride: {}", one("alertDetailOverride", "alertDetailsOverride", Why::Slip)),
            ("eventGroupingSetting: {}", one("eventGroupingSetting", "eventGroupingSettings", Why::Slip)),
            ("entityMapping: []", one("entityMapping", "entityMappings", Why::Slip)),
            ("title: n", one("title", "name", Why::Elsewhere)),
            ("Frequency: 1h", one("Frequency", "queryFrequency", Why::Elsewhere)),
            ("que\u{200b}ry: T", one("que\u{200b}ry", "query", Why::Hidden)),
            ("entityMappings:\n- EntityType: Host", one("EntityType", "entityType", Why::Case)),
            ("entityMappings:\n- fieldMapping: []", one("fieldMapping", "fieldMappings", Why::Slip)),
            (
                "incidentConfiguration: {groupingConfiguration: {lookBackDuration: 5h}}",
                one("lookBackDuration", "lookbackDuration", Why::Case),
            ),
        ] {
            assert_eq!(near(text), expected, "{text}");
        }
    }

    #[test]
    fn keys_of_another_meaning_stay() {
        for text in [
            "queryNotes: T",
            "customDetails: {displayName: A, techniques: B, Severity: C}",
            "query: T\nQuery: U",
            "tag: one",
            "kink: x",
            "author: me",
            "name: n\ndisplayName: m",
            "name: n\ntitle: m",
            "title: [n]",
            "type: x",
            "references: []",
            "alertDetailOverride: text",
        ] {
            assert_eq!(near(text), [], "{text}");
        }
    }

    #[test]
    fn techniques_of_both_names_are_one_list_and_keep_their_places() {
        let content = read("techniques:\n- T1110\nsubTechniques:\n- T1110.003\nname: n\n");
        let root = to_json(content.root().unwrap());
        assert_eq!(root["relevantTechniques"], serde_json::json!(["T1110", "T1110.003"]));
        assert_eq!(content.near_keys().len(), 2);
        let written = |pointer: &str| content.written_pointer(pointer.to_owned());
        assert_eq!(written("/relevantTechniques/0"), "/techniques/0");
        assert_eq!(written("/relevantTechniques/1"), "/subTechniques/0");
        assert_eq!(written("/relevantTechniques"), "/techniques");
        assert_eq!(written("/name"), "/name");
        let content = read("EntityMappings:\n- FieldMappings: []\n");
        assert_eq!(
            content.written_pointer("/entityMappings/0/fieldMappings".into()),
            "/EntityMappings/0/FieldMappings"
        );
    }
}
