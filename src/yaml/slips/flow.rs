//! Slips of lists in brackets and mappings in braces.

use super::{Place, Slip, quote_edits, value_on_line};
use crate::source::{Edit, Span};
use crate::yaml::lines::{line_at, line_start};
use granit_parser::ErrorKind;

/// A bracket or brace that is not closed, closed by the wrong sign, or lacks a comma inside.
pub(super) fn unclosed(place: &Place) -> Option<Slip> {
    let start = place.parsed.open_flow.last().copied().unwrap_or(place.offset);
    let open = place.text.get(start..)?.chars().next().filter(|c| matches!(c, '[' | '{'))?;
    let close = if open == '[' { ']' } else { '}' };
    let at = Span::new(start, start + 1);
    if let ErrorKind::MismatchedFlowCollectionEnd { close: wrong, .. } = place.kind {
        let from = place.offset.max(start);
        let wrong_at = from + place.text[from..].find(*wrong)?;
        let span = Span::new(wrong_at, wrong_at + 1);
        return Some(
            Slip::new(span, format!("`{open}` is closed by `{wrong}`"))
                .label(at, "opened here")
                .fix(format!("use `{close}`"), vec![vec![Edit::new(span, close.to_string())]]),
        );
    }
    let line = line_at(place.text, line_start(place.text, start));
    let body = &place.text[start..line.end];
    let is_separator = matches!(
        place.kind,
        ErrorKind::ExpectedFlowSequenceSeparator | ErrorKind::ExpectedFlowMappingSeparator
    );
    if is_separator && place.offset < line.end && body.contains(close) {
        return missing_comma(place);
    }
    if let Some(slip) = in_json(place, close, is_separator) {
        return Some(slip);
    }
    let body = body.find(" #").map_or(body, |comment| &body[..comment]).trim_end();
    let body_end = start + body.len();
    let text_end = super::continuation_end(place.text, line).max(body_end);
    let closing = |at: usize| {
        // A comma that was meant to be followed by more goes.
        let trimmed = place.text[..at].trim_end_matches([',', ' ']).len().max(start + 1);
        vec![Edit::new(Span::new(trimmed, at), close.to_string())]
    };
    Some(
        Slip::new(at, format!("unclosed `{open}`"))
            .help(format!("close it with `{close}`"))
            .fix(format!("add the `{close}`"), vec![closing(text_end), closing(body_end)]),
    )
}

/// A comma too few or too many in a file that is JSON as a whole, where brackets and braces are closed on other lines.
fn in_json(place: &Place, close: char, is_separator: bool) -> Option<Slip> {
    let whole = place.text.trim_start_matches('\u{feff}').trim_start();
    let rest = place.text.get(place.offset..)?;
    if !whole.starts_with(['{', '[']) || !rest.contains(close) {
        return None;
    }
    if is_separator {
        // The parser may stop at the colon of a key that begins its line.
        let start = place.body_span().start as usize;
        let key = place.text.get(start..place.offset).unwrap_or_default().trim_end();
        let is_key = key.starts_with('"') && key.ends_with('"') && key.matches('"').count() == 2;
        return missing_comma_at(place, if is_key && rest.starts_with(':') { start } else { place.offset });
    }
    let before = place.text[..place.offset].trim_end();
    let span = Span::new(place.offset, place.offset + 1);
    (rest.starts_with(',') && before.ends_with([',', '{', '[']))
        .then(|| Slip::new(span, "unexpected `,`").fix("remove the `,`", vec![vec![Edit::delete(span)]]))
}

/// A value that begins with a bracket or brace and goes on after the closing one.
pub(super) fn goes_on(place: &Place) -> Option<Slip> {
    let value = value_on_line(place.text, place.line.start)?;
    let body = place.slice(value);
    let open = body.chars().next()?;
    let close = if open == '[' { ']' } else { '}' };
    let mut depth = 0_usize;
    let end = body.char_indices().filter(|_| matches!(open, '[' | '{')).find_map(|(at, c)| {
        depth += usize::from(c == open);
        depth -= usize::from(c == close && depth > 0);
        (depth == 0).then_some(at)
    })?;
    let rest = body[end + 1..].trim_start();
    if rest.is_empty() || rest.starts_with([close, ',']) {
        return None;
    }
    let rest = Span::new(value.end as usize - rest.len(), value.end as usize);
    Some(
        Slip::new(rest, format!("unexpected text after the closing `{close}`"))
            .label(Span::new(value.start as usize, value.start as usize + 1), "opened here")
            .help("put the whole value in quotes if it is a string")
            .fix("put the whole value in quotes", vec![quote_edits(place.text, value)]),
    )
}

/// Two entries in brackets or braces without a comma between them.
pub(super) fn missing_comma(place: &Place) -> Option<Slip> {
    missing_comma_at(place, place.offset)
}

fn missing_comma_at(place: &Place, at: usize) -> Option<Slip> {
    let start = *place.parsed.open_flow.last()?;
    let open = place.text.get(start..)?.chars().next()?;
    let before = place.text[..at].trim_end().len();
    Some(
        Slip::new(Span::at(at), format!("a comma is missing before this, inside `{open}`"))
            .label(Span::new(start, start + 1), "opened here")
            .fix("add the comma", vec![vec![Edit::insert(before, ",")]]),
    )
}

/// A closing bracket or brace without an opening one.
pub(super) fn closes_nothing(place: &Place) -> Option<Slip> {
    let sign = place.text.get(place.offset..)?.chars().next().filter(|c| matches!(c, ']' | '}'))?;
    let span = Span::new(place.offset, place.offset + 1);
    Some(
        Slip::new(span, format!("unmatched `{sign}`"))
            .fix(format!("remove the `{sign}`"), vec![vec![Edit::delete(span)]]),
    )
}
