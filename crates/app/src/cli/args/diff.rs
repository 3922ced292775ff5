//! The options of `diff`.

use std::path::PathBuf;

use clap::Args;

use super::{Files, choice};
use crate::knowledge::attack;
use crate::review::{FailOn, Format};

/// `sentlint diff`.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The revision to compare with: a branch, tag or commit, of which the merge base with HEAD counts
    #[arg(value_name = "REV", allow_hyphen_values = true)]
    pub revision: String,
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// The output format
    #[arg(long, alias = "format", value_name = "FORMAT", value_parser = choice::<Format>(), default_value = Format::Full.as_str())]
    pub output_format: Format,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Exit with 1 if there is a change of one of these kinds
    #[arg(long, value_name = "KIND", value_parser = choice::<FailOn>(), value_delimiter = ',')]
    pub fail_on: Vec<FailOn>,
    /// Where links to lines begin in Markdown, such as `https://github.com/OWNER/NAME/blob/COMMIT`
    #[arg(long, value_name = "URL")]
    pub link_base: Option<String>,
    /// The version of ATT&CK [default: 19.1]
    #[arg(long, value_name = "VERSION", value_parser = choice::<attack::Version>())]
    pub attack_version: Option<attack::Version>,
    /// A file or folder with additional table and function schemas; may be repeated
    #[arg(long, value_name = "PATH")]
    pub tables: Vec<PathBuf>,
}
