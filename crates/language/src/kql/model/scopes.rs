//! Which names are in scope at a place.

use std::sync::Arc;

use super::super::types::Relation;
use super::{SemanticModel, Variable};
use crate::source::Span;

/// A place with the columns that its expressions see.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The place.
    pub span: Span,
    /// The columns in scope; in the condition of a join those of the left side. `None` where no row is.
    pub row: Option<Arc<Relation>>,
    /// The columns of the right side, in the condition of a join.
    pub right: Option<Arc<Relation>>,
}

/// The names that can be written at a place, as well tables and functions, which the catalog tells.
#[derive(Clone, Debug, Default)]
pub struct NamesInScope<'m> {
    /// The columns; in the condition of a join those of the left side, as `$left` has them. `None` where no row is, as
    /// at the head of a pipeline.
    pub row: Option<&'m Arc<Relation>>,
    /// The columns that `$right` has, in the condition of a join.
    pub right: Option<&'m Arc<Relation>>,
    /// The variables, functions and parameters of the query, the innermost first. One hides those of its name after it.
    pub variables: Vec<&'m Variable>,
}

/// The names in scope at an offset.
pub(super) fn at(model: &SemanticModel, offset: u32) -> NamesInScope<'_> {
    let inside = |span: Span| span.start <= offset && offset <= span.end;
    let scopes = model.full.as_ref().map(|full| full.scopes.as_slice()).unwrap_or_default();
    // Of those around the offset the last to begin, and of such the innermost.
    let end = scopes.partition_point(|scope| scope.span.start <= offset);
    let scope = scopes[..end].iter().rev().find(|scope| inside(scope.span));
    let mut seen = rustc_hash::FxHashSet::default();
    let known = model.variables.iter().rev().filter(|variable| inside(variable.visible));
    NamesInScope {
        row: scope.and_then(|scope| scope.row.as_ref()),
        right: scope.and_then(|scope| scope.right.as_ref()),
        variables: known.filter(|variable| seen.insert(&*variable.name)).collect(),
    }
}
