//! What lies outside the query: tables and functions, as the binder asks for them.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::super::Parse;
use super::super::mentions::Mentions;
use super::super::model::Declared;
use super::super::types::{Column, Relation, Scalar};
use super::{SemanticModel, Value, bind};

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its columns.
    pub relation: Arc<Relation>,
}

/// What a function outside the query returns.
#[derive(Clone, Debug)]
pub enum Returned {
    /// A value.
    Scalar(Scalar),
    /// Rows with these columns.
    Rows(Arc<Relation>),
    /// The rows it was given with these columns set or added.
    Extended {
        /// The columns.
        columns: Vec<Column>,
        /// Whether it may add others, too.
        open: bool,
    },
    /// What its body returns.
    Body(Rc<Body>),
}

/// The body of a function outside the query.
#[derive(Clone, Debug)]
pub struct Body {
    pub(super) text: String,
    pub(super) parse: Arc<Parse>,
    /// What it returns, once that is known and depends not on the arguments.
    pub(super) value: OnceCell<Value>,
    /// Whether it is being read, so that a function which calls itself ends.
    pub(super) open: Cell<bool>,
    meaning: OnceCell<SemanticModel>,
    mentions: OnceCell<Mentions>,
}

impl Body {
    /// A body that has been read.
    pub fn new(text: &str, parse: Arc<Parse>) -> Self {
        let (value, open) = (OnceCell::new(), Cell::new(false));
        let (meaning, mentions) = (OnceCell::new(), OnceCell::new());
        Self { text: text.to_owned(), parse, value, open, meaning, mentions }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tree.
    pub fn parse(&self) -> &Parse {
        &self.parse
    }

    /// What the body mentions.
    pub fn mentions(&self) -> &Mentions {
        self.mentions.get_or_init(|| Mentions::of(&self.parse))
    }

    /// What the body means by itself; every later question is answered for the same catalog.
    pub fn meaning(&self, catalog: &dyn Catalog, params: &[Declared]) -> &SemanticModel {
        self.meaning.get_or_init(|| bind(&self.text, &self.parse, catalog, params))
    }
}

/// A function outside the query.
#[derive(Clone, Debug)]
pub struct External {
    /// Its parameters; `None` when they are not known and any arguments will do.
    pub params: Option<Vec<Declared>>,
    /// What it returns.
    pub returns: Returned,
}

/// Which catalog it is: two with the same id answer every question in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CatalogId(u64);

impl CatalogId {
    /// An id that no other catalog has.
    pub fn fresh() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// The tables and functions that a query can name.
pub trait Catalog {
    /// Which catalog this is, so that what was found out with its help can be kept for the next time.
    fn id(&self) -> CatalogId;
    /// The table of exactly this name.
    fn table(&self, name: &str) -> Option<Table>;
    /// The function of exactly this name.
    fn function(&self, name: &str) -> Option<Rc<External>>;
    /// The names of the tables that a pattern with stars means.
    fn tables_like(&self, pattern: &str) -> Vec<Arc<str>>;
    /// The columns of all tables together, as `search *` returns them.
    fn everything(&self) -> Arc<Relation>;
    /// The names of the tables that were added to those that are known anyway, sorted.
    fn added_tables(&self) -> Vec<Arc<str>> {
        Vec::new()
    }
    /// The names of the functions that were added to those that are known anyway, sorted.
    fn added_functions(&self) -> Vec<Arc<str>> {
        Vec::new()
    }
    /// The table nearest to a name that no table has.
    fn nearest_table(&self, name: &str) -> Option<String>;
    /// The function nearest to a name that no function has.
    fn nearest_function(&self, name: &str) -> Option<String>;
}

/// A catalog that knows nothing: every table is unknown, and so is every function that is not of the language.
#[cfg(any(test, feature = "testing", fuzzing))]
#[derive(Clone, Copy, Debug)]
pub struct NoCatalog;

#[cfg(any(test, feature = "testing", fuzzing))]
impl Catalog for NoCatalog {
    fn id(&self) -> CatalogId {
        CatalogId(u64::MAX)
    }

    fn table(&self, _name: &str) -> Option<Table> {
        None
    }

    fn function(&self, _name: &str) -> Option<Rc<External>> {
        None
    }

    fn tables_like(&self, _pattern: &str) -> Vec<Arc<str>> {
        Vec::new()
    }

    fn everything(&self) -> Arc<Relation> {
        Arc::new(Relation::unknown())
    }

    fn nearest_table(&self, _name: &str) -> Option<String> {
        None
    }

    fn nearest_function(&self, _name: &str) -> Option<String> {
        None
    }
}
