//! What a file is, and its content as typed, spanned models.

use std::cell::{Cell, OnceCell};
use std::sync::Arc;

use crate::kql;
use crate::kql::bind::{Catalog, Declared, Meaning, Takes, bind};
use crate::kql::mentions::Mentions;
use crate::kql::types::Scalar;
use crate::source::{Edit, SourceFile, Span};
use crate::yaml::{self, Document, Node, ScalarMap};

pub mod aliases;
pub mod duration;
mod keys;
pub mod kind;
pub mod model;
pub mod schema;

pub use duration::Duration;
pub use keys::{ROOT_KEYS, SCHEDULE_KEYS};
pub use kind::{Folder, Kind};
pub use model::Template;

/// One file, read as content.
#[derive(Debug)]
pub struct Content {
    /// The file.
    pub source: Arc<SourceFile>,
    /// Its YAML; empty for `.kql` files.
    pub document: Document,
    /// What it is.
    pub kind: Kind,
    /// The folder it stands in, as upstream's gates see it.
    pub folder: Folder,
}

/// A query inside a file.
#[derive(Debug)]
pub struct Query<'a> {
    /// The text as the query language sees it.
    pub text: &'a str,
    /// The scalar that holds it; `None` for a `.kql` file.
    pub node: Option<&'a Node>,
    /// Where the scalar stands in the tree; `None` for a `.kql` file.
    pub pointer: Option<&'static str>,
    /// The parameters that a parser declares beside its query.
    pub parameters: Option<&'a Node>,
    map: Option<ScalarMap>,
    parse: OnceCell<kql::Parse>,
    mentions: OnceCell<Mentions>,
    meaning: OnceCell<Meaning>,
    /// How many bytes have been read again to prove edits.
    read_again: Cell<usize>,
    /// How many characters stand before each stretch of the text.
    counts: OnceCell<Vec<u32>>,
    /// How many bytes of the file stand before the text, for a `.kql` file with a byte-order mark.
    skipped: usize,
}

impl Query<'_> {
    /// The query's tree, made when it is first asked for.
    pub fn parse(&self) -> &kql::Parse {
        self.parse.get_or_init(|| kql::parse(self.text))
    }

    /// What the query mentions, found out when it is first asked for.
    pub fn mentions(&self) -> &Mentions {
        self.mentions.get_or_init(|| Mentions::of(self.parse()))
    }

    /// What the query means in a workspace, found out when it is first asked for; every later question is
    /// answered for the same workspace.
    pub fn meaning(&self, catalog: &dyn Catalog) -> &Meaning {
        self.meaning.get_or_init(|| bind(self.text, self.parse(), catalog, &self.declared()))
    }

    /// The parameters that a parser declares in YAML: `Name`, `Type` and perhaps `Default` of each. Rows may be
    /// declared with their columns behind the name, as in `T:(TimeGenerated:datetime)`.
    pub fn declared(&self) -> Vec<Declared> {
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
    pub fn from_file(&self, span: Span) -> Option<Span> {
        let Some(map) = &self.map else {
            let start = (span.start as usize).checked_sub(self.skipped)?;
            return Some(Span::new(start, start + span.len()));
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
        // Counted once for every stretch, or a long query with many findings would be read for each of them.
        let counts = self.counts.get_or_init(|| {
            let mut counts = vec![0];
            for stretch in self.text.as_bytes().chunks(STRETCH) {
                let before = counts.last().copied().unwrap_or_default();
                counts.push(before + stretch.iter().filter(|byte| begins_character(**byte)).count() as u32);
            }
            counts
        });
        let count = |end: u32| {
            let end = self.text.floor_char_boundary(end as usize);
            let rest = &self.text.as_bytes()[end / STRETCH * STRETCH..end];
            counts[end / STRETCH] + rest.iter().filter(|byte| begins_character(**byte)).count() as u32
        };
        (count(span.start), count(span.end))
    }
}

/// Whether a key stands in the first column and in no other mapping.
pub(crate) fn is_root_key(key: &str) -> bool {
    ROOT_KEYS.contains(&key) && !yaml::SHARED_KEYS.contains(&key)
}

/// How many bytes may be read again to prove the edits of one query.
const MOST_READ_AGAIN: usize = 64 << 20;

/// The length of a stretch of text in which characters are counted.
const STRETCH: usize = 1024;

fn begins_character(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

const QUERY_KEYS: [(&str, &str); 3] =
    [("query", "/query"), ("FunctionQuery", "/FunctionQuery"), ("ParserQuery", "/ParserQuery")];

impl Content {
    /// Reads a file. `location` is its full path with forward slashes, which settles the kind
    /// where the content does not.
    pub fn read(source: Arc<SourceFile>, location: &str) -> Self {
        let folder = Folder::of(location);
        if source.wide_encoding().is_some() {
            let narrow = SourceFile::new(source.path(), source.narrowed());
            let kind =
                if is_query_file(source.path()) { Kind::Query } else { Self::read_kind(&narrow, location) };
            return Self { source, document: Document::default(), kind, folder };
        }
        if is_query_file(source.path()) {
            return Self { source, document: Document::default(), kind: Kind::Query, folder };
        }
        let document = yaml::parse_with(&source, &ROOT_KEYS);
        let kind = kind::detect(document.root.as_ref(), location);
        Self { source, document, kind, folder }
    }

    fn read_kind(source: &SourceFile, location: &str) -> Kind {
        kind::detect(yaml::parse(source).root.as_ref(), location)
    }

    /// The document's root.
    pub fn root(&self) -> Option<&Node> {
        self.document.root.as_ref()
    }

    /// Whether the file is a list of what should be files of their own.
    pub fn holds_several(&self) -> bool {
        let list = self.root().and_then(Node::as_sequence).filter(|_| self.kind == Kind::Unknown);
        let items = list.map(|list| list.items.as_slice()).unwrap_or_default();
        items.iter().any(|item| kind::detect(Some(item), "") != Kind::Unknown)
    }

    /// The typed model, for the kinds that have one.
    pub fn template(&self) -> Option<Template<'_>> {
        Template::read(self.root()?, self.kind)
    }

    /// The template's id with its place; exploration queries and parsers write it `Id`.
    pub fn id(&self) -> Option<model::Text<'_>> {
        model::field(self.root()?.as_mapping()?, "id")?.text()
    }

    /// The display name; parsers have it as their title.
    pub fn name(&self) -> Option<&str> {
        let root = self.root()?;
        let titled =
            || ["Function", "Parser"].into_iter().find_map(|key| root.get(key)?.get("Title")?.as_str());
        root.get("name").or_else(|| root.get("Name")).and_then(Node::as_str).or_else(titled)
    }

    /// The names under which the queries of other files call the parser in this one.
    pub fn parser_names(&self) -> impl Iterator<Item = &str> {
        const NAMES: [&str; 5] = [
            "ParserName",
            "EquivalentBuiltInParser",
            "FunctionName",
            "FunctionAlias",
            "EquivalentBuiltInFunction",
        ];
        let root = self.root().filter(|_| self.kind == Kind::Parser);
        NAMES.into_iter().filter_map(move |key| root?.get(key)?.as_str()).filter(|name| !name.is_empty())
    }

    /// The queries in the file.
    pub fn queries(&self) -> Vec<Query<'_>> {
        if self.source.wide_encoding().is_some() {
            return Vec::new();
        }
        if self.kind == Kind::Query {
            let text = self.source.text();
            let body = text.trim_start_matches(crate::source::BOM);
            let skipped = text.len() - body.len();
            return vec![Query {
                text: body,
                node: None,
                pointer: None,
                parameters: None,
                map: None,
                parse: OnceCell::new(),
                mentions: OnceCell::new(),
                meaning: OnceCell::new(),
                read_again: Cell::new(0),
                counts: OnceCell::new(),
                skipped,
            }];
        }
        let Some(root) = self.root().filter(|_| self.kind != Kind::Unknown) else { return Vec::new() };
        let one = |(key, pointer): (&str, &'static str)| {
            let node = root.get(key)?;
            let text = node.as_str()?;
            let parameters = match key {
                "FunctionQuery" => root.get("FunctionParams"),
                "ParserQuery" => root.get("ParserParams"),
                _ => None,
            };
            let map = ScalarMap::new(&self.source, node);
            map.as_ref()?;
            let (node, pointer) = (Some(node), Some(pointer));
            Some(Query {
                text,
                node,
                pointer,
                parameters,
                map,
                parse: OnceCell::new(),
                mentions: OnceCell::new(),
                meaning: OnceCell::new(),
                read_again: Cell::new(0),
                counts: OnceCell::new(),
                skipped: 0,
            })
        };
        QUERY_KEYS.into_iter().filter_map(one).collect()
    }
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

/// Whether a name is that of a query file.
pub fn is_query_file(path: &str) -> bool {
    extension(path).is_some_and(|ext| ext.eq_ignore_ascii_case("kql") || ext.eq_ignore_ascii_case("csl"))
}

/// Whether a name is that of a YAML file, in any case.
pub fn is_yaml_file(path: &str) -> bool {
    extension(path).is_some_and(|ext| ext.eq_ignore_ascii_case("yaml") || ext.eq_ignore_ascii_case("yml"))
}

/// What follows the last dot of a path's file name.
pub fn extension(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, extension)| extension)
}
