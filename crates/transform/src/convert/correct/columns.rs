//! Columns that a rule names otherwise than its query returns them: the service tells `IpAddress` from `IPAddress`.

use std::sync::Arc;

use super::rename;
use crate::content::Content;
use crate::content::fields::{Field, Format, Type};
use crate::convert::notes::COLUMN_RESPELT;
use crate::diagnostic::Diagnostic;
use crate::kql::bind::Catalog;
use crate::kql::types::Relation;
use crate::source::{SourceFile, Span};
use crate::yaml::{Node, ScalarMap, Value};

struct Columns<'a> {
    source: &'a SourceFile,
    result: &'a Relation,
    changes: Vec<Diagnostic>,
}

/// Writes mapped columns as the query returns them, where only their case differs.
pub(super) fn correct(content: &mut Content, catalog: &dyn Catalog) -> Vec<Diagnostic> {
    let Some(format) = Format::of(content.kind) else { return Vec::new() };
    let keys: Vec<&'static Field> = format.root().filter(|field| holds_columns(field)).collect();
    let Some(result) = result(content, &keys, catalog) else { return Vec::new() };
    let source = Arc::clone(&content.source);
    let mut columns = Columns { source: &source, result: &result, changes: Vec::new() };
    if let Some(Node { value: Value::Mapping(root), .. }) = &mut content.document.root {
        for entry in &mut root.entries {
            let key = entry.key.as_str().unwrap_or_default();
            if let Some(field) = keys.iter().find(|field| field.key == key) {
                columns.value(&mut entry.value, field);
            }
        }
    }
    columns.changes
}

/// What the query returns, where that is known in full and something names a column that its text does not.
fn result(content: &Content, keys: &[&'static Field], catalog: &dyn Catalog) -> Option<Arc<Relation>> {
    let root = content.root()?.as_mapping()?;
    let query = root.get("query")?.as_str()?;
    let mut named = Vec::new();
    for entry in &root.entries {
        let key = entry.key.as_str().unwrap_or_default();
        if let Some(field) = keys.iter().find(|field| field.key == key) {
            names(&entry.value, field, &mut named);
        }
    }
    // Binding a query costs more than the rest of a conversion, and most columns are named as the query names them.
    if named.iter().all(|name| query.contains(name.as_str())) {
        return None;
    }
    let queries = content.queries();
    let query = queries.iter().find(|query| query.pointer == Some("/query"))?;
    if !query.parse().errors.is_empty() {
        return None;
    }
    let result = query.meaning(catalog).result.clone()?;
    (!result.has_unknown_columns).then_some(result)
}

/// Whether a value names columns, or something in it does.
fn holds_columns(field: &Field) -> bool {
    match field.ty {
        Type::Mapping(keys) => keys.iter().any(|field| holds_columns(field) || is_format(field)),
        Type::List(item, ..) => holds_columns(item),
        Type::Names(_, of, _) => holds_columns(of),
        _ => field.names_column(),
    }
}

/// Whether a text takes columns in double braces.
fn is_format(field: &Field) -> bool {
    field.key.ends_with("Format")
}

/// The columns that a value names.
fn names(node: &Node, field: &Field, out: &mut Vec<String>) {
    match (field.ty, &node.value) {
        (Type::Mapping(keys), Value::Mapping(map)) => {
            for entry in &map.entries {
                let key = entry.key.as_str().unwrap_or_default();
                if let Some(field) = keys.iter().find(|field| field.key == key) {
                    names(&entry.value, field, out);
                }
            }
        }
        (Type::List(item, ..), Value::Sequence(list)) => {
            list.items.iter().for_each(|node| names(node, item, out));
        }
        (Type::Names(_, of, _), Value::Mapping(map)) => {
            map.entries.iter().for_each(|entry| names(&entry.value, of, out));
        }
        (_, Value::Scalar(scalar)) if is_format(field) => {
            out.extend(
                placeholders(&scalar.text).into_iter().map(|span| scalar.text[span.range()].to_owned()),
            );
        }
        (_, Value::Scalar(scalar)) if field.names_column() => out.push(scalar.text.clone()),
        _ => {}
    }
}

impl Columns<'_> {
    fn value(&mut self, node: &mut Node, field: &Field) {
        match (field.ty, &mut node.value) {
            (Type::Mapping(keys), Value::Mapping(map)) => {
                for entry in &mut map.entries {
                    let key = entry.key.as_str().unwrap_or_default();
                    if let Some(field) = keys.iter().find(|field| field.key == key) {
                        self.value(&mut entry.value, field);
                    }
                }
            }
            (Type::List(item, ..), Value::Sequence(list)) => {
                list.items.iter_mut().for_each(|node| self.value(node, item));
            }
            (Type::Names(_, of, _), Value::Mapping(map)) => {
                map.entries.iter_mut().for_each(|entry| self.value(&mut entry.value, of));
            }
            (_, Value::Scalar(_)) if is_format(field) => self.format(node),
            (_, Value::Scalar(scalar)) if field.names_column() => {
                let Some(meant) = self.meant(&scalar.text) else { return };
                self.tell(node.span, &scalar.text.clone(), &meant);
                rename(node, &meant);
            }
            _ => {}
        }
    }

    /// A text with columns in double braces.
    fn format(&mut self, node: &mut Node) {
        let Some(text) = node.as_str().map(str::to_owned) else { return };
        let map = ScalarMap::new(self.source, node);
        let (mut out, mut at) = (String::with_capacity(text.len()), 0);
        for part in placeholders(&text) {
            let written = &text[part.range()];
            let Some(meant) = self.meant(written) else { continue };
            self.tell(map.as_ref().map_or(node.span, |map| map.span(part)), written, &meant);
            out.push_str(&text[at..part.range().start]);
            out.push_str(&meant);
            at = part.range().end;
        }
        out.push_str(&text[at..]);
        rename(node, &out);
    }

    /// The only column that differs from a name in case alone; `None` where there is one of this name.
    fn meant(&self, name: &str) -> Option<String> {
        if self.result.column(name).is_some() {
            return None;
        }
        let mut same = self.result.columns.iter().filter(|column| column.name.eq_ignore_ascii_case(name));
        match (same.next(), same.next()) {
            (Some(only), None) => Some((*only.name).to_owned()),
            _ => None,
        }
    }

    fn tell(&mut self, span: Span, written: &str, meant: &str) {
        let message = format!("The column `{written}` is `{meant}` in the query's result");
        self.changes.push(COLUMN_RESPELT.at(span, message));
    }
}

/// What stands in double braces, without the white space around it.
fn placeholders(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find("{{").map(|open| at + open + 2) {
        let Some(close) = text[open..].find("}}").map(|close| open + close) else { break };
        let inner = &text[open..close];
        let start = open + (inner.len() - inner.trim_start().len());
        if !inner.trim().is_empty() && !inner.contains('{') {
            found.push(Span::new(start, start + inner.trim().len()));
        }
        at = close;
    }
    found
}
