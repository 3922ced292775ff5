//! sentlint checks, fixes and converts Microsoft Sentinel content: hunting queries and analytic rules
//! written as YAML with KQL inside.
//!
//! Data flows one way, and each module depends only on those before it in this list;
//! docs/architecture.md tells the whole story.
//!
//! To use sentlint as a library, see [`api`]: it checks a text, binds a query and converts a file.

#[cfg(test)]
use sentlint_language::seeded;
use sentlint_language::{kql, order, similar, source, words, yaml};

mod bicep;

mod diagnostic;

mod knowledge;

mod workspace;

mod content;

mod suppress;

mod fmt;

mod convert;

mod rules;

mod findings;

mod report;

mod engine;

mod suite;

mod generate;

mod discover;

mod git;

mod config;

mod check;

mod inspect;

mod coverage;

mod review;

mod catalog;

mod fix;

mod baseline;

mod editor;

pub mod api;

mod lsp;

pub mod cli;

#[cfg(any(test, fuzzing))]
mod holds;

#[doc(hidden)]
pub mod internals;
