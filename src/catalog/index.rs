//! The index of the site for programs, and for its own search.

use serde_json::{Value, json};

use super::entry::Entry;

/// The contract's `index.json`.
pub(super) fn json(entries: &[Entry]) -> String {
    let content: Vec<Value> = entries.iter().filter(|entry| !entry.is_parser()).map(one).collect();
    let value = json!({ "version": 1, "content": content });
    serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
}

fn one(entry: &Entry) -> Value {
    json!({
        "path": entry.path,
        "page": entry.page,
        "kind": entry.kind,
        "id": entry.id,
        "name": entry.name,
        "severity": entry.severity,
        "tactics": entry.tactics,
        "techniques": entry.techniques.iter().map(|technique| &technique.id).collect::<Vec<_>>(),
        "tables": entry.tables,
        "connectors": entry.connectors.iter().map(|connector| &connector.id).collect::<Vec<_>>(),
        "columns": entry.columns.iter().map(|column| &column.name).collect::<Vec<_>>(),
        "tests": entry.tests.iter().map(|test| &test.name).collect::<Vec<_>>(),
    })
}

/// What the search of the pages reads: a script, because pages that are opened from a folder may not load data. Each entry is
/// its name, page, kind and severity, the words that it is found by, and its techniques.
pub(super) fn search(entries: &[Entry]) -> String {
    let rows: Vec<Value> = entries
        .iter()
        .map(|entry| {
            let mut words: Vec<&str> = vec![&entry.path];
            words.extend(entry.id.as_deref());
            words.extend(entry.tactics.iter().map(String::as_str));
            words.extend(entry.techniques.iter().map(|technique| &*technique.id));
            words.extend(entry.tables.iter().map(String::as_str));
            words.extend(
                entry.conditions.iter().take(12).map(|one| &one.text[..one.text.floor_char_boundary(160)]),
            );
            let techniques: Vec<String> =
                entry.techniques.iter().map(|one| one.id.to_ascii_uppercase()).collect();
            json!([
                entry.name,
                entry.page,
                entry.kind,
                entry.severity,
                words.join(" ").to_lowercase(),
                techniques
            ])
        })
        .collect();
    let text = serde_json::to_string(&rows).unwrap_or_default();
    // Nothing in a string may end the script or look like the begin of markup.
    format!("const CONTENT = {};\n", text.replace('<', "\\u003c"))
}
