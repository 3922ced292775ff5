//! What is read from YAML, and what edits make of it: every text of tests/it/yaml with a snapshot of its tree, of the
//! place of each character of each scalar, of the value at each place, and of every edit that its tree allows.

use std::fmt::Write as _;

use sentlint::internals::source::{Edit, SourceFile, Span};
use sentlint::internals::yaml::{self, Node, ScalarMap, Value, edit};

use crate::checked::{self, pin};
use crate::common::root;
use crate::queries_pinned::parts;

fn file(text: &str) -> SourceFile {
    SourceFile::new("a.yaml", text.to_owned())
}

/// The value of a text that is valid YAML.
fn value(text: &str) -> Option<serde_json::Value> {
    let document = yaml::parse(&file(text));
    document.errors.is_empty().then(|| document.root.as_ref().map_or(serde_json::Value::Null, yaml::to_json))
}

/// A text after edits, and the edits.
fn after(text: &str, edits: &[Edit]) -> (String, String) {
    let shown: Vec<String> =
        edits.iter().map(|edit| format!("{}..{} {:?}", edit.span.start, edit.span.end, edit.text)).collect();
    (Edit::apply(edits, text).unwrap(), shown.join(", "))
}

/// Every node that is no key, with its pointer.
fn nodes<'n>(node: &'n Node, pointer: &str, out: &mut Vec<(String, &'n Node)>) {
    out.push((pointer.to_owned(), node));
    match &node.value {
        Value::Sequence(sequence) => {
            for (at, item) in sequence.items.iter().enumerate() {
                nodes(item, &format!("{pointer}/{at}"), out);
            }
        }
        Value::Mapping(mapping) => {
            for entry in &mapping.entries {
                let name = entry.name().unwrap_or("?").replace('~', "~0").replace('/', "~1");
                nodes(&entry.value, &format!("{pointer}/{name}"), out);
            }
        }
        Value::Scalar(_) | Value::Alias(_) => {}
    }
}

fn tree(node: &Node, pointer: &str, out: &mut String) {
    let (start, end) = (node.span.start, node.span.end);
    let _ = write!(out, "{pointer} {start}..{end}");
    if let Some(anchor) = node.anchor {
        let _ = write!(out, " anchor {}..{}", anchor.start, anchor.end);
    }
    if let Some(tag) = &node.tag {
        let _ = write!(out, " tag {tag}");
    }
    match &node.value {
        Value::Scalar(scalar) => {
            let _ = write!(out, " {:?} {:?} {:?}", scalar.style, node.scalar_type().unwrap(), scalar.text);
            if let Some(header) = scalar.header {
                let _ = write!(out, " header {}..{} indent {:?}", header.start, header.end, scalar.indent);
            }
            out.push('\n');
        }
        Value::Alias(name) => {
            let _ = writeln!(out, " alias of {name}");
        }
        Value::Sequence(sequence) => {
            let _ = writeln!(
                out,
                " list{} {:?}",
                if sequence.flow { " in brackets" } else { "" },
                sequence.dashes
            );
            for (at, item) in sequence.items.iter().enumerate() {
                tree(item, &format!("{pointer}/{at}"), out);
            }
        }
        Value::Mapping(mapping) => {
            let _ = writeln!(out, " mapping{}", if mapping.flow { " in braces" } else { "" });
            for entry in &mapping.entries {
                let again = entry.duplicate_of.map_or(String::new(), |at| format!(" again, first is {at}"));
                let _ =
                    writeln!(out, "{pointer} key {}..{}{again}", entry.key.span.start, entry.key.span.end);
                tree(&entry.value, &format!("{pointer}/{}", entry.name().unwrap_or("?")), out);
            }
        }
    }
}

/// Where each character of each scalar is, and what edits of one make of the text. Every edit is proven by reading the
/// text again; some are shown.
fn scalars(text: &str, node: &Node, pointer: &str, out: &mut String) {
    let file = file(text);
    let Some(map) = ScalarMap::new(&file, node) else { return };
    let value = &node.scalar().unwrap().text;
    let places: Vec<String> = (0..=value.len()).map(|at| map.to_file(at).to_string()).collect();
    let _ = writeln!(out, "{pointer} at {}{}", places.join(" "), if map.is_exact() { "" } else { " or so" });
    let from = node.span.start.saturating_sub(1)..=(node.span.end + 1).min(text.len() as u32);
    let back: Vec<String> =
        from.map(|at| map.from_file(at).map_or("-".to_owned(), |at| at.to_string())).collect();
    let _ = writeln!(out, "    from {}", back.join(" "));
    let ends: Vec<usize> = value.char_indices().map(|(at, _)| at).chain([value.len()]).collect();
    let mut spans = Vec::new();
    for pair in ends.windows(2) {
        let span = map.span(Span::new(pair[0], pair[1]));
        spans.push(format!("{}-{}", span.start, span.end));
    }
    let _ = writeln!(out, "    each {}", spans.join(" "));
    for new in ["X", "", "\n", "y\n", "it's \"x\"\\"] {
        let mut says = Vec::new();
        for (at, start) in ends.iter().enumerate() {
            for end in ends.iter().skip(at).take(2) {
                let span = Span::new(*start, *end);
                let Some(edit) = map.edit(span, new) else { continue };
                let (then, shown) = after(text, std::slice::from_ref(&edit));
                // The value is the one that was asked for, and no other value changes.
                let read = yaml::parse(&self::file(&then));
                assert!(read.errors.is_empty(), "{then:?}: {:?}", read.errors);
                let mut expected = value.clone();
                expected.replace_range(span.range(), new);
                let now = read.root.as_ref().unwrap().pointer(pointer).unwrap();
                assert_eq!(
                    now.scalar().unwrap().text,
                    expected,
                    "{span:?} of {pointer} becomes {new:?} in {text:?}"
                );
                says.push(shown);
            }
        }
        if ["X", "y\n"].contains(&new) {
            let _ = writeln!(out, "    {new:?}: {}", says.join("; "));
        }
    }
    for new in ["X", "", "5", "true", "null", "a: b", "one\ntwo\n", "it's", "\"x\\", " x", "two\n\n"] {
        let edit = edit::replace_scalar(&file, node, new).unwrap();
        let (then, shown) = after(text, std::slice::from_ref(&edit));
        let read = yaml::parse(&self::file(&then));
        assert!(read.errors.is_empty(), "{then:?}: {:?}", read.errors);
        let now = read.root.as_ref().unwrap().pointer(pointer).unwrap();
        assert_eq!(now.scalar().unwrap().text, new, "{pointer} in {then:?}");
        if ["X", "one\ntwo\n", "it's"].contains(&new) {
            let _ = writeln!(out, "    becomes {new:?}: {shown}");
        }
    }
}

/// Says what an edit does, and that the text stays valid; what it is then, is compared with what is expected.
fn told(text: &str, what: &str, edits: Option<Vec<Edit>>, out: &mut String) -> Option<serde_json::Value> {
    let Some(edits) = edits else {
        let _ = writeln!(out, "    {what}: -");
        return None;
    };
    let (then, shown) = after(text, &edits);
    let _ = writeln!(out, "    {what}: {shown}");
    let value = value(&then);
    assert!(value.is_some(), "{what} of {text:?} gives {then:?}");
    value
}

fn edits(text: &str, node: &Node, pointer: &str, out: &mut String) {
    let file = file(text);
    let whole = value(text).unwrap();
    match &node.value {
        Value::Mapping(mapping) => {
            for (at, entry) in mapping.entries.iter().enumerate() {
                let name = entry.name().unwrap_or("?");
                let _ = writeln!(out, "{pointer} entry {name:?}");
                let unique = mapping.entries.iter().filter(|other| other.name() == entry.name()).count() == 1;
                let removed = edit::remove_entry(&file, mapping, at).map(|edit| vec![edit]);
                if let Some(now) = told(text, "removed", removed, out)
                    && unique
                {
                    let mut expected = whole.clone();
                    expected.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(name);
                    // A mapping without its only entry is nothing.
                    let rest = expected.pointer_mut(pointer).unwrap();
                    if *rest == serde_json::json!({})
                        && now.pointer(pointer).is_none_or(serde_json::Value::is_null)
                    {
                        *rest = serde_json::Value::Null;
                    }
                    assert_eq!(now, expected, "{pointer} without {name:?} in {text:?}");
                }
                for new in ["new: 1", "new:\n  - x\n\n  - y\n"] {
                    let inserted = edit::insert_entry(&file, mapping, Some(name), new);
                    let inserted = inserted.filter(|_| !mapping.flow || !new.contains('\n'));
                    if let Some(now) = told(text, "inserted after", inserted.map(|edit| vec![edit]), out) {
                        let mut now = now;
                        let here = now.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
                        let value = here.remove("new").unwrap();
                        assert!(value == 1 || value == serde_json::json!(["x", "y"]), "{value}");
                        assert_eq!(now, whole, "{new:?} after {name:?} of {pointer} in {text:?}");
                    }
                }
                told(text, "as list", edit::scalar_to_list(&file, entry), out);
                told(text, "as items", edit::scalar_to_items(&file, entry, &["p", "q: r"]), out);
                told(text, "with key", Some(vec![edit::rename_key(entry, "new key")]), out);
                if !mapping.flow && mapping.entries.len() == 1 && !pointer.contains(char::is_numeric) {
                    told(text, "to the right", edit::indent_entry(&file, entry, 2), out);
                }
                let on_its_line =
                    entry.value.scalar().is_some() || entry.value.as_sequence().is_some_and(|list| list.flow);
                if on_its_line {
                    told(text, "with value", Some(vec![edit::replace_value(&entry.value, "[z]")]), out);
                }
                let below = file.slice(entry.span()).contains('\n');
                let spaced = edit::space_after_dashes(&file, &entry.value).filter(|_| below);
                told(text, "with spaces", spaced, out);
            }
            let last = edit::insert_entry(&file, mapping, None, "new: 1").map(|edit| vec![edit]);
            told(text, &format!("{pointer} inserted"), last, out);
        }
        Value::Sequence(list) => {
            for at in 0..list.items.len() {
                let _ = writeln!(out, "{pointer} item {at}");
                let removed = edit::remove_item(&file, list, at).map(|edit| vec![edit]);
                if let Some(now) = told(text, "removed", removed, out) {
                    let mut expected = whole.clone();
                    expected.pointer_mut(pointer).unwrap().as_array_mut().unwrap().remove(at);
                    assert_eq!(now, expected, "{pointer} without {at} in {text:?}");
                }
                let split = edit::split_item(&file, list, at, &["p", "q"]).map(|edit| vec![edit]);
                if list.items[at].scalar().is_some() {
                    told(text, "split", split, out);
                }
            }
        }
        Value::Scalar(_) | Value::Alias(_) => {}
    }
}

/// The value at each place of a text, and where it ends.
fn pointers(text: &str, node: &Node) -> String {
    let mut out = String::new();
    let mut last = None;
    for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
        let pointer = node.pointer_at(Span::at(at));
        if last.as_ref() != Some(&pointer) {
            let _ = write!(out, " {at} {}", pointer.as_deref().unwrap_or("-"));
            last = Some(pointer);
        }
    }
    out
}

fn topic(name: &str) {
    let path = root().join("tests/it/yaml").join(format!("{name}.txt"));
    let all = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    let mut out = String::new();
    for (title, text) in parts(&all, "#===") {
        let text = text.replace("<tab>", "\t").replace("<cr>", "\r").replace("<bom>", "\u{feff}");
        let text = text.strip_suffix("<end>\n").unwrap_or(&text);
        let document = yaml::parse(&file(text));
        assert!(document.errors.is_empty(), "{title}: {:?}", document.errors);
        let _ = writeln!(out, "=== {title}");
        for comment in &document.comments {
            let own = if comment.own_line { " on its own line" } else { "" };
            let _ = writeln!(out, "comment {}..{}{own}", comment.span.start, comment.span.end);
        }
        let Some(root) = &document.root else { continue };
        tree(root, "", &mut out);
        let _ = writeln!(out, "json {}", yaml::to_json(root));
        let _ = writeln!(out, "at{}", pointers(text, root));
        let mut all = Vec::new();
        nodes(root, "", &mut all);
        for (pointer, node) in all {
            if root.pointer(&pointer).is_some_and(|found| std::ptr::eq(found, node)) {
                if name == "scalars" {
                    scalars(text, node, &pointer, &mut out);
                }
                if document.extra_documents.is_empty() && !title.contains("no edits") {
                    edits(text, node, &pointer, &mut out);
                }
            }
        }
    }
    pin(&format!("yaml_text__{name}"), &out);
}

#[test]
fn scalars_are_read_and_edited() {
    topic("scalars");
}

#[test]
fn lists_and_mappings_are_read_and_edited() {
    topic("trees");
}

#[test]
fn every_text_has_a_test() {
    let names: Vec<String> = checked::files(&root().join("tests/it/yaml")).into_keys().collect();
    assert_eq!(names, ["scalars.txt", "trees.txt"]);
}
