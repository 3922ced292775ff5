//! Tests of the tree, the errors, the maps and the edits.

mod again;
mod damage;
mod edits;
mod simple;
mod slips;
mod tables;

use super::*;

fn file(text: &str) -> SourceFile {
    SourceFile::new("a.yaml", text)
}

fn read(text: &str) -> Document {
    parse(&file(text))
}

/// The text of the node at a pointer, as the file has it.
fn slice<'f>(file: &'f SourceFile, document: &Document, pointer: &str) -> &'f str {
    file.slice(document.root.as_ref().unwrap().pointer(pointer).unwrap().span)
}

#[test]
fn spans_name_the_values_themselves() {
    let file = file(
        "\u{feff}id: 'x' # why\nnothing:\nlist:\n- a: 1\n  b: \"é\"\n-\n- [p, {q: r}]\ntext: |2-\n\n   two\n  one\n\nlast: &n !t z\nagain: *n\n",
    );
    let document = parse(&file);
    assert!(document.errors.is_empty() && !document.recovered);
    let root = document.root.as_ref().unwrap();
    assert_eq!(slice(&file, &document, "/id"), "'x'");
    let nothing = root.get("nothing").unwrap();
    assert!(nothing.is_null() && nothing.as_str().is_none() && nothing.span.is_empty());
    assert_eq!(nothing.span.start as usize, file.text().find("list:").unwrap() - 1);
    assert_eq!(slice(&file, &document, "/list/0"), "a: 1\n  b: \"é\"");
    assert_eq!(slice(&file, &document, "/list/1"), "");
    assert_eq!(slice(&file, &document, "/list/2"), "[p, {q: r}]");
    assert_eq!(slice(&file, &document, "/list/2/1/q"), "r");
    let list = root.get("list").unwrap().as_sequence().unwrap();
    assert!(list.dashes.iter().all(|dash| file.text()[*dash as usize..].starts_with('-')));
    assert_eq!(list.dashes.len(), 3);
    assert!(file.slice(root.get("list").unwrap().span).starts_with("- a: 1"));
    let text = root.get("text").unwrap();
    assert_eq!(text.as_str(), Some("\n two\none"));
    assert_eq!(file.slice(text.span), "\n   two\n  one");
    assert_eq!(file.slice(text.scalar().unwrap().header.unwrap()), "|2-");
    let tagged = root.get("last").unwrap();
    assert_eq!((file.slice(tagged.span), file.slice(tagged.anchor.unwrap())), ("z", "&n"));
    assert_eq!(tagged.tag.as_deref(), Some("!t"));
    assert_eq!(root.get("again").unwrap().value, Value::Alias("n".to_owned()));
    assert_eq!(document.comments.len(), 1);
    assert_eq!(file.slice(document.comments[0].span), "# why");
    assert!(!document.comments[0].own_line);
    let at = |part: &str| root.pointer_at(Span::at(file.text().find(part).unwrap()));
    assert_eq!(at("two").as_deref(), Some("/text"));
    assert_eq!(at("é").as_deref(), Some("/list/0/b"));
    assert_eq!(at("# why"), None);
}

#[test]
fn repeated_keys_are_kept_and_the_first_wins() {
    let document = read("a: 1\nb: {c: 1, c: 2}\na: 3\n'a': 4\n");
    let root = document.root.unwrap();
    let marks: Vec<_> = root.as_mapping().unwrap().entries.iter().map(|e| e.duplicate_of).collect();
    assert_eq!(marks, [None, None, Some(0), Some(0)]);
    assert_eq!(root.pointer("/b").unwrap().as_mapping().unwrap().entries[1].duplicate_of, Some(0));
    assert_eq!(to_json(&root), serde_json::json!({"a": 1, "b": {"c": 1}}));
}

#[test]
fn files_with_no_content_are_not_errors() {
    for text in ["", "\n\n", "\u{feff}", "# only a comment\n", "---\n", "---\n# c\n...\n"] {
        let document = read(text);
        assert!(document.root.is_none() && document.errors.is_empty(), "{text:?}");
    }
    assert_eq!(read("# a\n  # b\n").comments.iter().filter(|c| c.own_line).count(), 2);
    assert!(read("just text").root.unwrap().scalar().is_some());
    assert!(read("- a").root.unwrap().as_sequence().is_some());
}

#[test]
fn further_documents_are_reported_and_not_mixed_in() {
    let file = file("---\na: 1\n---\nb: 2\n---\nc: 3\n");
    let document = parse(&file);
    assert_eq!(to_json(document.root.as_ref().unwrap()), serde_json::json!({"a": 1}));
    assert_eq!(document.extra_documents.iter().map(|s| s.start).collect::<Vec<_>>(), [9, 18]);
    // The same when the first document is broken.
    let broken = read("a: x: y\n---\nb: 2\n---\nc: 3\n");
    assert_eq!(broken.extra_documents.iter().map(|s| s.start).collect::<Vec<_>>(), [8, 17]);
    assert_eq!(broken.errors.len(), 1);
}

#[test]
fn every_line_end_is_read_alike() {
    for end in ["\n", "\r\n", "\r"] {
        let file = file(&"a: 1\nq: |\n  x\n\n    y\nb: \"p\n  q\"\n".replace('\n', end));
        let document = parse(&file);
        let root = document.root.unwrap();
        assert_eq!(to_json(&root), serde_json::json!({"a": 1, "q": "x\n\n  y\n", "b": "p q"}), "{end:?}");
        let map = ScalarMap::new(&file, root.get("q").unwrap()).unwrap();
        assert!(map.is_exact());
        assert_eq!(map.to_file(5) as usize, file.text().find('y').unwrap());
    }
}

#[test]
fn aliases_are_not_expanded() {
    let mut bomb = String::from("a: &a [x,x,x,x,x,x,x,x,x]\n");
    for i in 0..20 {
        let (this, before) = (char::from(b'b' + i), char::from(b'a' + i));
        let items = vec![format!("*{before}"); 9].join(",");
        bomb.extend([this.to_string(), format!(": &{this} ["), items, "]\n".to_owned()]);
    }
    let document = read(&bomb);
    assert!(document.errors.is_empty());
    assert!(to_json(&document.root.unwrap()).to_string().len() < 2000);
    let unknown = read("a: *x\nb: 1\n");
    assert_eq!(unknown.errors.len(), 1);
    assert_eq!(unknown.errors[0].message, "`*x` refers to an anchor that is not defined above");
    assert_eq!(to_json(&unknown.root.unwrap()), serde_json::json!({"a": null, "b": 1}));
}

#[test]
fn extreme_input_gives_an_error_and_no_overflow() {
    let mut deep_block = String::from("a:\n");
    for depth in 1..3000 {
        deep_block.extend(std::iter::repeat_n(' ', depth));
        deep_block.push_str("b:\n");
    }
    let cases =
        ["[".repeat(100_000), "{a: ".repeat(50_000), "- ".repeat(50_000), deep_block, "? ".repeat(50_000)];
    for text in cases {
        let document = read(&text);
        assert!(!document.errors.is_empty(), "{:?}", &text[..20]);
        let _ = document.root.as_ref().map(to_json);
    }
    let deep = read(&"- ".repeat(50_000));
    assert!(deep.errors[0].message.contains("250 levels"), "{}", deep.errors[0].message);
    let long = read(&format!("id: x\nquery: '{}'\n", "x".repeat(5_000_000)));
    assert_eq!(long.root.unwrap().get("query").unwrap().as_str().unwrap().len(), 5_000_000);
    let unclosed = read(&format!("id: x\nquery: '{}\n", "x ".repeat(2_000_000)));
    assert_eq!(unclosed.errors.len(), 1);
    let many = read(&"a: b: c\n".repeat(20_000));
    assert_eq!(many.errors.len(), MAX_ERRORS);
}

#[test]
fn a_place_in_any_scalar_maps_to_the_file_and_back() {
    let file = file(concat!(
        "single: 'it''s\n  two'\n",
        "double: \"a\\tb\\u00e9\\\n    c\\x41\\ud83d\\ude00!\n\n  d\"\n",
        "plain: one\n  two # c\n",
        "folded: >\n  one\n  two\n\n  three\n    four\n  five\n",
    ));
    let document = parse(&file);
    assert!(document.errors.is_empty());
    let root = document.root.unwrap();
    let cases = [
        ("single", "it's two", "two"),
        ("double", "a\tbécA😀!\nd", "d\""),
        ("double", "a\tbécA😀!\nd", "\\t"),
        ("double", "a\tbécA😀!\nd", "\\u00e9"),
        ("double", "a\tbécA😀!\nd", "\\ud83d"),
        ("plain", "one two", "two #"),
        ("folded", "one two\nthree\n  four\nfive\n", "three"),
        ("folded", "one two\nthree\n  four\nfive\n", "  four"),
        ("folded", "one two\nthree\n  four\nfive\n", "five"),
    ];
    for (key, value, source) in cases {
        let node = root.get(key).unwrap();
        assert_eq!(node.as_str(), Some(value));
        let map = ScalarMap::new(&file, node).unwrap();
        assert!(map.is_exact(), "{key}");
        let decoded = match source {
            "\\t" => "\t",
            "\\u00e9" => "é",
            "\\ud83d" => "😀",
            "d\"" => "d",
            "two #" => "two",
            // The two columns of indentation are stripped; two blanks are text.
            other => other,
        };
        let at = value.rfind(decoded).unwrap();
        let found = map.to_file(at) as usize;
        assert!(file.text()[found..].starts_with(source), "{key} {source}: {:?}", &file.text()[found..]);
        assert_eq!(map.from_file(found as u32), Some(at), "{key} {source}");
        let span = map.span(Span::new(at, at + decoded.len()));
        assert!(node.span.contains(span));
        assert!(file.slice(span).starts_with(&source[..1]), "{key} {source} {:?}", file.slice(span));
    }
}
