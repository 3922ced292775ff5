//! Whether a query that was edited still means the same.

use rustc_hash::FxHashMap;

use super::{Asked, Edit, Span};
use crate::kql::bind::bind_at;
use crate::kql::model::{Level, SemanticModel, Symbol};
use crate::kql::types::ColumnId;
use crate::kql::{Parse, parse};

/// A query after an edit.
pub(super) struct Edited {
    pub text: String,
    pub parsed: Parse,
    pub model: SemanticModel,
}

impl Edited {
    /// Reads the query again after edits. `None` where they do not fit the text.
    pub(super) fn new(asked: &Asked<'_>, edits: &[Edit]) -> Option<Self> {
        let text = Edit::apply(edits, asked.text)?;
        let parsed = parse(&text);
        let model = bind_at(Level::Full, &text, &parsed, asked.catalog, asked.params);
        Some(Self { text, parsed, model })
    }

    /// Whether nothing is wrong with it that was not wrong before.
    pub(super) fn has_no_new_errors(&self, asked: &Asked<'_>) -> bool {
        self.parsed.errors.len() <= asked.parsed.errors.len()
            && self.model.findings.len() <= asked.model.findings.len()
    }

    /// The first name that means something else than the one in its place before: as many names are expected, in the same
    /// order, and those that meant the same are to mean the same again.
    pub(super) fn changed_meaning(&self, asked: &Asked<'_>) -> Option<Span> {
        let (before, after) = (asked.model.occurrences(), self.model.occurrences());
        let (mut there, mut back) = (FxHashMap::default(), FxHashMap::default());
        for (one, other) in before.iter().zip(after) {
            let (old, new) = (key(&asked.model, &one.symbol), key(&self.model, &other.symbol));
            let same = *there.entry(old.clone()).or_insert_with(|| new.clone()) == new
                && *back.entry(new).or_insert_with(|| old.clone()) == old;
            if !same || one.declares != other.declares {
                return Some(one.span);
            }
        }
        let more = before.get(after.len()).or_else(|| before.last());
        (before.len() != after.len()).then(|| more.map_or(Span::default(), |one| one.span))
    }
}

/// What a symbol is, so that two readings of a query can be compared.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Column(ColumnId),
    Columns(Vec<ColumnId>),
    Other(Symbol),
}

fn key(model: &SemanticModel, symbol: &Symbol) -> Key {
    let first = |id: ColumnId| model.first_reading(id);
    match symbol {
        Symbol::Column(id) => Key::Column(first(*id)),
        Symbol::Columns(ids) | Symbol::Pattern(ids) => {
            Key::Columns(ids.iter().map(|id| first(*id)).collect())
        }
        other => Key::Other(other.clone()),
    }
}
