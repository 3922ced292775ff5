//! From findings to text: one file a format. Here alone, byte offsets become lines and columns, and
//! no renderer knows a rule.

use std::fmt::Write as _;
use std::str::FromStr;
use std::sync::Arc;

use rayon::prelude::*;

use crate::diagnostic::{Applicability, Diagnostic, RuleMeta, Severity};
use crate::source::SourceFile;

mod azure;
mod concise;
mod full;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod sarif;
mod statistics;
mod text;

pub use statistics::statistics;

/// The forms a report can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// With the lines concerned, for people.
    Full,
    /// One line a finding, for people and for `grep`.
    Concise,
    /// The contract's JSON.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit XML.
    Junit,
    /// Logging commands of Azure Pipelines.
    Azure,
    /// A summary for a pull request.
    Markdown,
}

impl Format {
    /// Every format, in the order of the help text.
    pub const ALL: [Self; 9] = [
        Self::Full,
        Self::Concise,
        Self::Json,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Azure,
        Self::Markdown,
    ];

    /// The name used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Azure => "azure",
            Self::Markdown => "markdown",
        }
    }
}

impl FromStr for Format {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|format| format.as_str() == name).ok_or(())
    }
}

/// How a report for people looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a capability of the terminal")]
pub struct Style {
    /// With ANSI colours.
    pub color: bool,
    /// With hyperlinks.
    pub links: bool,
    /// The width of the terminal in columns.
    pub width: usize,
    /// With box-drawing characters.
    pub unicode: bool,
    /// With a last line that sums up.
    pub summary: bool,
    /// The whole list stands on the page of the run as well.
    pub listed: bool,
}

/// A report as text that ends with a line feed, or is empty.
pub fn render(format: Format, findings: &Findings, style: &Style) -> String {
    match format {
        Format::Full => full::render(findings, style),
        Format::Concise => concise::render(findings, style),
        Format::Json => json::render(findings),
        Format::Sarif => sarif::render(findings),
        Format::Github => github::render(findings, style),
        Format::Gitlab => gitlab::render(findings),
        Format::Junit => junit::render(findings),
        Format::Azure => azure::render(findings),
        Format::Markdown => markdown::render(findings),
    }
}

/// The line that sums a run up.
pub fn summary_line(findings: &Findings) -> String {
    let summary = findings.summary();
    let mut line = String::new();
    if findings.fixed > 0 {
        let _ = write!(line, "Fixed {}. ", text::count(findings.fixed, "finding"));
    }
    let kinds = [(summary.errors, "error"), (summary.warnings, "warning"), (summary.infos, "info")];
    let parts: Vec<String> = kinds
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| text::count(*number, noun))
        .collect();
    let files = text::count(summary.files, "file");
    if parts.is_empty() {
        let _ = write!(line, "{files} checked, nothing found");
    } else {
        let _ = write!(line, "Found {} in {files}", text::join(&parts, "and"));
    }
    let of = |least| {
        let counting = findings.counting().filter_map(|(_, diagnostic)| diagnostic.fix.as_ref());
        counting.filter(|fix| fix.applicability == least).count()
    };
    let fixes: Vec<String> = match (of(Applicability::Safe), of(Applicability::Unsafe)) {
        (0, 0) => Vec::new(),
        (safe, 0) => vec![format!("{safe} fixable with --fix")],
        (0, more) => vec![format!("{more} fixable with --fix --unsafe-fixes")],
        (safe, more) => {
            vec![format!("{safe} fixable with --fix"), format!("{more} more with --unsafe-fixes")]
        }
    };
    let asides = [(summary.suppressed, "suppressed"), (summary.baselined, "in the baseline")];
    let asides =
        asides.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}"));
    let notes: Vec<String> = fixes.into_iter().chain(asides).collect();
    if !notes.is_empty() {
        let _ = write!(line, " ({})", notes.join(", "));
    }
    line.push('.');
    line
}

/// One file that was read as content, with what was found in it.
#[derive(Clone, Debug)]
pub struct FileReport {
    /// The file.
    pub source: Arc<SourceFile>,
    /// The contract's name of the content kind: `hunting-query`, `scheduled-rule`, ...
    pub kind: &'static str,
    /// The template's id, where it has one.
    pub id: Option<String>,
    /// The findings, sorted by position and rule; suppressed and baselined ones are marked, not dropped.
    pub diagnostics: Vec<Diagnostic>,
}

/// Everything that a report tells.
#[derive(Debug, Default)]
pub struct Findings {
    /// The files read as content, sorted by path, also the clean ones.
    pub files: Vec<FileReport>,
    /// The rules that ran, sorted by id.
    pub rules: Vec<&'static RuleMeta>,
    /// Files that could not be read, with the reason.
    pub unreadable: Vec<(String, String)>,
    /// How many fixes were applied before this state was reached.
    pub fixed: usize,
}

/// The figures of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files read as content.
    pub files: usize,
    /// Findings that count, by severity.
    pub errors: usize,
    /// See `errors`.
    pub warnings: usize,
    /// See `errors`.
    pub infos: usize,
    /// Findings that count and have a safe or unsafe fix.
    pub fixable: usize,
    /// Findings silenced by a comment.
    pub suppressed: usize,
    /// Findings that the baseline knows.
    pub baselined: usize,
}

impl FileReport {
    /// The findings that count, in the order of the report.
    pub fn counting(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.counts())
    }

    /// The worst severity among the findings that count.
    pub fn worst(&self) -> Option<Severity> {
        self.counting().map(|finding| finding.severity).max()
    }
}

impl Findings {
    /// Every finding with its file, in the order of the report.
    pub fn iter(&self) -> impl Iterator<Item = (&FileReport, &Diagnostic)> {
        self.files.iter().flat_map(|file| file.diagnostics.iter().map(move |diagnostic| (file, diagnostic)))
    }

    /// What becomes of each file, in the order of the report; many files are worked on at once.
    fn by_file<T: Send>(&self, work: impl Fn(&FileReport) -> T + Send + Sync) -> Vec<T> {
        self.files.par_iter().map(work).collect()
    }

    /// The findings that count, in the order of the report.
    pub fn counting(&self) -> impl Iterator<Item = (&FileReport, &Diagnostic)> {
        self.files.iter().flat_map(|file| file.counting().map(move |diagnostic| (file, diagnostic)))
    }

    /// The figures.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { files: self.files.len(), ..Summary::default() };
        for (_, diagnostic) in self.iter() {
            if diagnostic.suppressed.is_some() {
                summary.suppressed += 1;
            } else if diagnostic.baselined {
                summary.baselined += 1;
            } else {
                match diagnostic.severity {
                    Severity::Error => summary.errors += 1,
                    Severity::Warning => summary.warnings += 1,
                    Severity::Info => summary.infos += 1,
                }
                summary.fixable += usize::from(diagnostic.fixable());
            }
        }
        summary
    }

    /// The worst severity among the findings that count.
    pub fn worst(&self) -> Option<Severity> {
        self.files.iter().filter_map(FileReport::worst).max()
    }
}
