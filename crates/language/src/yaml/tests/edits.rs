//! Edits change what they say, and nothing else.

use proptest::prelude::*;

use super::super::literal::plain_value;
use super::*;

/// Applies edits made on a text's tree.
fn after(text: &str, make: impl Fn(&SourceFile, &Node) -> Option<Edit>) -> String {
    after_all(text, |file, root| make(file, root).map(|edit| vec![edit]))
}

/// The same for several; what cannot be made changes nothing.
fn after_all(text: &str, make: impl Fn(&SourceFile, &Node) -> Option<Vec<Edit>>) -> String {
    let file = file(text);
    let document = parse(&file);
    assert!(document.errors.is_empty(), "{text:?}");
    let edits = make(&file, document.root.as_ref().unwrap()).unwrap_or_default();
    Edit::apply(&edits, text).unwrap()
}

fn value_edit(text: &str, key: &str, span: (usize, usize), new: &str) -> Option<String> {
    let file = file(text);
    let document = parse(&file);
    let map = ScalarMap::new(&file, document.root.as_ref().unwrap().pointer(key).unwrap()).unwrap();
    let edit = map.edit(Span::new(span.0, span.1), new)?;
    Edit::apply(&[edit], text)
}

#[test]
fn edits_must_fit_and_not_overlap() {
    let edits = |list: &[(usize, usize, &str)]| {
        list.iter().map(|(a, b, new)| Edit::new(Span::new(*a, *b), *new)).collect::<Vec<_>>()
    };
    assert_eq!(Edit::apply(&edits(&[(2, 3, "z"), (0, 1, "x")]), "abc"), Some("xbz".to_owned()));
    assert_eq!(Edit::apply(&edits(&[(1, 1, "1"), (1, 1, "2")]), "abc"), Some("a12bc".to_owned()));
    assert_eq!(Edit::apply(&edits(&[(0, 2, "x"), (1, 3, "y")]), "abc"), None);
    assert_eq!(Edit::apply(&edits(&[(2, 9, "x")]), "abc"), None);
    assert_eq!(Edit::apply(&edits(&[(1, 2, "x")]), "é"), None);
}

#[test]
fn a_value_is_edited_in_place_in_every_style() {
    let literal = "q: |\r\n  T\r\n  | where a\r\n  | take 1\r\nb: 1\r\n";
    // One word; a new line in the middle; a line removed; the last line replaced; a line added at the end.
    let cases = [
        ((10, 11), "bb", "q: |\r\n  T\r\n  | where bb\r\n  | take 1\r\nb: 1\r\n"),
        ((1, 1), "\n| x\n", "q: |\r\n  T\r\n  | x\r\n\r\n  | where a\r\n  | take 1\r\nb: 1\r\n"),
        ((2, 12), "", "q: |\r\n  T\r\n  | take 1\r\nb: 1\r\n"),
        ((12, 21), "| count\n", "q: |\r\n  T\r\n  | where a\r\n  | count\r\nb: 1\r\n"),
        ((12, 21), "", "q: |\r\n  T\r\n  | where a\r\nb: 1\r\n"),
        ((21, 21), "| count\n", "q: |\r\n  T\r\n  | where a\r\n  | take 1\r\n  | count\r\nb: 1\r\n"),
    ];
    for (span, new, expected) in cases {
        assert_eq!(value_edit(literal, "/q", span, new).as_deref(), Some(expected), "{span:?} {new:?}");
    }
    // A block ends with one line end; a line may not begin the block with a blank.
    assert_eq!(value_edit(literal, "/q", (20, 21), ""), None);
    assert_eq!(value_edit(literal, "/q", (0, 1), " T"), None);
    assert_eq!(value_edit(literal, "/q", (0, 99), ""), None);
    assert_eq!(value_edit("q: |2\n  T\n", "/q", (0, 1), " T").as_deref(), Some("q: |2\n   T\n"));
    assert_eq!(
        value_edit("- k:\n  - q: |-\n      T\n", "/0/k/0/q", (1, 1), "\nx").as_deref(),
        Some("- k:\n  - q: |-\n      T\n      x\n")
    );
    assert_eq!(value_edit("a: 'it''s'\n", "/a", (3, 4), "'x").as_deref(), Some("a: 'it''''x'\n"));
    assert_eq!(value_edit("a: \"x\\ty\"\n", "/a", (1, 2), "\n\"").as_deref(), Some("a: \"x\\n\\\"y\"\n"));
    assert_eq!(value_edit("a: one two\n", "/a", (4, 7), "(1, 2)").as_deref(), Some("a: one (1, 2)\n"));
    assert_eq!(value_edit("a: [one]\n", "/a/0", (3, 3), ", two"), None);
    assert_eq!(value_edit("a: one\n", "/a", (3, 3), ": two"), None);
    assert_eq!(value_edit("a: one\n", "/a", (3, 3), "\ntwo"), None);
    assert_eq!(value_edit("a: >\n  one\n  two\n", "/a", (0, 3), "1").as_deref(), Some("a: >\n  1\n  two\n"));
    assert_eq!(value_edit("a: >\n  one\n  two\n", "/a", (3, 4), "_").as_deref(), Some("a: >\n  one_two\n"));
    assert_eq!(value_edit("a: >\n  one\n  two\n", "/a", (0, 0), " "), None);
}

#[test]
fn a_replaced_scalar_keeps_its_style_or_is_quoted() {
    let replaced = |text: &str, new: &str| {
        after(text, |file, root| edit::replace_scalar(file, root.get("a").unwrap(), new))
    };
    assert_eq!(replaced("a: low # c\n", "High"), "a: High # c\n");
    assert_eq!(replaced("a: low\n", "yes"), "a: \"yes\"\n");
    assert_eq!(replaced("a: 1\n", "2"), "a: 2\n");
    assert_eq!(replaced("a: 1\n", "x: y"), "a: \"x: y\"\n");
    assert_eq!(replaced("a: 'x'\n", "it's"), "a: 'it''s'\n");
    assert_eq!(replaced("a: 'x'\n", "p\nq"), "a: \"p\\nq\"\n");
    assert_eq!(replaced("a:\nb: 1\n", "x"), "a: x\nb: 1\n");
    assert_eq!(replaced("a: |\n  x\n  y\nb: 1\n", "x\nz\n"), "a: |\n  x\n  z\nb: 1\n");
    assert_eq!(replaced("a: |\r\n  x\r\nb: 1\r\n", "p\nq"), "a: |-\r\n  p\r\n  q\r\nb: 1\r\n");
    assert_eq!(replaced("a: >-\n  x\n  y\nb: 1\n", "p\nq"), "a: |-\n  p\n  q\nb: 1\n");
    assert_eq!(replaced("a: |\n  x", "p\n"), "a: |\n  p\n");
    assert_eq!(replaced("a: |\n  x\n", " p"), "a: \" p\"\n");
    assert_eq!(replaced("a: |\nb: 1\n", "p\n"), "a: |\n  p\nb: 1\n");
    assert_eq!(replaced("a: [1]\n", "p"), "a: [1]\n");
}

#[test]
fn a_scalar_becomes_a_list() {
    let listed =
        |text: &str| after_all(text, |file, root| edit::scalar_to_list(file, root.entry("t").unwrap()));
    assert_eq!(listed("t: X # c\nu: 1\n"), "t:\n  - X # c\nu: 1\n");
    assert_eq!(listed("r:\n- a\nt: X\n"), "r:\n- a\nt:\n- X\n");
    assert_eq!(listed("r:\r\n    - a\r\nt: 'X'\r\n"), "r:\r\n    - a\r\nt:\r\n    - 'X'\r\n");
    assert_eq!(listed("t:\nu: 1\n"), "t: []\nu: 1\n");
    assert_eq!(listed("{t: X, u: 1}\n"), "{t: [X], u: 1}\n");
    assert_eq!(listed("t: |\n  X\n"), "t: |\n  X\n");
}

#[test]
fn an_entry_is_removed_with_its_value_only() {
    let removed = |text: &str, at: &str, index: usize| {
        after(text, |file, root| {
            edit::remove_entry(file, root.pointer(at).unwrap().as_mapping().unwrap(), index)
        })
    };
    assert_eq!(removed("a: 1 # x\n# about b\nb: 2\nc: 3", "", 0), "# about b\nb: 2\nc: 3");
    assert_eq!(removed("a: 1\n# about b\nb: 2\nc: 3", "", 2), "a: 1\n# about b\nb: 2\n");
    assert_eq!(removed("\u{feff}a: |\n  x\n\n   \nb: 2\n", "", 0), "\u{feff}b: 2\n");
    assert_eq!(removed("a: |\n  x\nb:\n  - p\n  - q: |\n      t\n\nc: 1\n", "", 1), "a: |\n  x\nc: 1\n");
    assert_eq!(removed("l:\n  - a: 1\n    b: 2\n", "/l/0", 0), "l:\n  - b: 2\n");
    assert_eq!(removed("l:\n  - a: 1\n    b: 2\n", "/l/0", 1), "l:\n  - a: 1\n");
    assert_eq!(removed("l:\n  - a: 1 # x\n  - b: 2\n", "/l/0", 0), "l:\n  - {} # x\n  - b: 2\n");
    assert_eq!(removed("m: {a: 1, b: 2, c: 3}\n", "/m", 1), "m: {a: 1, c: 3}\n");
    assert_eq!(removed("m: {a: 1, b: 2}\n", "/m", 1), "m: {a: 1}\n");
    assert_eq!(removed("m: {a: 1}\n", "/m", 0), "m: {}\n");
}

#[test]
fn an_item_is_removed_with_its_line_only() {
    let removed = |text: &str, index: usize| {
        after(text, |file, root| {
            edit::remove_item(file, root.get("l").unwrap().as_sequence().unwrap(), index)
        })
    };
    assert_eq!(removed("l:\n  - a # x\n  # about b\n  - b\nc: 1\n", 0), "l:\n  # about b\n  - b\nc: 1\n");
    assert_eq!(removed("l:\n- a\n- b: 1\n  c: 2\n- d\n", 1), "l:\n- a\n- d\n");
    assert_eq!(removed("l:\n- a\n-\n- d", 1), "l:\n- a\n- d");
    assert_eq!(removed("l:\n  - a # x\nc: 1\n", 0), "l: [] # x\nc: 1\n");
    assert_eq!(removed("l: [a, b]\n", 0), "l: [b]\n");
    assert_eq!(removed("l: [a]\n", 0), "l: []\n");
}

#[test]
fn tags_and_anchors_go_with_what_they_belong_to() {
    let item = |text: &str, index: usize| {
        after(text, |file, root| {
            edit::remove_item(file, root.get("l").unwrap().as_sequence().unwrap(), index)
        })
    };
    assert_eq!(item("l: [!!str a, b]\n", 0), "l: [b]\n");
    assert_eq!(item("l: [a, !!str b]\n", 0), "l: [!!str b]\n");
    assert_eq!(item("l: [a, &x !!str b]\n", 1), "l: [a]\n");
    assert_eq!(item("l: [!!str a]\n", 0), "l: []\n");
    assert_eq!(item("l:\n  - !!str a\n  - b\n", 0), "l:\n  - b\n");
    assert_eq!(item("l:\n  - !!str a\n", 0), "l: []\n");
    let entry = |text: &str, index: usize| {
        after(text, |file, root| {
            edit::remove_entry(file, root.get("m").unwrap().as_mapping().unwrap(), index)
        })
    };
    assert_eq!(entry("m: {!!str a: 1, b: 2}\n", 0), "m: {b: 2}\n");
    assert_eq!(entry("m: {a: 1, !!str b: 2}\n", 0), "m: {!!str b: 2}\n");
}

#[test]
fn explicit_keys_keep_their_mark() {
    let removed = |text: &str, index: usize| {
        after(text, |file, root| edit::remove_entry(file, root.as_mapping().unwrap(), index))
    };
    assert_eq!(removed("? a\n: 1\nb: 2\n", 0), "b: 2\n");
    assert_eq!(removed("? a\n: 1\nb: 2\n", 1), "? a\n: 1\n");
    let inserted = |text: &str| {
        after(text, |file, root| edit::insert_entry(file, root.as_mapping().unwrap(), None, "n: 0"))
    };
    assert_eq!(inserted("? a\n: 1\n"), "? a\n: 1\nn: 0\n");
    assert_eq!(inserted("!!str a: 1\n"), "!!str a: 1\nn: 0\n");
}

#[test]
fn a_list_below_its_key_is_replaced_as_a_whole() {
    let replaced = |text: &str| {
        after(text, |file, root| Some(edit::replace_entry_value(file, root.entry("l").unwrap(), "[\"x\"]")))
    };
    assert_eq!(replaced("l:\n- a\n- b\nc: 1\n"), "l: [\"x\"]\nc: 1\n");
    assert_eq!(replaced("l:\n  a: 1\nc: 1\n"), "l: [\"x\"]\nc: 1\n");
    assert_eq!(replaced("l: [a]\nc: 1\n"), "l: [\"x\"]\nc: 1\n");
    assert_eq!(replaced("l: |\n  a\nc: 1\n"), "l: [\"x\"]\nc: 1\n");
}

#[test]
fn an_entry_is_inserted_where_it_belongs() {
    let inserted = |text: &str, at: &str, key: Option<&str>, new: &str| {
        after(text, |file, root| {
            edit::insert_entry(file, root.pointer(at).unwrap().as_mapping().unwrap(), key, new)
        })
    };
    assert_eq!(inserted("a: 1 # x\r\nb: 2\r\n", "", Some("a"), "n: 0"), "a: 1 # x\r\nn: 0\r\nb: 2\r\n");
    assert_eq!(inserted("a: 1\nb: 2", "", None, "n:\n  - p\n\n  - q"), "a: 1\nb: 2\nn:\n  - p\n\n  - q");
    assert_eq!(inserted("a: |\n  x\n\nb: 2\n", "", Some("a"), "n: 0"), "a: |\n  x\nn: 0\n\nb: 2\n");
    assert_eq!(inserted("a: |+\n  x\n\nb: 2\n", "", Some("a"), "n: 0"), "a: |+\n  x\n\nn: 0\nb: 2\n");
    // After the block at the end of the file its text would gain a line end.
    assert_eq!(inserted("a: 1\nq: |\n  x", "", None, "n: 0"), "a: 1\nn: 0\nq: |\n  x");
    assert_eq!(inserted("a: 1\nq: |-\n  x", "", None, "n: 0"), "a: 1\nq: |-\n  x\nn: 0");
    assert_eq!(inserted("a: 1\nm:\n  q: |\n    x", "", Some("m"), "n: 0"), "a: 1\nn: 0\nm:\n  q: |\n    x");
    assert_eq!(
        inserted("l:\n  - a: 1\n  - b: 2\n", "/l/0", None, "n:\n  - 1"),
        "l:\n  - a: 1\n    n:\n      - 1\n  - b: 2\n"
    );
    assert_eq!(inserted("l:\n  - q: |\n      x", "/l/0", None, "n: 0"), "l:\n  - n: 0\n    q: |\n      x");
    assert_eq!(inserted("m: {a: 1}\n", "/m", Some("a"), "n: 0"), "m: {a: 1, n: 0}\n");
    assert_eq!(inserted("\u{feff}a: 1\n", "", Some("missing"), "n: 0"), "\u{feff}a: 1\nn: 0\n");
}

#[test]
fn a_key_is_renamed() {
    let renamed = after("a: 1\n'b': 2\n", |_, root| Some(edit::rename_key(root.entry("b").unwrap(), "c")));
    assert_eq!(renamed, "a: 1\nc: 2\n");
}

fn blocks() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        4 => "  [a-z|#:' -]{0,6}",
        1 => Just(String::new()),
        2 => " {1,4}[a-zé\u{85}\u{2028}\u{feff}\u{0}]{0,3}",
        1 => " {0,3}\t[a-z]{0,2}",
        1 => "[a-z-]{1,3}",
    ];
    let header = prop_oneof![Just("|"), Just("|-"), Just("|+"), Just("|2"), Just("| # a")];
    let end = prop_oneof![4 => Just("\n"), 1 => Just(""), 1 => Just("\r\n")];
    (header, proptest::collection::vec(line, 0..6), end)
        .prop_map(|(header, lines, end)| format!("{header}\n{}{end}", lines.join("\n")))
}

proptest! {
    #![proptest_config(crate::seeded::cases(512))]
    #[test]
    fn the_lines_of_plain_blocks_tell_their_value(source in blocks(), indent in 0_usize..4) {
        let Some(value) = plain_value(&source, indent) else { return Ok(()) };
        let document = parse(&file(&format!("k: {source}")));
        prop_assert!(document.errors.is_empty(), "{source:?}: {:?}", document.errors);
        let scalar = document.root.as_ref().and_then(|root| root.get("k")).and_then(Node::scalar).unwrap();
        if scalar.indent.map(|indent| indent as usize) == Some(indent) {
            prop_assert_eq!(&scalar.text, &value, "{:?}", source);
        }
    }
}

#[test]
fn plain_blocks_are_known_by_their_lines() {
    for (source, value) in [
        ("|\n  a\n\n    b\n\n", Some("a\n\n  b\n")),
        ("|-\n\n  a\n", Some("\na")),
        ("|+\n  a\n \n", Some("a\n\n")),
        ("|\n   a\n", None),
        ("|\n \n", None),
        ("|\n  a", None),
        ("|2\n  a\n", None),
        ("|\n  a\n   \n", None),
        ("|\n  \ta\n", None),
    ] {
        assert_eq!(plain_value(source, 2).as_deref(), value, "{source:?}");
    }
}
