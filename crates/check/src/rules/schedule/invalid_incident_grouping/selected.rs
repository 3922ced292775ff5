//! What alerts are grouped by and the rule does not have.

use super::InvalidIncidentGrouping;
use crate::content::Template;
use crate::content::model::{EntityMapping, Grouping};
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::entities::entity_type_ignore_case;
use crate::rules::Context;
use crate::rules::result_columns::write_name;
use crate::similar::slip_of;

/// The one key that a name differs from by nothing but case.
fn only_case<'k>(name: &str, keys: &[&'k str]) -> Option<&'k str> {
    let mut same = keys.iter().copied().filter(|key| key.eq_ignore_ascii_case(name));
    same.next().filter(|_| same.next().is_none())
}

pub(super) fn groups(
    cx: &Context<'_>,
    grouping: &Grouping<'_>,
    template: &Template<'_>,
    out: &mut Vec<Diagnostic>,
) {
    let common = template.common();
    let Grouping { entities, custom_details, alert_details, .. } = grouping;
    for item in &entities.items {
        let is_it = |mapping: &EntityMapping<'_>| {
            mapping.entity_type.is_some_and(|name| name.value.eq_ignore_ascii_case(item.value))
        };
        let known = entity_type_ignore_case(item.value).is_some();
        if known && !common.entity_mappings.iter().any(is_it) {
            let message =
                format!("Alerts are grouped by the entity `{}`, which the rule does not map", item.value);
            let help =
                format!("Map a column to {} under `entityMappings`, or group by another entity.", item.value);
            out.push(InvalidIncidentGrouping::at(item.span(), message).help(help));
        }
    }
    for item in &custom_details.items {
        if !common.custom_details.iter().any(|(key, _)| key.value == item.value) {
            let message = format!(
                "Alerts are grouped by the custom detail `{}`, which the rule does not have",
                item.value
            );
            let keys: Vec<&str> = common.custom_details.iter().map(|(key, _)| key.value).collect();
            let write = |key: &str| write_name(cx, item, key);
            let (help, fix) = match only_case(item.value, &keys) {
                Some(key) => (
                    format!("Use `{key}`: names of custom details are case-sensitive."),
                    Fix::safe(format!("Replace with `{key}`"), write(key)),
                ),
                None => match slip_of(item.value, keys.iter().copied()) {
                    Some(key) => (
                        format!("Did you mean `{key}`?"),
                        Fix::r#unsafe(format!("Replace with `{key}`"), write(key)),
                    ),
                    None => ("Use a key of `customDetails`, or add it there.".to_owned(), None),
                },
            };
            out.push(InvalidIncidentGrouping::at(item.span(), message).help(help).fix(fix));
        }
    }
    let Some(selected) = grouping.method.filter(|text| text.value.eq_ignore_ascii_case("Selected")) else {
        return;
    };
    if [entities, custom_details, alert_details].iter().all(|list| list.items.is_empty()) {
        let message = "The matching method is Selected, but nothing is selected";
        let help = "Add items to `groupByEntities`, `groupByAlertDetails` or `groupByCustomDetails`, or use \
                    `matchingMethod: AllEntities`.";
        let finding = InvalidIncidentGrouping::at(selected.span(), message).help(help);
        out.push(finding.label(grouping.field.entry.key.span, "this grouping"));
    }
}
