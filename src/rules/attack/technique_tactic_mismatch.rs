//! `technique-tactic-mismatch`

use crate::content::model::Text;
use crate::content::{Folder, Kind, Template};
use crate::diagnostic::Diagnostic;
use crate::knowledge::{attack, tactics, upstream};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A technique none of whose tactics is listed.
    ///
    /// ## Why is this bad?
    ///
    /// In ATT&CK every technique belongs to one or more tactics. Where none of them is among the template's
    /// tactics, one of the two lists is wrong, and the upstream repository's checks refuse a scheduled rule.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics: [Persistence]
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
    pub(crate) TechniqueTacticMismatch {
        id: "technique-tactic-mismatch",
        group: Attack,
        severity: Warning,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for TechniqueTacticMismatch {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let common = template.common();
        if cx.gates() {
            if cx.content.folder == Folder::Rules && cx.kind() == Kind::ScheduledRule {
                gates(template, out);
            }
            return;
        }
        let listed: Vec<_> = common.tactics.values().filter_map(tactics::normalise_tactic).collect();
        // Without a tactic that is understood, other rules have spoken already.
        if listed.is_empty() {
            return;
        }
        for text in &common.techniques.items {
            let Some(technique) = attack::technique(text.value) else { continue };
            if listed.iter().any(|tactic| tactics::matches(tactic, technique)) {
                continue;
            }
            let right = tactics::sentinel_tactics_of(technique);
            out.push(finding(text, technique.name, &right, &common.tactics.values().collect::<Vec<_>>()));
        }
    }
}

fn gates(template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    let common = template.common();
    let is_list = |list: &crate::content::model::List<'_>| {
        list.field.is_some_and(|field| field.node().as_sequence().is_some())
    };
    if !is_list(&common.techniques) {
        return;
    }
    let listed: Vec<&str> =
        if is_list(&common.tactics) { common.tactics.values().collect() } else { Vec::new() };
    for text in &common.techniques.items {
        let parent = text.value.split('.').next().unwrap_or_default();
        let Some(right) = upstream::tactics_of(parent) else { continue };
        if !right.iter().any(|tactic| listed.iter().any(|name| name.eq_ignore_ascii_case(tactic))) {
            let name = attack::technique(text.value).map_or("", |technique| technique.name);
            out.push(finding(text, name, right, &listed));
        }
    }
}

fn finding(text: &Text<'_>, name: &str, right: &[&str], listed: &[&str]) -> Diagnostic {
    let title = if name.is_empty() { text.value.to_owned() } else { format!("{} ({name})", text.value) };
    let listed = match listed {
        [] => "no tactic is listed".to_owned(),
        [one] => format!("the only tactic listed is {one}"),
        many => format!("the tactics listed are {}", join(many, "and")),
    };
    let message = match right {
        [] => format!("{title} belongs to no tactic of Sentinel"),
        right => format!("{title} belongs to {}, but {listed}", join(right, "and")),
    };
    let help = match right {
        [] => "Name another technique.".to_owned(),
        right => format!("Add {} to `tactics`, or name another technique.", join(right, "or")),
    };
    TechniqueTacticMismatch::at(text.span(), message).help(help)
}

/// `a, b and c`
fn join(words: &[&str], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., end] => format!("{} {last} {end}", rest.join(", ")),
    }
}
