//! `detection-nrt-column`

use super::{no_fix, report};
use crate::content::detection::continuous::Kind;
use crate::diagnostic::Diagnostic;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A column that a query which runs continuously cannot use.
    ///
    /// ## Why is this bad?
    ///
    /// Such a query can use columns that are generally available; `LatestDeliveryLocation` and `LatestDeliveryAction`
    /// of `EmailEvents` are not.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: example-relay
    /// displayName: Remote tool reached its relay
    /// status: disabled
    /// queryCondition:
    ///   queryText: |
    ///     EmailEvents
    ///     | where Subject has "relay" and LatestDeliveryAction == "Delivered"
    ///     | project Timestamp, ReportId, RecipientEmailAddress
    /// schedule:
    ///   frequency: PT0S
    /// detectionAction:
    ///   alertTemplate:
    ///     title: Mail about a relay
    ///     description: A device reached the relay of a remote management tool.
    ///     severity: medium
    ///     tactics:
    ///       - tactic: CommandAndControl
    ///         techniques:
    ///           - technique: T1219
    ///     entityMappings:
    ///       mailboxes:
    ///         - primaryAddressColumn: RecipientEmailAddress
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
    ///   frequency: PT0S
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
    pub(crate) DetectionNrtColumn {
        id: "detection-nrt-column",
        group: Detection,
        severity: Error,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionNrtColumn {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        report(cx, Kind::Column, Self::at, no_fix, out);
    }
}
