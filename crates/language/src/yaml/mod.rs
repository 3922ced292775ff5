//! YAML: a spanned tree with comments, read without ever failing, and minimal edits on its text.
//!
//! [`parse()`] always answers: with the tree of the file's first document, and with the places that are
//! not valid YAML. Nothing is expanded (an alias stays an alias) and nothing is typed until asked for.

mod again;
pub mod edit;
mod emit;
mod json;
mod lines;
mod literal;
mod parse;
pub mod pointer;
mod recover;
mod remap;
mod scalar;
mod simple;
mod slips;
#[cfg(test)]
mod tests;
mod write;

pub use again::reread;
pub use emit::{comment, entry};
pub use json::to_json;
pub use scalar::ScalarMap;
pub use slips::SHARED as SHARED_KEYS;

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::source::{Edit, SourceFile, Span};

/// Reads a file. The answer always holds what could be read, together with every syntax error found.
pub fn parse(file: &SourceFile) -> Document {
    parse_with(file, &[])
}

/// Reads a file of which it is known that these keys stand in its first column and nowhere else, which tells
/// more of what was meant where a line is not valid YAML.
pub fn parse_with(file: &SourceFile, root_keys: &[&str]) -> Document {
    recover::document(file.text(), root_keys)
}

/// What was read from one file.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The first document's content; `None` where it has none.
    pub root: Option<Node>,
    /// Every comment, in file order.
    pub comments: Vec<Comment>,
    /// The syntax errors, in file order; at most [`MAX_ERRORS`].
    pub errors: Vec<YamlError>,
    /// The `---` (or the first content) of each document after the first.
    pub extra_documents: Vec<Span>,
    /// Whether the tree was assembled from pieces because the file as a whole is not valid YAML.
    pub recovered: bool,
    /// The parts of the file whose tree may lack something because of an error inside them.
    pub damaged: Vec<Span>,
}

/// The most syntax errors reported for one file.
pub const MAX_ERRORS: usize = 20;

/// The deepest nesting of collections that is read; deeper is an error.
pub const MAX_DEPTH: usize = 250;

impl Document {
    /// Whether `span` touches a part of the file whose tree may lack something.
    pub fn is_damaged(&self, span: Span) -> bool {
        self.damaged.iter().any(|part| part.start <= span.end && span.start <= part.end)
    }
}

/// One comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of its line, the line end excluded.
    pub span: Span,
    /// Whether nothing but blanks stands before it on its line.
    pub own_line: bool,
}

/// One value with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value's place: quotes and brackets included, anchor, tag and a block scalar's header not.
    /// The span of an empty value is empty and stands right after the colon or dash.
    pub span: Span,
    /// The value.
    pub value: Value,
    /// The place of `&name`, where there is one.
    pub anchor: Option<Span>,
    /// The tag with its handle resolved, such as `tag:yaml.org,2002:str` or `!local`.
    pub tag: Option<String>,
}

/// The four forms of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text, a number, a Boolean or nothing.
    Scalar(Scalar),
    /// A list.
    Sequence(Sequence),
    /// Keys with values.
    Mapping(Mapping),
    /// A reference to an anchor: its name without the `*`. It is never expanded.
    Alias(String),
}

/// A list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sequence {
    /// Whether it is written in brackets.
    pub flow: bool,
    /// The items, in file order.
    pub items: Vec<Node>,
    /// The offset of each item's `-`; empty for a list in brackets.
    pub dashes: Vec<u32>,
}

/// Keys with values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    /// Whether it is written in braces.
    pub flow: bool,
    /// The entries in file order, repeated keys included.
    pub entries: Vec<Entry>,
    /// Where the first entry of each key is, once a long mapping was asked.
    index: KeyIndex,
}

/// What is known of the keys of a mapping: nothing that decides whether two are equal.
#[derive(Debug, Default)]
struct KeyIndex(OnceLock<FxHashMap<Box<str>, usize>>);

impl Clone for KeyIndex {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for KeyIndex {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Node,
    /// The value; an empty scalar where nothing is written.
    pub value: Node,
    /// The index of the first entry with the same key, where there is an earlier one.
    pub duplicate_of: Option<usize>,
}

/// A scalar as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The decoded text; line ends are line feeds.
    pub text: String,
    /// How it is written.
    pub style: ScalarStyle,
    /// For a block scalar, the number of columns stripped from each line.
    pub indent: Option<u32>,
    /// For a block scalar, the place of its indicator, such as `|` or `>2-`.
    pub header: Option<Span>,
    /// Whether it stands inside brackets or braces.
    pub in_flow: bool,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// In `'`.
    SingleQuoted,
    /// In `"`.
    DoubleQuoted,
    /// A block after `|`.
    Literal,
    /// A block after `>`.
    Folded,
    /// In `'` in Bicep, which has escapes there.
    Bicep,
    /// Between `'''` in Bicep, from the first line end on.
    BicepLines,
}

impl ScalarStyle {
    /// Whether the scalar is a block after `|` or `>`.
    pub fn is_block(self) -> bool {
        matches!(self, Self::Literal | Self::Folded)
    }
}

/// What a scalar is in the core schema of YAML 1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScalarType {
    /// Nothing, `null` or `~`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// Text.
    Str,
}

/// A place that is not valid YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// The place.
    pub span: Span,
    /// What is wrong, in one plain sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Other places that belong to it, each with a few words.
    pub labels: Vec<(Span, String)>,
    /// An edit after which this error is gone.
    pub fix: Option<Suggestion>,
}

/// An edit that makes a place valid, proven by reading the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What the edit does, as a command.
    pub title: String,
    /// Replacements that do not overlap, in file order.
    pub edits: Vec<Edit>,
}

impl Node {
    /// The text of a scalar that is not null, whatever its type; for a quoted scalar, always.
    pub fn as_str(&self) -> Option<&str> {
        let scalar = self.scalar()?;
        (!self.is_null()).then_some(scalar.text.as_str())
    }

    /// The scalar, if it is one.
    pub fn scalar(&self) -> Option<&Scalar> {
        if let Value::Scalar(scalar) = &self.value { Some(scalar) } else { None }
    }

    /// The mapping, if it is one.
    pub fn as_mapping(&self) -> Option<&Mapping> {
        if let Value::Mapping(mapping) = &self.value { Some(mapping) } else { None }
    }

    /// The sequence, if it is one.
    pub fn as_sequence(&self) -> Option<&Sequence> {
        if let Value::Sequence(sequence) = &self.value { Some(sequence) } else { None }
    }

    /// Whether this is a null: nothing written, `~` or `null`.
    pub fn is_null(&self) -> bool {
        let is_plain = |scalar: &&Scalar| scalar.style == ScalarStyle::Plain && self.tag.is_none();
        self.scalar().filter(is_plain).is_some_and(|scalar| json::is_null(&scalar.text))
    }

    /// The type in the core schema; `None` for what is not a scalar. What is quoted or tagged is text.
    pub fn scalar_type(&self) -> Option<ScalarType> {
        let scalar = self.scalar()?;
        Some(if scalar.style == ScalarStyle::Plain && self.tag.is_none() {
            json::resolve(&scalar.text)
        } else {
            ScalarType::Str
        })
    }

    /// The value of `key`, where this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_mapping()?.get(key)
    }

    /// The first entry of `key`, where this is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.as_mapping()?.entry(key)
    }
}

/// Up to how many entries a mapping is looked through faster than an index is made.
const SHORT: usize = 32;

impl Mapping {
    /// A mapping of these entries.
    pub fn of(flow: bool, entries: Vec<Entry>) -> Self {
        Self { flow, entries, index: KeyIndex::default() }
    }

    /// The value of the first entry with this key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The first entry with this key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.get(self.position(key)?)
    }

    /// The index of the first entry with this key.
    pub fn position(&self, key: &str) -> Option<usize> {
        if self.entries.len() <= SHORT {
            return self.entries.iter().position(|entry| entry.name() == Some(key));
        }
        let index = self.index.0.get_or_init(|| {
            let mut index: FxHashMap<Box<str>, usize> = FxHashMap::default();
            for (at, entry) in self.entries.iter().enumerate() {
                if let Some(name) = entry.name() {
                    index.entry(name.into()).or_insert(at);
                }
            }
            index
        });
        index.get(key).copied()
    }
}

impl Entry {
    /// The key's text, where the key is a scalar.
    pub fn name(&self) -> Option<&str> {
        self.key.scalar().map(|key| key.text.as_str())
    }

    /// From the key's start to the value's end.
    pub fn span(&self) -> Span {
        self.key.span.cover(self.value.span)
    }
}
