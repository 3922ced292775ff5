//! What lies outside of the query: tables and functions, as the binder asks for them.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use super::super::mentions::Mentions;
use super::super::types::{Column, Relation, Scalar};
use super::super::{Parse, parse};
use super::{Meaning, Value, bind};

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its columns.
    pub relation: Rc<Relation>,
}

/// What a parameter takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A value of this type.
    Scalar(Scalar),
    /// Rows.
    Rows,
}

/// A declared parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The name.
    pub name: Rc<str>,
    /// What it takes.
    pub takes: Takes,
    /// Whether it has a default.
    pub optional: bool,
    /// The columns that rows given to it must have.
    pub columns: Vec<Column>,
    /// Whether it names a column of the rows that `invoke` pipes, which may stand there without quotes.
    pub column_name: bool,
}

/// What a function outside of the query returns.
#[derive(Clone, Debug)]
pub enum Returned {
    /// A value.
    Scalar(Scalar),
    /// Rows with these columns.
    Rows(Rc<Relation>),
    /// The rows it was given with these columns set or added.
    Extended(Vec<Column>),
    /// What its body returns.
    Body(Rc<Body>),
}

/// The body of a function outside of the query.
#[derive(Clone, Debug)]
pub struct Body {
    pub(super) text: String,
    pub(super) parse: Parse,
    /// What it returns, once that is known and depends not on the arguments.
    pub(super) value: OnceCell<Value>,
    /// Whether it is being read, so that a function which calls itself ends.
    pub(super) open: Cell<bool>,
    meaning: OnceCell<Meaning>,
    mentions: OnceCell<Mentions>,
}

impl Body {
    /// Reads a body.
    pub fn new(text: &str) -> Self {
        let (value, open) = (OnceCell::new(), Cell::new(false));
        let (meaning, mentions) = (OnceCell::new(), OnceCell::new());
        Self { text: text.to_owned(), parse: parse(text), value, open, meaning, mentions }
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

    /// What the body means by itself; every later question is answered for the same catalogue.
    pub fn meaning(&self, catalog: &dyn Catalog, params: &[Declared]) -> &Meaning {
        self.meaning.get_or_init(|| bind(&self.text, &self.parse, catalog, params))
    }
}

/// A function outside of the query.
#[derive(Clone, Debug)]
pub struct External {
    /// Its parameters; `None` when they are not known and any arguments will do.
    pub params: Option<Vec<Declared>>,
    /// What it returns.
    pub returns: Returned,
}

/// The tables and functions that a query can name.
pub trait Catalog {
    /// The table of exactly this name.
    fn table(&self, name: &str) -> Option<Table>;
    /// The function of exactly this name.
    fn function(&self, name: &str) -> Option<Rc<External>>;
    /// The names of the tables that a pattern with stars means.
    fn tables_like(&self, pattern: &str) -> Vec<Rc<str>>;
    /// The columns of all tables together, as `search *` returns them.
    fn everything(&self) -> Rc<Relation>;
    /// The table nearest to a name that no table has.
    fn nearest_table(&self, name: &str) -> Option<String>;
    /// The function nearest to a name that no function has.
    fn nearest_function(&self, name: &str) -> Option<String>;
}
