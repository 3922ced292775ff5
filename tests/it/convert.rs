//! `sentlint convert` as its users meet it.

use crate::common::{CLEAN, SEED, folder, root, run, write};
use serde_json::Value;

#[expect(clippy::unwrap_used, reason = "a template that is no JSON shall fail the test")]
fn template(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_seed_becomes_one_saved_search() {
    let dir = folder(&[("a.yaml", SEED)]);
    let ran = run(dir.path(), &["convert", "--to", "arm", "a.yaml"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    let template = template(&ran.stdout);
    let parameters: Vec<&String> = template["parameters"].as_object().unwrap().keys().collect();
    assert_eq!(parameters, ["workspace"]);
    let resources = template["resources"].as_array().unwrap();
    assert_eq!(resources.len(), 1);
    assert_eq!(resources[0]["type"], "Microsoft.OperationalInsights/workspaces/savedSearches");
    let properties = &resources[0]["properties"];
    assert_eq!(properties["category"], "Hunting Queries");
    let tags: Vec<(&str, &str)> = properties["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| (tag["name"].as_str().unwrap(), tag["value"].as_str().unwrap()))
        .collect();
    assert_eq!(
        tags,
        [
            ("description", "Identifies hosts from which mRemoteNG reached its maker's site."),
            ("tactics", "CommandAndControl"),
            ("techniques", "T1219"),
        ]
    );
}

#[test]
fn standard_input_is_converted_to_standard_output() {
    let dir = folder(&[]);
    let ran = run(dir.path(), &["convert", "--to", "arm", "-"], CLEAN);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        template(&ran.stdout)["resources"][0]["properties"]["displayName"],
        "Remote tool reached its relay"
    );
}

#[test]
fn a_folder_is_mirrored_and_what_is_there_is_kept() {
    let dir = folder(&[("in/x/a.yaml", CLEAN), ("in/b.yaml", SEED), ("in/other.yaml", "a: 1\n")]);
    let args = ["convert", "in", "-o", "out"];
    assert_eq!(run(dir.path(), &args, "").code, 0);
    let a = dir.path().join("out/x/a.json");
    let first = std::fs::read_to_string(&a).unwrap();
    assert!(dir.path().join("out/b.json").exists());
    let check = ["convert", "in", "-o", "out", "--check"];
    assert_eq!(run(dir.path(), &check, "").code, 0);
    // What sentlint wrote, it may write again, unless somebody edited it.
    let source = std::fs::read_to_string(dir.path().join("in/x/a.yaml")).unwrap();
    write(dir.path(), "in/x/a.yaml", source.replace("Remote tool", "Changed").as_bytes());
    let stale = run(dir.path(), &check, "");
    assert_eq!(stale.code, 1);
    assert!(stale.stderr.contains("out/x/a.json is out of date"), "{stale:?}");
    assert_eq!(std::fs::read_to_string(&a).unwrap(), first, "--check writes nothing");
    assert_eq!(run(dir.path(), &args, "").code, 0);
    assert!(std::fs::read_to_string(&a).unwrap().contains("Changed"));
    write(dir.path(), "in/x/a.yaml", source.as_bytes());
    assert_eq!(run(dir.path(), &args, "").code, 0);
    assert_eq!(std::fs::read_to_string(&a).unwrap(), first);
    std::fs::write(&a, first.replace("Remote tool", "Edited")).unwrap();
    let edited = run(dir.path(), &check, "");
    assert!(edited.code == 1 && edited.stderr.contains("out/x/a.json was edited"), "{edited:?}");
    let refused = run(dir.path(), &args, "");
    assert!(
        refused.code == 2 && refused.stderr.contains("was edited after sentlint wrote it"),
        "{refused:?}"
    );
    // What it did not write, it leaves alone.
    std::fs::write(&a, "{}").unwrap();
    let refused = run(dir.path(), &args, "");
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("out/x/a.json` exists and was not written by sentlint"), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&a).unwrap(), "{}");
    assert_eq!(run(dir.path(), &["convert", "in", "-o", "out", "--force"], "").code, 0);
    assert_eq!(std::fs::read_to_string(&a).unwrap(), first);
    assert_eq!(std::fs::read_dir(dir.path().join("out/x")).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn what_cannot_be_deployed_is_refused_and_the_rest_is_written() {
    let broken = CLEAN.replace("CommandAndControl", "Teleportation");
    let dir = folder(&[
        ("in/good.yaml", CLEAN),
        ("in/bad.yaml", &broken),
        ("in/torn.yaml", "id: [\nquery: |\n  T\n"),
    ]);
    let ran = run(dir.path(), &["convert", "in", "-o", "out"], "");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("`Teleportation` is not a Sentinel tactic"), "{ran:?}");
    assert!(dir.path().join("out/good.json").exists() && !dir.path().join("out/bad.json").exists());
    let forced = run(dir.path(), &["convert", "in/bad.yaml", "-o", "out", "--no-check"], "");
    assert_eq!(forced.code, 0, "{forced:?}");
    assert!(dir.path().join("out/bad.json").exists());
}

#[test]
fn several_inputs_need_a_folder() {
    let dir = folder(&[("a.yaml", CLEAN), ("b.yaml", SEED)]);
    let ran = run(dir.path(), &["convert"], "");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("give one with -o DIR"), "{ran:?}");
}

#[test]
fn the_sample_repository_converts() {
    let out = tempfile::tempdir().unwrap();
    let target = out.path().to_str().unwrap();
    let ran = run(&root(), &["convert", "content/hunting", "content/rules", "-o", target], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    let mut files: Vec<_> =
        std::fs::read_dir(out.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 16, "{files:?}");
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        // One hunting query stands for all; each rule has something of its own.
        let shown = name == "mremoteng-connection-fan-out"
            || root().join(format!("content/rules/{name}.yaml")).exists();
        if !shown {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        insta::with_settings!({snapshot_path => "../../snapshots", prepend_module_to_snapshot => false}, {
            insta::assert_snapshot!(format!("arm__{name}"), text);
        });
    }
}

#[test]
fn many_inputs_make_one_template() {
    let dir = folder(&[("in/a.yaml", CLEAN), ("in/b.yaml", SEED)]);
    let merged = run(dir.path(), &["convert", "in", "--merge"], "");
    assert_eq!(template(&merged.stdout)["resources"].as_array().map(Vec::len), Some(2), "{merged:?}");
    assert_eq!(run(dir.path(), &["convert", "in", "--merge", "-o", "all.json"], "").code, 0);
    assert_eq!(run(dir.path(), &["convert", "in", "--merge", "-o", "all.json", "--check"], "").code, 0);
    let clash = folder(&[("in/a.yaml", SEED), ("in/b.yaml", SEED)]);
    let refused = run(clash.path(), &["convert", "in", "--merge", "--no-check"], "");
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("have the same id"), "{refused:?}");
}

#[test]
fn options_and_parameters_change_what_is_deployed() {
    let rule = "\
id: 6e3a1d0c-9f3b-4b60-8c3e-0a4f4c2d7b12
name: Remote tool reached its relay
description: Identifies hosts from which a remote management tool reached its relay.
severity: Low
requiredDataConnectors: []
queryFrequency: 1h
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
tactics: [CommandAndControl]
relevantTechniques: [T1219.002]
query: |
  DeviceNetworkEvents
  | where RemoteUrl has \"%%RELAY%%\"
alertDetailsOverride:
  alertDisplayNameFormat: Relay of {{DeviceName}}
version: 1.2.3
kind: Scheduled
";
    let params =
        "OverwriteProperties:\n  queryFrequency: 5m\nReplaceQueryVariables:\n  RELAY: relay.example\n";
    let dir = folder(&[("a.yaml", rule), ("prod.yaml", params)]);
    let bare = run(dir.path(), &["convert", "a.yaml", "--no-check"], "");
    assert_eq!(bare.code, 1);
    assert!(bare.stderr.contains("a.yaml:14:26: error: The variable `%%RELAY%%` has no value"), "{bare:?}");
    let args = [
        "convert",
        "a.yaml",
        "--no-check",
        "--params",
        "prod.yaml",
        "--name-prefix",
        "[Dev] ",
        "--severity",
        "High",
        "--disabled",
        "--no-incidents",
        "--with-template-link",
        "--start-at",
        "2026-12-24T06:00:00Z",
        "--api-version",
        "2025-09-01",
    ];
    let ran = run(dir.path(), &args, "");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("The API version 2025-09-01 does not support sub-techniques"), "{ran:?}");
    let template = template(&ran.stdout);
    let resource = &template["resources"][0];
    assert_eq!(resource["apiVersion"], "2025-09-01");
    let properties = &resource["properties"];
    assert_eq!(properties["displayName"], "[Dev] Remote tool reached its relay");
    assert_eq!(properties["alertDetailsOverride"]["alertDisplayNameFormat"], "[Dev] Relay of {{DeviceName}}");
    assert_eq!(properties["severity"], "High");
    assert_eq!(properties["enabled"], false);
    assert_eq!(properties["queryFrequency"], "PT5M");
    assert_eq!(properties["query"], "DeviceNetworkEvents\n| where RemoteUrl has \"relay.example\"\n");
    assert_eq!(properties["techniques"], serde_json::json!(["T1219"]));
    assert_eq!(properties["subTechniques"], Value::Null);
    assert_eq!(properties["incidentConfiguration"]["createIncident"], false);
    assert_eq!(properties["startTimeUtc"], "2026-12-24T06:00:00Z");
    assert_eq!(properties["templateVersion"], "1.2.3");
    let bad = run(dir.path(), &["convert", "a.yaml", "--start-at", "tomorrow"], "");
    assert_eq!(bad.code, 2, "{bad:?}");
}
