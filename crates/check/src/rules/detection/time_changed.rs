//! `detection-time-changed`

use super::seen;
use crate::convert::detection::repaired;
use crate::diagnostic::{Diagnostic, Fix};
use crate::kql::bind::{Finding, FindingKind};
use crate::kql::model::{ColumnDeclaration, ColumnOrigin};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// A query that returns another time under the name of the time of the event.
    ///
    /// ## Why is this bad?
    ///
    /// The service finds the event of an alert by its time, which must be `Timestamp` or `TimeGenerated` as the raw
    /// event has it. A rounded or computed time, or another column under that name, leads to no event, and the
    /// service refuses the detection.
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
    ///     | project Timestamp = bin(Timestamp, 1h), DeviceId, ReportId, DeviceName, RemoteUrl
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
    /// The changed time gets another name, such as `Timestamp_bin`, and the time of the event is returned as well.
    /// Who reads the alerts sees other columns, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/defender-xdr/custom-detection-rules>
    pub(crate) DetectionTimeChanged {
        id: "detection-time-changed",
        group: Detection,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionTimeChanged {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let Some((query, ..)) = seen.judged(cx) else { continue };
            let model = query.analysis(cx.catalog);
            let Some(result) = &model.result else { continue };
            for name in ["Timestamp", "TimeGenerated"] {
                let Some(column) = result.column(name) else { continue };
                // Where the table has no such column, that is reported.
                let unknown = |finding: &Finding| {
                    finding.kind == FindingKind::UnknownColumn && finding.name.as_deref() == Some(name)
                };
                if cx.meaning(query).findings.iter().any(unknown) {
                    continue;
                }
                let changed = model
                    .sources(column.id)
                    .into_iter()
                    .find_map(|id| changed(query.text, model.column(id)?, name));
                let Some((place, what)) = changed else { continue };
                let message = format!("`{name}` is {what} here, but must be the time of the event");
                let edits = repaired(query.text, cx.catalog).and_then(|edits| {
                    edits.iter().map(|edit| query.edit(edit.span, &edit.text)).collect::<Option<Vec<_>>>()
                });
                let fix = edits.and_then(|edits| Fix::r#unsafe("Give the changed time another name", edits));
                let help = "Give the changed time another name, and return the time of the event as well.";
                out.push(Self::at(query.span(place), message).help(help).fix(fix));
            }
        }
    }
}

/// Aggregates that return the time of one of the events.
const OF_EVENTS: [&str; 8] = ["arg_max", "arg_min", "max", "min", "take_any", "any", "take_anyif", "anyif"];

/// Where a column gets the name of the time that is something else, and what that is.
fn changed(text: &str, column: &ColumnDeclaration, name: &str) -> Option<(Span, String)> {
    match &column.origin {
        ColumnOrigin::Table(_) | ColumnOrigin::Tables(_) | ColumnOrigin::Function(_)
            if &*column.name != name =>
        {
            Some((column.place.or(column.made_by)?, format!("`{}`", column.name)))
        }
        ColumnOrigin::Computed => {
            let place = column.made_by?;
            let written = text.get(place.range())?;
            let value = written.rsplit('=').next().unwrap_or(written).trim_start();
            let call =
                value.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
            if OF_EVENTS.contains(&call) {
                return None;
            }
            let what = if matches!(call, "bin" | "bin_at" | "floor") || call.starts_with("startof") {
                "rounded"
            } else {
                "computed"
            };
            Some((place, what.to_owned()))
        }
        _ => None,
    }
}
