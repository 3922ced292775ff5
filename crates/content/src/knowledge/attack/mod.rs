//! MITRE ATT&CK: tactics and techniques of the three domains, revoked and deprecated ones included, in each of the
//! releases on board. The user chooses one; without a choice it is the newest.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::data::attack as data;
use crate::order::Order as _;
use crate::words::Words;

mod near;
mod read;
#[cfg(test)]
mod tests;

/// A release of ATT&CK. The newest is the least.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u8);

static NEWEST: LazyLock<Release> = LazyLock::new(|| read::newest(data::NEWEST));

static OLDER: LazyLock<Vec<Release>> = LazyLock::new(|| {
    let older = |(at, (_, text)): (usize, &(&str, &'static str))| {
        read::older(&NEWEST, text, Version(u8::try_from(at + 1).unwrap_or_default()))
    };
    data::OLDER.iter().enumerate().map(older).collect()
});

impl Version {
    /// The newest release on board.
    pub(crate) const NEWEST: Self = Self(0);

    /// The releases on board, the newest first.
    pub const ALL: [Self; 1 + data::OLDER.len()] = {
        let mut all = [Self::NEWEST; 1 + data::OLDER.len()];
        let mut at = 1;
        while at < all.len() {
            all[at] = Self(at as u8);
            at += 1;
        }
        all
    };

    /// The number, such as `19.1`.
    pub fn as_str(self) -> &'static str {
        let older = usize::from(self.0).checked_sub(1).and_then(|at| data::OLDER.get(at));
        older.map_or(data::VERSION, |(version, _)| version)
    }

    fn release(self) -> &'static Release {
        let older = usize::from(self.0).checked_sub(1).and_then(|at| OLDER.get(at));
        older.unwrap_or(&NEWEST)
    }

    /// All techniques and sub-techniques, sorted by id.
    pub fn techniques(self) -> &'static [Technique] {
        &self.release().techniques
    }

    /// All tactics, by domain in the order of its matrix.
    pub fn tactics(self) -> &'static [Tactic] {
        &self.release().tactics
    }

    /// The technique with this id, which must be in capitals.
    pub fn technique(self, id: &str) -> Option<&'static Technique> {
        let techniques = self.techniques();
        let found = techniques.binary_search_by(|technique| technique.id.cmp(id)).ok()?;
        techniques.get(found)
    }

    /// The techniques of this name, ignoring case: active ones first, then by domain and id.
    pub fn by_name(self, name: &str) -> Vec<&'static Technique> {
        let name = name.trim();
        let mut found: Vec<_> =
            self.techniques().iter().filter(|technique| technique.name.eq_ignore_ascii_case(name)).collect();
        found.order_by_key(|technique| (!technique.is_active(), technique.domain, technique.id));
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
    pub fn sub_techniques(self, parent: &str) -> impl Iterator<Item = &'static Technique> + use<> {
        let techniques = self.techniques();
        let start = techniques.partition_point(|technique| technique.id <= parent);
        let count = techniques[start..].partition_point(|technique| technique.parent_id() == Some(parent));
        techniques[start..start + count].iter()
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
pub fn in_any_version(id: &str) -> Option<&'static Technique> {
    Version::ALL.into_iter().find_map(|version| version.technique(id))
}

/// One of ATT&CK's matrices, in the order in which a shared name is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Domain {
    /// Enterprise: computers, cloud, identity.
    Enterprise,
    /// Mobile devices.
    Mobile,
    /// Industrial control systems.
    Ics,
}

impl Domain {
    /// Every matrix.
    pub const ALL: [Self; 3] = [Self::Enterprise, Self::Mobile, Self::Ics];

    /// The name that MITRE's files use for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enterprise => "enterprise",
            Self::Mobile => "mobile",
            Self::Ics => "ics",
        }
    }
}

/// Whether a technique is still to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
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

/// What one release has.
struct Release {
    tactics: Vec<Tactic>,
    techniques: Vec<Technique>,
}

/// A technique or sub-technique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Technique {
    /// The id in capitals, such as `T1219` or `T1219.002`; unique over the domains.
    pub id: &'static str,
    /// MITRE's name; a sub-technique's without its parent's.
    pub name: &'static str,
    /// Short names of the tactics it serves, such as `command-and-control`; never empty. A revoked technique
    /// that MITRE stripped of its tactics has those of its replacement.
    pub tactics: Words,
    /// The domain that has it.
    pub domain: Domain,
    /// Whether it is active, deprecated or revoked.
    pub status: Status,
    /// The release that says so.
    pub version: Version,
}

impl Technique {
    /// Whether its release still has it.
    pub fn is_active(&self) -> bool {
        self.status == Status::Active
    }

    /// The parent's id when this is a sub-technique.
    pub fn parent_id(&self) -> Option<&'static str> {
        self.id.split_once('.').map(|(parent, _)| parent)
    }

    /// The active technique that replaced this one, if it was revoked and one did.
    pub fn replacement(&self) -> Option<&'static Self> {
        match self.status {
            Status::Revoked { by: Some(id) } => self.version.technique(id),
            _ => None,
        }
    }

    /// Its page on MITRE's site.
    pub fn url(&self) -> String {
        format!("https://attack.mitre.org/techniques/{}/", self.id.replace('.', "/"))
    }

    /// This technique if active, otherwise its replacement.
    fn current(&'static self) -> Option<&'static Self> {
        if self.is_active() { Some(self) } else { self.replacement() }
    }
}

/// A tactic of one domain: a column of its matrix.
#[derive(Debug, PartialEq, Eq)]
pub struct Tactic {
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
pub fn tactic(text: &str) -> Option<&'static Tactic> {
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
