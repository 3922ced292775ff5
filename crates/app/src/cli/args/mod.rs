//! The options, with the texts of `--help`: those of all commands, and of the small ones.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};

mod catalog;
mod check;
mod choices;
mod convert;
mod coverage;
mod diff;
mod fmt;
mod lsp;
mod run;

pub(super) use catalog::Catalog;
pub(super) use check::Check;
pub(super) use choices::{Color, DetectionForm, Form, NewKind, SchemaKind, choice};
pub(super) use convert::{Convert, NewRule};
pub(super) use coverage::Coverage;
pub(super) use diff::Diff;
pub(super) use fmt::Fmt;
pub(super) use lsp::Lsp;
pub(super) use run::{Missing, Rows, Run, Test, TestFormat};

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (ATT&CK 19.1)");

/// The default name of standard input.
pub(super) const STDIN_NAME: &str = "stdin.yaml";

/// Check, fix and convert Microsoft Sentinel hunting queries and analytic rules.
#[derive(Debug, Parser)]
#[command(
    name = "sentlint",
    version = VERSION,
    propagate_version = true,
    after_help = "Exit codes: 0 no findings at or above the fail level; 1 findings, or files that would change; 2 \
                  sentlint could not run."
)]
pub(crate) struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// When to use color; NO_COLOR and FORCE_COLOR are respected
    #[arg(long, value_enum, default_value_t, global = true, value_name = "WHEN")]
    pub color: Color,
    /// Print results only: no summary, no warnings
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more on standard error: what was skipped, what was read; may be repeated
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check content and report problems
    #[command(after_help = "Examples:
  sentlint check                              everything below the current folder
  sentlint check \"Hunting Queries\" a.yaml     a folder and a file
  sentlint check --fix                        apply the safe fixes
  sentlint check --diff --unsafe-fixes        show all fixes, write nothing
  sentlint check --profile azure-sentinel     report exactly what upstream's gates report
  sentlint check --diff-base origin/main      also check ids, kinds and versions
  git show :a.yaml | sentlint check - --stdin-filename a.yaml")]
    Check(Box<Check>),
    /// Convert content to deployable templates
    #[command(after_help = "Examples:
  sentlint convert query.yaml                     an ARM template on standard output
  sentlint convert --to arm - < query.yaml        the same from standard input
  sentlint convert -o out \"Hunting Queries\"      one template per file, same folders
  sentlint convert -o out content --check         exit 1 if a template is missing or out of date
  sentlint convert -o prod.json content --merge --params prod.yaml --name-prefix \"[Prod] \"
                                                  one template for all, with production's settings
  sentlint convert --to bicep -o out content      Bicep files
  sentlint convert --to solution --solution solution.toml -o Package content
                                                  a Content hub solution
  sentlint convert --to yaml -o content export.json
                                                  an export from the portal to YAML
  sentlint convert --to scheduled -o rules hunting --derive-entities
                                                  hunting queries to scheduled rules

docs/convert.md explains the targets, parameter files and the metadata of solutions.")]
    Convert(Box<Convert>),
    /// Format the queries in YAML and query files
    #[command(after_help = "Examples:
  sentlint fmt                       format everything below the current folder
  sentlint fmt --check               write nothing, and exit with 1 if a query is not formatted
  sentlint fmt --diff hunting        show what would change
  sentlint fmt --width 100 a.yaml    at most 100 columns, as far as possible
  sentlint fmt - < query.kql --stdin-filename query.kql

Only white space changes. Queries that do not parse, and queries in YAML scalars other than literal blocks (`|`),
stay as they are; -v names them. docs/format.md describes the layout.")]
    Fmt(Fmt),
    /// Show what files are and what their queries read and return
    #[command(after_help = "Examples:
  sentlint inspect query.yaml
  sentlint inspect --output-format json content | jq '.files[].query.tables'
  echo 'SigninLogs | summarize count() by Location' | sentlint inspect - --stdin-filename q.kql")]
    Inspect(Inspect),
    /// Show which ATT&CK tactics and techniques content covers
    #[command(after_help = "Examples:
  sentlint coverage                                     a table for the current folder
  sentlint coverage --output-format navigator -o layer.json
                                                        a layer for MITRE's ATT&CK Navigator
  sentlint coverage --output-format svg -o coverage.svg a picture for a README
  sentlint coverage --targets wanted.txt --fail-on-gaps exit 1 if a wanted technique is not covered
  sentlint coverage --base origin/main                  also show what was gained and lost since then

docs/review.md describes the formats.")]
    Coverage(Coverage),
    /// Show what changed in the meaning of content since a revision
    #[command(after_help = "Examples:
  sentlint diff origin/main                             what this branch changes
  sentlint diff HEAD hunting                            uncommitted changes of a folder
  sentlint diff origin/main --output-format markdown    a comment for a pull request
  sentlint diff origin/main --fail-on coverage-lost,columns-lost

White space, comments, the order of keys and the names of lets do not count. docs/review.md describes the report.")]
    Diff(Diff),
    /// Write a site of the content: a page for each query and rule
    #[command(after_help = "Examples:
  sentlint catalog -o site                      HTML pages that a browser opens from the folder
  sentlint catalog --format markdown -o docs    Markdown for MkDocs, Docusaurus, mdBook or GitHub

docs/catalog.md describes the pages.")]
    Catalog(Catalog),
    /// Run a query on local data
    #[command(after_help = "Examples:
  sentlint run query.yaml --data events            rows from events/Table.ndjson, .json and .csv
  sentlint run -e 'print now()' --now 2026-11-28T12:00:00Z
  sentlint run rule.yaml --data events --missing empty --watchlists watchlists
  sentlint run query.kql --data events --explain --output-format json

Nothing is loaded from the network, and what cannot be run exactly is refused by name. docs/run.md explains the data.")]
    Run(Box<Run>),
    /// Run the tests of queries
    #[command(after_help = "Examples:
  sentlint test                                everything below the current folder
  sentlint test hunting --filter tunnel        tests of a folder whose name contains a string
  sentlint test --output-format junit > tests.xml

A test file NAME.test.yaml is next to the query NAME.yaml or NAME.kql. docs/testing.md describes the format.
Exit codes: 0 all passed; 1 some failed; 2 a test could not be run.")]
    Test(Box<Test>),
    /// Serve editors: diagnostics, completion, fixes and more over the Language Server Protocol
    #[command(
        after_help = "Editors start this command, and talk to it over standard input and output. It reports what `sentlint check` reports,
with the settings of sentlint.toml. docs/editors.md describes how to set up editors."
    )]
    Lsp(Lsp),
    /// Show the documentation of a rule
    #[command(after_help = "Example:\n  sentlint explain technique-tactic-mismatch")]
    Explain(Explain),
    /// List every rule
    #[command(
        after_help = "Examples:\n  sentlint rules\n  sentlint rules --output-format json | jq -r '.[].id'"
    )]
    Rules(Rules),
    /// Print the JSON Schema of a content kind or of the configuration
    #[command(after_help = "Example:\n  sentlint schema hunting-query > hunting-query.schema.json")]
    Schema(Schema),
    /// Write a valid file to start from, with a new id
    #[command(after_help = "Examples:
  sentlint new hunting-query -o hunting/relay.yaml
  sentlint new nrt-rule --name \"Remote tool installed as a service\"
  sentlint new scheduled-rule --query failed-sign-ins.kql --derive-connectors")]
    New(New),
    /// Write a commented sentlint.toml to start from
    #[command(after_help = "Example:\n  sentlint init")]
    Init,
    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  sentlint completions bash > /etc/bash_completion.d/sentlint")]
    Completions(Completions),
    /// Write the manual pages to a folder, for packagers
    #[command(hide = true)]
    Man(Man),
}

/// Which files to read.
#[derive(Debug, Args)]
pub(crate) struct Files {
    /// Files, folders, or `-` for standard input [default: the current folder]
    pub paths: Vec<PathBuf>,
    /// The file name to use for standard input
    #[arg(help_heading = "Files", long, value_name = "NAME", default_value = STDIN_NAME, hide_default_value = true)]
    pub stdin_filename: String,
    /// Include files that .gitignore excludes
    #[arg(help_heading = "Files", long)]
    pub no_ignore: bool,
    /// Exclude files that match this pattern, in .gitignore syntax; may be repeated
    #[arg(help_heading = "Files", long, value_name = "PATTERN")]
    pub exclude: Vec<String>,
    /// Skip excluded and ignored files even if they are given explicitly
    #[arg(help_heading = "Files", long, overrides_with = "force_exclude")]
    pub force_exclude: bool,
    /// Use this configuration file instead of looking for one
    #[arg(help_heading = "Files", long, value_name = "FILE", conflicts_with = "isolated")]
    pub config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(help_heading = "Files", long)]
    pub isolated: bool,
}

impl Files {
    /// No files, of commands that find theirs in another way and are configured as the others.
    pub(super) fn configured(config: Option<PathBuf>, isolated: bool) -> Self {
        Self {
            paths: Vec::new(),
            stdin_filename: String::new(),
            no_ignore: false,
            exclude: Vec::new(),
            force_exclude: false,
            config,
            isolated,
        }
    }
}

/// `sentlint inspect`.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// The output format
    #[arg(long, alias = "format", value_name = "FORMAT", value_parser = choice::<Form>(), default_value = Form::Full.as_str())]
    pub output_format: Form,
    /// A file or folder with additional table and function schemas; may be repeated
    #[arg(long, value_name = "PATH")]
    pub tables: Vec<PathBuf>,
}

/// `sentlint explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The rule
    pub rule: String,
    /// The output format
    #[arg(long, alias = "format", value_name = "FORMAT", value_parser = choice::<Form>(), default_value = Form::Full.as_str())]
    pub output_format: Form,
}

/// `sentlint rules`.
#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// The output format
    #[arg(long, alias = "format", value_name = "FORMAT", value_parser = choice::<Form>(), default_value = Form::Full.as_str())]
    pub output_format: Form,
}

/// `sentlint schema`.
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// The content kind, or `config`
    #[arg(value_parser = choice::<SchemaKind>())]
    pub kind: SchemaKind,
}

/// `sentlint new`.
#[derive(Debug, Args)]
pub(crate) struct New {
    /// The content kind
    #[arg(value_parser = choice::<NewKind>())]
    pub kind: NewKind,
    /// The queries to write tests for (only for `test`): each gets a file NAME.test.yaml next to it
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The display name
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// The form of a custom detection [default: graph]
    #[arg(long, value_name = "FORM", value_parser = choice::<DetectionForm>())]
    pub form: Option<DetectionForm>,
    /// Start from this query, a file or `-` for standard input, instead of the example
    #[arg(long, value_name = "FILE")]
    pub query: Option<PathBuf>,
    /// Derive the required data connectors from the tables that the query reads
    #[arg(long)]
    pub derive_connectors: bool,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite an existing file
    #[arg(long)]
    pub force: bool,
    /// A file or folder with additional table and function schemas (only for `test`); may be repeated
    #[arg(long, value_name = "PATH")]
    pub tables: Vec<PathBuf>,
    /// What `now()` and `ago()` count from in the tests (only for `test`) [default: 2026-11-25T12:00:00Z]
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
    /// Use this configuration file instead of looking for one (only for `test`)
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    pub config: Option<PathBuf>,
    /// Use no configuration file (only for `test`)
    #[arg(long)]
    pub isolated: bool,
}

/// `sentlint man`.
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The folder
    pub folder: PathBuf,
}

/// `sentlint completions`.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
