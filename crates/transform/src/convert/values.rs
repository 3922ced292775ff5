//! Values that hunting queries and rules convert alike.

use serde_json::{Map, Value};

use super::Refusal;
use super::notes::{ID_NO_GUID, KEY_LOST, METADATA_LOST, TACTIC_KEPT, VALUE_MISSING, VALUE_REFUSED, refuse};
use crate::content::duration::Duration;
use crate::content::fields::{Field, Form, Format, Resources, Type};
use crate::content::model::{Common, List, Text};
use crate::diagnostic::Diagnostic;
use crate::knowledge::{limits, tactics};
use crate::yaml::{Node, to_json};

/// The description: outer blanks and one matching pair of quotes are taken off.
pub(super) fn description(text: &str) -> String {
    let text = text.trim();
    for quote in ['\'', '"'] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)) {
            return inner.trim().to_owned();
        }
    }
    text.to_owned()
}

/// The tactics in Sentinel's spelling, each once. What Sentinel does not have is kept without its blanks, as
/// upstream's packaging does, and said.
pub(super) fn tactic_names(list: &List<'_>, notes: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (item, plain) in parts(list) {
        let known = tactics::same_words(&plain).map(|tactic| tactic.name);
        if known.is_none() {
            let message = format!("`{plain}` is not a Sentinel tactic; it is kept");
            notes.push(TACTIC_KEPT.at(item.span(), message));
        }
        let name = known.map_or(plain, str::to_owned);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The techniques and sub-techniques in upper case without blanks, each once.
pub(super) fn technique_ids(list: &List<'_>) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for (_, plain) in parts(list) {
        // What is not an id at all is left as it was written.
        let upper = plain.to_ascii_uppercase();
        let is_id =
            upper.strip_prefix('T').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let id = if is_id { upper } else { plain };
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// The items of a list without their blanks. An item with commas is several: lists are deployed joined with
/// commas, and nobody could tell the two apart afterwards.
fn parts<'a, 'b>(list: &'b List<'a>) -> impl Iterator<Item = (&'b Text<'a>, String)> {
    list.items.iter().flat_map(|item| item.value.split(',').map(move |part| (item, part))).filter_map(
        |(item, part)| {
            let plain: String = part.split_whitespace().collect();
            (!plain.is_empty()).then_some((item, plain))
        },
    )
}

/// Parents, and sub-techniques, each once in the order of the list.
pub(super) fn split_techniques(ids: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut parents, mut subs): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for id in ids {
        let parent = parent_technique(id);
        if !parents.iter().any(|known| known == parent) {
            parents.push(parent.to_owned());
        }
        if parent != id {
            subs.push(id.clone());
        }
    }
    (parents, subs)
}

/// The technique that a sub-technique belongs to; any other technique itself.
pub(super) fn parent_technique(id: &str) -> &str {
    id.split_once('.').map(|(parent, _)| parent).filter(|parent| !parent.is_empty()).unwrap_or(id)
}

/// A required text.
pub(super) fn required<'a>(
    common: &Common<'a>,
    value: Option<crate::content::model::Text<'a>>,
    key: &str,
) -> Result<&'a str, Refusal> {
    match value {
        Some(text) if !text.value.trim().is_empty() => Ok(text.value),
        _ => {
            let message = format!("The key `{key}` is missing; it is required for deployment");
            let place = common.root.entries.first().map(|entry| entry.key.span).unwrap_or_default();
            Err(refuse(&VALUE_MISSING, place, message, format!("Add `{key}:`.")))
        }
    }
}

/// The display name with the prefix before it, which must leave it short enough.
pub(super) fn display_name(common: &Common<'_>, prefix: &str) -> Result<String, Refusal> {
    let own = required(common, common.name, "name")?.trim();
    let name = format!("{prefix}{own}");
    let (length, most) = (name.chars().count(), limits::MAX_NAME);
    if !prefix.is_empty() && length > most {
        let span = common.name.map(|text| text.span()).unwrap_or_default();
        let message =
            format!("The name has {length} characters including the prefix; it can have at most {most}");
        return Err(refuse(&VALUE_REFUSED, span, message, "Shorten `--name-prefix` or the name."));
    }
    Ok(name)
}

/// The id, which becomes the last part of a resource's name. The service takes others than GUIDs.
pub(super) fn resource_id<'a>(common: &Common<'a>, notes: &mut Vec<Diagnostic>) -> Result<&'a str, Refusal> {
    let id = required(common, common.id, "id")?.trim();
    let span = common.id.map(|text| text.span()).unwrap_or_default();
    if uuid::Uuid::try_parse(id).is_err() {
        let message = format!("The id `{id}` is not a GUID; the resource is named after it anyway");
        notes.push(ID_NO_GUID.at(span, message));
    }
    Ok(id)
}

/// A value with its keys in the spelling and order of the format, and without nulls and empty things: templates must
/// hold no blanks. `None` where nothing is left.
pub(super) fn tidy(node: &Node, ty: &Type) -> Option<Value> {
    tidy_json(to_json(node), ty)
}

/// The same for what has been JSON all along. Further keys of a mapping follow as they are, and a single value in the
/// place of a list is its only item.
pub(super) fn tidy_json(value: Value, ty: &Type) -> Option<Value> {
    let any = |value: Value| tidy_json(value, &Type::Any);
    let value = match (ty, value) {
        (_, Value::Null) => return None,
        (Type::List(item, ..), Value::Array(items)) => {
            Value::Array(items.into_iter().filter_map(|value| tidy_json(value, &item.ty)).collect())
        }
        (Type::List(item, ..), single) => Value::Array(tidy_json(single, &item.ty).into_iter().collect()),
        (Type::Mapping(keys), Value::Object(mut map)) => {
            let mut out = Map::new();
            for field in *keys {
                let spelt = map.keys().find(|name| name.eq_ignore_ascii_case(field.key)).cloned();
                let value = spelt.and_then(|name| map.shift_remove(&name));
                out.extend(value.and_then(|v| tidy_json(v, &field.ty)).map(|v| (field.key.to_owned(), v)));
            }
            out.extend(map.into_iter().filter_map(|(key, value)| Some((key, any(value)?))));
            Value::Object(out)
        }
        (Type::Names(_, of, _), Value::Object(map)) => {
            let kept = map.into_iter().filter_map(|(key, value)| Some((key, tidy_json(value, &of.ty)?)));
            Value::Object(kept.collect())
        }
        (Type::Any, Value::Object(map)) => {
            Value::Object(map.into_iter().filter_map(|(key, value)| Some((key, any(value)?))).collect())
        }
        (Type::Any, Value::Array(items)) => Value::Array(items.into_iter().filter_map(any).collect()),
        (Type::Text(..) | Type::OneOf(_), Value::Number(number)) => Value::String(number.to_string()),
        (Type::Text(Form::Duration, _), Value::String(text)) => {
            Value::String(Duration::parse(&text).map_or(text, |duration| duration.iso))
        }
        (Type::Text(form, _), Value::Bool(truth)) if *form != Form::Duration => {
            Value::String(truth.to_string())
        }
        (Type::OneOf(_), Value::Bool(truth)) => Value::String(truth.to_string()),
        (Type::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("true") => Value::Bool(true),
        (Type::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("false") => Value::Bool(false),
        (_, value) => value,
    };
    (!is_empty(&value)).then_some(value)
}

/// Whether a value says nothing.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// Keys that only readers of a repository need: nothing of what the content does goes with them.
const REPOSITORY_KEYS: [&str; 8] = [
    "status",
    "requiredDataConnectors",
    "version",
    "kind",
    "tags",
    "metadata",
    "description-detailed",
    "alertRuleTemplateName",
];

/// Notes on every key of the document that has no counterpart in these resources.
pub(super) fn note_dropped(common: &Common<'_>, resources: Resources, notes: &mut Vec<Diagnostic>) {
    let format = Format::of(common.kind);
    for entry in &common.root.entries {
        let Some(key) = entry.key.as_str() else { continue };
        let same = |field: &&Field| field.key.eq_ignore_ascii_case(key);
        let field = format.and_then(|format| format.root().find(same));
        let is_used = field.is_some_and(|field| field.resources.meets(resources));
        if !is_used && !entry.value.is_null() {
            let message = format!("`{key}` has no counterpart in the result and is omitted");
            let code = if REPOSITORY_KEYS.contains(&key) { &METADATA_LOST } else { &KEY_LOST };
            notes.push(code.at(entry.key.span, message));
        }
    }
}
