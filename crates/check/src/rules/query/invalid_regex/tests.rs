//! Tests of `invalid-regex`.

use crate::rules::Profile;
use crate::rules::testing::findings;

/// The part of the query that is marked, and the message.
fn reported(query: &str) -> Vec<(String, String)> {
    let text = format!("{query}\n");
    let found = findings("invalid-regex", "a.kql", &text, Profile::Recommended);
    let part = |span: crate::source::Span| text[span.range()].to_owned();
    found.into_iter().map(|finding| (part(finding.span), finding.message)).collect()
}

#[test]
fn patterns_are_read_wherever_they_stand() {
    for (query, marked) in [
        (r#"SecurityEvent | where Account matches regex @"(?!a)b""#, "(?!"),
        (r#"SecurityEvent | where Account matches regex "(?<=a)b""#, "(?<="),
        (r#"SecurityEvent | where Account matches regex @"(a)\1""#, r"\1"),
        (r#"SecurityEvent | extend A = extract("[a-z", 0, Account)"#, "["),
        (r#"SecurityEvent | extend A = extract_all(@"(a", Account)"#, "("),
        (r#"SecurityEvent | extend A = replace_regex(Account, "a)", "b")"#, ")"),
        (r#"SecurityEvent | extend A = trim_end("*", Account)"#, "*"),
        (r#"SecurityEvent | extend A = indexof_regex(Account, "a{2,1}")"#, "{2,1}"),
        (r#"SecurityEvent | extend A = countof(Account, "[", "regex")"#, "["),
        (r#"let p = "[z-a]"; SecurityEvent | where Account matches regex p"#, "z-a"),
        (r#"let p = strcat("[", "a"); SecurityEvent | where Account matches regex p"#, r#"strcat("[", "a")"#),
        (r#"SecurityEvent | parse kind=regex Account with "a" User "(b" *"#, "("),
        (r#"SecurityEvent | parse-where kind=regex flags=i Account with @"\y" User"#, r"\y"),
        (r#"SecurityEvent | where Account matches regex "\\p{Nothing}""#, r"\p{Nothing}"),
        (
            "SecurityEvent | where Account matches regex strcat(\"\\\\x5\", \"q\")",
            "strcat(\"\\\\x5\", \"q\")",
        ),
    ] {
        let found = reported(query);
        assert_eq!(found.len(), 1, "{query}: {found:?}");
        assert_eq!(found[0].0, marked, "{query}: {found:?}");
    }
}

#[test]
fn what_the_crate_reads_is_left_alone() {
    for query in [
        r#"SecurityEvent | where Account matches regex @"^[a-z]++\d{4}(?i:x)(?P<n>y)(?<m>z)\p{L}\/\-$""#,
        r#"SecurityEvent | extend A = replace_regex(Account, @"(a)", @"\1")"#,
        r#"SecurityEvent | extend A = countof(Account, "["), B = split(Account, "("), C = replace_string(Account, "(", "")"#,
        r#"SecurityEvent | where Account has "(?!" // matches regex "(""#,
        r#"SecurityEvent | parse Account with "(" User ")""#,
        r#"SecurityEvent | parse kind=regex Account with "(" User ")""#,
        r#"let f = (p: string) { SecurityEvent | where Account matches regex p }; f("(")"#,
    ] {
        assert_eq!(reported(query), [], "{query}");
    }
}
