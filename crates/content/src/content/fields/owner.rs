//! The rules that speak for what a schema has against a file. Content names them and knows nothing else of them.

/// A rule that owns violations of the format: each is the rule of that name, which has a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    AlertOverride,
    CustomDetails,
    DescriptionTooLong,
    EmptyValue,
    InvalidAggregationKind,
    InvalidColumnName,
    InvalidDuration,
    InvalidId,
    InvalidIncidentGrouping,
    InvalidKind,
    InvalidSeverity,
    InvalidStatus,
    InvalidTriggerOperator,
    InvalidTriggerThreshold,
    InvalidVersion,
    MissingDataTypes,
    MissingKey,
    MissingStrongIdentifier,
    NameTooLong,
    QueryTooLong,
    RuleKeyInHuntingQuery,
    ScalarForList,
    ScheduleInNrt,
    TooManyEntityMappings,
    TooManyFieldMappings,
    UnknownConnector,
    UnknownEntityIdentifier,
    UnknownEntityType,
    UnknownKey,
    UnknownTactic,
    UnknownTechnique,
    WrongType,
    YamlSyntax,
}

impl Owner {
    /// The rule's id: the variant's name in kebab case.
    #[cfg(any(test, feature = "testing"))]
    pub fn id(self) -> String {
        let mut id = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_ascii_uppercase() && !id.is_empty() {
                id.push('-');
            }
            id.push(letter.to_ascii_lowercase());
        }
        id
    }
}
