//! The structure of a document: what can be folded, selected step by step, and listed in an outline.

use crate::content::Content;
use crate::source::Span;
use crate::yaml::{Entry, Node, Value};

/// A key of a document, for its outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentSymbol {
    /// The key, or what an item of a list is about.
    pub name: String,
    /// The value, where it is short.
    pub detail: String,
    /// Whether it holds others.
    pub is_group: bool,
    /// From the key to the end of its value.
    pub span: Span,
    /// The key alone.
    pub name_span: Span,
    /// What is in it.
    pub children: Vec<Self>,
}

/// The most characters of a value that an outline shows.
const MOST_SHOWN: usize = 60;

/// How deep an outline is.
const DEEPEST: usize = 4;

/// What can be folded: each value of several lines, from its key on.
pub fn folding(content: &Content) -> Vec<Span> {
    let mut found = Vec::new();
    if let Some(root) = &content.document.root {
        fold(root, content.source.text(), &mut found);
    }
    found
}

fn fold(node: &Node, text: &str, found: &mut Vec<Span>) {
    let mut add = |start: u32, value: &Node| {
        let written = text.get(start as usize..value.span.end as usize).unwrap_or_default();
        let written = written.trim_end();
        if written.contains('\n') {
            found.push(Span::new(start as usize, start as usize + written.len()));
        }
    };
    match &node.value {
        Value::Mapping(map) => {
            for entry in &map.entries {
                add(entry.key.span.start, &entry.value);
            }
            map.entries.iter().for_each(|entry| fold(&entry.value, text, found));
        }
        Value::Sequence(sequence) => {
            for item in &sequence.items {
                add(item.span.start, item);
            }
            sequence.items.iter().for_each(|item| fold(item, text, found));
        }
        Value::Scalar(_) | Value::Alias(_) => {}
    }
}

/// The nodes around an offset, the innermost first.
pub fn around(content: &Content, offset: usize) -> Vec<Span> {
    let mut found = Vec::new();
    let mut node = content.document.root.as_ref();
    while let Some(inner) = node {
        found.push(inner.span);
        node = match &inner.value {
            Value::Mapping(map) => {
                let whole = |entry: &Entry| entry.key.span.cover(entry.value.span);
                let entry = map.entries.iter().find(|entry| whole(entry).touches(offset));
                entry.and_then(|entry| {
                    found.push(whole(entry));
                    [&entry.key, &entry.value].into_iter().find(|node| node.span.touches(offset))
                })
            }
            Value::Sequence(sequence) => sequence.items.iter().find(|item| item.span.touches(offset)),
            Value::Scalar(_) | Value::Alias(_) => None,
        };
    }
    found.reverse();
    found
}

/// The key, value or item of a node at an offset.
pub(super) fn child_at(node: &Node, offset: usize) -> Option<&Node> {
    match &node.value {
        Value::Mapping(map) => {
            let nodes = map.entries.iter().flat_map(|entry| [&entry.key, &entry.value]);
            nodes.into_iter().find(|node| node.span.touches(offset) && !node.span.is_empty())
        }
        Value::Sequence(sequence) => sequence.items.iter().find(|item| item.span.touches(offset)),
        Value::Scalar(_) | Value::Alias(_) => None,
    }
}

/// The keys of a document and what is in them.
pub fn symbols(content: &Content) -> Vec<ContentSymbol> {
    content.document.root.as_ref().map(|root| of(root, 0)).unwrap_or_default()
}

fn of(node: &Node, depth: usize) -> Vec<ContentSymbol> {
    if depth >= DEEPEST {
        return Vec::new();
    }
    match &node.value {
        Value::Mapping(map) => map.entries.iter().filter_map(|entry| of_entry(entry, depth)).collect(),
        Value::Sequence(sequence) => {
            let named = |item: &Node| {
                let map = item.as_mapping()?;
                let first = map.entries.first()?;
                let name = short(&first.value).unwrap_or_default();
                let name = if name.is_empty() { first.name()?.to_owned() } else { name };
                Some(ContentSymbol {
                    name,
                    detail: first.name()?.to_owned(),
                    is_group: true,
                    span: item.span,
                    name_span: first.key.span,
                    children: of(item, depth + 1),
                })
            };
            sequence.items.iter().filter_map(named).collect()
        }
        Value::Scalar(_) | Value::Alias(_) => Vec::new(),
    }
}

fn of_entry(entry: &Entry, depth: usize) -> Option<ContentSymbol> {
    let name = entry.name().filter(|name| !name.trim().is_empty())?;
    let detail = match &entry.value.value {
        Value::Sequence(sequence) => {
            let words: Option<Vec<&str>> = sequence.items.iter().map(Node::as_str).collect();
            words.map(|words| words.join(", ")).filter(|text| text.chars().count() <= MOST_SHOWN)
        }
        _ => short(&entry.value),
    };
    Some(ContentSymbol {
        name: name.to_owned(),
        detail: detail.unwrap_or_default(),
        is_group: entry.value.scalar().is_none(),
        span: entry.key.span.cover(entry.value.span),
        name_span: entry.key.span,
        children: of(&entry.value, depth + 1),
    })
}

/// A value that fits on a line of an outline.
fn short(node: &Node) -> Option<String> {
    let text = node.as_str()?.trim();
    (!text.contains('\n') && text.chars().count() <= MOST_SHOWN).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::SourceFile;

    const TEXT: &str = "id: a\ntactics:\n  - Impact\nentityMappings:\n  - entityType: IP\n    fieldMappings:\n      - identifier: Address\n        columnName: X\nquery: |\n  T\n  | take 1\n";

    fn content() -> Content {
        Content::read(Arc::new(SourceFile::new("Hunting Queries/a.yaml", TEXT)), "Hunting Queries/a.yaml")
    }

    #[test]
    fn values_of_several_lines_fold() {
        let shown: Vec<&str> =
            folding(&content()).into_iter().map(|span| TEXT[span.range()].lines().next().unwrap()).collect();
        assert_eq!(
            shown,
            [
                "tactics:",
                "entityMappings:",
                "query: |",
                "entityType: IP",
                "fieldMappings:",
                "identifier: Address"
            ]
        );
        assert!(folding(&content()).iter().all(|span| !TEXT[span.range()].ends_with('\n')));
    }

    #[test]
    fn the_nodes_around_a_place_grow() {
        let at = TEXT.find("Address").unwrap() + 2;
        let found = around(&content(), at);
        assert_eq!(&TEXT[found[0].range()], "Address");
        assert!(found.windows(2).all(|pair| pair[1].contains(pair[0])));
        assert!(found.len() > 6);
        assert!(around(&content(), TEXT.len() + 10).len() <= 1);
    }

    #[test]
    fn the_outline_has_the_keys() {
        let found = symbols(&content());
        let names: Vec<&str> = found.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["id", "tactics", "entityMappings", "query"]);
        assert_eq!(found[1].detail, "Impact");
        let mapping = &found[2].children[0];
        assert_eq!((mapping.name.as_str(), mapping.detail.as_str()), ("IP", "entityType"));
        assert!(found.iter().all(|one| one.span.contains(one.name_span)));
    }
}
