//! What a rule says: [`Diagnostic`] with its labels and its fix, and [`RuleMeta`], the static facts of
//! the rule that said it. Neither knows how it will be printed.

use std::fmt;
use std::sync::Arc;

use crate::order::Order as _;
use crate::source::Span;

pub use crate::source::Edit;

/// The name of the program, as it stands in reports and in what it makes.
pub const PROGRAM: &str = "sentlint";

/// How bad a finding is. The order is the order of badness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Advice.
    Info,
    /// Very likely a mistake.
    Warning,
    /// Will fail in Sentinel or upstream, or is wrong.
    Error,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Error];

    /// Reads the name used on the command line and in the configuration.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == name)
    }

    /// The name used on the command line and in every machine format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The family a rule belongs to; `--select` takes its name too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// The file as YAML.
    Yaml,
    /// Keys and values that every template has.
    Metadata,
    /// Required data connectors.
    Connectors,
    /// Frequency, period, trigger and suppression of analytic rules.
    Schedule,
    /// Entity mappings, custom details and alert details.
    Entities,
    /// Tactics and techniques.
    Attack,
    /// The query itself.
    Query,
    /// Custom detections of Defender.
    Detection,
    /// What crosses files.
    Repository,
    /// Suppression comments.
    Suppressions,
    /// What `convert` tells. Its codes are not rules: they cannot be selected, and so the group is not in [`Self::ALL`].
    Convert,
}

impl Group {
    /// Every group of rules, in the order in which they are documented.
    pub const ALL: [Self; 10] = [
        Self::Yaml,
        Self::Metadata,
        Self::Connectors,
        Self::Schedule,
        Self::Entities,
        Self::Attack,
        Self::Query,
        Self::Detection,
        Self::Repository,
        Self::Suppressions,
    ];

    /// The name used on the command line and in every machine format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Metadata => "metadata",
            Self::Connectors => "connectors",
            Self::Schedule => "schedule",
            Self::Entities => "entities",
            Self::Attack => "attack",
            Self::Query => "query",
            Self::Detection => "detection",
            Self::Repository => "repository",
            Self::Suppressions => "suppressions",
            Self::Convert => "convert",
        }
    }
}

/// Whether a fix is applied, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Applicability {
    /// Shown as a suggestion, never applied.
    Display,
    /// Applied with `--unsafe-fixes`: it may change what the content means.
    Unsafe,
    /// Applied with `--fix`: the content means the same, or what its author plainly meant.
    Safe,
}

impl Applicability {
    /// The name used in every machine format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Display => "display",
            Self::Unsafe => "unsafe",
            Self::Safe => "safe",
        }
    }
}

/// Whether findings of a rule come with a fix, and how far the best of them is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixMeta {
    /// Whether there is always one.
    pub availability: Availability,
    /// The best that a fix of the rule can be; single ones may be less safe.
    pub safety: Applicability,
}

/// Whether findings of a rule come with a fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// Every finding does.
    Always,
    /// Some do.
    Sometimes,
}

impl Availability {
    /// The name used in machine formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Sometimes => "sometimes",
        }
    }
}

/// What became of something on its way through a conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoteKind {
    /// The query or a value says the same in another way.
    Changed,
    /// The query got something that it did not have.
    Added,
    /// A value that the target needs was worked out.
    Derived,
    /// The target has no place for it.
    Lost,
    /// It is said, but may mean something else than its author expects.
    Warning,
    /// It is refused.
    Error,
}

impl NoteKind {
    /// The word in every format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Added => "added",
            Self::Derived => "derived",
            Self::Lost => "lost",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What a finding keeps from happening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocks {
    /// The conversion of the file: its result would be wrong, or would be refused where it is deployed.
    Convert,
}

impl Blocks {
    /// The name used in machine formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Convert => "convert",
        }
    }
}

/// The static facts of a rule, written beside its code by `declare_rule!`, or of a code of `convert`.
#[derive(Debug)]
pub struct RuleMeta {
    /// The kebab-case name by which others select, ignore and count.
    pub id: &'static str,
    /// The family.
    pub group: Group,
    /// The severity under the profiles `recommended` and `pedantic`; single findings may be less severe.
    pub severity: Severity,
    /// The severity of the most severe findings, where some are more severe than `severity`.
    pub raised: Option<Severity>,
    /// Whether the rule is off unless the profile is `pedantic` or it is selected by name.
    pub pedantic: bool,
    /// What fixes the rule offers; `None` where it never does.
    pub fix: Option<FixMeta>,
    /// What errors of the rule keep from happening; `None` where content with them can be deployed all the same.
    pub blocks: Option<Blocks>,
    /// The upstream gate that the rule stands for under the profile `azure-sentinel`, by the name of its
    /// workflow; `None` where upstream has no such gate.
    pub gate: Option<&'static str>,
    /// Whether the rule compares with a revision, and so is silent unless `--diff-base` names one.
    pub compares: bool,
    /// What the code tells, where it is one of `convert` and not a rule.
    pub note: Option<NoteKind>,
    /// The version of sentlint that brought the rule.
    pub since: &'static str,
    /// The doc comment of the rule, each line with the space that follows `///`; see [`Self::page`].
    pub docs: &'static str,
}

/// A rule for tests that ask for any.
#[cfg(any(test, feature = "testing"))]
pub static SOME_RULE: RuleMeta = ANY_RULE;

/// The same for tests that give it other facts.
#[cfg(any(test, feature = "testing"))]
pub(crate) const ANY_RULE: RuleMeta = RuleMeta {
    id: "some-rule",
    group: Group::Yaml,
    severity: Severity::Error,
    raised: None,
    pedantic: false,
    fix: None,
    blocks: None,
    gate: None,
    compares: false,
    note: None,
    since: "0.1.0",
    docs: "",
};

/// Where the documentation is found.
const DOCS: &str = "https://github.com/sentlint/sentlint/blob/main/docs/";

/// The facts are of the same rule where the ids are the same, which are unique.
impl PartialEq for RuleMeta {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for RuleMeta {}

impl RuleMeta {
    /// The address of the rule's page, or of the list of codes.
    pub fn url(&self) -> String {
        match self.note {
            None => format!("{DOCS}rules/{}.md", self.id),
            Some(_) => format!("{DOCS}convert.md#notes"),
        }
    }

    /// The severity that no finding of the rule exceeds, unless the settings raise it.
    pub fn most_severe(&self) -> Severity {
        self.raised.unwrap_or(self.severity)
    }

    /// The rule's page in Markdown, from its first sentence on.
    pub fn page(&self) -> String {
        let lines = self.docs.trim_end().lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
        // The words after a fence's language steer our tests and mean nothing to readers.
        let plain = |line: &'static str| match line.split_once(',') {
            Some((fence, _)) if line.starts_with("```") => fence,
            _ => line,
        };
        lines.map(plain).collect::<Vec<_>>().join("\n") + "\n"
    }

    /// The first paragraph of the page, on one line: what the rule looks for.
    pub fn summary(&self) -> String {
        let paragraph = self.docs.trim().split("\n\n").next().unwrap_or_default();
        paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// A new finding of this rule with the rule's own severity.
    pub fn at(&'static self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            rule: self,
            severity: self.severity,
            blocks: self.blocks,
            message: message.into(),
            help: None,
            span,
            yaml_path: None,
            query_range: None,
            labels: Vec::new(),
            fix: None,
            gate: None,
            suppressed: None,
            baselined: false,
            hidden: false,
        }
    }
}

/// A change that answers a finding: edits that are applied together or not at all, never none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the fix does, as an imperative: "Replace `gt` with ...".
    pub title: String,
    /// How far it is to be trusted.
    pub applicability: Applicability,
    edits: Vec<Edit>,
}

impl Fix {
    /// A fix of these edits, which do not overlap; `None` where there are none, because the change cannot be made.
    pub fn new(
        title: impl Into<String>,
        applicability: Applicability,
        edits: impl IntoIterator<Item = Edit>,
    ) -> Option<Self> {
        let mut edits: Vec<Edit> = edits.into_iter().collect();
        edits.order_by_key(|edit| edit.span);
        (!edits.is_empty()).then(|| Self { title: title.into(), applicability, edits })
    }

    /// A safe fix.
    pub fn safe(title: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Option<Self> {
        Self::new(title, Applicability::Safe, edits)
    }

    /// An unsafe fix.
    pub fn r#unsafe(title: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Option<Self> {
        Self::new(title, Applicability::Unsafe, edits)
    }

    /// The edits, at least one, in the order of the file.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// The place that all edits lie in.
    pub fn span(&self) -> Span {
        let spans = self.edits.iter().map(|edit| edit.span);
        spans.reduce(Span::cover).unwrap_or_default()
    }
}

/// A further place that explains the finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be seen there.
    pub message: String,
    /// The file, where it is not the one of the finding.
    pub file: Option<Arc<crate::source::SourceFile>>,
}

/// Why a finding does not count: a suppression comment, with the reason its author gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// The reason, empty where none was given.
    pub reason: String,
}

/// One finding in one file.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The rule that speaks.
    pub rule: &'static RuleMeta,
    /// How bad it is.
    pub severity: Severity,
    /// What it keeps from happening, where it is an error: what its rule says, unless the finding knows better.
    pub blocks: Option<Blocks>,
    /// One sentence that stands alone.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The place in the file.
    pub span: Span,
    /// The place in the YAML tree, as a JSON Pointer.
    pub yaml_path: Option<String>,
    /// The place in the decoded query, in Unicode code points.
    pub query_range: Option<(u32, u32)>,
    /// Further places.
    pub labels: Vec<Label>,
    /// What would answer the finding.
    pub fix: Option<Fix>,
    /// Under the profile `azure-sentinel`: the upstream workflow that would fail.
    pub gate: Option<&'static str>,
    /// Set where a comment silences the finding.
    pub suppressed: Option<Suppressed>,
    /// Set where the baseline knows the finding.
    pub baselined: bool,
    /// Set where the finding counts and is not shown, because enough others are.
    pub hidden: bool,
}

impl Diagnostic {
    /// The same finding with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same finding with another severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same finding, which keeps nothing from happening.
    #[must_use]
    pub fn harmless(mut self) -> Self {
        self.blocks = None;
        self
    }

    /// The same finding with its place in the YAML tree.
    #[must_use]
    pub fn path(mut self, pointer: impl Into<String>) -> Self {
        self.yaml_path = Some(pointer.into());
        self
    }

    /// The same finding with one more label in the same file.
    #[must_use]
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label { span, message: message.into(), file: None });
        self
    }

    /// The same finding with one more label in another file.
    #[must_use]
    pub fn label_in(
        mut self,
        file: &Arc<crate::source::SourceFile>,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        self.labels.push(Label { span, message: message.into(), file: Some(Arc::clone(file)) });
        self
    }

    /// The same finding with a fix, where there is one.
    #[must_use]
    pub fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    /// Whether the finding counts: neither suppressed nor in the baseline.
    pub fn counts(&self) -> bool {
        self.suppressed.is_none() && !self.baselined
    }

    /// Whether a fix can be applied, with `--unsafe-fixes` or without.
    pub fn fixable(&self) -> bool {
        self.fix.as_ref().is_some_and(|fix| fix.applicability != Applicability::Display)
    }
}
