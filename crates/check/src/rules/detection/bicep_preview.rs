//! `detection-bicep-preview`

use super::seen;
use crate::content::{Duration, Form};
use crate::convert::detection::is_frequency;
use crate::diagnostic::Diagnostic;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// Something that templates of custom detections do not have in the preview.
    ///
    /// ## Why is this bad?
    ///
    /// In Bicep and ARM templates a detection has no custom details and no frequencies but `PT0S`, `PT1H`, `PT3H`,
    /// `PT12H` and `P1D`, and every entity mapping needs an `id`. A deployment fails otherwise.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// "$schema": https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#
    /// contentVersion: 1.0.0.0
    /// languageVersion: "2.0"
    /// imports: {MicrosoftSecurity: {provider: MicrosoftSecurity, version: 1.0.0}}
    /// resources:
    ///   relay:
    ///     import: MicrosoftSecurity
    ///     type: Microsoft.Security/detectionRules@2026-06-01-preview
    ///     properties:
    ///       id: example-relay
    ///       displayName: Remote tool reached its relay
    ///       status: disabled
    ///       queryCondition:
    ///         queryText: |
    ///           DeviceNetworkEvents
    ///           | where RemoteUrl has "relay.example"
    ///           | project Timestamp, DeviceId, ReportId, DeviceName, RemoteUrl
    ///       schedule:
    ///         frequency: PT1H
    ///       detectionAction:
    ///         alertTemplate:
    ///           title: Remote tool on {{DeviceName}}
    ///           description: A device reached the relay of a remote management tool.
    ///           severity: medium
    ///           tactics:
    ///             - tactic: CommandAndControl
    ///               techniques:
    ///                 - technique: T1219
    ///           entityMappings:
    ///             hosts:
    ///               - deviceIdColumn: DeviceId
    ///                 nameColumn: DeviceName
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// "$schema": https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#
    /// contentVersion: 1.0.0.0
    /// languageVersion: "2.0"
    /// imports: {MicrosoftSecurity: {provider: MicrosoftSecurity, version: 1.0.0}}
    /// resources:
    ///   relay:
    ///     import: MicrosoftSecurity
    ///     type: Microsoft.Security/detectionRules@2026-06-01-preview
    ///     properties:
    ///       id: example-relay
    ///       displayName: Remote tool reached its relay
    ///       status: disabled
    ///       queryCondition:
    ///         queryText: |
    ///           DeviceNetworkEvents
    ///           | where RemoteUrl has "relay.example"
    ///           | project Timestamp, DeviceId, ReportId, DeviceName, RemoteUrl
    ///       schedule:
    ///         frequency: PT1H
    ///       detectionAction:
    ///         alertTemplate:
    ///           title: Remote tool on {{DeviceName}}
    ///           description: A device reached the relay of a remote management tool.
    ///           severity: medium
    ///           tactics:
    ///             - tactic: CommandAndControl
    ///               techniques:
    ///                 - technique: T1219
    ///           entityMappings:
    ///             hosts:
    ///               - id: host1
    ///                 deviceIdColumn: DeviceId
    ///                 nameColumn: DeviceName
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/ci-cd-custom-content>
    pub(crate) DetectionBicepPreview {
        id: "detection-bicep-preview",
        group: Detection,
        severity: Error,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionBicepPreview {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            if !cx.content.form().is_some_and(Form::is_template) {
                continue;
            }
            if let Some(entry) = seen.detection.entry("detectionAction.alertTemplate.customDetails") {
                let message = "Templates have no custom details in the preview";
                out.push(
                    Self::at(entry.key.span, message)
                        .help("Remove them, or deploy the detection with Graph."),
                );
            }
            if let Some(text) = seen.detection.frequency() {
                let minutes = Duration::parse(text.value).map(|duration| duration.seconds / 60);
                if minutes.is_some_and(|minutes| !is_frequency(minutes, true)) {
                    let message = format!("Templates have no frequency `{}` in the preview", text.value);
                    out.push(Self::at(text.span(), message).help("Use PT0S, PT1H, PT3H, PT12H or P1D."));
                }
            }
            for (entry, items) in seen.detection.mappings() {
                for item in items.iter().filter(|item| item.get("id").is_none()) {
                    let place = item.entries.first().map_or(entry.key.span, |first| first.key.span);
                    let message = "In a template every entity mapping needs an `id`";
                    out.push(Self::at(place, message).help("Add an `id`, such as `host1`."));
                }
            }
        }
    }
}
