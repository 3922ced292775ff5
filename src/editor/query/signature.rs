//! The parameters of the call around a place.

use std::ops::Range;

use super::Asked;

/// The ways to call the function around a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signatures {
    /// The ways, at least one.
    pub all: Vec<Signature>,
    /// The one that fits the arguments so far.
    pub active: usize,
    /// The argument at the place, counted from zero.
    pub argument: usize,
}

/// A way to call a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    /// How it is written: `bin(value, roundTo): datetime`.
    pub label: String,
    /// What it does, in Markdown.
    pub documentation: Option<String>,
    /// Its parameters.
    pub params: Vec<Parameter>,
    /// The parameter that the argument at the place belongs to.
    pub active: Option<usize>,
}

/// A parameter of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    /// The bytes of the label.
    pub label: Range<usize>,
    /// What it takes, in Markdown.
    pub documentation: Option<String>,
}

/// The signatures of the call whose parentheses are around an offset.
pub(crate) fn signatures(_asked: &Asked<'_>, _offset: usize) -> Option<Signatures> {
    None
}
