//! The options of `check`.

use std::path::PathBuf;

use clap::Args;

use super::{Files, choice};
use crate::diagnostic::Severity;
use crate::knowledge::attack;
use crate::report::Format;
use crate::rules::{FailOn, Profile};

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
        value_parser = choice::<Format>()
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
    #[arg(help_heading = "Rules", long, value_name = "PROFILE", value_parser = choice::<Profile>())]
    pub profile: Option<Profile>,
    /// Check techniques against this version of ATT&CK [default: 19.1]
    #[arg(help_heading = "Rules", long, value_name = "VERSION", value_parser = choice::<attack::Version>())]
    pub attack_version: Option<attack::Version>,
    /// Omit findings that are less severe
    #[arg(help_heading = "Rules", long, value_name = "SEVERITY", value_parser = choice::<Severity>())]
    pub min_severity: Option<Severity>,
    /// Exit with 1 if there are findings of this severity or higher [default: error]
    #[arg(long, value_name = "SEVERITY", value_parser = choice::<FailOn>())]
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
