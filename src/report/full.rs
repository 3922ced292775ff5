//! The report for people: each finding with the lines concerned. The only module that names miette.
//!
//! miette counts columns in bytes, never shortens a line, leaves out labels at the end of a file and asks
//! standard error about colours. So it is given an excerpt made here, with labels that fit, and its looks.

use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, SourceCode, SourceSpan, SpanContents,
};

use super::{Style, summary_line, text};
use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::findings::{FileReport, Findings};
use crate::source::{SourceFile, Span};

pub(super) fn render(findings: &Findings, style: &Style) -> String {
    let theme = match (style.unicode, style.color) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, true) => GraphicalTheme::ascii(),
        (false, false) => {
            GraphicalTheme { characters: miette::ThemeCharacters::ascii(), ..GraphicalTheme::none() }
        }
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(style.links)
        .with_width(style.width.max(40))
        .with_context_lines(1)
        .without_cause_chain();
    let of_file = |file: &FileReport| {
        let mut out = String::new();
        for diagnostic in file.counting() {
            let mut report = String::new();
            let shown = Shown::new(file, diagnostic, style);
            if handler.render_report(&mut report, &shown).is_err() {
                // Rendering into a string fails only when an excerpt is at odds with its labels.
                out += &format!("{}: {}\n", file.source.path(), diagnostic.message);
            }
            for line in report.lines() {
                out += line.trim_end();
                out.push('\n');
            }
            out.push('\n');
        }
        out
    };
    let mut out = findings.by_file(of_file).concat();
    if style.summary {
        out += &summary_line(findings);
        out.push('\n');
    }
    out
}

/// A finding as miette takes it.
#[derive(Debug)]
struct Shown {
    message: String,
    code: String,
    url: Option<String>,
    help: String,
    severity: miette::Severity,
    excerpt: Excerpt,
    labels: Vec<LabeledSpan>,
}

impl Shown {
    fn new(file: &FileReport, diagnostic: &Diagnostic, style: &Style) -> Self {
        let here: Vec<_> = diagnostic.labels.iter().filter(|label| label.file.is_none()).collect();
        let mut spans = vec![diagnostic.span];
        spans.extend(here.iter().map(|label| label.span));
        let excerpt = Excerpt::new(&file.source, &spans, style.width.max(40));
        let mut labels = Vec::new();
        for (at, mark) in excerpt.marks.iter().enumerate() {
            let (offset, len) = (mark.span.offset(), mark.span.len());
            labels.push(match at.checked_sub(1).and_then(|at| here.get(at)) {
                Some(label) => LabeledSpan::new(Some(text::one_line(&label.message)), offset, len),
                None => LabeledSpan::new_primary_with_span(None, (offset, len)),
            });
        }
        let id = diagnostic.rule.id;
        Self {
            message: text::one_line(&text::message(diagnostic)),
            code: if style.links { id.to_owned() } else { format!("{id} ({})", diagnostic.rule.url()) },
            url: style.links.then(|| diagnostic.rule.url()),
            help: help(diagnostic),
            severity: match diagnostic.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
                Severity::Info => miette::Severity::Advice,
            },
            excerpt,
            labels,
        }
    }
}

/// What to do, what a fix would do, and where else to look.
fn help(diagnostic: &Diagnostic) -> String {
    let mut lines = Vec::new();
    for label in &diagnostic.labels {
        if let Some(file) = &label.file {
            let start = file.position(label.span.start as usize);
            let path = text::one_line(file.path());
            lines.push(format!("{path}:{}:{}: {}", start.line, start.column, text::one_line(&label.message)));
        }
    }
    lines.extend(diagnostic.help.as_deref().map(text::visible));
    if let Some(fix) = &diagnostic.fix {
        let kind = match fix.applicability {
            Applicability::Safe => "fix",
            Applicability::Unsafe => "unsafe fix",
            Applicability::Display => "suggestion",
        };
        lines.push(format!("{kind}: {}", text::one_line(&fix.title)));
    }
    lines.join("\n")
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl miette::Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as Box<dyn fmt::Display>)
    }

    fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.url.as_ref().map(|url| Box::new(url) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// A line of the excerpt.
#[derive(Debug)]
struct Line {
    /// Its number in the file, from 0.
    number: usize,
    /// Where it begins in the excerpt.
    start: usize,
    /// Where it ends there, its line feed included.
    end: usize,
}

/// A place of the excerpt, with the column that it has in the file.
#[derive(Debug)]
struct Mark {
    span: SourceSpan,
    column: usize,
}

/// The lines around the labels, shortened to the width of the terminal.
#[derive(Debug)]
struct Excerpt {
    name: String,
    text: String,
    lines: Vec<Line>,
    marks: Vec<Mark>,
}

/// A span over more lines than this is shown by its first line.
const TALLEST: usize = 6;

impl Excerpt {
    fn new(source: &SourceFile, spans: &[Span], width: usize) -> Self {
        let spans: Vec<Span> = spans.iter().map(|span| short(source, *span)).collect();
        let mut numbers: Vec<usize> = Vec::new();
        let last = source.line_starts().len() - 1;
        for span in &spans {
            let (first, end) = (source.line_of(span.start as usize), source.line_of(span.end as usize));
            numbers.extend(first.saturating_sub(1)..=(end + 1).min(last));
        }
        numbers.sort_unstable();
        numbers.dedup();
        let mut excerpt = Self {
            name: text::one_line(source.path()),
            text: String::new(),
            lines: Vec::new(),
            marks: Vec::new(),
        };
        // The offsets in the file and in the excerpt of every character that is shown.
        let mut places: Vec<(usize, usize)> = Vec::new();
        for number in numbers {
            excerpt.push_line(source, number, &spans, width, &mut places);
        }
        for span in &spans {
            let find = |offset: u32| {
                let at = places.partition_point(|(file, _)| *file < offset as usize).min(places.len() - 1);
                places[at].1
            };
            let start = find(span.start);
            // An empty place is shown as one character, so that there is something to see.
            let end = find(span.end).max(start + 1).min(excerpt.text.len());
            let end = excerpt.text.ceil_char_boundary(end);
            let column = source.position(span.start as usize).column - 1;
            excerpt.marks.push(Mark { span: (start, end - start).into(), column });
        }
        excerpt
    }

    fn push_line(
        &mut self,
        source: &SourceFile,
        number: usize,
        spans: &[Span],
        width: usize,
        places: &mut Vec<(usize, usize)>,
    ) {
        let line = source.line_span(number);
        let body = source.slice(line);
        let room = width.saturating_sub(12).max(30);
        let (mut from, mut to) = (0, body.len());
        if body.chars().count() > room {
            // The window begins a little before the first label of the line.
            let inside = spans.iter().filter(|span| line.touches(span.start as usize));
            let first = inside.map(|span| (span.start - line.start) as usize).min().unwrap_or(0);
            let before = body[..first].chars().rev().take(room / 4).map(char::len_utf8).sum::<usize>();
            from = if body[..first].chars().count() <= room / 2 { 0 } else { first - before };
            to = from + body[from..].chars().take(room).map(char::len_utf8).sum::<usize>();
        }
        let start = self.text.len();
        if from > 0 {
            self.text.push('\u{2026}');
        }
        for (at, c) in body[from..to].char_indices() {
            places.push((line.start as usize + from + at, self.text.len()));
            match c {
                crate::source::BOM => {}
                '\t' => self.text.push('\t'),
                c => self.text += &text::visible(c.encode_utf8(&mut [0; 4])),
            }
        }
        places.push((line.start as usize + to, self.text.len()));
        if to < body.len() {
            self.text.push('\u{2026}');
        } else if spans.iter().any(|span| span.start >= line.end && line.touches(span.start as usize)) {
            // What is missing at the end of a line is shown as one blank.
            self.text.push(' ');
        }
        self.text.push('\n');
        self.lines.push(Line { number, start, end: self.text.len() });
    }
}

fn short(source: &SourceFile, span: Span) -> Span {
    let first = source.line_of(span.start as usize);
    let tall = source.line_of(span.end as usize) - first >= TALLEST;
    if tall { Span { end: source.line_span(first).end.max(span.start), ..span } } else { span }
}

/// A part of the excerpt with the place it has in the file.
struct Part<'a> {
    data: &'a [u8],
    span: SourceSpan,
    name: &'a str,
    line: usize,
    column: usize,
    line_count: usize,
}

impl<'a> SpanContents<'a> for Part<'a> {
    fn data(&self) -> &'a [u8] {
        self.data
    }

    fn span(&self) -> &SourceSpan {
        &self.span
    }

    fn name(&self) -> Option<&str> {
        Some(self.name)
    }

    fn line(&self) -> usize {
        self.line
    }

    fn column(&self) -> usize {
        self.column
    }

    fn line_count(&self) -> usize {
        self.line_count
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let at = |offset: usize| {
            let found = self.lines.iter().position(|line| line.start <= offset && offset < line.end);
            found.ok_or(MietteError::OutOfBounds)
        };
        let (first, last) =
            (at(span.offset())?, at((span.offset() + span.len()).saturating_sub(1).max(span.offset()))?);
        // Lines that do not follow each other in the file are no one piece.
        if self.lines[last].number - self.lines[first].number != last - first {
            return Err(MietteError::OutOfBounds);
        }
        let follows = |line: usize| self.lines[line].number + 1 == self.lines[line + 1].number;
        let (mut top, mut bottom) = (first, last);
        while top > 0 && first - top < before && follows(top - 1) {
            top -= 1;
        }
        while bottom + 1 < self.lines.len() && bottom - last < after && follows(bottom) {
            bottom += 1;
        }
        let range = self.lines[top].start..self.lines[bottom].end;
        let mark = self.marks.iter().find(|mark| mark.span == *span).filter(|_| before == 0);
        Ok(Box::new(Part {
            data: &self.text.as_bytes()[range.clone()],
            span: range.into(),
            name: &self.name,
            line: self.lines[top].number,
            column: mark.map_or(0, |mark| mark.column),
            line_count: bottom - top + 1,
        }))
    }
}
