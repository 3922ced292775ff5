//! What is said of small slips, and what their fixes make of the query: each of many pieces in each of many places, with
//! a snapshot. Where something is too much, or stands at the beginning or at the end, it is told as well as elsewhere.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rayon::prelude::*;
use sentlint::internals::diagnostic::Applicability;
use sentlint::internals::fix;
use sentlint::internals::report::Format;
use sentlint::internals::rules::{Settings, all};
use serde_json::Value;

use crate::checked::{self, alone, pin};

/// Places in queries.
const PLACES: &[(&str, &[&str])] = &[
    (
        "ends",
        &["@", "@ T", "T @", "T | @", "T @ | take 1", "T | take 1; @", "T\n@\n| take 1", "T | take 1\n@"],
    ),
    (
        "conditions",
        &[
            "T | where a @",
            "T | where a @ and b == 1 | take 1",
            "T | where a @ b",
            "T | where a == @",
            "T | where @ == 1",
            "T | where a == 5 @ | take 1",
            "T | where a has \"x\" @ b has \"y\"",
            "T | where (a == 1 @",
            "T | where not @ a",
            "T | where a in @",
            "T | where a in (@)",
            "T | where a between @",
            "T | where a between (1 @ 2)",
            "T | where f(a @ b)",
        ],
    ),
    (
        "lists",
        &[
            "T | extend x = @",
            "T | extend @ = 1",
            "T | extend x = 1 @ y = 2",
            "T | extend x = 1\n@",
            "T | project a @ b",
            "T | project a, @",
            "T | summarize @ by a",
            "T | summarize count() @ a",
            "T | summarize n = count(@) by a",
            "T | sort by a @",
            "T | top 5 @ a",
            "print d = dynamic({\"a\": @})",
        ],
    ),
    (
        "sources",
        &[
            "let x @ 1; T",
            "let x = @; T",
            "let x = 1 @ T",
            "let f = (@) { T }; f(1)",
            "let f = (a: int) { @ }; f(1)",
            "T | join @ (U) on a",
            "T | join (U) @ a",
            "T | join (U) on $left.a @ $right.b",
            "union @ T, U",
            "T | parse a with \"x\" @ \"y\"",
            "T | make-series count() @ on t step 1d",
            "datatable(a: @)[1]",
        ],
    ),
];

/// What does not belong there, or does in some.
const PIECES: &[&str] = &[
    "",
    ",",
    ",,",
    ";",
    "; ;",
    "|",
    "| |",
    "(",
    ")",
    "()",
    "[",
    "]",
    "{",
    "}",
    "=",
    "==",
    "===",
    "=>",
    "=~=",
    "~=",
    "!",
    "!=",
    "<>",
    "&",
    "&&",
    "||",
    "|>",
    "..",
    ".",
    ":",
    "*",
    "-",
    "--",
    "-- x",
    "/* x */",
    "/* x",
    "# x",
    "// x",
    "?",
    "? 1 : 2",
    "@",
    "\\",
    "é",
    "–",
    "…",
    "“x”",
    "“x",
    "‘x’",
    "\"x",
    "'x",
    "\"x\"",
    "\"x\" \"y\"",
    "\"x\", \"y\"",
    "1",
    "1 2",
    "1h",
    "5 d",
    "1.2.3.4",
    "10.0.0.0/8",
    "1st",
    "a-b",
    "x",
    "x y",
    "x = 1",
    "x, y = 2",
    "['x']",
    "['x'] = 1",
    "and",
    "and and",
    "or",
    "not",
    "not x",
    "not has \"x\"",
    "! in (1)",
    "!in ~ (1)",
    "in ~ (1)",
    "in [1, 2]",
    "in 1, 2",
    "in {1}",
    "has [\"x\", \"y\"]",
    "contains (\"x\", \"y\")",
    "startswith (\"x\", \"y\")",
    "== (1, 2)",
    "like",
    "LIKE \"x\"",
    "matches \"x\"",
    "equals 1",
    "is null",
    "is not null",
    "IS EMPTY",
    "contians \"x\"",
    "between 1 and 2",
    "between (1, 2)",
    "by",
    "by by x",
    "group by x",
    "on",
    "on on x",
    "asc",
    "descending",
    "as n",
    "AS n",
    "x as n",
    "count() as n",
    "count(",
    "count",
    "count()",
    "count(distinct x)",
    "tolower x",
    "strcat \"x\", \"y\")",
    "cast(x as int)",
    "convert(x as money)",
    "int(f(x))",
    "case when x",
    "when x",
    "where",
    "where where x",
    "WHERE x",
    "wehre x",
    "where x",
    "limit 5",
    "order by x",
    "project away x",
    "frobnicate x",
    "select x",
    "SELECT x",
    "let",
    "let z = 1",
    "let z = 1;",
    "z = 1;",
    "set",
    "kind=inner",
    "KIND=inner",
    "knd=inner",
    "kind inner",
    "join",
    "union",
    "T",
    "T |",
    "(T)",
    "(T",
    "T)",
    "null",
    "true",
    "dynamic(",
    "dynamic([x])",
    "datetime(",
    "&quot;x&quot;",
    "&gt;",
    "{{x}}",
    "<x>",
    "%x%",
    "$x",
    "${x}",
    "$left.x",
    "x.y",
    "x[0",
    "x[\"y\"",
    "\n",
    "\n\n",
];

/// The settings under which only what the parser finds is told.
fn syntax() -> Settings {
    alone(all().find(|entry| entry.meta.id == "kql-syntax").unwrap())
}

/// What is found in a query, one finding in a line, and the query after its fixes, shown where something is found.
fn found(query: &str, settings: &Settings, helps: &mut BTreeSet<String>) -> String {
    let jobs = checked::named("q.kql", query.as_bytes());
    let found = checked::check(&jobs, settings);
    let report: Value = serde_json::from_str(&checked::report(Format::Json, &found, 100)).unwrap();
    let mut out = Vec::new();
    for finding in report["diagnostics"].as_array().unwrap() {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let (start, end) = (&finding["range"]["start"], &finding["range"]["end"]);
        let mut told = format!(
            "{}:{}-{}:{} {}",
            start["line"],
            start["column"],
            end["line"],
            end["column"],
            text("message")
        );
        for label in finding["labels"].as_array().unwrap() {
            let start = &label["range"]["start"];
            let _ = write!(
                told,
                ", {}:{} {}",
                start["line"],
                start["column"],
                label["message"].as_str().unwrap()
            );
        }
        // A help is shown once, where the same is said before it.
        if helps.insert(text("message") + &text("help")) && !text("help").is_empty() {
            let _ = write!(told, " ({})", text("help"));
        }
        out.push(told);
    }
    let file = found.files.first();
    let fixed = file.and_then(|file| fix::round(&file.source, &file.diagnostics, Applicability::Unsafe));
    if let Some(fixed) = fixed {
        out.push(format!("=> {:?}", fixed.text));
    }
    out.join("; ")
}

#[test]
fn pieces_in_places() {
    let settings = syntax();
    let topics: Vec<(&str, String)> = PLACES
        .par_iter()
        .map(|(topic, places)| {
            let (mut out, mut helps) = (String::new(), BTreeSet::new());
            for place in *places {
                let _ = writeln!(out, "=== {place:?}");
                for piece in PIECES {
                    let told = found(&place.replace('@', piece), &settings, &mut helps);
                    if !told.is_empty() {
                        let _ = writeln!(out, "{piece:?}: {told}");
                    }
                }
            }
            (*topic, out)
        })
        .collect();
    for (topic, text) in topics {
        pin(&format!("pieces__{topic}"), &text);
    }
}
