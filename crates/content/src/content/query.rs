//! The queries of a file: their text and trees, their places in the file, and when two of them are the same.

use std::cell::{Cell, OnceCell, RefCell};
use std::hash::{Hash as _, Hasher as _};
use std::sync::Arc;

use rustc_hash::FxHasher;

use super::model::field;
use super::variables::{Masked, mask};
use super::word_set::{Word, WordSet};
use super::{Content, Detection, Kind};
use crate::kql;
use crate::kql::bind::{Catalog, CatalogId, Declared, Takes, bind_at};
use crate::kql::mentions::Mentions;
use crate::kql::model::{Level, SemanticModel};
use crate::kql::types::Scalar;
use crate::source::{self, BOM, CodePoints, Edit, SourceFile, Span};
use crate::yaml::{Node, ScalarMap};

/// A query inside a file.
#[derive(Debug)]
pub struct Query<'a> {
    /// The text as the query language sees it.
    pub text: &'a str,
    /// The scalar that holds it; `None` for a `.kql` file.
    pub node: Option<&'a Node>,
    /// Where the scalar stands in the tree, or below the custom detection that it belongs to; `None` for a `.kql` file.
    pub pointer: Option<&'static str>,
    /// The parameters that a parser declares beside its query.
    pub parameters: Option<&'a Node>,
    map: Option<ScalarMap>,
    parse: OnceCell<Arc<kql::Parse>>,
    mentions: OnceCell<Mentions>,
    words: OnceCell<WordSet>,
    /// What was found out of its meaning last, and with which catalog.
    meaning: RefCell<Option<(CatalogId, Arc<SemanticModel>)>>,
    /// How many bytes have been read again to prove edits.
    read_again: Cell<usize>,
    /// How many code points lie before each byte of the text.
    code_points: CodePoints,
    /// How many bytes of the file stand before the text, for a `.kql` file with a byte order mark or several queries.
    skipped: usize,
}

impl<'a> Query<'a> {
    /// A query that is the whole of its file, or a part of a file of queries.
    fn of(text: &'a str) -> Self {
        Self {
            text,
            node: None,
            pointer: None,
            parameters: None,
            map: None,
            parse: OnceCell::new(),
            mentions: OnceCell::new(),
            words: OnceCell::new(),
            meaning: RefCell::default(),
            read_again: Cell::new(0),
            code_points: CodePoints::default(),
            skipped: 0,
        }
    }
    /// The query's tree, made when it is first asked for.
    pub fn parse(&self) -> &kql::Parse {
        self.parse.get_or_init(|| Arc::new(kql::parse(self.text)))
    }

    /// Takes over what is known of another query, where that has the same text and parameters: the query of a file of
    /// which something else was edited.
    pub fn take_over(&self, other: &Query<'_>) {
        if self.text != other.text || self.declared() != other.declared() {
            return;
        }
        if let Some(parse) = other.parse.get() {
            // What is known of this query already is the same.
            let _ = self.parse.set(Arc::clone(parse));
        }
        self.meaning.replace(other.meaning.borrow().clone());
    }

    /// Whether the query is another one that can be read, but for white space and comments.
    pub fn has_tokens_of(&self, other: &Query<'_>) -> bool {
        let parse = other.parse();
        if !parse.errors.is_empty() || self.declared() != other.declared() {
            return false;
        }
        let (own, errors) = kql::tokenize(self.text);
        errors.is_empty() && words(self.text, &own).eq(words(other.text, &parse.tokens))
    }

    /// Whether the text may hold one of some words, anywhere: what a rule asks before it walks the tree.
    pub fn may_have(&self, words: &[Word]) -> bool {
        let found = self.words.get_or_init(|| WordSet::of(self.text));
        words.iter().any(|word| found.may_have(*word))
    }

    /// What the query mentions, found out when it is first asked for.
    pub fn mentions(&self) -> &Mentions {
        self.mentions.get_or_init(|| Mentions::of(self.parse()))
    }

    /// What is wrong with the query in a workspace, what it reads and returns; found out when it is first asked for.
    pub fn meaning(&self, catalog: &dyn Catalog) -> Arc<SemanticModel> {
        self.meaning_at(Level::Check, catalog)
    }

    /// All that there is to know of the query in a workspace: what [`Query::meaning`] tells, and also the type of each
    /// expression, the symbol of each name, the rows around each operator and the names in scope at each place.
    pub fn analysis(&self, catalog: &dyn Catalog) -> Arc<SemanticModel> {
        self.meaning_at(Level::Full, catalog)
    }

    fn meaning_at(&self, level: Level, catalog: &dyn Catalog) -> Arc<SemanticModel> {
        if let Some((id, known)) = &*self.meaning.borrow()
            && *id == catalog.id()
            && known.level() >= level
        {
            return Arc::clone(known);
        }
        let found = Arc::new(bind_at(level, self.text, self.parse(), catalog, &self.declared()));
        self.meaning.replace(Some((catalog.id(), Arc::clone(&found))));
        found
    }

    /// A number that stands for the query without white space and comments: [the same](same_query) queries have the same.
    /// `None` for a query without any words.
    pub fn fingerprint(&self) -> Option<u128> {
        match self.parse.get() {
            Some(parse) => fingerprint(self.text, &parse.tokens),
            None => fingerprint(self.text, &kql::tokenize(self.text).0),
        }
    }

    /// The place in the file of the first line that is more than blanks.
    pub fn first_line(&self) -> Span {
        let start = self.text.len() - self.text.trim_start().len();
        let line = self.text[start..].lines().next().unwrap_or_default();
        self.span(Span::new(start, start + line.trim_end().len()))
    }

    /// The parameters that a parser declares in YAML: `Name`, `Type` and perhaps `Default` of each. Rows may be
    /// declared with their columns after the name, as in `T:(TimeGenerated:datetime)`. A function has all of them in one
    /// string: `T:(TimeGenerated:datetime), limit:int=10`.
    pub fn declared(&self) -> Vec<Declared> {
        if let Some(text) = self.parameters.and_then(Node::as_str) {
            return split_parameters(text).into_iter().filter_map(declared_in_text).collect();
        }
        let sequence = self.parameters.and_then(Node::as_sequence);
        sequence.map(|sequence| sequence.items.iter().filter_map(declared).collect()).unwrap_or_default()
    }

    /// The place in the file of a place in the query.
    pub fn span(&self, span: Span) -> Span {
        match &self.map {
            Some(map) => map.span(span),
            None => span.shift(self.skipped),
        }
    }

    /// The place in the query of a place in the file.
    pub fn span_in_query(&self, span: Span) -> Option<Span> {
        let Some(map) = &self.map else {
            let start = (span.start as usize).checked_sub(self.skipped)?;
            let end = start + span.len();
            return (end <= self.text.len()).then(|| Span::new(start, end));
        };
        Some(Span::new(map.from_file(span.start)?, map.from_file(span.end)?))
    }

    /// The edit of the file that changes the query just so, where one exists.
    ///
    /// Each edit is proved by reading the whole text again. Where that would add up, as in a long query with
    /// thousands of findings, there are no more edits.
    pub fn edit(&self, span: Span, replacement: &str) -> Option<Edit> {
        match &self.map {
            Some(map) => {
                let read = self.read_again.get() + self.text.len();
                self.read_again.set(read);
                if read > MOST_READ_AGAIN { None } else { map.edit(span, replacement) }
            }
            None => Some(Edit::new(span.shift(self.skipped), replacement)),
        }
    }

    /// A span of the query in Unicode code points, as the contract's `query_range` counts.
    pub fn code_points(&self, span: Span) -> (u32, u32) {
        let count = |end: u32| self.code_points.before(self.text, end as usize) as u32;
        (count(span.start), count(span.end))
    }
}

/// How the text of a query lies in its file, to be kept without the file.
#[derive(Clone, Debug)]
pub struct QueryPlace {
    map: Option<ScalarMap>,
    skipped: usize,
}

impl QueryPlace {
    /// See [`Query::span`].
    pub fn span(&self, span: Span) -> Span {
        match &self.map {
            Some(map) => map.span(span),
            None => span.shift(self.skipped),
        }
    }

    /// The offset in the query of one in the file, where the file's text of `len` bytes has it.
    pub fn offset_in_query(&self, offset: usize, len: usize) -> Option<usize> {
        match &self.map {
            Some(map) => map.from_file(offset as u32),
            None => offset.checked_sub(self.skipped).filter(|offset| *offset <= len),
        }
    }

    /// The edit of the file that changes the query just so, where one exists; see [`Query::edit`].
    pub fn edit(&self, span: Span, replacement: &str) -> Option<Edit> {
        match &self.map {
            Some(map) => map.edit(span, replacement),
            None => Some(Edit::new(span.shift(self.skipped), replacement)),
        }
    }
}

impl Query<'_> {
    /// Where its text lies in the file.
    pub fn place(&self) -> QueryPlace {
        QueryPlace { map: self.map.clone(), skipped: self.skipped }
    }

    /// Its tree, to be kept.
    pub fn shared_parse(&self) -> Arc<kql::Parse> {
        Arc::clone(self.parse.get_or_init(|| Arc::new(kql::parse(self.text))))
    }
}

impl Content {
    /// The queries in the file.
    pub fn queries<'a>(&'a self) -> Vec<Query<'a>> {
        if self.source.wide_encoding().is_some() {
            return Vec::new();
        }
        if self.kind == Kind::Query {
            let body = body(&self.source);
            let skipped = self.source.text().len() - body.len();
            let text = self.masked_text("").unwrap_or(body);
            let (parts, mut parse) = kql::several::queries(text);
            let query = |part: Span| Query {
                skipped: skipped + part.start as usize,
                parse: parse.take().map(|parse| OnceCell::from(Arc::new(parse))).unwrap_or_default(),
                ..Query::of(&text[part.range()])
            };
            return parts.into_iter().map(query).collect();
        }
        let Some(root) = self.root().filter(|_| !matches!(self.kind, Kind::Unknown | Kind::Test)) else {
            return Vec::new();
        };
        if self.kind == Kind::CustomDetection {
            let read = |detection: Detection<'a>| {
                let node = detection.query()?.node;
                let map = Some(ScalarMap::new(&self.source, node)?);
                let pointer = Some(DETECTION_QUERY);
                Some(Query { node: Some(node), pointer, map, ..Query::of(node.as_str()?) })
            };
            return self.detections().into_iter().filter_map(read).collect();
        }
        let read = |(key, pointer): (&str, &'static str)| {
            let node = match root.get(key) {
                Some(node) => node,
                // Keys of templates have their right case already.
                None => field(root.as_mapping()?, key)?.node(),
            };
            let parameters = match key {
                "FunctionQuery" => root.get("FunctionParams"),
                "ParserQuery" => root.get("ParserParams"),
                _ if self.kind == Kind::Parser => {
                    field(root.as_mapping()?, "functionParameters").map(|field| field.node())
                }
                _ => None,
            };
            let query = Query::of(self.masked_text(pointer).or(node.as_str())?);
            let map = Some(ScalarMap::new(&self.source, node)?);
            Some(Query { node: Some(node), pointer: Some(pointer), parameters, map, ..query })
        };
        QUERY_KEYS.into_iter().filter_map(read).collect()
    }

    fn masked_text(&self, pointer: &str) -> Option<&str> {
        let found = self.masked.iter().find(|(at, _)| *at == pointer);
        found.map(|(_, masked)| masked.text.as_str())
    }
}

impl Query<'_> {
    /// The places, in the file, of variables of which only a parameter file knows the value.
    pub fn variables(&self, content: &Content) -> Vec<Span> {
        let found = content.masked.iter().find(|(at, _)| *at == self.pointer.unwrap_or_default());
        let unknown = found.map(|(_, masked)| masked.unknown.as_slice()).unwrap_or_default();
        if self.map.is_some() {
            return unknown.iter().map(|span| self.span(*span)).collect();
        }
        // Those of a query file count from its beginning, and the file may hold several queries.
        let skipped = content.source.text().len() - body(&content.source).len();
        let places = unknown.iter().map(|span| span.shift(skipped));
        places.filter(|span| self.span_in_query(*span).is_some()).collect()
    }
}

/// The text of a query file.
pub(super) fn body(source: &SourceFile) -> &str {
    source.text().trim_start_matches(BOM)
}

/// The queries of a document that have variables, as they are read.
pub(super) fn masked(root: Option<&Node>, source: &SourceFile) -> Vec<(&'static str, Masked)> {
    if !source::contains(source.text(), "%%") {
        return Vec::new();
    }
    let read = |(key, pointer): (&str, &'static str)| Some((pointer, mask(root?.get(key)?.as_str()?)?));
    QUERY_KEYS.into_iter().filter_map(read).collect()
}

/// Whether two queries are the same to the engine: the same tokens in the same order, whatever white space and
/// comments stand between them.
pub fn same_query(a: &str, b: &str) -> bool {
    let canonical = |text: &str| canonical(text, &kql::tokenize(text).0);
    a == b || canonical(a) == canonical(b)
}

/// The tokens of a query with a separator between them, which is empty for a query without any.
fn canonical(text: &str, tokens: &[kql::Token]) -> String {
    let mut out = String::with_capacity(text.len());
    for word in words(text, tokens) {
        if !out.is_empty() {
            out.push(SEPARATOR);
        }
        out.push_str(word);
    }
    out
}

/// A hash of the words of a query, with how many there are and how long they are together.
fn fingerprint(text: &str, tokens: &[kql::Token]) -> Option<u128> {
    let mut hasher = FxHasher::default();
    let (mut count, mut length) = (0_usize, 0_usize);
    for word in words(text, tokens) {
        word.hash(&mut hasher);
        count += 1;
        length += word.len();
    }
    let size = (count as u128) << 32 | length as u128;
    (count > 0).then(|| u128::from(hasher.finish()) << 64 | size)
}

/// The texts of tokens.
fn words<'t>(text: &'t str, tokens: &'t [kql::Token]) -> impl Iterator<Item = &'t str> {
    let tokens = tokens.iter().filter(|token| !token.span.is_empty());
    tokens.map(|token| {
        let word = text.get(token.span.range()).unwrap_or_default();
        // Hardly any token has blanks at its ends, and looking for them costs more than the look at its ends.
        let is_blank = |byte: Option<&u8>| byte.is_some_and(|byte| !byte.is_ascii_graphic());
        if is_blank(word.as_bytes().first()) || is_blank(word.as_bytes().last()) { word.trim() } else { word }
    })
}

/// What stands between tokens that are compared: no token has it but a string, whose quotes show where it ends.
const SEPARATOR: char = '\n';

/// How many bytes may be read again to prove the edits of one query.
const MOST_READ_AGAIN: usize = 64 << 20;

/// Where a custom detection has its query, below the mapping with its members.
pub(crate) const DETECTION_QUERY: &str = "/queryCondition/queryText";

const QUERY_KEYS: [(&str, &str); 3] =
    [("query", "/query"), ("FunctionQuery", "/FunctionQuery"), ("ParserQuery", "/ParserQuery")];

/// The parameters that a string declares, split at the commas between them.
fn split_parameters(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0usize);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// One parameter: `limit:int=10`, `T:(TimeGenerated:datetime)`.
fn declared_in_text(text: &str) -> Option<Declared> {
    let (name, rest) = text.split_once(':')?;
    let (kind, default) = match rest.split_once('=') {
        Some((kind, _)) => (kind, true),
        None => (rest, false),
    };
    let kind = kind.trim().to_ascii_lowercase();
    let takes = if kind.starts_with('(') {
        Takes::Rows
    } else {
        Takes::Scalar(Scalar::of(&kind).unwrap_or(Scalar::Unknown))
    };
    let name = name.trim();
    let declared =
        Declared { name: name.into(), takes, optional: default, columns: Vec::new(), column_name: false };
    (!name.is_empty()).then_some(declared)
}

fn declared(item: &Node) -> Option<Declared> {
    let (name, rows) = match item.get("Name")?.as_str()?.split_once(':') {
        Some((name, _)) => (name, true),
        None => (item.get("Name")?.as_str()?, false),
    };
    let kind = item.get("Type").and_then(Node::as_str).unwrap_or_default().trim().to_ascii_lowercase();
    let takes = if rows || kind == "table" || kind.starts_with('(') {
        Takes::Rows
    } else {
        Takes::Scalar(Scalar::of(&kind).unwrap_or(Scalar::Unknown))
    };
    let optional = item.get("Default").is_some();
    Some(Declared { name: name.trim().into(), takes, optional, columns: Vec::new(), column_name: false })
}
