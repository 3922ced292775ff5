//! HTML entities, as they stand in a query that was copied out of a web page. Each is read as what it stands for, so that it
//! is the only error at its place.

use std::ops::Range;

use super::{Lexer, is_line_break};
use crate::kql::error::{ErrorKind, Suggestion, SyntaxError};
use crate::kql::token::TokenKind;
use crate::source::Span;

/// The entities that stand for what means something in a query.
const ENTITIES: [(&str, &str); 15] = [
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#x22;", "\""),
    ("&apos;", "'"),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&#039;", "'"),
    ("&lt;", "<"),
    ("&#60;", "<"),
    ("&gt;", ">"),
    ("&#62;", ">"),
    ("&amp;", "&"),
    ("&#38;", "&"),
    ("&nbsp;", " "),
    ("&#160;", " "),
];

/// The entity that a text begins with, and what it stands for.
fn entity(text: &str) -> Option<(&'static str, &'static str)> {
    let begins =
        |written: &str| text.get(..written.len()).is_some_and(|start| start.eq_ignore_ascii_case(written));
    ENTITIES.iter().find(|(written, _)| begins(written)).copied()
}

/// Where the entities of a text are.
pub(in crate::kql) fn places(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let ampersands = text.match_indices('&').map(|(at, _)| at);
    ampersands.filter_map(|at| entity(&text[at..]).map(|(written, _)| at..at + written.len()))
}

/// A text with its entities decoded, once.
pub(in crate::kql) fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match entity(rest) {
            Some((written, plain)) => {
                out.push_str(plain);
                rest = &rest[written.len()..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

impl Lexer<'_> {
    /// Passes over an entity that stands for a space. Returns whether there is one.
    pub(super) fn blank_entity(&mut self) -> bool {
        if self.byte(self.at) != b'&' {
            return false;
        }
        let Some((written, _)) = entity(&self.text[self.at..]).filter(|(_, plain)| *plain == " ") else {
            return false;
        };
        let end = self.at + written.len();
        self.html(written, end, " ".to_owned());
        self.at = end;
        true
    }

    /// A token that an entity begins.
    pub(super) fn entity(&mut self) -> Option<TokenKind> {
        use TokenKind as T;
        let (written, plain) = entity(&self.text[self.at..])?;
        let end = self.at + written.len();
        let rest = &self.text[end..];
        let equals = rest.starts_with('=');
        let (kind, end) = match plain {
            "\"" | "'" => {
                let Some(close) = self.closing(end, plain) else {
                    self.html(written, end, plain.to_owned());
                    return Some(self.take(written.len(), T::Bad));
                };
                (T::StringLiteral, close)
            }
            ">" if equals => (T::GreaterThanOrEqual, end + 1),
            ">" => (T::GreaterThan, end),
            "<" if equals => (T::LessThanOrEqual, end + 1),
            "<" => match entity(rest) {
                Some((other, ">")) => (T::LessThanGreaterThan, end + other.len()),
                _ => (T::LessThan, end),
            },
            _ => match entity(rest) {
                // `&&` means nothing either.
                Some((other, "&")) => {
                    self.html(written, end + other.len(), "and".to_owned());
                    return Some(self.take(written.len() + other.len(), T::And));
                }
                _ => (T::Bad, end),
            },
        };
        let plainly = decoded(&self.text[self.at..end]);
        self.html(written, end, plainly);
        Some(self.take(end - self.at, kind))
    }

    /// Where a string ends that an entity opened: after the same quote, as an entity or as itself, on this line.
    fn closing(&self, from: usize, quote: &str) -> Option<usize> {
        let line_end = self.line_end(from);
        let line = &self.text[from..line_end];
        let mut at = 0;
        while let Some(next) = line[at..].find(|c: char| c == '&' || is_line_break(c) || quote.starts_with(c))
        {
            at += next;
            match entity(&line[at..]) {
                Some((written, plain)) if plain == quote => return Some(from + at + written.len()),
                _ if line[at..].starts_with(quote) => return Some(from + at + quote.len()),
                _ => at += 1,
            }
        }
        None
    }

    /// Notes an entity, and what to write up to `end` in its place.
    fn html(&mut self, written: &str, end: usize, plainly: String) {
        let span = Span::new(self.at, end);
        let message = format!("`{written}` is an HTML entity, which is not valid in KQL");
        let mut error = SyntaxError::new(ErrorKind::HtmlEntity, span, message);
        error.help =
            Some("The query was probably copied from a web page: use the characters themselves.".to_owned());
        error.fix = Some(Suggestion { title: "Decode the HTML entities".to_owned(), span, text: plainly });
        self.errors.push(error);
    }
}
