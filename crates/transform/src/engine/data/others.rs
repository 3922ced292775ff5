//! Rows that are no table's: watchlists, and files of addresses.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::super::table::{Row, Schema, Table};
use super::super::value::{Bag, Value};
use super::super::{convert, json};
use super::records::{Cell, array_items, each};
use super::shown_path;
use super::values::{of_text, typed};
use crate::kql::types::Scalar;

/// A watchlist: its columns are strings, and all of them together are the item.
pub(super) fn watchlist(path: &Path, schema: &Rc<Schema>) -> Result<Table, String> {
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
pub(super) fn external(
    path: &Path,
    format: Option<&str>,
    header: bool,
    schema: &Rc<Schema>,
) -> Result<Table, String> {
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
