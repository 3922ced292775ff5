//! What is found in queries, and what they read and return: every query of tests/it/queries, each file a topic, with a
//! snapshot of everything that is said of it.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use sentlint::internals::report::Format;
use sentlint::internals::rules::{Profile, Selector, Settings, all};
use serde_json::Value;

use crate::checked::{self, Files, jobs, pin, settings};
use crate::common::root;

/// What divides the queries, and the files of YAML, of one topic.
const MARK: &str = "// ===";

/// The texts of a file with their titles.
pub(crate) fn parts<'t>(text: &'t str, mark: &str) -> Vec<(&'t str, &'t str)> {
    let parts = text.split(mark).skip(1);
    parts
        .map(|part| part.split_once('\n').unwrap_or((part, "")))
        .map(|(title, text)| (title.trim(), text))
        .collect()
}

fn place(range: &Value) -> String {
    let point = |end: &str| format!("{}:{}", range[end]["line"], range[end]["column"]);
    format!("{}-{}", point("start"), point("end"))
}

/// The findings of a file in short, from its JSON report, with what a fix makes of it.
pub(crate) fn findings(file: (&str, &[u8]), profile: Profile) -> String {
    // Most examples stand on one line: what `unformatted` finds is pinned with the other rules and tested in crates/transform/src/fmt.
    let ignore = all().filter(|entry| entry.meta.id == "unformatted");
    let ignore = ignore.map(|entry| Selector::Rule(entry.meta)).collect();
    let found = checked::check(&checked::named(file.0, file.1), &Settings { ignore, ..settings(profile) });
    let report: Value = serde_json::from_str(&checked::report(Format::Json, &found, 100)).unwrap();
    let mut out = String::new();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for finding in report["diagnostics"].as_array().unwrap() {
        let (place, rule) = (place(&finding["range"]), text(&finding["rule"]));
        let _ = writeln!(out, "{place} {}[{rule}] {}", text(&finding["severity"]), text(&finding["message"]));
        if let Some(help) = finding["help"].as_str() {
            let _ = writeln!(out, "    help: {help}");
        }
        for label in finding["labels"].as_array().unwrap() {
            let _ = writeln!(out, "    {}: {}", self::place(&label["range"]), text(&label["message"]));
        }
        let fix = &finding["fix"];
        if !fix.is_null() {
            let _ = writeln!(out, "    {} fix: {}", text(&fix["applicability"]), text(&fix["title"]));
            for edit in fix["edits"].as_array().unwrap() {
                let _ = writeln!(out, "        {}..{} {}", edit["start"], edit["end"], edit["text"]);
            }
        }
    }
    out
}

/// What a query reads and returns, in two lines.
pub(crate) fn meaning(query: &[u8]) -> String {
    let files = Files::from([("q.kql".to_owned(), query.to_owned())]);
    let report = sentlint::internals::inspect::inspect(&jobs(&files), &|_: &Path| Arc::default());
    let report: Value = serde_json::from_str(&report.json().unwrap()).unwrap();
    let query = &report["files"][0]["query"];
    let list = |names: &Value| {
        let names: Vec<&str> = names.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        names.join(" ")
    };
    let result = match query["result"].as_object() {
        None => "nothing".to_owned(),
        Some(result) => {
            let column = |column: &Value| {
                format!("{}:{}", column["name"].as_str().unwrap(), column["type"].as_str().unwrap())
            };
            let columns: Vec<String> = result["columns"].as_array().unwrap().iter().map(column).collect();
            // A table of the workspace has more columns than anybody reads, and more of them with every year.
            let (shown, more) = columns.split_at(columns.len().min(20));
            let more = if more.is_empty() { "" } else { " and more" };
            format!("{}{more}{}", shown.join(" "), if result["open"] == true { " …" } else { "" })
        }
    };
    let back = query["lookback"].as_str().unwrap_or("none");
    let reads = format!(
        "reads: [{}] calls: [{}] look-back: {back}",
        list(&query["tables"]),
        list(&query["functions"])
    );
    format!("{reads}\nreturns: {result}\n")
}

#[test]
fn what_queries_mean_and_what_is_wrong_with_them() {
    let topics = checked::files(&root().join("tests/it/queries"));
    let pinned: Vec<(&str, String)> = topics
        .par_iter()
        .map(|(name, text)| {
            let mut out = String::new();
            for (title, query) in parts(std::str::from_utf8(text).unwrap(), MARK) {
                let query = query.trim_end();
                let found = findings(("q.kql", query.as_bytes()), Profile::Pedantic);
                let _ = write!(out, "=== {title}\n{query}\n--- {}{found}\n", meaning(query.as_bytes()));
            }
            (name.split_once('.').unwrap().0, out)
        })
        .collect();
    assert!(pinned.len() > 5);
    for (name, text) in pinned {
        pin(&format!("queries__{name}"), &text);
    }
}
