//! Rows from files: NDJSON, JSON arrays and CSV, with the types of the columns. Each mistake names its file and line.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::convert;
use super::exec::{Asked, Failure, Needed, Source};
use super::json;
use super::table::{Row, Schema, Table};
use super::value::{Bag, Value};
use crate::kql::types::Scalar;

mod ndjson;

/// The tables, watchlists and external files of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
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
    pub(crate) fn add(&mut self, path: &Path) -> Result<(), String> {
        add(&mut self.tables, path)
    }

    /// Adds the watchlists of a folder.
    pub(crate) fn add_watchlists(&mut self, path: &Path) -> Result<(), String> {
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
    let ending =
        path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    if matches!(&*ending, "ndjson" | "jsonl") {
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

/// What is said of a column that a table does not have.
pub(crate) fn no_column(name: &str, schema: &Schema) -> String {
    let names = schema.columns.iter().map(|(name, _)| &**name);
    let near = crate::similar::nearest(name, names).map(|near| format!("; did you mean `{near}`?"));
    format!("the table has no column `{name}`{}", near.unwrap_or_default())
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

/// A value of a file.
enum Cell {
    Json(Value),
    Text(String),
}

type Record = Vec<(String, Cell)>;

/// Reads a file record by record.
fn each(path: &Path, take: &mut dyn FnMut(&str, Record) -> Result<(), String>) -> Result<(), String> {
    let shown = shown_path(path);
    let failed = |error: std::io::Error| format!("cannot read `{shown}`: {error}");
    let ending =
        path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let file = File::open(path).map_err(failed)?;
    match &*ending {
        "csv" | "tsv" => {
            let delimiter = if ending == "tsv" { b'\t' } else { b',' };
            let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(BufReader::new(file));
            let wrong = |error: csv::Error| {
                let line = error.position().map_or(1, csv::Position::line);
                format!("{shown}:{line}: this is not valid CSV: {error}")
            };
            let names: Vec<String> = reader
                .headers()
                .map_err(wrong)?
                .iter()
                .map(|name| name.trim_start_matches('\u{feff}').trim_end_matches(" [UTC]").to_owned())
                .collect();
            for record in reader.records() {
                let record = record.map_err(wrong)?;
                let line = record.position().map_or(0, csv::Position::line);
                let cells =
                    names.iter().zip(&record).map(|(name, text)| (name.clone(), Cell::Text(text.to_owned())));
                take(&format!("{shown}:{line}"), cells.collect())?;
            }
            Ok(())
        }
        "json" => {
            let mut text = String::new();
            BufReader::new(file).read_to_string(&mut text).map_err(failed)?;
            let text = text.trim_start_matches('\u{feff}');
            for (line, item) in array_items(text).map_err(|(line, why)| format!("{shown}:{line}: {why}"))? {
                let place = format!("{shown}:{line}");
                let value = json::read(item).ok_or_else(|| format!("{place}: this is not valid JSON"))?;
                take(&place, members(value, &place)?)?;
            }
            Ok(())
        }
        _ => {
            for (at, line) in BufReader::with_capacity(1 << 18, file).lines().enumerate() {
                let line = line.map_err(failed)?;
                let line = line.trim_start_matches('\u{feff}').trim();
                if line.is_empty() {
                    continue;
                }
                let place = format!("{shown}:{}", at + 1);
                let value = serde_json::from_str::<serde::de::IgnoredAny>(line)
                    .map_err(|error| format!("{place}: this is not valid JSON: {error}"))
                    .ok()
                    .and_then(|_| json::read(line));
                let Some(value) = value else {
                    let why = serde_json::from_str::<serde::de::IgnoredAny>(line).err();
                    let why = why.map(|error| format!(": {error}")).unwrap_or_default();
                    return Err(format!("{place}: this is not valid JSON{why}"));
                };
                take(&place, members(value, &place)?)?;
            }
            Ok(())
        }
    }
}

fn members(value: Value, place: &str) -> Result<Record, String> {
    match value {
        Value::Bag(bag) => {
            let bag = Rc::unwrap_or_clone(bag);
            Ok(bag.into_iter().map(|(name, value)| (name.to_string(), Cell::Json(value))).collect())
        }
        _ => Err(format!("{place}: a row must be a JSON object")),
    }
}

/// The items of a JSON array with the lines that they begin in.
fn array_items(text: &str) -> Result<Vec<(usize, &str)>, (usize, String)> {
    let wrong = |line: usize, why: &str| (line, why.to_owned());
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        return Err((error.line(), format!("this is not valid JSON: {error}")));
    }
    let trimmed = text.trim();
    if !trimmed.starts_with('[') {
        return Err(wrong(1, "the file must hold an array of rows"));
    }
    let (mut items, mut line, mut depth) = (Vec::new(), 1, 0_usize);
    let (mut quoted, mut escaped) = (false, false);
    let mut start: Option<(usize, usize)> = None;
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'\n' {
            line += 1;
        }
        if quoted {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
            continue;
        }
        if depth == 1 && !byte.is_ascii_whitespace() && !matches!(byte, b',' | b']') && start.is_none() {
            start = Some((line, at));
        }
        match byte {
            b'"' => quoted = true,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        let ends = depth == 1 && byte == b',' || depth == 0;
        if ends && let Some((line, from)) = start.take() {
            items.push((line, text[from..at].trim()));
        }
    }
    Ok(items)
}

/// A value of JSON as the engine has it.
pub(crate) fn of_json(value: &serde_json::Value) -> Value {
    json::read(&value.to_string()).unwrap_or_default()
}

/// A value of JSON as one of a column's type, or why it is none.
pub(crate) fn typed(kind: Scalar, value: Value) -> Result<Value, String> {
    let shown = |value: &Value| {
        let text = json::written(value);
        let short: String = text.chars().take(60).collect();
        format!("`{short}` is not one")
    };
    Ok(match (kind, value) {
        (kind, Value::Null) => Value::missing(kind),
        (Scalar::Dynamic | Scalar::Unknown, value @ Value::Str(_)) => convert::to_dynamic(&value),
        (Scalar::Dynamic | Scalar::Unknown, value) | (Scalar::String, value @ Value::Str(_)) => value,
        (Scalar::String, value) => Value::Str(convert::text(&value)),
        (kind, value) => {
            let fits = match (&value, kind) {
                (Value::Str(text), kind) => return of_text(kind, text),
                (Value::Bool(_), kind) => kind == Scalar::Bool,
                (Value::Real(real), Scalar::Int | Scalar::Long) => real.fract() == 0.0,
                (value, Scalar::Int | Scalar::Long | Scalar::Real | Scalar::Decimal) => value.is_number(),
                (Value::Long(0 | 1), Scalar::Bool) => true,
                _ => false,
            };
            let made = if fits { convert::to(kind, &value) } else { Value::Null };
            if made.is_null() {
                return Err(shown(&value));
            }
            made
        }
    })
}

/// A text as a value of a column's type, or why it is none.
pub(crate) fn of_text(kind: Scalar, text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Ok(if kind == Scalar::String { Value::str(text) } else { Value::missing(kind) });
    }
    let own = Value::str(text);
    if matches!(kind, Scalar::Dynamic | Scalar::Unknown) {
        return Ok(convert::to_dynamic(&own));
    }
    let made = convert::to(kind, &own);
    if made.is_null() {
        let short: String = text.chars().take(60).collect();
        return Err(format!("`{short}` is not one"));
    }
    Ok(made)
}

/// The columns of a file, with the types that all of their values have.
pub(crate) fn infer(path: &Path) -> Result<Vec<(String, Scalar)>, String> {
    let mut columns: Vec<(String, Option<Scalar>)> = Vec::new();
    let mut index: FxHashMap<String, usize> = FxHashMap::default();
    each(path, &mut |_, record| {
        for (name, value) in record {
            let at = *index.entry(name.clone()).or_insert_with(|| {
                columns.push((name, None));
                columns.len() - 1
            });
            let own = match &value {
                Cell::Json(value) => kind_of(value),
                Cell::Text(text) => kind_of_text(text),
            };
            columns[at].1 = match (columns[at].1, own) {
                (known, None) => known,
                (None, own) => own,
                (Some(a), Some(b)) if a == b => Some(a),
                (Some(Scalar::Long), Some(Scalar::Real)) | (Some(Scalar::Real), Some(Scalar::Long)) => {
                    Some(Scalar::Real)
                }
                (Some(Scalar::Dynamic), _) | (_, Some(Scalar::Dynamic)) => Some(Scalar::Dynamic),
                _ => Some(Scalar::String),
            };
        }
        Ok(())
    })?;
    Ok(columns.into_iter().map(|(name, kind)| (name, kind.unwrap_or(Scalar::String))).collect())
}

/// The type of a column that holds a value of JSON; `None` for null.
pub(crate) fn kind_of(value: &Value) -> Option<Scalar> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(_) => Scalar::Bool,
        Value::Int(_) | Value::Long(_) => Scalar::Long,
        Value::Real(_) => Scalar::Real,
        Value::Array(_) | Value::Bag(_) => Scalar::Dynamic,
        Value::Str(text) if is_moment(text) => Scalar::DateTime,
        _ => Scalar::String,
    })
}

fn is_moment(text: &str) -> bool {
    text.len() >= 19 && text.as_bytes().get(10) == Some(&b'T') && super::time::read_moment(text).is_some()
}

fn kind_of_text(text: &str) -> Option<Scalar> {
    let text = text.trim();
    Some(if text.is_empty() {
        return None;
    } else if matches!(text, "true" | "false" | "True" | "False") {
        Scalar::Bool
    } else if text.parse::<i64>().is_ok() {
        Scalar::Long
    } else if convert::read_real(text).is_some_and(f64::is_finite) {
        Scalar::Real
    } else if is_moment(text) {
        Scalar::DateTime
    } else {
        Scalar::String
    })
}

/// A watchlist: its columns are strings, and all of them together are the item.
fn watchlist(path: &Path, schema: &Rc<Schema>) -> Result<Table, String> {
    let mut all = (**schema).clone();
    let mut records = Vec::new();
    each(path, &mut |_, record| {
        let mut bag = Bag::default();
        for (name, value) in record {
            let text = match value {
                Cell::Json(value) => convert::text(&value),
                Cell::Text(text) => text.into(),
            };
            if all.find(&name).is_none() {
                all.push(name.as_str().into(), Scalar::String);
            }
            bag.insert(name.into(), Value::Str(text));
        }
        records.push(bag);
        Ok(())
    })?;
    let mut rows: Vec<Row> = Vec::new();
    for bag in records {
        let item = all.find("WatchlistItem");
        let row = all.columns.iter().enumerate().map(|(at, (name, kind))| match bag.get(&**name) {
            Some(value) => convert::to(*kind, value),
            None if Some(at) == item => Value::bag(bag.clone()),
            None => Value::missing(*kind),
        });
        rows.push(row.collect());
    }
    Ok(Table::new(Rc::new(all), rows))
}

/// A file of an address, whose columns are told by their places where it has no names.
fn external(path: &Path, format: Option<&str>, header: bool, schema: &Rc<Schema>) -> Result<Table, String> {
    let shown = shown_path(path);
    let failed = |error: std::io::Error| format!("cannot read `{shown}`: {error}");
    let address =
        path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let format = format.map_or(address, str::to_ascii_lowercase);
    let delimiter = match &*format {
        "csv" | "" => b',',
        "tsv" | "tsve" => b'\t',
        "psv" => b'|',
        "scsv" => b';',
        "sohsv" => 1,
        "json" | "multijson" | "ndjson" | "jsonl" => {
            let text = std::fs::read_to_string(path).map_err(failed)?;
            let text = text.trim_start_matches('\u{feff}');
            let items: Vec<(usize, &str)> = if text.trim_start().starts_with('[') {
                array_items(text).map_err(|(line, why)| format!("{shown}:{line}: {why}"))?
            } else {
                text.lines()
                    .enumerate()
                    .filter(|(_, line)| !line.trim().is_empty())
                    .map(|(at, line)| (at + 1, line))
                    .collect()
            };
            let mut rows: Vec<Row> = Vec::new();
            for (line, item) in items {
                let value =
                    json::read(item).ok_or_else(|| format!("{shown}:{line}: this is not valid JSON"))?;
                let bag = value.as_bag().cloned().unwrap_or_default();
                let cell = |(name, kind): &(Arc<str>, Scalar)| {
                    typed(*kind, bag.get(&**name).cloned().unwrap_or_default())
                        .unwrap_or_else(|_| Value::missing(*kind))
                };
                rows.push(schema.columns.iter().map(cell).collect());
            }
            return Ok(Table::new(Rc::clone(schema), rows));
        }
        "txt" | "raw" => {
            let text = std::fs::read_to_string(path).map_err(failed)?;
            let lines: Vec<&str> = if format == "raw" { vec![&text] } else { text.lines().collect() };
            let row = |line: &&str| -> Row {
                let cell = |(at, (_, kind)): (usize, &(Arc<str>, Scalar))| {
                    if at == 0 { convert::to(*kind, &Value::str(line)) } else { Value::missing(*kind) }
                };
                schema.columns.iter().enumerate().map(cell).collect()
            };
            let rows = lines.iter().skip(usize::from(header)).map(row).collect();
            return Ok(Table::new(Rc::clone(schema), rows));
        }
        other => return Err(format!("the format `{other}` of an external table is not implemented")),
    };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(header).flexible(true).from_path(path);
    let wrong = |error: csv::Error| format!("{shown}: this is not valid CSV: {error}");
    let reader = reader.as_mut().map_err(|error| format!("cannot read `{shown}`: {error}"))?;
    let mut rows: Vec<Row> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        let cell = |(at, (_, kind)): (usize, &(Arc<str>, Scalar))| {
            of_text(*kind, record.get(at).unwrap_or_default()).unwrap_or_else(|_| Value::missing(*kind))
        };
        rows.push(schema.columns.iter().enumerate().map(cell).collect());
    }
    Ok(Table::new(Rc::clone(schema), rows))
}
