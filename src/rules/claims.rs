//! Who speaks for which fault: every violation of a schema belongs to one rule, which puts it into words.

use crate::content::schema::{Fault, Violation};
use crate::content::{Kind, SCHEDULE_KEYS, Template};
use crate::yaml::{Node, Value};

use super::Context;

/// The keys whose value is a duration.
const DURATIONS: [&str; 4] = ["queryFrequency", "queryPeriod", "suppressionDuration", "lookbackDuration"];

/// The keys that a mapping below the first column cannot do without.
const NEEDED_BELOW: [&str; 12] = [
    "aggregationKind",
    "alertProperty",
    "columnName",
    "connectorId",
    "createIncident",
    "enabled",
    "entityType",
    "fieldMappings",
    "identifier",
    "lookbackDuration",
    "matchingMethod",
    "reopenClosedIncident",
];

/// The rule that speaks for a violation; `wrong-type` speaks for all that nobody else does.
pub(super) fn claimed_by(cx: &Context<'_>, violation: &Violation) -> &'static str {
    // What looks wrong in a part that could not be read in full may just follow from that.
    let at = violation.span.start;
    if cx.content.document.damaged.iter().any(|part| part.start <= at && at < part.end) {
        return "yaml-syntax";
    }
    let steps: Vec<&str> = violation.pointer.split('/').skip(1).collect();
    let node = cx.content.root().and_then(|root| root.pointer(&violation.pointer));
    let null = node.is_some_and(Node::is_null);
    let scalar = node.is_some_and(|node| node.scalar().is_some());
    let empty = node.and_then(Node::as_str).is_some_and(str::is_empty);
    let hollow = node.is_some_and(is_hollow);
    let last = steps.last().copied().unwrap_or_default();
    match (&violation.fault, &steps[..]) {
        (Fault::Missing { key }, ["requiredDataConnectors", _]) if key == "dataTypes" => "missing-data-types",
        (Fault::Missing { .. }, _) => "missing-key",
        (Fault::Unknown { key, .. }, [_]) if is_rule_key(key) && cx.kind() == Kind::HuntingQuery => {
            "rule-key-in-hunting-query"
        }
        (Fault::Unknown { key, .. }, [_]) if is_schedule_key(key) && cx.kind() == Kind::NrtRule => {
            "schedule-in-nrt"
        }
        (Fault::Unknown { .. }, _) => "unknown-key",
        (_, [key]) if required(cx.kind(), key) && (null || (empty && !DURATIONS.contains(key))) => {
            "missing-key"
        }
        (Fault::Type { .. }, [_]) if hollow && !required(cx.kind(), last) => "empty-value",
        (Fault::Type { .. }, ["requiredDataConnectors", _, "dataTypes"]) if null => "missing-data-types",
        (_, ["customDetails", _]) if null => "custom-details",
        (_, ["alertDetailsOverride", "alertDynamicProperties", _, "value"]) if null => "missing-key",
        (_, [.., _, key]) if null && NEEDED_BELOW.contains(key) => "missing-key",
        // The one pattern of these keys asks for anything but blanks.
        (Fault::Pattern, ["name" | "description" | "query"])
        | (
            Fault::TooShort(_),
            ["requiredDataConnectors", _, "connectorId"]
            | ["alertDetailsOverride", "alertDynamicProperties", _, "value"],
        ) => "missing-key",
        (Fault::Type { .. }, _) if null => "empty-value",
        (Fault::TooFew(_), ["entityMappings", _, "fieldMappings"]) => "missing-strong-identifier",
        (Fault::TooFew(_) | Fault::TooShort(_), [_]) => "empty-value",
        (
            Fault::Type { .. },
            ["tactics" | "relevantTechniques"] | ["requiredDataConnectors", _, "dataTypes"],
        ) if scalar => "scalar-for-list",
        (Fault::Type { .. }, _) if scalar && DURATIONS.contains(&last) => "invalid-duration",
        (Fault::Type { .. }, ["requiredDataConnectors", _, "connectorId"]) if scalar => "unknown-connector",
        (Fault::Type { .. }, ["entityMappings", _, "entityType"]) if scalar => "unknown-entity-type",
        (Fault::Type { .. }, ["entityMappings", _, "fieldMappings", _, "identifier"]) if scalar => {
            "unknown-entity-identifier"
        }
        (Fault::Type { .. }, ["entityMappings", _, "fieldMappings", _, "columnName"]) if scalar => {
            "invalid-column-name"
        }
        (Fault::Type { .. }, ["id"]) if scalar => "invalid-id",
        (Fault::Type { .. }, ["kind"]) if scalar => "invalid-kind",
        (Fault::Type { .. }, ["severity"]) if scalar => "invalid-severity",
        (Fault::Type { .. }, ["status"]) if scalar => "invalid-status",
        (Fault::Type { .. }, ["triggerOperator"]) if scalar => "invalid-trigger-operator",
        (Fault::Type { .. }, ["eventGroupingSettings", "aggregationKind"]) if scalar => {
            "invalid-aggregation-kind"
        }
        (
            Fault::Type { .. },
            ["incidentConfiguration", _, "matchingMethod"] | ["incidentConfiguration", _, _, _],
        ) if scalar => "invalid-incident-grouping",
        (Fault::Type { .. }, ["alertDetailsOverride", "alertDynamicProperties", _, "alertProperty"])
            if scalar =>
        {
            "alert-override"
        }
        (Fault::Type { .. }, ["triggerThreshold"]) if scalar => "invalid-trigger-threshold",
        (Fault::Type { .. }, ["version"]) if scalar => "invalid-version",
        (Fault::Type { .. }, ["tactics", _]) if scalar => "unknown-tactic",
        (Fault::Type { .. }, ["relevantTechniques", _]) if scalar => "unknown-technique",
        (Fault::Type { .. }, ["customDetails", _]) if scalar => "custom-details",
        (Fault::Type { .. }, _) => "wrong-type",
        (_, ["id"]) => "invalid-id",
        (_, ["kind"]) => "invalid-kind",
        (_, ["severity"]) => "invalid-severity",
        (_, ["status"]) => "invalid-status",
        (_, ["triggerOperator"]) => "invalid-trigger-operator",
        (_, ["triggerThreshold"]) => "invalid-trigger-threshold",
        (_, ["eventGroupingSettings", "aggregationKind"]) => "invalid-aggregation-kind",
        (_, ["version"]) => "invalid-version",
        (Fault::TooLong(_), ["name"]) => "name-too-long",
        (Fault::TooLong(_), ["description"]) => "description-too-long",
        (Fault::TooLong(_), ["query"]) => "query-too-long",
        (_, ["tactics", ..]) => "unknown-tactic",
        (_, ["relevantTechniques", ..]) => "unknown-technique",
        (_, _) if DURATIONS.contains(&last) => "invalid-duration",
        (Fault::TooMany(_), ["entityMappings"]) => "too-many-entity-mappings",
        (Fault::TooMany(_), ["entityMappings", _, "fieldMappings"]) => "too-many-field-mappings",
        (_, ["entityMappings", _, "entityType"]) => "unknown-entity-type",
        (_, ["entityMappings", _, "fieldMappings", _, "identifier"]) => "unknown-entity-identifier",
        (_, ["entityMappings", _, "fieldMappings", _, "columnName"]) => "invalid-column-name",
        (_, ["customDetails", ..]) => "custom-details",
        (_, ["alertDetailsOverride", ..]) => "alert-override",
        (_, ["incidentConfiguration", ..]) => "invalid-incident-grouping",
        _ => "wrong-type",
    }
}

/// Whether a kind cannot do without a key, so that an empty value is as good as none.
pub(super) fn required(kind: Kind, key: &str) -> bool {
    match key {
        "id" | "name" | "description" | "query" => true,
        "kind" | "severity" => kind.is_rule(),
        "queryFrequency"
        | "queryPeriod"
        | "triggerOperator"
        | "triggerThreshold"
        | "requiredDataConnectors" => kind == Kind::ScheduledRule,
        _ => false,
    }
}

/// Whether there is nothing in a value, in whatever form.
pub(super) fn is_hollow(node: &Node) -> bool {
    match &node.value {
        _ if node.is_null() => true,
        Value::Sequence(list) => list.items.iter().all(is_blank),
        Value::Mapping(map) => map.entries.is_empty(),
        _ => is_blank(node),
    }
}

/// Whether a value is nothing, or a text of nothing.
fn is_blank(node: &Node) -> bool {
    node.is_null() || node.as_str().is_some_and(|text| text.trim().is_empty())
}

/// Whether a key belongs to analytic rules and has no meaning in a hunting query.
pub(super) fn is_rule_key(key: &str) -> bool {
    is_schedule_key(key)
        || matches!(
            key,
            "kind"
                | "suppressionDuration"
                | "suppressionEnabled"
                | "eventGroupingSettings"
                | "incidentConfiguration"
                | "alertDetailsOverride"
                | "status"
                | "enabled"
        )
}

/// Whether a key says when a rule runs or when it alerts, which is settled for NRT rules.
pub(super) fn is_schedule_key(key: &str) -> bool {
    SCHEDULE_KEYS.contains(&key)
}

/// Whether upstream's gate on analytic rules looks at this file and template.
pub(super) fn in_rules_folder(cx: &Context<'_>) -> bool {
    cx.content.folder == crate::content::Folder::Rules
}

/// Whether the text of `kind` is exactly that of a scheduled rule, as upstream's gate compares it.
pub(super) fn is_exactly_scheduled(template: &Template<'_>) -> bool {
    template.common().root.get("kind").and_then(Node::as_str) == Some("Scheduled")
}
