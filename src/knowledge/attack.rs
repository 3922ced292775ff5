//! MITRE ATT&CK: tactics and techniques of the three domains, revoked and deprecated ones included, in each of the
//! releases on board. The user chooses one; without a choice it is the newest.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::data::attack as data;
use super::nearest::slip_of;

/// A release of ATT&CK. The newest is the least.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u8);

/// What a release before the newest one has otherwise.
pub(crate) struct Older {
    pub version: &'static str,
    /// Its tactics, by domain in the order of its matrix.
    pub tactics: &'static [Tactic],
    /// The techniques that differ in it, sorted by id.
    pub changed: &'static [Technique],
    /// The ids of the techniques that came later, sorted.
    pub absent: &'static [&'static str],
}

/// The techniques of the older releases, whole.
static OLDER: LazyLock<Vec<Vec<Technique>>> = LazyLock::new(|| {
    let whole = |(at, older): (usize, &Older)| {
        let version = Version(u8::try_from(at + 1).unwrap_or_default());
        let of_release = data::TECHNIQUES.iter().filter(|technique| !older.absent.contains(&technique.id));
        let own = |technique: &Technique| {
            let changed = older.changed.binary_search_by(|changed| changed.id.cmp(technique.id));
            let own = changed.ok().and_then(|at| older.changed.get(at)).unwrap_or(technique);
            Technique { version, ..own.clone() }
        };
        of_release.map(own).collect()
    };
    data::OLDER.iter().enumerate().map(whole).collect()
});

impl Version {
    /// The newest release on board.
    pub(crate) const NEWEST: Self = Self(0);

    /// The releases on board, the newest first.
    pub(crate) const ALL: [Self; 1 + data::OLDER.len()] = {
        let mut all = [Self::NEWEST; 1 + data::OLDER.len()];
        let mut at = 1;
        while at < all.len() {
            all[at] = Self(at as u8);
            at += 1;
        }
        all
    };

    /// The number, such as `19.1`.
    pub(crate) fn as_str(self) -> &'static str {
        self.older().map_or(data::VERSION, |older| older.version)
    }

    fn older(self) -> Option<&'static Older> {
        data::OLDER.get(usize::from(self.0).checked_sub(1)?)
    }

    /// All techniques and sub-techniques, sorted by id.
    pub(crate) fn techniques(self) -> &'static [Technique] {
        let older = usize::from(self.0).checked_sub(1).and_then(|at| OLDER.get(at));
        older.map_or(data::TECHNIQUES, Vec::as_slice)
    }

    /// All tactics, by domain in the order of its matrix.
    pub(crate) fn tactics(self) -> &'static [Tactic] {
        self.older().map_or(data::TACTICS, |older| older.tactics)
    }

    /// The technique with this id, which must be in capitals.
    pub(crate) fn technique(self, id: &str) -> Option<&'static Technique> {
        let techniques = self.techniques();
        let found = techniques.binary_search_by(|technique| technique.id.cmp(id)).ok()?;
        techniques.get(found)
    }

    /// The techniques of this name, ignoring case: active ones first, then by domain and id.
    pub(crate) fn by_name(self, name: &str) -> Vec<&'static Technique> {
        let name = name.trim();
        let mut found: Vec<_> =
            self.techniques().iter().filter(|technique| technique.name.eq_ignore_ascii_case(name)).collect();
        found.sort_by_key(|technique| (!technique.is_active(), technique.domain, technique.id));
        let former = FORMER_NAMES.iter().find(|(former, _)| former.eq_ignore_ascii_case(name));
        // A name that enterprise's matrix has given up is more likely meant than the same one in another matrix.
        if let Some(technique) = former.and_then(|(_, id)| self.technique(id)) {
            found.retain(|other| other.id != technique.id);
            let enterprise =
                found.first().is_some_and(|first| first.domain == Domain::Enterprise && first.is_active());
            found.insert(usize::from(enterprise), technique);
        }
        found
    }

    /// The sub-techniques of a parent id in capitals, whatever their status, sorted by id.
    pub(crate) fn sub_techniques(self, parent: &str) -> impl Iterator<Item = &'static Technique> + use<> {
        let techniques = self.techniques();
        let start = techniques.partition_point(|technique| technique.id <= parent);
        let count = techniques[start..].partition_point(|technique| technique.parent_id() == Some(parent));
        techniques[start..start + count].iter()
    }

    /// The active technique meant by a misspelled id or name, or `None` when nothing is near.
    ///
    /// `t1219`, `1219`, `T1219.02`, `T1219 - Remote Access Tools` and `Valid Acounts` are understood. An unknown
    /// sub-technique gives its parent, and a revoked technique its replacement. Where several ids are equally
    /// near (`T121`), none is better than the others and the answer is `None`.
    pub(crate) fn nearest_id(self, text: &str) -> Option<&'static Technique> {
        let text = text.trim();
        let first = text.split([' ', ':', ',', '(']).next().unwrap_or_default();
        let Some((parent, sub)) = as_id(first) else { return self.nearest_name(text) };
        if is_tactic_id(first) {
            return None;
        }
        if let Some(sub) = sub {
            let id = format!("{parent}.{sub:0>3}");
            if let Some(found) = self.technique(&id).and_then(Technique::current) {
                return Some(found);
            }
        }
        match self.technique(&parent) {
            Some(found) => found.current(),
            None => self.only_one_edit_away(&parent, sub),
        }
    }

    /// The one active technique whose id is one edit away from `parent` and that has the sub-technique, if one
    /// was given.
    fn only_one_edit_away(self, parent: &str, sub: Option<&str>) -> Option<&'static Technique> {
        let mut near = self.techniques().iter().filter(|technique| {
            let id = technique.id;
            let (id_parent, id_sub) = id.split_once('.').map_or((id, None), |(id, sub)| (id, Some(sub)));
            let same_sub = match (id_sub, sub) {
                (None, None) => true,
                (Some(id_sub), Some(sub)) => id_sub.trim_start_matches('0') == sub.trim_start_matches('0'),
                _ => false,
            };
            same_sub && technique.is_active() && is_one_edit(id_parent, parent)
        });
        let found = near.next()?;
        near.next().is_none().then_some(found)
    }

    fn nearest_name(self, text: &str) -> Option<&'static Technique> {
        if let Some(found) = self.by_name(text).first() {
            return found.current();
        }
        let active = self.techniques().iter().filter(|technique| technique.is_active());
        let name = slip_of(text, active.map(|technique| technique.name))?;
        self.by_name(name).first().copied()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|version| version.as_str() == text);
        found.ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.into_iter().map(Self::as_str).collect();
            format!("ATT&CK {text} is not supported; the supported versions are {}", known.join(" and "))
        })
    }
}

/// The technique with this id, which must be in capitals, in the newest release that has it.
pub(crate) fn in_any_version(id: &str) -> Option<&'static Technique> {
    Version::ALL.into_iter().find_map(|version| version.technique(id))
}

/// One of ATT&CK's matrices, in the order in which a shared name is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Domain {
    /// Enterprise: computers, cloud, identity.
    Enterprise,
    /// Mobile devices.
    Mobile,
    /// Industrial control systems.
    Ics,
}

/// Whether a technique is still to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Status {
    /// Part of the release.
    Active,
    /// No longer maintained, without a successor.
    Deprecated,
    /// Replaced by another technique.
    Revoked {
        /// The id of the active technique at the end of the chain of replacements; `None` when it ends in none.
        by: Option<&'static str>,
    },
}

/// A technique or sub-technique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Technique {
    /// The id in capitals, such as `T1219` or `T1219.002`; unique over the domains.
    pub id: &'static str,
    /// MITRE's name; a sub-technique's without its parent's.
    pub name: &'static str,
    /// Short names of the tactics it serves, such as `command-and-control`; never empty. A revoked technique
    /// that MITRE stripped of its tactics has those of its replacement.
    pub tactics: &'static [&'static str],
    /// The domain that has it.
    pub domain: Domain,
    /// Whether it is active, deprecated or revoked.
    pub status: Status,
    /// The release that says so.
    pub version: Version,
}

impl Technique {
    /// Whether its release still has it.
    pub(crate) fn is_active(&self) -> bool {
        self.status == Status::Active
    }

    /// The parent's id when this is a sub-technique.
    pub(crate) fn parent_id(&self) -> Option<&'static str> {
        self.id.split_once('.').map(|(parent, _)| parent)
    }

    /// The active technique that replaced this one, if it was revoked and one did.
    pub(crate) fn replacement(&self) -> Option<&'static Self> {
        match self.status {
            Status::Revoked { by: Some(id) } => self.version.technique(id),
            _ => None,
        }
    }

    /// Its page on MITRE's site.
    pub(crate) fn url(&self) -> String {
        format!("https://attack.mitre.org/techniques/{}/", self.id.replace('.', "/"))
    }

    /// This technique if active, otherwise its replacement.
    fn current(&'static self) -> Option<&'static Self> {
        if self.is_active() { Some(self) } else { self.replacement() }
    }
}

/// A tactic of one domain: a column of its matrix.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tactic {
    /// The id, such as `TA0011`.
    pub id: &'static str,
    /// The short name that techniques refer to, such as `command-and-control`; domains share short names.
    pub shortname: &'static str,
    /// The name, such as `Command and Control`.
    pub name: &'static str,
    /// The domain that has it.
    pub domain: Domain,
    /// Whether MITRE no longer maintains it.
    pub deprecated: bool,
}

/// Names that techniques of the enterprise matrix had in earlier releases, and that people still write.
const FORMER_NAMES: [(&str, &str); 9] = [
    ("Remote Access Software", "T1219"),
    ("Indicator Removal on Host", "T1070"),
    ("Signed Binary Proxy Execution", "T1218"),
    ("Signed Script Proxy Execution", "T1216"),
    ("Domain Policy Modification", "T1484"),
    ("Domain Trust Modification", "T1484.002"),
    ("Match Legitimate Name or Location", "T1036.005"),
    ("DCShadow", "T1207"),
    ("Compromise Client Software Binary", "T1554"),
];

/// The tactic with this id, name or short name; case, spaces and punctuation aside. Of a name that several
/// domains share, enterprise's. Names of older releases are understood too.
pub(crate) fn tactic(text: &str) -> Option<&'static Tactic> {
    static NAMES: LazyLock<FxHashMap<String, &'static Tactic>> = LazyLock::new(|| {
        let mut names = FxHashMap::default();
        for tactic in Version::ALL.into_iter().flat_map(Version::tactics) {
            for name in [tactic.id, tactic.name, tactic.shortname] {
                names.entry(squash(name)).or_insert(tactic);
            }
        }
        names
    });
    NAMES.get(&squash(text)).copied()
}

/// Lower-case letters and digits only, `&` read as "and".
pub(super) fn squash(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("and"),
            c if c.is_alphanumeric() => out.extend(c.to_lowercase()),
            _ => {}
        }
    }
    out
}

fn is_tactic_id(text: &str) -> bool {
    Version::ALL.into_iter().flat_map(Version::tactics).any(|tactic| tactic.id.eq_ignore_ascii_case(text))
}

/// What reads as an id: letters, if any, are `T` or `TA`, then three to five digits (letters that look like
/// digits are digits), then perhaps a sub-technique's number. Gives `T` with the digits, and the number.
fn as_id(word: &str) -> Option<(String, Option<&str>)> {
    let (head, sub) = match word.split_once(['.', '_', '/', '-']) {
        Some((head, sub)) => (head, Some(sub)),
        None => (word, None),
    };
    let head = head.to_ascii_uppercase();
    let digits = head.strip_prefix("TA").or_else(|| head.strip_prefix('T')).unwrap_or(&head);
    if !(3..=5).contains(&digits.len()) || digits.bytes().filter(u8::is_ascii_digit).count() < 2 {
        return None;
    }
    let mut id = String::from("T");
    for c in digits.chars() {
        match c {
            '0'..='9' => id.push(c),
            'O' => id.push('0'),
            'I' | 'L' => id.push('1'),
            _ => return None,
        }
    }
    let sub = sub.filter(|sub| !sub.is_empty() && sub.len() <= 3 && sub.bytes().all(|b| b.is_ascii_digit()));
    Some((id, sub))
}

/// Whether one insertion, deletion, replacement or swap of neighbors at most lies between two texts. There are some hundreds
/// of techniques to compare each unknown one with, so this does not fill a table as the distance does.
fn is_one_edit(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    match a.len().cmp(&b.len()) {
        Ordering::Less => *a == b[1..],
        Ordering::Greater => a[1..] == *b,
        Ordering::Equal => {
            let swapped = a.len() > 1 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..];
            a.is_empty() || a[1..] == b[1..] || swapped
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEWEST: Version = Version::NEWEST;

    fn id_of(found: Option<&'static Technique>) -> Option<&'static str> {
        found.map(|technique| technique.id)
    }

    #[test]
    fn one_edit_is_what_the_distance_says() {
        let words = ["T1219", "T1291", "T129", "T12199", "T1219X", "T2119", "1219", "T1229", "T", "", "TT"];
        for a in words {
            for b in words {
                assert_eq!(is_one_edit(a, b), strsim::osa_distance(a, b) <= 1, "{a} {b}");
            }
        }
    }

    #[test]
    fn tables_are_sorted_and_whole() {
        assert!(NEWEST.techniques().is_sorted_by(|a, b| a.id < b.id));
        let shortnames: Vec<_> = NEWEST.tactics().iter().map(|tactic| tactic.shortname).collect();
        for technique in NEWEST.techniques() {
            for tactic in technique.tactics {
                assert!(shortnames.contains(tactic), "{} has {tactic}", technique.id);
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
        assert_eq!(found.tactics, ["command-and-control"]);
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
        assert_eq!(NEWEST.technique("T1431").unwrap().tactics, ["initial-access"]);
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
        assert_eq!(
            tools,
            ["T1219", "T1663"],
            "the name of old in enterprise's matrix, then that of mobile's"
        );
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
    fn misspelt_names() {
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
            assert!(technique.tactics.iter().all(|tactic| shortnames.contains(tactic)), "{}", technique.id);
            if let Status::Revoked { by: Some(by) } = technique.status {
                assert!(old.technique(by).is_some_and(Technique::is_active), "{} by {by}", technique.id);
            }
        }
        let impair = old.technique("T1562").unwrap();
        assert!(impair.is_active() && impair.tactics == ["defense-evasion"]);
        assert_eq!(old.technique("T1685"), None);
        assert_eq!(in_any_version("T1685").map(|technique| technique.version), Some(NEWEST));
        assert_eq!(old.technique("T1219").map(|technique| technique.name), Some("Remote Access Software"));
        assert_eq!(id_of(old.nearest_id("T1562.01")), Some("T1562.001"));
        assert_eq!(old.sub_techniques("T1219").count(), 0);
    }
}
