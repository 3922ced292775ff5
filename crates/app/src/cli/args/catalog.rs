//! The options of `catalog`.

use std::path::PathBuf;

use clap::Args;

use super::{Files, choice};
use crate::catalog::Format;

/// `sentlint catalog`.
#[derive(Debug, Args)]
pub(crate) struct Catalog {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// The folder to write the site to
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// The format of the pages
    #[arg(long, value_name = "FORMAT", value_parser = choice::<Format>(), default_value = Format::Html.as_str())]
    pub format: Format,
    /// The title of the site
    #[arg(long, value_name = "TEXT", default_value = "Detection content")]
    pub title: String,
    /// A file or folder with additional table and function schemas; may be repeated
    #[arg(long, value_name = "PATH")]
    pub tables: Vec<PathBuf>,
}
