//! Keys and values that every template has.

mod branding;
mod description_style;
mod description_too_long;
mod empty_value;
mod hunting_description_too_long;
mod invalid_aggregation_kind;
mod invalid_id;
mod invalid_kind;
mod invalid_severity;
mod invalid_status;
mod invalid_trigger_operator;
mod invalid_trigger_threshold;
mod invalid_version;
mod locale_link;
pub(in crate::rules) mod misindented_key;
pub(in crate::rules) mod missing_key;
mod missing_metadata;
mod name_style;
mod name_too_long;
mod quoted_description;
mod rule_key_in_hunting_query;
mod scalar_for_list;
mod types;
mod unknown_key;
mod wrong_type;

pub(super) use branding::Branding;
pub(super) use description_style::DescriptionStyle;
pub(super) use description_too_long::DescriptionTooLong;
pub(super) use empty_value::EmptyValue;
pub(super) use hunting_description_too_long::HuntingDescriptionTooLong;
pub(super) use invalid_aggregation_kind::InvalidAggregationKind;
pub(super) use invalid_id::InvalidId;
pub(super) use invalid_kind::InvalidKind;
pub(super) use invalid_severity::InvalidSeverity;
pub(super) use invalid_status::InvalidStatus;
pub(super) use invalid_trigger_operator::InvalidTriggerOperator;
pub(super) use invalid_trigger_threshold::InvalidTriggerThreshold;
pub(super) use invalid_version::InvalidVersion;
pub(super) use locale_link::LocaleLink;
pub(super) use missing_key::MissingKey;
pub(super) use missing_metadata::MissingMetadata;
pub(super) use name_style::NameStyle;
pub(super) use name_too_long::NameTooLong;
pub(super) use quoted_description::QuotedDescription;
pub(super) use rule_key_in_hunting_query::RuleKeyInHuntingQuery;
pub(super) use scalar_for_list::ScalarForList;
pub(super) use unknown_key::UnknownKey;
pub(super) use wrong_type::WrongType;

use crate::content::model::Text;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::{limits, nearest::nearest};
use crate::rules::Context;
use crate::yaml::edit::replace_scalar;

/// The words for a value outside of its closed set.
fn not_in_set_message(text: &Text<'_>, key: &str) -> String {
    format!("`{key}` cannot be `{}`", text.value)
}

/// A finding on such a value, with the nearest one that is in the set.
fn closed_set(cx: &Context<'_>, finding: Diagnostic, text: &Text<'_>, known: &[&'static str]) -> Diagnostic {
    let written = text.value;
    let replace = |name: &str| replace_scalar(cx.source(), text.node, name);
    if let Some(name) = limits::ignore_case(written.trim(), known) {
        let fix = Fix::safe(format!("Write `{name}`"), replace(name));
        return finding.help(format!("It is written `{name}`.")).fix(fix);
    }
    let all = known.join(", ");
    match nearest(written, known.iter().copied()) {
        Some(near) => {
            let fix = Fix::r#unsafe(format!("Write `{near}`"), replace(near));
            finding.help(format!("Did you mean `{near}`? The values are {all}.")).fix(fix)
        }
        None => finding.help(format!("The values are {all}.")),
    }
}
