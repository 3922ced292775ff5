//! Numbers, timespans and bare GUIDs.

use super::{DIGIT, HEX_DIGIT, Lexer, NAME, goes_on_name};
use crate::kql::token::TokenKind;

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

/// Whether a word is the unit of a timespan.
pub(in crate::kql) fn is_unit(word: &str) -> bool {
    word == "s" || UNITS.contains(&word)
}

/// The zeros of the scripts whose digits the official analyzer takes for digits; nine more follow each.
const ZEROS: [u32; 34] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xaa50, 0xabf0, 0xff10,
];

pub(super) fn is_digit(c: char) -> bool {
    let code = u32::from(c);
    c.is_ascii_digit() || (!c.is_ascii() && ZEROS.iter().any(|zero| (*zero..zero + 10).contains(&code)))
}

impl Lexer<'_> {
    pub(super) fn raw_guid(&self) -> bool {
        if self.byte(self.at + 8) != b'-' {
            return false;
        }
        let Some(candidate) = self.bytes.get(self.at..self.at + 36) else { return false };
        candidate.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    }

    pub(super) fn number(&mut self) -> Option<TokenKind> {
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
        let hex_end = self.run(self.at + 2, HEX_DIGIT, true);
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
            self.at = self.run(digits, NAME, true);
            return Some(TokenKind::Identifier);
        }
        None
    }

    fn digits(&self, at: usize) -> usize {
        self.run(at, DIGIT, true)
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
}
