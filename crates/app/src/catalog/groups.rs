//! What several queries and rules have in common: the pages of techniques, tables, connectors, entities, parsers and tags.

use std::collections::BTreeMap;

use super::entry::{Entry, Link, Member};
use super::names::Names;
use crate::knowledge::attack::Version;
use crate::order::Order as _;

/// The entries that have something in common.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// What it is: `technique`, `table`, ...
    pub(super) what: &'static str,
    pub(super) name: String,
    /// What is known of it beside its name.
    pub(super) about: Option<String>,
    pub(super) url: Option<String>,
    pub(super) page: String,
    /// The entries by their index, sorted by name.
    pub(super) entries: Vec<usize>,
    /// Of a table: the columns that are named, with their types, and by how many entries.
    pub(super) columns: BTreeMap<(String, &'static str), usize>,
}

/// All groups, by what they are and by name.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pub(super) all: BTreeMap<(&'static str, String), Group>,
    /// Every entry as groups list it.
    pub(super) members: Vec<Member>,
}

/// The kinds of groups, each with the title of its list.
pub(super) const KINDS: [(&str, &str); 5] = [
    ("technique", "Techniques"),
    ("table", "Tables"),
    ("connector", "Connectors"),
    ("entity", "Entities"),
    ("tag", "Tags"),
];

/// At most so many similar queries are listed.
const MOST_SIMILAR: usize = 10;

impl Groups {
    /// Groups entries, and fills in which of them are similar and which call which.
    pub(super) fn of(entries: &mut [Entry], names: &mut Names, extension: &str, attack: Version) -> Self {
        let mut groups = Self { members: entries.iter().map(Entry::member).collect(), ..Self::default() };
        for (at, entry) in entries.iter().enumerate() {
            let mut add = |what: &'static str, name: &str| {
                if name.is_empty() {
                    return;
                }
                let key = (what, name.to_owned());
                let group = groups.all.entry(key).or_insert_with(|| Group {
                    what,
                    name: name.to_owned(),
                    about: None,
                    url: None,
                    page: names.page(what, name, extension),
                    entries: Vec::new(),
                    columns: BTreeMap::new(),
                });
                if group.entries.last() != Some(&at) {
                    group.entries.push(at);
                }
            };
            for technique in &entry.techniques {
                let id = technique.id.to_ascii_uppercase();
                add("technique", &id);
                if let Some((parent, _)) = id.split_once('.') {
                    add("technique", parent);
                }
            }
            entry.tables.iter().for_each(|name| add("table", name));
            entry.connectors.iter().for_each(|connector| add("connector", &connector.id));
            entry.entities.iter().for_each(|entity| add("entity", &entity.kind));
            entry.tags.iter().for_each(|tag| add("tag", tag));
            for read in &entry.reads {
                if let Some(group) = groups.all.get_mut(&("table", read.table.clone())) {
                    *group.columns.entry((read.name.clone(), read.kind)).or_default() += 1;
                }
            }
        }
        let Self { all, members } = &mut groups;
        for ((what, name), group) in all {
            group.entries.order_by_key(|at| &members[*at]);
            if *what == "technique" {
                group.about = super::technique_name(attack, name);
                group.url = attack.technique(name).map(crate::knowledge::attack::Technique::url);
            }
        }
        relate(entries);
        groups
    }

    /// The entries of a group, by name.
    pub(super) fn members<'g>(&'g self, group: &'g Group) -> impl Iterator<Item = &'g Member> {
        group.entries.iter().map(|at| &self.members[*at])
    }

    /// The page of a group.
    pub(super) fn page(&self, what: &'static str, name: &str) -> Option<&str> {
        self.all.get(&(what, name.to_owned())).map(|group| &*group.page)
    }

    /// The groups of a kind, by name.
    pub(super) fn of_kind(&self, what: &'static str) -> impl Iterator<Item = &Group> {
        self.all.values().filter(move |group| group.what == what)
    }
}

/// Fills in which queries have the same shape over the same tables, and which call which parsers.
fn relate(entries: &mut [Entry]) {
    let mut parsers: BTreeMap<String, usize> = BTreeMap::new();
    let mut shapes: BTreeMap<(Vec<String>, String), Vec<usize>> = BTreeMap::new();
    for (at, entry) in entries.iter_mut().enumerate() {
        if !entry.shape.is_empty() {
            let shape = std::mem::take(&mut entry.shape);
            shapes.entry((entry.tables.clone(), shape)).or_default().push(at);
        }
        for name in &entry.parser_names {
            parsers.entry(name.clone()).or_insert(at);
        }
    }
    let links: Vec<Link> = entries.iter().map(Entry::link).collect();
    for members in shapes.values() {
        for (place, at) in members.iter().enumerate() {
            // Those next to it in the order of paths are the likeliest to be of its family.
            let from =
                place.saturating_sub(MOST_SIMILAR / 2).min(members.len().saturating_sub(MOST_SIMILAR + 1));
            let near = members[from..].iter().take(MOST_SIMILAR + 1).filter(|other| *other != at);
            entries[*at].similar = near.map(|other| links[*other].clone()).take(MOST_SIMILAR).collect();
        }
    }
    let mut callers: BTreeMap<usize, Vec<Link>> = BTreeMap::new();
    for at in 0..entries.len() {
        let called: Vec<usize> = entries[at]
            .functions
            .iter()
            .filter_map(|name| parsers.get(name).copied())
            .filter(|other| *other != at)
            .collect();
        entries[at].calls = called.iter().map(|other| links[*other].clone()).collect();
        for other in called {
            callers.entry(other).or_default().push(links[at].clone());
        }
    }
    for (at, mut links) in callers {
        links.order();
        links.dedup();
        entries[at].callers = links;
    }
}
