//! `suppression-out-of-range`

use crate::content::Template;
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits::SUPPRESSION_MAX_MINUTES;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A suppression of more than 24 hours.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel can suppress a rule for at most 24 hours after an alert, and rejects a longer suppression.
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
    /// suppressionDuration: 2d
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
    /// suppressionDuration: 1d
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/create-analytics-rules>
    pub(crate) SuppressionOutOfRange {
        id: "suppression-out-of-range",
        group: Schedule,
        severity: Warning,
        since: "0.1.0",
    }
}

impl Rule for SuppressionOutOfRange {
    fn check_template(&self, _cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(alerting) = template.alerting() else { return };
        let Some(span) =
            alerting.suppression.as_ref().filter(|_| alerting.suppression_enabled != Some(false))
        else {
            return;
        };
        if span.seconds().is_some_and(|seconds| seconds > SUPPRESSION_MAX_MINUTES * 60) {
            let message =
                format!("`suppressionDuration` is {}; it must be at most 24 hours", span.text.value);
            out.push(Self::at(span.text.span(), message).help("Use `1d` or less."));
        }
    }
}
