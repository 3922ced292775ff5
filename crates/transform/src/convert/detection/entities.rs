//! Entity mappings and custom details of a detection: those of a rule by the table of `knowledge::defender`, or else those that
//! well-known columns of the result tell of.

use serde_json::{Map, Value, json};

use super::adapt::Remark;
use super::draft::Draft;
use crate::content::detection::driving::Event;
use crate::content::model::{EntityMapping, FieldMapping};
use crate::convert::notes;
use crate::diagnostic::{Diagnostic, RuleMeta};
use crate::knowledge::defender::{self, ASSETS, MAX_DETAILS, collections};
use crate::kql::ast::{Expr, ExprKind};
use crate::kql::{Node, walk_statements};
use crate::source::Span;

/// The mappings of one detection.
#[derive(Clone, Debug, Default)]
pub(super) struct Mappings {
    /// Each item with its collection, in the order in which they were found.
    items: Vec<(&'static str, Vec<(&'static str, String)>)>,
    /// Custom details: names and columns.
    pub(super) details: Vec<(String, String)>,
    /// What there is to tell, by places of the file.
    pub(super) notes: Vec<Diagnostic>,
}

impl Mappings {
    /// Adds an item, unless it is there already; members go to the first item of their collection where that is asked.
    fn add(&mut self, collection: &'static str, members: Vec<(&'static str, String)>) {
        let is_known = self
            .items
            .iter()
            .any(|(of, known)| *of == collection && members.iter().all(|member| known.contains(member)));
        if !members.is_empty() && !is_known {
            self.items.push((collection, members));
        }
    }

    /// Whether there is an item of a collection.
    fn has(&self, collection: &str) -> bool {
        self.items.iter().any(|(of, _)| *of == collection)
    }

    /// Whether an asset is mapped, addresses alone not counted unless they may be.
    pub(super) fn has_asset(&self, addresses: bool) -> bool {
        ASSETS.iter().any(|asset| self.has(asset) && (addresses || *asset != "ips"))
    }

    /// In the order of the documentation: assets first.
    fn collections(&self) -> Vec<&'static str> {
        let others =
            collections().iter().map(|collection| collection.name).filter(|name| !ASSETS.contains(name));
        let mut all: Vec<&'static str> =
            ["hosts", "accounts", "mailboxes", "ips"].into_iter().chain(others).collect();
        all.retain(|name| self.has(name));
        all
    }

    /// The value of `entityMappings`.
    pub(super) fn value(&self) -> Value {
        let mut out = Map::new();
        for collection in self.collections() {
            let items = self.items.iter().filter(|(of, _)| *of == collection);
            let object = |members: &[(&'static str, String)]| {
                let members = members.iter().map(|(member, column)| ((*member).to_owned(), json!(column)));
                Value::Object(members.collect())
            };
            out.insert(collection.to_owned(), items.map(|(_, members)| object(members)).collect());
        }
        Value::Object(out)
    }

    /// The mappings in a sentence.
    pub(super) fn words(&self) -> String {
        let word = |(collection, members): &(&'static str, Vec<(&'static str, String)>)| {
            let columns: Vec<&str> = members.iter().map(|(_, column)| column.as_str()).collect();
            format!("{collection} from {}", super::operators::listed(&columns))
        };
        self.items.iter().map(word).collect::<Vec<_>>().join("; ")
    }

    fn note(&mut self, code: &'static RuleMeta, span: Span, message: impl Into<String>) {
        self.notes.push(code.at(span, message));
    }
}

/// The name that a mapped column has in the adapted query.
pub(super) fn column_of(draft: &Draft<'_>, name: &str) -> Option<String> {
    let name = name.trim();
    let renamed = defender::renames()
        .filter(|(_, old, _)| name.contains(*old))
        .map(|(_, old, new)| name.replace(old, new));
    std::iter::once(name.to_owned()).chain(renamed).find(|name| draft.may_return(name))
}

/// The mappings of a rule.
pub(super) fn of_rule(draft: &Draft<'_>, mappings: &[EntityMapping<'_>]) -> Mappings {
    let mut found = Mappings::default();
    for mapping in mappings {
        let Some(kind) = mapping.entity_type else { continue };
        let known =
            defender::sentinel_entities().iter().find(|entity| entity.name.eq_ignore_ascii_case(kind.value));
        let (Some(entity), Some(collection)) = (known, known.and_then(|entity| entity.collection)) else {
            let message = format!("`{}` entities have no counterpart in a custom detection", kind.value);
            found.note(&notes::ENTITY_LOST, kind.span(), message);
            details(draft, kind.value, &mapping.fields, &mut found);
            continue;
        };
        let mut members: Vec<(&'static str, String)> = Vec::new();
        let mut lost: Vec<FieldMapping<'_>> = Vec::new();
        for field in &mapping.fields {
            let (Some(identifier), Some(column)) = (field.identifier, field.column) else { continue };
            let Some(name) = column_of(draft, column.value) else {
                let message = format!("The mapped column `{}` is not in the query's result", column.value);
                found.note(&notes::ENTITY_LOST, column.span(), message);
                continue;
            };
            let direct = entity.fields().find(|(known, _)| known.eq_ignore_ascii_case(identifier.value));
            match direct {
                Some((_, member)) if !members.iter().any(|(known, _)| *known == member) => {
                    members.push((member, name));
                }
                _ => lost.push(*field),
            }
        }
        lost.retain(|field| !special(draft, entity.name, mapping, field, &mut members));
        if entity.name == "Process" && members.is_empty() {
            for (member, column) in [("sha1Column", "SHA1"), ("sha256Column", "SHA256")] {
                if draft.returns(column) {
                    members.push((member, column.to_owned()));
                }
            }
        }
        found.add(collection, members);
        details(draft, entity.name, &lost, &mut found);
    }
    merge_registry(&mut found);
    found
}

/// What an identifier becomes that has no member of its own; whether it is represented.
fn special(
    draft: &Draft<'_>,
    entity: &str,
    mapping: &EntityMapping<'_>,
    field: &FieldMapping<'_>,
    members: &mut Vec<(&'static str, String)>,
) -> bool {
    let (Some(identifier), Some(column)) = (field.identifier, field.column) else { return true };
    let Some(name) = column_of(draft, column.value) else { return true };
    let has = |member: &str| members.iter().any(|(known, _)| *known == member);
    match (entity, identifier.value) {
        ("Host", "FullName") => {
            // Host name and domain say the same.
            if !has("nameColumn") && !has("netBiosNameColumn") {
                members.push(("nameColumn", name));
            }
            true
        }
        ("Account", "FullName") => {
            if is_upn(draft, &name) && !has("upnColumn") {
                members.push(("upnColumn", name));
            } else if !has("nameColumn") && members.is_empty() {
                members.push(("nameColumn", name));
            }
            true
        }
        ("FileHash", "Value") => {
            let algorithm = mapping.fields.iter().find(|other| {
                other.identifier.is_some_and(|identifier| identifier.value.eq_ignore_ascii_case("Algorithm"))
            });
            let algorithm = algorithm.and_then(|other| other.column);
            let by_column = algorithm.and_then(|column| constant(draft, column.value));
            let member = match by_column.as_deref().unwrap_or(&name).to_ascii_uppercase() {
                text if text.contains("SHA256") || text.contains("SHA-256") => "sha256Column",
                text if text.contains("SHA1") || text.contains("SHA-1") => "sha1Column",
                _ => return false,
            };
            members.push((member, name));
            true
        }
        ("FileHash", "Algorithm") => {
            has("sha1Column") || has("sha256Column") || constant(draft, &name).is_some()
        }
        _ => false,
    }
}

/// Whether a column holds user principal names: by its name, or because the query makes them.
fn is_upn(draft: &Draft<'_>, column: &str) -> bool {
    let lower = column.to_ascii_lowercase();
    if lower.ends_with("upn")
        || lower.ends_with("userprincipalname")
        || ["caller", "userid"].contains(&&*lower)
    {
        return true;
    }
    let mut made = false;
    named(draft, column, |value| {
        let joined = value.as_call().filter(|(name, _)| &*name.text == "strcat");
        made |= joined.is_some_and(|(_, args)| {
            args.iter().any(|arg| arg.as_text().is_some_and(|text| text.contains('@')))
        });
    });
    made
}

/// The string that a column is in every row, where the query says so.
fn constant(draft: &Draft<'_>, column: &str) -> Option<String> {
    let mut text = None;
    named(draft, column, |value| text = value.as_text().map(str::to_owned));
    text
}

/// Calls `take` with each value that the query gives a name.
fn named<'d>(draft: &'d Draft<'_>, column: &str, mut take: impl FnMut(&'d Expr)) {
    walk_statements(&draft.parse.statements, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Named { names, value, .. }, .. }) = node
            && names.iter().any(|name| &*name.text == column)
        {
            take(value);
        }
        true
    });
}

/// Identifiers without a member go to the custom details, while there is room.
fn details(draft: &Draft<'_>, entity: &str, lost: &[FieldMapping<'_>], found: &mut Mappings) {
    for field in lost {
        let (Some(identifier), Some(column)) = (field.identifier, field.column) else { continue };
        let Some(name) = column_of(draft, column.value) else { continue };
        let label = format!("{entity}{}", identifier.value);
        if found.details.len() < MAX_DETAILS && !found.details.iter().any(|(known, _)| *known == label) {
            let message = format!(
                "`{}` of `{entity}` has no counterpart among the entities; it becomes the custom detail `{label}`",
                identifier.value
            );
            found.details.push((label, name));
            found.note(&notes::ENTITY_DERIVED, identifier.span(), message);
        } else {
            let message =
                format!("`{}` of `{entity}` has no counterpart in a custom detection", identifier.value);
            found.note(&notes::ENTITY_LOST, identifier.span(), message);
        }
    }
}

/// The key and the value of a registry entity are one mapping.
fn merge_registry(found: &mut Mappings) {
    let registry = |(of, _): &(&'static str, Vec<(&'static str, String)>)| *of == "registryValues";
    if found.items.iter().filter(|item| registry(item)).count() != 2 {
        return;
    }
    let Some(first) = found.items.iter().position(registry) else { return };
    let Some(second) = found.items.iter().rposition(registry) else { return };
    let names: Vec<&str> = found.items[first].1.iter().map(|(member, _)| *member).collect();
    if found.items[second].1.iter().any(|(member, _)| names.contains(member)) {
        return;
    }
    let (_, members) = found.items.remove(second);
    found.items[first].1.extend(members);
}

/// Members that are found by the names of columns: each with the columns, of which the first that is there counts.
type Known = &'static [(&'static str, &'static [&'static str])];

/// What each collection is derived from; of accounts and addresses the first group that is there.
const DERIVED: &[(&str, &[Known])] = &[
    (
        "hosts",
        &[
            &[("deviceIdColumn", &["DeviceId"]), ("nameColumn", &["DeviceName"])],
            &[(
                "nameColumn",
                &["HostName", "Computer", "HostCustomEntity", "Dvc", "DvcHostname", "SrcHostname"],
            )],
        ],
    ),
    (
        "accounts",
        &[
            &[
                ("aadUserIdColumn", &["AccountObjectId"]),
                ("upnColumn", &["AccountUpn"]),
                ("sidColumn", &["AccountSid"]),
                ("nameColumn", &["AccountName"]),
                ("ntDomainColumn", &["AccountDomain"]),
            ],
            &[
                ("aadUserIdColumn", &["InitiatingProcessAccountObjectId"]),
                ("upnColumn", &["InitiatingProcessAccountUpn"]),
                ("sidColumn", &["InitiatingProcessAccountSid"]),
                ("nameColumn", &["InitiatingProcessAccountName"]),
                ("ntDomainColumn", &["InitiatingProcessAccountDomain"]),
            ],
            &[
                ("aadUserIdColumn", &["RecipientObjectId", "UserId", "ServicePrincipalId"]),
                ("upnColumn", &["UserPrincipalName", "UserUpn", "Upn", "TargetAccountUpn"]),
            ],
            &[("upnColumn", &["Caller", "UserPrincipalName", "InitiatedByUser", "ActorUpn"])],
            &[(
                "nameColumn",
                &[
                    "AccountCustomEntity",
                    "UserName",
                    "TargetUserName",
                    "SubjectUserName",
                    "Account",
                    "User",
                    "SrcUsername",
                ],
            )],
        ],
    ),
    ("mailboxes", &[&[("primaryAddressColumn", &["RecipientEmailAddress"])]]),
    (
        "ips",
        &[&[(
            "addressColumn",
            &[
                "RemoteIP",
                "IPAddress",
                "SrcIpAddr",
                "ClientIP",
                "SourceIP",
                "IPCustomEntity",
                "CallerIpAddress",
                "SenderIPv4",
            ],
        )]],
    ),
    ("urls", &[&[("addressColumn", &["RemoteUrl", "Url", "UrlDomain"])]]),
    ("files", &[&[("sha1Column", &["SHA1"]), ("sha256Column", &["SHA256"]), ("nameColumn", &["FileName"])]]),
    (
        "mailMessages",
        &[&[
            ("networkMessageIdColumn", &["NetworkMessageId"]),
            ("recipientColumn", &["RecipientEmailAddress"]),
            ("senderColumn", &["SenderFromAddress"]),
            ("subjectColumn", &["Subject"]),
        ]],
    ),
];

/// The mappings that well-known columns of the result tell of.
pub(super) fn derived(draft: &Draft<'_>) -> Mappings {
    let mut found = Mappings::default();
    let is_text = |column: &&&str| {
        let known = draft.result().and_then(|result| result.column(column));
        known.is_some_and(|column| !column.kind.dynamic())
    };
    for (collection, groups) in DERIVED {
        for group in *groups {
            let members: Vec<(&'static str, String)> = group
                .iter()
                .filter_map(|(member, columns)| Some((*member, (*columns.iter().find(is_text)?).to_owned())))
                .collect();
            // A domain alone, or the recipient without the message, names nothing.
            let names = match *collection {
                "mailMessages" => members.iter().any(|(member, _)| *member == "networkMessageIdColumn"),
                "accounts" => members.iter().any(|(member, _)| *member != "ntDomainColumn"),
                "files" => members.iter().any(|(member, _)| *member != "nameColumn"),
                _ => !members.is_empty(),
            };
            if names {
                found.add(collection, members);
                break;
            }
        }
    }
    found
}

/// Adds what identifies a device surely, which Sentinel's mappings cannot name.
pub(super) fn with_device(found: &mut Mappings, draft: &Draft<'_>, event: &Event) {
    let of_device = event.sources.iter().any(|source| source.assets.contains("DeviceId"));
    if !of_device || !draft.returns("DeviceId") {
        return;
    }
    let id = ("deviceIdColumn", "DeviceId".to_owned());
    match found.items.iter_mut().find(|(of, _)| *of == "hosts") {
        Some((_, members)) if !members.contains(&id) => members.insert(0, id),
        Some(_) => {}
        None => {
            let name = draft.returns("DeviceName").then(|| ("nameColumn", "DeviceName".to_owned()));
            found.items.insert(0, ("hosts", [Some(id), name].into_iter().flatten().collect()));
        }
    }
}

/// Adds what well-known columns tell of assets, where none is mapped.
pub(super) fn with_assets(found: &mut Mappings, draft: &Draft<'_>) -> bool {
    let mut added = false;
    for (collection, members) in derived(draft).items {
        if ASSETS.contains(&collection) && collection != "ips" {
            found.add(collection, members);
            added = true;
        }
    }
    added
}

/// A remark about the mappings, at the query.
pub(super) fn told(found: &Mappings, place: Span) -> Remark {
    Remark { code: &notes::ENTITY_DERIVED, place, message: format!("Entities are mapped: {}", found.words()) }
}
