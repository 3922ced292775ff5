//! The commands and the language server, and what only they use.
//!
//! It is internal to sentlint and promises nothing to others: what is public is the library `sentlint`. docs/architecture.md
//! describes the modules.

#![expect(missing_docs, reason = "internal to sentlint, whose public interface is the library of that name")]

use sentlint_check::{check, config, discover, fix, git, rules};
use sentlint_content::{content, diagnostic, findings, knowledge, report, suppress, workspace};
#[cfg(test)]
use sentlint_language::seeded;
use sentlint_language::{kql, order, similar, source, yaml};
use sentlint_transform::{convert, engine, fmt, generate, suite};

pub mod inspect;

pub mod coverage;

pub mod review;

pub mod catalog;

pub mod editor;

pub mod baseline;

pub mod lsp;

pub mod cli;

#[cfg(any(test, fuzzing))]
pub mod holds;

#[doc(hidden)]
pub mod internals;
