//! Every rule does what its page and its samples say: the examples of the page, and content/broken/<rule>/.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up shall fail")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::common::{commit, root, run, write};
use sentlint::diagnostic::{Applicability, Group};
use sentlint::rules;
use serde_json::Value;

/// A fenced block of a page: what it is to show, the file names it is written to, and its text.
struct Example {
    valid: bool,
    names: Vec<String>,
    text: String,
}

impl Example {
    /// The text of one file: an example of several files names each in a comment before its part.
    fn part(&self, name: &str) -> &str {
        match self.text.split_once(&format!("# {name}\n")) {
            Some((_, part)) => part.split("\n# ").next().unwrap(),
            None => &self.text,
        }
    }
}

fn examples(docs: &str) -> Vec<Example> {
    let page = docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for block in page.split("\n```yaml,").skip(1) {
        let (header, rest) = block.split_once('\n').unwrap();
        let text = rest.split("\n```").next().unwrap().to_owned() + "\n";
        let mut words = header.split(',');
        let valid = match words.next() {
            Some("valid") => true,
            Some("invalid") => false,
            other => panic!("an example is valid or invalid, not {other:?}"),
        };
        let names = words.next().unwrap_or("example.yaml").split('+').map(str::to_owned).collect();
        found.push(Example { valid, names, text });
    }
    found
}

/// The rules that speak, with their severities, when a folder is checked in full.
fn findings(folder: &Path, args: &[&str]) -> Vec<(String, String)> {
    let all = [&["check", "--isolated", "--output-format", "json", "--profile", "pedantic"], args].concat();
    let ran = run(folder, &all, "");
    assert!(ran.code < 2, "{ran:?}");
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let diagnostics = report["diagnostics"].as_array().unwrap();
    diagnostics.iter().map(|finding| (text(finding, "rule"), text(finding, "severity"))).collect()
}

#[test]
fn the_examples_of_every_page_show_what_they_say() {
    for entry in rules::all() {
        let id = entry.meta.id;
        let examples = examples(entry.meta.docs);
        assert!(examples.iter().any(|example| !example.valid), "{id}: no invalid example");
        assert!(examples.iter().any(|example| example.valid), "{id}: no valid example");
        for example in examples {
            let dir = tempfile::tempdir().unwrap();
            // A valid example of a rule on several files is right when it stands alone.
            let names = if example.valid { &example.names[..1] } else { &example.names[..] };
            for name in names {
                if entry.meta.compares {
                    write(dir.path(), name, example.part("at the revision").as_bytes());
                    commit(dir.path());
                    write(dir.path(), name, example.part("now").as_bytes());
                } else {
                    write(dir.path(), name, example.part(name).as_bytes());
                }
            }
            let found = findings(dir.path(), against(entry));
            let fired = found.iter().any(|(rule, _)| rule == id);
            assert_eq!(fired, !example.valid, "{id}: {}\nfound {found:?}", example.text);
            let others: Vec<_> =
                found.iter().filter(|(rule, severity)| rule != id && severity == "error").collect();
            assert!(
                others.is_empty() || names.len() > 1,
                "{id}: other errors {others:?} in\n{}",
                example.text
            );
        }
    }
}

fn samples() -> PathBuf {
    root().join("content/broken")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// The files below a folder whose name begins so, relative to it.
fn files(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.file_type().is_file() && entry.file_name().to_string_lossy().starts_with(prefix) {
            found.push(entry.path().strip_prefix(folder).unwrap().to_owned());
        }
    }
    found
}

/// A rule that compares with a revision is told which.
fn against(entry: &rules::Entry) -> &'static [&'static str] {
    if entry.meta.compares { &["--diff-base", "HEAD"] } else { &[] }
}

/// The samples of a rule in a folder of their own; where the rule compares with a revision, that revision holds
/// under each sample's name what the `base` file of the same number says, or else `base.yaml`.
fn samples_of(entry: &rules::Entry) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let from = samples().join(entry.meta.id);
    if entry.meta.compares {
        for prefix in ["invalid", "valid", "fixed"] {
            for path in files(&from, prefix) {
                let name = path.file_name().unwrap().to_str().unwrap();
                let own = from.join(path.with_file_name(name.replacen(prefix, "base", 1)));
                let base = if own.exists() { own } else { from.join("base.yaml") };
                write(dir.path(), path.to_str().unwrap(), &std::fs::read(base).unwrap());
            }
        }
        commit(dir.path());
    }
    copy(&from, dir.path());
    dir
}

#[test]
fn every_rule_has_its_samples_and_no_folder_is_left_over() {
    let rules: BTreeSet<&str> = rules::all().iter().map(|entry| entry.meta.id).collect();
    let mut folders = BTreeSet::new();
    for entry in std::fs::read_dir(samples()).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            folders.insert(entry.file_name().into_string().unwrap());
        }
    }
    let missing: Vec<_> = rules.iter().filter(|id| !folders.contains(**id)).collect();
    assert!(missing.is_empty(), "content/broken lacks {missing:?}");
    let unknown: Vec<_> = folders.iter().filter(|id| !rules.contains(id.as_str())).collect();
    assert!(unknown.is_empty(), "content/broken has {unknown:?}, which are no rules");
}

#[test]
fn broken_samples_are_found_and_good_ones_are_not() {
    let mut wrong = Vec::new();
    for entry in rules::all() {
        let id = entry.meta.id;
        let dir = samples_of(entry);
        let invalid = files(dir.path(), "invalid");
        assert!(!invalid.is_empty(), "{id}: no invalid sample");
        for path in files(dir.path(), "valid").iter().chain(&files(dir.path(), "fixed")) {
            let name = path.to_str().unwrap();
            let found = findings(dir.path(), &[against(entry), &[name]].concat());
            if found.iter().any(|(rule, _)| rule == id) {
                wrong.push(format!("{id}: fires on {name}: {found:?}"));
            }
        }
        // Rules on several files need them all at once.
        let together = entry.meta.group == Group::Repository && !entry.meta.compares;
        for path in &invalid {
            let name = path.to_str().unwrap();
            let args: Vec<&str> = if together {
                invalid.iter().map(|path| path.to_str().unwrap()).collect()
            } else {
                vec![name]
            };
            let found = findings(dir.path(), &[against(entry), &args[..]].concat());
            if found.iter().all(|(rule, _)| rule != id) {
                wrong.push(format!("{id}: does not fire on {name}: {found:?}"));
            }
        }
        // A rule that is selected alone does its own work and no other.
        let names: Vec<&str> = invalid.iter().map(|path| path.to_str().unwrap()).collect();
        let alone = findings(dir.path(), &[&["--select", id], against(entry), &names[..]].concat());
        if alone.is_empty() || alone.iter().any(|(rule, _)| rule != id) {
            wrong.push(format!("{id}: selected alone: {alone:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn fixes_do_just_what_the_samples_say_and_nothing_the_second_time() {
    for entry in rules::all() {
        let id = entry.meta.id;
        let dir = samples_of(entry);
        let expected: BTreeMap<PathBuf, Vec<u8>> = files(dir.path(), "fixed")
            .into_iter()
            .map(|path| (path.clone(), std::fs::read(dir.path().join(path)).unwrap()))
            .collect();
        let invalid = files(dir.path(), "invalid");
        let names: Vec<&str> = invalid.iter().map(|path| path.to_str().unwrap()).collect();
        let args = [
            "check",
            "--isolated",
            "--fix",
            "--unsafe-fixes",
            "--exit-zero",
            "--profile",
            "pedantic",
            "--select",
            id,
        ];
        let args = [&args[..], against(entry)].concat();
        let ran = run(dir.path(), &[&args[..], &names].concat(), "");
        assert_eq!(ran.code, 0, "{id}: {ran:?}");
        let mut compared = 0;
        for path in &invalid {
            let after = std::fs::read(dir.path().join(path)).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap().replacen("invalid", "fixed", 1);
            if let Some(wanted) = expected.get(&path.with_file_name(name)) {
                let (after, wanted) = (String::from_utf8_lossy(&after), String::from_utf8_lossy(wanted));
                assert_eq!(after, wanted, "{id}: the fix of {}", path.display());
                compared += 1;
            } else if expected.is_empty() {
                let before = std::fs::read(samples().join(id).join(path)).unwrap();
                assert!(after == before, "{id}: changes {} without a fix", path.display());
            }
        }
        assert_eq!(compared, expected.len(), "{id}: a fixed sample has no invalid one");
        let applicable = entry.meta.fix.is_some_and(|fix| fix.safety != Applicability::Display);
        assert_eq!(applicable, compared > 0, "{id}: what has a fix, and only that, has a fixed sample");
        let again = run(dir.path(), &[&args[..], &names].concat(), "");
        assert!(!again.stdout.contains("Fixed "), "{id}: fixing twice changes something: {again:?}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of it is the list of faults")]
fn every_fault_of_a_schema_is_put_into_words_once_and_without_jargon() {
    // One mistake of every class that a schema can object to, in each kind.
    let faults = [
        "id: 5",
        "id: []",
        "id:",
        "name: 5",
        "name: ''",
        "name: [a]",
        "description: {}",
        "description:",
        "severity: 3",
        "severity: Hoch",
        "status: Old",
        "requiredDataConnectors: x",
        "requiredDataConnectors: {a: 1}",
        "requiredDataConnectors: [x]",
        "requiredDataConnectors: [{connectorId: 5, dataTypes: [a]}]",
        "requiredDataConnectors: [{connectorId: SecurityEvents, dataTypes: a}]",
        "requiredDataConnectors: [{connectorId: SecurityEvents, dataTypes: [{a: 1}]}]",
        "requiredDataConnectors: [{connectorId: SecurityEvents, dataTypes: [], other: 1}]",
        "requiredDataConnectors: [{dataTypes: []}]",
        "tactics: {a: 1}",
        "tactics: [5]",
        "tactics: [[a]]",
        "tactics: [Wrong]",
        "relevantTechniques: 5",
        "relevantTechniques: [T1]",
        "relevantTechniques: [{a: b}]",
        "query: []",
        "query:",
        "entityMappings: x",
        "entityMappings: [x]",
        "entityMappings: [{entityType: Host}]",
        "entityMappings: [{entityType: 5, fieldMappings: []}]",
        "entityMappings: [{entityType: Host, fieldMappings: [{identifier: FullName, columnName: 5}]}]",
        "entityMappings: [{entityType: Host, fieldMappings: [{identifier: FullName, columnName: 'a b'}]}]",
        "entityMappings: [{entityType: Host, fieldMappings: [{identifier: FullName}]}]",
        "entityMappings: [{entityType: Host, fieldMappings: {a: 1}}]",
        "customDetails: []",
        "customDetails: {a: 5}",
        "customDetails: {1a: b}",
        "customDetails: {a: [b]}",
        "version: 1",
        "version: x",
        "version: [1]",
        "tags: x",
        "tags: {a: 1}",
        "metadata: x",
        "metadata: []",
        "unknownKey: 1",
    ];
    let rule_faults = [
        "kind: 5",
        "kind: Wrong",
        "queryFrequency: 5",
        "queryFrequency: [1h]",
        "queryPeriod: x",
        "triggerOperator: [gt]",
        "triggerOperator: ge",
        "triggerThreshold: x",
        "triggerThreshold: 1.5",
        "triggerThreshold: -1",
        "triggerThreshold: [1]",
        "suppressionDuration: x",
        "suppressionEnabled: x",
        "enabled: 5",
        "alertDetailsOverride: x",
        "alertDetailsOverride: {alertDisplayNameFormat: ''}",
        "alertDetailsOverride: {alertDisplayNameFormat: [a]}",
        "alertDetailsOverride: {other: x}",
        "alertDetailsOverride: {alertDynamicProperties: [{alertProperty: X, value: y}]}",
        "alertDetailsOverride: {alertDynamicProperties: [{value: y}]}",
        "eventGroupingSettings: x",
        "eventGroupingSettings: {}",
        "eventGroupingSettings: {aggregationKind: x}",
        "incidentConfiguration: x",
        "incidentConfiguration: {}",
        "incidentConfiguration: {createIncident: x}",
        "incidentConfiguration: {createIncident: true, groupingConfiguration: {enabled: x}}",
        "incidentConfiguration: {createIncident: true, groupingConfiguration: {enabled: true, reopenClosedIncident: false, lookbackDuration: x, matchingMethod: AllEntities}}",
        "incidentConfiguration: {createIncident: true, groupingConfiguration: {enabled: true, reopenClosedIncident: false, lookbackDuration: 5h, matchingMethod: Some}}",
        "sentinelEntitiesMappings: x",
        "sentinelEntitiesMappings: [{a: b}]",
    ];
    let hunting = "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nname: n\ndescription: Identifies n.\nquery: T\n";
    let scheduled = format!(
        "{hunting}severity: High\nrequiredDataConnectors: []\nqueryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\n\
         triggerThreshold: 0\nkind: Scheduled\n"
    );
    let with = |base: &str, fault: &str| {
        let key = fault.split(':').next().unwrap();
        let kept: Vec<&str> = base.lines().filter(|line| line.split(':').next() != Some(key)).collect();
        format!("{}\n{fault}\n", kept.join("\n"))
    };
    let jargon = [
        "is not of type",
        "\"array\"",
        "oneOf",
        "anyOf",
        "does not match",
        "regex",
        "schema",
        "additionalProperties",
    ];
    let cases =
        faults.iter().map(|fault| (hunting, *fault)).chain(faults.iter().map(|fault| (&*scheduled, *fault)));
    let cases = cases.chain(rule_faults.iter().map(|fault| (&*scheduled, *fault)));
    let mut failures = Vec::new();
    for (base, fault) in cases {
        if base == hunting && ["severity", "status"].iter().any(|key| fault.starts_with(key)) {
            continue;
        }
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "Hunting Queries/a.yaml", b"x: 1\n");
        write(dir.path(), "a.yaml", with(base, fault).as_bytes());
        let ran = run(dir.path(), &["check", "a.yaml", "--isolated", "--output-format", "json"], "");
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let key = fault.split(':').next().unwrap();
        let about: Vec<&Value> = report["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| {
                let path = finding["yaml_path"].as_str().unwrap_or_default();
                let first = path.split('/').nth(1).unwrap_or_default();
                first == key || (path.is_empty() && finding["message"].as_str().unwrap().contains(key))
            })
            .filter(|finding| !matches!(finding["rule"].as_str().unwrap(), "missing-tactics"))
            .collect();
        let said: Vec<String> = about
            .iter()
            .map(|finding| {
                format!("{}: {}", finding["rule"].as_str().unwrap(), finding["message"].as_str().unwrap())
            })
            .collect();
        if said.is_empty() {
            failures.push(format!("nothing is said of `{fault}` in a {}", report["files"][0]["kind"]));
        }
        if said.iter().any(|message| jargon.iter().any(|word| message.contains(word))) {
            failures.push(format!("`{fault}` is told in jargon: {said:?}"));
        }
        // A catch-all has nothing to say where another rule has spoken of the same place.
        let catch_all =
            |finding: &&&Value| ["wrong-type", "empty-value"].contains(&finding["rule"].as_str().unwrap());
        let twice = about
            .iter()
            .filter(catch_all)
            .any(|one| about.iter().filter(|other| other["range"] == one["range"]).count() > 1);
        if twice {
            failures.push(format!("`{fault}` is told twice: {said:#?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
