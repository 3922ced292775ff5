//! The part of a line that there is room for, around the place that matters.

use std::borrow::Cow;
use std::ops::Range;

use super::paint::text_columns;
use super::text;
use crate::source::BOM;

/// The columns of a tab.
const TAB: &str = "    ";

/// A character as it is drawn, of which some take no column, several, or more than one character.
pub(super) struct Cell<'t> {
    /// Its offset in the line.
    pub(super) at: usize,
    pub(super) text: Cow<'t, str>,
    columns: usize,
}

/// What is shown of a line.
pub(super) struct Shown<'t> {
    pub(super) cells: Vec<Cell<'t>>,
    /// The offset in the line where they end.
    pub(super) end: usize,
    /// Whether something of the line is missing before them.
    pub(super) cut_before: bool,
    /// Whether something of the line is missing after them.
    pub(super) cut_after: bool,
}

/// The whole of a line, if there is room for it. Else its start, if the mark is seen then; else what stands from a little
/// before the mark, and from further back where the line ends before the room does. `dots` take the place of what is cut.
pub(super) fn shown<'t>(line: &'t str, mark: Range<usize>, room: usize, dots: &str) -> Shown<'t> {
    // A line of a megabyte can have thousands of findings, so only what is near is looked at.
    let reach = room * 16;
    let first = if mark.start <= reach { 0 } else { line.floor_char_boundary(mark.start - reach) };
    let last = line.ceil_char_boundary((mark.start.saturating_add(reach)).min(line.len()));
    let cells: Vec<Cell> = cells(line, first..last).collect();
    let (more_before, more_after) = (first > 0, last < line.len());
    let total: usize = cells.iter().map(|cell| cell.columns).sum();
    let (from, to) = if total <= room && !more_before && !more_after {
        (0, cells.len())
    } else {
        let at = |offset: usize| cells.partition_point(|cell| cell.at < offset);
        window(&cells, at(mark.start)..at(mark.end), room, text_columns(dots), (more_before, more_after))
    };
    let end = cells.get(to).map_or(last, |cell| cell.at);
    let (cut_before, cut_after) = (from > 0 || more_before, to < cells.len() || more_after);
    let cells = cells.into_iter().take(to).skip(from).collect();
    Shown { cells, end, cut_before, cut_after }
}

/// Which cells there is room for beside `dots` columns at each end that is cut.
fn window(
    cells: &[Cell],
    mark: Range<usize>,
    room: usize,
    dots: usize,
    (more_before, more_after): (bool, bool),
) -> (usize, usize) {
    // As many characters as there is room for.
    let take = |cells: &mut dyn Iterator<Item = &Cell>, room: usize| {
        let mut used = 0;
        let fits = |cell: &&Cell| {
            used += cell.columns;
            used <= room
        };
        cells.take_while(fits).count()
    };
    if !more_before {
        let to = take(&mut cells.iter(), room - dots);
        if mark.end < to || mark.start < to / 2 {
            return (0, to);
        }
    }
    let start = mark.start.min(cells.len());
    let from = start - take(&mut cells[..start].iter().rev(), room / 4);
    let to = from + take(&mut cells[from..].iter(), room - 2 * dots);
    if to < cells.len() || more_after {
        return (from, to);
    }
    (cells.len() - take(&mut cells.iter().rev(), room - dots), cells.len())
}

fn cells(line: &str, part: Range<usize>) -> impl Iterator<Item = Cell<'_>> {
    line[part.clone()].char_indices().map(move |(at, c)| {
        let at = part.start + at;
        let whole = &line[at..at + c.len_utf8()];
        let text = match c {
            ' '..='~' => return Cell { at, text: Cow::Borrowed(whole), columns: 1 },
            BOM => Cow::Borrowed(""),
            '\t' => Cow::Borrowed(TAB),
            _ => Cow::Owned(text::visible(whole)),
        };
        Cell { at, columns: text_columns(&text), text }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(line: &str, mark: Range<usize>) -> String {
        let shown = shown(line, mark, 20, "~");
        let dots = |cut: bool| if cut { "~" } else { "" };
        let text: String = shown.cells.iter().map(|cell| &*cell.text).collect();
        let out = format!("{}{text}{}", dots(shown.cut_before), dots(shown.cut_after));
        assert!(text_columns(&out) <= 20, "{out}");
        out
    }

    #[test]
    fn a_line_is_cut_around_its_mark() {
        let line = "0123456789abcdefghijklmnopqrstuvwxyz";
        assert_eq!(part(&line[..20], 3..5), &line[..20]);
        assert_eq!(part(line, 3..5), "0123456789abcdefghi~");
        assert_eq!(part(line, 15..20), "~abcdefghijklmnopqr~");
        assert_eq!(part(line, 30..33), "~hijklmnopqrstuvwxyz");
        assert_eq!(part(line, 36..36), "~hijklmnopqrstuvwxyz");
    }

    #[test]
    fn of_a_long_line_only_what_is_near_is_looked_at() {
        let line = "\u{65e5}".repeat(1_000_000);
        assert_eq!(part(&line, 0..3).chars().count(), 10);
        let middle = part(&line, 1_500_000..1_500_003);
        assert!(middle.starts_with('~') && middle.ends_with('~'), "{middle}");
        assert!(part(&line, line.len()..line.len()).ends_with('\u{65e5}'));
    }
}
