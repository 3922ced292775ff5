//! The options of `run`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `sentlint run`.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// A .kql or YAML file, or `-` for standard input
    #[arg(required_unless_present = "expression", conflicts_with = "expression")]
    pub query: Option<PathBuf>,
    /// Run this query instead of a file
    #[arg(short = 'e', long, value_name = "QUERY")]
    pub expression: Option<String>,
    /// The file name to use for standard input
    #[arg(
        help_heading = "Files",
        long,
        value_name = "NAME",
        default_value = "stdin.kql",
        hide_default_value = true
    )]
    pub stdin_filename: String,
    /// Use this configuration file instead of looking for one
    #[arg(help_heading = "Files", long, value_name = "FILE", conflicts_with = "isolated")]
    pub config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(help_heading = "Files", long)]
    pub isolated: bool,
    /// A file or folder with additional table and function schemas; may be repeated
    #[arg(help_heading = "Data", long, value_name = "PATH")]
    pub tables: Vec<PathBuf>,
    /// The rows of a table, or a folder of such files, named after the tables: .ndjson, .json or .csv; may be repeated
    #[arg(help_heading = "Data", long, value_name = "PATH")]
    pub data: Vec<PathBuf>,
    /// What a table without data is
    #[arg(help_heading = "Data", long, value_enum, default_value_t, value_name = "WHAT")]
    pub missing: Missing,
    /// A folder of watchlists, named after their aliases
    #[arg(help_heading = "Data", long, value_name = "DIR")]
    pub watchlists: Option<PathBuf>,
    /// The file to read instead of an address in `externaldata`; may be repeated
    #[arg(help_heading = "Data", long, value_name = "URL=PATH")]
    pub external: Vec<String>,
    /// What `now()` is [default: the current time]
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
    /// Show at most this many rows
    #[arg(help_heading = "Output", long, value_name = "N")]
    pub limit: Option<usize>,
    /// The output format
    #[arg(
        help_heading = "Output",
        long,
        alias = "format",
        value_enum,
        default_value_t,
        value_name = "FORMAT"
    )]
    pub output_format: Rows,
    /// Print on standard error how many rows went into every operator and came out
    #[arg(help_heading = "Output", long)]
    pub explain: bool,
}

/// What a table without data is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Missing {
    /// An error
    #[default]
    Error,
    /// Empty
    Empty,
}

/// The output format of `run`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Rows {
    /// Columns for people
    #[default]
    Table,
    /// One JSON document
    Json,
    /// CSV with a header
    Csv,
    /// One JSON object a row
    Ndjson,
}

/// `sentlint test`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Test {
    /// Test files (*.test.yaml), or folders [default: the current folder]
    pub paths: Vec<PathBuf>,
    /// Run only the tests whose name contains this string
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// The output format
    #[arg(
        help_heading = "Output",
        long,
        alias = "format",
        value_enum,
        default_value_t,
        value_name = "FORMAT"
    )]
    pub output_format: TestFormat,
    /// Print how many rows went into every operator and came out
    #[arg(help_heading = "Output", long)]
    pub explain: bool,
    /// A file or folder with additional table and function schemas; may be repeated
    #[arg(help_heading = "Data", long, value_name = "PATH")]
    pub tables: Vec<PathBuf>,
    /// Include files that .gitignore excludes
    #[arg(help_heading = "Files", long)]
    pub no_ignore: bool,
    /// Use this configuration file instead of looking for one
    #[arg(help_heading = "Files", long, value_name = "FILE", conflicts_with = "isolated")]
    pub config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(help_heading = "Files", long)]
    pub isolated: bool,
    /// Report the conditions of the queries that no test decides
    #[arg(long)]
    pub coverage: bool,
    /// Change the queries in one place at a time, and report the changes that no test notices
    #[arg(long)]
    pub mutants: bool,
    /// Write the expectations of failed tests from their results, after showing them
    #[arg(long)]
    pub bless: bool,
}

/// The output format of `test`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    /// Every test
    #[default]
    Full,
    /// What did not pass
    Concise,
    /// One JSON document
    Json,
    /// JUnit XML
    Junit,
    /// Annotations for GitHub Actions
    Github,
    /// Markdown for a summary
    Markdown,
}
