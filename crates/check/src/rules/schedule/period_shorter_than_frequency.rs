//! `period-shorter-than-frequency`

use crate::content::Template;
use crate::content::model::{Schedule, TimeSpan};
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::limits::MAX_PERIOD_MINUTES;
use crate::rules::schedule::minutes;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A query period shorter than the time between two runs.
    ///
    /// ## Why is this bad?
    ///
    /// A run sees the events of the last `queryPeriod`. If that is shorter than `queryFrequency`, the events in between
    /// are missed. Sentinel and upstream's checks reject such a rule.
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
    /// queryFrequency: 1d
    /// queryPeriod: 1h
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
    /// queryFrequency: 1d
    /// queryPeriod: 1d
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The period is set to the frequency. The query sees more events, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) PeriodShorterThanFrequency {
        id: "period-shorter-than-frequency",
        group: Schedule,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for PeriodShorterThanFrequency {
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
    if back >= each {
        return None;
    }
    let message = format!(
        "The rule runs every {} but only looks back {}, so it misses the events in between",
        frequency.value, period.value
    );
    let title = format!("Set `queryPeriod` to {}", frequency.value);
    let fix = (each <= MAX_PERIOD_MINUTES)
        .then(|| replace_scalar(cx.source(), period.node, frequency.value))
        .and_then(|edit| Fix::r#unsafe(title, edit));
    let help = format!("Set `queryPeriod` to {} or more, or run the rule more often.", frequency.value);
    let finding = PeriodShorterThanFrequency::at(period.span(), message).help(help);
    Some(finding.label(frequency.span(), "the frequency").fix(fix))
}
