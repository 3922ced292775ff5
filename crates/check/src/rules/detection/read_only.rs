//! `detection-read-only`

use super::seen;
use crate::content::Kind;
use crate::content::detection::is_full_page;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::defender::{PAGE, READ_ONLY};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::Node;
use crate::yaml::edit::remove_entry;

declare_rule! {
    /// A member that only the service sets.
    ///
    /// ## Why is this bad?
    ///
    /// An export contains members such as `createdBy` and `lastRunDetails`, which a request cannot set. A list answer
    /// with 1,000 detections is a full page, so that the rest is missing from the file.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: example-relay
    /// displayName: Remote tool reached its relay
    /// status: disabled
    /// createdBy: someone@example.com
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
    /// Removing a member that only the service sets is safe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/graph/api/resources/security-detectionrule>
    pub(crate) DetectionReadOnly {
        id: "detection-read-only",
        group: Detection,
        severity: Info,
        fix: Sometimes Safe,
        since: "0.2.0",
    }
}

impl Rule for DetectionReadOnly {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        if let Some(root) =
            cx.content.root().filter(|root| cx.kind() == Kind::CustomDetection && is_full_page(root))
        {
            let message =
                format!("The list has {PAGE} detections, as many as a page, so the rest may be missing");
            let place = root.entry("value").map_or(cx.first_key(), |entry| entry.key.span);
            out.push(Self::at(place, message).help("Follow `@odata.nextLink` to the next page."));
        }
        for seen in seen(cx) {
            for path in READ_ONLY {
                let Some(entry) = seen.detection.entry(path) else { continue };
                let name = path.rsplit('.').next().unwrap_or(path);
                let parent = match path.rsplit_once('.') {
                    Some((parent, _)) => seen.detection.at(parent),
                    None => Some(seen.detection.body),
                };
                let map = parent.and_then(Node::as_mapping);
                let edit = map.and_then(|map| remove_entry(cx.source(), map, map.position(name)?));
                let message = format!("`{name}` is set by the service");
                let fix = Fix::safe(format!("Remove `{name}`"), edit);
                out.push(
                    Self::at(entry.key.span, message)
                        .help("Remove it: an export contains it, but a request cannot set it.")
                        .fix(fix),
                );
            }
        }
    }
}
