//! NDJSON, read straight into rows: of the columns that nobody needs, the values are not kept.

use std::fmt;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::super::exec::Needed;
use super::super::json::{Json, JsonVisitor, text, write_real};
use super::super::table::{Row, Schema, Table};
use super::super::value::Value;
use super::{Texts, no_column, shown_path, typed};
use crate::kql::types::Scalar;

/// Reads the rows of a file with these columns.
pub(crate) fn read(path: &Path, schema: &Rc<Schema>, needed: Option<&Needed>) -> Result<Table, String> {
    let shown = shown_path(path);
    let failed = |error: std::io::Error| format!("cannot read `{shown}`: {error}");
    let mut reader = BufReader::with_capacity(1 << 18, File::open(path).map_err(failed)?);
    let blank: Vec<Value> = schema.columns.iter().map(|(_, kind)| Value::missing(*kind)).collect();
    let wanted: Vec<bool> =
        schema.columns.iter().map(|(name, _)| needed.is_none_or(|needed| needed.contains(name))).collect();
    let (mut rows, mut texts): (Vec<Row>, Texts) = (Vec::new(), Texts::default());
    let mut buffer = String::new();
    let mut number = 0;
    loop {
        buffer.clear();
        if reader.read_line(&mut buffer).map_err(failed)? == 0 {
            return Ok(Table::new(Rc::clone(schema), rows));
        }
        number += 1;
        let line = buffer.trim_start_matches('\u{feff}').trim();
        if line.is_empty() {
            continue;
        }
        let mut row = blank.clone();
        let seed = RowSeed { schema, wanted: &wanted, texts: &mut texts, row: &mut row };
        let mut deserializer = serde_json::Deserializer::from_str(line);
        let read = seed.deserialize(&mut deserializer).and_then(|()| deserializer.end());
        read.map_err(|error| {
            let text = error.to_string();
            // Mistakes in the rows are told in words of our own; those of JSON by the reader.
            if error.is_data() {
                let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
                return format!("{shown}:{number}: {text}");
            }
            let column = error.column();
            let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
            format!("{shown}:{number}: this is not valid JSON: {text} at column {column}")
        })?;
        rows.push(row.into());
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
