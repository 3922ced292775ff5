//! Queries against tables and functions: built in, added by the user, and parsers of the run.

use crate::common::{CLEAN, folder, run, write};

const KQL: &str = "kql-unknown-table,kql-unknown-column,kql-unknown-function";

const SCHEMA: &str = r#"{"tables": {"RemoteTools_CL": {"TimeGenerated": "datetime", "Tool": "string"}},
"functions": {"KnownTools": {"params": [], "columns": {"Tool": "string"}}}}"#;

fn query(text: &str) -> String {
    let (head, tail) = CLEAN.split_once("  DeviceNetworkEvents\n").expect("the query");
    format!("{head}  {text}\n{}", &tail[tail.find("version").expect("the version")..])
}

#[test]
fn a_table_of_ones_own_is_known_once_it_is_named() {
    let dir = folder(&[
        ("a.yaml", &query("RemoteTools_CL | where Tool in (KnownTools()) and TimeGenerated > ago(1d)")),
        ("tables/own.json", SCHEMA),
    ]);
    let check = |more: &[&str]| {
        let mut args = vec!["check", "a.yaml", "--select", KQL, "--output-format", "concise"];
        args.extend_from_slice(more);
        run(dir.path(), &args, "")
    };
    let unknown = check(&[]);
    assert!(
        unknown.stdout.contains("warning[kql-unknown-table] Unknown table `RemoteTools_CL`"),
        "{unknown:?}"
    );
    assert!(unknown.stdout.contains("warning[kql-unknown-function]"), "{unknown:?}");
    assert!(check(&["--tables", "tables"]).stdout.contains("nothing found"), "a folder");
    assert!(check(&["--tables", "tables/own.json"]).stdout.contains("nothing found"), "a file");

    write(dir.path(), "sentlint.toml", b"[knowledge]\ntables = [\"tables/own.json\"]\n");
    assert!(check(&[]).stdout.contains("nothing found"), "the configuration");

    write(dir.path(), "a.yaml", query("RemoteTools_CL | where Tol == ''").as_bytes());
    let slip = check(&[]);
    assert!(slip.stdout.contains("kql-unknown-column] Unknown column `Tol`"), "{slip:?}");
    assert!(!check(&["--fix", "--unsafe-fixes"]).stdout.contains("unknown-column"));
    assert!(std::fs::read_to_string(dir.path().join("a.yaml")).unwrap().contains("where Tool == ''"));
}

#[test]
fn schemas_that_cannot_be_read_are_named_with_the_reason() {
    let dir = folder(&[("a.yaml", CLEAN), ("bad.json", r#"{"tables": {"T": {"a": "strin"}}}"#)]);
    let ran = run(dir.path(), &["check", "--tables", "bad.json"], "");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("`bad.json`") && ran.stderr.contains("`strin`"), "{ran:?}");
    let ran = run(dir.path(), &["check", "--tables", "none.json"], "");
    assert!(ran.code == 2 && ran.stderr.contains("none.json"), "{ran:?}");

    write(dir.path(), "sentlint.toml", b"[knowledge]\ntables = [\"bad.json\"]\n");
    let ran = run(dir.path(), &["check"], "");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("sentlint.toml:2:11"), "{ran:?}");
}

#[test]
fn parsers_of_the_run_are_functions_whose_columns_are_known() {
    let parser = "\
Function:
  Title: Connections of remote tools
FunctionName: RemoteToolLinks
FunctionParams:
  - Name: since
    Type: datetime
    Default: datetime(null)
FunctionQuery: |
  DeviceNetworkEvents
  | where TimeGenerated > since
  | project TimeGenerated, DeviceName, Tool = RemoteUrl
";
    let dir = folder(&[
        ("a.yaml", &query("RemoteToolLinks(ago(1d)) | project TimeGenerated, Tool, RemotePort")),
        ("parsers/RemoteToolLinks.yaml", parser),
    ]);
    let alone = run(dir.path(), &["check", "a.yaml", "--select", KQL, "--output-format", "concise"], "");
    assert!(alone.stdout.contains("kql-unknown-function"), "{alone:?}");
    let both = run(dir.path(), &["check", "--select", KQL, "--output-format", "concise"], "");
    assert!(!both.stdout.contains("kql-unknown-function"), "{both:?}");
    assert!(both.stdout.contains("kql-unknown-column] Unknown column `RemotePort`"), "{both:?}");
}

#[test]
fn inspect_tells_what_a_query_reads_and_returns() {
    let text = "let since = ago(5d); DeviceNetworkEvents | where TimeGenerated > since | summarize First = \
                min(TimeGenerated), Links = count() by DeviceName";
    let dir = folder(&[("a.yaml", &query(text)), ("notes.yaml", "shopping: [milk]\n")]);
    let ran = run(dir.path(), &["inspect", "--output-format", "json"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let expected = serde_json::json!({"version": 1, "files": [{
        "path": "a.yaml", "kind": "hunting-query", "form": null, "id": "6e3a1d0c-9f3b-4b60-8c3e-0a4f4c2d7b11",
        "name": "Remote tool reached its relay",
        "query": {
            "tables": ["DeviceNetworkEvents"], "functions": ["ago", "count", "min"], "lookback": "P5D",
            "result": {"open": false, "columns": [
                {"name": "DeviceName", "type": "string"}, {"name": "First", "type": "datetime"},
                {"name": "Links", "type": "long"},
            ]},
        },
    }]});
    assert_eq!(report, expected);
    let people = run(dir.path(), &["inspect", "a.yaml"], "").stdout;
    assert!(people.contains("look-back P5D") && people.contains("    First       datetime"), "{people}");

    let piped = run(dir.path(), &["inspect", "-", "--stdin-filename", "q.kql"], "SigninLogs | consume");
    assert!(piped.stdout.contains("result    no rows"), "{piped:?}");
    let named = run(dir.path(), &["inspect", "notes.yaml"], "");
    assert!(named.code == 0 && named.stderr.contains("notes.yaml is not Sentinel content"), "{named:?}");
    assert_eq!(run(dir.path(), &["inspect", "none.yaml"], "").code, 2);
}
