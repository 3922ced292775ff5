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
fn what_is_not_there_yet_is_refused() {
    let dir = folder(&[]);
    for option in ["--coverage", "--mutants", "--bless"] {
        let ran = run(dir.path(), &["test", option], "");
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{option}");
        assert!(ran.stderr.contains("is not implemented yet"), "{ran:?}");
    }
    let ran = run(dir.path(), &["test"], "");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "warning: no test files (*.test.yaml) found\n"));
}
