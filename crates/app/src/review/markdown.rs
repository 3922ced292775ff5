//! A comment for a pull request: a line that sums up, a table, and the details folded.

use std::fmt::Write as _;

use super::{Change, ChangeKind, Found, Report, What, aspects};
use crate::coverage::full_name;
use crate::report::markdown_cell;

/// The characters of a report; GitHub refuses comments of over 65,536.
const LARGEST: usize = 59_000;
/// Rows of the table and entries of a list, after which the rest is counted.
const MOST_ROWS: usize = 100;

/// Where links to lines begin, such as `https://github.com/owner/name/blob/COMMIT`; without it there are none.
pub(super) fn render(report: &Report, links: Option<&str>) -> String {
    let mut out = format!("### sentlint: what this change means\n\n{}\n", markdown_cell(&summary(report)));
    if report.changes.is_empty() && report.new_findings.is_empty() && report.gone_findings.is_empty() {
        return out;
    }
    for (word, ids) in [("Gained", &report.gained), ("Lost", &report.lost)] {
        if ids.is_empty() {
            continue;
        }
        let names = ids.iter().take(MOST_ROWS).filter_map(|id| {
            let technique = report.attack.technique(id)?;
            Some(format!(
                "[{id}]({}) {}",
                technique.url(),
                markdown_cell(&full_name(report.attack, technique))
            ))
        });
        let _ = writeln!(
            out,
            "\n**{word} coverage:** {}{}",
            names.collect::<Vec<_>>().join(", "),
            more(ids.len())
        );
    }
    table(&mut out, report);
    findings(&mut out, "New findings", &report.new_findings);
    let mut gone = String::new();
    findings(&mut gone, "Findings that are gone", &report.gone_findings);
    let mut left = report.changes.iter().filter(|change| has_details(change)).count();
    for change in report.changes.iter().filter(|change| has_details(change)) {
        let part = details(change, links);
        if out.chars().count() + part.chars().count() + gone.chars().count() > LARGEST {
            let _ = writeln!(
                out,
                "\nDetails of {left} more files are left out: run `sentlint diff` for all of them."
            );
            break;
        }
        left -= 1;
        out += &part;
    }
    if out.chars().count() + gone.chars().count() <= LARGEST {
        out += &gone;
    }
    out
}

fn more(all: usize) -> String {
    let left = all.saturating_sub(MOST_ROWS);
    if left > 0 { format!(" and {left} more") } else { String::new() }
}

/// What happened, in one line.
pub(super) fn summary(report: &Report) -> String {
    let count = |kind: ChangeKind| report.changes.iter().filter(|change| change.became == kind).count();
    let kinds = [ChangeKind::Added, ChangeKind::Removed, ChangeKind::Changed, ChangeKind::Moved];
    let mut parts: Vec<String> = kinds
        .into_iter()
        .filter(|kind| count(*kind) > 0)
        .map(|kind| format!("{} {}", count(kind), kind.as_str()))
        .collect();
    if parts.is_empty() {
        parts.push("No change of meaning".to_owned());
    }
    for (count, word) in [(report.gained.len(), "gained"), (report.lost.len(), "lost")] {
        if count > 0 {
            parts.push(format!("{count} technique{} {word}", if count == 1 { "" } else { "s" }));
        }
    }
    for (count, word) in [(report.new_findings.len(), "new"), (report.gone_findings.len(), "gone")] {
        if count > 0 {
            parts.push(format!("{count} finding{} {word}", if count == 1 { "" } else { "s" }));
        }
    }
    format!("{} since {}.", parts.join(", "), crate::report::one_line(&report.base))
}

fn table(out: &mut String, report: &Report) {
    if report.changes.is_empty() {
        return;
    }
    *out += "\n| | Content | What |\n|---|---|---|\n";
    for change in report.changes.iter().take(MOST_ROWS) {
        let name = change.name.as_deref().unwrap_or(&change.path);
        let what: Vec<&str> = match change.became {
            ChangeKind::Added | ChangeKind::Removed => vec![change.kind],
            _ => aspects(change).into_iter().map(super::Aspect::as_str).collect(),
        };
        let path = match &change.old_path {
            Some(old) => format!("{} \u{2192} {}", code(old), code(&change.path)),
            None => code(&change.path),
        };
        let _ = writeln!(
            out,
            "| {} | {}<br>{path} | {} |",
            change.became.as_str(),
            markdown_cell(&cut(name, 120)),
            what.join(", ")
        );
    }
    let left = report.changes.len().saturating_sub(MOST_ROWS);
    if left > 0 {
        let _ = writeln!(out, "\n{left} more files are not listed.");
    }
}

fn has_details(change: &Change) -> bool {
    matches!(change.became, ChangeKind::Changed | ChangeKind::Moved) && !change.what.is_empty()
}

fn details(change: &Change, links: Option<&str>) -> String {
    let mut out = format!(
        "\n<details><summary>{}</summary>\n\n| What | Before | Now |\n|---|---|---|\n",
        markdown_cell(&cut(change.name.as_deref().unwrap_or(&change.path), 120))
    );
    for what in &change.what {
        let cell =
            |text: &Option<String>| text.as_deref().map_or_else(String::new, |text| code(&cut(text, 300)));
        let _ =
            writeln!(out, "| {} | {} | {} |", place(change, what, links), cell(&what.old), cell(&what.new));
    }
    out + "\n</details>\n"
}

/// The aspect, as a link to its line where that is known.
fn place(change: &Change, what: &What, links: Option<&str>) -> String {
    let aspect = what.aspect.as_str();
    let Some(((links, source), span)) = links.zip(change.source.as_ref()).zip(what.range) else {
        return aspect.to_owned();
    };
    let line = source.position(span.start as usize).line;
    format!("[{aspect}]({}/{}#L{line})", links.trim_end_matches('/'), crate::report::uri(&change.path))
}

fn findings(out: &mut String, title: &str, findings: &[Found]) {
    if findings.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n<details><summary>{title}: {}</summary>\n\n| Place | Rule | Finding |\n|---|---|---|",
        findings.len()
    );
    for found in findings.iter().take(MOST_ROWS) {
        let _ = writeln!(
            out,
            "| {}:{}:{} | {} | {} |",
            code(&found.path),
            found.place.0,
            found.place.1,
            found.rule,
            markdown_cell(&cut(&found.message, 300))
        );
    }
    let left = findings.len().saturating_sub(MOST_ROWS);
    if left > 0 {
        let _ = writeln!(out, "\n{left} more are not listed.");
    }
    *out += "\n</details>\n";
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).collect::<String>() + "\u{2026}"
}

fn code(text: &str) -> String {
    // The text cannot end the element: what would is written as an entity.
    format!("<code>{}</code>", markdown_cell(&text.replace('`', "'")))
}
