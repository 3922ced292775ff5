//! Slips in lists: a `-` that is missing, a list on the line of its key, a key outside its item.

use super::indent::{column, levels, line_end, shifted};
use super::{Place, Slip, key_of_line};
use crate::source::{Edit, Span};
use crate::yaml::Value;
use crate::yaml::lines::{Line, line_at, line_start, lines};

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
