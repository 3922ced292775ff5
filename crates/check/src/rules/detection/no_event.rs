//! `detection-no-event`

use super::seen;
use crate::diagnostic::Diagnostic;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A query that returns no events.
    ///
    /// ## Why is this bad?
    ///
    /// An alert is about an event. Tables that describe a state, such as the software inventory, have no time or no
    /// `ReportId` of an event, and neither have `print`, `datatable`, `externaldata` and the result of `count`. The
    /// service refuses a detection that only reads such tables.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: example-relay
    /// displayName: Remote tool reached its relay
    /// status: disabled
    /// queryCondition:
    ///   queryText: |
    ///     DeviceTvmSoftwareInventory
    ///     | where SoftwareName has "relay"
    ///     | project DeviceId, DeviceName, SoftwareName
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
    pub(crate) DetectionNoEvent {
        id: "detection-no-event",
        group: Detection,
        severity: Error,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionNoEvent {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let Some((query, event, _)) = seen.judged(cx) else { continue };
            let Some((place, why)) = event.others.first().filter(|_| !event.is_any()) else { continue };
            let message = format!("The query returns no events that an alert could be about: {why}");
            let help = "Start from a table of events, such as `DeviceEvents`, and join this one to it.";
            out.push(Self::at(query.span(*place), message).help(help));
        }
    }
}
