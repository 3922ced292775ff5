//! `unused-suppression`

use super::{is_group, remove};
use crate::diagnostic::{Diagnostic, Group, RuleMeta};
use crate::rules::{Rule, Settings, all, declare_rule, find};
use crate::source::SourceFile;
use crate::suppress::Suppression;

declare_rule! {
    /// An unused suppression comment.
    ///
    /// ## Why is this bad?
    ///
    /// The finding that it was written for no longer exists, or the comment is in the wrong place. If it stays, it may
    /// hide a future finding of the same kind.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics: [CommandAndControl] # sentlint: ignore[unknown-tactic] agreed with the team
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
    /// The name is removed from the comment, or the comment is deleted; nothing else changes.
    pub(crate) UnusedSuppression {
        id: "unused-suppression",
        group: Suppressions,
        severity: Warning,
        fix: Always Safe,
        since: "0.1.0",
    }
}

impl Rule for UnusedSuppression {
    fn check_suppressions(
        &self,
        source: &SourceFile,
        suppressions: &[Suppression],
        settings: &Settings,
        out: &mut Vec<Diagnostic>,
    ) {
        for suppression in suppressions {
            for (index, name) in suppression.names.iter().enumerate().filter(|(_, name)| !name.used) {
                // Rules that compare files run for all files or for none, and what a comparison with a revision
                // found is gone once that revision is after.
                let ran = |meta: &RuleMeta| {
                    !meta.compares && (meta.group != Group::Repository || settings.enabled(meta))
                };
                let whole_group = is_group(&name.rule)
                    && all()
                        .filter(|entry| entry.meta.group.as_str() == name.rule)
                        .all(|entry| ran(entry.meta));
                if suppression.missing_colon.is_some()
                    || !(whole_group || find(&name.rule).is_some_and(|entry| ran(entry.meta)))
                {
                    continue;
                }
                let message = format!("Unused suppression of `{}`", name.rule);
                out.push(Self::at(name.span, message).fix(remove(source, suppression, index)));
            }
        }
    }
}
