//! `duplicate-detection`

use std::collections::BTreeMap;

use crate::rules::{RepositoryFile, RepositoryFindings, Rule, Settings, declare_rule};
use crate::source::Span;

declare_rule! {
    /// Two detections with the same display name or title.
    ///
    /// ## Why is this bad?
    ///
    /// Display names and titles of custom detections are unique in a tenant. The service refuses the second one, and
    /// may have created it anyway.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid,a.yaml+b.yaml
    /// # a.yaml
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
    /// # b.yaml
    /// id: example-relay-two
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
    ///     title: A remote tool on {{DeviceName}}
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
    /// ```yaml,valid,a.yaml+b.yaml
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
    pub(crate) DuplicateDetection {
        id: "duplicate-detection",
        group: Repository,
        severity: Error,
        since: "0.2.0",
    }
}

impl Rule for DuplicateDetection {
    fn check_repository(&self, files: &[RepositoryFile], _: &Settings, out: &mut RepositoryFindings) {
        let mut seen: BTreeMap<(&str, &str), (usize, Span)> = BTreeMap::new();
        for (index, file) in files.iter().enumerate() {
            for name in &file.detections {
                let Some((first, place)) = seen.get(&(name.what, &*name.text)).copied() else {
                    seen.insert((name.what, &name.text), (index, name.span));
                    continue;
                };
                let other = &files[first];
                let message =
                    format!("The {} `{}` is also used by {}", name.what, name.text, other.source.path());
                let finding = Self::at(name.span, message).label_in(&other.source, place, "first used here");
                out.push((index, finding.help("Give one of them another one: they are unique in a tenant.")));
            }
        }
    }
}
