//! Sentinel's own tactics, kept apart from MITRE's, and how the two correspond.
//!
//! Sentinel's list follows ATT&CK before version 19: it has one `DefenseEvasion`, where MITRE now has Stealth
//! (TA0005) and Defense Impairment (TA0112), while the mobile matrix keeps Defense Evasion and that of control
//! systems has Evasion. All four count as `DefenseEvasion`, as upstream files control-system ids under it too.
//! `PreAttack` is the retired matrix of that name: Reconnaissance and Resource Development. Tactics of one
//! domain that Sentinel has no name for (mobile's deprecated Network Effects and Remote Service Effects)
//! correspond to nothing.

use super::attack::{self, Technique, squash};
use crate::similar::slip_of;

/// A tactic as Sentinel's API and YAML spell it.
#[derive(Debug, PartialEq, Eq)]
pub struct SentinelTactic {
    /// The name, such as `CommandAndControl`.
    pub name: &'static str,
    /// The short names of the MITRE tactics it stands for.
    pub mitre: &'static [&'static str],
    /// Whether the newest form of upstream's gate accepts it.
    pub upstream: bool,
    /// Whether the management API accepts it.
    pub api: bool,
}

const fn tactic_of(name: &'static str, mitre: &'static [&'static str]) -> SentinelTactic {
    SentinelTactic { name, mitre, upstream: true, api: true }
}

/// In the order of the matrix; the two of control systems and the retired `PreAttack` last.
static SENTINEL_TACTICS: [SentinelTactic; 17] = [
    tactic_of("Reconnaissance", &["reconnaissance"]),
    tactic_of("ResourceDevelopment", &["resource-development"]),
    tactic_of("InitialAccess", &["initial-access"]),
    tactic_of("Execution", &["execution"]),
    tactic_of("Persistence", &["persistence"]),
    tactic_of("PrivilegeEscalation", &["privilege-escalation"]),
    tactic_of("DefenseEvasion", &["stealth", "defense-impairment", "defense-evasion", "evasion"]),
    tactic_of("CredentialAccess", &["credential-access"]),
    tactic_of("Discovery", &["discovery"]),
    tactic_of("LateralMovement", &["lateral-movement"]),
    tactic_of("Collection", &["collection"]),
    tactic_of("CommandAndControl", &["command-and-control"]),
    tactic_of("Exfiltration", &["exfiltration"]),
    tactic_of("Impact", &["impact"]),
    tactic_of("ImpairProcessControl", &["impair-process-control"]),
    tactic_of("InhibitResponseFunction", &["inhibit-response-function"]),
    SentinelTactic {
        name: "PreAttack",
        mitre: &["reconnaissance", "resource-development"],
        upstream: false,
        api: true,
    },
];

/// The 17 tactics that Sentinel's API takes.
pub fn sentinel_tactics() -> &'static [SentinelTactic] {
    &SENTINEL_TACTICS
}

/// The tactic of exactly this name.
pub fn tactic(name: &str) -> Option<&'static SentinelTactic> {
    SENTINEL_TACTICS.iter().find(|tactic| tactic.name == name)
}

/// The tactic whose name this text spells with other case, blanks or punctuation: `Initial access`,
/// `command-and-control`, `Command & Control`. Writing it properly changes nothing of what was said.
pub fn same_words(text: &str) -> Option<&'static SentinelTactic> {
    let text = squash(text);
    SENTINEL_TACTICS.iter().find(|tactic| tactic.name.eq_ignore_ascii_case(&text))
}

/// The tactic this text means: its name as `same_words` reads it, or a MITRE id or name (`TA0011`, `Stealth`)
/// that it stands for.
pub fn normalise_tactic(text: &str) -> Option<&'static SentinelTactic> {
    same_words(text).or_else(|| {
        let shortname = attack::tactic(text)?.shortname;
        SENTINEL_TACTICS.iter().find(|tactic| tactic.mitre.contains(&shortname))
    })
}

/// The tactic this text means or misspells (`InitialAcces`), or `None` when none is near.
pub fn nearest_tactic(text: &str) -> Option<&'static SentinelTactic> {
    normalise_tactic(text)
        .or_else(|| tactic(slip_of(&squash(text), SENTINEL_TACTICS.iter().map(|tactic| tactic.name))?))
}

/// Whether the technique serves the tactic.
///
/// A revoked technique is judged by its own former tactics and by those of its replacement: either will do, for
/// content written before the change is not wrong because of it.
pub fn matches(tactic: &SentinelTactic, technique: &Technique) -> bool {
    let serves = |technique: &Technique| technique.tactics.iter().any(|name| tactic.mitre.contains(&name));
    serves(technique) || technique.replacement().is_some_and(serves)
}

/// The names of the Sentinel tactics that the technique serves, as `matches` sees it; empty for the few old
/// mobile techniques whose tactics Sentinel has no name for.
pub fn sentinel_tactics_of(technique: &Technique) -> Vec<&'static str> {
    SENTINEL_TACTICS.iter().filter(|tactic| matches(tactic, technique)).map(|tactic| tactic.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::attack::{Status, Version};

    fn techniques() -> &'static [Technique] {
        Version::NEWEST.techniques()
    }

    fn technique(id: &str) -> Option<&'static Technique> {
        Version::NEWEST.technique(id)
    }

    fn name_of(found: Option<&'static SentinelTactic>) -> Option<&'static str> {
        found.map(|tactic| tactic.name)
    }

    #[test]
    fn the_api_takes_17_and_upstream_16() {
        assert_eq!(sentinel_tactics().iter().filter(|tactic| tactic.api).count(), 17);
        let refused: Vec<_> = sentinel_tactics().iter().filter(|tactic| !tactic.upstream).collect();
        assert_eq!(refused, [tactic("PreAttack").unwrap()]);
    }

    #[test]
    fn every_maintained_mitre_tactic_has_a_sentinel_one() {
        for mitre in Version::ALL.into_iter().flat_map(Version::tactics) {
            let found = sentinel_tactics().iter().any(|tactic| tactic.mitre.contains(&mitre.shortname));
            assert_eq!(found, !mitre.deprecated, "{}", mitre.id);
        }
        for name in sentinel_tactics().iter().flat_map(|tactic| tactic.mitre) {
            assert!(Version::NEWEST.tactics().iter().any(|mitre| mitre.shortname == *name), "{name}");
        }
    }

    #[test]
    fn odd_spellings_are_the_same_words() {
        for (text, name) in [
            ("Initial access", "InitialAccess"),
            ("Privilege escalation", "PrivilegeEscalation"),
            ("Defense evasion", "DefenseEvasion"),
            ("Command and control", "CommandAndControl"),
            ("CommandandControl", "CommandAndControl"),
            ("command-and-control", "CommandAndControl"),
            ("Command & Control", "CommandAndControl"),
            ("Lateral movement", "LateralMovement"),
            ("Credential Access", "CredentialAccess"),
            ("credential_access", "CredentialAccess"),
        ] {
            assert_eq!(name_of(same_words(text)), Some(name), "{text}");
            assert_eq!(name_of(normalise_tactic(text)), Some(name), "{text}");
            assert_eq!(tactic(text), None, "{text}");
        }
        assert_eq!(name_of(tactic("CommandAndControl")), Some("CommandAndControl"));
    }

    #[test]
    fn mitre_ids_and_names_have_their_sentinel_tactic() {
        for (text, name) in [
            ("TA0011", "CommandAndControl"),
            ("TA0043", "Reconnaissance"),
            ("TA0005", "DefenseEvasion"),
            ("Stealth", "DefenseEvasion"),
            ("Defense Impairment", "DefenseEvasion"),
            ("TA0030", "DefenseEvasion"),
            ("Evasion", "DefenseEvasion"),
            ("TA0106", "ImpairProcessControl"),
        ] {
            assert_eq!(name_of(normalise_tactic(text)), Some(name), "{text}");
        }
        assert_eq!(same_words("Stealth"), None);
        assert_eq!(normalise_tactic("Network Effects"), None);
    }

    #[test]
    fn typos_are_fixed_and_other_words_are_not() {
        for (text, name) in [
            ("InitialAcces", "InitialAccess"),
            ("CommanAndControl", "CommandAndControl"),
            ("Comand and Control", "CommandAndControl"),
            ("Defence Evasion", "DefenseEvasion"),
            ("Persistance", "Persistence"),
        ] {
            assert_eq!(normalise_tactic(text), None, "{text}");
            assert_eq!(name_of(nearest_tactic(text)), Some(name), "{text}");
        }
        for text in
            ["Ransomware", "Vulnerability", "Malware, component", "Misconfiguration", "Creates Poetry", ""]
        {
            assert_eq!(name_of(nearest_tactic(text)), None, "{text}");
        }
    }

    #[test]
    fn defense_evasion_covers_what_version_19_split() {
        let evasion = tactic("DefenseEvasion").unwrap();
        // Hide Artifacts is Stealth now, Disable or Modify Tools is Defense Impairment.
        assert_eq!(technique("T1564").unwrap().tactics.to_vec(), ["stealth"]);
        assert!(matches(evasion, technique("T1564").unwrap()));
        assert_eq!(technique("T1685").unwrap().tactics.to_vec(), ["defense-impairment"]);
        assert!(matches(evasion, technique("T1685").unwrap()));
        let mobile =
            techniques().iter().find(|technique| technique.tactics.to_vec() == ["defense-evasion"]).unwrap();
        assert!(matches(evasion, mobile));
        let ics = techniques().iter().find(|technique| technique.tactics.to_vec() == ["evasion"]).unwrap();
        assert!(matches(evasion, ics));
    }

    #[test]
    fn revoked_techniques_are_judged_by_old_and_new_tactics() {
        let impair = technique("T1562").unwrap();
        assert_eq!(impair.status, Status::Revoked { by: Some("T1685") });
        assert_eq!(sentinel_tactics_of(impair), ["DefenseEvasion"]);
        // T1100 Web Shell was Persistence and Privilege Escalation; T1505.003 is Persistence alone.
        assert_eq!(sentinel_tactics_of(technique("T1100").unwrap()), ["Persistence", "PrivilegeEscalation"]);
        assert!(!matches(tactic("Impact").unwrap(), impair));
    }

    #[test]
    fn pre_attack_covers_both_of_its_halves() {
        assert_eq!(sentinel_tactics_of(technique("T1595").unwrap()), ["Reconnaissance", "PreAttack"]);
        assert_eq!(sentinel_tactics_of(technique("T1583").unwrap()), ["ResourceDevelopment", "PreAttack"]);
        assert_eq!(sentinel_tactics_of(technique("T1219").unwrap()), ["CommandAndControl"]);
    }

    #[test]
    fn only_retired_mobile_techniques_have_no_sentinel_tactic() {
        for technique in techniques() {
            let none = sentinel_tactics_of(technique).is_empty();
            assert!(!none || !technique.is_active(), "{}", technique.id);
        }
    }
}
