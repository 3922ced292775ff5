//! Rows from files: NDJSON, JSON arrays and CSV, with the types of the columns. Each mistake names its file and line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::exec::{Asked, Failure, Needed, Source};
use super::table::{Row, Schema, Table};
use super::value::Value;
use crate::kql::types::Scalar;

mod blocks;
mod ndjson;
mod others;
mod records;
mod scan;
mod values;

use others::{external, watchlist};
use records::{Cell, Columns, each};
pub use values::{kind_of, no_column, of_json, of_text, typed};

/// The tables, watchlists and external files of a run.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// By the name of the table or function.
    pub tables: BTreeMap<String, PathBuf>,
    /// By alias.
    pub watchlists: BTreeMap<String, PathBuf>,
    /// By address.
    pub externals: BTreeMap<String, PathBuf>,
    /// Whether what is not there is empty.
    pub missing_empty: bool,
}

/// A path as messages show it.
pub(crate) fn shown_path(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// The forms of files that hold rows.
pub(crate) const ENDINGS: [&str; 5] = ["ndjson", "jsonl", "json", "csv", "tsv"];

impl Files {
    /// Adds a file under its name, or the files of a folder.
    pub fn add(&mut self, path: &Path) -> Result<(), String> {
        add(&mut self.tables, path)
    }

    /// Adds the watchlists of a folder.
    pub fn add_watchlists(&mut self, path: &Path) -> Result<(), String> {
        add(&mut self.watchlists, path)
    }
}

fn add(to: &mut BTreeMap<String, PathBuf>, path: &Path) -> Result<(), String> {
    let shown = shown_path(path);
    let failed = |error: std::io::Error| format!("cannot read `{shown}`: {error}");
    let ending = |path: &Path| {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        ending.is_some_and(|ending| ENDINGS.contains(&&*ending))
    };
    let mut files = Vec::new();
    if path.is_dir() {
        for entry in std::fs::read_dir(path).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_file() && ending(&path) {
                files.push(path);
            }
        }
        files.sort();
    } else {
        std::fs::metadata(path).map_err(failed)?;
        if !ending(path) {
            return Err(format!(
                "`{shown}` is not a file of rows: its name must end with .ndjson, .json or .csv"
            ));
        }
        files.push(path.to_owned());
    }
    for file in files {
        let name = file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if let Some(other) = to.get(&name) {
            return Err(format!(
                "`{}` and `{}` are both rows of `{name}`",
                shown_path(other),
                shown_path(&file)
            ));
        }
        to.insert(name, file);
    }
    Ok(())
}

impl Source for Files {
    fn rows(&self, what: &Asked, schema: &Rc<Schema>, needed: Option<&Needed>) -> Result<Table, Failure> {
        let (file, missing) = match what {
            Asked::Nothing => return Ok(Table::new(Rc::clone(schema), Vec::new())),
            Asked::Table(name) => (
                self.tables.get(&**name),
                format!(
                    "the table `{name}` has no data: give `{name}.ndjson`, `{name}.json` or `{name}.csv` with --data, \
                     or use `--missing empty`"
                ),
            ),
            Asked::Function(name) => (
                self.tables.get(&**name),
                format!("the function `{name}` has no rows: give them as `{name}.ndjson` with --data"),
            ),
            Asked::Watchlist(name) => {
                let found = self.watchlists.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
                if let Some((_, file)) = found {
                    return watchlist(file, schema).map_err(Failure::new);
                }
                (
                    None,
                    format!(
                        "the watchlist `{name}` is not there: give `{name}.csv` in a folder with --watchlists"
                    ),
                )
            }
            Asked::External { address, format, header } => {
                if let Some(file) = self.externals.get(&**address) {
                    return external(file, format.as_deref(), *header, schema).map_err(Failure::new);
                }
                (
                    None,
                    format!(
                        "nothing is loaded from the network: give a file with `--external {address}=PATH`"
                    ),
                )
            }
        };
        match file {
            Some(file) => read(file, schema, false, needed).map_err(Failure::new),
            None if self.missing_empty => Ok(Table::new(Rc::clone(schema), Vec::new())),
            None => Err(Failure::new(missing)),
        }
    }
}

/// Whether a file has a JSON object in each line.
fn is_lines(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    ending.is_some_and(|ending| matches!(&*ending, "ndjson" | "jsonl"))
}

/// Reads the rows of a file. `open` is whether columns that the schema does not have are added.
pub(crate) fn read(
    path: &Path,
    schema: &Rc<Schema>,
    open: bool,
    needed: Option<&Needed>,
) -> Result<Table, String> {
    let open = open || schema.columns.is_empty();
    if open {
        let mut all = (**schema).clone();
        for (name, kind) in infer(path)? {
            if all.find(&name).is_none() {
                all.push(name.into(), kind);
            }
        }
        return read(path, &Rc::new(all), false, needed);
    }
    if is_lines(path) {
        return ndjson::read(path, schema, needed);
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut texts = Texts::default();
    each(path, &mut |place, record| {
        let mut row: Vec<Value> = schema.columns.iter().map(|(_, kind)| Value::missing(*kind)).collect();
        for (name, value) in record {
            let Some(at) = schema.find(&name) else {
                return Err(format!("{place}: {}", no_column(&name, schema)));
            };
            let kind = schema.kind(at);
            row[at] = match value {
                Cell::Json(value) => typed(kind, value),
                Cell::Text(text) => of_text(kind, &text),
            }
            .map(|value| texts.shared(value))
            .map_err(|why| format!("{place}: `{name}` is `{}`, and {why}", kind.name()))?;
        }
        rows.push(row.into());
        Ok(())
    })?;
    Ok(Table::new(Rc::clone(schema), rows))
}

/// The columns of a file, with the types that all of their values have.
pub(crate) fn infer(path: &Path) -> Result<Vec<(String, Scalar)>, String> {
    let columns = if is_lines(path) { ndjson::infer(path)? } else { Columns::of(path)? };
    let named = columns.into_named().into_iter();
    Ok(named.map(|(name, kind)| (name, kind.unwrap_or(Scalar::String))).collect())
}

/// Strings that occur again, once.
#[derive(Default)]
pub(crate) struct Texts(FxHashSet<Rc<str>>);

impl Texts {
    /// A string, shared where it has been met before.
    pub(crate) fn text(&mut self, text: &str) -> Value {
        if text.len() <= 64
            && let Some(known) = self.0.get(text)
        {
            return Value::Str(Rc::clone(known));
        }
        self.shared(Value::str(text))
    }

    pub(crate) fn shared(&mut self, value: Value) -> Value {
        let Value::Str(text) = &value else { return value };
        if text.len() > 64 {
            return value;
        }
        if let Some(known) = self.0.get(text) {
            return Value::Str(Rc::clone(known));
        }
        if self.0.len() < 16_384 {
            self.0.insert(Rc::clone(text));
        }
        value
    }
}
