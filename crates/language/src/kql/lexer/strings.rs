//! Strings, and what is wrong with those that do not end.

use super::{IN_STRING, Lexer, is_line_break};
use crate::kql::error::{ErrorKind, Suggestion, SyntaxError};
use crate::source::Span;

impl Lexer<'_> {
    /// A string with its prefixes. Returns whether there is one.
    pub(super) fn string(&mut self) -> bool {
        let start = self.at;
        let mut at = start;
        if matches!(self.byte(at), b'h' | b'H') {
            at += 1;
        }
        let verbatim = self.byte(at) == b'@';
        at += usize::from(verbatim);
        for fence in ["```", "~~~"] {
            if self.text[at..].starts_with(fence) {
                let inside = at + fence.len();
                self.at = match self.text[inside..].find(fence) {
                    Some(length) => inside + length + fence.len(),
                    None => self.unterminated(start, inside, self.text.len(), fence),
                };
                return true;
            }
        }
        let quote = self.byte(at);
        if quote != b'\'' && quote != b'"' {
            return false;
        }
        let end = self.string_content(at + 1, quote, verbatim);
        self.at = if self.byte(end) == quote {
            end + 1
        } else {
            let quote = if quote == b'"' { "\"" } else { "'" };
            self.unterminated(start, at + 1, end, quote)
        };
        true
    }

    fn string_content(&self, mut at: usize, quote: u8, verbatim: bool) -> usize {
        loop {
            at = self.run(at, IN_STRING, false);
            let Some(c) = self.char_at(at) else { break };
            if c == char::from(quote) {
                if verbatim && self.byte(at + 1) == quote {
                    at += 2;
                    continue;
                }
                return at;
            }
            if c == '\\' && !verbatim {
                match self.escape(at + 1) {
                    Some(length) => at += 1 + length,
                    None => return at,
                }
            } else if is_line_break(c) {
                return at;
            } else {
                at += c.len_utf8();
            }
        }
        at
    }

    /// The length of what follows a backslash, if it is an escape.
    fn escape(&self, at: usize) -> Option<usize> {
        let hex = |count: usize| {
            let digits = self.bytes.get(at + 1..at + 1 + count)?;
            digits.iter().all(u8::is_ascii_hexdigit).then_some(1 + count)
        };
        let octal = |at: usize| matches!(self.byte(at), b'0'..=b'7');
        match self.byte(at) {
            b'\\' | b'\'' | b'"' | b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' => Some(1),
            b'u' => hex(4),
            b'U' => hex(8),
            b'x' => hex(2),
            b'0'..=b'7' if !octal(at + 1) => Some(1),
            first @ b'0'..=b'7' => Some(if first <= b'3' && octal(at + 2) { 3 } else { 2 }),
            _ => None,
        }
    }

    /// Notes a string that does not end, and returns where its token ends.
    fn unterminated(&mut self, start: usize, inside: usize, end: usize, quote: &str) -> usize {
        let wrong_escape = self.byte(end) == b'\\';
        let message = if wrong_escape {
            let what: String = self.text[end..].chars().take(2).collect();
            // As it is in the file, with one backslash.
            let what = if what.contains(char::is_control) { what.escape_debug().to_string() } else { what };
            format!("`{what}` is not a valid escape sequence")
        } else {
            "Unterminated string".to_owned()
        };
        let mut error = SyntaxError::new(ErrorKind::Unterminated, Span::at(end), message);
        error.help = Some(if wrong_escape {
            "Double the backslash, or add `@` before the string.".to_owned()
        } else {
            format!("Close it with `{quote}`.")
        });
        if wrong_escape {
            error.fix = self.escaped(start, inside, quote);
        }
        error.label = Some((Span::new(start, inside), "the string starts here".to_owned()));
        self.errors.push(error);
        end
    }

    /// The fix of a string with a backslash that escapes nothing: `@` before it or, where other backslashes do
    /// escape something, one more of them.
    fn escaped(&self, start: usize, inside: usize, quote: &str) -> Option<Suggestion> {
        let mut at = inside;
        let mut deliberate = false;
        let mut text = self.text[start..inside].to_owned();
        // A folder with a backslash at its end, which escapes the quote.
        let mut escaped_quote = None;
        while let Some(c) = self.char_at(at).filter(|c| !is_line_break(*c)) {
            if self.text[at..].starts_with(quote) {
                let span = Span::new(start, at + quote.len());
                let raw = &self.text[span.range()];
                let text = if deliberate { text + quote } else { format!("@{raw}") };
                let title = if deliberate { "Double the backslashes" } else { "Add `@` before the string" };
                return Some(Suggestion { title: title.to_owned(), span, text });
            }
            if c == '\\' && self.escape(at + 1).is_none() {
                text.push('\\');
            } else if c == '\\' {
                deliberate |= matches!(self.byte(at + 1), b'\\' | b'\'' | b'"');
                if self.text[at + 1..].starts_with(quote) {
                    escaped_quote = Some(at + 1 + quote.len());
                }
                text.push(c);
                at += 1;
            }
            let c = self.char_at(at)?;
            text.push(c);
            at += c.len_utf8();
        }
        let span = Span::new(start, escaped_quote?);
        let text = format!("@{}", &self.text[span.range()]);
        Some(Suggestion { title: "Add `@` before the string".to_owned(), span, text })
    }
}
