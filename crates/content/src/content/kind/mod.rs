//! What a file is, determined by its content; the folder that it is in decides only where the content leaves
//! it open.

use std::fmt;

mod detect;

pub use detect::detect;

/// The kinds of content, by the names of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A hunting query.
    HuntingQuery,
    /// An analytic rule that runs on a schedule.
    ScheduledRule,
    /// A near-real-time analytic rule.
    NrtRule,
    /// An analytic rule of another kind: Fusion, Microsoft security incident creation, ...
    OtherRule,
    /// A parser, that is a function of the workspace.
    Parser,
    /// An exploration query.
    ExplorationQuery,
    /// A `.kql` or `.csl` file: nothing but a query.
    Query,
    /// A custom detection of Defender, or several of them.
    CustomDetection,
    /// What is left where content moved away: id, name, description and nothing else.
    Stub,
    /// Tests of a query.
    Test,
    /// Not Sentinel content.
    Unknown,
}

impl Kind {
    /// How many kinds there are.
    pub(crate) const COUNT: usize = Self::Unknown as usize + 1;

    /// The name used on the command line and in every machine format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HuntingQuery => "hunting-query",
            Self::ScheduledRule => "scheduled-rule",
            Self::NrtRule => "nrt-rule",
            Self::OtherRule => "other-rule",
            Self::Parser => "parser",
            Self::ExplorationQuery => "exploration-query",
            Self::Query => "query",
            Self::CustomDetection => "custom-detection",
            Self::Stub => "stub",
            Self::Test => "test",
            Self::Unknown => "unknown",
        }
    }

    /// The kind in words, with its article.
    pub fn noun(self) -> &'static str {
        match self {
            Self::HuntingQuery => "a hunting query",
            Self::ScheduledRule => "a scheduled analytic rule",
            Self::NrtRule => "an NRT analytic rule",
            Self::OtherRule => "an analytic rule of another kind",
            Self::Parser => "a parser",
            Self::ExplorationQuery => "an exploration query",
            Self::Query => "a query",
            Self::CustomDetection => "a custom detection",
            Self::Stub => "a stub for moved content",
            Self::Test => "a file of tests",
            Self::Unknown => "not Sentinel content",
        }
    }

    /// Whether this is an analytic rule that sentlint knows in full.
    pub fn is_rule(self) -> bool {
        matches!(self, Self::ScheduledRule | Self::NrtRule)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a file is that is recognized and that sentlint has no rules for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Foreign {
    /// A summary rule, which writes the result of a query to a table.
    SummaryRule,
    /// An automation rule.
    AutomationRule,
    /// A playbook, that is a workflow of Logic Apps.
    Playbook,
    /// A rule of the Sigma project.
    SigmaRule,
    /// A settings file of the PowerShell module `AzSentinel`.
    AzSentinel,
    /// A template or a resource of the Azure Resource Manager.
    ArmTemplate,
}

impl Foreign {
    /// What it is, with its article.
    pub fn noun(self) -> &'static str {
        match self {
            Self::SummaryRule => "a summary rule",
            Self::AutomationRule => "an automation rule",
            Self::Playbook => "a playbook",
            Self::SigmaRule => "a Sigma rule",
            Self::AzSentinel => "a file of the AzSentinel module",
            Self::ArmTemplate => "an ARM template or resource",
        }
    }

    /// Several of them.
    pub fn plural(self) -> &'static str {
        match self {
            Self::SummaryRule => "summary rules",
            Self::AutomationRule => "automation rules",
            Self::Playbook => "playbooks",
            Self::SigmaRule => "Sigma rules",
            Self::AzSentinel => "files of the AzSentinel module",
            Self::ArmTemplate => "ARM templates or resources",
        }
    }
}

/// The folder a file stands in, as the upstream repository names them. Upstream's gates go by this alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Folder {
    /// `Detections/`, or any path with `Analytic Rules` in it.
    Rules,
    /// A path with `Hunting Queries` in it.
    Hunting,
    /// A folder of parsers or of exploration queries, or another folder of a solution.
    Other,
    /// Anywhere else.
    #[default]
    None,
}

impl Folder {
    /// The folder of a path with forward slashes.
    pub(crate) fn of(path: &str) -> Self {
        let rules = path.starts_with("Detections/") || path.contains("/Detections/");
        if rules || path.contains("Analytic Rules") {
            Self::Rules
        } else if path.contains("Hunting Queries") {
            Self::Hunting
        } else if ["Solutions/", "Parsers/", "ASIM/", "Exploration Queries/"]
            .iter()
            .any(|folder| path.starts_with(folder) || path.contains(&format!("/{folder}")))
        {
            Self::Other
        } else {
            Self::None
        }
    }
}
