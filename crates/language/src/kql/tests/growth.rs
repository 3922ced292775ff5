//! Twice the text is twice the work, for good queries and for the worst of bad ones.

use std::rc::Rc;
use std::sync::Arc;

use crate::kql::bind::{Catalog, CatalogId, External, Table, bind};
use crate::kql::types::{Column, MOST_COLUMNS, Relation, Scalar};
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

/// A table of many columns, and others of which all together have more.
struct Wide;

fn columns(count: usize) -> Arc<Relation> {
    let column = |at: usize| Column::new(format!("c{at}"), Scalar::String);
    Arc::new(Relation::closed((0..count).map(column).collect::<Vec<_>>()))
}

impl Catalog for Wide {
    fn id(&self) -> CatalogId {
        CatalogId::fresh()
    }

    fn table(&self, name: &str) -> Option<Table> {
        (name == "Wide").then(|| Table { relation: columns(500) })
    }

    fn function(&self, _name: &str) -> Option<Rc<External>> {
        None
    }

    fn tables_like(&self, _pattern: &str) -> Vec<Arc<str>> {
        Vec::new()
    }

    fn everything(&self) -> Arc<Relation> {
        columns(5_000)
    }

    fn nearest_table(&self, _name: &str) -> Option<String> {
        None
    }

    fn nearest_function(&self, _name: &str) -> Option<String> {
        None
    }
}

#[test]
fn binding_copies_no_columns_that_stay_as_they_are() {
    let shapes: [(&str, &dyn Fn(usize) -> String); 10] = [
        ("union *\n", &|_| "| where c1 == 'x'\n".into()),
        ("union *\n", &|_| "| extend a1 = 1\n".into()),
        ("union *\n", &|_| "| summarize arg_max(c0, *) by c1\n".into()),
        ("union *\n", &|_| "| summarize take_any(*) by c1\n".into()),
        ("Wide\n", &|at| format!("| extend n{at} = c1\n")),
        ("Wide\n", &|at| format!("| extend n{at} = c1 | project-rename m{at} = n{at}\n")),
        ("Wide\n", &|at| format!("| extend n{at} = c1 | project-away n{at}\n")),
        ("Wide\n", &|_| "| join kind=inner (Wide | project c1, c2) on c1\n".into()),
        ("Wide\n", &|at| format!("| parse c1 with 'x' n{at}:string\n")),
        ("let x = Wide;\nlet x0 = x;\n", &|at| format!("let x{} = x{at} | extend n = 1;\n", at + 1)),
    ];
    for (head, step) in shapes {
        let of = |count: usize| {
            let text = head.to_owned() + &(0..count).map(step).collect::<String>();
            let parsed = parse(&text);
            work::of(|| drop(bind(&text, &parsed, &Wide, &[])))
        };
        let (once, twice) = (of(200), of(400));
        assert!(twice <= once * 5 / 2 + 20_000, "{head:?} {}: {once} steps, then {twice}", step(0));
        assert!(twice < 1_000_000, "{head:?} {}: {twice} steps", step(0));
    }
}

#[test]
fn rows_of_too_many_columns_are_open() {
    let text = "Wide".to_owned() + &"\n| join kind=inner (Wide) on c1".repeat(300) + "\n| where nothing == 1";
    let model = bind(&text, &parse(&text), &Wide, &[]);
    let result = model.result.unwrap();
    assert!(result.has_unknown_columns && result.columns.len() <= MOST_COLUMNS, "{}", result.columns.len());
    assert!(model.findings.is_empty(), "{:?}", model.findings.first());
}

/// The work that small queries take is counted, each step once: what costs more, or is no longer counted, shows here.
#[test]
fn work_of_small_queries() {
    use std::fmt::Write as _;

    use crate::kql::bind::NoCatalog;

    let mut out = String::new();
    for query in [
        "T",
        "T | take 5",
        "T | where a == 1 and b has 'x'",
        "T | extend x = strcat(a, 'b', tostring(c[0].d))",
        "let f = (n: long) { T | where a == n }; union f(1), f(2)",
        "T | join kind=inner (U | project a) on a | summarize count() by b",
        "T | where a = 1 | extend b 'x'",
    ] {
        let parsing = work::of(|| drop(parse(query)));
        let parsed = parse(query);
        let binding = work::of(|| drop(bind(query, &parsed, &NoCatalog, &[])));
        let _ = writeln!(out, "{query}: {parsing} steps to parse, {binding} to bind");
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("work_of_small_queries", out);
    });
}
