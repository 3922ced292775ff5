//! `unknown-technique`

use crate::content::Template;
use crate::content::model::Text;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::attack::{self, Technique, Version};
use crate::knowledge::tactics;
use crate::rules::attack::{split_item_finding, unknown_items};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A technique or sub-technique that ATT&CK does not have.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel uses these ids to show a template in its MITRE ATT&CK view. A template with an unknown id is not shown
    /// there, and with an id in any other form the deployment fails.
    ///
    /// The ids are those of ATT&CK 19.1, or of the version set by `--attack-version` or `attack-version` under
    /// `[knowledge]` in sentlint.toml: 19.1 or 16.1. The other rules for techniques use the same version.
    ///
    /// Under `azure-sentinel` the ids are those of upstream's own list, which is older than the current version of
    /// ATT&CK and does not include sub-techniques.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics: [CommandAndControl]
    /// relevantTechniques: [T1219.999]
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
    /// relevantTechniques: [T1219.002]
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// If only case or spaces differ, the fix is safe. The fix for a technique given by its name, or for a misspelled
    /// id, is unsafe.
    ///
    /// ## References
    ///
    /// - <https://attack.mitre.org/techniques/enterprise/>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) UnknownTechnique {
        id: "unknown-technique",
        group: Attack,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for UnknownTechnique {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for (_, text) in super::techniques_of_detections(cx) {
            if cx.technique(text.value).is_none() {
                out.push(finding(cx, &text));
            }
        }
    }

    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let list = &template.common().techniques;
        for text in unknown_items(cx, list, |text| cx.technique(text).is_some()) {
            let several = Self::at(text.span(), format!("`{}` contains several techniques", text.value));
            out.push(split_item_finding(cx, list, text, &several).unwrap_or_else(|| finding(cx, text)));
        }
    }
}

/// The technique of `T1219.2`, `T1219/002` and of the address of its page.
fn in_other_notation(version: Version, text: &str) -> Option<&'static Technique> {
    let text = text.trim().trim_end_matches('/');
    // Brackets, quotes or a full stop around the id.
    let bare = text.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_ascii_uppercase();
    if let Some(technique) = version.technique(&bare) {
        return Some(technique);
    }
    let address = text.rsplit_once("techniques/").map(|(_, id)| id);
    if let Some(technique) = address.and_then(|id| version.technique(id)) {
        return Some(technique);
    }
    let (parent, number) = address.unwrap_or(text).split_once(['.', '/', '-', '_'])?;
    let digits = !number.is_empty() && number.len() <= 3 && number.bytes().all(|b| b.is_ascii_digit());
    let id = format!("{}.{number:0>3}", parent.to_ascii_uppercase());
    version.technique(&id).filter(|_| digits)
}

/// A finding on what is not the id of a technique.
pub(crate) fn finding(cx: &Context<'_>, text: &Text<'_>) -> Diagnostic {
    let (version, written) = (cx.settings.attack, text.value);
    if written.trim().is_empty() {
        return UnknownTechnique::at(text.span(), "An item of `relevantTechniques` is empty")
            .help("Delete the item, or add the id of a technique.");
    }
    let replace = |id: &str| replace_scalar(cx.source(), text.node, id);
    let plain: String =
        written.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    if let Some(technique) = version.technique(&plain) {
        let fix = Fix::safe(format!("Replace with `{}`", technique.id), replace(technique.id));
        return UnknownTechnique::at(
            text.span(),
            format!("The technique `{written}` must be written as `{}`", technique.id),
        )
        .fix(fix);
    }
    let finding =
        UnknownTechnique::at(text.span(), format!("`{written}` is not a technique in ATT&CK {version}"));
    if let Some(elsewhere) = attack::in_any_version(&plain) {
        return finding.help(format!(
            "ATT&CK {} has it ({}); set the version with `--attack-version` or `attack-version` in sentlint.toml.",
            elsewhere.version, elsewhere.name
        ));
    }
    if let [technique, ..] = version.by_name(written)[..] {
        let fix = Fix::r#unsafe(format!("Replace with `{}`", technique.id), replace(technique.id));
        return finding.help(format!("\"{}\" is {}.", technique.name, technique.id)).fix(fix);
    }
    if let Some(tactic) = tactics::normalise_tactic(written) {
        return finding.help(format!("`{}` is a tactic: move it to `tactics`.", tactic.name));
    }
    if let Some(meant) = in_other_notation(version, written) {
        let fix = Fix::r#unsafe(format!("Replace with `{}`", meant.id), replace(meant.id));
        return finding.help(format!("Did you mean {} ({})?", meant.id, meant.name)).fix(fix);
    }
    if let Some((parent, _)) = plain.split_once('.')
        && let Some(parent) = version.technique(parent)
    {
        let numbers: Vec<&str> = version.sub_techniques(parent.id).map(|sub| sub.id).collect();
        let help = match numbers[..] {
            [] => format!("{} ({}) has no sub-techniques.", parent.id, parent.name),
            [only] => format!("{} ({}) has one sub-technique, {only}.", parent.id, parent.name),
            [first, .., last] => {
                format!("{} ({}) has the sub-techniques {first} to {last}.", parent.id, parent.name)
            }
        };
        return finding.help(help);
    }
    match version.nearest_id(written) {
        Some(near) => {
            let fix = Fix::r#unsafe(format!("Replace with `{}`", near.id), replace(near.id));
            finding.help(format!("Did you mean {} ({})?", near.id, near.name)).fix(fix)
        }
        None => finding.help("Use an id such as T1219, or T1219.002 for a sub-technique."),
    }
}
