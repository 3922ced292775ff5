//! Data connectors: the ids that upstream's gate accepts, and what published solutions say of each.

use super::data::connectors as data;
use super::nearest::nearest as nearest_text;

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
    pub tables: &'static [&'static str],
}

/// All known connectors, sorted by id.
pub fn connectors() -> &'static [Connector] {
    data::CONNECTORS
}

/// The connector with exactly this id.
pub fn connector(id: &str) -> Option<&'static Connector> {
    let found = data::CONNECTORS.binary_search_by(|connector| connector.id.cmp(id)).ok()?;
    data::CONNECTORS.get(found)
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
pub fn tables_of(id: &str) -> &'static [&'static str] {
    connector(id).map_or(&[], |connector| connector.tables)
}

/// The ids of the connectors that fill the table, sorted.
pub fn connectors_of_table(table: &str) -> Vec<&'static str> {
    let Ok(found) = data::TABLES.binary_search_by(|(name, _)| (*name).cmp(table)) else { return Vec::new() };
    let indices = data::TABLES.get(found).map_or(&[][..], |(_, indices)| indices);
    indices
        .iter()
        .filter_map(|&index| data::CONNECTORS.get(usize::from(index)))
        .map(|found| found.id)
        .collect()
}

/// The connectors that are told apart by what stands in brackets behind one name.
pub fn variants(name: &str) -> Vec<&'static str> {
    let ids = connectors().iter().map(|connector| connector.id);
    ids.filter(|id| id.strip_prefix(name).is_some_and(|rest| rest.starts_with('('))).collect()
}

/// The known id nearest to this text: one that differs only in case if there is one (upstream's before others),
/// otherwise the one fewest edits away; `None` when none is near.
pub fn nearest(id: &str) -> Option<&'static str> {
    same_but_for_case(id)
        .max_by_key(|connector| connector.upstream)
        .map(|connector| connector.id)
        .or_else(|| nearest_text(id, data::CONNECTORS.iter().map(|connector| connector.id)))
}

/// Like `nearest`, among the ids that upstream's gate accepts.
pub fn nearest_upstream(id: &str) -> Option<&'static str> {
    let accepted = data::CONNECTORS.iter().filter(|connector| connector.upstream);
    nearest_text(id, accepted.map(|connector| connector.id))
}

fn same_but_for_case(id: &str) -> impl Iterator<Item = &'static Connector> {
    data::CONNECTORS.iter().filter(move |connector| connector.id.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_agree() {
        assert!(data::CONNECTORS.is_sorted_by(|a, b| a.id < b.id));
        assert!(data::TABLES.is_sorted_by(|a, b| a.0 < b.0));
        for connector in connectors() {
            assert!(connector.tables.is_sorted_by(|a, b| a < b), "{}", connector.id);
            for table in connector.tables {
                assert!(connectors_of_table(table).contains(&connector.id), "{table}");
            }
        }
        let pairs = data::TABLES.iter().map(|(_, indices)| indices.len()).sum::<usize>();
        assert_eq!(pairs, connectors().iter().map(|connector| connector.tables.len()).sum::<usize>());
    }

    #[test]
    fn upstream_accepts_288_ids() {
        assert_eq!(connectors().iter().filter(|connector| connector.upstream).count(), 288);
        assert!(is_upstream("MicrosoftThreatProtection"));
        assert!(!is_upstream("microsoftthreatprotection"));
        assert!(!is_upstream("AzureNetworkWatcher"));
        assert!(is_known("MorphisecUTPP") && !is_upstream("MorphisecUTPP"));
        assert!(!is_known("") && !is_known("test"));
    }

    #[test]
    fn connectors_know_their_tables() {
        let found = connector("SecurityEvents").unwrap();
        assert_eq!(found.tables, ["SecurityEvent"]);
        assert_eq!(found.title, Some("Security Events via Legacy Agent"));
        assert!(tables_of("MicrosoftThreatProtection").contains(&"DeviceNetworkEvents"));
        assert!(connector("AIVectraDetect").unwrap().deprecated);
        assert!(tables_of("nothing").is_empty());
        assert!(connectors_of_table("SecurityEvent").contains(&"WindowsSecurityEvents"));
        assert!(connectors_of_table("NoSuchTable").is_empty());
    }

    #[test]
    fn misspelt_ids_have_a_nearest_one() {
        assert_eq!(nearest("microsoftthreatprotection"), Some("MicrosoftThreatProtection"));
        assert_eq!(nearest("MicrosoftThreatProtecton"), Some("MicrosoftThreatProtection"));
        assert_eq!(nearest("awss3"), Some("AWSS3"));
        assert_eq!(nearest_upstream("AwsS3"), Some("AWSS3"));
        assert_eq!(nearest("test"), None);
    }
}
