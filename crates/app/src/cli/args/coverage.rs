//! The options of `coverage`.

use std::path::PathBuf;

use clap::Args;

use super::{Files, choice};
use crate::content::Kind;
use crate::coverage::Format;
use crate::knowledge::attack;

/// `sentlint coverage`.
#[derive(Debug, Args)]
pub(crate) struct Coverage {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// The output format
    #[arg(long, alias = "format", value_name = "FORMAT", value_parser = choice::<Format>(), default_value = Format::Table.as_str())]
    pub output_format: Format,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The matrix of ATT&CK
    #[arg(long, value_name = "MATRIX", value_parser = choice::<attack::Domain>(), default_value = attack::Domain::Enterprise.as_str())]
    pub domain: attack::Domain,
    /// The version of ATT&CK [default: 19.1]
    #[arg(long, value_name = "VERSION", value_parser = choice::<attack::Version>())]
    pub attack_version: Option<attack::Version>,
    /// Only content of these kinds
    #[arg(long, value_name = "KIND", value_parser = choice::<Kind>(), value_delimiter = ',')]
    pub kind: Vec<Kind>,
    /// A file with the ids of the techniques that should be covered, one per line
    #[arg(long, value_name = "FILE")]
    pub targets: Option<PathBuf>,
    /// Exit with 1 if a technique of --targets is not covered
    #[arg(long, requires = "targets")]
    pub fail_on_gaps: bool,
    /// Also show what was gained and lost since the merge base of this revision
    #[arg(long, value_name = "REV", allow_hyphen_values = true)]
    pub base: Option<String>,
}
