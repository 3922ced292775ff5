//! GitLab's code quality report.

use serde::Serialize;

use super::text;
use crate::diagnostic::Severity;
use crate::findings::Findings;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    positions: Positions,
}

#[derive(Serialize)]
struct Positions {
    begin: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: usize,
    column: usize,
}

pub(super) fn render(findings: &Findings) -> String {
    let mut issues = Vec::new();
    for file in &findings.files {
        let mut fingerprints = text::Fingerprints::of(file);
        for diagnostic in &file.diagnostics {
            let fingerprint = fingerprints.next(diagnostic);
            if !diagnostic.counts() {
                continue;
            }
            let (start, end) = text::ends(&file.source, diagnostic.span);
            issues.push(Issue {
                description: text::message(diagnostic),
                check_name: diagnostic.rule.id,
                fingerprint,
                severity: match diagnostic.severity {
                    Severity::Error => "major",
                    Severity::Warning => "minor",
                    Severity::Info => "info",
                },
                location: Location {
                    path: file.source.path(),
                    positions: Positions {
                        begin: Point { line: start.line, column: start.column },
                        end: Point { line: end.line, column: end.column },
                    },
                },
            });
        }
    }
    serde_json::to_string_pretty(&issues).unwrap_or_default() + "\n"
}
