//! What upstream's gates know otherwise than the service: their map from techniques to tactics, and the age of their
//! analyzer of queries.
//!
//! The map is older than the ATT&CK release in `attack` (about version 13) and lacks newer techniques, so a valid
//! modern technique can be refused by it.

use super::data::{gate, upstream as data};
use crate::words::{self, Words};

/// Whether the gate's analyzer of queries refuses this function, aggregate or plug-in, which the service has. What is not
/// known to be refused is taken for known there.
pub fn refuses_function(name: &str) -> bool {
    gate::REFUSED.binary_search(&name).is_ok()
}

/// The Sentinel tactics that upstream files a technique under, sorted; `None` when its map lacks the id.
/// The map holds parents only: cut a sub-technique's number off first. Case counts.
pub fn tactics_of(id: &str) -> Option<Words> {
    words::find(data::TECHNIQUE_TACTICS, &id, |line| line.split_once('\t')).map(Words::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::{attack, tactics};

    #[test]
    fn the_map_is_sorted_and_whole() {
        let lines: Vec<_> =
            data::TECHNIQUE_TACTICS.lines().filter_map(|line| line.split_once('\t')).collect();
        assert_eq!((lines.len(), data::TECHNIQUE_TACTICS.lines().count()), (343, 343));
        assert!(lines.is_sorted_by(|a, b| a.0 < b.0));
        for (id, names) in lines {
            assert!(attack::in_any_version(id).is_some(), "{id}");
            assert_eq!(tactics_of(id), Some(Words::new(names)), "{id}");
            for name in Words::new(names) {
                assert!(tactics::tactic(name).is_some_and(|tactic| tactic.upstream), "{id} {name}");
            }
        }
    }

    #[test]
    fn the_gate_lacks_newer_functions() {
        assert!(gate::REFUSED.is_sorted());
        assert!(refuses_function("replace_strings") && refuses_function("punycode_domain_from_string"));
        // Known in 11.3.0, unknown in 11.0.0: which of the two decides is not known.
        assert!(!refuses_function("bag_zip") && !refuses_function("strcat"));
    }

    #[test]
    fn upstream_may_differ_from_the_newest_release() {
        assert_eq!(tactics_of("T1219"), Some(Words::new("CommandAndControl")));
        assert_eq!(tactics_of("T1548"), Some(Words::new("DefenseEvasion PrivilegeEscalation")));
        assert_eq!(
            attack::in_any_version("T1548").map(tactics::sentinel_tactics_of),
            Some(vec!["PrivilegeEscalation"])
        );
        // Newer than upstream's map.
        assert!(attack::in_any_version("T1659").is_some());
        assert_eq!(tactics_of("T1659"), None);
        assert_eq!(tactics_of("T1219.001"), None);
        assert_eq!(tactics_of("t1219"), None);
    }
}
