//! sentlint checks, fixes and converts Microsoft Sentinel content: hunting queries and analytic rules
//! written as YAML with KQL inside.
//!
//! Data flows one way, and each module depends only on those before it in this list;
//! docs/architecture.md tells the whole story.
//!
//! To use sentlint as a library, see [`api`]: it checks a text, binds a query and converts a file.

#[cfg(test)]
mod seeded;

pub mod source;

pub mod yaml;

pub mod diagnostic;

pub mod knowledge;

pub mod kql;

pub mod workspace;

pub mod content;

pub mod suppress;

pub mod convert;

pub mod rules;

pub mod findings;

pub mod report;

pub mod discover;

pub mod git;

pub mod config;

pub mod check;

pub mod inspect;

pub mod fix;

pub mod baseline;

pub mod api;

pub mod cli;
