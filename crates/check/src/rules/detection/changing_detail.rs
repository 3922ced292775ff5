//! `detection-changing-detail`

use super::seen;
use crate::diagnostic::Diagnostic;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A detail of the alert that changes with each run.
    ///
    /// ## Why is this bad?
    ///
    /// Rows with the same entities, custom details and values in the title become one alert. A count, a list or a
    /// latest time that grows from run to run makes a new alert each time.
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
    ///     | summarize (Timestamp, ReportId) = arg_max(Timestamp, ReportId), Connections = count() by DeviceId, DeviceName
    /// schedule:
    ///   frequency: PT1H
    /// detectionAction:
    ///   alertTemplate:
    ///     title: Remote tool on {{DeviceName}}, {{Connections}} connections
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
    ///     | where ingestion_time() > ago(1h)
    ///     | where RemoteUrl has "relay.example"
    ///     | summarize (Timestamp, ReportId) = arg_max(Timestamp, ReportId), Connections = count() by DeviceId, DeviceName
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
    pub(crate) DetectionChangingDetail {
        id: "detection-changing-detail",
        group: Detection,
        severity: Info,
        since: "0.2.0",
    }
}

impl Rule for DetectionChangingDetail {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let Some(query) = seen.sound() else { continue };
            let model = query.analysis(cx.catalog);
            let Some(result) = &model.result else { continue };
            let changes = |name: &str| {
                let column = result.column(name)?;
                let made = model.sources(column.id).into_iter().find_map(|id| model.column(id)?.made_by)?;
                let written = query.text.get(made.range())?;
                let value = written.rsplit('=').next().unwrap_or(written).trim_start();
                let call = value
                    .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                    .next()
                    .unwrap_or_default();
                GROWING.iter().find(|known| **known == call)
            };
            for (span, name) in seen.named_columns(cx) {
                if let Some(call) = changes(&name) {
                    let message = format!(
                        "`{name}` comes from `{call}`, so each run may raise a new alert for the same finding"
                    );
                    let help = "Use columns that stay the same, such as those that the query groups by.";
                    out.push(Self::at(span, message).help(help));
                }
            }
        }
    }
}

/// Aggregates that grow while events arrive.
const GROWING: [&str; 9] =
    ["count", "countif", "dcount", "dcountif", "sum", "make_set", "make_list", "makeset", "makelist"];
