//! One layer of a list: what it changes of the layers below.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::Column;

/// Up to how many columns a list is looked through faster than an index is made.
pub(super) const SHORT: usize = 24;

/// Where a column stands among the others. Places of the lowest layer are those in its list; what was put before it has
/// places below zero.
pub(super) type Place = i32;

/// What a name means in one layer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    /// The column at this position of the layer's own.
    Own(usize),
    /// It is the name of a column that was taken away or renamed.
    Gone,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    pub(super) own: Vec<Column>,
    /// The place of each of `own`; empty in the lowest layer, where it is the position.
    pub(super) places: Vec<Place>,
    /// What is no more of the layers below: the place, and the name that was there.
    pub(super) gone: Vec<(Place, Arc<str>)>,
}

#[derive(Debug)]
pub(super) struct Layer {
    pub(super) below: Option<Arc<Self>>,
    pub(super) changes: Changes,
    pub(super) index: OnceLock<FxHashMap<Arc<str>, Found>>,
    pub(super) extent: Extent,
}

/// What holds for a whole list, the layers below included.
#[derive(Clone, Debug, Default)]
pub(super) struct Extent {
    /// How many columns there are.
    pub(super) len: usize,
    /// The least place and the one after the greatest.
    pub(super) ends: (Place, Place),
    pub(super) numbers: Numbers,
    /// Whether there would be more columns than rows may have.
    pub(super) cut: bool,
}

/// By name, a number of which all smaller ones, put after the name, are names of columns.
pub(super) type Numbers = Arc<FxHashMap<Arc<str>, u32>>;

impl Changes {
    pub(super) fn size(&self) -> usize {
        self.own.len() + self.gone.len()
    }

    pub(super) fn place(&self, at: usize) -> Place {
        self.places.get(at).copied().unwrap_or_else(|| Place::try_from(at).unwrap_or(Place::MAX))
    }

    pub(super) fn index(&self) -> FxHashMap<Arc<str>, Found> {
        let mut index: FxHashMap<Arc<str>, Found> = FxHashMap::default();
        index.reserve(self.size());
        for (at, column) in self.own.iter().enumerate() {
            index.entry(Arc::clone(&column.name)).or_insert(Found::Own(at));
        }
        for (_, name) in &self.gone {
            index.entry(Arc::clone(name)).or_insert(Found::Gone);
        }
        index
    }

    /// Looks a name up without an index.
    pub(super) fn scan(&self, name: &str) -> Option<Found> {
        let own = self.own.iter().position(|column| &*column.name == name).map(Found::Own);
        own.or_else(|| self.gone.iter().any(|(_, gone)| &**gone == name).then_some(Found::Gone))
    }

    /// The columns by their place.
    pub(super) fn sorted(mut self) -> Vec<Column> {
        if self.places.is_sorted() {
            return self.own;
        }
        let mut order: Vec<(Place, Column)> = self.places.drain(..).zip(self.own.drain(..)).collect();
        order.sort_by_key(|(place, _)| *place);
        order.into_iter().map(|(_, column)| column).collect()
    }
}

impl Layer {
    /// The lowest layer of a list.
    pub(super) fn lowest(own: Vec<Column>, numbers: Numbers, cut: bool) -> Self {
        let len = own.len();
        let ends = (0, Place::try_from(len).unwrap_or(Place::MAX));
        let changes = Changes { own, ..Changes::default() };
        Self::over(None, changes, Extent { len, ends, numbers, cut })
    }

    /// A layer of changes over another.
    pub(super) fn over(below: Option<Arc<Self>>, changes: Changes, extent: Extent) -> Self {
        Self { below, changes, index: OnceLock::new(), extent }
    }

    pub(super) fn find_here(&self, name: &str) -> Option<Found> {
        if self.changes.size() <= SHORT {
            return self.changes.scan(name);
        }
        self.index.get_or_init(|| self.changes.index()).get(name).copied()
    }

    pub(super) fn find(&self, name: &str) -> Option<(Place, &Column)> {
        let mut layer = self;
        loop {
            match layer.find_here(name) {
                Some(Found::Own(at)) => return Some((layer.changes.place(at), layer.changes.own.get(at)?)),
                Some(Found::Gone) => return None,
                None => layer = layer.below.as_deref()?,
            }
        }
    }

    /// What all layers but the lowest make of places, by place, and the lowest.
    fn changed(&self) -> (Vec<(Place, Option<&Column>)>, &Self) {
        let mut changed: Vec<(Place, Option<&Column>)> = Vec::new();
        let mut layer = self;
        while let Some(below) = &layer.below {
            let own = layer.changes.own.iter().enumerate();
            changed.extend(own.map(|(at, column)| (layer.changes.place(at), Some(column))));
            changed.extend(layer.changes.gone.iter().map(|(place, _)| (*place, None)));
            layer = below;
        }
        // The sort is stable, so that of changes at one place the topmost comes first, and what is there before what is gone.
        changed.sort_by_key(|(place, _)| *place);
        changed.dedup_by_key(|(place, _)| *place);
        (changed, layer)
    }

    /// All columns in their order.
    pub(super) fn columns(&self) -> Vec<&Column> {
        let (changed, lowest) = self.changed();
        let mut kept: Vec<&Column> = Vec::with_capacity(self.extent.len);
        let mut changed = changed.into_iter().peekable();
        for (at, column) in lowest.changes.own.iter().enumerate() {
            let place = lowest.changes.place(at);
            while let Some((_, before)) = changed.next_if(|(changed, _)| *changed < place) {
                kept.extend(before);
            }
            match changed.next_if(|(changed, _)| *changed == place) {
                Some((_, other)) => kept.extend(other),
                None => kept.push(column),
            }
        }
        kept.extend(changed.filter_map(|(_, column)| column));
        kept
    }
}

/// Two layers of changes as one.
pub(super) fn merged(below: &Changes, top: Changes) -> Changes {
    let mut taken: rustc_hash::FxHashSet<Place> = top.places.iter().copied().collect();
    taken.extend(top.gone.iter().map(|(place, _)| *place));
    let mut all = top;
    for (at, column) in below.own.iter().enumerate() {
        if !taken.contains(&below.place(at)) {
            all.own.push(column.clone());
            all.places.push(below.place(at));
        }
    }
    all.gone.extend(below.gone.iter().cloned());
    all
}
