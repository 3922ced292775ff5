//! `detection-action-column`

use super::seen;
use crate::content::detection::columns;
use crate::diagnostic::Diagnostic;
use crate::knowledge::defender;
use crate::rules::{Context, Rule, declare_rule};
use crate::similar::slip_of;

declare_rule! {
    /// An automated action without the column that it needs.
    ///
    /// ## Why is this bad?
    ///
    /// An action takes what it acts on from columns of the result: a device from `deviceIdColumn`, a message from
    /// `networkMessageIdColumn` and `recipientColumn`. Without them the service refuses the detection, or the action
    /// does nothing.
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
    ///           nameColumn: DeviceName
    ///   automatedActions:
    ///     runAntivirusScans:
    ///       - deviceIdColumn: Device
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
    ///   automatedActions:
    ///     runAntivirusScans:
    ///       - deviceIdColumn: DeviceId
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The fix replaces the column by the most similar one of the result. It is unsafe because another column may be
    /// meant.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/graph/api/resources/security-detectionrule>
    pub(crate) DetectionActionColumn {
        id: "detection-action-column",
        group: Detection,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionActionColumn {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let result = seen.result(cx);
            for (entry, items) in seen.detection.actions() {
                let name = entry.name().unwrap_or_default();
                let Some(action) = defender::action(name) else {
                    let known: Vec<&str> = defender::actions().iter().map(|action| action.list).collect();
                    let finding =
                        Self::at(entry.key.span, format!("`{name}` is not a list of automated actions"));
                    let help = slip_of(name, known.iter().copied()).map_or_else(
                        || format!("The lists are {}.", known.join(", ")),
                        |near| format!("Did you mean `{near}`?"),
                    );
                    out.push(finding.help(help));
                    continue;
                };
                for item in items {
                    let has = |member: &str| item.get(member).is_some_and(|node| node.as_str().is_some());
                    let lacking = action.required.iter().find(|member| !has(member));
                    let none = action.one_of.iter().next().filter(|_| !action.one_of.iter().any(has));
                    if let Some(member) = lacking.or(none) {
                        let place = item.entries.first().map_or(entry.key.span, |first| first.key.span);
                        let message = format!("The action in `{name}` lacks `{member}`");
                        out.push(
                            Self::at(place, message)
                                .help(format!("Add `{member}` with a column of the result.")),
                        );
                    }
                    let Some(result) = &result else { continue };
                    for (_, column) in columns(item) {
                        if result.column(column.value).is_none() {
                            let message = format!(
                                "The action takes the column `{}`, which the query does not return",
                                column.value
                            );
                            out.push(super::with_nearest(
                                cx,
                                Self::at(column.span(), message),
                                &column,
                                result,
                            ));
                        }
                    }
                }
            }
        }
    }
}
