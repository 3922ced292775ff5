//! Which changes make the command fail.

use super::{Aspect, Change, ChangeKind, Report, What};

/// A kind of change that makes the command exit with 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// A technique that nothing covers any more.
    CoverageLost,
    /// A result column that is gone or has another type.
    ColumnsLost,
    /// An entity that is not mapped any more.
    EntitiesLost,
    /// Another id.
    IdChanged,
    /// Another kind.
    KindChanged,
    /// A lower severity.
    SeverityLowered,
    /// Content that is gone.
    ContentRemoved,
    /// Content that can no longer be deployed.
    NotDeployable,
    /// A finding that was not there.
    NewFindings,
    /// Any change at all.
    Any,
}

impl FailOn {
    /// Every kind, in the order of the help text.
    pub(crate) const ALL: [Self; 10] = [
        Self::CoverageLost,
        Self::ColumnsLost,
        Self::EntitiesLost,
        Self::IdChanged,
        Self::KindChanged,
        Self::SeverityLowered,
        Self::ContentRemoved,
        Self::NotDeployable,
        Self::NewFindings,
        Self::Any,
    ];

    /// The name used on the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::CoverageLost => "coverage-lost",
            Self::ColumnsLost => "columns-lost",
            Self::EntitiesLost => "entities-lost",
            Self::IdChanged => "id-changed",
            Self::KindChanged => "kind-changed",
            Self::SeverityLowered => "severity-lowered",
            Self::ContentRemoved => "content-removed",
            Self::NotDeployable => "not-deployable",
            Self::NewFindings => "new-findings",
            Self::Any => "any",
        }
    }

    /// Whether a report has a change of this kind.
    pub(crate) fn is_met(self, report: &Report) -> bool {
        let stays = |change: &&Change| matches!(change.became, ChangeKind::Changed | ChangeKind::Moved);
        let any = |aspect: Aspect, test: &dyn Fn(&What) -> bool| {
            let kept = report.changes.iter().filter(stays);
            kept.flat_map(|change| &change.what).any(|what| what.aspect == aspect && test(what))
        };
        match self {
            Self::CoverageLost => !report.lost.is_empty(),
            Self::ColumnsLost => any(Aspect::ResultColumn, &|what| what.old.is_some()),
            Self::EntitiesLost => any(Aspect::Entity, &|what| what.new.is_none()),
            Self::IdChanged => any(Aspect::Id, &|_| true),
            Self::KindChanged => any(Aspect::Kind, &|_| true),
            Self::SeverityLowered => {
                any(Aspect::Severity, &|what| rank(what.new.as_ref()) < rank(what.old.as_ref()))
            }
            Self::ContentRemoved => report.changes.iter().any(|change| change.became == ChangeKind::Removed),
            Self::NotDeployable => {
                any(Aspect::Deployability, &|what| what.new.as_deref() != Some("deployable"))
            }
            Self::NewFindings => !report.new_findings.is_empty(),
            Self::Any => !report.changes.is_empty(),
        }
    }
}

/// The severities of rules in their order; without one it is lower than any.
fn rank(severity: Option<&String>) -> usize {
    const RANKS: [&str; 4] = ["informational", "low", "medium", "high"];
    let found = severity.and_then(|name| RANKS.iter().position(|rank| rank.eq_ignore_ascii_case(name)));
    found.map_or(0, |at| at + 1)
}
