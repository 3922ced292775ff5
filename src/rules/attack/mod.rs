//! Tactics and techniques.

mod deprecated_technique;
mod missing_tactics;
mod missing_techniques;
mod revoked_technique;
mod technique_tactic_mismatch;
mod uncovered_tactic;
mod unknown_tactic;
mod unknown_technique;

pub(super) use deprecated_technique::DeprecatedTechnique;
pub(super) use missing_tactics::MissingTactics;
pub(super) use missing_techniques::MissingTechniques;
pub(super) use revoked_technique::RevokedTechnique;
pub(super) use technique_tactic_mismatch::TechniqueTacticMismatch;
pub(super) use uncovered_tactic::UncoveredTactic;
pub(super) use unknown_tactic::UnknownTactic;
pub(super) use unknown_technique::UnknownTechnique;

use crate::content::model::{List, Text};
use crate::knowledge::attack::Technique;
use crate::knowledge::tactics::{self, SentinelTactic};
use crate::knowledge::upstream;

/// The id without a sub-technique's number.
fn parent(id: &str) -> &str {
    id.split('.').next().unwrap_or_default()
}

/// Whether the technique serves the tactic: today, or in the older release that upstream's checks and the
/// service's own lists follow. Content that was right then is not wrong because of a new release.
fn serves(tactic: &SentinelTactic, technique: &Technique) -> bool {
    tactics::matches(tactic, technique)
        || upstream::tactics_of(parent(technique.id)).is_some_and(|names| names.contains(&tactic.name))
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

/// The items as upstream's gates read them: nothing but a list, and every scalar as text, null too.
fn gated_items<'a>(list: &List<'a>) -> Vec<Text<'a>> {
    let sequence = list.field.and_then(|field| field.node().as_sequence());
    let items = sequence.map(|sequence| sequence.items.as_slice()).unwrap_or_default();
    items.iter().filter_map(|node| Some(Text { value: &node.scalar()?.text, node })).collect()
}
