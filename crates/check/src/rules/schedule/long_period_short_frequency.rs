//! `long-period-short-frequency`

use crate::content::Template;
use crate::content::model::{Schedule, TimeSpan};
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::limits::{LONG_PERIOD_MIN_FREQUENCY_MINUTES, LONG_PERIOD_MINUTES};
use crate::rules::schedule::minutes;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A query over 2 days or more that runs more often than once an hour.
    ///
    /// ## Why is this bad?
    ///
    /// Looking back 2 days or more is expensive, so Sentinel requires at least an hour between two runs of such a
    /// query. Upstream's checks reject the rule.
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
    /// queryFrequency: 15m
    /// queryPeriod: 2d
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
    /// queryFrequency: 1h
    /// queryPeriod: 2d
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The frequency becomes one hour, which delays alerts, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) LongPeriodShortFrequency {
        id: "long-period-short-frequency",
        group: Schedule,
        severity: Error,
        fix: Always Unsafe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for LongPeriodShortFrequency {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        out.extend(template.schedule().and_then(|schedule| check(cx, schedule, minutes)));
    }
}

/// A finding on a schedule. `minutes` tells the length of a duration that is understood.
pub(in crate::rules) fn check(
    cx: &Context<'_>,
    schedule: &Schedule<'_>,
    minutes: impl Fn(&TimeSpan<'_>) -> Option<u64>,
) -> Option<Diagnostic> {
    let [(frequency, each), (period, back)] = schedule.lengths(minutes)?;
    if back < LONG_PERIOD_MINUTES || each >= LONG_PERIOD_MIN_FREQUENCY_MINUTES {
        return None;
    }
    let message = format!(
        "The rule looks back {} and runs every {}: a period of 2 days or more requires at least an hour between runs",
        period.value, frequency.value
    );
    let fix = Fix::r#unsafe("Run it once an hour", replace_scalar(cx.source(), frequency.node, "1h"));
    let finding = LongPeriodShortFrequency::at(frequency.span(), message).label(period.span(), "the period");
    Some(finding.help("Set `queryFrequency` to 1h or more, or use a shorter `queryPeriod`.").fix(fix))
}
