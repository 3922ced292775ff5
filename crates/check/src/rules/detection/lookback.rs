//! `detection-lookback`

use super::seen;
use crate::content::Duration;
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A look-back that the service does not accept.
    ///
    /// ## Why is this bad?
    ///
    /// The look-back of a run must not be shorter than the frequency, or events between two runs are never seen. A
    /// detection that runs continuously has none.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: example-relay
    /// displayName: Remote tool reached its relay
    /// status: disabled
    /// queryCondition:
    ///   queryText: |
    ///     DeviceNetworkEvents
    ///     | where RemoteUrl has "relay.example"
    ///     | project Timestamp, DeviceId, ReportId, DeviceName, RemoteUrl
    /// schedule:
    ///   frequency: PT3H
    ///   lookback: PT1H
    /// detectionAction:
    ///   alertTemplate:
    ///     title: Remote tool on {{DeviceName}}
    ///     description: A device reached the relay of a remote management tool.
    ///     severity: medium
    ///     tactics:
    ///       - tactic: CommandAndControl
    ///         techniques:
    ///           - technique: T1219
    ///     entityMappings:
    ///       hosts:
    ///         - deviceIdColumn: DeviceId
    ///           nameColumn: DeviceName
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: example-relay
    /// displayName: Remote tool reached its relay
    /// status: disabled
    /// queryCondition:
    ///   queryText: |
    ///     DeviceNetworkEvents
    ///     | where RemoteUrl has "relay.example"
    ///     | project Timestamp, DeviceId, ReportId, DeviceName, RemoteUrl
    /// schedule:
    ///   frequency: PT3H
    ///   lookback: PT12H
    /// detectionAction:
    ///   alertTemplate:
    ///     title: Remote tool on {{DeviceName}}
    ///     description: A device reached the relay of a remote management tool.
    ///     severity: medium
    ///     tactics:
    ///       - tactic: CommandAndControl
    ///         techniques:
    ///           - technique: T1219
    ///     entityMappings:
    ///       hosts:
    ///         - deviceIdColumn: DeviceId
    ///           nameColumn: DeviceName
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The fix sets the look-back to the frequency. It is unsafe because a run then reads other events.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/defender-xdr/custom-detection-rules>
    pub(crate) DetectionLookback {
        id: "detection-lookback",
        group: Detection,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionLookback {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let Some(text) = seen.detection.text("schedule.lookback") else { continue };
            let minutes = |text: &str| Duration::parse(text).map(|duration| duration.seconds / 60);
            let frequency = seen.detection.frequency().and_then(|text| minutes(text.value));
            let (message, help) = match (frequency, minutes(text.value)) {
                (_, None) => (
                    format!("`{}` is not a duration in the form of ISO 8601", text.value),
                    "Use a form such as PT4H.",
                ),
                (Some(0), _) => {
                    ("A detection that runs continuously has no look-back".to_owned(), "Remove `lookback`.")
                }
                (Some(frequency), Some(back)) if back < frequency => (
                    "The look-back is shorter than the frequency, so some events are never seen".to_owned(),
                    "Make it at least as long as the frequency.",
                ),
                _ => continue,
            };
            let long = frequency.filter(|frequency| *frequency > 0).and(seen.detection.frequency());
            let edit = long.and_then(|frequency| replace_scalar(cx.source(), text.node, frequency.value));
            let fix = Fix::r#unsafe("Set it to the frequency", edit);
            out.push(Self::at(text.span(), message).help(help).fix(fix));
        }
    }
}
