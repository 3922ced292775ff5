//! Results as text: a table for people, JSON, CSV and NDJSON.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::json;
use super::table::Table;
use super::value::Value;
use super::{convert, decimal, time};

/// The form of a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    #[default]
    Table,
    Json,
    Csv,
    Ndjson,
}

impl Table {
    /// The rows as text, at most so many of them.
    pub fn written(&self, form: Form, limit: usize) -> String {
        match form {
            Form::Table => self.for_people(limit),
            Form::Json => self.as_json(limit),
            Form::Csv => self.as_csv(limit),
            Form::Ndjson => self.as_ndjson(limit),
        }
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    fn as_json(&self, limit: usize) -> String {
        let mut out = String::from("{\"version\":1,\"columns\":[");
        for (at, (name, kind)) in self.schema.columns.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            out.push_str("{\"name\":");
            json::quote(name, &mut out);
            let _ = write!(out, ",\"type\":\"{}\"}}", kind.name());
        }
        out.push_str("],\"rows\":[");
        for (at, row) in self.rows.iter().take(limit).enumerate() {
            out.push_str(if at > 0 { ",\n[" } else { "\n[" });
            for (at, value) in row.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                cell(value, &mut out);
            }
            out.push(']');
        }
        out.push_str("]}\n");
        out
    }

    fn as_ndjson(&self, limit: usize) -> String {
        let mut out = String::new();
        for row in self.rows.iter().take(limit) {
            out.push('{');
            for (at, ((name, _), value)) in self.schema.columns.iter().zip(row.iter()).enumerate() {
                if at > 0 {
                    out.push(',');
                }
                json::quote(name, &mut out);
                out.push(':');
                cell(value, &mut out);
            }
            out.push_str("}\n");
        }
        out
    }

    fn as_csv(&self, limit: usize) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let names = self.schema.columns.iter().map(|(name, _)| name.as_bytes());
        // Writing to memory cannot fail.
        let _ = writer.write_record(names);
        for row in self.rows.iter().take(limit) {
            let _ = writer.write_record(row.iter().map(|value| plain(value).into_bytes()));
        }
        writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    fn for_people(&self, limit: usize) -> String {
        let shown = |text: &str| crate::report::one_line(text);
        let mut cells: Vec<Vec<String>> =
            vec![self.schema.columns.iter().map(|(name, _)| shown(name)).collect()];
        for row in self.rows.iter().take(limit) {
            cells.push(row.iter().map(|value| shown(&plain(value))).collect());
        }
        let width = |at: usize| cells.iter().map(|row| row[at].width()).max().unwrap_or_default().min(60);
        let widths: Vec<usize> = (0..self.schema.len()).map(width).collect();
        let mut out = String::new();
        for (place, row) in cells.iter().enumerate() {
            let mut line = String::new();
            for (at, (text, width)) in row.iter().zip(&widths).enumerate() {
                let number = place > 0 && self.rows.get(place - 1).is_some_and(|row| row[at].is_number());
                let fill = " ".repeat(width.saturating_sub(text.width()));
                let between = if at > 0 { "  " } else { "" };
                line +=
                    &if number { format!("{between}{fill}{text}") } else { format!("{between}{text}{fill}") };
            }
            out += line.trim_end();
            out.push('\n');
            if place == 0 {
                let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
                out += &rule.join("  ");
                out.push('\n');
            }
        }
        let count = self.rows.len();
        let noun = if count == 1 { "row" } else { "rows" };
        let _ = if count > limit {
            writeln!(out, "{count} {noun}, {limit} shown")
        } else {
            writeln!(out, "{count} {noun}")
        };
        out
    }
}

/// A cell of JSON.
fn cell(value: &Value, out: &mut String) {
    match value {
        Value::Decimal(value) => json::quote(&decimal::written(value), out),
        // A real that is whole is written as one.
        Value::Real(value) if value.is_finite() => {
            let text = serde_json::Number::from_f64(*value)
                .map_or_else(|| "null".to_owned(), |number| number.to_string());
            out.push_str(&text);
        }
        value => json::write(value, out),
    }
}

/// A cell without quotes.
fn plain(value: &Value) -> String {
    match value {
        Value::DateTime(ticks) => time::write_moment(*ticks),
        value => convert::text(value).to_string(),
    }
}
