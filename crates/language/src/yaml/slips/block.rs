//! Slips in block scalars: lines that are not indented enough, text on the line of the header.

use super::indent::{column, line_end};
use super::{Place, Slip, key_of_line, last_scalar};
use crate::source::{Edit, Span};
use crate::yaml::lines::{Line, line_at, line_start, lines};

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
            .fix("indent it like the block scalar", vec![edits]),
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
