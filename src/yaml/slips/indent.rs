//! Slips of indentation: tabs, lines that fit no level, text blocks that end too early.

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

fn indentation(text: &str, line: Line) -> &str {
    let body = &text[line.start..line.end];
    &body[..body.len() - body.trim_start_matches([' ', '\t']).len()]
}

fn column(text: &str, line: Line) -> usize {
    spaces(&text[line.start..line.end])
}

/// A line of a `|` or `>` text that is indented less than the text, and so ends it.
pub(super) fn block_text(place: &Place) -> Option<Slip> {
    let node = last_scalar(place.parsed.root.as_ref())?;
    let scalar = node.scalar()?;
    let header = scalar.header?;
    let between = place.text.get(node.span.end as usize..place.line.start)?;
    let own = column(place.text, place.line);
    let Some(indent) = scalar.indent.map(|indent| indent as usize) else {
        return unindented_text(place, header, between);
    };
    if !between.trim().is_empty() || own >= indent || place.body().is_empty() {
        return None;
    }
    let key_line = line_at(place.text, line_start(place.text, header.start as usize));
    let parent = key_of_line(place.text, key_line)
        .map_or(column(place.text, key_line), |key| key.span.start as usize - key_line.start);
    let is_key = key_of_line(place.text, place.line).is_some() || place.body().starts_with("- ");
    if is_key && own <= parent {
        return None;
    }
    let edits: Vec<_> = text_below(place, parent)
        .filter(|line| column(place.text, *line) < indent)
        .map(|line| {
            Edit::insert(line.start, " ".repeat((indent - own).max(indent - column(place.text, line))))
        })
        .collect();
    let first = line_at(place.text, line_start(place.text, node.span.start as usize));
    let first = Span::new(node.span.start as usize, first.end.max(node.span.start as usize));
    Some(
        Slip::new(place.body_span(), "this line is indented less than the block scalar, which ends here")
            .label(first, format!("the block scalar starts here, indented by {indent}"))
            .help(format!("indent it by at least {indent}, like the lines above"))
            .fix("indent it like the block scalar scalar", vec![edits]),
    )
}

/// A `|` or `>` with nothing indented below it.
fn unindented_text(place: &Place, header: Span, between: &str) -> Option<Slip> {
    let is_key = key_of_line(place.text, place.line).is_some() || place.body().starts_with("- ");
    if is_key || place.body().is_empty() || between.trim_start_matches(['|', '>', '+', '-']).trim() != "" {
        return None;
    }
    let key_line = line_at(place.text, line_start(place.text, header.start as usize));
    let parent = key_of_line(place.text, key_line).map_or(0, |key| key.span.start as usize - key_line.start);
    let by = (parent + 2).saturating_sub(column(place.text, place.line));
    let edits = text_below(place, parent).map(|line| Edit::insert(line.start, " ".repeat(by))).collect();
    let sign = place.slice(header);
    Some(
        Slip::new(place.body_span(), format!("the block scalar after `{sign}` is not indented"))
            .label(header, "the block scalar starts here")
            .help("indent every line more than the key")
            .fix("indent the block scalar", vec![edits]),
    )
}

/// The lines from the failing one on that are a text's, up to a key or item at most as deep as `parent`.
fn text_below<'a>(place: &'a Place, parent: usize) -> impl Iterator<Item = Line> + use<'a> {
    let text = place.text;
    let ends = move |line: &Line| {
        let body = text[line.start..line.end].trim();
        let is_key = key_of_line(text, *line).is_some() || body.starts_with("- ") || place.is_root_key(body);
        is_key && column(text, *line) <= parent && line.start != place.line.start
    };
    lines(text, place.line.start, text.len())
        .take_while(move |line| !ends(line))
        .filter(move |line| !text[line.start..line.end].trim().is_empty())
}

/// A line among a list's items that has no dash.
pub(super) fn missing_dash(place: &Place) -> Option<Slip> {
    let own = column(place.text, place.line);
    let levels = levels(place.text, place.parsed.root.as_ref());
    let list = levels.last().filter(|level| level.column == own && level.is_list && level.item.is_none())?;
    let body = place.body_span();
    let edits = vec![Edit::insert(body.start as usize, "- ")];
    let message = format!("a `-` is missing before this item of the list in column {}", list.column + 1);
    Some(Slip::new(body, message).fix("add a `-` before it", vec![edits]))
}

/// An item of a list whose first item, above, lacks its dash and so was read as a mapping.
pub(super) fn first_dash(place: &Place) -> Option<Slip> {
    let own = column(place.text, place.line);
    place.body().strip_prefix("- ")?;
    let mut node = place.parsed.root.as_ref()?;
    let first = loop {
        let Value::Mapping(map) = &node.value else { return None };
        let first = map.entries.first()?.key.span;
        let line = line_start(place.text, first.start as usize);
        if first.start as usize - line == own + 2 {
            break first;
        }
        node = &map.entries.last()?.value;
    };
    let before = Span::new((first.start as usize).checked_sub(2)?, first.start as usize);
    let name = place.slice(first);
    let message = format!("a `-` is missing before `{name}`, the first key of a list item");
    (place.slice(before) == "  ").then(|| {
        Slip::new(first, message)
            .label(place.body_span(), "another item of the list")
            .fix("add a `-` before it", vec![vec![Edit::new(before, "- ")]])
    })
}

/// A word in the column of a key that has no value: the first item of its list, without the dash.
pub(super) fn first_item(place: &Place) -> Option<Slip> {
    let above =
        line_at(place.text, line_start(place.text, place.text.get(..place.line.start)?.trim_end().len()));
    let key = key_of_line(place.text, above)?;
    let is_empty = place.text[key.colon + 1..above.end].trim().is_empty();
    let own = column(place.text, place.line);
    let body = place.body().trim_end();
    // Over something deeper, it is a key.
    let below = lines(place.text, place.line.next, place.text.len())
        .find(|line| !place.text[line.start..line.end].trim().is_empty());
    let is_key = below.is_some_and(|below| column(place.text, below) > own);
    if !is_empty
        || is_key
        || own == 0
        || key.span.start as usize - above.start != own
        || body.contains([' ', '\t'])
    {
        return None;
    }
    let start = place.line.start + own;
    let name = place.slice(key.span);
    let message = format!("a `-` is missing before this item of `{name}`");
    Some(
        Slip::new(Span::new(start, start + body.len()), message)
            .fix("add a `-` before it", vec![vec![Edit::insert(start, "- ")]]),
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

/// A key that stands in the column of a list's dashes.
pub(super) fn outside_item(place: &Place) -> Option<Slip> {
    let own = column(place.text, place.line);
    let key = key_of_line(place.text, place.line)?;
    if place.body().starts_with('-') {
        return None;
    }
    let (dash, item_column) =
        levels(place.text, place.parsed.root.as_ref()).into_iter().rev().find_map(|level| {
            let (dash, item) = level.item?;
            (level.column == own).then_some((dash, item))
        })?;
    let by = item_column.checked_sub(own).filter(|by| *by > 0)?;
    let name = place.slice(key.span);
    let amount = if by == 2 { "two".to_owned() } else { by.to_string() };
    let value_is_empty = place.text[key.colon + 1..place.line.end].trim().is_empty();
    let message =
        format!("`{name}` is at the indentation of the list's `-`, outside the item; indent it by {amount}");
    // A key of the first column belongs to no item, wherever it slid to.
    let foreign = |line: Line| {
        key_of_line(place.text, line).is_some_and(|key| place.is_root_key(place.slice(key.span)))
    };
    // Dashes in the same column may be the key's own list, or the next item.
    let own_list = shifted(place, by, |line| {
        let body = place.text[line.start..line.end].trim_start();
        column(place.text, line) > own
            || (!body.starts_with('-') && !foreign(line))
            || (value_is_empty && key_of_line(place.text, line).is_none())
    });
    let next_item = shifted(place, by, |line| {
        let is_item = place.text[line.start..line.end].trim_start().starts_with('-');
        column(place.text, line) > own || !(is_item || foreign(line))
    });
    Some(
        Slip::new(key.span, message)
            .label(Span::new(dash, dash + 1), "the item starts here")
            .help("the keys of a list item must have the same indentation")
            .fix(format!("indent `{name}` by {amount}"), vec![own_list, next_item]),
    )
}

/// Insertions that indent the failing line and those after it which belong to it.
fn shifted(place: &Place, by: usize, belongs: impl Fn(Line) -> bool) -> Vec<Edit> {
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
struct Level {
    column: usize,
    is_list: bool,
    /// For a list: the offset of its last dash and the column of that item's keys.
    item: Option<(usize, usize)>,
}

/// The levels of block collections, from the outermost to the one read last.
fn levels(text: &str, root: Option<&Node>) -> Vec<Level> {
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
        let is_item = body.starts_with('-');
        let what =
            if is_item { "expected a key, found a list item" } else { "expected a list item, found a key" };
        return Slip::new(span, what).help("a mapping can only contain `key: value`, a list only `- item`");
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

/// `key: - item`.
pub(super) fn list_on_key_line(place: &Place) -> Slip {
    let key = key_of_line(place.text, place.line);
    let indent = key.map_or(0, |key| key.span.start as usize - place.line.start) + 2;
    let before = place.text[..place.offset].trim_end_matches([' ', '\t']).len();
    let below = line_at(place.text, place.line.next);
    let indent = if place.text[below.start..below.end].trim_start().starts_with("- ") {
        column(place.text, below)
    } else {
        indent
    };
    let edits = vec![Edit::new(
        Span::new(before, place.offset),
        format!("{}{}", line_end(place), " ".repeat(indent)),
    )];
    Slip::new(
        Span::new(place.offset, (place.offset + 1).min(place.line.end)),
        "a list cannot start on the line of its key",
    )
    .help("put each `- item` on a separate line, below the key")
    .fix("move the item to a separate line", vec![edits])
}

/// Text on the line of `|` or `>`.
pub(super) fn text_after_header(place: &Place) -> Slip {
    let rest = &place.text[place.offset..place.line.end];
    let header = 1 + rest[1.min(rest.len())..]
        .bytes()
        .take_while(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-'))
        .count();
    let start = place.offset + header.min(rest.len());
    let body = place.text[start..place.line.end].trim();
    let from = place.line.end - place.text[start..place.line.end].trim_start().len();
    let key = key_of_line(place.text, place.line);
    let key_column =
        key.map_or(column(place.text, place.line), |key| key.span.start as usize - place.line.start);
    let below = line_at(place.text, place.line.next);
    let indent =
        if column(place.text, below) > key_column { column(place.text, below) } else { key_column + 2 };
    let edits = vec![Edit::new(Span::new(start, from), format!("{}{}", line_end(place), " ".repeat(indent)))];
    let sign = &rest[..1.min(rest.len())];
    if !body.contains(char::is_alphanumeric) {
        let stray = Span::new(from, from + body.len());
        let slip =
            Slip::new(stray, format!("unexpected text after `{sign}` on the same line")).help("remove it");
        return slip.fix("remove it", vec![vec![Edit::delete(Span::new(start, from + body.len()))], edits]);
    }
    Slip::new(
        Span::new(from, from + body.len()),
        format!("the block scalar must start on the line after `{sign}`"),
    )
    .help("or put the value in quotes, if it is a single line")
    .fix(
        "move the value to the next line",
        vec![
            edits,
            super::value_on_line(place.text, place.offset)
                .map(|value| super::quote_edits(place.text, value))
                .unwrap_or_default(),
        ],
    )
}

/// An empty line at the top of a text block that has more spaces than the block's first line.
pub(super) fn deep_empty_line(place: &Place) -> Slip {
    let own = column(place.text, place.line);
    let above: Vec<Line> = lines(place.text, 0, place.line.start).collect();
    let edits: Vec<_> = above
        .iter()
        .rev()
        .take_while(|line| place.text[line.start..line.end].trim().is_empty())
        .filter(|line| line.end - line.start > own)
        .map(|line| Edit::delete(Span::new(line.start + own, line.end)))
        .collect();
    let span = edits.first().map_or(place.body_span(), |edit| edit.span);
    let edits: Vec<_> = edits.into_iter().rev().collect();
    Slip::new(span, "a blank line at the start of this block scalar has more spaces than its first line")
        .help("remove the spaces in the blank line")
        .fix("remove the spaces", vec![edits])
}

fn line_end<'a>(place: &Place<'a>) -> &'a str {
    let end = &place.text[place.line.end..place.line.next];
    if end.is_empty() { "\n" } else { end }
}
