//! The rows of tests, from the file itself and from files beside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::file::{Given, Mistake};
use crate::engine::data::{self, Files};
use crate::engine::exec::{Asked, Needed, Source};
use crate::engine::{Failure, Schema, Table, Value, time};
use crate::kql::bind::Catalog;
use crate::kql::types::Scalar;
use crate::workspace::{View, Workspace};
use crate::yaml::{self, Node};

/// The rows of a test: tables that are written in it, and files.
pub(crate) struct Rows {
    pub tables: BTreeMap<String, Table>,
    pub watchlists: BTreeMap<String, Table>,
    /// Rows in place of what an address holds; the query tells their columns.
    pub externals: BTreeMap<String, Vec<Node>>,
    pub now: Option<i64>,
    pub files: Files,
}

impl Rows {
    /// The rows that are given for an address, by the columns that the query declares.
    fn external(&self, items: &[Node], schema: &Rc<Schema>) -> Result<Table, Failure> {
        let mut rows = Vec::new();
        for entries in items.iter().filter_map(Node::as_mapping).map(|map| &map.entries) {
            let mut row: Vec<Value> = schema.columns.iter().map(|(_, kind)| Value::missing(*kind)).collect();
            for entry in entries {
                let column = entry.name().unwrap_or_default();
                let Some(at) = schema.find(column) else {
                    return Err(Failure::new(data::no_column(column, schema)));
                };
                let kind = schema.kind(at);
                row[at] = value_of(kind, &entry.value, self.now)
                    .map_err(|why| Failure::new(format!("`{column}` is `{}`, and {why}", kind.name())))?;
            }
            rows.push(row.into());
        }
        Ok(Table::new(Rc::clone(schema), rows))
    }
}

impl Source for Rows {
    fn rows(&self, what: &Asked, schema: &Rc<Schema>, needed: Option<&Needed>) -> Result<Table, Failure> {
        let given = match what {
            Asked::Table(name) | Asked::Function(name) => self.tables.get(&**name),
            Asked::Watchlist(name) => {
                let found = self.watchlists.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
                found.map(|(_, table)| table)
            }
            Asked::External { address, .. } => {
                if let Some(items) = self.externals.get(&**address) {
                    return self.external(items, schema);
                }
                None
            }
            Asked::Nothing => None,
        };
        match given {
            Some(table) => Ok(table.clone()),
            None => self.files.rows(what, schema, needed),
        }
    }
}

/// A value of YAML; `now-2h` where a moment is wanted is that long before now.
pub(crate) fn value_of(kind: Scalar, node: &Node, now: Option<i64>) -> Result<Value, String> {
    if kind == Scalar::DateTime
        && let Some(text) = node.as_str()
        && let Some(rest) = text.strip_prefix("now")
    {
        let rest: String = rest.chars().filter(|c| !c.is_whitespace()).collect();
        let offset = if rest.is_empty() { Some(0) } else { time::read_length(&rest) };
        let Some(offset) = offset else { return Err(format!("`{text}` is not one")) };
        let Some(now) = now else { return Err(format!("`{text}` needs `now` in the file")) };
        return match now.checked_add(offset).and_then(time::moment) {
            Some(ticks) => Ok(Value::DateTime(ticks)),
            None => Err(format!("`{text}` is not one")),
        };
    }
    data::typed(kind, data::of_json(&yaml::to_json(node)))
}

/// Declares the tables of which nobody knows the columns: they have those of the rows that are given.
pub(crate) fn declare(own: &mut Workspace, view: &View<'_>, all: &[&Given<'_>]) {
    let mut unknown: BTreeMap<&str, Vec<(String, Scalar)>> = BTreeMap::new();
    for (name, node) in all.iter().flat_map(|given| given.iter()) {
        if view.table(name).is_some() || view.function(name).is_some() {
            continue;
        }
        let columns = unknown.entry(name).or_default();
        let rows = node.as_sequence().into_iter().flat_map(|rows| &rows.items).filter_map(Node::as_mapping);
        for entry in rows.flat_map(|row| &row.entries) {
            let Some(column) = entry.name() else { continue };
            let text = entry.value.as_str().unwrap_or_default();
            let kind = match data::kind_of(&data::of_json(&yaml::to_json(&entry.value))) {
                Some(_) if text.starts_with("now") => Scalar::DateTime,
                Some(kind) => kind,
                None => Scalar::String,
            };
            match columns.iter_mut().find(|(own, _)| own == column) {
                Some((_, known)) if *known != kind => *known = Scalar::Dynamic,
                Some(_) => {}
                None => columns.push((column.to_owned(), kind)),
            }
        }
    }
    for (name, columns) in unknown {
        own.add_table(name, columns);
    }
}

/// What the rows of a test are checked against.
pub(crate) struct Bounds {
    pub now: Option<i64>,
    /// How far a rule looks back, in ticks.
    pub period: Option<i64>,
}

/// The table of rows in a test file.
fn table(
    name: &str,
    node: &Node,
    schema: &Rc<Schema>,
    bounds: &Bounds,
    mistakes: &mut Vec<Mistake>,
) -> Table {
    let mut rows = Vec::new();
    let Some(list) = node.as_sequence() else {
        if !node.is_null() {
            mistakes.push(Mistake::new(node.span, format!("the rows of `{name}` must be a list or a file")));
        }
        return Table::new(Rc::clone(schema), rows);
    };
    for item in &list.items {
        let Some(map) = item.as_mapping() else {
            mistakes.push(Mistake::new(item.span, "a row must be a mapping of columns to values"));
            continue;
        };
        let mut row: Vec<Value> = schema.columns.iter().map(|(_, kind)| Value::missing(*kind)).collect();
        for entry in &map.entries {
            let column = entry.name().unwrap_or_default();
            let Some(at) = schema.find(column) else {
                mistakes.push(Mistake::new(entry.key.span, data::no_column(column, schema)));
                continue;
            };
            let kind = schema.kind(at);
            match value_of(kind, &entry.value, bounds.now) {
                Ok(value) => row[at] = value,
                Err(why) => {
                    let message = format!("`{column}` is `{}`, and {why}", kind.name());
                    mistakes.push(Mistake::new(entry.value.span, message));
                }
            }
            if matches!(column, "TimeGenerated" | "Timestamp")
                && let (Value::DateTime(ticks), Some(now), Some(period)) =
                    (&row[at], bounds.now, bounds.period)
                && !(now.saturating_sub(period)..=now).contains(ticks)
            {
                let message = "this row is outside the rule's queryPeriod, and the rule would not see it";
                mistakes.push(Mistake::new(entry.value.span, message));
            }
        }
        rows.push(row.into());
    }
    Table::new(Rc::clone(schema), rows)
}

fn watchlist(node: &Node, mistakes: &mut Vec<Mistake>) -> Table {
    let mut schema = Schema::default();
    let rows: Vec<_> = node.as_sequence().into_iter().flat_map(|list| &list.items).collect();
    if node.as_sequence().is_none() {
        mistakes.push(Mistake::new(node.span, "the items of a watchlist must be a list or a file"));
    }
    for entry in rows.iter().filter_map(|row| row.as_mapping()).flat_map(|row| &row.entries) {
        let name = entry.name().unwrap_or_default();
        if schema.find(name).is_none() {
            schema.push(name.into(), Scalar::String);
        }
    }
    let schema = Rc::new(schema);
    let bounds = Bounds { now: None, period: None };
    table("the watchlist", node, &schema, &bounds, mistakes)
}

/// The rows of a test, by what the file says and what the workspace knows.
pub(crate) fn rows(
    data: [(&Given<'_>, &Given<'_>, &Given<'_>); 2],
    folder: &Path,
    view: &View<'_>,
    bounds: &Bounds,
    mistakes: &mut Vec<Mistake>,
) -> Rows {
    let mut rows = Rows {
        tables: BTreeMap::new(),
        watchlists: BTreeMap::new(),
        externals: BTreeMap::new(),
        now: bounds.now,
        files: Files { missing_empty: true, ..Files::default() },
    };
    // What a test gives takes the place of what its file gives.
    for (tables, watchlists, external) in data {
        for (name, node) in tables {
            rows.tables.remove(*name);
            rows.files.tables.remove(*name);
            if let Some(path) = beside(folder, node, mistakes) {
                rows.files.tables.insert((*name).to_owned(), path);
                continue;
            }
            let relation =
                view.table(name).map(|table| table.relation).or_else(|| rows_of_function(view, name));
            let Some(relation) = relation else {
                mistakes.push(Mistake::new(node.span, format!("the table `{name}` is not known")));
                continue;
            };
            let schema = Rc::new(Schema::of(&relation));
            rows.tables.insert((*name).to_owned(), table(name, node, &schema, bounds, mistakes));
        }
        for (name, node) in watchlists {
            rows.watchlists.remove(*name);
            rows.files.watchlists.remove(*name);
            match beside(folder, node, mistakes) {
                Some(path) => drop(rows.files.watchlists.insert((*name).to_owned(), path)),
                None => drop(rows.watchlists.insert((*name).to_owned(), watchlist(node, mistakes))),
            }
        }
        for (address, node) in external {
            rows.files.externals.remove(*address);
            rows.externals.remove(*address);
            match (beside(folder, node, mistakes), node.as_sequence()) {
                (Some(path), _) => drop(rows.files.externals.insert((*address).to_owned(), path)),
                (None, Some(list)) => drop(rows.externals.insert((*address).to_owned(), list.items.clone())),
                (None, None) => {
                    mistakes.push(Mistake::new(node.span, "an address needs a file or a list of rows"));
                }
            }
        }
    }
    rows
}

fn rows_of_function(view: &View<'_>, name: &str) -> Option<Arc<crate::kql::types::Relation>> {
    match &view.function(name)?.returns {
        crate::kql::bind::Returned::Rows(relation) => Some(Arc::clone(relation)),
        _ => None,
    }
}

/// The file that is named in place of rows.
fn beside(folder: &Path, node: &Node, mistakes: &mut Vec<Mistake>) -> Option<PathBuf> {
    let path = folder.join(node.as_str()?);
    if !path.exists() {
        mistakes.push(Mistake::new(node.span, format!("there is no file `{}`", super::slashes(&path))));
    }
    Some(path)
}
