//! The files of a workspace: parsers, tests and configurations, and what changes on disk.

use std::path::Path;

use sentlint::internals::lsp::{Ended, Options};
use serde_json::{Value, json};

use super::client::{Client, uri};

const PARSER: &str = "id: 1ed1fa9f-0e0a-4f0f-a0a5-fd1a8e0f0a11\nFunction:\n  Title: Mine\n  Version: 1.0.0\nCategory: Microsoft Sentinel Parser\nFunctionName: MyParser\nFunctionAlias: MyParser\nFunctionQuery: |\n  SigninLogs\n  | project Who = UserPrincipalName, TimeGenerated\n";
const USER: &str = "MyParser\n| where Who == 'x'\n";

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn rule(id: u32, query: &str) -> String {
    format!(
        "id: {id:08x}-0e0a-4f0f-a0a5-fd1a8e0f0a11\nname: Rule {id}\ndescription: |\n  Identifies.\nrequiredDataConnectors: []\ntactics:\n  - Impact\nrelevantTechniques:\n  - T1486\nquery: |\n  {query}\n"
    )
}

/// A folder with a parser, a query that calls it, and its tests.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "parsers/mine.yaml", PARSER);
    write(folder.path(), "use.kql", USER);
    let tests = "tables:\n  SigninLogs:\n    - {UserPrincipalName: x, TimeGenerated: 2026-11-28T11:00:00Z}\n    - {UserPrincipalName: y, TimeGenerated: 2026-11-28T11:00:00Z}\ntests:\n  - name: one\n    expect:\n      rows: 1\n";
    write(folder.path(), "use.test.yaml", tests);
    folder
}

fn client(folder: &Path, capabilities: &Value) -> Client {
    Client::with(Some(folder), capabilities, Options::default())
}

/// Waits until every file is known.
fn until_known(client: &mut Client, names: usize) {
    for _ in 0..600 {
        let found = client.ask("workspace/symbol", json!({"query": ""})).unwrap();
        if found.as_array().unwrap().len() >= names {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("the workspace was not read");
}

#[test]
fn parsers_of_the_workspace_are_known_everywhere() {
    let folder = folder();
    let mut client = client(folder.path(), &json!({}));
    until_known(&mut client, 2);
    let user = uri(&folder.path().join("use.kql"));
    let parser = uri(&folder.path().join("parsers/mine.yaml"));
    client.open(&user, 1, USER);
    assert_eq!(client.rules_of(&user, 1), [""; 0]);
    let at = json!({"line": 0, "character": 3});
    let found = client.about("textDocument/definition", &user, json!({"position": at})).unwrap();
    assert_eq!(
        (found[0]["uri"].as_str(), found[0]["range"]["start"]["line"].as_u64()),
        (Some(parser.as_str()), Some(5))
    );
    let params = json!({"position": at, "context": {"includeDeclaration": true}});
    let found = client.about("textDocument/references", &user, params).unwrap();
    assert_eq!(found.as_array().map(Vec::len), Some(2), "{found}");
    let found =
        client.about("textDocument/rename", &user, json!({"position": at, "newName": "Other"})).unwrap();
    let changes = found["changes"].as_object().unwrap();
    assert_eq!(changes.keys().collect::<Vec<_>>().len(), 2, "{found}");
    for (name, code) in [("not a name", -32803), ("SigninLogs", -32803), ("strcat()", -32803)] {
        let answer = client.about("textDocument/rename", &user, json!({"position": at, "newName": name}));
        assert_eq!(answer.unwrap_err().0, code, "{name}");
    }
    // The table is given rows in the tests of the query.
    client.open(&user, 2, "SigninLogs\n");
    let found = client.about("textDocument/definition", &user, json!({"position": at})).unwrap();
    assert!(
        found.as_array().unwrap().iter().any(|one| one["uri"].as_str().unwrap().ends_with("use.test.yaml")),
        "{found}"
    );
    // A parser that changes is known at once.
    client.open(&user, 3, USER);
    client.open(&parser, 1, &PARSER.replace("Who =", "Whom ="));
    loop {
        let found = client.diagnostics(&user);
        if found["version"] == 3 && found["diagnostics"][0]["code"] == "kql-unknown-column" {
            break;
        }
    }
    assert_eq!(client.end(), Ended::InOrder);
}

#[test]
fn tests_are_run_on_what_is_open() {
    let folder = folder();
    let mut client = client(folder.path(), &json!({"workspace": {"codeLens": {"refreshSupport": true}}}));
    let user = uri(&folder.path().join("use.kql"));
    client.open(&user, 1, USER);
    // The tests are known once every file of the folder has been read.
    client.wait_for("workspace/codeLens/refresh");
    let found = client.about("textDocument/codeLens", &user, json!({})).unwrap();
    let lens = found.as_array().unwrap().iter().find(|lens| lens["command"]["title"] == "Run tests");
    let lens = lens.expect("a lens").clone();
    let ran = client.ask("workspace/executeCommand", lens["command"].clone()).unwrap();
    assert_eq!((&ran["passed"], &ran["total"]), (&json!(1), &json!(1)), "{ran}");
    client.change(&user, 2, &json!([{"text": "MyParser\n| where Who == 'nobody'\n"}]));
    let ran = client.ask("workspace/executeCommand", lens["command"].clone()).unwrap();
    assert_eq!((&ran["passed"], &ran["total"]), (&json!(0), &json!(1)), "{ran}");
    let tests = uri(&folder.path().join("use.test.yaml"));
    let ran = client
        .ask(
            "workspace/executeCommand",
            json!({"command": "sentlint.runTests", "arguments": [tests, "none"]}),
        )
        .unwrap();
    assert_eq!(ran["total"], 0);
    let other = uri(&folder.path().join("parsers/mine.yaml"));
    let ran =
        client.ask("workspace/executeCommand", json!({"command": "sentlint.runTests", "arguments": [other]}));
    assert_eq!(ran.unwrap_err().0, -32803);
    assert_eq!(client.end(), Ended::InOrder);
}

#[test]
fn files_are_compared_after_a_pause() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "Hunting Queries/a.yaml", &rule(1, "SigninLogs | take 1"));
    write(folder.path(), "Hunting Queries/b.yaml", &rule(2, "SigninLogs | take 2"));
    let mut client = client(folder.path(), &json!({}));
    until_known(&mut client, 2);
    let b = format!("file://{}/Hunting%20Queries/b.yaml", folder.path().display());
    client.open(&b, 1, &rule(1, "SigninLogs | take 2"));
    let found = loop {
        let found = client.diagnostics(&b);
        let all = found["diagnostics"].as_array().unwrap().clone();
        if let Some(one) = all.into_iter().find(|one| one["code"] == "duplicate-id") {
            break one;
        }
    };
    assert!(
        found["relatedInformation"][0]["location"]["uri"]
            .as_str()
            .unwrap()
            .ends_with("Hunting%20Queries/a.yaml"),
        "{found}"
    );
    // It stays while the text changes elsewhere.
    let range = json!({"start": {"line": 9, "character": 0}, "end": {"line": 9, "character": 0}});
    client.change(&b, 2, &json!([{"range": range, "text": "# \n"}]));
    assert!(client.rules_of(&b, 2).contains(&"duplicate-id".to_owned()));
    // A file that is gone has no id.
    std::fs::remove_file(folder.path().join("Hunting Queries/a.yaml")).unwrap();
    let gone = format!("file://{}/Hunting%20Queries/a.yaml", folder.path().display());
    client.tell("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": gone, "type": 3}]}));
    loop {
        let found = client.diagnostics(&b);
        if !found["diagnostics"].as_array().unwrap().iter().any(|one| one["code"] == "duplicate-id") {
            break;
        }
    }
    assert_eq!(client.end(), Ended::InOrder);
}

#[test]
fn clients_may_ask_for_diagnostics() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.kql", "SigninLogs | where Nope == 1\n");
    write(folder.path(), "b.kql", "SigninLogs | take 1\n");
    let mut client = client(folder.path(), &json!({"textDocument": {"diagnostic": {}}}));
    let a = uri(&folder.path().join("a.kql"));
    client.open(&a, 1, "SigninLogs | where Nope == 1\n");
    let found = client.about("textDocument/diagnostic", &a, json!({})).unwrap();
    assert_eq!((&found["kind"], found["items"].as_array().map(Vec::len)), (&json!("full"), Some(1)));
    let known = found["resultId"].clone();
    let found = client.about("textDocument/diagnostic", &a, json!({"previousResultId": known})).unwrap();
    assert_eq!(found["kind"], "unchanged");
    let found = client.ask("workspace/diagnostic", json!({"previousResultIds": []})).unwrap();
    let of = |found: &Value, name: &str| {
        let all = found["items"].as_array().unwrap().clone();
        all.into_iter().find(|one| one["uri"].as_str().unwrap().ends_with(name))
    };
    assert_eq!(of(&found, "a.kql").unwrap()["items"].as_array().map(Vec::len), Some(1), "{found}");
    let previous: Vec<Value> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!({"uri": one["uri"], "value": one["resultId"]}))
        .collect();
    // Who knows everything waits until something changes.
    let waiting = client.request("workspace/diagnostic", json!({"previousResultIds": previous}));
    client.change(&a, 2, &json!([{"text": "SigninLogs | where Nope == 1 and Nape == 2\n"}]));
    let found = client.answer(&waiting).unwrap();
    assert_eq!(of(&found, "a.kql").unwrap()["items"].as_array().map(Vec::len), Some(2), "{found}");
    assert!(of(&found, "b.kql").is_none_or(|one| one["kind"] == "unchanged"));
    let waiting = client.request("workspace/diagnostic", json!({"previousResultIds": []}));
    client.tell("$/cancelRequest", json!({"id": waiting}));
    assert!(matches!(client.answer(&waiting), Ok(_) | Err((-32800, _))));
    assert!(!client.kept.iter().any(|one| matches!(one, lsp_server::Message::Notification(one) if one.method.ends_with("publishDiagnostics"))));
    assert_eq!(client.end(), Ended::InOrder);
}

#[test]
fn configurations_and_baselines_count() {
    let folder = tempfile::tempdir().unwrap();
    let text = "SigninLogs | where Nope == 1\n";
    write(folder.path(), "a.kql", text);
    write(folder.path(), "sentlint.toml", "[rules.kql-unknown-column]\nseverity = \"info\"\n");
    let a = uri(&folder.path().join("a.kql"));
    let mut client = client(folder.path(), &json!({}));
    client.open(&a, 1, text);
    assert_eq!(client.diagnostics_of(&a, 1)[0]["severity"], 3);
    write(folder.path(), "sentlint.toml", "[check]\nignore = [\"kql-unknown-column\"]\n");
    let config = uri(&folder.path().join("sentlint.toml"));
    client.tell("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": config, "type": 2}]}));
    while client.diagnostics(&a)["diagnostics"] != json!([]) {}
    assert_eq!(client.end(), Ended::InOrder);
    let baseline = folder.path().join("baseline.json");
    write(folder.path(), "sentlint.toml", "");
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let known = json!({"version": 1, "findings": [{"path": "a.kql", "rule": "kql-unknown-column", "line": line, "count": 1}]});
    std::fs::write(&baseline, known.to_string()).unwrap();
    let options = Options { baseline: Some(baseline), ..Options::default() };
    let mut client = Client::with(Some(folder.path()), &json!({}), options);
    client.open(&a, 1, text);
    assert_eq!(client.rules_of(&a, 1), [""; 0]);
    assert_eq!(client.end(), Ended::InOrder);
}
