//! `detection-nrt-function`

use super::{no_fix, report};
use crate::content::detection::continuous::Kind;
use crate::diagnostic::Diagnostic;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A function that a query which runs continuously cannot use.
    ///
    /// ## Why is this bad?
    ///
    /// The service refuses `ingestion_time()` and `tostring()` of a dynamic value in such a query. Other functions
    /// and string operators that are not documented for transformations are reported as warnings, because some of
    /// them work.
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
    ///     | where ingestion_time() > ago(1h)
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
    /// ## References
    ///
    /// - <https://learn.microsoft.com/defender-xdr/custom-detection-rules>
    pub(crate) DetectionNrtFunction {
        id: "detection-nrt-function",
        group: Detection,
        severity: Error,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionNrtFunction {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        report(cx, Kind::Function, Self::at, no_fix, out);
    }
}
