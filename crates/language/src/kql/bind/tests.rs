//! What the binder says of damaged and hostile queries, and that it comes to an end.

use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::Arc;

use super::{Body, Catalog, CatalogId, Declared, External, Returned, SemanticModel, Table, Takes, bind};
use crate::kql::types::{Column, Relation, Scalar};
use crate::kql::{parse, work};

/// A workspace of one table, `T`, and of functions that are given by their bodies.
#[derive(Default)]
struct Small {
    functions: Vec<(&'static str, Rc<External>)>,
}

impl Small {
    fn rows() -> Arc<Relation> {
        let column = |(name, kind): &(&str, Scalar)| Column::new(*name, *kind);
        let columns = [
            ("Number", Scalar::Long),
            ("Text", Scalar::String),
            ("Time", Scalar::DateTime),
            ("Bag", Scalar::Dynamic),
        ];
        Arc::new(Relation::closed(columns.iter().map(column).collect::<Vec<_>>()))
    }

    fn function(mut self, name: &'static str, params: Vec<Declared>, body: &str) -> Self {
        let returns = Returned::Body(Rc::new(read_body(body)));
        self.functions.push((name, Rc::new(External { params: Some(params), returns })));
        self
    }
}

impl Catalog for Small {
    fn id(&self) -> CatalogId {
        CatalogId::fresh()
    }

    fn table(&self, name: &str) -> Option<Table> {
        (name == "T").then(|| Table { relation: Self::rows() })
    }

    fn function(&self, name: &str) -> Option<Rc<External>> {
        self.functions.iter().find(|(known, _)| *known == name).map(|(_, function)| Rc::clone(function))
    }

    fn tables_like(&self, pattern: &str) -> Vec<Arc<str>> {
        if super::matches_wildcard(pattern, "T") { vec!["T".into()] } else { Vec::new() }
    }

    fn everything(&self) -> Arc<Relation> {
        Self::rows()
    }

    fn nearest_table(&self, _: &str) -> Option<String> {
        None
    }

    fn nearest_function(&self, _: &str) -> Option<String> {
        None
    }
}

pub(super) fn meaning(text: &str) -> SemanticModel {
    let meaning = bind(text, &parse(text), &Small::default(), &[]);
    for finding in &meaning.findings {
        let marked = text.get(finding.span.range());
        assert!(marked.is_some(), "{:?} of {text}", finding.span);
    }
    meaning
}

pub(super) fn messages(text: &str) -> Vec<String> {
    meaning(text).findings.into_iter().map(|finding| finding.message).collect()
}

#[test]
fn one_mistake_is_one_finding() {
    for (text, marked) in [
        ("Nope | where A == 1 | extend B = C + 1 | join (T) on Number | summarize max(B) by D", "Nope"),
        ("T | extend A = Nope | where A > 1 and strlen(A) > 2 | project tolower(A), A.b[0]", "Nope"),
        ("T | extend A = nope(Number) | where A has 'x' | summarize sum(A)", "nope"),
        ("let a = Nope; a | where X == 1 | union (a | project Y)", "Nope"),
        ("T | where Nope == 1 and Number > 1", "Nope"),
        ("T | invoke nope() | where X == 1", "nope"),
        ("T | evaluate nope() | where X == 1", "nope"),
        ("let f = (x: long) { T | where Nope == x }; union (f(1)), (f(2))", "Nope"),
        ("T | mv-expand Nope | extend Y = tostring(Nope)", "Nope"),
    ] {
        let found = meaning(text).findings;
        let places: Vec<&str> = found.iter().map(|finding| &text[finding.span.range()]).collect();
        assert_eq!(places, [marked], "{text}\n{found:?}");
    }
}

#[test]
fn functions_that_call_each_other_come_to_an_end() {
    let mut text = "let f0 = (t: (*)) { t | extend X = 1 };\n".to_owned();
    for level in 1..60 {
        let below = level - 1;
        let _ = writeln!(
            text,
            "let f{level} = (t: (*)) {{ union (f{below}(t)), (f{below}(t)), (t | invoke f{below}()) }};"
        );
    }
    text.push_str("T | invoke f59() | where Y == 1");
    let steps = work::of(|| drop(meaning(&text)));
    assert!(steps < 1_000_000, "{steps} steps");
}

#[test]
fn parsers_that_call_each_other_come_to_an_end() {
    let rows = || {
        let takes = Takes::Rows;
        vec![Declared { name: "t".into(), takes, optional: false, columns: Vec::new(), column_name: false }]
    };
    let small = Small::default()
        .function("A", Vec::new(), "union (B), (B), (A)")
        .function("B", Vec::new(), "union (A), (A | join (B) on Number)")
        .function("R", rows(), "union (S(t)), (S(t)), (R(t))")
        .function("S", rows(), "union (R(t)), (R(t)), (S(t)), (t)");
    let text = "union (A), (B), (R(T)), (S(T)) | where Nope == 1";
    let steps = work::of(|| drop(bind(text, &parse(text), &small, &[])));
    assert!(steps < 1_000_000, "{steps} steps");
}

#[test]
fn rows_that_are_joined_with_themselves_do_not_grow_without_end() {
    let mut text = "let a0 = T;\n".to_owned();
    for level in 1..17 {
        let below = level - 1;
        let _ = writeln!(text, "let a{level} = a{below} | join kind=inner (a{below}) on Number;");
    }
    text.push_str("a16");
    let result = meaning(&text).result.unwrap();
    assert!(result.has_unknown_columns && result.columns.len() <= crate::kql::types::MOST_COLUMNS);
}

#[test]
fn depth_and_length_do_no_harm() {
    let nested = |open: &str, close: &str| {
        format!("T | where {}Number{} > 1", open.repeat(1_000), close.repeat(1_000))
    };
    let texts = [
        nested("(", ")"),
        nested("strlen(", ")"),
        nested("-", ""),
        nested("toscalar(T | where ", ")"),
        format!("T | where Number == 1{}", " + 1".repeat(2_000)),
        format!("T | where Number == 1{}", " and Number == 1".repeat(2_000)),
        format!("T | where Bag{} == 1", ".a".repeat(2_000)),
        format!("T | project Bag{}", "[0]".repeat(2_000)),
        format!("T{}", " | extend Number = Number + 1".repeat(1_000)),
        format!("T | extend {}", vec!["Number + 1"; 500].join(", ")),
        format!("union {}", vec!["T"; 1_000].join(", ")),
        "let f = () { ".repeat(1_000),
        "T | join (".repeat(1_000),
    ];
    for text in &texts {
        let steps = work::of(|| drop(meaning(text)));
        assert!(steps < 40 * text.len() as u64 + 1_000, "{steps} steps for {text:.40}");
    }
}

/// Queries of all operators, for damage.
const SAMPLES: &[&str] = &[
    "T | make-graph Text --> Number with T on Text, T on Number | graph-match (a)-[e*1..3]->(b), (b)--(c) where \
     all(e, Number > 1) and a.Text == 'ö' project a.Text, x = map(inner_nodes(e), Text) | where x has 'y'",
    "let g = T | make-graph Text -- Text with_node_id=Id; g | graph-mark-components | graph-to-table nodes as N \
     with_node_id=I, edges as E; N | join (E) on $left.Id == $right.Text",
    "macro-expand entity_group [workspace('a'), workspace('b')] as X (let y = X.T; y | where Number > 1)",
    "let f = (t: (Number: long), n: long = 5) { t | where Number > n | extend X = tostring(n) }; T | invoke f(3)",
    "T | where Time between (ago(1d) .. now()) and Text in~ ('a', 'b') or not(Text has_any ('c')) | take 5",
    "T | extend A = Bag.a['b c'][0], (B, C) = arg_max(Number, Text) | project-away B*, C | project-reorder A, *",
    "T | summarize count(), arg_max(Time, *), percentiles(Number, 5, 95) by bin(Time, 1h), K = tolower(Text)",
    "T | join kind=leftouter (T | project Number, Y = Text) on Number, $left.Text == $right.Y | lookup T on Number",
    "union withsource=S isfuzzy=true T, T*, (datatable(a: string, b: long)['x', 1, 'é', 2]) | distinct *",
    "T | parse Text with * 'ü' A: long '-' B | parse-kv Text as (k: string) with (pair_delimiter=',') | mv-expand Bag",
    "T | mv-apply X = Bag.items to typeof(string) on (where X has 'ß' | summarize make_set(X)) | render timechart",
    "T | make-series n = avg(Number) default=0 on Time from ago(1d) to now() step 1h by Text | sort by Text desc",
    "T | evaluate pivot(Text, sum(Number)) : (*, x: long) | evaluate bag_unpack(Bag) | top-nested 2 of Text by count()",
    "T | scan with_match_id=m declare (s: long = 0) with (step a: Number > 1 => s = a.s + Number;) | getschema",
    "find in (T) where Text == 'x' project Number, pack(*) | search 'y' | fork (count) (take 1)",
    "declare query_parameters(p: string = 'x'); print a = p, 1 + toint('2'), dynamic({'k': [1, {'l': 2}]}).k[1].l",
    "range x from 1 to 10 step 1 | partition by x (top 1 by x) | reduce by tostring(x) | externaldata(a: string)['u']",
];

#[test]
fn damaged_queries_are_read_without_harm() {
    for sample in SAMPLES {
        let places: Vec<usize> = sample.char_indices().map(|(at, _)| at).collect();
        for (at, place) in places.iter().copied().enumerate() {
            meaning(&sample[..place]);
            meaning(&sample[place..]);
            let next = places.get(at + 1 + at % 7).copied().unwrap_or(sample.len());
            meaning(&format!("{}{}", &sample[..place], &sample[next..]));
            let other = SAMPLES[at % SAMPLES.len()];
            let middle = other.char_indices().nth(other.chars().count() / 2).map_or(0, |(at, _)| at);
            meaning(&format!("{}{}{}", &sample[..place], &other[middle..], &sample[place..]));
        }
    }
}

#[test]
fn messages_stand_alone() {
    let expected = [
        ("T | where Numbr > 1", "Unknown column `Numbr`"),
        ("T | where Text", "A condition must be `bool`, got `string`"),
        ("T | where Number = 1", "`=` assigns a name; use `==` to compare"),
        ("T | extend X = strlen()", "`strlen` expects 1 argument, got none"),
        ("T | extend X = Text + 1", "`+` cannot be applied to `string` and `long`"),
        ("T | project T", "Unknown column `T`"),
        ("T | summarize Text", "`Text` is not inside an aggregate function"),
        ("T | extend X = count()", "`count` is an aggregate function, which can only be used in `summarize`"),
        ("T | mv-expand Text", "Only `dynamic` values can be expanded, got `string`"),
        ("T | project Number, Number", "Duplicate column `Number`"),
        ("T | take 'x'", "The number of rows must be an integer, got `string`"),
        ("T | join (T | project Text) on Number", "The right side of the join has no column `Number`"),
        (
            "T | join T on $right.Number == $left.Number",
            "The sides are swapped: `$left` must come first in a join condition",
        ),
    ];
    for (text, message) in expected {
        assert_eq!(messages(text), [message], "{text}");
    }
}

#[test]
fn help_names_what_is_near_or_alike() {
    let help = |text: &str| meaning(text).findings.into_iter().find_map(|finding| finding.help).unwrap();
    assert_eq!(help("T | where Numbr > 1"), "Did you mean `Number`?");
    assert_eq!(help("T | summarize cont() by Number"), "Did you mean `count`?");
    assert_eq!(help("T | where cont(1) > 1"), "Did you mean `cot`?");
    assert_eq!(help("T | project Text | where Number > 1"), "It was dropped by `project`.");
    assert_eq!(help("T | where x == 1"), "The available columns are `Number`, `Text`, `Time`, `Bag`.");
    assert!(help("T | summarize count(Text)").contains("dcount"));
}

#[test]
fn doubts_follow_what_they_rest_on() {
    let doubts =
        |text: &str| meaning(text).findings.iter().map(|finding| finding.low_confidence).collect::<Vec<_>>();
    // Known columns and types leave no doubt.
    assert_eq!(doubts("T | where Nope == 1"), [false]);
    assert_eq!(doubts("T | extend X = Text + 1"), [false]);
    // The engine tells dynamic values not apart, and a workspace may have tables of its own.
    assert_eq!(doubts("T | extend X = todynamic(pack_array(Text))"), [true]);
    assert_eq!(doubts("Nope | take 1"), [true]);
    assert_eq!(doubts("let f = (t: (*)) { t | where Number > 1 }; T | invoke f()"), [true]);
    // Which columns there are is known again after an operator that names them all, whatever the table.
    assert_eq!(doubts("Nope | project A | where B == 1"), [true, false]);
    assert_eq!(doubts("Nope | summarize count() by A | extend X = B"), [true, false]);
    assert_eq!(doubts("Nope | distinct A | union (T | project Number) | where B == 1"), [true, false]);
}

fn read_body(text: &str) -> Body {
    Body::new(text, std::sync::Arc::new(crate::kql::parse(text)))
}
