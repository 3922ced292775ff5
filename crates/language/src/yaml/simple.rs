//! A reader of the YAML that most content is written in: keys of letters, block mappings and lists, plain and quoted values,
//! literal blocks, comments. Whatever else a text holds, and whatever is wrong with it, is left to the YAML library, which
//! takes several times as long; tests hold both to the same tree.

use super::lines::spaces;
use super::parse::{self, Parsed, empty, mark_duplicates};
use super::{Comment, Entry, Mapping, Node, Scalar, ScalarStyle, Sequence, Value};
use crate::source::Span;

/// The deepest nesting that is read here.
const MOST_DEPTH: usize = 30;

/// Reads a text as far as it is valid: here where it is simple, with the library where not.
pub(super) fn read(text: &str) -> Parsed {
    read_simple(text).unwrap_or_else(|| parse::read(text))
}

/// Reads a text that holds nothing but the simple kinds of values; `None` for any other.
pub(super) fn read_simple(text: &str) -> Option<Parsed> {
    if !has_plain_characters(text) {
        return None;
    }
    let mut reader = Reader { text, at: 0, comments: Vec::new() };
    let first = reader.next_line()?;
    if first.indent != 0 {
        return None;
    }
    let root = reader.mapping(first, 0)?;
    if reader.next_line().is_some() {
        return None;
    }
    let reached = root.span.end as usize;
    Some(Parsed { root: Some(root), comments: reader.comments, reached, ..Parsed::default() })
}

/// Whether no character means anything to YAML but what its line shows. A carriage return ends a line with a line feed only.
fn has_plain_characters(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_control = |byte: &u8| matches!(byte, 0..=8 | 11 | 12 | 14..=31 | 0x7f);
    let (words, rest) = bytes.as_chunks::<8>();
    if words.iter().any(|word| may_hold_control(*word) && word.iter().any(is_control))
        || rest.iter().any(is_control)
    {
        return false;
    }
    let ends_line = |at: usize| bytes.get(at + 1) == Some(&b'\n');
    memchr::memchr_iter(b'\r', bytes).all(ends_line)
        && (text.is_ascii() || text.chars().all(|c| c.is_ascii() || is_plain(c)))
}

/// Whether any of eight bytes may be a control character, all of them looked at as one number.
fn may_hold_control(bytes: [u8; 8]) -> bool {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let number = u64::from_le_bytes(bytes);
    let below_space = number.wrapping_sub(ONES * 0x20) & !number & HIGH;
    let delete = number ^ (ONES * 0x7f);
    let is_delete = delete.wrapping_sub(ONES) & !delete & HIGH;
    (below_space | is_delete) != 0
}

/// Whether a character outside of ASCII is one like letters to YAML.
fn is_plain(c: char) -> bool {
    c >= '\u{a0}' && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A line with more than blanks and a comment on it.
#[derive(Clone, Copy)]
struct Line {
    /// How many blanks it begins with.
    indent: usize,
    /// Where its first other character stands.
    start: usize,
    /// Where it ends, without its line end.
    end: usize,
}

struct Reader<'t> {
    text: &'t str,
    /// The start of the first line that was not read.
    at: usize,
    comments: Vec<Comment>,
}

impl Reader<'_> {
    /// The end of the line of an offset, without its line end, and the start of the next.
    fn line_end(&self, from: usize) -> (usize, usize) {
        let bytes = self.text.as_bytes();
        let Some(length) = memchr::memchr(b'\n', &bytes[from..]) else { return (bytes.len(), bytes.len()) };
        let end = from + length;
        let before = if end > from && bytes[end - 1] == b'\r' { end - 1 } else { end };
        (before, end + 1)
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or_default()
    }

    /// The next line that says something, after those that do not. It is not taken.
    fn next_line(&mut self) -> Option<Line> {
        while self.at < self.text.len() {
            let (end, next) = self.line_end(self.at);
            let indent = spaces(&self.text[self.at..end]);
            let start = self.at + indent;
            if start < end && self.byte(start) != b'#' {
                return Some(Line { indent, start, end });
            }
            if start < end {
                self.comments.push(Comment { span: Span::new(start, end), own_line: true });
            }
            self.at = next;
        }
        None
    }

    /// Goes on after the line that an offset is in.
    fn end_line(&mut self, at: usize) {
        self.at = self.line_end(at).1;
    }

    /// The entries from this line on whose keys stand in its column. `first` says where on the line the first key is.
    fn mapping(&mut self, first: Line, depth: usize) -> Option<Node> {
        if depth > MOST_DEPTH {
            return None;
        }
        let column = first.indent;
        // What stands further in has few keys, and an entry is large.
        let mut entries: Vec<Entry> = Vec::with_capacity(if column == 0 { 16 } else { 2 });
        let mut line = first;
        loop {
            let key = self.key(line)?;
            let colon = key.span.end as usize;
            let value = self.value(colon, line.end, column, true, depth)?;
            entries.push(Entry { key, value, duplicate_of: None });
            match self.next_line() {
                Some(next) if next.indent == column => line = next,
                Some(next) if next.indent > column => return None,
                _ => break,
            }
        }
        mark_duplicates(&mut entries);
        let start = entries.first()?.key.span.start;
        let end = entries.last().map(|entry| entry.value.span.end.max(entry.key.span.end))?;
        let value = Value::Mapping(Mapping::of(false, entries));
        Some(Node { span: Span { start, end }, value, anchor: None, tag: None })
    }

    /// The key at the start of a line: a word, with its colon right after it.
    fn key(&self, line: Line) -> Option<Node> {
        let bytes = &self.text.as_bytes()[line.start..line.end];
        let length = bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let is_word = bytes.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
        let parted = bytes.get(length) == Some(&b':') && matches!(bytes.get(length + 1), None | Some(b' '));
        if !is_word || !parted || length > 200 {
            return None;
        }
        Some(plain(self.text, Span::new(line.start, line.start + length)))
    }

    /// The items from this line on whose dashes stand in its column.
    fn sequence(&mut self, first: Line, depth: usize) -> Option<Node> {
        if depth > MOST_DEPTH {
            return None;
        }
        let column = first.indent;
        let (mut items, mut dashes) = (Vec::new(), Vec::new());
        let mut line = first;
        loop {
            let dash = line.start;
            dashes.push(u32::try_from(dash).ok()?);
            let start = dash + 1 + spaces(&self.text[dash + 1..line.end]);
            let inner = Line { indent: column + (start - dash), start, end: line.end };
            let is_list = self.is_item(inner);
            if is_list {
                return None;
            }
            items.push(match self.key(inner) {
                Some(_) => self.mapping(inner, depth + 1)?,
                None => self.value(dash, line.end, column, false, depth)?,
            });
            match self.next_line() {
                Some(next) if next.indent == column && self.is_item(next) => line = next,
                Some(next) if next.indent > column => return None,
                _ => break,
            }
        }
        let end = items.last()?.span.end.max(dashes.last()? + 1);
        let span = Span { start: *dashes.first()?, end };
        let value = Value::Sequence(Sequence { flow: false, items, dashes });
        Some(Node { span, value, anchor: None, tag: None })
    }

    /// Whether a line begins with a dash that stands for an item.
    fn is_item(&self, line: Line) -> bool {
        self.byte(line.start) == b'-' && (line.start + 1 == line.end || self.byte(line.start + 1) == b' ')
    }

    /// The value after the colon or dash at an offset, in a collection in this column.
    fn value(
        &mut self,
        indicator: usize,
        line_end: usize,
        column: usize,
        in_mapping: bool,
        depth: usize,
    ) -> Option<Node> {
        let after = indicator + 1;
        let start = after + spaces(&self.text[after..line_end]);
        if start == line_end || self.byte(start) == b'#' {
            if start < line_end {
                // What is not parted from the indicator is no comment.
                (start > after).then_some(())?;
                self.comments.push(Comment { span: Span::new(start, line_end), own_line: false });
            }
            self.end_line(start);
            return self.below(after, column, in_mapping, depth);
        }
        match self.byte(start) {
            b'|' => self.literal(start, line_end, column),
            b'\'' | b'"' => self.quoted(start, line_end),
            b'[' => self.words(start, line_end),
            b'-' | b'?' | b':' | b',' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'>' | b'%' | b'@'
            | b'`' | b'\t' => None,
            _ => self.text_from(start, line_end, column),
        }
    }

    /// What stands below a key or dash with nothing after it.
    fn below(&mut self, after: usize, column: usize, in_mapping: bool, depth: usize) -> Option<Node> {
        match self.next_line() {
            Some(line) if line.indent > column || (in_mapping && line.indent == column) => {
                if self.is_item(line) {
                    return self.sequence(line, depth + 1);
                }
                if line.indent > column {
                    return self.mapping(line, depth + 1);
                }
                Some(empty(u32::try_from(after).ok()?))
            }
            _ => Some(empty(u32::try_from(after).ok()?)),
        }
    }

    /// Ends a line after its value: a comment may follow, parted by a blank.
    fn rest(&mut self, from: usize, line_end: usize) -> Option<()> {
        let rest = from + spaces(&self.text[from..line_end]);
        if rest < line_end {
            (rest > from && self.byte(rest) == b'#').then_some(())?;
            self.comments.push(Comment { span: Span::new(rest, line_end), own_line: false });
        }
        self.end_line(rest);
        Some(())
    }

    /// A value in quotes that ends on its line and escapes nothing but a single quote.
    fn quoted(&mut self, start: usize, line_end: usize) -> Option<Node> {
        let line = &self.text[start + 1..line_end];
        if line.contains('\t') {
            return None;
        }
        let quote = self.byte(start);
        let (length, text, style) = if quote == b'"' {
            let length = line.find(['"', '\\'])?;
            (line.as_bytes()[length] == b'"').then_some(())?;
            (length, line[..length].to_owned(), ScalarStyle::DoubleQuoted)
        } else {
            let mut from = 0;
            let length = loop {
                let at = from + line[from..].find('\'')?;
                if line.as_bytes().get(at + 1) != Some(&b'\'') {
                    break at;
                }
                from = at + 2;
            };
            (length, line[..length].replace("''", "'"), ScalarStyle::SingleQuoted)
        };
        let span = Span::new(start, start + length + 2);
        self.rest(start + length + 2, line_end)?;
        Some(scalar(span, text, style, false))
    }

    /// A list in brackets that ends on its line and holds words.
    fn words(&mut self, start: usize, line_end: usize) -> Option<Node> {
        let length = memchr::memchr(b']', &self.text.as_bytes()[start..line_end])?;
        let (mut at, end) = (start + 1, start + length);
        let mut items = Vec::new();
        while at < end {
            let from = at + spaces(&self.text[at..end]);
            let rest = &self.text.as_bytes()[from..end];
            let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
            let length = rest.iter().take_while(|byte| is_word(byte)).count();
            if length == 0 {
                return None;
            }
            let span = Span::new(from, from + length);
            items.push(scalar(span, self.text[span.range()].to_owned(), ScalarStyle::Plain, true));
            at = from + length;
            at += spaces(&self.text[at..end]);
            // A comma may stand after the last word too.
            match self.byte(at) {
                b',' => at += 1 + spaces(&self.text[at + 1..end]),
                b']' => {}
                _ => return None,
            }
        }
        self.rest(end + 1, line_end)?;
        let value = Value::Sequence(Sequence { flow: true, items, dashes: Vec::new() });
        Some(Node { span: Span::new(start, end + 1), value, anchor: None, tag: None })
    }

    /// A value without quotes, which goes on in the lines below that are indented by more.
    fn text_from(&mut self, start: usize, line_end: usize, column: usize) -> Option<Node> {
        let (end, is_last) = self.plain_end(start, line_end)?;
        let first = &self.text[start..end];
        if is_last {
            self.rest(end, line_end)?;
            return Some(plain(self.text, Span::new(start, end)));
        }
        self.end_line(end);
        let mut text: Option<String> = None;
        let mut last_end = end;
        let mut blank_lines = 0;
        let mut at = self.at;
        while at < self.text.len() {
            let (line_end, next) = self.line_end(at);
            let indent = spaces(&self.text[at..line_end]);
            let start = at + indent;
            if start == line_end {
                blank_lines += 1;
                at = next;
                continue;
            }
            if indent <= column {
                break;
            }
            let (end, is_last) = self.plain_end(start, line_end)?;
            if is_last || matches!(self.byte(start), b'#' | b'\t') {
                return None;
            }
            let text = text.get_or_insert_with(|| first.to_owned());
            match blank_lines {
                0 => text.push(' '),
                lines => text.extend(std::iter::repeat_n('\n', lines)),
            }
            text.push_str(&self.text[start..end]);
            (last_end, blank_lines, at) = (end, 0, next);
            self.at = next;
        }
        let span = Span::new(start, last_end);
        Some(match text {
            Some(text) => scalar(span, text, ScalarStyle::Plain, false),
            None => plain(self.text, span),
        })
    }

    /// Where a plain value ends on its line, and whether a comment ends it. `None` where it may not be plain.
    fn plain_end(&self, start: usize, line_end: usize) -> Option<(usize, bool)> {
        let bytes = &self.text.as_bytes()[start..line_end];
        let mut end = bytes.len();
        let mut is_last = false;
        for at in memchr::memchr3_iter(b':', b'#', b'\t', bytes) {
            match bytes[at] {
                b':' if matches!(bytes.get(at + 1), None | Some(b' ' | b'\t')) => return None,
                b'#' if at > 0 && bytes[at - 1] == b' ' => {
                    (end, is_last) = (at, true);
                    break;
                }
                b'\t' => return None,
                _ => {}
            }
        }
        let text = self.text[start..start + end].trim_end_matches(' ');
        Some((start + text.len(), is_last))
    }

    /// A literal block, whose header begins at an offset, in a collection in this column.
    fn literal(&mut self, header: usize, line_end: usize, column: usize) -> Option<Node> {
        let bytes = self.text.as_bytes();
        let header_end = header + 1 + usize::from(matches!(self.byte(header + 1), b'-' | b'+'));
        if spaces(&self.text[header_end..line_end]) < line_end - header_end {
            return None;
        }
        let (_, body) = self.line_end(header_end);
        // The first line with text tells the indentation.
        let mut at = body;
        let mut blanks = 0;
        let indent = loop {
            if at >= bytes.len() {
                return None;
            }
            let (end, next) = self.line_end(at);
            let indent = spaces(&self.text[at..end]);
            if at + indent < end {
                break indent;
            }
            blanks = blanks.max(indent);
            at = next;
        };
        if indent <= column || blanks > indent || self.byte(at + indent) == b'\t' {
            return None;
        }
        let mut text = String::with_capacity(bytes.len().min(body + 2048) - body);
        let (first_end, _) = self.line_end(body);
        let start = body + spaces(&self.text[body..first_end]).min(indent);
        let (mut text_len, mut content_end) = (0, start);
        let mut at = body;
        while at < bytes.len() {
            let (end, next) = self.line_end(at);
            let own = spaces(&self.text[at..end]);
            if own < indent && at + own < end {
                break;
            }
            let has_text = end > at + indent;
            if has_text {
                text.push_str(&self.text[at + indent..end]);
                (text_len, content_end) = (text.len(), end);
            }
            match (next > end, has_text) {
                (true, _) => text.push('\n'),
                (false, true) => {}
                // The last line has blanks and no line end.
                (false, false) => return None,
            }
            at = next;
        }
        self.at = at;
        match self.byte(header + 1) {
            b'-' => text.truncate(text_len),
            b'+' => {}
            _ => text.truncate((text_len + 1).min(text.len())),
        }
        let value = Value::Scalar(Scalar {
            text,
            style: ScalarStyle::Literal,
            indent: Some(u32::try_from(indent).ok()?),
            header: Some(Span::new(header, header_end)),
            in_flow: false,
        });
        Some(Node { span: Span::new(start, content_end), value, anchor: None, tag: None })
    }
}

fn plain(text: &str, span: Span) -> Node {
    scalar(span, text[span.range()].to_owned(), ScalarStyle::Plain, false)
}

fn scalar(span: Span, text: String, style: ScalarStyle, in_flow: bool) -> Node {
    let value = Value::Scalar(Scalar { text, style, indent: None, header: None, in_flow });
    Node { span, value, anchor: None, tag: None }
}
