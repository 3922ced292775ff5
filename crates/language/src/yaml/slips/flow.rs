//! Slips of lists in brackets and mappings in braces.

use super::{Place, Slip, quote_edits, value_on_line};
use crate::source::{Edit, Span};
use crate::yaml::lines::{line_at, line_start};
use granit_parser::ErrorKind;

/// A bracket or brace that is not closed, closed by the wrong sign, or lacks a comma inside.
pub(super) fn unclosed(place: &Place) -> Option<Slip> {
    let last = place.parsed.open_flow.last().copied().unwrap_or(place.offset);
    // The parser looks ahead, so that it may not have told of the last one yet.
    let wrong = match place.kind {
        ErrorKind::MismatchedFlowCollectionEnd { .. } => mismatched(place),
        _ => None,
    };
    let start = wrong.map_or(last, |(open, _)| open);
    let open = place.text.get(start..)?.chars().next().filter(|c| matches!(c, '[' | '{'))?;
    let close = if open == '[' { ']' } else { '}' };
    let at = Span::new(start, start + 1);
    if let Some((_, wrong_at)) = wrong {
        return Some(closed_by_another(place, at, close, wrong_at));
    }
    if place.text[place.offset..].starts_with(',') && place.text[..place.offset].trim_end().ends_with(',') {
        let comma = Span::new(place.offset, place.offset + 1);
        return Some(
            Slip::new(comma, "unexpected `,`")
                .help("remove one of them")
                .fix("remove the `,`", vec![vec![Edit::delete(comma)]]),
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
    // `[a, b)`, of which the parenthesis is part of the last value.
    if open == '[' && body.ends_with(')') && !body.contains('(') {
        return Some(closed_by_another(place, at, close, body_end - 1));
    }
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

/// A bracket or brace that another sign closes: it stands for the right one, or the right one is missing before it.
fn closed_by_another(place: &Place, open: Span, close: char, wrong_at: usize) -> Slip {
    let span = Span::new(wrong_at, wrong_at + 1);
    let (opened, wrong) = (place.slice(open), place.slice(span));
    let replaced = vec![Edit::new(span, close.to_string())];
    let before = place.text[..wrong_at].trim_end().len();
    let inserted = vec![Edit::insert(before, close.to_string())];
    Slip::new(span, format!("`{opened}` is closed by `{wrong}`"))
        .label(open, "opened here")
        .help(format!("use `{close}`, or add it if it is missing before the `{wrong}`"))
        .fix(format!("close it with `{close}`"), vec![replaced, inserted])
}

/// The first closing bracket or brace, outside of quoted values, that does not close the one that is open there, with that
/// one before it.
fn mismatched(place: &Place) -> Option<(usize, usize)> {
    // The parser tells where the one is that is closed by another.
    let from = place.parsed.open_flow.first().map_or(place.offset, |first| place.offset.min(*first));
    let mut open = Vec::new();
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in place.text.get(from..)?.char_indices() {
        let begins = before.is_whitespace() || matches!(before, '[' | '{' | ',' | ':');
        match (quote, c) {
            (Some(sign), c) if c == sign && before != '\\' => quote = None,
            (None, '"' | '\'') if begins => quote = Some(c),
            (None, '[' | '{') => open.push((from + at, if c == '[' { ']' } else { '}' })),
            (None, ']' | '}') => match open.pop()? {
                (_, close) if close == c => {}
                (start, _) => return Some((start, from + at)),
            },
            _ => {}
        }
        before = c;
    }
    None
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
    if rest == "," || rest == close.encode_utf8(&mut [0; 4]) {
        let span = Span::new(value.end as usize - 1, value.end as usize);
        return Some(
            Slip::new(span, format!("unexpected `{rest}` after the closing `{close}`"))
                .label(Span::new(value.start as usize, value.start as usize + 1), "opened here")
                .help(format!("remove the `{rest}`"))
                .fix(format!("remove the `{rest}`"), vec![vec![Edit::delete(span)]]),
        );
    }
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
