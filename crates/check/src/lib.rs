//! The rules, and a run of them: which files to read, the configuration, fixes.
//!
//! It is internal to sentlint and promises nothing to others: what is public is the library `sentlint`. docs/architecture.md
//! describes the modules.

#[cfg(test)]
use sentlint_content::report;
use sentlint_content::{content, diagnostic, findings, knowledge, suppress, workspace};
#[cfg(test)]
use sentlint_language::seeded;
use sentlint_language::{kql, order, similar, source, yaml};
use sentlint_transform::{convert, fmt, suite};

pub mod rules;

pub mod discover;

pub mod git;

pub mod config;

pub mod fix;

pub mod check;
