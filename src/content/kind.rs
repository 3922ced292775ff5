//! What a file is, told by its content; the folder it stands in decides only where the content leaves
//! it open.

use std::fmt;

use super::keys::SCHEDULE_KEYS;
use crate::yaml::{Mapping, Node, Value};

/// The kinds of content, by the names of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A hunting query.
    HuntingQuery,
    /// An analytic rule that runs on a schedule.
    ScheduledRule,
    /// A near-real-time analytic rule.
    NrtRule,
    /// An analytic rule of another kind: Fusion, Microsoft security incident creation, ...
    OtherRule,
    /// A parser, that is a function of the workspace.
    Parser,
    /// An exploration query.
    ExplorationQuery,
    /// A `.kql` or `.csl` file: nothing but a query.
    Query,
    /// What is left where content moved away: id, name, description and nothing else.
    Stub,
    /// Not Sentinel content.
    Unknown,
}

impl Kind {
    /// The name used on the command line and in every machine format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HuntingQuery => "hunting-query",
            Self::ScheduledRule => "scheduled-rule",
            Self::NrtRule => "nrt-rule",
            Self::OtherRule => "other-rule",
            Self::Parser => "parser",
            Self::ExplorationQuery => "exploration-query",
            Self::Query => "query",
            Self::Stub => "stub",
            Self::Unknown => "unknown",
        }
    }

    /// The kind in words, with its article.
    pub fn noun(self) -> &'static str {
        match self {
            Self::HuntingQuery => "a hunting query",
            Self::ScheduledRule => "a scheduled analytic rule",
            Self::NrtRule => "an NRT analytic rule",
            Self::OtherRule => "an analytic rule of another kind",
            Self::Parser => "a parser",
            Self::ExplorationQuery => "an exploration query",
            Self::Query => "a query",
            Self::Stub => "a stub of moved content",
            Self::Unknown => "no Sentinel content",
        }
    }

    /// Whether this is an analytic rule that sentlint knows in full.
    pub fn is_rule(self) -> bool {
        matches!(self, Self::ScheduledRule | Self::NrtRule)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The folder a file stands in, as the upstream repository names them. Upstream's gates go by this alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Folder {
    /// `Detections/`, or any path with `Analytic Rules` in it.
    Rules,
    /// A path with `Hunting Queries` in it.
    Hunting,
    /// A folder of parsers or of exploration queries, or another folder of a solution.
    Other,
    /// Anywhere else.
    #[default]
    None,
}

impl Folder {
    /// The folder of a path with forward slashes.
    pub fn of(path: &str) -> Self {
        let rules = path.starts_with("Detections/") || path.contains("/Detections/");
        if rules || path.contains("Analytic Rules") {
            Self::Rules
        } else if path.contains("Hunting Queries") {
            Self::Hunting
        } else if ["Solutions/", "Parsers/", "ASIM/", "Exploration Queries/"]
            .iter()
            .any(|folder| path.starts_with(folder) || path.contains(&format!("/{folder}")))
        {
            Self::Other
        } else {
            Self::None
        }
    }
}

/// Which kind the author's folder names suggest, for files whose content leaves it open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hint {
    Hunting,
    Rules,
    None,
}

fn hint(path: &str) -> Hint {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders).to_ascii_lowercase();
    for folder in folders.rsplit('/') {
        if folder.contains("hunting") {
            return Hint::Hunting;
        }
        if folder == "detections" || (folder.contains("analytic") && folder.contains("rule")) {
            return Hint::Rules;
        }
    }
    Hint::None
}

const TEMPLATE_KEYS: [&str; 5] =
    ["requiredDataConnectors", "tactics", "relevantTechniques", "entityMappings", "severity"];
const PARSER_KEYS: [&str; 4] = ["FunctionQuery", "ParserQuery", "FunctionName", "ParserName"];
const EXPLORATION_KEYS: [&str; 4] =
    ["InputEntityType", "InputFields", "OutputEntityTypes", "QueryPeriodBefore"];
const OTHER_KINDS: [&str; 6] = [
    "Fusion",
    "MLBehaviorAnalytics",
    "MicrosoftSecurityIncidentCreation",
    "ThreatIntelligence",
    "Anomaly",
    "Anomalies",
];

/// The kind of a YAML document, `path` being its name with forward slashes.
pub fn detect(root: Option<&Node>, path: &str) -> Kind {
    let Some(Node { value: Value::Mapping(map), .. }) = root else { return Kind::Unknown };
    let has = |key: &str| map.entries.iter().any(|entry| entry.key.as_str() == Some(key));
    let any = |keys: &[&str]| keys.iter().any(|key| has(key));
    if any(&PARSER_KEYS) {
        return Kind::Parser;
    }
    if has("query") && any(&EXPLORATION_KEYS) {
        return Kind::ExplorationQuery;
    }
    if is_stub(map) {
        return Kind::Stub;
    }
    let kind = map.get("kind").and_then(Node::as_str).unwrap_or_default();
    if OTHER_KINDS.iter().any(|other| other.eq_ignore_ascii_case(kind)) {
        return Kind::OtherRule;
    }
    let nrt = kind.eq_ignore_ascii_case("NRT");
    let scheduled = kind.eq_ignore_ascii_case("Scheduled");
    let template = any(&TEMPLATE_KEYS) || any(&SCHEDULE_KEYS);
    let named = has("id") && (has("name") || has("description"));
    let hint = hint(path);
    // One telling key is enough where the folder says the same or a query stands beside it; anywhere
    // else the file must look like a template from more than one side, because other tools'
    // YAML has `query` and `severity` too.
    let ours = if hint == Hint::None {
        (has("query") && (template || named || nrt || scheduled))
            || (template && named)
            || has("requiredDataConnectors")
    } else {
        has("query") || template || named
    };
    if !ours {
        return Kind::Unknown;
    }
    let schedule_keys = SCHEDULE_KEYS.iter().filter(|key| has(key)).count();
    let scheduled_by_keys = schedule_keys > 1 || (schedule_keys == 1 && (scheduled || has("severity")));
    match hint {
        Hint::Hunting => Kind::HuntingQuery,
        _ if nrt => Kind::NrtRule,
        Hint::Rules => Kind::ScheduledRule,
        // A rule that runs on a schedule has more than one key of it, or one and a severity. Published
        // hunting queries carry a stray `kind`, or a stray frequency.
        Hint::None if scheduled_by_keys => Kind::ScheduledRule,
        Hint::None if !kind.is_empty() && !scheduled => Kind::ScheduledRule,
        Hint::None => Kind::HuntingQuery,
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
