//! From offsets into a text that was mended in memory back to offsets into the file.

use super::{Node, ScalarStyle, Value};
use crate::source::Span;

/// Edits made in memory so far: each round's spans are offsets into the text before that round.
#[derive(Default)]
pub(super) struct Rounds(Vec<Vec<(Span, u32)>>);

impl Rounds {
    pub(super) fn add(&mut self, edits: &[(Span, String)]) {
        let mut round: Vec<_> = edits.iter().map(|(span, new)| (*span, new.len() as u32)).collect();
        round.sort_by_key(|(span, _)| (span.start, span.end));
        self.0.push(round);
    }

    /// The offset, in the text before any edit, of a range's start or end.
    fn back_offset(&self, offset: u32, is_end: bool) -> u32 {
        self.0.iter().rev().fold(offset, |offset, round| back(round, offset, is_end))
    }

    /// The offset in the text before any edit.
    pub(super) fn back(&self, offset: u32) -> u32 {
        self.back_offset(offset, false)
    }

    /// The place in the text before any edit.
    pub(super) fn back_span(&self, span: Span) -> Span {
        let start = self.back_offset(span.start, false);
        Span { start, end: self.back_offset(span.end, true).max(start) }
    }
}

fn back(round: &[(Span, u32)], offset: u32, is_end: bool) -> u32 {
    let (mut added, mut removed) = (0, 0);
    for (span, length) in round {
        let start = span.start + added - removed;
        // A range that begins where text was removed begins behind that text, one that ends there before.
        if offset < start || (offset == start && (*length > 0 || is_end)) {
            break;
        }
        if offset < start + length {
            return span.start;
        }
        added += length;
        removed += span.end - span.start;
    }
    offset + removed - added
}

/// The tree with every span sent through `map`. A scalar that was quoted only in memory is plain.
pub(super) fn place(mut node: Node, map: &dyn Fn(Span) -> Span, text: &str) -> Node {
    visit(&mut node, map, text);
    node
}

fn visit(node: &mut Node, map: &dyn Fn(Span) -> Span, text: &str) {
    node.span = map(node.span);
    node.anchor = node.anchor.map(map);
    match &mut node.value {
        Value::Scalar(scalar) => {
            scalar.header = scalar.header.map(map);
            let quoted = matches!(scalar.style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
            let source = text.get(node.span.range()).unwrap_or_default();
            if quoted && !source.starts_with(['"', '\'']) {
                scalar.style = ScalarStyle::Plain;
            }
        }
        Value::Sequence(sequence) => {
            sequence.dashes.iter_mut().for_each(|dash| *dash = map(Span::at(*dash as usize)).start);
            sequence.items.iter_mut().for_each(|item| visit(item, map, text));
        }
        Value::Mapping(mapping) => {
            for entry in &mut mapping.entries {
                visit(&mut entry.key, map, text);
                visit(&mut entry.value, map, text);
            }
        }
        Value::Alias(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_go_back_through_insertions_and_removals() {
        let mut rounds = Rounds::default();
        // abcdef -> ab[XX]cef -> [Y]abXXcef
        rounds.add(&[(Span::at(2), "XX".to_owned()), (Span::new(3, 4), String::new())]);
        rounds.add(&[(Span::at(0), "Y".to_owned())]);
        let back: Vec<u32> = (0..=8).map(|offset| rounds.back(offset)).collect();
        assert_eq!(back, [0, 0, 1, 2, 2, 2, 4, 5, 6]);
    }
}
