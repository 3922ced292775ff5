//! Columns, and lists of them.
//!
//! An operator changes few of the columns that go into it. So a list is a layer of changes over the list that it was made
//! of, and shares that. Layers are merged once one is at least half as large as the one below, so that there are few:
//! a chain of operators takes about as much time and memory as it has operators, however wide the rows are.

use std::sync::Arc;

use super::scalar::Scalar;
use layer::{Layer, Numbers};

mod edit;
mod layer;

pub use edit::ColumnEdit;

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

/// Columns in their order, shared with the lists that they were made of. To make another list, change a
/// [`ColumnEdit`] of it.
#[derive(Clone, Debug, Default)]
pub struct ColumnList(Option<Arc<Layer>>);

impl ColumnList {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |layer| layer.extent.len)
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
        ColumnEdit::of(self)
    }

    /// Whether columns were left out because rows may not have so many: then there may be any as well.
    pub fn is_cut(&self) -> bool {
        self.0.as_ref().is_some_and(|layer| layer.extent.cut)
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
