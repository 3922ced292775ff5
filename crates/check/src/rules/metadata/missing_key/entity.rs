//! Entity mappings in another shape: identifiers or the type as keys, or the keys of a field mapping without `fieldMappings`.

use super::MissingKey;
use crate::content::schema::Violation;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::knowledge::entities::{entity_type, entity_type_ignore_case, entity_types};
use crate::rules::Context;
use crate::rules::words::listed;
use crate::source::Span;
use crate::yaml::edit::indent_entry;
use crate::yaml::{Entry, Mapping};

/// The keys of a field mapping.
const FIELD: [&str; 2] = ["identifier", "columnName"];

/// A mapping of `entityMappings` that has what it needs in another shape.
enum Shape<'a> {
    /// `Address: IPAddress`, in an item of `fieldMappings` or in place of it.
    Identifiers { entries: &'a [Entry], dash: Option<u32> },
    /// The keys of a field mapping in place of `fieldMappings`.
    NoList(&'a [Entry]),
    /// `- IP: ...`
    Type(&'a Entry),
}

/// Takes such mappings out of those that lack keys, and returns what is said of them.
pub(super) fn taken(cx: &Context<'_>, lacking: &mut Vec<(&Violation, Vec<&str>)>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    lacking.retain(|(violation, _)| {
        let finding = finding(cx, &violation.pointer);
        let told = finding.is_some();
        found.extend(finding.map(|finding| finding.path(violation.pointer.clone())));
        !told
    });
    found
}

/// Whether what is said of the mapping at a pointer explains this key of it, which the format does not have.
pub(in crate::rules) fn explains(cx: &Context<'_>, pointer: &str, key: &str) -> bool {
    let is_key = |entry: &Entry| entry.name() == Some(key);
    shape(cx, pointer).is_some_and(|(_, shape)| match shape {
        Shape::Identifiers { entries, .. } | Shape::NoList(entries) => entries.iter().any(is_key),
        Shape::Type(entry) => is_key(entry),
    })
}

fn shape<'a>(cx: &'a Context<'_>, pointer: &str) -> Option<(&'a Mapping, Shape<'a>)> {
    let rest = pointer.strip_prefix("/entityMappings/")?;
    let root = cx.content.root()?;
    let map = root.pointer(pointer)?.as_mapping()?;
    if let Some((mapping, item)) = rest.split_once("/fieldMappings/") {
        let mapping = root.pointer(&format!("/entityMappings/{mapping}"))?;
        let entries = &map.entries[..];
        let list = mapping.entry("fieldMappings")?.value.as_sequence()?;
        let dash = list.dashes.get(item.parse::<usize>().ok()?).copied();
        let of = mapping.entry("entityType").and_then(|entry| entry.value.as_str());
        return are_identifiers(entries, of).then_some((map, Shape::Identifiers { entries, dash }));
    }
    if rest.contains('/') || map.entry("fieldMappings").is_some() {
        return None;
    }
    let of = map.entry("entityType");
    if let Some(entry) = map.entries.first().filter(|_| of.is_none())
        && entry.name().is_some_and(|name| entity_type(name).is_some())
    {
        return Some((map, Shape::Type(entry)));
    }
    // The others stand together, so that they can become a list as they are.
    let others = match map.entries.iter().position(|entry| entry.name() == Some("entityType")) {
        Some(0) => &map.entries[1..],
        Some(at) if at + 1 == map.entries.len() => &map.entries[..at],
        Some(_) => return None,
        None => &map.entries[..],
    };
    let of_field = |entry: &Entry| entry.name().is_some_and(|name| FIELD.contains(&name));
    if !others.is_empty() && others.iter().all(of_field) {
        return Some((map, Shape::NoList(others)));
    }
    let identifies = are_identifiers(others, of.and_then(|entry| entry.value.as_str()));
    identifies.then_some((map, Shape::Identifiers { entries: others, dash: None }))
}

/// Whether all keys are identifiers of an entity type, or of any where it is not known, and all values can be columns.
fn are_identifiers(entries: &[Entry], of: Option<&str>) -> bool {
    let entity = of.and_then(entity_type_ignore_case);
    let knows = |name: &str| match entity {
        Some(entity) => entity.knows(name),
        None => entity_types().iter().any(|entity| entity.knows(name)),
    };
    let is_one = |entry: &Entry| {
        let column = entry.value.as_str().is_some_and(|text| !text.is_empty());
        column && entry.name().is_some_and(knows)
    };
    !entries.is_empty() && entries.iter().all(is_one)
}

fn finding(cx: &Context<'_>, pointer: &str) -> Option<Diagnostic> {
    let (map, shape) = shape(cx, pointer)?;
    let typed = map.entry("entityType").is_some();
    match shape {
        Shape::Identifiers { entries, dash } => {
            let first = entries.first()?;
            let name = first.name()?;
            let written = format!("`identifier: {name}` and `columnName: {}`", first.value.as_str()?);
            let in_list = pointer.contains("/fieldMappings/");
            let help = match (in_list, typed) {
                (true, _) => format!("Use {written}."),
                (false, true) => format!("Add `fieldMappings:` with an item that has {written}."),
                (false, false) => {
                    format!("Add `entityType:`, and `fieldMappings:` with an item that has {written}.")
                }
            };
            let edits = match dash {
                Some(dash) => in_items(cx, map, dash),
                None => (typed && !in_list && !map.flow).then(|| in_new_list(cx, entries)),
            };
            let message = format!("`{name}` must be the value of `identifier`, not a key");
            let fix = edits.and_then(|edits| Fix::r#unsafe("Write it as the value of `identifier`", edits));
            Some(MissingKey::at(first.key.span, message).help(help).fix(fix))
        }
        Shape::NoList(entries) => {
            let names: Vec<String> =
                entries.iter().filter_map(|entry| Some(format!("`{}`", entry.name()?))).collect();
            let message = format!("{} must be in an item of `fieldMappings`", listed(&names, "and"));
            let help = if typed {
                "Add `fieldMappings:` with an item for them."
            } else {
                "Add `entityType:` with the type of entity, and `fieldMappings:` with an item for them."
            };
            let edits = (typed && !map.flow).then(|| below_new_list(cx, entries)).flatten();
            let fix = edits.and_then(|edits| Fix::r#unsafe("Put them in an item of `fieldMappings`", edits));
            Some(MissingKey::at(entries.first()?.key.span, message).help(help).fix(fix))
        }
        Shape::Type(entry) => {
            let name = entry.name()?;
            let message = format!("`{name}` must be the value of `entityType`, not a key");
            let help = format!(
                "Use `entityType: {name}`, and `fieldMappings:` with an `identifier` and a `columnName` for each column."
            );
            Some(MissingKey::at(entry.key.span, message).help(help))
        }
    }
}

fn column(cx: &Context<'_>, offset: u32) -> usize {
    cx.source().position(offset as usize).column.saturating_sub(1)
}

/// `identifier: NAME` and `columnName: COLUMN`, the second on its own line at this indentation.
fn field(cx: &Context<'_>, entry: &Entry, indent: usize) -> String {
    let (key, value) = (cx.source().slice(entry.key.span), cx.source().slice(entry.value.span));
    format!("identifier: {key}{}{}columnName: {value}", cx.source().line_end(), " ".repeat(indent))
}

fn whole(entry: &Entry) -> Span {
    Span { start: entry.key.span.start, end: entry.value.span.end }
}

/// Each identifier in an item of the list that the first is in.
fn in_items(cx: &Context<'_>, map: &Mapping, dash: u32) -> Option<Vec<Edit>> {
    if map.flow {
        return None;
    }
    let dash = column(cx, dash);
    let edits = map.entries.iter().enumerate().map(|(at, entry)| {
        let indent = column(cx, entry.key.span.start);
        let text = field(cx, entry, indent);
        if at == 0 {
            return Some(Edit::new(whole(entry), text));
        }
        let line = cx.source().line_span(cx.source().line_of(entry.key.span.start as usize));
        let marker = format!("{}-{}", " ".repeat(dash), " ".repeat(indent.checked_sub(dash + 1)?));
        Some(Edit::new(Span { start: line.start, end: entry.value.span.end }, marker + &text))
    });
    edits.collect()
}

/// The identifiers as the items of a new list.
fn in_new_list(cx: &Context<'_>, entries: &[Entry]) -> Vec<Edit> {
    let item = |(at, entry): (usize, &Entry)| {
        let indent = column(cx, entry.key.span.start);
        let text = format!("- {}", field(cx, entry, indent + 4));
        let list = format!("fieldMappings:{}{}", cx.source().line_end(), " ".repeat(indent));
        Edit::new(whole(entry), if at == 0 { format!("{list}  {text}") } else { format!("  {text}") })
    };
    entries.iter().enumerate().map(item).collect()
}

/// The keys of a field mapping, moved into the first item of a new list.
fn below_new_list(cx: &Context<'_>, entries: &[Entry]) -> Option<Vec<Edit>> {
    let (first, rest) = entries.split_first()?;
    let start = first.key.span.start;
    let list = format!("fieldMappings:{}{}  - ", cx.source().line_end(), " ".repeat(column(cx, start)));
    let mut edits = vec![Edit::insert(start as usize, list)];
    for entry in rest {
        edits.extend(indent_entry(cx.source(), entry, 4)?);
    }
    Some(edits)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Applicability::Unsafe;
    use crate::rules::testing::{fixes, messages};

    fn text(mapping: &str) -> String {
        format!("id: x\nname: n\ndescription: d\nquery: T\nentityMappings:\n{mapping}")
    }

    #[test]
    fn the_shape_of_an_entity_mapping_is_one_finding() {
        let right =
            "  - entityType: Host\n    fieldMappings:\n      - identifier: HostName\n        columnName: A\n";
        let both = format!("{right}      - identifier: DnsDomain\n        columnName: B\n");
        for (mapping, message, fixed) in [
            (
                "  - entityType: Host\n    fieldMappings:\n      - HostName: A\n",
                "`HostName` must be the value of `identifier`, not a key",
                Some(right),
            ),
            (
                "  - entityType: Host\n    fieldMappings:\n      - HostName: A\n        DnsDomain: B\n",
                "`HostName` must be the value of `identifier`, not a key",
                Some(&*both),
            ),
            (
                "  - entityType: Host\n    HostName: A\n",
                "`HostName` must be the value of `identifier`, not a key",
                Some(right),
            ),
            (
                "  - entityType: Host\n    HostName: A\n    DnsDomain: B\n",
                "`HostName` must be the value of `identifier`, not a key",
                Some(&*both),
            ),
            (
                "  - entityType: Host\n    identifier: HostName\n    columnName: A\n",
                "`identifier` and `columnName` must be in an item of `fieldMappings`",
                Some(right),
            ),
            (
                "  - identifier: HostName\n    columnName: A\n",
                "`identifier` and `columnName` must be in an item of `fieldMappings`",
                None,
            ),
            ("  - Host: A\n", "`Host` must be the value of `entityType`, not a key", None),
            ("  - {HostName: A}\n", "`HostName` must be the value of `identifier`, not a key", None),
        ] {
            let text = text(mapping);
            assert_eq!(messages("missing-key", &text), [message], "{mapping}");
            assert_eq!(messages("unknown-key", &text), [""; 0], "{mapping}");
            let fixed: Vec<_> = fixed.map(|fixed| (Unsafe, self::text(fixed))).into_iter().collect();
            assert_eq!(fixes("missing-key", "a.yaml", &text), fixed, "{mapping}");
        }
    }

    #[test]
    fn other_keys_are_told_as_everywhere() {
        for mapping in [
            "  - entityType: Host\n    Comment: A\n",
            "  - entityType: Host\n    fieldMappings:\n      - Column: A\n",
            "  - entityType: IP\n    fieldMappings:\n      - HostName: A\n",
        ] {
            let text = text(mapping);
            assert_eq!(messages("unknown-key", &text).len(), 1, "{mapping}");
            assert_eq!(messages("missing-key", &text).len(), 1, "{mapping}");
        }
    }
}
