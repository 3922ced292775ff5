//! Names that lead to other files: parsers, the tests of a query, the query of tests.

use std::path::{Path, PathBuf};

use crate::content::{Content, Kind};
use crate::knowledge::attack::Version;
use crate::source::Span;
use crate::yaml::{Entry, Node, Value};

/// The keys whose value is the name by which other queries call a parser.
const PARSER_KEYS: [&str; 6] = [
    "ParserName",
    "EquivalentBuiltInParser",
    "FunctionName",
    "EquivalentBuiltInFunction",
    "functionAlias",
    "FunctionAlias",
];

fn parser_entries(content: &Content) -> impl Iterator<Item = &Entry> {
    let root = content.document.root.as_ref().filter(|_| content.kind == Kind::Parser);
    let entries = root.and_then(Node::as_mapping).map(|map| map.entries.as_slice()).unwrap_or_default();
    let is_name = |entry: &&Entry| {
        entry.name().is_some_and(|name| PARSER_KEYS.iter().any(|key| key.eq_ignore_ascii_case(name)))
    };
    entries.iter().filter(is_name)
}

/// A word of a scalar that is written as it is read.
fn written(content: &Content, node: &Node, name: &str) -> Option<Span> {
    let written = content.source.slice(node.span);
    let at = written.find(name)?;
    let start = node.span.start as usize + at;
    Some(Span::new(start, start + name.len()))
}

/// Where a file gives a parser its name.
pub fn parser_name(content: &Content, name: &str) -> Option<Span> {
    let entry = parser_entries(content).find(|entry| entry.value.as_str() == Some(name))?;
    written(content, &entry.value, name)
}

/// The name of a parser that a file gives at an offset.
pub fn parser_name_at(content: &Content, offset: usize) -> Option<(Span, String)> {
    let entry = parser_entries(content).find(|entry| entry.value.span.touches(offset))?;
    let name = entry.value.as_str()?.to_owned();
    Some((written(content, &entry.value, &name)?, name))
}

/// The paths that tests of the query of a file have.
pub fn tests_of(query: &Path) -> Vec<PathBuf> {
    let Some(stem) = query.file_stem() else { return Vec::new() };
    let stem = stem.to_string_lossy();
    ["test.yaml", "test.yml"].iter().map(|ending| query.with_file_name(format!("{stem}.{ending}"))).collect()
}

/// The query that tests are for.
pub fn query_of(content: &Content, tests: &Path) -> Option<PathBuf> {
    let root = content.document.root.as_ref().filter(|_| content.kind == Kind::Test)?;
    if let Some(name) = root.get("query").and_then(Node::as_str) {
        return Some(crate::discover::absolute(&tests.parent()?.join(name)));
    }
    let name = tests.file_name()?.to_string_lossy().into_owned();
    let stem = name.strip_suffix(".test.yaml").or_else(|| name.strip_suffix(".test.yml"))?;
    let endings = ["yaml", "yml", "kql", "csl"];
    endings.iter().map(|ending| tests.with_file_name(format!("{stem}.{ending}"))).find(|path| path.is_file())
}

/// The tests in a file, by name, with the places of their names.
pub fn tests(content: &Content) -> Vec<(String, Span)> {
    let root = content.document.root.as_ref().filter(|_| content.kind == Kind::Test);
    let tests = root.and_then(|root| root.get("tests")?.as_sequence());
    let tests = tests.map(|tests| tests.items.as_slice()).unwrap_or_default();
    let named = |test: &Node| {
        let entry = test.entry("name")?;
        Some((entry.value.as_str()?.to_owned(), entry.value.span))
    };
    tests.iter().filter_map(named).collect()
}

/// The rows that tests give a table or watchlist of this name.
pub fn fixtures(content: &Content, name: &str) -> Vec<Span> {
    let Some(root) = content.document.root.as_ref().filter(|_| content.kind == Kind::Test) else {
        return Vec::new();
    };
    let tests =
        root.get("tests").and_then(Node::as_sequence).map(|tests| tests.items.as_slice()).unwrap_or_default();
    let given = |node: &Node| {
        let sources = ["tables", "watchlists"]
            .into_iter()
            .filter_map(|key| node.get(key)?.entry(name).map(|entry| entry.key.span));
        sources.collect::<Vec<_>>()
    };
    std::iter::once(root).chain(tests).flat_map(given).collect()
}

/// The file that a value at an offset names: the query of tests, or rows that are read from a file.
pub fn file_at(content: &Content, location: &Path, offset: usize) -> Option<PathBuf> {
    files(content, location).into_iter().find(|(span, _)| span.touches(offset)).map(|(_, path)| path)
}

/// The values that name files, with these.
pub fn files(content: &Content, location: &Path) -> Vec<(Span, PathBuf)> {
    let Some(root) = content.document.root.as_ref().filter(|_| content.kind == Kind::Test) else {
        return Vec::new();
    };
    let folder = location.parent().unwrap_or(location);
    let mut found = Vec::new();
    let mut add = |node: &Node| {
        if let Some(name) = node.as_str().filter(|name| !name.is_empty() && !name.contains(['\n', '\0'])) {
            let path = folder.join(name);
            if path.is_file() {
                found.push((node.span, crate::discover::absolute(&path)));
            }
        }
    };
    root.get("query").into_iter().for_each(&mut add);
    let tests =
        root.get("tests").and_then(Node::as_sequence).map(|tests| tests.items.as_slice()).unwrap_or_default();
    for node in std::iter::once(root).chain(tests) {
        for key in ["tables", "watchlists", "external"] {
            let Some(Value::Mapping(map)) = node.get(key).map(|node| &node.value) else { continue };
            map.entries
                .iter()
                .map(|entry| &entry.value)
                .filter(|value| value.scalar().is_some())
                .for_each(&mut add);
        }
    }
    found
}

/// The values that stand for pages on the web, with their addresses and what is there.
pub fn links(content: &Content, attack: Version) -> Vec<(Span, String, String)> {
    let mut found = Vec::new();
    if let Some(template) = content.template() {
        for text in &template.common().techniques.items {
            let id = text.value.trim().to_ascii_uppercase();
            if let Some(technique) = attack.technique(&id) {
                found.push((text.span(), technique.url(), format!("{} {}", technique.id, technique.name)));
            }
        }
    }
    let comments = crate::suppress::suppressions(content, &content.queries());
    for name in comments.into_iter().flat_map(|comment| comment.names) {
        if let Some(entry) = crate::rules::find(&name.rule) {
            found.push((name.span, entry.meta.url(), entry.meta.summary()));
        }
    }
    found
}
