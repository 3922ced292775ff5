//! The contract's JSON, version 1.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

use super::text;
use crate::diagnostic::{Diagnostic, Edit, NoteKind};
use crate::findings::{FileReport, Findings};
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
    form: Option<&'static str>,
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
    what: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gate: Option<&'static str>,
    path: &'a str,
    kind: &'static str,
    form: Option<&'static str>,
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
        what: diagnostic.rule.note.map(NoteKind::as_str),
        gate: diagnostic.gate,
        path: file.source.path(),
        kind: file.kind,
        form: file.form,
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
            edits: fix.edits().iter().map(edit).collect(),
        }),
    }
}

/// What [`serde_json::ser::PrettyFormatter`] writes, with each line's indentation at once: reports have many lines.
#[derive(Default)]
struct Indented {
    depth: usize,
    /// Whether the innermost list or object has something in it.
    filled: bool,
}

impl Indented {
    fn line<W: ?Sized + Write>(&self, writer: &mut W, comma: bool) -> io::Result<()> {
        const LINE: &[u8] = b",\n                                ";
        let start = usize::from(!comma);
        let known = self.depth.min((LINE.len() - 2) / 2);
        writer.write_all(&LINE[start..2 + 2 * known])?;
        (known..self.depth).try_for_each(|_| writer.write_all(b"  "))
    }

    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        writer.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.filled {
            self.line(writer, false)?;
        }
        writer.write_all(bracket)
    }
}

impl Formatter for Indented {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.line(writer, !first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.line(writer, !first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }
}

/// A list of the report, to be put together from parts that were written apart, many at once.
struct List {
    name: &'static str,
    /// Each a list in a list, whose items are as deep as those of a list of the report.
    parts: Vec<String>,
}

impl List {
    /// The items of one part.
    fn part(items: &[impl Serialize]) -> String {
        if items.is_empty() {
            String::new()
        } else {
            let mut text = Vec::with_capacity(1 << 10);
            let mut writer = serde_json::Serializer::with_formatter(&mut text, Indented::default());
            let written = [items].serialize(&mut writer);
            written.ok().and_then(|()| String::from_utf8(text).ok()).unwrap_or_default()
        }
    }

    fn items(part: &str) -> Option<&str> {
        part.strip_prefix("[\n  [")?.strip_suffix("\n  ]\n]")
    }

    fn len(&self) -> usize {
        self.parts.iter().map(|part| part.len() + 2).sum()
    }

    fn write(&self, out: &mut String) {
        let mut between = "";
        *out += &format!("  \"{}\": [", self.name);
        for items in self.parts.iter().filter_map(|part| Self::items(part)) {
            *out += between;
            *out += items;
            between = ",";
        }
        *out += if between.is_empty() { "]" } else { "\n  ]" };
    }
}

pub(super) fn render(findings: &Findings) -> String {
    let figures = findings.summary();
    let head = Head {
        version: 1,
        tool: Tool {
            name: crate::diagnostic::PROGRAM,
            version: env!("CARGO_PKG_VERSION"),
            attack: findings.attack.as_str(),
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
        let (path, id) = (file.source.path(), file.id.as_deref());
        List::part(&[File { path, kind: file.kind, form: file.form, id }])
    };
    let found =
        |file: &FileReport| List::part(&file.counting().map(|one| finding(file, one)).collect::<Vec<_>>());
    let files = List { name: "files", parts: findings.by_file(file) };
    let diagnostics = List { name: "diagnostics", parts: findings.by_file(found) };
    let mut out = String::with_capacity(head.len() + files.len() + diagnostics.len() + 100);
    out += head.strip_suffix("\n}").unwrap_or_default();
    for list in [files, diagnostics] {
        out += ",\n";
        list.write(&mut out);
    }
    out + "\n}\n"
}

/// Each finding of the report on a line of its own.
pub(super) fn lines(findings: &Findings) -> String {
    let line = |file: &FileReport| {
        let line = |one| serde_json::to_string(&finding(file, one)).unwrap_or_default() + "\n";
        file.counting().map(line).collect::<String>()
    };
    findings.by_file(line).concat()
}
