//! Any text gives a tree: nothing panics, every place lies in the text, and deep nesting ends in words.

use proptest::prelude::*;

use crate::kql::{ErrorKind, Node, TokenKind, lookback, parse, timespan, tokenize, walk_statements};

fn holds(text: &str) {
    let parsed = parse(text);
    // The tokens follow one another and end with the text.
    let mut end = 0;
    for token in &parsed.tokens {
        assert!(token.span.start >= end && token.span.end >= token.span.start, "{token:?} in {text:?}");
        assert!(text.get(token.span.range()).is_some(), "{token:?} in {text:?}");
        end = token.span.end;
    }
    assert_eq!(parsed.tokens.last().map(|token| token.kind), Some(TokenKind::EndOfText));
    for error in &parsed.errors {
        assert!(text.get(error.span.range()).is_some(), "{error:?} in {text:?}");
        let mend = error.mend.iter().map(|mend| mend.span);
        for span in mend.chain(error.label.iter().map(|label| label.0)) {
            assert!(text.get(span.range()).is_some(), "{error:?} in {text:?}");
        }
    }
    walk_statements(&parsed.statements, &mut |node| {
        let span = match node {
            Node::Statement(statement) => statement.span,
            Node::Function(function) => function.body_span,
            Node::Operator(operator) => operator.span,
            Node::Expr(expr) => expr.span,
        };
        assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
        true
    });
    let found = lookback::lookback(text, &parsed, timespan::Timespan::DAY);
    for reach in &found.reaches {
        assert!(text.get(reach.span.range()).is_some_and(|said| !said.is_empty()), "{reach:?} in {text:?}");
    }
    // What the tree does not hold is said to be left over.
    let last = parsed.statements.last().map_or(0, |statement| statement.span.end);
    let reached = parsed.leftover.map_or(last, |leftover| leftover.end) as usize;
    let rest = tokenize(&text[reached.min(text.len())..]).0;
    assert!(
        rest.iter().all(|token| matches!(
            token.kind,
            TokenKind::EndOfText | TokenKind::Semicolon | TokenKind::Directive
        )),
        "{rest:?} of {text:?}"
    );
}

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

#[test]
fn cuts_and_splices_of_real_queries_give_trees() {
    let Some(rows) = super::rows("mutants.jsonl") else { return };
    let texts: Vec<&str> = rows.iter().filter_map(|row| row["query"].as_str()).collect();
    for (index, text) in texts.iter().enumerate().step_by(7) {
        let cut = text.floor_char_boundary(text.len() * (index % 11) / 11);
        let other = texts[(index * 31) % texts.len()];
        let from = other.floor_char_boundary(other.len() * (index % 5) / 5);
        holds(&text[..cut]);
        holds(&format!("{}{}", &text[..cut], &other[from..]));
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
