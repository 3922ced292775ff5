//! What the parser says about likely mistakes: the words, the place and the fix.

use crate::kql::parse;

/// The first error of a query as `message @ marked text`, and the query after its fix.
fn first(query: &str) -> (String, Option<String>) {
    let parsed = parse(query);
    let error = parsed.errors.first().unwrap_or_else(|| panic!("no error in {query}"));
    let fixed = error.fix.as_ref().map(|fix| {
        let range = fix.span.range();
        format!("{}{}{}", &query[..range.start], fix.text, &query[range.end..])
    });
    (format!("{} @ {}", error.message, &query[error.span.range()]), fixed)
}

#[test]
fn slips_are_explained_and_their_fixes_parse() {
    for (query, says, fixed) in [
        ("T | where a == 1 && b == 2", "`&&` is `and` in KQL @ &&", Some("T | where a == 1 and b == 2")),
        ("T | where a == 1 || b == 2", "`||` is `or` in KQL @ ||", Some("T | where a == 1 or b == 2")),
        ("T | where a == 1 AND b == 2", "`AND` is `and` in KQL @ AND", Some("T | where a == 1 and b == 2")),
        ("T | LIMIT 10", "`LIMIT` must be lowercase @ LIMIT", Some("T | limit 10")),
        (
            "T | SUMMARIZE count() by State",
            "`SUMMARIZE` must be lowercase @ SUMMARIZE",
            Some("T | summarize count() by State"),
        ),
        (
            "T | SUMMARIZE count() BY State",
            "`SUMMARIZE` must be lowercase @ SUMMARIZE",
            Some("T | summarize count() by State"),
        ),
        (
            "T | where a &lt;&gt; 5 | take 1",
            "`&lt;` is an HTML entity, which is not valid in KQL @ &lt;&gt;",
            Some("T | where a <> 5 | take 1"),
        ),
        (
            "T | where a &lt;= 5",
            "`&lt;` is an HTML entity, which is not valid in KQL @ &lt;=",
            Some("T | where a <= 5"),
        ),
        (
            "T | where a &amp;&amp; b",
            "`&amp;` is an HTML entity, which is not valid in KQL @ &amp;&amp;",
            Some("T | where a and b"),
        ),
        ("T | wheree a == 1", "`wheree` is not a query operator @ wheree", Some("T | where a == 1")),
        ("T | order a desc", "Expected `by` after `order` @ a", Some("T | order by a desc")),
        (
            "T | where a !in ~ ('x')",
            "`!in~` must not contain a space @ !in ~",
            Some("T | where a !in~ ('x')"),
        ),
        ("T | project a b", "Expected `,` or `=` after `a` @ b", Some("T | project a, b")),
        ("T | let x = 1;", "`let` is a statement, not an operator @ |", Some("T ; let x = 1;")),
        ("T | where a == 1 |", "No operator follows this pipe @ |", Some("T | where a == 1")),
        (
            "T | where a not in ('x')",
            "`not in` must be written as `!in` @ not in",
            Some("T | where a !in ('x')"),
        ),
    ] {
        let (found, fix) = first(query);
        assert_eq!((found.as_str(), fix.as_deref()), (says, fixed), "{query}");
        if let Some(fixed) = fixed {
            assert_eq!(parse(fixed).errors, [], "{fixed}");
        }
    }
}

#[test]
fn spellings_of_other_languages_are_explained() {
    for (query, says, fixed) in [
        (
            "T | where a == 1 and b = 2",
            "`=` does not compare values @ =",
            Some("T | where a == 1 and b == 2"),
        ),
        ("T | where a => 1", "`=>` is not an operator in KQL @ =>", Some("T | where a >= 1")),
        ("T | where a === 1", "`===` is not an operator in KQL @ ===", Some("T | where a == 1")),
        ("T | where a ! in ('x')", "`! in` must be written as `!in` @ ! in", Some("T | where a !in ('x')")),
        (
            "T | where a not like 'x'",
            "`not like` must be written as `notlike` @ not like",
            Some("T | where a notlike 'x'"),
        ),
        (
            "T | where !isempty(a)",
            "`!` is not a negation operator in KQL @ !",
            Some("T | where not(isempty(a))"),
        ),
        ("T | where a is null", "`is null` is a function in KQL @ is null", Some("T | where isnull(a)")),
        (
            "T | where a in ['x', 'y']",
            "The values of `in` must be in parentheses @ [",
            Some("T | where a in ('x', 'y')"),
        ),
        (
            "T | where a has_any 'x'",
            "The values of `has_any` must be in parentheses @ 'x'",
            Some("T | where a has_any ('x')"),
        ),
        ("T | where a between (1, 2)", "Expected `..` after `1` @ ,", Some("T | where a between (1 .. 2)")),
        (
            "T | where a > ago 1d",
            "The arguments of `ago` must be in parentheses @ 1d",
            Some("T | where a > ago(1d)"),
        ),
        ("T | where a > 1 day", "A timespan must not contain a space @ day", Some("T | where a > 1day")),
        ("T | project a as b", "The name must come before its value @ as", Some("T | project b = a")),
        (
            "T | where a == \u{201c}x\u{201d}",
            "`\u{201c}` is a typographic character @ \u{201c}",
            Some("T | where a == \"x\""),
        ),
        ("T | where a == 1 /* c */", "`/*` is not a comment in KQL @ /*", None),
        ("select a from T", "This looks like SQL @ a", None),
        ("T | where a ? 1 : 2", "KQL has no `?:` operator @ ?", None),
        ("let x == 1; T", "`let` assigns with `=`, not with `==` @ ==", Some("let x = 1; T")),
    ] {
        let (found, fix) = first(query);
        assert_eq!(found, says, "{query}");
        if let Some(fixed) = fixed {
            assert_eq!(fix.as_deref(), Some(fixed), "{query}");
            assert_eq!(parse(fixed).errors, [], "{fixed}");
        }
    }
}

#[test]
fn what_is_missing_or_too_much_is_put_right() {
    for (query, says, fixed) in [
        ("T\nwhere a == 1", "A pipe (`|`) is missing before `where` @ ", "T\n| where a == 1"),
        (
            "T LIMIT 10",
            "A pipe (`|`) is missing before `LIMIT`, which must be lowercase @ LIMIT",
            "T | limit 10",
        ),
        (
            "T | extend a = 1\nextend b = 2",
            "A pipe (`|`) is missing before `extend` @ ",
            "T | extend a = 1\n| extend b = 2",
        ),
        ("T || take 1", "No operator follows this pipe @ |", "T | take 1"),
        ("T ; | take 1", "Unexpected semicolon before this pipe @ |", "T  | take 1"),
        ("T | project a,\n| take 1", "Trailing comma @ ", "T | project a\n| take 1"),
        ("T | where a == 1, | take 1", "Trailing comma @ ,", "T | where a == 1 | take 1"),
        ("T | sort sort by a", "`sort` is repeated @ sort", "T | sort by a"),
        ("T | mv expand a", "`mv` is not a query operator @ mv", "T | mv-expand a"),
        ("T | project away a", "`project-away` must be written with a dash @ a", "T | project-away a"),
        ("T | Project-Away a", "`Project-Away` must be lowercase @ Project-Away", "T | project-away a"),
        ("T | count() by a", "`count` has no parentheses after a pipe @ ", "T | summarize count() by a"),
        (
            "T | join U $left.a == $right.b",
            "`on` is missing before the condition of the join @ $left",
            "T | join U on $left.a == $right.b",
        ),
        (
            "let a = 1\nT | where b == a",
            "A semicolon is missing before `T` @ ",
            "let a = 1;\nT | where b == a",
        ),
        (
            r#"T | where a == "C:\Windows""#,
            r"`\W` is not a valid escape sequence @ ",
            r#"T | where a == @"C:\Windows""#,
        ),
        (
            r#"T | where a == "\\a\d""#,
            r"`\d` is not a valid escape sequence @ ",
            r#"T | where a == "\\a\\d""#,
        ),
    ] {
        let (found, fix) = first(query);
        assert_eq!((found.as_str(), fix.as_deref()), (says, Some(fixed)), "{query}");
        assert_eq!(parse(fixed).errors, [], "{fixed}");
    }
}

#[test]
fn what_the_official_analyser_takes_is_taken() {
    for query in [
        "T | where t between (ago(1d) - 1h .. now() + 1h)",
        "T | where a between (b or c .. d and e)",
        "T | fork a=(count()) b=(U | count) (take 1)",
        "T | summarize count() by bin = a",
        "T | mv-apply to typeof(long) on (take 1)",
        "print \u{663}",
    ] {
        assert_eq!(parse(query).errors, [], "{query}");
    }
    for query in [
        "T | where a has 'x' has 'y'",
        "print \u{e9}",
        "T | mv-expand to typeof(long)",
        "T | render piechart with with(title='x')",
    ] {
        assert_ne!(parse(query).errors, [], "{query}");
    }
}

#[test]
fn quotes_that_do_not_pair_are_reported_once() {
    for query in [
        "T | where a in ('x', 'y, 'z', 'q')\n| take 1",
        "T | where a == 'it's' and b == 'c'\n| take 1",
        "T | where a has_any (\"x\", y\", \"z\")\n| where b in (1, 2)\n| project a",
    ] {
        let parsed = parse(query);
        assert_eq!(parsed.errors.len(), 1, "{query}: {:?}", parsed.errors);
    }
}

#[test]
fn what_is_missing_is_named_with_the_word_before_it() {
    for (query, says) in [
        ("T | where", "Expected a column or an expression after `where` @ "),
        ("T | where a == ", "Expected a value after `==` @ "),
        ("T | extend x =", "Expected a value after `=` @ "),
        ("T | where (a == 1", "Expected `)` after `1` @ "),
        ("T | where a == 'x", "Unterminated string @ "),
        (r"T | where a == 'C:\q'", r"`\q` is not a valid escape sequence @ "),
        ("T | where a in 'x'", "The values of `in` must be in parentheses @ 'x'"),
        ("T | where (a == 1))", "Unmatched `)` @ )"),
        ("T | where in == 1", "`in` is a keyword and must be written as `['in']` to be used as a name @ in"),
        ("T | where a == datetime(2026-01-01\n| take 1", "This `datetime(` is not closed on its line @ "),
        ("T | take 1\nU | take 2", "Expected `;` after `1` @ "),
    ] {
        assert_eq!(first(query).0, says, "{query}");
    }
}

#[test]
fn an_open_bracket_is_shown() {
    let query = "T | where (a == 1 | take 3\n";
    let parsed = parse(query);
    let label = parsed.errors[0].label.as_ref().unwrap();
    assert_eq!(&query[label.0.range()], "(");
}

#[test]
fn one_mistake_gives_one_error() {
    for query in [
        "T | where  == 'outbound'\n| extend x = 1\n| project x",
        "T | where a has_any ('x', 'y'\n| project a",
        "T | extend a = strcat('x', \n| project a",
        "let a = 1\nT | where b == a",
        "T | summarize count( by x\n| where x > 1",
        "T | join kind=inner (U | where a == 1 on a\n| project a",
        "T | where a contains \"b\n| where c == 1",
    ] {
        let parsed = parse(query);
        assert!((1..=2).contains(&parsed.errors.len()), "{query}: {:?}", parsed.errors);
    }
}
