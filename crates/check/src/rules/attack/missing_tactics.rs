//! `missing-tactics`

use crate::content::Template;
use crate::diagnostic::Diagnostic;
use crate::rules::attack::{is_empty, is_stated_empty, tactics_of};
use crate::rules::words::listed;
use crate::rules::{Context, Rule, declare_rule};
use crate::source::capitalized;

declare_rule! {
    /// A template without a tactic.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel shows templates by tactic, in the MITRE ATT&CK view and in the lists of rules and hunting queries. A
    /// template without tactics can only be found by its name. Upstream's reviewers ask for tactics. `tactics: []`
    /// explicitly states that there are none, and is not reported.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
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
    /// tactics: [CommandAndControl]
    /// relevantTechniques: [T1219]
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.github/instructions/huntingqueries.instructions.md>
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.github/instructions/detections.instructions.md>
    pub(crate) MissingTactics {
        id: "missing-tactics",
        group: Attack,
        severity: Info,
        since: "0.1.0",
    }
}

impl Rule for MissingTactics {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let common = template.common();
        // What stands after an alias is not known, and may be a tactic.
        let is_alias = || cx.content.aliases().iter().any(|alias| alias.pointer.starts_with("/tactics"));
        // A key without a value is reported by `empty-value`.
        let is_there = common.tactics.field.is_some_and(|field| field.entry.value.is_null());
        let is_missing = is_empty(&common.tactics) && !is_stated_empty(&common.tactics) && !is_there;
        if !cx.content.document.errors.is_empty() || !is_missing || is_alias() {
            return;
        }
        let mut names: Vec<&str> =
            common.techniques.values().filter_map(|id| cx.technique(id)).flat_map(tactics_of).collect();
        names.sort_unstable();
        names.dedup();
        let help = match names.as_slice() {
            [] => {
                "Add `tactics:` with one or more of Sentinel's tactics, such as CommandAndControl.".to_owned()
            }
            names => format!("Add `tactics:`; the listed techniques belong to {}.", listed(names, "and")),
        };
        let place = common.tactics.field.map_or(cx.first_key(), |field| field.entry.key.span);
        let message = format!("{} has no tactics", capitalized(cx.kind().noun()));
        out.push(Self::at(place, message).help(help));
    }
}
