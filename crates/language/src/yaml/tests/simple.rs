//! What the reader of simple YAML reads is what the library reads.

use std::path::{Path, PathBuf};

use crate::yaml::{parse, simple};
use proptest::prelude::*;

/// Whether the simple reader took a text, after comparing its answer with the library's.
fn agrees(text: &str) -> Result<bool, String> {
    let Some(own) = simple::read_simple(text) else { return Ok(false) };
    let other = parse::read(text);
    if other.failure.is_some() || !other.extra_documents.is_empty() || !other.unknown_aliases.is_empty() {
        return Err(format!("the library does not read {text:?} as one valid document"));
    }
    if own.root != other.root {
        return Err(format!(
            "{text:?}\nis read as\n{:#?}\nand by the library as\n{:#?}",
            own.root, other.root
        ));
    }
    if own.comments != other.comments {
        return Err(format!(
            "{text:?} has comments {:?}, and for the library {:?}",
            own.comments, other.comments
        ));
    }
    Ok(true)
}

#[test]
fn common_forms_are_read() {
    for text in [
        "id: x\n",
        "id: x",
        "# head\n\nid: 'it''s' # c\nname: \"n\"\n\n",
        "query: |\n  T\n    | where a == 1\n\n  | take 1\n\nversion: 1.0.0\n",
        "query: |-\r\n  T\r\n  | take 1\r\nversion: 1.0.0\r\n",
        "query: |+\n\n   T\n\n\nx: y\n",
        "list:\n  - a\n  - b: 1\n    c:\n      - d\n      -\n  # c\n  - 'e'\nempty:\nx: ~\n",
        "list:\n- connectorId: A\n  dataTypes:\n  - T\n- connectorId: B\n  dataTypes:\n    - U\nlast: 1d\n",
        "description: first\n  second: no\n",
        "description: first line\n  second line\n\n  third - line\nx: y\n",
        "a:\n  b: |\n    text\n  c: x:y # z\n",
        "a: b   \nc:   \nd: e#f\n",
        "query: |  \n  T\n     \n  U\n   \nx: y\n",
        "tactics: [Impact, Execution]\nrelevantTechniques: [ T1059.001,T1 ] # c\ntags: []\nquery: |\n  T\n  | take 1",
    ] {
        let taken = agrees(text).unwrap();
        assert_eq!(taken, !text.contains("second: no"), "{text:?}");
    }
}

#[test]
fn what_is_not_simple_is_left_to_the_library() {
    for text in [
        "",
        "# c\n",
        "- a\n",
        "a",
        " a: b\n",
        "a: b\n c: d\n",
        "a: {}\n",
        "a: &b c\n",
        "a: *b\n",
        "a: !t b\n",
        "a: >\n  b\n",
        "a: |2\n   b\n",
        "a: |\n  b\n  ",
        "a: ['b']\n",
        "a: [b\n]\n",
        "a: [,]\n",
        "a: [b c]\n",
        "a: [b]c\n",
        "a: [b, [c]]\n",
        "\"a\": b\n",
        "? a\n",
        "a: \"\\n\"\n",
        "a: \"b\n  c\"\n",
        "a: b: c\n",
        "---\na: b\n",
        "a: b\n---\n",
        "a: b\n...\n",
        "%YAML 1.2\n",
        "\u{feff}a: b\n",
        "a:\tb\n",
        "a: b\tc\n",
        "a: 'b' c\n",
        "a:\n  - b\n c: d\n",
        "a:\n - b\n- c\n",
        "a: |\n\tb\n",
        "a: |\n     \n  b\n",
        "a: b\rc: d\n",
        "a: \u{85}b\n",
        "a: - b\n",
        "a: b #c\n  d\n",
        "a:\n  b\n",
        "a: -\n",
        "a: b\n- c\n",
        "a: 'b'\n  c: d\n",
        "a: @b\n",
        "a: \u{2028}b\n",
    ] {
        assert!(simple::read_simple(text).is_none(), "{text:?}");
        agrees(text).unwrap();
    }
    let nested: Vec<String> = (0..60).map(|at| " ".repeat(at) + "a:\n").collect();
    assert!(
        simple::read_simple(&nested[..20].concat()).is_some()
            && simple::read_simple(&nested.concat()).is_none()
    );
}

/// Lines of all kinds, at any indentation.
fn lines() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a: b",
        "key: some words",
        "k2:",
        "k2: ",
        "- x",
        "-",
        "- ",
        "- a: b",
        "-   c: d",
        "- - e",
        "# c",
        "#",
        "",
        "   ",
        "b",
        "- 'q'",
        "q: 'it''s'",
        "q: \"d\"",
        "q: \"d\" # c",
        "q: 'x",
        "x: |",
        "x: |-",
        "x: |+",
        "x: |  ",
        "x: | # c",
        "x: >",
        "- |",
        "- |-",
        "T | where a",
        "w: x # c",
        "w: x #",
        "w: #",
        "w:# x",
        "v: a:b",
        "v: a: b",
        "v: :b",
        "v: -b",
        "v: - b",
        "t: ~",
        "é: ü",
        "u: é",
        "n: null",
        "1: 2",
        "_k: v",
        "a-b: c",
        "a b: c",
        "k: [a]",
        "k: []",
        "k: [a, b.c ,d]",
        "k: [ ]",
        "k: [a,]",
        "k: [a ]  ",
        "k: [a] b",
        "k: [a]# b",
        "k: [a, b] # c",
        "- [a, b] # c",
        "- []",
        "k: [null, 1, ~]",
        "k: [a,b: c]",
        "k: [a, b",
        "k: [a,, b]",
        "k: [ a , b , ]",
        "k: [a]]",
        "k: [a:b]",
        "k: a, b",
        "k: a]",
        "k: &a",
        "---",
        "...",
        "%a",
        "'a': b",
        "a : b",
        "a: \tb",
        "\ta: b",
        "a:b",
        "http://x",
        "a: http://x",
        "a: b ",
        "| project c",
        "c: 'a' b",
        "c: ''",
        "c: \"\"",
        "c: '",
        "-x",
        "- -x",
        "? a",
        "! b",
        "- # c",
        "k: v#",
        "d: 'a: b'",
        "d: 'a # b'",
    ]);
    let line = (prop::sample::select(vec![0, 0, 0, 1, 2, 2, 2, 3, 4, 4, 5, 6]), piece)
        .prop_map(|(indent, piece)| format!("{}{piece}", " ".repeat(indent)));
    let end = prop::sample::select(vec!["\n", "\n", "\n", "\r\n"]);
    let last = prop::sample::select(vec!["\n", "", "\r\n", "\n\n"]);
    (prop::collection::vec(line, 1..9), end, last).prop_map(|(lines, end, last)| lines.join(end) + last)
}

/// A file of content, with some lines changed.
fn changed_lines() -> impl Strategy<Value = String> {
    const CONTENT: &str = "id: 0f1e2d3c\nname: A name\ndescription: |\n  Looks for é things\n   at night.\n\nrequiredDataConnectors:\n  - connectorId: X\n    dataTypes:\n      - T\n  - connectorId: Y\n    dataTypes:\n    - U # c\ntactics:\n- Impact\n- Execution\nquery: |\n\n  T\n  | where a == 'b: c'\n\n  | project a\n\nversion: 1.0.0\nentityMappings:\n- entityType: Host\n  fieldMappings:\n  - identifier: Name\n    columnName: h\nsummary: some words\n  and more\n";
    let all: Vec<&str> = CONTENT.lines().collect();
    let count = all.len();
    (lines(), 0..count, 0_usize..4).prop_map(move |(new, at, gone)| {
        let before = all[..at].iter().map(|line| format!("{line}\n"));
        let after = all[(at + gone).min(count)..].iter().map(|line| format!("{line}\n"));
        before.chain([new]).chain(after).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn lines_are_read_as_the_library_reads_them(text in lines()) {
        agrees(&text).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn changed_content_is_read_as_the_library_reads_it(text in changed_lines()) {
        agrees(&text).map_err(TestCaseError::fail)?;
    }
}

#[test]
fn published_files_are_read_as_the_library_reads_them() {
    let Some(shared) = std::env::var_os("SENTLINT_SHARED").map(PathBuf::from) else {
        eprintln!("skipped: SENTLINT_SHARED is not set");
        return;
    };
    let (mut all, mut taken) = (0, 0);
    for file in walkdir::WalkDir::new(shared.join("corpus")).into_iter().flatten() {
        let is_yaml = |path: &Path| path.extension().is_some_and(|ext| ext == "yaml" || ext == "yml");
        let Some(text) = Some(file.path())
            .filter(|path| is_yaml(path))
            .and_then(|path| std::fs::read_to_string(path).ok())
        else {
            continue;
        };
        all += 1;
        match agrees(&text) {
            Ok(simply) => taken += usize::from(simply),
            Err(message) => panic!("{}: {message}", file.path().display()),
        }
    }
    eprintln!("{taken} of {all} files are read simply");
    assert!(all > 1000 && taken * 2 > all, "{taken} of {all} files are read simply");
}
