//! Log Analytics and Defender tables with their columns.

use super::blob;
use super::data::tables::TABLES;
use crate::similar::slip_of;

/// A type of the query language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `long`
    Long,
    /// `real`
    Real,
    /// `decimal`
    Decimal,
    /// `string`
    String,
    /// `datetime`
    Datetime,
    /// `timespan`
    Timespan,
    /// `guid`
    Guid,
    /// `dynamic`
    Dynamic,
    /// Not known: it follows from something that is not.
    Unknown,
}

impl ColumnType {
    /// The language's name for the type, `unknown` for `Unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Long => "long",
            Self::Real => "real",
            Self::Decimal => "decimal",
            Self::String => "string",
            Self::Datetime => "datetime",
            Self::Timespan => "timespan",
            Self::Guid => "guid",
            Self::Dynamic => "dynamic",
            Self::Unknown => "unknown",
        }
    }

    /// The type of this name.
    pub(super) fn named(name: &str) -> Self {
        let known = [
            Self::Bool,
            Self::Int,
            Self::Long,
            Self::Real,
            Self::Decimal,
            Self::String,
            Self::Datetime,
            Self::Timespan,
            Self::Guid,
            Self::Dynamic,
        ];
        known.into_iter().find(|kind| kind.as_str() == name).unwrap_or(Self::Unknown)
    }

    /// The type with this number in the blob.
    pub(super) fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Bool,
            1 => Self::Int,
            2 => Self::Long,
            3 => Self::Real,
            4 => Self::Decimal,
            5 => Self::String,
            6 => Self::Datetime,
            7 => Self::Timespan,
            8 => Self::Guid,
            9 => Self::Dynamic,
            _ => Self::Unknown,
        }
    }
}

/// How far a table's columns can be trusted, the most trusted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// From the service's documentation.
    Documented,
    /// From the definition of a connector that fills the table.
    Connector,
    /// From the schemas that upstream validates queries with; real tables may differ.
    Upstream,
    /// From upstream's schemas of 2022.
    Upstream2022,
    /// Only the name is known.
    NameOnly,
}

const DEFENDER: u8 = 1;
const DEFENDER_ONLY: u8 = 2;
const CLASSIC: u8 = 4;
const OPEN: u8 = 8;

/// A table; a small handle, to be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    index: usize,
}

impl Table {
    /// The name; case counts.
    pub fn name(self) -> &'static str {
        blob::string(blob::table(self.index).name)
    }

    /// How far the columns can be trusted.
    pub fn grade(self) -> Grade {
        let [_, _, grade, ..] = blob::table(self.index).rest;
        match grade {
            0 => Grade::Documented,
            1 => Grade::Connector,
            2 => Grade::Upstream,
            3 => Grade::Upstream2022,
            _ => Grade::NameOnly,
        }
    }

    /// Whether Defender's advanced hunting has the table.
    pub fn defender(self) -> bool {
        self.has(DEFENDER)
    }

    /// Whether only Defender's advanced hunting has the table, so that a workspace does not.
    pub fn defender_only(self) -> bool {
        self.has(DEFENDER_ONLY)
    }

    /// Whether it is a custom log of the classic kind, whose columns (`Name_s`, `Count_d`) depend on the data
    /// that each workspace happened to receive.
    pub fn classic(self) -> bool {
        self.has(CLASSIC)
    }

    /// Whether it may have columns as well those that are known: which there are depends on what each workspace sends
    /// to it. So always when only its name is known.
    pub(crate) fn open(self) -> bool {
        self.has(OPEN)
    }

    /// Name and type of each column: those of the schema in its order, then those that every table of the kind
    /// has. Of a table that is known by name alone only the latter.
    pub fn columns(self) -> impl Iterator<Item = (&'static str, ColumnType)> + Clone + use<> {
        self.stored().map(|column| (blob::string(column.name), ColumnType::from_number(column.kind)))
    }

    /// The type of the column of exactly this name.
    #[cfg(any(test, feature = "testing"))]
    pub fn column(self, name: &str) -> Option<ColumnType> {
        let position = blob::position(name)?;
        let found = self.stored().find(|column| column.name == position)?;
        Some(ColumnType::from_number(found.kind))
    }

    /// Whether its own schema has the column, other than the columns that every table of the kind has.
    pub fn has_own(self, name: &str) -> bool {
        let position = blob::position(name);
        blob::table(self.index).columns().any(|column| Some(column.name) == position)
    }

    fn stored(self) -> impl Iterator<Item = blob::Column> + Clone + use<> {
        let record = blob::table(self.index);
        let [low, high, ..] = record.rest;
        record.columns().chain(blob::implicit(u16::from_le_bytes([low, high])))
    }

    fn has(self, flag: u8) -> bool {
        let [_, _, _, flags, ..] = blob::table(self.index).rest;
        flags & flag != 0
    }
}

/// Columns that real tables have and their documentation leaves out: Sentinel's own parsers read them.
const UNDOCUMENTED: [(&str, &[&str]); 4] = [
    ("DnsEvents", &["ReportReferenceLink"]),
    ("SecurityEvent", &["EventOriginId", "ImpersonationLevel"]),
    ("W3CIISLog", &["sComputerName"]),
    ("WindowsFirewall", &["ReportReferenceLink"]),
];

/// Whether a table may have a column that its documentation does not name.
pub fn undocumented(table: &str, column: &str) -> bool {
    UNDOCUMENTED.iter().any(|(name, columns)| *name == table && columns.contains(&column))
}

/// The table of exactly this name.
pub fn table(name: &str) -> Option<Table> {
    blob::find_table(name).map(|index| Table { index })
}

/// All tables, sorted by name.
pub fn tables() -> impl ExactSizeIterator<Item = Table> + Clone {
    (0..TABLES).map(|index| Table { index })
}

/// The table whose name is nearest to this text, or `None` when none is near.
pub(crate) fn nearest_table(name: &str) -> Option<Table> {
    table(slip_of(name, tables().map(Table::name))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undocumented_columns_are_those_that_the_known_schema_lacks() {
        for (name, columns) in UNDOCUMENTED {
            let known = table(name).unwrap();
            for column in columns {
                assert!(
                    known.columns().all(|(one, _)| one != *column),
                    "{name}.{column} is documented by now"
                );
                assert!(undocumented(name, column));
            }
        }
        assert!(!undocumented("SecurityEvent", "AcessList"));
    }

    #[test]
    fn a_defender_table() {
        let found = table("DeviceNetworkEvents").unwrap();
        assert_eq!(found.name(), "DeviceNetworkEvents");
        assert_eq!(found.grade(), Grade::Documented);
        assert!(found.defender() && !found.defender_only() && !found.classic());
        assert_eq!(found.column("RemotePort"), Some(ColumnType::Int));
        assert_eq!(found.column("AdditionalFields"), Some(ColumnType::Dynamic));
        // Implicit: Timestamp in Defender, the standard columns in a workspace; no column twice.
        assert_eq!(found.column("Timestamp"), Some(ColumnType::Datetime));
        assert_eq!(found.column("_ResourceId"), Some(ColumnType::String));
        assert_eq!(found.column("remoteport"), None);
        assert!(found.has_own("RemotePort") && !found.has_own("Timestamp") && !found.has_own("x"));
        let names: Vec<_> = found.columns().map(|(name, _)| name).collect();
        assert_eq!(names.iter().filter(|name| **name == "TimeGenerated").count(), 1);
        assert_eq!(names.first(), Some(&"_BilledSize"));
    }

    #[test]
    fn tables_of_other_kinds() {
        assert!(table("AADSignInEventsBeta").unwrap().defender_only());
        assert_eq!(table("AADSignInEventsBeta").unwrap().column("TenantId"), None);
        let events = table("SecurityEvent").unwrap();
        assert!(!events.defender());
        assert_eq!(events.column("EventID").map(ColumnType::as_str), Some("int"));
        assert!(table("ABNORMAL_CASES_CL").unwrap().classic());
        assert_eq!(table("ABNORMAL_CASES_CL").unwrap().column("RawData"), Some(ColumnType::String));
        let name_only = table("ADPAudit").unwrap();
        assert_eq!((name_only.grade(), name_only.open()), (Grade::NameOnly, true));
        assert_eq!(name_only.column("TimeGenerated"), Some(ColumnType::Datetime));
        assert!(table("AzureDiagnostics").unwrap().open() && !events.open());
        assert_eq!(table("devicenetworkevents"), None);
        assert_eq!(table(""), None);
    }

    #[test]
    fn the_nearest_table_has_a_near_name() {
        assert_eq!(nearest_table("DeviceNetworkEvent").map(Table::name), Some("DeviceNetworkEvents"));
        assert_eq!(nearest_table("signinlogs").map(Table::name), Some("SigninLogs"));
        assert_eq!(nearest_table("StormEvents").map(Table::name), None);
    }

    #[test]
    fn types_have_distinct_names() {
        let names: std::collections::BTreeSet<_> =
            (0..=10).map(|number| ColumnType::from_number(number).as_str()).collect();
        assert_eq!(names.len(), 11);
    }

    /// Every table and column of the facts is found with its type, and no others are.
    #[test]
    fn the_blob_holds_what_the_facts_say() {
        let text = std::fs::read_to_string("../../xtask/facts/schemas.txt").unwrap();
        let (text, _) = text.split_once("\nfunction ").unwrap();
        let mut all = tables();
        let (mut count, mut implicit) = (0, 0);
        for block in text.split("\ntable ").skip(1) {
            let (head, members) = block.split_once('\n').unwrap_or((block, ""));
            let found = all.next().unwrap();
            assert_eq!(Some(found.name()), head.split(' ').next());
            let marked = |mark: &str| head.split(' ').any(|own| own == mark);
            assert_eq!(found.open(), marked("open") || members.is_empty(), "{head}");
            assert_eq!(
                (found.classic(), found.defender()),
                (marked("classic"), marked("defender")),
                "{head}"
            );
            let expected: Vec<_> =
                members.lines().map(|line| line.trim_start_matches('\t').split_once(' ').unwrap()).collect();
            let mut actual = found.columns();
            for (kind, column) in &expected {
                assert_eq!(
                    actual.next().map(|(name, kind)| (kind.as_str(), name)),
                    Some((*kind, *column)),
                    "{head}"
                );
                assert_eq!(found.column(column).map(ColumnType::as_str), Some(*kind), "{head}.{column}");
                count += 1;
            }
            for (column, _) in actual {
                assert!(
                    !expected.iter().any(|(_, known)| known.eq_ignore_ascii_case(column)),
                    "{head}.{column}"
                );
                implicit += 1;
            }
        }
        assert!(count > 68_000 && implicit > 10_000 && all.next().is_none());
    }
}
