//! The members of a detection: which there are, which must be there, and of which type. The rules on keys of any content
//! ask here for those of detections.

use super::{Seen, seen};
use crate::content::detection::shape::{Member, RULE, Type};
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::knowledge::defender::READ_ONLY;
use crate::rules::Context;
use crate::source::Span;
use crate::yaml::{Entry, Mapping, Node, ScalarType, Value};

/// Something wrong with the members of a mapping.
pub(in crate::rules) enum Fault<'a> {
    /// The mapping at a path lacks these members.
    Missing { path: String, names: Vec<&'static str>, place: Span },
    /// A required text that is empty, and that no other rule looks at.
    Empty { path: String, span: Span },
    /// A member that nobody knows.
    Unknown { path: String, entry: &'a Entry, known: Vec<&'static str> },
    /// A value of another type.
    WrongType { path: String, node: &'a Node, wanted: &'static str },
}

/// What is wrong with the members of the detections of a file.
pub(in crate::rules) fn faults<'a>(cx: &Context<'a>) -> Vec<Fault<'a>> {
    let mut found = Vec::new();
    if !cx.content.document.errors.is_empty() {
        return found;
    }
    for seen in seen(cx) {
        let body = seen.detection.body;
        let Some(map) = body.as_mapping() else {
            found.push(Fault::WrongType {
                path: "the detection".to_owned(),
                node: body,
                wanted: "a mapping",
            });
            continue;
        };
        let place = map.entries.first().map_or(body.span, |entry| entry.key.span);
        look(&seen, map, RULE, "", place, &mut found);
    }
    found
}

/// The member that a key of another format is meant as.
pub(in crate::rules) fn member_meant(path: &str, name: &str) -> Option<&'static str> {
    Some(match (path, &*name.to_ascii_lowercase()) {
        ("", "name") => "displayName",
        ("", "enabled" | "state") => "status",
        ("queryCondition", "query" | "kql") => "queryText",
        ("schedule", "interval" | "queryfrequency") => "frequency",
        ("detectionAction.alertTemplate", "name" | "displayname") => "title",
        _ => return None,
    })
}

fn look<'a>(
    seen: &Seen<'a>,
    map: &'a Mapping,
    members: &'static [Member],
    path: &str,
    place: Span,
    found: &mut Vec<Fault<'a>>,
) {
    let full = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let is_old = |name: &str| seen.detection.old_members().any(|(old, ..)| old == full(name));
    // What has an old member lacks the new one for a reason that is told.
    let replaced = |name: &str| {
        let olds: &[&str] = match name {
            "status" => &["isEnabled"],
            "frequency" => &["period"],
            "entityMappings" => &["impactedAssets"],
            "id" => &["isEnabled", "schedule"],
            _ => &[],
        };
        let old_rule = name == "id" && seen.detection.old_members().next().is_some();
        old_rule || name != "id" && olds.iter().any(|old| map.entry(old).is_some())
    };
    let missing: Vec<&'static str> = members
        .iter()
        .filter(|member| member.required && map.entry(member.name).is_none() && !replaced(member.name))
        .filter(|member| {
            !map.entries.iter().any(|entry| {
                entry.name().is_some_and(|name| {
                    let meant = member_meant(path, name) == Some(member.name);
                    (meant || crate::similar::is_slip(name, member.name))
                        && !members.iter().any(|known| known.name == name)
                })
            })
        })
        .map(|member| member.name)
        .collect();
    if !missing.is_empty() {
        found.push(Fault::Missing { path: path.to_owned(), names: missing, place });
    }
    for entry in &map.entries {
        let Some(name) = entry.name() else { continue };
        let Some(member) = members.iter().find(|member| member.name == name) else {
            let set = READ_ONLY.contains(&&*full(name)) || name.starts_with("@odata.");
            if !set && !is_old(name) {
                let known = members.iter().map(|member| member.name).collect();
                found.push(Fault::Unknown { path: path.to_owned(), entry, known });
            }
            continue;
        };
        let inner = full(name);
        let wrong = |wanted| Fault::WrongType { path: inner.clone(), node: &entry.value, wanted };
        match (member.ty, &entry.value.value) {
            (Type::Mapping(members), Value::Mapping(map)) => {
                look(seen, map, members, &inner, entry.key.span, found);
            }
            (Type::List(members), Value::Sequence(list)) => {
                for item in &list.items {
                    match item.as_mapping() {
                        Some(map) => {
                            let place = map.entries.first().map_or(item.span, |entry| entry.key.span);
                            look(seen, map, members, &inner, place, found);
                        }
                        None if members.is_empty() => {}
                        None => found.push(Fault::WrongType {
                            path: inner.clone(),
                            node: item,
                            wanted: "a mapping",
                        }),
                    }
                }
            }
            (Type::Names, Value::Mapping(_)) | (Type::Any, _) => {}
            (Type::Mapping(_) | Type::Names, _) => found.push(wrong("a mapping")),
            (Type::List(_), _) => found.push(wrong("a list")),
            (Type::Text, Value::Scalar(_)) if entry.value.scalar_type() == Some(ScalarType::Str) => {
                let is_blank = entry.value.as_str().is_some_and(|text| text.trim().is_empty());
                if member.required && is_blank && ["queryText", "description"].contains(&name) {
                    found.push(Fault::Empty { path: inner.clone(), span: entry.value.span });
                }
            }
            // A number may stand where a text is meant: an id of digits.
            (Type::Text, Value::Scalar(_)) if entry.value.scalar_type() == Some(ScalarType::Int) => {}
            (Type::Boolean, Value::Scalar(_)) if entry.value.scalar_type() == Some(ScalarType::Bool) => {}
            // `true` is a word that the rule on this value knows.
            (Type::Text, Value::Scalar(_))
                if inner == "status" && entry.value.scalar_type() == Some(ScalarType::Bool) => {}
            (Type::Text, _) => found.push(wrong("a string")),
            (Type::Boolean, _) => found.push(wrong("true or false")),
        }
    }
}

/// The path of a member in a sentence.
pub(in crate::rules) fn owner(path: &str) -> String {
    if path.is_empty() { "a custom detection".to_owned() } else { format!("`{path}`") }
}

/// A finding on missing members.
pub(in crate::rules) fn missing(
    at: impl Fn(Span, String) -> Diagnostic,
    path: &str,
    names: &[&str],
    place: Span,
) -> Diagnostic {
    let what = super::listed(names);
    let (noun, verb) = if names.len() == 1 { ("key", "is") } else { ("keys", "are") };
    let message =
        format!("{} needs the {noun} {what}, which {verb} missing", crate::source::capitalized(&owner(path)));
    at(place, message).help(format!("Add {what}."))
}

/// Whether the mapping that holds an entry lacks a member.
pub(in crate::rules) fn lacks(cx: &Context<'_>, path: &str, entry: &Entry, member: &str) -> bool {
    let holds = |map: &Mapping| map.entries.iter().any(|own| std::ptr::eq(own, entry));
    seen(cx).iter().any(|seen| {
        let map = match path {
            "" => seen.detection.body.as_mapping(),
            path => seen.detection.entry(path).and_then(|entry| entry.value.as_mapping()),
        };
        map.is_some_and(|map| holds(map) && map.entry(member).is_none())
    })
}

/// What to do about a value of another type, and the fix where the value can stay as a member.
pub(in crate::rules) fn advice(cx: &Context<'_>, path: &str, node: &Node) -> (String, Option<Fix>) {
    let (member, example) = match path {
        "schedule" => ("frequency", "PT1H"),
        "queryCondition" => ("queryText", "..."),
        "detectionAction.alertTemplate.tactics" => ("tactic", "CommandAndControl"),
        "detectionAction.alertTemplate.tactics.techniques" => ("technique", "T1219"),
        _ => return ("Write the value in that form.".to_owned(), None),
    };
    let scalar = node.scalar().filter(|scalar| !scalar.style.is_block());
    let value = scalar.map_or(example, |scalar| scalar.text.trim());
    let written = cx.source().slice(node.span);
    let json = cx.source().text().trim_start().starts_with('{');
    let flow = scalar.is_some_and(|scalar| scalar.in_flow);
    let text = match path {
        "schedule" | "queryCondition" if !flow => {
            let start = node.span.start as usize;
            let line = cx.source().text()[..start].rfind('\n').map_or(0, |at| at + 1);
            let before = &cx.source().text()[line..start];
            let indent = before.len() - before.trim_start().len() + 2;
            format!("{}{:indent$}{member}: {written}", cx.source().line_end(), "")
        }
        _ if json => format!("{{\"{member}\": {written}}}"),
        _ if flow => format!("{{{member}: {written}}}"),
        _ => format!("{member}: {written}"),
    };
    let fix = scalar
        .and_then(|_| Fix::r#unsafe(format!("Make it the key `{member}`"), [Edit::new(node.span, text)]));
    (format!("Use a mapping such as `{member}: {value}`."), fix)
}
