//! What the rules on the tree of a query find, and what they leave alone.

use crate::diagnostic::Applicability;
use crate::rules::Profile;
use crate::rules::testing::{findings, fixes, messages};

const HEAD: &str = "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nname: n\ndescription: Identifies n.\n";

fn block(query: &str) -> String {
    query.lines().fold("query: |\n".to_owned(), |text, line| text + "  " + line + "\n")
}

fn hunting(query: &str) -> String {
    format!("{HEAD}{}", block(query))
}

fn nrt(query: &str) -> String {
    format!("{HEAD}kind: NRT\nseverity: Low\nrequiredDataConnectors: []\n{}", block(query))
}

/// Asserts how often a rule fires on each query, as a hunting query and as a rule.
fn fires(rule: &str, cases: &[(&str, usize, usize)]) {
    for (query, in_hunting, in_rule) in cases {
        let found = (messages(rule, &hunting(query)).len(), messages(rule, &nrt(query)).len());
        assert_eq!(found, (*in_hunting, *in_rule), "{rule}: {query}");
    }
}

/// Asserts what the fix of a rule makes of a query, and how far it is trusted.
fn are_fixed(rule: &str, cases: &[(&str, &str, Applicability)]) {
    for (query, after, applicability) in cases {
        let fixed = fixes(rule, "a.yaml", &nrt(query));
        assert_eq!(fixed, [(*applicability, nrt(after))], "{rule}: {query}");
    }
}

#[test]
fn only_what_reads_every_table_is_unscoped() {
    fires(
        "unscoped-search",
        &[
            ("search 'x'", 1, 1),
            ("search * has 'x' | take 1", 1, 1),
            ("search in (T, U) 'x'", 0, 0),
            ("search in (*) 'x'", 1, 1),
            ("find where a == 1", 1, 1),
            ("find in (T) where a == 1", 0, 0),
            ("T | search 'x'", 0, 0),
            ("T | fork (search 'x') (take 1)", 0, 0),
            ("let a = search 'x';\na | take 1", 1, 1),
            ("T | join (search 'x') on a", 1, 1),
            ("T | where search == 'x'", 0, 0),
        ],
    );
    fires(
        "wildcard-union",
        &[
            ("union *", 1, 1),
            ("union withsource=S * | where a == 1", 1, 1),
            ("union T, *", 1, 1),
            ("union Device*", 0, 0),
            ("union T, U", 0, 0),
            ("T | union *", 1, 1),
            ("T | project a = 1 * 2", 0, 0),
        ],
    );
    for (query, rule) in [("search 'x'", "unscoped-search"), ("union *", "wildcard-union")] {
        let severities = |text: &str| {
            let found = findings(rule, "a.yaml", text, Profile::Recommended);
            found.into_iter().map(|finding| finding.severity.as_str()).collect::<Vec<_>>()
        };
        assert_eq!((severities(&hunting(query)), severities(&nrt(query))), (vec!["warning"], vec!["error"]));
    }
}

#[test]
fn comparisons_that_could_be_cheaper_are_reported() {
    fires(
        "contains-instead-of-has",
        &[
            ("T | where a contains 'word'", 1, 1),
            ("T | where a !contains 'word' or b contains_cs \"Word\"", 2, 2),
            ("T | where a contains 'two words'", 0, 0),
            ("T | where a contains '.exe'", 0, 0),
            ("T | where a contains 'ab'", 0, 0),
            ("T | where a contains b", 0, 0),
            ("T | where a has 'word'", 0, 0),
        ],
    );
    are_fixed(
        "case-folded-comparison",
        &[
            ("T | where tolower(a) == 'x'", "T | where a =~ 'x'", Applicability::Safe),
            ("T | where toupper(a.b) != 'X'", "T | where a.b !~ 'X'", Applicability::Safe),
            ("T | where tolower(a) in ('x', 'y')", "T | where a in~ ('x', 'y')", Applicability::Safe),
            ("T | where tolower(a) has 'X'", "T | where a has 'X'", Applicability::Safe),
            ("T | where tolower(a) == 'X'", "T | where a =~ 'X'", Applicability::Unsafe),
        ],
    );
    fires(
        "case-folded-comparison",
        &[
            ("T | extend b = tolower(a)", 0, 0),
            ("T | where tolower(a) == b", 0, 0),
            ("T | where tolower(a) in (L)", 0, 0),
            ("T | where tolower(a) == 'é'", 0, 0),
            ("T | where tolower(a) matches regex 'x'", 0, 0),
            ("T | where tolower(a) contains_cs 'x'", 0, 0),
            ("// tolower(a) == 'x'\nT", 0, 0),
        ],
    );
    are_fixed(
        "regex-heavy",
        &[
            ("T | where a matches regex 'x'", "T | where a contains_cs 'x'", Applicability::Safe),
            (
                "T | where b == 1 | where a matches regex @'.*x\\d.*'",
                "T | where b == 1 | where a matches regex @'x\\d'",
                Applicability::Safe,
            ),
        ],
    );
    fires(
        "regex-heavy",
        &[
            ("T | where a matches regex 'x+'", 1, 1),
            ("T | where TimeGenerated > ago(1d) | where a matches regex 'x+'", 1, 1),
            ("T | where b has 'x' | where a matches regex 'x+'", 0, 0),
            ("T | where b has 'x' and a matches regex 'x+'", 0, 0),
            ("T | where b has 'x' | where a matches regex '.*a|b.*'", 0, 0),
            ("T | where b has 'x' | where a matches regex @'a\\.*'", 0, 0),
            ("T | where a matches regex b", 0, 0),
        ],
    );
}

#[test]
fn what_orders_and_takes_is_judged_by_its_place() {
    are_fixed(
        "unbounded-sort",
        &[
            ("T | sort by a desc | take 5", "T | top 5 by a desc", Applicability::Safe),
            ("T | order by a\n| limit 5\n| project a", "T | top 5 by a\n| project a", Applicability::Safe),
        ],
    );
    fires(
        "unbounded-sort",
        &[
            ("T | sort by a", 0, 1),
            ("T | sort by a | project a", 0, 1),
            ("T | sort by a | summarize count()", 1, 1),
            ("T | sort by a | extend b = prev(a)", 0, 0),
            ("T | sort by a | serialize", 0, 0),
            ("T | sort by a | summarize make_list(b)", 0, 0),
            ("T | sort by a, b | take 5", 1, 1),
            ("T | top 5 by a", 0, 0),
            ("T | join (U | sort by a | where b == 1 | summarize count() by a) on a", 1, 1),
        ],
    );
    fires(
        "nondeterministic-take",
        &[
            ("T | take 5", 1, 0),
            ("T | sort by a | take 5", 0, 0),
            ("T | sort by a | summarize count() by b | take 5", 1, 0),
            ("let a = T | limit 5;\na | where b == 1", 1, 1),
            ("T | take 0 | getschema", 0, 0),
            ("T | where take == 5", 0, 0),
            ("T | sample 5", 1, 0),
        ],
    );
    fires(
        "take-in-rule",
        &[
            ("T | take 5", 0, 1),
            ("T | take 5 | project a", 0, 1),
            ("T | top 5 by a | take 3", 0, 0),
            ("let a = T | take 5;\na", 0, 0),
            ("T | join (U | take 5) on a", 0, 0),
        ],
    );
    are_fixed(
        "take-in-rule",
        &[
            ("T\n// some\n| take 5", "T\n// some", Applicability::Unsafe),
            ("T | take 5 | project a", "T | project a", Applicability::Unsafe),
        ],
    );
    are_fixed("render-in-rule", &[("T\n| count\n| render piechart", "T\n| count", Applicability::Unsafe)]);
    fires("render-in-rule", &[("T | render timechart with (title='x')", 0, 1), ("T | project render", 0, 0)]);
}

#[test]
fn what_reads_or_keeps_too_much_is_reported() {
    fires(
        "unbounded-mv-expand",
        &[
            ("T | mv-expand a", 1, 1),
            ("T | where TimeGenerated > ago(1d) | mv-expand a", 1, 1),
            ("T | where b == 1 | mv-expand a", 0, 0),
            ("T | mv-expand a limit 5", 0, 0),
            ("T | summarize count() by a | mv-expand a", 0, 0),
            ("let L = T | where b == 1;\nL | mv-expand a", 0, 0),
            ("print a = dynamic([1]) | mv-expand a", 0, 0),
            ("T | mv-apply a on (where a == 1)", 1, 1),
        ],
    );
    fires(
        "cross-cluster",
        &[
            ("workspace('x').T", 1, 1),
            ("union T, cluster('x').database('y').T, adx('z').U", 2, 2),
            ("T | where cluster == 'x'", 0, 0),
            ("arg('').Resources | take 1", 1, 1),
        ],
    );
    fires(
        "no-reduction",
        &[
            ("T | where a == 1", 1, 1),
            ("T", 1, 1),
            ("let L = T | where a == 1;\nL | extend b = 1", 1, 1),
            ("let L = T | project a;\nL | extend b = 1", 0, 0),
            ("T | summarize count()", 0, 0),
            ("T | where a == 1 | project-away b", 0, 0),
            ("union T, (U | project a)", 0, 0),
            ("print 1", 0, 0),
            ("F(1)", 0, 0),
        ],
    );
    fires(
        "unwindowed-join",
        &[
            ("T | where TimeGenerated > ago(1d) | join U on a", 1, 1),
            ("T | where TimeGenerated > ago(1d) | join (U | where b == 1) on a", 1, 1),
            ("T | where TimeGenerated > ago(1d) | join (U | where TimeGenerated > ago(1d)) on a", 0, 0),
            ("T | join U on a", 0, 0),
            (
                "let L = U | where TimeGenerated > ago(1d);\nT | where TimeGenerated > ago(1d) | join L on a",
                0,
                0,
            ),
            ("let L = datatable(a:int)[1];\nT | where TimeGenerated > ago(1d) | join L on a", 0, 0),
        ],
    );
    fires(
        "unbounded-make-set",
        &[
            ("T | summarize make_set(a)", 1, 1),
            ("T | summarize make_set(a, 10), make_list_if(a, b)", 1, 1),
            ("T | summarize make_list_if(a, b, 10)", 0, 0),
            ("T | where make_set == 1", 0, 0),
        ],
    );
    fires(
        "no-time-filter",
        &[
            ("SigninLogs | take 1", 1, 0),
            ("SigninLogs | where TimeGenerated > ago(1d)", 0, 0),
            ("SigninLogs | where ingestion_time() > ago(1d)", 0, 0),
            ("let a = SigninLogs | where TimeGenerated between (ago(1d) .. now());\na", 0, 0),
            ("SigninLogs | extend a = ago(1d)", 1, 0),
            ("print 1", 0, 0),
        ],
    );
}

#[test]
fn a_filter_is_late_only_where_it_could_stand_earlier() {
    are_fixed(
        "late-filter",
        &[
            ("T | extend a = b | where c == 1", "T | where c == 1 | extend a = b", Applicability::Safe),
            ("T\n| sort by a\n| where c == 1", "T\n| where c == 1\n| sort by a", Applicability::Safe),
            (
                "T | summarize count() by a | where a == 1",
                "T | where a == 1 | summarize count() by a",
                Applicability::Safe,
            ),
        ],
    );
    fires(
        "late-filter",
        &[
            ("T | extend a = b | where a == 1", 0, 0),
            ("T | extend a = b | where a.c == 1", 0, 0),
            ("T | extend f(b) | where c == 1", 0, 0),
            ("T | extend a = row_number() | where c == 1", 0, 0),
            ("T | extend a = prev(b) | where c == 1", 0, 0),
            ("T | extend a = b | where * has 'x'", 0, 0),
            ("T | summarize n = count() by a | where n > 1", 0, 0),
            ("T | summarize count() by a = b | where a == 1", 0, 0),
            ("T | project a | where a == 1", 0, 0),
        ],
    );
    // A comment keeps the operators where they are.
    assert_eq!(fixes("late-filter", "a.yaml", &nrt("T\n| extend a = b // why\n| where c == 1")), []);
}

#[test]
fn placeholders_are_reported_where_they_are_never_replaced() {
    fires(
        "query-placeholder",
        &[
            ("T | where a == '{{Value}}'", 1, 1),
            ("T | where a == '{{StartTimeISO}}'", 0, 1),
            ("T | where a == '%%VALUE%%'", 1, 1),
            // An error of its own.
            ("T | where a == {value}", 0, 0),
            ("T | where a == '%TEMP%' or b == '{x}'", 0, 0),
            ("T | where a matches regex '[0-9]{2}{3}'", 0, 0),
            ("T | where a == '{{}}' or b == '%%'", 0, 0),
            ("T // {{Value}}", 0, 0),
        ],
    );
}

#[test]
fn names_that_are_used_are_left_alone() {
    fires(
        "kql-unused-let",
        &[
            ("let a = 1;\nT", 1, 1),
            ("let a = 1;\nT | where b == a", 0, 0),
            ("let a = () { T };\na()", 0, 0),
            ("let a = () { T };\na", 0, 0),
            ("let a = T;\ntable('a')", 0, 0),
            ("let f = () { let b = 1; T };\nf", 1, 1),
            ("let a = 1;\nlet b = a;\nT", 1, 1),
            ("let a = 1;", 0, 0),
            ("let a = 1;\nT // a", 1, 1),
            ("let a = T;\nT | join kind=inner a on b", 0, 0),
            ("let ['a b'] = 1;\nT | where c == ['a b']", 0, 0),
        ],
    );
    are_fixed(
        "kql-unused-let",
        &[("let a = 1;\nT", "T", Applicability::Unsafe), ("let a = 1; T", "T", Applicability::Unsafe)],
    );
}

#[test]
fn what_is_deprecated_is_replaced_where_it_means_the_same() {
    are_fixed(
        "kql-deprecated",
        &[
            ("T | where notempty(a)", "T | where isnotempty(a)", Applicability::Safe),
            (
                "T | extend b = replace('x', 'y', a)",
                "T | extend b = replace_regex(a, 'x', 'y')",
                Applicability::Safe,
            ),
            ("T | summarize makeset(a)", "T | summarize make_set(a)", Applicability::Unsafe),
            ("T | summarize b = any(a)", "T | summarize b = take_any(a)", Applicability::Unsafe),
            ("T | mvexpand a", "T | mv-expand a", Applicability::Unsafe),
            ("T | where a notcontains 'x'", "T | where a !contains 'x'", Applicability::Safe),
        ],
    );
    fires(
        "kql-deprecated",
        &[
            ("T | summarize make_set(a), take_any(b)", 0, 0),
            ("T | where a !contains 'x' and b <> 1", 0, 0),
            ("let replace = (x:string) { x };\nT | extend b = replace('x')", 0, 0),
            ("T | project replace, any", 0, 0),
        ],
    );
}

#[test]
fn shapes_of_other_languages_are_rewritten() {
    let rows = |rest: &str| format!("SigninLogs\n{rest}\n");
    for (rule, rest, fixed) in [
        ("kql-syntax", "| where AppDisplayName starts with \"a\"", "| where AppDisplayName startswith \"a\""),
        ("kql-syntax", "| where AppDisplayName notin (\"a\")", "| where AppDisplayName !in (\"a\")"),
        ("kql-syntax", "| where AppDisplayName !~in (\"a\")", "| where AppDisplayName !in~ (\"a\")"),
        ("kql-syntax", "| where contains(AppDisplayName, \"a\")", "| where AppDisplayName contains \"a\""),
        (
            "kql-syntax",
            "| where AppDisplayName matches regexp \"a\"",
            "| where AppDisplayName matches regex \"a\"",
        ),
        ("kql-syntax", "| where !(AppDisplayName == \"a\")", "| where not(AppDisplayName == \"a\")"),
        ("kql-syntax", "| where not isempty(AppDisplayName)", "| where not(isempty(AppDisplayName))"),
        (
            "kql-syntax",
            "| where AppDisplayName == \"a\", Category == \"b\"",
            "| where AppDisplayName == \"a\" and Category == \"b\"",
        ),
        (
            "kql-syntax",
            "| where AppDisplayName == \"a\"\n| and Category == \"b\"",
            "| where AppDisplayName == \"a\"\n| where Category == \"b\"",
        ),
        ("kql-syntax", "| where AppDisplayName == a@b.example", "| where AppDisplayName == \"a@b.example\""),
        (
            "kql-syntax",
            "| where AppDisplayName in (\"a\", \"b\"]",
            "| where AppDisplayName in (\"a\", \"b\")",
        ),
        ("kql-syntax", "| where AppDisplayName = = \"a\"", "| where AppDisplayName == \"a\""),
        ("kql-syntax", "| where AppDisplay\u{200b}Name == \"a\"", "| where AppDisplayName == \"a\""),
        ("kql-syntax", "| where AppDisplayN\u{430}me == \"a\"", "| where AppDisplayName == \"a\""),
        (
            "kql-syntax",
            "| where TimeGenerated between (ago(1d) and now())",
            "| where TimeGenerated between (ago(1d) .. now())",
        ),
        (
            "kql-syntax",
            "| summarize n = count() by Category having n > 5",
            "| summarize n = count() by Category | where n > 5",
        ),
        ("kql-syntax", "| extend a = tolower(Category\n| take 5", "| extend a = tolower(Category)\n| take 5"),
        ("kql-syntax", "| extend n := 5", "| extend n = 5"),
        ("kql-syntax", "| extend a = split(Category, \"b\")(0)", "| extend a = split(Category, \"b\")[0]"),
        ("kql-syntax", "| keep Category", "| project Category"),
        ("kql-syntax", "| drop Category", "| project-away Category"),
        ("kql-syntax", "| mv-expnd LocationDetails", "| mv-expand LocationDetails"),
        (
            "kql-syntax",
            "| left join (AuditLogs) on CorrelationId",
            "| join kind=leftouter (AuditLogs) on CorrelationId",
        ),
        ("kql-syntax", "|\n| where Category == \"b\"", "| where Category == \"b\""),
        ("kql-unknown-column", "| where Category == null", "| where isempty(Category)"),
        ("kql-unknown-column", "| extend a = Category.lower()", "| extend a = tolower(Category)"),
        ("kql-unknown-column", "| summarize n == count()", "| summarize n = count()"),
        (
            "kql-unknown-column",
            "| where TimeGenerated > datetime_add(day, -1, now())",
            "| where TimeGenerated > datetime_add(\"day\", -1, now())",
        ),
        (
            "kql-unknown-function",
            "| where TimeGenerated > dateadd(day, -1, now())",
            "| where TimeGenerated > datetime_add(\"day\", -1, now())",
        ),
        ("kql-unknown-function", "| where isnullorempty(Category)", "| where isempty(Category)"),
        ("kql-type", "| extend a = iff(Category = \"b\", 1, 0)", "| extend a = iff(Category == \"b\", 1, 0)"),
        ("kql-argument", "| where TimeGenerated > now - 1d", "| where TimeGenerated > now() - 1d"),
        (
            "kql-semantic",
            "| join kind=\"inner\" (AuditLogs) on CorrelationId",
            "| join kind=inner (AuditLogs) on CorrelationId",
        ),
        (
            "kql-semantic",
            "| join kind=inner (AuditLogs) on SigninLogs.CorrelationId == AuditLogs.CorrelationId",
            "| join kind=inner (AuditLogs) on $left.CorrelationId == $right.CorrelationId",
        ),
    ] {
        let made: Vec<String> = fixes(rule, "a.kql", &rows(rest)).into_iter().map(|(_, text)| text).collect();
        assert_eq!(made, [rows(fixed)], "{rest}");
    }
}

#[test]
fn words_of_other_languages_are_names_like_any_other() {
    for query in [
        "let T = datatable(none: string, null_: string)[\"a\", \"b\"];\nT | where none == \"a\"",
        "let T = datatable(notin: string, having: string)[];\nT | where having == \"starts with\" and notin has \"notin\"",
        "SigninLogs | where not(isempty(Category)) and not (Category == \"a\") | project Category",
        "let a = SigninLogs | where Category == \"b\";\nunion a, AuditLogs | project TimeGenerated",
    ] {
        for rule in ["kql-syntax", "kql-semantic", "kql-unknown-column", "kql-unknown-function"] {
            assert_eq!(findings(rule, "a.kql", query, Profile::Recommended).len(), 0, "{rule}: {query}");
        }
    }
}

#[test]
fn a_let_without_its_semicolon_is_not_two_queries() {
    let query =
        |end: &str| format!("let A = SigninLogs | where Category == \"b\"{end}\n\nA\n| project Category\n");
    let fixed = fixes("kql-syntax", "a.kql", &query(""));
    assert_eq!(fixed, [(Applicability::Unsafe, query(";"))]);
    let union =
        |end: &str| format!("let A = SigninLogs\n| where Category == \"b\"{end}\nunion A, AuditLogs\n");
    assert_eq!(fixes("kql-syntax", "a.kql", &union("")), [(Applicability::Unsafe, union(";"))]);
}
