//! A saved search of the category Hunting Queries as a hunting query.

use serde_json::{Value, json};

use super::collect::Found;
use super::draft::{Draft, description, list, no_connectors, techniques, unique};
use super::properties::{Converted, PropertyReader};
use super::scope::member;
use crate::content::Kind;
use crate::content::fields::{self, Type};
use crate::convert::notes::{KEY_LOST, LINE_ENDS_CHANGED, SEARCH_LOST};

/// The hunting query as YAML; `None` for saved searches of other categories.
pub(super) fn read(found: &Found, reader: &mut PropertyReader<'_>) -> Converted {
    let category = reader.trimmed("category").unwrap_or_default();
    if !category.eq_ignore_ascii_case("Hunting Queries") {
        let of =
            if category.is_empty() { "no category".to_owned() } else { format!("the category {category}") };
        let message = format!("a saved search of {of} is not a hunting query; skipped");
        reader.note(&SEARCH_LOST, None, message);
        return Ok(None);
    }
    let mut draft = Draft::begin(found, reader)?;
    let mut tags = Tags::read(reader);
    let mut text = tags.take("description");
    if let Some(text) = text.as_mut().filter(|text| text.contains('\r') && !reader.own) {
        *text = text.replace("\r\n", "\n").replace('\r', "\n");
        let message = "the carriage returns of the description are removed, so that it can be a block scalar";
        reader.note(&LINE_ENDS_CHANGED, Some("tags"), message);
    }
    draft.put("description", description(text));
    draft.put("requiredDataConnectors", Some(json!([])));
    no_connectors(reader);
    draft.put("tactics", list(tags.list("tactics")));
    let mut parents = tags.list("techniques");
    parents.extend(tags.list("relevantTechniques"));
    let subs = tags.list("subTechniques");
    // A single list holds sub-techniques as well, in an order of its own.
    draft.put(
        "relevantTechniques",
        list(if subs.is_empty() { unique(parents) } else { techniques(&parents, &subs) }),
    );
    for (name, _) in tags.0 {
        let message = format!("the tag `{name}` is omitted: YAML content has no such key");
        reader.note(&KEY_LOST, Some("tags"), message);
    }
    // What every saved search has, and says nothing of the query.
    for key in ["version", "eTag", "etag"] {
        reader.value(key, &Type::Any);
    }
    reader.report_unmapped();
    Ok(Some((Kind::HuntingQuery, draft.0)))
}

/// The tags that have not been taken yet.
struct Tags(Vec<(String, String)>);

impl Tags {
    fn read(reader: &mut PropertyReader<'_>) -> Self {
        let tags = reader.value("tags", &fields::LIST);
        let mut all = Vec::new();
        for tag in tags.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
        {
            let text = |key: &str| member(tag, key).and_then(Value::as_str).map(str::to_owned);
            match (text("name"), text("value")) {
                (Some(name), Some(value)) => all.push((name, value)),
                (Some(_), None) | (None, Some(_)) => {}
                // Names and values without a list, as other resources have them.
                (None, None) => {
                    let pair =
                        |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
                    all.extend(tag.iter().filter_map(pair));
                }
            }
        }
        Self(all)
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known.trim().eq_ignore_ascii_case(name))?;
        Some(self.0.remove(at).1)
    }

    fn list(&mut self, name: &str) -> Vec<String> {
        let text = self.take(name).unwrap_or_default();
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        unique(items.map(str::to_owned).collect())
    }
}
