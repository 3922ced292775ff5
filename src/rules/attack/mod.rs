//! Tactics and techniques.

mod technique_tactic_mismatch;
mod unknown_tactic;
mod unknown_technique;

pub(super) use technique_tactic_mismatch::TechniqueTacticMismatch;
pub(super) use unknown_tactic::UnknownTactic;
pub(super) use unknown_technique::UnknownTechnique;
