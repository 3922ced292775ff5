//! `detection-no-asset`

use super::{seen, structure};
use crate::content::detection::columns;
use crate::diagnostic::{Diagnostic, Severity};
use crate::knowledge::defender::ASSETS;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::{Entry, Mapping};

declare_rule! {
    /// A detection that maps no device, account or mailbox.
    ///
    /// ## Why is this bad?
    ///
    /// Every alert of a custom detection needs an impacted asset: a host, an account or a mailbox. The service
    /// refuses a detection without one, often without a reason. Addresses (`ips`) alone may not be enough, so they
    /// are reported as a warning.
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
    ///       urls:
    ///         - addressColumn: RemoteUrl
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
    pub(crate) DetectionNoAsset {
        id: "detection-no-asset",
        group: Detection,
        severity: Error,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionNoAsset {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            if !seen.old_assets().is_empty() {
                continue;
            }
            let Some(template) = seen.detection.entry("detectionAction.alertTemplate") else { continue };
            let mapped: Vec<&str> = seen
                .detection
                .mappings()
                .filter(|(_, items)| items.iter().any(|item| columns(item).next().is_some()))
                .filter_map(|(entry, _)| entry.name())
                .collect();
            if mapped.iter().any(|name| ASSETS[..3].contains(name)) {
                continue;
            }
            // A misspelled collection has a rule of its own.
            let near = |(entry, _): &(&Entry, Vec<&Mapping>)| {
                entry
                    .name()
                    .is_some_and(|name| super::unknown_entity::meant(name).is_some_and(|meant| meant != name))
            };
            if seen.detection.mappings().any(|mapping| near(&mapping)) {
                continue;
            }
            // A template without mappings lacks a key, which is reported as such.
            let lacks = structure::faults(cx).iter().any(|fault| {
                matches!(fault, structure::Fault::Missing { path, names, .. }
                    if path == "detectionAction.alertTemplate" && names.contains(&"entityMappings"))
            });
            if lacks && seen.detection.entry("detectionAction.alertTemplate.entityMappings").is_none() {
                continue;
            }
            let place = seen
                .detection
                .entry("detectionAction.alertTemplate.entityMappings")
                .unwrap_or(template)
                .key
                .span;
            let message =
                "No host, account or mailbox is mapped, but every detection needs an impacted asset";
            let known = seen.result(cx).and_then(|result| {
                let has = |column: &&&str| result.column(column).is_some();
                ["DeviceId", "AccountObjectId", "AccountUpn", "RecipientEmailAddress", "DeviceName"]
                    .iter()
                    .find(has)
                    .copied()
            });
            let help = match known {
                Some("DeviceId") => "Map `DeviceId`: `hosts` with `deviceIdColumn: DeviceId`.".to_owned(),
                Some("DeviceName") => "Map `DeviceName`: `hosts` with `nameColumn: DeviceName`.".to_owned(),
                Some("RecipientEmailAddress") => {
                    "Map `RecipientEmailAddress`: `mailboxes` with `primaryAddressColumn: RecipientEmailAddress`.".to_owned()
                }
                Some(column) => format!("Map `{column}` in `accounts`."),
                None => "Return a column with a device, an account or a mailbox, and map it.".to_owned(),
            };
            let finding = Self::at(place, message).help(help);
            let only_addresses = mapped.contains(&ASSETS[3]);
            out.push(if only_addresses { finding.severity(Severity::Warning) } else { finding });
        }
    }
}
