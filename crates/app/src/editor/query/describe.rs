//! Functions and types in the notation of signatures: `bin(value, roundTo): datetime`.

use std::fmt::Write as _;
use std::ops::Range;

use crate::kql::bind::External;
use crate::kql::bind::Returned;
use crate::kql::builtins::{Builtin, Class, Family, Returns, Signature, Takes};
use crate::kql::model::{Declared, ExprType, Takes as DeclaredTakes};
use crate::kql::types::{Relation, Scalar};

/// How many columns are named of rows.
const MOST_COLUMNS: usize = 12;

/// A signature as text, with the places of its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub label: String,
    pub params: Vec<Range<usize>>,
}

/// What a signature of the language returns, as far as it says so itself.
pub(super) fn result_of(signature: &Signature) -> Option<&'static str> {
    match signature.returns {
        Returns::Type(kind) => Some(kind.name()),
        Returns::Columns(_) => Some("table"),
        Returns::ArrayOfFirst => Some("dynamic"),
        Returns::Entity
        | Returns::Literal(_)
        | Returns::LastLiteral
        | Returns::Custom
        | Returns::Parameter(_)
        | Returns::FirstPromoted
        | Returns::Widest
        | Returns::Common
        | Returns::CommonNotDynamic => None,
    }
}

/// The parameters of a call between parentheses, each of them written by a function.
fn call(name: &str, params: impl Iterator<Item = (String, bool)>, more: bool) -> Written {
    let mut written = Written { label: format!("{name}("), params: Vec::new() };
    for (at, (text, optional)) in params.enumerate() {
        if at > 0 {
            written.label.push_str(", ");
        }
        let start = written.label.len();
        if optional {
            let _ = write!(written.label, "[{text}]");
        } else {
            written.label.push_str(&text);
        }
        written.params.push(start..written.label.len());
    }
    if more {
        written.label.push_str(", ...");
    }
    written.label.push(')');
    written
}

/// A way to call a function of the language.
pub(super) fn signature(builtin: &Builtin, signature: &Signature, result: Option<&str>) -> Written {
    let repeats = signature.params.iter().any(|param| param.repeat.1 > 1);
    let params = signature.params.iter().map(|param| (param.name.to_owned(), param.optional));
    let mut written = call(builtin.name, params, repeats);
    if builtin.family != Family::Plugin
        && let Some(result) = result.or_else(|| result_of(signature))
    {
        let _ = write!(written.label, ": {result}");
    }
    written
}

/// A way to call a function that the query or the workspace defines.
pub(super) fn declared(name: &str, params: Option<&[Declared]>, result: &str) -> Written {
    let shown = params.unwrap_or_default().iter().map(|param| {
        let takes = match &param.takes {
            DeclaredTakes::Scalar(kind) => kind.name().to_owned(),
            DeclaredTakes::Rows if param.columns.is_empty() => "(*)".to_owned(),
            DeclaredTakes::Rows => {
                let columns = param.columns.iter().take(MOST_COLUMNS);
                let columns: Vec<_> =
                    columns.map(|column| format!("{}: {}", column.name, column.kind.name())).collect();
                format!("({})", columns.join(", "))
            }
        };
        (format!("{}: {takes}", param.name), param.optional)
    });
    let mut written = call(name, shown, false);
    if params.is_none() {
        written.label = format!("{name}(...)");
    }
    if !result.is_empty() {
        let _ = write!(written.label, ": {result}");
    }
    written
}

/// What a function of the workspace returns.
pub(super) fn returned(external: &External) -> String {
    match &external.returns {
        Returned::Scalar(kind) => kind.name().to_owned(),
        Returned::Rows(relation) => rows(relation),
        Returned::Extended { .. } | Returned::Body(_) => "table".to_owned(),
    }
}

/// Rows with the first of their columns: `table(A, B, ...)`.
pub(super) fn rows(relation: &Relation) -> String {
    let mut names: Vec<&str> =
        relation.columns.iter().take(MOST_COLUMNS).map(|column| &*column.name).collect();
    if relation.columns.len() > MOST_COLUMNS || relation.has_unknown_columns {
        names.push("...");
    }
    format!("table({})", names.join(", "))
}

/// The name of a type.
pub(super) fn type_name(kind: &ExprType) -> String {
    match kind {
        ExprType::Unknown => "unknown".to_owned(),
        ExprType::Scalar(kind) => kind.name().to_owned(),
        ExprType::Columns(columns) => match columns.only() {
            Some(column) => column.kind.name().to_owned(),
            None => "columns".to_owned(),
        },
        ExprType::Rows(relation) => rows(relation),
        ExprType::Database => "database".to_owned(),
        ExprType::Cluster => "cluster".to_owned(),
        ExprType::Graph => "graph".to_owned(),
        ExprType::Nothing => "nothing".to_owned(),
    }
}

/// What a parameter takes, in words.
pub(super) fn takes(takes: Takes) -> String {
    match takes {
        Takes::These(kinds) => {
            let mut names: Vec<String> = Vec::new();
            for kind in kinds {
                let name = format!("`{}`", kind.name());
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            names.join(" or ")
        }
        Takes::Class(class) | Takes::Common(class) => class_name(class).to_owned(),
        Takes::Parameter(_) => "the type of another parameter".to_owned(),
    }
}

fn class_name(class: Class) -> &'static str {
    match class {
        Class::Any => "anything",
        Class::Scalar | Class::ScalarOrDynamic => "a value of any type",
        Class::Number => "a number",
        Class::NumberOrBool => "a number or `bool`",
        Class::Integer => "an integer",
        Class::IntegerOrArray => "an integer or an array",
        Class::Summable => "a number, `timespan` or `datetime`",
        Class::Orderable => "a number, `datetime`, `timespan`, `string` or `bool`",
        Class::StringOrDynamic => "`string` or `dynamic`",
        Class::StringOrArray => "`string` or an array",
        Class::DynamicArray => "a `dynamic` array",
        Class::DynamicBag => "a `dynamic` property bag",
        Class::NotDynamic => "any type but `dynamic`",
        Class::NotBool => "any type but `bool`",
        Class::NotRealOrBool => "any type but `real` and `bool`",
        Class::Tabular => "a table",
    }
}

/// Whether a value of a type is what a parameter takes without conversion; `None` where that cannot be told.
pub(super) fn fits(takes: Takes, kind: Scalar) -> Option<bool> {
    if kind.unknown() {
        return None;
    }
    let string = kind == Scalar::String;
    Some(match takes {
        Takes::These(kinds) => {
            kinds.iter().any(|one| one.name() == kind.name() || (one.number() && kind.integer()))
        }
        Takes::Parameter(_) => return None,
        Takes::Class(class) | Takes::Common(class) => match class {
            Class::Any | Class::Scalar | Class::ScalarOrDynamic => return None,
            Class::Number => kind.number(),
            Class::NumberOrBool => kind.number() || kind == Scalar::Bool,
            Class::Integer => kind.integer(),
            Class::IntegerOrArray => kind.integer() || kind.dynamic(),
            Class::Summable => kind.summable(),
            Class::Orderable => kind.orderable(),
            Class::StringOrDynamic | Class::StringOrArray => string || kind.dynamic(),
            Class::DynamicArray | Class::DynamicBag => kind.dynamic(),
            Class::NotDynamic => !kind.dynamic(),
            Class::NotBool => kind != Scalar::Bool,
            Class::NotRealOrBool => !matches!(kind, Scalar::Real | Scalar::Bool),
            Class::Tabular => false,
        },
    })
}
