//! `sentlint test` as its users meet it: what passes, fails and breaks, and how each report says so.

use crate::common::{folder, run};

const QUERY: &str = "DeviceProcessEvents\n| where Timestamp > ago(1d)\n| where FileName == 'code.exe'\n\
                     | where ProcessCommandLine has 'tunnel'\n| project DeviceName, ProcessCommandLine\n";

const TESTS: &str = "now: 2026-11-28T12:00:00Z
tests:
  - name: a tunnel is found
    tables:
      DeviceProcessEvents:
        - {Timestamp: now-2h, DeviceName: pc-1, FileName: code.exe, ProcessCommandLine: code tunnel}
    expect:
      rows: 1
      contains: [{DeviceName: pc-1}]
  - name: an update is not
    tables: {DeviceProcessEvents: [{Timestamp: now-2h, FileName: update.exe}]}
    expect: none
";

#[test]
fn tests_pass() {
    let dir = folder(&[("q.kql", QUERY), ("q.test.yaml", TESTS)]);
    let ran = run(dir.path(), &["test", "--isolated"], "");
    let expected = "q.test.yaml:3:11: passed: a tunnel is found\nq.test.yaml:10:11: passed: an update is not\n2 tests: 2 passed\n";
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, expected, ""));
    let ran =
        run(dir.path(), &["test", "--isolated", "--filter", "update", "--output-format", "concise"], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "1 test: 1 passed\n"));
}

#[test]
fn a_failure_names_the_operator_that_dropped_the_rows() {
    let tests = TESTS.replace("code tunnel", "code");
    let dir = folder(&[("q.kql", QUERY), ("q.test.yaml", &tests)]);
    let ran = run(dir.path(), &["test", "--isolated", "--output-format", "concise"], "");
    let expected = "q.test.yaml:3:11: failed: a tunnel is found\n  expected 1 row, got 0\n  no row has DeviceName: pc-1\n  \
                    q.kql:4:3: `where` dropped the last 1 row\n2 tests: 1 passed, 1 failed\n";
    assert_eq!((ran.code, ran.stdout.as_str()), (1, expected), "{ran:?}");
    let json: serde_json::Value =
        serde_json::from_str(&run(dir.path(), &["test", "--output-format", "json"], "").stdout).unwrap();
    assert_eq!(json["summary"]["failed"], 1);
    let test = &json["tests"][0];
    assert_eq!(
        (&test["state"], &test["rows"], &test["alerts"]),
        (&"failed".into(), &0.into(), &serde_json::Value::Null)
    );
    assert_eq!((&test["dropped"]["operator"], &test["dropped"]["rows_in"]), (&"where".into(), &1.into()));
    assert_eq!(test["dropped"]["range"]["start"]["line"], 4);
    for (format, part) in [
        ("junit", "<failure message=\"expected 1 row, got 0&#10;no row has DeviceName: pc-1\"/>"),
        (
            "github",
            "::error file=q.test.yaml,line=3,col=11::a tunnel is found: expected 1 row, got 0%0Ano row",
        ),
        (
            "markdown",
            "| q.test.yaml: a tunnel is found | failed | expected 1 row, got 0<br>no row has DeviceName: pc-1 |",
        ),
    ] {
        let ran = run(dir.path(), &["test", "--output-format", format], "");
        assert!(ran.code == 1 && ran.stdout.contains(part), "{format}: {}", ran.stdout);
    }
    let ran = run(dir.path(), &["test", "--explain", "--filter", "tunnel"], "");
    assert!(ran.stdout.contains("  q.kql:3:3: where: 1 in, 1 out\n"), "{}", ran.stdout);
}

#[test]
fn a_mistake_breaks_its_test_and_the_others_run() {
    for (old, new, expected) in [
        (
            "FileName: code.exe",
            "FileNam: code.exe",
            "q.test.yaml:6:49: the table has no column `FileNam`; did you mean `FileName`?",
        ),
        (
            "Timestamp: now-2h, DeviceName",
            "Timestamp: soon, DeviceName",
            "q.test.yaml:6:23: `Timestamp` is `datetime`, and `soon` is not one",
        ),
        ("{DeviceName: pc-1}", "{Device: pc-1}", "q.test.yaml:9:19: the result has no column `Device`"),
        ("      rows: 1\n", "      row: 1\n", "q.test.yaml:8:7: Unknown key `row`; did you mean `rows`?"),
        ("now: 2026-11-28T12:00:00Z\n", "", "the query asks what time it is: give `now` in the test file"),
    ] {
        let dir = folder(&[("q.kql", QUERY), ("q.test.yaml", &TESTS.replacen(old, new, 1))]);
        let ran = run(dir.path(), &["test", "--isolated"], "");
        assert!(ran.code == 2 && ran.stdout.contains(expected), "{expected}: {ran:?}");
        let others = if new.is_empty() { "2 broken" } else { "1 passed, 1 broken" };
        assert!(ran.stdout.contains(others), "{ran:?}");
    }
    let dir = folder(&[
        ("gone.test.yaml", TESTS),
        ("bad.kql", "T | where (\n"),
        ("bad.test.yaml", TESTS),
        ("t.test.yaml", "tests: [{nam: x}]"),
    ]);
    let ran = run(dir.path(), &["test", "--isolated"], "");
    for part in [
        "bad.kql:1:12: Expected an expression after `(`",
        "there is no query `gone.yaml` or `gone.kql` next to it; name it with `query:`",
        "t.test.yaml:1:10: Unknown key `nam`; did you mean `name`?",
    ] {
        assert!(ran.code == 2 && ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
}

#[test]
fn rules_have_alerts_and_entities() {
    let rule = "id: 6d6bbd4e-1b1f-4a3e-8a44-0f6f3a0a5d10
name: Many failures
kind: Scheduled
queryFrequency: 1h
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 1
query: |
  SigninLogs
  | project UserPrincipalName
entityMappings:
  - entityType: Account
    fieldMappings:
      - {identifier: FullName, columnName: UserPrincipalName}
";
    let tests = "query: r.yaml
now: 2026-11-28T12:00:00Z
tests:
  - name: two failures are one alert
    tables:
      SigninLogs: [{TimeGenerated: now-5m, UserPrincipalName: a@b}, {TimeGenerated: now-4m, UserPrincipalName: c@d}]
    expect: {alerts: 1, rows: 2, entities: [{type: Account, FullName: c@d}]}
  - name: one failure is none
    tables: {SigninLogs: [{TimeGenerated: now-5m, UserPrincipalName: a@b}]}
    expect: {alerts: 0, rows: 1}
  - name: what is too old
    tables: {SigninLogs: [{TimeGenerated: now-2h, UserPrincipalName: a@b}]}
    expect: any
";
    let dir = folder(&[("r.yaml", rule), ("t.test.yaml", tests)]);
    let ran = run(dir.path(), &["test", "--isolated"], "");
    assert!(ran.stdout.contains("3 tests: 2 passed, 1 broken"), "{ran:?}");
    assert!(ran.stdout.contains("t.test.yaml:12:43: this row is outside the rule's queryPeriod"), "{ran:?}");
    let grouped = format!("{rule}eventGroupingSettings: {{aggregationKind: AlertPerResult}}\n");
    std::fs::write(dir.path().join("r.yaml"), grouped).unwrap();
    let ran = run(dir.path(), &["test", "--isolated", "--filter", "two"], "");
    assert!(ran.code == 1 && ran.stdout.contains("expected 1 alert, got 2"), "{ran:?}");
}

#[test]
fn coverage_tells_the_conditions_that_no_test_decides() {
    let dir = folder(&[("q.kql", QUERY), ("q.test.yaml", TESTS)]);
    let ran = run(dir.path(), &["test", "--isolated", "--coverage"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    // The update has neither the name nor the word: neither condition alone rejects it.
    for line in [
        "q.kql:2:9: no test decides `Timestamp > ago(1d)`: no test has an event that only this condition rejects",
        "q.kql:4:9: no test decides `ProcessCommandLine has 'tunnel'`: no test has an event that only this condition rejects",
        "0 of 3 conditions decided by the tests",
    ] {
        assert!(ran.stdout.contains(line), "{line} is not in {}", ran.stdout);
    }
    let more = format!(
        "{TESTS}  - name: another command is not\n    tables: {{DeviceProcessEvents: [{{Timestamp: now-2h, FileName: code.exe}}]}}\n    expect: none\n"
    );
    let dir = folder(&[("q.kql", QUERY), ("q.test.yaml", &more)]);
    let ran = run(dir.path(), &["test", "--isolated", "--coverage", "--output-format", "json"], "");
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&report["coverage"]["total"], &report["coverage"]["reached"]), (&3.into(), &1.into()));
    assert_eq!(report["coverage"]["open"][0]["range"]["start"]["line"], 2);
    assert!(report.get("mutants").is_none());
}

#[test]
fn mutants_are_the_changes_that_no_test_notices() {
    let dir = folder(&[("q.kql", QUERY), ("q.test.yaml", TESTS)]);
    let ran = run(dir.path(), &["test", "--isolated", "--mutants"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    let expected = "q.kql:4:9: no test notices without `ProcessCommandLine has 'tunnel'`\n";
    let expected = expected.replace("notices without", "notices a query without");
    assert!(ran.stdout.contains(&expected), "{}", ran.stdout);
    assert!(!ran.stdout.contains("`!=` in place of `==`"), "{}", ran.stdout);
    assert!(ran.stdout.contains(" changes of the queries noticed by the tests"), "{}", ran.stdout);
}

#[test]
fn bless_writes_what_came_of_a_test_and_keeps_the_rest() {
    let tests = TESTS
        .replace("rows: 1", "rows: 3        # as many as there are")
        .replace("DeviceName: pc-1}]", "DeviceName: pc-7}]")
        .replace("FileName: update.exe", "FileName: code.exe, ProcessCommandLine: a tunnel");
    let dir = folder(&[("q.kql", QUERY), ("q.test.yaml", &tests)]);
    assert_eq!(run(dir.path(), &["test", "--isolated"], "").code, 1);
    let ran = run(dir.path(), &["test", "--isolated", "--bless"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("q.test.yaml:8:13: 3 -> 1"), "{ran:?}");
    let written = std::fs::read_to_string(dir.path().join("q.test.yaml")).unwrap();
    assert!(written.contains("rows: 1        # as many as there are"), "{written}");
    assert!(written.contains("contains: [{DeviceName: pc-1}]"), "{written}");
    assert!(written.contains("expect: {rows: 1, contains: [{ProcessCommandLine: a tunnel}]}"), "{written}");
    let again = run(dir.path(), &["test", "--isolated", "--bless"], "");
    assert_eq!((again.code, again.stderr.as_str()), (0, ""));
}

#[test]
fn alerts_have_names_and_custom_details_and_become_incidents() {
    let rule = "id: 0f3a2c1e-6d5b-4c8e-9a7f-1b2c3d4e5f60
name: Tunnel
description: Identifies tunnels.
severity: Medium
requiredDataConnectors: []
queryFrequency: 1h
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
tactics: []
relevantTechniques: []
query: DeviceProcessEvents | where FileName == 'code.exe' | project Timestamp, DeviceName, AccountName
entityMappings:
  - entityType: Host
    fieldMappings: [{identifier: HostName, columnName: DeviceName}]
customDetails: {Account: AccountName}
alertDetailsOverride: {alertDisplayNameFormat: 'Tunnel on {{DeviceName}}'}
eventGroupingSettings: {aggregationKind: AlertPerResult}
incidentConfiguration:
  createIncident: true
  groupingConfiguration: {enabled: true, matchingMethod: AllEntities, reopenClosedIncident: false, lookbackDuration: 1h}
version: 1.0.0
kind: Scheduled
";
    let tests = "now: 2026-11-28T12:00:00Z
tests:
  - name: two hosts, three events
    tables:
      DeviceProcessEvents:
        - {Timestamp: now-30m, DeviceName: pc-1, AccountName: ann, FileName: code.exe}
        - {Timestamp: now-20m, DeviceName: pc-1, AccountName: bob, FileName: code.exe}
        - {Timestamp: now-10m, DeviceName: pc-2, AccountName: ann, FileName: code.exe}
    expect:
      alerts: 3
      incidents: 2
      alert-names: [Tunnel on pc-2]
      custom-details: [{Account: bob}]
      entities: [{type: Host, HostName: pc-2}]
";
    let dir = folder(&[("r.yaml", rule), ("r.test.yaml", tests)]);
    let ran = run(dir.path(), &["test", "--isolated"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    for (from, to, expected) in [
        ("incidents: 2", "incidents: 1", "expected 1 incident, got 2"),
        (
            "Tunnel on pc-2",
            "Tunnel on pc-3",
            "no alert is named Tunnel on pc-3; the names are: Tunnel on pc-1, ",
        ),
        ("Account: bob", "Account: eve", "no alert has the custom details Account: eve"),
        ("Account: bob", "Acount: bob", "the rule has no custom detail `Acount`; did you mean `Account`?"),
    ] {
        let dir = folder(&[("r.yaml", rule), ("r.test.yaml", &tests.replace(from, to))]);
        let ran = run(dir.path(), &["test", "--isolated"], "");
        assert!(ran.code > 0 && ran.stdout.contains(expected), "{expected}: {ran:?}");
    }
    let any = rule.replace("AllEntities", "AnyAlert");
    let dir = folder(&[("r.yaml", &any), ("r.test.yaml", &tests.replace("incidents: 2", "incidents: 1"))]);
    assert_eq!(run(dir.path(), &["test", "--isolated"], "").code, 0);
}

#[test]
fn check_reports_what_is_wrong_in_a_file_of_tests() {
    let tests =
        TESTS.replace("DeviceName: pc-1, FileName", "DeviceNam: pc-1, FileName").replace("rows: 1", "row: 1");
    let dir = folder(&[("Hunting/q.kql", QUERY), ("Hunting/q.test.yaml", &tests)]);
    let ran = run(dir.path(), &["check", "--isolated", "--output-format", "json"], "");
    assert_eq!(ran.code, 1, "{ran:?}");
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let found: Vec<(&str, u64, &str)> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["path"] == "Hunting/q.test.yaml")
        .map(|finding| {
            let line = finding["range"]["start"]["line"].as_u64().unwrap();
            (finding["rule"].as_str().unwrap(), line, finding["message"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        found,
        [
            ("invalid-test", 6, "The table has no column `DeviceNam`; did you mean `DeviceName`?"),
            ("invalid-test", 8, "Unknown key `row`; did you mean `rows`?"),
        ],
        "{}",
        ran.stdout
    );
    let dir = folder(&[("q.kql", QUERY), ("Hunting/q.test.yaml", TESTS)]);
    let ran = run(dir.path(), &["check", "--isolated", "--output-format", "concise"], "");
    assert!(
        ran.stdout.contains("Hunting/q.test.yaml:1:1: error[invalid-test] There is no query `q.yaml`"),
        "{ran:?}"
    );
    let dir = folder(&[("Hunting/q.kql", QUERY), ("Hunting/q.test.yaml", TESTS)]);
    let ran =
        run(dir.path(), &["check", "--isolated", "--profile", "pedantic", "--output-format", "concise"], "");
    assert!(!ran.stdout.contains("q.test.yaml"), "{ran:?}");
    let ran = run(dir.path(), &["schema", "test"], "");
    assert!(ran.code == 0 && ran.stdout.contains("custom-details"), "{ran:?}");
}

/// The page on testing shows a query and its tests, which pass.
#[test]
fn the_example_of_the_documentation_passes() {
    let page = std::fs::read_to_string(crate::common::root().join("docs/testing.md")).unwrap();
    let block =
        |language: &str| page.split(&format!("```{language}\n")).nth(1).unwrap().split("```").next().unwrap();
    let dir = folder(&[
        ("remote-session-burst.kql", block("kql")),
        ("remote-session-burst.test.yaml", block("yaml")),
    ]);
    let ran = run(dir.path(), &["test", "--isolated"], "");
    assert!(ran.code == 0 && ran.stdout.ends_with("2 tests: 2 passed\n"), "{ran:?}");
    let ran = run(dir.path(), &["check", "--isolated", "--select", "invalid-test"], "");
    assert!(ran.code == 0 && ran.stdout.contains("nothing found"), "{ran:?}");
}

/// Each of our queries and rules has tests, and they pass.
#[test]
fn the_content_has_tests_that_pass() {
    let root = crate::common::root();
    let mut missing = Vec::new();
    for folder in ["hunting", "rules", "queries", "detections"] {
        for entry in std::fs::read_dir(root.join("content").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let tests =
                path.with_file_name(format!("{}.test.yaml", path.file_stem().unwrap().to_string_lossy()));
            if !name.contains(".test.")
                && name != "bicepconfig.json"
                && path.extension().is_some_and(|ending| ending != "md")
                && !tests.exists()
            {
                missing.push(name);
            }
        }
    }
    assert!(missing.is_empty(), "without tests: {missing:?}");
    let ran = run(&root, &["test", "--output-format", "concise", "content"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    let check = run(
        &root,
        &[
            "check",
            "--select",
            "invalid-test",
            "content/hunting",
            "content/rules",
            "content/queries",
            "content/detections",
        ],
        "",
    );
    assert_eq!(check.code, 0, "{check:?}");
}

/// What cannot be run, or would not end, breaks its own test with a message and a place; the others run.
#[test]
fn what_cannot_be_run_breaks_its_test_alone() {
    let row = "{DeviceProcessEvents: [{FileName: code.exe}]}";
    let tests = |query: &str, tables: &str| {
        format!(
            "query: {query}\nnow: 2026-11-28T12:00:00Z\ntests:\n  - name: t\n    tables: {tables}\n    expect: {{rows: 1}}\n"
        )
    };
    let good = tests("good.kql", row);
    let rule = "id: 6d6bbd4e-1b1f-4a3e-8a44-0f6f3a0a5d10\nname: r\ndescription: d\nseverity: Low\nqueryFrequency: 1h\nqueryPeriod: \
                1h\ntriggerOperator: gt\ntriggerThreshold: 0\nquery: DeviceProcessEvents\nkind: Scheduled\n";
    for (name, query, tables, said) in [
        (
            "bad.kql",
            "let f = (n:long) { f(n - 1) }; print f(1)",
            row,
            "bad.kql:1:20: the function `f` is not known",
        ),
        (
            "bad.kql",
            "range x from 1 to 1000000000000 step 1 | count",
            row,
            "bad.kql:1:1: more than 20000000 rows here, which is the limit",
        ),
        (
            "bad.kql",
            "DeviceProcessEvents | where FileName matches regex \"(?=code)\"",
            row,
            "bad.kql:1:52: `(?=code)` is not a valid regular expression: look-around",
        ),
        (
            "bad.kql",
            "DeviceProcessEvents",
            "{DeviceProcessEvents: mid.ndjson}",
            "mid.ndjson:2: this is not valid JSON: EOF while parsing an object at column 19",
        ),
        (
            "bad.yaml",
            rule,
            "{DeviceProcessEvents: [{TimeGenerated: now-2h, FileName: code.exe}]}",
            "bad.test.yaml:5:52: this row is outside the rule's queryPeriod, and the rule would not see it",
        ),
    ] {
        let dir = folder(&[
            ("good.kql", "DeviceProcessEvents | where FileName == 'code.exe'"),
            ("good.test.yaml", &good),
            (name, query),
            ("bad.test.yaml", &tests(name, tables)),
            (
                "mid.ndjson",
                "{\"FileName\":\"code.exe\"}\n{\"FileName\":\"a.exe\"\n{\"FileName\":\"code.exe\"}\n",
            ),
        ]);
        let ran = run(dir.path(), &["test", "--isolated"], "");
        assert!(ran.code == 2 && ran.stdout.contains(said), "{said}: {ran:?}");
        assert!(ran.stdout.contains("2 tests: 1 passed, 1 broken"), "{ran:?}");
    }
}
