//! `detection-custom-details`

use super::seen;
use crate::content::model::Text;
use crate::diagnostic::Diagnostic;
use crate::knowledge::defender::{MAX_DETAIL_BYTES, MAX_DETAILS};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::Entry;

declare_rule! {
    /// Custom details that the service does not accept.
    ///
    /// ## Why is this bad?
    ///
    /// A detection can have 20 custom details, each with a column of the result. If names and values have more than 4
    /// KB together, the service drops all of them.
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
    ///     customDetails:
    ///       Address: RemoteAddress
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
    ///     customDetails:
    ///       Address: RemoteUrl
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
    pub(crate) DetectionCustomDetails {
        id: "detection-custom-details",
        group: Detection,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionCustomDetails {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let all: Vec<&Entry> = seen.detection.details().collect();
            if let Some(extra) = all.get(MAX_DETAILS) {
                let message = format!(
                    "A detection can have {MAX_DETAILS} custom details, but this one has {}",
                    all.len()
                );
                out.push(Self::at(extra.key.span, message).help("Remove those that say least."));
            }
            let bytes: usize = all.iter().filter_map(|entry| entry.name()).map(str::len).sum();
            if let Some(first) = all.first().filter(|_| bytes > MAX_DETAIL_BYTES) {
                let message = "The names of the custom details alone have more than 4 KB, so the service drops all details";
                out.push(Self::at(first.key.span, message).help("Shorten the names."));
            }
            let Some(result) = seen.result(cx) else { continue };
            for column in all.iter().filter_map(|entry| Text::of(&entry.value)) {
                if result.column(column.value).is_none() {
                    let message = format!(
                        "The custom detail is the column `{}`, which the query does not return",
                        column.value
                    );
                    out.push(super::with_nearest(cx, Self::at(column.span(), message), &column, &result));
                }
            }
        }
    }
}
