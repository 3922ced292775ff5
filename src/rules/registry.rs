//! The list of every rule, in the order of the catalogue. A rule exists once it stands here.

use super::{
    Declared, Rule, attack, connectors, entities, metadata, query, repository, schedule, suppressions, yaml,
};
use crate::diagnostic::RuleMeta;

/// A rule with its metadata.
pub struct Entry {
    /// The metadata.
    pub meta: &'static RuleMeta,
    /// The code.
    pub rule: &'static dyn Rule,
}

macro_rules! registry {
    ($($group:ident :: $($name:ident),+;)*) => {
        /// Every rule, in the order of the catalogue.
        static RULES: &[Entry] = &[
            $($(Entry { meta: <$group::$name as Declared>::META, rule: &$group::$name },)+)*
        ];
    };
}

registry! {
    yaml::YamlSyntax, DuplicateKey, MultipleDocuments, NonAscii, ByteOrderMark, FileExtension, AmbiguousScalar, FoldedQuery,
        UnfollowedAlias;
    metadata::UnknownKey, MissingKey, WrongType, ScalarForList, EmptyValue, InvalidId, InvalidKind, InvalidSeverity, InvalidStatus, InvalidTriggerOperator, InvalidTriggerThreshold, InvalidAggregationKind, InvalidVersion, NameTooLong, DescriptionTooLong, HuntingDescriptionTooLong, QuotedDescription, NameStyle, DescriptionStyle, Branding, LocaleLink, RuleKeyInHuntingQuery, MissingMetadata;
    connectors::UnknownConnector, MissingDataTypes, UndeclaredTable, UnusedDataType;
    schedule::InvalidDuration, DurationOutOfRange, PeriodShorterThanFrequency, LongPeriodShortFrequency, ScheduleInNrt, SuppressionOutOfRange, SuppressionShorterThanFrequency, InvalidIncidentGrouping;
    entities::UnknownEntityType, UnknownEntityIdentifier, DuplicateEntityIdentifier, MissingStrongIdentifier, TooManyEntityMappings, TooManyFieldMappings, InvalidColumnName, LegacyEntityColumn, EntityColumnMissing, CustomDetails, AlertOverride, MissingEntityMapping;
    attack::UnknownTactic, UnknownTechnique, RevokedTechnique, DeprecatedTechnique, TechniqueTacticMismatch, UncoveredTactic, MissingTactics, MissingTechniques, PreferSubTechnique;
    query::KqlSyntax, KqlUnknownTable, KqlUnknownColumn, KqlUnknownFunction, KqlArgument, KqlType, KqlSemantic, QueryTooLong, QueryTimestampColumn, TiLatest, NoTimeInResult, UnscopedSearch, WildcardUnion, ContainsInsteadOfHas, CaseFoldedComparison, RegexHeavy, UnboundedSort, NondeterministicTake, TakeInRule, UnboundedMvExpand, CrossCluster, NoReduction, UnwindowedJoin, LateFilter, UnboundedMakeSet, NoTimeFilter, RenderInRule, QueryPlaceholder, KqlUnusedLet, KqlDeprecated, LookbackExceedsPeriod;
    repository::DuplicateId, DuplicateFileName, DuplicateQuery, IdChanged, VersionNotBumped, KindChanged;
    suppressions::UnusedSuppression, UnknownSuppression;
}

/// Every rule, in the order of the catalogue.
pub fn all() -> &'static [Entry] {
    RULES
}

/// The rule of an id.
pub fn find(id: &str) -> Option<&'static Entry> {
    all().iter().find(|entry| entry.meta.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_kebab_case_and_documented() {
        let mut seen = std::collections::BTreeSet::new();
        for entry in all() {
            let meta = entry.meta;
            assert!(seen.insert(meta.id), "{} stands twice", meta.id);
            assert!(
                meta.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{}",
                meta.id
            );
            assert!(!meta.summary().is_empty(), "{} has no page", meta.id);
            for heading in ["## Why is this bad?", "## Example"] {
                assert!(meta.page().contains(heading), "{} lacks {heading}", meta.id);
            }
        }
    }
}
