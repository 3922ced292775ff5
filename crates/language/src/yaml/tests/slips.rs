//! Each likely slip has its own words, at the true place, with a fix that works.

use super::*;

/// A broken text, the place and the sentence reported, and the text after the fix (empty: none is offered).
struct Case {
    text: &'static str,
    place: &'static str,
    message: &'static str,
    fixed: &'static str,
}

fn case(text: &'static str, place: &'static str, message: &'static str, fixed: &'static str) -> Case {
    Case { text, place, message, fixed }
}

fn check(cases: &[Case]) {
    for Case { text, place, message, fixed } in cases {
        let file = file(text);
        let document = parse(&file);
        assert!(document.recovered, "{text:?}");
        let told: Vec<_> = document.errors.iter().map(|e| &e.message).collect();
        assert_eq!(told, [message], "{text:?}");
        let error = &document.errors[0];
        let position = file.position(error.span.start as usize);
        assert_eq!(format!("{}:{}", position.line, position.column), *place, "{text:?}");
        let after = error.fix.as_ref().and_then(|fix| Edit::apply(&fix.edits, text)).unwrap_or_default();
        assert_eq!(after, *fixed, "{text:?}");
        assert!(fixed.is_empty() || read(fixed).errors.is_empty(), "{fixed:?}");
        assert!(document.is_damaged(error.span));
    }
}

#[test]
fn indentation() {
    check(&[
        case(
            "a:\n  c: 1\n \u{200b} b: 1\n",
            "3:2",
            "the space U+200B is used for indentation; YAML only allows ordinary spaces",
            "a:\n  c: 1\n  b: 1\n",
        ),
        case(
            "id: 1\nr:\n  - connectorId: X\n  dataTypes:\n    - Y\n  - connectorId: Z\n    dataTypes: [a]\nz: 1\n",
            "4:3",
            "`dataTypes` is at the indentation of the list's `-`, outside the item; indent it by two",
            "id: 1\nr:\n  - connectorId: X\n    dataTypes:\n      - Y\n  - connectorId: Z\n    dataTypes: [a]\nz: 1\n",
        ),
        case(
            "r:\r\n  - connectorId: X\r\n  dataTypes:\r\n  - Y\r\n  - Z\r\n  - connectorId: Q\r\nz: 1\r\n",
            "3:3",
            "`dataTypes` is at the indentation of the list's `-`, outside the item; indent it by two",
            "r:\r\n  - connectorId: X\r\n    dataTypes:\r\n    - Y\r\n    - Z\r\n  - connectorId: Q\r\nz: 1\r\n",
        ),
        case(
            "r:\n  -   a: X\n  b: Y\n",
            "3:3",
            "`b` is at the indentation of the list's `-`, outside the item; indent it by 4",
            "r:\n  -   a: X\n      b: Y\n",
        ),
        case(
            "tactics:\nImpact\nz: 1\n",
            "2:1",
            "the value of `tactics` is not indented",
            "tactics:\n  Impact\nz: 1\n",
        ),
        case(
            "description:\nFinds it.\nAnd more.\nz: 1\n",
            "2:1",
            "the value of `description` is not indented",
            "description:\n  Finds it.\n  And more.\nz: 1\n",
        ),
        case(
            "a:\n  b: 1\n c: 2\nz: 1",
            "3:2",
            "the indentation of `c` (1) does not match any level above it (0, 2)",
            "a:\n  b: 1\n  c: 2\nz: 1",
        ),
        case(
            "e:\n  - t: X\n    f:\n\t- i: A\n        c: B\nz: 1\n",
            "4:1",
            "a tab is used for indentation; YAML only allows spaces",
            "e:\n  - t: X\n    f:\n      - i: A\n        c: B\nz: 1\n",
        ),
        case(
            "e:\n  - i: A\n    c: B\n\t- i: C\n    c: D\nz: 1\n",
            "4:1",
            "a tab is used for indentation; YAML only allows spaces",
            "e:\n  - i: A\n    c: B\n  - i: C\n    c: D\nz: 1\n",
        ),
        case(
            "e:\n  - i: A\n\tc: B\nz: 1\n",
            "3:1",
            "a tab is used for indentation; YAML only allows spaces",
            "e:\n  - i: A\n    c: B\nz: 1\n",
        ),
        case(
            "e:\n  g:\n\ta: 1\n      b: 2\nz: 1\n",
            "3:1",
            "a tab is used for indentation; YAML only allows spaces",
            "e:\n  g:\n      a: 1\n      b: 2\nz: 1\n",
        ),
        case(
            "x:\n  a: 1\n    b: 2\nz: 1",
            "3:5",
            "`b` is indented more than `a`, which already has a value",
            "x:\n  a: 1\n  b: 2\nz: 1",
        ),
        case(
            "tactics:\n  - A\n  B\nx: 1",
            "3:3",
            "a `-` is missing before this item of the list in column 3",
            "tactics:\n  - A\n  - B\nx: 1",
        ),
        case(
            "  a: 1\nb: 2",
            "1:1",
            "the first lines are indented by 2 more than the lines below",
            "a: 1\nb: 2",
        ),
        case("a: 1\n- b\nc: 1", "2:1", "expected a key, found a list item", ""),
        case(
            "a: - b\n  - c\nz: 1\n",
            "1:4",
            "a list cannot start on the line of its key",
            "a:\n  - b\n  - c\nz: 1\n",
        ),
    ]);
}

#[test]
fn tabs() {
    let message = "a tab is used for indentation; YAML only allows spaces";
    check(&[
        case("z: 1\na:\n\tb: 1\n\tc: 2\n", "3:1", message, "z: 1\na:\n  b: 1\n  c: 2\n"),
        case("a:\n  - b\n\t- c\nz: 1\n", "3:1", message, "a:\n  - b\n  - c\nz: 1\n"),
        case("q: |\n\tT\n\t| x\nz: 1", "2:1", message, "q: |\n  T\n  | x\nz: 1"),
        case("q: |\n    T\n\tx\nb: 1", "3:1", message, "q: |\n    T\n    x\nb: 1"),
    ]);
    assert!(read("q: |\n  T\n  \t| x\n\n  \ty\n").errors.is_empty());
}

#[test]
fn text_blocks() {
    check(&[
        case(
            "q: |\n    T\n  | where x\n    | y\nb: 1",
            "3:3",
            "this line is indented less than the block scalar, which ends here",
            "q: |\n    T\n    | where x\n    | y\nb: 1",
        ),
        case(
            "q: |\n  T\n| where x == 1\n| project a\nb: 1",
            "3:1",
            "this line is indented less than the block scalar, which ends here",
            "q: |\n  T\n  | where x == 1\n  | project a\nb: 1",
        ),
        case(
            "q: |\nT\n| where x\nb: 1",
            "2:1",
            "the block scalar after `|` is not indented",
            "q: |\n  T\n  | where x\nb: 1",
        ),
        case("a: | T\nz: 1", "1:6", "the block scalar must start on the line after `|`", "a: |\n  T\nz: 1"),
        case(
            "q: |\n     \n  T\nb: 1",
            "2:3",
            "a blank line at the start of this block scalar has more spaces than its first line",
            "q: |\n  \n  T\nb: 1",
        ),
    ]);
}

#[test]
fn quotes() {
    let open = "unclosed quote";
    let after = "unexpected text after the closing quote";
    check(&[
        case("a: 'foo\nb: 1\nc: 2\n", "1:4", open, "a: 'foo'\nb: 1\nc: 2\n"),
        case("a: \"foo\nb: \"x\"\nc: 2\n", "1:4", open, "a: \"foo\"\nb: \"x\"\nc: 2\n"),
        case("d: 'abc\n  def\nname: x's\nq: 1", "1:4", open, "d: 'abc\n  def'\nname: x's\nq: 1"),
        case("m:\n  b: \"x\n  c: y\nz: 1", "2:6", open, "m:\n  b: \"x\"\n  c: y\nz: 1"),
        case("a: 'it's good'\nb: 1", "1:8", after, "a: 'it''s good'\nb: 1"),
        case(
            "a: *.exe from x\nb: 1",
            "1:4",
            "an unquoted value cannot start with `*`",
            "a: \"*.exe from x\"\nb: 1",
        ),
        case(
            "a:\n  - '{{x}}'\n  - {{ y }} z\nb: 1",
            "3:13",
            "unexpected text after the closing `}`",
            "a:\n  - '{{x}}'\n  - \"{{ y }} z\"\nb: 1",
        ),
        case("a: \"x\"y\"\nb: 1", "1:7", after, "a: \"x\\\"y\"\nb: 1"),
        case("a: \"x\"\"\nb: 1", "1:7", after, "a: \"x\"\nb: 1"),
        case("a: \"x\" and y\nb: 1", "1:8", after, "a: '\"x\" and y'\nb: 1"),
        case(
            "x: 1\na: \"\\d+ \\w\"\nb: 1",
            "2:5",
            "`\\d` is not a valid escape sequence in a double-quoted string",
            "x: 1\na: \"\\\\d+ \\\\w\"\nb: 1",
        ),
        case("a: @x\nb: 1", "1:4", "an unquoted value cannot start with `@`", "a: \"@x\"\nb: 1"),
        case("a: `x`\nb: 1", "1:4", "an unquoted value cannot start with a backtick", "a: \"`x`\"\nb: 1"),
        case("a: %x\nb: 1", "1:4", "an unquoted value cannot start with `%`", "a: \"%x\"\nb: 1"),
        case("a: *\nb: 1", "1:4", "an unquoted value cannot start with `*`", "a: \"*\"\nb: 1"),
        case(
            "d: foo: bar # c\ne: 1",
            "1:7",
            "the value of `d` contains a colon followed by a space, which must be quoted",
            "d: \"foo: bar\" # c\ne: 1",
        ),
        case(
            "d: see \"x\": it's\ne: 1",
            "1:11",
            "the value of `d` contains a colon followed by a space, which must be quoted",
            "d: 'see \"x\": it''s'\ne: 1",
        ),
    ]);
}

#[test]
fn small_signs() {
    check(&[
        case("x: 1\nd:foo\ne: 1", "2:2", "a space is missing after the colon of `d`", "x: 1\nd: foo\ne: 1"),
        case(
            "m:\n  b:foo\n  c: 1\ne: 1",
            "2:4",
            "a space is missing after the colon of `b`",
            "m:\n  b: foo\n  c: 1\ne: 1",
        ),
        case("a:\n  - b\n  -c\nz: 1", "3:3", "a space is missing after the `-`", "a:\n  - b\n  - c\nz: 1"),
        case(
            "r:\n- c: X\n  d:\n  A\n  - B\nz: 1",
            "4:3",
            "a `-` is missing before this item of `d`",
            "r:\n- c: X\n  d:\n  - A\n  - B\nz: 1",
        ),
        case(
            "r:\n- c:\n  d\n    - B\nz: 1",
            "3:3",
            "a colon is missing after `d`",
            "r:\n- c:\n  d:\n    - B\nz: 1",
        ),
        case(
            "e:\n  - t: A\n    f: [x]\n - t: B\n    f: [y]\nz: 1",
            "4:2",
            "the indentation of `t` (1) does not match any level above it (0, 2, 4)",
            "e:\n  - t: A\n    f: [x]\n  - t: B\n    f: [y]\nz: 1",
        ),
        case(
            "e:\n    t: A\n    f: [x]\n  - t: B\n    f: [y]\nz: 1",
            "2:5",
            "a `-` is missing before `t`, the first key of a list item",
            "e:\n  - t: A\n    f: [x]\n  - t: B\n    f: [y]\nz: 1",
        ),
        case("a: 1\nfoo\n  - x\nb: 1", "2:1", "a colon is missing after `foo`", "a: 1\nfoo:\n  - x\nb: 1"),
        case("foo\n  x: 1\nb: 1", "1:1", "a colon is missing after `foo`", "foo:\n  x: 1\nb: 1"),
        case("a: \"x\"#c\nb: 1", "1:7", "a comment needs a space before its `#`", "a: \"x\" #c\nb: 1"),
        case("a: x\0y\nb: 1", "1:5", "the control character U+0000 is not allowed here", "a: xy\nb: 1"),
        case("a: [x, y\nb: 1", "1:4", "unclosed `[`", "a: [x, y]\nb: 1"),
        case("a: [x,\n  z,\nb: 1", "1:4", "unclosed `[`", "a: [x,\n  z]\nb: 1"),
        case("a: {x: 1\nb: 2", "1:4", "unclosed `{`", "a: {x: 1}\nb: 2"),
        case("a: [x}\nb: 1", "1:6", "`[` is closed by `}`", "a: [x]\nb: 1"),
        case("a: [x]]\nb: 1", "1:7", "unmatched `]`", "a: [x]\nb: 1"),
        case(
            "a: [\"p\" \"q\"]\nb: 1",
            "1:9",
            "a comma is missing before this, inside `[`",
            "a: [\"p\", \"q\"]\nb: 1",
        ),
    ]);
}

#[test]
fn what_has_no_business_there() {
    check(&[
        case(
            "a: x\u{7}y\u{1b}z\nb: 1\n",
            "1:5",
            "the control character U+0007 is not allowed here",
            "a: xyz\nb: 1\n",
        ),
        case(
            "a:\n\u{a0} - x\nb: 1\n",
            "2:1",
            "the space U+00A0 is used for indentation; YAML only allows ordinary spaces",
            "a:\n  - x\nb: 1\n",
        ),
        case("a: {b} c\nd: 1\n", "1:8", "unexpected text after the closing `}`", "a: \"{b} c\"\nd: 1\n"),
        case("a: [b] c\nd: 1\n", "1:8", "unexpected text after the closing `]`", "a: \"[b] c\"\nd: 1\n"),
    ]);
}

#[test]
fn marks_of_a_merge_are_reported_and_left_to_the_author() {
    let text = "a: |\n  x\n<<<<<<< HEAD\nv: 1\n=======\nv: 2\n>>>>>>> other\nz: 1\n";
    let document = read(text);
    let told: Vec<_> = document.errors.iter().map(|e| (e.message.as_str(), e.fix.is_none())).collect();
    assert_eq!(told, [("this line is a merge conflict marker", true)]);
    let line = |span: Span| file(text).position(span.start as usize).line;
    let error = &document.errors[0];
    assert_eq!(line(error.span), 3);
    assert_eq!(error.labels.iter().map(|(span, _)| line(*span)).collect::<Vec<_>>(), [5, 7]);
    assert_eq!(to_json(document.root.as_ref().unwrap()), serde_json::json!({"a": "x\n", "v": 1, "z": 1}));
}

#[test]
fn keys_known_to_stand_in_the_first_column_are_put_there() {
    let keys = ["tactics", "version", "name"];
    for (text, message, fixed) in [
        (
            "r:\n  - c: X\n  tactics:\n  - A\nz: 1\n",
            "`tactics` is indented by 2 but must not be indented",
            "r:\n  - c: X\ntactics:\n  - A\nz: 1\n",
        ),
        (
            "q: |\n  T\nversion 1\nz: 1\n",
            "a colon is missing after `version`",
            "q: |\n  T\nversion: 1\nz: 1\n",
        ),
        (
            "q: |\n  T\ntactics\n- A\nz: 1\n",
            "a colon is missing after `tactics`",
            "q: |\n  T\ntactics:\n- A\nz: 1\n",
        ),
        ("a: 1\nversion= 1\nz: 1\n", "a colon is missing after `version`", "a: 1\nversion: 1\nz: 1\n"),
        (
            "a: 1\ntactics;\n  - A\nz: 1\n",
            "a colon is missing after `tactics`",
            "a: 1\ntactics:\n  - A\nz: 1\n",
        ),
        // The parser stumbles over what stands below.
        (
            "q: |\n  T\n  tactics:\n- A\nz: 1\n",
            "`tactics` is indented by 2 but must not be indented",
            "q: |\n  T\ntactics:\n- A\nz: 1\n",
        ),
        (
            "r:\n- c: X\n  tactics: |\n  A\nz: 1\n",
            "`tactics` is indented by 2 but must not be indented",
            "r:\n- c: X\ntactics: |\n  A\nz: 1\n",
        ),
        // Other mappings have a name too.
        (
            "r:\n  - c: X\n  name: A\nz: 1\n",
            "`name` is at the indentation of the list's `-`, outside the item; indent it by two",
            "r:\n  - c: X\n    name: A\nz: 1\n",
        ),
    ] {
        let document = parse_with(&file(text), &keys);
        let [error] = &document.errors[..] else { panic!("{text:?}: {:?}", document.errors) };
        assert_eq!(error.message, message);
        assert_eq!(Edit::apply(&error.fix.as_ref().unwrap().edits, text).unwrap(), fixed);
    }
}

#[test]
fn a_line_of_a_text_that_looks_like_a_key_is_not_blamed_for_the_line_below() {
    let text = "q: |\n  T\n  tactics: none\nnothing\nz: 1\n";
    let document = parse_with(&file(text), &["tactics"]);
    let [error] = &document.errors[..] else { panic!("{:?}", document.errors) };
    assert_eq!(file(text).position(error.span.start as usize).line, 4);
}

#[test]
fn several_errors_are_each_reported_at_their_line_and_the_rest_is_read() {
    let text = "# head\nid: 1\na: foo: bar # why\nb: \"x\nc:\n  - d: @y\n  - e: f: g\n    z: 1\nq: |\n  T\n| x\nend: [1\nid: 2\n";
    let file = file(text);
    let document = parse(&file);
    let lines: Vec<_> = document.errors.iter().map(|e| file.position(e.span.start as usize).line).collect();
    assert_eq!(lines, [3, 4, 6, 7, 11, 12]);
    assert!(document.errors.iter().all(|error| error.fix.is_some()));
    let root = document.root.as_ref().unwrap();
    assert_eq!(
        to_json(root),
        serde_json::json!({
            "id": 1, "a": "foo: bar", "b": "x", "c": [{"d": "@y"}, {"e": "f: g", "z": 1}], "q": "T\n| x\n", "end": [1]
        })
    );
    // Spans are those of the file, not of the text fixed in memory.
    assert_eq!(file.slice(root.get("a").unwrap().span), "foo: bar");
    assert_eq!(file.slice(root.pointer("/c/1/z").unwrap().span), "1");
    assert_eq!(root.as_mapping().unwrap().entries.last().unwrap().duplicate_of, Some(0));
    assert_eq!(document.comments.len(), 2);
    assert!(!document.is_damaged(root.get("id").unwrap().span));
    let map = ScalarMap::new(&file, root.get("a").unwrap()).unwrap();
    assert!(map.is_exact() && map.to_file(5) as usize == text.find("bar").unwrap());
    // All fixes together give a valid file.
    let mut fixed = text.to_owned();
    for _ in 0..6 {
        let next = read(&fixed).errors.remove(0).fix.unwrap();
        fixed = Edit::apply(&next.edits, &fixed).unwrap();
    }
    assert!(read(&fixed).errors.is_empty(), "{fixed}");
}

#[test]
fn valid_yaml_that_looks_like_a_slip_is_left_alone() {
    let document =
        read("requiredDataConnectors:\n- connectorId: X\ndataTypes:\n- Y\nurl: http://x\nt: a:b\n");
    assert!(document.errors.is_empty() && !document.recovered);
}

#[test]
fn commas_of_json() {
    check(&[
        case(
            "{\n  \"a\": 1\n  \"b\": [1]\n}\n",
            "3:3",
            "a comma is missing before this, inside `{`",
            "{\n  \"a\": 1,\n  \"b\": [1]\n}\n",
        ),
        case("{\n  \"a\": 1,,\n  \"b\": 2\n}\n", "2:10", "unexpected `,`", "{\n  \"a\": 1,\n  \"b\": 2\n}\n"),
        case(
            "[\n  {\"a\": 1}\n  {\"b\": 2}\n]\n",
            "3:3",
            "a comma is missing before this, inside `[`",
            "[\n  {\"a\": 1},\n  {\"b\": 2}\n]\n",
        ),
    ]);
}
