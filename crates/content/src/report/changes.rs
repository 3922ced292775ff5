//! What a fix changes, as lines that go and lines that come; and the difference of two texts, with colors.

use std::ops::Range;

use super::paint::{ADDED, FRAME, REMOVED, STRONG, text_columns};
use super::{Style, strip, text};
use crate::diagnostic::Fix;
use crate::source::{Edit, SourceFile, Span};

/// Of a long change this many lines are shown.
const MOST: usize = 10;
/// So many bytes around an edit are looked at.
const REACH: usize = 4096;

/// A line that goes or comes.
#[derive(Clone)]
struct Line<'t> {
    /// Its number, from 1: of the old text where it goes, of the new one where it comes.
    number: usize,
    comes: bool,
    text: &'t str,
    /// The bytes that differ from the line that it replaces.
    changed: Range<usize>,
    /// Whether the line goes on before the text, and after it.
    more: (bool, bool),
}

/// The lines that a fix takes away and puts in their place, with line numbers at least `gutter` columns wide.
pub(super) fn of_fix(source: &SourceFile, fix: &Fix, gutter: usize, style: &Style) -> String {
    let mut out = String::new();
    let (mut shift, mut hidden, mut room) = (0isize, 0, MOST);
    let last = source.line_of(fix.span().end as usize);
    let added: usize = fix.edits().iter().map(|edit| edit.text.matches('\n').count()).sum();
    let gutter = gutter.max((last + 1 + added).to_string().len());
    for edits in hunks(source, fix.edits()) {
        let first = source.line_of(edits[0].span.start as usize);
        let last = edits.iter().map(|edit| edit.span.end).max().unwrap_or_default() as usize;
        let (lines, next) = (source.line_starts(), source.line_of(last) + 1);
        let (line_start, line_end) =
            (lines[first] as usize, lines.get(next).map_or(source.text().len(), |start| *start as usize));
        // A line of a megabyte can have thousands of findings, so only what is near is looked at.
        let start = source.text().floor_char_boundary((edits[0].span.start as usize).saturating_sub(REACH));
        let (start, end) =
            (start.max(line_start), source.text().ceil_char_boundary(last + REACH).min(line_end));
        let old = &source.text()[start..end];
        let moved: Vec<Edit> = edits
            .iter()
            .map(|edit| {
                let range = edit.span.range();
                let span = Span::new(range.start - start, range.end - start);
                Edit::new(span, edit.text.as_str())
            })
            .collect();
        let Some(new) = Edit::apply(&moved, old) else { continue };
        let more = (start > line_start, end < line_end);
        let lines = compare([old, &new], [first + 1, first.saturating_add_signed(shift) + 1], more);
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

/// The lines that differ between an old and a new text with the numbers of their first lines: those that go, then those that
/// come. Where as many go as come, each is compared with the one that takes its place. `more` says whether the first line
/// goes on before the texts, and the last after them.
fn compare<'t>(texts: [&'t str; 2], numbers: [usize; 2], more: (bool, bool)) -> Vec<Line<'t>> {
    let [before, after] = texts.map(|text| text.split_inclusive('\n').collect::<Vec<&str>>());
    let start = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let ends = before[start..].iter().rev().zip(after[start..].iter().rev());
    let end = ends.take_while(|(a, b)| a == b).count();
    let (gone, come) = (&before[start..before.len() - end], &after[start..after.len() - end]);
    let of = |comes: bool| {
        let (all, lines, others) = if comes { (&after, come, gone) } else { (&before, gone, come) };
        let paired = lines.len() == others.len();
        let line = move |(at, text): (usize, &&'t str)| {
            let changed = if paired { difference(text, others[at]) } else { 0..0 };
            let more = (more.0 && start + at == 0, more.1 && start + at + 1 == all.len());
            Line { number: numbers[usize::from(comes)] + start + at, comes, text, changed, more }
        };
        lines.iter().enumerate().map(line).collect::<Vec<_>>()
    };
    [of(false), of(true)].concat()
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
    // The end of a line is shown where it is what changes.
    let (cr, lf) = if style.unicode { ("\u{240d}", "\u{240a}") } else { ("^M", "^J") };
    let ends = line.text.get(line.changed.start.max(end)..line.changed.end).unwrap_or_default();
    let ends = ends.replace('\r', cr).replace('\n', lf);
    let room = style.room().saturating_sub(gutter + 3 + text_columns(&ends)).max(20);
    let shown = strip::shown(body, changed.clone(), room, style.ellipsis());
    let part = |range: Range<usize>| {
        let cells = shown.cells.iter().filter(|cell| range.contains(&cell.at));
        cells.map(|cell| &*cell.text).collect::<String>()
    };
    let (sign, look) = if line.comes { ("+", ADDED) } else { ("-", REMOVED) };
    // What is white cannot be seen otherwise.
    let mut middle = part(changed.clone());
    if style.unicode && middle.trim().is_empty() {
        middle = middle.replace(' ', "\u{b7}");
    }
    middle += &ends;
    let left = if shown.cut_before || line.more.0 { style.ellipsis() } else { "" };
    let right = if shown.cut_after || line.more.1 { style.ellipsis() } else { "" };
    let mut out = style.paint(FRAME, &format!("{:>gutter$} ", line.number));
    out += &style.paint(look, &format!("{sign} {left}{}", part(0..changed.start)));
    out += &style.paint(look.bold().underline(), &middle);
    out += &style.paint(look, &format!("{}{right}", part(changed.end..body.len())));
    out.truncate(out.trim_end_matches(' ').len());
    out + "\n"
}

/// The unified diff of one file as a terminal shows it: with colors, and without anything that it obeys. Carriage
/// returns are shown where one side alone has them.
pub fn colored(diff: &str, style: &Style) -> String {
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

    fn changes(text: &str, edits: &[(usize, usize, &str)]) -> String {
        let edits = edits.iter().map(|(start, end, text)| Edit::new(Span::new(*start, *end), *text));
        let fix = Fix::safe("t", edits).unwrap();
        of_fix(&SourceFile::new("a.yaml", text), &fix, 1, &Style { width: 40, ..Style::default() })
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
