//! The types of values, columns and tables.

mod columns;
mod scalar;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(in crate::kql) use columns::MOST_COLUMNS;
pub use columns::{Column, ColumnEdit, ColumnId, ColumnList};
pub use scalar::*;

/// The columns of a table or of a query's result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relation {
    /// The columns in their order.
    pub columns: ColumnList,
    /// Whether there may be more than are known.
    pub has_unknown_columns: bool,
    /// Whether the columns come from a source that may be wrong.
    pub low_confidence: bool,
    /// Whether their types come from such a source, though which columns there are is known.
    pub doubtful_types: bool,
}

impl Relation {
    /// Rows with these columns, and what is in doubt of them. Where columns had to be left out, all is.
    pub fn new(columns: impl Into<ColumnList>, has_unknown_columns: bool, low_confidence: bool) -> Self {
        Self { has_unknown_columns, low_confidence, ..Self::default() }.with(columns)
    }

    /// A relation with these columns and no others.
    pub fn closed(columns: impl Into<ColumnList>) -> Self {
        Self::default().with(columns)
    }

    /// A relation of which nothing is known.
    pub fn unknown() -> Self {
        Self { has_unknown_columns: true, low_confidence: true, ..Self::default() }
    }

    /// The column of exactly this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.get(name)
    }

    /// The same with other columns. Where columns had to be left out, there may be any.
    #[must_use]
    pub fn with(&self, columns: impl Into<ColumnList>) -> Self {
        let columns = columns.into();
        let cut = columns.is_cut();
        Self {
            columns,
            has_unknown_columns: self.has_unknown_columns || cut,
            low_confidence: self.low_confidence || cut,
            doubtful_types: self.doubtful_types,
        }
    }

    /// Other columns and none as well, as an operator leaves them that names every column it returns: which columns
    /// there are is known then, and their types are as doubtful as before. The official analyzer calls such rows as open
    /// as those before; the service does not.
    #[must_use]
    pub(crate) fn closed_with(&self, columns: impl Into<ColumnList>) -> Self {
        let doubtful_types = self.low_confidence || self.doubtful_types;
        Self { doubtful_types, ..Self::default() }.with(columns)
    }

    /// Whether the types of the columns may be wrong.
    pub(crate) fn unsure_types(&self) -> bool {
        self.low_confidence || self.doubtful_types
    }

    /// No columns, with the doubts of these rows and of others.
    #[must_use]
    pub(crate) fn doubts_of<'r>(&self, others: impl IntoIterator<Item = &'r Self>) -> Self {
        let mut doubts = self.with(ColumnList::default());
        for other in others {
            doubts.has_unknown_columns |= other.has_unknown_columns;
            doubts.low_confidence |= other.low_confidence;
            doubts.doubtful_types |= other.doubtful_types;
        }
        doubts
    }
}
