//! From byte offsets to the positions of the protocol and back, in the units that client and server agreed on.
//!
//! A position beyond its line means the end of the line, and one beyond the text the end of the text, as the protocol says.

use gen_lsp_types::{Position, Range, TextEdit};

use crate::source::{Edit, SourceFile, Span};

/// What the characters of a position count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16: the default of the protocol.
    #[default]
    Utf16,
}

impl Encoding {
    /// The name in the protocol.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
        }
    }

    fn len(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
        }
    }

    /// The length of a text in these units.
    pub(super) fn measure(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 if text.is_ascii() => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
        }
    }

    /// The offset of a position.
    pub(super) fn offset(self, source: &SourceFile, position: Position) -> usize {
        let Some(start) = source.line_starts().get(position.line as usize) else {
            return source.text().len();
        };
        let line = source.slice(source.line_span(position.line as usize));
        let (start, wanted) = (*start as usize, position.character as usize);
        let mut units = 0;
        for (at, c) in line.char_indices() {
            units += self.len(c);
            // A position inside a character means the place before it.
            if units > wanted {
                return start + at;
            }
        }
        start + line.len()
    }

    /// The span of a range; one that ends before it begins is empty.
    pub(super) fn span(self, source: &SourceFile, range: Range) -> Span {
        Span::new(self.offset(source, range.start), self.offset(source, range.end))
    }
}

/// The positions of offsets, most of which are asked for in the order of the text.
pub(super) struct Places<'s> {
    source: &'s SourceFile,
    encoding: Encoding,
    /// The last place: its offset, and the units before it in its line.
    last: (usize, Position),
}

impl<'s> Places<'s> {
    /// The places of a text.
    pub(super) fn new(source: &'s SourceFile, encoding: Encoding) -> Self {
        Self { source, encoding, last: (0, Position::new(0, 0)) }
    }

    /// The position of an offset.
    pub(super) fn at(&mut self, offset: usize) -> Position {
        let text = self.source.text();
        let mut offset = text.floor_char_boundary(offset);
        // Inside of a line end is the end of the line.
        if text[offset..].starts_with('\n') && text[..offset].ends_with('\r') {
            offset -= 1;
        }
        let line = self.source.line_of(offset);
        let start = self.source.line_starts().get(line).copied().unwrap_or_default() as usize;
        let (known, place) = self.last;
        let (from, units) = if place.line as usize == line && known <= offset && known >= start {
            (known, place.character as usize)
        } else {
            (start, 0)
        };
        let units = units + self.encoding.measure(&text[from..offset]);
        let place = Position::new(line as u32, units as u32);
        self.last = (offset, place);
        place
    }

    /// The range of a span.
    pub(super) fn range(&mut self, span: Span) -> Range {
        let start = self.at(span.start as usize);
        Range { start, end: self.at(span.end as usize) }
    }

    /// An edit in the words of the protocol.
    pub(super) fn edit(&mut self, edit: &Edit) -> TextEdit {
        TextEdit { range: self.range(edit.span), new_text: edit.text.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "ab\r\nä😀x\n\nend";

    #[test]
    fn positions_lead_to_offsets_and_back() {
        let source = SourceFile::new("a.kql", TEXT);
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let mut places = Places::new(&source, encoding);
            for (offset, _) in TEXT.char_indices().filter(|(at, _)| !TEXT[..*at].ends_with('\r')) {
                let place = places.at(offset);
                assert_eq!(encoding.offset(&source, place), offset, "{place:?}");
            }
            // The same in any order.
            let backwards: Vec<_> = (0..=TEXT.len()).rev().map(|at| places.at(at)).collect();
            let fresh = |at| Places::new(&source, encoding).at(at);
            assert_eq!(backwards, (0..=TEXT.len()).rev().map(fresh).collect::<Vec<_>>());
        }
    }

    #[test]
    fn units_are_those_that_were_agreed_on() {
        let source = SourceFile::new("a.kql", TEXT);
        let x = TEXT.find('x').unwrap();
        assert_eq!(Places::new(&source, Encoding::Utf16).at(x), Position::new(1, 3));
        assert_eq!(Places::new(&source, Encoding::Utf8).at(x), Position::new(1, 6));
        // Inside the emoji.
        assert_eq!(Encoding::Utf16.offset(&source, Position::new(1, 2)), TEXT.find('😀').unwrap());
    }

    #[test]
    fn positions_outside_of_the_text_are_moved_into_it() {
        let source = SourceFile::new("a.kql", TEXT);
        let at = |line, character| Encoding::Utf16.offset(&source, Position::new(line, character));
        assert_eq!(at(0, 99), 2);
        assert_eq!(at(2, 5), TEXT.find("\n\n").unwrap() + 1);
        assert_eq!(at(99, 0), TEXT.len());
        assert_eq!(at(u32::MAX, u32::MAX), TEXT.len());
        assert_eq!(Places::new(&source, Encoding::Utf16).at(3), Position::new(0, 2));
        let range = Range { start: Position::new(3, 2), end: Position::new(0, 1) };
        assert!(Encoding::Utf16.span(&source, range).is_empty());
    }
}
