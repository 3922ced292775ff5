//! What a fix changes, as lines that go and lines that come; and the difference of two texts, with colours.

use std::ops::Range;

use super::excerpt::{Cell, cells, window};
use super::paint::{ADDED, FRAME, REMOVED, STRONG, text_columns};
use super::{Style, text};
use crate::diagnostic::Fix;
use crate::source::{Edit, SourceFile};

/// Of a long change this many lines are shown.
const MOST: usize = 10;

/// A line that goes or comes.
struct Line<'t> {
    /// Its number, from 1: of the old text where it goes, of the new one where it comes.
    number: usize,
    comes: bool,
    text: &'t str,
    /// The bytes that differ from the line that it replaces.
    changed: Range<usize>,
}

/// The lines that a fix takes away and puts in their place.
pub(super) fn of_fix(source: &SourceFile, fix: &Fix, style: &Style) -> String {
    let mut out = String::new();
    let (mut shift, mut hidden, mut room) = (0isize, 0, MOST);
    let last = source.line_of(fix.span().end as usize);
    let gutter = (last + 1 + fix.edits().iter().map(|edit| edit.text.matches('\n').count()).sum::<usize>())
        .to_string()
        .len();
    for edits in hunks(source, fix.edits()) {
        let first = source.line_of(edits[0].span.start as usize);
        let end = edits.iter().map(|edit| edit.span.end).max().unwrap_or_default();
        let start = source.line_span(first).start;
        let next = source.line_of(end as usize) + 1;
        let end = source.line_starts().get(next).copied().unwrap_or(source.text().len() as u32);
        let old = &source.text()[start as usize..end as usize];
        let moved: Vec<Edit> = edits
            .iter()
            .map(|edit| {
                let range = edit.span.range();
                let span = crate::source::Span::new(range.start - start as usize, range.end - start as usize);
                Edit::new(span, edit.text.as_str())
            })
            .collect();
        let Some(new) = Edit::apply(&moved, old) else { continue };
        let lines = compare(old, &new, first + 1, first.saturating_add_signed(shift) + 1);
        shift += new.matches('\n').count().cast_signed() - old.matches('\n').count().cast_signed();
        for line in &lines {
            if room == 0 {
                hidden += 1;
                continue;
            }
            room -= 1;
            out += &draw(line, gutter, style);
        }
    }
    if hidden > 0 {
        let more = format!("{} {hidden} more lines", style.ellipsis());
        out += &format!("{}   {}\n", " ".repeat(gutter), style.paint(FRAME, &more));
    }
    out
}

/// Edits that share a line, or stand on lines that follow each other.
fn hunks<'e>(source: &SourceFile, edits: &'e [Edit]) -> Vec<&'e [Edit]> {
    let mut hunks = Vec::new();
    let (mut from, mut last) = (0, usize::MAX);
    for (at, edit) in edits.iter().enumerate() {
        let first = source.line_of(edit.span.start as usize);
        if at > from && first > last + 1 {
            hunks.push(&edits[from..at]);
            from = at;
        }
        let end = source.line_of(edit.span.end as usize);
        last = if at == from { end } else { last.max(end) };
    }
    hunks.push(&edits[from..]);
    hunks
}

/// The lines that differ: those that go, then those that come. Where as many go as come, each is compared with the one
/// that takes its place.
fn compare<'t>(old: &'t str, new: &'t str, old_first: usize, new_first: usize) -> Vec<Line<'t>> {
    let before: Vec<&str> = old.split_inclusive('\n').collect();
    let after: Vec<&str> = new.split_inclusive('\n').collect();
    let start = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let ends = before[start..].iter().rev().zip(after[start..].iter().rev());
    let end = ends.take_while(|(a, b)| a == b).count();
    let (gone, come) = (&before[start..before.len() - end], &after[start..after.len() - end]);
    let of = |lines: &[&'t str], others: &[&str], first: usize, comes: bool| {
        let paired = lines.len() == others.len();
        let line = |(at, text): (usize, &&'t str)| {
            let changed = if paired { difference(text, others[at]) } else { 0..0 };
            Line { number: first + start + at, comes, text, changed }
        };
        lines.iter().enumerate().map(line).collect::<Vec<_>>()
    };
    let mut lines = of(gone, come, old_first, false);
    lines.extend(of(come, gone, new_first, true));
    lines
}

/// The bytes of `text` that `other` does not have at its ends.
fn difference(text: &str, other: &str) -> Range<usize> {
    let same = text.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let start = text.floor_char_boundary(same);
    let most = text.len().min(other.len()) - start.min(other.len());
    let same = text.bytes().rev().zip(other.bytes().rev()).take(most).take_while(|(a, b)| a == b).count();
    start..text.ceil_char_boundary(text.len() - same).max(start)
}

fn draw(line: &Line, gutter: usize, style: &Style) -> String {
    let body = line.text.trim_end_matches(['\n', '\r']);
    let end = line.text.len().min(body.len());
    let changed = line.changed.start.min(end)..line.changed.end.min(end);
    let cells: Vec<Cell> = cells(body).collect();
    // The end of a line is shown where it is what changes.
    let (cr, lf) = if style.unicode { ("\u{240d}", "\u{240a}") } else { ("^M", "^J") };
    let ends = line.text.get(line.changed.start.max(end)..line.changed.end).unwrap_or_default();
    let ends = ends.replace('\r', cr).replace('\n', lf);
    let room = style.room().saturating_sub(gutter + 3 + text_columns(&ends)).max(20);
    let at = |offset: usize| cells.partition_point(|cell| cell.at() < offset);
    let mark = at(changed.start)..at(changed.end);
    let total: usize = cells.iter().map(|cell| text_columns(&cell.text)).sum();
    let (from, to) =
        if total > room { window(&cells, mark.clone(), room, style.ellipsis()) } else { (0, cells.len()) };
    let (sign, look) = if line.comes { ("+", ADDED) } else { ("-", REMOVED) };
    let part = |range: Range<usize>| {
        let range = range.start.clamp(from, to)..range.end.clamp(from, to);
        cells[range].iter().map(|cell| &*cell.text).collect::<String>()
    };
    // What is white cannot be seen otherwise.
    let mut middle = part(mark.clone());
    if style.unicode && middle.trim().is_empty() {
        middle = middle.replace(' ', "\u{b7}");
    }
    middle += &ends;
    let left = if from > 0 { style.ellipsis() } else { "" };
    let right = if to < cells.len() { style.ellipsis() } else { "" };
    let mut out = style.paint(FRAME, &format!("{:>gutter$} ", line.number));
    out += &style.paint(look, &format!("{sign} {left}{}", part(0..mark.start)));
    out += &style.paint(look.bold().underline(), &middle);
    out += &style.paint(look, &format!("{}{right}", part(mark.end..cells.len())));
    out.truncate(out.trim_end_matches(' ').len());
    out + "\n"
}

/// The unified diff of one file as a terminal shows it: with colours, and without anything that it obeys. Carriage
/// returns are shown where one side alone has them.
pub(crate) fn colored(diff: &str, style: &Style) -> String {
    let returns =
        |sign: char| diff.split('\n').skip(2).any(|line| line.starts_with(sign) && line.ends_with('\r'));
    let differ = returns('-') != returns('+');
    let mut out = String::with_capacity(diff.len() * 2);
    for (at, line) in diff.split_terminator('\n').enumerate() {
        let line = if differ { line } else { line.strip_suffix('\r').unwrap_or(line) };
        let look = match line.as_bytes().first() {
            _ if at < 2 => STRONG,
            Some(b'@') => FRAME,
            Some(b'-') => REMOVED,
            Some(b'+') => ADDED,
            _ => anstyle::Style::new(),
        };
        out += &style.paint(look, &text::visible(line));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn changes(text: &str, edits: &[(usize, usize, &str)]) -> String {
        let edits = edits.iter().map(|(start, end, text)| Edit::new(Span::new(*start, *end), *text));
        let fix = Fix::safe("t", edits).unwrap();
        of_fix(&SourceFile::new("a.yaml", text), &fix, &Style { width: 40, ..Style::default() })
    }

    #[test]
    fn a_fix_is_shown_by_the_lines_that_differ() {
        assert_eq!(changes("a: 1\nb: 2\n", &[(8, 9, "3")]), "2 - b: 2\n2 + b: 3\n");
        // A line more, a line less, and what follows keeps its number in the text it stands in.
        assert_eq!(changes("a: 1\nb: 2\n", &[(4, 4, "\nx: 0")]), "2 + x: 0\n");
        assert_eq!(changes("a: 1\nb: 2\n", &[(0, 5, "")]), "1 - a: 1\n");
        let far = "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\n";
        assert_eq!(changes(far, &[(0, 5, ""), (23, 24, "6")]), "1 - a: 1\n5 - e: 5\n4 + e: 6\n");
        // Edits on lines that follow each other are one change.
        assert_eq!(
            changes("a: 1\nb: 2\n", &[(3, 4, "3"), (8, 9, "4")]),
            "1 - a: 1\n2 - b: 2\n1 + a: 3\n2 + b: 4\n"
        );
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(changes("a: 1  \n", &[(4, 6, "")]), "1 - a: 1\u{b7}\u{b7}\n1 + a: 1\n");
        assert_eq!(changes("a: 1\r\n", &[(4, 5, "")]), "1 - a: 1\u{240d}\n1 + a: 1\n");
        assert_eq!(changes("a: 1", &[(4, 4, "\n")]), "1 - a: 1\n1 + a: 1\u{240a}\n");
        assert_eq!(changes("a: \u{1b}[1m\n", &[(7, 7, "x")]), "1 - a: \u{241b}[1m\n1 + a: \u{241b}[1mx\n");
    }

    #[test]
    fn long_changes_are_cut() {
        let long = format!("a: {}here{}\n", "x".repeat(60), "y".repeat(60));
        let shown = changes(&long, &[(63, 67, "there")]);
        assert!(shown.lines().all(|line| text_columns(line) <= 40), "{shown}");
        assert!(shown.contains("xxhereyy") && shown.contains("xxthereyy"), "{shown}");
        let many = "a: 1\n".repeat(30);
        let shown = changes(&many, &[(0, many.len(), "")]);
        assert_eq!(shown.lines().count(), 11);
        assert!(shown.ends_with("\u{2026} 20 more lines\n"), "{shown}");
    }

    #[test]
    fn a_diff_on_a_terminal_has_colours_and_is_not_obeyed() {
        let style = Style { color: true, ..Style::default() };
        let shown = colored("--- a\n+++ a\n@@ -1 +1 @@\n--- x\u{1b}[2J\r\n+y\r\n", &style);
        assert!(shown.contains("\u{1b}[31m--- x\u{241b}[2J\u{1b}[0m\n"), "{shown:?}");
        assert!(shown.contains("\u{1b}[32m+y\u{1b}[0m\n"), "{shown:?}");
        assert!(colored("-a\n+++ a\n@@ -1 +1 @@\n-x\r\n+x\n", &style).contains("-x\u{240d}"));
    }
}
