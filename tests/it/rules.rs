//! Every rule does what its page and its samples say: the examples of the page, and content/broken/<rule>/.

use std::collections::BTreeSet;

use rayon::prelude::*;
use sentlint::internals::check::Job;
use sentlint::internals::diagnostic::{Applicability, Group, Severity};
use sentlint::internals::findings::Findings;
use sentlint::internals::report::Format;
use sentlint::internals::rules::{self, Entry, Profile};
use serde_json::Value;

use crate::checked::{self, Files, alone, compare, jobs, pin, settings};
use crate::common::root;

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

    /// What to check; a valid example of a rule on several files is right when it stands alone.
    fn jobs(&self, entry: &Entry) -> Vec<Job> {
        let names = if self.valid { &self.names[..1] } else { &self.names[..] };
        let part = |name: &String| if entry.meta.compares { self.part("now") } else { self.part(name) };
        let files: Files = names.iter().map(|name| (name.clone(), part(name).into())).collect();
        let mut jobs = jobs(&files);
        if entry.meta.compares {
            for job in &mut jobs {
                compare(job, self.part("at the revision").as_bytes());
            }
        }
        jobs
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

/// The rules that speak, with their severities.
fn speaking(findings: &Findings) -> Vec<(&'static str, Severity)> {
    findings.counting().map(|(_, finding)| (finding.rule.id, finding.severity)).collect()
}

fn pedantic(jobs: &[Job]) -> Vec<(&'static str, Severity)> {
    speaking(&checked::check(jobs, &settings(Profile::Pedantic)))
}

/// Looks at every rule, at several at once, and fails with all that is wrong.
fn for_each_rule(look: impl Fn(&Entry) -> Vec<String> + Send + Sync) {
    let wrong: Vec<String> = rules::all().collect::<Vec<_>>().into_par_iter().flat_map(look).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_examples_of_every_page_show_what_they_say() {
    for_each_rule(|entry| {
        let id = entry.meta.id;
        let examples = examples(entry.meta.docs);
        assert!(examples.iter().any(|example| !example.valid), "{id}: no invalid example");
        assert!(examples.iter().any(|example| example.valid), "{id}: no valid example");
        let mut wrong = Vec::new();
        for example in examples {
            let jobs = example.jobs(entry);
            assert!(!jobs.is_empty(), "{id}: an example that would not be found");
            let found = pedantic(&jobs);
            if found.iter().any(|(rule, _)| *rule == id) == example.valid {
                wrong.push(format!("{id}: {}\nfound {found:?}", example.text));
            }
            let other = |(rule, severity): &&(&str, Severity)| *rule != id && *severity == Severity::Error;
            let others: Vec<_> = found.iter().filter(other).collect();
            if !others.is_empty() && jobs.len() == 1 {
                wrong.push(format!("{id}: other errors {others:?} in\n{}", example.text));
            }
        }
        wrong
    });
}

/// The files of a rule's folder, and the jobs for some of them.
struct Samples<'e> {
    entry: &'e Entry,
    files: Files,
}

impl<'e> Samples<'e> {
    fn of(entry: &'e Entry) -> Self {
        Self { entry, files: checked::files(&root().join("content/broken").join(entry.meta.id)) }
    }

    /// The files whose name, without its folders, begins so.
    fn files(&self, prefix: &str) -> Vec<(&String, &Vec<u8>)> {
        let begins = |(name, _): &(&String, _)| name.rsplit('/').next().unwrap().starts_with(prefix);
        self.files.iter().filter(begins).collect()
    }

    /// Jobs for some files. Where the rule compares with a revision, that revision holds what the `base` file of the
    /// same number says, or else `base.yaml`.
    fn jobs(&self, files: &[(&String, &Vec<u8>)]) -> Vec<Job> {
        let mut jobs = jobs(files.iter().copied());
        assert_eq!(jobs.len(), files.len(), "{}: a sample that is not content", self.entry.meta.id);
        if self.entry.meta.compares {
            for job in &mut jobs {
                let base =
                    ["invalid", "valid", "fixed"].iter().fold(job.input.name.clone(), |name, prefix| {
                        if name.starts_with(prefix) { name.replacen(prefix, "base", 1) } else { name }
                    });
                let base = self.files.get(&base).or_else(|| self.files.get("base.yaml"));
                compare(job, base.unwrap());
            }
        }
        jobs
    }

    /// The sets of `invalid` files that are checked in one run: rules on several files need them all at once.
    fn invalid(&self) -> Vec<Vec<Job>> {
        let invalid = self.files("invalid");
        if self.entry.meta.group == Group::Repository && !self.entry.meta.compares {
            vec![self.jobs(&invalid)]
        } else {
            invalid.into_iter().map(|file| self.jobs(&[file])).collect()
        }
    }
}

#[test]
fn every_rule_has_its_samples_and_no_folder_is_left_over() {
    let rules: BTreeSet<&str> = rules::all().map(|entry| entry.meta.id).collect();
    let mut folders = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("content/broken")).unwrap() {
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
    for_each_rule(|entry| {
        let id = entry.meta.id;
        let samples = Samples::of(entry);
        let mut wrong = Vec::new();
        for (name, bytes) in samples.files("valid").into_iter().chain(samples.files("fixed")) {
            let found = pedantic(&samples.jobs(&[(name, bytes)]));
            if found.iter().any(|(rule, _)| *rule == id) {
                wrong.push(format!("{id}: fires on {name}: {found:?}"));
            }
        }
        let invalid = samples.invalid();
        assert!(!invalid.is_empty(), "{id}: no invalid sample");
        for jobs in &invalid {
            let found = pedantic(jobs);
            if found.iter().all(|(rule, _)| *rule != id) {
                wrong.push(format!("{id}: does not fire on {}: {found:?}", jobs[0].input.name));
            }
        }
        // A rule that is selected alone does its own work and no other.
        let selected = speaking(&checked::check(&samples.jobs(&samples.files("invalid")), &alone(entry)));
        if selected.is_empty() || selected.iter().any(|(rule, _)| *rule != id) {
            wrong.push(format!("{id}: selected alone: {selected:?}"));
        }
        wrong
    });
}

#[test]
fn what_is_said_of_every_broken_sample_is_pinned() {
    // The concise report names every rule that speaks, the JSON report has all that this rule says.
    let text = |entry: &Entry| {
        let samples = Samples::of(entry);
        let mut text = String::new();
        for jobs in samples.invalid() {
            let found = checked::check(&jobs, &settings(Profile::Pedantic));
            text += &checked::report(Format::Concise, &found, 100);
        }
        let found = checked::check(&samples.jobs(&samples.files("invalid")), &alone(entry));
        (entry.meta.id, text + &checked::report(Format::Json, &found, 100))
    };
    let texts: Vec<_> = rules::all().collect::<Vec<_>>().into_par_iter().map(text).collect();
    for (id, text) in texts {
        pin(&format!("rules__{id}"), &text);
    }
}

#[test]
fn fixes_do_just_what_the_samples_say_and_nothing_the_second_time() {
    for_each_rule(|entry| {
        let id = entry.meta.id;
        let samples = Samples::of(entry);
        let expected = samples.files("fixed").len();
        let mut after = samples.jobs(&samples.files("invalid"));
        checked::fix(&mut after, &alone(entry));
        let (mut wrong, mut compared) = (Vec::new(), 0);
        for job in &after {
            let (name, text) = (&job.input.name, job.text.as_ref().unwrap());
            let (folder, file) = name.rsplit_once('/').map_or(("", &**name), |(folder, file)| (folder, file));
            let fixed = match folder {
                "" => file.replacen("invalid", "fixed", 1),
                folder => format!("{folder}/{}", file.replacen("invalid", "fixed", 1)),
            };
            if let Some(wanted) = samples.files.get(&fixed) {
                let wanted = String::from_utf8_lossy(wanted);
                if text.text() != wanted {
                    wrong.push(format!("{id}: the fix of {name} gives\n{}\nand not\n{wanted}", text.text()));
                }
                compared += 1;
            } else if expected == 0 && text.text().as_bytes() != samples.files[name] {
                wrong.push(format!("{id}: changes {name} without a fix"));
            }
        }
        if compared != expected {
            wrong.push(format!("{id}: a fixed sample has no invalid one"));
        }
        let applicable = entry.meta.fix.is_some_and(|fix| fix.safety != Applicability::Display);
        if applicable != (compared > 0) {
            wrong.push(format!("{id}: what has a fix, and only that, has a fixed sample"));
        }
        if checked::fix(&mut after, &alone(entry)) > 0 {
            wrong.push(format!("{id}: fixing twice changes something"));
        }
        wrong
    });
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
        let files = Files::from([("a.yaml".to_owned(), with(base, fault).into_bytes())]);
        let found = checked::check(&jobs(&files), &settings(Profile::Recommended));
        let report: Value = serde_json::from_str(&checked::report(Format::Json, &found, 100)).unwrap();
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
