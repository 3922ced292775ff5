//! What changes a query keeps its result: safe fixes and the rewriting of hunting queries into rules, shown by the tests of
//! our content, and by generated tests for a sample of published queries where `SENTLINT_SHARED` names them.

use std::path::{Path, PathBuf};

use crate::common::{root, run, shared};

/// Copies hunting queries with their tests.
fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

/// How many tests below a folder passed, and the names of those that failed. A test that could not be run is neither.
fn tested(folder: &Path) -> (usize, Vec<String>) {
    let ran = run(folder, &["test", "--isolated", "--output-format", "json", "."], "");
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    let tests = report["tests"].as_array().unwrap();
    let failed = tests.iter().filter(|test| test["state"] == "failed");
    let failed =
        failed.map(|test| format!("{}: {}: {}", test["path"], test["name"], test["message"])).collect();
    (tests.iter().filter(|test| test["state"] == "passed").count(), failed)
}

/// Fixes the queries in a folder with tests, and makes rules of them; the tests say that the results are the same.
fn kept(folder: &Path) {
    let before = tested(folder);
    assert!(before.1.is_empty() && before.0 > 0, "{before:?}");
    let fixed = run(
        folder,
        &["check", "--isolated", "--profile", "pedantic", "--fix-only", "--exclude", "*.test.yaml", "."],
        "",
    );
    assert!(fixed.code < 2, "{fixed:?}");
    let after = tested(folder);
    assert_eq!(before, after, "after fixes");
    let rules = folder.join("rules");
    let made = run(
        folder,
        &["convert", "--isolated", "--to", "scheduled", "--output", "rules", "--exclude", "*.test.yaml", "."],
        "",
    );
    assert!(made.code < 2, "{made:?}");
    let mut found = Vec::new();
    yaml_files(&rules, &mut found);
    let mut with_tests = 0;
    for rule in &found {
        let name = rule.file_stem().unwrap().to_string_lossy().into_owned();
        let tests = folder.join(format!("{name}.test.yaml"));
        if tests.exists() {
            std::fs::copy(&tests, rule.with_file_name(format!("{name}.test.yaml"))).unwrap();
            with_tests += 1;
        }
    }
    assert!(with_tests > 0, "{made:?} {found:?}");
    // Rows of near misses may be outside the period of the rule, which is told and not run.
    let (passed, failed) = tested(&rules);
    assert!(failed.is_empty() && passed >= with_tests / 2, "{passed} of {with_tests}: {failed:#?}");
}

/// A row whose event has the same time under its name in advanced hunting.
fn both_times(line: &str) -> String {
    let value = |text: &str| text[..text.find([',', '}']).unwrap_or(text.len())].to_owned();
    let Some((before, rest)) = line.split_once("TimeGenerated: ") else { return line.to_owned() };
    let time = value(rest);
    match line.split_once("Timestamp: ") {
        Some((head, tail)) => format!("{head}Timestamp: {time}{}", &tail[value(tail).len()..]),
        // Of our own tests those of network events leave it out; tables of a workspace do not have it.
        None if line.contains("RemoteUrl: ") => format!("{before}Timestamp: {time}, TimeGenerated: {rest}"),
        None => line.to_owned(),
    }
}

/// Makes custom detections of the queries in a folder with tests; the tests say that the adapted queries find the same.
/// What is said of the times of events is left out: a run of a detection sees those that the service gives it.
fn detected(folder: &Path) -> usize {
    let made = run(
        folder,
        &[
            "convert",
            "--isolated",
            "--to",
            "detection",
            "--keep-window",
            "-o",
            "detections",
            "--exclude",
            "*.test.yaml",
            ".",
        ],
        "",
    );
    assert!(made.code < 2, "{made:?}");
    let detections = folder.join("detections");
    for entry in std::fs::read_dir(&detections).unwrap() {
        let name = entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
        let Ok(tests) = std::fs::read_to_string(folder.join(format!("{name}.test.yaml"))) else { continue };
        let mut cases = tests.split_inclusive("\n  - name: ").map(str::to_owned).collect::<Vec<_>>();
        let of_time = |case: &String| {
            let name = case.lines().next().unwrap_or_default();
            name.contains("TimeGenerated is") || name.contains("Timestamp is")
        };
        // Each case ends with the beginning of the next one.
        let head = cases.remove(0);
        cases.retain(|case| !of_time(case));
        let text = head + &cases.concat();
        let text =
            text.trim_end_matches("  - name: ").lines().filter(|line| !line.starts_with("      alerts:"));
        // Where the query names the column of advanced hunting already, its time is the one that counts.
        let query = std::fs::read_to_string(folder.join(format!("{name}.yaml"))).unwrap();
        let of_workspace = query.contains("TimeGenerated");
        let text = text
            .map(|line| if of_workspace { both_times(line) } else { line.to_owned() } + "\n")
            .collect::<String>();
        std::fs::write(detections.join(format!("{name}.test.yaml")), text).unwrap();
    }
    let (passed, failed) = tested(&detections);
    assert!(failed.is_empty(), "{failed:#?}");
    passed
}

fn yaml_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            yaml_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
    found.sort();
}

#[test]
fn fixes_and_rules_of_our_hunting_queries_return_the_same() {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("content/hunting"), folder.path());
    let adapted = detected(folder.path());
    assert!(adapted >= 40, "{adapted} tests");
    std::fs::remove_dir_all(folder.path().join("detections")).unwrap();
    kept(folder.path());
}

#[test]
fn detections_of_our_rules_find_the_same() {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("content/rules"), folder.path());
    let adapted = detected(folder.path());
    assert!(adapted >= 5, "{adapted} tests");
}

#[test]
fn fixes_and_rules_of_published_hunting_queries_return_the_same() {
    let Some(shared) = shared() else { return };
    let mut all = Vec::new();
    yaml_files(&shared.join("corpus/defender-2025/Hunting Queries"), &mut all);
    let folder = tempfile::tempdir().unwrap();
    let mut names = Vec::new();
    // A sample, each under a name of its own.
    for (at, path) in all.iter().enumerate().filter(|(at, _)| at % 40 == 7) {
        let name = format!("q{at}.yaml");
        std::fs::copy(path, folder.path().join(&name)).unwrap();
        names.push(name);
    }
    for name in &names {
        let made = run(folder.path(), &["new", "test", "--isolated", name], "");
        if made.code != 0 {
            std::fs::remove_file(folder.path().join(name)).unwrap();
        }
    }
    let adapted = detected(folder.path());
    assert!(adapted > 0);
    println!("{adapted} tests of adapted queries passed");
    std::fs::remove_dir_all(folder.path().join("detections")).unwrap();
    kept(folder.path());
}
