//! Code actions: their edits are applied here, and must do what their titles say.

use serde_json::{Value, json};

use super::client::Client;

const HEAD: &str = "id: 0ed1fa9f-0e0a-4f0f-a0a5-fd1a8e0f0a11\nname: a\ndescription: |\n  Identifies.\n";

fn offset(text: &str, position: &Value) -> usize {
    let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let mut units = position["character"].as_u64().unwrap();
    for (at, c) in text[start..].char_indices() {
        if units == 0 {
            return start + at;
        }
        units -= c.len_utf16() as u64;
    }
    text.len()
}

/// The text after the edits of an action.
fn applied(text: &str, action: &Value, uri: &str) -> String {
    let change = &action["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({"uri": uri, "version": 1}), "{action}");
    let mut edits: Vec<&Value> = change["edits"].as_array().unwrap().iter().collect();
    edits.reverse();
    let mut text = text.to_owned();
    for edit in edits {
        let range = offset(&text, &edit["range"]["start"])..offset(&text, &edit["range"]["end"]);
        text.replace_range(range, edit["newText"].as_str().unwrap());
    }
    text
}

fn client() -> Client {
    let capabilities = json!({"workspace": {"workspaceEdit": {"documentChanges": true}}});
    Client::with(None, &capabilities, sentlint::internals::lsp::Options::default())
}

/// The actions for a part of a text, and the text that each makes.
fn actions(
    client: &mut Client,
    name: &str,
    text: &str,
    part: &str,
    only: Option<&str>,
) -> Vec<(String, String)> {
    let uri = format!("file:///{name}");
    client.open(&uri, 1, text);
    let at = text.find(part).unwrap_or_else(|| panic!("{part}"));
    let position = |offset: usize| {
        let before = &text[..offset];
        json!({"line": before.matches('\n').count(), "character": before[before.rfind('\n').map_or(0, |at| at + 1)..].len()})
    };
    let range = json!({"start": position(at), "end": position(at + part.len())});
    let context = json!({"diagnostics": [], "only": only.map(|only| [only])});
    let context = if only.is_some() { context } else { json!({"diagnostics": []}) };
    let found =
        client.about("textDocument/codeAction", &uri, json!({"range": range, "context": context})).unwrap();
    let shown = |action: &Value| (action["title"].as_str().unwrap().to_owned(), applied(text, action, &uri));
    found.as_array().unwrap().iter().map(shown).collect()
}

#[test]
fn findings_are_fixed_and_suppressed() {
    let mut client = client();
    let text = "SecurityEvent\n| where Acount == 'x'\n";
    let found = actions(&mut client, "a.kql", text, "Acount", Some("quickfix"));
    assert_eq!(found[0].0, "Replace with `Account`");
    assert_eq!(found[0].1, "SecurityEvent\n| where Account == 'x'\n");
    assert_eq!(found[1].0, "Suppress kql-unknown-column here");
    assert_eq!(
        found[1].1,
        "SecurityEvent\n// sentlint: ignore[kql-unknown-column] TODO: say why\n| where Acount == 'x'\n"
    );
    client.open("file:///b.kql", 1, &found[1].1);
    assert_eq!(client.rules_of("file:///b.kql", 1), [""; 0]);
    let text = format!("{HEAD}severity: medium\nkind: Scheduled\nquery: |\n  SigninLogs\n");
    let found = actions(&mut client, "c.yaml", &text, "severity: medium", Some("quickfix"));
    assert!(found.iter().any(|(_, text)| text.contains("severity: Medium\n")), "{found:?}");
}

#[test]
fn all_safe_fixes_are_applied_at_once() {
    let mut client = client();
    let text =
        format!("{HEAD}severity: medium\ntactics:\n  - impact\nkind: Scheduled\nquery: |\n  SigninLogs\n");
    let found = actions(&mut client, "a.yaml", &text, "id", Some("source.fixAll"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].1.contains("severity: Medium\n") && found[0].1.contains("  - Impact\n"),
        "{}",
        found[0].1
    );
    assert_eq!(actions(&mut client, "b.kql", "SigninLogs\n", "Sign", Some("source.fixAll.sentlint")), []);
    assert_eq!(actions(&mut client, "c.yaml", &text, "id", Some("source.organizeImports")), []);
}

#[test]
fn what_is_missing_is_added() {
    let mut client = client();
    let query = "query: |\n  SigninLogs\n  | project IPAddress, UserPrincipalName, TimeGenerated\n";
    let has = |found: &[(String, String)], title: &str, lines: &str| {
        assert!(
            found.iter().any(|(known, text)| known.starts_with(title) && text.contains(lines)),
            "{title}: {found:?}"
        );
    };
    let text = format!("{HEAD}tactics:\n  - Impact\nrelevantTechniques:\n  - T1566\n{query}");
    has(
        &actions(&mut client, "a.yaml", &text, "T1566", None),
        "Add the tactic InitialAccess",
        "  - Impact\n  - InitialAccess\n",
    );
    for (number, before) in
        ["requiredDataConnectors: []\n", "requiredDataConnectors:\n", ""].iter().enumerate()
    {
        let text = format!("{HEAD}{before}{query}");
        let found = actions(&mut client, &format!("b{number}.yaml"), &text, "query", None);
        has(
            &found,
            "Declare AzureActiveDirectory",
            "requiredDataConnectors:\n  - connectorId: AzureActiveDirectory\n    dataTypes:\n      - SigninLogs\n",
        );
        let mapped = "entityMappings:\n  - entityType: Account\n    fieldMappings:\n      - identifier: FullName\n        columnName: UserPrincipalName\n";
        has(&found, "Map entities from the result", mapped);
    }
}

#[test]
fn expressions_become_lets_and_back() {
    let mut client = client();
    let text = "SigninLogs\n| where ResultType == 50126\n| where TimeGenerated > ago(1d)\n";
    let found = actions(&mut client, "a.kql", text, "ago(1d)", Some("refactor.extract"));
    assert_eq!(found.len(), 1, "{found:?}");
    let name = found[0].0.strip_prefix("Extract into `let ").unwrap().trim_end_matches('`');
    assert!(found[0].1.contains(&format!("TimeGenerated > {name}")), "{found:?}");
    let back = actions(&mut client, "b.kql", &found[0].1, name, Some("refactor.inline"));
    assert_eq!(back[0].1.trim(), text.trim(), "{back:?}");
    // In a string that cannot hold lines nothing is offered that it cannot say.
    let text = format!("{HEAD}query: SigninLogs | where TimeGenerated > ago(1d)\n");
    let found = actions(&mut client, "c.yaml", &text, "ago(1d)", Some("refactor.extract"));
    assert!(found.iter().all(|(_, text)| text.contains("query: let ")), "{found:?}");
}
