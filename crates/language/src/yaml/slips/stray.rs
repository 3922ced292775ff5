//! What has no business where it stands: characters that YAML does not know, marks that a merge left after, keys
//! of the first column that slid into another.

use super::{Key, Place, Slip, identifier, indent, key_of_line, last_scalar};
use crate::source::{Edit, Span};
use crate::yaml::lines::{Line, line_at, line_start, spaces};
use granit_parser::ErrorKind;

const CONFLICT: &str = "this line is a merge conflict marker";
const FENCE: &str = "a Markdown code fence is not part of YAML";

/// What is said of each line of several that are one slip together.
pub(in crate::yaml) const OF_SEVERAL_LINES: [&str; 2] = [CONFLICT, FENCE];

/// A line that git writes where two changes of one place meet.
pub(super) fn conflict_marker(place: &Place) -> Option<Slip> {
    let body = place.text.get(place.line.start..place.line.end)?;
    let is_marker = |mark: &str| {
        let rest = body.strip_prefix(mark);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    if !["<<<<<<<", "|||||||", "=======", ">>>>>>>"].into_iter().any(is_marker) {
        return None;
    }
    let whole = Span::new(place.line.start, place.line.next);
    Some(
        Slip::new(Span::new(place.line.start, place.line.end), CONFLICT)
            .help("keep one of the versions between the markers, and delete the markers")
            .beyond(vec![Edit::delete(whole)]),
    )
}

/// A line of the code fence of Markdown around a file.
pub(super) fn fence(place: &Place) -> Option<Slip> {
    let body = place.text.get(place.line.start..place.line.end)?;
    let whole = Span::new(place.line.start, place.line.next);
    body.starts_with("```").then(|| {
        Slip::new(Span::new(place.line.start, place.line.end), FENCE)
            .help("remove the lines with the backticks")
            .fix("remove the code fence", vec![vec![Edit::delete(whole)]])
    })
}

/// A character that YAML does not allow anywhere.
pub(super) fn character(place: &Place) -> Option<Slip> {
    let (at, c) = bad_character(place)?;
    let span = Span::new(at, at + c.len_utf8());
    let rest = place.text.get(span.end as usize..place.line.end.max(span.end as usize))?;
    let others = rest.char_indices().filter(|(_, c)| is_bad(*c));
    let others = others.map(|(more, c)| Span::new(more, more + c.len_utf8()).shift(span.end as usize));
    let edits = std::iter::once(span).chain(others).map(Edit::delete).collect();
    let name = if c == crate::source::BOM { "byte order mark" } else { "control character" };
    let message = format!("the {name} U+{:04X} is not allowed here", u32::from(c));
    Some(Slip::new(span, message).fix(format!("remove the {name}"), vec![edits]))
}

fn is_bad(c: char) -> bool {
    c.is_control() && !c.is_whitespace() || matches!(c, '\u{fffe}' | '\u{ffff}')
}

fn bad_character(place: &Place) -> Option<(usize, char)> {
    let rest = place.text.get(place.offset..place.line.end.max(place.offset))?;
    let first = place.text.get(place.offset..)?.chars().next()?;
    if is_bad(first) || *place.kind == ErrorKind::BomInsideDocument {
        return Some((place.offset, first));
    }
    // Of text that holds such a character, the parser names the beginning.
    let ErrorKind::UnexpectedCharacter { character } = place.kind else { return None };
    let at = rest.find(*character).filter(|_| is_bad(*character))?;
    Some((place.offset + at, *character))
}

/// A blank that looks like a space in a line's indentation and is none.
pub(super) fn blank(place: &Place) -> Option<Slip> {
    let body = place.text.get(place.line.start..place.line.end)?;
    let blanks = &body[..body.len() - body.trim_start_matches(is_blank).len()];
    let odd: Vec<(usize, char)> = blanks.char_indices().filter(|(_, c)| !c.is_ascii()).collect();
    let (first, c) = *odd.first()?;
    let span =
        |(at, c): &(usize, char)| Span::new(place.line.start + at, place.line.start + at + c.len_utf8());
    let width = |c: char| if c == '\u{200b}' || c == crate::source::BOM { "" } else { " " };
    let edits = odd.iter().map(|one| Edit::new(span(one), width(one.1))).collect();
    let message =
        format!("the space U+{:04X} is used for indentation; YAML only allows ordinary spaces", u32::from(c));
    Some(
        Slip::new(span(&(first, c)), message)
            .help("indent with spaces")
            .fix("replace with spaces", vec![edits]),
    )
}

fn is_blank(c: char) -> bool {
    c == '\t' || c == '\u{200b}' || c == crate::source::BOM || (c.is_whitespace() && c != '\n' && c != '\r')
}

/// A key of the first column that is indented, or that lacks its colon.
pub(super) fn root_key(place: &Place) -> Option<Slip> {
    let here = match key_of_line(place.text, place.line) {
        Some(key) => indented(place, place.line, &key, indent::moved(place, 0)),
        None => without_colon(place),
    };
    here.or_else(|| indented_above(place))
}

fn indented(place: &Place, line: Line, key: &Key, edits: Vec<Edit>) -> Option<Slip> {
    let own = spaces(place.text.get(line.start..line.end)?);
    let name = place.slice(key.span);
    let is_first = line.start + own == key.span.start as usize;
    if own == 0 || !is_first || !place.is_root_key(name) {
        return None;
    }
    let message = format!("`{name}` is indented by {own} but must not be indented");
    let help = "top-level keys must not be indented";
    Some(
        Slip::new(key.span, message)
            .help(help)
            .fix(format!("remove the indentation of `{name}`"), vec![edits]),
    )
}

/// The same where it is the value below that the parser stumbles over: the key alone slid to the right.
fn indented_above(place: &Place) -> Option<Slip> {
    let above =
        line_at(place.text, line_start(place.text, place.text.get(..place.line.start)?.trim_end().len()));
    let body = place.text.get(above.start..above.end)?;
    let own = spaces(body);
    let key = key_of_line(place.text, above)?;
    // The last line of a text is a key only where the list below would have none otherwise.
    let swallowed = last_scalar(place.parsed.root.as_ref()).is_some_and(|node| {
        let header = node.scalar().and_then(|scalar| scalar.header);
        header.is_some_and(|header| (header.start as usize) < above.start)
            && above.start < node.span.end as usize
    });
    if swallowed && !(place.body().starts_with("- ") && body.trim_end().ends_with(':')) {
        return None;
    }
    indented(place, above, &key, vec![Edit::delete(Span::new(above.start, above.start + own))])
}

fn without_colon(place: &Place) -> Option<Slip> {
    let body = place.text.get(place.line.start..place.line.end)?.trim_end();
    let word = identifier(body);
    let (name, rest) = body.split_at(word);
    if !place.root_keys.contains(&name) || !(rest.is_empty() || rest.starts_with([' ', '\t', ';', '='])) {
        return None;
    }
    let at = place.line.start + word;
    // Another sign may stand where the colon belongs.
    let written = rest.trim_start();
    let sign = ["=>", "->", ";", "=", "- "].into_iter().find(|sign| written.starts_with(sign));
    let end = sign.map_or(at, |sign| at + rest.len() - written.len() + sign.trim_end().len());
    let space = if place.text[end..place.line.end].starts_with(|c: char| !c.is_whitespace()) && sign.is_some()
    {
        ": "
    } else {
        ":"
    };
    Some(
        Slip::new(Span::new(place.line.start, at), format!("a colon is missing after `{name}`"))
            .help("a key must be followed by a colon and a space: `key: value`")
            .fix("add the colon", vec![vec![Edit::new(Span::new(at, end), space)]]),
    )
}
