//! Limits and closed lists of the format, each with where it is from: upstream's gate ("the gate"), the
//! service's documentation ("the service"), the management API ("the API"), or review guidance ("review").

/// Most characters of a rule's `name` (the gate).
pub const MAX_NAME: usize = 256;
/// Most characters of a rule's `description` (the gate).
pub const MAX_DESCRIPTION: usize = 5_000;
/// Most characters of a rule's `query` (the gate and the service).
pub const MAX_QUERY: usize = 10_000;
/// Most characters of `version` (the gate).
pub const MAX_VERSION: usize = 20;

/// Least `queryFrequency`, in minutes (the gate and the service).
pub const MIN_FREQUENCY_MINUTES: u64 = 5;
/// Most `queryFrequency`, in minutes: 14 days (the gate and the service).
pub const MAX_FREQUENCY_MINUTES: u64 = 14 * 24 * 60;
/// Least `queryPeriod`, in minutes (the gate and the service).
pub const MIN_PERIOD_MINUTES: u64 = 5;
/// Most `queryPeriod`, in minutes: 14 days (the gate and the service).
pub const MAX_PERIOD_MINUTES: u64 = 14 * 24 * 60;
/// A `queryPeriod` of so many minutes, 2 days, or more wants `LONG_PERIOD_MIN_FREQUENCY_MINUTES` (the gate).
pub const LONG_PERIOD_MINUTES: u64 = 2 * 24 * 60;
/// Least `queryFrequency` of a rule with a long period, in minutes (the gate).
pub const LONG_PERIOD_MIN_FREQUENCY_MINUTES: u64 = 60;
/// Most `suppressionDuration`, in minutes: 24 hours (the service).
pub const SUPPRESSION_MAX_MINUTES: u64 = 24 * 60;
/// Least `lookbackDuration` of incident grouping, in minutes (the service).
pub const LOOKBACK_MIN_MINUTES: u64 = 5;
/// Most `lookbackDuration` of incident grouping, in minutes: 7 days (the service).
pub const LOOKBACK_MAX_MINUTES: u64 = 7 * 24 * 60;

/// Least `triggerThreshold` (the gate).
pub(crate) const THRESHOLD_MIN: i64 = 0;
/// Most `triggerThreshold` (the gate).
pub const THRESHOLD_MAX: i64 = 10_000;

/// Most entity mappings of a rule (the gate since 2022, and the service).
pub const ENTITY_MAPPINGS: usize = 10;
/// Most field mappings, or identifiers, of an entity mapping (the gate and the service).
pub const FIELD_MAPPINGS: usize = 3;
/// Most characters of a mapped column's name (the gate).
pub const COLUMN_NAME: usize = 500;

/// Most entries of `customDetails` (the gate and the service).
pub const CUSTOM_DETAILS: usize = 20;
/// Most characters of a custom detail's key (the gate).
pub const CUSTOM_DETAIL_KEY: usize = 20;
/// Most characters of a custom detail's value, which names a column (the gate).
pub const CUSTOM_DETAIL_VALUE: usize = 500;

/// Most placeholders, `{{Column}}`, in one overridden alert text (the gate).
pub const PLACEHOLDERS: usize = 3;
/// Most characters of `alertDisplayNameFormat` (the gate; the service counts bytes of the result).
pub const ALERT_NAME: usize = 256;
/// Most characters of `alertDescriptionFormat` (the gate; the service allows 5 KB of the result).
pub const ALERT_DESCRIPTION: usize = 5_000;

/// Most rules that the portal imports from one file (the service).
pub const PORTAL_IMPORT_RULES: usize = 50;
/// Most deployments that a resource group keeps; Sentinel Repositories makes one for each file.
pub const DEPLOYMENTS: usize = 800;
/// Most resources in one ARM template.
pub const TEMPLATE_RESOURCES: usize = 800;
/// Most bytes of one ARM template.
pub const TEMPLATE_BYTES: usize = 4 * 1024 * 1024;

/// Most characters of a hunting query's description once it is a saved search's tag (review, and upstream's reports).
pub const HUNTING_DESCRIPTION_TAG: usize = 255;

/// Most characters of a name (review).
pub const REVIEW_NAME: usize = 100;

/// Severities from the least (the gate and the API; the gate ignores case).
pub const SEVERITIES: [&str; 4] = ["Informational", "Low", "Medium", "High"];
/// Kinds of rule that can be written as YAML (the gate, where case counts).
pub const KINDS: [&str; 2] = ["Scheduled", "NRT"];
/// Values of `status` (review; the gate does not read it).
pub const STATUSES: [&str; 3] = ["Available", "InPreview", "Deprecated"];
/// Trigger operators: the short form of YAML and the long form of the API (the gate takes both; case counts).
pub const TRIGGER_OPERATORS: [(&str, &str); 4] =
    [("gt", "GreaterThan"), ("lt", "LessThan"), ("eq", "Equal"), ("ne", "NotEqual")];
/// Values of `eventGroupingSettings.aggregationKind` (the gate and the API).
pub const AGGREGATION_KINDS: [&str; 2] = ["SingleAlert", "AlertPerResult"];
/// Values of `groupingConfiguration.matchingMethod` (the API).
pub const MATCHING_METHODS: [&str; 3] = ["AllEntities", "AnyAlert", "Selected"];
/// Items of `groupingConfiguration.groupByAlertDetails` (the API).
pub const ALERT_DETAILS: [&str; 2] = ["DisplayName", "Severity"];
/// Values of `alertDynamicProperties[].alertProperty` (the API).
pub const DYNAMIC_PROPERTIES: [&str; 10] = [
    "AlertLink",
    "ConfidenceLevel",
    "ConfidenceScore",
    "ExtendedLinks",
    "ProductComponentName",
    "ProductName",
    "ProviderName",
    "RemediationSteps",
    "SubTechniques",
    "Techniques",
];
/// Values that a `FileHash` entity's `Algorithm` can take (the service).
pub const FILE_HASH_ALGORITHMS: [&str; 5] = ["MD5", "SHA1", "SHA256", "SHA256AC", "Unknown"];
/// Values of `metadata.source.kind` (review).
pub(crate) const SOURCE_KINDS: [&str; 2] = ["Community", "Microsoft"];
/// Values of `metadata.categories.domains` (review).
pub(crate) const METADATA_DOMAINS: [&str; 25] = [
    "Application",
    "Cloud Provider",
    "Cloud Security",
    "Compliance",
    "DevOps",
    "Identity",
    "Internet of Things (IoT)",
    "IT Operations",
    "Migration",
    "Networking",
    "Platform",
    "Security",
    "Security - 0-day Vulnerability",
    "Security - Automation (SOAR)",
    "Security - Cloud Security",
    "Security - Information Protection",
    "Security - Insider Threat",
    "Security - Network",
    "Security - Others",
    "Security - Threat Intelligence",
    "Security - Threat Protection",
    "Security - Vulnerability Management",
    "Storage",
    "Training and Tutorials",
    "User Behavior (UEBA)",
];

/// Newest stable version of the alert rules API; without NRT, sub-techniques and `sentinelEntitiesMappings`.
pub const ALERT_RULES_API_STABLE: &str = "2025-09-01";
/// Newest preview version of the alert rules API.
pub const ALERT_RULES_API_PREVIEW: &str = "2025-10-01-preview";
/// First preview version of the alert rules API in which sub-techniques take effect.
pub const ALERT_RULES_API_SUB_TECHNIQUES: &str = "2023-12-01-preview";
/// Version of the content template API that published solutions carry for a rule.
pub const CONTENT_TEMPLATES_API: &str = "2023-02-01-preview";
/// Version of the saved search API that published solutions carry now; its properties have not changed.
pub const SAVED_SEARCHES_API_NEWEST: &str = "2025-07-01";

/// Version of the workspaces API by which Bicep files name a workspace that is there.
pub const WORKSPACES_API: &str = "2025-07-01";

/// Whether a text can be the last part of a resource's name, as the id of content is.
pub fn is_resource_name(text: &str) -> bool {
    let fits = |c: char| !c.is_control() && !r"/\?#%<>*&:".contains(c);
    (1..=260).contains(&text.chars().count()) && text.chars().all(fits) && !text.ends_with(['.', ' '])
}

/// The long form of a trigger operator given in either form; case counts.
pub fn trigger_operator(text: &str) -> Option<&'static str> {
    let found = TRIGGER_OPERATORS.iter().find(|(short, long)| *short == text || *long == text);
    found.map(|(_, long)| *long)
}

/// The entry of a closed list that differs from `text` in case alone, if it is there.
pub fn ignore_case(text: &str, list: &[&'static str]) -> Option<&'static str> {
    list.iter().find(|entry| entry.eq_ignore_ascii_case(text)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_in_order() {
        assert_eq!((MIN_FREQUENCY_MINUTES, MAX_FREQUENCY_MINUTES), (5, 20_160));
        assert_eq!((MIN_PERIOD_MINUTES, MAX_PERIOD_MINUTES), (5, 20_160));
        assert_eq!((LOOKBACK_MIN_MINUTES, LOOKBACK_MAX_MINUTES), (5, 10_080));
        assert_eq!((LONG_PERIOD_MINUTES, LONG_PERIOD_MIN_FREQUENCY_MINUTES), (2_880, 60));
        assert_eq!(SUPPRESSION_MAX_MINUTES, 1_440);
    }

    #[test]
    fn operators_have_two_forms() {
        assert_eq!(trigger_operator("gt"), Some("GreaterThan"));
        assert_eq!(trigger_operator("NotEqual"), Some("NotEqual"));
        assert_eq!(trigger_operator("GT"), None);
    }

    #[test]
    fn lists_are_searched_without_case() {
        assert_eq!(ignore_case("medium", &SEVERITIES), Some("Medium"));
        assert_eq!(ignore_case("Hight", &SEVERITIES), None);
    }
}
