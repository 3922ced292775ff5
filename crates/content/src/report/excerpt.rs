//! The lines that a finding is about, with its places marked. The only module that names annotate-snippets.
//!
//! annotate-snippets draws the lines, the marks and their labels. It gets an excerpt that is made here: it never cuts a
//! label, reads the whole of what it is given, and takes columns of the excerpt for those of the file.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::paint::{self, text_columns};
use super::{Style, strip, text};
use crate::diagnostic::{Diagnostic, Severity};
use crate::order::Order as _;
use crate::source::{SourceFile, Span};

/// A span over more lines than this is shown by its first line.
const TALLEST: usize = 6;
/// Lines further apart than this are two excerpts.
const FURTHEST: usize = 200;

/// The marked lines of a finding below their place, and the labels that have no room beside their marks.
pub(super) struct Shown {
    pub(super) text: String,
    /// The columns of the line numbers.
    pub(super) gutter: usize,
    pub(super) aside: Vec<(Span, String)>,
}

/// A place to mark.
struct Mark {
    /// The place in the file.
    span: Span,
    label: Option<String>,
}

/// Draws the lines of a finding.
pub(super) fn draw(source: &SourceFile, diagnostic: &Diagnostic, header: &Header, style: &Style) -> Shown {
    let mut marks = vec![Mark { span: within(source, diagnostic.span), label: None }];
    for label in diagnostic.labels.iter().filter(|label| label.file.is_none()) {
        let message = text::one_line(&label.message);
        marks.push(Mark { span: within(source, label.span), label: Some(message) });
    }
    let blocks = blocks(source, &marks);
    let last = blocks.iter().flat_map(|block| &block.lines).max().map_or(1, |line| line + 1);
    let gutter = last.to_string().len();
    let tall = marks.iter().filter(|mark| lines_of(source, mark.span).count() > 1).count();
    // A frame, a blank on each side of it, one column for a mark after the end of a line, two for each bracket.
    // The renderer counts the characters of a label where it draws the end of a mark behind it.
    let labels = marks.iter().filter_map(|mark| mark.label.as_deref());
    let wide = labels.map(|label| text_columns(label).saturating_sub(label.chars().count())).max();
    let room = style.room().saturating_sub(gutter + 4 + 2 * tall + wide.unwrap_or_default()).max(20);
    let drawing = Drawing { source, marks: &marks, severity: diagnostic.severity, room, style };
    let mut shown = Shown { text: String::new(), gutter, aside: Vec::new() };
    for (at, block) in blocks.iter().enumerate() {
        let drawn = Excerpt::new(&drawing, block).draw(&drawing, block, &mut shown.aside);
        let place = if at == 0 { header.first(gutter, style) } else { further(gutter, style) };
        shown.text += &place;
        // Without a path the Unicode form begins with the corner that leads to it.
        shown.text += match drawn.split_once('\n') {
            Some((_, rest)) if style.unicode => rest,
            _ => &drawn,
        };
        shown.text.truncate(shown.text.trim_end_matches('\n').len());
        shown.text.push('\n');
    }
    shown
}

/// The line above an excerpt that names its file.
pub(super) struct Header {
    /// The path with line and column.
    pub(super) place: String,
    /// The address of the file.
    pub(super) url: Option<String>,
}

impl Header {
    fn first(&self, gutter: usize, style: &Style) -> String {
        let (arrow, bar) = if style.unicode { ("\u{256d}\u{25b8} ", "\u{2502}") } else { ("--> ", "|") };
        let shift = gutter + usize::from(style.unicode);
        let room = style.room().saturating_sub(shift + 4);
        let mut lines: Vec<String> = vec![String::new()];
        // A path is broken between folders, and a name only where it is longer than a line.
        let parts = |part: &'_ str| -> Vec<String> {
            if text_columns(part) > room {
                part.chars().map(String::from).collect()
            } else {
                vec![part.to_owned()]
            }
        };
        for part in self.place.split_inclusive('/').flat_map(parts) {
            let used = lines.last().map_or(0, |line| text_columns(line));
            if style.terminal && used > 0 && used + text_columns(&part) > room {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                line.push_str(&part);
            }
        }
        let linked = |line: &String| match &self.url {
            Some(url) => style.link(url, line),
            None => line.clone(),
        };
        let blank = " ".repeat(shift);
        let mut out = String::new();
        for (at, line) in lines.iter().enumerate() {
            let sign = match (at, style.unicode) {
                (0, _) => arrow,
                (_, true) => "\u{2502}  ",
                (_, false) => " |  ",
            };
            out += &format!("{blank}{}{}\n", style.paint(paint::FRAME, sign), linked(line));
        }
        if style.unicode {
            out += &format!("{blank}{}\n", style.paint(paint::FRAME, bar));
        }
        out
    }
}

/// The line above lines that are far from the first ones.
fn further(gutter: usize, style: &Style) -> String {
    let sign = if style.unicode { "\u{2e2c}" } else { ":::" };
    format!("{}{}\n", " ".repeat(gutter + 1), style.paint(paint::FRAME, sign))
}

/// A span inside the file that ends on the line whose end it covers, and is shown by its first line where it is tall.
fn within(source: &SourceFile, span: Span) -> Span {
    let span = source.clamp(span);
    let (first, last) = (source.line_of(span.start as usize), source.line_of(span.end as usize));
    let ends_before = last > first && source.line_span(last).start == span.end;
    let last = last - usize::from(ends_before);
    let last = if last - first >= TALLEST { first } else { last };
    let end = source.line_span(last).end.min(span.end).max(span.start);
    Span { end, ..span }
}

fn lines_of(source: &SourceFile, span: Span) -> std::ops::RangeInclusive<usize> {
    source.line_of(span.start as usize)..=source.line_of(span.end as usize)
}

/// Lines that are drawn together.
struct Block {
    /// Their numbers from 0, in order.
    lines: Vec<usize>,
}

impl Block {
    fn holds(&self, line: usize) -> bool {
        self.lines.binary_search(&line).is_ok()
    }
}

/// The lines of all marks with one line of context above and below, unless that is blank.
fn blocks(source: &SourceFile, marks: &[Mark]) -> Vec<Block> {
    let count = source.line_starts().len();
    let mut lines: Vec<usize> = Vec::new();
    for mark in marks {
        let of_mark = lines_of(source, mark.span);
        let around = [of_mark.start().checked_sub(1), Some(of_mark.end() + 1)];
        let is_worth =
            |line: &usize| *line < count && !source.slice(source.line_span(*line)).trim().is_empty();
        lines.extend(around.into_iter().flatten().filter(is_worth));
        lines.extend(of_mark);
    }
    lines.sort_unstable();
    lines.dedup();
    let mut blocks: Vec<Block> = Vec::new();
    for line in lines {
        match blocks.last_mut().and_then(|block| Some((block.lines.last().copied()?, block))) {
            Some((before, block)) if line - before <= FURTHEST => {
                // Drawing a gap takes as many lines as a small one has.
                if line - before <= 3 {
                    block.lines.extend(before + 1..line);
                }
                block.lines.push(line);
            }
            _ => blocks.push(Block { lines: vec![line] }),
        }
    }
    // The block of the finding itself comes first.
    let first = source.line_of(marks[0].span.start as usize);
    blocks.order_by_key(|block| !block.holds(first));
    blocks
}

/// The lines of a block, cut to the room there is, in the form in which they are drawn.
struct Excerpt {
    text: String,
    /// Of each line of the block the offsets in the file and in the excerpt of every character that is shown, and of
    /// the end, in order.
    places: Vec<Vec<(usize, usize)>>,
}

impl Excerpt {
    fn new(of: &Drawing, block: &Block) -> Self {
        let mut excerpt = Self { text: String::new(), places: Vec::new() };
        let mut before: Option<usize> = None;
        for line in &block.lines {
            if let Some(before) = before {
                // Lines of which nothing is shown are folded: they only have to be there.
                excerpt.text += &"\n".repeat(line - before);
            }
            excerpt.push_line(of, *line);
            before = Some(*line);
        }
        excerpt
    }

    fn push_line(&mut self, of: &Drawing, number: usize) {
        let Drawing { source, marks, room, style, .. } = of;
        let room = *room;
        let line = source.line_span(number);
        let body = source.slice(line);
        let own = marks.iter().filter(|mark| lines_of(source, mark.span).contains(&number));
        let (start, end) = own.map(|mark| (mark.span.start, mark.span.end)).min().unwrap_or_default();
        let at = |offset: u32| (offset.saturating_sub(line.start) as usize).min(body.len());
        let shown = strip::shown(body, at(start)..at(end), room, style.ellipsis());
        if shown.cut_before {
            self.text += style.ellipsis();
        }
        let mut places = Vec::with_capacity(shown.cells.len() + 1);
        for cell in &shown.cells {
            places.push((line.start as usize + cell.at, self.text.len()));
            self.text += &cell.text;
        }
        places.push((line.start as usize + shown.end, self.text.len()));
        if shown.cut_after {
            self.text += style.ellipsis();
        } else if places.iter().all(|(_, here)| *here == self.text.len()) {
            self.text.push(' ');
        }
        self.places.push(places);
    }

    /// Where a place of the file stands in the excerpt: at the nearest character of its line that is shown.
    fn find(&self, source: &SourceFile, block: &Block, offset: u32) -> usize {
        let line = block.lines.binary_search(&source.line_of(offset as usize)).unwrap_or_else(|next| next);
        let Some(places) = self.places.get(line).or(self.places.last()) else { return 0 };
        let at = places.partition_point(|(file, _)| *file < offset as usize);
        places.get(at).or(places.last()).map_or(0, |(_, here)| *here)
    }

    /// Draws the lines with those marks that lie in them. Labels that would reach out of the room go aside.
    fn draw(&self, of: &Drawing, block: &Block, aside: &mut Vec<(Span, String)>) -> String {
        let Drawing { source, marks, severity, room, style } = of;
        let mut snippet = Snippet::source(&*self.text).line_start(block.lines[0] + 1);
        // A place without a character is not counted where the width of the line numbers is found.
        for (first, last) in self.places.iter().filter_map(|line| line.first().zip(line.last())) {
            let end = self.text.ceil_char_boundary(last.1.max(first.1 + 1)).min(self.text.len());
            snippet = snippet.annotation(AnnotationKind::Visible.span(first.1..end));
        }
        for (at, mark) in marks.iter().enumerate() {
            if !block.holds(source.line_of(mark.span.start as usize)) {
                continue;
            }
            let (start, end) =
                (self.find(source, block, mark.span.start), self.find(source, block, mark.span.end));
            let kind = if at == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let mut annotation = kind.span(start..end.max(start));
            if let Some(label) = &mark.label {
                let line = self.text[..end].rfind('\n').map_or(0, |feed| feed + 1);
                if text_columns(&self.text[line..end]) + 2 + text_columns(label) <= *room {
                    annotation = annotation.label(label.as_str());
                } else {
                    aside.push((mark.span, label.clone()));
                }
            }
            snippet = snippet.annotation(annotation);
        }
        let level = match severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
        };
        let look = paint::look(*severity);
        let renderer = if style.color {
            Renderer::styled()
                .error(look)
                .warning(look)
                .info(look)
                .line_num(paint::FRAME)
                .context(paint::FRAME)
        } else {
            Renderer::plain()
        };
        let signs = if style.unicode { DecorStyle::Unicode } else { DecorStyle::Ascii };
        renderer
            .decor_style(signs)
            .term_width(usize::from(u16::MAX))
            .render(&[Group::with_level(level).element(snippet)])
    }
}

/// What all excerpts of a finding have in common.
struct Drawing<'d> {
    source: &'d SourceFile,
    marks: &'d [Mark],
    severity: Severity,
    /// The columns that there are for a line of the source.
    room: usize,
    style: &'d Style,
}
