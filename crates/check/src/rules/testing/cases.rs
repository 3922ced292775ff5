//! What single rules say at the edges of what they look for: many small files, each put into a frame in which the rule has
//! nothing else to say.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::check::{Before, Job, check};
use crate::rules::{Profile, Settings, all};
use crate::source::SourceFile;

/// What is put around the lines of a case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A query in a file of its own.
    Query,
    /// A hunting query; the lines stand in the place of its own with their keys.
    Hunting,
    /// A scheduled rule in the same way.
    Scheduled,
    /// A scheduled rule in the folder and under the checks of the upstream repository.
    Gate,
    /// A custom detection of Defender, of which values are named.
    Detection,
    /// A file in the folder of the rules.
    Detections,
}

const HUNTING: &str = "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nname: N\ndescription: D\nquery: T\n";
const SCHEDULED: &str = "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nname: N\ndescription: D\nkind: Scheduled\nseverity: Low\n\
    requiredDataConnectors: []\nqueryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\ntriggerThreshold: 0\ntactics: [Impact]\nquery: T\n";
const DETECTION: &str = "kind: CustomDetection\nproperties:\n  displayName: D\n  queryCondition:\n    queryText: DeviceEvents | project Timestamp, DeviceId, ReportId\n  \
    schedule:\n    frequency: PT1H\n  detectionAction:\n    alertTemplate:\n      title: T\n      description: D\n      severity: low\n";

impl Form {
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Query => "a.kql",
            Self::Gate | Self::Detections => "Detections/a.yaml",
            Self::Hunting | Self::Scheduled | Self::Detection => "a.yaml",
        }
    }

    /// The file of a case, and the line at which its own begin.
    pub(super) fn file(self, lines: &str) -> String {
        let key = |line: &str| line.trim_start().split(':').next().unwrap_or_default().to_owned();
        let own: Vec<String> =
            lines.lines().filter(|line| !line.starts_with([' ', '#', '-'])).map(key).collect();
        let without = |frame: &str| {
            let kept = frame.lines().filter(|line| !own.contains(&key(line)));
            kept.fold(String::new(), |text, line| text + line + "\n")
        };
        match self {
            Self::Query | Self::Detections => lines.to_owned(),
            Self::Hunting => format!("{lines}\n{}", without(HUNTING)),
            Self::Scheduled | Self::Gate => format!("{lines}\n{}", without(SCHEDULED)),
            Self::Detection => lines.lines().fold(DETECTION.to_owned(), |text, line| {
                let (name, value) = line.split_once(": ").unwrap();
                let old = text.lines().find(|old| key(old) == name).unwrap();
                text.replace(old, &format!("{}: {value}", old.split(':').next().unwrap()))
            }),
        }
    }
}

/// What a rule says of a file in one line for each finding: place, severity, message, help, labels and fix.
fn told(rule: &str, form: Form, text: &str, before: Option<&str>) -> Vec<String> {
    let profile = if form == Form::Gate { Profile::AzureSentinel } else { Profile::Pedantic };
    let mut job = Job::text(SourceFile::new(form.path(), text));
    if let Some(before) = before {
        let (source, location) = (Arc::new(SourceFile::new(form.path(), before)), job.location().to_owned());
        job.before = Some(Before { source, location, revision: "HEAD".into() });
    }
    let file = SourceFile::new(form.path(), text);
    let place = |span: crate::source::Span| {
        let (start, end) = (file.position(span.start as usize), file.position(span.end as usize));
        format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column)
    };
    let settings = Arc::new(Settings { profile, ..Settings::default() });
    let run = check(&[job], &[settings]);
    let found = run.findings.files.into_iter().flat_map(|file| file.diagnostics);
    let tell = |finding: crate::diagnostic::Diagnostic| {
        let mut out = format!("{} {} {}", place(finding.span), finding.severity.as_str(), finding.message);
        if let Some(help) = &finding.help {
            let _ = write!(out, " ({help})");
        }
        for label in &finding.labels {
            let _ = write!(out, ", {} {}", place(label.span), label.message);
        }
        if let Some(fix) = &finding.fix {
            let edits = fix.edits().iter().map(|edit| format!("{} {:?}", place(edit.span), edit.text));
            let edits = edits.collect::<Vec<_>>().join(" ");
            let _ = write!(out, " => {}: {}: {edits}", fix.applicability.as_str(), fix.title);
        }
        out
    };
    found.filter(|finding| finding.rule.id == rule).map(tell).collect()
}

#[test]
fn what_rules_say_at_their_edges() {
    let mut out = String::new();
    for (rule, form, cases) in CASES {
        assert!(all().any(|entry| entry.meta.id == *rule), "{rule} is not a rule");
        let _ = writeln!(out, "=== {rule}");
        for lines in *cases {
            let told = told(rule, *form, &form.file(lines), None);
            let _ = writeln!(out, "{lines:?}{}", if told.is_empty() { ": -" } else { "" });
            for told in told {
                out += &format!("    {told}\n");
            }
        }
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("what_rules_say_at_their_edges", out);
    });
}

/// A file as it was and as it is: what the rules say that compare with a revision.
#[test]
fn what_changed_since_a_revision() {
    let rule = |lines: &str| Form::Scheduled.file(lines);
    let (one, hunting) = (rule("version: 1.0.0"), HUNTING.to_owned());
    let nothing = "a: 1\n".to_owned();
    let mut out = String::new();
    for (what, old, new) in [
        ("a hunting query becomes a rule", &hunting, &one),
        ("a rule becomes a hunting query", &one, &hunting),
        ("a rule becomes another kind", &one, &rule("version: 1.0.0\nkind: NRT")),
        ("what is of no kind becomes a rule", &nothing, &one),
        ("a rule becomes of no kind", &one, &nothing),
        ("nothing", &one, &one),
        ("the query", &one, &rule("version: 1.0.0\nquery: U")),
        ("the version", &one, &rule("version: 1.0.1")),
        ("the version goes back", &one, &rule("version: 0.9.0")),
        ("the version is removed", &one, &rule("")),
        ("the query, without a version", &rule(""), &rule("query: U")),
        ("nothing, without a version", &rule(""), &rule("")),
        ("a version comes", &rule(""), &one),
        ("the query, with a short version", &rule("version: 1.0"), &rule("version: 1.0\nquery: U")),
        ("a version that is none", &rule("version: x"), &rule("version: y\nquery: U")),
        ("the query of a hunting query", &hunting, &Form::Hunting.file("query: U")),
        ("only how it is written", &one, &rule("version: 1.0.0\nname: 'N'")),
    ] {
        let _ = writeln!(out, "=== {what}");
        for rule in ["kind-changed", "version-not-bumped"] {
            let told = told(rule, Form::Scheduled, new, Some(old));
            for told in told {
                out += &format!("{rule}: {told}\n");
            }
        }
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("what_changed_since_a_revision", out);
    });
}

/// Durations in the forms of templates, of ARM, and in none.
const DURATIONS: &[&str] = &[
    "queryFrequency: 5",
    "queryFrequency: 90s",
    "queryFrequency: 1:00:00",
    "queryFrequency: PT1H",
    "queryFrequency: P1H",
    "queryFrequency: 1 hour",
    "queryFrequency: ''",
    "queryFrequency: soon",
    "queryPeriod: 14",
    "queryPeriod: 15",
    "queryPeriod: 99",
    "suppressionDuration: 5h",
    "suppressionDuration: P5H",
    "suppressionDuration: 5",
    "suppressionDuration: 1 hour",
    "queryPeriod: 1.00:00:00",
    "queryPeriod: PT90S",
    "queryPeriod: 1H",
];

/// Each rule with a form and the lines of its cases.
const CASES: &[(&str, Form, &[&str])] = &[
    (
        "branding",
        Form::Hunting,
        &[
            "description: MySentinel finds it",
            "description: Azure Sentinel finds it",
            "description: Microsoft Azure Sentinel finds it",
            "description: Sentinel",
            "description: Finds what Sentinel's rules miss",
            "description: Sentinel-based rules",
            "description: Microsoft Sentinel finds it",
            "description: Finds it in Azure   Sentinel",
            "description: The Sentinel and Azure Sentinel",
            "description: |\n  Finds it in Azure\n  Sentinel\n  and Sentinel",
        ],
    ),
    (
        "invalid-version",
        Form::Scheduled,
        &[
            "version: 1.0",
            "version: v1.0.0",
            "version: 1",
            "version: 1.0.0.0",
            "version: 1234567.1234",
            "version: 1234567.12345",
            "version: 123456789012",
            "version: 1234567890123",
            "version: 1.a.0",
            "version: ''",
            "version: ' 1.0.0'",
            "version: V1.2",
            "version: 1.0.",
            "version: 1000000.1000000.1000",
            "version: 1000000.1000000.1000000",
            "version: 1.0.0-beta",
        ],
    ),
    (
        "unpaired-quote",
        Form::Hunting,
        &[
            "description: |\n  'Finds the users' tools'",
            "description: |\n  'Finds tools",
            "description: |\n  Finds tools'",
            "description: |\n  '",
            "description: |\n  ''",
            "description: |\n  \"Evil\" was run\"",
            "description: |\n  'Evil' was run by 'App",
            "description: |\n  'Evil' and the users' tools'",
            "description: |\n  the users' tools",
            "description: |\n  'Finds the user's tools'",
        ],
    ),
    (
        "quoted-description",
        Form::Hunting,
        &[
            "description: |\n  'Finds the users' tools'",
            "description: |\n  'Finds tools",
            "description: |\n  Finds tools'",
            "description: |\n  '",
            "description: |\n  ''",
            "description: |\n  \"Evil\" was run\"",
            "description: |\n  'Evil' was run by 'App",
            "description: |\n  'Evil' and the users' tools'",
            "description: |\n  the users' tools",
            "description: |\n  'Finds the user's tools'",
        ],
    ),
    (
        "unknown-suppression",
        Form::Hunting,
        &[
            "# sentlint ignore[branding] x",
            "# sentlint: ignore[] x",
            "# sentlint: ignore[brandin] x",
            "# sentlint: ignore[nothing-like-it] x",
            "# sentlint: ignore[metadata] x",
            "# sentlint: ignore[branding, querry] x",
            "# sentlint: ignore branding",
        ],
    ),
    (
        "revoked-technique",
        Form::Scheduled,
        &[
            "relevantTechniques: [T1431]",
            "relevantTechniques: [T1100]",
            "relevantTechniques: [T1562]",
            "relevantTechniques: [T1562, T1685]",
            "relevantTechniques: [T1485]",
        ],
    ),
    (
        "unknown-technique",
        Form::Scheduled,
        &[
            "relevantTechniques: ['']",
            "relevantTechniques: [t1219]",
            "relevantTechniques: [ 'T1219 ']",
            "relevantTechniques: ['T 1219']",
            "relevantTechniques: [Web Shell]",
            "relevantTechniques: [InitialAccess]",
            "relevantTechniques: [T1219/002]",
            "relevantTechniques: [T1548.999]",
            "relevantTechniques: [T1219.999]",
            "relevantTechniques: [T1205.999]",
            "relevantTechniques: [T99999]",
            "relevantTechniques: [T1059.01]",
            "relevantTechniques: [TA0001]",
            "relevantTechniques: [AML.T0001]",
            "relevantTechniques: [xyz]",
            "relevantTechniques: [T1683.001]",
        ],
    ),
    (
        "unknown-tactic",
        Form::Scheduled,
        &[
            "tactics: [Stealth]",
            "tactics: ['Initial access']",
            "tactics: [impact]",
            "tactics: [T1219]",
            "tactics: [Impactt]",
            "tactics: [xyz]",
            "tactics: ['']",
            "tactics: [Defense Evasion]",
            "tactics: [privilegeescalation]",
            "tactics: [Command & Control]",
            "tactics: [C2]",
        ],
    ),
    (
        "technique-tactic-mismatch",
        Form::Scheduled,
        &[
            "tactics: []\nrelevantTechniques: [T1219]",
            "tactics: [Impact]\nrelevantTechniques: [T1219]",
            "tactics: [Impact, Execution]\nrelevantTechniques: [T1219, T1485, T1059.001]",
            "relevantTechniques: [T1562]\ntactics: [Impact]",
        ],
    ),
    (
        "prefer-sub-technique",
        Form::Scheduled,
        &[
            "tactics: [Execution]\nrelevantTechniques: [T1059]",
            "tactics: [Execution]\nrelevantTechniques: [T1059, T1059.001]",
        ],
    ),
    (
        "unknown-connector",
        Form::Scheduled,
        &[
            "requiredDataConnectors: [{connectorId: MicrosoftThreatProtectio, dataTypes: [DeviceEvents]}]",
            "requiredDataConnectors: [{connectorId: AzureActive, dataTypes: [Nope]}]",
            "requiredDataConnectors: [{connectorId: Office365, dataTypes: [SecurityEvent]}]",
            "requiredDataConnectors: [{connectorId: xyzxyz, dataTypes: [Nope]}]",
            "requiredDataConnectors: [{connectorId: Syslogg, dataTypes: [Syslog]}]",
            "requiredDataConnectors: [{connectorId: '', dataTypes: [Syslog]}]",
            "requiredDataConnectors: [{connectorId: Windows, dataTypes: [Nope]}]",
            "requiredDataConnectors: [{connectorId: Cisco, dataTypes: [Nope]}]",
            "requiredDataConnectors: [{connectorId: abc, dataTypes: [SigninLogs]}]",
        ],
    ),
    (
        "undeclared-table",
        Form::Scheduled,
        &[
            "requiredDataConnectors: [{connectorId: SecurityEvents, dataTypes: [SecurityEvent]}]\nquery: Syslog | union SigninLogs",
            "requiredDataConnectors: [{connectorId: SecurityEvents, dataTypes: [SecurityEvent]}]\nquery: _Im_Dns() | union _Im_NetworkSession()",
            "requiredDataConnectors: [{connectorId: SecurityEvents, dataTypes: [SecurityEvent]}]\nquery: SecurityEvent",
            "requiredDataConnectors: [{connectorId: SecurityEvents, dataTypes: [SecurityEvent]}]\nquery: Nope_CL",
        ],
    ),
    (
        "missing-data-types",
        Form::Scheduled,
        &[
            "requiredDataConnectors: [{connectorId: SecurityEvents}]\nquery: SecurityEvent",
            "requiredDataConnectors: [{connectorId: SecurityEvents, dataTypes: []}, {dataTypes: [Syslog]}]\nquery: SecurityEvent",
            "requiredDataConnectors: [{connectorId: ''}]",
        ],
    ),
    (
        "unused-data-type",
        Form::Scheduled,
        &[
            "requiredDataConnectors: [{connectorId: SecurityEvents, dataTypes: [SecurityEvent, Syslog]}]\nquery: SecurityEvent",
            "requiredDataConnectors: [{connectorId: Syslog, dataTypes: [Syslog]}]\nquery: SecurityEvent",
        ],
    ),
    (
        "wrong-type",
        Form::Scheduled,
        &[
            "tactics: {}",
            "tactics: {a: b}",
            "tactics: Impact",
            "tactics: 5",
            "severity: [Low]",
            "query: [T]",
            "description: 5",
            "description: {a: b}",
            "triggerThreshold: '5'",
            "suppressionEnabled: 'yes'",
            "suppressionEnabled: 1",
            "eventGroupingSettings: x",
            "eventGroupingSettings: {aggregationKind: [x]}",
            "customDetails: [a]",
            "entityMappings: {entityType: Host}",
            "tags: x",
            "incidentConfiguration: {createIncident: maybe}",
            "incidentConfiguration: {createIncident: true, groupingConfiguration: {groupByEntities: Host}}",
            "alertDetailsOverride: []",
            "requiredDataConnectors: {connectorId: X}",
            "queryFrequency: [1h]",
            "status: [Available]",
            "name: [n]",
            "id: {a: b}",
            "version: 1.0",
            "relevantTechniques: T1219",
        ],
    ),
    (
        "scalar-for-list",
        Form::Scheduled,
        &[
            "tactics: {}",
            "tactics: {a: b}",
            "tactics: Impact",
            "tactics: 5",
            "tags: x",
            "incidentConfiguration: {createIncident: maybe}",
            "incidentConfiguration: {createIncident: true, groupingConfiguration: {groupByEntities: Host}}",
            "relevantTechniques: T1219",
        ],
    ),
    (
        "invalid-trigger-threshold",
        Form::Scheduled,
        &[
            "triggerThreshold: -1",
            "triggerThreshold: 0",
            "triggerThreshold: 10000",
            "triggerThreshold: 10001",
            "triggerThreshold: '5'",
            "triggerThreshold: 1.5",
            "triggerThreshold: x",
        ],
    ),
    ("wrong-type", Form::Detections, &["- a: 1\n", "text\n", "# nothing\n"]),
    ("invalid-duration", Form::Scheduled, DURATIONS),
    ("invalid-duration", Form::Gate, DURATIONS),
    (
        "duration-out-of-range",
        Form::Scheduled,
        &[
            "queryFrequency: 5m\nqueryPeriod: 14d",
            "queryFrequency: 4m\nqueryPeriod: 14d",
            "queryFrequency: 5m\nqueryPeriod: 5m",
            "queryFrequency: 5m\nqueryPeriod: 4m",
            "queryFrequency: 1h\nqueryPeriod: 2d",
            "queryFrequency: 59m\nqueryPeriod: 2d",
            "queryFrequency: 14d\nqueryPeriod: 14d",
            "queryFrequency: 15d\nqueryPeriod: 15d",
            "queryFrequency: 1h\nqueryPeriod: 30m",
            "queryFrequency: 1h\nqueryPeriod: 14d",
            "queryFrequency: 1h\nqueryPeriod: 15d",
        ],
    ),
    (
        "long-period-short-frequency",
        Form::Scheduled,
        &[
            "queryFrequency: 5m\nqueryPeriod: 14d",
            "queryFrequency: 4m\nqueryPeriod: 14d",
            "queryFrequency: 5m\nqueryPeriod: 5m",
            "queryFrequency: 5m\nqueryPeriod: 4m",
            "queryFrequency: 1h\nqueryPeriod: 2d",
            "queryFrequency: 59m\nqueryPeriod: 2d",
            "queryFrequency: 14d\nqueryPeriod: 14d",
            "queryFrequency: 15d\nqueryPeriod: 15d",
            "queryFrequency: 1h\nqueryPeriod: 30m",
            "queryFrequency: 1h\nqueryPeriod: 14d",
            "queryFrequency: 1h\nqueryPeriod: 15d",
        ],
    ),
    (
        "period-shorter-than-frequency",
        Form::Scheduled,
        &[
            "queryFrequency: 5m\nqueryPeriod: 14d",
            "queryFrequency: 4m\nqueryPeriod: 14d",
            "queryFrequency: 5m\nqueryPeriod: 5m",
            "queryFrequency: 5m\nqueryPeriod: 4m",
            "queryFrequency: 1h\nqueryPeriod: 2d",
            "queryFrequency: 59m\nqueryPeriod: 2d",
            "queryFrequency: 14d\nqueryPeriod: 14d",
            "queryFrequency: 15d\nqueryPeriod: 15d",
            "queryFrequency: 1h\nqueryPeriod: 30m",
            "queryFrequency: 1h\nqueryPeriod: 14d",
            "queryFrequency: 1h\nqueryPeriod: 15d",
        ],
    ),
    (
        "suppression-out-of-range",
        Form::Scheduled,
        &[
            "suppressionEnabled: true\nsuppressionDuration: 4m",
            "suppressionEnabled: true\nsuppressionDuration: 5m",
            "suppressionEnabled: true\nsuppressionDuration: 24h",
            "suppressionEnabled: true\nsuppressionDuration: 25h",
            "suppressionEnabled: true\nsuppressionDuration: 0h",
        ],
    ),
    (
        "suppression-shorter-than-frequency",
        Form::Scheduled,
        &[
            "suppressionEnabled: true\nsuppressionDuration: 30m",
            "suppressionEnabled: true\nsuppressionDuration: 1h",
            "suppressionEnabled: false\nsuppressionDuration: 30m",
        ],
    ),
    (
        "detection-frequency",
        Form::Detection,
        &[
            "frequency: PT0S\nqueryText: DeviceEvents",
            "frequency: PT1H\nqueryText: DeviceEvents",
            "frequency: PT2H\nqueryText: DeviceEvents",
            "frequency: PT5M\nqueryText: DeviceEvents",
            "frequency: PT4M\nqueryText: DeviceEvents",
            "frequency: P14D\nqueryText: DeviceEvents",
            "frequency: P15D\nqueryText: DeviceEvents",
            "frequency: 1h\nqueryText: DeviceEvents",
            "frequency: soon\nqueryText: DeviceEvents",
            "frequency: PT0S\nqueryText: SigninLogs",
            "frequency: PT1H\nqueryText: SigninLogs",
            "frequency: PT2H\nqueryText: SigninLogs",
            "frequency: PT5M\nqueryText: SigninLogs",
            "frequency: PT4M\nqueryText: SigninLogs",
            "frequency: P14D\nqueryText: SigninLogs",
            "frequency: P15D\nqueryText: SigninLogs",
            "frequency: 1h\nqueryText: SigninLogs",
            "frequency: soon\nqueryText: SigninLogs",
            "frequency: PT5M\nqueryText: SigninLogs | union DeviceEvents",
        ],
    ),
    (
        "detection-dynamic-columns",
        Form::Detection,
        &[
            "title: '{{DeviceIdd}}'",
            "title: '{{Nope}} {{DeviceId}}'",
            "title: '{{DeviceId}} {{Timestamp}} {{ReportId}} {{Nope}}'",
        ],
    ),
    (
        "detection-threshold-window",
        Form::Detection,
        &[
            "queryText: DeviceEvents | where Timestamp > ago(1h) | summarize n = count(), Timestamp = max(Timestamp) by DeviceId, ReportId | where n > 5",
        ],
    ),
    (
        "detection-destructive-action",
        Form::Detections,
        &[
            "id: example-relay\ndisplayName: D\nstatus: enabled\nqueryCondition:\n  queryText: DeviceEvents | project Timestamp, DeviceId, ReportId\nschedule:\n  frequency: PT1H\ndetectionAction:\n  alertTemplate:\n    title: T\n    description: D\n    severity: low\n  automatedActions:\n    isolateDevices:\n      - deviceIdColumn: DeviceId\n        isolationType: full\n",
            "id: example-relay\ndisplayName: D\nstatus: disabled\nqueryCondition:\n  queryText: DeviceEvents | project Timestamp, DeviceId, ReportId\nschedule:\n  frequency: PT1H\ndetectionAction:\n  alertTemplate:\n    title: T\n    description: D\n    severity: low\n  automatedActions:\n    isolateDevices:\n      - deviceIdColumn: DeviceId\n        isolationType: full\n",
            "id: example-relay\ndisplayName: D\nstatus: enabled\nqueryCondition:\n  queryText: DeviceEvents | project Timestamp, DeviceId, ReportId\nschedule:\n  frequency: PT1H\ndetectionAction:\n  alertTemplate:\n    title: T\n    description: D\n    severity: low\n  automatedActions:\n    isolateDevices: []\n",
            "id: example-relay\ndisplayName: D\nstatus: enabled\nqueryCondition:\n  queryText: DeviceEvents | project Timestamp, DeviceId, ReportId\nschedule:\n  frequency: PT1H\ndetectionAction:\n  alertTemplate:\n    title: T\n    description: D\n    severity: low\n  automatedActions:\n    runAntivirusScans:\n      - deviceIdColumn: DeviceId\n",
            "id: example-relay\ndisplayName: D\nstatus: enabled\nqueryCondition:\n  queryText: DeviceEvents | project Timestamp, DeviceId, ReportId\nschedule:\n  frequency: PT1H\ndetectionAction:\n  alertTemplate:\n    title: T\n    description: D\n    severity: low\n  automatedActions:\n    runAntivirusScans:\n      - deviceIdColumn: DeviceId\n    disableUsers:\n      - accountSidColumn: Sid\n",
            "id: example-relay\ndisplayName: D\nstatus: enabled\nqueryCondition:\n  queryText: DeviceEvents | project Timestamp, DeviceId, ReportId\nschedule:\n  frequency: PT1H\ndetectionAction:\n  alertTemplate:\n    title: T\n    description: D\n    severity: low\n  automatedActions:\n    nothingKnown:\n      - deviceIdColumn: DeviceId\n",
        ],
    ),
    (
        "detection-window",
        Form::Detection,
        &[
            "queryText: DeviceEvents | where Timestamp > ago(30d) | project Timestamp, DeviceId, ReportId",
            "queryText: DeviceEvents | where Timestamp > ago(4h) | project Timestamp, DeviceId, ReportId",
            "queryText: DeviceEvents | where ingestion_time() > ago(30d) | project Timestamp, DeviceId, ReportId",
            "queryText: DeviceEvents | where Timestamp < ago(30d) | project Timestamp, DeviceId, ReportId",
            "queryText: DeviceEvents | where Timestamp between (ago(30d) .. ago(20d)) | project Timestamp, DeviceId, ReportId",
            "frequency: PT0S\nqueryText: DeviceEvents | where Timestamp > ago(30d) | project Timestamp, DeviceId, ReportId",
        ],
    ),
    (
        "never-true",
        Form::Query,
        &[
            "SecurityEvent | where EventData.a == 'x' and EventData.b == 'y'",
            "SecurityEvent | where EventData.a == 'x' and EventData.a == 'y'",
            "SecurityEvent | extend d = parse_json(EventData) | where d['a'] == 'x' and d['b'] == 'y'",
            "SecurityEvent | extend d = parse_json(EventData) | where d['a'] == 'x' and d['a'] == 'y'",
            "SecurityEvent | extend d = parse_json(EventData) | where d[0] == 1 and d[1] == 2",
            "SecurityEvent | extend d = parse_json(EventData) | where d[0].x == 1 and d[0].x == 2",
            "SecurityEvent | extend d = parse_json(EventData) | where d[0].x == 1 and d[1].x == 2",
            "SecurityEvent | where strlen(Account) == 1 and strlen(Account) == 2",
            "SecurityEvent | where strlen(Account) == 1 and strlen(Computer) == 2",
            "SecurityEvent | where substring(Account, 0, 1) == 'a' and substring(Account, 1, 1) == 'b'",
            "SecurityEvent | where substring(Account, 0, 1) == 'a' and substring(Account, 0, 1) == 'b'",
            "SecurityEvent | where rand(5) == 1 and rand(5) == 2",
            "SecurityEvent | where not(isempty(Account)) and isempty(Account)",
            "SecurityEvent | where not(isnotempty(Account)) and isnotempty(Account)",
            "SecurityEvent | where not(isempty(Account)) and isnotempty(Account)",
            "SecurityEvent | where not(Account == 'x') and Account == 'x'",
            "SecurityEvent | where not(Account == 'x') and Account != 'x'",
            "SecurityEvent | where not(EventID > 4) and EventID > 4",
            "SecurityEvent | where not(EventID >= 4) and EventID == 4",
            "SecurityEvent | where not(EventID < 4) and EventID == 3",
            "SecurityEvent | where not(EventID <= 4) and EventID == 4",
            "SecurityEvent | where not(EventID > 4) and EventID == 4",
            "SecurityEvent | where not(Account has 'x') and Account == 'x'",
            "SecurityEvent | where not(Account !in ('a', 'b')) and Account == 'c'",
            "SecurityEvent | where not(Account in ('a', 'b')) and Account == 'a'",
            "SecurityEvent | where not(Account startswith 'x') and Account == 'xy'",
            "SecurityEvent | where Account == 'ABC' | extend Account = tolower(Account)",
            "SecurityEvent | extend Account = tolower(Account) | where Account == 'ABC'",
            "SecurityEvent | extend a = toupper(Account) | where a in ('abc', 'ABC', 'x', 'y')",
            "SecurityEvent | extend a = tolower(Account) | where a in ('Abc', 'y')",
            "SecurityEvent | extend a = tolower(Account) | project a = Computer | where a == 'ABC'",
            "SecurityEvent | where tolower(Account) != 'ABC'",
            "SecurityEvent | where tolower(Account) has 'ABC' or toupper(Account) contains 'abc'",
            "SecurityEvent | where tolower(Account) =~ 'ABC'",
            "SecurityEvent | extend a = tolower(Account), b = 1 | where a startswith_cs 'AB'",
            "SecurityEvent | where tolower(Account) == '1'",
            "CommonSecurityLog | where SourceIP == ' 300.1.1.1'",
            "CommonSecurityLog | where SourceIP == '300.1.1.1'",
            "CommonSecurityLog | where SourceIP != '300.1.1.1' and DestinationIP in ('1.1.1.1', '1.1.1.256')",
            "CommonSecurityLog | where SourceIP has '1.2.3'",
            "CommonSecurityLog | where ipv4_is_private('fe80::1') or ipv4_is_in_range(SourceIP, '10.0.0.0/33') or ipv4_is_in_range(SourceIP, '10.0.0.0/32')",
            "CommonSecurityLog | where ipv6_is_in_range(SourceIP, 'fe80::/129') or ipv6_is_in_range(SourceIP, 'fe80::/128') or ipv6_is_match(SourceIP, '10.0.0.0/129')",
            "let bad = '1.2.3.400'; CommonSecurityLog | where SourceIP == bad",
            "let bad = dynamic(['1.2.3.4', '1.2.3.400']); CommonSecurityLog | where SourceIP in (bad)",
            "CommonSecurityLog | where parse_ipv4('1.2.3.400') == 1 or has_ipv4(Message, '1.2.3.400')",
            "SecurityEvent | extend n = strlen(Account) | where n < 0",
            "SecurityEvent | extend n = strlen(Account) | where n < 1",
            "SecurityEvent | summarize n = count() by Account | where n < 1",
            "SecurityEvent | summarize n = count() by Account | where n < 0",
            "SecurityEvent | extend h = hourofday(TimeGenerated) | where h > 23",
            "SecurityEvent | extend h = hourofday(TimeGenerated) | where h >= 23",
            "SecurityEvent | extend m = monthofyear(TimeGenerated) | where m == 0 or m == 12 or m == 13",
            "SecurityEvent | extend m = monthofyear(TimeGenerated) | where m == 13",
            "SecurityEvent | where EventID in (1, 2) and EventID in (2, 3) and EventID in (3, 4)",
            "SecurityEvent | where EventID == 1 or EventID == 2 | where EventID == 3 or EventID == 4",
            "SecurityEvent | where EventID == 1 or EventID == 2 | where EventID == 2 or EventID == 4",
            "SecurityEvent | where EventID != 1 and EventID in (1)",
            "SecurityEvent | where Account startswith 'ab' and Account == 'AB'",
            "SecurityEvent | where Account startswith_cs 'ab' and Account == 'AB'",
            "SecurityEvent | where Account endswith 'x' and Account in ('ax', 'bx', 'cy')",
            "SecurityEvent | where EventID > 5 | where EventID between (1 .. 5)",
            "SecurityEvent | where EventID between (5 .. 1)",
            "SecurityEvent | where EventID !between (1 .. 5) and EventID == 3",
            "SecurityEvent | where 5 < EventID and 3 > EventID",
        ],
    ),
    (
        "unwindowed-join",
        Form::Query,
        &[
            "let a = SecurityEvent; SecurityEvent | where TimeGenerated > ago(1d) | join kind=inner a on Account",
            "let a1 = SecurityEvent; let a2 = a1; let a3 = a2; let a4 = a3; let a5 = a4; let a6 = a5; let a7 = a6; SecurityEvent | where TimeGenerated > ago(1d) | join kind=inner a7 on Account",
            "let a1 = SecurityEvent; let a2 = a1; let a3 = a2; let a4 = a3; let a5 = a4; let a6 = a5; let a7 = a6; let a8 = a7; SecurityEvent | where TimeGenerated > ago(1d) | join kind=inner a8 on Account",
            "let a1 = SecurityEvent; let a2 = a1; let a3 = a2; let a4 = a3; let a5 = a4; let a6 = a5; let a7 = a6; let a8 = a7; let a9 = a8; SecurityEvent | where TimeGenerated > ago(1d) | join kind=inner a9 on Account",
            "let a1 = SecurityEvent | take 1; let a2 = a1 | take 1; let a3 = a2 | take 1; let a4 = a3 | take 1; SecurityEvent | where TimeGenerated > ago(1d) | join kind=inner a4 on Account",
            "let a1 = SecurityEvent | take 1; let a2 = a1 | take 1; let a3 = a2 | take 1; let a4 = a3 | take 1; let a5 = a4 | take 1; SecurityEvent | where TimeGenerated > ago(1d) | join kind=inner a5 on Account",
            "let a = materialize(SecurityEvent | where TimeGenerated > ago(1d)); a | join kind=inner (SecurityEvent) on Account",
            "SecurityEvent | where TimeGenerated > ago(1d) | join kind=inner (SecurityEvent | where TimeGenerated > ago(2d)) on Account",
            "SecurityEvent | where TimeGenerated > ago(1d) | join kind=inner (DeviceInfo) on $left.Computer == $right.DeviceName",
            "SecurityEvent | join kind=inner (SecurityEvent) on Account | where TimeGenerated > ago(1d)",
            "let f = () { SecurityEvent }; SecurityEvent | where TimeGenerated > ago(1d) | join kind=inner (f()) on Account",
            "SecurityEvent | where TimeGenerated > ago(1d) | join kind=leftanti (materialize(SecurityEvent | take 5)) on Account",
            "SecurityEvent | where TimeGenerated > ago(1d) | join kind=inner (MyWatchlist) on Account",
        ],
    ),
    (
        "invalid-regex",
        Form::Query,
        &[
            "SecurityEvent | where Account matches regex @\"(\"",
            "SecurityEvent | where Account matches regex @\"(?\"",
            "SecurityEvent | where Account matches regex @\"(?P<\"",
            "SecurityEvent | where Account matches regex @\"(?P<a\"",
            "SecurityEvent | where Account matches regex @\"(?P<a>\"",
            "SecurityEvent | where Account matches regex @\"(?P<1>x)\"",
            "SecurityEvent | where Account matches regex @\"[a\"",
            "SecurityEvent | where Account matches regex @\"[z-a]\"",
            "SecurityEvent | where Account matches regex @\"a{\"",
            "SecurityEvent | where Account matches regex @\"a{1\"",
            "SecurityEvent | where Account matches regex @\"a{1,\"",
            "SecurityEvent | where Account matches regex @\"a{,2}\"",
            "SecurityEvent | where Account matches regex @\"a{x}\"",
            "SecurityEvent | where Account matches regex @\"a{2,1}\"",
            "SecurityEvent | where Account matches regex @\"a{1001}\"",
            "SecurityEvent | where Account matches regex @\"*a\"",
            "SecurityEvent | where Account matches regex @\"a**\"",
            "SecurityEvent | where Account matches regex @\"a|*\"",
            "SecurityEvent | where Account matches regex @\"\\\"",
            "SecurityEvent | where Account matches regex @\"\\q\"",
            "SecurityEvent | where Account matches regex @\"\\p{X}\"",
            "SecurityEvent | where Account matches regex @\"\\pX\"",
            "SecurityEvent | where Account matches regex @\"(?z)\"",
            "SecurityEvent | where Account matches regex @\"(?i\"",
            "SecurityEvent | where Account matches regex @\"(?i-\"",
            "SecurityEvent | where Account matches regex @\"(?--i)\"",
            "SecurityEvent | where Account matches regex @\"(?ii)\"",
            "SecurityEvent | where Account matches regex @\"(?=a)\"",
            "SecurityEvent | where Account matches regex @\"(?<=a)\"",
            "SecurityEvent | where Account matches regex @\"(?>a)\"",
            "SecurityEvent | where Account matches regex @\"\\1\"",
            "SecurityEvent | where Account matches regex @\"\\k<a>\"",
            "SecurityEvent | where Account matches regex @\"(?P<a>x)(?P<a>y)\"",
            "SecurityEvent | where Account matches regex @\"[[:nope:]]\"",
            "SecurityEvent | where Account matches regex @\"[\\d-z]\"",
            "SecurityEvent | where Account matches regex @\"a)\"",
            "SecurityEvent | where Account matches regex @\"[]\"",
            "SecurityEvent | where Account matches regex @\"\u{e9}(\"",
        ],
    ),
    (
        "regex-heavy",
        Form::Query,
        &[
            "SecurityEvent | where Account matches regex '.*a.*'",
            "SecurityEvent | where Account matches regex ''",
            "SecurityEvent | where Account matches regex 'abc'",
            "SecurityEvent | where Account matches regex '(?i)abc'",
            "SecurityEvent | where Account matches regex '^abc'",
            "SecurityEvent | where Account matches regex 'abc$'",
            "SecurityEvent | where Account matches regex 'a|b'",
            "SecurityEvent | where Account has 'x' and Account matches regex 'a[0-9]'",
            "SecurityEvent | where Account matches regex 'a[0-9]'",
        ],
    ),
    (
        "data-dependent-column",
        Form::Query,
        &[
            "SecurityEvent | extend d = parse_json(EventData) | evaluate bag_unpack(d) | where A == 1 and B == 'x' and C > ago(1d)",
            "SecurityEvent | extend d = parse_json(EventData) | evaluate bag_unpack(d) | where A == 1",
            "SecurityEvent | extend d = parse_json(EventData)\n| evaluate bag_unpack(d)\n| where A has 'x'\n| project A, ['b c']",
            "let T = SecurityEvent | extend d = parse_json(EventData) | evaluate bag_unpack(d);\nT | where A == 1 | join kind=inner (T | where A == 2 and B == 1) on Account",
            "SecurityEvent | join kind=inner (SecurityEvent | evaluate pivot(EventID) | where X > 1) on Account | evaluate pivot(EventID) | where X > 2 and Y > 1",
            "SecurityEvent | evaluate pivot(EventID) | where ['it\\'s'] > 1",
        ],
    ),
    (
        "kql-unknown-column",
        Form::Query,
        &[
            "SecurityEvent | where Nope == 1",
            "SecurityEvent | where Acount == 'x'",
            "SecurityEvent | where account == 'x'",
        ],
    ),
    ("leading-blank-lines", Form::Query, &["\nSecurityEvent", "\n\n  SecurityEvent"]),
    (
        "case-folded-comparison",
        Form::Query,
        &[
            "SecurityEvent | where tolower(Account) == 'x'",
            "SecurityEvent | where toupper(Account) == toupper('x')",
            "SecurityEvent | where tolower(Account) in ('x', 'y')",
            "SecurityEvent | where tolower(Account) != 'x'",
            "SecurityEvent | where 'x' == tolower(Account)",
            "SecurityEvent | where tolower(Account) has 'x'",
            "SecurityEvent | where tolower(Account) == tolower(Computer)",
            "SecurityEvent | where tolower(Account) == Computer",
        ],
    ),
    (
        "in-first-column",
        Form::Query,
        &[
            "SecurityEvent | where Account in (SecurityEvent | project Computer, Account)",
            "SecurityEvent | where Account in (SecurityEvent | project Account, Computer)",
            "SecurityEvent | where Account in (SecurityEvent | project Computer)",
            "SecurityEvent | where Account !in (SecurityEvent | project Computer, Account)",
        ],
    ),
    (
        "late-filter",
        Form::Query,
        &[
            "SecurityEvent | summarize count() by Account | where Account == 'x'",
            "SecurityEvent | extend a = tolower(Account) | where EventID == 1",
            "SecurityEvent | sort by TimeGenerated | where EventID == 1",
            "SecurityEvent | join kind=inner (SecurityEvent) on Account | where EventID == 1",
            "SecurityEvent | mv-expand x = parse_json(EventData) | where EventID == 1 | where x == 1",
        ],
    ),
    (
        "adjacent-strings",
        Form::Query,
        &[
            "SecurityEvent | where Account == 'a' 'b'",
            "SecurityEvent | where Account in ('a' 'b', 'c')",
            "SecurityEvent | where Account in ('a'\n'b')",
            "print strcat('a', 'b' 'c')",
        ],
    ),
    (
        "contains-instead-of-has",
        Form::Query,
        &[
            "SecurityEvent | where Account contains 'admin'",
            "SecurityEvent | where Account contains 'adm'",
            "SecurityEvent | where Account contains 'ad'",
            "SecurityEvent | where Account contains 'a b c'",
            "SecurityEvent | where Account !contains 'admin'",
            "SecurityEvent | where Account contains_cs 'admin'",
            "SecurityEvent | where Account contains ''",
        ],
    ),
    (
        "nondeterministic-take",
        Form::Query,
        &[
            "SecurityEvent | take 5",
            "SecurityEvent | sort by Account | take 5",
            "SecurityEvent | take 5 | join kind=inner (SecurityEvent) on Account",
            "let a = SecurityEvent | limit 5; a",
        ],
    ),
    (
        "unbounded-make-set",
        Form::Query,
        &[
            "SecurityEvent | summarize make_set(Account)",
            "SecurityEvent | summarize make_set(Account, 100), make_list(Account), make_set_if(Account, true), make_bag(parse_json(EventData)) by Computer",
        ],
    ),
    (
        "unbounded-sort",
        Form::Query,
        &[
            "SecurityEvent | sort by Account",
            "SecurityEvent | sort by Account | take 5",
            "SecurityEvent | summarize count() by Account | sort by count_",
        ],
    ),
    (
        "unbounded-mv-expand",
        Form::Query,
        &[
            "SecurityEvent | mv-expand parse_json(EventData)",
            "SecurityEvent | mv-expand parse_json(EventData) limit 5",
            "SecurityEvent | mv-apply x = parse_json(EventData) on (take 1)",
        ],
    ),
    (
        "query-placeholder",
        Form::Query,
        &[
            "SecurityEvent | where Account == '<account>' or Account == '{{account}}' or Account == '{account}' or Account == 'TODO' or Account == '%%account%%'",
            "SecurityEvent | where Account == 'a<b>c' and EventData has '</x>' and EventData has '<x>'",
        ],
    ),
    (
        "invalid-literal",
        Form::Query,
        &[
            "SecurityEvent | where TimeGenerated > todatetime('2024-13-01') and EventID == toint('x') and EventID == tolong('5') and EventID == tolong('5.5')",
            "print todouble('x'), tobool('maybe'), totimespan('1x'), toguid('x'), todecimal('x'), totimespan('24:00'), todatetime(''), toint(' 5 ')",
            "print int(x), long('5'), bool(2), guid(5), datetime(2024-02-30), time(1x)",
        ],
    ),
    (
        "hidden-direction-mark",
        Form::Query,
        &[
            "SecurityEvent | where Account == 'a\u{202a}b'",
            "SecurityEvent | where Account == 'a\u{202b}b'",
            "SecurityEvent | where Account == 'a\u{202c}b'",
            "SecurityEvent | where Account == 'a\u{202d}b'",
            "SecurityEvent | where Account == 'a\u{202e}b'",
            "SecurityEvent | where Account == 'a\u{2066}b'",
            "SecurityEvent | where Account == 'a\u{2067}b'",
            "SecurityEvent | where Account == 'a\u{2068}b'",
            "SecurityEvent | where Account == 'a\u{2069}b'",
        ],
    ),
    (
        "misleading-character",
        Form::Query,
        &[
            "SecurityEvent | where Acc\u{43e}unt == 'x'",
            "SecurityEvent | where Account == 'p\u{430}ypal'",
            "SecurityEvent | where Account == 'a\u{200b}b'",
            "SecurityEvent | where Account == '\u{1d5d4}bc'",
        ],
    ),
    (
        "description-style",
        Form::Hunting,
        &[
            "description: This query finds it.",
            "description: This analytic finds it",
            "description: This detection finds it",
            "description: This will find it",
            "description: this query identifies it",
            "description: Identifies it",
            "description: This hunting query looks for it",
            "description: Detects when",
            "description: 'Identifies it'",
            "description: A rule",
        ],
    ),
    (
        "name-style",
        Form::Hunting,
        &["name: a name", "name: A Name Of Things", "name: A name.", "name: 'A  name'"],
    ),
    (
        "locale-link",
        Form::Hunting,
        &[
            "# see https://learn.microsoft.com/en-us/kusto",
            "# see https://docs.microsoft.com/de-de/x",
            "# see https://learn.microsoft.com/kusto",
            "# see http://learn.microsoft.com/en-us",
            "# see en-us",
        ],
    ),
    (
        "locale-link",
        Form::Gate,
        &[
            "# see https://learn.microsoft.com/en-us/kusto",
            "# see https://docs.microsoft.com/de-de/x",
            "# see https://learn.microsoft.com/kusto",
            "# see http://learn.microsoft.com/en-us",
            "# see en-us",
        ],
    ),
];
