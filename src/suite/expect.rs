//! What a test expects, compared with what came of it.

use super::file::Mistake;
use super::rows::value_of;
use crate::content::model::Template;
use crate::engine::{Table, Value, same, text};
use crate::yaml::{Entry, Node};

/// The alerts of a rule: none unless the trigger holds; one for each row where rows are alerts, else one.
pub(crate) fn alerts(template: Option<&Template<'_>>, rows: usize) -> Option<usize> {
    let template = template?;
    let alerting = template.alerting()?;
    let grouping = alerting.event_grouping.and_then(|grouping| grouping.kind).map(|kind| kind.value);
    let each_row = match (template, grouping) {
        (_, Some(kind)) => kind.eq_ignore_ascii_case("AlertPerResult"),
        (Template::NrtRule(_), None) => true,
        _ => false,
    };
    let fires = match template.schedule() {
        Some(schedule) => {
            let threshold =
                schedule.threshold.and_then(|text| text.value.trim().parse::<usize>().ok()).unwrap_or(0);
            let operator = schedule.operator.map_or("gt", |text| text.value).to_ascii_lowercase();
            match &*operator {
                "lt" | "lessthan" => rows < threshold,
                "eq" | "equal" => rows == threshold,
                "ne" | "notequal" => rows != threshold,
                _ => rows > threshold,
            }
        }
        None => rows > 0,
    };
    Some(match (fires, each_row) {
        (false, _) => 0,
        (true, true) => rows,
        (true, false) => 1,
    })
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
            "contains" => contains(entry, table, now, &mut failed, mistakes),
            "entities" => entities(entry, table, template, &mut failed, mistakes),
            name => {
                let known = ["rows", "contains", "alerts", "entities"];
                let near = crate::similar::nearest(name, known);
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
            failed
                .push(say(wanted.to_string()).replace(" 1 rows", " 1 row").replace(" 1 alerts", " 1 alert"));
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
        let score =
            |row: &&crate::engine::Row| wanted.iter().filter(|(at, value, _)| same(&row[*at], value)).count();
        let nearest = table.rows.iter().max_by_key(score).map(|row| {
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
