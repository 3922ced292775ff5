//! What sentlint reads content with: text with places, YAML with places, and the Kusto Query Language.
//!
//! It is a crate of its own, so that its optimization can differ from that of the rest of sentlint. It is internal to sentlint and
//! promises nothing to others: what is public is the library `sentlint`. docs/architecture.md describes the modules.

#![expect(missing_docs, reason = "internal to sentlint, whose public interface is the library of that name")]

#[cfg(any(test, feature = "testing"))]
pub mod seeded;

pub mod source;

pub mod order;

pub mod similar;

pub mod words;

pub mod yaml;

pub mod kql;
