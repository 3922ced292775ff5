//! `unknown-tactic`

use crate::content::model::Text;
use crate::content::{Folder, Template};
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::{attack, tactics};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A tactic that Sentinel does not have.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel's list of tactics is closed, and its names are written in one word: `InitialAccess`,
    /// `CommandAndControl`. With anything else the upstream repository's checks fail, and the template is
    /// not found under any tactic.
    ///
    /// Since ATT&CK v19 the tactic once called Defense Evasion is two: Stealth and Defense Impairment. Sentinel
    /// still calls both `DefenseEvasion`.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics:
    ///   - Command and control
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics:
    ///   - CommandAndControl
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Where only case, blanks or hyphens differ, the fix is safe. A misspelt name is mended with
    /// `--unsafe-fixes`.
    pub(crate) UnknownTactic {
        id: "unknown-tactic",
        group: Attack,
        severity: Error,
        fix: Unsafe,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for UnknownTactic {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        if cx.gates() {
            // A scalar in place of the list is another gate's matter.
            let list =
                template.common().tactics.field.is_some_and(|field| field.node().as_sequence().is_some());
            if cx.content.folder != Folder::Rules || !list {
                return;
            }
        }
        for text in &template.common().tactics.items {
            let known = if cx.gates() {
                tactics::sentinel_tactics()
                    .iter()
                    .any(|t| t.upstream && t.name.eq_ignore_ascii_case(text.value))
            } else {
                tactics::tactic(text.value).is_some()
            };
            if !known && !text.value.is_empty() {
                out.push(finding(cx, text));
            }
        }
    }
}

fn finding(cx: &Context<'_>, text: &Text<'_>) -> Diagnostic {
    let written = text.value;
    let replace = |name: &str| replace_scalar(cx.source(), text.node, name);
    if let Some(tactic) = tactics::normalise_tactic(written).filter(|tactic| tactic.name != written) {
        let message = format!("The tactic `{written}` is written `{}`", tactic.name);
        let fix = Fix::safe(format!("Write `{}`", tactic.name), replace(tactic.name));
        return UnknownTactic::at(text.span(), message).fix(fix);
    }
    let finding = UnknownTactic::at(text.span(), format!("Sentinel has no tactic `{written}`"));
    let plain: String = written.chars().filter(char::is_ascii_alphanumeric).collect();
    if ["stealth", "defenseimpairment"].iter().any(|name| plain.eq_ignore_ascii_case(name)) {
        let help = "ATT&CK v19 split Defense Evasion into Stealth and Defense Impairment; Sentinel still calls both \
                    `DefenseEvasion`.";
        return finding.help(help).fix(Fix::r#unsafe("Write `DefenseEvasion`", replace("DefenseEvasion")));
    }
    if let Some(technique) = attack::technique(&written.to_ascii_uppercase()) {
        return finding.help(format!(
            "{} is the technique \"{}\": put it under `relevantTechniques`.",
            technique.id, technique.name
        ));
    }
    if let Some(near) = tactics::nearest_tactic(written) {
        let fix = Fix::r#unsafe(format!("Write `{}`", near.name), replace(near.name));
        return finding.help(format!("Did you mean `{}`?", near.name)).fix(fix);
    }
    finding.help("Use one of Sentinel's tactics, such as InitialAccess, Execution or CommandAndControl.")
}
