//! The options of `convert`.

use std::path::PathBuf;

use clap::Args;

use super::{DetectionForm, Files, choice};
use crate::convert::promote::IdSource;
use crate::convert::{LongDescription, Target};
use crate::report::Format;

/// `sentlint convert`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Convert {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// What to convert to
    #[arg(long, value_name = "TARGET", value_parser = choice::<Target>(), default_value = Target::default().as_str())]
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
    #[arg(help_heading = "Reports", long, value_name = "FORMAT", ignore_case = true, value_parser = choice::<Format>())]
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
    #[arg(long, value_name = "WHAT", value_parser = choice::<LongDescription>())]
    pub long_description: Option<LongDescription>,
    /// How rules are created from hunting queries.
    #[command(flatten)]
    pub rule: NewRule,
    /// How custom detections are created.
    #[command(flatten)]
    pub detection: NewDetection,
}

/// How custom detections are created.
#[derive(Debug, Args)]
#[command(next_help_heading = "Custom detections (--to detection)")]
pub(crate) struct NewDetection {
    /// The form of the detections [default: graph]
    #[arg(long, value_name = "FORM", value_parser = choice::<DetectionForm>())]
    pub form: Option<DetectionForm>,
    /// The name of the detection that a query file becomes
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// How far back each run looks; only with `--api-version beta`
    #[arg(long, value_name = "DURATION")]
    pub lookback: Option<String>,
    /// Keep conditions that only limit a query to its hunting window
    #[arg(long)]
    pub keep_window: bool,
    /// Do not map entities from well-known columns if the source maps no asset
    #[arg(long)]
    pub no_derive_entities: bool,
    /// Write what was changed, added and lost to a JSON file, or to standard output with `-`
    #[arg(long, value_name = "FILE")]
    pub notes: Option<PathBuf>,
    /// Exit with 1 if something was lost
    #[arg(long)]
    pub strict: bool,
}

/// How rules are created from hunting queries.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules and detections (--to scheduled, --to nrt, --to detection)")]
pub(crate) struct NewRule {
    /// The rule's id: derived from the hunting query's id, the same id, or a new one
    #[arg(long, value_name = "WHICH", value_parser = choice::<IdSource>(), default_value = IdSource::Derived.as_str())]
    pub id: IdSource,
    /// How often the rule runs, or `continuous` for a detection [default: depending on the query's look-back]
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
