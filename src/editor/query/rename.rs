//! New names for what a query declares.

use super::{Asked, Edit, Span};

/// Why a name cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RenameError {
    /// There is no name at the place.
    NoName,
    /// It is not declared in this query: what it is instead.
    Outside(String),
    /// The new name cannot be written as one: why.
    Invalid(String),
    /// The new name already means something in one of the places: what.
    Taken(String),
}

/// The name at an offset that can be changed.
pub(crate) fn prepare_rename(_asked: &Asked<'_>, _offset: usize) -> Result<Span, RenameError> {
    Err(RenameError::NoName)
}

/// The edits that give another name to what is named at an offset.
pub(crate) fn rename(_asked: &Asked<'_>, _offset: usize, _name: &str) -> Result<Vec<Edit>, RenameError> {
    Err(RenameError::NoName)
}
