//! What plug-ins return, and what is said of their arguments: each with a sound call, with fewer arguments, and with another
//! value in the place of each.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::pinned::Devices;
use super::*;
use crate::kql::builtins;

const BEFORE: &str = "let U = datatable(s: string, shape: dynamic, more: long, g: guid)[]; \
                      datatable(s: string, n: long, r: real, d: dynamic, t: datetime, b: bool, g: guid)[] | evaluate ";

/// A call of each plug-in with all its arguments.
const CALLS: &[(&str, &[&str])] = &[
    ("active_users_count", &["s", "t", "ago(7d)", "now()", "1d", "1d", "2", "1d", "g"]),
    ("activity_counts_metrics", &["s", "t", "ago(7d)", "now()", "1d", "g"]),
    ("activity_engagement", &["s", "t", "ago(7d)", "now()", "1d", "7d", "g"]),
    ("activity_metrics", &["s", "t", "ago(7d)", "now()", "1d", "g"]),
    ("ai_chat_completion", &["d", "\"c\"", "dynamic({\"a\": 1})", "true"]),
    ("ai_chat_completion_prompt", &["s", "\"c\"", "dynamic({\"a\": 1})", "true"]),
    ("ai_embed_text", &["s", "\"c\"", "dynamic({\"a\": 1})", "true"]),
    ("ai_embeddings", &["s", "\"c\"", "dynamic({\"a\": 1})", "true"]),
    ("autocluster", &["0.5", "n", "5", "\"*\""]),
    ("azure_digital_twins_query_request", &["\"e\"", "\"q\""]),
    ("bag_unpack", &["d", "\"p\"", "\"keep_source\"", "dynamic([\"x\"])"]),
    ("basket", &["0.5", "n", "5", "\"*\""]),
    ("cosmosdb_sql_request", &["\"c\"", "\"q\"", "dynamic({})", "dynamic({})"]),
    ("csharp", &["typeof(*, x: long)", "\"x\"", "dynamic({})"]),
    ("dax_request", &["\"c\"", "\"q\"", "dynamic({})", "dynamic({})"]),
    ("dcount_intersect", &["d", "d", "d"]),
    ("diffpatterns", &["s", "\"a\"", "\"b\"", "n", "0.5", "5", "\"*\""]),
    ("estimate_rows_count", &[]),
    ("execute_query", &["\"c\"", "\"q\""]),
    ("execute_show_command", &["\"c\"", "\"q\""]),
    ("external_datatable", &[]),
    ("funnel_sequence", &["s", "t", "ago(7d)", "now()", "1h", "1d", "n", "dynamic([1])"]),
    (
        "funnel_sequence_completion",
        &["s", "t", "ago(7d)", "now()", "1d", "n", "dynamic([1])", "dynamic([\"1h\"])"],
    ),
    ("geo_line_lookup", &["U", "shape", "r", "n", "5.0", "true", "1.0", "true"]),
    ("geo_polygon_lookup", &["U", "shape", "r", "n", "5.0", "true", "1.0", "true"]),
    ("http_request", &["\"u\"", "dynamic({})", "dynamic({})"]),
    ("http_request_post", &["\"u\"", "dynamic({})", "dynamic({})", "\"x\""]),
    ("identity", &[]),
    ("identity_v3", &["\"m\"", "\"x\""]),
    ("infer_storage_schema", &["dynamic({})"]),
    ("infer_storage_schema_with_suggestions", &["dynamic({})"]),
    ("ipv4_lookup", &["U", "s", "s", "g", "true"]),
    ("ipv6_lookup", &["U", "s", "s", "true"]),
    ("mysql_request", &["\"c\"", "\"q\"", "dynamic({})", "dynamic({})"]),
    ("narrow", &[]),
    ("new_activity_metrics", &["s", "t", "ago(7d)", "now()", "1d", "ago(9d)", "g", "n", "(U)"]),
    ("pivot", &["s", "sum(n)", "g", "t"]),
    ("postgresql_request", &["\"c\"", "\"q\"", "dynamic({})", "dynamic({})"]),
    ("preview", &["5"]),
    ("python", &["typeof(*, x: long)", "\"x\"", "dynamic({})", "dynamic({})"]),
    ("r", &["typeof(x: long)", "\"x\"", "dynamic({})"]),
    ("rolling_percentile", &["n", "95", "t", "1d", "5", "g"]),
    ("rows_near", &["b", "5", "6"]),
    ("sequence_detect", &["t", "1h", "1d", "one = s == \"a\"", "two = b", "g"]),
    ("session_count", &["s", "t", "ago(7d)", "now()", "1d", "1h", "g"]),
    ("sliding_window_counts", &["s", "t", "ago(7d)", "now()", "7d", "1d", "g"]),
    ("sql_request", &["\"c\"", "\"q\"", "dynamic({})", "dynamic({})"]),
];

/// What a call comes to: the columns after it, those that were there in short, and what is said of it.
fn outcome(name: &str, args: &[&str]) -> (String, String) {
    let text = format!("{BEFORE}{name}({})", args.join(", "));
    let parsed = parse(&text);
    assert!(parsed.errors.is_empty(), "{text}: {:?}", parsed.errors);
    let model = analyze(&text, &parsed, &Devices(CatalogId::fresh()), &[]);
    let result = model.result.clone().unwrap();
    let mut columns: Vec<String> = Vec::new();
    for column in &result.columns {
        let input = ["s", "n", "r", "d", "t", "b", "g"].contains(&&*column.name);
        let shown =
            if input { column.name.to_string() } else { format!("{}:{}", column.name, column.kind.name()) };
        columns.push(shown);
    }
    columns.extend(result.has_unknown_columns.then(|| "...".to_owned()));
    let columns = columns.join(" ").replace("s n r d t b g", "ALL");
    let said = model.findings.iter().map(|finding| {
        let doubt = if finding.low_confidence { " perhaps" } else { "" };
        let place = finding.span.start as usize - BEFORE.len();
        format!("{place}{doubt} {}", finding.message)
    });
    (columns, said.collect::<Vec<_>>().join("; "))
}

#[test]
fn results_of_plug_ins() {
    let mut names: Vec<&str> = builtins::plugin_names().collect();
    names.sort_unstable();
    assert_eq!(names, CALLS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "each has a call");
    let (mut out, mut wrong) = (String::new(), Vec::new());
    for (name, args) in CALLS {
        let (all, said) = outcome(name, args);
        let _ = writeln!(out, "{name}({})\n  = {all}", args.join(", "));
        if !said.is_empty() {
            wrong.push(format!("{name}: {said}"));
        }
        let mut groups: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for count in 0..args.len() {
            groups.entry(outcome(name, &args[..count])).or_default().push(format!("{count} arguments"));
        }
        for at in 0..args.len() {
            for other in ["\"x\"", "5", "d", "(U)", "*", "d.x"] {
                let mut changed = args.to_vec();
                changed[at] = other;
                groups.entry(outcome(name, &changed)).or_default().push(format!("{}: {other}", at + 1));
            }
        }
        groups.entry(outcome(name, &[args, &["b"][..]].concat())).or_default().push("one more".to_owned());
        for ((columns, said), which) in groups {
            let columns = if columns == all { String::new() } else { format!(" = {columns}") };
            let said = if said.is_empty() { String::new() } else { format!(" ! {said}") };
            let _ = writeln!(out, "  {}{columns}{said}", which.join(", "));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    super::results::pin("results_of_plug_ins", &out);
}
