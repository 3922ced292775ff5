//! The command line as its users meet it: exit codes, streams and what is said when something is wrong.

use crate::common::{CLEAN, SEED, folder, run, write};

#[test]
fn clean_content_is_silent_success() {
    let dir = folder(&[("a.yaml", CLEAN)]);
    let ran = run(dir.path(), &["check"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("1 file"), "{ran:?}");
}

#[test]
fn what_is_wrong_with_the_seed_is_reported_and_fixed() {
    let dir = folder(&[("a.yaml", SEED)]);
    let ran = run(dir.path(), &["check", "--output-format", "concise"], "");
    assert_eq!(ran.code, 0, "warnings alone do not fail: {ran:?}");
    assert!(ran.stdout.contains("a.yaml:9:10: warning[scalar-for-list]"), "{ran:?}");
    assert!(ran.stdout.contains("a.yaml:10:21: warning[scalar-for-list]"), "{ran:?}");
    assert_eq!(run(dir.path(), &["check", "--fail-on", "warning"], "").code, 1);
    assert_eq!(run(dir.path(), &["check", "--fail-on", "warning", "--exit-zero"], "").code, 0);

    let diff = run(dir.path(), &["check", "--diff"], "");
    assert_eq!(diff.code, 1);
    assert!(diff.stdout.contains("-tactics: CommandAndControl\n"), "{diff:?}");
    assert_eq!(std::fs::read_to_string(dir.path().join("a.yaml")).unwrap(), SEED, "--diff writes nothing");

    assert_eq!(run(dir.path(), &["check", "--fix"], "").code, 0);
    let fixed = std::fs::read_to_string(dir.path().join("a.yaml")).unwrap();
    let expected = SEED
        .replace("tactics: CommandAndControl\n", "tactics:\n- CommandAndControl\n")
        .replace("relevantTechniques: T1219\n", "relevantTechniques:\n- T1219\n");
    assert_eq!(fixed, expected);
    let again = run(dir.path(), &["check", "--diff"], "");
    assert_eq!((again.code, again.stdout.as_str()), (0, ""), "fixing twice changes nothing");
}

#[test]
fn a_path_that_is_not_there_is_named() {
    let dir = folder(&[]);
    let ran = run(dir.path(), &["check", "no/such.yaml"], "");
    assert_eq!(ran.code, 2);
    assert_eq!(ran.stderr, "error: there is no file or folder `no/such.yaml`\n");
    assert_eq!(ran.stdout, "");
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_named() {
    use std::os::unix::fs::symlink;
    let dir = folder(&[("ok.yaml", CLEAN)]);
    // A link in a circle cannot be read by anybody, not even by root, who runs CI.
    symlink("loop.yaml", dir.path().join("loop.yaml")).unwrap();
    let ran = run(dir.path(), &["check", "loop.yaml"], "");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("error: cannot read `loop.yaml`: "), "{ran:?}");
    assert_eq!(run(dir.path(), &["check"], "").code, 0, "a walk passes it over");
    for command in ["convert", "inspect"] {
        let ran = run(dir.path(), &[command, "loop.yaml"], "");
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.starts_with("error: cannot read `loop.yaml`: "), "{ran:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_unicode_is_walked_like_any_other() {
    use std::os::unix::ffi::OsStrExt as _;
    let dir = folder(&[]);
    std::fs::write(dir.path().join(std::ffi::OsStr::from_bytes(b"\xff.yaml")), CLEAN).unwrap();
    let ran = run(dir.path(), &["check", "--isolated"], "");
    assert_eq!(ran.stdout, "1 file checked, nothing found.\n", "{ran:?}");
}

#[test]
fn a_folder_without_content_is_a_warning() {
    let dir = folder(&[("readme.txt", "hello")]);
    let ran = run(dir.path(), &["check"], "");
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.contains("warning: no YAML or query files found"), "{ran:?}");
    for (command, told) in [
        (&["convert"][..], "warning: no YAML or query files found\n"),
        (&["convert", "--to", "yaml"], "warning: no JSON files found\n"),
        (&["inspect"], "warning: no YAML or query files found\n"),
    ] {
        let ran = run(dir.path(), command, "");
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", told), "{command:?}");
    }
}

#[test]
fn what_a_check_takes_for_another_tools_file_is_not_converted() {
    // Not even YAML, and with nothing of content in it.
    let dir = folder(&[("chart.yaml", "{{- if .Values.on }}\nkind: [Service\n")]);
    let ran = run(dir.path(), &["check", "chart.yaml"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    let says = "info: chart.yaml is not valid YAML (";
    assert!(
        ran.stderr.starts_with(says) && ran.stderr.contains("does not look like Sentinel content; skipped\n")
    );
    // Who names a file means it.
    let ran = run(dir.path(), &["convert", "chart.yaml"], "");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.starts_with("chart.yaml:1:1: error: This is not Sentinel content"), "{ran:?}");
    for command in ["check", "convert"] {
        assert_eq!(run(dir.path(), &[command], "").code, 0);
    }
}

#[test]
fn broken_json_is_reported_where_it_has_the_keys_of_a_template() {
    let broken = "{\n  \"name\": \"A\",\n  \"query\": \"T\"\n  \"tactics\": []\n}\n";
    let dir = folder(&[("a.yaml", broken), ("b.yaml", "{\n  \"panels\": [\n}\n")]);
    let walked = run(dir.path(), &["check", "--output-format", "concise"], "");
    assert_eq!(walked.code, 1, "{walked:?}");
    assert!(walked.stdout.starts_with("a.yaml:4:3: error[yaml-syntax] A comma is missing"), "{walked:?}");
    assert!(!walked.stdout.contains("b.yaml") && !walked.stderr.contains("b.yaml"), "{walked:?}");
    let named = run(dir.path(), &["check", "b.yaml"], "");
    assert!(named.stderr.starts_with("info: b.yaml is not valid YAML ("), "{named:?}");
}

#[test]
fn yaml_of_others_is_passed_over_and_said_when_named() {
    let dir = folder(&[("compose.yaml", "services:\n  web: {}\n"), ("a.yaml", CLEAN)]);
    let walked = run(dir.path(), &["check", "--output-format", "concise"], "");
    assert!(!walked.stderr.contains("compose.yaml") && !walked.stdout.contains("compose.yaml"), "{walked:?}");
    let verbose = run(dir.path(), &["check", "-v"], "");
    assert!(verbose.stderr.contains("compose.yaml is not Sentinel content"), "{verbose:?}");
    let named = run(dir.path(), &["check", "compose.yaml"], "");
    assert_eq!(named.code, 0);
    assert!(named.stderr.contains("compose.yaml is not Sentinel content"), "{named:?}");
}

#[test]
fn an_unknown_rule_is_refused_with_a_suggestion() {
    let dir = folder(&[("a.yaml", CLEAN)]);
    let ran = run(dir.path(), &["check", "--select", "unknown-tactik"], "");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("did you mean `unknown-tactic`?"), "{ran:?}");
    let ran = run(dir.path(), &["explain", "misssing-key"], "");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("did you mean `missing-key`?"), "{ran:?}");
}

#[test]
fn a_broken_configuration_is_refused_with_its_place() {
    let dir = folder(&[("a.yaml", CLEAN), ("sentlint.toml", "[check]\nprofle = \"pedantic\"\n")]);
    let ran = run(dir.path(), &["check"], "");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("sentlint.toml:2:1: unknown key `profle` in [check]"), "{ran:?}");
    assert!(ran.stderr.contains("did you mean `profile`?"), "{ran:?}");
    assert_eq!(run(dir.path(), &["check", "--isolated"], "").code, 0);
    let missing = run(dir.path(), &["check", "--config", "none.toml"], "");
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("none.toml"), "{missing:?}");
}

#[test]
fn bytes_that_are_not_utf8_are_a_finding_and_are_never_written_back() {
    let dir = folder(&[]);
    let bytes = [
        b"tactics: CommandAndControl\nid: x\nname: \xff\nquery: T\n".as_slice(),
        b"relevantTechniques: T1219\n",
    ]
    .concat();
    write(dir.path(), "a.yaml", &bytes);
    let ran = run(dir.path(), &["check", "--fix", "--unsafe-fixes", "--output-format", "concise"], "");
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("a.yaml:3:7: error[yaml-syntax]"), "{ran:?}");
    assert_eq!(std::fs::read(dir.path().join("a.yaml")).unwrap(), bytes);
}

#[test]
fn standard_input_has_the_name_it_is_given() {
    let dir = folder(&[]);
    let args = ["check", "-", "--stdin-filename", "x/y.yaml", "--output-format", "concise"];
    let ran = run(dir.path(), &args, SEED);
    assert!(ran.stdout.contains("x/y.yaml:9:10: warning[scalar-for-list]"), "{ran:?}");
    let fixed = run(dir.path(), &["check", "-", "--fix"], SEED);
    assert!(fixed.stdout.contains("tactics:\n- CommandAndControl\n"), "{fixed:?}");
    assert_eq!(run(dir.path(), &["check", "-", "a.yaml"], "").code, 2);
}

#[test]
fn standard_input_without_a_name_is_a_query_if_it_looks_like_one() {
    let dir = folder(&[]);
    let of = |text: &str| run(dir.path(), &["check", "-", "--output-format", "concise"], text).stdout;
    for query in [
        "T\n| where (a == 1\n",
        "// Author: me\nT\n| where (a == 1\n",
        "// Author: me\nT | where (a == 1\n",
        "T | where (a == 1\n// until: now\n| take 1\n",
    ] {
        let said = of(query);
        assert!(said.contains("stdin.kql:") && said.contains("error[kql-syntax]"), "{query}: {said}");
    }
    for yaml in ["name: |\n  a\n  | b |\nquery: T\n", "notes: |\n  | a |\n", "- |\n  | a |\n"] {
        assert!(!of(yaml).contains("stdin.kql"), "{yaml}");
    }
}

#[test]
fn a_suppression_hides_a_finding_and_an_unneeded_one_is_reported() {
    let text = SEED
        .replace(
            "tactics: CommandAndControl",
            "tactics: CommandAndControl # sentlint: ignore[scalar-for-list] known",
        )
        .replace("query: |", "# sentlint: ignore[unknown-tactic]\nquery: |");
    let dir = folder(&[("a.yaml", &text)]);
    let ran = run(dir.path(), &["check", "--output-format", "concise"], "");
    assert!(!ran.stdout.contains("a.yaml:9:"), "{ran:?}");
    assert!(ran.stdout.contains("a.yaml:10:21: warning[scalar-for-list]"), "{ran:?}");
    assert!(ran.stdout.contains("a.yaml:11:20: warning[unused-suppression]"), "{ran:?}");
}

#[test]
fn added_suppressions_silence_everything() {
    let dir = folder(&[("a.yaml", SEED)]);
    let args = ["check", "--add-suppressions", "--reason", "published so"];
    assert_eq!(run(dir.path(), &args, "").code, 0);
    let text = std::fs::read_to_string(dir.path().join("a.yaml")).unwrap();
    assert!(
        text.contains("# sentlint: ignore[scalar-for-list] published so\ntactics: CommandAndControl\n"),
        "{text}"
    );
    let again = run(dir.path(), &["check", "--fail-on", "info", "--output-format", "concise"], "");
    assert_eq!(again.code, 0, "{again:?}");
}

#[test]
fn a_baseline_lets_only_new_findings_count() {
    let dir = folder(&[("a.yaml", SEED)]);
    assert_eq!(run(dir.path(), &["check", "--write-baseline", "known.json"], "").code, 0);
    let args = ["check", "--baseline", "known.json", "--fail-on", "info"];
    assert_eq!(run(dir.path(), &args, "").code, 0);
    write(dir.path(), "b.yaml", SEED.replace("0f6a1a77", "1f6a1a77").as_bytes());
    assert_eq!(run(dir.path(), &args, "").code, 1);
    write(dir.path(), "known.json", b"{}");
    assert_eq!(run(dir.path(), &args, "").code, 2);
}

#[test]
fn the_output_does_not_depend_on_the_number_of_threads() {
    let files: Vec<(String, String)> = (0..40)
        .map(|i| (format!("d{}/f{i}.yaml", i % 7), SEED.replace("0f6a1a77", &format!("0f6a1a{i:02}"))))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let dir = folder(&files);
    let json = |threads: &str| {
        let output = crate::common::sentlint(dir.path())
            .args(["check", "--output-format", "json"])
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let one = json("1");
    assert!((0..40).all(|i| one.contains(&format!("f{i}.yaml\""))), "{one}");
    assert_eq!(one, json("7"));
}

#[test]
fn what_sentlint_knows_of_itself_can_be_asked() {
    let dir = folder(&[]);
    let page = run(dir.path(), &["explain", "scalar-for-list"], "");
    assert!(page.stdout.starts_with("# scalar-for-list\n"), "{page:?}");
    let rules = run(dir.path(), &["rules", "--output-format", "json"], "");
    let rules: serde_json::Value = serde_json::from_str(&rules.stdout).unwrap();
    assert!(rules.as_array().unwrap().iter().any(|rule| rule["id"] == "yaml-syntax"));
    let schema = run(dir.path(), &["schema", "hunting-query"], "");
    let schema: serde_json::Value = serde_json::from_str(&schema.stdout).unwrap();
    assert!(schema.is_object());
    assert!(run(dir.path(), &["completions", "bash"], "").stdout.contains("sentlint"));
    assert_eq!(run(dir.path(), &["schema", "nothing"], "").code, 2);
    assert_eq!(run(dir.path(), &["--version"], "").code, 0);
}

#[test]
fn a_new_file_is_clean_and_is_not_overwritten() {
    let dir = folder(&[]);
    for kind in ["hunting-query", "scheduled-rule", "nrt-rule"] {
        let file = format!("{kind}.yaml");
        assert_eq!(run(dir.path(), &["new", kind, "-o", &file, "--name", "It's: new"], "").code, 0);
        let check = run(dir.path(), &["check", &file, "--fail-on", "info", "--output-format", "json"], "");
        let json: serde_json::Value = serde_json::from_str(&check.stdout).unwrap();
        assert_eq!((check.code, &json["files"][0]["kind"]), (0, &serde_json::json!(kind)), "{check:?}");
        let again = run(dir.path(), &["new", kind, "-o", &file], "");
        assert_eq!(again.code, 2);
        assert!(again.stderr.contains("exists; use --force to overwrite it"), "{again:?}");
    }
    let other = run(dir.path(), &["new", "hunting-query"], "");
    assert!(other.stdout.starts_with("id: ") && !other.stdout.contains("2c1b9a36"), "{other:?}");
}

#[test]
fn a_new_file_starts_from_a_query_and_derives_its_connectors() {
    let dir = tempfile::tempdir().unwrap();
    let query =
        "\u{feff}\r\nSigninLogs\r\n| where ResultType != \"0\"\r\n| project TimeGenerated, IPAddress\r\n";
    std::fs::write(dir.path().join("q.kql"), query).unwrap();
    let new = |options: &[&str], input: &str| {
        run(dir.path(), &[&["new", "scheduled-rule"], options].concat(), input)
    };
    let derived = new(&["--query", "q.kql", "--derive-connectors", "-o", "a.yaml"], "");
    assert_eq!(derived.code, 0, "{}", derived.stderr);
    let text = std::fs::read_to_string(dir.path().join("a.yaml")).unwrap();
    let connectors = "requiredDataConnectors:\n  - connectorId: AzureActiveDirectory\n    dataTypes:\n      - SigninLogs\n";
    let query =
        "query: |\n  SigninLogs\n  | where ResultType != \"0\"\n  | project TimeGenerated, IPAddress\n";
    assert!(text.contains(connectors) && text.contains(query), "{text}");
    assert!(text.contains("columnName: IPAddress") && !text.contains("DeviceName"), "{text}");
    let checked = run(dir.path(), &["check", "a.yaml"], "");
    assert_eq!(checked.code, 0, "{}", checked.stdout);

    let plain = new(&["--query", "-"], "SigninLogs");
    assert!(plain.stdout.contains("requiredDataConnectors: []\n"), "{}", plain.stdout);
    let example = new(&["--derive-connectors"], "");
    assert!(example.stdout.contains("connectorId: MicrosoftThreatProtection\n"), "{}", example.stdout);
    for (input, says) in [("", "contains no query"), (" \n", "contains no query")] {
        let wrong = new(&["--query", "-"], input);
        assert!(wrong.code == 2 && wrong.stderr.contains(says), "{}", wrong.stderr);
    }
    let missing = new(&["--query", "none.kql"], "");
    assert!(missing.code == 2 && missing.stderr.contains("none.kql"), "{}", missing.stderr);
}

#[test]
fn the_samples_are_clean_by_the_main_job_of_the_readme() {
    let readme = std::fs::read_to_string(crate::common::root().join("README.md")).unwrap();
    assert!(readme.contains("cargo run --release --locked -- check content\n"));
    assert!(readme.contains("cargo run --release --locked -- check examples/first-look.yaml\n"));
    let ran = run(&crate::common::root(), &["check", "examples/first-look.yaml"], "");
    assert!(ran.code == 1 && ran.stdout.contains("(3 fixable with --fix"), "{ran:?}");
    let ran = run(&crate::common::root(), &["check", "content"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.ends_with("nothing found.\n"), "{ran:?}");
}

#[test]
fn the_help_of_every_command_has_an_example() {
    let dir = folder(&[]);
    for command in ["check", "convert", "inspect", "explain", "rules", "schema", "new", "completions"] {
        let ran = run(dir.path(), &[command, "--help"], "");
        let (_, examples) = ran.stdout.split_once("Example").unwrap_or_default();
        assert!(examples.contains(&format!("sentlint {command}")), "{command}: {}", ran.stdout);
    }
}
