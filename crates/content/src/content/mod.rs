//! What a file is, and its content as typed, spanned models.

use std::sync::{Arc, OnceLock};

use crate::bicep;
use crate::source::{Edit, SourceFile};
use crate::yaml::{self, Document, Node};

pub mod aliases;
pub mod detection;
pub mod duration;
pub mod fields;
pub mod kind;
pub mod model;
pub mod near_keys;
mod query;
pub mod rule_limits;
pub mod schema;
pub mod variables;
mod word_set;

pub use detection::{Detection, Form, is_detection_file, may_hold as may_hold_detections};
pub use duration::Duration;
use fields::{Format, template_keys};
pub use fields::{ROOT_KEYS, SCHEDULE_KEYS};
pub use kind::{Folder, Foreign, Kind};
pub use model::Template;
pub use near_keys::NearKey;
pub use query::{Query, QueryPlace, same_query};
use variables::Masked;
pub use word_set::Word;

/// One file, read as content.
#[derive(Debug)]
pub struct Content {
    /// The file.
    pub source: Arc<SourceFile>,
    /// Its YAML as it is written; empty for `.kql` files.
    pub document: Document,
    /// What it is.
    pub kind: Kind,
    /// What it is instead, where it is known and there are no rules for it.
    pub foreign: Option<Foreign>,
    /// The folder that it is in, as upstream's gates see it.
    pub folder: Folder,
    /// Its queries as they are read where they have variables, by pointer; the empty one is that of a query file.
    pub masked: Vec<(&'static str, Masked)>,
    /// The tree with the keys that are meant, where some are only nearly right, and which these are.
    meant: Option<(Node, Vec<NearKey>)>,
    /// How it writes custom detections, found out when it is first asked for: of a list every one has to be looked at.
    form: OnceLock<Option<Form>>,
}

/// Whether a key stands in the first column and in no other mapping.
pub fn is_root_key(key: &str) -> bool {
    ROOT_KEYS.contains(&key) && !yaml::SHARED_KEYS.contains(&key)
}

/// What stands in hardly any YAML but content.
const TELLING: [&str; 5] =
    ["requiredDataConnectors:", "relevantTechniques:", "\nquery: |", "queryFrequency:", "entityMappings:"];

/// Whether JSON that cannot be read has the keys of a template.
fn is_template_in_json(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let has = |key: &str| {
        let quoted = format!("\"{key}\"");
        let mut found = text.match_indices(&quoted);
        found.any(|(at, _)| text[at + quoted.len()..].trim_start().starts_with(':'))
    };
    // `{{` begins the template of another program.
    text.starts_with('{') && !text.starts_with("{{") && has("query") && (has("name") || has("id"))
}

impl Content {
    /// Reads a file. `place` is its path below the repository's root with forward slashes, whose folders settle the kind
    /// where the content does not. Keys that are nearly right are read as the keys that are meant.
    pub fn read(source: Arc<SourceFile>, place: &str) -> Self {
        Self::as_written(source, place).with_meant_keys()
    }

    fn with_meant_keys(mut self) -> Self {
        self.meant = Format::of(self.kind)
            .and(self.document.root.as_ref())
            .and_then(|root| near_keys::normalised(root, template_keys()));
        if self.meant.is_some() {
            self.masked = query::masked(self.root(), &self.source);
        }
        self
    }

    /// Reads a file with its keys as they are written, as upstream's gates do.
    pub fn as_written(source: Arc<SourceFile>, place: &str) -> Self {
        let of = |source, document, kind, foreign| {
            let folder = Folder::of(place);
            let form = OnceLock::new();
            Self { source, document, kind, foreign, folder, masked: Vec::new(), meant: None, form }
        };
        if is_query_file(source.path()) {
            let is_wide = source.wide_encoding().is_some();
            let masked = if is_wide { None } else { variables::mask(query::body(&source)) };
            let masked = masked.map(|masked| ("", masked)).into_iter().collect();
            return Self { masked, ..of(source, Document::default(), Kind::Query, None) };
        }
        if source.wide_encoding().is_some() {
            let narrow = SourceFile::new(source.path(), source.narrowed());
            let found = kind::detect(yaml::parse(&narrow).root.as_ref(), place);
            return of(source, Document::default(), found.kind, found.foreign);
        }
        let document = if is_bicep_file(source.path()) {
            bicep::parse(&source, detection::is_type)
        } else {
            yaml::parse_with(&source, &ROOT_KEYS)
        };
        Self::of_document(source, document, place)
    }

    fn of_document(source: Arc<SourceFile>, document: Document, place: &str) -> Self {
        let found = kind::detect(document.root.as_ref(), place);
        let (kind, foreign) = (found.kind, found.foreign);
        let masked = query::masked(document.root.as_ref(), &source);
        let (folder, form) = (Folder::of(place), OnceLock::new());
        Self { source, document, kind, foreign, folder, masked, meant: None, form }
    }

    /// Reads the file again after sorted edits of its text. `as_written` says whether keys are read as they are written.
    #[must_use]
    pub fn reread(&self, source: Arc<SourceFile>, edits: &[Edit], place: &str, as_written: bool) -> Self {
        let read = if as_written { Self::as_written } else { Self::read };
        let path = source.path();
        if is_query_file(path) || is_bicep_file(path) || source.wide_encoding().is_some() {
            return read(source, place);
        }
        match yaml::reread(&self.document, self.source.text(), source.text(), edits) {
            Some(document) => {
                let content = Self::of_document(source, document, place);
                if as_written { content } else { content.with_meant_keys() }
            }
            None => read(source, place),
        }
    }

    /// The same file with another tree, whose keys are right.
    #[must_use]
    pub fn with_root(&self, root: Option<Node>) -> Self {
        Self {
            source: Arc::clone(&self.source),
            document: Document { root, ..Document::default() },
            kind: self.kind,
            foreign: self.foreign,
            folder: self.folder,
            masked: Vec::new(),
            meant: None,
            form: OnceLock::new(),
        }
    }

    /// The document's root, with the keys that are meant.
    pub fn root(&self) -> Option<&Node> {
        self.meant.as_ref().map(|(root, _)| root).or(self.document.root.as_ref())
    }

    /// The keys that are read as other ones, mappings before what is in them.
    pub fn near_keys(&self) -> &[NearKey] {
        self.meant.as_ref().map(|(_, keys)| keys.as_slice()).unwrap_or_default()
    }

    /// A JSON Pointer into the document as it is written, for one into [`Self::root`].
    pub fn written_pointer(&self, pointer: String) -> String {
        near_keys::written_pointer(self.near_keys(), pointer)
    }

    /// Whether the file is a list of what should be files of their own.
    pub fn holds_several(&self) -> bool {
        let list = self.root().and_then(Node::as_sequence).filter(|_| self.kind == Kind::Unknown);
        let items = list.map(|list| list.items.as_slice()).unwrap_or_default();
        items.iter().any(|item| kind::detect(Some(item), "").kind != Kind::Unknown)
    }

    /// Whether a file was meant as content: because its kind is known, or because it is broken and its folder or its
    /// text says so.
    pub fn looks_like_content(&self) -> bool {
        if self.foreign.is_some() {
            return false;
        }
        if self.kind != Kind::Unknown || self.holds_several() || self.folder != Folder::None {
            return true;
        }
        let broken = !self.document.errors.is_empty() || !self.source.invalid_utf8().is_empty();
        let text = self.source.text();
        broken && (TELLING.iter().any(|telling| text.contains(telling)) || is_template_in_json(text))
    }

    /// Why nothing can be said of a file that does not look like content: its first error, with its place.
    pub fn why_unreadable(&self) -> Option<String> {
        let error = self.document.errors.first()?;
        let place = self.source.position(error.span.start as usize);
        Some(format!("{}:{}: {}", place.line, place.column, error.message))
    }

    /// Whether another file holds the same template: one with this id, this name or this query.
    pub fn is_same_template(&self, other: &Self) -> bool {
        let ids = self.id().zip(other.id());
        let texts = |key: &str| {
            let text = |content: &Self| Some(content.root()?.get(key)?.as_str()?.to_owned());
            text(self).zip(text(other))
        };
        ids.is_some_and(|(a, b)| a.value.eq_ignore_ascii_case(b.value))
            || texts("name").is_some_and(|(a, b)| a.split_whitespace().eq(b.split_whitespace()))
            || texts("query").is_some_and(|(a, b)| same_query(&a, &b))
    }

    /// How the file writes the custom detections in it; `None` for other kinds.
    pub fn form(&self) -> Option<Form> {
        let root = self.root().filter(|_| self.kind == Kind::CustomDetection)?;
        let form =
            || if is_bicep_file(self.source.path()) { Some(Form::Bicep) } else { detection::form(root) };
        *self.form.get_or_init(form)
    }

    /// The custom detections in the file; none for other kinds.
    pub fn detections(&self) -> Vec<Detection<'_>> {
        let root = self.root().filter(|_| self.kind == Kind::CustomDetection);
        root.map(detection::detections).unwrap_or_default()
    }

    /// The typed model, for the kinds that have one.
    pub fn template(&self) -> Option<Template<'_>> {
        Template::read(self.root()?, self.kind)
    }

    /// The template's id with its place; exploration queries and parsers write it `Id`.
    pub fn id(&self) -> Option<model::Text<'_>> {
        if self.kind == Kind::CustomDetection {
            return self.detections().first()?.id();
        }
        model::field(self.root()?.as_mapping()?, "id")?.text()
    }

    /// The display name; parsers have it as their title.
    pub fn name(&self) -> Option<&str> {
        let root = self.root()?;
        if self.kind == Kind::CustomDetection {
            return Some(self.detections().first()?.name()?.value);
        }
        let titled =
            || ["Function", "Parser"].into_iter().find_map(|key| root.get(key)?.get("Title")?.as_str());
        root.get("name").or_else(|| root.get("Name")).and_then(Node::as_str).or_else(titled)
    }

    /// The names under which the queries of other files call the parser in this one.
    pub fn parser_names(&self) -> impl Iterator<Item = &str> {
        const NAMES: [&str; 4] =
            ["ParserName", "EquivalentBuiltInParser", "FunctionName", "EquivalentBuiltInFunction"];
        let root = self.root().filter(|_| self.kind == Kind::Parser);
        let names = NAMES.into_iter().filter_map(move |key| root?.get(key)?.as_str());
        let alias = root.and_then(|root| model::field(root.as_mapping()?, "functionAlias")?.node().as_str());
        names.chain(alias).filter(|name| !name.trim().is_empty())
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

/// Whether a name is that of a Bicep file.
pub fn is_bicep_file(path: &str) -> bool {
    extension(path).is_some_and(|ext| ext.eq_ignore_ascii_case("bicep"))
}

/// What follows the last dot of a path's file name.
pub fn extension(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, extension)| extension)
}
