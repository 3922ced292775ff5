//! How often each rule found something.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::{Format, Style, summary_line};
use crate::diagnostic::Severity;
use crate::findings::Findings;
use crate::order::Order as _;

#[derive(Serialize)]
struct Row {
    rule: &'static str,
    #[serde(serialize_with = "name")]
    severity: Severity,
    count: usize,
    fixable: usize,
    /// The rule's page.
    #[serde(skip)]
    url: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn name<S: Serializer>(severity: &Severity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(severity.as_str())
}

/// A table, most frequent first: as JSON where a machine reads it, in Markdown where a page shows it. Other formats have
/// no place for one, which the error says.
pub fn statistics(findings: &Findings, format: Format, style: &Style) -> Result<String, String> {
    let mut rows: BTreeMap<(&'static str, Severity), Row> = BTreeMap::new();
    for (_, diagnostic) in findings.counting() {
        let (rule, severity) = (diagnostic.rule.id, diagnostic.severity);
        let new = || Row { rule, severity, count: 0, fixable: 0, url: diagnostic.rule.url() };
        let row = rows.entry((rule, severity)).or_insert_with(new);
        row.count += 1;
        row.fixable += usize::from(diagnostic.fixable());
    }
    let mut rows: Vec<Row> = rows.into_values().collect();
    rows.order_by_key(|row| std::cmp::Reverse(row.count));
    match format {
        Format::Full | Format::Concise | Format::Grouped => {}
        Format::Json => return Ok(serde_json::to_string_pretty(&rows).unwrap_or_default() + "\n"),
        Format::Markdown => {
            let mut out = "| Findings | Severity | Fixable | Rule |\n|---:|---|---:|---|\n".to_owned();
            for Row { rule, severity, count, fixable, .. } in &rows {
                out += &format!("| {count} | {severity} | {fixable} | `{rule}` |\n");
            }
            return Ok(out);
        }
        other => {
            let message = "--statistics supports the formats full, concise, grouped, json and markdown, not";
            return Err(format!("{message} {}", other.as_str()));
        }
    }
    let width = rows.first().map_or(1, |row| row.count.to_string().len());
    let mut out = String::new();
    for row in &rows {
        let mark = if row.fixable > 0 { '*' } else { ' ' };
        let blanks = " ".repeat(7usize.saturating_sub(row.severity.as_str().len()));
        let severity = style.severity(row.severity);
        let rule = style.link(&row.url, row.rule);
        out += &format!("{:width$}  {severity}{blanks}  [{mark}] {rule}\n", row.count);
    }
    out += &summary_line(findings, style);
    if rows.iter().any(|row| row.fixable > 0) {
        out += "[*] has fixes.\n";
    }
    Ok(out)
}
