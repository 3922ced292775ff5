//! Which kind a document is: one table of decisions, read from the top; the first row that holds decides.
//!
//! Content decides where it can. The folder decides where content leaves it open, by the names that authors give their
//! folders; upstream's gates go by [`super::Folder`] instead.

use super::Kind;
use crate::content::fields::SCHEDULE_KEYS;
use crate::yaml::{Mapping, Node};

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

/// The kind of a YAML document, `path` being its name with forward slashes.
pub(crate) fn detect(root: Option<&Node>, path: &str) -> Kind {
    let Some(map) = root.and_then(Node::as_mapping) else { return Kind::Unknown };
    decide(&Signs::read(map, path)).kind
}

/// One decision.
struct Row {
    /// When it holds, in words.
    #[cfg_attr(not(test), expect(dead_code, reason = "it documents the row and names it in tests"))]
    when: &'static str,
    holds: fn(&Signs) -> bool,
    kind: Kind,
}

const fn row(when: &'static str, holds: fn(&Signs) -> bool, kind: Kind) -> Row {
    Row { when, holds, kind }
}

/// The decisions in their order.
static TABLE: [Row; 11] = [
    row("it has a key of parsers", |it| it.parser_key, Kind::Parser),
    row(
        "it has a query and a key of exploration queries",
        |it| it.query && it.exploration_key,
        Kind::ExplorationQuery,
    ),
    row("it tells where content went, and holds nothing else", |it| it.stub, Kind::Stub),
    row("its `kind` is one of rules without a query", |it| it.other_kind, Kind::OtherRule),
    row("it does not look like a template", |it| !it.is_template(), Kind::Unknown),
    row("its folder is one of hunting queries", |it| it.folder == Hint::Hunting, Kind::HuntingQuery),
    row("its `kind` is NRT", |it| it.nrt, Kind::NrtRule),
    row("its folder is one of rules", |it| it.folder == Hint::Rules, Kind::ScheduledRule),
    // Published hunting queries carry a stray `kind`, or a stray frequency.
    row(
        "it has two keys of a schedule, or one and a severity or `kind: Scheduled`",
        |it| it.schedule_keys > 1 || (it.schedule_keys == 1 && (it.scheduled || it.severity)),
        Kind::ScheduledRule,
    ),
    row("it has another `kind`", |it| it.states_kind && !it.scheduled, Kind::ScheduledRule),
    row("it is a template of which nothing says that it is a rule", |_| true, Kind::HuntingQuery),
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
    parser_key: bool,
    exploration_key: bool,
    stub: bool,
    query: bool,
    severity: bool,
    connectors: bool,
    /// Whether it has a key that templates have and hardly anything else has.
    template_key: bool,
    /// Whether it has an id, and a name or a description.
    named: bool,
    /// How many keys of a schedule it has.
    schedule_keys: usize,
    /// Whether its `kind` is not empty.
    states_kind: bool,
    scheduled: bool,
    nrt: bool,
    other_kind: bool,
    folder: Hint,
}

impl Signs {
    fn read(map: &Mapping, path: &str) -> Self {
        let has = |key: &str| map.entries.iter().any(|entry| entry.key.as_str() == Some(key));
        let any = |keys: &[&str]| keys.iter().any(|key| has(key));
        let kind = map.get("kind").and_then(Node::as_str).unwrap_or_default();
        let schedule_keys = SCHEDULE_KEYS.iter().filter(|key| has(key)).count();
        Self {
            parser_key: any(&PARSER_KEYS),
            exploration_key: any(&EXPLORATION_KEYS),
            stub: is_stub(map),
            query: has("query"),
            severity: has("severity"),
            connectors: has("requiredDataConnectors"),
            template_key: any(&TEMPLATE_KEYS) || schedule_keys > 0,
            named: has("id") && (has("name") || has("description")),
            schedule_keys,
            states_kind: !kind.is_empty(),
            scheduled: kind.eq_ignore_ascii_case("Scheduled"),
            nrt: kind.eq_ignore_ascii_case("NRT"),
            other_kind: OTHER_KINDS.iter().any(|other| other.eq_ignore_ascii_case(kind)),
            folder: Hint::of(path),
        }
    }

    /// Whether it looks like a hunting query or a rule. One telling key is enough where the folder says the same or a
    /// query stands beside it; anywhere else the file must look like a template from more than one side, because other
    /// tools' YAML has `query` and `severity` too.
    fn is_template(&self) -> bool {
        if self.folder != Hint::None {
            return self.query || self.template_key || self.named;
        }
        (self.query && (self.template_key || self.named || self.nrt || self.scheduled))
            || (self.template_key && self.named)
            || self.connectors
    }
}

/// Which kind the author's folder names suggest.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hint {
    Hunting,
    Rules,
    None,
}

impl Hint {
    fn of(path: &str) -> Self {
        let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders).to_ascii_lowercase();
        for folder in folders.rsplit('/') {
            if folder.contains("hunting") {
                return Self::Hunting;
            }
            if folder == "detections" || (folder.contains("analytic") && folder.contains("rule")) {
                return Self::Rules;
            }
        }
        Self::None
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn row_of(path: &str, text: &str) -> Option<&'static Row> {
        let document = crate::yaml::parse(&SourceFile::new(path, text));
        Some(decide(&Signs::read(document.root.as_ref()?.as_mapping()?, path)))
    }

    #[test]
    fn every_row_decides_something() {
        let cases = [
            ("a.yaml", "FunctionQuery: T\nid: x\nname: n\nquery: T\n", "it has a key of parsers"),
            (
                "Hunting Queries/a.yaml",
                "Id: x\nquery: T\nInputEntityType: Ip\n",
                "it has a query and a key of exploration queries",
            ),
            (
                "Detections/a.yaml",
                "id: x\nname: n\ndescription: moved\n",
                "it tells where content went, and holds nothing else",
            ),
            (
                "a.yaml",
                "kind: fusion\nid: x\nname: n\nquery: T\n",
                "its `kind` is one of rules without a query",
            ),
            ("a.yaml", "query: '{ viewer }'\nname: n\n", "it does not look like a template"),
            (
                "x/Hunting Queries/a.yaml",
                "query: T\nkind: NRT\nqueryPeriod: 1h\nqueryFrequency: 1h\n",
                "its folder is one of hunting queries",
            ),
            ("Detections/a.yaml", "kind: nrt\nquery: T\n", "its `kind` is NRT"),
            ("my Analytics Rules/a.yaml", "query: T\n", "its folder is one of rules"),
            (
                "a.yaml",
                "queryPeriod: 1h\nseverity: Low\nquery: T\n",
                "it has two keys of a schedule, or one and a severity or `kind: Scheduled`",
            ),
            ("a.yaml", "kind: Schedule\nquery: T\nid: x\nname: n\n", "it has another `kind`"),
            (
                "a.yaml",
                "kind: Scheduled\nquery: T\nid: x\nname: n\n",
                "it is a template of which nothing says that it is a rule",
            ),
        ];
        for ((path, text, when), row) in cases.into_iter().zip(&TABLE) {
            let decided = row_of(path, text).unwrap();
            assert_eq!((decided.when, row.when), (when, when), "{path}: {text}");
        }
        assert_eq!(cases.len(), TABLE.len());
    }

    fn kind(path: &str, text: &str) -> Kind {
        detect(crate::yaml::parse(&SourceFile::new(path, text)).root.as_ref(), path)
    }

    #[test]
    fn content_tells_the_kind() {
        let cases = [
            ("a.yaml", "id: x\nname: n\nquery: T\ntactics: CommandAndControl\n", Kind::HuntingQuery),
            (
                "a.yaml",
                "kind: Scheduled\nqueryFrequency: 1h\nquery: T\nid: x\nname: n\n",
                Kind::ScheduledRule,
            ),
            ("a.yaml", "queryPeriod: 1h\nseverity: Low\nquery: T\nid: x\nname: n\n", Kind::ScheduledRule),
            ("a.yaml", "queryPeriod: 1h\nquery: T\nid: x\nname: n\n", Kind::HuntingQuery),
            ("a.yaml", "kind: nrt\nquery: T\nid: x\nname: n\n", Kind::NrtRule),
            ("a.yaml", "kind: Fusion\nid: x\nname: n\n", Kind::OtherRule),
            ("a.yaml", "FunctionQuery: T\n", Kind::Parser),
            ("a.yaml", "Id: x\nquery: T\nInputEntityType: Ip\n", Kind::ExplorationQuery),
            ("a.yaml", "id: x\nname: n\ndescription: moved\n", Kind::Stub),
            ("a.yaml", "kind: NRT\nquery: T\nname: n\n", Kind::NrtRule),
            ("a.yaml", "kind: Query\nquery: T\nname: n\n", Kind::Unknown),
            ("a.yaml", "services:\n  web: {}\n", Kind::Unknown),
            ("a.yaml", "query: '{ viewer }'\n", Kind::Unknown),
            ("Detections/a.yaml", "id: x\nname: n\nquery: T\n", Kind::ScheduledRule),
            ("Hunting Queries/BehaviorAnalytics/a.yaml", "query: T\nid: x\nname: n\n", Kind::HuntingQuery),
            ("x/Hunting Queries/a.yaml", "query: T\nkind: Scheduled\nqueryPeriod: 1h\n", Kind::HuntingQuery),
        ];
        for (path, text, expected) in cases {
            assert_eq!(kind(path, text), expected, "{path}: {text}");
        }
    }
}
