//! What the official formatter gives for these queries, which are ours: `.ci/fmt_kusto.py` compares many more.

use crate::fmt::{Options, Style, format};
use crate::kql::parse;

fn formatted(text: &str) -> Option<String> {
    format(text, &parse(text), Options::new(None, Some(Style::Kusto)))
}

#[track_caller]
fn becomes(text: &str, wanted: &str) {
    assert_eq!(formatted(text).as_deref(), Some(wanted), "of {text}");
    assert_eq!(formatted(wanted).as_deref(), Some(wanted), "the second run of {text}");
}

#[test]
fn blanks_are_those_of_the_official_formatter() {
    becomes("T|where a==1 and  b in (1,2)|take 5\n", "T\n| where a == 1 and b in(1, 2)\n| take 5\n");
    becomes(
        "T | make-series n=count() default=0 on t in range(ago(7d), now(), 1d) by d | render timechart with (title='t')\n",
        "T\n| make-series n = count() default = 0 on t in range(ago(7d), now(), 1d) by d\n| render timechart with (title = 't')\n",
    );
    becomes(
        "T | project-away *_id, Name* | extend ['a b'] = x[0].y['z'], d = dynamic({ 'k' : [1,2] })\n",
        "T\n| project-away *_id, Name*\n| extend ['a b'] = x[0].y['z'], d = dynamic({'k': [1, 2]})\n",
    );
}

#[test]
fn functions_and_parentheses_are_laid_out() {
    becomes(
        "let f = (a:string, b:long=5) { T | where x == a };\nf('x', -1)\n",
        "let f = (a: string, b: long = 5)\n{\n    T\n    | where x == a\n};\nf('x', -1)\n",
    );
    becomes(
        "T | join kind=inner (U | where b | project c) on c\n",
        "T\n| join kind = inner (U\n    | where b\n    | project c)\n    on c\n",
    );
    becomes(
        "union isfuzzy=true (A | where x), B\n| mv-expand c to typeof(string) | mv-apply d on (take 1)\n",
        "union isfuzzy = true\n    (A\n    | where x),\n    B\n| mv-expand c to typeof (string)\n| mv-apply d on (take 1)\n",
    );
}

#[test]
fn wide_lists_and_chains_are_broken() {
    becomes(
        "T | summarize FirstSeen = min(TimeGenerated), LastSeen = max(TimeGenerated), Count = count() by Name, bin(TimeGenerated, 1h)\n",
        "T\n| summarize FirstSeen = min(TimeGenerated), LastSeen = max(TimeGenerated), Count = count() by Name, bin(TimeGenerated, 1h)\n",
    );
    becomes(
        "T\n| extend LongerName = Something,LongName = SomethingElse,LastNameOfAll = Other,Last = X\n",
        "T\n| extend LongerName = Something, LongName = SomethingElse, LastNameOfAll = Other, Last = X\n",
    );
    becomes(
        "T | where Alpha has 'something longer' and Beta has 'something longer' and Gamma has 'something longer'\n",
        "T\n| where Alpha has 'something longer'\n    and Beta has 'something longer'\n    and Gamma has 'something longer'\n",
    );
}

#[test]
fn broken_arguments_stand_below_the_name() {
    becomes(
        "T | extend Level = case(a > 10, 'high',\n  a > 5, 'medium', 'low')\n",
        "T\n| extend Level = case(\n                     a > 10,\n                     'high',\n                     a > 5,\n                     'medium',\n                     'low'\n                 )\n",
    );
}

#[test]
fn tables_have_their_rows() {
    becomes(
        "let t = datatable(Name:string, Count:long)['first', 1, 'second', 2, 'third', 3, 'fourth', 4, 'fifth', 5];\nt\n",
        "let t = datatable (Name: string, Count: long)\n[\n    'first', 1,\n    'second', 2,\n    'third', 3,\n    'fourth', 4,\n    'fifth', 5\n];\nt\n",
    );
    becomes(
        "let t = datatable(Name:string)['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'iota'];\nt\n",
        "let t = datatable (Name: string)\n[\n    'alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'iota'\n];\nt\n",
    );
}

#[test]
fn lines_and_comments_stay() {
    becomes(
        "// head\nT // table\n   // alone\n|where a // why\n",
        "// head\nT // table\n// alone\n| where a // why\n",
    );
    becomes(
        "T | summarize count()by a\n\n\n| top 5 by count_\n  desc\n",
        "T\n| summarize count()by a\n| top 5 by count_\n    desc\n",
    );
}

#[test]
fn a_list_that_blanks_have_made_wide_stays() {
    let tight = "T\n| project Alpha=AlphaAlphaAlphaAlpha,Beta=BetaBetaBetaBetaBeta,Gamma=GammaGammaGammaGa";
    let wide =
        "T\n| project Alpha = AlphaAlphaAlphaAlpha, Beta = BetaBetaBetaBetaBeta, Gamma = GammaGammaGammaGa";
    let wider = wide.replace("Gamma", "GammaGamma");
    assert_eq!(formatted(&wider).map(|text| text.lines().count()), Some(5));
    let once = formatted(tight).unwrap_or_default();
    assert_eq!(once, wide);
    assert_eq!(formatted(&once), Some(once));
}

#[test]
fn comments_are_kept_where_the_official_formatter_drops_them() {
    let text = "let t = datatable(a:string, b:long)[\n'x', // first\n 1,\n'y', // second\n 2];\nt";
    let out = formatted(text).unwrap_or_default();
    assert!(out.contains("// first") && out.contains("// second"), "{out}");
}

#[test]
fn switched_off_parts_stay() {
    becomes(
        "T\n|where a\n  // sentlint: fmt-off\n|  where   b==1\n // sentlint: fmt-on\n|where c\n",
        "T\n| where a\n// sentlint: fmt-off\n|  where   b==1\n // sentlint: fmt-on\n| where c\n",
    );
    becomes("let a=1;\n// sentlint: fmt-off\nT|where b\n", "let a = 1;\n// sentlint: fmt-off\nT|where b\n");
    becomes(
        "T|take 1; // sentlint: fmt-off\n// sentlint: fmt-on\n// c\nT|take 1",
        "T\n| take 1; // sentlint: fmt-off\n// sentlint: fmt-on\n// c\nT\n| take 1",
    );
}
