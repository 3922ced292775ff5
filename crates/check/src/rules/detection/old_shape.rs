//! `detection-old-shape`

mod fix;

use super::seen;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::defender::OLD_SHAPE_ENDS;
use crate::rules::{Context, Rule, declare_rule};
use fix::Lazy;

declare_rule! {
    /// A member that the Graph API had before.
    ///
    /// ## Why is this bad?
    ///
    /// Members such as `isEnabled`, `schedule.period`, `category`, `impactedAssets` and `responseActions` were
    /// announced to go on 2026-10-01. If old and new members are in one file, the new one counts.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: example-relay
    /// displayName: Remote tool reached its relay
    /// isEnabled: false
    /// queryCondition:
    ///   queryText: |
    ///     DeviceNetworkEvents
    ///     | where RemoteUrl has "relay.example"
    ///     | project Timestamp, DeviceId, ReportId, DeviceName, RemoteUrl
    /// schedule:
    ///   period: 1H
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
    /// The new member says the same as the old one, so the fix is safe. A member whose values have no counterpart in
    /// the new shape, such as the category `Malware`, has no fix.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/graph/api/resources/security-detectionrule>
    pub(crate) DetectionOldShape {
        id: "detection-old-shape",
        group: Detection,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionOldShape {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let made = Lazy::default();
            for (old, new, entry) in seen.detection.old_members() {
                let name = old.rsplit('.').next().unwrap_or(old);
                let message = format!(
                    "`{name}` is a member of the old shape of detections, which was announced to go on {OLD_SHAPE_ENDS}"
                );
                let help = format!(
                    "Use `{}` instead; `sentlint convert --to detection` writes the new shape.",
                    new.rsplit('.').next().unwrap_or(new)
                );
                let title = format!("Replace with `{}`", new.rsplit('.').next().unwrap_or(new));
                let fix = fix::edits(cx, &seen.detection, old, entry, &made)
                    .and_then(|edits| Fix::safe(title, edits));
                out.push(Self::at(entry.key.span, message).help(help).fix(fix));
            }
        }
    }
}
