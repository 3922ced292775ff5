//! The report for people in a terminal.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Coverage, Extras, full_name};
use crate::report::{count, one_line, without_commands};

/// The widest bar of a count.
const BAR: usize = 20;

pub(super) fn render(coverage: &Coverage, extras: &Extras) -> String {
    let mut out = String::new();
    let [(covered, all), (covered_sub, all_sub)] = coverage.totals();
    let _ = writeln!(
        out,
        "ATT&CK {} {}: {} of {all} techniques and {} of {all_sub} sub-techniques are covered by {}.",
        coverage.version,
        coverage.domain.as_str(),
        covered,
        covered_sub,
        count(coverage.items.len(), "file"),
    );
    tactics(&mut out, coverage);
    techniques(&mut out, coverage);
    let counts = coverage.counts();
    let owned: Vec<(&str, &BTreeSet<usize>)> =
        counts.kinds.iter().map(|(name, items)| (*name, items)).collect();
    groups(&mut out, "KIND", &owned, coverage);
    let owned: Vec<(&str, &BTreeSet<usize>)> =
        counts.severities.iter().map(|(name, items)| (&**name, items)).collect();
    groups(&mut out, "SEVERITY", &owned, coverage);
    let owned: Vec<(&str, &BTreeSet<usize>)> =
        counts.sources.iter().map(|(name, items)| (&**name, items)).collect();
    groups(&mut out, "DATA TYPE", &owned, coverage);
    if !coverage.unknown.is_empty() {
        let _ = writeln!(out, "\nNot active techniques of ATT&CK {}:", coverage.version);
        for (written, items) in &coverage.unknown {
            let _ = writeln!(out, "  {}  in {}", one_line(written), count(items.len(), "file"));
        }
    }
    if let Some(targets) = &extras.targets {
        let gaps = extras.gaps(coverage);
        let wanted = targets.wanted.len();
        let _ = writeln!(out, "\n{} of {} are covered.", wanted - gaps.len(), count(wanted, "target"));
        for technique in gaps {
            let _ =
                writeln!(out, "  missing  {:<9}  {}", technique.id, full_name(coverage.version, technique));
        }
    }
    if let Some((base, gained, lost)) = extras.changes(coverage) {
        let _ = writeln!(
            out,
            "\nSince {}: {} gained, {} lost.",
            one_line(base),
            count(gained.len(), "technique"),
            lost.len()
        );
        for (word, ids) in [("gained", gained), ("lost", lost)] {
            for technique in ids.iter().filter_map(|id| coverage.version.technique(id)) {
                let name = full_name(coverage.version, technique);
                let _ = writeln!(out, "  {word:<6}  {:<9}  {name}", technique.id);
            }
        }
    }
    without_commands(&out).into_owned()
}

fn tactics(out: &mut String, coverage: &Coverage) {
    let _ = writeln!(out, "\n{:<22} {:>5}  {:>10}", "TACTIC", "FILES", "TECHNIQUES");
    for tactic in coverage.columns() {
        let rows = coverage.rows(tactic.shortname);
        let covered = rows.iter().filter(|row| coverage.score(row.id) > 0).count();
        let files = coverage.tactics.get(tactic.shortname).map_or(0, BTreeSet::len);
        let bar = "#".repeat((covered * BAR).div_ceil(rows.len().max(1)));
        let line = format!("{:<22} {files:>5}  {covered:>4} of {:>2}  {bar}", tactic.name, rows.len());
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

fn techniques(out: &mut String, coverage: &Coverage) {
    if coverage.techniques.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{:<9} {:>5}  NAME", "TECHNIQUE", "FILES");
    for (id, items) in &coverage.techniques {
        let Some(technique) = coverage.version.technique(id) else { continue };
        let indent = if technique.parent_id().is_some() { "  " } else { "" };
        let _ = writeln!(out, "{id:<9} {:>5}  {indent}{}", items.len(), technique.name);
    }
}

fn groups(out: &mut String, title: &str, groups: &[(&str, &BTreeSet<usize>)], coverage: &Coverage) {
    if groups.is_empty() {
        return;
    }
    let names: Vec<String> = groups.iter().map(|(name, _)| one_line(name)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default().clamp(22, 40);
    let _ = writeln!(out, "\n{title:<width$} {:>5}  TECHNIQUES", "FILES");
    for (name, (_, items)) in names.iter().zip(groups) {
        let _ = writeln!(out, "{name:<width$} {:>5}  {:>10}", items.len(), coverage.reach(items));
    }
}
