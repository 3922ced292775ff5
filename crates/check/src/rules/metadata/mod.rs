//! Keys and values that every template has.

mod branding;
mod description_style;
pub(super) mod description_too_long;
mod empty_value;
mod hunting_description_too_long;
pub(super) mod invalid_aggregation_kind;
pub(super) mod invalid_id;
pub(super) mod invalid_kind;
pub(super) mod invalid_severity;
mod invalid_status;
pub(in crate::rules) mod invalid_test;
pub(super) mod invalid_trigger_operator;
pub(super) mod invalid_trigger_threshold;
pub(super) mod invalid_version;
pub(super) mod locale_link;
pub(in crate::rules) mod misindented_key;
pub(in crate::rules) mod missing_key;
mod missing_metadata;
mod name_style;
pub(super) mod name_too_long;
mod quoted_description;
mod rule_key_in_hunting_query;
pub(super) mod scalar_for_list;
mod types;
pub(in crate::rules) mod unknown_key;
mod unpaired_quote;
pub(super) mod wrong_type;

super::rules! {
    unknown_key::UnknownKey,
    missing_key::MissingKey,
    wrong_type::WrongType,
    scalar_for_list::ScalarForList,
    empty_value::EmptyValue,
    invalid_id::InvalidId,
    invalid_kind::InvalidKind,
    invalid_severity::InvalidSeverity,
    invalid_status::InvalidStatus,
    invalid_trigger_operator::InvalidTriggerOperator,
    invalid_trigger_threshold::InvalidTriggerThreshold,
    invalid_aggregation_kind::InvalidAggregationKind,
    invalid_version::InvalidVersion,
    name_too_long::NameTooLong,
    description_too_long::DescriptionTooLong,
    hunting_description_too_long::HuntingDescriptionTooLong,
    quoted_description::QuotedDescription,
    unpaired_quote::UnpairedQuote,
    name_style::NameStyle,
    description_style::DescriptionStyle,
    branding::Branding,
    locale_link::LocaleLink,
    rule_key_in_hunting_query::RuleKeyInHuntingQuery,
    missing_metadata::MissingMetadata,
    invalid_test::InvalidTest,
}

use crate::content::model::Text;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::limits;
use crate::rules::Context;
use crate::similar::slip_of;
use crate::yaml::edit::replace_scalar;

/// The words for a value outside its closed set.
fn not_in_set_message(text: &Text<'_>, key: &str) -> String {
    format!("`{}` is not a valid value for `{key}`", text.value)
}

/// A finding on such a value, with the nearest one that is in the set.
fn closed_set(cx: &Context<'_>, finding: Diagnostic, text: &Text<'_>, known: &[&'static str]) -> Diagnostic {
    let written = text.value;
    let replace = |name: &str| replace_scalar(cx.source(), text.node, name);
    if let Some(name) = limits::ignore_case(written.trim(), known) {
        let fix = Fix::safe(format!("Replace with `{name}`"), replace(name));
        return finding.help(format!("Use `{name}`.")).fix(fix);
    }
    let all = known.join(", ");
    match slip_of(written, known.iter().copied()) {
        Some(near) => {
            let fix = Fix::r#unsafe(format!("Replace with `{near}`"), replace(near));
            finding.help(format!("Did you mean `{near}`? The valid values are {all}.")).fix(fix)
        }
        None => finding.help(format!("The valid values are {all}.")),
    }
}
