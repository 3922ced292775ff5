//! NDJSON, read straight into rows: of the columns that nobody needs, the values are passed over. A file is read in blocks,
//! whose lines are taken apart on all cores; the values are made here, in the order of the file.

use std::fmt;
use std::path::Path;
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::super::exec::Needed;
use super::super::json::{self, Json, JsonVisitor, text, write_real};
use super::super::table::{Row, Schema, Table};
use super::super::time;
use super::super::value::Value;
use super::blocks::each_block;
use super::records::Columns;
use super::scan::{Token, members};
use super::values::{is_moment, kind_of, no_column, typed};
use super::{Texts, shown_path};
use crate::kql::types::Scalar;

/// Reads the rows of a file with these columns; where only some are needed, the rows have only those.
pub(crate) fn read(path: &Path, schema: &Rc<Schema>, needed: Option<&Needed>) -> Result<Table, String> {
    let shown = shown_path(path);
    let lines = Lines::new(schema, needed);
    let mut rows = Rows {
        lines: &lines,
        all: schema,
        shown: &shown,
        number: 0,
        texts: Texts::default(),
        made: Vec::new(),
    };
    each_block(path, |block| lines.parsed(block), |parsed| rows.add(&parsed))?;
    Ok(rows.table())
}

/// The columns of a file, in the order in which they come up, with the types that all of their values have.
pub(crate) fn infer(path: &Path) -> Result<Columns, String> {
    let shown = shown_path(path);
    let (mut all, mut number) = (Columns::default(), 0);
    each_block(path, kinds_of, |(block, found)| {
        let lines = memchr::memchr_iter(b'\n', block.as_bytes()).count();
        match found {
            Ok(found) => {
                for (name, kind) in found.into_named() {
                    all.add(&name, kind);
                }
            }
            Err((before, why)) => return Err(format!("{shown}:{}: {why}", number + before + 1)),
        }
        number += lines;
        Ok(())
    })?;
    Ok(all)
}

/// The columns of the lines of a block; or what is wrong with one of them, and how many are before it.
fn kinds_of(block: String) -> (String, Result<Columns, (usize, String)>) {
    let mut columns = Columns::default();
    // Most lines have the members of the one before, in the same order.
    let mut order: Vec<usize> = Vec::new();
    for (number, line) in block.lines().enumerate() {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() {
            continue;
        }
        let mut member = 0;
        let understood = members(line, |name, cursor| {
            let at = match order.get(member) {
                Some(at) if columns.is(*at, name) => *at,
                _ => {
                    order.truncate(member);
                    order.push(columns.place(name));
                    order[member]
                }
            };
            member += 1;
            let token = cursor.value()?;
            let kind = kind_of_token(columns.kind(at), line.get(token.from..token.to)?, token.plain)?;
            columns.join(at, kind);
            Some(())
        });
        if understood.is_some() {
            continue;
        }
        // What was added of the line is added again.
        match serde_json::from_str::<Json>(line) {
            Ok(Json(Value::Bag(bag))) => {
                for (name, value) in bag.iter() {
                    columns.add(name, kind_of(value));
                }
            }
            Ok(_) => return (block.clone(), Err((number, "a row must be a JSON object".into()))),
            Err(error) => {
                let text = error.to_string();
                let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
                let why = format!("this is not valid JSON: {text} at column {}", error.column());
                return (block.clone(), Err((number, why)));
            }
        }
    }
    (block, Ok(columns))
}

/// The type of a value as it is written, where the column may have others; `None` within for null.
#[expect(clippy::option_option, reason = "whether it is understood, and whether there is a value")]
fn kind_of_token(known: Option<Scalar>, text: &str, plain: bool) -> Option<Option<Scalar>> {
    Some(match (known, text.as_bytes().first()) {
        (Some(Scalar::Dynamic), _) => known,
        (Some(Scalar::String), _) if plain => known,
        _ if plain => Some(if is_moment(text) { Scalar::DateTime } else { Scalar::String }),
        (_, Some(b't' | b'f')) => Some(Scalar::Bool),
        (_, Some(b'n')) => None,
        (_, Some(b'[' | b'{')) => Some(Scalar::Dynamic),
        (_, Some(b'"')) => kind_of(&json::read(text)?),
        (Some(Scalar::Real), _) => known,
        _ if text.parse::<i64>().is_ok() => Some(Scalar::Long),
        _ => Some(Scalar::Real),
    })
}

/// What a line holds for a column, as places in its block where that is possible.
#[derive(Clone, Copy, Debug)]
enum Cell {
    Missing,
    Text(usize, usize),
    Long(i64),
    Bool(bool),
    /// In ticks.
    Moment(i64),
    /// A value as JSON writes it.
    Json(usize, usize),
}

/// A block that is taken apart.
struct Parsed {
    block: String,
    /// The lines with rows: where each lies, and whether it was understood.
    lines: Vec<(usize, usize, bool)>,
    /// The cells of the lines that were, one after the other.
    cells: Vec<Cell>,
}

/// What the lines of a file may hold.
struct Lines {
    /// The names of all columns, in their order.
    names: Vec<String>,
    index: rustc_hash::FxHashMap<String, usize>,
    /// Of each column, where it lies among those that are kept.
    places: Vec<Option<usize>>,
    /// The columns that are kept.
    kept: Schema,
}

impl Lines {
    fn new(schema: &Schema, needed: Option<&Needed>) -> Self {
        let mut kept = Vec::new();
        let mut places = Vec::new();
        for (name, kind) in &schema.columns {
            let wanted = needed.is_none_or(|needed| needed.contains(name));
            places.push(wanted.then_some(kept.len()));
            if wanted {
                kept.push((std::sync::Arc::clone(name), *kind));
            }
        }
        let names: Vec<String> = schema.columns.iter().map(|(name, _)| name.to_string()).collect();
        let index = names.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect();
        Self { names, index, places, kept: Schema::new(kept) }
    }

    fn parsed(&self, block: String) -> Parsed {
        let (mut lines, mut cells) = (Vec::new(), Vec::new());
        // Most lines have the members of the one before, in the same order.
        let mut order: Vec<usize> = Vec::new();
        let mut start = 0;
        while start < block.len() {
            let end =
                memchr::memchr(b'\n', &block.as_bytes()[start..]).map_or(block.len(), |end| start + end);
            let line = block[start..end].trim_start_matches('\u{feff}').trim_start();
            let offset = end - line.len();
            let line = line.trim_end();
            if !line.is_empty() {
                let from = cells.len();
                let understood = self.line(line, offset, &mut order, &mut cells).is_some();
                if !understood {
                    cells.truncate(from);
                }
                lines.push((start, end, understood));
            }
            start = end + 1;
        }
        Parsed { block, lines, cells }
    }

    /// Adds the cells of a line, which begins at an offset of its block; `None` where it is not understood.
    fn line(&self, line: &str, offset: usize, order: &mut Vec<usize>, cells: &mut Vec<Cell>) -> Option<()> {
        let from = cells.len();
        cells.resize(from + self.kept.len(), Cell::Missing);
        let row = &mut cells[from..];
        let mut member = 0;
        members(line, |name, cursor| {
            let expected = order.get(member).copied().filter(|at| self.names[*at] == name);
            let column = match expected {
                Some(column) => column,
                None => {
                    let column = *self.index.get(name)?;
                    order.truncate(member);
                    order.push(column);
                    column
                }
            };
            member += 1;
            match self.places[column] {
                None => cursor.skip(),
                Some(place) => {
                    row[place] = self.cell(place, cursor.value()?, line, offset);
                    Some(())
                }
            }
        })
    }

    fn cell(&self, place: usize, token: Token, line: &str, offset: usize) -> Cell {
        let kind = self.kept.kind(place);
        let (from, to) = (offset + token.from, offset + token.to);
        let text = line.get(token.from..token.to).unwrap_or_default();
        if token.plain {
            let ticks = (kind == Scalar::DateTime).then(|| time::read_moment(text)).flatten();
            return match ticks {
                Some(ticks) => Cell::Moment(ticks),
                None if kind == Scalar::String => Cell::Text(from, to),
                None => Cell::Json(from - 1, to + 1),
            };
        }
        let found = match kind {
            Scalar::Long => text.parse().ok().map(Cell::Long),
            Scalar::Bool => text.parse().ok().map(Cell::Bool),
            _ => None,
        };
        found.unwrap_or(Cell::Json(from, to))
    }
}

/// The rows of a file as they are made.
struct Rows<'r> {
    lines: &'r Lines,
    /// All columns, of which lines that are not understood are told.
    all: &'r Schema,
    shown: &'r str,
    /// How many lines were before the block.
    number: usize,
    texts: Texts,
    made: Vec<Row>,
}

impl Rows<'_> {
    fn table(self) -> Table {
        Table::new(Rc::new(self.lines.kept.clone()), self.made)
    }

    fn add(&mut self, parsed: &Parsed) -> Result<(), String> {
        let width = self.lines.kept.len();
        let mut next = 0;
        self.made.reserve(parsed.lines.len());
        for (start, end, understood) in &parsed.lines {
            let cells = if *understood {
                next += width;
                parsed.cells.get(next - width..next)
            } else {
                None
            };
            let row = match cells {
                Some(cells) => self.row(cells, &parsed.block),
                None => None,
            };
            let row = match row {
                Some(row) => row,
                None => {
                    let line = &parsed.block[*start..*end];
                    let before = memchr::memchr_iter(b'\n', &parsed.block.as_bytes()[..*start]).count();
                    self.slowly(line.trim_start_matches('\u{feff}').trim(), self.number + before + 1)?
                }
            };
            self.made.push(row);
        }
        self.number += memchr::memchr_iter(b'\n', parsed.block.as_bytes()).count();
        Ok(())
    }

    /// The row of some cells; `None` where one does not fit its column.
    fn row(&mut self, cells: &[Cell], block: &str) -> Option<Row> {
        let mut row: Vec<Value> = Vec::with_capacity(cells.len());
        for (place, cell) in cells.iter().enumerate() {
            let kind = self.lines.kept.kind(place);
            row.push(match cell {
                Cell::Missing if kind == Scalar::String => self.texts.text(""),
                Cell::Missing => Value::Null,
                Cell::Text(from, to) => self.texts.text(block.get(*from..*to)?),
                Cell::Long(value) => Value::Long(*value),
                Cell::Bool(value) => Value::Bool(*value),
                Cell::Moment(ticks) => Value::DateTime(*ticks),
                Cell::Json(from, to) => {
                    let value = json::read(block.get(*from..*to)?)?;
                    match kind {
                        // As the library reads it, so that there is one answer.
                        Scalar::String if !matches!(value, Value::Str(_) | Value::Null) => return None,
                        Scalar::String => self.texts.text(&text(&value)),
                        _ => typed(kind, value).ok()?,
                    }
                }
            });
        }
        Some(row.into())
    }

    /// A row by the JSON library, which says what is wrong with it.
    fn slowly(&mut self, line: &str, number: usize) -> Result<Row, String> {
        let shown = self.shown;
        let mut row: Vec<Value> = self.all.columns.iter().map(|(_, kind)| Value::missing(*kind)).collect();
        let wanted: Vec<bool> = self.lines.places.iter().map(Option::is_some).collect();
        let seed = RowSeed { schema: self.all, wanted: &wanted, texts: &mut self.texts, row: &mut row };
        let mut deserializer = serde_json::Deserializer::from_str(line);
        let read = seed.deserialize(&mut deserializer).and_then(|()| deserializer.end());
        read.map_err(|error| {
            let text = error.to_string();
            let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
            // Mistakes in the rows are told in words of our own; those of JSON by the library.
            if error.is_data() {
                return format!("{shown}:{number}: {text}");
            }
            format!("{shown}:{number}: this is not valid JSON: {text} at column {}", error.column())
        })?;
        Ok(row.into_iter().zip(wanted).filter(|(_, wanted)| *wanted).map(|(value, _)| value).collect())
    }
}

struct RowSeed<'r> {
    schema: &'r Schema,
    wanted: &'r [bool],
    texts: &'r mut Texts,
    row: &'r mut [Value],
}

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row, which must be a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(place) = map.next_key_seed(NameSeed(self.schema))? {
            let at = place.map_err(A::Error::custom)?;
            if !self.wanted[at] {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let kind = self.schema.kind(at);
            if kind == Scalar::String {
                self.row[at] = map.next_value_seed(TextSeed(self.texts))?;
                continue;
            }
            let Json(value) = map.next_value()?;
            let name = &self.schema.columns[at].0;
            let value = typed(kind, value)
                .map_err(|why| A::Error::custom(format!("`{name}` is `{}`, and {why}", kind.name())))?;
            self.row[at] = value;
        }
        Ok(())
    }
}

/// A name, as the place of its column.
struct NameSeed<'s>(&'s Schema);

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = Result<usize, String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed<'_> {
    type Value = Result<usize, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a column")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.find(name).ok_or_else(|| no_column(name, self.0)))
    }
}

/// The value of a string column.
struct TextSeed<'t>(&'t mut Texts);

impl<'de> DeserializeSeed<'de> for TextSeed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TextSeed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(self.0.text(text))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(self.0.text(if value { "true" } else { "false" }))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::str(&value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::str(&value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::str(&write_real(value)))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(self.0.text(""))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, seq: A) -> Result<Value, A::Error> {
        let Json(value) = JsonVisitor.visit_seq(seq)?;
        Ok(Value::Str(text(&value)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        let Json(value) = JsonVisitor.visit_map(map)?;
        Ok(Value::Str(text(&value)))
    }
}
