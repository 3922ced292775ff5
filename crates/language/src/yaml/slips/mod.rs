//! What probably went wrong where the parser stopped, in plain words, and what would fix it.

mod block;
mod dashes;
mod flow;
mod indent;
mod quote;
mod stray;

use super::lines::{Line, line_at, line_start, lines, spaces};
use super::parse::{Failure, Parsed};
use super::{MAX_DEPTH, Node, Suggestion, Value, YamlError};
use crate::source::{Edit, Span};
use granit_parser::ErrorKind;

pub(super) use quote::quote_edits;
pub(super) use stray::OF_SEVERAL_LINES;

/// A diagnosed error and edits that may fix it, the likeliest first; none is proven yet.
pub(super) struct Slip {
    pub(super) error: YamlError,
    pub(super) candidates: Vec<Vec<Edit>>,
    title: String,
}

impl Slip {
    fn new(span: Span, message: impl Into<String>) -> Self {
        let error = YamlError { span, message: message.into(), help: None, labels: Vec::new(), fix: None };
        Self { error, candidates: Vec::new(), title: String::new() }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.error.help = Some(help.into());
        self
    }

    fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.error.labels.push((span, text.into()));
        self
    }

    fn fix(mut self, title: impl Into<String>, candidates: Vec<Vec<Edit>>) -> Self {
        self.title = title.into();
        self.candidates = candidates;
        self
    }

    /// An edit with which reading can go on, too bold to be offered.
    fn beyond(mut self, edits: Vec<Edit>) -> Self {
        self.candidates = vec![edits];
        self
    }

    /// The error, with the edits that have proven themselves.
    pub(super) fn with_fix(self, edits: Option<Vec<Edit>>) -> YamlError {
        let offered = edits.filter(|_| !self.title.is_empty());
        let fix = offered.map(|edits| Suggestion { title: self.title, edits });
        YamlError { fix, ..self.error }
    }
}

/// Where the parser stopped, and what it had read.
struct Place<'a> {
    text: &'a str,
    parsed: &'a Parsed,
    kind: &'a ErrorKind,
    offset: usize,
    line: Line,
    /// Keys that stand in the first column and nowhere else.
    root_keys: &'a [&'a str],
}

/// Keys of the first column that other mappings have too.
pub const SHARED: [&str; 6] = ["id", "name", "kind", "version", "enabled", "description"];

impl<'a> Place<'a> {
    /// Whether a key stands in the first column and nowhere else.
    fn is_root_key(&self, name: &str) -> bool {
        self.root_keys.contains(&name) && !SHARED.contains(&name)
    }

    fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The failing line's text without its indentation, from its first character on.
    fn body(&self) -> &'a str {
        self.slice(Span::new(self.line.start, self.line.end)).trim_start()
    }

    /// The failing line without indentation and line end.
    fn body_span(&self) -> Span {
        Span::new(self.line.end - self.body().len(), self.line.end)
    }
}

/// Says what went wrong.
pub(super) fn diagnose(text: &str, parsed: &Parsed, failure: &Failure, root_keys: &[&str]) -> Slip {
    let offset = text.floor_char_boundary(failure.offset.min(text.len()));
    let line = line_at(text, line_start(text, offset));
    let place = Place { text, parsed, kind: &failure.kind, offset, line, root_keys };
    too_deep(&place)
        .or_else(|| stray::conflict_marker(&place))
        .or_else(|| stray::fence(&place))
        .or_else(|| stray::character(&place))
        .or_else(|| stray::blank(&place))
        .or_else(|| indent::tab(&place))
        .or_else(|| stray::root_key(&place))
        .or_else(|| block::block_text(&place))
        .or_else(|| by_kind(&place))
        .unwrap_or_else(|| other(&place))
}

fn by_kind(place: &Place) -> Option<Slip> {
    use ErrorKind as K;
    match place.kind {
        K::ExpectedBlockSequenceEntry | K::ExpectedBlockMappingKey | K::InvalidIndentation => {
            flow::goes_on(place)
                .or_else(|| quote::alias_goes_on(place))
                .or_else(|| dashes::outside_item(place))
                .or_else(|| dashes::first_dash(place))
                .or_else(|| Some(indent::fits_no_level(place)))
        }
        K::MappingValueNotAllowed => missing_space(place)
            .or_else(|| indent::too_deep_key(place))
            .or_else(|| colon_missing_above(place))
            .or_else(|| quote::colon_in_value(place)),
        K::SimpleKeyExpected => missing_space(place).or_else(|| Some(missing_colon(place))),
        K::BlockSequenceEntryNotAllowed => Some(dashes::list_on_key_line(place)),
        K::InvalidBlockScalarHeader => Some(block::text_after_header(place)),
        K::InvalidBlockScalarIndent => Some(block::deep_empty_line(place)),
        K::UnclosedQuotedScalar | K::DocumentIndicatorInQuotedScalar => Some(quote::unclosed(place)),
        K::InvalidTrailingSingleQuotedScalar
        | K::InvalidTrailingDoubleQuotedScalar
        | K::InvalidQuotedScalarIndent => quote::trailing(place),
        K::UnknownQuotedScalarEscape
        | K::InvalidQuotedScalarHexEscape
        | K::InvalidUnicodeEscape
        | K::UnpairedLowSurrogate
        | K::MissingLowSurrogate
        | K::InvalidLowSurrogate
        | K::InvalidLowSurrogateHexEscape => Some(quote::escape(place)),
        K::CommentNotSeparated => Some(
            Slip::new(Span::new(place.offset, place.offset + 1), "a comment needs a space before its `#`")
                .fix("add a space before the `#`", vec![vec![Edit::insert(place.offset, " ")]]),
        ),
        _ if !place.parsed.open_flow.is_empty() => flow::unclosed(place),
        K::UnclosedFlowCollection { .. } | K::MismatchedFlowCollectionEnd { .. } => flow::unclosed(place),
        K::ExpectedDocumentStart => indent::deep_start(place),
        _ => quote::special_start(place).or_else(|| flow::closes_nothing(place)),
    }
}

fn too_deep(place: &Place) -> Option<Slip> {
    (*place.kind == ErrorKind::RecursionLimitExceeded).then(|| {
        let message = format!("lists and mappings are nested more than {MAX_DEPTH} levels deep");
        Slip::new(Span::at(place.offset), message).help("the rest was not parsed")
    })
}

/// `key:value` where `key: value` is meant; also `-item`.
fn missing_space(place: &Place) -> Option<Slip> {
    // The parser joins such a line with those below and fails at the first colon that it understands.
    let scalar = last_scalar(place.parsed.root.as_ref())
        .map(|node| node.span.start as usize)
        .filter(|start| place.text.get(*start..place.offset).is_some_and(|read| read.contains(['\n', '\r'])));
    let start = match scalar {
        Some(start) if place.offset > start && joined(place, start) => line_start(place.text, start),
        _ => place.line.start,
    };
    for line in lines(place.text, start, place.line.next) {
        let Some(at) = space_missing_at(&place.text[line.start..line.end]) else { continue };
        let at = line.start + at;
        let (sign, key) = (&place.text[at - 1..at], &place.text[line.start..at - 1]);
        let key = key.trim_start().trim_start_matches("- ").trim();
        let message = if sign == "-" {
            "a space is missing after the `-`".to_owned()
        } else {
            format!("a space is missing after the colon of `{key}`")
        };
        // What looks like a space may stand there already.
        let rest = &place.text[at..line.end];
        let odd = rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() && !c.is_ascii()).len();
        if odd > 0 {
            let code = rest.chars().next().map_or(0, u32::from);
            let message = format!(
                "the space U+{code:04X} after the `{sign}` is not a space in YAML, which needs one here"
            );
            return Some(
                Slip::new(Span::new(at, at + odd), message)
                    .help("use an ordinary space")
                    .fix("replace with a space", vec![vec![Edit::new(Span::new(at, at + odd), " ")]]),
            );
        }
        let slip = Slip::new(Span::new(at - 1, at), message);
        return Some(slip.fix("add a space", vec![vec![Edit::insert(at, " ")]]));
    }
    None
}

/// Whether the text from `start` to the failure is one plain scalar.
fn joined(place: &Place, start: usize) -> bool {
    last_scalar(place.parsed.root.as_ref())
        .is_some_and(|node| node.span.start as usize == start && node.span.end as usize + 1 >= place.offset)
}

/// The offset in a line at which a space is missing after a key's colon or a list's dash.
fn space_missing_at(line: &str) -> Option<usize> {
    let mut at = line.len() - line.trim_start().len();
    while line[at..].starts_with("- ") {
        at += 2;
    }
    let rest = &line[at..];
    if rest.starts_with('-') && !rest.starts_with("--") && rest.len() > 1 {
        return Some(at + 1);
    }
    let name = identifier(rest);
    let after = rest[name..].strip_prefix(':')?;
    (name > 0 && !after.is_empty() && !after.starts_with([' ', '\t', '/', ':'])).then_some(at + name + 1)
}

/// A line that is neither a key nor part of a value.
fn missing_colon(place: &Place) -> Slip {
    let span = place.body_span();
    let body = place.body().trim_end();
    let word = identifier(body);
    let help = "a key must be followed by a colon and a space: `key: value`";
    if body.starts_with("- ") {
        return Slip::new(Span::new(span.start as usize, span.start as usize + 1), indent::ITEM_FOR_KEY)
            .help(help);
    }
    if let Some(slip) = dashes::missing_dash(place) {
        return slip;
    }
    if let Some(slip) = dashes::first_item(place).or_else(|| indent::value(place)) {
        return slip;
    }
    if word > 0 && word == body.len() {
        let edits = vec![Edit::insert(span.start as usize + word, ":")];
        return Slip::new(
            Span::new(span.start as usize, span.start as usize + word),
            format!("a colon is missing after `{body}`"),
        )
        .help(help)
        .fix("add the colon", vec![edits]);
    }
    Slip::new(Span::new(span.start as usize, span.start as usize + body.len()), "this line has no key: a colon is \
                                                                                 missing, or the line belongs to a \
                                                                                 block scalar above and is not \
                                                                                 indented like it").help(help)
}

/// A word alone on its line, whose colon is missed where the mapping below it begins.
fn colon_missing_above(place: &Place) -> Option<Slip> {
    let above = line_at(place.text, line_start(place.text, place.text[..place.line.start].trim_end().len()));
    let body = place.text[above.start..above.end].trim();
    let is_deeper =
        spaces(&place.text[above.start..above.end]) < place.body_span().start as usize - place.line.start;
    if above.start >= place.line.start || !is_deeper || body.is_empty() || identifier(body) != body.len() {
        return None;
    }
    let end = above.start + place.text[above.start..above.end].trim_end().len();
    Some(
        Slip::new(Span::new(end - body.len(), end), format!("a colon is missing after `{body}`"))
            .help("a key must be followed by a colon and a space: `key: value`")
            .fix("add the colon", vec![vec![Edit::insert(end, ":")]]),
    )
}

fn other(place: &Place) -> Slip {
    let message = match place.kind {
        ErrorKind::DuplicateVersionDirective
        | ErrorKind::UnsupportedYamlMajorVersion
        | ErrorKind::DuplicateTagDirective
        | ErrorKind::MissingDocumentEndBeforeDirective
        | ErrorKind::InvalidDirectiveTerminator
        | ErrorKind::MissingDirectiveName
        | ErrorKind::InvalidDirectiveName => "this line starts with `%` but is not a YAML directive",
        ErrorKind::ExpectedDocumentStart => "the indentation of this line does not match any level above it",
        ErrorKind::InvalidDocumentEnd => "only a comment can follow `...` on the same line",
        ErrorKind::InvalidSimpleKey => "this key is too long or spans several lines",
        _ => "this is not valid YAML",
    };
    let span = place.body_span();
    let end = span.start as usize + place.body().trim_end().len();
    let start = if place.offset < end { place.offset } else { span.start as usize };
    Slip::new(Span::new(start, end), message)
}

/// A key at the start of a line, after indentation and dashes.
pub(super) struct Key {
    /// The key's own place.
    pub(super) span: Span,
    /// The offset of its colon.
    pub(super) colon: usize,
}

/// The length of the identifier a text begins with.
fn identifier(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return 0;
    }
    text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))).unwrap_or(text.len())
}

/// Whether a line begins with a key in its first column.
pub(super) fn is_top_level_key(line: &str) -> bool {
    let name = identifier(line);
    let rest = line[name..].trim_start_matches([' ', '\t']);
    name > 0 && rest.strip_prefix(':').is_some_and(|rest| !rest.starts_with(['/', ':']))
}

/// The key of a line, where it has one that is followed by a blank or nothing.
pub(super) fn key_of_line(text: &str, line: Line) -> Option<Key> {
    let body = text.get(line.start..line.end)?;
    let mut at = body.len() - body.trim_start().len();
    while body[at..].starts_with("- ") {
        at += body[at..].len() - body[at + 1..].trim_start().len();
    }
    let name = identifier(&body[at..]);
    let rest = &body[at + name..];
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let after = rest[blanks..].strip_prefix(':')?;
    (name > 0 && (after.is_empty() || after.starts_with([' ', '\t']))).then(|| Key {
        span: Span::new(line.start + at, line.start + at + name),
        colon: line.start + at + name + blanks,
    })
}

/// The value written on the line of `offset`, after its key or dash, without a comment.
pub(super) fn value_on_line(text: &str, offset: usize) -> Option<Span> {
    let line = line_at(text, line_start(text, offset.min(text.len())));
    let body = text.get(line.start..line.end)?;
    let mut start = match key_of_line(text, line) {
        Some(key) => key.colon + 1 - line.start,
        None => body.find(|c: char| !c.is_whitespace())?,
    };
    while let Some(rest) = body[start..].strip_prefix("- ").filter(|_| key_of_line(text, line).is_none()) {
        start = body.len() - rest.len();
    }
    start += body[start..].len() - body[start..].trim_start().len();
    let end = body[start..].find(" #").map_or(body.len(), |at| start + at);
    let end = start + body[start..end].trim_end().len();
    (start < end).then(|| Span::new(line.start + start, line.start + end))
}

/// The end of the value that begins on a line: of its last deeper line that has no key of its own.
fn continuation_end(text: &str, line: Line) -> usize {
    let column = spaces(&text[line.start..line.end]);
    lines(text, line.next, text.len())
        .take_while(|next| {
            let body = &text[next.start..next.end];
            body.trim().is_empty() || (spaces(body) > column && key_of_line(text, *next).is_none())
        })
        .map(|next| next.start + text[next.start..next.end].trim_end().len())
        .filter(|end| !text[line.end..*end].trim().is_empty())
        .last()
        .unwrap_or(line.start + text[line.start..line.end].trim_end().len())
}

/// The scalar read last.
fn last_scalar(root: Option<&Node>) -> Option<&Node> {
    let mut node = root?;
    loop {
        node = match &node.value {
            Value::Scalar(_) | Value::Alias(_) => return Some(node),
            Value::Sequence(sequence) => sequence.items.last()?,
            Value::Mapping(mapping) => {
                let entry = mapping.entries.last()?;
                // An empty value may stand for one that was never read: then the key was read last.
                if entry.value.span.is_empty() && entry.value.scalar().is_some_and(|s| s.header.is_none()) {
                    &entry.key
                } else {
                    &entry.value
                }
            }
        }
    }
}
