//! The first column of hunting queries, scheduled rules and NRT rules, which share one table.

use super::parts::{
    ALERT_OVERRIDE, CONNECTOR_ITEM, DETAIL_COLUMN, DETAIL_NAME, ENTITY_MAPPING_ITEM, EVENT_GROUPING,
    INCIDENT, METADATA, SENTINEL_ENTITY_ITEM, TACTIC, TAG, TECHNIQUE,
};
use super::{Field, Form, Format, Kinds, Owner, Preset, Resources, Set, Type};
use crate::content::kind::Kind;
use crate::knowledge::limits;

/// The formats of the kinds that share the table.
pub(super) static FORMATS: [Format; 3] = [
    Format {
        kind: Kind::HuntingQuery,
        title: "Sentinel hunting query",
        doc: "A hunting query for Microsoft Sentinel, which analysts run to search for threats. It is deployed as a \
              saved search in the category Hunting Queries.",
        keys: &TEMPLATE,
    },
    Format {
        kind: Kind::ScheduledRule,
        title: "Sentinel scheduled analytic rule",
        doc: "A scheduled analytic rule for Microsoft Sentinel: its query runs on a schedule and raises an alert if \
              the number of rows meets the trigger.",
        keys: &TEMPLATE,
    },
    Format {
        kind: Kind::NrtRule,
        title: "Sentinel near-real-time analytic rule",
        doc: "A near-real-time (NRT) analytic rule for Microsoft Sentinel: its query runs every minute and raises an \
              alert for any row. It has no schedule or trigger.",
        keys: &TEMPLATE,
    },
];

/// Every key of a template's first column, in the order in which the repository writes them.
///
/// `alertRuleTemplateName` is none of them: it stands in rules that were made from a template, never in one.
pub static ROOT_KEYS: [&str; TEMPLATE.len() - 1] = names(true);

/// The keys that say when a scheduled rule runs and when it alerts.
pub static SCHEDULE_KEYS: [&str; 4] = names(false);

/// The keys of the first column of hunting queries and rules, whichever of them has each.
pub fn template_keys() -> &'static [Field] {
    &TEMPLATE
}

/// The names of the keys that templates have, or of those that scheduled rules alone have.
const fn names<const N: usize>(all: bool) -> [&'static str; N] {
    let (mut names, mut count, mut at) = ([""; N], 0, 0);
    while at < TEMPLATE.len() {
        let is_schedule = TEMPLATE[at].kinds.is(Kinds::SCHEDULED);
        if if all { TEMPLATE[at].in_templates } else { is_schedule } {
            names[count] = TEMPLATE[at].key;
            count += 1;
        }
        at += 1;
    }
    assert!(count == N, "the arrays have the length of the table");
    names
}

/// Keys that only scheduled rules have.
const SCHEDULE: &[(Kinds, Owner)] =
    &[(Kinds::HUNTING, Owner::RuleKeyInHuntingQuery), (Kinds::NRT, Owner::ScheduleInNrt)];

/// Keys that rules have and that mean nothing in a hunting query.
const RULES_ONLY: &[(Kinds, Owner)] = &[(Kinds::HUNTING, Owner::RuleKeyInHuntingQuery)];

/// What says which version of a template it is, or was made from.
const VERSIONED: Resources =
    Resources::RULE_TEMPLATE.and(Resources::LINKED_RULE).and(Resources::SEARCH_TEMPLATE);

/// The short forms of trigger operators, then the long ones.
fn trigger_operators() -> Vec<&'static str> {
    let short = limits::TRIGGER_OPERATORS.iter().map(|(short, _)| *short);
    short.chain(limits::TRIGGER_OPERATORS.iter().map(|(_, long)| *long)).collect()
}

static TEMPLATE: [Field; 28] = [
    Field::new("id", "Id", Type::Text(Form::Guid, None))
        .doc(
            "A GUID that identifies this template permanently: `8-4-4-4-12` hexadecimal digits, usually lowercase. \
             Generate a new one for new content (`sentlint new`), never copy one, and never change it. Example: \
             `2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11`.",
        )
        .required()
        .examples(&["2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11"])
        .arm("name", Resources::ALL)
        .advice("Add `id:` with a new GUID; `sentlint new` generates one.")
        .owner(Owner::InvalidId),
    Field::new("name", "Name", Type::Text(Form::NotBlank, Some(limits::MAX_NAME)))
        .doc(
            "The title shown in lists, at most 256 characters, preferably about 50. Use sentence case, start with the \
             product, and omit the period at the end. Example: `Remote management tool reached its relay`.",
        )
        .required()
        .examples(&["Remote management tool reached its relay"])
        .arm("displayName", Resources::ALL)
        .advice("Add `name:` with the title to show in the portal.")
        .value_owner(Owner::NameTooLong),
    Field::new("description", "Description", Type::Text(Form::NotBlank, Some(limits::MAX_DESCRIPTION)))
        .doc_by_kind(&[
            (
                Kinds::HUNTING,
                "What the query searches for and why that matters, at most 5,000 characters. The saved search can \
                 only have 255 characters, so keep it shorter than that. Start with `Identifies` or `This query \
                 searches for`. A block scalar (`|`) does not need quotes.",
            ),
            (
                Kinds::RULES,
                "What the query searches for and why that matters, at most 5,000 characters, preferably 255 or fewer. \
                 Start with `Identifies` or `This query searches for`. A block scalar (`|`) does not need quotes.",
            ),
        ])
        .required()
        .examples(&["Identifies hosts from which a remote management tool reached its relay."])
        .arm("description", Resources::ALL)
        .advice("Add `description:` with what the query detects and why that matters.")
        .value_owner(Owner::DescriptionTooLong),
    Field::new("description-detailed", "Detailed description", Type::Text(Form::Free, None))
        .doc("A longer description for readers of the repository. It is not deployed.")
        .nullable(),
    Field::new("severity", "Severity", Type::OneOf(Set::Of(&limits::SEVERITIES)))
        .doc_by_kind(&[
            (
                Kinds::HUNTING,
                "`Informational`, `Low`, `Medium` or `High`. A hunting query raises no alerts: the value is only used \
                 if the query is converted to an analytic rule.",
            ),
            (
                Kinds::RULES,
                "The severity of alerts of this rule: `Informational`, `Low`, `Medium` or `High`.",
            ),
        ])
        .required_in(Kinds::RULES)
        .preset_in(Kinds::RULES, Preset::Text("Medium"))
        .arm("severity", Resources::RULES)
        .advice("Add `severity:` with Informational, Low, Medium or High.")
        .owner(Owner::InvalidSeverity),
    Field::new("status", "Status", Type::OneOf(Set::Of(&limits::STATUSES)))
        .doc(
            "The status of the rule: `Available`, `InPreview` or `Deprecated`. It is not deployed.",
        )
        .only_in(Kinds::RULES)
        .preset(Preset::Text("Available"))
        .arm("status", Resources::RULE_TEMPLATE)
        .owner(Owner::InvalidStatus)
        .stray(RULES_ONLY),
    Field::new("requiredDataConnectors", "Required data connectors", Type::List(&CONNECTOR_ITEM, None, None))
        .doc(
            "The connectors that provide the tables of the query, each with its tables or parser functions. Use `[]` \
             if the query does not need any. Upstream's checks require the key in scheduled rules.",
        )
        .arm("requiredDataConnectors", Resources::RULE_TEMPLATE)
        .advice("Add `requiredDataConnectors:` with the connectors that provide the query's tables, or `[]`."),
    Field::new("queryFrequency", "Query frequency", Type::Text(Form::Duration, None))
        .doc(
            "How often the rule runs, from 5 minutes to 14 days: a whole number and `m`, `h` or `d`. It must not be \
             longer than the period, and must be at least `1h` if the period is 2 days or more. Examples: `5m`, `1h`, \
             `1d`.",
        )
        .only_in(Kinds::SCHEDULED)
        .required_in(Kinds::SCHEDULED)
        .examples(&["5m", "1h", "1d"])
        .arm("queryFrequency", Resources::RULES)
        .advice("Add `queryFrequency:` with how often the rule runs, such as `1h`.")
        .owner(Owner::InvalidDuration)
        .stray(SCHEDULE),
    Field::new("queryPeriod", "Query period", Type::Text(Form::Duration, None))
        .doc(
            "How far back the query sees data, from 5 minutes to 14 days: a whole number and `m`, `h` or `d`. It must \
             not be shorter than the frequency. Examples: `1h`, `1d`, `14d`.",
        )
        .only_in(Kinds::SCHEDULED)
        .required_in(Kinds::SCHEDULED)
        .examples(&["1h", "1d", "14d"])
        .arm("queryPeriod", Resources::RULES)
        .advice("Add `queryPeriod:` with how far back the query looks, such as `1h`.")
        .owner(Owner::InvalidDuration)
        .stray(SCHEDULE),
    Field::new("triggerOperator", "Trigger operator", Type::OneOf(Set::Known(trigger_operators)))
        .doc(
            "How the number of rows is compared with the threshold: `gt` (more than), `lt` (fewer than), `eq` (as \
             many as) or `ne` (any other number). The long forms `GreaterThan`, `LessThan`, `Equal` and \
             `NotEqual` mean the same.",
        )
        .only_in(Kinds::SCHEDULED)
        .required_in(Kinds::SCHEDULED)
        .preset(Preset::Text("gt"))
        .arm("triggerOperator", Resources::RULES)
        .advice("Add `triggerOperator: gt`.")
        .owner(Owner::InvalidTriggerOperator)
        .stray(SCHEDULE),
    Field::new("triggerThreshold", "Trigger threshold", Type::Integer(limits::THRESHOLD_MIN, limits::THRESHOLD_MAX))
        .doc(
            "The number of rows to compare with, from 0 to 10,000. With `gt`, `0` raises an alert for any row.",
        )
        .only_in(Kinds::SCHEDULED)
        .required_in(Kinds::SCHEDULED)
        .preset(Preset::Integer(0))
        .arm("triggerThreshold", Resources::RULES)
        .advice("Add `triggerThreshold: 0`.")
        .owner(Owner::InvalidTriggerThreshold)
        .stray(SCHEDULE),
    Field::new("enabled", "Enabled", Type::Boolean)
        .doc("Whether the deployed rule is enabled, which is the default.")
        .only_in(Kinds::RULES)
        .preset(Preset::Boolean(true))
        .arm("enabled", Resources::RULE)
        .stray(RULES_ONLY),
    Field::new("suppressionEnabled", "Suppression enabled", Type::Boolean)
        .doc("Whether the rule is suppressed for some time after an alert. The default is false.")
        .only_in(Kinds::RULES)
        .preset(Preset::Boolean(false))
        .arm("suppressionEnabled", Resources::RULE)
        .stray(RULES_ONLY),
    Field::new("suppressionDuration", "Suppression duration", Type::Text(Form::Duration, None))
        .doc(
            "How long the rule is suppressed after an alert, at most 24 hours; it has no effect if it is shorter than \
             the frequency. Examples: `5h`, `PT5H`.",
        )
        .only_in(Kinds::RULES)
        .examples(&["5h", "1d"])
        .arm("suppressionDuration", Resources::RULE)
        .owner(Owner::InvalidDuration)
        .stray(RULES_ONLY),
    Field::new("tactics", "Tactics", Type::List(&TACTIC, None, None))
        .doc(
            "The MITRE ATT&CK tactics with Sentinel's names, which are one word in Pascal case. Each technique listed \
             below must belong to one of them. Example: `[CommandAndControl]`.",
        )
        .nullable()
        .arm("tactics", Resources::ALL)
        .value_owner(Owner::UnknownTactic)
        .scalar_owner(Owner::ScalarForList),
    Field::new("relevantTechniques", "Relevant techniques", Type::List(&TECHNIQUE, None, None))
        .doc(
            "The MITRE ATT&CK techniques (`T1219`) and sub-techniques (`T1219.002`) that the query detects. A \
             sub-technique is more specific than its parent.",
        )
        .nullable()
        .arm("techniques", Resources::ALL)
        .value_owner(Owner::UnknownTechnique)
        .scalar_owner(Owner::ScalarForList),
    Field::new("tags", "Tags", Type::List(&TAG, None, None))
        .doc("Tags, or pairs of a key and a value. They are not deployed.")
        .nullable(),
    Field::new("query", "Query", Type::Text(Form::NotBlank, Some(limits::MAX_QUERY)))
        .doc_by_kind(&[
            (
                Kinds::HUNTING,
                "The KQL query, from 1 to 10,000 characters. Use a literal block (`query: |`), which keeps the line \
                 breaks. The result must have the columns that the mappings below use.",
            ),
            (
                Kinds::RULES,
                "The KQL query, from 1 to 10,000 characters. Use a literal block (`query: |`), which keeps the line \
                 breaks. The result must have the columns that the mappings below use, and `TimeGenerated`.",
            ),
        ])
        .required()
        .arm("query", Resources::ALL)
        .advice("Add `query:` with the KQL query.")
        .value_owner(Owner::QueryTooLong),
    Field::new("entityMappings", "Entity mappings", Type::List(&ENTITY_MAPPING_ITEM, None, Some(limits::ENTITY_MAPPINGS)))
        .doc(
            "Which columns of the result identify the account, host, IP address and so on of a row. At most 10.",
        )
        .nullable()
        .arm("entityMappings", Resources::RULES)
        .value_owner(Owner::TooManyEntityMappings),
    Field::new("sentinelEntitiesMappings", "Sentinel entities mappings", Type::List(&SENTINEL_ENTITY_ITEM, None, None))
        .doc("Columns that already contain entities, such as those of alerts from another product.")
        .nullable()
        .only_in(Kinds::RULES)
        .arm("sentinelEntitiesMappings", Resources::RULES),
    Field::new("customDetails", "Custom details", Type::Names(&DETAIL_NAME, &DETAIL_COLUMN, limits::CUSTOM_DETAILS))
        .doc_by_kind(&[
            (
                Kinds::HUNTING,
                "Up to 20 custom names, each with a column of the result. They are only used if the query is \
                 converted to an analytic rule. Example: `RemoteHost: RemoteUrl`.",
            ),
            (
                Kinds::RULES,
                "Up to 20 custom names, each with a column of the result. They are shown with the alert. Example: \
                 `RemoteHost: RemoteUrl`.",
            ),
        ])
        .nullable()
        .arm("customDetails", Resources::RULES)
        .value_owner(Owner::CustomDetails),
    Field::new("alertDetailsOverride", "Alert details override", Type::Mapping(&ALERT_OVERRIDE))
        .doc("Sets the alert's name, description and other properties from columns of the result.")
        .nullable()
        .only_in(Kinds::RULES)
        .arm("alertDetailsOverride", Resources::RULES)
        .value_owner(Owner::AlertOverride)
        .stray(RULES_ONLY),
    Field::new("eventGroupingSettings", "Event grouping settings", Type::Mapping(&EVENT_GROUPING))
        .doc("How the rows of one run become alerts.")
        .nullable()
        .only_in(Kinds::RULES)
        .arm("eventGroupingSettings", Resources::RULES)
        .stray(RULES_ONLY),
    Field::new("incidentConfiguration", "Incident configuration", Type::Mapping(&INCIDENT))
        .doc("Whether alerts become incidents, and how alerts are grouped into one.")
        .nullable()
        .only_in(Kinds::RULES)
        .arm("incidentConfiguration", Resources::RULES)
        .value_owner(Owner::InvalidIncidentGrouping)
        .stray(RULES_ONLY),
    Field::new("metadata", "Metadata", Type::Mapping(&METADATA))
        .doc("The source and subject of the content. It is not deployed.")
        .nullable(),
    Field::new("alertRuleTemplateName", "Alert rule template name", Type::Text(Form::Free, None))
        .doc(
            "The id of an installed template that this rule was created from. Content in a repository does not need \
             it.",
        )
        .nullable()
        .only_in(Kinds::RULES)
        .arm("alertRuleTemplateName", Resources::LINKED_RULE)
        .not_in_templates(),
    Field::new("version", "Version", Type::Text(Form::Version, Some(limits::MAX_VERSION)))
        .doc(
            "Three whole numbers separated by dots, at most 20 characters. Start with `1.0.0` and increase it with \
             every change.",
        )
        .preset(Preset::Text("1.0.0"))
        .examples(&["1.0.0"])
        .arm("templateVersion", VERSIONED)
        .owner(Owner::InvalidVersion),
    Field::new("kind", "Kind", Type::OneOf(Set::RuleKind))
        .doc_by_kind(&[
            (
                Kinds::SCHEDULED,
                "`Scheduled`: the rule runs on a schedule.",
            ),
            (
                Kinds::NRT,
                "`NRT`: the rule runs every minute on new events, without a schedule or trigger.",
            ),
        ])
        .only_in(Kinds::RULES)
        .required_in(Kinds::RULES)
        .preset(Preset::First)
        .arm("kind", Resources::RULES)
        .advice("Add `kind: Scheduled` or `kind: NRT`.")
        .owner(Owner::InvalidKind)
        .stray(RULES_ONLY),
];
