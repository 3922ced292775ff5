//! What an alert says: title, description, severity, tactic and techniques.

use serde_json::{Map, Value, json};

use super::Options;
use super::draft::Draft;
use super::entities::column_of;
use crate::content::model::{List, Text};
use crate::convert::notes;
use crate::diagnostic::Diagnostic;
use crate::knowledge::{attack, defender, tactics};
use crate::source::Span;

/// The columns in double braces of a text, each with its place.
pub fn dynamic_columns(text: &str) -> Vec<(Span, &str)> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(open) = text[at..].find("{{").map(|open| at + open) {
        let Some(close) = text[open + 2..].find("}}").map(|close| open + 2 + close) else { break };
        let inner = text[open + 2..close].trim();
        if !inner.is_empty() {
            let start = open + 2 + (text[open + 2..close].len() - text[open + 2..close].trim_start().len());
            found.push((Span::new(start, start + inner.len()), inner));
        }
        at = close + 2;
    }
    found
}

/// A text with its columns as the adapted query names them; `None` where one is not in the result.
pub(super) fn renamed(text: &str, draft: &Draft<'_>) -> Option<String> {
    let (mut out, mut at) = (String::new(), 0);
    for (span, column) in dynamic_columns(text) {
        out.push_str(&text[at..span.start as usize]);
        out.push_str(&column_of(draft, column)?);
        at = span.end as usize;
    }
    out.push_str(&text[at..]);
    Some(out)
}

/// How many different columns some texts have in double braces.
pub(super) fn count_dynamic(texts: &[&str]) -> usize {
    let mut columns: Vec<&str> =
        texts.iter().flat_map(|text| dynamic_columns(text)).map(|(_, column)| column).collect();
    columns.sort_unstable();
    columns.dedup();
    columns.len()
}

/// A description without the quotes around it that published content has.
pub(super) fn unquoted(text: &str) -> &str {
    let text = text.trim();
    for quote in ['\'', '"'] {
        if text.len() > 1
            && let Some(inner) = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote))
        {
            return inner.trim();
        }
    }
    text
}

/// The tactic with its techniques, as the value of `tactics`; nothing where there is none.
pub(super) fn tactic(
    own: &List<'_>,
    techniques: &List<'_>,
    options: &Options,
    place: Span,
    told: &mut Vec<Diagnostic>,
) -> Option<Value> {
    let ids: Vec<(&Text<'_>, String)> = techniques
        .items
        .iter()
        .map(|item| (item, item.value.trim().to_ascii_uppercase()))
        .filter(|(_, id)| attack::in_any_version(id).is_some())
        .collect();
    let serves = |tactic: &str, id: &str| {
        let tactic = tactics::tactic(tactic);
        let technique = attack::in_any_version(id);
        tactic.zip(technique).is_some_and(|(tactic, technique)| tactics::matches(tactic, technique))
    };
    let mut known: Vec<&'static str> = Vec::new();
    for item in &own.items {
        let asked = options.tactics.iter().find(|answer| {
            answer.asked.as_deref().is_some_and(|text| text.trim().eq_ignore_ascii_case(item.value.trim()))
        });
        let name = asked
            .map(|answer| answer.tactic)
            .or_else(|| tactics::normalise_tactic(item.value).map(|tactic| tactic.name));
        match name.filter(|name| defender::TACTICS.contains(name)) {
            Some(name) if !known.contains(&name) => known.push(name),
            Some(_) => {}
            None if item.value.trim().is_empty() => {}
            None => {
                let message = format!("`{}` is not a tactic of custom detections", item.value);
                told.push(notes::TACTIC_LOST.at(item.span(), message));
            }
        }
    }
    let answered = options.tactics.iter().find(|answer| answer.asked.is_none()).map(|answer| answer.tactic);
    let most = known
        .iter()
        .enumerate()
        .max_by_key(|(at, name)| (ids.iter().filter(|(_, id)| serves(name, id)).count(), usize::MAX - at));
    let Some(chosen) = answered.or(most.map(|(_, name)| *name)) else {
        let help = "A detection can do without one; set it with `--tactic`";
        told.push(notes::TACTIC_MISSING.at(place, format!("There is no tactic. {help}")));
        return None;
    };
    for name in known.iter().filter(|name| **name != chosen) {
        let item = own
            .items
            .iter()
            .find(|item| tactics::normalise_tactic(item.value).is_some_and(|tactic| tactic.name == *name));
        let message = format!(
            "The tactic {name} is omitted: a custom detection can have one, which is {chosen}; `--tactic` sets another"
        );
        told.push(notes::TACTIC_LOST.at(item.map_or(place, Text::span), message));
    }
    let mut grouped: Vec<(String, Vec<String>)> = Vec::new();
    for (item, id) in &ids {
        if !serves(chosen, id) {
            let message = format!("The technique {id} is omitted: it does not belong to {chosen}");
            told.push(notes::TECHNIQUE_LOST.at(item.span(), message));
            continue;
        }
        let parent = id.split('.').next().unwrap_or(id).to_owned();
        let at = grouped.iter().position(|(known, _)| *known == parent).unwrap_or_else(|| {
            grouped.push((parent, Vec::new()));
            grouped.len() - 1
        });
        if id.contains('.') && !grouped[at].1.contains(id) {
            grouped[at].1.push(id.clone());
        }
    }
    Some(value(chosen, &grouped))
}

/// A tactic with techniques and their sub-techniques.
pub fn value(tactic: &str, techniques: &[(String, Vec<String>)]) -> Value {
    let technique = |(id, subs): &(String, Vec<String>)| {
        let mut out = Map::new();
        out.insert("technique".into(), json!(id));
        if !subs.is_empty() {
            out.insert("subTechniques".into(), json!(subs));
        }
        Value::Object(out)
    };
    let mut out = Map::new();
    out.insert("tactic".into(), json!(tactic));
    if !techniques.is_empty() {
        out.insert("techniques".into(), techniques.iter().map(technique).collect());
    }
    json!([out])
}
