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

pub use actions::changes;
pub use completion::{Offer, completions};
pub use config::completions as config_completions;
pub use hover::{ContentHover, config_hover, hover};

pub use names::{file_at, files, fixtures, links, parser_name, parser_name_at, query_of, tests, tests_of};
pub use structure::{ContentSymbol, around, folding, symbols};
pub use values::ItemKind;
