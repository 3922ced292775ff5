//! `duration-out-of-range`

use crate::content::model::{Schedule, TimeSpan};
use crate::content::{Duration, Template};
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits::{
    MAX_FREQUENCY_MINUTES, MAX_PERIOD_MINUTES, MIN_FREQUENCY_MINUTES, MIN_PERIOD_MINUTES,
};
use crate::rules::schedule::minutes;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A frequency or period under 5 minutes or over 14 days.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel runs a scheduled rule at most every 5 minutes and at least every 14 days, and its query can look back
    /// at most 14 days. A rule outside these limits cannot be deployed, and upstream's checks reject it.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// kind: Scheduled
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 30d
    /// queryPeriod: 30d
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// kind: Scheduled
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 14d
    /// queryPeriod: 14d
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) DurationOutOfRange {
        id: "duration-out-of-range",
        group: Schedule,
        severity: Error,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for DurationOutOfRange {
    fn check_template(&self, _: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        out.extend(template.schedule().into_iter().flat_map(|schedule| check(schedule, minutes)));
    }
}

/// Findings on a frequency and a period out of range. `minutes` tells the length of a duration that is understood.
pub(in crate::rules) fn check(
    schedule: &Schedule<'_>,
    minutes: impl Fn(&TimeSpan<'_>) -> Option<u64>,
) -> Vec<Diagnostic> {
    let check = |(key, span): (&str, &TimeSpan<'_>)| {
        let (least, most) = match key {
            "queryFrequency" => (MIN_FREQUENCY_MINUTES, MAX_FREQUENCY_MINUTES),
            _ => (MIN_PERIOD_MINUTES, MAX_PERIOD_MINUTES),
        };
        finding(key, span, minutes(span)?, least, most)
    };
    schedule.durations().filter_map(check).collect()
}

fn finding(key: &str, span: &TimeSpan<'_>, minutes: u64, least: u64, most: u64) -> Option<Diagnostic> {
    let short = |minutes: u64| Duration::from_seconds(minutes * 60).short();
    let written = span.text.value;
    let (message, help) = if minutes < least {
        let least = short(least);
        let message = format!("`{key}` is {written}; it must be at least {least}");
        let help = match key {
            "queryFrequency" => "Use `5m` or more, or make it an NRT rule, which runs every minute.",
            _ => "Use `5m` or more.",
        };
        (message, help)
    } else if minutes > most {
        let message = format!("`{key}` is {written}; it must be at most {}", short(most));
        (message, "Use `14d` or less.")
    } else {
        return None;
    };
    Some(DurationOutOfRange::at(span.text.span(), message).help(help))
}
