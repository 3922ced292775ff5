//! Half-written documents: whatever is asked of them at any place, the server answers, with ranges in the document.

use serde_json::{Value, json};

use super::client::Client;

const POSITION: [&str; 6] =
    ["completion", "hover", "signatureHelp", "documentHighlight", "definition", "prepareRename"];
const DOCUMENT: [&str; 5] =
    ["documentSymbol", "foldingRange", "semanticTokens/full", "codeLens", "documentLink"];

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

fn samples() -> Vec<(String, String)> {
    let query = "let x = datatable(A: string, 😀: int)[\"ä\", 1];\nunion x, (SigninLogs | where ResultType !in (0, 1))\n| extend B = strcat(A, @\"\\\"), C = dynamic({\"a\": [1]}).a[0]\n| join kind=leftouter (DeviceInfo | summarize arg_max(Timestamp, *) by DeviceId) on $left.A == $right.DeviceId\n| project-away A // the end";
    let literal = query.lines().fold(String::new(), |text, line| text + "  " + line + "\n");
    let head = "id: 0ed1fa9f-0e0a-4f0f-a0a5-fd1a8e0f0a11\r\nname: 'it''s ä😀'\ntactics: [Impact, \"Execution\"]\nentityMappings:\n  - entityType: IP\n    fieldMappings:\n      - identifier: Address\n        columnName: IPAddress\n";
    vec![
        ("a.kql".to_owned(), query.to_owned()),
        ("a.yaml".to_owned(), format!("{head}query: |\n{literal}version: 1.0.0\n")),
        ("b.yaml".to_owned(), format!("{head}query: >-\n{literal}")),
        ("c.yaml".to_owned(), format!("{head}query: \"SigninLogs\\n| where A == \\\"\\u00e4\\\" \\\n  | take 1\"\n")),
        ("d.json".to_owned(), "{\"displayName\": \"a\", \"queryCondition\": {\"queryText\": \"DeviceInfo\\n| take 1\"}, \"schedule\": {\"period\": \"1H\"}, \"detectionAction\": {\"alertTemplate\": {\"title\": \"x\"}}}".to_owned()),
        ("e.test.yaml".to_owned(), "query: a.kql\ntables:\n  SigninLogs:\n    - A: 1\ntests:\n  - name: a\n    expect:\n      rows: 1\n".to_owned()),
        ("sentlint.toml".to_owned(), "[check]\nprofile = \"pedantic\"\nselect = [\n  \"all\",\n]\n[rules.kql-syntax]\nseverity = \"info\"\n".to_owned()),
    ]
}

fn lines(text: &str) -> Vec<u64> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.split('\n').map(|line| line.encode_utf16().count() as u64).collect()
}

fn check(value: &Value, lines: &[u64], what: &str) {
    match value {
        Value::Object(map) => {
            if let (Some(start), Some(end)) = (map.get("start"), map.get("end")) {
                let place = |at: &Value| (at["line"].as_u64().unwrap(), at["character"].as_u64().unwrap());
                let (start, end) = (place(start), place(end));
                let fits = |(line, column): (u64, u64)| {
                    lines.get(usize::try_from(line).unwrap()).is_some_and(|length| column <= *length)
                };
                assert!(start <= end && fits(start) && fits(end), "{what}: {value} in {lines:?}");
            }
            map.values().for_each(|inner| check(inner, lines, what));
        }
        Value::Array(items) => items.iter().for_each(|inner| check(inner, lines, what)),
        _ => {}
    }
}

#[test]
fn any_cut_of_a_document_is_answered() {
    let mut client = Client::plain();
    let mut numbers = Numbers(20);
    let mut version = 0;
    for (name, text) in samples() {
        let uri = format!("file:///cuts/{name}");
        client.open(&uri, version, "");
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        for _ in 0..25 {
            let cut = ends[numbers.below(ends.len())];
            // Half of the cuts leave out a part in the middle.
            let rest =
                if numbers.below(2) == 0 { "" } else { &text[ends[numbers.below(ends.len())].max(cut)..] };
            let shown = format!("{}{rest}", &text[..cut]);
            version += 1;
            client.change(&uri, version, &json!([{"text": shown}]));
            let lines = lines(&shown);
            let line = numbers.below(lines.len() + 1);
            let width = usize::try_from(lines.get(line).copied().unwrap_or_default()).unwrap();
            let position = json!({"line": line, "character": numbers.below(width + 3)});
            let end = json!({"line": line + numbers.below(3), "character": numbers.below(width + 3)});
            for method in POSITION {
                let found =
                    client.about(&format!("textDocument/{method}"), &uri, json!({"position": position}));
                assert!(!matches!(found, Err((-32603 | -32601, _))), "{found:?}");
                check(&found.unwrap_or_default(), &lines, &format!("{method} {shown:?} {position}"));
            }
            for method in DOCUMENT {
                let found = client.about(&format!("textDocument/{method}"), &uri, json!({})).unwrap();
                check(&found, &lines, &format!("{method} {shown:?}"));
            }
            let range = json!({"start": position, "end": end});
            for (method, params) in [
                ("selectionRange", json!({"positions": [position, end]})),
                ("codeAction", json!({"range": range, "context": {"diagnostics": []}})),
                ("inlayHint", json!({"range": range})),
                ("rangeFormatting", json!({"range": range, "options": {"tabSize": 2, "insertSpaces": true}})),
                ("rename", json!({"position": position, "newName": "fresh"})),
                ("references", json!({"position": position, "context": {"includeDeclaration": true}})),
            ] {
                let found = client.about(&format!("textDocument/{method}"), &uri, params);
                assert!(!matches!(found, Err((-32603..=-32601, _))), "{method}: {found:?}");
                check(&found.unwrap_or_default(), &lines, &format!("{method} {shown:?} {range}"));
            }
            let found = client.diagnostics_of(&uri, version);
            check(&json!(found), &lines, &format!("diagnostics {shown:?}"));
        }
    }
    client.end();
}
