//! `detection-destructive-action`

use super::seen;
use crate::diagnostic::Diagnostic;
use crate::knowledge::defender;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// An enabled detection with an action that stops people from working.
    ///
    /// ## Why is this bad?
    ///
    /// Mail that is deleted for good, isolated devices and disabled users are noticed. A detection that has such an
    /// action should be tried without it first: its first run looks at the last 30 days.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: example-relay
    /// displayName: Remote tool reached its relay
    /// status: enabled
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
    ///   automatedActions:
    ///     isolateDevices:
    ///       - deviceIdColumn: DeviceId
    ///         isolationType: full
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
    ///   automatedActions:
    ///     isolateDevices:
    ///       - deviceIdColumn: DeviceId
    ///         isolationType: full
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/defender-xdr/custom-detection-rules>
    pub(crate) DetectionDestructiveAction {
        id: "detection-destructive-action",
        group: Detection,
        severity: Warning,
        since: "0.2.0",
    }
}

impl Rule for DetectionDestructiveAction {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            if !seen.detection.is_enabled() {
                continue;
            }
            for (entry, items) in seen.detection.actions() {
                let action = entry
                    .name()
                    .and_then(defender::action)
                    .filter(|action| action.is_destructive() && !items.is_empty());
                if let Some(action) = action {
                    let message = format!(
                        "The detection is enabled and has `{}`, which cannot simply be taken back",
                        action.list
                    );
                    let help = "Disable the detection or remove the action until its alerts are known.";
                    out.push(Self::at(entry.key.span, message).help(help));
                }
            }
        }
    }
}
