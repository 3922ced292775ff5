//! Tactics and techniques.

mod deprecated_technique;
mod missing_tactics;
mod missing_techniques;
mod prefer_sub_technique;
mod revoked_technique;
mod search_terms;
pub(super) mod technique_tactic_mismatch;
mod uncovered_tactic;
pub(super) mod unknown_tactic;
pub(super) mod unknown_technique;

super::rules! {
    unknown_tactic::UnknownTactic,
    unknown_technique::UnknownTechnique,
    revoked_technique::RevokedTechnique,
    deprecated_technique::DeprecatedTechnique,
    technique_tactic_mismatch::TechniqueTacticMismatch,
    uncovered_tactic::UncoveredTactic,
    missing_tactics::MissingTactics,
    missing_techniques::MissingTechniques,
    prefer_sub_technique::PreferSubTechnique,
}

use crate::content::model::{List, Text};
use crate::content::{Content, Detection};
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::attack::{self, Technique};
use crate::knowledge::tactics::{self, SentinelTactic};
use crate::knowledge::upstream;
use crate::rules::Context;
use crate::yaml::edit::{space_after_dashes, split_item};

/// The id without a sub-technique's number.
pub(super) fn parent(id: &str) -> &str {
    id.split('.').next().unwrap_or_default()
}

/// Whether the technique serves the tactic: today, or in the older release that upstream's checks and the
/// service's own lists follow. Content that was right then is not wrong because of a new release.
fn is_tactic_of(tactic: &SentinelTactic, technique: &Technique) -> bool {
    tactics::matches(tactic, technique)
        || upstream::tactics_of(parent(technique.id)).is_some_and(|names| names.contains(tactic.name))
}

/// The techniques and sub-techniques of the custom detections of a file, each with its tactic, and with those of the old
/// shape.
fn techniques_of_detections<'a>(cx: &Context<'a>) -> Vec<(&'a str, Text<'a>)> {
    let content: &'a Content = cx.content;
    content.detections().iter().flat_map(Detection::techniques).collect()
}

/// The tactics of a technique that one would write today.
fn tactics_of(technique: &Technique) -> Vec<&'static str> {
    let mut names = tactics::sentinel_tactics_of(technique);
    names.retain(|name| *name != "PreAttack");
    names
}

/// Whether a list has nothing in it: no key, null, no items, or empty ones.
fn is_empty(list: &List<'_>) -> bool {
    list.values().all(|value| value.trim().is_empty())
        && list.field.is_none_or(|field| field.node().as_mapping().is_none())
}

/// Whether a list says that it has nothing in it: `[]`, and not an absent or unfinished one.
fn is_stated_empty(list: &List<'_>) -> bool {
    let sequence = list.field.and_then(|field| field.node().as_sequence());
    sequence.is_some_and(|sequence| sequence.items.is_empty())
}

/// What begins the items of lists elsewhere.
const BULLETS: [char; 5] = ['\u{2022}', '\u{b7}', '\u{2013}', '\u{2014}', '*'];

/// The tactics or techniques that one text names together, such as `T1219, T1105`; `None` where it names one, or
/// anything else beside them.
pub(super) fn several(text: &str) -> Option<Vec<&str>> {
    // A list in a string, or one of which a bracket is missing.
    let inner = text.trim().trim_start_matches(['[', '(', '{']).trim_end_matches([']', ')', '}', ',']);
    let numbered = |part: &str| part.strip_suffix(['.', ')']).is_some_and(|part| part.parse::<u8>().is_ok());
    let marked = inner.starts_with(BULLETS) || inner.split(' ').next().is_some_and(numbered);
    let listed = inner.len() < text.trim().len() || marked;
    let text = inner;
    let parts: Vec<&str> = if text.contains([',', ';', '\n']) || text.contains(BULLETS) {
        let parts = text.split([',', ';', '\n']).flat_map(|part| part.split(BULLETS));
        parts.map(str::trim).filter(|part| !part.is_empty()).collect()
    } else {
        let words = text.split_whitespace();
        words.filter(|part| *part != "-" && *part != "&" && !numbered(part)).collect()
    };
    let plain = parts.into_iter().map(|part| part.trim_start_matches("- ").trim_matches(['"', '\'']));
    let parts: Vec<&str> = plain.filter(|part| !part.is_empty()).collect();
    let known = |part: &&str| {
        tactics::same_words(part).is_some() || attack::in_any_version(&part.to_ascii_uppercase()).is_some()
    };
    let are_items = parts.len() > 1 || listed && parts.len() == 1;
    (are_items && parts.iter().all(known)).then_some(parts)
}

/// Says that an item is several ones; `None` where it is not, or where another rule tells of the whole list.
fn split_item_finding(
    cx: &Context<'_>,
    list: &List<'_>,
    text: &Text<'_>,
    finding: &Diagnostic,
) -> Option<Diagnostic> {
    let parts = several(text.value).filter(|parts| parts.len() > 1)?;
    let sequence = list.field?.node().as_sequence()?;
    let index = sequence.items.iter().position(|item| std::ptr::eq(item, text.node))?;
    let fix = Fix::r#unsafe("Make each a separate item", split_item(cx.source(), sequence, index, &parts));
    Some(finding.clone().help("Make each a separate item.").fix(fix))
}

/// Whether the list is one text, of which `scalar-for-list` says how its parts become items.
fn needs_split(cx: &Context<'_>, list: &List<'_>) -> bool {
    let text = list.field.and_then(|field| field.text());
    text.is_some_and(|text| {
        several(text.value).is_some() || space_after_dashes(cx.source(), text.node).is_some()
    })
}

/// The items of a list that are not known. There are none where other rules report the whole list: it has nothing in it, or
/// is one text that names several.
fn unknown_items<'l, 'a>(
    cx: &Context<'_>,
    list: &'l List<'a>,
    known: impl Fn(&str) -> bool,
) -> impl Iterator<Item = &'l Text<'a>> {
    let items = if needs_split(cx, list) { &[] } else { list.items.as_slice() };
    let blank = is_empty(list);
    items.iter().filter(move |text| !(known(text.value) || blank && text.value.trim().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::several;
    use crate::diagnostic::Applicability::Unsafe;
    use crate::rules::testing::{fixes, messages};

    #[test]
    fn texts_that_name_several_are_taken_apart() {
        assert_eq!(several("T1219, t1105;T1078.004"), Some(vec!["T1219", "t1105", "T1078.004"]));
        assert_eq!(several("T1219 - T1105"), Some(vec!["T1219", "T1105"]));
        assert_eq!(several("Initial Access, Execution"), Some(vec!["Initial Access", "Execution"]));
        for one in ["T1219", "Initial Access", "Malware, component", "T1219, T9999", ""] {
            assert_eq!(several(one), None, "{one}");
        }
    }

    #[test]
    fn an_item_that_names_several_becomes_several() {
        let text = |list: &str| format!("id: x\nname: n\nquery: T\nrelevantTechniques:{list}\n");
        for (list, fixed) in [
            ("\n  - T1219, T1105", "\n  - T1219\n  - T1105"),
            (" [T1219 T1105]", " [T1219, T1105]"),
            (" [T1219 \"T1105\"]", " [T1219, T1105]"),
            ("\n  - T1219\n   - T1105", "\n  - T1219\n  - T1105"),
        ] {
            let told = messages("unknown-technique", &text(list));
            assert!(told[0].ends_with("contains several techniques"), "{told:?}");
            assert_eq!(fixes("unknown-technique", "a.yaml", &text(list)), [(Unsafe, text(fixed))]);
        }
    }
}
