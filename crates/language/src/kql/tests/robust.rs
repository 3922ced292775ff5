//! Any text gives a tree: nothing panics, every place lies in the text, and deep nesting ends in words.

use std::sync::LazyLock;

use proptest::prelude::*;

use crate::kql::error::ErrorKind;
use crate::kql::holds::holds;
use crate::kql::parse;
use crate::source::SourceFile;
use crate::yaml::{self, Node, Value};

const WORDS: &[&str] = &[
    "T",
    "where",
    "|",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    "=",
    "==",
    "let",
    "by",
    "on",
    "summarize",
    "count",
    "join",
    "kind",
    "inner",
    "union",
    "'a'",
    "\"b",
    "@'c'",
    "dynamic",
    "1d",
    "0x1",
    "1.5",
    "..",
    "between",
    "in~",
    "!in",
    "mv-expand",
    "mv-apply",
    "to",
    "typeof",
    "make-series",
    "default",
    "step",
    "from",
    "range",
    "datatable",
    "externaldata",
    "with",
    "evaluate",
    "parse",
    "*",
    ":",
    "string",
    "asc",
    "nulls",
    "first",
    "-",
    "datetime(",
    "#x",
    "//c\n",
    "\n",
    "find",
    "search",
    "print",
    "scan",
    "=>",
    "top-nested",
    "of",
    "graph-match",
    "-[",
    "]->",
    "fork",
    "materialize",
    "toscalar",
    "declare",
    "pattern",
    "query_parameters",
    "set",
    "restrict",
    "access",
    "é",
    "\u{200b}",
];

proptest! {
    #![proptest_config(crate::seeded::cases(256))]

    #[test]
    fn any_text_gives_a_tree(text in ".{0,200}") {
        holds(&text);
    }

    #[test]
    fn any_words_give_a_tree(words in proptest::collection::vec(proptest::sample::select(WORDS), 0..60)) {
        holds(&words.join(" "));
        holds(&words.concat());
    }
}

/// The queries of content/ and, where they are at hand, those of the shared data.
fn real_queries() -> &'static [String] {
    static QUERIES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut queries = Vec::new();
        for entry in
            walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../content")).sort_by_file_name()
        {
            let path = entry.unwrap().into_path();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let document = yaml::parse(&SourceFile::new(path.to_string_lossy(), text));
            document.root.iter().for_each(|root| queries_in(root, &mut queries));
        }
        for name in ["queries.jsonl", "mutants.jsonl", "probes.jsonl"] {
            let rows = super::rows(name).into_iter().flatten();
            queries.extend(rows.filter_map(|row| row["query"].as_str().map(str::to_owned)));
        }
        queries
    });
    &QUERIES
}

/// The values of all keys `query` in a value.
fn queries_in(node: &Node, queries: &mut Vec<String>) {
    match &node.value {
        Value::Mapping(mapping) => {
            for entry in &mapping.entries {
                if entry.name() == Some("query") {
                    queries.extend(entry.value.as_str().map(str::to_owned));
                }
                queries_in(&entry.value, queries);
            }
        }
        Value::Sequence(sequence) => sequence.items.iter().for_each(|item| queries_in(item, queries)),
        Value::Scalar(_) | Value::Alias(_) => {}
    }
}

#[test]
fn real_queries_give_trees() {
    let queries = real_queries();
    assert!(queries.len() > 100, "{} queries", queries.len());
    for query in queries {
        holds(query);
    }
}

proptest! {
    #![proptest_config(crate::seeded::cases(256))]

    #[test]
    fn cuts_and_splices_of_real_queries_give_trees(
        first in any::<proptest::sample::Index>(),
        second in any::<proptest::sample::Index>(),
        places in any::<[proptest::sample::Index; 4]>(),
        inserted in ".{0,3}",
    ) {
        let (one, other) = (first.get(real_queries()), second.get(real_queries()));
        let place = |text: &str, index: usize| text.floor_char_boundary(places[index].index(text.len() + 1));
        let (cut, resumed) = (place(one, 0), place(one, 1));
        let (from, to) = (place(other, 2), place(other, 3));
        holds(&one[..cut]);
        holds(&one[cut..]);
        // A part of another query in place of a part of this one.
        let part = &other[from.min(to)..from.max(to)];
        holds(&format!("{}{inserted}{part}{}", &one[..cut], &one[cut.max(resumed)..]));
    }
}

#[test]
fn deep_nesting_ends_in_words_and_not_in_a_crash() {
    for (open, close) in
        [("(", ")"), ("f(", ")"), ("dynamic([", "])"), ("-(", ")"), ("T | join (", ")"), ("[", "]")]
    {
        let text = format!("print {}1{}", open.repeat(50_000), close.repeat(50_000));
        holds(&text);
    }
    let deep = parse(&format!("print {}1{}", "(".repeat(5_000), ")".repeat(5_000)));
    assert!(deep.errors.iter().any(|error| error.kind == ErrorKind::TooDeep));
    for chain in [" + 1", " - 1", " * 2", ".a", "[0]", " has 'x'"] {
        holds(&format!("print a{}", chain.repeat(20_000)));
    }
    let long = format!("T | where {}", vec!["a == 1"; 20_000].join(" or "));
    assert_eq!(parse(&long).errors, []);
    holds(&long);
    holds(&"T | where x |".repeat(20_000));
    holds(&"let a = () {".repeat(20_000));
}
