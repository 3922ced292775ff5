//! An analytic rule, scheduled or NRT, as an alert rule.

use serde_json::{Value, json};

use super::arm::{AlertRule, Body, Resource};
use super::notes::{API_LACKS, API_REFUSED, VALUE_MISSING, VALUE_REFUSED, refuse};
use super::values::{
    Shape, description, note_dropped, required, split_techniques, tactic_names, technique_ids, tidy,
};
use super::{Options, Refusal};
use crate::content::model::{Alerting, Common, Schedule, Text, TimeSpan, field};
use crate::content::{Kind, SCHEDULE_KEYS};
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits;
use crate::yaml::Mapping;

/// The keys that are read for every rule; what else stands in a file is left out with a note.
const KNOWN: [&str; 14] = [
    "id",
    "name",
    "description",
    "severity",
    "query",
    "tactics",
    "relevantTechniques",
    "entityMappings",
    "customDetails",
    "alertDetailsOverride",
    "eventGroupingSettings",
    "incidentConfiguration",
    "sentinelEntitiesMappings",
    "kind",
];
/// The keys of rules that run, which templates of rules do not have.
const DEPLOYED: [&str; 3] = ["enabled", "suppressionDuration", "suppressionEnabled"];
/// The keys of templates of rules, which rules that run do not have.
const PUBLISHED: [&str; 3] = ["version", "status", "requiredDataConnectors"];
/// The keys that say from which template a rule was made.
const TEMPLATE_LINK: [&str; 2] = ["version", "alertRuleTemplateName"];

pub(super) const ENTITY_MAPPINGS: Shape = Shape::List(&Shape::Keys(&[
    ("entityType", Shape::Text),
    ("fieldMappings", Shape::List(&Shape::Keys(&[("identifier", Shape::Text), ("columnName", Shape::Text)]))),
]));
pub(super) const SENTINEL_ENTITIES: Shape = Shape::List(&Shape::Keys(&[("columnName", Shape::Text)]));
pub(super) const ALERT_DETAILS: Shape = Shape::Keys(&[
    ("alertDisplayNameFormat", Shape::Text),
    ("alertDescriptionFormat", Shape::Text),
    ("alertTacticsColumnName", Shape::Text),
    ("alertSeverityColumnName", Shape::Text),
    (
        "alertDynamicProperties",
        Shape::List(&Shape::Keys(&[("alertProperty", Shape::Text), ("value", Shape::Text)])),
    ),
]);
pub(super) const EVENT_GROUPING: Shape = Shape::Keys(&[("aggregationKind", Shape::Text)]);
pub(super) const INCIDENTS: Shape = Shape::Keys(&[
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
    notes: &mut Vec<Diagnostic>,
) -> Result<Resource, Refusal> {
    let id = required(common, common.id, "id")?;
    let name = required(common, common.name, "name")?;
    let query = required(common, common.query, "query")?;
    let nrt = common.kind == Kind::NrtRule;
    let api = options.api_version.as_deref().unwrap_or(limits::ALERT_RULES_API_PREVIEW);
    let features = Features::of(api);
    if nrt && !features.nrt {
        let span = field(common.root, "kind").map(|field| field.node().span).unwrap_or_default();
        let message = format!("The API version {api} has no NRT rules");
        let preview = limits::ALERT_RULES_API_PREVIEW;
        let help = format!("Use a preview version, such as --api-version {preview}.");
        return Err(refuse(&API_REFUSED, span, message, help));
    }
    let prefix = options.name_prefix.as_deref().unwrap_or_default();
    let (techniques, mut sub_techniques) = split_techniques(&technique_ids(&common.techniques));
    let copy = |key: &str, shape: &Shape| field(common.root, key).and_then(|field| tidy(field.node(), shape));
    let mut sentinel_entities = copy("sentinelEntitiesMappings", &SENTINEL_ENTITIES);
    if !features.sub_techniques && !sub_techniques.is_empty() {
        note_missing(common, "relevantTechniques", &format!("{api} has no sub-techniques"), notes);
        sub_techniques.clear();
    }
    if !features.sentinel_entities && sentinel_entities.take().is_some() {
        let what = format!("{api} has no `sentinelEntitiesMappings`");
        note_missing(common, "sentinelEntitiesMappings", &what, notes);
    }
    let mut known = KNOWN.to_vec();
    known.extend(SCHEDULE_KEYS.iter().filter(|_| schedule.is_some()));
    known.extend(if options.for_solution { PUBLISHED } else { DEPLOYED });
    known.extend(TEMPLATE_LINK.iter().filter(|_| options.with_template_link));
    note_dropped(common, &known, notes);
    let suppression =
        alerting.suppression.as_ref().map(|span| iso(span, "suppressionDuration")).transpose()?;
    let mut rule = AlertRule {
        display_name: format!("{prefix}{}", name.trim()),
        description: common.description.map(|text| description(text.value)).filter(|text| !text.is_empty()),
        severity: severity(common.severity, options),
        enabled: options.enabled.or(alerting.enabled).unwrap_or(true),
        query: query.to_owned(),
        suppression_duration: suppression.unwrap_or_else(|| "PT1H".to_owned()),
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
        rule.start_time.clone_from(&options.start_at);
    }
    if options.with_template_link {
        let own = field(common.root, "alertRuleTemplateName").and_then(|field| field.text());
        rule.alert_rule_template_name = Some(own.map_or(id, |own| own.value).trim().to_owned());
        rule.template_version = Some(common.version.map_or("1.0.0", |version| version.value).to_owned());
    }
    let rule = Box::new(rule);
    Ok(Resource {
        id: id.trim().to_owned(),
        api_version: api.to_owned(),
        body: if nrt { Body::Nrt(rule) } else { Body::Scheduled(rule) },
    })
}

/// What a version of the alert rules API has.
struct Features {
    nrt: bool,
    sub_techniques: bool,
    sentinel_entities: bool,
}

impl Features {
    fn of(api: &str) -> Self {
        let preview = api.ends_with("-preview");
        Self {
            nrt: preview,
            // Earlier previews take sub-techniques and forget them. Versions are dates, so their texts compare.
            sub_techniques: preview && api >= limits::ALERT_RULES_API_SUB_TECHNIQUES,
            sentinel_entities: preview,
        }
    }
}

fn note_missing(common: &Common<'_>, key: &str, what: &str, notes: &mut Vec<Diagnostic>) {
    let span = field(common.root, key).map(|field| field.entry.key.span).unwrap_or_default();
    let message = format!("The API version {what}; they are left out");
    notes.push(API_LACKS.at(span, message));
}

fn severity(text: Option<Text<'_>>, options: &Options) -> String {
    let asked = options.severity.as_deref().or(text.map(|text| text.value.trim())).unwrap_or("Medium");
    limits::ignore_case(asked, &limits::SEVERITIES).unwrap_or(asked).to_owned()
}

fn iso(span: &TimeSpan<'_>, key: &str) -> Result<String, Refusal> {
    span.value.as_ref().map(|duration| duration.iso.clone()).ok_or_else(|| {
        let message = format!("`{}` is not a duration that `{key}` can have", span.text.value);
        let help = "Write one number and m, h or d, such as 5m, 1h or 14d.";
        refuse(&VALUE_REFUSED, span.text.span(), message, help)
    })
}

fn set_schedule(rule: &mut AlertRule, root: &Mapping, schedule: &Schedule<'_>) -> Result<(), Refusal> {
    let duration = |span: &Option<TimeSpan<'_>>, key: &str| match span {
        Some(span) => iso(span, key),
        None => {
            let place = root.entries.first().map(|entry| entry.key.span).unwrap_or_default();
            let message = format!("The key `{key}` is missing, and a scheduled rule cannot run without it");
            Err(refuse(&VALUE_MISSING, place, message, format!("Add `{key}:`, such as `1h`.")))
        }
    };
    rule.query_frequency = Some(duration(&schedule.frequency, "queryFrequency")?);
    rule.query_period = Some(duration(&schedule.period, "queryPeriod")?);
    rule.trigger_operator = Some(match schedule.operator {
        None => "GreaterThan".to_owned(),
        Some(text) => limits::trigger_operator(text.value.trim()).map(str::to_owned).ok_or_else(|| {
            let message = format!("`{}` is no trigger operator", text.value);
            refuse(&VALUE_REFUSED, text.span(), message, "Use gt, lt, eq or ne.")
        })?,
    });
    rule.trigger_threshold = Some(match schedule.threshold {
        None => 0,
        Some(text) => text.value.trim().parse().map_err(|_| {
            let message = format!("`{}` is not a whole number", text.value);
            refuse(&VALUE_REFUSED, text.span(), message, "Write a number from 0 to 10000.")
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
