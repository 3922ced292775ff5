//! The binder's answers against the official ones, where the shared data is at hand.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::PathBuf;

use serde_json::Value;

use super::{View, Workspace};
use crate::kql::{bind, parse};

fn rows(name: &str) -> Option<(PathBuf, Vec<Value>)> {
    let Some(shared) = std::env::var_os("SENTLINT_SHARED").map(PathBuf::from) else {
        eprintln!("skipped: SENTLINT_SHARED is not set");
        return None;
    };
    let file = std::fs::File::open(shared.join("kql").join(name)).unwrap();
    let lines = std::io::BufReader::new(file).lines();
    Some((shared, lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()))
}

#[test]
fn meanings_are_those_of_the_official_analyser() {
    for (name, verdicts, columns) in
        [("queries.jsonl", 98, 98), ("mutants.jsonl", 96, 0), ("probes.jsonl", 97, 97)]
    {
        let Some((shared, rows)) = rows(name) else { return };
        let mut workspace = Workspace::default();
        if name.starts_with("probes") {
            let text = std::fs::read_to_string(shared.join("data/kql/probes-schema.json")).unwrap();
            workspace.read(&text).unwrap();
        }
        let view = View::new(vec![&workspace]);
        let (mut count, mut wrong) = (0, Vec::new());
        let (mut closed, mut unlike) = (0, Vec::new());
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for row in rows.iter().filter(|row| row["params"].is_null()) {
            let text = row["query"].as_str().unwrap();
            let expected = match &row["semantic"] {
                Value::Array(found) => found.clone(),
                Value::Object(found) => found["diagnostics"].as_array().unwrap().clone(),
                _ => row["diagnostics"].as_array().unwrap().clone(),
            };
            let parsed = parse(text);
            let meaning = bind::bind(text, &parsed, &view, &[]);
            let found = !parsed.errors.is_empty() || !meaning.findings.is_empty();
            count += 1;
            if found == expected.is_empty() {
                let first = meaning.findings.first().map(|finding| {
                    let marked = &text[finding.span.range()];
                    format!(
                        "FALSE {:?} {} «{}»",
                        finding.kind,
                        finding.message,
                        marked.chars().take(40).collect::<String>()
                    )
                });
                let missed = || {
                    let (code, at) = (
                        expected[0][0].as_str().unwrap(),
                        expected[0][2].as_u64().or(expected[0][1].as_u64()).unwrap_or(0),
                    );
                    let start =
                        text.char_indices().nth(at.saturating_sub(10) as usize).map_or(0, |(at, _)| at);
                    format!(
                        "MISSED {code} …{}",
                        text[start..].chars().take(70).collect::<String>().replace('\n', "\\n")
                    )
                };
                let told = first.unwrap_or_else(missed);
                *kinds.entry(told.split(' ').take(2).collect::<Vec<_>>().join(" ")).or_default() += 1;
                wrong.push(format!("{} {told}", row["id"].as_str().unwrap()));
            }
            let result = row["resultColumns"].as_array().or(row["columns"].as_array());
            let open = row["resultOpen"].as_bool().unwrap_or(false) || row["open"].as_bool().unwrap_or(false);
            if let Some(result) = result.filter(|_| !open && expected.is_empty()) {
                closed += 1;
                let pair = |column: &Value| match column {
                    Value::Array(pair) => {
                        (pair[0].as_str().unwrap().to_owned(), pair[1].as_str().unwrap().to_owned())
                    }
                    _ => (
                        column["name"].as_str().unwrap().to_owned(),
                        column["type"].as_str().unwrap().to_owned(),
                    ),
                };
                let result: Vec<_> = result.iter().map(pair).collect();
                let mine: Vec<_> = meaning
                    .result
                    .iter()
                    .flat_map(|relation| &relation.columns)
                    .map(|column| (column.name.to_string(), column.kind.name().to_owned()))
                    .collect();
                if mine != result {
                    let lacks: Vec<_> =
                        result.iter().filter(|column| !mine.contains(column)).take(3).collect();
                    let extra: Vec<_> =
                        mine.iter().filter(|column| !result.contains(column)).take(3).collect();
                    unlike.push(format!("{} lacks {lacks:?} extra {extra:?}", row["id"].as_str().unwrap()));
                }
            }
        }
        let good = |bad: usize, of: usize| 100 * (of - bad) / of.max(1);
        let told = format!(
            "{name}: verdict {}/{count}, columns {}/{closed}\n{kinds:?}\n{}\n{}",
            count - wrong.len(),
            closed - unlike.len(),
            wrong.join("\n"),
            unlike.join("\n")
        );
        if std::env::var_os("SENTLINT_SHOW").is_some() {
            eprintln!("{told}");
        }
        assert!(good(wrong.len(), count) >= verdicts, "{told}");
        assert!(good(unlike.len(), closed) >= columns, "{told}");
    }
}
