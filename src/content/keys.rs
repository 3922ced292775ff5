//! The keys of hunting queries and analytic rules.

/// Every key of a template's first column, in the order in which the repository writes them.
///
/// `alertRuleTemplateName` is none of them: it stands in rules that were made from a template, never in one.
pub const ROOT_KEYS: [&str; 27] = [
    "id",
    "name",
    "description",
    "description-detailed",
    "severity",
    "status",
    "requiredDataConnectors",
    "queryFrequency",
    "queryPeriod",
    "triggerOperator",
    "triggerThreshold",
    "enabled",
    "suppressionEnabled",
    "suppressionDuration",
    "tactics",
    "relevantTechniques",
    "tags",
    "query",
    "entityMappings",
    "sentinelEntitiesMappings",
    "customDetails",
    "alertDetailsOverride",
    "eventGroupingSettings",
    "incidentConfiguration",
    "metadata",
    "version",
    "kind",
];

/// The keys that say when a scheduled rule runs and when it alerts.
pub const SCHEDULE_KEYS: [&str; 4] = ["queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"];

#[cfg(test)]
mod tests {
    use super::ROOT_KEYS;
    use crate::content::schema::SCHEMAS;
    use serde_json::Value;
    use std::collections::BTreeSet;

    #[test]
    fn they_are_the_keys_of_the_schemas() {
        let mut keys = BTreeSet::new();
        for (name, text) in SCHEMAS.iter().filter(|(name, _)| *name != "config") {
            let schema: Value = serde_json::from_str(text).unwrap();
            let properties = schema["properties"].as_object().unwrap();
            assert!(properties.len() > 10, "{name}");
            keys.extend(properties.keys().cloned());
        }
        assert!(keys.remove("alertRuleTemplateName"));
        assert_eq!(keys, ROOT_KEYS.into_iter().map(str::to_owned).collect());
    }
}
