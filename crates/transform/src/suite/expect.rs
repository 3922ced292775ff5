//! What a test expects, compared with what came of it.

use super::alerts::made;
use super::file::Mistake;
use super::rows::value_of;
use crate::content::model::Template;
use crate::engine::{Row, Table, Value, same, text};
use crate::yaml::{Entry, Node};

pub(super) use super::alerts::{count as alerts, incidents};

/// The keys of `expect`.
pub(crate) const KEYS: [&str; 7] =
    ["rows", "contains", "alerts", "entities", "incidents", "alert-names", "custom-details"];

/// The row that has most of some values.
pub(super) fn nearest<'t>(table: &'t Table, wanted: &[(usize, &Value)]) -> Option<&'t Row> {
    let score = |row: &&Row| wanted.iter().filter(|(at, value)| same(&row[*at], value)).count();
    // Of several, the first.
    table.rows.iter().rev().max_by_key(score)
}

/// Compares; what is not as expected, and what is wrong in the expectation.
pub(crate) fn check(
    expect: &Node,
    table: &Table,
    template: Option<&Template<'_>>,
    now: Option<i64>,
    mistakes: &mut Vec<Mistake>,
) -> Vec<String> {
    let mut failed = Vec::new();
    let count = table.count();
    if let Some(word) = expect.as_str() {
        match (word, count) {
            ("none", 1..) => failed.push(format!("expected no rows, got {count}")),
            ("any", 0) => failed.push("expected rows, got none".to_owned()),
            ("none" | "any", _) => {}
            _ => mistakes.push(Mistake::new(expect.span, "`expect` must be `none`, `any` or a mapping")),
        }
        return failed;
    }
    let Some(map) = expect.as_mapping() else {
        mistakes.push(Mistake::new(expect.span, "`expect` must be `none`, `any` or a mapping"));
        return failed;
    };
    for entry in &map.entries {
        match entry.name().unwrap_or_default() {
            "rows" => number(entry, "row", Some(count), &mut failed, mistakes),
            "alerts" => {
                let alerts = alerts(template, count);
                if alerts.is_none() {
                    mistakes.push(Mistake::new(entry.key.span, "only analytic rules have alerts"));
                }
                number(entry, "alert", alerts, &mut failed, mistakes);
            }
            "incidents" => {
                let incidents = incidents(template, table);
                if incidents.is_none() {
                    mistakes.push(Mistake::new(entry.key.span, "only analytic rules have incidents"));
                }
                number(entry, "incident", incidents, &mut failed, mistakes);
            }
            "alert-names" => names(entry, table, template, &mut failed, mistakes),
            "custom-details" => details(entry, table, template, &mut failed, mistakes),
            "contains" => contains(entry, table, now, &mut failed, mistakes),
            "entities" => entities(entry, table, template, &mut failed, mistakes),
            name => {
                let near = crate::similar::nearest(name, KEYS.iter().copied());
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                mistakes.push(Mistake::new(entry.key.span, format!("Unknown key `{name}`{near}")));
            }
        }
    }
    failed
}

fn number(
    entry: &Entry,
    noun: &str,
    found: Option<usize>,
    failed: &mut Vec<String>,
    mistakes: &mut Vec<Mistake>,
) {
    let Some(found) = found else { return };
    let parsed = |node: &Node| node.as_str().and_then(|text| text.parse::<usize>().ok());
    let say = |wanted: String| format!("expected {wanted} {noun}s, got {found}");
    if let Some(wanted) = parsed(&entry.value) {
        if wanted != found {
            failed.push(say(wanted.to_string()).replace(&format!(" 1 {noun}s"), &format!(" 1 {noun}")));
        }
        return;
    }
    let Some(map) = entry.value.as_mapping() else {
        let message = format!("`{noun}s` must be a number, or have `at-least` or `at-most`");
        mistakes.push(Mistake::new(entry.value.span, message));
        return;
    };
    for bound in &map.entries {
        match (bound.name().unwrap_or_default(), parsed(&bound.value)) {
            ("at-least", Some(least)) if found < least => failed.push(say(format!("at least {least}"))),
            ("at-most", Some(most)) if found > most => failed.push(say(format!("at most {most}"))),
            ("at-least" | "at-most", Some(_)) => {}
            ("at-least" | "at-most", None) => {
                mistakes.push(Mistake::new(bound.value.span, "expected a number"));
            }
            (name, _) => mistakes.push(Mistake::new(bound.key.span, format!("Unknown key `{name}`"))),
        }
    }
}

fn contains(
    entry: &Entry,
    table: &Table,
    now: Option<i64>,
    failed: &mut Vec<String>,
    mistakes: &mut Vec<Mistake>,
) {
    let Some(list) = entry.value.as_sequence() else {
        mistakes.push(Mistake::new(entry.value.span, "`contains` must be a list of rows"));
        return;
    };
    for item in &list.items {
        let Some(map) = item.as_mapping() else {
            mistakes.push(Mistake::new(item.span, "a row must be a mapping of columns to values"));
            continue;
        };
        let mut wanted: Vec<(usize, Value, &str)> = Vec::new();
        for cell in &map.entries {
            let column = cell.name().unwrap_or_default();
            let Some(at) = table.schema.find(column) else {
                let message =
                    crate::engine::data::no_column(column, &table.schema).replace("the table", "the result");
                mistakes.push(Mistake::new(cell.key.span, message));
                continue;
            };
            match value_of(table.schema.kind(at), &cell.value, now) {
                Ok(value) => wanted.push((at, value, column)),
                Err(why) => {
                    let kind = table.schema.kind(at).name();
                    mistakes
                        .push(Mistake::new(cell.value.span, format!("`{column}` is `{kind}`, and {why}")));
                }
            }
        }
        let fits = |row: &crate::engine::Row| wanted.iter().all(|(at, value, _)| same(&row[*at], value));
        if table.rows.iter().any(fits) {
            continue;
        }
        let shown: Vec<String> =
            wanted.iter().map(|(_, value, column)| format!("{column}: {}", text(value))).collect();
        // The row that is nearest tells what differs.
        let pairs: Vec<(usize, &Value)> = wanted.iter().map(|(at, value, _)| (*at, value)).collect();
        let nearest = nearest(table, &pairs).map(|row| {
            let differs = wanted.iter().filter(|(at, value, _)| !same(&row[*at], value));
            let differs: Vec<String> =
                differs.map(|(at, _, column)| format!("{column}: {}", text(&row[*at]))).collect();
            format!("; the nearest has {}", differs.join(", "))
        });
        failed.push(format!("no row has {}{}", shown.join(", "), nearest.unwrap_or_default()));
    }
}

fn entities(
    entry: &Entry,
    table: &Table,
    template: Option<&Template<'_>>,
    failed: &mut Vec<String>,
    mistakes: &mut Vec<Mistake>,
) {
    let Some(template) = template else {
        mistakes.push(Mistake::new(entry.key.span, "this query has no entity mappings"));
        return;
    };
    let Some(list) = entry.value.as_sequence() else {
        mistakes.push(Mistake::new(entry.value.span, "`entities` must be a list"));
        return;
    };
    for item in &list.items {
        let Some(map) = item.as_mapping() else {
            mistakes.push(Mistake::new(item.span, "an entity must be a mapping"));
            continue;
        };
        let kind = map.get("type").and_then(Node::as_str).unwrap_or_default();
        let wanted: Vec<(&str, &str)> = map
            .entries
            .iter()
            .filter_map(|cell| Some((cell.name()?, cell.value.as_str().unwrap_or_default())))
            .filter(|(name, _)| *name != "type")
            .collect();
        let found = template.common().entity_mappings.iter().any(|mapping| {
            let same_type = mapping.entity_type.is_some_and(|own| own.value.eq_ignore_ascii_case(kind));
            let column = |identifier: &str| {
                let field = mapping.fields.iter().find(|field| {
                    field.identifier.is_some_and(|own| own.value.eq_ignore_ascii_case(identifier))
                })?;
                table.schema.find(field.column?.value)
            };
            same_type
                && table.rows.iter().any(|row| {
                    wanted
                        .iter()
                        .all(|(name, value)| column(name).is_some_and(|at| *text(&row[at]) == **value))
                })
        });
        if !found {
            let fields: Vec<String> = wanted.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            failed.push(format!("no entity of type {kind} has {}", fields.join(", ")));
        }
    }
}

/// The names of alerts, which the rule may make of columns.
fn names(
    entry: &Entry,
    table: &Table,
    template: Option<&Template<'_>>,
    failed: &mut Vec<String>,
    mistakes: &mut Vec<Mistake>,
) {
    let Some(alerts) = made(template, table) else {
        mistakes.push(Mistake::new(entry.key.span, "only analytic rules have alerts"));
        return;
    };
    let Some(list) = entry.value.as_sequence() else {
        mistakes.push(Mistake::new(entry.value.span, "`alert-names` must be a list"));
        return;
    };
    for wanted in list.items.iter().filter_map(Node::as_str) {
        let found: Vec<&str> = alerts.iter().filter_map(|alert| alert.name.as_deref()).collect();
        if !found.contains(&wanted) {
            failed.push(format!("no alert is named {wanted}; the names are: {}", found.join(", ")));
        }
    }
}

/// The custom details of alerts: each expectation must hold for one alert as a whole.
fn details(
    entry: &Entry,
    table: &Table,
    template: Option<&Template<'_>>,
    failed: &mut Vec<String>,
    mistakes: &mut Vec<Mistake>,
) {
    let Some(alerts) = made(template, table) else {
        mistakes.push(Mistake::new(entry.key.span, "only analytic rules have custom details"));
        return;
    };
    let Some(list) = entry.value.as_sequence() else {
        mistakes.push(Mistake::new(entry.value.span, "`custom-details` must be a list of mappings"));
        return;
    };
    let known: Vec<&str> = template
        .map(|template| template.common().custom_details.iter().map(|(key, _)| key.value).collect())
        .unwrap_or_default();
    for item in &list.items {
        let Some(map) = item.as_mapping() else {
            mistakes.push(Mistake::new(item.span, "custom details must be a mapping of keys to values"));
            continue;
        };
        let mut wanted = Vec::new();
        for cell in &map.entries {
            let key = cell.name().unwrap_or_default();
            if !known.contains(&key) {
                let near = crate::similar::nearest(key, known.iter().copied());
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                let message = format!("the rule has no custom detail `{key}`{near}");
                mistakes.push(Mistake::new(cell.key.span, message));
            }
            wanted.push((key, cell.value.as_str().unwrap_or_default()));
        }
        let holds = |alert: &super::alerts::Alert| {
            wanted.iter().all(|(key, value)| {
                alert.details.iter().any(|(own, values)| own == key && values.iter().any(|own| own == value))
            })
        };
        if !alerts.iter().any(holds) {
            let shown: Vec<String> = wanted.iter().map(|(key, value)| format!("{key}: {value}")).collect();
            failed.push(format!("no alert has the custom details {}", shown.join(", ")));
        }
    }
}
