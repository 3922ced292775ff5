//! The techniques and tactics of the releases on board, and what misspelled ones mean.

use super::*;

const NEWEST: Version = Version::NEWEST;

fn id_of(found: Option<&'static Technique>) -> Option<&'static str> {
    found.map(|technique| technique.id)
}

#[test]
fn tables_are_sorted_and_whole() {
    assert!(NEWEST.techniques().is_sorted_by(|a, b| a.id < b.id));
    let shortnames: Vec<_> = NEWEST.tactics().iter().map(|tactic| tactic.shortname).collect();
    for technique in NEWEST.techniques() {
        for tactic in technique.tactics {
            assert!(shortnames.contains(&tactic), "{} has {tactic}", technique.id);
        }
        assert!(!technique.tactics.is_empty(), "{}", technique.id);
        if let Some(parent) = technique.parent_id().filter(|_| technique.is_active()) {
            assert!(NEWEST.technique(parent).is_some_and(Technique::is_active), "{}", technique.id);
        }
        if let Status::Revoked { by: Some(by) } = technique.status {
            assert!(NEWEST.technique(by).is_some_and(Technique::is_active), "{} by {by}", technique.id);
        }
    }
}

#[test]
fn counts_are_those_of_the_release() {
    assert_eq!(NEWEST.as_str(), "19.1");
    let count = |domain: Domain| {
        let of = || NEWEST.techniques().iter().filter(move |technique| technique.domain == domain);
        let active = of().filter(|technique| technique.is_active());
        let parents = active.clone().filter(|technique| technique.parent_id().is_none()).count();
        let revoked = of().filter(|technique| matches!(technique.status, Status::Revoked { .. })).count();
        let deprecated = of().filter(|technique| technique.status == Status::Deprecated).count();
        (of().count(), active.count(), parents, revoked, deprecated)
    };
    assert_eq!(count(Domain::Enterprise), (858, 697, 222, 149, 12));
    assert_eq!(count(Domain::Mobile), (190, 124, 77, 53, 13));
    assert_eq!(count(Domain::Ics), (118, 97, 79, 9, 12));
    let tactics = |domain| NEWEST.tactics().iter().filter(|tactic| tactic.domain == domain).count();
    assert_eq!([Domain::Enterprise, Domain::Mobile, Domain::Ics].map(tactics), [15, 14, 12]);
    assert_eq!(NEWEST.tactics().iter().filter(|tactic| tactic.deprecated).count(), 2);
}

#[test]
fn remote_access_tools() {
    let found = NEWEST.technique("T1219").unwrap();
    assert_eq!(found.name, "Remote Access Tools");
    assert_eq!(found.tactics.to_vec(), ["command-and-control"]);
    assert!(found.is_active());
    assert_eq!(found.url(), "https://attack.mitre.org/techniques/T1219/");
    let subs: Vec<_> = NEWEST.sub_techniques("T1219").map(|sub| (sub.id, sub.name)).collect();
    let expected = [
        ("T1219.001", "IDE Tunneling"),
        ("T1219.002", "Remote Desktop Software"),
        ("T1219.003", "Remote Access Hardware"),
    ];
    assert_eq!(subs, expected);
    assert_eq!(NEWEST.technique("T1219.002").unwrap().parent_id(), Some("T1219"));
    assert_eq!(
        NEWEST.technique("T1219.002").unwrap().url(),
        "https://attack.mitre.org/techniques/T1219/002/"
    );
    assert_eq!(NEWEST.technique("t1219"), None);
    assert_eq!(NEWEST.sub_techniques("T9999").count(), 0);
    assert_eq!(NEWEST.sub_techniques("").count(), 0);
}

#[test]
fn revoked_techniques_name_their_active_successor() {
    assert_eq!(NEWEST.technique("T1562").unwrap().status, Status::Revoked { by: Some("T1685") });
    assert_eq!(NEWEST.technique("T1070.001").unwrap().status, Status::Revoked { by: Some("T1685.005") });
    // T1073 became T1574.002, which became T1574.001.
    assert_eq!(id_of(NEWEST.technique("T1073").unwrap().replacement()), Some("T1574.001"));
    // T1431 became T1476, which is deprecated: nothing to move to, but its tactics are known.
    assert_eq!(NEWEST.technique("T1431").unwrap().status, Status::Revoked { by: None });
    assert_eq!(NEWEST.technique("T1431").unwrap().tactics.to_vec(), ["initial-access"]);
    assert_eq!(NEWEST.technique("T1043").unwrap().status, Status::Deprecated);
}

#[test]
fn names_find_active_techniques_first() {
    let found = NEWEST.by_name("exploitation for client execution");
    assert_eq!(found.first().map(|technique| technique.id), Some("T1203"));
    let shells: Vec<_> = NEWEST.by_name("Web Shell").iter().map(|technique| technique.id).collect();
    assert_eq!(shells, ["T1505.003", "T1100"]);
    let tools: Vec<_> =
        NEWEST.by_name("remote access software").iter().map(|technique| technique.id).collect();
    assert_eq!(tools, ["T1219", "T1663"], "the name of old in enterprise's matrix, then that of mobile's");
    for (name, id) in FORMER_NAMES {
        assert_eq!(NEWEST.by_name(name).first().map(|technique| technique.id), Some(id));
    }
    assert!(NEWEST.by_name("nothing of the kind").is_empty());
}

#[test]
fn misspelt_ids() {
    for (text, id) in [
        ("t1219", "T1219"),
        ("1219", "T1219"),
        (" T1219 ", "T1219"),
        ("T1219 - Remote Access Tools", "T1219"),
        ("T1219: whatever", "T1219"),
        ("TA1219", "T1219"),
        ("TI219", "T1219"),
        ("T1O59.001", "T1059.001"),
        ("T1219.02", "T1219.002"),
        ("T1219.2", "T1219.002"),
        ("T1219/002", "T1219.002"),
        ("T1219.999", "T1219"),
        ("T1219.", "T1219"),
        ("T1562", "T1685"),
        ("T1562.999", "T1685"),
        ("T10003", "T1003"),
    ] {
        assert_eq!(id_of(NEWEST.nearest_id(text)), Some(id), "{text}");
    }
}

#[test]
fn no_guess_among_equals() {
    for text in
        ["T121", "T9999", "TA0011", "T", "", "9", "T12", "T1043", "RemoteManagementMonitoring", "test"]
    {
        assert_eq!(id_of(NEWEST.nearest_id(text)), None, "{text}");
    }
    assert_eq!(NEWEST.nearest_id(&"1".repeat(1 << 20)), None);
}

#[test]
fn misspelled_names() {
    assert_eq!(id_of(NEWEST.nearest_id("Valid Acounts")), Some("T1078"));
    assert_eq!(id_of(NEWEST.nearest_id("Exploitation for Client Execution")), Some("T1203"));
    assert_eq!(id_of(NEWEST.nearest_id("remote access tool")), Some("T1219"));
}

#[test]
fn tactics_are_found_by_id_and_name() {
    assert_eq!(tactic("TA0011").map(|tactic| tactic.shortname), Some("command-and-control"));
    assert_eq!(tactic("stealth").map(|tactic| tactic.id), Some("TA0005"));
    assert_eq!(tactic("Defense Impairment").map(|tactic| tactic.id), Some("TA0112"));
    assert_eq!(tactic("InitialAccess").map(|tactic| tactic.id), Some("TA0001"));
    assert_eq!(tactic("Evasion").map(|tactic| tactic.domain), Some(Domain::Ics));
    assert_eq!(tactic("Ransomware"), None);
}

#[test]
fn an_older_release_has_what_it_had() {
    let old: Version = "16.1".parse().unwrap();
    assert_eq!(Version::ALL.map(Version::as_str), ["19.1", "16.1"]);
    assert_eq!(
        "18.1".parse::<Version>().unwrap_err(),
        "ATT&CK 18.1 is not supported; the supported versions are 19.1 and 16.1"
    );
    let count = |domain| old.techniques().iter().filter(|technique| technique.domain == domain).count();
    assert_eq!([Domain::Enterprise, Domain::Mobile, Domain::Ics].map(count), [799, 187, 95]);
    assert!(old.techniques().is_sorted_by(|a, b| a.id < b.id));
    let tactics = |domain| old.tactics().iter().filter(|tactic| tactic.domain == domain).count();
    assert_eq!([Domain::Enterprise, Domain::Mobile, Domain::Ics].map(tactics), [14, 14, 12]);
    let shortnames: Vec<_> = old.tactics().iter().map(|tactic| tactic.shortname).collect();
    for technique in old.techniques() {
        assert_eq!(technique.version, old);
        assert!(technique.tactics.iter().all(|tactic| shortnames.contains(&tactic)), "{}", technique.id);
        if let Status::Revoked { by: Some(by) } = technique.status {
            assert!(old.technique(by).is_some_and(Technique::is_active), "{} by {by}", technique.id);
        }
    }
    let impair = old.technique("T1562").unwrap();
    assert!(impair.is_active() && impair.tactics.to_vec() == ["defense-evasion"]);
    assert_eq!(old.technique("T1685"), None);
    assert_eq!(in_any_version("T1685").map(|technique| technique.version), Some(NEWEST));
    assert_eq!(old.technique("T1219").map(|technique| technique.name), Some("Remote Access Software"));
    assert_eq!(id_of(old.nearest_id("T1562.01")), Some("T1562.001"));
    assert_eq!(old.sub_techniques("T1219").count(), 0);
}
