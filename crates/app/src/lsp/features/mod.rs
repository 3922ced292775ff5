//! What the server answers, one file for each part of the protocol.

pub(super) mod actions;
pub(super) mod commands;
pub(super) mod completion;
pub(super) mod formatting;
pub(super) mod hover;
pub(super) mod navigation;
pub(super) mod symbols;
pub(super) mod tokens;
