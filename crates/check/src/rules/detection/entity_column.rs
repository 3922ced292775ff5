//! `detection-entity-column`

use super::missing_column::lacking;
use super::seen;
use crate::content::detection::columns;
use crate::diagnostic::Diagnostic;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A mapped column that the query does not return.
    ///
    /// ## Why is this bad?
    ///
    /// An entity whose column is not in the result stays empty, or makes the service refuse the detection.
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
    ///           nameColumn: DevceName
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
    /// The fix replaces the column by the most similar one of the result. It is unsafe because another column may be
    /// meant.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/defender-xdr/custom-detection-rules>
    pub(crate) DetectionEntityColumn {
        id: "detection-entity-column",
        group: Detection,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionEntityColumn {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let Some(result) = seen.result(cx) else { continue };
            // A column that the event needs is reported where the query drops it.
            let lacking = lacking(&seen, cx).map_or_else(Vec::new, |(.., columns)| columns);
            for (_, items) in seen.detection.mappings() {
                for (entry, column) in items.iter().flat_map(|item| columns(item)) {
                    if result.column(column.value).is_some() || lacking.contains(&column.value) {
                        continue;
                    }
                    let member = entry.name().unwrap_or_default();
                    let message = format!(
                        "`{member}` is the column `{}`, which the query does not return",
                        column.value
                    );
                    out.push(super::with_nearest(cx, Self::at(column.span(), message), &column, &result));
                }
            }
        }
    }
}
