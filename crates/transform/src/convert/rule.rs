//! An analytic rule, scheduled or NRT, as an alert rule.

use serde_json::{Value, json};

use super::arm::{AlertRule, Body, Resource};
use super::notes::{API_LACKS, API_REFUSED, VALUE_MISSING, VALUE_REFUSED, refuse};
use super::values::{
    description, display_name, note_dropped, required, resource_id, split_techniques, tactic_names,
    technique_ids, tidy,
};
use super::{Options, Refusal};
use crate::content::Kind;
use crate::content::fields::{self, Resources};
use crate::content::model::{Alerting, Common, Schedule, Text, TimeSpan, field};
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits;
use crate::yaml::Mapping;

pub(super) fn alert_rule(
    common: &Common<'_>,
    alerting: &Alerting<'_>,
    schedule: Option<&Schedule<'_>>,
    options: &Options,
    notes: &mut Vec<Diagnostic>,
) -> Result<Resource, Refusal> {
    let id = resource_id(common, notes)?;
    let query = required(common, common.query, "query")?;
    let nrt = common.kind == Kind::NrtRule;
    let api = options.api_version.as_deref().unwrap_or(limits::ALERT_RULES_API_PREVIEW);
    let features = Features::of(api);
    if nrt && !features.nrt {
        let span = field(common.root, "kind").map(|field| field.node().span).unwrap_or_default();
        let message = format!("The API version {api} does not support NRT rules");
        let preview = limits::ALERT_RULES_API_PREVIEW;
        let help = format!("Use a preview version, such as --api-version {preview}.");
        return Err(refuse(&API_REFUSED, span, message, help));
    }
    let prefix = options.name_prefix.as_deref().unwrap_or_default();
    let display_name = display_name(common, prefix)?;
    let (techniques, mut sub_techniques) = split_techniques(&technique_ids(&common.techniques));
    let copy = |key: &str| field(common.root, key).and_then(|field| tidy(field.node(), &fields::ty(key)));
    let mut sentinel_entities = copy("sentinelEntitiesMappings");
    if !features.sub_techniques && !sub_techniques.is_empty() {
        note_missing(common, "relevantTechniques", &format!("{api} does not support sub-techniques"), notes);
        sub_techniques.clear();
    }
    if !features.sentinel_entities && sentinel_entities.take().is_some() {
        let what = format!("{api} does not support `sentinelEntitiesMappings`");
        note_missing(common, "sentinelEntitiesMappings", &what, notes);
    }
    let resource = if options.for_solution { Resources::RULE_TEMPLATE } else { Resources::RULE };
    let linked = if options.with_template_link { Resources::LINKED_RULE } else { Resources::NONE };
    note_dropped(common, resource.and(linked), notes);
    let suppression =
        alerting.suppression.as_ref().map(|span| iso(span, "suppressionDuration")).transpose()?;
    let mut rule = AlertRule {
        display_name,
        description: common.description.map(|text| description(text.value)).filter(|text| !text.is_empty()),
        severity: severity(common.severity, options),
        enabled: options.enabled.or(alerting.enabled).unwrap_or(true),
        query: query.to_owned(),
        suppression_duration: suppression.unwrap_or_else(|| "PT1H".to_owned()),
        suppression_enabled: alerting.suppression_enabled.unwrap_or(false),
        tactics: tactic_names(&common.tactics, notes),
        techniques,
        sub_techniques,
        entity_mappings: copy("entityMappings"),
        custom_details: copy("customDetails"),
        alert_details_override: copy("alertDetailsOverride").map(|value| prefixed(value, prefix)),
        event_grouping_settings: copy("eventGroupingSettings"),
        incident_configuration: incidents(copy("incidentConfiguration"), options),
        sentinel_entities_mappings: sentinel_entities,
        ..AlertRule::default()
    };
    if let Some(schedule) = schedule {
        set_schedule(&mut rule, common.root, schedule)?;
        rule.start_time.clone_from(&options.start_at);
    }
    if options.with_template_link {
        rule.alert_rule_template_name =
            Some(alerting.template_name.map_or(id, |own| own.value).trim().to_owned());
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
    let message = format!("The API version {what}; they are omitted");
    notes.push(API_LACKS.at(span, message));
}

fn severity(text: Option<Text<'_>>, options: &Options) -> String {
    let asked = options.severity.as_deref().or(text.map(|text| text.value.trim())).unwrap_or("Medium");
    limits::ignore_case(asked, &limits::SEVERITIES).unwrap_or(asked).to_owned()
}

fn iso(span: &TimeSpan<'_>, key: &str) -> Result<String, Refusal> {
    span.value.as_ref().map(|duration| duration.iso.clone()).ok_or_else(|| {
        let message = format!("`{}` is not a valid duration for `{key}`", span.text.value);
        let help = "Use a number and m, h or d, such as 5m, 1h or 14d.";
        refuse(&VALUE_REFUSED, span.text.span(), message, help)
    })
}

fn set_schedule(rule: &mut AlertRule, root: &Mapping, schedule: &Schedule<'_>) -> Result<(), Refusal> {
    let duration = |span: &Option<TimeSpan<'_>>, key: &str| match span {
        Some(span) => iso(span, key),
        None => {
            let place = root.entries.first().map(|entry| entry.key.span).unwrap_or_default();
            let message = format!("The key `{key}` is missing; a scheduled rule needs it");
            Err(refuse(&VALUE_MISSING, place, message, format!("Add `{key}:`, such as `1h`.")))
        }
    };
    rule.query_frequency = Some(duration(&schedule.frequency, "queryFrequency")?);
    rule.query_period = Some(duration(&schedule.period, "queryPeriod")?);
    rule.trigger_operator = Some(match schedule.operator {
        None => "GreaterThan".to_owned(),
        Some(text) => limits::trigger_operator(text.value.trim()).map(str::to_owned).ok_or_else(|| {
            let message = format!("`{}` is not a valid trigger operator", text.value);
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
