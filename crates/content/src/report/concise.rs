//! One line a finding: `path:line:column: severity[rule] message`, or below the name of its file.

use super::{Style, summary_line, text};
use crate::diagnostic::Diagnostic;
use crate::findings::{FileReport, Findings};

pub(super) fn render(findings: &Findings, style: &Style) -> String {
    let of_file = |file: &FileReport| {
        let path = text::one_line(file.source.path());
        let of_finding = |diagnostic: &Diagnostic| {
            let start = file.source.position(diagnostic.span.start as usize);
            let message = text::one_line(&text::message(diagnostic));
            let (line, column) = (start.line, start.column);
            let severity = style.severity(diagnostic.severity);
            format!("{path}:{line}:{column}: {severity}[{}] {message}\n", diagnostic.rule.id)
        };
        file.counting().map(of_finding).collect::<String>()
    };
    let mut out = findings.by_file(of_file).concat();
    if style.summary {
        out += &summary_line(findings, style);
    }
    out
}

/// The same below the name of each file, with the places in a column.
pub(super) fn grouped(findings: &Findings, style: &Style) -> String {
    let of_file = |file: &FileReport| {
        let place = |diagnostic: &Diagnostic| {
            let start = file.source.position(diagnostic.span.start as usize);
            format!("{}:{}", start.line, start.column)
        };
        let places: Vec<String> = file.counting().map(place).collect();
        let Some(width) = places.iter().map(String::len).max() else { return String::new() };
        let mut out = text::one_line(file.source.path()) + "\n";
        for (diagnostic, place) in file.counting().zip(&places) {
            let (severity, rule) = (style.severity(diagnostic.severity), diagnostic.rule.id);
            let message = text::one_line(&text::message(diagnostic));
            out += &format!("  {place:width$}  {severity}[{rule}] {message}\n");
        }
        out + "\n"
    };
    let mut out = findings.by_file(of_file).concat();
    if style.summary {
        out += &summary_line(findings, style);
    }
    out
}
