//! `detection-missing-column`

use super::{Seen, listed, seen};
use crate::content::Query;
use crate::content::detection::driving::Source;
use crate::convert::detection::repaired;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::defender;
use crate::kql::bind::FindingKind;
use crate::kql::column_lineage::{ColumnLineage, Presence};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A query that does not return a column which identifies its event.
    ///
    /// ## Why is this bad?
    ///
    /// The service finds the event of an alert by columns of the result, which must be as the raw event has them:
    /// `Timestamp`, `DeviceId` and `ReportId` for events of devices, `Timestamp` and `ReportId` for most other
    /// Defender tables, `Timestamp` for alerts, and `TimeGenerated` for tables of a workspace. It refuses a detection
    /// whose query does not return them, often without a reason.
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
    ///     | summarize Connections = count() by DeviceId, DeviceName
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
    /// ## Fix safety
    ///
    /// The columns are taken from the latest event of each group, or added to the list of columns. No row is added or
    /// removed, but the alert then points at that event, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/defender-xdr/custom-detection-rules>
    pub(crate) DetectionMissingColumn {
        id: "detection-missing-column",
        group: Detection,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionMissingColumn {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let Some((query, source, columns)) = lacking(&seen, cx) else { continue };
            // Where the time has the name of a workspace, or the table another name, that is reported.
            let findings = &cx.meaning(query).findings;
            let told = findings.iter().any(|finding| match finding.kind {
                FindingKind::UnknownColumn => finding.name.as_deref().is_some_and(|name| {
                    columns.iter().any(|column| defender::hunting_name(&source.name, name) == Some(column))
                }),
                FindingKind::UnknownTable => finding.fix.is_some(),
                _ => false,
            });
            if told {
                continue;
            }
            let lineage = ColumnLineage::new(query.parse(), cx.meaning(query), cx.catalog);
            let lost = columns.iter().find_map(|column| match lineage.column(column) {
                Presence::Missing { lost, .. } => lost,
                Presence::Possible => None,
            });
            let span = lost.as_ref().map_or(query.first_line(), |lost| query.span(lost.place));
            let names = listed(&columns);
            let message = match &lost {
                Some(lost) => format!(
                    "`{}` drops {names}, which must be in the result for the event of `{}`",
                    lost.word, source.name
                ),
                None => format!(
                    "The query does not return {names}, which must be in the result for the event of `{}`",
                    source.name
                ),
            };
            let help = format!("Return {} as the raw event has them.", listed(&source.required.to_vec()));
            let edits = repaired(query.text, cx.catalog).and_then(|edits| {
                edits.iter().map(|edit| query.edit(edit.span, &edit.text)).collect::<Option<Vec<_>>>()
            });
            let fix = edits.and_then(|edits| Fix::r#unsafe("Return the missing columns", edits));
            out.push(Self::at(span, message).help(help).fix(fix));
        }
    }
}

/// The table of the event that a query is about, with the columns of it that the result must have and lacks.
pub(super) fn lacking<'a>(
    seen: &Seen<'a>,
    cx: &Context<'_>,
) -> Option<(&'a Query<'a>, Source, Vec<&'static str>)> {
    let (query, event, result) = seen.judged(cx)?;
    if !event.is_any() || event.is_satisfied(|column| result.column(column).is_some()) {
        return None;
    }
    let missing = |source: &Source| -> Vec<&'static str> {
        source.required.iter().filter(|column| result.column(column).is_none()).collect()
    };
    let source = event.sources.into_iter().min_by_key(|source| missing(source).len())?;
    let columns = missing(&source);
    Some((query, source, columns))
}
