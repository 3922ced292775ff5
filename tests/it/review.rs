//! `sentlint coverage` and `sentlint diff` in real repositories.

use std::path::Path;

use crate::checked::pin;
use crate::common::{commit, folder, git, run, write};
use serde_json::Value;

const RULE: &str = "\
id: 4b8d3a52-8f0e-4f07-9d6c-5a3f0b7f1c01
name: Tunnel of an editor
description: Identifies tunnels that an editor opens.
severity: Medium
status: Available
requiredDataConnectors:
  - connectorId: MicrosoftThreatProtection
    dataTypes:
      - DeviceProcessEvents
queryFrequency: 1h
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
tactics:
  - CommandAndControl
relevantTechniques:
  - T1219.001
  - T1572
query: |
  let tools = dynamic([\"code.exe\", \"cursor.exe\"]);
  DeviceProcessEvents
  | where FileName in~ (tools) and ProcessCommandLine has \"tunnel\"
  | project TimeGenerated, DeviceName, FileName
entityMappings:
  - entityType: Host
    fieldMappings:
      - identifier: FullName
        columnName: DeviceName
version: 1.0.0
kind: Scheduled
";

const QUERY: &str = "\
id: 1c7f4d0e-2a6b-4f43-8b1d-6b8c1f0a2d02
name: Backup removed
description: Identifies the removal of shadow copies.
requiredDataConnectors:
  - connectorId: SecurityEvents
    dataTypes:
      - SecurityEvent
tactics:
  - Impact
  - DefenseEvasion
relevantTechniques:
  - T1490
  - T9999
query: |
  SecurityEvent
  | where TimeGenerated > ago(1d)
  | where CommandLine has \"shadowcopy\"
  | project TimeGenerated, Computer, CommandLine
version: 1.0.0
";

const PARSER: &str = "\
Parser:
  Title: Editors
ParserName: Editors
ParserQuery: |
  DeviceProcessEvents
  | where FileName has \"code\"
";

fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = folder(files);
    commit(dir.path());
    dir
}

fn json(dir: &Path, args: &[&str]) -> Value {
    let ran = run(dir, args, "");
    assert!(ran.code < 2, "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

/// `aspect: old -> new` of every change of the first file.
fn changes(dir: &Path) -> Vec<String> {
    let report = json(dir, &["diff", "--isolated", "--output-format", "json", "HEAD"]);
    let text = |value: &Value| value.as_str().unwrap_or("nothing").to_owned();
    let Some(change) = report["changes"].get(0) else { return Vec::new() };
    let each = change["what"].as_array().unwrap().iter();
    each.map(|what| format!("{}: {} -> {}", text(&what["aspect"]), text(&what["old"]), text(&what["new"])))
        .collect()
}

fn edited(text: &str, edits: &[(&str, &str)]) -> Vec<String> {
    let dir = repository(&[("a.yaml", text)]);
    let mut changed = text.to_owned();
    for (old, new) in edits {
        assert!(changed.contains(old), "{old}");
        changed = changed.replace(old, new);
    }
    write(dir.path(), "a.yaml", changed.as_bytes());
    changes(dir.path())
}

#[test]
fn what_is_written_otherwise_is_no_change() {
    for edits in [
        vec![("tools", "editors")],
        vec![("severity: Medium", "severity: 'Medium' # as agreed")],
        vec![
            ("queryPeriod: 1h", "queryPeriod: 60m"),
            ("triggerOperator: gt", "triggerOperator: GreaterThan"),
        ],
        vec![(
            "FileName in~ (tools) and ProcessCommandLine has \"tunnel\"",
            "ProcessCommandLine has 'tunnel'\n  | where (FileName in~ (tools))",
        )],
        vec![("[\"code.exe\", \"cursor.exe\"]", "['cursor.exe', 'code.exe']")],
        vec![("  - T1219.001\n  - T1572\n", "  - T1572\n  - T1219.001\n")],
    ] {
        let found = edited(RULE, &edits);
        // The order of a list that a let holds counts: a function may read its first item.
        let expected = usize::from(edits[0].0.starts_with('['));
        assert_eq!(found.len(), expected, "{edits:?}: {found:?}");
    }
}

#[test]
fn changes_are_told_by_their_aspect() {
    for (edits, expected) in [
        (("severity: Medium", "severity: Low"), "severity: Medium -> Low"),
        (
            ("has \"tunnel\"", "has \"tunnels\""),
            "condition: ProcessCommandLine has \"tunnel\" -> ProcessCommandLine has \"tunnels\"",
        ),
        (
            (" and ProcessCommandLine has \"tunnel\"", ""),
            "condition: ProcessCommandLine has \"tunnel\" -> nothing",
        ),
        (
            ("\"cursor.exe\"", "\"zed.exe\""),
            "condition: FileName in~ (tools), where tools = dynamic([\"code.exe\", \"cursor.exe\"]) -> \
             FileName in~ (tools), where tools = dynamic([\"code.exe\", \"zed.exe\"])",
        ),
        (
            ("columnName: DeviceName", "columnName: FileName"),
            "entity: Host.FullName: DeviceName -> Host.FullName: FileName",
        ),
        (
            ("triggerThreshold: 0", "triggerThreshold: 5"),
            "trigger: triggerThreshold: 0 -> triggerThreshold: 5",
        ),
        (("queryPeriod: 1h", "queryPeriod: 2h"), "schedule: queryPeriod: 1h -> queryPeriod: 2h"),
        (("status: Available", "status: Preview"), "status: Available -> Preview"),
        (
            ("editor opens", "editor makes"),
            "description: Identifies tunnels that an editor opens. -> Identifies tunnels that an editor makes.",
        ),
    ] {
        assert_eq!(edited(RULE, &[edits]), [expected]);
    }
    assert_eq!(
        edited(RULE, &[(", FileName\n", "\n")]),
        [
            "query: project TimeGenerated, DeviceName, FileName -> project TimeGenerated, DeviceName",
            "result-column: FileName: string -> nothing"
        ]
    );
    let found = edited(QUERY, &[("ago(1d)", "ago(2d)")]);
    assert!(found.contains(&"look-back: P1D -> P2D".to_owned()), "{found:?}");
}

#[test]
fn files_are_added_removed_and_moved() {
    let dir = repository(&[("a.yaml", RULE), ("sub/b.yaml", QUERY)]);
    git(dir.path(), &["mv", "a.yaml", "moved.yaml"]);
    std::fs::remove_file(dir.path().join("sub/b.yaml")).unwrap();
    write(
        dir.path(),
        "new.yaml",
        QUERY.replace("1c7f4d0e", "2c7f4d0e").replace("Backup", "Shadow copy").as_bytes(),
    );
    let report = json(dir.path(), &["diff", "--isolated", "--output-format", "json", "HEAD"]);
    let of = |change: &Value| {
        format!("{} {}", change["change"].as_str().unwrap(), change["path"].as_str().unwrap())
    };
    let found: Vec<String> = report["changes"].as_array().unwrap().iter().map(of).collect();
    assert_eq!(found, ["moved moved.yaml", "added new.yaml", "removed sub/b.yaml"]);
    assert_eq!(report["changes"][0]["old_path"], "a.yaml");
    // Only what was asked for is compared.
    let report = json(dir.path(), &["diff", "HEAD", "new.yaml", "--isolated", "--output-format", "json"]);
    assert_eq!(report["changes"].as_array().unwrap().len(), 1);
}

#[test]
fn a_changed_parser_is_told_of_what_calls_it() {
    let caller = QUERY.replace("SecurityEvent\n  | where TimeGenerated > ago(1d)\n  | where CommandLine has \"shadowcopy\"\n  | project TimeGenerated, Computer, CommandLine", "Editors\n  | where TimeGenerated > ago(1d)");
    let dir = repository(&[("Parsers/p.yaml", PARSER), ("q.yaml", &caller), ("r.yaml", RULE)]);
    write(dir.path(), "Parsers/p.yaml", PARSER.replace("has \"code\"", "has \"cursor\"").as_bytes());
    let report = json(dir.path(), &["diff", "--isolated", "--output-format", "json", "HEAD"]);
    let paths: Vec<&str> =
        report["changes"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["Parsers/p.yaml", "q.yaml"]);
    assert_eq!(report["changes"][1]["what"][0]["new"], "Editors, which changed in Parsers/p.yaml");
}

#[test]
fn coverage_findings_and_deployability_are_compared() {
    let dir = repository(&[("a.yaml", RULE), ("b.yaml", QUERY)]);
    write(
        dir.path(),
        "a.yaml",
        RULE.replace("  - T1572\n", "").replace("queryPeriod: 1h", "queryPeriod: 30d").as_bytes(),
    );
    let report = json(dir.path(), &["diff", "--isolated", "--output-format", "json", "HEAD"]);
    assert_eq!(report["coverage"]["lost"], serde_json::json!(["T1572"]));
    assert!(!report["findings"]["new"].as_array().unwrap().is_empty());
    let aspects: Vec<&str> = report["changes"][0]["what"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["aspect"].as_str().unwrap())
        .collect();
    assert!(aspects.contains(&"deployability"), "{aspects:?}");
    let code = |kinds: &str| run(dir.path(), &["diff", "--isolated", "HEAD", "--fail-on", kinds], "").code;
    assert_eq!(
        [
            code("coverage-lost"),
            code("not-deployable"),
            code("columns-lost"),
            code("id-changed,severity-lowered")
        ],
        [1, 1, 0, 0]
    );
}

#[test]
fn markdown_fits_a_comment_and_obeys_nobody() {
    let hostile =
        RULE.replace("Tunnel of an editor", "<script>alert(1)</script> [x](javascript:y) | `z` @someone");
    let files: Vec<(String, String)> = (0..300)
        .map(|at| (format!("r/{at:03}.yaml"), hostile.replace("4b8d3a52", &format!("4b8d{at:04}"))))
        .collect();
    let names: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
    let dir = repository(&names);
    for (name, text) in &files {
        write(dir.path(), name, text.replace("has \"tunnel\"", "contains \"<img src=x>|`\"").as_bytes());
    }
    let args = [
        "diff",
        "--isolated",
        "HEAD",
        "--output-format",
        "markdown",
        "--link-base",
        "https://example.org/blob/abc",
    ];
    let ran = run(dir.path(), &args, "");
    assert!(ran.code == 0 && ran.stdout.chars().count() < 60_000, "{}", ran.stdout.len());
    assert!(
        !ran.stdout.contains("<script")
            && !ran.stdout.contains("](javascript")
            && !ran.stdout.contains("<img")
            && !ran.stdout.contains("@someone")
    );
    assert!(
        ran.stdout.contains("more files are left out")
            && ran.stdout.contains("https://example.org/blob/abc/r/000.yaml#L22"),
        "{}",
        ran.stdout
    );
}

#[test]
fn the_documentation_shows_what_is_printed() {
    let dir = repository(&[("rules/tunnel.yaml", RULE)]);
    git(dir.path(), &["branch", "origin/main"]);
    let changed = RULE
        .replace("severity: Medium", "severity: Low")
        .replace("has \"tunnel\"", "has_any (\"tunnel\", \"serve\")");
    write(dir.path(), "rules/tunnel.yaml", changed.as_bytes());
    let page =
        std::fs::read_to_string(crate::common::root().join("docs/review.md")).unwrap().replace("\r\n", "\n");
    let (_, example) = page.split_once("$ sentlint diff origin/main\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    assert_eq!(run(dir.path(), &["diff", "--isolated", "origin/main"], "").stdout, example);
}

#[test]
fn tests_of_queries_are_compared_by_their_names() {
    let tests = "now: 2026-11-28T12:00:00Z\ntests:\n  - name: one\n    expect: none\n  - name: two\n    expect: any\n";
    let dir = repository(&[("q.test.yaml", tests)]);
    write(
        dir.path(),
        "q.test.yaml",
        tests.replace("name: one\n    expect: none", "expect: 'none'\n    name: one").as_bytes(),
    );
    assert_eq!(changes(dir.path()), [""; 0]);
    write(dir.path(), "q.test.yaml", tests.replace("expect: any", "expect: none").as_bytes());
    assert_eq!(changes(dir.path()), ["test: two -> two"]);
}

#[test]
fn mistakes_have_their_message() {
    let dir = repository(&[("a.yaml", RULE)]);
    for (args, expected) in [
        (vec!["diff", "nowhere"], "there is no revision `nowhere`"),
        (vec!["diff", "--isolated", "HEAD", "-"], "standard input"),
        (vec!["diff", "HEAD", "--link-base", "javascript:x"], "--link-base"),
        (vec!["coverage", "--targets", "none.txt"], "cannot read `none.txt`"),
        (vec!["coverage", "--base", "-x"], "not a valid revision"),
    ] {
        let ran = run(dir.path(), &args, "");
        assert!(ran.code == 2 && ran.stderr.contains(expected), "{args:?}: {ran:?}");
    }
    write(dir.path(), "t.txt", b"# wanted\nT1219 Remote Access Tools\n- t1490\nT12\nT0801\n");
    let ran = run(dir.path(), &["coverage", "--isolated", "--targets", "t.txt"], "");
    let expected = "t.txt:4: `T12` is not the id of a technique of ATT&CK 19.1, such as T1219 or T1059.001\n\
                    t.txt:5: `T0801` is not a technique of the enterprise matrix\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (2, expected));
}

#[test]
fn coverage_counts_what_content_states() {
    let dir = repository(&[
        ("a.yaml", RULE),
        ("b.yaml", QUERY),
        ("t.txt", "T1219\nT1490\nT1486\n"),
        ("p.yaml", PARSER),
    ]);
    let report = json(dir.path(), &["coverage", "--isolated", "--output-format", "json"]);
    let counted: Vec<String> = report["techniques"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["id"].as_str().unwrap(), one["content"]))
        .collect();
    // A sub-technique covers the technique above it.
    assert_eq!(counted, ["T1219 1", "T1219.001 1", "T1490 1", "T1572 1"]);
    assert_eq!(report["unknown"][0]["technique"], "T9999");
    let only =
        json(dir.path(), &["coverage", "--isolated", "--output-format", "json", "--kind", "hunting-query"]);
    assert_eq!(only["techniques"].as_array().unwrap().len(), 1);
    let ran = run(dir.path(), &["coverage", "--isolated", "--targets", "t.txt", "--fail-on-gaps"], "");
    assert!(ran.code == 1 && ran.stdout.contains("2 of 3 targets are covered.\n  missing  T1486"), "{ran:?}");
    write(dir.path(), "a.yaml", RULE.replace("  - T1572\n", "  - T1105\n").as_bytes());
    let ran = run(dir.path(), &["coverage", "--isolated", "--base", "HEAD"], "");
    assert!(ran.stdout.contains("Since HEAD: 1 technique gained, 1 lost."), "{}", ran.stdout);
    let layer = json(
        dir.path(),
        &["coverage", "--isolated", "--output-format", "navigator", "--attack-version", "16.1"],
    );
    assert_eq!(
        (layer["versions"]["attack"].as_str(), layer["domain"].as_str()),
        (Some("16"), Some("enterprise-attack"))
    );
}

#[test]
fn a_long_name_is_cut_in_reports_for_people() {
    let dir = repository(&[("a.yaml", RULE)]);
    let long = "n".repeat(10_000);
    write(
        dir.path(),
        "a.yaml",
        RULE.replace("name: Tunnel of an editor", &format!("name: {long}")).as_bytes(),
    );
    for format in ["full", "markdown"] {
        let ran = run(dir.path(), &["diff", "HEAD", "--isolated", "--output-format", format], "");
        assert!(ran.stdout.contains("nnn\u{2026}") && !ran.stdout.contains(&"n".repeat(1001)), "{ran:?}");
    }
    let found = json(dir.path(), &["diff", "--isolated", "--output-format", "json", "HEAD"]);
    assert!(found.to_string().contains(&long), "the report for programs has all of it");
}

#[test]
fn reports_for_people() {
    let dir = repository(&[("a.yaml", RULE), ("b.yaml", QUERY)]);
    let ran = run(dir.path(), &["coverage", "--isolated"], "");
    pin("coverage_table", &ran.stdout);
    let ran = run(dir.path(), &["coverage", "--isolated", "--output-format", "markdown"], "");
    pin("coverage_markdown", &ran.stdout);
    write(
        dir.path(),
        "a.yaml",
        RULE.replace("  - T1572\n", "")
            .replace("has \"tunnel\"", "has_any (\"tunnel\", \"serve\")")
            .replace("severity: Medium", "severity: Low")
            .as_bytes(),
    );
    let ran = run(dir.path(), &["diff", "--isolated", "HEAD"], "");
    pin("diff_full", &ran.stdout);
    let ran = run(dir.path(), &["diff", "--isolated", "HEAD", "--output-format", "markdown"], "");
    pin("diff_markdown", &ran.stdout);
    for format in ["html", "svg"] {
        let ran =
            run(dir.path(), &["coverage", "--isolated", "--output-format", format, "-o", "out/page"], "");
        let page = std::fs::read_to_string(dir.path().join("out/page")).unwrap();
        assert!(
            ran.code == 0
                && ran.stdout.is_empty()
                && page.contains("Remote Access Tools")
                && !page.contains("<script"),
            "{ran:?}"
        );
    }
}
