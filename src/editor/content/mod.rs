//! What an editor asks about the YAML around queries: its structure, its names, and what can be written at a place.
//!
//! Offsets and [`Span`](crate::source::Span)s are in bytes of the file.

mod actions;
mod completion;
mod config;
mod hover;
mod names;
mod place;
mod schema;
mod structure;
mod values;

pub(crate) use actions::changes;
pub(crate) use completion::{Offer, completions};
pub(crate) use config::completions as config_completions;
pub(crate) use hover::{ContentHover, config_hover, hover};

pub(crate) use names::{
    file_at, files, fixtures, links, parser_name, parser_name_at, query_of, tests, tests_of,
};
pub(crate) use structure::{ContentSymbol, around, folding, symbols};
pub(crate) use values::ItemKind;
