//! Variables of a query that a parameter file fills in: `%%NAME%%` and `%%NAME:default%%`. `%%%%` stands for `%%`.

use crate::kql::tokenize;
use crate::source::Span;

/// A piece of a text between percent signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// A variable with its default.
    Variable(&'t str, Option<&'t str>),
    /// `%%%%`
    Escape,
}

/// The next variable or escape from an offset on, with its place.
pub fn next(text: &str, from: usize) -> Option<(Span, Piece<'_>)> {
    let mut from = from;
    loop {
        let start = from + text.get(from..)?.find("%%")?;
        let body = &text[start + 2..];
        if body.starts_with("%%") {
            return Some((Span::new(start, start + 4), Piece::Escape));
        }
        let length = body.find("%%")?;
        let inner = &body[..length];
        let (name, default) = match inner.split_once(':') {
            Some((name, default)) => (name, Some(default)),
            None => (inner, None),
        };
        let named =
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-' || c == '.');
        if named && !inner.contains('\n') {
            return Some((Span::new(start, start + length + 4), Piece::Variable(name, default)));
        }
        from = start + 2;
    }
}

/// A query whose variables are read as what they may stand for.
#[derive(Clone, Debug, Default)]
pub struct Masked {
    /// The query, as long as it was: a default is in place of its variable, and a name in place of a variable
    /// of which only a parameter file knows the value.
    pub text: String,
    /// The places of the latter.
    pub unknown: Vec<Span>,
}

/// Reads the variables of a query; `None` where it has none. Those in strings stay: whatever they stand for, it is
/// a part of the string.
pub fn mask(text: &str) -> Option<Masked> {
    if !text.contains("%%") {
        return None;
    }
    let tokens = tokenize(text).0;
    let mut masked = Masked { text: String::with_capacity(text.len()), unknown: Vec::new() };
    let (mut at, mut found) = (0, false);
    while let Some((span, piece)) = next(text, at) {
        masked.text.push_str(&text[at..span.range().start]);
        at = span.range().end;
        // A token that begins before and ends after is a string around it.
        let before = tokens.partition_point(|token| token.span.start < span.start);
        let around = before.checked_sub(1).and_then(|last| tokens.get(last));
        let inside = around.is_some_and(|token| token.span.end > span.start);
        let Piece::Variable(_, default) = piece else {
            masked.text.push_str(&text[span.range()]);
            continue;
        };
        if inside {
            masked.text.push_str(&text[span.range()]);
            continue;
        }
        found = true;
        match default {
            Some(default) => {
                masked.text.push_str(default);
                masked.text.extend(std::iter::repeat_n(' ', span.len() - default.len()));
            }
            None => {
                masked.unknown.push(span);
                // Bytes count, and a name of ASCII has one for each.
                let name = text[span.range()].bytes().map(|byte| match byte {
                    byte if byte.is_ascii_alphanumeric() => char::from(byte),
                    _ => '_',
                });
                masked.text.extend(name);
            }
        }
    }
    masked.text.push_str(&text[at..]);
    found.then_some(masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_read_from_left_to_right() {
        let text = "%%A%%%%B:1%% 100%% %%%% %%c d%%";
        let mut found = Vec::new();
        let mut at = 0;
        while let Some((span, piece)) = next(text, at) {
            found.push(piece);
            at = span.range().end;
        }
        assert_eq!(found[..2], [Piece::Variable("A", None), Piece::Variable("B", Some("1"))]);
        assert!(found[2..].iter().all(|piece| *piece == Piece::Escape), "{found:?}");
    }

    #[test]
    fn a_masked_query_is_as_long_and_can_be_read() {
        let text = "T | where A in (%%LIST%%) and B > ago(%%SPAN:1d%%) and C == \"%%windir%%\" ";
        let masked = mask(text).unwrap();
        assert_eq!(
            masked.text,
            "T | where A in (__LIST__) and B > ago(1d         ) and C == \"%%windir%%\" "
        );
        assert_eq!(masked.unknown.len(), 1);
        assert!(mask("T | where A % 2 == 0").is_none() && mask("print \"%%x%%\"").is_none());
    }
}
