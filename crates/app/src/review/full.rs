//! The report for people in a terminal.

use std::fmt::Write as _;

use super::compare::cut;
use super::{Change, ChangeKind, Found, Report};
use crate::coverage::full_name;
use crate::report::{one_line, without_commands};

/// Longer texts are cut: the file has the rest.
const MOST: usize = 1000;

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    for change in &report.changes {
        file(&mut out, change);
    }
    for (word, ids) in [("Gained", &report.gained), ("Lost", &report.lost)] {
        if !ids.is_empty() {
            let _ = writeln!(out, "{word} coverage:");
        }
        for technique in ids.iter().filter_map(|id| report.attack.technique(id)) {
            let _ = writeln!(out, "  {:<9}  {}", technique.id, full_name(report.attack, technique));
        }
        if !ids.is_empty() {
            out.push('\n');
        }
    }
    findings(&mut out, "New findings", &report.new_findings);
    findings(&mut out, "Findings that are gone", &report.gone_findings);
    let _ = writeln!(out, "{}", super::markdown::summary(report));
    without_commands(&out).into_owned()
}

fn file(out: &mut String, change: &Change) {
    let word = change.became.as_str();
    let _ = match &change.old_path {
        Some(old) => writeln!(out, "{word}  {} -> {}", one_line(old), one_line(&change.path)),
        None => writeln!(out, "{word}  {}", one_line(&change.path)),
    };
    if let Some(name) = &change.name {
        let _ = writeln!(out, "  {}, {}", one_line(&cut(name, MOST)), change.kind);
    }
    // Of what is new or gone the name says enough.
    if matches!(change.became, ChangeKind::Changed | ChangeKind::Moved) {
        for what in &change.what {
            let place = change.source.as_ref().zip(what.range).map_or_else(String::new, |(source, span)| {
                format!(" (line {})", source.position(span.start as usize).line)
            });
            let _ = writeln!(out, "  {}{place}", what.aspect.as_str());
            for (sign, text) in [('-', &what.old), ('+', &what.new)] {
                if let Some(text) = text {
                    let _ = writeln!(out, "    {sign} {}", one_line(&cut(text, MOST)));
                }
            }
        }
    }
    out.push('\n');
}

fn findings(out: &mut String, title: &str, findings: &[Found]) {
    if findings.is_empty() {
        return;
    }
    let _ = writeln!(out, "{title}:");
    for found in findings {
        let _ = writeln!(
            out,
            "  {}:{}:{}: {}[{}] {}",
            one_line(&found.path),
            found.place.0,
            found.place.1,
            found.severity.as_str(),
            found.rule,
            one_line(&cut(&found.message, MOST))
        );
    }
    out.push('\n');
}
