//! Data connectors: the ids that upstream's gate accepts, and what published solutions say of each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::data::connectors as data;
use crate::order::Order as _;
use crate::similar::slip_of as nearest_text;
use crate::words::{Fields, Words};

/// A data connector.
#[derive(Debug, PartialEq, Eq)]
pub struct Connector {
    /// The id that `connectorId` names; case counts.
    pub id: &'static str,
    /// The title that the portal shows, where known.
    pub title: Option<&'static str>,
    /// Whether upstream's newest list has the id.
    pub upstream: bool,
    /// Whether its title says that it is deprecated.
    pub deprecated: bool,
    /// The tables it fills, sorted; empty when none is known.
    pub tables: Words,
}

static CONNECTORS: LazyLock<Vec<Connector>> = LazyLock::new(|| {
    let connector = |line: &'static str| {
        let mut fields = Fields::of(line);
        let (id, marks) = (fields.text(), fields.text());
        Connector {
            id,
            title: fields.some(),
            upstream: marks.contains('u'),
            deprecated: marks.contains('d'),
            tables: fields.words(),
        }
    };
    data::CONNECTORS.lines().map(connector).collect()
});

/// The ids of the connectors that fill each table, sorted.
static BY_TABLE: LazyLock<FxHashMap<&str, SmallVec<[&str; 1]>>> = LazyLock::new(|| {
    let mut by_table: FxHashMap<&str, SmallVec<[&str; 1]>> = FxHashMap::default();
    for connector in connectors() {
        for table in connector.tables {
            by_table.entry(table).or_default().push(connector.id);
        }
    }
    by_table
});

/// All known connectors, sorted by id.
pub fn connectors() -> &'static [Connector] {
    &CONNECTORS
}

/// The connector with exactly this id.
pub fn connector(id: &str) -> Option<&'static Connector> {
    let found = CONNECTORS.binary_search_by(|connector| connector.id.cmp(id)).ok()?;
    CONNECTORS.get(found)
}

/// Whether upstream's gate accepts the id.
pub fn is_upstream(id: &str) -> bool {
    connector(id).is_some_and(|connector| connector.upstream)
}

/// Whether upstream or a published solution has the id.
pub fn is_known(id: &str) -> bool {
    connector(id).is_some()
}

/// The tables that the connector fills, sorted; empty when the id or its tables are unknown.
pub fn tables_of(id: &str) -> Words {
    connector(id).map(|connector| connector.tables).unwrap_or_default()
}

/// The ids of the connectors that fill the table, sorted.
fn connectors_of_table(table: &str) -> &'static [&'static str] {
    BY_TABLE.get(table).map_or(&[], SmallVec::as_slice)
}

/// The connectors that are distinguished by what stands in brackets after one name.
pub fn variants(name: &str) -> Vec<&'static str> {
    let ids = connectors().iter().map(|connector| connector.id);
    ids.filter(|id| id.strip_prefix(name).is_some_and(|rest| rest.starts_with('('))).collect()
}

/// Alerts of Microsoft's own products, by the connectors that bring them; Microsoft Learn, Sentinel data connectors.
const ALERTS: [&str; 9] = [
    "AzureActiveDirectoryIdentityProtection",
    "AzureAdvancedThreatProtection",
    "AzureSecurityCenter",
    "IoT",
    "MicrosoftCloudAppSecurity",
    "MicrosoftDefenderAdvancedThreatProtection",
    "MicrosoftDefenderForCloudTenantBased",
    "MicrosoftThreatProtection",
    "OfficeATP",
];

/// Fewer letters than these in common do not make two ids similar.
const LEAST_SHARED: usize = 6;

/// Tables that a workspace or its agents fill by themselves.
const UNCONNECTED: [&str; 6] =
    ["Heartbeat", "Operation", "SecurityIncident", "Usage", "Watchlist", "_LogOperation"];

/// Tables that agents and settings of many kinds fill: that a connector writes to one of them does not tell that the
/// rows come by it.
const SHARED: [&str; 6] = ["AzureDiagnostics", "CommonSecurityLog", "Event", "Perf", "Syslog", "W3CIISLog"];

/// What switching on the analytics of users' behavior fills as well; Microsoft Learn, Sentinel UEBA reference.
const BEHAVIOR: [&str; 3] = ["IdentityInfo", "UserAccessAnalytics", "UserPeerAnalytics"];

/// The ids of the connectors that can fill the table, those of Microsoft's own products included, sorted; empty for
/// tables that need none.
pub fn filling(table: &str) -> Vec<&'static str> {
    if UNCONNECTED.contains(&table) {
        return Vec::new();
    }
    let mut found = connectors_of_table(table).to_vec();
    if table == "SecurityAlert" {
        found.extend(ALERTS);
    }
    if BEHAVIOR.contains(&table) {
        found.push("BehaviorAnalytics");
    }
    let defender = super::tables::table(table).filter(|table| table.defender() && !table.defender_only());
    found.extend(defender.map(|_| "MicrosoftThreatProtection"));
    found.sort_unstable();
    found.dedup();
    found
}

/// The connectors that fill these tables, each with those of them that it fills: first the one that fills most, and of
/// several that fill the same the one with the fewest tables of others.
pub fn filling_all(tables: &BTreeSet<String>) -> Vec<(&'static str, Vec<String>)> {
    let mut by_connector: BTreeMap<&'static str, BTreeSet<&String>> = BTreeMap::new();
    for table in tables {
        for id in filling(table) {
            by_connector.entry(id).or_default().insert(table);
        }
    }
    let mut chosen = Vec::new();
    while let Some((id, filled)) = by_connector
        .iter()
        .filter(|(_, filled)| !filled.is_empty())
        .min_by_key(|(id, filled)| {
            let upstream = is_upstream(id);
            (usize::MAX - filled.len(), !upstream, tables_of(id).iter().count(), **id)
        })
        .map(|(id, filled)| (*id, filled.clone()))
    {
        for others in by_connector.values_mut() {
            others.retain(|table| !filled.contains(table));
        }
        chosen.push((id, filled.into_iter().cloned().collect()));
    }
    chosen.order();
    chosen
}

/// At most three ids that begin like this one, or that this one begins like, those that share the most first.
pub fn beginning_alike(id: &str) -> Vec<&'static str> {
    let shared = |other: &str| {
        let letters = other.bytes().zip(id.bytes());
        letters.take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
    };
    let whole = |known: &&str| {
        let shared = shared(known);
        shared >= LEAST_SHARED && (shared == known.len() || shared == id.len())
    };
    let mut alike: Vec<&'static str> =
        connectors().iter().map(|connector| connector.id).filter(whole).collect();
    alike.order_by_key(|known| (usize::MAX - shared(known), known.len(), *known));
    alike.truncate(3);
    alike
}

/// Whether rows of the table come in many ways, so that its name alone does not tell by which connector.
pub fn is_shared(table: &str) -> bool {
    SHARED.contains(&table) || filling(table).len() > 3
}

/// The tables that a data type declares in addition to the one that it names.
pub fn stands_for(data_type: &str) -> &'static [&'static str] {
    if data_type == "BehaviorAnalytics" { &BEHAVIOR } else { &[] }
}

/// The known id nearest to this text: one that differs only in case if there is one (upstream's before others),
/// otherwise the one fewest edits away; `None` when none is near.
pub fn nearest(id: &str) -> Option<&'static str> {
    same_but_for_case(id)
        .max_by_key(|connector| connector.upstream)
        .map(|connector| connector.id)
        .or_else(|| nearest_text(id, CONNECTORS.iter().map(|connector| connector.id)))
}

/// Like `nearest`, among the ids that upstream's gate accepts.
pub fn nearest_upstream(id: &str) -> Option<&'static str> {
    let accepted = CONNECTORS.iter().filter(|connector| connector.upstream);
    nearest_text(id, accepted.map(|connector| connector.id))
}

fn same_but_for_case(id: &str) -> impl Iterator<Item = &'static Connector> {
    CONNECTORS.iter().filter(move |connector| connector.id.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_agree() {
        assert!(connectors().is_sorted_by(|a, b| a.id < b.id));
        assert_eq!((connectors().len(), data::CONNECTORS.lines().count()), (712, 712));
        for connector in connectors() {
            assert!(connector.tables.iter().is_sorted_by(|a, b| a < b), "{}", connector.id);
            for table in connector.tables {
                assert!(connectors_of_table(table).contains(&connector.id), "{table}");
            }
        }
        let pairs = BY_TABLE.values().map(SmallVec::len).sum::<usize>();
        assert_eq!(
            pairs,
            connectors().iter().map(|connector| connector.tables.iter().count()).sum::<usize>()
        );
        assert!(BY_TABLE.values().all(|ids| ids.is_sorted()));
    }

    #[test]
    fn upstream_accepts_337_ids() {
        assert_eq!(connectors().iter().filter(|connector| connector.upstream).count(), 337);
        assert!(is_upstream("MicrosoftThreatProtection"));
        assert!(!is_upstream("microsoftthreatprotection"));
        assert!(!is_upstream("AzureNetworkWatcher"));
        assert!(is_known("MorphisecUTPP") && !is_upstream("MorphisecUTPP"));
        assert!(!is_known("") && !is_known("test"));
    }

    #[test]
    fn connectors_know_their_tables() {
        let found = connector("SecurityEvents").unwrap();
        assert_eq!(found.tables.to_vec(), ["SecurityEvent"]);
        assert_eq!(found.title, Some("Security Events via Legacy Agent"));
        assert!(tables_of("MicrosoftThreatProtection").contains("DeviceNetworkEvents"));
        assert!(connector("AIVectraDetect").unwrap().deprecated);
        assert!(tables_of("nothing").is_empty());
        assert!(connectors_of_table("SecurityEvent").contains(&"WindowsSecurityEvents"));
        assert!(connectors_of_table("NoSuchTable").is_empty());
    }

    #[test]
    fn tables_of_microsofts_own_products_have_their_connectors() {
        assert!(ALERTS.iter().all(|id| is_known(id)));
        assert!(filling("SecurityAlert").contains(&"AzureSecurityCenter") && is_shared("SecurityAlert"));
        assert_eq!(filling("AlertInfo"), ["MicrosoftThreatProtection"]);
        assert_eq!(filling("IdentityInfo"), ["BehaviorAnalytics", "MicrosoftThreatProtection"]);
        assert!(filling("Heartbeat").is_empty() && filling("NoSuchTable").is_empty());
        assert!(is_shared("Syslog") && !is_shared("SigninLogs"));
    }

    #[test]
    fn misspelled_ids_have_a_nearest_one() {
        assert_eq!(nearest("microsoftthreatprotection"), Some("MicrosoftThreatProtection"));
        assert_eq!(nearest("MicrosoftThreatProtecton"), Some("MicrosoftThreatProtection"));
        assert_eq!(nearest("awss3"), Some("AWSS3"));
        assert_eq!(nearest_upstream("AwsS3"), Some("AWSS3"));
        assert_eq!(nearest("test"), None);
        assert_eq!(beginning_alike("AzureActiveDirectoryLogs"), ["AzureActiveDirectory"]);
        assert_eq!(beginning_alike("office3"), ["Office365", "Office365Project"]);
        assert_eq!(beginning_alike("Azur"), [""; 0]);
        assert!(beginning_alike("MicrosoftDef").iter().all(|id| id.starts_with("MicrosoftDef")));
    }

    #[test]
    fn each_table_has_one_connector() {
        let tables = ["DeviceEvents", "DeviceInfo", "SigninLogs"].map(str::to_owned).into();
        let found = filling_all(&tables);
        assert!(
            found.iter().any(|(id, tables)| *id == "AzureActiveDirectory" && tables == &["SigninLogs"]),
            "{found:?}"
        );
        assert!(
            found.iter().any(|(id, tables)| *id == "MicrosoftThreatProtection" && tables.len() == 2),
            "{found:?}"
        );
        assert_eq!(filling_all(&["No_CL".to_owned()].into()), []);
    }
}
