//! `suppression-shorter-than-frequency`

use crate::content::Template;
use crate::diagnostic::Diagnostic;
use crate::rules::schedule::minutes;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A suppression that ends before the rule runs again.
    ///
    /// ## Why is this bad?
    ///
    /// Suppression stops the rule for some time after an alert. If that time is shorter than `queryFrequency`, it ends
    /// before the next run, so nothing is ever suppressed.
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
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// suppressionEnabled: true
    /// suppressionDuration: 30m
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
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// suppressionEnabled: true
    /// suppressionDuration: 5h
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/create-analytics-rules>
    pub(crate) SuppressionShorterThanFrequency {
        id: "suppression-shorter-than-frequency",
        group: Schedule,
        severity: Warning,
        since: "0.1.0",
    }
}

impl Rule for SuppressionShorterThanFrequency {
    fn check_template(&self, _: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let (Some(schedule), Some(alerting)) = (template.schedule(), template.alerting()) else { return };
        let (Some(span), Some(frequency)) = (&alerting.suppression, &schedule.frequency) else { return };
        let (Some(seconds), Some(each)) = (span.seconds(), minutes(frequency)) else { return };
        if alerting.suppression_enabled != Some(true) || seconds >= each * 60 {
            return;
        }
        let message = format!(
            "The suppression of {} ends before the next run of the rule, which runs every {}",
            span.text.value, frequency.text.value
        );
        let help =
            "Make `suppressionDuration` longer than `queryFrequency`, or set `suppressionEnabled: false`.";
        let finding = Self::at(span.text.span(), message).label(frequency.text.span(), "the frequency");
        out.push(finding.help(help));
    }
}
