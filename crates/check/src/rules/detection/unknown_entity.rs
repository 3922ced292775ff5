//! `detection-unknown-entity`

use super::seen;
use crate::diagnostic::{Applicability, Diagnostic, Fix};
use crate::knowledge::defender::{self, collections};
use crate::rules::{Context, Rule, declare_rule};
use crate::similar::slip_of;
use crate::yaml::Entry;
use crate::yaml::edit::rename_key;

declare_rule! {
    /// An entity mapping with a name that the service does not have.
    ///
    /// ## Why is this bad?
    ///
    /// Entity mappings are lists with fixed names, such as `hosts`, and their members name columns, such as
    /// `deviceIdColumn`. The service refuses anything else without a reason.
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
    ///       host:
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
    /// If only the case differs, the fix is safe. Replacing the name with the most similar one is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/graph/api/resources/security-detectionrule>
    pub(crate) DetectionUnknownEntity {
        id: "detection-unknown-entity",
        group: Detection,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        since: "0.2.0",
    }
}

impl Rule for DetectionUnknownEntity {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            for (entry, items) in seen.detection.mappings() {
                let name = entry.name().unwrap_or_default();
                let Some(collection) = defender::collection(name) else {
                    let all: Vec<&str> = collections().iter().map(|known| known.name).collect();
                    let finding =
                        Self::at(entry.key.span, format!("`{name}` is not a list of entity mappings"));
                    out.push(renamed(entry, finding, meant(name), &all));
                    continue;
                };
                for entry in items.iter().flat_map(|item| &item.entries) {
                    let member = entry.name().unwrap_or_default();
                    if collection.members.contains(member) || member == "id" || member.starts_with("@odata.")
                    {
                        continue;
                    }
                    let finding = Self::at(
                        entry.key.span,
                        format!("`{member}` is not a member of mappings in `{name}`"),
                    );
                    let members = collection.members.to_vec();
                    let near = ignore_case(member, &members)
                        .or_else(|| ignore_case(&format!("{member}Column"), &members))
                        .or_else(|| slip_of(member, collection.members));
                    out.push(renamed(entry, finding, near, &members));
                }
            }
        }
    }
}

/// The list of mappings that a name means: in another case, in the singular, or misspelled.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    let names: Vec<&'static str> = collections().iter().map(|known| known.name).collect();
    let plural = ["s", "es"].map(|end| format!("{name}{end}"));
    let other = match &*name.to_ascii_lowercase() {
        "device" | "devices" | "machine" | "machines" | "computers" | "endpoints" => Some("hosts"),
        "user" | "users" | "identities" => Some("accounts"),
        "addresses" | "ipaddresses" => Some("ips"),
        _ => None,
    };
    ignore_case(name, &names)
        .or_else(|| other.and_then(|other| ignore_case(other, &names)))
        .or_else(|| plural.iter().find_map(|plural| ignore_case(plural, &names)))
        .or_else(|| slip_of(name, names))
}

fn ignore_case(name: &str, known: &[&'static str]) -> Option<&'static str> {
    known.iter().find(|known| known.eq_ignore_ascii_case(name)).copied()
}

fn renamed(entry: &Entry, finding: Diagnostic, meant: Option<&'static str>, known: &[&str]) -> Diagnostic {
    let Some(meant) = meant else { return finding.help(format!("The names are {}.", known.join(", "))) };
    let same = entry.name().is_some_and(|name| name.eq_ignore_ascii_case(meant));
    let applicability = if same { Applicability::Safe } else { Applicability::Unsafe };
    let fix = Fix::new(format!("Rename it to `{meant}`"), applicability, Some(rename_key(entry, meant)));
    finding.help(format!("Did you mean `{meant}`?")).fix(fix)
}
