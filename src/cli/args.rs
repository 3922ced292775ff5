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

/// What standard input is called where the user gives no name.
pub(super) const STDIN_NAME: &str = "stdin.yaml";

/// Check, fix and convert Microsoft Sentinel hunting queries and analytic rules.
#[derive(Debug, Parser)]
#[command(
    name = "sentlint",
    version = VERSION,
    propagate_version = true,
    after_help = "Exit codes: 0 done, nothing at or above the fail level; 1 findings, or something to change; 2 the work \
                  could not be done."
)]
pub(crate) struct Cli {
    /// What every command takes.
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
    /// When to use colour; NO_COLOR and FORCE_COLOR are respected
    #[arg(long, value_enum, default_value_t, global = true, value_name = "WHEN")]
    pub color: Color,
    /// Print results only: no summary, no warnings
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more on standard error: what was skipped, what was read; may be repeated
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// When to use colour.
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
    /// Check content and say what is wrong and where
    #[command(after_help = "Examples:
  sentlint check                              everything below the current folder
  sentlint check \"Hunting Queries\" a.yaml     a folder and a file
  sentlint check --fix                        mend what can be mended safely
  sentlint check --diff --unsafe-fixes        show every mend without writing
  sentlint check --profile azure-sentinel     just what upstream's pull-request gates report
  sentlint check --diff-base origin/main      also what must not change, and versions that must
  git show :a.yaml | sentlint check - --stdin-filename a.yaml")]
    Check(Box<Check>),
    /// Convert content to what is deployed
    #[command(after_help = "Examples:
  sentlint convert query.yaml                     an ARM template on standard output
  sentlint convert --to arm - < query.yaml        the same in a pipe
  sentlint convert -o out \"Hunting Queries\"      one template for each file, in the same folders
  sentlint convert -o out content --check         exit 1 if a template is missing or out of date
  sentlint convert -o prod.json content --merge --params prod.yaml --name-prefix \"[Prod] \"
                                                  one template for all, with what production has otherwise
  sentlint convert --to bicep -o out content      Bicep files
  sentlint convert --to solution --solution solution.toml -o Package content
                                                  a solution of the Content hub
  sentlint convert --to yaml -o content export.json
                                                  an export of the portal as content
  sentlint convert --to scheduled -o rules hunting --derive-entities
                                                  hunting queries become scheduled rules

docs/convert.md explains the targets and shows a parameter file and the facts of a solution.")]
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
    /// Write a valid file to start from, with a fresh id
    #[command(after_help = "Examples:
  sentlint new hunting-query -o hunting/relay.yaml
  sentlint new nrt-rule --name \"Remote tool installed as a service\"")]
    New(New),
    /// Write a sentlint.toml to start from, with every setting explained
    #[command(after_help = "Example:\n  sentlint init")]
    Init,
    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  sentlint completions bash > /etc/bash_completion.d/sentlint")]
    Completions(Completions),
    /// Write the manual pages into a folder, for those who make packages
    #[command(hide = true)]
    Man(Man),
}

/// Which files are looked at.
#[derive(Debug, Args)]
pub(crate) struct Files {
    /// Files, folders, or `-` for standard input [default: the current folder]
    pub paths: Vec<PathBuf>,
    /// The name of what comes from standard input
    #[arg(help_heading = "Files", long, value_name = "NAME", default_value = STDIN_NAME, hide_default_value = true)]
    pub stdin_filename: String,
    /// Look into folders and files that .gitignore leaves out
    #[arg(help_heading = "Files", long)]
    pub no_ignore: bool,
    /// Leave out files that match this pattern, in the syntax of .gitignore; may be repeated
    #[arg(help_heading = "Files", long, value_name = "PATTERN")]
    pub exclude: Vec<String>,
    /// Leave out excluded and ignored files even when they are named
    #[arg(help_heading = "Files", long, overrides_with = "force_exclude")]
    pub force_exclude: bool,
    /// Use this configuration file and look for no other
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
    /// The form of the report on standard output [env: `SENTLINT_OUTPUT_FORMAT`] [default: full, or github under
    /// GitHub Actions where standard output is no terminal]
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
    /// Write a further report, `FORMAT=-` to standard output in place of the default report; may be repeated
    #[arg(help_heading = "Reports", long, value_name = "FORMAT=PATH")]
    pub report: Vec<String>,
    /// Print at most this many findings; all of them count
    #[arg(help_heading = "Reports", long, value_name = "N")]
    pub max_findings: Option<usize>,
    /// Run only these rules or groups
    #[arg(help_heading = "Rules", long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Run these rules or groups besides
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
    /// Leave out milder findings
    #[arg(help_heading = "Rules", long, value_name = "SEVERITY", value_enum)]
    pub min_severity: Option<Severity>,
    /// The severity from which findings make the exit code 1 [default: error]
    #[arg(long, value_name = "SEVERITY", value_enum)]
    pub fail_on: Option<FailOn>,
    /// Exit with 1 if there are more warnings than this
    #[arg(long, value_name = "N")]
    pub max_warnings: Option<usize>,
    /// Exit with 0 whatever is found
    #[arg(long)]
    pub exit_zero: bool,
    /// Apply safe fixes
    #[arg(help_heading = "Changes", long)]
    pub fix: bool,
    /// Apply fixes, report nothing that is left, and exit with 0
    #[arg(help_heading = "Changes", long, conflicts_with_all = ["diff", "add_suppressions"])]
    pub fix_only: bool,
    /// List the files with the rules whose fixes were applied, or with --diff would be
    #[arg(help_heading = "Changes", long, conflicts_with = "add_suppressions")]
    pub show_fixes: bool,
    /// Apply, or with --diff show, unsafe fixes too
    #[arg(help_heading = "Changes", long)]
    pub unsafe_fixes: bool,
    /// Print what --fix would change, and write nothing
    #[arg(help_heading = "Changes", long, conflicts_with = "fix")]
    pub diff: bool,
    /// Write a suppression comment for every finding
    #[arg(help_heading = "Changes", long, conflicts_with_all = ["fix", "diff"])]
    pub add_suppressions: bool,
    /// The reason that those comments give
    #[arg(help_heading = "Changes", long, value_name = "TEXT", requires = "add_suppressions")]
    pub reason: Option<String>,
    /// Findings in this file do not count
    #[arg(help_heading = "Baseline", long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write all present findings to this file, so that only new ones count
    #[arg(help_heading = "Baseline", long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,
    /// Take out of the baseline what is no longer found
    #[arg(help_heading = "Baseline", long, requires = "baseline")]
    pub prune_baseline: bool,
    /// Compare with the commit at which the branch left this revision: ids, versions and kinds that changed
    #[arg(help_heading = "Comparison", long, value_name = "REV", allow_hyphen_values = true)]
    pub diff_base: Option<String>,
    /// Report only on files that changed since then; the others are only compared with
    #[arg(help_heading = "Comparison", long, requires = "diff_base", conflicts_with_all = ["write_baseline", "prune_baseline"])]
    pub changed_only: bool,
    /// Compare with every file of the repository, and report only on the files that are named
    #[arg(help_heading = "Comparison", long, conflicts_with_all = ["write_baseline", "prune_baseline"])]
    pub whole_repository: bool,
    /// Print how often each rule found something, instead of the findings
    #[arg(help_heading = "Reports", long)]
    pub statistics: bool,
    /// Print the settings that hold for the first path as TOML, and check nothing
    #[arg(long, conflicts_with_all = ["output_format", "output_file", "report"])]
    pub show_settings: bool,
    /// Print the names of the files that would be read, and check nothing
    #[arg(long, conflicts_with = "show_settings")]
    pub show_files: bool,
    /// Further table and function schemas, a file or a folder; may be repeated
    #[arg(help_heading = "Rules", long, value_name = "PATH")]
    pub tables: Vec<PathBuf>,
    /// Check the files with a parameter file of `convert` laid over them; of several the later one wins
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
    /// The folder for the results, or `-` for standard output [default: standard output for a single input]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Overwrite files that sentlint did not write
    #[arg(long)]
    pub force: bool,
    /// Write nothing, and exit with 1 if a result is missing or out of date
    #[arg(long, requires = "output")]
    pub check: bool,
    /// Remove results in the folder of -o that sentlint wrote and that nothing becomes any more; what was edited stays
    #[arg(long, requires = "output", conflicts_with = "merge")]
    pub prune: bool,
    /// Convert without checking first
    #[arg(long)]
    pub no_check: bool,
    /// Report what conversion changed, lost and refused in this form, on standard error when results go to standard
    /// output [default: lines on standard error]
    #[arg(help_heading = "Reports", long, value_name = "FORMAT", ignore_case = true, value_enum)]
    pub output_format: Option<Format>,
    /// Write such a report to a file; may be repeated
    #[arg(help_heading = "Reports", long, value_name = "FORMAT=PATH")]
    pub report: Vec<String>,
    /// The API version of analytic rules [default: the newest preview]
    #[arg(long, value_name = "VERSION")]
    pub api_version: Option<String>,
    /// Put this before every display name
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
    /// Write rules in the form that Sentinel Repositories deploys (bicep; arm always has it)
    #[arg(long)]
    pub for_repositories: bool,
    /// When scheduled rules run first, such as 2026-12-24T06:00:00Z; 10 minutes to 30 days ahead
    #[arg(long, value_name = "TIME")]
    pub start_at: Option<String>,
    /// Lay a parameter file over every template first; of several the later one wins
    #[arg(long, value_name = "FILE")]
    pub params: Vec<PathBuf>,
    /// Alerts make no incidents
    #[arg(long)]
    pub no_incidents: bool,
    /// Rules name the template they were made from
    #[arg(long)]
    pub with_template_link: bool,
    /// Work out the required data connectors from the tables that a query reads (yaml)
    #[arg(long)]
    pub derive_connectors: bool,
    /// The facts of a solution, in TOML or JSON: name, publisher, version and the rest
    #[arg(long, help_heading = "Solutions", value_name = "FILE")]
    pub solution: Option<PathBuf>,
    /// The version of the solution, instead of the one in its file
    #[arg(long, help_heading = "Solutions", value_name = "VERSION")]
    pub solution_version: Option<String>,
    /// Repeat the mistakes of upstream's packaging tool, to compare with what it publishes
    #[arg(long, help_heading = "Solutions")]
    pub upstream_bugs: bool,
    /// What becomes of hunting descriptions over 255 characters [default: truncate]
    #[arg(long, value_name = "WHAT", value_enum)]
    pub long_description: Option<LongDescription>,
    /// How rules are made of hunting queries.
    #[command(flatten)]
    pub rule: NewRule,
}

/// How rules are made of hunting queries.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules made of hunting queries (--to scheduled, --to nrt)")]
pub(crate) struct NewRule {
    /// The rule's id: made from the hunting query's (the same every time), the same, or a fresh one
    #[arg(long, value_name = "WHICH", value_enum, default_value_t = IdSource::Derived)]
    pub id: IdSource,
    /// How often the rule runs [default: 1h or 1d, as the query's look-back asks]
    #[arg(long, value_name = "DURATION")]
    pub frequency: Option<String>,
    /// How far back the rule looks [default: as far as the query does]
    #[arg(long, value_name = "DURATION")]
    pub period: Option<String>,
    /// Let the rule look back no further than this, though the query does; 14d is the most that a rule can
    #[arg(long, value_name = "DURATION")]
    pub max_period: Option<String>,
    /// The tactic where there is none, or none that Sentinel has: Impact, or Ransomware=Impact; may be repeated
    #[arg(long, value_name = "[VALUE=]TACTIC")]
    pub tactic: Vec<String>,
    /// Map entities from well-known columns of the result, such as `DeviceName` and `RemoteIP`
    #[arg(long)]
    pub derive_entities: bool,
    /// Take out conditions that only limit the query to its hunting window
    #[arg(long)]
    pub drop_window: bool,
    /// Write the reason of each change into the rule as a comment
    #[arg(long)]
    pub explain_changes: bool,
}

/// `sentlint inspect`.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// Text for people, or JSON for tools
    #[arg(long, alias = "format", value_name = "FORMAT", value_enum, default_value_t = Form::Full)]
    pub output_format: Form,
    /// Further table and function schemas, a file or a folder; may be repeated
    #[arg(long, value_name = "PATH")]
    pub tables: Vec<PathBuf>,
}

/// `sentlint explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The rule
    pub rule: String,
    /// Text for people, or JSON for tools
    #[arg(long, alias = "format", value_name = "FORMAT", value_enum, default_value_t = Form::Full)]
    pub output_format: Form,
}

/// `sentlint rules`.
#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// Text for people, or JSON for tools
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

/// The form of what sentlint says of files and of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text for people.
    Full,
    /// JSON for tools.
    Json,
}

/// What there is a JSON Schema of.
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

/// Makes values of types choices of the command line, in this order, by the names that they have everywhere. No help of
/// single values is shown: their names say it.
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
