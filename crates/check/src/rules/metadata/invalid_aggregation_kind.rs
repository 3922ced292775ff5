//! `invalid-aggregation-kind`

use crate::content::Template;
use crate::content::model::Text;
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits::AGGREGATION_KINDS;
use crate::rules::metadata::{closed_set, not_in_set_message};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// An event grouping that Sentinel does not have.
    ///
    /// ## Why is this bad?
    ///
    /// All rows become one alert (`SingleAlert`), or each row becomes an alert (`AlertPerResult`). There is no other
    /// value, and `eventGroupingSettings` requires one.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.0.0
    /// kind: Scheduled
    /// eventGroupingSettings:
    ///   aggregationKind: AlertPerRow
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.0.0
    /// kind: Scheduled
    /// eventGroupingSettings:
    ///   aggregationKind: AlertPerResult
    /// ```
    ///
    /// ## Fix safety
    ///
    /// If only the case differs, the fix is safe. Replacing the value with the most similar one is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) InvalidAggregationKind {
        id: "invalid-aggregation-kind",
        group: Metadata,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for InvalidAggregationKind {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(grouping) = template.alerting().and_then(|alerting| alerting.event_grouping) else { return };
        let text = grouping.kind.filter(|text| !AGGREGATION_KINDS.contains(&text.value));
        out.extend(text.map(|text| finding(cx, &text)));
    }
}

/// A finding on a value that is not an aggregation kind.
pub(crate) fn finding(cx: &Context<'_>, text: &Text<'_>) -> Diagnostic {
    let finding = InvalidAggregationKind::at(text.span(), not_in_set_message(text, "aggregationKind"));
    closed_set(cx, finding, text, &AGGREGATION_KINDS)
}
