//! What is answered about queries, wherever they stand: in query files and in every kind of scalar.

use serde_json::{Value, json};

use super::client::{Client, marked};

/// The same query in each form that YAML has for it; the mark is in front of the second `x`.
const FORMS: [(&str, &str); 6] = [
    ("a.kql", "let x = 5;\nprint y = ‸x\n"),
    (
        "literal.yaml",
        "id: 0ed1fa9f-0e0a-4f0f-a0a5-fd1a8e0f0a11\nname: ä😀\nquery: |\n  let x = 5;\n  print y = ‸x\n",
    ),
    (
        "folded.yaml",
        "id: 0ed1fa9f-0e0a-4f0f-a0a5-fd1a8e0f0a11\nname: a\nquery: >\n  let x = 5;\n  print y = ‸x\n",
    ),
    ("plain.yaml", "id: 0ed1fa9f-0e0a-4f0f-a0a5-fd1a8e0f0a11\nname: a\nquery: let x = 5; print y = ‸x\n"),
    (
        "single.yaml",
        "id: 0ed1fa9f-0e0a-4f0f-a0a5-fd1a8e0f0a11\nname: a\nquery: 'let x = 5; print \"it''s\", y = ‸x'\n",
    ),
    (
        "double.yaml",
        "id: 0ed1fa9f-0e0a-4f0f-a0a5-fd1a8e0f0a11\nname: a\nquery: \"let x = 5;\\nprint y = ‸x\"\n",
    ),
];

/// The text of a range of one line.
fn slice(text: &str, range: &Value) -> String {
    let line = text.lines().nth(usize::try_from(range["start"]["line"].as_u64().unwrap()).unwrap()).unwrap();
    let units: Vec<u16> = line.encode_utf16().collect();
    let at = |end: &str| usize::try_from(range[end]["character"].as_u64().unwrap()).unwrap();
    assert_eq!(range["start"]["line"], range["end"]["line"]);
    String::from_utf16(&units[at("start")..at("end")]).unwrap()
}

#[test]
fn names_are_found_in_every_form_of_a_query() {
    let mut client = Client::plain();
    for (name, text) in FORMS {
        let (text, position) = marked(text);
        let uri = format!("file:///{name}");
        client.open(&uri, 1, &text);
        let found =
            client.about("textDocument/documentHighlight", &uri, json!({"position": position})).unwrap();
        let shown: Vec<String> =
            found.as_array().unwrap().iter().map(|one| slice(&text, &one["range"])).collect();
        assert_eq!(shown, ["x", "x"], "{name}");
        let found = client.about("textDocument/hover", &uri, json!({"position": position})).unwrap();
        assert_eq!(slice(&text, &found["range"]), "x", "{name}");
        let found = client.about("textDocument/definition", &uri, json!({"position": position})).unwrap();
        assert_eq!(found[0]["uri"], *uri, "{name}");
        let params = json!({"position": position, "context": {"includeDeclaration": false}});
        let found = client.about("textDocument/references", &uri, params).unwrap();
        assert_eq!(found.as_array().map(Vec::len), Some(1), "{name}");
        let found = client.about("textDocument/prepareRename", &uri, json!({"position": position})).unwrap();
        assert_eq!(found["placeholder"], "x", "{name}");
        let params = json!({"position": position, "newName": "limit"});
        let found = client.about("textDocument/rename", &uri, params).unwrap();
        let edits = found["changes"][&uri].as_array().unwrap_or_else(|| panic!("{name}: {found}"));
        assert_eq!(edits.len(), 2, "{name}");
        assert!(edits.iter().all(|edit| slice(&text, &edit["range"]) == "x"), "{name}");
        let found = client.about("textDocument/semanticTokens/full", &uri, json!({})).unwrap();
        assert_eq!(found["data"].as_array().map_or(1, Vec::len) % 5, 0);
        let found = client.about("textDocument/completion", &uri, json!({"position": position})).unwrap();
        let items = found["items"].as_array().unwrap();
        assert!(items.iter().any(|item| item["label"] == "x"), "{name}");
        assert!(items.iter().all(|item| slice(&text, &item["textEdit"]["range"]).len() <= 1), "{name}");
    }
}

#[test]
fn a_new_line_at_the_end_of_a_block_belongs_to_the_query() {
    let mut client = Client::plain();
    let head = "id: 0ed1fa9f-0e0a-4f0f-a0a5-fd1a8e0f0a11\nname: a\nquery: |\n";
    for (at, text, is_query) in [
        (0, format!("{head}  SigninLogs\n  ‸\n"), true),
        (1, format!("{head}  SigninLogs\n  ‸\nversion: 1.0.0\n"), true),
        (2, format!("{head}  ‸\n"), true),
        (3, format!("{head}  SigninLogs\n\n‸\nversion: 1.0.0\n"), false),
        (4, format!("{head}  SigninLogs\n  | where ‸\n"), true),
    ] {
        let (text, position) = marked(&text);
        let uri = format!("file:///{at}.yaml");
        client.open(&uri, 1, &text);
        let found = client.about("textDocument/completion", &uri, json!({"position": position})).unwrap();
        let is_key = |item: &Value| item["label"] == "severity";
        let items = found["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        assert_eq!(!items.is_empty() && !items.iter().any(is_key), is_query, "{text}");
    }
}

#[test]
fn items_are_resolved_with_their_documentation() {
    let mut client = Client::plain();
    let (text, position) = marked("SigninLogs | where ResultType == ‸");
    client.open("file:///a.kql", 1, &text);
    let found =
        client.about("textDocument/completion", "file:///a.kql", json!({"position": position})).unwrap();
    let items = found["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["data"]["kind"] == "function").expect("a function").clone();
    let resolved = client.ask("completionItem/resolve", item.clone()).unwrap();
    assert_eq!(resolved["label"], item["label"]);
    assert!(resolved["documentation"]["value"].as_str().is_some_and(|text| !text.is_empty()), "{resolved}");
}

#[test]
fn only_the_lines_that_change_are_formatted() {
    let mut client = Client::plain();
    let text = "SigninLogs\n|where ResultType==0\n| take 1\n|project   Location\n";
    client.open("file:///a.kql", 1, text);
    let options = json!({"tabSize": 2, "insertSpaces": true});
    let found =
        client.about("textDocument/formatting", "file:///a.kql", json!({"options": options})).unwrap();
    let lines: Vec<u64> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| edit["range"]["start"]["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [1, 3]);
    let range = json!({"start": {"line": 3, "character": 0}, "end": {"line": 3, "character": 1}});
    let params = json!({"options": options, "range": range});
    let found = client.about("textDocument/rangeFormatting", "file:///a.kql", params).unwrap();
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    assert_eq!(found[0]["range"]["start"]["line"], 3);
    client.open("file:///b.kql", 1, "SigninLogs | where (\n");
    let found =
        client.about("textDocument/formatting", "file:///b.kql", json!({"options": options})).unwrap();
    assert_eq!(found, json!([]));
}

#[test]
fn hints_are_shown_if_they_are_wanted() {
    let mut client = Client::plain();
    client.open("file:///a.kql", 1, "let x = 5;\nSigninLogs\n| project Location\n| take x\n");
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}});
    let found = client.about("textDocument/inlayHint", "file:///a.kql", json!({"range": range})).unwrap();
    assert_eq!(found, json!([]));
    client.tell(
        "workspace/didChangeConfiguration",
        json!({"settings": {"sentlint": {"inlayHints": {"enable": true}}}}),
    );
    let found = client.about("textDocument/inlayHint", "file:///a.kql", json!({"range": range})).unwrap();
    assert!(found.as_array().is_some_and(|hints| !hints.is_empty()));
}
