//! The alerts and incidents of a rule, as Sentinel makes them of the rows of one run.

use std::collections::BTreeSet;

use crate::content::model::{Alerting, Template};
use crate::engine::table::{Row, Table};
use crate::engine::text;
use crate::order::Order as _;

/// An alert: the rows that it is made of, and what it says of them.
#[derive(Debug, Default)]
pub(crate) struct Alert {
    pub name: Option<String>,
    pub severity: Option<String>,
    /// The custom details, each with its values.
    pub details: Vec<(String, Vec<String>)>,
    /// The entities by type, each with its identifiers.
    pub entities: BTreeSet<(String, Vec<(String, String)>)>,
}

/// How many alerts a rule makes of so many rows: none unless the trigger holds; one for each row where each row is an
/// alert, else one.
pub fn count(template: Option<&Template<'_>>, rows: usize) -> Option<usize> {
    let template = template?;
    let alerting = template.alerting()?;
    Some(match (fires(template, rows), each_row(template, alerting)) {
        (false, _) => 0,
        (true, true) => rows,
        (true, false) => 1,
    })
}

/// The fewest rows on which a rule alerts; 1 where fewer than some are asked for.
pub fn rows_to_alert(template: Option<&Template<'_>>) -> usize {
    let fires = |rows: &usize| template.is_none_or(|template| fires(template, *rows));
    (1..=MOST_ROWS).find(fires).unwrap_or(1)
}

/// A rule that alerts on more rows than this is not tried.
const MOST_ROWS: usize = 60;

fn each_row(template: &Template<'_>, alerting: &Alerting<'_>) -> bool {
    let grouping = alerting.event_grouping.and_then(|grouping| grouping.kind).map(|kind| kind.value);
    match (template, grouping) {
        (_, Some(kind)) => kind.eq_ignore_ascii_case("AlertPerResult"),
        (Template::NrtRule(_), None) => true,
        _ => false,
    }
}

fn fires(template: &Template<'_>, rows: usize) -> bool {
    let Some(schedule) = template.schedule() else { return rows > 0 };
    let threshold = schedule.threshold.and_then(|text| text.value.trim().parse::<usize>().ok()).unwrap_or(0);
    let operator = schedule.operator.map_or("gt", |text| text.value).to_ascii_lowercase();
    match &*operator {
        "lt" | "lessthan" => rows < threshold,
        "eq" | "equal" => rows == threshold,
        "ne" | "notequal" => rows != threshold,
        _ => rows > threshold,
    }
}

/// The alerts of a rule.
pub(crate) fn made(template: Option<&Template<'_>>, table: &Table) -> Option<Vec<Alert>> {
    let template = template?;
    let alerting = template.alerting()?;
    if !fires(template, table.count()) {
        return Some(Vec::new());
    }
    let rows: Vec<&Row> = table.rows.iter().collect();
    let groups: Vec<&[&Row]> =
        if each_row(template, alerting) { rows.chunks(1).collect() } else { vec![&rows[..]] };
    Some(groups.into_iter().map(|rows| alert(template, alerting, table, rows)).collect())
}

fn alert(template: &Template<'_>, alerting: &Alerting<'_>, table: &Table, rows: &[&Row]) -> Alert {
    let cell = |row: &Row, column: &str| {
        let at = table.schema.find(column)?;
        Some(text(&row[at]).to_string()).filter(|value| !value.is_empty())
    };
    let common = template.common();
    let own = |name: Option<&str>| name.map(str::to_owned);
    let override_ = alerting.alert_override.as_ref();
    // What is taken of a row is taken of the first one.
    let name =
        override_.and_then(|own| own.name_format).and_then(|format| format.node().as_str()).map(|format| {
            let mut out = format.to_owned();
            for (column, _) in &table.schema.columns {
                let held = format!("{{{{{column}}}}}");
                if out.contains(&held) {
                    let value = rows.first().and_then(|row| cell(row, column)).unwrap_or_default();
                    out = out.replace(&held, &value);
                }
            }
            out
        });
    let severity = override_
        .and_then(|own| own.severity_column)
        .and_then(|column| cell(rows.first()?, column.value))
        .or_else(|| own(common.severity.map(|severity| severity.value)));
    let mut details = Vec::new();
    for (key, column) in &common.custom_details {
        let Some(column) = column else { continue };
        let mut values: Vec<String> = Vec::new();
        for value in rows.iter().filter_map(|row| cell(row, column.value)) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        details.push((key.value.to_owned(), values));
    }
    let mut entities = BTreeSet::new();
    for mapping in &common.entity_mappings {
        let Some(kind) = mapping.entity_type else { continue };
        for row in rows {
            let field = |field: &crate::content::model::FieldMapping<'_>| {
                Some((field.identifier?.value.to_owned(), cell(row, field.column?.value)?))
            };
            let mut identifiers: Vec<(String, String)> = mapping.fields.iter().filter_map(field).collect();
            identifiers.order();
            if !identifiers.is_empty() {
                entities.insert((kind.value.to_owned(), identifiers));
            }
        }
    }
    Alert { name: name.or_else(|| own(common.name.map(|name| name.value))), severity, details, entities }
}

/// How many incidents the alerts of one run become.
pub(super) fn incidents(template: Option<&Template<'_>>, table: &Table) -> Option<usize> {
    let alerts = made(template, table)?;
    let incident = template?.alerting()?.incident.as_ref();
    if incident.is_some_and(|incident| incident.create == Some(false)) {
        return Some(0);
    }
    let grouping = incident.and_then(|incident| incident.grouping.as_ref());
    let Some(grouping) = grouping.filter(|grouping| grouping.enabled == Some(true)) else {
        return Some(alerts.len());
    };
    let method = grouping.method.map_or("AllEntities", |method| method.value).to_ascii_lowercase();
    let kinds: Vec<&str> = grouping.entities.values().collect();
    let shown: Vec<&str> = grouping.alert_details.values().collect();
    let custom: Vec<&str> = grouping.custom_details.values().collect();
    let listed = |all: &[&str], name: &str| all.iter().any(|own| own.eq_ignore_ascii_case(name));
    let key = |alert: &Alert| -> String {
        match &*method {
            "anyalert" => String::new(),
            "selected" => {
                let entities: Vec<_> =
                    alert.entities.iter().filter(|(kind, _)| listed(&kinds, kind)).collect();
                let details: Vec<_> = alert.details.iter().filter(|(key, _)| listed(&custom, key)).collect();
                let name = alert.name.as_ref().filter(|_| listed(&shown, "DisplayName"));
                let severity = alert.severity.as_ref().filter(|_| listed(&shown, "Severity"));
                format!("{entities:?} {details:?} {name:?} {severity:?}")
            }
            _ => format!("{:?}", alert.entities),
        }
    };
    Some(alerts.iter().map(key).collect::<BTreeSet<_>>().len())
}
