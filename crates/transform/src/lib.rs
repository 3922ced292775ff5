//! What is made of content: another layout of a query, templates and rules, the results of a query on local rows, events that it
//! finds.
//!
//! It is internal to sentlint and promises nothing to others: what is public is the library `sentlint`. docs/architecture.md
//! describes the modules.

#![expect(missing_docs, reason = "internal to sentlint, whose public interface is the library of that name")]

use sentlint_content::{content, diagnostic, knowledge, report, workspace};
#[cfg(test)]
use sentlint_language::seeded;
use sentlint_language::{kql, order, similar, source, yaml};

pub mod fmt;

pub mod convert;

pub mod engine;

pub mod suite;

pub mod generate;
