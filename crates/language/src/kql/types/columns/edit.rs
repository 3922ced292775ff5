//! A list of columns while it is being changed.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::layer::{Changes, Extent, Found, Layer, Place, SHORT, merged};
use super::{Column, ColumnList, MOST_COLUMNS};
use crate::kql::work;

/// A list of columns that is being changed.
#[derive(Clone, Debug, Default)]
pub struct ColumnEdit {
    below: ColumnList,
    changes: Changes,
    /// What names mean in the changes, once there are more than a few.
    index: Option<FxHashMap<Arc<str>, Found>>,
    extent: Extent,
}

impl ColumnEdit {
    /// A list to change, which shares what it leaves as it is.
    pub(super) fn of(list: &ColumnList) -> Self {
        let extent = list.0.as_ref().map(|layer| layer.extent.clone()).unwrap_or_default();
        Self { below: list.clone(), changes: Changes::default(), index: None, extent }
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.extent.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.extent.len == 0
    }

    /// Whether no more columns can be added.
    pub fn is_full(&self) -> bool {
        self.extent.len >= MOST_COLUMNS
    }

    fn find_here(&mut self, name: &str) -> Option<Found> {
        if self.index.is_none() && self.changes.size() <= SHORT {
            return self.changes.scan(name);
        }
        self.index.get_or_insert_with(|| self.changes.index()).get(name).copied()
    }

    fn find(&mut self, name: &str) -> Option<(Place, &Column)> {
        match self.find_here(name) {
            Some(Found::Own(at)) => Some((self.changes.place(at), self.changes.own.get(at)?)),
            Some(Found::Gone) => None,
            None => self.below.0.as_ref()?.find(name),
        }
    }

    /// The column of a name.
    pub fn get(&mut self, name: &str) -> Option<&Column> {
        self.find(name).map(|(_, column)| column)
    }

    /// Whether there is a column of a name.
    pub fn has(&mut self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn note(&mut self, place: Place, column: Column) {
        if let Some(index) = &mut self.index {
            index.insert(Arc::clone(&column.name), Found::Own(self.changes.own.len()));
        }
        self.changes.own.push(column);
        self.changes.places.push(place);
    }

    /// Adds a column after the others.
    pub fn push(&mut self, column: Column) {
        if self.is_full() {
            self.extent.cut = true;
            return;
        }
        self.extent.len += 1;
        self.note(self.extent.ends.1, column);
        self.extent.ends.1 += 1;
    }

    /// Adds a column before the others.
    pub fn push_front(&mut self, column: Column) {
        self.extent.len += 1;
        self.extent.ends.0 -= 1;
        self.note(self.extent.ends.0, column);
    }

    /// Puts a column in place of the one of its name. False where there is none.
    pub fn replace(&mut self, column: Column) -> bool {
        let Some((place, _)) = self.find(&column.name) else { return false };
        match self.find_here(&column.name) {
            Some(Found::Own(at)) => self.changes.own[at] = column,
            _ => self.note(place, column),
        }
        true
    }

    /// Takes a column away; its place among the others.
    fn take(&mut self, name: &str) -> Option<Place> {
        let (place, column) = self.find(name)?;
        let name = Arc::clone(&column.name);
        if let Some(Found::Own(at)) = self.find_here(&name) {
            self.changes.own.swap_remove(at);
            self.changes.places.swap_remove(at);
            if let Some(index) = &mut self.index {
                index.remove(&name);
                if let Some(moved) = self.changes.own.get(at) {
                    index.insert(Arc::clone(&moved.name), Found::Own(at));
                }
            }
        }
        if self.below.0.is_some() {
            if let Some(index) = &mut self.index {
                index.entry(Arc::clone(&name)).or_insert(Found::Gone);
            }
            self.changes.gone.push((place, Arc::clone(&name)));
        }
        self.forget_numbers(&name);
        Some(place)
    }

    /// Takes a column away, if there is one of this name.
    pub fn remove(&mut self, name: &str) {
        if self.take(name).is_some() {
            self.extent.len -= 1;
        }
    }

    /// Puts a column in place of one of another name. Where there is none, it comes after the others.
    pub fn rename(&mut self, old: &str, column: Column) {
        match self.take(old) {
            Some(place) => self.note(place, column),
            None => self.push(column),
        }
    }

    /// A name that no column has, and for which `free` says that it may be taken: the name with the first such number.
    pub fn numbered(&mut self, name: &Arc<str>, free: impl Fn(&str) -> bool) -> Arc<str> {
        let first = self.extent.numbers.get(name).copied().unwrap_or(1);
        let (mut number, mut all_taken) = (first, true);
        let found = loop {
            let numbered = format!("{name}{number}");
            if !self.has(&numbered) {
                if free(&numbered) {
                    break numbered.into();
                }
                all_taken = false;
            }
            number += 1;
        };
        // For the first numbers, looking is as fast as noting.
        if all_taken && number > first.max(4) {
            Arc::make_mut(&mut self.extent.numbers).insert(Arc::clone(name), number);
        }
        found
    }

    /// A name is free again, which may be one with a number.
    fn forget_numbers(&mut self, name: &str) {
        if self.extent.numbers.is_empty() {
            return;
        }
        let stem = name.trim_end_matches(|char: char| char.is_ascii_digit());
        for split in stem.len()..name.len() {
            if let (Some(known), Ok(number)) =
                (self.extent.numbers.get(&name[..split]), name[split..].parse::<u32>())
                && number < *known
            {
                Arc::make_mut(&mut self.extent.numbers).insert(name[..split].into(), number.max(1));
            }
        }
    }

    /// The list as it is now.
    pub fn finish(self) -> ColumnList {
        let Self { below, mut changes, extent, .. } = self;
        work::done(changes.size());
        let Some(mut under) = below.0 else {
            let own = changes.sorted();
            let some = !own.is_empty() || extent.cut;
            return ColumnList(some.then(|| Arc::new(Layer::lowest(own, extent.numbers, extent.cut))));
        };
        if changes.size() == 0 && extent.cut == under.extent.cut {
            return ColumnList(Some(under));
        }
        loop {
            let small = under.changes.size() <= (2 * changes.size()).max(SHORT);
            if !small {
                break;
            }
            let Some(lower) = &under.below else {
                // What is changed is about as much as there is: the list starts anew.
                let top = Layer::over(Some(under), changes, extent);
                work::done(top.extent.len);
                let own: Vec<Column> = top.columns().into_iter().cloned().collect();
                let Extent { numbers, cut, .. } = top.extent;
                return ColumnList(Some(Arc::new(Layer::lowest(own, numbers, cut))));
            };
            work::done(under.changes.size());
            changes = merged(&under.changes, changes);
            under = Arc::clone(lower);
        }
        ColumnList(Some(Arc::new(Layer::over(Some(under), changes, extent))))
    }
}

impl From<ColumnEdit> for ColumnList {
    fn from(edit: ColumnEdit) -> Self {
        edit.finish()
    }
}
