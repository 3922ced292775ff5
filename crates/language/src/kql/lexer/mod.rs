//! Text to tokens, with the same kinds and places as the official analyzer's.

use super::error::{ErrorKind, SyntaxError};
use super::token::{KEYWORDS, Token, TokenKind};
use super::work;
use crate::source::Span;

pub(in crate::kql) mod entities;
mod numbers;
mod strings;

use numbers::is_digit;
pub(super) use numbers::is_unit;

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

/// White space of the language, which differs from Unicode's.
pub(super) const fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t' | '\n' | '\r' | '\u{c}' | ' ' | '\u{a0}' | '\u{1680}' | '\u{180e}' | '\u{2000}'
            ..='\u{200b}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}

const fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn starts_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == '$'
}

/// Whether a character goes on a name. Other letters than these stand in names only between brackets.
pub(super) const fn goes_on_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Classes of characters, of which one may be in several.
const SPACE: u8 = 1;
const LINE_BREAK: u8 = 2;
/// What goes on a name.
const NAME: u8 = 4;
const DIGIT: u8 = 8;
const HEX_DIGIT: u8 = 16;
const CLOSING: u8 = 32;
/// What may end a string, or stand for something else in it.
const IN_STRING: u8 = 64;
/// No character of ASCII.
const BEYOND: u8 = 128;

const fn when(is_in: bool, class: u8) -> u8 {
    if is_in { class } else { 0 }
}

/// The classes of the characters of ASCII, and [`BEYOND`] for the bytes of all others.
const CLASSES: [u8; 256] = {
    let mut classes = [BEYOND; 256];
    let mut at = 0;
    while at < 128 {
        let byte = at as u8;
        let c = byte as char;
        classes[at] = when(is_space(c), SPACE)
            | when(is_line_break(c), LINE_BREAK)
            | when(goes_on_name(c), NAME)
            | when(byte.is_ascii_digit(), DIGIT)
            | when(byte.is_ascii_hexdigit(), HEX_DIGIT)
            | when(byte == b')', CLOSING)
            | when(is_line_break(c) || matches!(byte, b'"' | b'\'' | b'\\'), IN_STRING);
        at += 1;
    }
    classes
};

/// The classes of any other character.
fn classes_beyond(c: char) -> u8 {
    when(is_space(c), SPACE) | when(is_line_break(c), LINE_BREAK | IN_STRING) | when(is_digit(c), DIGIT)
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

    /// The offset after the characters from an offset that are in one of some classes, or in none of them.
    fn run(&self, from: usize, classes: u8, is_in: bool) -> usize {
        let stops = if is_in { 0 } else { BEYOND };
        let mut at = from;
        loop {
            let fits = |byte: u8| (CLASSES[usize::from(byte)] & (classes | stops) != 0) == is_in;
            while self.bytes.get(at).is_some_and(|byte| fits(*byte)) {
                at += 1;
            }
            let other = self.text.get(at..).and_then(|rest| rest.chars().next()).filter(|c| !c.is_ascii());
            match other {
                Some(c) if (classes_beyond(c) & classes != 0) == is_in => at += c.len_utf8(),
                _ => break,
            }
        }
        work::done(at - from + 1);
        at
    }

    fn line_end(&self, at: usize) -> usize {
        self.run(at, LINE_BREAK, false)
    }

    fn skip_trivia(&mut self) {
        loop {
            let start = self.at;
            match self.byte(start) {
                b'/' if self.byte(start + 1) == b'/' => {
                    let end = self.line_end(start);
                    self.at = end + self.char_at(end).map_or(0, char::len_utf8);
                }
                b'&' if self.blank_entity() => {}
                byte if CLASSES[usize::from(byte)] & (SPACE | BEYOND) != 0 => {
                    self.at = self.run(start, SPACE, true);
                }
                _ => return,
            }
            if self.at == start {
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
            if c == '&'
                && let Some(kind) = self.entity()
            {
                return kind;
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
        let word_end = self.run(self.at, NAME, true);
        if let Some(kind) = self.keyword(word_end) {
            return kind;
        }
        if starts_name(c) {
            return self.name(if c == '$' { self.run(self.at + 1, NAME, true) } else { word_end });
        }
        if is_digit(c)
            && let Some(kind) = self.number()
        {
            return kind;
        }
        let span = Span::new(self.at, self.at + c.len_utf8());
        // A character that can be seen is shown as it is in the file.
        let shown = if matches!(c, '\\' | '\'' | '"') { c.to_string() } else { c.escape_debug().to_string() };
        let message = format!("Unexpected character `{shown}`");
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
            ('|', _) => (T::Pipe, 1),
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
    fn keyword(&mut self, word_end: usize) -> Option<TokenKind> {
        let rest = &self.bytes[self.at..];
        let longest = candidates(rest, word_end - self.at).iter().find(|(word, _)| rest.starts_with(word));
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
            close = self.run(close, CLOSING | LINE_BREAK, false);
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

    fn name(&mut self, end: usize) -> TokenKind {
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

/// The keywords that may stand at the beginning of a text and that no name goes on after: those that begin with the same
/// byte and whose first word is as long as the one that stands there, the longer before those they begin with.
fn candidates(rest: &[u8], length: usize) -> &'static [Keyword] {
    /// By the length of the first word.
    type Lengths = Vec<Vec<Keyword>>;
    static BY_FIRST: std::sync::LazyLock<Vec<Lengths>> = std::sync::LazyLock::new(|| {
        let mut by_first: Vec<Lengths> = vec![Lengths::new(); 128];
        for keyword in KEYWORDS {
            let word = keyword.text().as_bytes();
            let Some(lengths) = word.first().and_then(|byte| by_first.get_mut(usize::from(*byte))) else {
                continue;
            };
            let length = word.iter().take_while(|byte| goes_on_name(char::from(**byte))).count();
            if lengths.len() <= length {
                lengths.resize(length + 1, Vec::new());
            }
            lengths[length].push((word, *keyword));
        }
        for words in by_first.iter_mut().flatten() {
            words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
        by_first
    });
    let lengths = rest.first().and_then(|first| BY_FIRST.get(usize::from(*first)));
    lengths.and_then(|lengths| lengths.get(length)).map_or(&[], Vec::as_slice)
}
