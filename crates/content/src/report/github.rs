//! Annotations of GitHub Actions, within their limits: ten of each level a step.

use super::{Style, text};
use crate::diagnostic::{Diagnostic, Severity};
use crate::findings::{FileReport, Findings};

/// How many annotations of one level GitHub shows of a step.
const SHOWN: usize = 10;

pub(super) fn render(findings: &Findings, style: &Style) -> String {
    let of = |severity| findings.counting().filter(move |(_, diagnostic)| diagnostic.severity == severity);
    let beyond = |severity, room: usize| of(severity).count().saturating_sub(room);
    let levels = [Severity::Error, Severity::Warning, Severity::Info];
    let crowded = levels.into_iter().any(|severity| beyond(severity, SHOWN) > 0);
    let (mut out, mut hidden) = (String::new(), 0);
    for severity in levels {
        // One notice is kept for saying how many were left out.
        let room = if crowded && severity == Severity::Info { SHOWN - 1 } else { SHOWN };
        for (file, diagnostic) in of(severity).take(room) {
            out += &annotation(file, diagnostic, style);
        }
        hidden += beyond(severity, room);
    }
    if hidden > 0 {
        let noun = text::count(hidden, "finding");
        let all = if style.listed {
            "The summary of this run lists all findings."
        } else {
            "Write the whole report with --report sarif=FILE or --report markdown=FILE."
        };
        out += &format!(
            "::notice title=sentlint::{noun} more not shown here: GitHub shows ten annotations per level and step. \
             {all}\n"
        );
    }
    out
}

fn annotation(file: &FileReport, diagnostic: &Diagnostic, style: &Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let (start, end) = text::ends(&file.source, diagnostic.span);
    let path = property(&text::visible(&text::from_root(file.source.path(), style.root.as_ref())));
    let mut place = format!("file={path},line={},endLine={}", start.line, end.line);
    // GitHub refuses columns on annotations of several lines.
    if start.line == end.line {
        place += &format!(",col={},endColumn={}", start.column, end.column);
    }
    let title = property(&format!("sentlint ({})", diagnostic.rule.id));
    let mut message = text::visible(&text::message(diagnostic));
    if let Some(help) = &diagnostic.help {
        message += &format!("\n{}", text::visible(help));
    }
    format!("::{level} {place},title={title}::{}\n", data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
