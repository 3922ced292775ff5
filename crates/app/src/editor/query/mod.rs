//! What an editor asks about a query: what can be written at a place, what a name means, where else it stands.
//!
//! Every offset and [`Span`] is in bytes and relative to [`Asked::text`]. An offset beyond the text or inside a character
//! is moved back to the nearest one that is valid. Answers come from the semantic model of the query.

use crate::kql::Parse;
use crate::kql::bind::Catalog;
use crate::kql::model::Declared;
use crate::source::{Edit, Span};

mod around;
mod completion;
mod describe;
mod folding;
mod hints;
mod hover;
mod lets;
mod meaning;
mod places;
mod proof;
mod references;
mod rename;
mod seen;
mod signature;
mod tokens;
mod watchlists;

pub use around::Around;
pub use completion::{CompletionKind, completions, documentation};
pub use folding::{Fold, FoldKind, QuerySymbol, SymbolKind, folding, selection_ranges, symbols};
pub use hints::inlay_hints;
pub use hover::hover;
pub use lets::{extract_let, inline_let};
pub use meaning::Meaning;
pub use references::{Named, Reference, Target, definition, named_at, places_of, references};
pub use rename::{RenameError, prepare_rename, rename};
pub use seen::Seen;
pub use signature::{Signature, signatures};
pub use tokens::{TokenType, tokens};

/// The query that is asked about, with all that an answer depends on.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The text of the query.
    pub text: &'a str,
    /// Its tree.
    pub parsed: &'a Parse,
    /// Its meaning at [`Level::Full`](crate::kql::model::Level::Full).
    pub model: Meaning<'a>,
    /// The tables and functions that it can name.
    pub catalog: &'a dyn Catalog,
    /// Its parameters, where it is the body of a parser.
    pub params: &'a [Declared],
    /// What the file and the workspace know besides.
    pub around: &'a Around,
}

impl Asked<'_> {
    /// The nearest offset at or before this one that lies in the text and between characters.
    fn clamp(&self, offset: usize) -> usize {
        self.text.floor_char_boundary(offset)
    }

    /// The text of a span.
    fn written(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
