//! `detection-nrt-comment`

use super::{remove_comment, report};
use crate::content::detection::continuous::Kind;
use crate::diagnostic::Diagnostic;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A comment in a query that runs continuously.
    ///
    /// ## Why is this bad?
    ///
    /// The service refuses comments in such a query.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: example-relay
    /// displayName: Remote tool reached its relay
    /// status: disabled
    /// queryCondition:
    ///   queryText: |
    ///     DeviceNetworkEvents // connections
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
    /// ## Fix safety
    ///
    /// A comment changes nothing in what the query finds, but removing it loses what it says, so the fix is unsafe. Comments for sentlint are kept.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/defender-xdr/custom-detection-rules>
    pub(crate) DetectionNrtComment {
        id: "detection-nrt-comment",
        group: Detection,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionNrtComment {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        report(cx, Kind::Comment, Self::at, remove_comment, out);
    }
}
