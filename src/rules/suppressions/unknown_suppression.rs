//! `unknown-suppression`

use super::remove;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::knowledge::nearest::nearest;
use crate::rules::{Rule, Settings, all, declare_rule, find};
use crate::source::SourceFile;
use crate::suppress::Suppression;

declare_rule! {
    /// A suppression comment that names no rule there is.
    ///
    /// ## Why is this bad?
    ///
    /// It silences nothing, though its author believed it would.
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
    /// A name that is nearly right is corrected, any other is taken out of the comment. Nothing was
    /// silenced by it before.
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
            if suppression.names.is_empty() {
                let message = "This comment names no rule, and so it silences nothing";
                let help = "Name the rules: `sentlint: ignore[rule-a, rule-b] reason`.";
                out.push(Self::at(suppression.span, message).help(help));
            }
            for (index, name) in suppression.names.iter().enumerate() {
                if find(&name.rule).is_some() {
                    continue;
                }
                let finding = Self::at(name.span, format!("There is no rule `{}` to suppress", name.rule));
                out.push(match nearest(&name.rule, all().map(|entry| entry.meta.id)) {
                    Some(near) => {
                        let fix = Fix::safe(format!("Write `{near}`"), [Edit::new(name.span, near)]);
                        finding.help(format!("Did you mean `{near}`?")).fix(fix)
                    }
                    None => {
                        let help = "`sentlint rules` lists the rules.";
                        finding.help(help).fix(remove(source, suppression, index))
                    }
                });
            }
        }
    }
}
