//! Read-only facts, embedded: ATT&CK, connectors, entities, limits.
//!
//! What is large lives in `data`, generated from fact files by `cargo xtask tables`, each file saying what made it. Strings
//! stand there as one text and not as a table of pointers, which takes forty bytes for each of them; such a text is read when
//! something in it is first asked for, so that nothing is parsed or allocated at start.

pub mod attack;
mod blob;
pub mod connectors;
mod data;
pub mod defender;
pub mod entities;
pub mod evidence;
pub mod functions;
pub mod limits;
pub mod tables;
pub mod tactics;
pub mod upstream;
pub mod usage;

pub use crate::words::Words;
