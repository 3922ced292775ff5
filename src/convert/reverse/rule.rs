//! An alert rule, deployed or packaged, as an analytic rule.

use serde_json::{Map, Value, json};

use super::collect::{Found, What};
use super::identity;
use super::scope::member;
use super::take::{Taken, Taker, short_duration};
use crate::content::Kind;
use crate::convert::rule::{ALERT_DETAILS, ENTITY_MAPPINGS, EVENT_GROUPING, INCIDENTS, SENTINEL_ENTITIES};
use crate::convert::values::{self, Shape, parent_technique};
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
    let name = taker.required("displayName")?.trim().to_owned();
    let query = taker.required("query")?;
    let mut map = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            map.insert(key.to_owned(), value);
        }
    };
    put("id", Some(identity::id(found, &name, taker).into()));
    put("name", Some(name.into()));
    put("description", description(taker.text("description")));
    put("severity", taker.trimmed("severity").map(Value::from));
    put("status", taker.trimmed("status").map(Value::from));
    put("enabled", enabled(found, taker));
    put("requiredDataConnectors", Some(connectors(taker)));
    if kind == Kind::ScheduledRule {
        schedule(taker, &mut put);
    } else {
        for key in ["queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"] {
            taker.leave(key, "NRT rules have no schedule");
        }
    }
    let (suppression, suppressed) = suppression(taker);
    put("suppressionDuration", suppression.map(Value::from));
    put("suppressionEnabled", suppressed.then(|| json!(true)));
    put("tactics", list(taker.list("tactics")));
    put("relevantTechniques", list(techniques(&taker.list("techniques"), &taker.list("subTechniques"))));
    put("query", Some(query.into()));
    put("entityMappings", taker.value("entityMappings", &ENTITY_MAPPINGS));
    put("customDetails", taker.value("customDetails", &Shape::Map(&Shape::Text)));
    put("alertDetailsOverride", taker.value("alertDetailsOverride", &ALERT_DETAILS));
    let exported = taker.exported;
    let grouping = taker.value("eventGroupingSettings", &EVENT_GROUPING);
    put("eventGroupingSettings", grouping.filter(|value| !exported || !is_default_grouping(value)));
    put(
        "incidentConfiguration",
        taker.value("incidentConfiguration", &INCIDENTS).and_then(|v| incidents(v, exported)),
    );
    put("sentinelEntitiesMappings", taker.value("sentinelEntitiesMappings", &SENTINEL_ENTITIES));
    put("version", Some(version(found, taker).into()));
    put("kind", Some(if kind == Kind::NrtRule { "NRT" } else { "Scheduled" }.into()));
    taker.leave("startTimeUtc", "--start-at sets it when a template is made");
    taker.leave_the_rest();
    Ok(Some((kind, map)))
}

/// The text so that the converter makes the same of it again; a block of its own, as in the repository.
pub(super) fn description(text: Option<String>) -> Option<Value> {
    let text = text?.trim().to_owned();
    if text.is_empty() {
        return None;
    }
    let quoted = values::description(&text) != text;
    Some(if quoted { format!("'{text}'\n") } else { format!("{text}\n") }.into())
}

pub(super) fn list(items: Vec<String>) -> Option<Value> {
    (!items.is_empty()).then(|| items.into())
}

/// One list of techniques from which the same two are made: each sub-technique stands for its parent too, and a
/// parent stands alone where it has none or where the order asks for it.
pub(super) fn techniques(parents: &[String], subs: &[String]) -> Vec<String> {
    let parent_of = |id: &str| parent_technique(id).to_owned();
    let mut merged: Vec<String> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    let mut waiting = parents.iter();
    for sub in subs {
        let parent = parent_of(sub);
        if !seen.contains(&parent) && parents.contains(&parent) {
            for earlier in waiting.by_ref().take_while(|earlier| **earlier != parent) {
                if !seen.contains(earlier) {
                    seen.push(parent_of(earlier));
                    merged.push(earlier.clone());
                }
            }
            seen.push(parent);
        }
        merged.push(sub.clone());
    }
    merged.extend(waiting.filter(|parent| !seen.contains(parent)).cloned());
    let mut unique: Vec<String> = Vec::new();
    for id in merged {
        if !unique.contains(&id) {
            unique.push(id);
        }
    }
    unique
}

/// `false` for a rule that is deployed so. Packaged templates are never enabled, whatever their authors want.
fn enabled(found: &Found, taker: &mut Taker) -> Option<Value> {
    let enabled = taker.truth("enabled").unwrap_or(true);
    if !enabled && found.what == What::RuleTemplate {
        taker.tell(Some("enabled"), "`enabled` is left out: packaged templates are always disabled");
        return None;
    }
    (!enabled).then(|| json!(false))
}

fn connectors(taker: &mut Taker) -> Value {
    taker.value("requiredDataConnectors", &CONNECTORS).unwrap_or_else(|| {
        no_connectors(taker);
        json!([])
    })
}

pub(super) fn no_connectors(taker: &mut Taker) {
    taker.tell(None, "the template does not say which data connectors the query needs");
}

fn schedule(taker: &mut Taker, put: &mut impl FnMut(&str, Option<Value>)) {
    for key in ["queryFrequency", "queryPeriod"] {
        let duration = taker.duration(key);
        if duration.is_none() {
            taker.warn(None, format!("it has no `{key}`, which a scheduled rule needs"));
        }
        put(key, duration.map(Value::from));
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
    put("triggerOperator", Some(operator.unwrap_or_else(|| "gt".into()).into()));
    let threshold = taker.value("triggerThreshold", &Shape::Any).map(|value| whole(&value).unwrap_or(value));
    put("triggerThreshold", Some(threshold.unwrap_or_else(|| json!(0))));
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

/// The version that the template states, or that of the package; 1.0.0 where nobody says.
pub(super) fn version(found: &Found, taker: &mut Taker) -> String {
    let stated = taker.trimmed("templateVersion").or_else(|| found.package.version.clone());
    stated.unwrap_or_else(|| {
        taker.tell(None, "the template states no version; it becomes 1.0.0");
        "1.0.0".into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::values::split_techniques;
    use proptest::prelude::*;

    fn owned(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn sub_techniques_take_their_parents_place() {
        for (parents, subs, merged) in [
            (&["T1078", "T1059"][..], &["T1078.003"][..], &["T1078.003", "T1059"][..]),
            (&["T1", "T2"], &["T2.1", "T1.1"], &["T1", "T2.1", "T1.1"]),
            (&["T1", "T1", "T2"], &["T1.3", "T1.4", "T2.1"], &["T1.3", "T1.4", "T2.1"]),
            (&["T1", "T2"], &["T1.1", "T2.1", "T1.2"], &["T1.1", "T2.1", "T1.2"]),
            (&[], &["T3.1"], &["T3.1"]),
            (&["T1.1", "T2"], &[], &["T1.1", "T2"]),
        ] {
            assert_eq!(techniques(&owned(parents), &owned(subs)), owned(merged));
        }
    }

    proptest! {
        #[test]
        fn techniques_split_into_what_they_were_merged_from(
            ids in proptest::collection::vec((0..4u8, 0..3u8), 0..10)
        ) {
            let mut list: Vec<String> = Vec::new();
            for (parent, sub) in ids {
                let id = if sub == 0 { format!("T{parent}") } else { format!("T{parent}.{sub}") };
                if !list.contains(&id) {
                    list.push(id);
                }
            }
            let (parents, subs) = split_techniques(&list);
            prop_assert_eq!(split_techniques(&techniques(&parents, &subs)), (parents, subs));
        }
    }

    #[test]
    fn a_description_comes_back_as_it_was() {
        for text in ["plain", "'a' and 'b'", "'", "it's\nlong", "\"x\"", "''"] {
            let written = description(Some(text.to_owned())).unwrap();
            assert_eq!(values::description(written.as_str().unwrap()), text);
        }
        assert_eq!(description(Some(" \n".into())), None);
    }

    #[test]
    fn thresholds_are_whole_numbers() {
        assert_eq!(whole(&json!("5")), Some(json!(5)));
        assert_eq!(whole(&json!(5.0)), Some(json!(5)));
        assert_eq!(whole(&json!(5.5)), None);
    }
}
