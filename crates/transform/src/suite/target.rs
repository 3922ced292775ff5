//! A query to run: its text, and the places of the file that it comes from.

use std::path::Path;
use std::sync::Arc;

use crate::content::{Content, is_query_file};
use crate::source::{SourceFile, Span};

/// A query with the file that holds it.
#[derive(Clone, Debug)]
pub struct Target {
    /// The name of the file.
    pub name: String,
    pub source: Arc<SourceFile>,
    /// The text of the query.
    pub text: String,
    /// How many bytes are before the text, where the file is a query.
    skipped: usize,
    /// The content that the query is part of, with its path; `None` for a file that is a query.
    content: Option<String>,
}

impl Target {
    /// The query of a file. `location` is the full path, with forward slashes.
    pub fn read(name: &str, location: &str, bytes: Vec<u8>) -> Result<Self, String> {
        let source = Arc::new(SourceFile::from_bytes(name.to_owned(), bytes));
        if is_query_file(name) {
            let text = source.text().trim_start_matches('\u{feff}').to_owned();
            let skipped = source.text().len() - text.len();
            return Ok(Self { name: name.to_owned(), source, text, skipped, content: None });
        }
        let content = Content::read(Arc::clone(&source), location);
        let text = content.queries().first().map(|query| query.text.to_owned());
        let text = text.ok_or_else(|| format!("`{name}` has no query"))?;
        Ok(Self { name: name.to_owned(), source, text, skipped: 0, content: Some(location.to_owned()) })
    }

    /// A query that is not in a file.
    pub fn text(name: &str, text: &str) -> Self {
        let source = Arc::new(SourceFile::from_bytes(name.to_owned(), text.as_bytes().to_vec()));
        Self { name: name.to_owned(), text: source.text().to_owned(), source, skipped: 0, content: None }
    }

    /// The content that the query is part of.
    pub fn content(&self) -> Option<Content> {
        self.content.as_ref().map(|location| Content::read(Arc::clone(&self.source), location))
    }

    /// The place in the file of a place in the query.
    pub(crate) fn span(&self, span: Span) -> Span {
        match self.content() {
            None => span.shift(self.skipped),
            Some(content) => content.queries().first().map_or(span, |query| query.span(span)),
        }
    }

    /// `name:line:column` of a place in the query.
    pub fn shown(&self, span: Span) -> String {
        let place = self.source.position(self.span(span).start as usize);
        format!("{}:{}:{}", self.name, place.line, place.column)
    }
}

/// A path with forward slashes.
pub fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
