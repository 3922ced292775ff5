//! `detection-threshold-window`

use super::seen;
use crate::content::Duration;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{ExprKind, OperatorKind};
use crate::kql::lookback::lookback;
use crate::kql::timespan::Timespan;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A threshold that counts over the whole look-back.
    ///
    /// ## Why is this bad?
    ///
    /// A run sees more than the time since the last one: the last 4 hours if it runs every hour. A condition on what
    /// the query counts is therefore met by fewer events in an hour, and by the same events in several runs.
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
    ///     | summarize (Timestamp, ReportId) = arg_max(Timestamp, ReportId), Connections = count() by DeviceId, DeviceName
    ///     | where Connections > 20
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
    ///     | where ingestion_time() > ago(1h)
    ///     | where RemoteUrl has "relay.example"
    ///     | summarize (Timestamp, ReportId) = arg_max(Timestamp, ReportId), Connections = count() by DeviceId, DeviceName
    ///     | where Connections > 20
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
    pub(crate) DetectionThresholdWindow {
        id: "detection-threshold-window",
        group: Detection,
        severity: Warning,
        since: "0.2.0",
    }
}

impl Rule for DetectionThresholdWindow {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let Some(query) = seen.sound() else { continue };
            let Some((frequency, back)) = seen.schedule() else { continue };
            if frequency == 0 || back <= frequency {
                continue;
            }
            let model = cx.meaning(query);
            let found = lookback(query.text, query.parse(), &model, Timespan::ZERO);
            if found.reaches.iter().any(|reach| reach.event_time)
                || !found.unclear.is_empty()
                || !found.dates.is_empty()
            {
                continue;
            }
            let Some(ExprKind::Pipeline { stages, .. }) = query.parse().result().map(|query| &query.kind)
            else {
                continue;
            };
            let grouped =
                stages.iter().position(|stage| matches!(stage.kind, OperatorKind::Summarize { .. }));
            let judged = grouped.and_then(|at| stages[at..].iter().find(|stage| stage.condition().is_some()));
            let Some(stage) = judged else { continue };
            let (often, far) =
                (Duration::from_seconds(frequency * 60).short(), Duration::from_seconds(back * 60).short());
            let message = format!(
                "This condition counts the events of the last {far}, but the detection runs every {often}"
            );
            let help = format!("Add `| where ingestion_time() > ago({often})` after the table.");
            out.push(Self::at(query.span(stage.keyword), message).help(help));
        }
    }
}
