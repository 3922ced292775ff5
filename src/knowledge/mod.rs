//! Read-only facts, embedded: ATT&CK, connectors, entities, limits.
//!
//! What is large lives in `data`, generated from fact files by `cargo xtask tables`, each file saying what made it. Strings
//! stand there as one text and not as a table of pointers, which takes forty bytes for each of them; such a text is read when
//! something in it is first asked for, so that nothing is parsed or allocated at start.

pub(crate) mod attack;
mod blob;
pub(crate) mod connectors;
mod data;
pub(crate) mod defender;
pub(crate) mod entities;
pub(crate) mod evidence;
pub(crate) mod functions;
pub(crate) mod limits;
pub(crate) mod tables;
pub(crate) mod tactics;
pub(crate) mod upstream;
pub(crate) mod usage;

pub(crate) use crate::words::Words;
