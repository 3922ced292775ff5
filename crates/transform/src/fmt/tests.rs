//! What formatting does to queries, and what it does to none.

use proptest::prelude::*;

use super::{Options, Style, format};
use crate::content::Content;
use crate::kql::{parse, work};
use crate::seeded::cases;
use crate::source::SourceFile;

fn formatted(text: &str) -> Option<String> {
    format(text, &parse(text), Options::default())
}

#[track_caller]
/// A query laid out at this width.
fn at_width(text: &str, width: usize) -> String {
    format(text, &parse(text), Options::new(Some(width), None)).unwrap_or_default()
}

fn becomes(text: &str, expected: &str) {
    assert_eq!(formatted(text).as_deref(), Some(expected), "{text}");
    assert_eq!(formatted(expected).as_deref(), Some(expected), "the second run of {text}");
}

#[test]
fn operators_begin_lines_and_blanks_are_even() {
    becomes(
        "T|where a==1 and b=~'x'|extend c=a+1,d=-b",
        "T\n| where a == 1 and b =~ 'x'\n| extend c = a + 1, d = -b",
    );
    becomes("T | join kind = inner (U | where x) on a", "T\n| join kind=inner (U | where x) on a");
    becomes("T\n  | where f (a , b)\t|take 5 ;", "T\n| where f(a, b)\n| take 5;");
    becomes(
        "T | where t between (1..2) or u between (1 ..2)",
        "T\n| where t between (1..2) or u between (1 .. 2)",
    );
    becomes("let a=1; let b = dynamic({'k':[1,2]});T", "let a = 1;\nlet b = dynamic({'k':[1, 2]});\nT");
    becomes(
        "T | project-away A*,*b | where a[0].b['c'] has 'x'",
        "T\n| project-away A*, *b\n| where a[0].b['c'] has 'x'",
    );
}

#[test]
fn the_on_of_a_join_never_begins_a_line_in_the_column_of_its_pipe() {
    becomes("T\n| join (U\n| take 1)\non b", "T\n| join (\n    U\n    | take 1\n) on b");
    becomes("T\n| join (U)\non b", "T\n| join (U)\n    on b");
    // A layout that is much shorter than what was written is laid out again.
    let blanks = " ".repeat(200);
    let long =
        format!("T{blanks}\n| join ({blanks}\nU{blanks}\n| take 1)\non b{blanks}\n| join (U){blanks}\non c");
    becomes(&long, "T\n| join (\n    U\n    | take 1\n) on b\n| join (U)\n    on c");
    becomes("T\n| join U\non b, c", "T\n| join U\n    on b, c");
    // Where it was indented it stays, and a comment keeps its line.
    let indented = "T\n| join (\n    U\n    | take 1\n)\n  on b";
    becomes(indented, indented);
    let noted = "T\n| join (\n    U\n    | take 1\n) // U\n    on b";
    becomes("T\n| join (\n    U\n    | take 1\n) // U\non b", noted);
}

#[test]
fn queries_in_brackets_are_indented() {
    becomes(
        "T\n| join (U\n| where a\n| project b) on b",
        "T\n| join (\n    U\n    | where a\n    | project b\n) on b",
    );
    becomes(
        "let f = (a:string) {\nlet b = 1;\nT | where c == a\n};\nf('x')",
        "let f = (a:string) {\n    let b = 1;\n    T\n    | where c == a\n};\nf('x')",
    );
}

#[test]
fn conditions_in_parentheses_are_indented_deeper_than_those_around() {
    becomes(
        "T\n| where (a and\nb) or\n(c and\nd)",
        "T\n| where (a and\n        b) or\n    (c and\n        d)",
    );
    becomes("T\n| where (a\nor b)", "T\n| where (a\n    or b)");
}

#[test]
fn comments_stay_beside_what_they_speak_of() {
    becomes(
        "// head\n\n\n\nT // table\n   // alone\n|where a // why\n and b\n\n// end",
        "// head\n\nT // table\n// alone\n| where a // why\n    and b\n\n// end",
    );
    becomes("T | where a in (1, // one\n2)", "T\n| where a in (1, // one\n    2)");
    becomes("T | where a == // c\n1", "T\n| where a == // c\n    1");
    becomes("let a = 1 // c\n;T", "let a = 1 // c\n;\nT");
}

#[test]
fn too_wide_lines_are_broken() {
    let long =
        |count: usize, before: &str| (0..count).map(|n| format!("{before}Column{n:02}")).collect::<Vec<_>>();
    let list = long(16, "").join(", ");
    becomes(&format!("T | project {list}"), &format!("T\n| project\n{}", long(16, "    ").join(",\n")));
    becomes(
        &format!("T | where {}", long(14, "").join(" or ")),
        &format!("T\n| where {}", long(14, "").join("\n    or ")),
    );
    becomes(
        &format!("T | summarize count() by {list}"),
        &format!("T\n| summarize count()\n    by\n{}", long(16, "        ").join(",\n")),
    );
    becomes(
        &format!("T | extend a = case({})", long(15, "").join(", ")),
        &format!(
            "T\n| extend a = case(\n{}\n)",
            long(15, "")
                .chunks(2)
                .map(|pair| format!("    {}", pair.join(", ")))
                .collect::<Vec<_>>()
                .join(",\n")
        ),
    );
}

#[test]
fn lines_stay_as_they_were_written() {
    for text in [
        "T\n| project A, B,\n    C",
        "T\n| extend\n    Short = 1,\n    Longer = 2",
        "T\n| extend\n    Short  = 1,\n    Longer = 2",
        "T\n| where a\n    and b or\n    c",
        "T\n| summarize count()\n    by a",
        "let a =\n    T\n    | where b;\na",
        "datatable(a:string, b: long)\n[\n    'x', 1,\n    'y', 2\n]",
        "T\n| where a\n\n| take 1",
        "T\n| extend c = case(\n    a, 1,\n    b, 2,\n    3)",
    ] {
        assert_eq!(formatted(text).as_deref(), Some(text));
    }
}

#[test]
fn switched_off_parts_stay() {
    becomes(
        "T\n|where a\n// sentlint: fmt-off\n|  where   b==1\n // sentlint: fmt-on\n|where c",
        "T\n| where a\n// sentlint: fmt-off\n|  where   b==1\n // sentlint: fmt-on\n| where c",
    );
    becomes("let a=1;\n// sentlint: fmt-off\nT|where b", "let a = 1;\n// sentlint: fmt-off\nT|where b");
}

#[test]
fn what_does_not_parse_stays() {
    for text in
        ["T | where (", "T | wherre a", "T | where a ==", &format!("{}1{}", "(".repeat(300), ")".repeat(300))]
    {
        assert_eq!(formatted(text), None, "{text}");
    }
}

#[test]
fn invisible_characters_stay_unless_they_may_go() {
    let query = "T\u{200b}|where a=='x\u{200b}'\u{feff}";
    assert_eq!(formatted(query), None);
    assert_eq!(file("a.kql", query, false), None);
    assert_eq!(file("a.kql", query, true).as_deref(), Some("T\n| where a == 'x\u{200b}'\n"));
}

#[test]
fn lines_that_end_in_odd_places_settle() {
    for text in [
        "T|join(U|summarize \n)|extend \n(f()[0])|extend Account_0_Name=Name|extend \nAccount_0_UPNSuffix=UPNSuffix",
        "let F=(v:string){T|//\nextend Process_Line=((Details)['']) |extend Process_Id=((Details)[''])|project}",
    ] {
        let once = formatted(text).unwrap_or_default();
        assert!(once.lines().count() > 4, "{text}");
        assert_eq!(formatted(&once).as_deref(), Some(&*once), "{text}");
    }
}

#[test]
fn deep_and_long_queries_are_formatted() {
    let deep = format!("print a = {}1{}", "(".repeat(90), ")".repeat(90));
    assert_eq!(formatted(&deep).as_deref(), Some(deep.as_str()));
    let chain = format!("print {}", vec!["a"; 300].join(" + "));
    assert!(formatted(&chain).is_some_and(|out| out.lines().count() == 300));
    let lines = format!("T{}", "\n|take 1".repeat(100_000));
    assert_eq!(formatted(&lines), Some(lines.replace('|', "| ")));
}

#[test]
fn work_grows_with_the_text_and_no_faster() {
    for (head, unit, tail) in [
        ("T", "|where a==1 and b has 'x'\n", ""),
        ("T | where a ", "and b==1 ", ""),
        ("T | where a in (", "1, // c\n// d\n\n", "2)"),
        ("T | project a", ",b = c", ""),
        ("T | extend a = f(0", ",g(b, (c))", ")"),
        ("print 1", "+a*(b)", ""),
        ("T", "|join (U|project a,b) on c ", ""),
        ("", "let a=T|where b;\n", "T"),
        ("", "let a  = 1;\n", "T"),
        ("", "let f=(a:string){T|where b==a};\n", "T"),
        ("datatable(a:string, b:long)[", "'x',1,", "'y',2]"),
        ("datatable(a:string)[", "'x',", "'y']"),
        ("print dynamic({'a':[", "1,", "2]})"),
        ("T | summarize ", "a=count() ,", "b = max(c) by d"),
        ("T | extend a = case(", "b==1,'c',", "'d')"),
        ("T", "| parse a with * 'x' b 'y' c", ""),
        ("// sentlint: fmt-off\n", "T|take 1;\n// sentlint: fmt-on\nT|take 2;\n// sentlint: fmt-off\n", "T"),
    ] {
        for style in [Style::Sentlint, Style::Kusto] {
            let of = |count: usize| {
                let text = format!("{head}{}{tail}", unit.repeat(count));
                let parse = parse(&text);
                assert!(parse.errors.is_empty(), "{head}{unit}{tail}");
                work::of(|| assert!(format(&text, &parse, Options::new(None, Some(style))).is_some()))
            };
            let (once, twice) = (of(100), of(200));
            assert!(
                twice <= once * 5 / 2 + 1_000,
                "{unit:?} {style:?}: {once} steps, and {twice} for twice the text"
            );
        }
    }
}

#[test]
fn a_line_is_broken_where_that_halves_it_although_it_stays_too_wide() {
    let long = "x".repeat(50);
    let query = format!("T\n| where iff(Name == \"{long}\" or Name == \"{long}\", true, false)");
    let formatted = at_width(&query, 40);
    assert!(formatted.lines().all(|line| line.len() < 90), "{formatted}");
    // Where a line would hardly be narrower, it stays.
    let query = format!("T\n| where Name has_any (\"{long}{long}\")");
    assert_eq!(at_width(&query, 40), query);
}

#[test]
fn pairs_share_a_line_only_where_they_fit() {
    let query =
        "T\n| extend a = case(tolong(code_of) > 0, \"Failure\", tolong(code_of) < 0, \"Success\", \"Other\")";
    for width in 30..70 {
        let formatted = at_width(query, width);
        assert_eq!(at_width(&formatted, width), formatted, "{width}");
    }
}

#[test]
fn a_line_that_was_one_may_be_wider_unless_a_width_was_asked_for() {
    let names: Vec<String> = (0..12).map(|n| format!("Column{n:02}")).collect();
    let text = format!("T\n| project {}, Another", names.join(", "));
    let wide = format!("T\n| project {}, AnotherColumnOfSome", names.join(", "));
    let of = |text: &str, width| format(text, &parse(text), Options::new(width, None)).unwrap_or_default();
    assert_eq!((of(&text, None).lines().count(), of(&wide, None).lines().count()), (2, 2));
    assert_eq!(of(&wide, Some(120)).lines().count(), 15);
    assert!(of(&wide, Some(40)).lines().all(|line| line.chars().count() <= 40));
}

#[test]
fn white_space_of_any_kind_is_formatted() {
    let expected = "T\n| where a == 1\n| extend b = 'c\td', e = 2";
    for text in [
        "T\r\n|where\ta==1\r|extend b='c\td',e=2",
        "T\n\t|\twhere a\t==\t1\n\t|\textend b\t=\t'c\td',e=2\t",
        "T\r\r\n\u{a0}|where a==1\u{3000}|extend b='c\td',e=2",
    ] {
        assert_eq!(
            formatted(text).map(|out| out.replace("\n\n", "\n")).as_deref(),
            Some(expected),
            "{text:?}"
        );
    }
}

#[test]
fn strings_stay_whatever_is_in_them() {
    for text in [
        "T\n| where a == 'http://b  //c' // d",
        "print a = ```b  =1\n  | where   c==2\n``` // d",
        "print a = ~~~b  =1\n  // c\n~~~, b = 2",
        "print a = @'\\  //', b = h\"  | x\", c = 'ü  ü'",
        "T\n| where a has 'b' 'c  d'",
        "let ['a  b'] = 1;\nT\n| where ['c  d'] == ['a  b']",
    ] {
        assert_eq!(formatted(text).as_deref(), Some(text));
    }
}

fn file(name: &str, text: &str, blocks: bool) -> Option<String> {
    let content = Content::read(SourceFile::new(name, text).into(), name);
    super::of_file(&content, Options::default(), blocks).text
}

#[test]
fn files_keep_their_line_ends() {
    assert_eq!(file("a.kql", "T\r\n|take 1", false).as_deref(), Some("T\r\n| take 1\r\n"));
    assert_eq!(file("a.kql", "T\n| take 1\n", false), None);
    assert_eq!(file("a.kql", "T\n| take 1", false).as_deref(), Some("T\n| take 1\n"));
    assert_eq!(file("a.kql", "\u{feff}T|take 1", false).as_deref(), Some("\u{feff}T\n| take 1\n"));
    assert_eq!(file("a.kql", "// nothing\n", false), None);
    assert_eq!(file("a.kql", "", false), None);
}

#[test]
fn several_queries_of_a_file_are_formatted_if_asked_for() {
    let text = "// one\nA|take 1\n\n\n// two\nB|take  1\n\nC|take )\n";
    assert_eq!(file("a.kql", text, false), None);
    let once = "// one\nA\n| take 1\n\n\n// two\nB\n| take 1\n\nC|take )\n";
    assert_eq!(file("a.kql", text, true).as_deref(), Some(once));
    assert_eq!(file("a.kql", once, true), None);
    let windows = text.replace('\n', "\r\n");
    assert_eq!(file("a.kql", &windows, true), Some(once.replace('\n', "\r\n")));
}

#[test]
fn literal_blocks_are_formatted_in_place() {
    let yaml = |query: &str| {
        format!(
            "id: 0cc4e4a0-3f0a-4f2c-8b0e-0d3d1e1b9f01\nname: N\n{query}tactics:\n  - Impact # c\nrelevantTechniques: []\n"
        )
    };
    let of = |query: &str, blocks: bool| file("Hunting Queries/a.yaml", &yaml(query), blocks);
    assert_eq!(
        of("query: |\n    T|where a\n\n    |take 1\n", false),
        Some(yaml("query: |\n    T\n    | where a\n\n    | take 1\n"))
    );
    assert_eq!(of("query: |-\n  T|take 1\n", false), Some(yaml("query: |-\n  T\n  | take 1\n")));
    for other in
        ["query: T|take 1\n", "query: 'T|take 1'\n", "query: \"T|take 1\"\n", "query: >\n  T|take 1\n"]
    {
        assert_eq!(of(other, false), None, "{other}");
        assert_eq!(of(other, true), Some(yaml("query: |\n  T\n  | take 1\n")), "{other}");
    }
    assert_eq!(of("query: 'T|take 1' # c\n", true), None);
    assert_eq!(of("query: |\n  T|take (\n", true), None);
}

#[test]
fn the_examples_of_the_documentation_are_true() {
    let page = include_str!("../../../../docs/format.md").replace("\r\n", "\n");
    let blocks = |label: &str| -> Vec<String> {
        let fence = format!("```kql,{label}\n");
        let parts = page.split(fence.as_str()).skip(1);
        parts.filter_map(|part| Some(part.split_once("\n```")?.0.to_owned())).collect()
    };
    let (inputs, outputs) = (blocks("input"), blocks("output"));
    assert!(inputs.len() >= 5 && inputs.len() == outputs.len());
    for (input, output) in inputs.iter().zip(&outputs) {
        becomes(input, output);
    }
    let official = blocks("kusto");
    assert_eq!(official.len(), 1);
    let options = Options::new(None, Some(Style::Kusto));
    assert_eq!(format(&inputs[0], &parse(&inputs[0]), options).as_ref(), official.first());
}

/// Tokens of queries with every kind of layout, in order.
const QUERIES: [&str; 6] = [
    "let f = ( a : string , b : long = 5 ) { let c = 1 ; T | where x == a } ; f ( 'x' , 1 ) | take 1",
    "T | join kind = inner ( U | where a has 'b' or c in~ ( 'd' , 'e' ) ) on $left . x == $right . y , z",
    "union isfuzzy = true ( T | where a ) , U | summarize A = count ( ) , max ( b ) by bin ( t , 1h ) , c",
    "datatable ( a : string , b : long ) [ 'x' , 1 , 'y' , 2 ] | mv-apply v = a to typeof ( string ) on ( take 1 )",
    "T | extend a = case ( b == 1 , 'x' , c > - 2 , \"y\" , iff ( d , 1 , 2 ) ) , e = dynamic ( { 'k' : [ 1 , 2 ] } )",
    "T | parse a with * 'x' b : long 'y' c | make-series n = count ( ) default = 0 on t from s to e step 1h by d | render timechart with ( title = 't' )",
];

/// What may stand between two tokens.
fn between() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        6 => Just(" "),
        2 => Just("\n"),
        1 => Just("\n\n\n"),
        1 => Just("\t "),
        1 => Just("\r\n    "),
        1 => Just(" // c\n"),
        1 => Just("\n// c\n  "),
        1 => Just("\n\n  // c\n// d  \n\n"),
    ]
}

fn style() -> impl Strategy<Value = Style> {
    prop_oneof![Just(Style::Sentlint), Just(Style::Kusto)]
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn any_layout_keeps_its_tokens_and_settles(
        query in 0..QUERIES.len(),
        gaps in prop::collection::vec(between(), 80),
        width in 40_usize..140,
        style in style(),
    ) {
        let mut text = String::new();
        for (word, gap) in QUERIES[query].split(' ').zip(gaps) {
            text.push_str(word);
            text.push_str(gap);
        }
        let options = Options::new(Some(width), Some(style));
        // `format` gives nothing where a token or comment differs.
        let once = format(&text, &parse(&text), options);
        prop_assert!(once.is_some(), "{text}");
        let once = once.unwrap_or_default();
        prop_assert_eq!(format(&once, &parse(&once), options), Some(once.clone()), "of {}", text);
        // The official formatter keeps what stands before and after a comment.
        let keeps = style == Style::Kusto;
        prop_assert!(keeps || !once.lines().any(|line| line.ends_with([' ', '\t'])), "{once}");
    }

    #[test]
    fn a_comment_may_stand_anywhere(query in 0..QUERIES.len(), width in 40_usize..140, style in style()) {
        let words: Vec<&str> = QUERIES[query].split(' ').collect();
        for at in 0..=words.len() {
            let text = format!("{} // c\n// d\n{}", words[..at].join(" "), words[at..].join(" "));
            let options = Options::new(Some(width), Some(style));
            let once = format(&text, &parse(&text), options).unwrap_or_default();
            prop_assert!(once.contains("// c\n") && once.contains("// d"), "{text}\n{once}");
            prop_assert_eq!(format(&once, &parse(&once), options), Some(once.clone()), "of {}", text);
        }
    }
}
