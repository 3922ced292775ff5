//! The meaning of a query that is asked about, computed when the first answer needs it.

use std::cell::OnceCell;
use std::ops::Deref;
use std::sync::Arc;

use crate::kql::model::SemanticModel;

/// A model that is there, or that is made when it is first used: completion reads the query in its own way, and needs none.
#[derive(Clone, Copy)]
pub enum Meaning<'a> {
    /// It is there: so the tests have it.
    #[cfg(test)]
    Known(&'a SemanticModel),
    /// It is kept in the cell once somebody has made it.
    Made {
        /// Where it is kept.
        cell: &'a OnceCell<Arc<SemanticModel>>,
        /// How it is made.
        make: &'a dyn Fn() -> Arc<SemanticModel>,
    },
}

impl Deref for Meaning<'_> {
    type Target = SemanticModel;

    fn deref(&self) -> &SemanticModel {
        match self {
            #[cfg(test)]
            Self::Known(model) => model,
            Self::Made { cell, make } => cell.get_or_init(make),
        }
    }
}
