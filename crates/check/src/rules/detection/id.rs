//! `detection-id`

use super::seen;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::defender;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// An id that the service does not accept.
    ///
    /// ## Why is this bad?
    ///
    /// An id consists of digits alone, or begins with a letter, followed by letters, digits, `-` and `_`, at most 100
    /// characters. A GUID that begins with a digit is refused as an invalid rule identifier.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 1785d372-b9fe-4283-96a6-3a1d83cabfd1
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
    /// ## Fix safety
    ///
    /// `xdr-` is put before the id. The fix is unsafe because deployed detections are identified by their id.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/graph/api/resources/security-detectionrule>
    pub(crate) DetectionId {
        id: "detection-id",
        group: Detection,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionId {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let Some(id) = seen.detection.id().filter(|id| !id.value.trim().is_empty()) else { continue };
            if defender::is_id(id.value) {
                continue;
            }
            let message = format!("`{}` is not an id that the service accepts", id.value);
            let new = format!("xdr-{}", id.value);
            let finding = Self::at(id.span(), message);
            let help =
                "An id is digits alone, or a letter followed by up to 99 letters, digits, `-` and `_`.";
            let edit = defender::is_id(&new).then(|| replace_scalar(cx.source(), id.node, &new)).flatten();
            out.push(finding.help(help).fix(Fix::r#unsafe(format!("Replace with `{new}`"), edit)));
        }
    }
}
