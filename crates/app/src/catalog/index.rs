//! The index of the site for programs, and for its own search.

use serde::Serialize;

use super::entry::Entry;

/// The contract's `index.json`.
#[derive(Serialize)]
struct Index<'e> {
    version: u32,
    content: Vec<One<'e>>,
}

#[derive(Serialize)]
struct One<'e> {
    path: &'e str,
    page: &'e str,
    kind: &'e str,
    id: Option<&'e str>,
    name: &'e str,
    severity: Option<&'e str>,
    tactics: &'e [String],
    techniques: Vec<&'e str>,
    tables: &'e [String],
    connectors: Vec<&'e str>,
    columns: Vec<&'e str>,
    tests: Vec<&'e str>,
}

/// The text of `index.json`.
pub(super) fn json(entries: &[Entry]) -> String {
    let content = entries.iter().filter(|entry| !entry.is_parser()).map(one).collect();
    serde_json::to_string_pretty(&Index { version: 1, content }).unwrap_or_default() + "\n"
}

fn one(entry: &Entry) -> One<'_> {
    One {
        path: &entry.path,
        page: &entry.page,
        kind: entry.kind,
        id: entry.id.as_deref(),
        name: &entry.name,
        severity: entry.severity.as_deref(),
        tactics: &entry.tactics,
        techniques: entry.techniques.iter().map(|technique| &*technique.id).collect(),
        tables: &entry.tables,
        connectors: entry.connectors.iter().map(|connector| &*connector.id).collect(),
        columns: entry.columns.iter().map(|column| &*column.name).collect(),
        tests: entry.tests.iter().map(|test| &*test.name).collect(),
    }
}

/// What the search of the pages reads: a script, because pages that are opened from a folder may not load data. Each entry is
/// its name, page, kind and severity, the words that it is found by, and its techniques.
pub(super) fn search(entries: &[Entry]) -> String {
    let mut out = String::from("const CONTENT = [");
    for (at, entry) in entries.iter().enumerate() {
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
        let words = words.join(" ").to_lowercase();
        let row = (&entry.name, &entry.page, entry.kind, &entry.severity, words, techniques);
        let text = serde_json::to_string(&row).unwrap_or_default();
        if at > 0 {
            out.push(',');
        }
        // Nothing in a string may end the script or look like the begin of markup.
        out += &text.replace('<', "\\u003c");
    }
    out + "];\n"
}
