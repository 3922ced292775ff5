//! Columns, and lists of them.
//!
//! An operator changes few of the columns that go into it. So a list is a layer of changes over the list that it was made
//! of, and shares that. Layers are merged once one is at least half as large as the one below, so that there are few:
//! a chain of operators takes about as much time and memory as it has operators, however wide the rows are.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::scalar::Scalar;
use crate::kql::work;

/// Which column of a query a column is, wherever it goes on to. The binder gives a number to every column that is made
/// or read, where everything that it finds out is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnId(u32);

impl ColumnId {
    /// No identity: that of a column outside a query, and of all columns where no more than findings is asked for.
    pub const NONE: Self = Self(0);

    /// The column of this number, the first of which is 1.
    pub(in crate::kql) fn of(number: usize) -> Self {
        Self(u32::try_from(number).unwrap_or_default())
    }

    /// Its place in the list of all columns of the query.
    pub(in crate::kql) fn index(self) -> Option<usize> {
        (self.0 as usize).checked_sub(1)
    }
}

/// A column. Two are equal that have the same name and type, whichever they are.
#[derive(Clone, Debug)]
pub struct Column {
    /// The name.
    pub name: Arc<str>,
    /// The type.
    pub kind: Scalar,
    /// Which column of the query it is.
    pub id: ColumnId,
}

impl Column {
    /// A column without an identity.
    pub fn new(name: impl Into<Arc<str>>, kind: Scalar) -> Self {
        Self { name: name.into(), kind, id: ColumnId::NONE }
    }

    /// The same as this column of the query.
    #[must_use]
    pub fn with_id(self, id: ColumnId) -> Self {
        Self { id, ..self }
    }
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.name == other.name
    }
}

impl Eq for Column {}

/// How many columns rows may have. Rows that are joined with themselves double theirs each time; all tables
/// together have some 30,000.
pub(in crate::kql) const MOST_COLUMNS: usize = 50_000;

/// Up to how many columns a list is looked through faster than an index is made.
const SHORT: usize = 24;

/// Columns in their order, shared with the lists that they were made of. To make another list, change a
/// [`ColumnEdit`] of it.
#[derive(Clone, Debug, Default)]
pub struct ColumnList(Option<Arc<Layer>>);

/// Where a column stands among the others. Places of the lowest layer are those in its list; what was put before it has
/// places below zero.
type Place = i32;

/// What a name means in one layer.
#[derive(Clone, Copy, Debug)]
enum Found {
    /// The column at this position of the layer's own.
    Own(usize),
    /// It is the name of a column that was taken away or renamed.
    Gone,
}

#[derive(Clone, Debug, Default)]
struct Changes {
    own: Vec<Column>,
    /// The place of each of `own`; empty in the lowest layer, where it is the position.
    places: Vec<Place>,
    /// What is no more of the layers below: the place, and the name that was there.
    gone: Vec<(Place, Arc<str>)>,
}

#[derive(Debug)]
struct Layer {
    below: Option<Arc<Self>>,
    changes: Changes,
    index: OnceLock<FxHashMap<Arc<str>, Found>>,
    /// How many columns there are, those below among them.
    len: usize,
    /// The least place and the one after the greatest.
    ends: (Place, Place),
    numbers: Numbers,
    /// Whether there would be more columns than rows may have.
    cut: bool,
}

/// By name, a number of which all smaller ones, put after the name, are names of columns.
type Numbers = Arc<FxHashMap<Arc<str>, u32>>;

impl Changes {
    fn size(&self) -> usize {
        self.own.len() + self.gone.len()
    }

    fn place(&self, at: usize) -> Place {
        self.places.get(at).copied().unwrap_or_else(|| Place::try_from(at).unwrap_or(Place::MAX))
    }

    fn index(&self) -> FxHashMap<Arc<str>, Found> {
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
    fn scan(&self, name: &str) -> Option<Found> {
        let own = self.own.iter().position(|column| &*column.name == name).map(Found::Own);
        own.or_else(|| self.gone.iter().any(|(_, gone)| &**gone == name).then_some(Found::Gone))
    }

    /// The columns by their place.
    fn sorted(mut self) -> Vec<Column> {
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
    fn lowest(own: Vec<Column>, numbers: Numbers, cut: bool) -> Self {
        let len = own.len();
        let ends = (0, Place::try_from(len).unwrap_or(Place::MAX));
        let changes = Changes { own, ..Changes::default() };
        Self { below: None, changes, index: OnceLock::new(), len, ends, numbers, cut }
    }

    fn find_here(&self, name: &str) -> Option<Found> {
        if self.changes.size() <= SHORT {
            return self.changes.scan(name);
        }
        self.index.get_or_init(|| self.changes.index()).get(name).copied()
    }

    fn find(&self, name: &str) -> Option<(Place, &Column)> {
        let mut layer = self;
        loop {
            match layer.find_here(name) {
                Some(Found::Own(at)) => return Some((layer.changes.place(at), layer.changes.own.get(at)?)),
                Some(Found::Gone) => return None,
                None => layer = layer.below.as_deref()?,
            }
        }
    }

    /// What all layers but the lowest make of places, and the lowest.
    fn flattened(&self) -> (FxHashMap<Place, Option<&Column>>, &Self) {
        let mut changed: FxHashMap<Place, Option<&Column>> = FxHashMap::default();
        let mut layer = self;
        while let Some(below) = &layer.below {
            for (at, column) in layer.changes.own.iter().enumerate() {
                changed.entry(layer.changes.place(at)).or_insert(Some(column));
            }
            for (place, _) in &layer.changes.gone {
                changed.entry(*place).or_insert(None);
            }
            layer = below;
        }
        (changed, layer)
    }

    /// All columns in their order.
    fn columns(&self) -> Vec<&Column> {
        let (mut changed, lowest) = self.flattened();
        let mut kept: Vec<&Column> = Vec::with_capacity(self.len);
        for (at, column) in lowest.changes.own.iter().enumerate() {
            match changed.remove(&lowest.changes.place(at)) {
                Some(Some(other)) => kept.push(other),
                Some(None) => {}
                None => kept.push(column),
            }
        }
        let others = changed.into_iter().filter_map(|(place, column)| Some((place, column?)));
        let mut others: Vec<(Place, &Column)> = others.collect();
        others.sort_unstable_by_key(|(place, _)| *place);
        let before = others.partition_point(|(place, _)| *place < 0);
        let column = |(_, column): &(Place, _)| *column;
        let (before, after) = others.split_at(before);
        if before.is_empty() {
            kept.extend(after.iter().map(column));
            return kept;
        }
        before.iter().map(column).chain(kept).chain(after.iter().map(column)).collect()
    }
}

impl ColumnList {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |layer| layer.len)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first column of exactly this name.
    pub fn get(&self, name: &str) -> Option<&Column> {
        self.0.as_ref()?.find(name).map(|(_, column)| column)
    }

    /// The columns in their order.
    pub fn iter(&self) -> Columns<'_> {
        match &self.0 {
            None => Columns::Slice([].iter()),
            Some(layer) if layer.below.is_none() => Columns::Slice(layer.changes.own.iter()),
            Some(layer) => Columns::List(layer.columns().into_iter()),
        }
    }

    /// The first column.
    pub fn first(&self) -> Option<&Column> {
        let layer = self.0.as_ref()?;
        if layer.below.is_none() {
            return layer.changes.own.first();
        }
        self.iter().next()
    }

    /// Whether it shares columns with a list that it was made of.
    pub(in crate::kql) fn is_layered(&self) -> bool {
        self.0.as_ref().is_some_and(|layer| layer.below.is_some())
    }

    /// The only column, where there is one.
    pub fn only(&self) -> Option<&Column> {
        if self.len() == 1 { self.first() } else { None }
    }

    /// A list to change, which shares what it leaves as it is.
    pub fn edit(&self) -> ColumnEdit {
        let layer = self.0.as_ref();
        ColumnEdit {
            changes: Changes::default(),
            index: None,
            len: self.len(),
            ends: layer.map_or((0, 0), |layer| layer.ends),
            numbers: layer.map(|layer| Arc::clone(&layer.numbers)).unwrap_or_default(),
            cut: self.is_cut(),
            below: self.clone(),
        }
    }

    /// Whether columns were left out because rows may not have so many: then there may be any as well.
    pub fn is_cut(&self) -> bool {
        self.0.as_ref().is_some_and(|layer| layer.cut)
    }

    /// The columns that may be other than in the list that this one was made of. All, where it was made otherwise.
    pub(in crate::kql) fn new_since<'l>(&'l self, from: &Self) -> Vec<&'l Column> {
        let layers = |list: &'l Self| {
            std::iter::successors(list.0.as_deref(), |layer: &&'l Layer| layer.below.as_deref())
        };
        let known: Vec<*const Layer> =
            std::iter::successors(from.0.as_deref(), |layer| layer.below.as_deref())
                .map(std::ptr::from_ref)
                .collect();
        let new = layers(self).take_while(|layer| !known.contains(&std::ptr::from_ref(*layer)));
        new.flat_map(|layer| &layer.changes.own).collect()
    }
}

impl From<Vec<Column>> for ColumnList {
    fn from(mut columns: Vec<Column>) -> Self {
        if columns.is_empty() {
            return Self(None);
        }
        let cut = columns.len() > MOST_COLUMNS;
        columns.truncate(MOST_COLUMNS);
        Self(Some(Arc::new(Layer::lowest(columns, Numbers::default(), cut))))
    }
}

impl FromIterator<Column> for ColumnList {
    fn from_iter<I: IntoIterator<Item = Column>>(columns: I) -> Self {
        columns.into_iter().collect::<Vec<_>>().into()
    }
}

impl PartialEq for ColumnList {
    fn eq(&self, other: &Self) -> bool {
        let same = match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        };
        same || self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for ColumnList {}

/// The columns of a list, in their order.
#[derive(Debug)]
pub enum Columns<'l> {
    /// They lie side by side.
    Slice(std::slice::Iter<'l, Column>),
    /// They were gathered.
    List(std::vec::IntoIter<&'l Column>),
}

impl<'l> Iterator for Columns<'l> {
    type Item = &'l Column;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Slice(columns) => columns.next(),
            Self::List(columns) => columns.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Slice(columns) => columns.size_hint(),
            Self::List(columns) => columns.size_hint(),
        }
    }
}

impl ExactSizeIterator for Columns<'_> {}

impl<'l> IntoIterator for &'l ColumnList {
    type Item = &'l Column;
    type IntoIter = Columns<'l>;

    fn into_iter(self) -> Columns<'l> {
        self.iter()
    }
}

/// A list of columns that is being changed.
#[derive(Clone, Debug, Default)]
pub struct ColumnEdit {
    below: ColumnList,
    changes: Changes,
    /// What names mean in the changes, once there are more than a few.
    index: Option<FxHashMap<Arc<str>, Found>>,
    len: usize,
    ends: (Place, Place),
    numbers: Numbers,
    cut: bool,
}

impl ColumnEdit {
    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether no more columns can be added.
    pub fn is_full(&self) -> bool {
        self.len >= MOST_COLUMNS
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
            self.cut = true;
            return;
        }
        self.len += 1;
        self.note(self.ends.1, column);
        self.ends.1 += 1;
    }

    /// Adds a column before the others.
    pub fn push_front(&mut self, column: Column) {
        self.len += 1;
        self.ends.0 -= 1;
        self.note(self.ends.0, column);
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
            self.len -= 1;
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
        let first = self.numbers.get(name).copied().unwrap_or(1);
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
            Arc::make_mut(&mut self.numbers).insert(Arc::clone(name), number);
        }
        found
    }

    /// A name is free again, which may be one with a number.
    fn forget_numbers(&mut self, name: &str) {
        if self.numbers.is_empty() {
            return;
        }
        let stem = name.trim_end_matches(|char: char| char.is_ascii_digit());
        for split in stem.len()..name.len() {
            if let (Some(known), Ok(number)) =
                (self.numbers.get(&name[..split]), name[split..].parse::<u32>())
                && number < *known
            {
                Arc::make_mut(&mut self.numbers).insert(name[..split].into(), number.max(1));
            }
        }
    }

    /// The list as it is now.
    pub fn finish(self) -> ColumnList {
        let Self { below, mut changes, len, ends, numbers, cut, .. } = self;
        work::done(changes.size());
        let Some(mut under) = below.0 else {
            let own = changes.sorted();
            let some = !own.is_empty() || cut;
            return ColumnList(some.then(|| Arc::new(Layer::lowest(own, numbers, cut))));
        };
        if changes.size() == 0 && cut == under.cut {
            return ColumnList(Some(under));
        }
        loop {
            let small = under.changes.size() <= (2 * changes.size()).max(SHORT);
            if !small {
                break;
            }
            let Some(lower) = &under.below else {
                // What is changed is about as much as there is: the list starts anew.
                let top =
                    Layer { below: Some(under), changes, index: OnceLock::new(), len, ends, numbers, cut };
                work::done(top.len);
                let own: Vec<Column> = top.columns().into_iter().cloned().collect();
                return ColumnList(Some(Arc::new(Layer::lowest(own, top.numbers, cut))));
            };
            work::done(under.changes.size());
            changes = merged(&under.changes, changes);
            under = Arc::clone(lower);
        }
        let below = Some(under);
        ColumnList(Some(Arc::new(Layer { below, changes, index: OnceLock::new(), len, ends, numbers, cut })))
    }
}

/// Two layers of changes as one.
fn merged(below: &Changes, top: Changes) -> Changes {
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

impl From<ColumnEdit> for ColumnList {
    fn from(edit: ColumnEdit) -> Self {
        edit.finish()
    }
}
