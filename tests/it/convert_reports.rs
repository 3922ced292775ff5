//! What a conversion tells, in every form of report.

use crate::common::{CLEAN, Ran, folder, run};
use serde_json::Value;

/// What is reported of a hunting query that is changed on its way to a rule, and of one without a name.
fn reported(args: &[&str]) -> (Ran, String) {
    let unnamed = CLEAN.replacen("name: Remote tool reached its relay", "name: ''", 1);
    let dir = folder(&[("in/a.yaml", CLEAN), ("in/b.yaml", &unnamed)]);
    let base =
        ["convert", "in", "--to", "scheduled", "--drop-window", "-o", "out", "--report", "concise=notes.txt"];
    let ran = run(dir.path(), &[&base[..], args].concat(), "");
    let notes = std::fs::read_to_string(dir.path().join("notes.txt")).unwrap_or_default();
    assert!(dir.path().join("out/a.yaml").exists() && !dir.path().join("out/b.yaml").exists(), "{ran:?}");
    (ran, notes)
}

#[test]
fn a_report_goes_to_standard_output_when_results_go_to_a_folder() {
    let (ran, notes) = reported(&["--output-format", "concise"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(ran.stdout, notes);
    assert!(notes.contains("in/a.yaml:"), "{notes}");
    for part in ["info[window-dropped] ", "info[schedule-derived] ", "in/b.yaml:1:1: error[value-missing] "] {
        assert!(notes.contains(part), "{part}\n{notes}");
    }
    // The lines that stood on standard error are in the report, and the end of the run is still reported.
    assert!(
        !ran.stderr.contains("changed:") && ran.stderr.contains("1 input could not be converted."),
        "{ran:?}"
    );
}

#[test]
fn lines_stay_what_they_were_where_no_report_is_asked_for() {
    let dir = folder(&[("b.yaml", &CLEAN.replacen("name: Remote tool reached its relay", "name: ''", 1))]);
    let ran = run(dir.path(), &["convert", "b.yaml", "--to", "scheduled"], "");
    assert_eq!(
        ran.stderr,
        "b.yaml:1:1: error: The hunting query has no name, but a rule needs one\n  help: Add `name:`.\n1 input could \
         not \
         be converted.\n"
    );
}

#[test]
fn json_has_codes_kinds_and_places() {
    let (ran, _) = reported(&["--output-format", "json"]);
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!((&report["version"], &report["summary"]["errors"]), (&Value::from(1), &Value::from(1)));
    let notes = report["diagnostics"].as_array().expect("a list");
    let note = |code: &str| {
        notes.iter().find(|note| note["rule"] == code).unwrap_or_else(|| panic!("{code}: {notes:?}"))
    };
    let dropped = note("window-dropped");
    assert_eq!((&dropped["group"], &dropped["what"]), (&Value::from("convert"), &Value::from("changed")));
    assert_eq!(dropped["kind"], "hunting-query");
    assert!(dropped["range"]["start"]["line"].as_u64() > Some(1), "{dropped}");
    assert_eq!(
        (&note("schedule-derived")["what"], &note("value-missing")["what"]),
        (&Value::from("derived"), &Value::from("error"))
    );
    assert!(
        note("entities-not-derived")["url"]
            .as_str()
            .is_some_and(|url| url.ends_with("docs/convert.md#notes"))
    );
}

#[test]
fn every_format_names_the_codes_and_the_files() {
    for (format, part) in [
        ("full", "info[window-dropped]: "),
        ("concise", "in/a.yaml:"),
        ("json", "\"window-dropped\""),
        ("sarif", "\"ruleId\": \"window-dropped\""),
        ("github", "::error "),
        ("gitlab", "\"check_name\": \"window-dropped\""),
        ("junit", "window-dropped"),
        ("azure", "code=window-dropped;"),
        ("markdown", "window-dropped"),
    ] {
        let (ran, _) = reported(&["--output-format", format]);
        assert!(ran.stdout.contains(part), "{format}: {part}\n{}", ran.stdout);
        assert!(
            ran.stdout.contains("b.yaml") && ran.stdout.contains("value-missing"),
            "{format}: {}",
            ran.stdout
        );
    }
}

#[test]
fn a_report_goes_to_standard_error_when_results_go_to_standard_output() {
    let dir = folder(&[]);
    let ran = run(dir.path(), &["convert", "-", "--to", "scheduled", "--output-format", "json"], CLEAN);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.starts_with("id: "), "{ran:?}");
    let report: Value = serde_json::from_str(&ran.stderr).expect("nothing else stands on standard error");
    assert_eq!(report["summary"]["errors"], 0);
}

#[test]
fn errors_of_the_check_and_of_templates_are_reported_too() {
    let broken = CLEAN.replace("| where", "| whre");
    let dir = folder(&[
        ("a.yaml", &broken),
        (
            "t.json",
            "{\"resources\": [{\"type\": \"Microsoft.SecurityInsights/alertRules\", \"name\": \"x\"}]}",
        ),
    ]);
    let ran = run(dir.path(), &["convert", "a.yaml", "-o", "out", "--output-format", "concise"], "");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stdout.contains("error[kql-syntax] "), "{ran:?}");
    let ran = run(
        dir.path(),
        &["convert", "t.json", "--to", "yaml", "-o", "out", "--output-format", "concise"],
        "",
    );
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (1, "t.json:1:16: error[value-missing] `x` has no `properties`\n")
    );
}

#[test]
fn a_wrong_report_is_refused() {
    let dir = folder(&[("a.yaml", CLEAN)]);
    let ran = run(dir.path(), &["convert", "a.yaml", "--report", "josn=x"], "");
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("unknown format `josn`; did you mean `json`?"), "{ran:?}");
}
