//! `deprecated-technique`

use crate::content::Template;
use crate::diagnostic::Diagnostic;
use crate::knowledge::attack::Status;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A technique that ATT&CK has deprecated.
    ///
    /// ## Why is this bad?
    ///
    /// MITRE deprecates techniques that it no longer considers valid. They have no replacement and are not part of the
    /// current matrix, so the template is not listed under any technique.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics: [Execution]
    /// relevantTechniques: [T1064]
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics: [Execution]
    /// relevantTechniques: [T1059]
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## References
    ///
    /// - <https://attack.mitre.org/resources/updates/>
    pub(crate) DeprecatedTechnique {
        id: "deprecated-technique",
        group: Attack,
        severity: Info,
        since: "0.1.0",
    }
}

impl Rule for DeprecatedTechnique {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        for text in &template.common().techniques.items {
            let Some(technique) = cx.technique(text.value) else { continue };
            if technique.status == Status::Deprecated {
                let message = format!("ATT&CK has deprecated {} ({})", technique.id, technique.name);
                let help =
                    format!("Use the technique that fits now; see {} for the reason.", technique.url());
                out.push(Self::at(text.span(), message).help(help));
            }
        }
    }
}
