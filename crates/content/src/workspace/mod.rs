//! The tables and functions that queries can name: those that sentlint knows, those that the user adds, and the
//! parsers of the run.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::kql::bind::{Body, Declared, Takes};
use crate::kql::types::Scalar;
use crate::kql::{self, Parse};

mod catalog;
mod read;
#[cfg(test)]
mod tests;

pub use catalog::View;
pub use read::load;

/// The columns of a table that the user adds, with their types.
type Columns = Vec<(String, Scalar)>;

/// A parameter of a function that the user adds.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parameter {
    name: String,
    /// The type of a value; `None` for rows.
    kind: Option<Scalar>,
    /// The columns that rows must have.
    columns: Columns,
    optional: bool,
}

/// What a function that the user adds returns.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Returns {
    Columns(Columns),
    Body(FunctionBody),
    Unknown,
}

/// The query of a function, read when it is first called, for all threads.
#[derive(Clone, Debug)]
struct FunctionBody {
    text: String,
    parse: OnceLock<Arc<Parse>>,
}

impl FunctionBody {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), parse: OnceLock::new() }
    }

    fn body(&self) -> Body {
        Body::new(&self.text, Arc::clone(self.parse.get_or_init(|| Arc::new(kql::parse(&self.text)))))
    }
}

impl PartialEq for FunctionBody {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for FunctionBody {}

/// A function that the user adds.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Function {
    /// `None` when any arguments will do.
    params: Option<Vec<Parameter>>,
    returns: Returns,
}

/// What the user adds to the tables and functions that sentlint knows; it wins over those of the same name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workspace {
    tables: HashMap<String, Columns>,
    functions: HashMap<String, Function>,
}

impl Workspace {
    /// Adds a table of which only the name is known.
    pub fn add_table_name(&mut self, name: &str) {
        self.tables.entry(name.to_owned()).or_default();
    }

    /// Adds a table with its columns, where the table is not there yet.
    pub fn add_table(&mut self, name: &str, columns: Vec<(String, Scalar)>) {
        self.tables.entry(name.to_owned()).or_insert(columns);
    }

    /// Adds a function of which only the name is known.
    pub fn add_function_name(&mut self, name: &str) {
        let function = Function { params: None, returns: Returns::Unknown };
        self.functions.entry(name.to_owned()).or_insert(function);
    }

    /// Adds a parser of the run with its query.
    pub fn add_parser(&mut self, name: &str, params: &[Declared], query: &str) {
        let parameter = |declared: &Declared| Parameter {
            name: declared.name.to_string(),
            kind: match declared.takes {
                Takes::Scalar(kind) => Some(kind),
                Takes::Rows => None,
            },
            columns: Columns::new(),
            optional: declared.optional,
        };
        let params = Some(params.iter().map(parameter).collect());
        let function = Function { params, returns: Returns::Body(FunctionBody::new(query)) };
        self.functions.insert(name.to_owned(), function);
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.functions.is_empty()
    }

    /// What both add; the other wins.
    pub fn merge(&mut self, other: Self) {
        self.tables.extend(other.tables);
        self.functions.extend(other.functions);
    }
}
