//! The report for a pull request or a README.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Coverage, Extras, full_name};
use crate::report::markdown_cell;

pub(super) fn render(coverage: &Coverage, extras: &Extras) -> String {
    let mut out = String::from("## ATT&CK coverage\n\n");
    let [(covered, all), (covered_sub, all_sub)] = coverage.totals();
    let files = coverage.items.len();
    let _ = writeln!(
        out,
        "{covered} of {all} techniques and {covered_sub} of {all_sub} sub-techniques of ATT&amp;CK {} ({}) are covered by \
         {files} file{}.",
        coverage.version,
        coverage.domain.as_str(),
        if files == 1 { "" } else { "s" },
    );
    if let Some((base, gained, lost)) = extras.changes(coverage) {
        let _ = writeln!(out, "\nSince {}:\n", markdown_cell(base));
        for (word, ids) in [("gained", gained), ("lost", lost)] {
            let names: Vec<String> = ids.iter().map(|id| link(coverage, id)).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            let _ = writeln!(out, "- {word}: {names}");
        }
    }
    if let Some(targets) = &extras.targets {
        let gaps = extras.gaps(coverage);
        let wanted = targets.wanted.len();
        let _ = writeln!(out, "\n{} of {wanted} targets are covered.", wanted - gaps.len());
        if !gaps.is_empty() {
            out += "\nMissing:\n\n";
            for technique in gaps {
                let _ = writeln!(out, "- {}", link(coverage, technique.id));
            }
        }
    }
    out += "\n| Tactic | Files | Techniques |\n|---|---:|---:|\n";
    for tactic in coverage.columns() {
        let rows = coverage.rows(tactic.shortname);
        let covered = rows.iter().filter(|row| coverage.score(row.id) > 0).count();
        let files = coverage.tactics.get(tactic.shortname).map_or(0, BTreeSet::len);
        let _ = writeln!(out, "| {} | {files} | {covered} of {} |", tactic.name, rows.len());
    }
    if !coverage.techniques.is_empty() {
        let kinds = coverage.counts().kinds;
        let titles = kinds.keys().copied().collect::<Vec<_>>().join(" | ");
        let rules = "---:|".repeat(kinds.len() + 1);
        let _ = write!(out, "\n| Technique | Files | {titles} |\n|---|{rules}\n");
        for (id, items) in &coverage.techniques {
            let each: Vec<String> =
                kinds.values().map(|own| own.intersection(items).count().to_string()).collect();
            let _ = writeln!(out, "| {} | {} | {} |", link(coverage, id), items.len(), each.join(" | "));
        }
    }
    if !coverage.unknown.is_empty() {
        let _ = writeln!(out, "\nNot active techniques of ATT&amp;CK {}:\n", coverage.version);
        for (written, items) in &coverage.unknown {
            let _ = writeln!(out, "- {} (files: {})", markdown_cell(written), items.len());
        }
    }
    out
}

/// A technique as a link to its page.
fn link(coverage: &Coverage, id: &str) -> String {
    match coverage.version.technique(id) {
        Some(technique) => {
            let name = markdown_cell(&full_name(coverage.version, technique));
            format!("[{id}]({}) {name}", technique.url())
        }
        None => markdown_cell(id),
    }
}
