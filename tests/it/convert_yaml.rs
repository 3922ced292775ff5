//! `sentlint convert --to yaml` as its users meet it, and the way there and back.

use std::collections::BTreeMap;
use std::path::Path;

use crate::common::{CLEAN, SEED, folder, root, run, shared, write};
use serde_json::Value;

/// Every file below a folder, by its path with forward slashes.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
            found.insert(name, std::fs::read_to_string(entry.path()).unwrap());
        }
    }
    found
}

fn arm(text: &str) -> String {
    let dir = folder(&[]);
    let ran = run(dir.path(), &["convert", "--to", "arm", "--no-check", "-"], text);
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.stdout
}

/// There, back and there again: the templates must not differ by a byte.
fn round_trip(content: &str, least: usize) {
    let dir = folder(&[]);
    let convert = |from: &str, to: &str, out: &str| {
        let ran = run(dir.path(), &["convert", from, "--to", to, "--no-check", "-q", "-o", out], "");
        assert!(ran.code < 2, "{ran:?}");
        ran.code
    };
    convert(content, "arm", "one");
    assert_eq!(convert("one", "yaml", "back"), 0);
    assert_eq!(convert("back", "arm", "two"), 0);
    let (one, two) = (files(&dir.path().join("one")), files(&dir.path().join("two")));
    assert!(one.len() >= least, "{} templates", one.len());
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (name, text) in &one {
        assert_eq!(text, &two[name], "{name}");
    }
    // Every file reads the same with a reader that is not ours.
    for (name, text) in files(&dir.path().join("back")) {
        let ours = sentlint::internals::yaml::parse(&sentlint::internals::source::SourceFile::new(
            name.as_str(),
            text.as_str(),
        ));
        assert!(ours.errors.is_empty(), "{name}: {:?}", ours.errors);
        let oracle: Value = serde_yaml::from_str(&text).unwrap();
        assert_eq!(sentlint::internals::yaml::to_json(&ours.root.unwrap()), oracle, "{name}");
    }
}

#[test]
fn the_sample_repository_comes_back_and_passes_check() {
    let dir = folder(&[]);
    let (one, back) = (dir.path().join("one"), dir.path().join("back"));
    let (one, back) = (one.to_str().unwrap(), back.to_str().unwrap());
    assert_eq!(run(&root(), &["convert", "content/hunting", "content/rules", "-o", one], "").code, 0);
    assert_eq!(run(&root(), &["convert", one, "--to", "yaml", "-o", back], "").code, 0);
    let checked = run(dir.path(), &["check", "back"], "");
    assert_eq!(checked.code, 0, "{checked:?}");
    let all = files(Path::new(back));
    assert!(all.len() >= 16, "{}", all.len());
    for (name, text) in all {
        let stem = name.trim_end_matches(".yaml");
        if stem == "mremoteng-connection-fan-out" || root().join(format!("content/rules/{name}")).exists() {
            insta::with_settings!({snapshot_path => "../../snapshots", prepend_module_to_snapshot => false}, {
                insta::assert_snapshot!(format!("yaml__{stem}"), text);
            });
        }
    }
    round_trip(root().join("content").to_str().unwrap(), 16);
}

#[test]
fn the_corpus_comes_back_byte_for_byte() {
    let Some(shared) = shared() else { return };
    for (name, least) in [("upstream-2022/Detections", 400), ("upstream-2022/Hunting Queries", 700)] {
        round_trip(shared.join("corpus").join(name).to_str().unwrap(), least);
    }
}

#[test]
fn texts_that_are_hard_to_write_come_back() {
    let hard = [
        "  T\n| where A == \"[x]\"\n\n\n",
        "[T\n]",
        "[[T]]",
        "T\r\n| where A == 'b'\t\n   \n",
        "\n\nT",
        "\tT\n  | take 1",
        "T // \u{2028} \u{feff} \u{1}",
        "# T: x\n--- \n",
        "'T'",
        "yes",
    ];
    for query in hard {
        let rule = serde_json::json!({
            "id": "not-a-guid/'x'",
            "name": "[Dev] it's: \"x\" [y]",
            "description": "''a' 'b''",
            "severity": "low",
            "enabled": false,
            "queryFrequency": "1d12h",
            "queryPeriod": "70m",
            "triggerOperator": "ne",
            "triggerThreshold": 3,
            "suppressionDuration": "5h",
            "tactics": ["Impact", "initialaccess", "My Own"],
            "relevantTechniques": ["T1078", "T1059.001", "T1078.004", "T1059.003"],
            "query": query,
            "customDetails": {"yes": "[a]", "a: b": "1"},
            "alertDetailsOverride": {"alertDescriptionFormat": query},
            "incidentConfiguration": {"createIncident": true, "groupingConfiguration": {
                "enabled": false, "lookbackDuration": "PT5H", "reopenClosedIncident": false,
                "matchingMethod": "AllEntities", "groupByEntities": [],
            }},
            "eventGroupingSettings": {"aggregationKind": "SingleAlert"},
            "kind": "Scheduled",
        });
        let hunting = serde_json::json!({
            "id": "x", "name": " y ", "query": query, "description": "\"q\"",
            "tactics": ["Malware, component", "impact"], "relevantTechniques": ["t1059.001", "T1059"],
        });
        for content in [rule, hunting] {
            let one = arm(&content.to_string());
            let dir = folder(&[]);
            let back = run(dir.path(), &["convert", "--to", "yaml", "-"], &one);
            assert_eq!(back.code, 0, "{back:?}");
            assert_eq!(arm(&back.stdout), one, "{}", back.stdout);
        }
    }
}

#[test]
fn one_rule_goes_to_standard_output_and_many_to_a_folder() {
    let dir = folder(&[("in/a.yaml", CLEAN), ("in/b.yaml", SEED)]);
    let one = arm(CLEAN);
    let ran = run(dir.path(), &["convert", "--to", "yaml", "-"], &one);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.starts_with("id: 6e3a1d0c-9f3b-4b60-8c3e-0a4f4c2d7b11\nname: Remote tool"), "{ran:?}");
    run(dir.path(), &["convert", "in", "--merge", "--no-check", "-o", "all.json"], "");
    let refused = run(dir.path(), &["convert", "all.json", "--to", "yaml"], "");
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{refused:?}");
    assert!(refused.stderr.contains("give an output folder with -o DIR"), "{refused:?}");
    let stream = run(dir.path(), &["convert", "all.json", "--to", "yaml", "-o", "-"], "");
    assert_eq!(stream.stdout.matches("---\nid: ").count(), 2, "{stream:?}");
    assert_eq!(run(dir.path(), &["convert", "all.json", "--to", "yaml", "-o", "out"], "").code, 0);
    let names: Vec<String> = files(&dir.path().join("out")).into_keys().collect();
    assert_eq!(
        names,
        [
            "all/Hunting Queries/remote-management-and-monitoring-tool-mremoteng-network-connection.yaml",
            "all/Hunting Queries/remote-tool-reached-its-relay.yaml",
        ]
    );
    assert_eq!(run(dir.path(), &["check", "out"], "").code, 0);
}

#[test]
fn a_folder_is_mirrored_and_edited_files_are_left_alone() {
    let dir = folder(&[("in/package.json", "{\"name\": \"x\", \"resources\": 1}")]);
    write(dir.path(), "in/deep/a.json", arm(CLEAN).as_bytes());
    let args = ["convert", "in", "--to", "yaml", "-o", "out"];
    let check = ["convert", "in", "--to", "yaml", "-o", "out", "--check"];
    let missing = run(dir.path(), &check, "");
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.contains("out/deep/a.yaml is missing"), "{missing:?}");
    assert_eq!(run(dir.path(), &args, "").code, 0);
    assert_eq!(run(dir.path(), &check, "").code, 0);
    let path = dir.path().join("out/deep/a.yaml");
    let first = std::fs::read_to_string(&path).unwrap();
    assert!(first.starts_with("# Made by `sentlint convert` ("), "{first}");
    // The template changes: what was made from it is made again.
    let changed = arm(&CLEAN.replace("its relay\n", "its relays\n"));
    write(dir.path(), "in/deep/a.json", changed.as_bytes());
    let stale = run(dir.path(), &check, "");
    assert!(stale.code == 1 && stale.stderr.contains("out/deep/a.yaml is out of date"), "{stale:?}");
    assert_eq!(run(dir.path(), &args, "").code, 0);
    let second = std::fs::read_to_string(&path).unwrap();
    assert!(second != first && second.contains("its relays"), "{second}");
    // Somebody edits it: it is theirs now.
    std::fs::write(&path, second.replace("its relays", "their relays")).unwrap();
    let refused = run(dir.path(), &args, "");
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("out/deep/a.yaml` was edited after sentlint wrote it"), "{refused:?}");
    assert!(std::fs::read_to_string(&path).unwrap().contains("their relays"));
    assert_eq!(run(dir.path(), &["convert", "in", "--to", "yaml", "-o", "out", "--force"], "").code, 0);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), second);
}

#[test]
fn what_cannot_be_converted_is_said_with_its_place() {
    let dir = folder(&[
        ("in/broken.json", "{\n  \"resources\": [,]\n}\n"),
        ("in/other.json", "{\"a\": 1}"),
        ("in/a.yaml", CLEAN),
    ]);
    write(dir.path(), "in/good.json", arm(CLEAN).as_bytes());
    let ran = run(dir.path(), &["convert", "in", "--to", "yaml", "-o", "out"], "");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("in/broken.json:2:17: error: The file is not valid JSON: "), "{ran:?}");
    assert!(ran.stderr.contains("1 input could not be converted."), "{ran:?}");
    assert!(!ran.stderr.contains("other.json"), "{ran:?}");
    assert_eq!(files(&dir.path().join("out")).into_keys().collect::<Vec<_>>(), ["good.yaml"]);
    let named = run(dir.path(), &["convert", "in/other.json", "--to", "yaml"], "");
    assert_eq!(named.code, 1);
    assert!(named.stderr.contains("in/other.json:1:1: error: The JSON is not an ARM template"), "{named:?}");
    let yaml = run(dir.path(), &["convert", "in/a.yaml", "--to", "yaml"], "");
    assert_eq!(yaml.code, 1);
    assert!(yaml.stderr.contains("`--to yaml` reads ARM templates in JSON"), "{yaml:?}");
    let empty = run(dir.path(), &["convert", "--to", "yaml", "-"], "");
    assert_eq!(empty.code, 1);
    assert!(empty.stderr.contains("stdin.json:1:1: error: The file is empty"), "{empty:?}");
    let told = run(dir.path(), &["convert", "in/good.json", "--to", "yaml", "-v", "--severity", "Low"], "");
    assert_eq!(told.code, 0);
    assert!(
        told.stderr.contains("the template does not contain the data connectors that the query needs"),
        "{told:?}"
    );
    assert!(told.stderr.contains("`--severity` has no effect with `--to yaml`"), "{told:?}");
}

#[test]
fn a_folder_that_says_otherwise_is_warned_of() {
    let rule = CLEAN
        .replace("version: 1.0.0", "queryFrequency: 1h\nqueryPeriod: 1h\nseverity: Low\nkind: Scheduled");
    let dir = folder(&[]);
    write(dir.path(), "in/hunting/a.json", arm(&rule).as_bytes());
    let ran = run(dir.path(), &["convert", "in", "--to", "yaml", "-o", "out"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    // What says that it is a rule is one wherever it lies.
    assert!(!ran.stderr.contains("will be read"), "{ran:?}");
    write(dir.path(), "more/Detections/a.json", arm(CLEAN).as_bytes());
    let ran = run(dir.path(), &["convert", "more", "--to", "yaml", "-o", "out"], "");
    assert!(
        ran.stderr.contains("will be read as a scheduled analytic rule because of its folder"),
        "{ran:?}"
    );
}

#[test]
fn a_solution_comes_back_under_the_names_of_its_files() {
    let dir = folder(&[("solution.toml", "name = \"Remote tools\"\npublisher-id = \"example\"\n")]);
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (facts, solution, yaml) = (path("solution.toml"), path("solution"), path("yaml"));
    let convert = |args: &[&str]| {
        let ran = run(&root(), &[&["convert"], args].concat(), "");
        assert_eq!(ran.code, 0, "{ran:?}");
    };
    convert(&["content/hunting", "content/rules", "--to", "solution", "--solution", &facts, "-o", &solution]);
    convert(&[&solution, "--to", "yaml", "-o", &yaml]);
    convert(&["content/hunting", "-o", &path("direct/Hunting Queries")]);
    convert(&["content/rules", "-o", &path("direct/Analytic Rules")]);
    convert(&[&path("yaml/mainTemplate"), "-o", &path("back")]);
    let (direct, back) = (files(&dir.path().join("direct")), files(&dir.path().join("back")));
    assert!(direct.len() >= 16);
    assert_eq!(direct.keys().collect::<Vec<_>>(), back.keys().collect::<Vec<_>>());
    for (name, text) in &direct {
        let resource = |text: &str| {
            let mut template: Value = serde_json::from_str(text).unwrap();
            let mut resource = template["resources"][0].take();
            // Packages never suppress, whatever the rule says.
            for key in ["suppressionDuration", "suppressionEnabled"] {
                resource["properties"].as_object_mut().unwrap().shift_remove(key);
            }
            resource
        };
        assert_eq!(resource(text), resource(&back[name]), "{name}");
    }
}
