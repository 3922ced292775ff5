//! The contract's JSON, version 1.

use serde::Serialize;

use super::{FileReport, Findings, text};
use crate::diagnostic::{Diagnostic, Edit};
use crate::source::{Position, SourceFile, Span};

#[derive(Serialize)]
struct Head {
    version: u32,
    tool: Tool,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
    attack: &'static str,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
    fixable: usize,
    suppressed: usize,
    baselined: usize,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    kind: &'static str,
    id: Option<&'a str>,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'static str,
    group: &'static str,
    severity: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    gate: Option<&'static str>,
    path: &'a str,
    kind: &'static str,
    range: Range,
    yaml_path: Option<&'a str>,
    query_range: Option<QueryRange>,
    labels: Vec<Label<'a>>,
    fix: Option<Fix<'a>>,
}

#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    offset: u32,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct QueryRange {
    start: u32,
    end: u32,
}

#[derive(Serialize)]
struct Label<'a> {
    range: Range,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    applicability: &'static str,
    edits: Vec<FixEdit<'a>>,
}

#[derive(Serialize)]
struct FixEdit<'a> {
    start: u32,
    end: u32,
    text: &'a str,
}

fn range(source: &SourceFile, span: Span) -> Range {
    let (start, end) = text::ends(source, span);
    let point = |offset, at: Position| Point { offset, line: at.line, column: at.column };
    Range { start: point(span.start, start), end: point(span.end, end) }
}

fn finding<'a>(file: &'a FileReport, diagnostic: &'a Diagnostic) -> Finding<'a> {
    let edit = |edit: &'a Edit| FixEdit { start: edit.span.start, end: edit.span.end, text: &edit.text };
    Finding {
        rule: diagnostic.rule.id,
        group: diagnostic.rule.group.as_str(),
        severity: diagnostic.severity.as_str(),
        message: &diagnostic.message,
        help: diagnostic.help.as_deref(),
        url: diagnostic.rule.url(),
        gate: diagnostic.gate,
        path: file.source.path(),
        kind: file.kind,
        range: range(&file.source, diagnostic.span),
        yaml_path: diagnostic.yaml_path.as_deref(),
        query_range: diagnostic.query_range.map(|(start, end)| QueryRange { start, end }),
        labels: diagnostic
            .labels
            .iter()
            .map(|label| Label {
                range: range(label.file.as_ref().unwrap_or(&file.source), label.span),
                message: &label.message,
                path: label.file.as_ref().map(|file| file.path()),
            })
            .collect(),
        fix: diagnostic.fix.as_ref().map(|fix| Fix {
            title: &fix.title,
            applicability: fix.applicability.as_str(),
            edits: fix.edits.iter().map(edit).collect(),
        }),
    }
}

/// The items of a list, as they stand in a list of the report.
fn items(list: &[impl Serialize]) -> String {
    // A list in a list is as deep as a list in the report.
    let nested = serde_json::to_string_pretty(&[list]).unwrap_or_default();
    let inner = nested.strip_prefix("[\n  [").and_then(|rest| rest.strip_suffix("]\n]"));
    inner.unwrap_or_default().trim_end().to_owned()
}

/// A list of the report whose items were written apart, many at once.
fn list(name: &str, parts: &[String]) -> String {
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let end = if parts.is_empty() { "" } else { "\n  " };
    format!("  \"{name}\": [{}{end}]", parts.join(","))
}

pub(super) fn render(findings: &Findings) -> String {
    let figures = findings.summary();
    let head = Head {
        version: 1,
        tool: Tool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            attack: crate::knowledge::attack::VERSION,
        },
        summary: Summary {
            files: figures.files,
            errors: figures.errors,
            warnings: figures.warnings,
            infos: figures.infos,
            fixable: figures.fixable,
            suppressed: figures.suppressed,
            baselined: figures.baselined,
        },
    };
    let head = serde_json::to_string_pretty(&head).unwrap_or_default();
    let file = |file: &FileReport| {
        items(&[File { path: file.source.path(), kind: file.kind, id: file.id.as_deref() }])
    };
    let found = |file: &FileReport| items(&file.counting().map(|one| finding(file, one)).collect::<Vec<_>>());
    let (files, diagnostics) =
        (list("files", &findings.by_file(file)), list("diagnostics", &findings.by_file(found)));
    format!("{},\n{files},\n{diagnostics}\n}}\n", head.strip_suffix("\n}").unwrap_or_default())
}
