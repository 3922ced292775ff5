//! Read-only facts, embedded: ATT&CK, connectors, entities, limits.
//!
//! Every fact is a `static` looked up in place, so nothing is parsed or allocated at start. What is large
//! lives in `data`, generated from fact files by `cargo xtask tables`, each file saying what made it.

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
