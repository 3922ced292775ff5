//! `missing-techniques`

use crate::content::Template;
use crate::diagnostic::Diagnostic;
use crate::rules::attack::{is_empty, is_stated_empty};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::capitalized;

declare_rule! {
    /// A template without a technique.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel's MITRE ATT&CK view shows the coverage of each technique. A template without techniques does not count
    /// there. Upstream's reviewers ask for techniques.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics: [CommandAndControl]
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
    pub(crate) MissingTechniques {
        id: "missing-techniques",
        group: Attack,
        severity: Info,
        pedantic: true,
        since: "0.1.0",
    }
}

impl Rule for MissingTechniques {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let common = template.common();
        if !cx.content.document.errors.is_empty()
            || !is_empty(&common.techniques)
            || is_stated_empty(&common.techniques)
        {
            return;
        }
        let place = common.techniques.field.map_or(cx.first_key(), |field| field.entry.key.span);
        let message = format!("{} has no techniques", capitalized(cx.kind().noun()));
        let help =
            "Add `relevantTechniques:` with the ids of the techniques that the query detects, such as T1219.";
        out.push(Self::at(place, message).help(help));
    }
}
