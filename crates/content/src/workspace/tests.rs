//! The binder's answers against the official ones, where the shared data is at hand. `SENTLINT_KQL` names another
//! folder of questions with the official answers, and `SENTLINT_SHOW` prints every difference.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{View, Workspace};
use crate::kql::bind::{self};
use crate::kql::model::SemanticModel;
use crate::kql::parse;

/// What came of one set of questions.
#[derive(Default)]
struct Figures {
    asked: usize,
    alike: usize,
    /// Questions without an error whose result has known columns.
    closed: usize,
    same_columns: usize,
    differences: Vec<String>,
    kinds: BTreeMap<String, usize>,
}

impl Figures {
    fn least(&self, what: &str, good: usize, of: usize, least: f64) {
        #[expect(clippy::cast_precision_loss, reason = "the counts are small")]
        let reached = 100.0 * good as f64 / of.max(1) as f64;
        assert!(of > 0 && reached >= least, "{what}: {reached:.2} %\n{}", self.differences.join("\n"));
    }
}

fn rows(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.filter(|row| row["params"].is_null()).collect()
}

/// What the official analyzer found: codes and places.
fn expected(row: &Value) -> Vec<(String, usize)> {
    let found = match &row["semantic"] {
        Value::Array(found) => found,
        Value::Object(found) => found["diagnostics"].as_array().unwrap(),
        _ => row["diagnostics"].as_array().unwrap(),
    };
    let place = |one: &Value| {
        // [code, start, end], with the severity second in some sets.
        let code = one[0].as_str().or(one["code"].as_str()).unwrap().to_owned();
        let start = one[1].as_u64().or(one[2].as_u64()).or(one["start"].as_u64()).unwrap_or(0);
        (code, usize::try_from(start).unwrap())
    };
    found.iter().map(place).collect()
}

fn official_columns(row: &Value) -> Option<Vec<(String, String)>> {
    let columns = row["resultColumns"].as_array().or(row["columns"].as_array())?;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pair = |column: &Value| match column {
        Value::Array(pair) => (text(&pair[0]), text(&pair[1])),
        _ => (text(&column["name"]), text(&column["type"])),
    };
    Some(columns.iter().map(pair).collect())
}

fn columns(meaning: &SemanticModel) -> Vec<(String, String)> {
    let columns = meaning.result.iter().flat_map(|relation| &relation.columns);
    columns.map(|column| (column.name.to_string(), column.kind.name().to_owned())).collect()
}

fn compare(path: &Path, workspace: &Workspace) -> Figures {
    let view = View::new(vec![workspace]);
    let mut figures = Figures::default();
    for row in rows(path) {
        let (text, id) = (row["query"].as_str().unwrap(), row["id"].as_str().unwrap());
        let parsed = parse(text);
        let meaning = bind::bind(text, &parsed, &view, &[]);
        let expected = expected(&row);
        let found = !parsed.errors.is_empty() || !meaning.findings.is_empty();
        figures.asked += 1;
        if found == expected.is_empty() {
            let told = match (meaning.findings.first(), expected.first()) {
                (Some(finding), _) if expected.is_empty() => {
                    let marked = &text[finding.span.range()];
                    *figures.kinds.entry(format!("FALSE {:?}", finding.kind)).or_default() += 1;
                    format!("FALSE {} «{marked:.60}»", finding.message)
                }
                (_, Some((code, start))) => {
                    *figures.kinds.entry(format!("MISSED {code}")).or_default() += 1;
                    let from = text.chars().skip(start.saturating_sub(10));
                    format!("MISSED {code} …{}", from.take(70).collect::<String>())
                }
                _ => "FALSE syntax".to_owned(),
            };
            figures.differences.push(format!("{id} {}", told.replace('\n', "\\n")));
        } else {
            figures.alike += 1;
        }
        let open = row["resultOpen"].as_bool().or(row["open"].as_bool()).unwrap_or(false);
        if let Some(official) = official_columns(&row).filter(|_| !open && expected.is_empty()) {
            figures.closed += 1;
            let ours = columns(&meaning);
            if ours == official {
                figures.same_columns += 1;
                continue;
            }
            let lacks: Vec<_> = official.iter().filter(|column| !ours.contains(column)).take(3).collect();
            let extra: Vec<_> = ours.iter().filter(|column| !official.contains(column)).take(3).collect();
            *figures.kinds.entry("COLUMNS".to_owned()).or_default() += 1;
            figures.differences.push(format!("{id} COLUMNS lacks {lacks:?} extra {extra:?}"));
        }
    }
    figures
}

#[test]
fn meanings_are_those_of_the_official_analyser() {
    let Some(shared) = std::env::var_os("SENTLINT_SHARED").map(PathBuf::from) else {
        eprintln!("skipped: SENTLINT_SHARED is not set");
        return;
    };
    let folder = std::env::var_os("SENTLINT_KQL").map_or_else(|| shared.join("kql"), PathBuf::from);
    let own = folder != shared.join("kql");
    for (name, verdicts, columns) in [("queries", 99.4, 99.8), ("mutants", 99.6, 0.0), ("probes", 99.9, 99.9)]
    {
        let path = folder.join(format!("{name}.jsonl"));
        if own && !path.exists() {
            continue;
        }
        let mut workspace = Workspace::default();
        if name == "probes" {
            let text = std::fs::read_to_string(shared.join("data/kql/probes-schema.json")).unwrap();
            workspace.read(&text).unwrap();
        }
        let figures = compare(&path, &workspace);
        if std::env::var_os("SENTLINT_SHOW").is_some() {
            eprintln!("{}", figures.differences.join("\n"));
            eprintln!(
                "{name}: verdict {}/{}, columns {}/{}\n{:?}",
                figures.alike, figures.asked, figures.same_columns, figures.closed, figures.kinds
            );
        }
        if own {
            continue;
        }
        figures.least(&format!("{name}, verdicts"), figures.alike, figures.asked, verdicts);
        if columns > 0.0 {
            figures.least(&format!("{name}, columns"), figures.same_columns, figures.closed, columns);
        }
    }
}
