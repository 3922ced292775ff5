//! The workspace as the binder asks for it. A view belongs to one thread, and reads a table when it is first named.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::{Columns, Parameter, Returns, Workspace};
use crate::knowledge::defender::{self, EventTable};
use crate::knowledge::functions::{self, ParameterKind};
use crate::knowledge::tables::{self, ColumnType, Grade};
use crate::kql::bind::{
    Catalog, CatalogId, Declared, External, Returned, Table, Takes, matches_wildcard, union_columns,
    union_relations,
};
use crate::kql::types::{Column, Relation, Scalar};
use crate::similar::nearest_name;

/// A view of a workspace.
pub struct View<'w> {
    id: CatalogId,
    /// What was added, the first to be asked first.
    added: Vec<&'w Workspace>,
    functions: RefCell<FxHashMap<String, Option<Rc<External>>>>,
    everything: OnceCell<Arc<Relation>>,
    /// Whether Defender's tables have the columns of advanced hunting, and not those of their copies in a workspace.
    is_hunting: bool,
    /// The same as advanced hunting shows it, once it has been asked for.
    hunting: OnceCell<Box<Self>>,
}

thread_local! {
    /// The columns of the tables that sentlint knows, once they have been asked for.
    static TABLES: RefCell<FxHashMap<&'static str, Arc<Relation>>> = RefCell::new(FxHashMap::default());
    /// The same for tables as advanced hunting shows them.
    static HUNTING: RefCell<FxHashMap<&'static str, Arc<Relation>>> = RefCell::new(FxHashMap::default());
}

/// The columns of all tables that sentlint knows, once they have been asked for: to unite them takes longer than most queries do.
static EVERYTHING: OnceLock<Arc<Relation>> = OnceLock::new();

fn every_known_column() -> Arc<Relation> {
    let all = tables::tables().flat_map(tables::Table::columns);
    let columns = union_columns(all.map(|(name, kind)| (name, scalar(kind))), Arc::from);
    Arc::new(Relation::new(columns, true, true))
}

impl<'w> View<'w> {
    /// A view of what the user added and of what sentlint knows.
    pub fn new(added: Vec<&'w Workspace>) -> Self {
        Self {
            id: CatalogId::fresh(),
            added,
            functions: RefCell::new(FxHashMap::default()),
            everything: OnceCell::new(),
            is_hunting: false,
            hunting: OnceCell::new(),
        }
    }

    /// The same as Defender's advanced hunting shows it: its own tables with their columns there, and those of the
    /// workspace beside them.
    pub fn hunting(&self) -> &Self {
        if self.is_hunting {
            return self;
        }
        self.hunting.get_or_init(|| Box::new(Self { is_hunting: true, ..Self::new(self.added.clone()) }))
    }

    fn find_function(&self, name: &str) -> Option<External> {
        if let Some(function) = self.added.iter().find_map(|added| added.functions.get(name)) {
            let params = function.params.as_ref().map(|params| params.iter().map(declared).collect());
            let returns = match &function.returns {
                Returns::Columns(columns) => Returned::Rows(relation(columns)),
                Returns::Body(body) => Returned::Body(Rc::new(body.body())),
                Returns::Unknown => Returned::Rows(Arc::new(Relation::unknown())),
            };
            return Some(External { params, returns });
        }
        let found = functions::function(name)?;
        let params = found.parameters().map(|params| {
            let parameter = |param: functions::Parameter| Declared {
                name: param.name.into(),
                takes: match param.kind {
                    ParameterKind::Scalar(kind) => Takes::Scalar(scalar(kind)),
                    ParameterKind::Table => Takes::Rows,
                },
                optional: param.optional,
                columns: Vec::new(),
                column_name: param.column_name,
            };
            params.map(parameter).collect()
        });
        let columns = || -> Vec<Column> {
            found.columns().map(|(name, kind)| Column::new(name, scalar(kind))).collect()
        };
        let returns = match found.returns() {
            functions::Returns::Scalar(kind) => Returned::Scalar(scalar(kind)),
            functions::Returns::InputExtended { open } => Returned::Extended { columns: columns(), open },
            functions::Returns::Rows { open } => {
                // Workspaces have parsers of different versions, and more or fewer sources for them.
                let parser = matches!(found.origin(), functions::Origin::Solution | functions::Origin::Asim);
                // What the service's own functions return is documented, but for names that depend on the data.
                let low_confidence = found.is_uncertain() || parser;
                Returned::Rows(Arc::new(Relation::new(columns(), open, low_confidence)))
            }
        };
        Some(External { params, returns })
    }
}

fn sorted<'n>(names: impl Iterator<Item = &'n String>) -> Vec<Arc<str>> {
    let mut names: Vec<Arc<str>> = names.map(|name| name.as_str().into()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn scalar(kind: ColumnType) -> Scalar {
    Scalar::of(kind.as_str()).unwrap_or(Scalar::Unknown)
}

fn relation(columns: &Columns) -> Arc<Relation> {
    // Of a table without columns only the name is known.
    let open = columns.is_empty();
    let columns = columns.iter().map(|(name, kind)| Column::new(name.as_str(), *kind));
    Arc::new(Relation::new(columns.collect::<Vec<_>>(), open, open))
}

fn declared(parameter: &Parameter) -> Declared {
    Declared {
        name: parameter.name.as_str().into(),
        takes: parameter.kind.map_or(Takes::Rows, Takes::Scalar),
        optional: parameter.optional,
        columns: parameter.columns.iter().map(|(name, kind)| Column::new(name.as_str(), *kind)).collect(),
        column_name: false,
    }
}

fn known(table: tables::Table) -> Arc<Relation> {
    let make = || {
        let columns: Vec<Column> =
            table.columns().map(|(name, kind)| Column::new(name, scalar(kind))).collect();
        let low_confidence = !matches!(table.grade(), Grade::Documented) || table.classic();
        Arc::new(Relation::new(columns, table.open(), low_confidence))
    };
    TABLES.with_borrow_mut(|tables| Arc::clone(tables.entry(table.name()).or_insert_with(make)))
}

/// The columns of a table in advanced hunting.
fn in_hunting(table: &'static EventTable) -> Arc<Relation> {
    let make = || {
        let columns: Vec<Column> =
            table.columns().map(|(name, kind)| Column::new(name, scalar(kind))).collect();
        Arc::new(Relation::closed(columns))
    };
    HUNTING.with_borrow_mut(|tables| Arc::clone(tables.entry(table.name).or_insert_with(make)))
}

impl Catalog for View<'_> {
    fn id(&self) -> CatalogId {
        self.id
    }

    fn table(&self, name: &str) -> Option<Table> {
        if let Some(columns) = self.added.iter().find_map(|added| added.tables.get(name)) {
            return Some(Table { relation: relation(columns) });
        }
        if self.is_hunting
            && let Some(table) = defender::table(name).filter(|table| table.defender)
        {
            return Some(Table { relation: in_hunting(table) });
        }
        Some(Table { relation: known(tables::table(name)?) })
    }

    fn function(&self, name: &str) -> Option<Rc<External>> {
        if let Some(found) = self.functions.borrow().get(name) {
            return found.clone();
        }
        let found = self.find_function(name).map(Rc::new);
        self.functions.borrow_mut().insert(name.to_owned(), found.clone());
        found
    }

    fn tables_like(&self, pattern: &str) -> Vec<Arc<str>> {
        // Where the user says which tables a workspace has, patterns mean those.
        let names = self.added.iter().flat_map(|added| added.tables.keys());
        let mut own: Vec<Arc<str>> = names.map(|name| name.as_str().into()).collect();
        own.retain(|name| matches_wildcard(pattern, name));
        own.sort_unstable();
        own.dedup();
        if own.is_empty() {
            let names = tables::tables().map(tables::Table::name);
            own.extend(names.filter(|name| matches_wildcard(pattern, name)).map(Arc::from));
        }
        own
    }

    fn everything(&self) -> Arc<Relation> {
        let make = || {
            if self.added.iter().all(|added| added.tables.is_empty()) {
                return Arc::clone(EVERYTHING.get_or_init(every_known_column));
            }
            let names = self.tables_like("*");
            let relations = names.iter().filter_map(|name| self.table(name)).map(|table| table.relation);
            Arc::new(Relation::new(union_relations(&relations.collect::<Vec<_>>()).columns, true, true))
        };
        Arc::clone(self.everything.get_or_init(make))
    }

    fn added_tables(&self) -> Vec<Arc<str>> {
        sorted(self.added.iter().flat_map(|added| added.tables.keys()))
    }

    fn added_functions(&self) -> Vec<Arc<str>> {
        sorted(self.added.iter().flat_map(|added| added.functions.keys()))
    }

    fn nearest_table(&self, name: &str) -> Option<String> {
        let own = self.added.iter().flat_map(|added| added.tables.keys()).map(String::as_str);
        nearest_name(name, own)
            .map(str::to_owned)
            .or_else(|| tables::nearest_table(name).map(|table| table.name().to_owned()))
    }

    fn nearest_function(&self, name: &str) -> Option<String> {
        let own = self.added.iter().flat_map(|added| added.functions.keys()).map(String::as_str);
        nearest_name(name, own)
            .map(str::to_owned)
            .or_else(|| functions::nearest_function(name).map(|function| function.name().to_owned()))
    }
}
