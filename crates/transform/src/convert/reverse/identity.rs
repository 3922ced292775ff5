//! What a resource is called: its id, its title in messages, the name of its file.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::Yaml;
use super::collect::{Found, ResourceKind, last_part};
use super::properties::PropertyReader;
use super::scope::{UNKNOWN, member};
use crate::convert::notes::{ID_DERIVED, TEMPLATE_ID_LOST};

/// The namespace of ids that had to be made.
const IDS: Uuid = Uuid::from_u128(0x2f6c_0b7e_5a4d_4b1f_9c63_81d0_e97a_3d42);

/// The most characters of a file name made from a title.
const LONGEST: usize = 80;

/// How messages name a resource.
pub(super) fn title(found: &Found, properties: &Map<String, Value>) -> String {
    match member(properties, "displayName").and_then(Value::as_str).filter(|name| !name.trim().is_empty()) {
        Some(name) => format!("\"{}\"", name.trim()),
        None => match last_part(&found.name) {
            name if name.contains(UNKNOWN) => "A resource without a name".to_owned(),
            name => format!("`{name}`"),
        },
    }
}

/// The id: the GUID of the resource's name or id, else that of the metadata beside it, else that of the template it was
/// made from, else one that stays the same as long as its name does.
pub(super) fn id(found: &Found, display_name: &str, reader: &mut PropertyReader<'_>) -> String {
    let template = reader.trimmed("alertRuleTemplateName");
    let own_name = own_name(found);
    // What we wrote holds the id of the file that it was made from, whatever that looks like.
    if let Some(id) = found.package.content_id.as_deref().or(own_name).filter(|_| reader.own) {
        return id.to_owned();
    }
    let resource_id = member(&found.resource, "id").and_then(Value::as_str).map(|id| found.scope.name(id));
    let ids = [
        own_name.and_then(guid),
        resource_id.as_deref().map(last_part).and_then(guid),
        own_name.and_then(guid_within),
        found.package.content_id.as_deref().and_then(guid),
    ];
    let known = ids.into_iter().flatten().next();
    match (known, template.as_deref().and_then(guid)) {
        (Some(id), from) => {
            if from.is_some_and(|from| !from.eq_ignore_ascii_case(&id)) {
                reader.note(
                    &TEMPLATE_ID_LOST,
                    Some("alertRuleTemplateName"),
                    "the template that the rule was created from has a different id, which is omitted",
                );
            }
            id
        }
        (None, Some(from)) => from,
        (None, None) => {
            // Ids must stay what they are, so these words must too.
            let kind = match found.kind {
                ResourceKind::Rule => "Rule",
                ResourceKind::RuleTemplate => "RuleTemplate",
                ResourceKind::SavedSearch => "Search",
            };
            let seed = format!("{kind}\n{}\n{display_name}", own_name.unwrap_or_default());
            let made = Uuid::new_v5(&IDS, seed.as_bytes()).to_string();
            let message = format!("the template has no GUID; the id {made} is derived from its name");
            reader.note(&ID_DERIVED, None, message);
            made
        }
    }
}

/// The resource's own name, without the workspace and the provider before it.
fn own_name(found: &Found) -> Option<&str> {
    let name = &found.name;
    let provider = "microsoft.securityinsights/";
    let start = match name.to_ascii_lowercase().find(provider) {
        Some(at) if found.kind != ResourceKind::SavedSearch => at + provider.len(),
        _ => name.find('/').map_or(0, |at| at + 1),
    };
    name.get(start..).filter(|own| !own.is_empty() && !own.contains(UNKNOWN))
}

fn guid(text: &str) -> Option<String> {
    let text = text.trim();
    (text.len() == 36 && Uuid::try_parse(text).is_ok()).then(|| text.to_owned())
}

fn guid_within(text: &str) -> Option<String> {
    (0..text.len()).filter_map(|start| text.get(start..start + 36)).find_map(guid)
}

/// The file name that suits an item: that of the file from which a solution was made, else its title in words.
pub(super) fn file_name(found: &Found, map: &Map<String, Value>) -> String {
    not_a_device(chosen_name(found, map))
}

fn chosen_name(found: &Found, map: &Map<String, Value>) -> String {
    if let Some(file) = &found.package.file {
        let safe = |c: char| {
            if c.is_alphanumeric() || matches!(c, '-' | '_' | ' ' | '(' | ')' | '.') { c } else { '-' }
        };
        let file: String = file.chars().map(safe).collect();
        let file = file.trim_matches(['.', ' ']).to_owned();
        if !file.is_empty() && file.len() < 200 {
            return file;
        }
    }
    let text = |key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default();
    let named = words(text("name"));
    let name = if named.is_empty() { words(text("id")) } else { named };
    if name.is_empty() { "content".to_owned() } else { name }
}

/// Windows opens a device and no file where a name up to its first dot is one of these, in any case.
fn not_a_device(name: String) -> String {
    let stem = name.split('.').next().unwrap_or_default();
    let bare = stem.trim_end();
    let numbered = |of: &str| {
        let head = bare.get(..3).filter(|head| head.eq_ignore_ascii_case(of));
        head.is_some()
            && matches!(&bare[3..], "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
    };
    let named = ["con", "prn", "aux", "nul"].iter().any(|device| bare.eq_ignore_ascii_case(device));
    if !named && !numbered("com") && !numbered("lpt") {
        return name;
    }
    let rest = &name[stem.len()..];
    format!("{bare}_{rest}")
}

fn words(text: &str) -> String {
    let mut out = String::new();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if !out.is_empty() && out.len() + 1 + word.len() > LONGEST {
            break;
        }
        if !out.is_empty() {
            out.push('-');
        }
        out.extend(word.chars().take(LONGEST).map(|c| c.to_ascii_lowercase()));
    }
    out
}

/// Numbers the names that several items of a kind have, whatever their case.
pub(super) fn part_names(items: &mut [Yaml]) {
    let mut taken: Vec<(crate::content::Kind, String)> = Vec::new();
    for item in items {
        let rule = item.kind.is_rule();
        let is_taken = |name: &str, taken: &[(crate::content::Kind, String)]| {
            taken.iter().any(|(kind, known)| kind.is_rule() == rule && known.eq_ignore_ascii_case(name))
        };
        let mut name = item.file_name.clone();
        let mut number = 2;
        while is_taken(&name, &taken) {
            name = format!("{}-{number}", item.file_name);
            number += 1;
        }
        taken.push((item.kind, name.clone()));
        item.file_name = name;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Kind;

    #[test]
    fn guids_are_found() {
        let id = "6e3a1d0c-9f3b-4b60-8c3e-0a4f4c2d7b11";
        assert_eq!(guid(id).as_deref(), Some(id));
        assert_eq!(guid(&id.replace('-', "")), None);
        assert_eq!(guid_within(&format!("é_{id}_x")).as_deref(), Some(id));
        assert_eq!(guid_within("é".repeat(40).as_str()), None);
    }

    #[test]
    fn no_file_has_the_name_of_a_device() {
        let named = |name: &str| not_a_device(name.to_owned());
        for (name, file) in
            [("con", "con_"), ("NUL", "NUL_"), ("aux.test", "aux_.test"), ("Lpt9 .a.b", "Lpt9_.a.b")]
        {
            assert_eq!(named(name), file);
        }
        for name in ["content", "com0", "com10", "lpt", "con-2", "a.con", "", "über"] {
            assert_eq!(named(name), name);
        }
    }

    #[test]
    fn titles_become_file_names_which_differ() {
        assert_eq!(words("Remote tool: seen (2024)!"), "remote-tool-seen-2024");
        assert_eq!(words("é / ü"), "");
        assert_eq!(words(&"word ".repeat(40)).len(), 79);
        let yaml = |name: &str, kind| {
            let (id, place, text) = (String::new(), crate::source::Span::default(), String::new());
            Yaml { kind, id, place, file_name: name.into(), text }
        };
        let mut items = [
            yaml("a", Kind::NrtRule),
            yaml("A", Kind::ScheduledRule),
            yaml("a", Kind::HuntingQuery),
            yaml("a", Kind::ScheduledRule),
        ];
        part_names(&mut items);
        assert_eq!(items.map(|item| item.file_name), ["a", "A-2", "a", "a-3"]);
    }
}
