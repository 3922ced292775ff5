//! Every operator, statement and literal, with what is said where one of its words is missing, and of options after it.

use std::fmt::Write as _;

use crate::kql::bind::{NoCatalog, bind};
use crate::kql::canonical::canonical;
use crate::kql::parse;

/// Each is sound, and has as many of the parts that may be there as go together.
const SOUND: &[&str] = &[
    "T | as hint.materialized=true N",
    "T | assert-schema (a: string, b: long)",
    "T | consume decodeblocks=true",
    "T | distinct hint.strategy=shuffle a, b",
    "T | evaluate hint.remote=auto bag_unpack(d, 'p') : (*, a: string)",
    "T | extend a = 1, (b, c) = f(x), d[0]",
    "T | facet by a, b with (take 1)",
    "find withsource=S in (T, U*) where a == 1 project a, b: string, pack(*)",
    "find a == 1 project-smart",
    "T | fork x=(take 1) (count)",
    "T | getschema",
    "T | invoke f(1, n=2)",
    "T | join kind=inner hint.strategy=shuffle (U) on a, b",
    "T | join U where a == b",
    "T | lookup kind=leftouter U on a",
    "G | graph-match cycles=none (a)-[e*1..3]->(b), (b)<-[f]-(c) where a.x == 1 project a.x",
    "G | graph-shortest-paths output=all (a)-[e*1..5]->(b) where x project y",
    "G | graph-mark-components kind=weak with_component_id=c",
    "G | graph-where-nodes a == 1 | graph-where-edges b == 1",
    "G | graph-to-table nodes as N with_node_id=i, edges as E with_source_id=s with_target_id=t",
    "macro-expand kind=outer G as X (X.T | take 1)",
    "T | make-series hint.shufflekey=a n = count() default=0 on t from a to b step 1d by c",
    "T | make-series kind=nonempty count() on t in range(a, b, 1d)",
    "T | mv-apply with_itemindex=i a = b to typeof(long), c limit 5 on (take 1)",
    "T | mv-expand kind=array with_itemindex=i a = b to typeof(long), c limit 5",
    "T | order by a asc nulls first, b desc",
    "T | parse kind=regex flags=U a with 'x' b: long * 'y' c",
    "T | parse-where a with * 'x' b: string",
    "T | parse-kv a as (b: string, c: int) with (pair_delimiter=';', quote='q')",
    "T | partition hint.strategy=native by a (take 1)",
    "T | partition by a { U | take 1 }",
    "print a = 1, 2",
    "T | project a, b = c",
    "T | project-away a, b*",
    "T | project-keep a, ['b c']",
    "T | project-rename a = b",
    "T | project-reorder a asc, b* granny-asc",
    "T | reduce kind=source by a with threshold=0.1, characters='-'",
    "T | render timechart with (title='x', kind=stacked, ycolumns=a, b, ysplit=panels)",
    "T | sample 5 | sample-distinct 5 of a",
    "T | scan kind=partial with_match_id=m order by b partition by a declare (c: long = 0) with (step s output=last: a => b = 1, c = 2; step t: true;)",
    "search kind=case_sensitive in (T, U) 'x' and a: 'y' or b has 'z'",
    "T | serialize a = 1",
    "T | summarize hint.strategy=shuffle n = count(), sum(a) by b, bin(t, 1d)",
    "T | take 5 | limit 6",
    "T | top hint.progressive_top=true 5 by a desc nulls last",
    "T | top-hitters 5 of a by b",
    "T | top-nested 3 of a with others='x' by n = sum(b) desc, top-nested of c by d",
    "union kind=outer withsource=s isfuzzy=true T, (U | take 1), V*",
    "T | where not(a) and b or c",
    "externaldata(a: string)[@'x', 'y'] with (format='csv', ignore=true)",
    "datatable(a: string, b: long)['x', 1, 'y', -2]",
    "let x = 1; let f = (a: long, b: string = 'x') { T | take a }; f(1)",
    "let v = view () { T }; v",
    "set a = 1; set b; T",
    "alias database d = cluster('x').database('y'); T",
    "declare query_parameters(a: long = 1, b: string); T",
    "declare pattern p = (a: string)[b: string] { ('x').['y'] = { T }; }; p('x').y",
    "restrict access to (T, U*); T",
    "print a.b['c'][0].d[-1]",
    "T | where a in (1, 2) and b !in~ ('x') and c between (1 .. 2) and d !between (1 .. 2)",
    "T | where e has_any ('x') and f matches regex 'x' and g =~ 'y' and h <> 5",
    "print -a + b * (c - d) / e % f",
    "let m = materialize(T | take 1); print toscalar(m | count)",
    "print dynamic({'a': [1, null, -2.5], 'b': datetime(2024-01-01)}), dynamic([])",
    "print int(5), long(null), real(1e5), decimal(1.5), 1h, time(1.00:00:00), typeof(long)",
    "print cluster('x').database('y').T, database('z').f(1), f(a=1, b)",
];

/// What is said of a query, an error with its place, its other place and its fix.
fn told(query: &str) -> String {
    let parsed = parse(query);
    let shown = |error: &crate::kql::error::SyntaxError| {
        let mut out = format!("{} {}", error.span.start, error.message);
        if let Some((place, label)) = &error.label {
            let _ = write!(out, ", {} {label}", place.start);
        }
        if let Some(fix) = &error.fix {
            let _ = write!(out, " => {}..{} {:?}", fix.span.start, fix.span.end, fix.text);
        }
        out
    };
    parsed.errors.iter().map(shown).collect::<Vec<_>>().join("; ")
}

fn pin(name: &str, text: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn every_word_of_an_operator_has_its_use() {
    let (mut out, mut wrong) = (String::new(), Vec::new());
    for query in SOUND {
        let parsed = parse(query);
        if !parsed.errors.is_empty() {
            wrong.push(format!("{query}: {}", told(query)));
        }
        let model = bind(query, &parsed, &NoCatalog, &[]);
        // What a digest is made of is told with other queries.
        let whole = canonical(query, &parsed, &model).whole;
        let mut parts = whole.split('#');
        let first = parts.next().unwrap_or_default().to_owned();
        let whole = parts
            .fold(first, |out, part| out + "#" + part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
        let _ = writeln!(out, "=== {query}\n{whole}");
        // What goes into the operator is the same for most.
        let first = if query.contains(" | ") && query.as_bytes()[1] == b' ' { 2 } else { 0 };
        let mut needless = String::new();
        for token in parsed.tokens.iter().skip(first).filter(|token| !token.span.is_empty()) {
            let range = token.span.range();
            let word = &query[range.clone()];
            let without = format!("{}{}", &query[..range.start], &query[range.end..]);
            let told = told(&without);
            let _ = if told.is_empty() {
                write!(needless, " {word}@{}", range.start)
            } else {
                writeln!(out, "{word}@{}: {told}", range.start)
            };
        }
        let _ = writeln!(out, "without:{needless}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    pin("operators_without_a_word", &out);
}

/// Options after every operator: those that all know, words that are also names of columns, and unknown ones.
#[test]
fn options_of_operators() {
    const OPTIONS: [&str; 8] = [
        "kind=1 ",
        "kind ",
        "isfuzzy=true ",
        "hint.strategy=5 ",
        "hint.concurrency ",
        "hint.other=1 ",
        "with_itemindex=5 ",
        "other=1 ",
    ];
    let mut out = String::new();
    for query in SOUND {
        let before = query.find(" | ").filter(|at| *at == 1).map_or(0, |at| at + 3);
        let word = query[before..].split([' ', '(']).next().unwrap();
        if ["print", "let", "set", "alias", "declare", "restrict"].contains(&word) {
            continue;
        }
        let at = before + word.len();
        let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
        for option in OPTIONS {
            let with = format!("{} {option}{}", &query[..at], query[at..].trim_start());
            let told = told(&with);
            match groups.iter_mut().find(|(known, _)| *known == told) {
                Some((_, options)) => options.push(option.trim()),
                None => groups.push((told, vec![option.trim()])),
            }
        }
        let _ = writeln!(out, "=== {query}");
        for (told, options) in groups {
            let _ = writeln!(out, "{}: {}", options.join(", "), if told.is_empty() { "-" } else { &told });
        }
    }
    pin("operators_with_options", &out);
}

/// What is written as other languages do, what lacks a part, and what has one too many.
const SLIPS: &[&str] = &[
    "T | where a matches 'x' and b match 'y' and c regex 'z'",
    "T | where a matches ('x')",
    "T | where a match b(c)",
    "T | where a rlike ('x', 'y')",
    "T | where a matchesregex 'x'",
    "T | where a eq 1",
    "T | where a equals 1",
    "T | where a is 1",
    "T | where a ne 1",
    "T | where a neq 'x'",
    "T | where a gt 1",
    "T | where a ge 1",
    "T | where a gte b",
    "T | where a lt 1",
    "T | where a le (1)",
    "T | where a lte 1",
    "T | where a lt",
    "T | where lt 1",
    "T | where a contians 'x'",
    "T | where a conttains 'x'",
    "T | where a haz 'x'",
    "T | where a hasx 'x'",
    "T | where a startwith 'x'",
    "T | where a betwen (1 .. 2)",
    "T | where a xyz 'x'",
    "T | where a contians b",
    "T | sort by a ascending",
    "T | sort by a descending, b descend",
    "T | sort by ascending",
    "T | summarize count() as A",
    "T | summarize count() as A, dcount(b) as B by c",
    "T | summarize count() as A as B",
    "T | summarize count() as A by b as C",
    "T | extend tolower(a) as A, b as",
    "T | extend 'x' as A, 5 as B, (c) as C, d[0] as D",
    "T | extend strcat(a, '012345678901234567890123456789012345678901') as A",
    "let x == 5; T",
    "let x == T; x",
    "let x => 5; T",
    "let x = = 5; T",
    "x == 5; T",
    "x = 5; T",
    "x = 5",
    "x = 5 T",
    "let a = 1; x = 5; T",
    "T | extend a = 1; b = 2",
    "T | extend a = 1; b = 2; c = 3",
    "T | summarize a = count(); b = max(c) by d",
    "T | where a; b = 2; T",
    "T | where a; b = 2",
    "print a = 1\nb = 2",
    "print a = 1\n['b c'] = 2",
    "print a = 1\n\nb = 2",
    "print a = 1 b = 2",
    "T | project a = b\nc = d",
    "T | where a\nb = 2",
    "T | extend\na = 1\nb = 2",
    "a\n= 1",
    "T | where a = 1",
    "T | where a = b | take 1",
    "T | where a == 1 and b = 2",
    "T | join U on a = a",
    "T | join U on a = b",
    "T | join U on a = b and c = d",
    "T | join U on a | where b = c",
    "T | where a === 1",
    "T | where a !== 1",
    "T | where a =! 1",
    "T | where a => 1",
    "T | where a =< 1",
    "T | where a ~= 'x'",
    "T | where a =~= 'x'",
    "T | where a & b",
    "T | where a | b",
    "T | where a <=> b",
    "T | where a ==== 1",
    "T | where not a",
    "T | where not a and b",
    "T | where not(a",
    "T | where (not a)",
    "T | where not not(a)",
    "T | where not f(a)",
    "T | where ! f(a) and b",
    "T | where !a",
    "T | where !(a)",
    "T | where a ! has 'x'",
    "T | where a not has 'x'",
    "T | where a not like 'x'",
    "T | where a not in ('x')",
    "T | where a not in~ ('x')",
    "T | where a ! in ~ ('x')",
    "T | where a in ~ ('x')",
    "T | where a in~('x')",
    "T | where a NOT HAS 'x'",
    "T | where a not between (1 .. 2)",
    "T | where not",
    "not a",
    "T | where a in 'x', 'y'",
    "T | where a in 'x', 'y')",
    "T | where (a in 'x')",
    "T | where (a in 'x', 'y') and b",
    "T | where a in ['x', 'y']",
    "T | where a in ['x'",
    "T | where a in b",
    "T | where a in b and c",
    "T | where a in f(b)",
    "T | where a in 'x' , | take 1",
    "T | where a has_any 'x'",
    "T | where a has_all {'x'}",
    "T | where a between 1 .. 2",
    "T | where a between (1, 2)",
    "T | where a between (1 2)",
    "T | where a between (1 ..)",
    "T | where a between 1 and 2 | take 1",
    "T | where a between (1 and 2)",
    "T | where a between",
    "T | join knd=inner U on a",
    "T | join kynd = inner U on a",
    "T | join knd=(U) on a",
    "T | join knd inner U on a",
    "T | mv-expand Kind=array a",
    "T | render timechart with (titel='x')",
    "T | extend knd=inner 5",
    "T | mv-expand to",
    "T | mv-expand to typeof(long)",
    "T | mv-expand a to",
    "T | mv-expand a to long",
    "T | mv-expand a, to typeof(long)",
    "T | mv-expand typeof(long)",
    "T | mv-apply to = a on (take 1)",
    "T | mv-apply to typeof(long) on (take 1)",
    "T | make-graph a - -> b",
    "T | make-graph a -> b",
    "T | make-graph a -",
    "T | make-graph a --",
    "G | graph-match (a)- [e]->(b)",
    "G | graph-match (a)-[e]- >(b)",
    "G | graph-match (a)<- [e]-(b)",
    "G | graph-match (a)< -[e]-(b)",
    "G | graph-match (a)-->(b)<--(c)--(d)",
    "G | graph-match (a)-[e*3]->(b)",
    "G | graph-match (a)-[e*1..]->(b)",
    "G | graph-match (a)-[*1..3]->(b)",
    "G | graph-match ()-[]->()",
    "G | graph-match (a",
    "G | graph-match (a)-[e",
    "{a} | take {b}",
    "T | where {a} == {b c}",
    "T | where {a",
    "T | where {a b} == 1",
    "T | where {1} == 1",
    "T | where {a[0]} == 1",
    "T | where {a[-1]} == {a[x]}",
    "T | where { a } == 1",
    "T | where a == 'b\n| take 1",
    "T | where a == 'b and c == 'd\n| take 1",
    "T | where a == \"b and c == 'd'\n| where e == 'f\n| take 1",
    "T | where f('a, b) and c\n| take 1",
    "'\n'x\nT",
    "T\n| where a == 'x\n| where b == 'y",
    "T | extend a = count(*)",
    "T | where a == {{x}}",
    "T | where a == %x%",
    "T | where a == ${x}",
    "T | where a == <x>",
    "T | take 5 | | take 6",
    "| take 5",
    "T |",
    "let",
    "let =",
    "let x",
    "let x =",
    "let x = 5",
    "let x = (a: long) {",
    "let x = (a: long, b) { T }; x",
    "let x = (a: long = ) { T }; x",
    "let x = (a long) { T }; x",
    "declare",
    "declare query_parameters",
    "declare query_parameters(a)",
    "declare pattern p; T",
    "declare pattern p = (a)[b] {}; T",
    "alias database = cluster('x'); T",
    "restrict access (T); T",
    "set; T",
    "set a =; T",
    "datatable(a: string)[1, ]",
    "datatable(a)[1]",
    "datatable(a: strin)['x']",
    "externaldata(a: string)",
    "print dynamic([1, )",
    "print dynamic({'a': })",
    "print dynamic({a: 1})",
    "print dynamic({'a' 1})",
    "print dynamic(x)",
    "print typeof(strng), typeof()",
    "print datetime(2024-13-01), datetime(x), timespan(x), guid(x), int(x), bool(maybe)",
    "T | scan with (step : a)",
    "T | scan with (step s a => b = 1)",
    "T | scan with (step s: a => b = 1, )",
    "T | scan with ()",
    "T | scan declare (a) with (step s: true)",
    "T | top 5 a",
    "T | top by a",
    "T | top-nested of by b",
    "T | top-hitters of a",
    "T | sample-distinct 5 a",
    "T | parse a 'x' b",
    "T | parse a with",
    "T | parse-kv a (b: string)",
    "T | parse-kv a as b: string",
    "T | partition a (take 1)",
    "T | partition by a",
    "T | facet a",
    "T | fork take 1",
    "T | lookup U",
    "T | join",
    "T | join U on",
    "T | union",
    "union",
    "T | evaluate",
    "T | evaluate bag_unpack",
    "T | invoke",
    "T | render",
    "T | render nonsense",
    "T | render timechart with title='x'",
    "T | reduce a",
    "T | make-series count() from a to b step 1d",
    "T | make-series count() on t step",
    "T | make-series on t step 1d",
    "T | make-series count() on t in range(a, b)",
    "range a from 1 step 1",
    "range a from 1 to 5",
    "search",
    "search in (T 'x'",
    "find in T where a",
    "find where",
    "T | summarize by",
    "T | summarize",
    "T | summarize count() by",
    "T | distinct",
    "T | project-away",
    "T | project-rename a",
    "T | project-reorder",
    "T | extend",
    "T | print a",
    "print",
    "T | getschema a",
    "T | as",
    "T | assert-schema",
    "T | serialize",
    "macro-expand G as (T)",
    "macro-expand G X (T)",
];

#[test]
fn small_slips() {
    let mut out = String::new();
    for query in SLIPS {
        let told = told(query);
        let _ = writeln!(out, "{query:?}\n  {}", if told.is_empty() { "-" } else { &told });
    }
    pin("small_slips", &out);
}
