//! From offsets into a text that was fixed in memory back to offsets into the file.

use super::{Node, ScalarStyle, Value};
use crate::source::{Edit, Span};

/// Edits made in memory so far, round after round: each round's offsets are those of the text before it.
#[derive(Default)]
pub(super) struct Rounds(Vec<Vec<Change>>);

/// One replacement, with its place before and after.
struct Change {
    old: Span,
    new_start: u32,
    new_end: u32,
}

impl Rounds {
    pub(super) fn add(&mut self, edits: &[Edit]) {
        let mut sorted: Vec<(Span, u32)> =
            edits.iter().map(|edit| (edit.span, edit.text.len() as u32)).collect();
        sorted.sort_by_key(|(span, _)| (span.start, span.end));
        let (mut old_end, mut new_end) = (0, 0);
        let round = sorted.into_iter().map(|(old, length)| {
            let new_start = new_end + (old.start - old_end);
            (old_end, new_end) = (old.end, new_start + length);
            Change { old, new_start, new_end }
        });
        self.0.push(round.collect());
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

fn back(round: &[Change], offset: u32, is_end: bool) -> u32 {
    let mut next = round.partition_point(|change| change.new_start < offset);
    // A range that begins where text was removed begins after that text, one that ends there before.
    while !is_end && round.get(next).is_some_and(|c| c.new_start == offset && c.new_end == offset) {
        next += 1;
    }
    match next.checked_sub(1).map(|i| &round[i]) {
        Some(change) if offset < change.new_end => change.old.start,
        Some(change) => change.old.end + (offset - change.new_end),
        None => offset,
    }
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
        rounds.add(&[Edit::insert(2, "XX"), Edit::delete(Span::new(3, 4))]);
        rounds.add(&[Edit::insert(0, "Y")]);
        let back: Vec<u32> = (0..=8).map(|offset| rounds.back(offset)).collect();
        assert_eq!(back, [0, 0, 1, 2, 2, 2, 4, 5, 6]);
    }
}
