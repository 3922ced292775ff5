//! `detection-dynamic-columns`

use super::seen;
use crate::convert::detection::alert::dynamic_columns;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::defender::MAX_DYNAMIC;
use crate::rules::entities::single_braces;
use crate::rules::{Context, Rule, declare_rule};
use crate::similar::slip_of;
use crate::yaml::ScalarMap;

declare_rule! {
    /// Columns in title and description that the service does not accept.
    ///
    /// ## Why is this bad?
    ///
    /// Title and description can have columns of the result in double braces. The service refuses more than 3
    /// different ones over both, and shows nothing for a column that is not in the result.
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
    ///     title: Remote tool on {{Device}}
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
    /// The fix replaces the column by the most similar one of the result. It is unsafe because another column may be
    /// meant.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/defender-xdr/custom-detection-rules>
    pub(crate) DetectionDynamicColumns {
        id: "detection-dynamic-columns",
        group: Detection,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionDynamicColumns {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let result = seen.result(cx);
            let mut columns: Vec<&str> = Vec::new();
            for path in ["detectionAction.alertTemplate.title", "detectionAction.alertTemplate.description"] {
                let Some(text) = seen.detection.text(path) else { continue };
                let Some(map) = ScalarMap::new(cx.source(), text.node) else { continue };
                let found = dynamic_columns(text.value);
                let has = |name: &str| result.as_ref().is_some_and(|result| result.column(name).is_some());
                out.extend(single_braces(&map, &text, has, Self::at));
                if text.value.matches("{{").count() != text.value.matches("}}").count() {
                    out.push(
                        Self::at(text.span(), "The double braces in this text are not balanced")
                            .help("Write `{{Column}}`."),
                    );
                    continue;
                }
                for (span, name) in found {
                    if !columns.contains(&name) {
                        columns.push(name);
                        if columns.len() == MAX_DYNAMIC + 1 {
                            let message = format!(
                                "Title and description have more than {MAX_DYNAMIC} different columns together"
                            );
                            out.push(
                                Self::at(map.span(span), message).help("Use custom details for the others."),
                            );
                        }
                    }
                    if let Some(result) = result.as_ref().filter(|result| result.column(name).is_none()) {
                        let message = format!("`{{{{{name}}}}}` is a column that the query does not return");
                        let near = slip_of(name, result.columns.iter().map(|column| &*column.name));
                        let edit = near.and_then(|near| map.edit(span, near));
                        let fix = Fix::r#unsafe(format!("Replace with `{}`", near.unwrap_or_default()), edit);
                        let help = near.map_or_else(
                            || super::returned(result),
                            |near| format!("Did you mean `{near}`?"),
                        );
                        out.push(Self::at(map.span(span), message).help(help).fix(fix));
                    }
                }
            }
        }
    }
}
