//! Values that hunting queries and rules convert alike.

use serde_json::{Map, Value};

use super::Refusal;
use super::notes::{KEY_LOST, TACTIC_KEPT, VALUE_MISSING, refuse};
use crate::content::duration::Duration;
use crate::content::model::{Common, List, Text};
use crate::diagnostic::Diagnostic;
use crate::knowledge::tactics;
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
            let message = format!("Sentinel has no tactic `{plain}`; it is kept as it is");
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
        // What is no id at all is left as it was written.
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
            let message = format!("The key `{key}` is missing, and nothing can be deployed without it");
            let place = common.root.entries.first().map(|entry| entry.key.span).unwrap_or_default();
            Err(refuse(&VALUE_MISSING, place, message, format!("Add `{key}:`.")))
        }
    }
}

/// A value with keys in the spelling and order of a list, and without nulls and empty things: templates must hold
/// no blanks. `None` where nothing is left.
pub(super) fn tidy(node: &Node, shape: &Shape) -> Option<Value> {
    tidy_json(to_json(node), shape)
}

/// What a value looks like: its keys in order, and what stands below them.
pub(super) enum Shape {
    /// Anything; copied without its blanks.
    Any,
    /// A text: numbers and truth values are written as texts.
    Text,
    /// A truth value.
    Bool,
    /// A duration, written in ISO 8601.
    Duration,
    /// A list. A single mapping in its place is its only item.
    List(&'static Self),
    /// A mapping with these keys, in this order; further keys follow as they are.
    Keys(&'static [(&'static str, Self)]),
    /// A mapping of free keys.
    Map(&'static Self),
}

/// The same for what has been JSON all along.
pub(super) fn tidy_json(value: Value, shape: &Shape) -> Option<Value> {
    let value = match (shape, value) {
        (_, Value::Null) => return None,
        (Shape::List(of), Value::Array(items)) => {
            Value::Array(items.into_iter().filter_map(|item| tidy_json(item, of)).collect())
        }
        (Shape::List(of), single) => Value::Array(tidy_json(single, of).into_iter().collect()),
        (Shape::Keys(keys), Value::Object(mut map)) => {
            let mut out = Map::new();
            for (key, below) in *keys {
                let spelt = map.keys().find(|name| name.eq_ignore_ascii_case(key)).cloned();
                if let Some(value) =
                    spelt.and_then(|name| map.shift_remove(&name)).and_then(|v| tidy_json(v, below))
                {
                    out.insert((*key).to_owned(), value);
                }
            }
            for (key, value) in map {
                if let Some(value) = tidy_json(value, &Shape::Any) {
                    out.insert(key, value);
                }
            }
            Value::Object(out)
        }
        (Shape::Map(below), Value::Object(map)) => {
            let kept = map.into_iter().filter_map(|(key, value)| Some((key, tidy_json(value, below)?)));
            Value::Object(kept.collect())
        }
        (Shape::Any, Value::Object(map)) => {
            let kept = map.into_iter().filter_map(|(key, value)| Some((key, tidy_json(value, &Shape::Any)?)));
            Value::Object(kept.collect())
        }
        (Shape::Any, Value::Array(items)) => {
            Value::Array(items.into_iter().filter_map(|item| tidy_json(item, &Shape::Any)).collect())
        }
        (Shape::Text | Shape::Duration, Value::Number(number)) => Value::String(number.to_string()),
        (Shape::Text, Value::Bool(truth)) => Value::String(truth.to_string()),
        (Shape::Bool, Value::String(text)) if text.eq_ignore_ascii_case("true") => Value::Bool(true),
        (Shape::Bool, Value::String(text)) if text.eq_ignore_ascii_case("false") => Value::Bool(false),
        (Shape::Duration, Value::String(text)) => {
            Value::String(Duration::parse(&text).map_or(text, |duration| duration.iso))
        }
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

/// Notes on what no deployed resource can hold, for every key of the document outside of `known`.
pub(super) fn note_dropped(common: &Common<'_>, known: &[&str], notes: &mut Vec<Diagnostic>) {
    for entry in &common.root.entries {
        let Some(key) = entry.key.as_str() else { continue };
        let used = known.iter().any(|name| name.eq_ignore_ascii_case(key));
        if !used && !entry.value.is_null() {
            let message = format!("`{key}` has no counterpart in the result and is left out");
            notes.push(KEY_LOST.at(entry.key.span, message));
        }
    }
}
