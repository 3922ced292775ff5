//! Entities by the names of columns that are well known. Only on request: the same name may hold something else.

use super::mapping::Mapping;
use super::query::{Changed, end};
use crate::convert::changes::Change;
use crate::convert::notes::COLUMN_ADDED;
use crate::knowledge::limits;
use crate::kql::types::{Relation, Scalar};
use crate::source::Span;

/// The identifiers of an entity with the columns that fill them; the first has to be there.
type Known = (&'static str, &'static [(&'static str, &'static str)]);

/// In each group the first that is there counts: they tell of the same thing.
const GROUPS: &[&[Known]] = &[
    &[
        ("Host", &[("FullName", "DeviceName")]),
        ("Host", &[("FullName", "Computer")]),
        ("Host", &[("HostName", "HostName")]),
        ("Host", &[("HostName", "DvcHostname")]),
    ],
    &[
        ("Account", &[("FullName", "AccountUpn"), ("AadUserId", "AccountObjectId"), ("Sid", "AccountSid")]),
        ("Account", &[("Name", "AccountName"), ("NTDomain", "AccountDomain"), ("Sid", "AccountSid")]),
        ("Account", &[("Sid", "AccountSid")]),
        ("Account", &[("AadUserId", "AccountObjectId")]),
        ("Account", &[("FullName", "UserPrincipalName")]),
        ("Account", &[("FullName", "Account")]),
    ],
    &[
        (
            "Account",
            &[
                ("FullName", "InitiatingProcessAccountUpn"),
                ("AadUserId", "InitiatingProcessAccountObjectId"),
                ("Sid", "InitiatingProcessAccountSid"),
            ],
        ),
        (
            "Account",
            &[
                ("Name", "InitiatingProcessAccountName"),
                ("NTDomain", "InitiatingProcessAccountDomain"),
                ("Sid", "InitiatingProcessAccountSid"),
            ],
        ),
        ("Account", &[("Sid", "InitiatingProcessAccountSid")]),
    ],
    &[("Account", &[("FullName", "TargetAccountUpn")]), ("Account", &[("FullName", "TargetAccount")])],
    &[
        ("IP", &[("Address", "RemoteIP")]),
        ("IP", &[("Address", "DestinationIP")]),
        ("IP", &[("Address", "DstIpAddr")]),
    ],
    &[
        ("IP", &[("Address", "IPAddress")]),
        ("IP", &[("Address", "ClientIP")]),
        ("IP", &[("Address", "SourceIP")]),
        ("IP", &[("Address", "SrcIpAddr")]),
        ("IP", &[("Address", "CallerIpAddress")]),
        ("IP", &[("Address", "SenderIPv4")]),
    ],
    &[("URL", &[("Url", "RemoteUrl")]), ("URL", &[("Url", "Url")]), ("URL", &[("Url", "FileOriginUrl")])],
    &[
        ("FileHash", &[("Value", "SHA256")]),
        ("FileHash", &[("Value", "SHA1")]),
        ("FileHash", &[("Value", "MD5")]),
        ("FileHash", &[("Value", "InitiatingProcessSHA256")]),
        ("FileHash", &[("Value", "InitiatingProcessSHA1")]),
    ],
    &[("File", &[("Name", "FileName"), ("Directory", "FolderPath")])],
    &[
        ("Process", &[("CommandLine", "ProcessCommandLine"), ("ProcessId", "ProcessId")]),
        ("Process", &[("CommandLine", "InitiatingProcessCommandLine"), ("ProcessId", "InitiatingProcessId")]),
    ],
    &[("RegistryKey", &[("Key", "RegistryKey")])],
    &[("RegistryValue", &[("Name", "RegistryValueName"), ("Value", "RegistryValueData")])],
    &[(
        "MailMessage",
        &[
            ("NetworkMessageId", "NetworkMessageId"),
            ("Recipient", "RecipientEmailAddress"),
            ("Sender", "SenderFromAddress"),
        ],
    )],
    &[("Mailbox", &[("MailboxPrimaryAddress", "RecipientEmailAddress")])],
    &[("AzureResource", &[("ResourceId", "ResourceId")])],
];

/// The column that tells the algorithm of a hash: mappings name columns, and no table has one for it.
const ALGORITHM: &str = "HashAlgorithm";

/// The mappings that columns of the result tell of, and the change of the query that they need.
pub(super) fn mappings(result: &Relation, changed: &Changed) -> (Vec<Mapping>, Option<Change>) {
    let mut insertion = None;
    let mut found = Vec::new();
    for group in GROUPS {
        let Some(mut mapping) = group.iter().find_map(|known| mapping(result, *known)) else { continue };
        if mapping.entity == "FileHash" {
            let column = &mapping.fields[0].1;
            let algorithm = limits::FILE_HASH_ALGORITHMS
                .into_iter()
                .filter(|name| column.ends_with(name))
                .max_by_key(|name| name.len());
            let (Some(algorithm), Some(change)) =
                (algorithm, algorithm.and_then(|name| extend(result, changed, name)))
            else {
                continue;
            };
            debug_assert!(change.text.contains(algorithm));
            mapping.fields.push(("Algorithm", ALGORITHM.to_owned()));
            insertion = Some(change);
        }
        found.push(mapping);
    }
    found.truncate(limits::ENTITY_MAPPINGS);
    if !found.iter().any(|mapping| mapping.entity == "FileHash") {
        insertion = None;
    }
    (found, insertion)
}

/// The mappings that columns of a result tell of and that need no change of the query: each entity with its identifiers and the
/// columns that fill them.
pub fn known_entities(result: &Relation) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let first = |group: &&[Known]| group.iter().find_map(|known| mapping(result, *known));
    let found = GROUPS.iter().filter_map(first);
    let found = found.filter(|mapping| mapping.entity != "FileHash" && mapping.is_complete());
    found.take(limits::ENTITY_MAPPINGS).map(|mapping| (mapping.entity, mapping.fields)).collect()
}

fn mapping(result: &Relation, (entity, fields): Known) -> Option<Mapping> {
    let usable = |column: &str| {
        result.column(column).is_some_and(|column| !column.kind.dynamic() && column.kind != Scalar::Bool)
    };
    if !usable(fields.first()?.1) {
        return None;
    }
    let fields = fields.iter().filter(|(_, column)| usable(column));
    let fields = fields.map(|(identifier, column)| (*identifier, (*column).to_owned())).collect();
    Some(Mapping { entity, fields })
}

/// The change that adds the column with the algorithm, where there is none of that name.
fn extend(result: &Relation, changed: &Changed, algorithm: &str) -> Option<Change> {
    if result.column(ALGORITHM).is_some() {
        return None;
    }
    let at = end(&changed.parse)?;
    let place = changed.original(Span::at(at));
    let reason = format!("A file hash mapping needs the algorithm in a column; here it is {algorithm}");
    let text = format!("\n| extend {ALGORITHM} = \"{algorithm}\"");
    Some(Change::new(&COLUMN_ADDED, place, text, reason))
}
