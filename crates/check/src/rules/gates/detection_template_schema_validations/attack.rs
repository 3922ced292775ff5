//! Tactics and techniques, as the upstream repository's own map has them.

use crate::content::Template;
use crate::content::model::{List, Text};
use crate::diagnostic::Diagnostic;
use crate::knowledge::{attack, tactics, upstream};
use crate::rules::Context;
use crate::rules::attack::unknown_tactic::{self, UnknownTactic};
use crate::rules::attack::unknown_technique::{self, UnknownTechnique};
use crate::rules::attack::{parent, technique_tactic_mismatch};

/// The items of a list as the workflow reads them: nothing but a list, and every scalar as a string, null too.
fn items<'a>(list: &List<'a>) -> Vec<Text<'a>> {
    let sequence = list.field.and_then(|field| field.node().as_sequence());
    let items = sequence.map(|sequence| sequence.items.as_slice()).unwrap_or_default();
    items.iter().filter_map(|node| Some(Text { value: &node.scalar()?.text, node })).collect()
}

pub(super) fn tactics(cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    let is_accepted = |text: &Text<'_>| {
        let mut known = tactics::sentinel_tactics().iter().filter(|tactic| tactic.upstream);
        text.value.is_empty() || known.any(|tactic| tactic.name.eq_ignore_ascii_case(text.value))
    };
    for text in items(&template.common().tactics).iter().filter(|text| !is_accepted(text)) {
        out.push(match tactics::tactic(text.value) {
            Some(tactic) => {
                let message = format!("Upstream's checks do not accept the tactic `{}`", tactic.name);
                let help = "Use Reconnaissance or ResourceDevelopment, which replaced it.";
                UnknownTactic::at(text.span(), message).help(help)
            }
            None => unknown_tactic::finding(cx, text),
        });
    }
}

pub(super) fn techniques(cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    let is_known = |text: &Text<'_>| upstream::tactics_of(parent(text.value)).is_some();
    for text in items(&template.common().techniques).iter().filter(|text| !is_known(text)) {
        out.push(match attack::in_any_version(text.value) {
            Some(technique) => {
                let message = format!("Upstream's list of techniques does not include `{}`", technique.id);
                let help = "The technique exists in ATT&CK, but upstream's list is older. Add an older one as well, \
                            or ask for an exception in the pull request.";
                UnknownTechnique::at(text.span(), message).help(help)
            }
            None => unknown_technique::finding(cx, text),
        });
    }
}

pub(super) fn mismatches(cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
    let common = template.common();
    let tactics = items(&common.tactics);
    let names: Vec<&str> = tactics.iter().map(|text| text.value).collect();
    let mut added = Vec::new();
    for text in items(&common.techniques) {
        let Some(right) = upstream::tactics_of(parent(text.value)) else { continue };
        if !right.iter().any(|tactic| names.iter().any(|name| name.eq_ignore_ascii_case(tactic))) {
            let finding = technique_tactic_mismatch::finding;
            out.push(finding(cx, &common.tactics, &text, &right.to_vec(), &names, &mut added));
        }
    }
}
