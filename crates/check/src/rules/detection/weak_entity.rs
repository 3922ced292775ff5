//! `detection-weak-entity`

use super::{is_bicep, seen};
use crate::content::detection::columns;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::defender;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::ScalarStyle;
use crate::yaml::edit::insert_entry;

declare_rule! {
    /// A mapping that does not identify its entity.
    ///
    /// ## Why is this bad?
    ///
    /// An account needs a user principal name, an object id or a SID, or a name with its domain. A host by its name
    /// alone may be taken for another one, although the result has the id of the device.
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
    ///         - nameColumn: DeviceName
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
    /// The id of the device is mapped as well. The fix is unsafe because alerts then name the device by it.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/defender-xdr/custom-detection-rules>
    pub(crate) DetectionWeakEntity {
        id: "detection-weak-entity",
        group: Detection,
        severity: Warning,
        fix: Sometimes Unsafe,
        since: "0.2.0",
    }
}

impl Rule for DetectionWeakEntity {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let result = seen.result(cx);
            let has_id = result.as_ref().is_some_and(|result| result.column("DeviceId").is_some());
            for (entry, items) in seen.detection.mappings() {
                let name = entry.name().unwrap_or_default();
                let Some(collection) = defender::collection(name) else { continue };
                for item in &items {
                    let has = |member: &str| item.get(member).is_some_and(|node| node.as_str().is_some());
                    let Some(first) = columns(item).next() else { continue };
                    let (place, named) = (first.0.key.span, first.0.name().unwrap_or_default());
                    if name == "accounts" && !collection.is_strong(has) {
                        let message = format!("`{named}` alone does not identify an account");
                        let help = "Map a UPN (`upnColumn`), an object id (`aadUserIdColumn`) or a SID (`sidColumn`), or name and domain.";
                        out.push(Self::at(place, message).help(help));
                    } else if name == "hosts"
                        && has_id
                        && !has("deviceIdColumn")
                        && !has("deviceId")
                        && has("nameColumn")
                    {
                        let message = "The host is mapped by its name, but the result has `DeviceId`";
                        let quoted =
                            first.0.key.scalar().is_some_and(|key| key.style == ScalarStyle::DoubleQuoted);
                        let text = if quoted {
                            "\"deviceIdColumn\": \"DeviceId\""
                        } else {
                            "deviceIdColumn: DeviceId"
                        };
                        let edit = insert_entry(cx.source(), item, None, text).filter(|_| !is_bicep(cx));
                        let fix = Fix::r#unsafe("Map `DeviceId`", edit);
                        out.push(
                            Self::at(place, message).help("Map `deviceIdColumn: DeviceId` as well.").fix(fix),
                        );
                    }
                }
            }
        }
    }
}
