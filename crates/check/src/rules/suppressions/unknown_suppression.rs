//! `unknown-suppression`

use super::{is_group, remove};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Group};
use crate::rules::{Rule, Settings, all, declare_rule, find};
use crate::similar::slip_of;
use crate::source::SourceFile;
use crate::suppress::Suppression;

declare_rule! {
    /// A suppression comment that names no rule or group, or lacks the colon.
    ///
    /// ## Why is this bad?
    ///
    /// It has no effect.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics: [CommandAndControl] # sentlint: ignore[unknown-tactics]
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics: [RemoteAccess] # sentlint: ignore[unknown-tactic] agreed with the team
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// A misspelled name is corrected. Any other name is removed from the comment; it is unknown what it was meant to
    /// suppress, so that fix is unsafe.
    pub(crate) UnknownSuppression {
        id: "unknown-suppression",
        group: Suppressions,
        severity: Warning,
        fix: Sometimes Safe,
        since: "0.1.0",
    }
}

impl Rule for UnknownSuppression {
    fn check_suppressions(
        &self,
        source: &SourceFile,
        suppressions: &[Suppression],
        _settings: &Settings,
        out: &mut Vec<Diagnostic>,
    ) {
        for suppression in suppressions {
            if let Some(colon) = suppression.missing_colon {
                let message = "This comment has no effect because the colon after `sentlint` is missing";
                let fix = Fix::safe("Add the colon", [Edit::insert(colon as usize, ":")]);
                let help = "Use `sentlint: ignore[rule] reason`.";
                out.push(Self::at(suppression.span, message).help(help).fix(fix));
                continue;
            }
            if suppression.names.is_empty() {
                let message = "This comment has no effect because it names no rule";
                let help = "Add the rules: `sentlint: ignore[rule-a, rule-b] reason`.";
                out.push(Self::at(suppression.span, message).help(help));
            }
            for (index, name) in suppression.names.iter().enumerate() {
                if find(&name.rule).is_some() || is_group(&name.rule) {
                    continue;
                }
                let finding =
                    Self::at(name.span, format!("Unknown rule or group `{}` in a suppression", name.rule));
                out.push(match slip_of(&name.rule, names()) {
                    Some(near) => {
                        let fix = Fix::safe(format!("Replace with `{near}`"), [Edit::new(name.span, near)]);
                        finding.help(format!("Did you mean `{near}`?")).fix(fix)
                    }
                    None => {
                        let help = "`sentlint rules` lists the rules by group.";
                        // What it was meant to silence is known to its author only.
                        let mut fix = remove(source, suppression, index);
                        if let Some(fix) = &mut fix {
                            fix.applicability = Applicability::Unsafe;
                        }
                        finding.help(help).fix(fix)
                    }
                });
            }
        }
    }
}

/// The names of all rules and groups.
fn names() -> impl Iterator<Item = &'static str> {
    all().map(|entry| entry.meta.id).chain(Group::ALL.map(Group::as_str))
}
