//! Tables: columns with names and types, and rows that share what they hold.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::value::Value;
use crate::kql::types::{Relation, Scalar};

/// The values of a row, in the order of the columns.
pub type Row = Rc<[Value]>;

/// The columns of a table.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    pub columns: Vec<(Arc<str>, Scalar)>,
    index: FxHashMap<Arc<str>, usize>,
}

impl Schema {
    pub(crate) fn new(columns: Vec<(Arc<str>, Scalar)>) -> Self {
        let index = columns.iter().enumerate().map(|(at, (name, _))| (Arc::clone(name), at)).collect();
        Self { columns, index }
    }

    /// The columns that the binder tells. What is known of dynamic values besides is no part of a type here.
    pub(crate) fn of(relation: &Relation) -> Self {
        let column = |column: &crate::kql::types::Column| (Arc::clone(&column.name), plain(column.kind));
        Self::new(relation.columns.iter().map(column).collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.columns.len()
    }

    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    pub(crate) fn kind(&self, at: usize) -> Scalar {
        self.columns.get(at).map_or(Scalar::Dynamic, |(_, kind)| *kind)
    }

    pub(crate) fn push(&mut self, name: Arc<str>, kind: Scalar) {
        self.index.insert(Arc::clone(&name), self.columns.len());
        self.columns.push((name, kind));
    }
}

/// The type of a column: one of the ten that the language has.
pub(crate) fn plain(kind: Scalar) -> Scalar {
    if kind.dynamic() { Scalar::Dynamic } else { kind }
}

/// A table. Cloning it is cheap.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub schema: Rc<Schema>,
    pub rows: Rc<Vec<Row>>,
}

impl Table {
    pub(crate) fn new(schema: Rc<Schema>, rows: Vec<Row>) -> Self {
        Self { schema, rows: Rc::new(rows) }
    }
}
