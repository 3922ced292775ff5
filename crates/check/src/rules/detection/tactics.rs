//! `detection-tactics`

use super::seen;
use crate::content::model::Text;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::defender::{MAX_TACTICS, OLD_CATEGORIES, TACTICS};
use crate::knowledge::tactics;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::Node;
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// More than one tactic, or one that the service does not have.
    ///
    /// ## Why is this bad?
    ///
    /// A detection can have one tactic: the service refuses a second one ("Only one tactic is currently supported").
    /// Tactics are written as Sentinel writes them, such as `DefenseEvasion`.
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
    ///       - tactic: Persistence
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
    /// A misspelled tactic is replaced by the most similar one. The fix is unsafe because another one may be meant.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/defender-xdr/custom-detection-rules>
    pub(crate) DetectionTactics {
        id: "detection-tactics",
        group: Detection,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionTactics {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let list = seen.detection.alert("tactics").and_then(Node::as_sequence);
            let items = list.map(|list| list.items.as_slice()).unwrap_or_default();
            if let Some(second) = items.get(MAX_TACTICS) {
                let message = format!("A detection can have one tactic, but this one has {}", items.len());
                out.push(Self::at(second.span, message).help("Keep the tactic that describes it best."));
            }
            let named = items.iter().filter_map(|item| Text::of(item.get("tactic")?));
            let category = seen.detection.text("detectionAction.alertTemplate.category");
            for text in named.chain(category) {
                let old = category.is_some_and(|category| category.span() == text.span())
                    && OLD_CATEGORIES.contains(&text.value);
                if TACTICS.contains(&text.value) || old {
                    continue;
                }
                let near = tactics::nearest_tactic(text.value)
                    .map(|tactic| tactic.name)
                    .filter(|name| TACTICS.contains(name));
                let finding =
                    Self::at(text.span(), format!("`{}` is not a tactic of detections", text.value));
                let edit = near.and_then(|near| replace_scalar(cx.source(), text.node, near));
                let fix = Fix::r#unsafe(format!("Replace with `{}`", near.unwrap_or_default()), edit);
                let help = near.map_or_else(
                    || format!("The tactics are {}.", TACTICS.join(", ")),
                    |near| format!("Did you mean `{near}`?"),
                );
                out.push(finding.help(help).fix(fix));
            }
        }
    }
}
