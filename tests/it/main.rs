//! Every test that looks at sentlint from outside, in one program, so that one link makes them all.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up shall fail")]

mod architecture;
mod broken_input;
mod catalog;
mod checked;
mod cli;
mod common;
mod convert;
mod convert_arm;
mod convert_published;
mod convert_reports;
mod convert_targets;
mod convert_yaml;
mod detections;
mod docs;
mod documents;
mod fmt;
mod git;
mod hostile;
mod lsp;
mod new_test;
mod options;
mod promote;
mod queries;
mod queries_pinned;
mod query_places;
mod reports;
mod review;
mod rules;
mod run;
mod same_results;
mod sarif;
mod schemas;
mod slip_tables;
mod slips_pinned;
mod suppressions;
mod test_command;
mod words;
mod yaml_oracle;
mod yaml_pinned;
