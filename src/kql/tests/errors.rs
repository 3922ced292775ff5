//! What the parser says about likely mistakes: the words, the place and the mend.

use crate::kql::parse;

/// The first error of a query as `message @ marked text`, and the query after its mend.
fn first(query: &str) -> (String, Option<String>) {
    let parsed = parse(query);
    let error = parsed.errors.first().unwrap_or_else(|| panic!("no error in {query}"));
    let mended = error.mend.as_ref().map(|mend| {
        let range = mend.span.range();
        format!("{}{}{}", &query[..range.start], mend.text, &query[range.end..])
    });
    (format!("{} @ {}", error.message, &query[error.span.range()]), mended)
}

#[test]
fn slips_are_explained_and_their_mends_parse() {
    for (query, says, mended) in [
        (
            "T | where a == 1 && b == 2",
            "`&&` is written `and` in KQL @ &&",
            Some("T | where a == 1 and b == 2"),
        ),
        (
            "T | where a == 1 || b == 2",
            "`||` is written `or` in KQL @ ||",
            Some("T | where a == 1 or b == 2"),
        ),
        (
            "T | where a == 1 AND b == 2",
            "`AND` is written `and` in KQL @ AND",
            Some("T | where a == 1 and b == 2"),
        ),
        ("T | LIMIT 10", "`LIMIT` is written `limit` @ LIMIT", Some("T | limit 10")),
        ("T | wheree a == 1", "`wheree` is no query operator @ wheree", Some("T | where a == 1")),
        ("T | order a desc", "Expected `by` after `order` @ a", Some("T | order by a desc")),
        (
            "T | where a !in ~ ('x')",
            "`!in~` is written without a blank @ !in ~",
            Some("T | where a !in~ ('x')"),
        ),
        ("T | project a b", "Expected `,` after `a` @ b", Some("T | project a, b")),
        ("T | let x = 1;", "`let` is a statement of its own, and no operator @ |", Some("T ; let x = 1;")),
        ("T | where a == 1 |", "No operator follows this bar @ |", Some("T | where a == 1")),
        ("T | where a not in ('x')", "`not in` is written `!in` @ not in", Some("T | where a !in ('x')")),
    ] {
        let (found, mend) = first(query);
        assert_eq!((found.as_str(), mend.as_deref()), (says, mended), "{query}");
        if let Some(mended) = mended {
            assert_eq!(parse(mended).errors, [], "{mended}");
        }
    }
}

#[test]
fn what_is_missing_is_named_with_the_word_before_it() {
    for (query, says) in [
        ("T | where", "Expected an expression after `where` @ "),
        ("T | where a == ", "Expected an expression after `==` @ "),
        ("T | extend x =", "Expected an expression after `=` @ "),
        ("T | where (a == 1", "Expected `)` after `1` @ "),
        ("T | where a == 'x", "The string that begins with `'` does not end @ "),
        (r"T | where a == 'C:\q'", r"`\\q` is no escape in a string @ "),
        ("T | where a in 'x'", "Expected `(` after `in` @ 'x'"),
        ("T | where (a == 1))", "`)` belongs to nothing before it @ )"),
        ("T | where in == 1", "`in` is a keyword, and as a name is written `['in']` @ in"),
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
