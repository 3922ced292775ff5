//! `detection-frequency`

use super::seen;
use crate::content::Duration;
use crate::content::duration::Form;
use crate::convert::detection::{fitting, is_frequency, iso};
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A frequency that the service does not have for the tables of the query.
    ///
    /// ## Why is this bad?
    ///
    /// Over Defender tables a detection runs continuously (`PT0S`) or every 1, 3, 12 or 24 hours (`PT1H`, `PT3H`,
    /// `PT12H`, `P1D`). Over tables of a workspace alone it can run every 5 minutes to 14 days. Durations are written
    /// as ISO 8601.
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
    ///   frequency: PT2H
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
    /// The fix sets the next longer frequency that the service has. It is unsafe because the detection then runs less
    /// often.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/defender-xdr/custom-detection-rules>
    pub(crate) DetectionFrequency {
        id: "detection-frequency",
        group: Detection,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionFrequency {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let Some(text) = seen.detection.frequency() else { continue };
            let minutes = Duration::parse(text.value).map(|duration| duration.seconds.div_ceil(60));
            let is_iso = Duration::parse(text.value).is_some_and(|duration| duration.form == Form::Iso)
                || text.value == "PT0S";
            let defender = seen.reads_defender(cx);
            let known = minutes.is_some_and(|minutes| is_frequency(minutes, defender));
            if known && is_iso {
                continue;
            }
            let (message, help) = if is_iso || minutes.is_some() && !known {
                let what = if defender { "over Defender tables" } else { "over tables of a workspace" };
                let help = if defender {
                    "Use PT0S (continuously), PT1H, PT3H, PT12H or P1D."
                } else {
                    "Use PT0S (continuously), or a duration between PT5M and P14D."
                };
                (format!("A detection {what} cannot run every `{}`", text.value), help)
            } else {
                (
                    format!("`{}` is not a duration in the form of ISO 8601", text.value),
                    "Use a form such as PT1H or P1D.",
                )
            };
            let new = minutes.map(|minutes| iso(fitting(minutes, defender)));
            let edit = new.as_ref().and_then(|new| replace_scalar(cx.source(), text.node, new));
            let fix = Fix::r#unsafe(format!("Replace with {}", new.unwrap_or_default()), edit);
            out.push(Self::at(text.span(), message).help(help).fix(fix));
        }
    }
}
