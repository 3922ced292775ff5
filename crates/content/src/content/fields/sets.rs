//! Sets of kinds, and of the ARM resources that content becomes.

use crate::content::kind::Kind;

/// Kinds of content, as a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u16);

impl Kinds {
    /// No kind.
    pub(crate) const NONE: Self = Self(0);
    /// Whatever kind the table is used for.
    pub(crate) const ALL: Self = Self(u16::MAX);
    /// Hunting queries.
    pub(crate) const HUNTING: Self = Self::of(Kind::HuntingQuery);
    /// Scheduled rules.
    pub(crate) const SCHEDULED: Self = Self::of(Kind::ScheduledRule);
    /// Near-real-time rules.
    pub(crate) const NRT: Self = Self::of(Kind::NrtRule);
    /// Scheduled and near-real-time rules.
    pub(crate) const RULES: Self = Self(Self::SCHEDULED.0 | Self::NRT.0);

    /// The set of one kind.
    pub const fn of(kind: Kind) -> Self {
        Self(1 << kind as u16)
    }

    /// Whether the sets are the same.
    pub(super) const fn is(self, other: Self) -> bool {
        self.0 == other.0
    }

    /// Whether a kind is in the set.
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & Self::of(kind).0 != 0
    }
}

/// The ARM resources that content becomes, as a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resources(u8);

impl Resources {
    /// None: the key is for readers of the repository.
    pub const NONE: Self = Self(0);
    /// A rule that runs.
    pub const RULE: Self = Self(1);
    /// The template of a rule in a Content hub solution.
    pub const RULE_TEMPLATE: Self = Self(2);
    /// A rule that names the template it was made from.
    pub const LINKED_RULE: Self = Self(4);
    /// A saved search.
    pub const SAVED_SEARCH: Self = Self(8);
    /// A saved search in a Content hub solution.
    pub const SEARCH_TEMPLATE: Self = Self(16);
    /// Rules that run and their templates.
    pub(crate) const RULES: Self = Self::RULE.and(Self::RULE_TEMPLATE);
    /// Rules and saved searches, packaged or not.
    pub const ALL: Self = Self::RULES.and(Self::SAVED_SEARCH).and(Self::SEARCH_TEMPLATE);

    /// Both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the sets have a resource in common.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
