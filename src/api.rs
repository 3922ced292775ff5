//! sentlint as a library: check a text, bind a query, convert a file. What is here keeps its shape from version to
//! version; the other modules are for the program itself and change when it needs it.
//!
//! Nothing here reads or writes files or prints. Offsets count bytes of the text that was given; lines and columns
//! count from 1, columns in code points; ends are exclusive.

use std::ops::Range;
use std::sync::Arc;

use crate::check::Job;
use crate::content::Content;
use crate::convert::{ArmTemplate, Options, to_resource};
use crate::inspect::inspect;
use crate::rules::Settings;
use crate::source::{SourceFile, Span};

pub use crate::diagnostic::Severity;
pub use crate::rules::Profile;

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Position {
    /// The byte.
    pub offset: usize,
    /// The line, from 1.
    pub line: usize,
    /// The column in code points, from 1.
    pub column: usize,
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The id of the rule, as in `sentlint explain`.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence that is clear by itself.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The place in the text.
    pub range: Range<usize>,
    /// Where the range starts.
    pub start: Position,
    /// Where the range ends.
    pub end: Position,
}

/// Checks a text with the rules of a profile. `path` decides what the text is: a query where it ends in `.kql`, YAML
/// otherwise; the names of folders tell hunting queries from rules where the text does not.
///
/// Returns the findings sorted by place, without those that a comment in the text suppresses. A text that is not
/// Sentinel content has no findings.
///
/// ```
/// use sentlint::api::{Profile, Severity, check};
///
/// let query = "DeviceNetworkEvents\n| where RemotePort == 443\n| project DeviceNam";
/// let findings = check("query.kql", query, Profile::Recommended);
/// let finding = &findings[0];
/// assert_eq!((finding.rule, finding.severity), ("kql-unknown-column", Severity::Error));
/// assert_eq!(&query[finding.range.clone()], "DeviceNam");
/// assert_eq!((finding.start.line, finding.start.column), (3, 11));
///
/// assert_eq!(check("query.kql", "DeviceNetworkEvents | take 1", Profile::AzureSentinel), []);
/// ```
pub fn check(path: &str, text: &str, profile: Profile) -> Vec<Finding> {
    let settings = Arc::new(Settings { profile, ..Settings::default() });
    let run = crate::check::check(&[Job::text(SourceFile::new(path, text))], &[settings]);
    let Some(file) = run.findings.files.into_iter().next() else { return Vec::new() };
    let found = file.diagnostics.into_iter().filter(|diagnostic| diagnostic.suppressed.is_none());
    let finding = |diagnostic: crate::diagnostic::Diagnostic| Finding {
        rule: diagnostic.rule.id,
        severity: diagnostic.severity,
        message: diagnostic.message,
        help: diagnostic.help,
        range: diagnostic.span.range(),
        start: position(&file.source, diagnostic.span.start as usize),
        end: position(&file.source, diagnostic.span.end as usize),
    };
    found.map(finding).collect()
}

fn position(source: &SourceFile, offset: usize) -> Position {
    let place = source.position(offset);
    Position { offset, line: place.line, column: place.column }
}

/// A column of what a query returns.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type by its name in the query language: `string`, `long`, ..., or `unknown`.
    pub kind: &'static str,
}

/// What a query reads and returns.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BoundQuery {
    /// The tables it reads, sorted.
    pub tables: Vec<String>,
    /// The functions it calls, sorted.
    pub functions: Vec<String>,
    /// The columns it returns, in order; `None` where it returns no rows.
    pub columns: Option<Vec<Column>>,
    /// Whether there may be more columns than are listed, as after `bag_unpack` or from an unknown table.
    pub open: bool,
    /// What is wrong with it, by the recommended rules.
    pub findings: Vec<Finding>,
}

/// Finds out what a query reads and returns, against the tables and functions that sentlint knows.
///
/// ```
/// let query = sentlint::api::bind("SecurityEvent | where TimeGenerated > ago(1d) | summarize count() by Account");
/// assert_eq!(query.tables, ["SecurityEvent"]);
/// let columns: Vec<_> = query.columns.iter().flatten().map(|column| (column.name.as_str(), column.kind)).collect();
/// assert_eq!(columns, [("Account", "string"), ("count_", "long")]);
/// assert!(!query.open && query.findings.is_empty());
/// ```
pub fn bind(query: &str) -> BoundQuery {
    const NAME: &str = "query.kql";
    let report = inspect(&[Job::text(SourceFile::new(NAME, query))], &|_| Arc::default());
    let found = report.files.into_iter().next().and_then(|file| file.query);
    let findings = check(NAME, query, Profile::Recommended);
    let Some(found) = found else {
        return BoundQuery { tables: vec![], functions: vec![], columns: None, open: true, findings };
    };
    let open = found.result.as_ref().is_some_and(|result| result.open);
    let column = |column: crate::inspect::Column| Column { name: column.name, kind: column.kind };
    BoundQuery {
        tables: found.tables.into_iter().collect(),
        functions: found.functions.into_iter().collect(),
        columns: found.result.map(|result| result.columns.into_iter().map(column).collect()),
        open,
        findings,
    }
}

/// A finished conversion.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Converted {
    /// The Azure Resource Manager template, as JSON.
    pub json: String,
    /// What was left out or changed.
    pub notes: Vec<Note>,
}

/// Something that a conversion left out or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// What became of it, as a sentence.
    pub message: String,
    /// The place in the text.
    pub range: Range<usize>,
}

/// Why a text cannot be converted: it is not valid YAML, is not Sentinel content, has no counterpart that can be
/// deployed, or lacks something that a deployment needs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct ConvertError {
    /// What is wrong, as a sentence.
    pub message: String,
    /// The place in the text.
    pub range: Range<usize>,
}

/// Converts a hunting query or an analytic rule to an Azure Resource Manager template that deploys it. `path` is used
/// as by [`check`].
///
/// # Errors
///
/// A [`ConvertError`] where the text cannot be converted.
///
/// ```
/// use sentlint::api::to_arm;
///
/// let text = "\
/// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
/// name: Sign-ins that failed
/// description: Lists sign-ins that failed.
/// query: SigninLogs | where ResultType != 0
/// ";
/// let converted = to_arm("Hunting Queries/failed.yaml", text)?;
/// assert!(converted.json.contains("Microsoft.OperationalInsights/workspaces/savedSearches"));
///
/// let error = to_arm("failed.yaml", "id: [").unwrap_err();
/// assert!(error.to_string().starts_with("The file is not valid YAML"));
/// # Ok::<(), sentlint::api::ConvertError>(())
/// ```
pub fn to_arm(path: &str, text: &str) -> Result<Converted, ConvertError> {
    let source = Arc::new(SourceFile::new(path, text));
    let range = |span: Span| span.range();
    let content = Content::read(source, path);
    let converted = to_resource(&content, &Options::default())
        .map_err(|failure| ConvertError { message: failure.message, range: range(failure.span) })?;
    let notes = converted.notes.into_iter();
    Ok(Converted {
        json: ArmTemplate::new(std::slice::from_ref(&converted.resource)).to_json(),
        notes: notes.map(|note| Note { message: note.message, range: range(note.span) }).collect(),
    })
}
