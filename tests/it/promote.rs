//! `sentlint convert --to scheduled` and `--to nrt` as their users meet them.

use std::path::Path;

use crate::common::{CLEAN, folder, root, run, shared};

/// A hunting query as Defender's community writes them: `Timestamp`, a window of its own, tactics in one word.
const DEFENDER: &str = "\
id: 6e3a1d0c-9f3b-4b60-8c3e-0a4f4c2d7b12
name: Relay of a remote tool, by host
description: Identifies hosts from which a remote management tool reached its relay.
requiredDataConnectors:
  - connectorId: MicrosoftThreatProtection
    dataTypes:
      - DeviceNetworkEvents
tactics: [Commandandcontrol]
relevantTechniques: [t1219]
query: |
  let Time_start = now(-5d);
  let Time_end = now();
  DeviceNetworkEvents // Timestamp is the time
  | where Timestamp between (Time_start .. Time_end)
  | where RemoteUrl has \"relay.example\"
  | summarize FirstSeen = min(Timestamp), Hosts = dcount(DeviceId) by DeviceName, RemoteUrl
  | render barchart
";

fn ransomware() -> String {
    CLEAN.replace("7b11", "7b13").replace("- CommandAndControl", "- Ransomware")
}

#[test]
fn a_hunting_query_becomes_a_rule_that_passes_the_check() {
    let dir = folder(&[("a.yaml", DEFENDER)]);
    let ran = run(dir.path(), &["convert", "--to", "scheduled", "a.yaml", "--derive-entities"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    insta::with_settings!({snapshot_path => "../../snapshots", prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("scheduled__defender", format!("{}---\n{}", ran.stdout, ran.stderr));
    });
    let checked = run(dir.path(), &["check", "-"], &ran.stdout);
    assert_eq!(checked.code, 0, "{checked:?}");
    // And on to a template.
    let arm = run(dir.path(), &["convert", "--to", "arm", "-"], &ran.stdout);
    assert_eq!(arm.code, 0, "{arm:?}");
    let template: serde_json::Value = serde_json::from_str(&arm.stdout).unwrap();
    assert_eq!(template["resources"][0]["kind"], "Scheduled");
    assert_eq!(template["resources"][0]["properties"]["queryPeriod"], "P5D");
    assert_eq!(template["resources"][0]["properties"]["techniques"][0], "T1219");
}

#[test]
fn changes_are_explained_in_the_rule_on_request() {
    let dir = folder(&[("a.yaml", DEFENDER)]);
    let args = ["convert", "--to", "scheduled", "a.yaml", "--derive-entities", "--explain-changes", "-v"];
    let ran = run(dir.path(), &args, "");
    assert_eq!(ran.code, 0, "{ran:?}");
    insta::with_settings!({snapshot_path => "../../snapshots", prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("scheduled__defender_explained", format!("{}---\n{}", ran.stdout, ran.stderr));
    });
    assert_eq!(run(dir.path(), &["check", "-"], &ran.stdout).code, 0);
}

#[test]
fn a_question_fails_its_input_and_the_others_are_written() {
    let dir = folder(&[("in/a.yaml", CLEAN), ("in/b.yaml", &ransomware())]);
    let ran = run(dir.path(), &["convert", "--to", "scheduled", "in", "-o", "out"], "");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("in/b.yaml:9:5: error: `Ransomware` is not a Sentinel tactic"), "{ran:?}");
    assert!(ran.stderr.contains("help: `--tactic Ransomware=CommandAndControl` sets the tactic"), "{ran:?}");
    assert!(ran.stderr.contains("1 input could not be converted."), "{ran:?}");
    assert!(dir.path().join("out/a.yaml").exists() && !dir.path().join("out/b.yaml").exists());
    let answered = ["convert", "--to", "scheduled", "in", "-o", "out", "--tactic", "Ransomware=Impact"];
    let ran = run(dir.path(), &answered, "");
    assert_eq!(ran.code, 0, "{ran:?}");
    let written = std::fs::read_to_string(dir.path().join("out/b.yaml")).unwrap();
    assert!(written.contains("tactics:\n  - Impact\n"), "{written}");
    assert_eq!(run(dir.path(), &[&answered[..], &["--check"]].concat(), "").code, 0);
    // What nobody has edited is written again; what somebody has is theirs.
    let again = [&answered[..], &["--severity", "High"]].concat();
    assert_eq!(run(dir.path(), &again, "").code, 0);
    let path = dir.path().join("out/b.yaml");
    std::fs::write(&path, std::fs::read_to_string(&path).unwrap().replace("High", "Low")).unwrap();
    assert_eq!(run(dir.path(), &again, "").code, 2);
    assert_eq!(run(dir.path(), &["convert", "--to", "nrt", "in", "-o", "out", "--check"], "").code, 1);
}

#[test]
fn an_nrt_rule_needs_its_window_taken_out() {
    let dir = folder(&[("a.yaml", CLEAN)]);
    let ran = run(dir.path(), &["convert", "--to", "nrt", "a.yaml"], "");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("a.yaml:14:27: error: The query looks back 1d, but an NRT rule"), "{ran:?}");
    let ran = run(dir.path(), &["convert", "--to", "nrt", "a.yaml", "--drop-window"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.ends_with("version: 1.0.0\nkind: NRT\n") && !ran.stdout.contains("ago("), "{ran:?}");
    assert!(
        ran.stderr.contains("a.yaml:14:11: changed: The schedule of a rule sets its time range"),
        "{ran:?}"
    );
    assert_eq!(run(dir.path(), &["check", "-"], &ran.stdout).code, 0);
}

#[test]
fn an_error_of_the_query_that_the_rule_would_have_too_keeps_it_from_being_written() {
    let broken = CLEAN.replace("relevantTechniques:\n  - T1219", "relevantTechniques:\n  - T9999");
    let dir = folder(&[("a.yaml", &broken)]);
    let ran = run(dir.path(), &["convert", "--to", "scheduled", "a.yaml"], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
    assert!(ran.stderr.contains("T9999") && ran.stderr.contains("a.yaml"), "{ran:?}");
    let ran = run(dir.path(), &["convert", "--to", "scheduled", "a.yaml", "--no-check"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("- T9999"));
}

#[test]
fn options_that_make_no_sense_are_said_to() {
    let dir = folder(&[("a.yaml", CLEAN)]);
    for (args, said) in [
        (&["--to", "scheduled", "--period", "soon"][..], "`--period soon` is not a valid duration"),
        (
            &["--to", "scheduled", "--max-period", "30d"],
            "`--max-period 30d` is out of range: it must be between 5m and 14d",
        ),
        (
            &["--to", "scheduled", "--tactic", "Impakt"],
            "`Impakt` is not a Sentinel tactic; did you mean Impact?",
        ),
        (&["--to", "nrt", "--frequency", "1h"], "`--frequency` only applies to scheduled rules"),
        (
            &["--to", "arm", "--derive-entities"],
            "`--derive-entities` can only be used with `--to scheduled`, `--to nrt` and `--to detection`",
        ),
        (&["--to", "scheduled", "--merge"], "`--merge`"),
    ] {
        let ran = run(dir.path(), &[&["convert", "a.yaml"][..], args].concat(), "");
        assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
        assert!(ran.stderr.contains(said), "{args:?}: {ran:?}");
    }
}

#[test]
fn other_content_is_passed_over() {
    let dir = folder(&[("a.yaml", CLEAN), ("b.kql", "T | take 1\n"), ("c.yaml", "x: 1\n")]);
    let rule = run(dir.path(), &["convert", "--to", "scheduled", "a.yaml"], "").stdout;
    std::fs::write(dir.path().join("d.yaml"), rule).unwrap();
    let ran = run(dir.path(), &["convert", "--to", "scheduled", "d.yaml"], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
    assert!(ran.stderr.contains("d.yaml:1:1: error: This is a scheduled analytic rule"), "{ran:?}");
    let ran = run(dir.path(), &["convert", "--to", "scheduled", ".", "-o", "out"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(std::fs::read_dir(dir.path().join("out")).unwrap().count(), 1);
}

/// Converts a folder, checks what was made, and turns it into templates.
fn whole(from: &Path, args: &[&str]) -> (tempfile::TempDir, usize) {
    let dir = folder(&[]);
    let from = from.to_str().expect("a path in UTF-8");
    let ran = run(dir.path(), &[&["convert", "--isolated", "-o", "rules", from][..], args].concat(), "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let checked = run(dir.path(), &["check", "--isolated", "rules"], "");
    assert_eq!(checked.code, 0, "{}", checked.stdout);
    let arm = run(dir.path(), &["convert", "--isolated", "--to", "arm", "-o", "arm", "rules"], "");
    assert_eq!(arm.code, 0, "{}", arm.stderr);
    let count = |name: &str| std::fs::read_dir(dir.path().join(name)).expect("a folder").count();
    assert_eq!(count("rules"), count("arm"));
    let made = count("rules");
    (dir, made)
}

#[test]
fn the_sample_queries_become_rules() {
    let queries = root().join("content/hunting");
    let (dir, made) = whole(&queries, &["--to", "scheduled"]);
    let is_query = |name: &std::ffi::OsStr| {
        let name = name.to_string_lossy();
        name.ends_with(".yaml") && !name.ends_with(".test.yaml")
    };
    let count =
        std::fs::read_dir(queries).unwrap().filter(|it| is_query(&it.as_ref().unwrap().file_name())).count();
    assert_eq!(made, count);
    let mut files: Vec<_> =
        std::fs::read_dir(dir.path().join("rules")).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let (mark, text) = text.split_once('\n').unwrap();
        assert!(mark.starts_with("# Made by `sentlint convert`"), "{mark}");
        insta::with_settings!({snapshot_path => "../../snapshots", prepend_module_to_snapshot => false}, {
            insta::assert_snapshot!(format!("scheduled__{name}"), text);
        });
    }
}

#[test]
fn every_published_query_about_remote_management_becomes_a_rule() {
    let Some(shared) = shared() else { return };
    let queries =
        shared.join("corpus/defender-2025/Hunting Queries/Microsoft 365 Defender/RemoteManagementMonitoring");
    let (_, scheduled) = whole(&queries, &["--to", "scheduled", "--derive-entities", "--explain-changes"]);
    let (_, nrt) = whole(&queries, &["--to", "nrt", "--drop-window"]);
    assert_eq!((scheduled, nrt), (163, 163));
}
