//! `detection-template-schema-validations`: analytic rules have the form that the upstream repository's models of them
//! have. The workflow reads every value as a string and most names in any case.

use super::{Asks, Check, Gate, Opens, missing_keys};

mod attack;
mod connectors;
mod entities;
mod metadata;
mod schedule;

use crate::rules::attack::technique_tactic_mismatch::TechniqueTacticMismatch;
use crate::rules::attack::unknown_tactic::UnknownTactic;
use crate::rules::attack::unknown_technique::UnknownTechnique;
use crate::rules::connectors::missing_data_types::MissingDataTypes;
use crate::rules::connectors::unknown_connector::UnknownConnector;
use crate::rules::entities::alert_override::AlertOverride;
use crate::rules::entities::custom_details::CustomDetails;
use crate::rules::entities::duplicate_entity_identifier::DuplicateEntityIdentifier;
use crate::rules::entities::invalid_column_name::InvalidColumnName;
use crate::rules::entities::legacy_entity_column::LegacyEntityColumn;
use crate::rules::entities::missing_strong_identifier::MissingStrongIdentifier;
use crate::rules::entities::too_many_entity_mappings::TooManyEntityMappings;
use crate::rules::entities::too_many_field_mappings::TooManyFieldMappings;
use crate::rules::entities::unknown_entity_identifier::UnknownEntityIdentifier;
use crate::rules::entities::unknown_entity_type::UnknownEntityType;
use crate::rules::metadata::description_too_long::DescriptionTooLong;
use crate::rules::metadata::invalid_aggregation_kind::InvalidAggregationKind;
use crate::rules::metadata::invalid_id::InvalidId;
use crate::rules::metadata::invalid_kind::InvalidKind;
use crate::rules::metadata::invalid_severity::InvalidSeverity;
use crate::rules::metadata::invalid_trigger_operator::InvalidTriggerOperator;
use crate::rules::metadata::invalid_trigger_threshold::InvalidTriggerThreshold;
use crate::rules::metadata::invalid_version::InvalidVersion;
use crate::rules::metadata::missing_key::MissingKey;
use crate::rules::metadata::name_too_long::NameTooLong;
use crate::rules::metadata::scalar_for_list::ScalarForList;
use crate::rules::metadata::wrong_type::WrongType;
use crate::rules::query::query_too_long::QueryTooLong;
use crate::rules::repository::duplicate_file_name::{self, DuplicateFileName};
use crate::rules::repository::duplicate_id::{self, DuplicateId};
use crate::rules::schedule::duration_out_of_range::DurationOutOfRange;
use crate::rules::schedule::invalid_duration::InvalidDuration;
use crate::rules::schedule::long_period_short_frequency::LongPeriodShortFrequency;
use crate::rules::schedule::period_shorter_than_frequency::PeriodShorterThanFrequency;

pub(super) static GATE: Gate = Gate {
    workflow: "detection-template-schema-validations",
    checks: &[
        Check::new::<MissingKey>(Opens::Rules, Asks::Template(metadata::keys_of_rules)),
        Check::new::<MissingKey>(Opens::ScheduledRules, Asks::Template(metadata::keys_of_scheduled_rules)),
        Check::new::<WrongType>(Opens::Rules, Asks::Template(connectors::types)),
        Check::new::<ScalarForList>(Opens::Rules, Asks::Template(metadata::lists)),
        Check::as_rule(Opens::Rules, &InvalidId),
        Check::as_rule(Opens::Rules, &InvalidKind),
        Check::new::<InvalidSeverity>(Opens::Rules, Asks::Template(metadata::severity)),
        Check::as_rule(Opens::ScheduledRules, &InvalidTriggerOperator),
        Check::new::<InvalidTriggerThreshold>(
            Opens::ScheduledRules,
            Asks::Template(metadata::trigger_threshold),
        ),
        Check::new::<InvalidAggregationKind>(
            Opens::ScheduledRules,
            Asks::Template(metadata::aggregation_kind),
        ),
        Check::as_rule(Opens::Rules, &InvalidVersion),
        Check::as_rule(Opens::Rules, &NameTooLong),
        Check::as_rule(Opens::Rules, &DescriptionTooLong),
        Check::as_rule(Opens::Rules, &QueryTooLong),
        Check::new::<UnknownConnector>(Opens::Rules, Asks::Template(connectors::ids)),
        Check::new::<MissingDataTypes>(Opens::Rules, Asks::Template(connectors::data_types)),
        Check::new::<InvalidDuration>(Opens::ScheduledRules, Asks::Template(schedule::forms)),
        Check::new::<DurationOutOfRange>(Opens::ScheduledRules, Asks::Template(schedule::ranges)),
        Check::new::<PeriodShorterThanFrequency>(Opens::ScheduledRules, Asks::Template(schedule::period)),
        Check::new::<LongPeriodShortFrequency>(Opens::ScheduledRules, Asks::Template(schedule::frequency)),
        Check::new::<UnknownEntityType>(Opens::Rules, Asks::Template(entities::types)),
        Check::new::<UnknownEntityIdentifier>(Opens::Rules, Asks::Template(entities::identifiers)),
        Check::as_rule(Opens::Rules, &DuplicateEntityIdentifier),
        Check::new::<MissingStrongIdentifier>(Opens::Rules, Asks::Template(entities::strong_identifiers)),
        Check::as_rule(Opens::Rules, &TooManyEntityMappings),
        Check::new::<TooManyFieldMappings>(Opens::Rules, Asks::Template(entities::field_counts)),
        Check::new::<InvalidColumnName>(Opens::Rules, Asks::Template(entities::column_names)),
        Check::new::<LegacyEntityColumn>(Opens::ScheduledRules, Asks::Query(entities::legacy_columns)),
        Check::new::<CustomDetails>(Opens::Rules, Asks::Template(entities::custom_details)),
        Check::new::<AlertOverride>(Opens::Rules, Asks::Template(entities::alert_details)),
        Check::new::<UnknownTactic>(Opens::Rules, Asks::Template(attack::tactics)),
        Check::new::<UnknownTechnique>(Opens::ScheduledRules, Asks::Template(attack::techniques)),
        Check::new::<TechniqueTacticMismatch>(Opens::ScheduledRules, Asks::Template(attack::mismatches)),
        Check::new::<DuplicateId>(
            Opens::Rules,
            Asks::Repository(|files, out| duplicate_id::report(files, str::to_owned, out)),
        ),
        Check::new::<DuplicateFileName>(Opens::Rules, Asks::Repository(duplicate_file_name::report)),
    ],
};
