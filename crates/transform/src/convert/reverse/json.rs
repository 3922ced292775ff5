//! The template's text: JSON, with the comments that ARM allows, and the places of its values.

use std::cell::OnceCell;

use serde_json::Value;

use crate::convert::Refusal;
use crate::convert::notes::{INVALID_JSON, refuse};
use crate::source::{BOM, SourceFile, Span};

/// One step from a value to one below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The value of a key.
    Key(String),
    /// An item of a list.
    Item(usize),
}

/// A JSON text that has been read.
#[derive(Debug)]
pub(super) struct Json {
    /// The text, comments blanked out.
    text: String,
    pub(super) value: Value,
    places: OnceCell<Place>,
}

/// Where a value stands, and what stands below it.
#[derive(Debug)]
struct Place {
    span: Span,
    below: Vec<(Step, Span, Self)>,
}

impl Json {
    /// Reads a file.
    pub(super) fn parse(source: &SourceFile) -> Result<Self, Refusal> {
        let text = without_comments(source.text());
        // The resource manager takes strings over several lines, which JSON does not have.
        let read = serde_json::from_str(&text).or_else(|error| {
            serde_json::from_str(&escaped(&text)).map_err(|again| if again.is_eof() { again } else { error })
        });
        match read {
            Ok(value) => Ok(Self { text, value, places: OnceCell::new() }),
            Err(error) => Err(invalid(source, &error)),
        }
    }

    /// The place of a value; of the nearest one above it where the path leads nowhere. The place of what stands
    /// under a key is that of the key.
    pub(super) fn span(&self, path: &[Step]) -> Span {
        let places = self.places.get_or_init(|| Scanner { text: self.text.as_bytes(), at: 0 }.value());
        let (mut span, mut place) = (places.span, places);
        for step in path {
            // Of a repeated key the last one counts, as for the reader.
            let Some((_, named, below)) = place.below.iter().rev().find(|(known, ..)| known == step) else {
                break;
            };
            (span, place) = (*named, below);
        }
        // The first line of a big value says where it is.
        let line = self.text[span.range()].find('\n').unwrap_or(span.len());
        Span::new(span.start as usize, span.start as usize + line)
    }
}

fn invalid(source: &SourceFile, error: &serde_json::Error) -> Refusal {
    let line = source.line_starts().get(error.line().saturating_sub(1)).copied().unwrap_or_default() as usize;
    let length = source.text().len();
    // The column counts bytes, and is 0 for a place at the end of the line before.
    let at = source.text().floor_char_boundary((line + error.column().saturating_sub(1)).min(length));
    let told = error.to_string();
    let what = told.rsplit_once(" at line ").map_or(told.as_str(), |(what, _)| what);
    if let Some(name) = source.wide_encoding() {
        let message = format!("The file is encoded in {name}, not in UTF-8");
        let help = "Save it as UTF-8; in Windows PowerShell, use `| Out-File -Encoding utf8`.";
        return refuse(&INVALID_JSON, Span::at(0), message, help);
    }
    let message = if source.text().trim().is_empty() {
        "The file is empty".to_owned()
    } else if error.is_eof() {
        "Unexpected end of the JSON: something is not closed".to_owned()
    } else {
        format!("The file is not valid JSON: {what}")
    };
    let yaml =
        crate::content::is_yaml_file(source.path()) && !source.text().trim_start().starts_with(['{', '[']);
    let help = if yaml || crate::content::extension(source.path()) == Some("bicep") {
        "`--to yaml` reads ARM templates in JSON; use `az bicep build` to compile Bicep."
    } else {
        "`--to yaml` reads ARM templates in JSON: fix the file, or export it again."
    };
    refuse(&INVALID_JSON, Span::at(at), message, help)
}

/// The text with comments and a byte-order mark as blanks, so that every offset stays true.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let blank = |out: &mut String, skipped: &str| {
        out.extend(
            skipped.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' }),
        );
    };
    if let Some(after) = rest.strip_prefix(BOM) {
        blank(&mut out, &rest[..rest.len() - after.len()]);
        rest = after;
    }
    while let Some(at) = rest.find(['"', '/']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = if rest.starts_with('"') {
            let end = string_end(rest.as_bytes());
            out.push_str(&rest[..end]);
            end
        } else {
            let end = match rest.as_bytes().get(1) {
                Some(b'/') => rest.find('\n').unwrap_or(rest.len()),
                Some(b'*') => rest.find("*/").map_or(rest.len(), |end| end + 2),
                _ => 0,
            };
            blank(&mut out, &rest[..end]);
            if end == 0 {
                out.push('/');
            }
            end.max(1)
        };
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// The text with the control characters of its strings escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('"') {
        let (before, string) = rest.split_at(at);
        let (string, after) = string.split_at(string_end(string.as_bytes()));
        out.push_str(before);
        for c in string.chars() {
            match c {
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => out.push(c),
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The length of the string that the text begins with, its quotes included.
fn string_end(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// Walks over a text that is known to be valid, and notes where things are.
struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn value(&mut self) -> Place {
        self.blanks();
        let start = self.at;
        let mut below = Vec::new();
        match self.text.get(self.at) {
            Some(b'{') => self.items(|scanner| {
                let start = scanner.at;
                scanner.at += string_end(&scanner.text[start..]);
                let key = serde_json::from_slice(&scanner.text[start..scanner.at]).unwrap_or_default();
                scanner.blanks();
                scanner.at += 1;
                let place = scanner.value();
                below.push((Step::Key(key), Span::new(start, place.span.end as usize), place));
            }),
            Some(b'[') => self.items(|scanner| {
                let place = scanner.value();
                below.push((Step::Item(below.len()), place.span, place));
            }),
            Some(b'"') => self.at += string_end(&self.text[start..]),
            _ => {
                let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}') || byte.is_ascii_whitespace();
                self.at += self.text[start..].iter().position(ends).unwrap_or(self.text.len() - start);
            }
        }
        self.at = self.at.min(self.text.len());
        Place { span: Span::new(start, self.at), below }
    }

    /// What stands between a pair of brackets, split at commas.
    fn items(&mut self, mut item: impl FnMut(&mut Self)) {
        self.at += 1;
        loop {
            self.blanks();
            match self.text.get(self.at) {
                Some(b']' | b'}') => break self.at += 1,
                Some(b',') => self.at += 1,
                Some(_) => item(self),
                None => break,
            }
        }
    }

    fn blanks(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Json, Refusal> {
        Json::parse(&SourceFile::new("a.json", text))
    }

    #[test]
    fn comments_and_a_mark_are_not_part_of_the_value() {
        let text = "\u{feff}// é\n{ /* a\n \"b\": 1 */ \"u\": \"http://x/*y*/\\\"//\" } // end";
        let json = read(text).unwrap();
        assert_eq!(json.value, serde_json::json!({"u": "http://x/*y*/\"//"}));
        assert_eq!(json.text.len(), text.len());
    }

    #[test]
    fn strings_may_have_several_lines() {
        let text = "{\"a\": \"x\n\ty \\\"z\\\"\", \"b\": 1}";
        let json = read(text).unwrap();
        assert_eq!(json.value, serde_json::json!({"a": "x\n\ty \"z\"", "b": 1}));
        assert_eq!(&text[json.span(&[Step::Key("b".into())]).range()], "\"b\": 1");
    }

    #[test]
    fn values_have_their_places() {
        let text = "{\"a\": [1, {\"b\\u0063\": \"x\\\\\"}, true],\n \"d\": {}}";
        let json = read(text).unwrap();
        let at = |path: &[Step]| &text[json.span(path).range()];
        let key = |name: &str| Step::Key(name.to_owned());
        assert_eq!(at(&[key("a"), Step::Item(0)]), "1");
        assert_eq!(at(&[key("a"), Step::Item(1), key("bc")]), "\"b\\u0063\": \"x\\\\\"");
        assert_eq!(at(&[key("a"), Step::Item(2)]), "true");
        assert_eq!(at(&[key("d"), key("none")]), "\"d\": {}");
        assert_eq!(at(&[]), "{\"a\": [1, {\"b\\u0063\": \"x\\\\\"}, true],");
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        for (text, start, message) in [
            ("", 0, "The file is empty"),
            ("{\"é\": 1,}", 9, "The file is not valid JSON: trailing comma"),
            ("{\"a\": [1", 7, "Unexpected end of the JSON: something is not closed"),
            ("{\n\"a\": tru}", 10, "The file is not valid JSON: expected ident"),
            ("id: x", 0, "The file is not valid JSON: expected value"),
        ] {
            let failure = read(text).unwrap_err();
            assert_eq!((failure.span.start, failure.message.as_str()), (start, message), "{text}");
        }
        let wide: Vec<u8> = "{\"resources\": []}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let wide =
            Json::parse(&SourceFile::from_bytes("a.json", [vec![0xff, 0xfe], wide].concat())).unwrap_err();
        assert_eq!(wide.message, "The file is encoded in UTF-16, not in UTF-8");
        let deep = "[".repeat(100_000);
        assert!(read(&deep).unwrap_err().message.contains("recursion limit"));
    }
}
