//! Reads the facts about custom detections; `xtask/src/defender.rs` writes them and tells their layout.

use super::model::{Action, Collection, EventTable, SentinelEntity};
use crate::words::{Fields, block};

/// Everything that is not a short list.
pub(super) struct Facts {
    /// Sorted by name.
    pub(super) tables: Vec<EventTable>,
    /// A table or `*`, a column in a workspace, and its name in advanced hunting.
    pub(super) renames: Vec<[&'static str; 3]>,
    pub(super) collections: Vec<Collection>,
    pub(super) sentinel: Vec<SentinelEntity>,
    /// The type of an asset of the old shape, its identifier, and the collection and member that it is now.
    pub(super) old_assets: Vec<[&'static str; 4]>,
    pub(super) actions: Vec<Action>,
    /// An identifier of an action of the old shape, and the member and column that it is now.
    pub(super) old_identifiers: Vec<[&'static str; 3]>,
}

pub(super) fn facts(text: &'static str) -> Facts {
    let mut lines = text.lines();
    Facts {
        tables: block(&mut lines).map(table).collect(),
        renames: block(&mut lines).map(fields).collect(),
        collections: block(&mut lines).map(collection).collect(),
        sentinel: block(&mut lines).map(sentinel_entity).collect(),
        old_assets: block(&mut lines).map(fields).collect(),
        actions: block(&mut lines).map(action).collect(),
        old_identifiers: block(&mut lines).map(fields).collect(),
    }
}

fn fields<const N: usize>(line: &'static str) -> [&'static str; N] {
    let mut fields = Fields::of(line);
    std::array::from_fn(|_| fields.text())
}

fn table(line: &'static str) -> EventTable {
    let mut fields = Fields::of(line);
    let (name, marks) = (fields.text(), fields.text());
    let (time, required) = (fields.some(), fields.words());
    EventTable {
        name,
        defender: marks.contains('d'),
        time,
        required: Some(required).filter(|required| !required.contains("-")),
        nrt: marks.contains('n'),
        not_in_nrt: fields.words(),
        assets: fields.words(),
        columns: fields.words(),
    }
}

fn collection(line: &'static str) -> Collection {
    let mut fields = Fields::of(line);
    Collection { name: fields.text(), members: fields.words(), strong: fields.sets() }
}

fn sentinel_entity(line: &'static str) -> SentinelEntity {
    let mut fields = Fields::of(line);
    SentinelEntity { name: fields.text(), collection: fields.some(), fields: fields.words() }
}

fn action(line: &'static str) -> Action {
    let mut fields = Fields::of(line);
    Action {
        list: fields.text(),
        required: fields.words(),
        one_of: fields.words(),
        optional: fields.words(),
        old: fields.some(),
    }
}
