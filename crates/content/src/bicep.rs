//! Bicep: the resources of a file whose values are literals, as a spanned tree. It has the shape that the same resources
//! have in an ARM template: `resources`, then the symbolic name, then `type` and `properties`.
//!
//! Whatever is not a literal is an error with its place. Resources of other types are passed over.

use crate::source::{SourceFile, Span};
use crate::yaml::{
    Comment, Document, Entry, MAX_DEPTH, Mapping, Node, Scalar, ScalarStyle, Sequence, Value, YamlError,
};

mod strings;

/// Reads the resources of these types; `wanted` tells of a type with its version.
pub(crate) fn parse(file: &SourceFile, wanted: impl Fn(&str) -> bool) -> Document {
    let mut reader = Reader { text: file.text(), at: 0, document: Document::default() };
    let mut resources = Vec::new();
    while reader.at < reader.text.len() {
        reader.blanks(true);
        let start = reader.at;
        if reader.word() == Some("resource") {
            resources.extend(reader.resource(&wanted));
        }
        if reader.at == start {
            reader.skip_one();
        }
    }
    let span = Span::new(0, reader.text.len());
    let resources = vec![entry(key("resources", Span::at(0)), mapping(span, resources))];
    reader.document.root = Some(mapping(span, resources));
    reader.document.errors.truncate(crate::yaml::MAX_ERRORS);
    reader.document
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    document: Document,
}

fn node(span: Span, value: Value) -> Node {
    Node { span, value, anchor: None, tag: None }
}

fn mapping(span: Span, entries: Vec<Entry>) -> Node {
    node(span, Value::Mapping(Mapping::of(false, entries)))
}

fn entry(key: Node, value: Node) -> Entry {
    Entry { key, value, duplicate_of: None }
}

fn scalar(span: Span, text: String, style: ScalarStyle) -> Node {
    node(span, Value::Scalar(Scalar { text, style, indent: None, header: None, in_flow: false }))
}

fn key(name: &str, span: Span) -> Node {
    scalar(span, name.to_owned(), ScalarStyle::Bicep)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Passes over white space and comments; over line ends too where those do not count.
    fn blanks(&mut self, line_ends: bool) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(|c: char| {
                c == crate::source::BOM || c.is_whitespace() && (line_ends || !matches!(c, '\n' | '\r'))
            });
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("//") {
                let end = trimmed.find('\n').unwrap_or(trimmed.len());
                let length = trimmed[..end].trim_end().len();
                let line = self.text[..self.at].rfind('\n').map_or(0, |at| at + 1);
                let own_line = self.text[line..self.at].trim().is_empty();
                self.document.comments.push(Comment { span: Span::new(self.at, self.at + length), own_line });
                self.at += end;
            } else if trimmed.starts_with("/*") {
                self.at += trimmed.find("*/").map_or(trimmed.len(), |end| end + 2);
            } else {
                return;
            }
        }
    }

    /// The word that stands here, passed over.
    fn word(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        self.at += end;
        (end > 0).then(|| &rest[..end])
    }

    /// Passes over one token of what is not read.
    fn skip_one(&mut self) {
        let rest = self.rest();
        if rest.starts_with('\'') {
            if strings::string(rest).is_none() {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else {
                self.at += strings::string(rest).map_or(1, |string| string.len);
            }
        } else if self.word().is_none() {
            self.at += rest.chars().next().map_or(0, char::len_utf8);
        }
    }

    fn error(&mut self, span: Span, message: &str, help: &str) {
        self.document.damaged.push(span);
        self.document.errors.push(YamlError {
            span,
            message: message.to_owned(),
            help: Some(help.to_owned()),
            labels: Vec::new(),
            fix: None,
        });
    }

    /// What follows `resource`: its name, type and body.
    fn resource(&mut self, wanted: &impl Fn(&str) -> bool) -> Option<Entry> {
        self.blanks(false);
        let start = self.at;
        let name = self.word()?;
        let name = key(name, Span::new(start, self.at));
        self.blanks(false);
        let start = self.at;
        let kind = strings::string(self.rest())?;
        self.at += kind.len;
        if !wanted(&kind.value) {
            return None;
        }
        let kind = scalar(Span::new(start, self.at), kind.value, ScalarStyle::Bicep);
        self.blanks(false);
        let equals = self.at;
        if !self.take('=') {
            let word = self.word();
            if word != Some("existing") {
                self.error(Span::at(equals), "a `=` is expected after the type", "Write `= {`");
            }
            return None;
        }
        self.blanks(false);
        let body = self.value(0);
        // Of a condition or a loop the error has been told.
        body.as_mapping()?;
        let span = kind.span.cover(body.span);
        let entries = vec![
            entry(key("type", kind.span), kind),
            entry(key("properties", Span::at(body.span.start as usize)), body),
        ];
        Some(entry(name, mapping(span, entries)))
    }

    fn take(&mut self, sign: char) -> bool {
        let found = self.rest().starts_with(sign);
        self.at += if found { sign.len_utf8() } else { 0 };
        found
    }

    fn value(&mut self, depth: usize) -> Node {
        let (start, rest) = (self.at, self.rest());
        if depth > MAX_DEPTH {
            self.error(Span::at(start), "the values nest too deeply", "Use fewer levels");
            self.at = self.text.len();
            return scalar(Span::at(start), String::new(), ScalarStyle::Plain);
        }
        match rest.chars().next() {
            Some('{') => self.object(depth),
            Some('[') => self.array(depth),
            Some('\'') => match strings::string(rest) {
                Some(string) => {
                    self.at += string.len;
                    let style = if string.lines { ScalarStyle::BicepLines } else { ScalarStyle::Bicep };
                    let node = scalar(Span::new(start, self.at), string.value, style);
                    if string.interpolated {
                        self.expression(start);
                        return scalar(node.span, String::new(), ScalarStyle::Plain);
                    }
                    // Something may follow that makes an expression of it.
                    self.ended(start).unwrap_or(node)
                }
                None => {
                    let end = rest.find('\n').unwrap_or(rest.len());
                    self.at += end;
                    let span = Span::new(start, self.at);
                    self.error(span, "this string has no end", "Close it with `'`");
                    scalar(span, String::new(), ScalarStyle::Plain)
                }
            },
            _ => {
                self.take('-');
                let word = self.word().map(str::to_owned);
                let text = &self.text[start..self.at];
                let number =
                    word.is_some() && text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
                if number || matches!(text, "true" | "false" | "null") {
                    let node = scalar(Span::new(start, self.at), text.to_owned(), ScalarStyle::Plain);
                    return self.ended(start).unwrap_or(node);
                }
                self.expression(start)
            }
        }
    }

    /// An expression, where more follows a literal than may.
    fn ended(&mut self, start: usize) -> Option<Node> {
        let at = self.at;
        self.blanks(false);
        let ends =
            self.rest().chars().next().is_none_or(|c| matches!(c, '\n' | '\r' | ',' | '}' | ']' | ')'));
        if ends {
            return None;
        }
        self.at = at;
        Some(self.expression(start))
    }

    /// Passes over an expression that begins here, and tells of it.
    fn expression(&mut self, start: usize) -> Node {
        let mut depth = 0_usize;
        while let Some(c) = self.rest().chars().next() {
            match c {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' if depth > 0 => depth -= 1,
                ')' | ']' | '}' => break,
                ',' | '\n' | '\r' if depth == 0 => break,
                _ => {}
            }
            if matches!(c, '(' | '[' | '{' | ')' | ']' | '}' | ',') || c.is_whitespace() {
                self.at += c.len_utf8();
            } else {
                self.skip_one();
            }
        }
        let end = start + self.text[start..self.at].trim_end().len();
        let span = Span::new(start, end.max(start));
        self.error(
            span,
            "this is an expression, and sentlint only reads literal values here",
            "Write the value itself: a string, a number, `true`, `false`, an array or an object",
        );
        scalar(span, String::new(), ScalarStyle::Plain)
    }

    fn object(&mut self, depth: usize) -> Node {
        let start = self.at;
        self.at += 1;
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            self.blanks(true);
            if self.take('}') {
                break;
            }
            let at = self.at;
            let name =
                match strings::string(self.rest()).filter(|string| !string.lines && !string.interpolated) {
                    Some(string) => {
                        self.at += string.len;
                        Some(string.value)
                    }
                    None => self.word().map(str::to_owned),
                };
            let span = Span::new(at, self.at);
            self.blanks(false);
            let Some(name) = name.filter(|_| self.take(':')) else {
                self.broken(at, "`name: value` is expected here");
                break;
            };
            self.blanks(false);
            let value = self.value(depth + 1);
            let duplicate_of = entries.iter().position(|other| other.name() == Some(name.as_str()));
            entries.push(Entry { key: key(&name, span), value, duplicate_of });
            self.blanks(false);
            self.take(',');
        }
        mapping(Span::new(start, self.at), entries)
    }

    fn array(&mut self, depth: usize) -> Node {
        let start = self.at;
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.blanks(true);
            if self.take(']') {
                break;
            }
            let at = self.at;
            if self.rest().is_empty() {
                self.broken(at, "the array has no end");
                break;
            }
            items.push(self.value(depth + 1));
            self.blanks(false);
            self.take(',');
            if self.at == at {
                self.broken(at, "a value is expected here");
                break;
            }
        }
        node(Span::new(start, self.at), Value::Sequence(Sequence { flow: true, items, dashes: Vec::new() }))
    }

    /// Tells that nothing can be read from here on.
    fn broken(&mut self, at: usize, message: &str) {
        let end = self.text[at..].find('\n').map_or(self.text.len(), |end| at + end);
        self.error(Span::new(at, end), message, "Check the braces, quotes and colons around it");
        self.at = self.text.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Document {
        parse(&SourceFile::new("a.bicep", text), |kind| kind.starts_with("X/"))
    }

    #[test]
    fn literals_are_read_with_their_places() {
        let text = "extension E\n\n// First.\nresource r 'X/y@1' = {\n  id: 'it\\'s'\n  on: true // On.\n  n: -3\n  q: '''\nA\n  ${B}\n'''\n  \
                    list: [\n    { a: 'b', c: [] }\n    'x'\n  ]\n}\nresource o 'Other/y@1' = { name: f(1) }\n";
        let document = read(text);
        assert!(document.errors.is_empty(), "{:?}", document.errors);
        let root = document.root.unwrap();
        let body = root.pointer("/resources/r/properties").unwrap();
        assert_eq!(
            crate::yaml::to_json(body),
            serde_json::json!({"id": "it's", "on": true, "n": -3, "q": "A\n  ${B}\n", "list": [{"a": "b", "c": []}, "x"]})
        );
        assert_eq!(root.pointer("/resources/r/type").unwrap().as_str(), Some("X/y@1"));
        assert!(root.pointer("/resources/o").is_none());
        let file = SourceFile::new("a.bicep", text);
        let query = root.pointer("/resources/r/properties/q").unwrap();
        assert!(file.slice(query.span).starts_with("'''\nA") && file.slice(query.span).ends_with("'''"));
        assert_eq!(document.comments.len(), 2);
        assert!(document.comments[0].own_line && !document.comments[1].own_line);
    }

    #[test]
    fn places_and_edits_go_through_both_kinds_of_strings() {
        let text = "resource r 'X/y@1' = {\n  a: 'x\\n\\'y\\' z'\n  q: '''\nA\n| B\n'''\n}\n";
        let (file, document) = (SourceFile::new("a.bicep", text), read(text));
        let root = document.root.unwrap();
        for (key, part, new) in
            [("a", "y", "w'"), ("a", "z", "\u{e9}\n"), ("q", "B", "C\n| D"), ("q", "A\n", "")]
        {
            let node = root.pointer(&format!("/resources/r/properties/{key}")).unwrap();
            let map = crate::yaml::ScalarMap::new(&file, node).unwrap();
            let value = node.as_str().unwrap();
            let at = value.find(part).unwrap();
            let span = Span::new(at, at + part.len());
            assert!(map.is_exact());
            assert_eq!(file.slice(map.span(span)).trim_end(), part.trim_end());
            let edit = map.edit(span, new).unwrap();
            let changed = crate::source::Edit::apply(&[edit], text).unwrap();
            let again = read(&changed).root.unwrap();
            let node = again.pointer(&format!("/resources/r/properties/{key}")).unwrap();
            assert_eq!(node.as_str(), Some(value.replacen(part, new, 1).as_str()), "{changed}");
        }
        let node = root.pointer("/resources/r/properties/q").unwrap();
        assert!(crate::yaml::ScalarMap::new(&file, node).unwrap().edit(Span::new(0, 1), "'''").is_none());
    }

    #[test]
    fn what_is_not_a_literal_is_told_with_its_place() {
        for (value, told) in [
            ("concat('a', 'b')", "concat('a', 'b')"),
            ("'a${b}c'", "'a${b}c'"),
            ("'a' == 'b' ? {\n 1: 2 } : x", "'a' == 'b' ? {\n 1: 2 } : x"),
            ("name", "name"),
        ] {
            let text = format!("resource r 'X/y@1' = {{\n  a: {value}\n  b: 'c'\n}}\n");
            let document = read(&text);
            let [error] = &document.errors[..] else { panic!("{value}: {:?}", document.errors) };
            assert_eq!(&text[error.span.range()], told);
            let root = document.root.unwrap();
            assert_eq!(root.pointer("/resources/r/properties/b").unwrap().as_str(), Some("c"));
        }
        for broken in [
            "resource r 'X/y@1' = {\n a: 'b\n}",
            "resource r 'X/y@1' = {\n a 1\n}",
            "resource r 'X/y@1' = [",
            "resource r 'X/y@1' = if (x) {}",
        ] {
            assert!(!read(broken).errors.is_empty(), "{broken}");
        }
        assert!(read("resource r 'X/y@1' existing = {}").errors.is_empty());
    }

    proptest::proptest! {
        #![proptest_config(crate::seeded::cases(256))]

        #[test]
        fn any_text_is_read(text in "(resource |r |'X/y@1' |= |\\{|\\}|\\[|\\]|\n|a: |'|'''|\\\\|\\$\\{|,|1|//|/\\*|é){0,24}") {
            let document = read(&text);
            for error in document.errors {
                proptest::prop_assert!(text.get(error.span.range()).is_some());
            }
        }
    }
}
