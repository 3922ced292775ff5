//! The keys that every rule has, and when it alerts.

use super::missing_keys;
use crate::content::{Kind, SCHEDULE_KEYS, Template};
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits::{AGGREGATION_KINDS, SEVERITIES, THRESHOLD_MAX, ignore_case};
use crate::rules::Context;
use crate::rules::metadata::invalid_aggregation_kind::{self, InvalidAggregationKind};
use crate::rules::metadata::missing_key::{self, MissingKey};
use crate::rules::metadata::{invalid_severity, invalid_trigger_threshold, scalar_for_list};

/// The keys that the workflow asks for in every rule.
const KEYS: [&str; 6] = ["kind", "id", "name", "description", "severity", "query"];

pub(super) fn keys_of_rules(cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    missing_keys(cx, template, &KEYS, out);
    for connector in template.common().connectors.iter().filter(|connector| connector.id.is_none()) {
        let message = "An item of `requiredDataConnectors` has no `connectorId`";
        let help = missing_key::help(Kind::ScheduledRule, "/requiredDataConnectors/0", "connectorId");
        out.push(MissingKey::at(connector.node.span, message).help(help));
    }
}

pub(super) fn keys_of_scheduled_rules(cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    if cx.kind() == Kind::ScheduledRule {
        missing_keys(cx, template, &SCHEDULE_KEYS, out);
        missing_keys(cx, template, &["requiredDataConnectors"], out);
    }
}

pub(super) fn lists(cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    let common = template.common();
    for list in [&common.tactics, &common.techniques] {
        out.extend(scalar_for_list::scalar(cx, list));
    }
}

pub(super) fn severity(cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    let Some(text) = template.common().severity.filter(|text| !text.value.is_empty()) else { return };
    if ignore_case(text.value, &SEVERITIES).is_none() {
        out.push(invalid_severity::finding(cx, &text));
    }
}

/// A string of digits is as good as a number here.
pub(super) fn trigger_threshold(_: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    let text = template.schedule().and_then(|schedule| schedule.threshold);
    let Some(text) = text.filter(|text| !text.value.is_empty()) else { return };
    let number = invalid_trigger_threshold::number(&text);
    if number.is_none_or(|number| number > THRESHOLD_MAX) {
        out.push(invalid_trigger_threshold::finding(&text, number));
    }
}

/// A kind that is missing is as wrong as one that does not exist.
pub(super) fn aggregation_kind(cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    let Some(grouping) = template.alerting().and_then(|alerting| alerting.event_grouping) else { return };
    match grouping.kind {
        Some(text) if ignore_case(text.value, &AGGREGATION_KINDS).is_some() => {}
        Some(text) => out.push(invalid_aggregation_kind::finding(cx, &text)),
        None => {
            let span = grouping.map.entries.first().map_or_else(|| cx.first_key(), |entry| entry.key.span);
            let message = "`eventGroupingSettings` has no `aggregationKind`";
            out.push(InvalidAggregationKind::at(span, message));
        }
    }
}
