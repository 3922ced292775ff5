//! The parts of content that a change is told of.

/// A part of content, by the contract's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    Id,
    Kind,
    Name,
    Description,
    Severity,
    Status,
    Version,
    Schedule,
    Trigger,
    Suppression,
    Grouping,
    Tactic,
    Technique,
    Connector,
    DataType,
    Table,
    Function,
    LookBack,
    Condition,
    Query,
    ResultColumn,
    Entity,
    CustomDetail,
    AlertOverride,
    Deployability,
    Test,
}

impl Aspect {
    /// The contract's name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Kind => "kind",
            Self::Name => "name",
            Self::Description => "description",
            Self::Severity => "severity",
            Self::Status => "status",
            Self::Version => "version",
            Self::Schedule => "schedule",
            Self::Trigger => "trigger",
            Self::Suppression => "suppression",
            Self::Grouping => "grouping",
            Self::Tactic => "tactic",
            Self::Technique => "technique",
            Self::Connector => "connector",
            Self::DataType => "data-type",
            Self::Table => "table",
            Self::Function => "function",
            Self::LookBack => "look-back",
            Self::Condition => "condition",
            Self::Query => "query",
            Self::ResultColumn => "result-column",
            Self::Entity => "entity",
            Self::CustomDetail => "custom-detail",
            Self::AlertOverride => "alert-override",
            Self::Deployability => "deployability",
            Self::Test => "test",
        }
    }
}
