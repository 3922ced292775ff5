//! `uncovered-tactic`

use crate::content::Template;
use crate::diagnostic::Diagnostic;
use crate::knowledge::tactics;
use crate::rules::attack::is_tactic_of;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A tactic without any of its techniques.
    ///
    /// ## Why is this bad?
    ///
    /// If both lists are present, each tactic should be supported by a technique: either the tactic is unnecessary, or
    /// a technique is missing. Not every tactic needs one, so this is only a recommendation.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics: [CommandAndControl, Impact]
    /// relevantTechniques: [T1219]
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics: [CommandAndControl, Impact]
    /// relevantTechniques: [T1219, T1486]
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## References
    ///
    /// - <https://attack.mitre.org/tactics/enterprise/>
    pub(crate) UncoveredTactic {
        id: "uncovered-tactic",
        group: Attack,
        severity: Info,
        pedantic: true,
        since: "0.1.0",
    }
}

impl Rule for UncoveredTactic {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let common = template.common();
        let techniques: Option<Vec<_>> = common.techniques.values().map(|id| cx.technique(id)).collect();
        // Where a technique is unknown, it may be the one that belongs to the tactic.
        let Some(techniques) = techniques.filter(|techniques| !techniques.is_empty()) else { return };
        for text in &common.tactics.items {
            let Some(tactic) = tactics::normalise_tactic(text.value) else { continue };
            if !techniques.iter().any(|technique| is_tactic_of(tactic, technique)) {
                let message = format!("None of the listed techniques belongs to {}", tactic.name);
                let help = format!("Add a technique of {}, or remove the tactic.", tactic.name);
                out.push(Self::at(text.span(), message).help(help));
            }
        }
    }
}
