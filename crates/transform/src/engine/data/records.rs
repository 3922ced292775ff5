//! Files of JSON and CSV, record by record, and the columns that they have.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::super::json;
use super::super::value::Value;
use super::shown_path;
use super::values::{kind_of, kind_of_text};
use crate::kql::types::Scalar;

/// A value of a file.
pub(super) enum Cell {
    Json(Value),
    Text(String),
}

pub(super) type Record = Vec<(String, Cell)>;

/// Reads a file record by record.
pub(super) fn each(
    path: &Path,
    take: &mut dyn FnMut(&str, Record) -> Result<(), String>,
) -> Result<(), String> {
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
pub(super) fn array_items(text: &str) -> Result<Vec<(usize, &str)>, (usize, String)> {
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

/// Columns as they come up, with the types that their values have in common; `None` where all are null.
#[derive(Default)]
pub(crate) struct Columns {
    columns: Vec<(String, Option<Scalar>)>,
    index: FxHashMap<String, usize>,
}

impl Columns {
    pub(super) fn add(&mut self, name: &str, kind: Option<Scalar>) {
        let at = self.place(name);
        self.join(at, kind);
    }

    /// Where a column lies, which is new where it has not come up.
    pub(super) fn place(&mut self, name: &str) -> usize {
        if let Some(at) = self.index.get(name) {
            return *at;
        }
        self.index.insert(name.to_owned(), self.columns.len());
        self.columns.push((name.to_owned(), None));
        self.columns.len() - 1
    }

    /// Whether a column has a name.
    pub(super) fn is(&self, at: usize, name: &str) -> bool {
        self.columns.get(at).is_some_and(|(own, _)| own == name)
    }

    /// What is known of the type of a column.
    pub(super) fn kind(&self, at: usize) -> Option<Scalar> {
        self.columns.get(at).and_then(|(_, kind)| *kind)
    }

    /// Adds the type of a value to that of its column.
    pub(super) fn join(&mut self, at: usize, kind: Option<Scalar>) {
        let Some((_, known)) = self.columns.get_mut(at) else { return };
        *known = match (*known, kind) {
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

    /// The columns of a file whose values are told one by one.
    pub(super) fn of(path: &Path) -> Result<Self, String> {
        let mut columns = Self::default();
        each(path, &mut |_, record| {
            for (name, value) in record {
                let kind = match &value {
                    Cell::Json(value) => kind_of(value),
                    Cell::Text(text) => kind_of_text(text),
                };
                columns.add(&name, kind);
            }
            Ok(())
        })?;
        Ok(columns)
    }

    pub(super) fn into_named(self) -> Vec<(String, Option<Scalar>)> {
        self.columns
    }
}
