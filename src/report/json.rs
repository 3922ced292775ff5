//! The contract's JSON, version 1.

use serde::Serialize;

use super::{FileReport, Findings, text};
use crate::diagnostic::{Diagnostic, Edit};
use crate::source::{Position, SourceFile, Span};

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    tool: Tool,
    summary: Summary,
    files: Vec<File<'a>>,
    diagnostics: Vec<Finding<'a>>,
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

pub(super) fn render(findings: &Findings) -> String {
    let figures = findings.summary();
    let report = Report {
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
        files: findings
            .files
            .iter()
            .map(|file| File { path: file.source.path(), kind: file.kind, id: file.id.as_deref() })
            .collect(),
        diagnostics: findings.counting().map(|(file, diagnostic)| finding(file, diagnostic)).collect(),
    };
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}
