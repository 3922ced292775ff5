//! What a file is, and its content as typed, spanned models.

use std::sync::Arc;

use crate::source::SourceFile;
use crate::yaml::{self, Document, Node};

pub(crate) mod aliases;
pub(crate) mod duration;
pub(crate) mod fields;
pub(crate) mod kind;
pub(crate) mod model;
mod query;
pub(crate) mod rule_limits;
pub(crate) mod schema;
pub(crate) mod variables;

pub use duration::Duration;
pub(crate) use fields::{ROOT_KEYS, SCHEDULE_KEYS};
pub(crate) use kind::{Folder, Kind};
pub(crate) use model::Template;
pub(crate) use query::{Query, same_query};
use variables::Masked;

/// One file, read as content.
#[derive(Debug)]
pub(crate) struct Content {
    /// The file.
    pub source: Arc<SourceFile>,
    /// Its YAML; empty for `.kql` files.
    pub document: Document,
    /// What it is.
    pub kind: Kind,
    /// The folder it stands in, as upstream's gates see it.
    pub folder: Folder,
    /// Its queries as they are read where they have variables, by pointer; the empty one is that of a query file.
    pub masked: Vec<(&'static str, Masked)>,
}

/// Whether a key stands in the first column and in no other mapping.
pub(crate) fn is_root_key(key: &str) -> bool {
    ROOT_KEYS.contains(&key) && !yaml::SHARED_KEYS.contains(&key)
}

/// What stands in hardly any YAML but content.
const TELLING: [&str; 5] =
    ["requiredDataConnectors:", "relevantTechniques:", "\nquery: |", "queryFrequency:", "entityMappings:"];

impl Content {
    /// Reads a file. `location` is its full path with forward slashes, which settles the kind
    /// where the content does not.
    pub(crate) fn read(source: Arc<SourceFile>, location: &str) -> Self {
        let folder = Folder::of(location);
        if source.wide_encoding().is_some() {
            let narrow = SourceFile::new(source.path(), source.narrowed());
            let kind =
                if is_query_file(source.path()) { Kind::Query } else { Self::read_kind(&narrow, location) };
            return Self { source, document: Document::default(), kind, folder, masked: Vec::new() };
        }
        if is_query_file(source.path()) {
            let masked = variables::mask(query::body(&source)).map(|masked| ("", masked));
            let masked = masked.into_iter().collect();
            return Self { source, document: Document::default(), kind: Kind::Query, folder, masked };
        }
        let document = yaml::parse_with(&source, &ROOT_KEYS);
        let kind = kind::detect(document.root.as_ref(), location);
        let masked = query::masked(document.root.as_ref(), &source);
        Self { source, document, kind, folder, masked }
    }

    fn read_kind(source: &SourceFile, location: &str) -> Kind {
        kind::detect(yaml::parse(source).root.as_ref(), location)
    }

    /// The document's root.
    pub(crate) fn root(&self) -> Option<&Node> {
        self.document.root.as_ref()
    }

    /// Whether the file is a list of what should be files of their own.
    pub(crate) fn holds_several(&self) -> bool {
        let list = self.root().and_then(Node::as_sequence).filter(|_| self.kind == Kind::Unknown);
        let items = list.map(|list| list.items.as_slice()).unwrap_or_default();
        items.iter().any(|item| kind::detect(Some(item), "") != Kind::Unknown)
    }

    /// Whether a file was meant as content: because its kind is known, or because it is broken and its folder or its
    /// text says so.
    pub(crate) fn looks_like_content(&self) -> bool {
        if self.kind != Kind::Unknown || self.holds_several() || self.folder != Folder::None {
            return true;
        }
        let broken = !self.document.errors.is_empty() || !self.source.invalid_utf8().is_empty();
        broken && TELLING.iter().any(|text| self.source.text().contains(text))
    }

    /// Whether another file holds the same template: one with this id, this name or this query.
    pub(crate) fn is_same_template(&self, other: &Self) -> bool {
        let ids = self.id().zip(other.id());
        let texts = |key: &str| {
            let text = |content: &Self| Some(content.root()?.get(key)?.as_str()?.to_owned());
            text(self).zip(text(other))
        };
        ids.is_some_and(|(a, b)| a.value.eq_ignore_ascii_case(b.value))
            || texts("name").is_some_and(|(a, b)| a.split_whitespace().eq(b.split_whitespace()))
            || texts("query").is_some_and(|(a, b)| same_query(&a, &b))
    }

    /// The typed model, for the kinds that have one.
    pub(crate) fn template(&self) -> Option<Template<'_>> {
        Template::read(self.root()?, self.kind)
    }

    /// The template's id with its place; exploration queries and parsers write it `Id`.
    pub(crate) fn id(&self) -> Option<model::Text<'_>> {
        model::field(self.root()?.as_mapping()?, "id")?.text()
    }

    /// The display name; parsers have it as their title.
    pub(crate) fn name(&self) -> Option<&str> {
        let root = self.root()?;
        let titled =
            || ["Function", "Parser"].into_iter().find_map(|key| root.get(key)?.get("Title")?.as_str());
        root.get("name").or_else(|| root.get("Name")).and_then(Node::as_str).or_else(titled)
    }

    /// The names under which the queries of other files call the parser in this one.
    pub(crate) fn parser_names(&self) -> impl Iterator<Item = &str> {
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
pub(crate) fn extension(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, extension)| extension)
}
