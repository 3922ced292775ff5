//! The Reviewdog Diagnostic Format as one JSON document. Lines count from 1, and so do columns, in bytes.

use serde_json::{Value, json};

use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::findings::{FileReport, Findings};
use crate::source::{SourceFile, Span};

pub(super) fn render(findings: &Findings) -> String {
    let of_file =
        |file: &FileReport| file.counting().map(|diagnostic| finding(file, diagnostic)).collect::<Vec<_>>();
    let report = json!({
        "source": {"name": crate::diagnostic::PROGRAM, "url": env!("CARGO_PKG_REPOSITORY")},
        "diagnostics": findings.by_file(of_file).concat(),
    });
    format!("{report:#}\n")
}

fn finding(file: &FileReport, diagnostic: &Diagnostic) -> Value {
    let severity = match diagnostic.severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Info => "INFO",
    };
    let mut value = json!({
        "message": diagnostic.message,
        "location": {"path": file.source.path(), "range": range(&file.source, diagnostic.span)},
        "severity": severity,
        "code": {"value": diagnostic.rule.id, "url": diagnostic.rule.url()},
    });
    // Each suggestion is one edit that can be taken alone.
    if let Some(fix) = diagnostic.fix.as_ref().filter(|fix| fix.applicability != Applicability::Display)
        && let [edit] = fix.edits()
    {
        value["suggestions"] = json!([{"range": range(&file.source, edit.span), "text": edit.text}]);
    }
    value
}

fn range(source: &SourceFile, span: Span) -> Value {
    let place = |offset: u32| {
        let line = source.line_of(offset as usize);
        let start = source.line_span(line).start;
        json!({"line": line + 1, "column": offset.saturating_sub(start) + 1})
    };
    json!({"start": place(span.start), "end": place(span.end)})
}
