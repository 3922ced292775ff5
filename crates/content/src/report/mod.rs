//! From findings to text: one file a format. Here alone, byte offsets become lines and columns, and
//! no renderer knows a rule.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::str::FromStr;

use crate::diagnostic::Applicability;
use crate::findings::Findings;

mod azure;
mod changes;
mod concise;
mod excerpt;
mod full;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod page;
mod paint;
mod rdjson;
mod rules;
mod sarif;
mod statistics;
mod strip;
mod text;

pub use changes::colored;
pub use markdown::escape as markdown_cell;
pub use page::page;
pub use paint::fitted;
pub use rules::rules;
pub use statistics::statistics;
pub use text::{count, markup, note, one_line, printable, uri, without_commands, words};

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
    /// One finding of the contract's JSON a line.
    JsonLines,
    /// The Reviewdog Diagnostic Format.
    Rdjson,
    /// The name of each file with its findings below it, for people.
    Grouped,
}

impl Format {
    /// Every format, in the order of the help text.
    pub const ALL: [Self; 12] = [
        Self::Full,
        Self::Concise,
        Self::Json,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Azure,
        Self::Markdown,
        Self::JsonLines,
        Self::Rdjson,
        Self::Grouped,
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
            Self::JsonLines => "json-lines",
            Self::Rdjson => "rdjson",
            Self::Grouped => "grouped",
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
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a capability of the terminal")]
pub struct Style {
    /// With ANSI colors.
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
    /// A terminal shows it, so that nothing may be wider than it: paths and sums are broken too.
    pub terminal: bool,
    /// Where the paths of annotations and code scanning count from, if not from the working folder.
    pub root: Option<Root>,
}

/// A folder that paths count from. Both paths are full, with forward slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// The folder.
    pub folder: String,
    /// The working folder, which the names of files count from.
    pub here: String,
}

impl Default for Style {
    /// As in a file.
    fn default() -> Self {
        Self {
            color: false,
            links: false,
            width: 100,
            unicode: true,
            summary: true,
            listed: false,
            terminal: false,
            root: None,
        }
    }
}

/// A report as text that ends with a line feed, or is empty.
pub fn render(format: Format, findings: &Findings, style: &Style) -> String {
    let text = match format {
        Format::Full => full::render(findings, style),
        Format::Concise => concise::render(findings, style),
        Format::Json => json::render(findings),
        Format::Sarif => sarif::render(findings, style),
        Format::Github => github::render(findings, style),
        Format::Gitlab => gitlab::render(findings),
        Format::Junit => junit::render(findings),
        Format::Azure => azure::render(findings),
        Format::Markdown => markdown::render(findings),
        Format::JsonLines => json::lines(findings),
        Format::Rdjson => rdjson::render(findings),
        Format::Grouped => concise::grouped(findings, style),
    };
    // Any report may end up in the log of a run, whose runner obeys some of what it reads there.
    let safe = match format {
        Format::Full | Format::Concise | Format::Grouped | Format::Markdown => text::without_commands(&text),
        Format::Json | Format::JsonLines | Format::Rdjson | Format::Sarif | Format::Gitlab => {
            text::escaped_hashes(&text, "\\u0023")
        }
        Format::Junit => text::escaped_hashes(&text, "&#35;"),
        Format::Github | Format::Azure => return text,
    };
    match safe {
        Cow::Owned(safe) => safe,
        Cow::Borrowed(_) => text,
    }
}

/// The line that sums a run up, with its line feed; several lines where the terminal is narrow.
pub fn summary_line(findings: &Findings, style: &Style) -> String {
    let line = summary(findings);
    if style.terminal { style.wrap("", "", &line, anstyle::Style::new()) } else { line + "\n" }
}

fn summary(findings: &Findings) -> String {
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
        let all = findings.iter().map(|(_, diagnostic)| diagnostic).filter(|diagnostic| diagnostic.counts());
        let counting = all.filter_map(|diagnostic| diagnostic.fix.as_ref());
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
