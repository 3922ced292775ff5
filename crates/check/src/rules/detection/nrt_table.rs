//! `detection-nrt-table`

use super::{no_fix, report};
use crate::content::detection::continuous::Kind;
use crate::diagnostic::Diagnostic;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A table that a detection cannot run over continuously.
    ///
    /// ## Why is this bad?
    ///
    /// Detections run continuously over one table, which must be one of the tables that Microsoft lists for it.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: example-relay
    /// displayName: Remote tool reached its relay
    /// status: disabled
    /// queryCondition:
    ///   queryText: |
    ///     AADSignInEventsBeta
    ///     | where Application has "relay"
    ///     | project Timestamp, ReportId, AccountObjectId
    /// schedule:
    ///   frequency: PT0S
    /// detectionAction:
    ///   alertTemplate:
    ///     title: Sign-in to a relay
    ///     description: A device reached the relay of a remote management tool.
    ///     severity: medium
    ///     tactics:
    ///       - tactic: CommandAndControl
    ///         techniques:
    ///           - technique: T1219
    ///     entityMappings:
    ///       accounts:
    ///         - aadUserIdColumn: AccountObjectId
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
    pub(crate) DetectionNrtTable {
        id: "detection-nrt-table",
        group: Detection,
        severity: Error,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionNrtTable {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        report(cx, Kind::Table, Self::at, no_fix, out);
    }
}
