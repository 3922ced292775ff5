//! What `sentlint convert` makes for each target, over our own samples and over real pairs.

use crate::common::{CLEAN, SEED, folder, root, run, shared};
use serde_json::{Value, json};

/// One hunting query stands for all; each rule has something of its own.
const SHOWN: [&str; 6] = [
    "hunting/mremoteng-connection-fan-out",
    "rules/kvm-device-attached",
    "rules/remote-tool-first-seen-on-host",
    "rules/remote-tool-mass-deployment",
    "rules/tunnel-from-server",
    "rules/unattended-access-password",
];

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({snapshot_path => "../../snapshots", prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn each_kind_becomes_a_bicep_file() {
    for name in SHOWN {
        let ran = run(&root(), &["convert", "--to", "bicep", &format!("content/{name}.yaml")], "");
        assert_eq!(ran.code, 0, "{ran:?}");
        snapshot(&format!("bicep__{}", name.split('/').next_back().unwrap_or(name)), &ran.stdout);
    }
}

#[test]
fn bicep_files_are_ours_to_write_again_and_can_be_one() {
    let dir = folder(&[("in/a.yaml", CLEAN), ("in/b.yaml", SEED)]);
    let args = ["convert", "--to", "bicep", "in", "-o", "out"];
    assert_eq!(run(dir.path(), &args, "").code, 0);
    let a = dir.path().join("out/a.bicep");
    let text = std::fs::read_to_string(&a).unwrap();
    std::fs::write(&a, text.replace("relay", "other")).unwrap();
    let edited = run(dir.path(), &[&args[..], &["--check"]].concat(), "");
    assert_eq!(edited.code, 1, "{edited:?}");
    assert!(edited.stderr.contains("out/a.bicep was edited"), "{edited:?}");
    assert_eq!(run(dir.path(), &args, "").code, 2);
    assert_eq!(run(dir.path(), &[&args[..], &["--force"]].concat(), "").code, 0);
    assert_eq!(std::fs::read_to_string(&a).unwrap(), text);
    std::fs::write(&a, "param workspace string\n").unwrap();
    assert_eq!(run(dir.path(), &args, "").code, 2);
    let merged = run(dir.path(), &["convert", "--to", "bicep", "in", "--merge", "-o", "all.bicep"], "");
    assert_eq!(merged.code, 0, "{merged:?}");
    let text = std::fs::read_to_string(dir.path().join("all.bicep")).unwrap();
    assert_eq!(text.matches("\nresource ").count(), 3, "{text}");
}

#[test]
fn bicep_for_sentinel_repositories_has_no_extension_resources() {
    let file = "content/rules/unattended-access-password.yaml";
    let ran = run(&root(), &["convert", "--to", "bicep", "--for-repositories", file], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.stdout.contains("'Microsoft.OperationalInsights/workspaces/providers/alertRules@"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("  name: '${workspace}/Microsoft.SecurityInsights/"), "{ran:?}");
    assert!(!ran.stdout.contains("existing") && !ran.stdout.contains("scope:"), "{ran:?}");
}

const FACTS: &str = "\
name = \"Remote management tools\"
version = \"3.0.1\"
publisher-id = \"sentlint\"
author = { name = \"sentlint\", email = \"content@example.org\" }
description = \"Hunting queries and rules about remote management tools.\"
first-publish-date = 2026-01-31
providers = [\"Community\"]
categories = { domains = [\"Security - Threat Protection\"] }
";

#[test]
fn the_sample_repository_becomes_one_solution() {
    let dir = folder(&[("facts.toml", FACTS)]);
    let facts = dir.path().join("facts.toml");
    let facts = facts.to_str().unwrap();
    let files = SHOWN.map(|name| format!("content/{name}.yaml"));
    let mut args = vec!["convert", "--to", "solution", "--solution", facts];
    args.extend(files.iter().map(String::as_str));
    let ran = run(&root(), &args, "");
    assert_eq!(ran.code, 0, "{ran:?}");
    snapshot("solution", &ran.stdout);
    let template: Value = serde_json::from_str(&ran.stdout).unwrap();
    let variables = template["variables"].as_object().unwrap();
    // Each variable that is named is there, with the member that is asked of it.
    let mut named = 0;
    for part in ran.stdout.split("variables('").skip(1) {
        let (name, rest) = part.split_once("')").unwrap();
        let value = variables.get(name).unwrap_or_else(|| panic!("no variable {name}"));
        if let Some(member) = rest.strip_prefix('.') {
            let member: String = member.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            assert!(value.get(&member).is_some(), "{name} has no {member}");
        }
        named += 1;
    }
    assert!(named > 100, "{named}");
    let kinds: Vec<&str> = template["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|resource| resource["properties"]["contentKind"].as_str().unwrap())
        .collect();
    let rule = "AnalyticsRule";
    assert_eq!(kinds, [rule, rule, rule, rule, rule, "HuntingQuery", "Solution"]);
    assert_eq!(
        template["resources"][6]["properties"]["dependencies"]["criteria"].as_array().unwrap().len(),
        6
    );
}

#[test]
fn a_solution_needs_facts_and_says_which() {
    let dir = folder(&[
        ("a.yaml", CLEAN),
        ("facts.toml", "nane = \"x\"\n"),
        ("Data/Solution_X.json", r#"{"Name": "X", "Author": "Ada", "Metadata": "SolutionMetadata.json"}"#),
        (
            "SolutionMetadata.json",
            r#"{"publisherId": "contoso", "offerId": "x", "support": {"tier": "Partner"}}"#,
        ),
        ("sentlint.toml", "[convert]\nsolution = \"Data/Solution_X.json\"\n"),
    ]);
    let bare = run(dir.path(), &["convert", "--to", "solution", "a.yaml", "--isolated"], "");
    assert_eq!(bare.code, 2);
    assert!(bare.stderr.contains("--solution FILE"), "{bare:?}");
    let wrong = run(dir.path(), &["convert", "--to", "solution", "a.yaml", "--solution", "facts.toml"], "");
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("did you mean `name`?"), "{wrong:?}");
    assert!(wrong.stderr.contains("`publisher-id` is missing"), "{wrong:?}");
    let args = ["convert", "--to", "solution", "a.yaml", "-o", "Package"];
    let made = run(dir.path(), &args, "");
    assert_eq!(made.code, 0, "{made:?}");
    let path = dir.path().join("Package/mainTemplate.json");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"solutionId\": \"contoso.x\""), "{text}");
    assert_eq!(run(dir.path(), &[&args[..], &["--check"]].concat(), "").code, 0);
    std::fs::write(&path, text.replace("relay", "other")).unwrap();
    assert_eq!(run(dir.path(), &[&args[..], &["--check"]].concat(), "").code, 1);
    let mixed = run(dir.path(), &[&args[..], &["--enabled"]].concat(), "");
    assert_eq!(mixed.code, 2, "{mixed:?}");
}

/// A value as published resources are compared: outer blanks, line ends, what is empty, and the order of techniques
/// aside; what the two deployments of a content template take away is taken away.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().map(|(key, value)| (key.clone(), plain(value)));
            let mut map: serde_json::Map<_, _> = kept.filter(|(_, value)| !blank(value)).collect();
            for key in ["techniques", "subTechniques", "tactics"] {
                if let Some(Value::Array(items)) = map.get_mut(key) {
                    items.sort_by_key(ToString::to_string);
                }
            }
            Value::Object(map)
        }
        Value::Array(items) => Value::Array(items.iter().map(plain).collect()),
        Value::String(text) if text == "[variables('TemplateEmptyArray')]" => Value::Null,
        Value::String(text) => {
            let text = text.strip_prefix("[[").filter(|rest| rest.starts_with('[')).unwrap_or(text);
            let lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
            Value::String(lines.join("\n"))
        }
        other => other.clone(),
    }
}

fn blank(value: &Value) -> bool {
    matches!(value, Value::Null) || *value == json!("") || *value == json!([]) || *value == json!({})
}

#[test]
fn inner_resources_equal_what_upstream_published() {
    let Some(shared) = shared() else { return };
    let text = std::fs::read_to_string(shared.join("pairs/pairs.jsonl")).unwrap();
    let dir = folder(&[("facts.toml", FACTS)]);
    let args = ["convert", "--to", "solution", "--no-check", "--solution", "facts.toml", "a.yaml"];
    let (mut equal, mut different) = (0, Vec::new());
    for line in text.lines() {
        let pair: Value = serde_json::from_str(line).unwrap();
        if !pair["generation"].as_str().unwrap().starts_with("V3") {
            continue;
        }
        crate::common::write(dir.path(), "a.yaml", pair["yaml"].as_str().unwrap().as_bytes());
        let ran = run(dir.path(), &args, "");
        assert_eq!(ran.code, 0, "{}: {ran:?}", pair["id"]);
        let template: Value = serde_json::from_str(&ran.stdout).unwrap();
        let inner = &template["resources"][0]["properties"]["mainTemplate"]["resources"][0];
        if plain(&inner["properties"]) == plain(&pair["expected"]) {
            equal += 1;
        } else {
            different.push(pair["id"].to_string());
        }
    }
    assert!(equal > 0 && different.is_empty(), "{equal} equal, different: {different:?}");
}
