//! Plain templates: what Azure's own template checks ask of them, and what each option does.

#![allow(clippy::unwrap_used, reason = "what cannot be read shall fail the test")]

use std::fmt::Write as _;
use std::path::Path;

use crate::common::{CLEAN, folder, root, run, shared};
use serde_json::Value;

const RULE: &str = "\
id: 6e3a1d0c-9f3b-4b60-8c3e-0a4f4c2d7b12
name: Remote tool reached its relay
description: Identifies hosts from which a remote management tool reached its relay.
severity: Low
requiredDataConnectors:
  - connectorId: MicrosoftThreatProtection
    dataTypes:
      - DeviceNetworkEvents
queryFrequency: 1h
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
tactics:
  - CommandAndControl
relevantTechniques:
  - T1219.002
query: |
  DeviceNetworkEvents
  | where TimeGenerated > ago(1h)
  | where RemoteUrl has \"relay.example\"
  | project TimeGenerated, DeviceName, RemoteUrl
entityMappings:
  - entityType: Host
    fieldMappings:
      - identifier: FullName
        columnName: DeviceName
version: 1.2.3
kind: Scheduled
";

/// What arm-ttk would say of a template, by its published rules that apply to resources like ours. Two of them judge
/// the content and not the template, and are left to its authors: custom details whose names end in `Id`, and hosts of
/// Azure that a query names.
fn problems(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let template: Value = serde_json::from_str(text).unwrap();
    let schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
    if template["$schema"] != schema {
        found.push("the schema is another one".into());
    }
    for (at, _) in text.match_indices(':') {
        let rest = text[at + 1..].trim_start();
        let blank = |open: &str, close: &str| {
            rest.strip_prefix(open).is_some_and(|rest| rest.trim_start().starts_with(close))
        };
        if blank("{", "}") || blank("[", "]") || blank("\"", "\"") || rest.starts_with("null") {
            found.push(format!("a blank value: {}", &text[at..(at + 20).min(text.len())]));
        }
    }
    for parameter in template["parameters"].as_object().unwrap().keys() {
        if !text.contains(&format!("parameters('{parameter}')")) {
            found.push(format!("the parameter {parameter} is not used"));
        }
    }
    for resource in template["resources"].as_array().unwrap() {
        let version = resource["apiVersion"].as_str().unwrap();
        let date = version.trim_end_matches("-preview");
        let digits = date.split('-').map(str::len).collect::<Vec<_>>();
        if digits != [4, 2, 2] || date < "2025-07-01" {
            found.push(format!("the API version {version} is not recent"));
        }
        if resource.get("location").is_some() {
            found.push("a location that is no parameter".into());
        }
        walk("properties", &resource["properties"], &mut found);
    }
    found
}

fn walk(key: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(_) if key == "customDetails" => {}
        Value::Object(map) => map.iter().for_each(|(key, value)| walk(key, value, found)),
        Value::Array(items) => items.iter().for_each(|item| walk(key, item, found)),
        Value::String(text) => {
            if key.to_lowercase().ends_with("id") {
                found.push(format!("`{key}` is no resource id"));
            }
            if text.starts_with('[') && text.ends_with(']') && !text.starts_with("[[") {
                found.push(format!("`{text}` would be evaluated"));
            }
        }
        _ => {}
    }
}

fn judge(folder: &Path, least: usize) {
    let out = tempfile::tempdir().unwrap();
    let (from, to) = (folder.to_str().unwrap(), out.path().to_str().unwrap());
    run(&root(), &["convert", from, "-o", to, "--no-check", "--quiet"], "");
    let mut judged = 0;
    for entry in ignore::WalkBuilder::new(out.path()).standard_filters(false).build() {
        let path = entry.unwrap().into_path();
        if path.is_file() {
            let found = problems(&std::fs::read_to_string(&path).unwrap());
            assert!(found.is_empty(), "{}: {found:?}", path.display());
            judged += 1;
        }
    }
    assert!(judged >= least, "only {judged} templates of {}", folder.display());
}

#[test]
fn templates_are_clean_by_the_rules_of_arm_ttk() {
    judge(&root().join("content/hunting"), 16);
    judge(&root().join("content/rules"), 5);
    if let Some(shared) = shared() {
        judge(&shared.join("corpus/upstream-2022/Detections"), 300);
        judge(&shared.join("corpus/defender-2025"), 300);
    }
    let odd = "{\"$schema\": \"x\", \"parameters\": {\"unused\": 1}, \"resources\": [{\"apiVersion\": \"2020-01-01\",
        \"location\": \"west\", \"properties\": {\"ruleId\": \"x\", \"a\": \"[b]\", \"c\": [ ], \"d\": null}}]}";
    assert_eq!(problems(odd).len(), 8, "{:?}", problems(odd));
}

#[test]
fn versions_of_the_api_lack_what_they_lack() {
    let nrt = RULE
        .lines()
        .filter(|line| {
            !line.starts_with("queryFreq") && !line.starts_with("queryP") && !line.starts_with("trigger")
        })
        .map(|line| line.replace("kind: Scheduled", "kind: NRT"))
        .collect::<Vec<_>>()
        .join("\n");
    let dir = folder(&[("a.yaml", RULE), ("nrt.yaml", &nrt)]);
    let refused = run(dir.path(), &["convert", "nrt.yaml", "--api-version", "2025-09-01"], "");
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused.stderr.contains("nrt.yaml:24:7: error: The API version 2025-09-01 does not support NRT"),
        "{refused:?}"
    );
    assert_eq!(run(dir.path(), &["convert", "nrt.yaml"], "").code, 0);
    for (version, kept) in
        [("2025-09-01", false), ("2023-02-01-preview", false), ("2023-12-01-preview", true)]
    {
        let ran = run(dir.path(), &["convert", "a.yaml", "--api-version", version], "");
        assert_eq!(ran.stdout.contains("subTechniques"), kept, "{ran:?}");
        assert_eq!(ran.stderr.contains("does not support sub-techniques"), !kept, "{ran:?}");
    }
    for wrong in ["latest", "2025-9-1", "2025-09-01T00:00:00Z"] {
        assert_eq!(run(dir.path(), &["convert", "a.yaml", "--api-version", wrong], "").code, 2, "{wrong}");
    }
}

#[test]
fn long_descriptions_are_kept_cut_or_refused() {
    let long =
        CLEAN.replace("reached its relay.\n", &format!("reached {}.\n", "its relay ".repeat(40).trim()));
    let dir = folder(&[("a.yaml", &long)]);
    let value = |option: &str| {
        let ran = run(dir.path(), &["convert", "a.yaml", "--no-check", "--long-description", option], "");
        let template: Value = serde_json::from_str(&ran.stdout).unwrap_or_default();
        let tag = template["resources"][0]["properties"]["tags"][0]["value"].as_str().unwrap_or_default();
        (ran.code, tag.to_owned(), ran.stderr)
    };
    let (code, text, told) = value("keep");
    assert!(code == 0 && text.len() > 400 && told.contains("longer than 255 characters"), "{told}");
    let (code, text, told) = value("truncate");
    assert!(
        code == 0 && text.len() <= 255 && text.ends_with("relay...") && told.contains("is truncated"),
        "{text}"
    );
    let (code, _, told) = value("error");
    assert!(code == 1 && told.contains("a.yaml:3:14: error: The description has"), "{told}");
}

#[test]
fn parameters_are_laid_over_before_the_check() {
    let rule = RULE.replace("ago(1h)", "ago(%%WINDOW%%)").replace("severity: Low", "severity: None");
    let dir = folder(&[
        ("a.yaml", &rule),
        ("p.yaml", "OverwriteProperties:\n  severity: High\nReplaceQueryVariables:\n  WINDOW: 1h\n"),
        ("bad.yaml", "ReplaceQueryVariables:\n  WINDOW: 1h\nPrependQuery: |\n  let a = %%MISSING%%;\n"),
        ("wrong.yaml", "OverwriteProperties:\n  severity: Enormous\nReplaceQueryVariables: {WINDOW: 1h}\n"),
    ]);
    let ran = run(dir.path(), &["convert", "a.yaml", "--params", "p.yaml"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("ago(1h)") && ran.stdout.contains("\"severity\": \"High\""), "{ran:?}");
    let bad = run(dir.path(), &["convert", "a.yaml", "--params", "bad.yaml"], "");
    assert_eq!(bad.code, 2);
    assert!(bad.stderr.contains("bad.yaml:4:11: The variable `%%MISSING%%` has no value"), "{bad:?}");
    let wrong = run(dir.path(), &["convert", "a.yaml", "--params", "wrong.yaml"], "");
    assert_eq!(wrong.code, 1);
    assert!(wrong.stderr.contains("(with the parameters"), "{wrong:?}");
}

#[test]
fn what_is_left_out_is_reported_when_asked() {
    let nrt = RULE.replace("kind: Scheduled", "kind: NRT\ntags: [relay]");
    let dir = folder(&[("a.yaml", RULE), ("nrt.yaml", &nrt)]);
    let told = |file: &str| {
        let ran = run(dir.path(), &["convert", "-v", file, "--no-check"], "");
        let lines = ran.stderr.lines().filter(|line| line.contains("is omitted"));
        lines.map(|line| line.split('`').nth(1).unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told("a.yaml"), ["requiredDataConnectors", "version"]);
    assert_eq!(
        told("nrt.yaml"),
        [
            "requiredDataConnectors",
            "queryFrequency",
            "queryPeriod",
            "triggerOperator",
            "triggerThreshold",
            "version",
            "tags"
        ]
    );
    assert_eq!(run(dir.path(), &["convert", "a.yaml"], "").stderr, "");
}

#[test]
fn limits_of_portal_and_repositories_are_reported() {
    let dir = tempfile::tempdir().unwrap();
    for n in 0..51 {
        let mut text = RULE.replace("4b60-8c3e", &format!("4b60-8c{n:02}"));
        writeln!(text, "# {n}").unwrap();
        crate::common::write(
            dir.path(),
            &format!("in/{n}.yaml"),
            text.replace("its relay", &format!("relay {n}")).as_bytes(),
        );
    }
    let ran = run(dir.path(), &["convert", "in", "--merge", "-o", "all.json"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("51 rules; the portal imports at most 50 at a time"), "{ran:?}");
    for n in 0..801 {
        let text = CLEAN.replace("4b60-8c3e-0a", &format!("4b60-8{n:03}-0a"));
        crate::common::write(dir.path(), &format!("many/{n}.yaml"), text.as_bytes());
    }
    let ran = run(dir.path(), &["convert", "many", "-o", "out", "--no-check", "--check"], "");
    assert!(ran.code == 1 && ran.stderr.contains("a resource group keeps at most 800; --merge"), "{ran:?}");
    let ran = run(dir.path(), &["convert", "many", "--merge", "-o", "many.json", "--no-check"], "");
    assert!(
        ran.code == 0 && ran.stderr.contains("801 resources, and a deployment can have at most 800"),
        "{ran:?}"
    );
}
