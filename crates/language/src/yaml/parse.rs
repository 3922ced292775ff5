//! From the parser's events to the tree.

use super::lines::{line_start, lines, spaces};
use super::{Comment, Entry, MAX_DEPTH, Mapping, Node, Scalar, ScalarStyle, Sequence, Value};
use crate::source::Span;
use granit_parser::{ErrorKind, Event, Parser, StructureStyle, Tag};
use rustc_hash::FxHashMap;

/// What one run of the parser over a text gave.
#[derive(Default)]
pub(super) struct Parsed {
    pub(super) root: Option<Node>,
    pub(super) comments: Vec<Comment>,
    pub(super) extra_documents: Vec<Span>,
    /// Aliases without an anchor: their places and names.
    pub(super) unknown_aliases: Vec<(Span, String)>,
    /// Where the brackets and braces begin that were open at a failure, the outermost first.
    pub(super) open_flow: Vec<usize>,
    /// The end of what was read.
    pub(super) reached: usize,
    /// Where and why reading stopped.
    pub(super) failure: Option<Failure>,
}

/// Where and why the parser stopped.
pub(super) struct Failure {
    pub(super) kind: ErrorKind,
    pub(super) offset: usize,
}

/// Reads a text as far as it is valid; what was open at a failure is closed there.
pub(super) fn read(text: &str) -> Parsed {
    let options = granit_parser::options! {
        block_scalar_eof_without_line_feed: true,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        max_buffered_comment_events: usize::MAX,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut builder = Builder { text, ..Builder::default() };
    for next in Parser::new_from_str_with_options(text, options) {
        let failure = match next {
            Ok((event, span)) => {
                let place = span.byte_range().unwrap_or_default();
                if builder.event(event, &span, Span::new(place.start, place.end)) {
                    continue;
                }
                Failure { kind: ErrorKind::RecursionLimitExceeded, offset: place.start }
            }
            Err(error) => Failure {
                offset: error.marker().byte_offset().unwrap_or(text.len()).min(text.len()),
                kind: error.kind().clone(),
            },
        };
        builder.out.failure = Some(failure);
        break;
    }
    builder.out.reached = builder.read_to;
    builder.out.open_flow = builder.stack.iter().filter(|f| f.flow).map(|f| f.span.start as usize).collect();
    while let Some(frame) = builder.stack.pop() {
        builder.close(frame, None);
    }
    builder.out.comments.sort_by_key(|comment| comment.span.start);
    builder.out
}

#[derive(Default)]
struct Builder<'t> {
    text: &'t str,
    out: Parsed,
    stack: Vec<Frame>,
    documents: usize,
    /// The end of what was read last: where to look for a block scalar's header.
    read_to: usize,
}

/// A collection that is still open.
struct Frame {
    span: Span,
    anchor: Option<Span>,
    tag: Option<String>,
    flow: bool,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>, Option<Node>),
}

impl Builder<'_> {
    /// Takes one event; false where the nesting is too deep.
    fn event(&mut self, event: Event<'_>, raw: &granit_parser::Span, span: Span) -> bool {
        if let Event::Comment(..) = event {
            let line = self.text[..span.start as usize].rsplit(['\n', '\r']).next().unwrap_or_default();
            let own_line = line.trim_start_matches(crate::source::BOM).trim().is_empty();
            self.out.comments.push(Comment { span, own_line });
            return true;
        }
        if let Event::DocumentStart(..) = event {
            self.documents += 1;
            self.read_to = span.end as usize;
            if self.documents > 1 {
                self.out.extra_documents.push(span);
            }
        }
        if self.documents > 1 {
            return true;
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = style == granit_parser::ScalarStyle::Plain;
                let nothing = is_plain && span.is_empty() && anchor == 0 && tag.is_none();
                let span = if nothing { Span::at(self.empty_place(span.start as usize)) } else { span };
                let node = self.scalar(text.into_owned(), style, raw, span);
                self.read_to = node.span.end as usize;
                self.push(Node { tag: tag_name(tag.as_deref()), ..node });
            }
            Event::Alias(_) => {
                let name = self.text[span.range()].trim_start_matches('*').to_owned();
                self.push(Node { span, value: Value::Alias(name), anchor: None, tag: None });
            }
            Event::UnresolvedAlias(name) => {
                self.out.unknown_aliases.push((span, name.clone().into_owned()));
                self.push(Node { span, value: Value::Alias(name.into_owned()), anchor: None, tag: None });
            }
            Event::SequenceStart(style, _, tag) => {
                return self.open(span, style, tag.as_deref(), Content::Sequence(Vec::new()));
            }
            Event::MappingStart(style, _, tag) => {
                return self.open(span, style, tag.as_deref(), Content::Mapping(Vec::new(), None));
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(frame) = self.stack.pop() {
                    self.close(frame, Some(span));
                }
            }
            Event::Anchor(..) => self.set_anchor(span),
            _ => {}
        }
        true
    }

    fn open(&mut self, mut span: Span, style: StructureStyle, tag: Option<&Tag>, content: Content) -> bool {
        if self.stack.len() >= MAX_DEPTH {
            return false;
        }
        let flow = style == StructureStyle::Flow;
        if !flow && matches!(content, Content::Sequence(_)) {
            // For a list in its key's column the parser names the first item's place, not the dash's.
            let start = self.first_dash().filter(|dash| *dash <= span.start as usize);
            span = start.map_or(span, Span::at);
        }
        self.read_to = span.end as usize;
        self.stack.push(Frame { span, anchor: None, tag: tag_name(tag), flow, content });
        true
    }

    /// Ends a collection; `end` is the event's own span, absent where a failure cut it off.
    fn close(&mut self, frame: Frame, end: Option<Span>) {
        let Frame { span, anchor, tag, flow, content } = frame;
        let (value, content_end) = match content {
            Content::Sequence(items) => {
                let dashes = if flow { Vec::new() } else { self.dashes(span, &items) };
                let end = items.last().map(|item| item.span.end);
                let end = end.into_iter().chain(dashes.last().map(|dash| dash + 1)).max();
                (Value::Sequence(Sequence { flow, items, dashes }), end)
            }
            Content::Mapping(mut entries, key) => {
                if let Some(key) = key {
                    let colon = skip_blanks_and_comments(self.text, key.span.end as usize);
                    let is_colon = self.text.as_bytes().get(colon) == Some(&b':');
                    let value = empty(if is_colon { colon as u32 + 1 } else { key.span.end });
                    entries.push(Entry { key, value, duplicate_of: None });
                }
                mark_duplicates(&mut entries);
                let end = entries.last().map(|entry| entry.value.span.end.max(entry.key.span.end));
                (Value::Mapping(Mapping::of(flow, entries)), end)
            }
        };
        let mut end_offset = content_end.unwrap_or(span.end).max(span.end);
        if let Some(end) = end.filter(|_| flow) {
            end_offset = end_offset.max(end.end);
        }
        self.push(Node { span: Span { start: span.start, end: end_offset }, value, anchor, tag });
    }

    fn push(&mut self, node: Node) {
        self.read_to = self.read_to.max(node.span.end as usize);
        match self.stack.last_mut().map(|frame| &mut frame.content) {
            None => {
                let nothing = node.span.is_empty() && node.is_null() && node.anchor.is_none();
                if self.out.root.is_none() && !nothing {
                    self.out.root = Some(node);
                }
            }
            Some(Content::Sequence(items)) => items.push(node),
            Some(Content::Mapping(entries, key)) => match key.take() {
                None => *key = Some(node),
                Some(key) => entries.push(Entry { key, value: node, duplicate_of: None }),
            },
        }
    }

    /// Gives an anchor to the node read last: a collection just opened, or a scalar.
    fn set_anchor(&mut self, span: Span) {
        let Some(frame) = self.stack.last_mut() else {
            if let Some(root) = &mut self.out.root {
                root.anchor = Some(span);
            }
            return;
        };
        let last = match &mut frame.content {
            Content::Sequence(items) => items.last_mut(),
            Content::Mapping(entries, key) => {
                key.as_mut().or_else(|| entries.last_mut().map(|entry| &mut entry.value))
            }
        };
        match last {
            Some(node) => node.anchor = Some(span),
            None => frame.anchor = Some(span),
        }
    }

    fn scalar(
        &self,
        text: String,
        style: granit_parser::ScalarStyle,
        raw: &granit_parser::Span,
        span: Span,
    ) -> Node {
        let style = match style {
            granit_parser::ScalarStyle::Plain => ScalarStyle::Plain,
            granit_parser::ScalarStyle::SingleQuoted => ScalarStyle::SingleQuoted,
            granit_parser::ScalarStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
            granit_parser::ScalarStyle::Literal => ScalarStyle::Literal,
            granit_parser::ScalarStyle::Folded => ScalarStyle::Folded,
        };
        if style.is_block() {
            return self.block_scalar(text, style, raw.indent, span);
        }
        // An empty node is reported as `~` by the parser.
        let text = if style == ScalarStyle::Plain && span.is_empty() { String::new() } else { text };
        let in_flow = self.stack.last().is_some_and(|frame| frame.flow);
        let value = Value::Scalar(Scalar { text, style, indent: None, header: None, in_flow });
        Node { span, value, anchor: None, tag: None }
    }

    /// A block scalar: its span is made to run from the first line (blank or not) to the end of the last
    /// line that has content.
    fn block_scalar(&self, text: String, style: ScalarStyle, indent: Option<usize>, span: Span) -> Node {
        let header = self.header(span.start as usize);
        let span = match header {
            Some(header) => block_content(self.text, header, indent.unwrap_or_default(), span, &text),
            None => span,
        };
        let indent = indent.map(|columns| columns as u32);
        let scalar = Scalar { text, style, indent, header, in_flow: false };
        Node { span, value: Value::Scalar(scalar), anchor: None, tag: None }
    }

    /// The indicator of the block scalar whose content is at `content`, looked for from where reading stood.
    fn header(&self, content: usize) -> Option<Span> {
        let bytes = self.text.as_bytes();
        let mut at = self.read_to;
        // Between what was read and the header stand `:`, `-`, blanks, an anchor, a tag, comments.
        while at <= content && at < bytes.len() {
            match bytes[at] {
                b'#' if bytes.get(at.wrapping_sub(1)).is_none_or(u8::is_ascii_whitespace) => {
                    while at < bytes.len() && !matches!(bytes[at], b'\n' | b'\r') {
                        at += 1;
                    }
                }
                b'|' | b'>' => {
                    let rest = &bytes[at + 1..];
                    let more = rest.iter().take_while(|b| matches!(b, b'0'..=b'9' | b'+' | b'-')).count();
                    return Some(Span::new(at, at + 1 + more));
                }
                b'&' | b'!' => {
                    while at < bytes.len() && !bytes[at].is_ascii_whitespace() {
                        at += 1;
                    }
                }
                _ => at += 1,
            }
        }
        None
    }

    /// Where an empty value belongs: right after its colon or dash. The parser names other places too.
    fn empty_place(&self, reported: usize) -> usize {
        match self.stack.last() {
            Some(Frame { content: Content::Mapping(_, Some(key)), .. }) => {
                let colon = skip_blanks_and_comments(self.text, key.span.end as usize);
                let is_colon = self.text.as_bytes().get(colon) == Some(&b':');
                if is_colon { colon + 1 } else { key.span.end as usize }
            }
            Some(Frame { content: Content::Sequence(_), flow: false, .. }) => {
                self.next_dash(self.read_to).map_or(reported, |dash| dash + 1)
            }
            _ => reported,
        }
    }

    /// The first dash of the list that begins here, looked for from where reading stood.
    fn first_dash(&self) -> Option<usize> {
        let in_list =
            matches!(self.stack.last(), Some(Frame { flow: false, content: Content::Sequence(_), .. }));
        let from = if in_list { self.next_dash(self.read_to)? + 1 } else { self.read_to };
        self.next_dash(from)
    }

    /// The next dash; only indicators, properties, blanks and comments may stand before it.
    fn next_dash(&self, mut at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        loop {
            at = skip_blanks_and_comments(self.text, at);
            match bytes.get(at)? {
                b'-' => return Some(at),
                b':' | b'?' => at += 1,
                b'&' | b'!' => {
                    while bytes.get(at).is_some_and(|b| !b.is_ascii_whitespace()) {
                        at += 1;
                    }
                }
                0xef if self.text[at..].starts_with(crate::source::BOM) => {
                    at += crate::source::BOM.len_utf8();
                }
                _ => return None,
            }
        }
    }

    /// The offset of each item's dash: the first is the list's start, each other follows an item.
    fn dashes(&self, span: Span, items: &[Node]) -> Vec<u32> {
        let mut dashes = Vec::with_capacity(items.len());
        let mut at = span.start as usize;
        for item in items {
            let dash = skip_blanks_and_comments(self.text, at);
            if self.text.as_bytes().get(dash) != Some(&b'-') {
                return Vec::new();
            }
            dashes.push(dash as u32);
            at = (dash + 1).max(item.span.end as usize);
        }
        dashes
    }
}

/// The content span of a block scalar, from its first line (blank or not) to the end of its last line
/// that has content; after the header where it has none.
fn block_content(text: &str, header: Span, indent: usize, span: Span, value: &str) -> Span {
    if value.trim_matches('\n').is_empty() {
        return Span::at(header.end as usize);
    }
    // The parser's span begins at the first character that is not a line end.
    let mut start = span.start as usize;
    for _ in 0..value.bytes().take_while(|b| *b == b'\n').count() {
        let line = line_start(text, start);
        let before = text[..line].strip_suffix('\n').unwrap_or(&text[..line]);
        let before = before.strip_suffix('\r').unwrap_or(before);
        start = line_start(text, before.len());
        start += spaces(&text[start..before.len()]).min(indent);
    }
    let mut end = start;
    for line in lines(text, start, span.end as usize) {
        let stripped = if line.start == start { 0 } else { indent };
        if spaces(&text[line.start..line.end]).min(stripped) < line.end - line.start {
            end = line.end;
        }
    }
    Span::new(start, end)
}

/// The first offset from `at` on that is neither blank nor inside a comment.
pub(super) fn skip_blanks_and_comments(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            b'#' => {
                while at < bytes.len() && !matches!(bytes[at], b'\n' | b'\r') {
                    at += 1;
                }
            }
            _ => break,
        }
    }
    at
}

/// An empty scalar at an offset.
pub(super) fn empty(offset: u32) -> Node {
    Node {
        span: Span { start: offset, end: offset },
        value: Value::Scalar(Scalar {
            text: String::new(),
            style: ScalarStyle::Plain,
            indent: None,
            header: None,
            in_flow: false,
        }),
        anchor: None,
        tag: None,
    }
}

fn tag_name(tag: Option<&Tag>) -> Option<String> {
    tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix()))
}

/// Marks each entry whose key was there before.
pub(super) fn mark_duplicates(entries: &mut [Entry]) {
    if entries.len() <= super::SHORT {
        for index in 1..entries.len() {
            let (before, entry) = entries.split_at(index);
            let name = entry[0].name();
            let first = before.iter().position(|other| name.is_some() && other.name() == name);
            entries[index].duplicate_of = first;
        }
        return;
    }
    let mut seen: FxHashMap<String, usize> = FxHashMap::default();
    for (index, entry) in entries.iter_mut().enumerate() {
        let Some(name) = entry.name() else { continue };
        match seen.get(name) {
            Some(first) => entry.duplicate_of = Some(*first),
            None => {
                seen.insert(name.to_owned(), index);
                entry.duplicate_of = None;
            }
        }
    }
}
