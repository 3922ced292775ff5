//! Comparing with a revision, in real repositories: what is found, what is not, and what is said where the
//! comparison cannot be made.

use std::path::Path;

use crate::common::{CLEAN, commit, folder, git, run, sentlint, write};
use serde_json::Value;

const RULE: &str = "\
id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
name: Remote tool reached the internet
description: Identifies hosts from which a remote management tool reached its relay.
severity: Medium
requiredDataConnectors: []
queryFrequency: 1h
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
query: |
  DeviceNetworkEvents
  | where RemoteUrl has \"relay.example\"
version: 1.0.0
kind: Scheduled
";

fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = folder(files);
    commit(dir.path());
    dir
}

/// `rule path` of every finding of a rule on changes or on several files.
fn found(dir: &Path, args: &[&str]) -> Vec<String> {
    let fixed = ["check", "--isolated", "--output-format", "json", "--select", "repository"];
    let ran = run(dir, &[&fixed[..], args].concat(), "");
    assert!(ran.code < 2, "{ran:?}");
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let one = |finding: &Value| format!("{} {}", text(finding, "rule"), text(finding, "path"));
    report["diagnostics"].as_array().unwrap().iter().map(one).collect()
}

fn checked(dir: &Path, args: &[&str]) -> Vec<String> {
    let ran = run(dir, &[&["check", "--isolated", "--output-format", "json"], args].concat(), "");
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    report["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn renames_are_followed_whether_git_sees_them_or_not() {
    let changed = RULE.replace("has \"relay", "endswith \"relay");
    let dir = repository(&[("one/a.yaml", RULE), ("b.yaml", CLEAN)]);
    git(dir.path(), &["mv", "one/a.yaml", "two.yaml"]);
    write(dir.path(), "two.yaml", changed.as_bytes());
    assert_eq!(found(dir.path(), &["--diff-base", "HEAD"]), ["version-not-bumped two.yaml"]);
    commit(dir.path());
    assert_eq!(found(dir.path(), &["--diff-base", "HEAD~1"]), ["version-not-bumped two.yaml"]);
    assert_eq!(found(dir.path(), &["--diff-base", "HEAD"]), [""; 0]);
    // Not added, and so much changed that only the id tells.
    let other =
        "id: 2C1B9A36-6a0c-4d53-9a0f-0c8f2f6f8a11\nname: x\ndescription: y\nquery: T\nversion: 0.9.0\n";
    std::fs::remove_file(dir.path().join("two.yaml")).unwrap();
    write(dir.path(), "hunting/three.yaml", other.as_bytes());
    let expected = ["version-not-bumped hunting/three.yaml", "kind-changed hunting/three.yaml"];
    let mut all = found(dir.path(), &["--diff-base", "HEAD"]);
    all.sort_by_key(|finding| !finding.starts_with("version"));
    assert_eq!(all, expected);
}

#[test]
fn a_new_template_that_began_as_a_copy_of_a_deleted_one_is_new() {
    let dir = repository(&[("a.yaml", RULE)]);
    std::fs::remove_file(dir.path().join("a.yaml")).unwrap();
    let new = RULE
        .replace("2c1b9a36", "9f1b9a36")
        .replace("reached the internet", "was installed")
        .replace("RemoteUrl has", "RemoteUrl endswith")
        .replace("1.0.0", "0.1.0");
    write(dir.path(), "b.yaml", new.as_bytes());
    git(dir.path(), &["add", "--all"]);
    assert!(git(dir.path(), &["diff", "--cached", "--name-status", "-M"]).starts_with('R'));
    assert_eq!(found(dir.path(), &["--diff-base", "HEAD"]), [""; 0]);
    // Under its old name it is the old one with another id.
    write(dir.path(), "b.yaml", RULE.replace("2c1b9a36", "9f1b9a36").as_bytes());
    assert_eq!(found(dir.path(), &["--diff-base", "HEAD"]), ["id-changed b.yaml"]);
}

#[test]
fn what_happened_on_the_other_branch_is_not_held_against_this_one() {
    let dir = repository(&[("a.yaml", RULE), ("b.yaml", CLEAN)]);
    git(dir.path(), &["checkout", "--quiet", "-b", "topic"]);
    write(dir.path(), "b.yaml", CLEAN.replace("relay.example", "relay2.example").as_bytes());
    commit(dir.path());
    git(dir.path(), &["checkout", "--quiet", "main"]);
    write(dir.path(), "a.yaml", RULE.replace("1.0.0", "2.0.0").replace("1h", "2h").as_bytes());
    commit(dir.path());
    git(dir.path(), &["checkout", "--quiet", "topic"]);
    assert_eq!(found(dir.path(), &["--diff-base", "main"]), ["version-not-bumped b.yaml"]);
}

#[test]
fn the_fix_bumps_the_version_and_says_what_remains() {
    let changed = RULE.replace("has \"relay", "endswith \"relay").replace('\n', "\r\n");
    let dir = repository(&[("a.yaml", RULE)]);
    write(dir.path(), "a.yaml", changed.as_bytes());
    let ran = run(dir.path(), &["check", "--isolated", "--diff-base", "HEAD", "--fix"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    let text = std::fs::read_to_string(dir.path().join("a.yaml")).unwrap();
    assert_eq!(text, changed.replace("1.0.0", "1.0.1"));
    assert_eq!(found(dir.path(), &["--diff-base", "HEAD"]), [""; 0]);
    // Standard input is compared by its name, whatever lies on the disk.
    let fell = changed.replace("1.0.0", "0.9.0");
    let args = [
        "check",
        "-",
        "--stdin-filename",
        "a.yaml",
        "--isolated",
        "--diff-base",
        "HEAD",
        "--output-format",
        "concise",
    ];
    let ran = run(dir.path(), &args, &fell);
    assert!(ran.code == 1 && ran.stdout.contains("decreased from `1.0.0` at `HEAD` to `0.9.0`"), "{ran:?}");
}

#[test]
fn changed_only_reports_what_changed_and_compares_it_with_the_rest() {
    let copy = CLEAN.replace("1.0.0", "1.0.1");
    let dir = repository(&[("a.yaml", CLEAN), ("m.yaml", RULE), ("z.yaml", &RULE.replace("2c1b", "3c1b"))]);
    write(dir.path(), "m.yaml", RULE.replace("1.0.0", "1.1.0").as_bytes());
    write(dir.path(), "0.yaml", copy.as_bytes());
    let args = ["--diff-base", "HEAD", "--changed-only"];
    assert_eq!(checked(dir.path(), &args), ["0.yaml", "m.yaml"]);
    // The untouched file is the later one by its name; the finding is on the new one all the same.
    assert_eq!(found(dir.path(), &args), ["duplicate-id 0.yaml", "duplicate-query m.yaml"]);
    commit(dir.path());
    let ran = run(dir.path(), &["check", "--isolated", "--diff-base", "HEAD", "--changed-only"], "");
    assert!(ran.code == 0 && ran.stderr.contains("No checked files have changed"), "{ran:?}");
}

#[test]
fn a_named_file_is_compared_with_the_whole_repository() {
    let dir = repository(&[
        ("hunting/a.yaml", CLEAN),
        ("hunting/z.yaml", CLEAN),
        ("other/.gitignore", "*.yaml\n"),
        ("other/ignored.yaml", RULE),
        ("rules/a.yaml", RULE),
        ("broken.yaml", "id: [\n"),
    ]);
    assert_eq!(found(dir.path(), &["hunting/a.yaml"]), [""; 0]);
    for name in ["hunting/a.yaml", "hunting/z.yaml"] {
        assert_eq!(found(dir.path(), &["--whole-repository", name]), [format!("duplicate-id {name}")]);
    }
    assert_eq!(found(dir.path(), &["--whole-repository", "rules/a.yaml"]), [""; 0]);
    assert_eq!(checked(dir.path(), &["--whole-repository", "rules/a.yaml"]), ["rules/a.yaml"]);
    // From a folder below the root, files elsewhere are named by the way there.
    let args = ["check", "--isolated", "--whole-repository", "z.yaml", "--output-format", "concise"];
    write(dir.path(), "rules/z.yaml", CLEAN.as_bytes());
    let ran = run(&dir.path().join("rules"), &args, "");
    assert!(ran.stdout.contains("is also used by ../hunting/a.yaml"), "{ran:?}");
}

#[test]
fn the_gates_judge_as_upstream_does() {
    let path = "Solutions/X/Analytic Rules/a.yaml";
    let dir = repository(&[(path, RULE), ("Solutions/X/Hunting Queries/b.yaml", CLEAN)]);
    let gates = ["--profile", "azure-sentinel", "--diff-base", "HEAD"];
    let is = |text: &str, expected: &[&str]| {
        write(dir.path(), path, text.as_bytes());
        let expected: Vec<String> = expected.iter().map(|rule| format!("{rule} {path}")).collect();
        assert_eq!(found(dir.path(), &gates), expected, "{text}");
    };
    let id = RULE.replace("2c1b", "3c1b");
    is(&id, &["id-changed", "version-not-bumped"]);
    is(&id.replace("1.0.0", "1.0.0 "), &["id-changed"]);
    // What the gate cannot see: quotes, and whether the version grew.
    is(
        &id.replace("id: 3c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11", "id: '3c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11'"),
        &["version-not-bumped"],
    );
    is(&RULE.replace("1.0.0", "0.1.0"), &[]);
    // A comment is a change to the gate.
    is(&RULE.replace("severity: Medium", "severity: Medium # so far"), &["version-not-bumped"]);
    is(RULE, &[]);
    let hunting = CLEAN.replace("6e3a", "7e3a");
    write(dir.path(), "Solutions/X/Hunting Queries/b.yaml", hunting.as_bytes());
    is(RULE, &[]);
    let args = ["check", "--isolated", "--output-format", "json"];
    write(dir.path(), path, id.as_bytes());
    let ran = run(dir.path(), &[&args[..], &gates].concat(), "");
    assert!(ran.stdout.contains("detection-validations"), "{ran:?}");
    assert!(ran.stdout.contains("validateVersionChangedInDetections"), "{ran:?}");
}

#[test]
fn a_suppression_of_such_a_finding_is_not_called_unused_later() {
    let noted =
        RULE.replace("severity", "# sentlint: ignore-file[id-changed] two templates shared it\nseverity");
    let dir = repository(&[("a.yaml", &noted)]);
    let ran = run(dir.path(), &["check", "--isolated"], "");
    assert!(!ran.stdout.contains("silences no finding"), "{ran:?}");
    write(dir.path(), "a.yaml", noted.replace("2c1b", "3c1b").as_bytes());
    assert_eq!(found(dir.path(), &["--diff-base", "HEAD"]), [""; 0]);
}

#[test]
fn names_of_every_kind_are_compared() {
    let names = ["with blank/a b.yaml", "ümläut/ß.yaml", "quote'\"s.yaml"];
    let dir = repository(&[]);
    for (index, name) in names.iter().enumerate() {
        write(dir.path(), name, RULE.replace("2c1b", &format!("{index}c1b")).as_bytes());
    }
    commit(dir.path());
    for (index, name) in names.iter().enumerate() {
        let text = RULE.replace("2c1b", &format!("{index}c1b")).replace("Medium", "High");
        write(dir.path(), name, text.as_bytes());
    }
    let all = found(dir.path(), &["--diff-base", "HEAD", "--ignore", "duplicate-query"]);
    assert_eq!(all.len(), names.len(), "{all:?}");
}

/// The one line that is said when the comparison cannot be made; nothing else may be printed.
fn refused(dir: &Path, args: &[&str]) -> String {
    let ran = run(dir, &[&["check", "--isolated"], args].concat(), "");
    assert!(ran.code == 2 && ran.stdout.is_empty() && ran.stderr.lines().count() == 1, "{ran:?}");
    ran.stderr
}

#[test]
fn what_cannot_be_compared_is_said_with_what_to_do() {
    let dir = repository(&[("a.yaml", RULE)]);
    for (args, words) in [
        (["--diff-base", "nowhere"], "there is no revision `nowhere`"),
        (["--diff-base", ""], "check that the variable is not empty"),
        (["--diff-base", "--output=x"], "`--output=x` is not a valid revision"),
        (["--diff-base", "HEAD:a.yaml"], "there is no revision"),
    ] {
        let said = refused(dir.path(), &args);
        assert!(said.contains(words), "{args:?}: {said}");
    }
    let plain = folder(&[("a.yaml", RULE)]);
    assert!(refused(plain.path(), &["--diff-base", "HEAD"]).contains("needs a git repository"));
    let output =
        sentlint(dir.path()).args(["check", "--diff-base", "HEAD"]).env("PATH", "").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("needs `git`"), "{said}");
    // Without a revision, git is not asked.
    let output = sentlint(dir.path()).args(["check", "a.yaml"]).env("PATH", "").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    git(dir.path(), &["checkout", "--quiet", "--orphan", "alone"]);
    write(dir.path(), "b.yaml", CLEAN.as_bytes());
    commit(dir.path());
    assert!(refused(dir.path(), &["--diff-base", "main"]).contains("have no commit in common"));
}

#[test]
fn a_shallow_clone_is_named_as_the_reason() {
    let dir = repository(&[("a.yaml", RULE)]);
    git(dir.path(), &["branch", "old"]);
    write(dir.path(), "a.yaml", RULE.replace("1.0.0", "1.1.0").as_bytes());
    commit(dir.path());
    let place = tempfile::tempdir().unwrap();
    let clone = place.path().join("clone");
    let url = format!("file://{}", dir.path().display());
    git(place.path(), &["clone", "--quiet", "--depth", "1", "--no-single-branch", &url, "clone"]);
    for revision in ["HEAD~1", "origin/old"] {
        let said = refused(&clone, &["--diff-base", revision]);
        assert!(said.contains("shallow") && said.contains("fetch-depth: 0"), "{said}");
    }
    git(&clone, &["fetch", "--quiet", "--unshallow"]);
    let said = refused(&clone, &["--diff-base", "old"]);
    assert!(said.contains("did you mean `origin/old`?"), "{said}");
    assert_eq!(found(&clone, &["--diff-base", "origin/old"]), [""; 0]);
}
