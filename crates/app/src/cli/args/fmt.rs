//! The options of `fmt`.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::Files;
use crate::fmt;

/// `sentlint fmt`.
#[derive(Debug, Args)]
pub(crate) struct Fmt {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// Write nothing, and exit with 1 if a query is not formatted
    #[arg(long)]
    pub check: bool,
    /// Print what would change, write nothing, and exit with 1 if anything would
    #[arg(long)]
    pub diff: bool,
    /// The columns that lines should not exceed [default: 120]
    #[arg(long, value_name = "N", value_parser = width)]
    pub width: Option<usize>,
    /// The layout: sentlint's own, or that of the official formatter [default: sentlint]
    #[arg(long, value_name = "STYLE", value_parser = style())]
    pub style: Option<fmt::Style>,
    /// Also format queries in quoted, plain and folded scalars, which become literal blocks, and each query of a file that
    /// seems to hold several
    #[arg(long)]
    pub unsafe_fixes: bool,
}

fn width(text: &str) -> Result<usize, String> {
    let widths = fmt::Options::WIDTHS;
    let width = text.parse().ok().filter(|width| widths.contains(width));
    width.ok_or_else(|| format!("must be a number from {} to {}", widths.start(), widths.end()))
}

fn style() -> impl TypedValueParser<Value = fmt::Style> {
    PossibleValuesParser::new(fmt::Style::NAMES).map(|name| fmt::Style::of(&name).unwrap_or_default())
}
