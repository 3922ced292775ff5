//! From offsets in a scalar's value to offsets in the file and back, and exact edits of the value.

use super::lines::{line_at, lines, spaces};
use super::literal::plain_value;
use super::simple;
use super::{Node, Scalar, ScalarStyle, Value};
use crate::source::{Edit, SourceFile, Span};

/// How the decoded text of one scalar lies in the file.
#[derive(Clone, Debug)]
pub struct ScalarMap {
    value: String,
    runs: Vec<Run>,
    /// The scalar's own span.
    whole: Span,
    /// False where only the whole scalar's place is known.
    exact: bool,
    style: ScalarStyle,
    in_flow: bool,
    indent: usize,
    line_end: &'static str,
    /// What [`Self::edit`] reads again: for a block from its header on, with the blank lines after it.
    source: String,
    source_start: usize,
}

/// A stretch of the value that stands in the file byte for byte.
#[derive(Clone, Copy, Debug)]
struct Run {
    value: usize,
    file: usize,
    len: usize,
}

impl ScalarMap {
    /// The map of a scalar; `None` for a node that is none. Where the text cannot be followed, as after
    /// damage, every offset maps to the whole scalar.
    pub fn new(file: &SourceFile, node: &Node) -> Option<Self> {
        let scalar = node.scalar()?;
        let text = file.text();
        let runs = runs(text, node.span, scalar);
        let source = match scalar.header {
            Some(header) => Span::new(header.start as usize, block_region_end(text, node.span)),
            None => node.span,
        };
        Some(Self {
            value: scalar.text.clone(),
            exact: runs.is_some(),
            runs: runs.unwrap_or_default(),
            whole: node.span,
            style: scalar.style,
            in_flow: scalar.in_flow,
            indent: scalar.indent.unwrap_or_default() as usize,
            line_end: file.line_end(),
            source: file.slice(source).to_owned(),
            source_start: source.start as usize,
        })
    }

    /// Whether offsets map one to one; otherwise everything maps to the scalar's own span.
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// The file offset of a value offset. What is decoded from an escape or a fold maps to its start.
    pub fn to_file(&self, value_offset: usize) -> u32 {
        if !self.exact {
            let at_end = value_offset >= self.value.len() && value_offset > 0;
            return if at_end { self.whole.end } else { self.whole.start };
        }
        self.map(self.runs.partition_point(|run| run.value <= value_offset), value_offset)
    }

    /// The same for the end of a range: after an escape that the range holds, but at the end of the line
    /// where the range ends with a line end.
    fn end_to_file(&self, value_offset: usize) -> u32 {
        let before = self.runs.partition_point(|run| run.value < value_offset);
        let clamped = self.map(before, value_offset);
        let Some((run, next)) =
            before.checked_sub(1).and_then(|i| self.runs.get(i)).zip(self.runs.get(before))
        else {
            return clamped;
        };
        let covers_gap = value_offset > run.value + run.len && value_offset == next.value;
        let gap = self.source.get(clamped as usize - self.source_start..next.file - self.source_start);
        if covers_gap && gap.is_some_and(|gap| !gap.contains(['\n', '\r'])) {
            next.file as u32
        } else {
            clamped
        }
    }

    fn map(&self, runs_before: usize, value_offset: usize) -> u32 {
        match runs_before.checked_sub(1).and_then(|i| self.runs.get(i)) {
            Some(run) => (run.file + (value_offset - run.value).min(run.len)) as u32,
            None => self.runs.first().map_or(self.whole.start, |run| run.file as u32),
        }
    }

    /// The place in the file of a range of the value. A range that ends with a line feed ends at the end
    /// of that line, not on the next one.
    pub fn span(&self, value_span: Span) -> Span {
        if !self.exact {
            return self.whole;
        }
        let start = self.to_file(value_span.start as usize);
        let end = if value_span.is_empty() { start } else { self.end_to_file(value_span.end as usize) };
        Span { start, end: end.max(start) }
    }

    /// The value offset of a file offset; `None` outside the scalar. A place in the indentation of a
    /// line gives the line's start, one inside an escape the character before it.
    pub fn from_file(&self, file_offset: u32) -> Option<usize> {
        if !self.exact || !self.whole.touches(file_offset as usize) {
            return None;
        }
        let offset = file_offset as usize;
        let next = self.runs.partition_point(|run| run.file <= offset);
        let Some(run) = next.checked_sub(1).and_then(|i| self.runs.get(i)) else {
            return self.runs.first().map(|run| run.value);
        };
        if offset <= run.file + run.len {
            return Some(run.value + offset - run.file);
        }
        let gap = self.source.get((run.file + run.len - self.source_start)..(offset - self.source_start))?;
        let after_line_end = gap.contains(['\n', '\r']);
        match self.runs.get(next) {
            Some(following) if after_line_end => Some(following.value),
            _ => Some(run.value + run.len),
        }
    }

    /// The edit of the file after which the decoded value is the old one with `value_span` replaced, and
    /// nothing else. `None` where this form of scalar cannot say it; the result is proven by reading it, or
    /// where that is enough by its lines.
    pub fn edit(&self, value_span: Span, replacement: &str) -> Option<Edit> {
        // Where nothing is written, the space after the colon or dash may be missing too.
        if !self.exact || self.source.is_empty() || self.value.get(value_span.range()).is_none() {
            return None;
        }
        let mut expected = self.value.clone();
        expected.replace_range(value_span.range(), replacement);
        let (start, end, new) = self.narrowed(value_span, replacement)?;
        let span = Span::new(self.to_file(start) as usize, self.to_file(end) as usize);
        let new = new.as_str();
        let edit = match self.style {
            ScalarStyle::Literal => self.literal_edit(span, new),
            ScalarStyle::DoubleQuoted => Edit::new(span, escape_double(new)),
            ScalarStyle::SingleQuoted if !new.contains('\n') => Edit::new(span, new.replace('\'', "''")),
            ScalarStyle::Plain | ScalarStyle::Folded if !new.contains('\n') => Edit::new(span, new),
            ScalarStyle::Bicep => return Some(Edit::new(span, escape_bicep(new))),
            ScalarStyle::BicepLines => {
                // Nothing is escaped there, and quotes at the end would belong to the string's end.
                let says = !expected.contains("'''") && !expected.ends_with('\'');
                return says.then(|| Edit::new(span, new.replace('\n', self.line_end)));
            }
            _ => return None,
        };
        (self.is_plainly(&edit, &expected) || self.decoded_after(&edit)? == expected).then_some(edit)
    }

    /// The range and replacement without what both begin or end with; and where the range reaches the end
    /// of a block, moved so that the block's last line end stays as it is.
    fn narrowed(&self, span: Span, replacement: &str) -> Option<(usize, usize, String)> {
        let old = self.value.get(span.range())?;
        let same = |pair: &(char, char)| pair.0 == pair.1;
        let (mut start, mut end) = (span.start as usize, span.end as usize);
        let mut new = replacement;
        let suffix: usize =
            old.chars().rev().zip(new.chars().rev()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
        let old = &old[..old.len() - suffix];
        end -= suffix;
        new = &new[..new.len() - suffix];
        let prefix: usize = old.chars().zip(new.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
        start += prefix;
        new = &new[prefix..];
        let whole_lines = self.value[..start].ends_with('\n') && (new.is_empty() || new.ends_with('\n'));
        if end == self.value.len() && whole_lines && self.value.ends_with('\n') && self.style.is_block() {
            let new = new.strip_suffix('\n').map_or_else(String::new, |lines| format!("\n{lines}"));
            return Some((start - 1, end - 1, new));
        }
        Some((start, end, new.to_owned()))
    }

    fn literal_edit(&self, span: Span, new: &str) -> Edit {
        let mut out = String::with_capacity(new.len());
        for (i, line) in new.split('\n').enumerate() {
            if i > 0 {
                out.push_str(self.line_end);
                if !line.is_empty() {
                    out.extend(std::iter::repeat_n(' ', self.indent));
                }
            }
            out.push_str(line);
        }
        // The rest of the old line follows: after a new line that is empty so far, it needs its indentation.
        let rest = self.source.get(span.end as usize - self.source_start..).unwrap_or_default();
        let rest_is_empty = rest.is_empty() || rest.starts_with(['\n', '\r']);
        if new.ends_with('\n') && !rest_is_empty {
            out.extend(std::iter::repeat_n(' ', self.indent));
        }
        let before = self.source.get(..span.start as usize - self.source_start).unwrap_or_default();
        let leading = before.len() - before.trim_end_matches(' ').len();
        let at_line_start = before[..before.len() - leading].ends_with(['\n', '\r']);
        let first_line_is_empty = new.starts_with('\n') || (new.is_empty() && rest_is_empty);
        // A line that becomes empty loses its indentation too.
        let drop = if at_line_start && first_line_is_empty { leading.min(self.indent) } else { 0 };
        Edit::new(Span::new(span.start as usize - drop, span.end as usize), out)
    }

    /// What [`Self::edit`] reads again, after an edit.
    fn source_after(&self, edit: &Edit) -> Option<String> {
        let range = (edit.span.start as usize).checked_sub(self.source_start)?
            ..(edit.span.end as usize).checked_sub(self.source_start)?;
        let mut source = self.source.clone();
        source.get(range.clone())?;
        source.replace_range(range, &edit.text);
        Some(source)
    }

    /// Whether the scalar is a literal block of plain text before and after an edit, and has the expected value then.
    fn is_plainly(&self, edit: &Edit, expected: &str) -> bool {
        let value = |source: &str| plain_value(source, self.indent);
        self.style == ScalarStyle::Literal
            && !self.in_flow
            && value(&self.source).is_some_and(|value| value == self.value)
            && self
                .source_after(edit)
                .and_then(|source| value(&source))
                .is_some_and(|value| value == expected)
    }

    /// The scalar's value after an edit, read in a small document of its own.
    fn decoded_after(&self, edit: &Edit) -> Option<String> {
        let source = self.source_after(edit)?;
        let digit = self.source.bytes().take(3).find(u8::is_ascii_digit).filter(|_| self.style.is_block());
        let parent = digit.map_or(0, |digit| self.indent.saturating_sub(usize::from(digit - b'0')));
        let text = if self.style.is_block() && self.indent == 0 {
            format!("--- {source}")
        } else if self.in_flow {
            format!("[{source}]")
        } else {
            format!("{:parent$}k: {source}", "")
        };
        let parsed = simple::read(&text);
        if parsed.failure.is_some() || !parsed.extra_documents.is_empty() || !parsed.comments.is_empty() {
            let has_header_comment = line_at(&self.source, 0).end > 2 && self.style.is_block();
            if parsed.failure.is_some() || !parsed.extra_documents.is_empty() || !has_header_comment {
                return None;
            }
        }
        let root = parsed.root?;
        let node = match root.value {
            Value::Mapping(mut mapping) if mapping.entries.len() == 1 => mapping.entries.pop()?.value,
            Value::Sequence(mut sequence) if sequence.items.len() == 1 => sequence.items.pop()?,
            Value::Scalar(_) if self.indent == 0 => root,
            _ => return None,
        };
        match node.value {
            Value::Scalar(scalar) if scalar.style == self.style => Some(scalar.text),
            _ => None,
        }
    }
}

/// The end of a block scalar's lines, the blank lines after its content included.
pub(super) fn block_region_end(text: &str, content: Span) -> usize {
    let mut at = line_at(text, content.end as usize).next;
    while at < text.len() {
        let line = line_at(text, at);
        if !text[line.start..line.end].trim_matches(' ').is_empty() {
            break;
        }
        at = line.next;
    }
    at
}

/// The text with everything escaped that double quotes need escaped.
pub(super) fn escape_double(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{85}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c if c.is_control() => {
                let _ = write!(out, "\\x{:02X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// The text with everything escaped that a string of Bicep in single quotes needs escaped.
fn escape_bicep(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' => out.push_str("\\$"),
            c => out.push(c),
        }
    }
    out
}

/// The stretches of a string of Bicep in single quotes.
fn bicep_runs(source: &str, start: usize) -> Option<Vec<Run>> {
    let inner = source.strip_prefix('\'')?.strip_suffix('\'')?;
    let (mut value, mut run) = (0, Run { value: 0, file: start + 1, len: 0 });
    let mut runs = Vec::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            run.len += c.len_utf8();
            value += c.len_utf8();
            continue;
        }
        let (_, escape) = chars.next()?;
        let mut decoded = 1;
        if escape == 'u' {
            let code: String = chars.by_ref().skip(1).map(|(_, c)| c).take_while(|c| *c != '}').collect();
            decoded = char::from_u32(u32::from_str_radix(&code, 16).ok()?)?.len_utf8();
        }
        value += decoded;
        runs.push(run);
        let next = chars.clone().next().map_or(inner.len(), |(next, _)| next);
        debug_assert!(next > at, "an escape has a length");
        run = Run { value, file: start + 1 + next, len: 0 };
    }
    runs.push(run);
    Some(runs)
}

/// The stretches of a string of Bicep between three quotes: its lines.
fn bicep_line_runs(text: &str, span: Span) -> Option<Vec<Run>> {
    let source = text.get(span.range())?;
    let inner = source.strip_prefix("'''")?.strip_suffix("'''")?;
    let body = inner.strip_prefix("\r\n").or_else(|| inner.strip_prefix('\n')).unwrap_or(inner);
    let mut file = span.start as usize + 3 + (inner.len() - body.len());
    let (mut runs, mut value) = (Vec::new(), 0);
    for line in body.split('\n') {
        let shown = line.strip_suffix('\r').unwrap_or(line);
        runs.push(Run { value, file, len: shown.len() });
        value += shown.len() + 1;
        file += line.len() + 1;
    }
    Some(runs)
}

/// The stretches of a scalar that stand in the file as they are in the value.
fn runs(text: &str, span: Span, scalar: &Scalar) -> Option<Vec<Run>> {
    let source = text.get(span.range())?;
    let start = span.start as usize;
    match scalar.style {
        ScalarStyle::Literal => literal_runs(text, span, scalar),
        ScalarStyle::Folded => folded_runs(text, span, scalar),
        ScalarStyle::Plain if source == scalar.text => {
            Some(vec![Run { value: 0, file: start, len: source.len() }])
        }
        ScalarStyle::Plain => Aligner::new(source, start, &scalar.text).align(b' '),
        ScalarStyle::Bicep => bicep_runs(source, start),
        ScalarStyle::BicepLines => bicep_line_runs(text, span),
        ScalarStyle::SingleQuoted => {
            let inner = source.strip_prefix('\'')?.strip_suffix('\'')?;
            Aligner::new(inner, start + 1, &scalar.text).align(b'\'')
        }
        ScalarStyle::DoubleQuoted => {
            let inner = source.strip_prefix('"')?.strip_suffix('"')?;
            Aligner::new(inner, start + 1, &scalar.text).align(b'\\')
        }
    }
}

fn literal_runs(text: &str, span: Span, scalar: &Scalar) -> Option<Vec<Run>> {
    let indent = scalar.indent.unwrap_or_default() as usize;
    let value = scalar.text.as_str();
    let mut runs = Vec::with_capacity(memchr::memchr_iter(b'\n', value.as_bytes()).count() + 1);
    let (mut at, mut file) = (0, span.start as usize);
    while at < value.len() {
        let line = line_at(text, file);
        if !runs.is_empty() || indent == 0 {
            file += spaces(&text[line.start..line.end]).min(indent);
        }
        // A trailing line of a kept or empty block may be missing in the text; it has no byte then.
        let rest = value[at..].strip_prefix(text.get(file..line.end)?)?;
        let len = value.len() - at - rest.len();
        if !rest.is_empty() && !rest.starts_with('\n') {
            return None;
        }
        runs.push(Run { value: at, file, len });
        at += len + 1;
        file = line.next;
    }
    Some(runs)
}

fn folded_runs(text: &str, span: Span, scalar: &Scalar) -> Option<Vec<Run>> {
    let indent = scalar.indent.unwrap_or_default() as usize;
    let value = scalar.text.as_str();
    let mut runs = Vec::new();
    let newlines = |at: usize| value[at..].bytes().take_while(|b| *b == b'\n').count();
    let mut at = newlines(0);
    for (i, line) in lines(text, span.start as usize, span.end as usize).enumerate() {
        let stripped = if i == 0 { 0 } else { spaces(&text[line.start..line.end]).min(indent) };
        let body = &text[line.start + stripped..line.end];
        if body.is_empty() {
            continue;
        }
        if !value[at..].starts_with(body) {
            return None;
        }
        runs.push(Run { value: at, file: line.start + stripped, len: body.len() });
        at += body.len();
        let breaks = newlines(at);
        at += if breaks == 0 && value[at..].starts_with(' ') { 1 } else { breaks };
    }
    (at == value.len()).then_some(runs)
}

/// Walks a quoted or plain scalar's source and its value side by side.
struct Aligner<'a> {
    source: &'a str,
    base: usize,
    value: &'a str,
    at: usize,
    decoded: usize,
    runs: Vec<Run>,
}

impl<'a> Aligner<'a> {
    fn new(source: &'a str, base: usize, value: &'a str) -> Self {
        let runs = vec![Run { value: 0, file: base, len: 0 }];
        Self { source, base, value, at: 0, decoded: 0, runs }
    }

    /// Aligns; `special` is the byte that begins an escape: a backslash, a doubled `'`, or none.
    fn align(mut self, special: u8) -> Option<Vec<Run>> {
        let bytes = self.source.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'\\' if special == b'\\' => self.escape()?,
                b'\'' if special == b'\'' => self.gap(2, 1)?,
                b' ' | b'\t' | b'\n' | b'\r' => self.blanks()?,
                _ => {
                    let rest = &bytes[self.at..];
                    let stop =
                        |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'\\' | b'\'') || *b == special;
                    let len = rest.iter().position(stop).unwrap_or(rest.len()).max(1);
                    self.copy(len)?;
                }
            }
        }
        (self.decoded == self.value.len()).then_some(self.runs)
    }

    /// Bytes that stand in the value as they are.
    fn copy(&mut self, len: usize) -> Option<()> {
        let same = self.source.as_bytes().get(self.at..self.at + len)?;
        if self.value.as_bytes().get(self.decoded..self.decoded + len)? != same {
            return None;
        }
        self.at += len;
        self.decoded += len;
        self.runs.last_mut()?.len += len;
        Some(())
    }

    /// Source bytes that decode to others.
    fn gap(&mut self, source: usize, value: usize) -> Option<()> {
        self.at += source;
        self.decoded += value;
        if self.at > self.source.len() || self.decoded > self.value.len() {
            return None;
        }
        self.runs.push(Run { value: self.decoded, file: self.base + self.at, len: 0 });
        Some(())
    }

    /// A run of blanks: copied inside a line, folded around a line end.
    fn blanks(&mut self) -> Option<()> {
        let rest = &self.source[self.at..];
        let run = &rest[..rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len()];
        let breaks = line_ends(run);
        match breaks {
            0 => self.copy(run.len()),
            1 => self.decodes_to(run.len(), " "),
            n => self.decodes_to(run.len(), &"\n".repeat(n - 1)),
        }
    }

    fn decodes_to(&mut self, source: usize, value: &str) -> Option<()> {
        self.value.get(self.decoded..)?.starts_with(value).then_some(())?;
        self.gap(source, value.len())
    }

    fn escape(&mut self) -> Option<()> {
        let rest = &self.source[self.at + 1..];
        let hex = |text: &str| text.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let length = match rest.bytes().next()? {
            b'\n' | b'\r' => {
                let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
                let breaks = line_ends(&rest[..blank]);
                return self.decodes_to(blank + 1, &"\n".repeat(breaks - 1));
            }
            b'x' => 4,
            b'u' if hex(&rest[1..]).is_some_and(|unit| (0xd800..0xdc00).contains(&unit)) => 12,
            b'u' => 6,
            b'U' => 10,
            _ => 1 + rest.chars().next()?.len_utf8(),
        };
        let decoded = self.value.get(self.decoded..)?.chars().next()?;
        self.gap(length, decoded.len_utf8())
    }
}

fn line_ends(text: &str) -> usize {
    let bytes = text.as_bytes();
    let ends = |i: usize| bytes[i] == b'\n' || (bytes[i] == b'\r' && bytes.get(i + 1) != Some(&b'\n'));
    (0..bytes.len()).filter(|i| ends(*i)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_bicep_end_a_stretch() {
        let runs = |source: &str| {
            let runs = bicep_runs(source, 10)?;
            Some(runs.iter().map(|run| (run.value, run.file, run.len)).collect::<Vec<_>>())
        };
        assert_eq!(runs("'ab'"), Some(vec![(0, 11, 2)]));
        assert_eq!(runs("''"), Some(vec![(0, 11, 0)]));
        assert_eq!(runs(r"'a\'b'"), Some(vec![(0, 11, 1), (2, 14, 1)]));
        assert_eq!(runs(r"'a\n\tb'"), Some(vec![(0, 11, 1), (2, 14, 0), (3, 16, 1)]));
        assert_eq!(runs(r"'\u{e9}x'"), Some(vec![(0, 11, 0), (2, 17, 1)]));
        assert_eq!(runs(r"'\u{1F600}'"), Some(vec![(0, 11, 0), (4, 20, 0)]));
        assert_eq!(runs("'\u{e9}\\$'"), Some(vec![(0, 11, 2), (3, 15, 0)]));
        for broken in ["ab'", "'ab", r"'a\'", r"'\u{d800}'", r"'\u{x}'"] {
            assert_eq!(runs(broken), None, "{broken}");
        }
    }

    #[test]
    fn what_cannot_be_followed_maps_to_the_whole() {
        let text = "a: 'xy\nb: 1\n";
        let file = SourceFile::new("a.yaml", text);
        let document = crate::yaml::parse(&file);
        let node = document.root.as_ref().and_then(|root| root.get("a")).unwrap();
        let map = ScalarMap::new(&file, node).unwrap();
        assert!(!map.is_exact());
        assert_eq!((map.to_file(0), map.to_file(1)), (node.span.start, node.span.start));
        assert_eq!((map.to_file(2), map.to_file(9)), (node.span.end, node.span.end));
        assert!(map.edit(Span::new(0, 1), "z").is_none());
    }
}
