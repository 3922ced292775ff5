//! `sentlint convert` as its users meet it.

mod common;

use common::{CLEAN, SEED, folder, root, run};
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
    // What sentlint wrote, it may write again.
    std::fs::write(&a, first.replace("Remote tool", "Edited")).unwrap();
    let stale = run(dir.path(), &check, "");
    assert_eq!(stale.code, 1);
    assert!(stale.stderr.contains("out/x/a.json is out of date"), "{stale:?}");
    assert!(std::fs::read_to_string(&a).unwrap().contains("Edited"), "--check writes nothing");
    assert_eq!(run(dir.path(), &args, "").code, 0);
    assert_eq!(std::fs::read_to_string(&a).unwrap(), first);
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
    assert!(ran.stderr.contains("Sentinel has no tactic `Teleportation`"), "{ran:?}");
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
        let text = std::fs::read_to_string(&file).unwrap();
        insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false}, {
            insta::assert_snapshot!(format!("arm__{name}"), text);
        });
    }
}
