//! What is answered about the YAML around queries, and about sentlint.toml.

use serde_json::{Value, json};

use super::client::{Client, marked};

const HEAD: &str =
    "id: 0ed1fa9f-0e0a-4f0f-a0a5-fd1a8e0f0a11\nname: a\ndescription: |\n  Identifies.\nkind: Scheduled\n";
const QUERY: &str = "query: |\n  SigninLogs\n  | project IPAddress, UserPrincipalName, TimeGenerated\n";

fn items(client: &mut Client, number: usize, text: &str) -> Vec<Value> {
    let (text, position) = marked(text);
    let uri = format!("file:///c/{number}.{}", if text.starts_with('[') { "toml" } else { "yaml" });
    let uri = if text.starts_with('[') { "file:///c/sentlint.toml".to_owned() } else { uri };
    client.open(&uri, 1, &text);
    let found = client.about("textDocument/completion", &uri, json!({"position": position})).unwrap();
    found["items"].as_array().cloned().unwrap_or_default()
}

#[test]
fn keys_and_values_are_offered() {
    let mut client = Client::plain();
    // What is offered first or at all, and what is not.
    let table: &[(&str, &str, &str)] = &[
        ("severity: ‸\n", "Medium", "query"),
        ("sev‸\n", "severity", "name"),
        ("tactics:\n  - ‸\n", "InitialAccess", "severity"),
        ("tactics:\n  - InitialAccess\nrelevantTechniques:\n  - T1‸\n", "T1566", "InitialAccess"),
        ("requiredDataConnectors:\n  - connectorId: ‸\n", "AzureActiveDirectory", "SigninLogs"),
        (
            "requiredDataConnectors:\n  - connectorId: AzureActiveDirectory\n    dataTypes:\n      - ‸\n",
            "SigninLogs",
            "Medium",
        ),
        ("requiredDataConnectors:\n  - ‸\n", "connectorId", "severity"),
        ("entityMappings:\n  - entityType: ‸\n", "Account", "Impact"),
        (
            "entityMappings:\n  - entityType: IP\n    fieldMappings:\n      - identifier: ‸\n",
            "Address",
            "FullName",
        ),
        (
            "entityMappings:\n  - entityType: IP\n    fieldMappings:\n      - identifier: Address\n        columnName: ‸\n",
            "IPAddress",
            "Location",
        ),
        ("customDetails:\n  User: ‸\n", "UserPrincipalName", "Location"),
        (
            "alertDetailsOverride:\n  alertDisplayNameFormat: Sign-in of {{Us‸\n",
            "UserPrincipalName",
            "Location",
        ),
        ("queryFrequency: ‸\n", "1h", "Medium"),
        ("triggerOperator: ‸\n", "gt", "Medium"),
        ("queryFrequency: 1h\nincidentConfiguration:\n  createIncident: ‸\n", "true", "Medium"),
    ];
    for (number, (lines, offered, missing)) in table.iter().enumerate() {
        let found = items(&mut client, number, &format!("{HEAD}{QUERY}{lines}"));
        let labels: Vec<&str> = found.iter().map(|item| item["label"].as_str().unwrap()).collect();
        assert!(labels.contains(offered), "{lines}: {labels:?}");
        assert!(!labels.contains(missing), "{lines}: {labels:?}");
    }
    // In prose and in comments there is nothing to offer.
    for (number, text) in ["description: |\n  sev‸\n", "# sev‸\n"].iter().enumerate() {
        let text = format!("id: 0ed1fa9f-0e0a-4f0f-a0a5-fd1a8e0f0a11\nquery: |\n  T\n{text}");
        assert_eq!(items(&mut client, 100 + number, &text), Vec::<Value>::new(), "{text}");
    }
}

#[test]
fn the_likeliest_are_first() {
    let mut client = Client::plain();
    let first = |found: Vec<Value>| {
        let mut found = found;
        found.sort_by_key(|item| item["sortText"].as_str().unwrap().to_owned());
        found[0].clone()
    };
    let found = items(&mut client, 0, &format!("{HEAD}{QUERY}requiredDataConnectors:\n  - connectorId: ‸\n"));
    assert_eq!(first(found)["label"], "AzureActiveDirectory");
    let found =
        items(&mut client, 1, &format!("{HEAD}{QUERY}relevantTechniques:\n  - T1566\ntactics:\n  - ‸\n"));
    assert_eq!(first(found)["label"], "InitialAccess");
    let lines = "entityMappings:\n  - entityType: IP\n    fieldMappings:\n      - identifier: Address\n        columnName: ‸\n";
    let found = items(&mut client, 2, &format!("{HEAD}{QUERY}{lines}"));
    assert_eq!(first(found)["label"], "IPAddress");
    // A placeholder is replaced alone, and a key brings its colon.
    let found = items(
        &mut client,
        3,
        &format!("{HEAD}{QUERY}alertDetailsOverride:\n  alertDisplayNameFormat: Of {{{{Us‸\n"),
    );
    let range = &first(found)["textEdit"]["range"];
    assert_eq!(
        range["end"]["character"].as_u64().unwrap() - range["start"]["character"].as_u64().unwrap(),
        2
    );
    let found = items(&mut client, 4, &format!("{HEAD}{QUERY}tac‸\n"));
    let tactics = found.iter().find(|item| item["label"] == "tactics").unwrap();
    assert_eq!(tactics["textEdit"]["newText"], "tactics:\n  - ");
}

#[test]
fn the_configuration_is_completed_and_explained() {
    let mut client = Client::plain();
    let found = items(&mut client, 0, "[check]\nprofile = \"‸\"\n");
    assert!(found.iter().any(|item| item["label"] == "pedantic"));
    client.open("file:///c/sentlint.toml", 2, "[check]\nprofile = 1\nselect = [\"kql-syntax\"]\n");
    let uri = "file:///c/sentlint.toml";
    assert_eq!(client.diagnostics_of(uri, 2).len(), 1);
    let found =
        client.about("textDocument/hover", uri, json!({"position": {"line": 2, "character": 1}})).unwrap();
    assert!(found["contents"]["value"].as_str().unwrap().contains("rules"), "{found}");
}

#[test]
fn keys_and_values_are_explained() {
    let mut client = Client::plain();
    let table: &[(&str, &str)] = &[
        ("sever‸ity: High\n", "Informational"),
        ("relevantTechniques:\n  - T15‸66\n", "Phishing"),
        ("requiredDataConnectors:\n  - connectorId: Azure‸ActiveDirectory\n", "SigninLogs"),
        (
            "requiredDataConnectors:\n  - connectorId: A\n    dataTypes:\n      - Signin‸Logs\n",
            "AzureActiveDirectory",
        ),
        ("entityMappings:\n  - entityType: I‸P\n", "Address"),
        ("customDetails:\n  A: IPAdd‸ress\n", "string"),
    ];
    for (number, (lines, words)) in table.iter().enumerate() {
        let (text, position) = marked(&format!("{HEAD}{QUERY}{lines}"));
        let uri = format!("file:///h/{number}.yaml");
        client.open(&uri, 1, &text);
        let found = client.about("textDocument/hover", &uri, json!({"position": position})).unwrap();
        let shown = found["contents"]["value"].as_str().unwrap_or_default();
        assert!(shown.contains(words), "{lines}: {found}");
    }
}

#[test]
fn structure_is_shown() {
    let mut client = Client::plain();
    let text =
        format!("{HEAD}relevantTechniques:\n  - T1566\nquery: |\n  let x = 5;\n  SigninLogs\n  | take x\n");
    client.open("file:///s.yaml", 1, &text);
    let found = client.about("textDocument/documentSymbol", "file:///s.yaml", json!({})).unwrap();
    let names: Vec<&str> =
        found.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"query") && names.contains(&"x"), "{names:?}");
    let found = client.about("textDocument/foldingRange", "file:///s.yaml", json!({})).unwrap();
    assert!(found.as_array().unwrap().iter().any(|fold| fold["startLine"] == 7), "{found}");
    let found = client.about("textDocument/documentLink", "file:///s.yaml", json!({})).unwrap();
    assert_eq!(found[0]["target"], "https://attack.mitre.org/techniques/T1566/");
    let found = client.about("textDocument/codeLens", "file:///s.yaml", json!({})).unwrap();
    let commands: Vec<&str> =
        found.as_array().unwrap().iter().map(|one| one["command"]["command"].as_str().unwrap()).collect();
    assert_eq!(commands, ["sentlint.resultColumns", "sentlint.convert"]);
    for lens in found.as_array().unwrap() {
        let answer = client.ask("workspace/executeCommand", lens["command"].clone());
        // The rule lacks what a deployment needs, which is said with its place.
        assert!(answer.is_ok() || answer.as_ref().unwrap_err().1.starts_with("/s.yaml:"), "{answer:?}");
    }
}
