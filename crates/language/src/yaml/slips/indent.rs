//! Slips of indentation: tabs, and lines that fit no level.

use super::{Place, Slip, key_of_line, last_scalar};
use crate::source::{Edit, Span};
use crate::yaml::lines::{Line, line_at, line_start, lines, spaces};
use crate::yaml::{Node, Value};
use granit_parser::ErrorKind;

pub(super) const ITEM_FOR_KEY: &str = "expected a key, found a list item";

/// A tab among the blanks that a line begins with.
pub(super) fn tab(place: &Place) -> Option<Slip> {
    use ErrorKind as K;
    let by_kind = matches!(
        place.kind,
        K::TabNotAllowed
            | K::TabInBlockIndentation
            | K::TabInIndentation
            | K::TabInPlainScalar
            | K::TabAtBlockScalarStart
    );
    let tabbed = |line: &Line| indentation(place.text, *line).contains('\t');
    // The parser may stop on the line above; a tab further down is another matter.
    let most = if by_kind { 8 } else { 1 };
    let first = lines(place.text, place.line.start, place.text.len()).take(most).find(tabbed)?;
    let run: Vec<Line> = lines(place.text, first.start, place.text.len())
        .take_while(|line| tabbed(line) || place.text[line.start..line.end].trim().is_empty())
        .filter(tabbed)
        .collect();
    let span = {
        let blanks = indentation(place.text, first);
        let at = first.start + blanks.find('\t').unwrap_or_default();
        let tabs = place.text[at..].bytes().take_while(|b| *b == b'\t').count();
        Span::new(at, at + tabs)
    };
    let beside = like_neighbours(place.text, first).filter(|_| run.len() == 1);
    // Alone, a key of the first column that no neighbour tells of belongs there.
    let is_root = |line: Line| {
        key_of_line(place.text, line).is_some_and(|key| place.root_keys.contains(&place.slice(key.span)))
    };
    let beside = beside.or_else(|| (run.len() == 1 && is_root(first)).then_some(0));
    let beside = beside.map(|columns| {
        let blanks = indentation(place.text, first);
        vec![Edit::new(Span::new(first.start, first.start + blanks.len()), " ".repeat(columns))]
    });
    let widths = [2, 4, 8, 0].map(|width| {
        run.iter()
            .map(|line| {
                let blanks = indentation(place.text, *line);
                let columns: usize = blanks.bytes().map(|b| if b == b'\t' { width } else { 1 }).sum();
                Edit::new(Span::new(line.start, line.start + blanks.len()), " ".repeat(columns))
            })
            .collect()
    });
    let candidates: Vec<_> = beside.into_iter().chain(widths).collect();
    Some(
        Slip::new(span, "a tab is used for indentation; YAML only allows spaces")
            .help("indent with spaces")
            .fix("indent with spaces instead of tabs", candidates),
    )
}

/// The column in which a line belongs, as the lines around it tell.
fn like_neighbours(text: &str, line: Line) -> Option<usize> {
    let body = text[line.start..line.end].trim();
    let above = line_at(text, line_start(text, text[..line.start].trim_end().len()));
    let key = key_of_line(text, above)?;
    let key_column = key.span.start as usize - above.start;
    let has_value = !text[key.colon + 1..above.end].trim().is_empty();
    let is_item = body.starts_with("- ");
    let below = lines(text, line.next, text.len()).find(|line| !text[line.start..line.end].trim().is_empty());
    match (has_value, is_item) {
        // The next key beside the one above.
        (true, false) => Some(key_column),
        // The first item of the list above, whose further keys stand two columns to the right of the dash.
        (false, true) => below
            .filter(|below| key_of_line(text, *below).is_some() && key_of_line(text, line).is_some())
            .map(|below| column(text, below))
            .filter(|below| *below >= key_column + 2)
            .map(|below| below - 2),
        // The first key of the mapping above.
        (false, false) => below
            .filter(|below| !text[below.start..below.end].trim().starts_with('-'))
            .map(|below| column(text, below))
            .map(|below| if body.ends_with(':') { usize::midpoint(key_column, below) } else { below })
            .filter(|column| *column > key_column),
        // The next item of the list that the key above stands in.
        (true, true) => below
            .filter(|below| key_of_line(text, *below).is_some() && column(text, *below) == key_column)
            .and_then(|_| key_column.checked_sub(2)),
    }
}

pub(super) fn indentation(text: &str, line: Line) -> &str {
    let body = &text[line.start..line.end];
    &body[..body.len() - body.trim_start_matches([' ', '\t']).len()]
}

pub(super) fn column(text: &str, line: Line) -> usize {
    spaces(&text[line.start..line.end])
}

/// The value of a key of the first column, on the next line and in the same column.
pub(super) fn value(place: &Place) -> Option<Slip> {
    let above =
        line_at(place.text, line_start(place.text, place.text.get(..place.line.start)?.trim_end().len()));
    let key = key_of_line(place.text, above)?;
    let starts = key.span.start as usize == above.start && column(place.text, place.line) == 0;
    let is_empty = place.text[key.colon + 1..above.end].trim().is_empty();
    let body = place.body().trim_end();
    let word = body.split_whitespace().next()?;
    // A word that is the name of a key lacks its colon.
    if !starts || !is_empty || place.root_keys.contains(&word) {
        return None;
    }
    let name = place.slice(key.span);
    let span = Span::new(place.line.start, place.line.start + body.len());
    let edits = shifted(place, 2, |line| {
        key_of_line(place.text, line).is_none() && !place.text[line.start..line.end].starts_with(['-', '#'])
    });
    Some(
        Slip::new(span, format!("the value of `{name}` is not indented"))
            .label(key.span, "the key")
            .help(format!("indent the value, or write it after `{name}:`"))
            .fix("indent it", vec![edits]),
    )
}

/// First lines that are indented where those below are not.
pub(super) fn deep_start(place: &Place) -> Option<Slip> {
    let root = place.parsed.root.as_ref()?;
    let start = line_start(place.text, root.span.start as usize);
    let first = line_at(place.text, start);
    let by = column(place.text, first).checked_sub(column(place.text, place.line)).filter(|by| *by > 0)?;
    let edits = lines(place.text, start, place.line.start)
        .filter(|line| column(place.text, *line) >= by)
        .map(|line| Edit::delete(Span::new(line.start, line.start + by)))
        .collect();
    let span = Span::new(start, start + by);
    Some(
        Slip::new(span, format!("the first lines are indented by {by} more than the lines below"))
            .label(place.body_span(), "this line has a different indentation")
            .fix("remove the indentation", vec![edits]),
    )
}

/// Insertions that indent the failing line and those after it which belong to it.
pub(super) fn shifted(place: &Place, by: usize, belongs: impl Fn(Line) -> bool) -> Vec<Edit> {
    let own = column(place.text, place.line);
    let is_blank = |line: &Line| place.text[line.start..line.end].trim().is_empty();
    lines(place.text, place.line.start, place.text.len())
        .take_while(|line| {
            is_blank(line)
                || line.start == place.line.start
                || (column(place.text, *line) >= own && belongs(*line))
        })
        .filter(|line| !is_blank(line))
        .map(|line| Edit::insert(line.start, " ".repeat(by)))
        .collect()
}

/// One level of indentation on the way to what was read last.
pub(super) struct Level {
    pub(super) column: usize,
    pub(super) is_list: bool,
    /// For a list: the offset of its last dash and the column of that item's keys.
    pub(super) item: Option<(usize, usize)>,
}

/// The levels of block collections, from the outermost to the one read last.
pub(super) fn levels(text: &str, root: Option<&Node>) -> Vec<Level> {
    let mut levels = Vec::new();
    let column = |offset: usize| offset - line_start(text, offset);
    let mut next = root;
    while let Some(node) = next {
        next = match &node.value {
            Value::Sequence(sequence) if !sequence.flow => {
                let Some(dash) = sequence.dashes.last().map(|dash| *dash as usize) else { break };
                let item = sequence.items.last();
                let keys =
                    item.filter(|item| item.as_mapping().is_some_and(|m| !m.flow && !m.entries.is_empty()));
                let item_column = keys.map(|item| column(item.span.start as usize));
                levels.push(Level {
                    column: column(dash),
                    is_list: true,
                    item: item_column.map(|at| (dash, at)),
                });
                item
            }
            Value::Mapping(mapping) if !mapping.flow => {
                let Some(entry) = mapping.entries.last() else { break };
                levels.push(Level {
                    column: column(entry.key.span.start as usize),
                    is_list: false,
                    item: None,
                });
                Some(&entry.value)
            }
            _ => None,
        };
    }
    levels
}

/// A line whose indentation is that of no level above it.
pub(super) fn fits_no_level(place: &Place) -> Slip {
    let own = column(place.text, place.line);
    let levels = levels(place.text, place.parsed.root.as_ref());
    let body = place.body();
    let name = match key_of_line(place.text, place.line) {
        Some(key) => place.slice(key.span).to_owned(),
        None => body.split_whitespace().next().unwrap_or_default().to_owned(),
    };
    let end = place.body_span().start as usize + name.len();
    let span = Span::new(place.body_span().start as usize, end.min(place.line.end));
    if levels.iter().any(|level| level.column == own) {
        if body.starts_with('-') {
            let dash = place.body_span().start as usize;
            return Slip::new(Span::new(dash, dash + 1), ITEM_FOR_KEY)
                .help("a list needs its key on the line above: add the key, or remove the `-`");
        }
        return Slip::new(span, "expected a list item, found a key")
            .help("a mapping can only contain `key: value`, a list only `- item`");
    }
    let mut columns: Vec<usize> = levels.iter().map(|level| level.column).collect();
    columns.sort_unstable();
    columns.dedup();
    let mut nearest = columns.clone();
    nearest.sort_by_key(|column| (column.abs_diff(own), usize::MAX - column));
    let with_children = nearest.iter().take(4).map(|column| moved(place, *column));
    let alone = nearest.iter().take(2).map(|column| {
        vec![Edit::new(Span::new(place.line.start, place.line.start + own), " ".repeat(*column))]
    });
    let candidates = with_children.chain(alone).collect();
    let known: Vec<String> = columns.iter().map(ToString::to_string).collect();
    let message = format!(
        "the indentation of `{name}` ({own}) does not match any level above it ({})",
        known.join(", ")
    );
    Slip::new(span, message).fix("indent it like the surrounding keys", candidates)
}

/// Edits that move the failing line, and the deeper ones below it, to a column.
pub(super) fn moved(place: &Place, to: usize) -> Vec<Edit> {
    let own = column(place.text, place.line);
    // The items of a key's list may stand in the column of the key.
    let is_key = !place.body().starts_with('-');
    let below = |line: Line| {
        let starts = place.text[line.start..line.end].trim_start();
        column(place.text, line) > own
            || is_key && column(place.text, line) == own && starts.starts_with("- ")
    };
    if to >= own {
        return shifted(place, to - own, below);
    }
    // To the left, they may stay where they are.
    shifted(place, own, |line| column(place.text, line) > own)
        .into_iter()
        .map(|edit| edit.span.start as usize)
        .map(|start| Edit::delete(Span::new(start, start + own - to)))
        .collect()
}

/// A key indented deeper than the key above, which already has a value.
pub(super) fn too_deep_key(place: &Place) -> Option<Slip> {
    let key = key_of_line(place.text, place.line)?;
    let value = last_scalar(place.parsed.root.as_ref())?;
    let above = line_at(place.text, line_start(place.text, value.span.start as usize));
    if above.start >= place.line.start {
        return None;
    }
    let upper = key_of_line(place.text, above)?;
    let to = upper.span.start as usize - above.start;
    let (name, upper_name) = (place.slice(key.span), place.slice(upper.span));
    if column(place.text, place.line) <= to {
        return None;
    }
    let message = format!("`{name}` is indented more than `{upper_name}`, which already has a value");
    Some(
        Slip::new(key.span, message)
            .label(upper.span, "this key has its value on the same line")
            .help(format!(
                "indent `{name}` like `{upper_name}`, or put the value in quotes if this is part of it"
            ))
            .fix(format!("indent `{name}` like `{upper_name}`"), vec![moved(place, to)]),
    )
}

pub(super) fn line_end<'a>(place: &Place<'a>) -> &'a str {
    let end = &place.text[place.line.end..place.line.next];
    if end.is_empty() { "\n" } else { end }
}
