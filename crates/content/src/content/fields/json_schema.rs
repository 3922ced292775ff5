//! The JSON Schemas (draft 7) of the formats: what editors use, and what [`crate::content::schema`] runs.

use serde_json::{Map, Value, json};

use super::{Field, Form, Format, Preset, Type};
use crate::content::kind::Kind;

/// The schema of a format. Its keys come in the order of the table.
pub(crate) fn schema(format: &Format) -> Value {
    let mut out = Map::new();
    let name = format.kind.as_str();
    let id = format!("https://raw.githubusercontent.com/sentlint/sentlint/main/schemas/{name}.schema.json");
    out.insert("$schema".into(), json!("http://json-schema.org/draft-07/schema#"));
    out.insert("$id".into(), json!(id));
    out.insert("title".into(), json!(format.title));
    out.insert("description".into(), json!(format.doc));
    out.insert("type".into(), json!("object"));
    put_keys(&mut out, format.root(), format.kind);
    Value::Object(out)
}

/// The schema of a format as the file in `schemas/` holds it.
pub(crate) fn text(format: &Format) -> String {
    format!("{:#}\n", schema(format))
}

/// What a mapping with these keys and no others is.
fn put_keys(out: &mut Map<String, Value>, keys: impl Iterator<Item = &'static Field>, kind: Kind) {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in keys {
        properties.insert(field.key.into(), value(field, kind));
        if field.is_required(kind) {
            required.push(field.key);
        }
    }
    if !required.is_empty() {
        out.insert("required".into(), json!(required));
    }
    out.insert("additionalProperties".into(), json!(false));
    out.insert("properties".into(), Value::Object(properties));
}

fn value(field: &Field, kind: Kind) -> Value {
    let mut out = Map::new();
    let doc = field.doc_in(kind);
    out.insert("title".into(), json!(field.title));
    out.insert("description".into(), json!(doc));
    // Editors show the plain description as it is, marks and all.
    if doc.contains(['`', '[', '*', '_', '<']) {
        out.insert("markdownDescription".into(), json!(doc));
    }
    let mut types = types(&field.ty);
    types.extend(field.nullable.then_some("null"));
    out.insert("type".into(), if let [only] = types[..] { json!(only) } else { json!(types) });
    put_type(&mut out, &field.ty, kind);
    if let Some(preset) = field.default(kind) {
        let preset = match (preset, &field.ty) {
            (Preset::Text(text), _) => json!(text),
            (Preset::Integer(number), _) => json!(number),
            (Preset::Boolean(truth), _) => json!(truth),
            (Preset::First, Type::OneOf(set)) => json!(set.values(kind).first()),
            (Preset::First, _) => Value::Null,
        };
        out.insert("default".into(), preset);
    }
    if !field.examples.is_empty() {
        out.insert("examples".into(), json!(field.examples));
    }
    Value::Object(out)
}

fn types(ty: &Type) -> Vec<&'static str> {
    match ty {
        Type::Text(..) | Type::OneOf(_) => vec!["string"],
        Type::Integer(..) => vec!["integer"],
        Type::Boolean => vec!["boolean"],
        Type::List(..) => vec!["array"],
        Type::Mapping(_) | Type::Names(..) => vec!["object"],
        Type::TextOrMapping => vec!["string", "object"],
        Type::Any => vec!["string", "number", "boolean", "array", "object"],
    }
}

fn put_type(out: &mut Map<String, Value>, ty: &Type, kind: Kind) {
    match ty {
        Type::Text(form, longest) => put_form(out, *form, *longest),
        Type::OneOf(set) => {
            out.insert("enum".into(), json!(set.values(kind)));
        }
        Type::Integer(least, most) => {
            out.insert("minimum".into(), json!(least));
            out.insert("maximum".into(), json!(most));
        }
        Type::List(item, least, most) => {
            out.extend(least.map(|least| ("minItems".into(), json!(least))));
            out.extend(most.map(|most| ("maxItems".into(), json!(most))));
            out.insert("items".into(), value(item, kind));
        }
        Type::Mapping(keys) => {
            put_keys(out, keys.iter().filter(|field| field.kinds.contains(kind)), kind);
        }
        Type::Names(name, of, most) => {
            out.insert("maxProperties".into(), json!(most));
            let mut names = value(name, kind);
            // A name is a string in any case.
            if let Value::Object(names) = &mut names {
                names.shift_remove("type");
            }
            out.insert("propertyNames".into(), names);
            out.insert("additionalProperties".into(), value(of, kind));
        }
        Type::Boolean | Type::TextOrMapping | Type::Any => {}
    }
}

fn put_form(out: &mut Map<String, Value>, form: Form, longest: Option<usize>) {
    if matches!(form, Form::Filled | Form::NotBlank) {
        out.insert("minLength".into(), json!(1));
    }
    if let Some((pattern, words)) = form.pattern() {
        out.insert("pattern".into(), json!(pattern));
        out.insert("patternErrorMessage".into(), json!(words));
    }
    out.extend(longest.map(|longest| ("maxLength".into(), json!(longest))));
}

impl Form {
    /// The regular expression of the form, and what editors say of a value that does not match it.
    pub(crate) fn pattern(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::Free | Self::Filled => return None,
            Self::NotBlank => (r"\S", "This must not be empty."),
            Self::Guid => (
                "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
                "An id must be a GUID, such as 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11.",
            ),
            Self::Version => (
                r"^[0-9]+\.[0-9]+\.[0-9]+$",
                "A version must be three numbers separated by dots, such as 1.0.0.",
            ),
            Self::Duration => (
                r"^([0-9]+[mhd]|P[0-9]+D(T([0-9]+H([0-9]+M)?([0-9]+S)?|[0-9]+M([0-9]+S)?|[0-9]+S))?|PT([0-9]+H([0-9]+M)?([0-9]+S)?|[0-9]+M([0-9]+S)?|[0-9]+S)|([0-9]+\.)?[0-9]{1,2}:[0-9]{2}:[0-9]{2})$",
                "A duration must be a number and m, h or d, such as 5h; PT5H and 05:00:00 are equivalent.",
            ),
            Self::Technique => (
                r"^T[0-9]{4}(\.[0-9]{3})?$",
                "A technique must have the form T1219, and a sub-technique T1219.002.",
            ),
            Self::Column => (
                r"^[A-Za-z_]\w*$",
                "A column name can contain letters, digits and underscores, and must not start with a digit.",
            ),
            Self::DetailName => (
                r"^[A-Za-z]\w*$",
                "The name of a custom detail can contain letters, digits and underscores, and must start with a \
                 letter.",
            ),
        })
    }
}
