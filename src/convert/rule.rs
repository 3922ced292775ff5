//! An analytic rule, scheduled or NRT, as an alert rule.

use serde_json::{Value, json};

use super::arm::{AlertRule, Envelope, Resource};
use super::values::{
    Shape, description, note_dropped, required, split_techniques, tactic_names, technique_ids, tidy,
};
use super::{Failure, Note, Options, escape};
use crate::content::Kind;
use crate::content::duration::Duration;
use crate::content::model::{Alerting, Common, Schedule, Text, TimeSpan, field};
use crate::knowledge::limits;
use crate::yaml::Mapping;

const TYPE: &str = "Microsoft.OperationalInsights/workspaces/providers/alertRules";

/// The keys that are read; what else stands in a file is left out with a note.
const KNOWN: [&str; 23] = [
    "id",
    "name",
    "description",
    "severity",
    "enabled",
    "query",
    "queryFrequency",
    "queryPeriod",
    "triggerOperator",
    "triggerThreshold",
    "suppressionDuration",
    "suppressionEnabled",
    "tactics",
    "relevantTechniques",
    "entityMappings",
    "customDetails",
    "alertDetailsOverride",
    "eventGroupingSettings",
    "incidentConfiguration",
    "sentinelEntitiesMappings",
    "kind",
    "version",
    "alertRuleTemplateName",
];

const ENTITY_MAPPINGS: Shape = Shape::List(&Shape::Keys(&[
    ("entityType", Shape::Text),
    ("fieldMappings", Shape::List(&Shape::Keys(&[("identifier", Shape::Text), ("columnName", Shape::Text)]))),
]));
const SENTINEL_ENTITIES: Shape = Shape::List(&Shape::Keys(&[("columnName", Shape::Text)]));
const ALERT_DETAILS: Shape = Shape::Keys(&[
    ("alertDisplayNameFormat", Shape::Text),
    ("alertDescriptionFormat", Shape::Text),
    ("alertTacticsColumnName", Shape::Text),
    ("alertSeverityColumnName", Shape::Text),
    (
        "alertDynamicProperties",
        Shape::List(&Shape::Keys(&[("alertProperty", Shape::Text), ("value", Shape::Text)])),
    ),
]);
const EVENT_GROUPING: Shape = Shape::Keys(&[("aggregationKind", Shape::Text)]);
const INCIDENTS: Shape = Shape::Keys(&[
    ("createIncident", Shape::Bool),
    (
        "groupingConfiguration",
        Shape::Keys(&[
            ("enabled", Shape::Bool),
            ("reopenClosedIncident", Shape::Bool),
            ("lookbackDuration", Shape::Duration),
            ("matchingMethod", Shape::Text),
            ("groupByEntities", Shape::List(&Shape::Text)),
            ("groupByAlertDetails", Shape::List(&Shape::Text)),
            ("groupByCustomDetails", Shape::List(&Shape::Text)),
        ]),
    ),
]);

pub(super) fn alert_rule(
    common: &Common<'_>,
    alerting: &Alerting<'_>,
    schedule: Option<&Schedule<'_>>,
    options: &Options,
    notes: &mut Vec<Note>,
) -> Result<Resource, Failure> {
    let id = required(common, common.id, "id")?;
    let name = required(common, common.name, "name")?;
    let query = required(common, common.query, "query")?;
    let api = options.api_version.as_deref().unwrap_or(limits::ALERT_RULES_API_PREVIEW);
    let stable = !api.ends_with("-preview");
    let nrt = common.kind == Kind::NrtRule;
    if nrt && stable {
        return Err(Failure {
            span: common.root.entry("kind").map(|entry| entry.value.span).unwrap_or_default(),
            message: format!("The API version {api} has no NRT rules"),
            help: format!(
                "Use a preview version, such as --api-version {}.",
                limits::ALERT_RULES_API_PREVIEW
            ),
        });
    }
    let prefix = options.name_prefix.as_deref().unwrap_or_default();
    let (techniques, mut sub_techniques) = split_techniques(&technique_ids(&common.techniques));
    let copy = |key: &str, shape: &Shape| {
        field(common.root, key).and_then(|field| tidy(field.node(), shape)).map(escape::value)
    };
    let mut sentinel_entities = copy("sentinelEntitiesMappings", &SENTINEL_ENTITIES);
    if stable {
        drop_preview(common, api, !sub_techniques.is_empty(), sentinel_entities.is_some(), notes);
        sub_techniques.clear();
        sentinel_entities = None;
    }
    note_dropped(common, &KNOWN, notes);
    let mut rule = AlertRule {
        display_name: escape::text(&format!("{prefix}{}", name.trim())),
        description: common
            .description
            .map(|text| escape::text(&description(text.value)))
            .filter(|text| !text.is_empty()),
        severity: severity(common.severity, options),
        enabled: options.enabled.or(alerting.enabled).unwrap_or(true),
        query: escape::text(query),
        suppression_duration: alerting.suppression.as_ref().map_or_else(|| "PT1H".to_owned(), iso),
        suppression_enabled: alerting.suppression_enabled.unwrap_or(false),
        tactics: tactic_names(&common.tactics, notes),
        techniques,
        sub_techniques,
        entity_mappings: copy("entityMappings", &ENTITY_MAPPINGS),
        custom_details: copy("customDetails", &Shape::Map(&Shape::Text)),
        alert_details_override: copy("alertDetailsOverride", &ALERT_DETAILS)
            .map(|value| prefixed(value, prefix)),
        event_grouping_settings: copy("eventGroupingSettings", &EVENT_GROUPING),
        incident_configuration: incidents(copy("incidentConfiguration", &INCIDENTS), options),
        sentinel_entities_mappings: sentinel_entities,
        ..AlertRule::default()
    };
    if let Some(schedule) = schedule {
        set_schedule(&mut rule, common.root, schedule)?;
    }
    if options.with_template_link {
        rule.alert_rule_template_name = Some(id.trim().to_owned());
        rule.template_version = Some(common.version.map_or("1.0.0", |version| version.value).to_owned());
    }
    Ok(Resource::AlertRule(Box::new(Envelope {
        resource_type: TYPE,
        api_version: api.to_owned(),
        name: format!(
            "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/{}')]",
            escape::in_expression(id.trim())
        ),
        kind: Some(if nrt { "NRT" } else { "Scheduled" }),
        etag: None,
        properties: rule,
    })))
}

fn drop_preview(common: &Common<'_>, api: &str, subs: bool, entities: bool, notes: &mut Vec<Note>) {
    for (there, key, what) in [
        (subs, "relevantTechniques", "sub-techniques"),
        (entities, "sentinelEntitiesMappings", "`sentinelEntitiesMappings`"),
    ] {
        if let Some(field) = field(common.root, key).filter(|_| there) {
            let message = format!("The API version {api} has no {what}; they are left out");
            notes.push(Note { span: field.entry.key.span, message, warning: true });
        }
    }
}

fn severity(text: Option<Text<'_>>, options: &Options) -> String {
    let asked = options.severity.as_deref().or(text.map(|text| text.value.trim())).unwrap_or("Medium");
    limits::ignore_case(asked, &limits::SEVERITIES).unwrap_or(asked).to_owned()
}

fn iso(span: &TimeSpan<'_>) -> String {
    span.value.as_ref().map_or_else(|| span.text.value.to_owned(), |duration| duration.iso.clone())
}

fn set_schedule(rule: &mut AlertRule, root: &Mapping, schedule: &Schedule<'_>) -> Result<(), Failure> {
    let duration = |span: &Option<TimeSpan<'_>>, key: &str| -> Result<String, Failure> {
        match span {
            Some(TimeSpan { value: Some(Duration { iso, .. }), .. }) => Ok(iso.clone()),
            Some(span) => Err(Failure {
                span: span.text.span(),
                message: format!("`{}` is not a duration that `{key}` can have", span.text.value),
                help: "Write one number and m, h or d, such as 5m, 1h or 14d.".into(),
            }),
            None => Err(Failure {
                span: root.entries.first().map(|entry| entry.key.span).unwrap_or_default(),
                message: format!("The key `{key}` is missing, and a scheduled rule cannot run without it"),
                help: format!("Add `{key}:`, such as `1h`."),
            }),
        }
    };
    rule.query_frequency = Some(duration(&schedule.frequency, "queryFrequency")?);
    rule.query_period = Some(duration(&schedule.period, "queryPeriod")?);
    rule.trigger_operator = Some(match schedule.operator {
        None => "GreaterThan".to_owned(),
        Some(text) => {
            limits::trigger_operator(text.value.trim()).map(str::to_owned).ok_or_else(|| Failure {
                span: text.span(),
                message: format!("`{}` is no trigger operator", text.value),
                help: "Use gt, lt, eq or ne.".into(),
            })?
        }
    });
    rule.trigger_threshold = Some(match schedule.threshold {
        None => 0,
        Some(text) => text.value.trim().parse().map_err(|_| Failure {
            span: text.span(),
            message: format!("`{}` is not a whole number", text.value),
            help: "Write a number from 0 to 10000.".into(),
        })?,
    });
    Ok(())
}

/// The prefix of display names stands before the names of alerts too.
fn prefixed(mut value: Value, prefix: &str) -> Value {
    if let Some(Value::String(format)) = value.get_mut("alertDisplayNameFormat") {
        *format = format!("{prefix}{format}");
    }
    value
}

fn incidents(value: Option<Value>, options: &Options) -> Option<Value> {
    if !options.no_incidents {
        return value;
    }
    let mut value = value.unwrap_or_else(|| json!({}));
    value["createIncident"] = json!(false);
    Some(value)
}
