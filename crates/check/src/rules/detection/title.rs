//! `detection-title`

use super::seen;
use crate::diagnostic::{Diagnostic, Severity};
use crate::knowledge::defender::{LONG_TITLE, MAX_TITLE};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A name or title that is empty or too long.
    ///
    /// ## Why is this bad?
    ///
    /// Microsoft states no limit, but other tools accept at most 255 characters and cut titles at 120, which is
    /// reported as a warning. An empty title is refused.
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
    ///   frequency: PT1H
    /// detectionAction:
    ///   alertTemplate:
    ///     title: Remote tool on a device Remote tool on a device Remote tool on a device Remote tool on a device Remote tool on a device Remote tool on a device Remote tool on a device Remote tool on a device Remote tool on a device Remote tool on a device Remote tool on a device Remote tool on a device
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
    ///   frequency: PT1H
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
    /// ## References
    ///
    /// - <https://learn.microsoft.com/defender-xdr/custom-detection-rules>
    pub(crate) DetectionTitle {
        id: "detection-title",
        group: Detection,
        severity: Error,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionTitle {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            for (what, path) in
                [("display name", "displayName"), ("title", "detectionAction.alertTemplate.title")]
            {
                let Some(text) = seen.detection.text(path) else { continue };
                let length = text.value.chars().count();
                if text.value.trim().is_empty() {
                    out.push(
                        Self::at(text.span(), format!("The {what} is empty"))
                            .help("Say what the detection finds."),
                    );
                } else if length > MAX_TITLE {
                    let message =
                        format!("The {what} has {length} characters; at most {MAX_TITLE} are accepted");
                    out.push(Self::at(text.span(), message).help("Shorten it."));
                } else if length > LONG_TITLE {
                    let message =
                        format!("The {what} has {length} characters, and may be cut after {LONG_TITLE}");
                    out.push(Self::at(text.span(), message).help("Shorten it.").severity(Severity::Warning));
                }
            }
        }
    }
}
