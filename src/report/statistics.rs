//! How often each rule found something.

use std::collections::BTreeMap;

use serde::Serialize;

use super::summary_line;
use crate::diagnostic::Severity;
use crate::findings::Findings;

#[derive(Serialize)]
struct Row {
    rule: &'static str,
    severity: &'static str,
    count: usize,
    fixable: usize,
}

/// A table, most frequent first; as JSON where a machine reads it.
pub fn statistics(findings: &Findings, json: bool) -> String {
    let mut counts: BTreeMap<(&'static str, Severity), (usize, usize)> = BTreeMap::new();
    for (_, diagnostic) in findings.counting() {
        let entry = counts.entry((diagnostic.rule.id, diagnostic.severity)).or_default();
        entry.0 += 1;
        entry.1 += usize::from(diagnostic.fixable());
    }
    let mut rows: Vec<Row> = counts
        .into_iter()
        .map(|((rule, severity), (count, fixable))| Row { rule, severity: severity.as_str(), count, fixable })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.count));
    if json {
        return serde_json::to_string_pretty(&rows).unwrap_or_default() + "\n";
    }
    let width = rows.first().map_or(1, |row| row.count.to_string().len());
    let mut out = String::new();
    for row in &rows {
        let mark = if row.fixable > 0 { '*' } else { ' ' };
        out += &format!("{:width$}  {:7}  [{mark}] {}\n", row.count, row.severity, row.rule);
    }
    out += &summary_line(findings);
    out += if rows.iter().any(|row| row.fixable > 0) { " [*] has fixes.\n" } else { "\n" };
    out
}
