//! Custom detections of Defender: the tables of advanced hunting with what a detection over each must return, entity
//! mappings, response actions, and limits. Most of it is preview or young: every fact says where it is from, and
//! `cargo xtask tables` makes the tables from facts of August 2026.

mod model;
mod read;

use std::sync::LazyLock;

use super::data::defender as data;
use read::Facts;

pub use model::{Action, Collection, EventTable, SentinelEntity};

pub use data::{
    GROUPINGS, ISOLATIONS, NRT_FUNCTIONS, NRT_OPERATORS, NRT_STRING_OPERATORS, OLD_CATEGORIES, READ_ONLY,
    SEVERITIES, TACTICS,
};

static FACTS: LazyLock<Facts> = LazyLock::new(|| read::facts(data::FACTS));

/// The collections that hold impacted assets, the surest first: a detection needs a mapping in one of them. The portal
/// asks for one of the first three; the last one alone is doubtful.
pub const ASSETS: [&str; 4] = ["hosts", "accounts", "mailboxes", "ips"];

/// Most characters of an id that begins with a letter (seen live, July 2026).
pub const MAX_ID: usize = 100;
/// Most tactics of a detection (seen live, July 2026).
pub const MAX_TACTICS: usize = 1;
/// Most columns in `{{}}` over title and description together (one author's experiments; the documentation says so of
/// each).
pub const MAX_DYNAMIC: usize = 3;
/// Most custom details (the documentation).
pub const MAX_DETAILS: usize = 20;
/// Most bytes of custom details with their values in an alert (the documentation).
pub const MAX_DETAIL_BYTES: usize = 4 << 10;
/// Most characters of names and titles (another tool's schema; Microsoft states none).
pub const MAX_TITLE: usize = 255;
/// From how many characters on a title may be cut (another tool cuts there; Microsoft states none).
pub const LONG_TITLE: usize = 120;
/// How many rules a page of the list holds at most (the documentation).
pub const PAGE: usize = 1_000;
/// When the members of the old shape were announced to go.
pub const OLD_SHAPE_ENDS: &str = "2026-10-01";

/// The frequencies of detections over Defender tables, in minutes, each with the look-back that the service gives, also
/// in minutes (the documentation). A frequency of 0 is continuous.
pub const FREQUENCIES: [(u64, u64); 5] =
    [(0, 0), (60, 4 * 60), (3 * 60, 12 * 60), (12 * 60, 48 * 60), (24 * 60, 30 * 24 * 60)];
/// Least and most frequency of detections over workspace tables alone, in minutes: 5 minutes to 14 days (the
/// documentation; preview).
pub const WORKSPACE_FREQUENCIES: (u64, u64) = (5, 14 * 24 * 60);

/// The look-back that the service gives a frequency, in minutes.
pub fn lookback(frequency: u64) -> u64 {
    let fixed = FREQUENCIES.iter().find(|(minutes, _)| *minutes == frequency);
    // Of other frequencies, which workspace tables alone have, the documentation tells a rule.
    let ruled = if frequency < 24 * 60 { 4 * frequency } else { 30 * 24 * 60 };
    fixed.map_or(ruled, |(_, back)| *back)
}

/// The table of this name.
pub fn table(name: &str) -> Option<&'static EventTable> {
    let tables = &FACTS.tables;
    tables.binary_search_by(|table| table.name.cmp(name)).ok().map(|at| &tables[at])
}

/// Whether Defender's advanced hunting has a table of this name, whose columns are known.
pub fn is_defender(name: &str) -> bool {
    table(name).is_some_and(|table| table.defender)
}

/// The lists of entity mappings, sorted by name.
pub fn collections() -> &'static [Collection] {
    &FACTS.collections
}

/// The list of entity mappings of this name.
pub fn collection(name: &str) -> Option<&'static Collection> {
    collections().iter().find(|collection| collection.name == name)
}

/// What the entity types of Sentinel's mappings become, sorted by name.
pub fn sentinel_entities() -> &'static [SentinelEntity] {
    &FACTS.sentinel
}

/// The response actions, sorted by name.
pub fn actions() -> &'static [Action] {
    &FACTS.actions
}

/// Columns that a workspace calls otherwise than advanced hunting: the table (`*` for every one), the name in a workspace and
/// the one in advanced hunting.
pub fn renames() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    FACTS.renames.iter().map(|[table, old, new]| (*table, *old, *new))
}

/// The actions below a list.
pub fn action(list: &str) -> Option<&'static Action> {
    actions().iter().find(|action| action.list == list)
}

/// The collection and member of an asset of the old shape, by the end of its type and its identifier.
pub fn old_asset(kind: &str, identifier: &str) -> Option<(&'static str, &'static str)> {
    let found = FACTS.old_assets.iter().find(|[old, id, ..]| *old == kind && *id == identifier)?;
    Some((found[2], found[3]))
}

/// The member and column of an identifier of an action of the old shape.
pub fn old_identifier(identifier: &str) -> Option<(&'static str, &'static str)> {
    let found = FACTS.old_identifiers.iter().find(|[old, ..]| *old == identifier)?;
    Some((found[1], found[2]))
}

/// The name in advanced hunting of a column that a workspace's copy of a table calls otherwise.
pub fn hunting_name(table: &str, column: &str) -> Option<&'static str> {
    let fits = |(of, old, _): &(&str, &str, &str)| (*of == "*" || *of == table) && *old == column;
    renames().find(fits).map(|(.., new)| new)
}

/// Whether a text is an id that the service takes.
pub fn is_id(text: &str) -> bool {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let named = text.len() <= MAX_ID
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    digits || named
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Words;

    #[test]
    fn tables_are_sorted_and_have_what_they_ask_for() {
        assert_eq!(FACTS.tables.len(), 83);
        assert!(FACTS.tables.is_sorted_by_key(|table| table.name));
        for table in FACTS.tables.iter().filter(|table| table.defender) {
            let has = |name: &str| table.columns().any(|(column, _)| column == name);
            for column in table.required.unwrap_or_default().iter().chain(table.assets) {
                assert!(has(column), "{} has no {column}", table.name);
            }
            let time = table.time.is_none_or(has);
            assert!(time, "{}", table.name);
        }
        assert_eq!(table("DeviceEvents").unwrap().required, Some(Words::new("Timestamp DeviceId ReportId")));
        assert_eq!(table("AlertInfo").unwrap().required, Some(Words::new("Timestamp")));
        assert!(table("DeviceTvmSoftwareInventory").unwrap().required.is_none());
        assert!(table("AuditLogs").is_some_and(|table| table.nrt && !table.defender));
    }

    #[test]
    fn facts_of_one_file_name_those_of_another() {
        for entity in sentinel_entities() {
            for (_, member) in entity.fields() {
                assert!(collection(entity.collection.unwrap()).unwrap().members.contains(member));
            }
        }
        for [.., name, member] in &FACTS.old_assets {
            assert!(collection(name).unwrap().members.contains(member), "{name}");
        }
        for [_, member, _] in &FACTS.old_identifiers {
            assert!(actions().iter().any(|action| action.members().any(|one| one == *member)), "{member}");
        }
        let sizes = (collections().len(), sentinel_entities().len(), actions().len());
        assert_eq!(sizes, (17, 19, 16));
        assert_eq!((FACTS.old_assets.len(), FACTS.old_identifiers.len(), renames().count()), (31, 15, 11));
        assert!(actions().iter().all(|action| action.old.is_some()));
        assert!(READ_ONLY.contains(&"createdBy") && TACTICS.len() == 14);
    }

    #[test]
    fn ids_are_digits_or_begin_with_a_letter() {
        for id in ["1", "a", "xdr-1785d372-b9fe-4283-96a6-3a1d83cabfd1", "A_b-1"] {
            assert!(is_id(id), "{id}");
        }
        for id in ["", "1785d372-b9fe", "example mail", "-a", "é", &"a".repeat(101)] {
            assert!(!is_id(id), "{id}");
        }
        assert_eq!((lookback(60), lookback(30), lookback(1440), lookback(2880)), (240, 120, 43_200, 43_200));
        assert_eq!(hunting_name("IdentityInfo", "AccountUPN"), Some("AccountUpn"));
        assert_eq!(hunting_name("DeviceInfo", "AccountUPN"), None);
        assert_eq!(hunting_name("DeviceInfo", "TimeGenerated"), Some("Timestamp"));
    }
}
