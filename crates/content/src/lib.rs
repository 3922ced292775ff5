//! What Sentinel and Defender content is: its format and kinds, what is known of the data that it names, what is found in it, and
//! the reports on that.
//!
//! It is internal to sentlint and promises nothing to others: what is public is the library `sentlint`. docs/architecture.md
//! describes the modules.

#![expect(missing_docs, reason = "internal to sentlint, whose public interface is the library of that name")]

#[cfg(test)]
use sentlint_language::seeded;
use sentlint_language::{kql, order, similar, source, words, yaml};

pub mod bicep;

pub mod diagnostic;

pub mod knowledge;

pub mod workspace;

pub mod content;

pub mod suppress;

pub mod findings;

pub mod report;
