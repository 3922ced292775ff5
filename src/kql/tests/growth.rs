//! Twice the text is twice the work, for good queries and for the worst of bad ones.

use crate::kql::{parse, work};

#[test]
fn work_grows_with_the_text_and_no_faster() {
    let tails = ["", "\n| take 1", ")", "'", ";"];
    for unit in [
        "| where a == 1 and b has 'x' ",
        "| extend x = strcat(a, 'b', tostring(c[0].d)) ",
        "| where a in (",
        "T | join (",
        "(((",
        ")",
        "]",
        "'",
        "\"a",
        "@",
        "`",
        "~~~",
        "dynamic([",
        "datetime(",
        "a,",
        ",",
        ";",
        "|",
        "| where x |",
        "let a = () {",
        "let a = 1;\n",
        "= == =! ",
        "! in ~ ",
        "not ",
        "where ",
        "SELECT ",
        "a b ",
        "\u{201c}a ",
        "\\",
        "'\\q' ",
        "/* ",
        "-- ",
        "a in [",
        "between (1 ",
        "['",
        "{a}",
        "a.b[0]",
        "a has ",
        "-",
        "1..",
        "a = ",
        "f(x, ",
        "T* ",
        "// c\n",
        "#",
        "case when ",
        "union T, ",
        "top-nested ",
        "graph-match (a)-[",
        "scan with (step s: a => b = 1; ",
        "\u{e9}",
    ] {
        for tail in tails {
            let of = |count: usize| {
                let text = format!("T {}{tail}", unit.repeat(count));
                work::of(|| drop(parse(&text)))
            };
            let (once, twice) = (of(1_000), of(2_000));
            assert!(
                twice <= once * 5 / 2 + 10_000,
                "{unit:?} with {tail:?}: {once} steps, and {twice} for twice the text"
            );
        }
    }
}
