//! An alert rule, deployed or packaged, as an analytic rule.

use serde_json::{Value, json};

use super::collect::{Found, What};
use super::draft::{Draft, description, list, no_connectors, techniques};
use super::scope::member;
use super::take::{Taken, Taker, short_duration};
use crate::content::{Kind, SCHEDULE_KEYS};
use crate::convert::rule::{ALERT_DETAILS, ENTITY_MAPPINGS, EVENT_GROUPING, INCIDENTS, SENTINEL_ENTITIES};
use crate::convert::values::Shape;
use crate::knowledge::limits;

const CONNECTORS: Shape =
    Shape::List(&Shape::Keys(&[("connectorId", Shape::Text), ("dataTypes", Shape::List(&Shape::Text))]));

/// What the converter writes where the YAML says nothing, and what the portal does.
const SUPPRESSION: &str = "1h";
const PORTAL_SUPPRESSION: &str = "5h";

/// The rule as YAML, in the repository's order of keys; `None` for rules that are not written as YAML.
pub(super) fn read(found: &Found, taker: &mut Taker) -> Taken {
    let stated = member(&found.resource, "kind").and_then(Value::as_str).map(|kind| found.scope.name(kind));
    let kind = match stated.as_deref().map(str::trim) {
        Some(kind) if kind.eq_ignore_ascii_case("NRT") => Kind::NrtRule,
        Some(kind) if kind.eq_ignore_ascii_case("Scheduled") => Kind::ScheduledRule,
        Some(other) => {
            taker.warn(
                None,
                format!("rules of the kind {other} have no counterpart in YAML; it is passed over"),
            );
            return Ok(None);
        }
        None => {
            taker.warn(None, "the resource has no `kind`; it is taken for a scheduled rule");
            Kind::ScheduledRule
        }
    };
    let mut draft = Draft::begin(found, taker)?;
    draft.put("description", description(taker.text("description")));
    draft.put("severity", taker.trimmed("severity"));
    draft.put("status", taker.trimmed("status"));
    draft.put("enabled", enabled(found, taker));
    draft.put("requiredDataConnectors", Some(connectors(taker)));
    if kind == Kind::ScheduledRule {
        schedule(taker, &mut draft);
    } else {
        for key in SCHEDULE_KEYS {
            taker.leave(key, "NRT rules have no schedule");
        }
    }
    let (suppression, suppressed) = suppression(taker);
    draft.put("suppressionDuration", suppression);
    draft.put("suppressionEnabled", suppressed.then_some(true));
    draft.put("tactics", list(taker.list("tactics")));
    draft
        .put("relevantTechniques", list(techniques(&taker.list("techniques"), &taker.list("subTechniques"))));
    draft.put("entityMappings", taker.value("entityMappings", &ENTITY_MAPPINGS));
    draft.put("customDetails", taker.value("customDetails", &Shape::Map(&Shape::Text)));
    draft.put("alertDetailsOverride", taker.value("alertDetailsOverride", &ALERT_DETAILS));
    let exported = taker.exported;
    let grouping = taker.value("eventGroupingSettings", &EVENT_GROUPING);
    draft.put("eventGroupingSettings", grouping.filter(|value| !exported || !is_default_grouping(value)));
    draft.put(
        "incidentConfiguration",
        taker.value("incidentConfiguration", &INCIDENTS).and_then(|v| incidents(v, exported)),
    );
    draft.put("sentinelEntitiesMappings", taker.value("sentinelEntitiesMappings", &SENTINEL_ENTITIES));
    draft.put("kind", Some(if kind == Kind::NrtRule { "NRT" } else { "Scheduled" }));
    taker.leave("startTimeUtc", "--start-at sets it when a template is made");
    taker.leave_the_rest();
    Ok(Some((kind, draft.0)))
}

/// `false` for a rule that is deployed so. Packaged templates are never enabled, whatever their authors want.
fn enabled(found: &Found, taker: &mut Taker) -> Option<bool> {
    let enabled = taker.truth("enabled").unwrap_or(true);
    if !enabled && found.what == What::RuleTemplate {
        taker.tell(Some("enabled"), "`enabled` is left out: packaged templates are always disabled");
        return None;
    }
    (!enabled).then_some(false)
}

fn connectors(taker: &mut Taker) -> Value {
    taker.value("requiredDataConnectors", &CONNECTORS).unwrap_or_else(|| {
        no_connectors(taker);
        json!([])
    })
}

fn schedule(taker: &mut Taker, draft: &mut Draft) {
    for key in ["queryFrequency", "queryPeriod"] {
        let duration = taker.duration(key);
        if duration.is_none() {
            taker.warn(None, format!("it has no `{key}`, which a scheduled rule needs"));
        }
        draft.put(key, duration);
    }
    let operator = taker.trimmed("triggerOperator").map(|long| {
        // The second is a peer's spelling of the first.
        let asked = if long.eq_ignore_ascii_case("Equals") { "Equal" } else { long.as_str() };
        let same = |(short, name): &&(&str, &str)| {
            name.eq_ignore_ascii_case(asked) || short.eq_ignore_ascii_case(asked)
        };
        match limits::TRIGGER_OPERATORS.iter().find(same) {
            Some((short, _)) => (*short).to_owned(),
            None => {
                let message = format!("Sentinel has no trigger operator `{long}`; it is kept as it is");
                taker.warn(Some("triggerOperator"), message);
                long
            }
        }
    });
    draft.put("triggerOperator", Some(operator.unwrap_or_else(|| "gt".into())));
    let threshold = taker.value("triggerThreshold", &Shape::Any).map(|value| whole(&value).unwrap_or(value));
    draft.put("triggerThreshold", Some(threshold.unwrap_or_else(|| json!(0))));
}

/// A whole number, also where it is written as a text or with a fraction of nothing.
fn whole(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => text.trim().parse::<i64>().ok().map(Value::from),
        Value::Number(number) if number.is_f64() => {
            let text = format!("{:.0}", number.as_f64()?);
            (text.parse::<f64>().ok() == number.as_f64()).then(|| text.parse::<i64>().ok())?.map(Value::from)
        }
        _ => None,
    }
}

/// The duration, where it says something, and whether suppression is on.
fn suppression(taker: &mut Taker) -> (Option<String>, bool) {
    let enabled = taker.truth("suppressionEnabled").unwrap_or(false);
    let duration = taker.duration("suppressionDuration");
    let default = |text: &str| text == SUPPRESSION || (text == PORTAL_SUPPRESSION && taker.exported);
    (duration.filter(|text| enabled || !default(text)), enabled)
}

fn is_default_grouping(value: &Value) -> bool {
    value.as_object().is_some_and(|map| map.len() == 1)
        && value["aggregationKind"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("SingleAlert"))
}

/// The incident configuration with durations as YAML has them, and without what the portal writes for rules
/// that group nothing.
fn incidents(mut value: Value, exported: bool) -> Option<Value> {
    if let Some(grouping) = value.get_mut("groupingConfiguration") {
        if let Some(Value::String(lookback)) = grouping.get_mut("lookbackDuration") {
            *lookback = short_duration(lookback);
        }
        let portal = json!({
            "enabled": false,
            "reopenClosedIncident": false,
            "lookbackDuration": "5h",
            "matchingMethod": "AllEntities",
        });
        if exported && *grouping == portal {
            value.as_object_mut()?.shift_remove("groupingConfiguration");
            if value == json!({"createIncident": true}) {
                return None;
            }
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_whole_numbers() {
        assert_eq!(whole(&json!("5")), Some(json!(5)));
        assert_eq!(whole(&json!(5.0)), Some(json!(5)));
        assert_eq!(whole(&json!(5.5)), None);
    }
}
