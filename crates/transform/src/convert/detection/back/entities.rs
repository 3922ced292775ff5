//! The entity mappings of a detection as those of a rule: the table of `knowledge::defender` read backwards.

use serde_json::{Value, json};

use super::Work;
use super::query::InWorkspace;
use crate::convert::notes;
use crate::knowledge::{defender, entities, limits};

/// The member that names the device surely, which no identifier of Sentinel can hold.
const DEVICE: &str = "deviceIdColumn";

/// A mapping on its way: the type, and each identifier with its column.
type Mapping = (&'static str, Vec<(&'static str, String)>);

impl Work<'_> {
    /// The mappings; what has no counterpart is told.
    pub(super) fn entities(&mut self, query: &mut InWorkspace) -> Vec<Value> {
        let mut all: Vec<Mapping> = Vec::new();
        let Some(Value::Object(collections)) = self.alert("entityMappings").cloned() else {
            return Vec::new();
        };
        for (collection, items) in &collections {
            for item in items.as_array().into_iter().flatten() {
                let members: Vec<(&str, String)> = item
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter(|(member, _)| *member != "id")
                    .map(|(member, column)| {
                        (member.as_str(), query.column(column.as_str().unwrap_or_default()))
                    })
                    .collect();
                // A file and its process may have the same hash.
                let own = self.mappings(collection, &members, query);
                all.extend(own.into_iter().filter(|mapping| !all.contains(mapping)).collect::<Vec<_>>());
            }
        }
        let most = limits::ENTITY_MAPPINGS;
        if all.len() > most {
            let (count, path) = (all.len(), "detectionAction.alertTemplate.entityMappings");
            let message =
                format!("The rule keeps {most} of {count} entity mappings: it can have at most {most}");
            self.note(&notes::ENTITY_LOST, path, message);
            all.truncate(most);
        }
        all.iter().map(|(entity, fields)| value(entity, fields)).collect()
    }

    /// The mappings of one item of a collection.
    fn mappings(
        &mut self,
        collection: &str,
        members: &[(&str, String)],
        query: &mut InWorkspace,
    ) -> Vec<Mapping> {
        let path = format!("detectionAction.alertTemplate.entityMappings.{collection}");
        let mut found: Vec<Mapping> = Vec::new();
        let mut lost = Vec::new();
        for (member, column) in members {
            if *member == DEVICE {
                continue;
            }
            match identifier(collection, member, members, column) {
                Some(("FileHash", algorithm)) => {
                    let named = query.constant(algorithm, &format!("{algorithm}Algorithm"));
                    found.push(("FileHash", vec![("Value", column.clone()), ("Algorithm", named)]));
                }
                Some((entity, identifier)) => {
                    let known = found.iter_mut().find(|(own, _)| *own == entity);
                    match known {
                        Some((_, fields)) if fields.len() == limits::FIELD_MAPPINGS => lost.push(*member),
                        Some((_, fields)) => fields.push((identifier, column.clone())),
                        None => found.push((entity, vec![(identifier, column.clone())])),
                    }
                }
                None => lost.push(*member),
            }
        }
        let mut told = Vec::new();
        if members.iter().any(|(member, _)| *member == DEVICE) {
            let name = "DeviceName";
            if found.is_empty() && super::has(query.result.as_deref(), name) {
                found.push(("Host", vec![("FullName", name.to_owned())]));
                let message = format!(
                    "The host is mapped by `{name}`, because a rule has no identifier for `{DEVICE}`"
                );
                self.note(&notes::ENTITY_DERIVED, &path, message);
            }
            lost.push(DEVICE);
        }
        found.retain(|(entity, fields)| {
            let identifiers: Vec<&str> = fields.iter().map(|(identifier, _)| *identifier).collect();
            let complete =
                entities::entity_type(entity).is_some_and(|entity| entity.is_complete(&identifiers));
            if !complete {
                told.push(format!(
                    "`{collection}` is not mapped: {entity} needs another identifier than {}",
                    identifiers.join(" and ")
                ));
            }
            complete
        });
        told.extend(lost.iter().map(|member| {
            format!(
                "`{member}` of `{collection}` has no counterpart among the identifiers of an analytic rule"
            )
        }));
        for message in told {
            self.note(&notes::ENTITY_LOST, &path, message);
        }
        found
    }
}

/// The entity type and the identifier for a member; for a hash its algorithm instead.
fn identifier(
    collection: &str,
    member: &str,
    members: &[(&str, String)],
    column: &str,
) -> Option<(&'static str, &'static str)> {
    let has = |wanted: &[&str]| members.iter().any(|(member, _)| wanted.contains(member));
    let found = match (collection, member) {
        ("hosts", "nameColumn")
            if !has(&["dnsDomainColumn", "ntDomainColumn"]) && !column.ends_with("ostName") =>
        {
            ("Host", "FullName")
        }
        ("accounts", "upnColumn") => ("Account", "FullName"),
        ("accounts", "nameColumn") if members.len() == 1 => ("Account", "FullName"),
        ("files" | "processes", "sha1Column") => ("FileHash", "SHA1"),
        ("files" | "processes", "sha256Column") => ("FileHash", "SHA256"),
        ("mailMessages", "senderColumn") => ("MailMessage", "Sender"),
        _ => defender::sentinel_entities()
            .iter()
            .filter(|entity| entity.collection == Some(collection))
            .find_map(|entity| {
                let (identifier, _) = entity.fields().find(|(_, own)| *own == member)?;
                Some((entity.name, identifier))
            })?,
    };
    Some(found)
}

fn value(entity: &str, fields: &[(&str, String)]) -> Value {
    let fields: Vec<Value> = fields
        .iter()
        .map(|(identifier, column)| json!({"identifier": identifier, "columnName": column}))
        .collect();
    json!({"entityType": entity, "fieldMappings": fields})
}
