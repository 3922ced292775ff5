//! Slips of quoting: quotes that are missing, open or in excess, and escapes that do not exist.

use super::{Place, Slip, key_of_line, value_on_line};
use crate::source::{Edit, Span};
use crate::yaml::lines::{line_at, line_start};

/// Insertions that put a one-line value in quotes; in single ones where it holds `"` or `\`.
pub(in crate::yaml) fn quote_edits(text: &str, value: Span) -> Vec<Edit> {
    let body = text.get(value.range()).unwrap_or_default();
    let quote = if body.contains(['"', '\\']) { '\'' } else { '"' };
    let mut edits = vec![Edit::insert(value.start as usize, quote.to_string())];
    if quote == '\'' {
        let inner = body.match_indices('\'').map(|(at, _)| Edit::insert(value.start as usize + at, "'"));
        edits.extend(inner);
    }
    edits.push(Edit::insert(value.end as usize, quote.to_string()));
    edits
}

/// `description: see: below`.
pub(super) fn colon_in_value(place: &Place) -> Option<Slip> {
    let value = value_on_line(place.text, place.offset)?;
    if place.offset < value.start as usize || value.end as usize <= place.offset {
        return None;
    }
    let subject = key_of_line(place.text, place.line)
        .map_or_else(|| "this value".to_owned(), |key| format!("the value of `{}`", place.slice(key.span)));
    Some(
        Slip::new(
            Span::new(place.offset, place.offset + 1),
            format!("{subject} contains a colon followed by a space, which must be quoted"),
        )
        .label(value, "the value")
        .help("put the value in quotes")
        .fix("put the value in quotes", vec![quote_edits(place.text, value)]),
    )
}

/// A quote that is never closed.
pub(super) fn unclosed(place: &Place) -> Slip {
    let at = place.offset;
    let quote = place.text[at..].chars().next().filter(|c| matches!(c, '"' | '\'')).unwrap_or('"');
    unclosed_at(place, at, quote)
}

fn unclosed_at(place: &Place, at: usize, quote: char) -> Slip {
    let line = line_at(place.text, line_start(place.text, at));
    let mut candidates = Vec::new();
    let body = place.text[at..line.end].trim_end();
    // `query: '|` over the lines of a block scalar.
    let header = body.strip_prefix(quote).map(str::trim_start).unwrap_or_default();
    if let Some(rest) = header.strip_prefix(['|', '>'])
        && rest.len() < 3
        && rest.bytes().all(|byte| matches!(byte, b'+' | b'-' | b'1'..=b'9'))
    {
        let stray = Span::new(at, at + quote.len_utf8());
        let message = format!("unexpected quote before `{}`", &header[..1]);
        return Slip::new(stray, message).help("a block scalar has no quotes: remove it").fix(
            "remove the quote",
            vec![vec![Edit::delete(Span::new(at, at + body.len() - header.len()))]],
        );
    }
    let below = super::continuation_end(place.text, line);
    if below > line.end {
        candidates.push(vec![Edit::insert(below, quote.to_string())]);
    }
    if let Some(comment) = body.find(" #") {
        let end = at + body[..comment].trim_end().len();
        candidates.push(vec![Edit::insert(end, quote.to_string())]);
    }
    // `['a', 'b"]`, of which the last quote is another one.
    let other = if quote == '"' { '\'' } else { '"' };
    let swapped = body.match_indices(other).map(|(start, _)| start).find(|start| {
        let after = body[start + 1..].trim_start();
        after.is_empty() || after.starts_with([',', ']', '}'])
    });
    let mut title = "close the quote at the end of the line";
    if let Some(start) = swapped.filter(|start| !body[1..*start].contains(other)) {
        candidates.insert(0, vec![Edit::new(Span::new(at + start, at + start + 1), quote.to_string())]);
        title = "use the same quote at both ends";
    }
    candidates.push(vec![Edit::insert(at + body.len(), quote.to_string())]);
    let end = (at + quote.len_utf8()).min(place.text.len());
    Slip::new(Span::new(at, end), "unclosed quote")
        .help(format!("close the string with `{quote}`"))
        .fix(title, candidates)
}

/// Something after a closed quote.
pub(super) fn trailing(place: &Place) -> Option<Slip> {
    // The quoted text begins after what was read last.
    let read = place.parsed.reached.min(place.offset);
    let opener = read + place.text[read..place.offset].find(['"', '\''])?;
    let quote = place.text[opener..].chars().next()?;
    if line_start(place.text, opener) != place.line.start {
        return Some(unclosed_at(place, opener, quote));
    }
    if !place.parsed.open_flow.is_empty() && place.text[place.offset..].starts_with(['"', '\'']) {
        return super::flow::missing_comma(place);
    }
    let value = value_on_line(place.text, opener).filter(|value| value.start as usize == opener);
    let value = value.unwrap_or(Span::new(opener, place.line.end));
    let body = place.slice(value);
    let rest = Span::new(place.offset, (value.end as usize).max(place.offset));
    if quoted_items(body) {
        let edits = vec![Edit::insert(value.start as usize, "["), Edit::insert(value.end as usize, "]")];
        return Some(
            Slip::new(rest, "several values must be in a list")
                .label(Span::new(opener, opener + 1), "the first value starts here")
                .help("put the values in brackets")
                .fix("put the values in brackets", vec![edits]),
        );
    }
    let mut candidates = Vec::new();
    let title;
    if place.slice(rest).chars().all(|c| c == quote) {
        title = "remove the stray quote".to_owned();
        candidates.push(vec![Edit::delete(rest)]);
    } else if body.len() > 1 && body.ends_with(quote) {
        title = if quote == '"' {
            "escape the inner quotes".to_owned()
        } else {
            "double the inner quotes".to_owned()
        };
        let escape = if quote == '"' { "\\" } else { "'" };
        let inner = &body[1..body.len() - 1];
        let edits = inner
            .match_indices(quote)
            .filter(|(at, _)| quote == '\'' || !inner[..*at].ends_with('\\'))
            .map(|(at, _)| Edit::insert(opener + 1 + at, escape));
        candidates.push(edits.collect());
    } else {
        title = "put the whole value in quotes".to_owned();
    }
    candidates.push(quote_edits(place.text, value));
    Some(
        Slip::new(rest, "unexpected text after the closing quote")
            .label(Span::new(opener, opener + 1), "the quoted string starts here")
            .help(format!(
                "inside `{quote}`, use {} for a quote",
                if quote == '"' { "`\\\"`" } else { "`''`" }
            ))
            .fix(title, candidates),
    )
}

/// Whether a text is strings in quotes with commas between them.
fn quoted_items(text: &str) -> bool {
    let mut rest = text;
    let mut count = 0;
    while let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let Some(end) = rest[1..].find(quote) else { return false };
        count += 1;
        rest = rest[end + 2..].trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None => return count > 1 && rest.is_empty(),
        }
    }
    count > 1 && rest.is_empty()
}

/// A backslash in double quotes with an unknown or broken escape.
pub(super) fn escape(place: &Place) -> Slip {
    let read = place.parsed.reached.min(place.offset);
    let after = if place.text[place.offset..].starts_with('"') {
        &place.text[place.offset..]
    } else {
        &place.text[read..]
    };
    let base = place.text.len() - after.len();
    let opener = base + after.find('"').unwrap_or_default();
    let bad = backslashes(&place.text[opener.min(place.text.len())..], opener);
    let end = bad.iter().find(|at| **at >= place.offset).or(bad.first()).copied().unwrap_or(place.offset);
    let shown = place.text[end..].chars().take(2).map(char::len_utf8).sum::<usize>();
    let span =
        Span::new(end, (end + shown).min(line_at(place.text, line_start(place.text, end)).end.max(end)));
    let edits = bad.iter().map(|at| Edit::insert(*at, "\\")).collect();
    let text = place.slice(span);
    Slip::new(span, format!("`{text}` is not a valid escape sequence in a double-quoted string"))
        .help("use `\\\\` for a backslash, or put the value in single quotes")
        .fix("double the backslash", vec![edits])
}

/// The backslashes of a double-quoted text that begin no known escape.
fn backslashes(text: &str, base: usize) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut bad = Vec::new();
    let mut at = 1;
    while at < bytes.len() && bytes[at] != b'"' {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        let digits =
            |n: usize| bytes.get(at + 2..at + 2 + n).is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit));
        let known = match bytes.get(at + 1) {
            Some(b'x') => digits(2),
            Some(b'u') => digits(4),
            Some(b'U') => digits(8),
            Some(c) => b"0abtnvfre \"/\\N_LP\t\r\n".contains(c),
            None => false,
        };
        if !known {
            bad.push(base + at);
        }
        at += 2;
    }
    bad
}

/// A text that begins with a star, which the parser takes for a reference with something after it.
pub(super) fn alias_goes_on(place: &Place) -> Option<Slip> {
    let value = value_on_line(place.text, place.offset)?;
    let name = place.slice(value).strip_prefix('*')?;
    name.contains([' ', '\t']).then(|| cannot_begin(place, value, "`*`"))
}

fn cannot_begin(place: &Place, value: Span, sign: &str) -> Slip {
    let at = value.start as usize;
    Slip::new(Span::new(at, at + 1), format!("an unquoted value cannot start with {sign}"))
        .help("put the value in quotes")
        .fix("put the value in quotes", vec![quote_edits(place.text, value)])
}

/// A value that begins with a character which plain text may not begin with.
pub(super) fn special_start(place: &Place) -> Option<Slip> {
    let value =
        value_on_line(place.text, place.offset).filter(|value| value.start as usize == place.offset)?;
    let first = place.slice(value).chars().next()?;
    if place.slice(value).starts_with("* ") && place.body().starts_with('*') {
        let star = Span::new(place.offset, place.offset + 1);
        let slip = Slip::new(star, "a list item starts with `-`, not with `*`").help("write `-`");
        return Some(slip.fix("write `-`", vec![vec![Edit::new(star, "-")]]));
    }
    if !matches!(first, '@' | '`' | '%' | '*' | '&' | '!' | ',' | ']' | '}' | '?' | '-' | ':' | '>' | '|') {
        return None;
    }
    let sign = if first == '`' { "a backtick".to_owned() } else { format!("`{first}`") };
    Some(cannot_begin(place, value, &sign))
}
