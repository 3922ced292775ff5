//! `invalid-aggregation-kind`

use crate::content::Template;
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits;
use crate::rules::metadata::{closed_set, not_in_set_message};
use crate::rules::schema_violations::{in_rules_folder, is_exactly_scheduled};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// An event grouping that Sentinel does not have.
    ///
    /// ## Why is this bad?
    ///
    /// Rows become one alert together (`SingleAlert`) or one alert each (`AlertPerResult`). There is no third way, and the
    /// grouping cannot be left open once `eventGroupingSettings` is there.
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
    /// A value that differs in case alone is a safe fix. The nearest value is written with `--unsafe-fixes`.
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
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for InvalidAggregationKind {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        if cx.gates() && (!in_rules_folder(cx) || !is_exactly_scheduled(template)) {
            return;
        }
        let Some(grouping) = template.alerting().and_then(|alerting| alerting.event_grouping) else { return };
        let known: &[&'static str] = &limits::AGGREGATION_KINDS;
        match grouping.kind {
            Some(text) if cx.gates() && known.iter().any(|name| name.eq_ignore_ascii_case(text.value)) => {}
            Some(text) if !known.contains(&text.value) => {
                out.push(closed_set(
                    cx,
                    Self::at(text.span(), not_in_set_message(&text, "aggregationKind")),
                    &text,
                    known,
                ));
            }
            // Upstream's gate does not tell a missing kind from a wrong one.
            None if cx.gates() => {
                let span =
                    grouping.map.entries.first().map_or_else(|| cx.first_key(), |entry| entry.key.span);
                out.push(Self::at(span, "`eventGroupingSettings` lacks an `aggregationKind`"));
            }
            _ => {}
        }
    }
}
