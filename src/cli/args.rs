//! The options, with the texts of `--help`.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::convert::promote::IdSource;
use crate::convert::{LongDescription, Target};
use crate::diagnostic::Severity;
use crate::knowledge::attack;
use crate::report::Format;
use crate::rules::{FailOn, Profile};

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

/// When to use color.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// When the output is a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
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
    /// Show what files are and what their queries read and return
    #[command(after_help = "Examples:
  sentlint inspect query.yaml
  sentlint inspect --output-format json content | jq '.files[].query.tables'
  echo 'SigninLogs | summarize count() by Location' | sentlint inspect - --stdin-filename q.kql")]
    Inspect(Inspect),
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
  sentlint new nrt-rule --name \"Remote tool installed as a service\"")]
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

/// `sentlint check`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Check {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// The output format [env: `SENTLINT_OUTPUT_FORMAT`] [default: full, or github in GitHub Actions if standard output
    /// is not a terminal]
    #[arg(
        help_heading = "Reports",
        long,
        alias = "format",
        value_name = "FORMAT",
        ignore_case = true,
        value_enum
    )]
    pub output_format: Option<Format>,
    /// Write the report to this file instead of standard output
    #[arg(help_heading = "Reports", long, value_name = "PATH")]
    pub output_file: Option<PathBuf>,
    /// Write an additional report; `FORMAT=-` replaces the default report on standard output; may be repeated
    #[arg(help_heading = "Reports", long, value_name = "FORMAT=PATH")]
    pub report: Vec<String>,
    /// Print at most this many findings; the exit code considers all of them
    #[arg(help_heading = "Reports", long, value_name = "N")]
    pub max_findings: Option<usize>,
    /// Run only these rules or groups
    #[arg(help_heading = "Rules", long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Run these rules or groups in addition
    #[arg(help_heading = "Rules", long, value_name = "RULE", value_delimiter = ',')]
    pub extend_select: Vec<String>,
    /// Do not run these rules or groups
    #[arg(help_heading = "Rules", long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// The set of rules [default: recommended]
    #[arg(help_heading = "Rules", long, value_name = "PROFILE", value_enum)]
    pub profile: Option<Profile>,
    /// Check techniques against this version of ATT&CK [default: 19.1]
    #[arg(help_heading = "Rules", long, value_name = "VERSION", value_enum)]
    pub attack_version: Option<attack::Version>,
    /// Omit findings that are less severe
    #[arg(help_heading = "Rules", long, value_name = "SEVERITY", value_enum)]
    pub min_severity: Option<Severity>,
    /// Exit with 1 if there are findings of this severity or higher [default: error]
    #[arg(long, value_name = "SEVERITY", value_enum)]
    pub fail_on: Option<FailOn>,
    /// Exit with 1 if there are more warnings than this
    #[arg(long, value_name = "N")]
    pub max_warnings: Option<usize>,
    /// Exit with 0 even if there are findings
    #[arg(long)]
    pub exit_zero: bool,
    /// Apply safe fixes
    #[arg(help_heading = "Changes", long)]
    pub fix: bool,
    /// Apply fixes without reporting the remaining findings, and exit with 0
    #[arg(help_heading = "Changes", long, conflicts_with_all = ["diff", "add_suppressions"])]
    pub fix_only: bool,
    /// List the applied fixes by file and rule, or with --diff those that would be applied
    #[arg(help_heading = "Changes", long, conflicts_with = "add_suppressions")]
    pub show_fixes: bool,
    /// Also apply unsafe fixes, or show them with --diff
    #[arg(help_heading = "Changes", long)]
    pub unsafe_fixes: bool,
    /// Print what --fix would change, and write nothing
    #[arg(help_heading = "Changes", long, conflicts_with = "fix")]
    pub diff: bool,
    /// Add a suppression comment for every finding
    #[arg(help_heading = "Changes", long, conflicts_with_all = ["fix", "diff"])]
    pub add_suppressions: bool,
    /// The reason to give in those comments
    #[arg(help_heading = "Changes", long, value_name = "TEXT", requires = "add_suppressions")]
    pub reason: Option<String>,
    /// Ignore the findings recorded in this file
    #[arg(help_heading = "Baseline", long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Record all current findings in this file
    #[arg(help_heading = "Baseline", long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,
    /// Remove findings that no longer occur from the baseline
    #[arg(help_heading = "Baseline", long, requires = "baseline")]
    pub prune_baseline: bool,
    /// Compare with the merge base of this revision: check changes of ids, versions and kinds
    #[arg(help_heading = "Comparison", long, value_name = "REV", allow_hyphen_values = true)]
    pub diff_base: Option<String>,
    /// Report only on files that changed since then
    #[arg(help_heading = "Comparison", long, requires = "diff_base", conflicts_with_all = ["write_baseline", "prune_baseline"])]
    pub changed_only: bool,
    /// Compare with every file in the repository, but report only on the given files
    #[arg(help_heading = "Comparison", long, conflicts_with_all = ["write_baseline", "prune_baseline"])]
    pub whole_repository: bool,
    /// Print the number of findings per rule instead of the findings
    #[arg(help_heading = "Reports", long)]
    pub statistics: bool,
    /// Print the settings in effect for the first path as TOML, and exit
    #[arg(long, conflicts_with_all = ["output_format", "output_file", "report"])]
    pub show_settings: bool,
    /// Print the files that would be checked, and exit
    #[arg(long, conflicts_with = "show_settings")]
    pub show_files: bool,
    /// A file or folder with additional table and function schemas; may be repeated
    #[arg(help_heading = "Rules", long, value_name = "PATH")]
    pub tables: Vec<PathBuf>,
    /// Apply a parameter file of `convert` before checking; may be repeated, later files take precedence
    #[arg(
        help_heading = "Rules",
        long,
        value_name = "FILE",
        conflicts_with_all = ["fix", "fix_only", "diff", "add_suppressions", "write_baseline"]
    )]
    pub params: Vec<PathBuf>,
}

/// `sentlint convert`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Convert {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// What to convert to
    #[arg(long, value_name = "TARGET", value_enum, default_value_t)]
    pub to: Target,
    /// The output folder or file, or `-` for standard output [default: standard output for a single input]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Overwrite files that sentlint did not write
    #[arg(long)]
    pub force: bool,
    /// Write nothing, and exit with 1 if a result is missing or out of date
    #[arg(long, requires = "output")]
    pub check: bool,
    /// Remove results that sentlint wrote and whose source no longer exists, unless they were edited
    #[arg(long, requires = "output", conflicts_with = "merge")]
    pub prune: bool,
    /// Convert without checking first
    #[arg(long)]
    pub no_check: bool,
    /// Report what the conversion changed, lost or rejected in this format, on standard error if results go to standard
    /// output [default: lines on standard error]
    #[arg(help_heading = "Reports", long, value_name = "FORMAT", ignore_case = true, value_enum)]
    pub output_format: Option<Format>,
    /// Write such a report to a file; may be repeated
    #[arg(help_heading = "Reports", long, value_name = "FORMAT=PATH")]
    pub report: Vec<String>,
    /// The API version of analytic rules [default: the newest preview]
    #[arg(long, value_name = "VERSION")]
    pub api_version: Option<String>,
    /// Prepend this to every display name
    #[arg(long, value_name = "TEXT")]
    pub name_prefix: Option<String>,
    /// Give every rule this severity
    #[arg(long, value_name = "SEVERITY", value_parser = ["Informational", "Low", "Medium", "High"])]
    pub severity: Option<String>,
    /// Deploy every rule enabled
    #[arg(long, conflicts_with = "disabled")]
    pub enabled: bool,
    /// Deploy every rule disabled
    #[arg(long)]
    pub disabled: bool,
    /// Put all resources into one template (arm, bicep)
    #[arg(long)]
    pub merge: bool,
    /// Write rules in the form that Sentinel Repositories accepts (bicep; arm always does)
    #[arg(long)]
    pub for_repositories: bool,
    /// The first run of scheduled rules, such as 2026-12-24T06:00:00Z; 10 minutes to 30 days ahead
    #[arg(long, value_name = "TIME")]
    pub start_at: Option<String>,
    /// Apply a parameter file before converting; may be repeated, later files take precedence
    #[arg(long, value_name = "FILE")]
    pub params: Vec<PathBuf>,
    /// Do not create incidents from alerts
    #[arg(long)]
    pub no_incidents: bool,
    /// Link rules to the template that they were created from
    #[arg(long)]
    pub with_template_link: bool,
    /// Derive the required data connectors from the tables that a query reads (yaml)
    #[arg(long)]
    pub derive_connectors: bool,
    /// The metadata of the solution, in TOML or JSON: name, publisher, version and so on
    #[arg(long, help_heading = "Solutions", value_name = "FILE")]
    pub solution: Option<PathBuf>,
    /// The version of the solution, overriding the one in the metadata file
    #[arg(long, help_heading = "Solutions", value_name = "VERSION")]
    pub solution_version: Option<String>,
    /// Reproduce bugs of upstream's packaging tool, to compare with published packages
    #[arg(long, help_heading = "Solutions")]
    pub upstream_bugs: bool,
    /// How to handle hunting descriptions over 255 characters [default: truncate]
    #[arg(long, value_name = "WHAT", value_enum)]
    pub long_description: Option<LongDescription>,
    /// How rules are created from hunting queries.
    #[command(flatten)]
    pub rule: NewRule,
}

/// How rules are created from hunting queries.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules from hunting queries (--to scheduled, --to nrt)")]
pub(crate) struct NewRule {
    /// The rule's id: derived from the hunting query's id, the same id, or a new one
    #[arg(long, value_name = "WHICH", value_enum, default_value_t = IdSource::Derived)]
    pub id: IdSource,
    /// How often the rule runs [default: 1h or 1d, depending on the query's look-back]
    #[arg(long, value_name = "DURATION")]
    pub frequency: Option<String>,
    /// How far back the rule looks [default: the query's look-back]
    #[arg(long, value_name = "DURATION")]
    pub period: Option<String>,
    /// Limit the rule's look-back to this, even if the query looks back further; at most 14d
    #[arg(long, value_name = "DURATION")]
    pub max_period: Option<String>,
    /// The tactic to use if it is missing or unknown: Impact, or Ransomware=Impact; may be repeated
    #[arg(long, value_name = "[VALUE=]TACTIC")]
    pub tactic: Vec<String>,
    /// Map entities from well-known columns of the result, such as `DeviceName` and `RemoteIP`
    #[arg(long)]
    pub derive_entities: bool,
    /// Remove conditions that only limit the query to its hunting window
    #[arg(long)]
    pub drop_window: bool,
    /// Add the reason for each change to the rule as a comment
    #[arg(long)]
    pub explain_changes: bool,
}

/// `sentlint inspect`.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// The output format
    #[arg(long, alias = "format", value_name = "FORMAT", value_enum, default_value_t = Form::Full)]
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
    #[arg(long, alias = "format", value_name = "FORMAT", value_enum, default_value_t = Form::Full)]
    pub output_format: Form,
}

/// `sentlint rules`.
#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// The output format
    #[arg(long, alias = "format", value_name = "FORMAT", value_enum, default_value_t = Form::Full)]
    pub output_format: Form,
}

/// `sentlint schema`.
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// The content kind, or `config`
    #[arg(value_enum)]
    pub kind: SchemaKind,
}

/// `sentlint new`.
#[derive(Debug, Args)]
pub(crate) struct New {
    /// The content kind
    #[arg(value_enum)]
    pub kind: NewKind,
    /// The display name
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite an existing file
    #[arg(long)]
    pub force: bool,
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

/// The output format of `inspect`, `explain` and `rules`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text for people.
    Full,
    /// JSON for tools.
    Json,
}

/// What `schema` prints the JSON Schema of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SchemaKind {
    /// Content.
    Content(NewKind),
    /// The configuration.
    Config,
}

/// The kinds of content that `new` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NewKind {
    /// A hunting query.
    HuntingQuery,
    /// A scheduled rule.
    ScheduledRule,
    /// An NRT rule.
    NrtRule,
}

impl Form {
    fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Json => "json",
        }
    }
}

impl SchemaKind {
    /// The name of the schema.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Content(kind) => kind.as_str(),
            Self::Config => "config",
        }
    }
}

impl NewKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::HuntingQuery => "hunting-query",
            Self::ScheduledRule => "scheduled-rule",
            Self::NrtRule => "nrt-rule",
        }
    }
}

/// Makes values of types choices of the command line, in this order, with the same names as elsewhere. Single values
/// have no help: their names are self-explanatory.
macro_rules! choices {
    ($($type:ty: $values:expr;)*) => {
        $(
            impl ValueEnum for $type {
                fn value_variants<'a>() -> &'a [Self] {
                    const VALUES: &[$type] = &$values;
                    VALUES
                }

                fn to_possible_value(&self) -> Option<PossibleValue> {
                    Some(PossibleValue::new(self.as_str()))
                }
            }
        )*
    };
}

choices! {
    attack::Version: attack::Version::ALL;
    Format: Format::ALL;
    Profile: Profile::ALL;
    Severity: [Severity::Error, Severity::Warning, Severity::Info];
    FailOn: [
        FailOn::Severity(Severity::Error),
        FailOn::Severity(Severity::Warning),
        FailOn::Severity(Severity::Info),
        FailOn::Never,
    ];
    Target: Target::ALL;
    LongDescription: LongDescription::ALL;
    IdSource: IdSource::ALL;
    Form: [Form::Full, Form::Json];
    NewKind: [NewKind::HuntingQuery, NewKind::ScheduledRule, NewKind::NrtRule];
    SchemaKind: [
        SchemaKind::Content(NewKind::HuntingQuery),
        SchemaKind::Content(NewKind::ScheduledRule),
        SchemaKind::Content(NewKind::NrtRule),
        SchemaKind::Config,
    ];
}
