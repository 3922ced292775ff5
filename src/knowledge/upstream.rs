//! Upstream's own map from techniques to tactics, which its gate for scheduled rules uses.
//!
//! It is older than the ATT&CK release in `attack` (about version 13) and lacks newer techniques, so a valid
//! modern technique can be refused by it.

use super::data::upstream as data;

/// The Sentinel tactics that upstream files a technique under, sorted; `None` when its map lacks the id.
/// The map holds parents only: cut a sub-technique's number off first. Case counts.
pub fn tactics_of(id: &str) -> Option<&'static [&'static str]> {
    let found = data::TECHNIQUE_TACTICS.binary_search_by(|(technique, _)| (*technique).cmp(id)).ok()?;
    data::TECHNIQUE_TACTICS.get(found).map(|(_, tactics)| *tactics)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::{attack, tactics};

    #[test]
    fn the_map_is_sorted_and_whole() {
        assert_eq!(data::TECHNIQUE_TACTICS.len(), 343);
        assert!(data::TECHNIQUE_TACTICS.is_sorted_by(|a, b| a.0 < b.0));
        for (id, names) in data::TECHNIQUE_TACTICS {
            assert!(attack::technique(id).is_some(), "{id}");
            for name in *names {
                assert!(tactics::tactic(name).is_some_and(|tactic| tactic.upstream), "{id} {name}");
            }
        }
    }

    #[test]
    fn upstream_may_differ_from_the_newest_release() {
        assert_eq!(tactics_of("T1219"), Some(&["CommandAndControl"][..]));
        assert_eq!(tactics_of("T1548"), Some(&["DefenseEvasion", "PrivilegeEscalation"][..]));
        assert_eq!(
            attack::technique("T1548").map(tactics::sentinel_tactics_of),
            Some(vec!["PrivilegeEscalation"])
        );
        // Newer than upstream's map.
        assert!(attack::technique("T1659").is_some());
        assert_eq!(tactics_of("T1659"), None);
        assert_eq!(tactics_of("T1219.001"), None);
        assert_eq!(tactics_of("t1219"), None);
    }
}
