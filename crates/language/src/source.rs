//! A file's text, its name and its line index; and [`Span`], the one way in which places are named.
//!
//! Everything inside sentlint speaks of byte offsets into the file. Lines and columns exist only in
//! reports, which ask [`SourceFile::position`] for them.

use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

/// The byte-order mark that some editors put first in a UTF-8 file.
pub const BOM: char = '\u{feff}';

/// A half-open range of byte offsets, `start <= end`, on character boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// A span from two offsets; a reversed pair becomes the empty span at `start`.
    pub fn new(start: usize, end: usize) -> Self {
        let start = start as u32;
        Self { start, end: (end as u32).max(start) }
    }

    /// The empty span at `offset`.
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// The span as a range for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The number of bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the span holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `offset` lies inside or at an edge.
    pub fn touches(self, offset: usize) -> bool {
        self.start as usize <= offset && offset <= self.end as usize
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The same span, `by` bytes further on.
    #[must_use]
    pub fn shift(self, by: usize) -> Self {
        Self { start: self.start + by as u32, end: self.end + by as u32 }
    }
}

/// A replacement of one span of a text by another text: what every change of a file is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What goes; empty for an insertion.
    pub span: Span,
    /// What comes; empty for a deletion.
    pub text: String,
}

impl Edit {
    /// Replaces a span.
    pub fn new(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    /// Inserts a text at an offset.
    pub fn insert(offset: usize, text: impl Into<String>) -> Self {
        Self::new(Span::at(offset), text)
    }

    /// Deletes a span.
    pub fn delete(span: Span) -> Self {
        Self::new(span, "")
    }

    /// The text after the edits. `None` where two of them overlap, or one reaches out of the text or into a
    /// character. Edits may stand in any order and may touch; insertions at one place keep theirs.
    pub fn apply(edits: &[Self], text: &str) -> Option<String> {
        let mut sorted: Vec<&Self> = edits.iter().collect();
        sorted.sort_by_key(|edit| edit.span);
        let mut out = String::with_capacity(text.len() + 64);
        let mut at = 0;
        for edit in sorted {
            out.push_str(text.get(at..edit.span.start as usize)?);
            out.push_str(&edit.text);
            at = edit.span.end as usize;
        }
        out.push_str(text.get(at..)?);
        Some(out)
    }
}

/// A line and a column, both counted from 1, the column in Unicode code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in code points, from 1; a byte-order mark is not counted.
    pub column: usize,
}

/// How many code points a text has before each of its bytes. They are counted once for every stretch of it, or a long text
/// with many findings would be read again for each of them.
#[derive(Clone, Debug, Default)]
pub struct CodePoints(OnceLock<Vec<u32>>);

/// So many bytes are counted again for each question.
const STRETCH: usize = 1024;

impl CodePoints {
    /// How many code points begin before a byte. The text must be the same each time.
    pub fn before(&self, text: &str, offset: usize) -> usize {
        let count = |bytes: &[u8]| bytes.iter().filter(|byte| begins_character(**byte)).count();
        let counts = self.0.get_or_init(|| {
            let mut counts = vec![0];
            for stretch in text.as_bytes().chunks(STRETCH) {
                counts.push(counts.last().copied().unwrap_or_default() + count(stretch) as u32);
            }
            counts
        });
        let end = text.floor_char_boundary(offset);
        counts[end / STRETCH] as usize + count(&text.as_bytes()[end / STRETCH * STRETCH..end])
    }
}

fn begins_character(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

/// One input: a display name and its text.
pub struct SourceFile {
    path: String,
    text: String,
    invalid: Vec<Span>,
    wide: Option<&'static str>,
    lines: OnceLock<Vec<u32>>,
    code_points: CodePoints,
}

impl PartialEq for SourceFile {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.text == other.text
    }
}

impl Eq for SourceFile {}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile")
            .field("path", &self.path)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

impl SourceFile {
    /// A file from text that is known to be UTF-8.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let (path, text) = (path.into(), text.into());
        let (lines, code_points) = (OnceLock::new(), CodePoints::default());
        Self { path, text, invalid: Vec::new(), wide: None, lines, code_points }
    }

    /// A file from bytes. Bytes that are not UTF-8 are each replaced by one `?`, so that every offset
    /// into the text is also one into the file, and their places are kept in [`Self::invalid_utf8`].
    pub fn from_bytes(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        let wide = wide(&bytes);
        match String::from_utf8(bytes) {
            Ok(text) => Self { wide, ..Self::new(path, text) },
            Err(error) => {
                let bytes = error.into_bytes();
                let mut text = String::with_capacity(bytes.len());
                let mut invalid = Vec::new();
                for chunk in bytes.utf8_chunks() {
                    text.push_str(chunk.valid());
                    let bad = chunk.invalid().len();
                    if bad > 0 {
                        invalid.push(Span::new(text.len(), text.len() + bad));
                        text.extend(std::iter::repeat_n('?', bad));
                    }
                }
                Self { invalid, wide, ..Self::new(path, text) }
            }
        }
    }

    /// The same text under another name.
    #[must_use]
    pub fn named(&self, path: impl Into<String>) -> Self {
        Self { invalid: self.invalid.clone(), wide: self.wide, ..Self::new(path, self.text.clone()) }
    }

    /// The name used in messages: relative to the working folder, with forward slashes.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text, byte-order mark included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The places of bytes that were not UTF-8. Such a file must never be written back.
    pub fn invalid_utf8(&self) -> &[Span] {
        &self.invalid
    }

    /// The name of the encoding, where it is one with several bytes for each character. Such a file must never be
    /// written back either.
    pub fn wide_encoding(&self) -> Option<&'static str> {
        self.wide
    }

    /// Whether the text is that of the file, so that it may be written back.
    pub fn is_writable(&self) -> bool {
        self.invalid.is_empty() && self.wide.is_none()
    }

    /// The text of a file in such an encoding as far as it is ASCII, to tell what it was meant to be.
    pub fn narrowed(&self) -> String {
        self.text.trim_start_matches('?').replace('\0', "")
    }

    /// Whether the text begins with a byte-order mark.
    pub fn has_bom(&self) -> bool {
        self.text.starts_with(BOM)
    }

    /// The text of a span; empty where the span does not fit the file.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The line end that the file uses: the first one found, or a line feed.
    pub fn line_end(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }

    /// The offsets at which lines begin.
    pub fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let mut starts = vec![0];
            for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
                if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                    starts.push(at as u32 + 1);
                }
            }
            starts
        })
    }

    /// The line, counted from 0, in which a byte stands.
    pub fn line_of(&self, offset: usize) -> usize {
        self.line_starts().partition_point(|start| *start as usize <= offset).saturating_sub(1)
    }

    /// The span of a line (counted from 0) without its line end.
    pub fn line_span(&self, line: usize) -> Span {
        let starts = self.line_starts();
        let Some(start) = starts.get(line) else {
            return Span::at(self.text.len());
        };
        let end = starts.get(line + 1).map_or(self.text.len(), |next| *next as usize);
        let body = self.text[*start as usize..end].trim_end_matches(['\n', '\r']);
        Span::new(*start as usize, *start as usize + body.len())
    }

    /// The line and column of a byte offset.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.floor(offset);
        let line = self.line_of(offset);
        let start = self.line_starts()[line] as usize;
        let before = &self.text[start..offset];
        let marks = if start == 0 { before.chars().take_while(|c| *c == BOM).count() } else { 0 };
        // Most lines are short, and nothing need be counted for them but what is before the place.
        let count = match before.len() {
            ..STRETCH => before.chars().count(),
            _ => self.code_points.before(&self.text, offset) - self.code_points.before(&self.text, start),
        };
        Position { line: line + 1, column: count - marks + 1 }
    }

    /// The span made to fit: inside the file and on character boundaries.
    pub fn clamp(&self, span: Span) -> Span {
        Span::new(self.floor(span.start as usize), self.floor(span.end as usize))
    }

    fn floor(&self, offset: usize) -> usize {
        self.text.floor_char_boundary(offset)
    }
}

/// The encoding that a byte-order mark names, or that zeros in every second place give away.
fn wide(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(256)];
    let zeros = head.iter().map(|byte| usize::from(*byte == 0)).sum::<usize>();
    match head {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        _ if head.len() > 7 && zeros * 5 > head.len() * 2 => Some("UTF-16"),
        _ => None,
    }
}

/// Whether a text holds a part. Several times as fast as the method of the standard library.
pub fn contains(text: &str, part: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some()
}

/// The same text with a capital first letter, as a sentence begins.
pub fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_code_points_and_skip_the_byte_order_mark() {
        let file = SourceFile::new("a", "\u{feff}aé\r\nb日c\n");
        assert_eq!(file.position(3), Position { line: 1, column: 1 });
        assert_eq!(file.position(6), Position { line: 1, column: 3 });
        let c = file.text().find('c').unwrap();
        assert_eq!(file.position(c), Position { line: 2, column: 3 });
        assert_eq!(file.slice(file.line_span(1)), "b日c");
        assert_eq!(file.line_end(), "\r\n");
    }

    #[test]
    fn columns_of_long_lines_are_those_of_short_ones() {
        let file = SourceFile::new("a", format!("\u{feff}é\n{}", "aé日".repeat(2_000)));
        for offset in (0..file.text().len()).step_by(37) {
            let offset = file.text().floor_char_boundary(offset);
            let line = file.text()[..offset].rsplit('\n').next().unwrap().trim_start_matches(BOM);
            assert_eq!(file.position(offset).column, line.chars().count() + 1);
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_keep_every_offset() {
        let file = SourceFile::from_bytes("a", b"ab\xff\xfecd".to_vec());
        assert_eq!(file.text(), "ab??cd");
        assert_eq!(file.invalid_utf8(), [Span::new(2, 3), Span::new(3, 4)]);
    }

    #[test]
    fn a_span_is_made_to_fit() {
        let file = SourceFile::new("a", "é");
        assert_eq!(file.clamp(Span::new(1, 99)), Span::new(0, 2));
    }
}
