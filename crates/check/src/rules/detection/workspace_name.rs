//! `detection-workspace-name`

use super::seen;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::defender;
use crate::kql::bind::FindingKind;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A column of a workspace that a Defender table does not have in advanced hunting.
    ///
    /// ## Why is this bad?
    ///
    /// A workspace with Defender data calls some columns otherwise: `TimeGenerated` is `Timestamp` in advanced
    /// hunting, and `AccountUPN` of `IdentityInfo` is `AccountUpn`. Detections run in advanced hunting, so the query
    /// fails there.
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
    ///     | where TimeGenerated > ago(1h)
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
    /// The column gets its name in advanced hunting. The fix is unsafe because the same text may be used in a
    /// workspace.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/defender-xdr/custom-detection-rules>
    pub(crate) DetectionWorkspaceName {
        id: "detection-workspace-name",
        group: Detection,
        severity: Error,
        fix: Always Unsafe,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionWorkspaceName {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let Some(query) = seen.sound() else { continue };
            let model = cx.meaning(query);
            for finding in model.findings.iter().filter(|finding| finding.kind == FindingKind::UnknownColumn)
            {
                let Some(name) = finding.name.as_deref() else { continue };
                let mut new = model.tables.iter().filter(|(table, _)| defender::is_defender(table));
                let Some((table, new)) =
                    new.find_map(|(table, _)| Some((table, defender::hunting_name(table, name)?)))
                else {
                    continue;
                };
                let message = format!("`{name}` of `{table}` is `{new}` in advanced hunting");
                let fix = Fix::r#unsafe(format!("Replace with `{new}`"), query.edit(finding.span, new));
                out.push(Self::at(query.span(finding.span), message).help(format!("Use `{new}`.")).fix(fix));
            }
        }
    }
}
