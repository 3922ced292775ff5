//! `detection-window`

use super::seen;
use crate::content::Duration;
use crate::diagnostic::Diagnostic;
use crate::kql::lookback::{Bound, lookback};
use crate::kql::timespan::Timespan;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A query that looks at another time than the service gives it.
    ///
    /// ## Why is this bad?
    ///
    /// A run sees the events of the last 4 hours if it runs every hour, of 12 hours if every 3 hours, of 48 hours if
    /// every 12 hours, and of 30 days if once a day. What lies further back is left out without a message. A query
    /// that looks back less far than the detection runs misses the events in between.
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
    ///     | where Timestamp > ago(7d)
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
    /// ## References
    ///
    /// - <https://learn.microsoft.com/defender-xdr/custom-detection-rules>
    pub(crate) DetectionWindow {
        id: "detection-window",
        group: Detection,
        severity: Warning,
        since: "0.2.0",
    }
}

impl Rule for DetectionWindow {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let Some(query) = seen.sound() else { continue };
            let Some((frequency, back)) = seen.schedule() else { continue };
            if frequency == 0 {
                continue;
            }
            let model = cx.meaning(query);
            let found = lookback(query.text, query.parse(), &model, Timespan::ZERO);
            let windows =
                || found.reaches.iter().filter(|reach| reach.event_time && reach.bound == Bound::From);
            let furthest = windows().max_by_key(|reach| reach.back);
            if let Some(reach) = furthest.filter(|reach| reach.back.seconds() > back * 60) {
                let message = format!(
                    "The query looks back {}, but a run only sees the last {}",
                    Duration::from_seconds(reach.back.seconds()).short(),
                    Duration::from_seconds(back * 60).short()
                );
                let help = "Run it less often, which gives it more, or reduce its look-back.";
                out.push(Self::at(query.span(reach.span), message).help(help));
            } else if let Some(reach) = furthest.filter(|reach| reach.back.seconds() < frequency * 60) {
                let message = format!(
                    "The query looks back {}, but the detection runs every {}, so it misses the events in between",
                    Duration::from_seconds(reach.back.seconds()).short(),
                    Duration::from_seconds(frequency * 60).short()
                );
                out.push(
                    Self::at(query.span(reach.span), message)
                        .help("Look back at least as far as the detection runs."),
                );
            }
        }
    }
}
