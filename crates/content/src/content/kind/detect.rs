//! Which kind a document is: one table of decisions, read from the top; the first row that holds decides.
//!
//! Content decides. The names of folders count last, and only where the content leaves the kind open; upstream's gates go
//! by [`super::Folder`] instead. docs/kinds.md shows the table.

use super::{Foreign, Kind};
use crate::content::detection;
use crate::content::fields::{SCHEDULE_KEYS, template_keys};
use crate::content::near_keys::meant_at_root;
use crate::similar::nearest;
use crate::yaml::{Mapping, Node, Value};

mod folder;
mod language;

use folder::Hint;
use language::{Language, language};

/// Keys that templates have and hardly anything else has.
const TEMPLATE_KEYS: [&str; 5] =
    ["requiredDataConnectors", "tactics", "relevantTechniques", "entityMappings", "severity"];
const PARSER_KEYS: [&str; 4] = ["FunctionQuery", "ParserQuery", "FunctionName", "ParserName"];
const EXPLORATION_KEYS: [&str; 4] =
    ["InputEntityType", "InputFields", "OutputEntityTypes", "QueryPeriodBefore"];
/// The kinds of rules that have no query of their author's.
const OTHER_KINDS: [&str; 6] = [
    "Fusion",
    "MLBehaviorAnalytics",
    "MicrosoftSecurityIncidentCreation",
    "ThreatIntelligence",
    "Anomaly",
    "Anomalies",
];
/// What the keys of an `AzSentinel` file are, each with a list of rules.
const AZ_SENTINEL_KEYS: [&str; 5] =
    ["Scheduled", "NRT", "Fusion", "MLBehaviorAnalytics", "MicrosoftSecurityIncidentCreation"];

/// What a document is, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detected {
    /// The kind.
    pub kind: Kind,
    /// What it is instead, where it is known and no content that sentlint has rules for.
    pub foreign: Option<Foreign>,
    /// The row that decides, in words.
    pub when: &'static str,
}

/// The kind of a YAML document. `place` is its path below the repository's root, or below the working folder where there
/// is not a repository, with forward slashes.
pub fn detect(root: Option<&Node>, place: &str) -> Detected {
    let unknown = |when| Detected { kind: Kind::Unknown, foreign: None, when };
    match root.map(|root| &root.value) {
        Some(Value::Mapping(map)) => {
            let detection = root.is_some_and(|root| detection::form(root).is_some());
            let row = decide(&Signs { custom_detection: detection, ..Signs::read(map, place) });
            let (kind, foreign) = match row.is {
                Is::Kind(kind) => (kind, None),
                Is::Foreign(foreign) => (Kind::Unknown, Some(foreign)),
            };
            Detected { kind, foreign, when: row.when }
        }
        Some(Value::Sequence(list)) => {
            let is_resource = |item: &Node| item.as_mapping().is_some_and(is_arm);
            let mut detected = unknown("it is a list");
            let all = !list.items.is_empty() && list.items.iter().all(is_resource);
            detected.foreign = all.then_some(Foreign::ArmTemplate);
            detected
        }
        _ => unknown("it is not a mapping of keys"),
    }
}

/// What a row says that a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    Kind(Kind),
    Foreign(Foreign),
}

/// One decision.
struct Row {
    /// When it holds, in words.
    when: &'static str,
    holds: fn(&Signs) -> bool,
    is: Is,
}

const fn row(when: &'static str, holds: fn(&Signs) -> bool, kind: Kind) -> Row {
    Row { when, holds, is: Is::Kind(kind) }
}

const fn foreign(when: &'static str, holds: fn(&Signs) -> bool, foreign: Foreign) -> Row {
    Row { when, holds, is: Is::Foreign(foreign) }
}

/// The decisions in their order.
static TABLE: [Row; 24] = [
    row(
        "it lists `tests` with expectations or rows, or has `tests` and a name that ends with `.test.yaml`",
        |it| it.tests,
        Kind::Test,
    ),
    row("it has a key of upstream's parsers", |it| it.parser_key, Kind::Parser),
    row(
        "it has `query` and a key of exploration queries",
        |it| it.query && it.exploration_key,
        Kind::ExplorationQuery,
    ),
    foreign("it has `logsource`, and `detection` or `filter`", |it| it.sigma, Foreign::SigmaRule),
    row(
        "it has `queryCondition`, its `kind` is `CustomDetection`, or a resource of it is a detection rule",
        |it| it.custom_detection,
        Kind::CustomDetection,
    ),
    foreign("it lists rules under the names of their kinds", |it| it.az_sentinel, Foreign::AzSentinel),
    foreign("it has `$schema`, or the `type` of an Azure resource", |it| it.arm, Foreign::ArmTemplate),
    foreign("it has `triggeringLogic` and `actions`", |it| it.automation, Foreign::AutomationRule),
    foreign("it has a `definition` with triggers and actions", |it| it.playbook, Foreign::Playbook),
    row("it only has an id and a description, or the new location", |it| it.stub, Kind::Stub),
    row("its `kind` is that of rules without a query", |it| it.other_kind, Kind::OtherRule),
    row("its `kind` is `NRT`", |it| it.nrt && it.looks_like_template(), Kind::NrtRule),
    row(
        "its `kind` is `Scheduled`, and it has at least two keys of a schedule",
        |it| it.scheduled && it.schedule_keys > 1,
        Kind::ScheduledRule,
    ),
    row(
        "it has `functionAlias` and `query`, and its category is not that of hunting queries",
        |it| it.function && it.query && !it.hunting_category,
        Kind::Parser,
    ),
    foreign(
        "it has `destinationTable`, and `binSize` or `query`",
        |it| it.summary_rule,
        Foreign::SummaryRule,
    ),
    row("it does not look like a template", |it| !it.looks_like_template(), Kind::Unknown),
    row(
        "its `kind` is that of hunting queries",
        |it| it.hunting_kind && it.schedule_keys == 0,
        Kind::HuntingQuery,
    ),
    // Published hunting queries carry a stray `kind`, or a stray schedule.
    row("it is in a folder of hunting queries", |it| it.folder == Hint::Hunting, Kind::HuntingQuery),
    row("it is in a folder of analytic rules", |it| it.folder == Hint::Rules, Kind::ScheduledRule),
    row(
        "it has two keys of a schedule, or one and `severity`",
        |it| it.schedule_keys > 1 || (it.schedule_keys == 1 && it.severity),
        Kind::ScheduledRule,
    ),
    row(
        "its `kind` is `Scheduled`, and it has `severity` or a key of a schedule",
        |it| it.scheduled && (it.severity || it.schedule_keys > 0),
        Kind::ScheduledRule,
    ),
    row("it has any other `kind`", |it| it.states_kind && !it.scheduled, Kind::ScheduledRule),
    row(
        "it has `name` and `query`, the query is KQL, and its keys are those of a template",
        |it| it.bare_query,
        Kind::HuntingQuery,
    ),
    row("it is a template without keys of a rule", |_| true, Kind::HuntingQuery),
];

fn decide(signs: &Signs) -> &'static Row {
    const LAST: Row = row("no row holds", |_| true, Kind::Unknown);
    TABLE.iter().find(|row| (row.holds)(signs)).unwrap_or(&LAST)
}

/// What a document shows of its kind.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one observation, and the table asks for any of them"
)]
struct Signs {
    tests: bool,
    parser_key: bool,
    exploration_key: bool,
    sigma: bool,
    custom_detection: bool,
    az_sentinel: bool,
    arm: bool,
    automation: bool,
    playbook: bool,
    summary_rule: bool,
    function: bool,
    hunting_category: bool,
    stub: bool,
    query: bool,
    /// Whether the query is written in another language.
    other_language: bool,
    severity: bool,
    connectors: bool,
    /// Whether it has a key that templates have and hardly anything else has.
    template_key: bool,
    /// Whether it has an id, and a name or a description.
    named: bool,
    /// Whether it has a name and a query in KQL, and hardly any key that templates do not have.
    bare_query: bool,
    /// How many keys of a schedule it has.
    schedule_keys: usize,
    /// Whether its `kind` is not empty.
    states_kind: bool,
    scheduled: bool,
    nrt: bool,
    hunting_kind: bool,
    other_kind: bool,
    folder: Hint,
}

impl Signs {
    fn read(map: &Mapping, place: &str) -> Self {
        let keys: Vec<(&str, &Node)> = map
            .entries
            .iter()
            .filter_map(|entry| Some((entry.key.as_str()?, &entry.value)))
            .map(|(key, value)| (meant_at_root(key, value, template_keys()), value))
            .collect();
        let value = |name: &str| keys.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        let has = |name: &str| value(name).is_some();
        let text = |name: &str| value(name).and_then(Node::as_str).map(str::trim).unwrap_or_default();
        let holds_mapping = |name: &str| value(name).is_some_and(|value| value.as_mapping().is_some());
        let any = |names: &[&str]| names.iter().any(|name| has(name));
        let kind = text("kind");
        let stated = RULE_KINDS.into_iter().find(|name| kind.eq_ignore_ascii_case(name));
        let stated = stated.or_else(|| nearest(kind, RULE_KINDS));
        let schedule_keys = SCHEDULE_KEYS.iter().filter(|key| has(key)).count();
        let named = has("id") && (has("name") || has("description"));
        let template_key = any(&TEMPLATE_KEYS) || schedule_keys > 0;
        // Where the keys say that it is a template, the language of its query changes nothing.
        let language = if template_key && named { Language::Unclear } else { language(text("query")) };
        let known = || {
            let is_known = |key: &str| template_keys().iter().any(|field| field.key == key);
            keys.iter().filter(|(key, _)| is_known(key)).count()
        };
        let few_others = |known: usize| keys.len() - known <= 1.max(known.saturating_sub(2));
        Self {
            tests: is_test(map, place),
            parser_key: any(&PARSER_KEYS),
            exploration_key: any(&EXPLORATION_KEYS),
            sigma: (holds_mapping("logsource") && any(&["detection", "filter"]))
                || value("correlation").is_some_and(|value| value.get("rules").is_some()),
            custom_detection: false,
            az_sentinel: is_az_sentinel(map),
            arm: is_arm(map),
            automation: has("triggeringLogic") && has("actions"),
            playbook: value("definition")
                .is_some_and(|value| value.get("triggers").is_some() && value.get("actions").is_some()),
            summary_rule: (has("destinationTable") && any(&["binSize", "query"]))
                || value("ruleDefinition").is_some_and(|value| value.get("destinationTable").is_some()),
            function: !text("functionAlias").is_empty(),
            hunting_category: text("category").eq_ignore_ascii_case("Hunting Queries"),
            stub: is_stub(map),
            query: has("query"),
            other_language: language == Language::Other,
            severity: has("severity"),
            connectors: has("requiredDataConnectors"),
            template_key,
            named,
            bare_query: (has("name") || has("description"))
                && kind.is_empty()
                && language == Language::Kql
                && few_others(known()),
            schedule_keys,
            states_kind: !kind.is_empty(),
            scheduled: stated == Some("Scheduled"),
            nrt: stated == Some("NRT"),
            hunting_kind: kind.to_ascii_lowercase().contains("hunting"),
            other_kind: OTHER_KINDS.iter().any(|other| other.eq_ignore_ascii_case(kind)),
            folder: Hint::of(place),
        }
    }

    /// Whether it looks like a hunting query or a rule. One telling key is enough where the folder says the same or a
    /// query stands beside it; anywhere else the file must look like a template from more than one side, because other
    /// tools' YAML has `query` and `severity` too.
    fn looks_like_template(&self) -> bool {
        if self.folder != Hint::None {
            return self.query || self.template_key || self.named;
        }
        let states_rule = self.nrt || self.scheduled;
        (self.query && (self.template_key || states_rule || (self.named && !self.other_language)))
            || self.bare_query
            || (self.template_key && self.named)
            || self.connectors
    }
}

/// A file of tests for `sentlint test`.
fn is_test(map: &Mapping, place: &str) -> bool {
    let Some(tests) = map.get("tests") else { return false };
    let named = [".test.yaml", ".test.yml"].iter().any(|ending| place.ends_with(ending));
    let is_case = |item: &Node| {
        item.get("expect").is_some() && (item.get("name").is_some() || item.get("tables").is_some())
            || item.get("name").is_some()
                && item.get("tables").is_some_and(|tables| tables.as_mapping().is_some())
    };
    named || tests.as_sequence().is_some_and(|list| list.items.iter().any(is_case))
}

/// The kinds of rules that have a query.
const RULE_KINDS: [&str; 2] = ["Scheduled", "NRT"];

/// A stub tells where the content went and holds nothing else.
fn is_stub(map: &Mapping) -> bool {
    let known = |key: &str| matches!(key, "id" | "name" | "description");
    let mut keys = map.entries.iter().filter_map(|entry| entry.key.as_str());
    if map.entries.is_empty() || !keys.all(known) {
        return false;
    }
    let description = map.get("description").and_then(Node::as_str).unwrap_or_default();
    map.get("id").is_some() && map.get("description").is_some()
        || description.contains("moved to new location")
}

/// A settings file of the `AzSentinel` module: lists of rules below the names of their kinds, or below `analytics`.
fn is_az_sentinel(map: &Mapping) -> bool {
    let lists = |key: &str| {
        let list = map.get(key).and_then(Node::as_sequence);
        list.is_some_and(|list| list.items.iter().any(|item| item.get("displayName").is_some()))
    };
    AZ_SENTINEL_KEYS.into_iter().chain(["analytics"]).any(lists)
}

/// A template or a resource of the Azure Resource Manager, or what its API answers.
fn is_arm(map: &Mapping) -> bool {
    let text = |key: &str| map.get(key).and_then(Node::as_str).unwrap_or_default();
    let is_resource = |map: &Mapping| {
        let kind = map.get("type").and_then(Node::as_str).unwrap_or_default();
        kind.starts_with("Microsoft.") && kind.contains('/')
    };
    let lists_resources = |key: &str| {
        let list = map.get(key).and_then(Node::as_sequence);
        list.is_some_and(|list| list.items.iter().any(|item| item.as_mapping().is_some_and(is_resource)))
    };
    let of_rule = |map: &Mapping| map.get("displayName").is_some() && map.get("query").is_some();
    text("$schema").contains("deploymentTemplate")
        || is_resource(map)
        || ["resources", "value"].into_iter().any(lists_resources)
        || map.get("properties").and_then(Node::as_mapping).is_some_and(of_rule)
}

#[cfg(test)]
mod tests;
