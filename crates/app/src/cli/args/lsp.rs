//! The options of `lsp`.

use std::path::PathBuf;

use clap::Args;

/// `sentlint lsp`.
#[derive(Debug, Args)]
pub(crate) struct Lsp {
    /// Use this configuration file instead of looking for one
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    pub config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(long)]
    pub isolated: bool,
    /// A file or folder with additional table and function schemas; may be repeated
    #[arg(long, value_name = "PATH")]
    pub tables: Vec<PathBuf>,
    /// Do not report the findings in this baseline file
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Standard input and output are the only way to talk to the server; many editors pass this all the same.
    #[arg(long, hide = true)]
    pub stdio: bool,
}
