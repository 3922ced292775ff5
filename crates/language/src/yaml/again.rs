//! Reads a document again after edits: only the entries of the root mapping that were edited, where the others cannot
//! be read otherwise than before.

use std::ops::Range;

use super::parse::mark_duplicates;
use super::simple;
use super::{Comment, Document, Entry, Mapping, Node, Value};
use crate::source::{BOM, Edit, Span};

/// The document after sorted edits of a text that could be read; `None` where only reading all of it tells.
///
/// An entry of the root mapping reaches from its key in the first column to the next such key. Whatever is read before
/// it has ended there, so that an entry reads by itself as it does in its file, unless there are anchors.
pub fn reread(old: &Document, old_text: &str, new_text: &str, edits: &[Edit]) -> Option<Document> {
    let entries = entries(old, old_text)?;
    let starts: Vec<usize> = entries.iter().map(|entry| entry.key.span.start as usize).collect();
    let mut out = Document::default();
    let mut all = Vec::with_capacity(entries.len());
    let before_first = old.comments.partition_point(|comment| (comment.span.start as usize) < starts[0]);
    out.comments.extend(&old.comments[..before_first]);
    let (mut next, mut shift) = (0, Shift::default());
    let mut edits = edits;
    while next < entries.len() {
        let (edited, change) = edited(&starts, edits, old_text.len())?;
        let kept = edited.as_ref().map_or(entries.len(), |range| range.start);
        for entry in &entries[next..kept] {
            all.push(moved_entry(entry, shift)?);
        }
        let end = |at: usize| starts.get(at).copied().unwrap_or(old_text.len());
        let place = starts[next]..end(kept);
        out.comments.extend(comments_in(&old.comments, &place).map(|one| moved_comment(one, shift)));
        let Some(range) = edited else { break };
        edits = &edits[change.count..];
        let from = shift.of(starts[range.start]);
        shift = Shift { more: shift.more + change.more, less: shift.less + change.less };
        let to = shift.of(end(range.end));
        read_entries(new_text.get(from..to)?, from, to == new_text.len(), &mut all, &mut out.comments)?;
        next = range.end;
    }
    let span = Span { start: all.first()?.key.span.start, end: all.last()?.span().end };
    mark_duplicates(&mut all);
    out.root = Some(Node { span, value: Value::Mapping(Mapping::of(false, all)), anchor: None, tag: None });
    Some(out)
}

/// The entries of the root mapping of a document without errors, where each begins a line.
fn entries<'d>(document: &'d Document, text: &str) -> Option<&'d [Entry]> {
    let root = document.root.as_ref()?;
    let mapping = root.as_mapping().filter(|mapping| !mapping.flow && !mapping.entries.is_empty())?;
    let whole = document.errors.is_empty()
        && document.damaged.is_empty()
        && document.extra_documents.is_empty()
        && !document.recovered;
    let plain = root.anchor.is_none() && root.tag.is_none();
    let in_first_column = mapping.entries.iter().all(|entry| {
        let before = &text[..entry.key.span.start as usize];
        entry.key.scalar().is_some() && (before.is_empty() || before.ends_with(['\n', BOM]))
    });
    (whole && plain && in_first_column).then_some(&mapping.entries)
}

/// How far the bytes after some edits move: those that came, less those that went.
#[derive(Clone, Copy, Default)]
struct Shift {
    more: usize,
    less: usize,
}

impl Shift {
    fn of(self, offset: usize) -> usize {
        (offset + self.more).saturating_sub(self.less)
    }

    fn of_span(self, span: Span) -> Span {
        Span::new(self.of(span.start as usize), self.of(span.end as usize))
    }
}

/// How many edits a run of edited entries has, and the bytes that come and go with them.
#[derive(Default)]
struct Change {
    count: usize,
    more: usize,
    less: usize,
}

/// The first entries that edits touch, and those edits; no entries where there are no more edits.
fn edited(starts: &[usize], edits: &[Edit], end: usize) -> Option<(Option<Range<usize>>, Change)> {
    let mut change = Change::default();
    let mut range: Option<Range<usize>> = None;
    for edit in edits {
        let (from, to) = (edit.span.start as usize, edit.span.end as usize);
        let first = starts.partition_point(|start| *start <= from).checked_sub(1)?;
        let last = starts.partition_point(|start| *start < to).max(first + 1);
        match &mut range {
            Some(range) if first < range.end => range.end = last.max(range.end),
            Some(_) => break,
            None => range = Some(first..last),
        }
        change.count += 1;
        change.more += edit.text.len();
        change.less += edit.span.len();
        if to > end {
            return None;
        }
    }
    Some((range, change))
}

/// Reads a piece of a text that begins at `from`.
fn read_entries(
    piece: &str,
    from: usize,
    is_last: bool,
    entries: &mut Vec<Entry>,
    comments: &mut Vec<Comment>,
) -> Option<()> {
    if piece.is_empty() {
        return Some(());
    }
    // Blanks might belong to what is before, and a line without an end to what comes after.
    let apart = !piece.starts_with([' ', '\t', '\r', '\n', BOM]) && (is_last || piece.ends_with('\n'));
    let is_marker = |line: &str| {
        let line_end = line.strip_suffix('\r').unwrap_or(line);
        line.starts_with("---") || line.starts_with("...") || line.starts_with('%') || line_end.contains('\r')
    };
    if !apart || piece.split('\n').any(is_marker) {
        return None;
    }
    let read = simple::read(piece);
    if read.failure.is_some() || !read.extra_documents.is_empty() || !read.unknown_aliases.is_empty() {
        return None;
    }
    let by = Shift { more: from, less: 0 };
    comments.extend(read.comments.iter().map(|one| moved_comment(one, by)));
    let Some(root) = read.root else {
        // An anchor or a tag with nothing after it has no node.
        let says_nothing = |line: &str| line.trim().is_empty() || line.starts_with('#');
        return piece.split('\n').all(says_nothing).then_some(());
    };
    let Value::Mapping(mapping) = root.value else { return None };
    if mapping.flow || root.anchor.is_some() || root.tag.is_some() {
        return None;
    }
    for mut entry in mapping.entries {
        let before = &piece[..entry.key.span.start as usize];
        if entry.key.scalar().is_none() || !(before.is_empty() || before.ends_with('\n')) {
            return None;
        }
        shift(&mut entry.key, by)?;
        shift(&mut entry.value, by)?;
        entries.push(entry);
    }
    Some(())
}

fn comments_in<'c>(comments: &'c [Comment], place: &Range<usize>) -> std::slice::Iter<'c, Comment> {
    let at = |offset: usize| comments.partition_point(|comment| (comment.span.start as usize) < offset);
    comments[at(place.start)..at(place.end)].iter()
}

fn moved_comment(comment: &Comment, by: Shift) -> Comment {
    Comment { span: by.of_span(comment.span), ..*comment }
}

fn moved_entry(entry: &Entry, by: Shift) -> Option<Entry> {
    let mut entry = entry.clone();
    shift(&mut entry.key, by)?;
    shift(&mut entry.value, by)?;
    Some(entry)
}

/// Moves a node; `None` where it has an anchor or refers to one, which may be that of another entry.
fn shift(node: &mut Node, by: Shift) -> Option<()> {
    if node.anchor.is_some() {
        return None;
    }
    node.span = by.of_span(node.span);
    match &mut node.value {
        Value::Scalar(scalar) => scalar.header = scalar.header.map(|span| by.of_span(span)),
        Value::Sequence(list) => {
            for dash in &mut list.dashes {
                *dash = by.of_span(Span::at(*dash as usize)).start;
            }
            for item in &mut list.items {
                shift(item, by)?;
            }
        }
        Value::Mapping(mapping) => {
            for entry in &mut mapping.entries {
                shift(&mut entry.key, by)?;
                shift(&mut entry.value, by)?;
            }
        }
        Value::Alias(_) => return None,
    }
    Some(())
}
