//! The options of `check`: what each does to the output, to the exit code and to the files.

use crate::common::{CLEAN, Ran, folder, run, sentlint, write};

const FORMATS: [&str; 12] = [
    "full",
    "concise",
    "json",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "azure",
    "markdown",
    "json-lines",
    "rdjson",
    "grouped",
];

/// The sample with a tactic that does not exist: one error without a fix.
fn wrong() -> String {
    CLEAN.replace("CommandAndControl", "Exploiting")
}

/// Runs `check` with variables of the environment.
fn with_env(dir: &tempfile::TempDir, env: &[(&str, &str)], args: &[&str]) -> Ran {
    let output = sentlint(dir.path()).arg("check").args(args).envs(env.iter().copied()).output();
    let output = output.expect("the binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn every_format_ends_with_the_same_code_and_keeps_the_streams_apart() {
    let dir = folder(&[("a.yaml", &wrong())]);
    for format in FORMATS {
        let ran = run(dir.path(), &["check", "--output-format", format], "");
        assert_eq!(ran.code, 1, "{format}");
        assert!(ran.stdout.contains("unknown-tactic"), "{format}: {ran:?}");
        assert_eq!(run(dir.path(), &["check", "--output-format", format, "--exit-zero"], "").code, 0);
        let machine = !["full", "concise", "grouped"].contains(&format);
        assert_eq!(ran.stderr.contains("Found 1 error in 1 file"), machine, "{format}: {ran:?}");
        let quiet = run(dir.path(), &["check", "-q", "--output-format", format], "");
        assert_eq!((quiet.code, quiet.stderr.as_str()), (1, ""), "{format}");
        let missing = run(dir.path(), &["check", "--output-format", format, "nowhere"], "");
        assert_eq!((missing.code, missing.stdout.as_str()), (2, ""), "{format}");
        let file = run(dir.path(), &["check", "--output-format", format, "--output-file", "out/report"], "");
        assert_eq!((file.code, file.stdout.as_str()), (1, ""), "{format}");
        let written = std::fs::read_to_string(dir.path().join("out/report")).unwrap();
        assert_eq!(written, ran.stdout, "{format}");
    }
}

#[test]
fn the_environment_names_the_format_and_options_beat_it() {
    let dir = folder(&[("a.yaml", &wrong())]);
    let json = with_env(&dir, &[("SENTLINT_OUTPUT_FORMAT", "json")], &[]);
    assert!(json.stdout.starts_with("{\n  \"version\": 1,"), "{json:?}");
    let concise = ["--output-format", "concise"];
    assert!(with_env(&dir, &[("SENTLINT_OUTPUT_FORMAT", "json")], &concise).stdout.starts_with("a.yaml:"));
    let blank = with_env(&dir, &[("SENTLINT_OUTPUT_FORMAT", "")], &[]);
    assert!(blank.stdout.starts_with("error[unknown-tactic]: "), "{blank:?}");
    let strange = with_env(&dir, &[("SENTLINT_OUTPUT_FORMAT", "jason")], &[]);
    assert_eq!(strange.code, 2);
    assert_eq!(
        strange.stderr,
        "error: `SENTLINT_OUTPUT_FORMAT`: unknown format `jason`; did you mean `json`?\n"
    );
    let github = with_env(&dir, &[("GITHUB_ACTIONS", "true")], &[]);
    assert!(github.stdout.starts_with("::error file=a.yaml,"), "{github:?}");
}

#[test]
fn several_reports_are_written_in_one_run() {
    let dir = folder(&[("a.yaml", &wrong())]);
    let args = ["check", "--report", "sarif=r.sarif", "--report", "junit=r.xml", "--report", "github"];
    let ran = run(dir.path(), &args, "");
    assert!(ran.stdout.starts_with("::error ") && ran.stdout.lines().count() == 1, "{ran:?}");
    for (name, start) in [("r.sarif", "{\n  \"$schema\""), ("r.xml", "<?xml ")] {
        assert!(std::fs::read_to_string(dir.path().join(name)).unwrap().starts_with(start), "{name}");
    }
    for (report, told) in [
        ("xml=a", "unknown format `xml`; the formats are full, concise,"),
        ("json=", "`--report json=` has no file: use FORMAT=PATH"),
    ] {
        let ran = run(dir.path(), &["check", "--report", report], "");
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        assert!(ran.stderr.contains(told), "{ran:?}");
    }
    let args = ["check", "--statistics", "--output-file", "s.txt", "--report", "json=s.json"];
    assert_eq!(run(dir.path(), &args, "").stdout, "");
    let statistics = std::fs::read_to_string(dir.path().join("s.txt")).unwrap();
    assert!(statistics.starts_with("1  error    [ ] unknown-tactic\n"), "{statistics}");
    assert!(std::fs::read_to_string(dir.path().join("s.json")).unwrap().contains("\"diagnostics\": ["));
}

#[test]
fn annotations_keep_to_the_limits_of_github_and_the_page_of_the_run_holds_the_rest() {
    let dir = folder(&[]);
    for number in 10..35 {
        let id = format!("5d2b1d5e-0000-4000-8000-0000000000{number}");
        let error = wrong()
            .replacen("id: ", &format!("id: {id} # "), 1)
            .replace("query: |", &format!("query: |\n  // {number}"));
        write(dir.path(), &format!("a{number}.yaml"), error.as_bytes());
    }
    let page = dir.path().join("page.md");
    let env = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", page.to_str().unwrap())];
    let ran = with_env(&dir, &env, &["--select", "unknown-tactic,duplicate-query"]);
    let count = |start: &str| ran.stdout.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!((count("::error "), count("::warning ")), (10, 0), "{}", ran.stdout);
    assert!(count("::notice ") <= 10);
    let last = ran.stdout.lines().last().unwrap();
    assert!(last.contains("more not shown here") && last.contains("summary of this run lists all findings"));
    let page = std::fs::read_to_string(page).unwrap();
    assert_eq!(page.matches("| error | [unknown-tactic]").count(), 25);
    assert!(page.contains("<code>Exploiting</code> is not a Sentinel tactic"), "{page}");
}

#[test]
fn rules_and_groups_are_chosen_by_name_in_any_case() {
    let dir = folder(&[("a.yaml", &wrong())]);
    for chosen in ["unknown-tactic", "attack", "ATTACK", "all", "ALL", "yaml,attack"] {
        let ran = run(dir.path(), &["check", "--select", chosen, "--ignore", "query"], "");
        assert_eq!(ran.code, 1, "{chosen}: {ran:?}");
    }
    assert_eq!(run(dir.path(), &["check", "--select", "yaml"], "").code, 0);
    assert_eq!(run(dir.path(), &["check", "--select", "yaml", "--extend-select", "attack"], "").code, 1);
    assert_eq!(run(dir.path(), &["check", "--ignore", "attack"], "").code, 0);
    assert_eq!(run(dir.path(), &["check", "--min-severity", "error"], "").code, 1);
    for option in ["--select", "--ignore", "--extend-select"] {
        let ran = run(dir.path(), &["check", option, "atack"], "");
        assert_eq!(ran.code, 2);
        assert_eq!(ran.stderr, "error: unknown rule or group `atack`; did you mean `attack`?\n");
    }
}

#[test]
fn the_version_of_attack_is_chosen_by_option_or_configuration() {
    // T1562 became T1685 in ATT&CK 19.
    let of = |id: &str| CLEAN.replace("T1219", id);
    let dir = folder(&[("old.yaml", &of("T1562.001")), ("new.yaml", &of("T1685"))]);
    let told = |args: &[&str]| {
        let ran = run(
            dir.path(),
            &[&["check", "--select", "unknown-technique,revoked-technique", "--output-format", "json"], args]
                .concat(),
            "",
        );
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let rules = report["diagnostics"].as_array().unwrap().iter();
        let rules: Vec<String> =
            rules.map(|one| format!("{} {}", one["path"], one["rule"]).replace('"', "")).collect();
        (ran.code, report["tool"]["attack"].as_str().unwrap().to_owned(), rules)
    };
    let rules = |of: &[&str]| of.iter().map(|rule| (*rule).to_owned()).collect::<Vec<_>>();
    let newest = rules(&["old.yaml revoked-technique"]);
    assert_eq!(told(&[]), (0, "19.1".to_owned(), newest.clone()));
    let older = rules(&["new.yaml unknown-technique"]);
    assert_eq!(told(&["--attack-version", "16.1"]), (1, "16.1".to_owned(), older.clone()));
    std::fs::write(dir.path().join("sentlint.toml"), "[knowledge]\nattack-version = \"16.1\"\n").unwrap();
    assert_eq!(told(&[]), (1, "16.1".to_owned(), older));
    assert_eq!(told(&["--attack-version", "19.1"]), (0, "19.1".to_owned(), newest));
    let ran = run(dir.path(), &["check", "new.yaml"], "");
    assert!(ran.stdout.contains("`T1685` is not a technique in ATT&CK 16.1"), "{}", ran.stdout);
    let help = "ATT&CK 19.1 has it (Disable or Modify Tools)";
    assert!(ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ").contains(help), "{}", ran.stdout);
    let ran = run(dir.path(), &["check", "--attack-version", "15.1"], "");
    assert!(ran.code == 2 && ran.stderr.contains("[possible values: 19.1, 16.1]"), "{}", ran.stderr);
}

#[test]
fn the_fail_level_is_that_of_each_files_own_configuration() {
    let dir = folder(&[
        ("lax/a.yaml", &wrong()),
        ("lax/sentlint.toml", "[check]\nfail-on = \"never\"\n"),
        ("b.yaml", CLEAN),
        ("z/c.yaml", &wrong().replacen("id: ", "id: 1", 1)),
        ("z/sentlint.toml", "[check]\nselect = [\"attack\"]\n"),
    ]);
    assert_eq!(run(dir.path(), &["check", "lax", "b.yaml"], "").code, 0);
    assert_eq!(run(dir.path(), &["check", "z"], "").code, 1);
    assert_eq!(run(dir.path(), &["check"], "").code, 1, "the first file's configuration is not everyone's");
    assert_eq!(run(dir.path(), &["check", "lax", "--fail-on", "error"], "").code, 1);
    assert_eq!(run(dir.path(), &["check", "--fail-on", "never"], "").code, 0);
}

#[test]
fn standard_input_is_fixed_to_standard_output_and_never_to_a_file() {
    let dir = folder(&[]);
    let text = wrong().replace("T1219", "t1219");
    let ran = run(dir.path(), &["check", "--fix", "-"], &text);
    assert_eq!((ran.code, ran.stdout), (1, wrong()), "what is left decides on the exit code");
    assert!(ran.stderr.contains("error[unknown-tactic]"), "{}", ran.stderr);
    let ran = run(dir.path(), &["check", "--fix", "-q", "-"], CLEAN);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, CLEAN, ""));
    let ran = run(dir.path(), &["check", "--add-suppressions", "--reason", "known", "-"], &wrong());
    assert!(ran.stdout.contains("# sentlint: ignore[unknown-tactic] known\n"), "{ran:?}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is written");
    let mut command = sentlint(dir.path());
    command.args(["check", "--fix", "-"]).write_stdin(&b"id: x\nname: \xff\nquery: T\n"[..]);
    let output = command.output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "bytes are not turned into others");
}

#[test]
fn a_diff_says_by_its_code_whether_there_is_something_to_change() {
    let dir = folder(&[("a.yaml", &CLEAN.replace("T1219", "t1219"))]);
    let ran = run(dir.path(), &["check", "--diff"], "");
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.starts_with("--- a.yaml\n+++ a.yaml\n@@ "), "{ran:?}");
    assert_eq!(run(dir.path(), &["check", "--diff", "--exit-zero"], "").code, 0);
}

#[test]
fn a_baseline_is_pruned_only_of_what_the_run_looked_at() {
    let dir = folder(&[("a.yaml", &wrong()), ("b.yaml", &wrong().replacen("id: ", "id: 1", 1))]);
    let lines = || std::fs::read_to_string(dir.path().join("base.json")).unwrap().matches("\"rule\"").count();
    assert_eq!(run(dir.path(), &["check", "--write-baseline", "base.json"], "").code, 0);
    let all = lines();
    assert!(all > 2);
    let prune = ["check", "--baseline", "base.json", "--prune-baseline", "a.yaml"];
    assert_eq!(run(dir.path(), &prune, "").code, 0);
    assert_eq!(lines(), all, "b.yaml was not looked at");
    write(dir.path(), "a.yaml", CLEAN.as_bytes());
    let told = run(dir.path(), &["check", "--baseline", "base.json"], "");
    assert!(told.stderr.contains("no longer found"), "{told:?}");
    run(dir.path(), &prune, "");
    assert!(lines() < all);
    std::fs::remove_file(dir.path().join("b.yaml")).unwrap();
    run(dir.path(), &prune, "");
    assert_eq!(lines(), 0, "what is gone is no longer found");
}

#[test]
fn a_baseline_holds_in_every_folder_and_keeps_what_a_run_could_not_find() {
    let dir = folder(&[("rules/a.yaml", &wrong())]);
    assert_eq!(run(dir.path(), &["check", "--write-baseline", "base.json"], "").code, 0);
    let before = std::fs::read_to_string(dir.path().join("base.json")).unwrap();
    assert!(before.contains("\"rules/a.yaml\""), "{before}");
    let below = dir.path().join("rules");
    let prune = ["check", "--baseline", "../base.json", "--prune-baseline"];
    assert_eq!(run(&below, &prune, "").code, 0);
    for more in [&["--min-severity", "error"][..], &["--profile", "azure-sentinel"]] {
        run(&below, &[&prune[..], more].concat(), "");
        assert_eq!(std::fs::read_to_string(dir.path().join("base.json")).unwrap(), before, "{more:?}");
    }
}

#[test]
fn findings_and_warnings_have_limits_and_all_of_them_count() {
    let broken = wrong().replacen("version: 1.0.0", "version: 1", 1);
    let dir = folder(&[("a.yaml", &broken)]);
    let lines = |args: &[&str]| {
        let ran = run(dir.path(), &[&["check", "--output-format", "concise"][..], args].concat(), "");
        (ran.code, ran.stdout.lines().filter(|line| line.starts_with("a.yaml:")).count(), ran.stdout)
    };
    let (code, all, told) = lines(&[]);
    assert!(code == 1 && all > 1, "{told}");
    let (code, shown, limited) = lines(&["--max-findings", "1"]);
    assert_eq!((code, shown), (1, 1));
    assert_eq!(told.lines().last(), limited.lines().last());
    let dir = folder(&[(
        "a.yaml",
        &CLEAN.replace("tactics:\n  - CommandAndControl", "tactics: CommandAndControl"),
    )]);
    assert_eq!(run(dir.path(), &["check", "--max-warnings", "0"], "").code, 1);
    assert_eq!(run(dir.path(), &["check", "--max-warnings", "1"], "").code, 0);
}

#[test]
fn files_are_left_out_and_named() {
    let dir = folder(&[("a.yaml", CLEAN), ("archive/b.yaml", CLEAN)]);
    let names = |args: &[&str]| run(dir.path(), &[&["check", "--show-files"][..], args].concat(), "").stdout;
    assert_eq!(names(&[]), "a.yaml\narchive/b.yaml\n");
    assert_eq!(names(&["--exclude", "archive/"]), "a.yaml\n");
    assert_eq!(names(&["--exclude", "*.yaml", "archive/b.yaml"]), "archive/b.yaml\n");
}

#[test]
fn fixes_alone_are_applied_and_nothing_is_reported() {
    let text = wrong().replace("relevantTechniques:\n  - T1219", "relevantTechniques: T1219");
    let dir = folder(&[("a.yaml", &text)]);
    let ran = run(dir.path(), &["check", "--fix-only"], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    assert!(ran.stderr.starts_with("Fixed 1 finding in 1 file."), "{ran:?}");
    assert!(std::fs::read_to_string(dir.path().join("a.yaml")).unwrap().contains("- T1219"));
}

#[test]
fn reports_go_to_standard_output_by_a_hyphen() {
    let dir = folder(&[("a.yaml", &wrong())]);
    let ran = run(dir.path(), &["check", "--report", "json=-"], "");
    assert!(ran.stdout.starts_with("{\n  \"version\": 1"), "{ran:?}");
    assert!(!dir.path().join("-").exists());
    let two = run(dir.path(), &["check", "--report", "json=-", "--report", "sarif=-"], "");
    assert!(two.code == 2 && two.stderr.contains("standard output"), "{two:?}");
    let diff = run(dir.path(), &["check", "--diff", "--unsafe-fixes", "--output-file", "a.diff"], "");
    assert_eq!(diff.stdout, "", "{diff:?}");
}

#[test]
fn a_forgotten_command_is_reported() {
    let dir = folder(&[("a.yaml", CLEAN)]);
    let ran = run(dir.path(), &["a.yaml"], "");
    assert!(ran.code == 2 && ran.stderr.contains("sentlint check PATH"), "{ran:?}");
    assert!(!run(dir.path(), &["chek"], "").stderr.contains("sentlint check PATH"));
}

#[test]
fn init_writes_a_configuration_that_holds_and_overwrites_none() {
    let dir = folder(&[("a.yaml", CLEAN)]);
    assert_eq!(run(dir.path(), &["init"], "").code, 0);
    assert_eq!(run(dir.path(), &["check"], "").code, 0);
    write(dir.path(), "sentlint.toml", b"[check]\nprofile = \"pedantic\"\n");
    let ran = run(dir.path(), &["init"], "");
    assert!(ran.code == 2 && ran.stderr.contains("already exists"), "{ran:?}");
    let kept = std::fs::read_to_string(dir.path().join("sentlint.toml")).unwrap();
    assert!(kept.contains("pedantic"));
}

#[test]
fn what_github_shows_counts_from_its_workspace() {
    let dir = folder(&[("content/rules/a.yaml", &wrong())]);
    let root = dir.path().to_str().unwrap();
    let content = dir.path().join("content");
    let of = |workspace: &str, format: &str| {
        let mut command = sentlint(&content);
        command.env("GITHUB_WORKSPACE", workspace).args(["check", "--isolated", "--output-format", format]);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert!(of(root, "github").starts_with("::error file=content/rules/a.yaml,"));
    assert!(of(root, "sarif").contains("\"uri\": \"content/rules/a.yaml\""));
    // Other formats, and files that lie elsewhere, count from the working folder.
    assert!(of(root, "concise").starts_with("rules/a.yaml:"));
    assert!(of("/gone", "github").starts_with("::error file=rules/a.yaml,"));
    assert!(of(content.join("rules").to_str().unwrap(), "github").starts_with("::error file=a.yaml,"));
}

#[test]
fn fixes_are_listed_by_file_and_rule() {
    let dir = folder(&[("a.yaml", &CLEAN.replace("CommandAndControl", "Persistance"))]);
    let ran = run(dir.path(), &["check", "--isolated", "--diff", "--unsafe-fixes", "--show-fixes"], "");
    assert!(
        ran.stderr.starts_with("a.yaml:\n") && ran.stderr.contains("\n    1 unknown-tactic\n"),
        "{ran:?}"
    );
    let without = run(dir.path(), &["check", "--isolated", "--show-fixes"], "");
    assert!(without.code == 2 && without.stderr.contains("--show-fixes requires --fix"), "{without:?}");
}

#[test]
fn watchlists_that_are_listed_are_the_only_ones() {
    let dir = folder(&[("sentlint.toml", "[knowledge]\nwatchlists = [\"Allowed\", \"Servers\"]\n")]);
    let of = |query: &str| {
        write(dir.path(), "a.kql", query.as_bytes());
        run(dir.path(), &["check", "--output-format", "full", "a.kql"], "").stdout
    };
    assert!(!of("_GetWatchlist('allowed') | project SearchKey\n").contains("watchlist `"));
    let near = of("_GetWatchlist('Serves') | project SearchKey\n");
    assert!(near.contains("warning[kql-unknown-table]") && near.contains("a.kql:1:15"), "{near}");
    assert!(near.contains("The watchlist `Serves` is not in the configuration"), "{near}");
    assert!(near.contains("Did you mean `Servers`?"), "{near}");
    let far = of("let name = 'Nothing'; _GetWatchlist(name) | take 1\n");
    assert!(far.contains("The watchlist `Nothing` is not in the configuration"), "{far}");
    assert!(far.contains("add it to `watchlists`"), "{far}");
    // Each place is reported, and nothing in a query that does not parse.
    let twice = of("union _GetWatchlist('Nothing'), (_GetWatchlist('Nothing'))\n");
    assert_eq!(twice.matches("The watchlist").count(), 2, "{twice}");
    assert!(!of("_GetWatchlist('Nothing') | where (\n").contains("The watchlist"));
    let fixed =
        run(dir.path(), &["check", "-", "--fix", "--unsafe-fixes"], "_GetWatchlist('Serves') | take 1\n");
    assert_eq!(fixed.stdout, "_GetWatchlist('Servers') | take 1\n");
}
