use super::*;
use crate::source::SourceFile;

fn detected(place: &str, text: &str) -> Detected {
    detect(crate::yaml::parse(&SourceFile::new(place, text)).root.as_ref(), place)
}

#[test]
fn every_row_decides_something() {
    let cases = [
        ("Hunting Queries/a.test.yaml", "query: q.kql\ntests: [{name: n, expect: none}]\n"),
        ("a.yaml", "FunctionQuery: T\nid: x\nname: n\nquery: T\n"),
        ("Hunting Queries/a.yaml", "Id: x\nquery: T\nInputEntityType: Ip\n"),
        (
            "Detections/a.yml",
            "title: t\nlogsource: {product: windows}\ndetection: {condition: a}\ntactics: [x]\n",
        ),
        ("a.yaml", "displayName: n\nqueryCondition: {queryText: T}\n"),
        ("a.yaml", "Scheduled:\n- {displayName: n, query: T}\n"),
        ("a.json", "{\"$schema\": \"https://x/deploymentTemplate.json#\", \"resources\": []}"),
        ("a.yaml", "displayName: n\norder: 1\ntriggeringLogic: {isEnabled: true}\nactions: []\n"),
        ("a.yaml", "definition: {triggers: {}, actions: {}}\n"),
        ("Detections/a.yaml", "id: x\nname: n\ndescription: moved\n"),
        ("a.yaml", "kind: fusion\nid: x\nname: n\nquery: T\n"),
        ("Hunting Queries/a.yaml", "kind: nrt\nquery: T\n"),
        ("Hunting Queries/a.yaml", "query: T\nkind: Scheduled\nqueryPeriod: 1h\nqueryFrequency: 1h\n"),
        ("a.yaml", "id: x\nname: n\ncategory: Security\nfunctionAlias: F\nquery: T\n"),
        ("a.yaml", "id: x\nname: n\ndestinationTable: T_CL\nbinSize: 20\nquery: T\n"),
        ("a.yaml", "query: '{ viewer }'\nname: n\n"),
        ("Detections/a.yaml", "kind: HuntingQuery\nid: x\nname: n\nquery: T\n"),
        ("x/Hunting Queries/a.yaml", "query: T\nqueryPeriod: 1h\nqueryFrequency: 1h\n"),
        ("my Analytics Rules/Analytics Rules/a.yaml", "query: T\n"),
        ("a.yaml", "queryPeriod: 1h\nseverity: Low\nquery: T\n"),
        ("a.yaml", "kind: Scheduled\nseverity: Low\nquery: T\nid: x\nname: n\n"),
        ("a.yaml", "kind: Sentinel\nquery: T\nid: x\nname: n\n"),
        ("a.yaml", "name: n\nquery: SigninLogs | take 1\n"),
        ("a.yaml", "id: x\nname: n\nquery: all of it\n"),
    ];
    for ((place, text), row) in cases.into_iter().zip(&TABLE) {
        assert_eq!(detected(place, text).when, row.when, "{place}: {text}");
    }
    assert_eq!(cases.len(), TABLE.len());
}

#[test]
fn the_page_shows_the_table() {
    let page = include_str!("../../../../../../docs/kinds.md").replace("\r\n", "\n");
    let rows: Vec<String> = TABLE
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let is = match row.is {
                Is::Kind(kind) => format!("`{kind}`"),
                Is::Foreign(foreign) => format!("{}, skipped", foreign.noun()),
            };
            format!("| {} | {} | {is} |\n", at + 1, row.when)
        })
        .collect();
    let rows = rows.concat();
    assert!(page.contains(&rows), "docs/kinds.md needs these rows:\n{rows}");
}

fn kind(place: &str, text: &str) -> Kind {
    detected(place, text).kind
}

#[test]
fn content_tells_the_kind() {
    let cases = [
        ("a.yaml", "id: x\nname: n\nquery: T\ntactics: CommandAndControl\n", Kind::HuntingQuery),
        ("a.yaml", "kind: Scheduled\nqueryFrequency: 1h\nquery: T\nid: x\nname: n\n", Kind::ScheduledRule),
        ("a.yaml", "kind: Shceduled\nqueryFrequency: 1h\nquery: T\nid: x\nname: n\n", Kind::ScheduledRule),
        ("a.yaml", "Kind: scheduled\nqueryfrequency: 1h\nQuery: T\nid: x\nname: n\n", Kind::ScheduledRule),
        ("a.yaml", "queryPeriod: 1h\nseverity: Low\nquery: T\nid: x\nname: n\n", Kind::ScheduledRule),
        ("a.yaml", "queryPeriod: 1h\nquery: T\nid: x\nname: n\n", Kind::HuntingQuery),
        ("a.yaml", "kind: Fusion\nid: x\nname: n\n", Kind::OtherRule),
        ("a.yaml", "FunctionQuery: T\n", Kind::Parser),
        (
            "a.yaml",
            "functionAlias: F\ncategory: Hunting Queries\nquery: T\nid: x\nname: n\n",
            Kind::HuntingQuery,
        ),
        ("a.yaml", "functionAlias: ''\nquery: T\nid: x\nname: n\n", Kind::HuntingQuery),
        ("a.yaml", "id: x\nname: n\ndescription: moved\n", Kind::Stub),
        ("a.yaml", "kind: NRT\nquery: T\nname: n\n", Kind::NrtRule),
        ("a.yaml", "kind: Query\nquery: T\nname: n\n", Kind::Unknown),
        ("a.yaml", "services:\n  web: {}\n", Kind::Unknown),
        ("a.yaml", "name: n\nQuery: SigninLogs | take 1\n", Kind::HuntingQuery),
        ("a.yaml", "displayName: n\nquery: SigninLogs | take 1\nauthor: me\n", Kind::HuntingQuery),
        ("a.yaml", "name: n\nquery: SELECT * FROM users\n", Kind::Unknown),
        ("a.yaml", "id: 1\nname: n\nquery: SELECT * FROM users\n", Kind::Unknown),
        ("a.yaml", "name: n\nquery: Perf | take 1\nuid: 1\ndatasource: d\ninterval: 1m\n", Kind::Unknown),
        ("Detections/a.yaml", "id: x\nname: n\nquery: T\n", Kind::ScheduledRule),
        ("Hunting Queries/BehaviorAnalytics/a.yaml", "query: T\nid: x\nname: n\n", Kind::HuntingQuery),
        ("x/Hunting Queries/a.yaml", "query: T\nkind: Scheduled\nqueryPeriod: 1h\n", Kind::HuntingQuery),
        ("Analytic Rules/ThreatHunting/a.yaml", "query: T\nid: x\nname: n\n", Kind::ScheduledRule),
    ];
    for (place, text, expected) in cases {
        assert_eq!(kind(place, text), expected, "{place}: {text}");
    }
}

#[test]
fn other_content_has_its_name() {
    let cases = [
        (
            "a.json",
            "[{\"type\": \"Microsoft.SecurityInsights/alertRules\", \"query\": \"T\"}]",
            Foreign::ArmTemplate,
        ),
        ("a.json", "{\"properties\": {\"displayName\": \"n\", \"query\": \"T\"}}", Foreign::ArmTemplate),
        ("a.yml", "title: t\ncorrelation: {type: event_count, rules: [a]}\n", Foreign::SigmaRule),
        ("a.yaml", "analytics:\n- {displayName: n, query: T}\n", Foreign::AzSentinel),
        (
            "a.yaml",
            "ruleType: User\nruleDefinition: {destinationTable: T_CL, query: T}\n",
            Foreign::SummaryRule,
        ),
    ];
    for (place, text, expected) in cases {
        assert_eq!(detected(place, text).foreign, Some(expected), "{place}: {text}");
    }
}

#[test]
fn custom_detections_are_told_by_their_content() {
    let resource =
        "{\"resources\": {\"r\": {\"type\": \"Microsoft.Security/detectionRules@1\", \"properties\": {}}}}";
    for text in [
        "kind: CustomDetection\nproperties: {}\n",
        "displayName: n\nqueryCondition: {queryText: T}\n",
        "{\"value\": [{\"queryCondition\": {\"queryText\": \"T\"}}]}",
        resource,
        "$schema: x/deploymentTemplate.json#\nresources: [{type: microsoft.security/detectionRules}]\n",
    ] {
        assert_eq!(kind("Hunting Queries/a.yaml", text), Kind::CustomDetection, "{text}");
    }
}

/// One thing that a document or its place may show of its kind: a letter, what it adds to the document, its folder.
const HINTS: [(char, &str, &str); 15] = [
    ('P', "FunctionQuery: T\n", ""),
    ('E', "InputEntityType: Ip\n", ""),
    ('S', "logsource: {product: x}\ndetection: {condition: a}\n", ""),
    ('C', "queryCondition: {queryText: T}\n", ""),
    ('A', "triggeringLogic: {}\nactions: []\n", ""),
    ('O', "kind: Fusion\n", ""),
    ('N', "kind: NRT\n", ""),
    ('R', "kind: Scheduled\nqueryFrequency: 1h\nqueryPeriod: 1h\n", ""),
    ('K', "kind: Scheduled\n", ""),
    ('F', "functionAlias: F\n", ""),
    ('M', "destinationTable: X_CL\nbinSize: 20\n", ""),
    ('H', "", "Hunting Queries/"),
    ('D', "", "Detections/"),
    ('2', "triggerOperator: gt\ntriggerThreshold: 0\n", ""),
    ('V', "severity: Low\n", ""),
];

/// The kind for each pair of hints, the row's and the column's: `h`unting query, `s`cheduled rule, `n`RT rule, `o`ther
/// rule, `p`arser, `e`xploration query, or `-` for what is skipped; a space where the two exclude each other.
const PAIRS: &str = "  PESCAONRKFMHD2V
P ppppppppppppppp
E peeeeeeeeeeeeee
S pe-------------
C pe-------------
A pe-------------
O pe---o   oooooo
N pe--- n  nnnnnn
R pe---  s ssssss
K pe---   hp-hsss
F pe---onsppppppp
M pe---ons-p-----
H pe---onshp-h hh
D pe---onssp- sss
2 pe---onssp-hsss
V pe---onssp-hssh";

#[test]
fn every_pair_of_hints_has_its_kind() {
    let letter = |kind| match kind {
        Kind::HuntingQuery => 'h',
        Kind::ScheduledRule => 's',
        Kind::NrtRule => 'n',
        Kind::OtherRule => 'o',
        Kind::Parser => 'p',
        Kind::ExplorationQuery => 'e',
        _ => '-',
    };
    let mut pairs = String::from("  ");
    pairs.extend(HINTS.iter().map(|(name, ..)| *name));
    for (row, (name, lines, folder)) in HINTS.iter().enumerate() {
        pairs.extend(['\n', *name, ' ']);
        for (column, (_, more, below)) in HINTS.iter().enumerate() {
            let excludes =
                lines.contains("kind:") && more.contains("kind:") || !folder.is_empty() && !below.is_empty();
            let more = if row == column { "" } else { more };
            let text = format!("id: x\nname: n\nquery: T\n{lines}{more}");
            let place =
                if row == column { format!("{folder}a.yaml") } else { format!("{folder}{below}a.yaml") };
            pairs.push(if excludes && row != column { ' ' } else { letter(kind(&place, &text)) });
        }
    }
    let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(lines(&pairs), lines(PAIRS), "\n{pairs}");
}
