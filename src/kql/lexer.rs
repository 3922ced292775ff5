//! Text to tokens, with the same kinds and places as the official analyser's.

use super::error::{ErrorKind, Mend, SyntaxError};
use super::token::{KEYWORDS, Token, TokenKind};
use super::work;
use crate::source::Span;

/// The units of a timespan, the longer before those they begin with.
const UNITS: [&str; 33] = [
    "milliseconds",
    "microseconds",
    "millisecond",
    "microsecond",
    "nanoseconds",
    "nanosecond",
    "millisec",
    "microsec",
    "nanosec",
    "minutes",
    "seconds",
    "millis",
    "micros",
    "minute",
    "second",
    "hours",
    "milli",
    "micro",
    "nanos",
    "ticks",
    "days",
    "hour",
    "nano",
    "tick",
    "day",
    "hrs",
    "min",
    "sec",
    "hr",
    "ms",
    "d",
    "h",
    "m",
];

/// The tokens of a text, the last of them [`TokenKind::EndOfText`], and what is wrong with them.
pub fn tokenize(text: &str) -> (Vec<Token>, Vec<SyntaxError>) {
    let mut lexer = Lexer { text, bytes: text.as_bytes(), at: 0, errors: Vec::new() };
    let mut tokens = Vec::with_capacity(text.len() / 5 + 2);
    loop {
        lexer.skip_trivia();
        let start = lexer.at;
        let kind = lexer.token();
        tokens.push(Token { kind, span: Span::new(start, lexer.at) });
        if kind == TokenKind::EndOfText {
            return (tokens, lexer.errors);
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    errors: Vec<SyntaxError>,
}

/// Whether a word is the unit of a timespan.
pub(super) fn is_unit(word: &str) -> bool {
    word == "s" || UNITS.contains(&word)
}

/// White space of the language, which differs from Unicode's.
pub(super) fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t' | '\n' | '\r' | '\u{c}' | ' ' | '\u{a0}' | '\u{1680}' | '\u{180e}' | '\u{2000}'
            ..='\u{200b}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// The zeros of the scripts whose digits the official analyser takes for digits; nine more follow each.
const ZEROS: [u32; 34] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xaa50, 0xabf0, 0xff10,
];

fn is_digit(c: char) -> bool {
    let code = u32::from(c);
    c.is_ascii_digit() || (!c.is_ascii() && ZEROS.iter().any(|zero| (*zero..zero + 10).contains(&code)))
}

fn starts_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == '$'
}

/// Whether a character goes on a name. Other letters than these stand in names only between brackets.
pub(super) fn goes_on_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

impl Lexer<'_> {
    fn peek(&self, offset: usize) -> Option<char> {
        let byte = *self.bytes.get(self.at + offset)?;
        if byte.is_ascii() {
            Some(char::from(byte))
        } else {
            self.text.get(self.at + offset..)?.chars().next()
        }
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn char_at(&self, at: usize) -> Option<char> {
        work::done(1);
        match *self.bytes.get(at)? {
            byte if byte.is_ascii() => Some(char::from(byte)),
            _ => self.text.get(at..)?.chars().next(),
        }
    }

    /// The offset after the characters from `at` that fit.
    fn run(&self, mut at: usize, fits: impl Fn(char) -> bool) -> usize {
        while let Some(c) = self.char_at(at).filter(|c| fits(*c)) {
            at += c.len_utf8();
        }
        at
    }

    fn line_end(&self, at: usize) -> usize {
        self.run(at, |c| !is_line_break(c))
    }

    fn skip_trivia(&mut self) {
        loop {
            self.at = self.run(self.at, is_space);
            if self.bytes[self.at..].starts_with(b"//") {
                let end = self.line_end(self.at);
                self.at = end + self.char_at(end).map_or(0, char::len_utf8);
            } else {
                return;
            }
        }
    }

    fn take(&mut self, length: usize, kind: TokenKind) -> TokenKind {
        self.at += length;
        kind
    }

    fn token(&mut self) -> TokenKind {
        let Some(c) = self.peek(0) else { return TokenKind::EndOfText };
        if !c.is_ascii_alphanumeric() {
            if let Some((kind, length)) = self.punctuation(c) {
                return self.take(length, kind);
            }
            let quoted = matches!(c, '\'' | '"' | '`' | '~')
                || (c == '@' && matches!(self.byte(self.at + 1), b'\'' | b'"' | b'`' | b'~'));
            if quoted && self.string() {
                return TokenKind::StringLiteral;
            }
            if c == '#' {
                self.at = self.line_end(self.at);
                return TokenKind::Directive;
            }
        }
        if let Some(kind) = self.keyword() {
            return kind;
        }
        if starts_name(c) {
            return self.name(c);
        }
        if is_digit(c)
            && let Some(kind) = self.number()
        {
            return kind;
        }
        let span = Span::new(self.at, self.at + c.len_utf8());
        let message = format!("The character `{}` means nothing here", c.escape_debug());
        self.errors.push(SyntaxError::new(ErrorKind::UnexpectedCharacter, span, message));
        self.take(c.len_utf8(), TokenKind::Bad)
    }

    fn punctuation(&self, c: char) -> Option<(TokenKind, usize)> {
        use TokenKind as T;
        let next = self.byte(self.at + 1);
        Some(match (c, next) {
            ('(', _) => (T::OpenParen, 1),
            (')', _) => (T::CloseParen, 1),
            ('[', _) => (T::OpenBracket, 1),
            (']', _) => (T::CloseBracket, 1),
            ('{', _) => (T::OpenBrace, 1),
            ('}', _) => (T::CloseBrace, 1),
            ('|', _) => (T::Bar, 1),
            ('.', b'.') => (T::DotDot, 2),
            ('.', _) => (T::Dot, 1),
            ('+', _) => (T::Plus, 1),
            ('-', _) => (T::Minus, 1),
            ('*', _) => (T::Asterisk, 1),
            ('/', _) => (T::Slash, 1),
            ('%', _) => (T::Percent, 1),
            ('<', b'=') => (T::LessThanOrEqual, 2),
            ('<', b'|') => (T::LessThanBar, 2),
            ('<', b'>') => (T::LessThanGreaterThan, 2),
            ('<', _) => (T::LessThan, 1),
            ('>', b'=') => (T::GreaterThanOrEqual, 2),
            ('>', _) => (T::GreaterThan, 1),
            ('=', b'=') => (T::EqualEqual, 2),
            ('=', b'>') => (T::FatArrow, 2),
            ('=', b'~') => (T::EqualTilde, 2),
            ('=', _) => (T::Equal, 1),
            ('!', b'=') => (T::BangEqual, 2),
            ('!', b'~') => (T::BangTilde, 2),
            (':', _) => (T::Colon, 1),
            (';', _) => (T::Semicolon, 1),
            (',', _) => (T::Comma, 1),
            ('@', b'\'' | b'"' | b'`' | b'~') => return None,
            ('@', _) => (T::At, 1),
            ('?', _) => (T::Question, 1),
            _ => return None,
        })
    }

    /// The longest keyword that stands here, unless a name goes on after it.
    fn keyword(&mut self) -> Option<TokenKind> {
        let rest = &self.bytes[self.at..];
        let longest = bucket(*rest.first()?).iter().find(|(word, _)| rest.starts_with(word));
        let (word, kind) = match longest {
            Some(found) => *found,
            None if rest.first() == Some(&b'!') => (&b"!"[..], TokenKind::Bang),
            None => return None,
        };
        let end = self.at + word.len();
        if self.byte(end) == b'('
            && let Some(literal) = literal_of(kind)
        {
            let mut close = end + 1;
            close = self.run(close, |c| c != ')' && !is_line_break(c));
            if self.byte(close) == b')' {
                self.at = close + 1;
            } else {
                self.at = close;
                let message = format!("This `{}(` is not closed on its line", kind.text());
                let mut error = SyntaxError::new(ErrorKind::Unterminated, Span::at(close), message);
                error.label = Some((Span::new(end, end + 1), "opened here".to_owned()));
                self.errors.push(error);
            }
            return Some(literal);
        }
        if self.char_at(end).is_some_and(goes_on_name) {
            return None;
        }
        self.at = end;
        Some(kind)
    }

    fn name(&mut self, c: char) -> TokenKind {
        let end = self.run(self.at + c.len_utf8(), goes_on_name);
        let name = &self.text[self.at..end];
        if matches!(name, "true" | "True" | "TRUE" | "false" | "False" | "FALSE") {
            self.at = end;
            return TokenKind::BooleanLiteral;
        }
        if self.raw_guid() {
            return self.take(36, TokenKind::RawGuidLiteral);
        }
        if matches!(name, "h" | "H")
            && matches!(self.byte(end), b'\'' | b'"' | b'@' | b'`' | b'~')
            && self.string()
        {
            return TokenKind::StringLiteral;
        }
        self.at = end;
        TokenKind::Identifier
    }

    fn raw_guid(&self) -> bool {
        let Some(candidate) = self.bytes.get(self.at..self.at + 36) else { return false };
        candidate.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    }

    fn number(&mut self) -> Option<TokenKind> {
        let ends = |at: usize| !self.char_at(at).is_some_and(goes_on_name);
        if self.raw_guid() {
            return Some(self.take(36, TokenKind::RawGuidLiteral));
        }
        let digits = self.digits(self.at);
        if let Some(end) = self.real(digits).filter(|end| ends(*end)) {
            self.at = end;
            return Some(TokenKind::RealLiteral);
        }
        let mut amount = digits;
        if self.byte(digits) == b'.' && self.digits(digits + 1) > digits + 1 {
            amount = self.digits(digits + 1);
        }
        let unit = UNITS.iter().chain(&["s"]).find(|unit| self.text[amount..].starts_with(**unit));
        if let Some(end) = unit.map(|unit| amount + unit.len()).filter(|end| ends(*end)) {
            self.at = end;
            return Some(TokenKind::TimespanLiteral);
        }
        let hex = self.byte(self.at) == b'0' && matches!(self.byte(self.at + 1), b'x' | b'X');
        let hex_end = self.run(self.at + 2, |c| c.is_ascii_hexdigit());
        if hex && hex_end > self.at + 2 && ends(hex_end) {
            self.at = hex_end;
            return Some(TokenKind::LongLiteral);
        }
        if digits > self.at && ends(digits) {
            self.at = digits;
            return Some(TokenKind::LongLiteral);
        }
        // A name may begin with digits when a letter follows them.
        if digits > self.at && self.char_at(digits).is_some_and(|c| c.is_ascii_alphabetic() || c == '_') {
            self.at = self.run(digits, goes_on_name);
            return Some(TokenKind::Identifier);
        }
        None
    }

    fn digits(&self, at: usize) -> usize {
        self.run(at, is_digit)
    }

    fn real(&self, digits: usize) -> Option<usize> {
        let exponent = |at: usize| {
            let signed = matches!(self.byte(at + 1), b'+' | b'-');
            let first = at + 1 + usize::from(signed);
            let end = self.digits(first);
            (matches!(self.byte(at), b'e' | b'E') && end > first).then_some(end)
        };
        if digits == self.at {
            return None;
        }
        if self.byte(digits) == b'.' && (self.byte(digits + 1) != b'.' || self.byte(digits + 2) == b'.') {
            let fraction = self.digits(digits + 1);
            return Some(exponent(fraction).unwrap_or(fraction));
        }
        exponent(digits)
    }

    /// A string with its prefixes. Returns whether there is one.
    fn string(&mut self) -> bool {
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
        while let Some(c) = self.char_at(at) {
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
            format!("`{}` is no escape in a string", what.escape_debug())
        } else {
            format!("The string that begins with `{quote}` does not end")
        };
        let mut error = SyntaxError::new(ErrorKind::Unterminated, Span::at(end), message);
        error.help = Some(if wrong_escape {
            "Double the backslash, or put `@` before the string.".to_owned()
        } else {
            format!("Close it with `{quote}`.")
        });
        if wrong_escape {
            error.mend = self.escaped(start, inside, quote);
        }
        error.label = Some((Span::new(start, inside), "the string begins here".to_owned()));
        self.errors.push(error);
        end
    }

    /// The mend of a string with a backslash that escapes nothing: `@` before it or, where other backslashes do
    /// escape something, one more of them.
    fn escaped(&self, start: usize, inside: usize, quote: &str) -> Option<Mend> {
        let mut at = inside;
        let mut deliberate = false;
        let mut text = self.text[start..inside].to_owned();
        while let Some(c) = self.char_at(at).filter(|c| !is_line_break(*c)) {
            if self.text[at..].starts_with(quote) {
                let span = Span::new(start, at + quote.len());
                let raw = &self.text[span.range()];
                let text = if deliberate { text + quote } else { format!("@{raw}") };
                let title = if deliberate { "Double the backslashes" } else { "Put `@` before the string" };
                return Some(Mend { title: title.to_owned(), span, text });
            }
            if c == '\\' && self.escape(at + 1).is_none() {
                text.push('\\');
            } else if c == '\\' {
                deliberate |= matches!(self.byte(at + 1), b'\\' | b'\'' | b'"');
                text.push(c);
                at += 1;
            }
            let c = self.char_at(at)?;
            text.push(c);
            at += c.len_utf8();
        }
        None
    }
}

/// The literal that a type's name and a parenthesis begin.
fn literal_of(kind: TokenKind) -> Option<TokenKind> {
    use TokenKind as T;
    Some(match kind {
        T::Long => T::LongLiteral,
        T::Int => T::IntLiteral,
        T::Real | T::Double => T::RealLiteral,
        T::Decimal => T::DecimalLiteral,
        T::Bool => T::BooleanLiteral,
        T::DateTime | T::Date => T::DateTimeLiteral,
        T::Time | T::Timespan => T::TimespanLiteral,
        T::Guid => T::GuidLiteral,
        _ => return None,
    })
}

type Keyword = (&'static [u8], TokenKind);

/// The keywords that begin with a byte, the longer before those they begin with.
fn bucket(first: u8) -> &'static [Keyword] {
    static BUCKETS: std::sync::LazyLock<Vec<Vec<Keyword>>> = std::sync::LazyLock::new(|| {
        let mut buckets: Vec<Vec<Keyword>> = vec![Vec::new(); 128];
        for keyword in KEYWORDS {
            let word = keyword.text().as_bytes();
            if let Some(bucket) = word.first().and_then(|byte| buckets.get_mut(usize::from(*byte))) {
                bucket.push((word, *keyword));
            }
        }
        for bucket in &mut buckets {
            bucket.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
        buckets
    });
    BUCKETS.get(usize::from(first)).map_or(&[], Vec::as_slice)
}
