//! The open documents, as their client has them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gen_lsp_types::TextDocumentContentChangeEvent as Change;

use super::position::Encoding;
use super::uri;
use crate::content::{extension, is_bicep_file, is_query_file, is_yaml_file};
use crate::discover::absolute;
use crate::order::Order as _;
use crate::source::SourceFile;

/// A document at one version.
#[derive(Debug)]
pub(super) struct Document {
    /// What its client calls it.
    pub(super) uri: String,
    /// Where it is, or would be.
    pub(super) location: PathBuf,
    /// The version that its client gave.
    pub(super) version: i32,
    /// The text, under the name by which messages call it.
    pub(super) source: Arc<SourceFile>,
}

impl Document {
    /// Whether it is a configuration.
    pub(super) fn is_config(&self) -> bool {
        self.location.file_name().is_some_and(|name| name == crate::config::FILE_NAME)
    }
}

/// The open documents by their URI.
#[derive(Debug, Default)]
pub(super) struct Documents {
    open: HashMap<String, Arc<Document>>,
}

impl Documents {
    /// A document that was opened; one that was open already is replaced. `root` is the folder that names are relative to.
    pub(super) fn open(
        &mut self,
        uri: &str,
        language: &str,
        version: i32,
        text: String,
        root: Option<&Path>,
    ) -> Arc<Document> {
        let location = location(uri, language);
        let source = Arc::new(SourceFile::new(name_of(&location, root), text));
        let document = Arc::new(Document { uri: uri.to_owned(), location, version, source });
        self.open.insert(uri.to_owned(), Arc::clone(&document));
        document
    }

    /// Applies changes one after the other; `None` for a document that is not open.
    pub(super) fn change(
        &mut self,
        uri: &str,
        version: i32,
        changes: Vec<Change>,
        encoding: Encoding,
    ) -> Option<Arc<Document>> {
        let old = self.open.get(uri)?;
        let mut source = Arc::clone(&old.source);
        for change in changes {
            source = Arc::new(changed(&source, change, encoding));
        }
        let document = Document { uri: uri.to_owned(), location: old.location.clone(), version, source };
        let document = Arc::new(document);
        self.open.insert(uri.to_owned(), Arc::clone(&document));
        Some(document)
    }

    /// Forgets a document.
    pub(super) fn close(&mut self, uri: &str) -> Option<Arc<Document>> {
        self.open.remove(uri)
    }

    /// A document.
    pub(super) fn get(&self, uri: &str) -> Option<Arc<Document>> {
        self.open.get(uri).cloned()
    }

    /// Every document, in the order of their URIs.
    pub(super) fn all(&self) -> Vec<Arc<Document>> {
        let mut all: Vec<_> = self.open.values().cloned().collect();
        all.order_by(|a, b| a.uri.cmp(&b.uri));
        all
    }

    /// The document of a file.
    pub(super) fn at(&self, location: &Path) -> Option<Arc<Document>> {
        self.open.values().find(|document| document.location == location).cloned()
    }
}

/// The text after a change. A range that does not fit is moved into the text.
fn changed(source: &SourceFile, change: Change, encoding: Encoding) -> SourceFile {
    let text = match change {
        Change::TextDocumentContentChangeWholeDocument(whole) => whole.text,
        Change::TextDocumentContentChangePartial(part) => {
            let span = encoding.span(source, part.range);
            let old = source.text();
            let mut text = String::with_capacity(old.len() + part.text.len());
            text.push_str(&old[..span.start as usize]);
            text.push_str(&part.text);
            text.push_str(&old[span.end as usize..]);
            text
        }
    };
    SourceFile::new(source.path(), text)
}

/// The full path of a document. One that has no file has a name that says what it is.
pub(super) fn location(uri: &str, language: &str) -> PathBuf {
    let path = uri::path(uri).unwrap_or_else(|| PathBuf::from(uri::name(uri)));
    let path = absolute(&path);
    let name = path.to_string_lossy();
    let known = is_query_file(&name) || is_yaml_file(&name) || is_bicep_file(&name);
    let is_known = known || matches!(extension(&name), Some("json" | "toml"));
    let language = match language {
        "kql" | "kusto" | "csl" => ".kql",
        "bicep" => ".bicep",
        "toml" => ".toml",
        _ => ".yaml",
    };
    let path = path.clone();
    if is_known { path } else { PathBuf::from(name.into_owned() + language) }
}

/// The name in messages: relative to the folder of the workspace.
pub(super) fn name_of(location: &Path, root: Option<&Path>) -> String {
    crate::discover::place_below(root, location)
}
