//! `schedule-in-nrt`

use crate::content::{SCHEDULE_KEYS, Template};
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::words::listed;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::Entry;
use crate::yaml::edit::remove_entry;

declare_rule! {
    /// A frequency, period or trigger in a near-real-time rule.
    ///
    /// ## Why is this bad?
    ///
    /// An NRT rule runs every minute on the events of the last minute and raises an alert for any result. It has no
    /// schedule and no threshold: these keys have no effect and are misleading.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// kind: NRT
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 5m
    /// queryPeriod: 5m
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// kind: NRT
    /// severity: Medium
    /// requiredDataConnectors: []
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The keys are deleted. The kind may be what is wrong, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/near-real-time-rules>
    pub(crate) ScheduleInNrt {
        id: "schedule-in-nrt",
        group: Schedule,
        severity: Warning,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

impl Rule for ScheduleInNrt {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Template::NrtRule(rule) = template else { return };
        let entries = &rule.common.root.entries;
        let is_schedule = |entry: &Entry| {
            entry.name().is_some_and(|name| SCHEDULE_KEYS.iter().any(|key| key.eq_ignore_ascii_case(name)))
        };
        let indices: Vec<usize> = (0..entries.len()).filter(|index| is_schedule(&entries[*index])).collect();
        let [first, others @ ..] = indices.as_slice() else { return };
        let names: Vec<String> =
            indices.iter().filter_map(|index| Some(format!("`{}`", entries[*index].name()?))).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let message = format!("An NRT rule runs every minute and does not support {}", listed(&names, "or"));
        let mut finding = Self::at(entries[*first].key.span, message)
            .help("Delete the keys of the schedule, or use `kind: Scheduled`.");
        for index in others {
            finding = finding.label(entries[*index].key.span, "has no effect either");
        }
        let root = rule.common.root;
        let edits =
            indices.iter().map(|index| remove_entry(cx.source(), root, *index).filter(|_| !root.flow));
        let edits: Option<Vec<_>> = edits.collect();
        out.push(
            finding.fix(edits.and_then(|edits| Fix::r#unsafe("Delete the keys of the schedule", edits))),
        );
    }
}
