//! Files with table schemas, in the three forms that are accepted:
//!
//! - `{"tables": {T: {column: type}}, "functions": {F: {"params": [...], "columns": {...}}}}`
//! - `{"Name": T, "Properties": [{"Name": column, "Type": type}]}`, or a list of such
//! - `{"T": [{"name": column, "type": type}]}`

use std::path::PathBuf;

use serde_json::{Map, Value};

use super::{Columns, Function, FunctionBody, Parameter, Returns, Workspace};
use crate::kql::types::Scalar;
use crate::order::Order as _;

/// Why a file with schemas cannot be read, as a sentence without the file's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError(pub String);

impl Workspace {
    /// Adds the tables and functions of a file.
    pub fn read(&mut self, text: &str) -> Result<(), ReadError> {
        let text = text.trim_start_matches('\u{feff}');
        let value: Value = serde_json::from_str(text)
            .map_err(|error| ReadError(format!("it is not valid JSON: {error}")))?;
        match &value {
            Value::Object(object) if object.contains_key("tables") || object.contains_key("functions") => {
                self.read_ours(object)
            }
            Value::Object(object) if object.contains_key("Properties") => self.read_upstream(object),
            Value::Object(object) => self.read_lists(object),
            Value::Array(items) => items.iter().try_for_each(|item| match item {
                Value::Object(object) => self.read_upstream(object),
                _ => Err(wrong("a list contains something that is not a table")),
            }),
            _ => Err(wrong("it contains no tables")),
        }
    }

    fn read_ours(&mut self, object: &Map<String, Value>) -> Result<(), ReadError> {
        for (name, columns) in members(object, "tables")? {
            self.tables.insert(name.clone(), columns_of(name, columns)?);
        }
        for (name, function) in members(object, "functions")? {
            self.functions.insert(name.clone(), function_of(name, function)?);
        }
        Ok(())
    }

    fn read_upstream(&mut self, object: &Map<String, Value>) -> Result<(), ReadError> {
        let name = text(object.get("Name")).ok_or_else(|| wrong("a table has no `Name`"))?;
        let properties = object.get("Properties").and_then(Value::as_array);
        let properties =
            properties.ok_or_else(|| wrong(&format!("the table `{name}` has no `Properties`")))?;
        self.tables.insert(name.to_owned(), listed(name, properties, "Name", "Type")?);
        Ok(())
    }

    fn read_lists(&mut self, object: &Map<String, Value>) -> Result<(), ReadError> {
        if object.is_empty() {
            return Err(wrong("it contains no tables"));
        }
        for (name, columns) in object {
            let columns = columns.as_array().ok_or_else(|| {
                wrong(&format!("`{name}` is not a list of columns, and the format is not recognized"))
            })?;
            self.tables.insert(name.clone(), listed(name, columns, "name", "type")?);
        }
        Ok(())
    }
}

/// Reads files with schemas, and the JSON files in folders. The error names the file.
pub fn load(paths: &[PathBuf]) -> Result<Workspace, (PathBuf, String)> {
    let mut workspace = Workspace::default();
    for path in paths {
        let failed = |error: &std::io::Error| (path.clone(), error.to_string());
        let mut files = vec![path.clone()];
        if path.is_dir() {
            files.clear();
            for entry in std::fs::read_dir(path).map_err(|error| failed(&error))? {
                let entry = entry.map_err(|error| failed(&error))?.path();
                if entry.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
                    files.push(entry);
                }
            }
            files.order();
        }
        for file in files {
            let text = std::fs::read_to_string(&file).map_err(|error| (file.clone(), error.to_string()))?;
            workspace.read(&text).map_err(|error| (file, error.0))?;
        }
    }
    Ok(workspace)
}

fn wrong(message: &str) -> ReadError {
    ReadError(message.to_owned())
}

fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str)
}

fn members<'v>(object: &'v Map<String, Value>, key: &str) -> Result<Vec<(&'v String, &'v Value)>, ReadError> {
    match object.get(key) {
        None => Ok(Vec::new()),
        Some(Value::Object(members)) => Ok(members.iter().collect()),
        Some(_) => Err(wrong(&format!("`{key}` is not an object"))),
    }
}

fn kind_of(table: &str, column: &str, name: &str) -> Result<Scalar, ReadError> {
    Scalar::of(&name.to_ascii_lowercase())
        .ok_or_else(|| wrong(&format!("the column `{column}` of `{table}` has the unknown type `{name}`")))
}

fn columns_of(table: &str, columns: &Value) -> Result<Columns, ReadError> {
    let Value::Object(columns) = columns else {
        return Err(wrong(&format!("the columns of `{table}` are not an object")));
    };
    let column = |(name, kind): (&String, &Value)| {
        let kind = kind.as_str().unwrap_or("null");
        Ok((name.clone(), kind_of(table, name, kind)?))
    };
    columns.iter().map(column).collect()
}

fn listed(table: &str, columns: &[Value], name: &str, kind: &str) -> Result<Columns, ReadError> {
    let column = |column: &Value| {
        let named = text(column.get(name));
        let named = named.ok_or_else(|| wrong(&format!("a column of `{table}` has no `{name}`")))?;
        let typed = text(column.get(kind)).unwrap_or("null");
        Ok((named.to_owned(), kind_of(table, named, typed)?))
    };
    columns.iter().map(column).collect()
}

fn function_of(name: &str, function: &Value) -> Result<Function, ReadError> {
    let params = match function.get("params") {
        None => Some(Vec::new()),
        Some(Value::Array(params)) => Some(params.iter().filter_map(parameter).collect()),
        Some(_) => None,
    };
    let returns = match (text(function.get("body")), function.get("columns")) {
        (Some(body), _) => Returns::Body(FunctionBody::new(body)),
        (None, Some(columns)) => Returns::Columns(columns_of(name, columns)?),
        (None, None) => Returns::Unknown,
    };
    Ok(Function { params, returns })
}

fn parameter(param: &Value) -> Option<Parameter> {
    let (kind, columns) = parameter_type(text(param.get("type")).unwrap_or("dynamic"));
    let name = text(param.get("name"))?.to_owned();
    Some(Parameter { name, kind, columns, optional: param.get("default").is_some() })
}

/// The type of a parameter: that of a value, or rows with the columns in parentheses.
pub(super) fn parameter_type(name: &str) -> (Option<Scalar>, Columns) {
    let Some(columns) = name.trim().strip_prefix('(') else {
        return (
            Some(Scalar::of(&name.trim().to_ascii_lowercase()).unwrap_or(Scalar::Unknown)),
            Columns::new(),
        );
    };
    let columns = columns.trim_end_matches(')').split(',').filter_map(|column| {
        let (name, kind) = column.split_once(':')?;
        Some((name.trim().to_owned(), Scalar::of(kind.trim())?))
    });
    (None, columns.collect())
}
