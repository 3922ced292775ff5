//! Values of the wrong type in words: what stands there, what belongs there, and what to write.

use crate::content::fields::{Field, Format, Place, Type};
use crate::diagnostic::Fix;
use crate::knowledge::tactics;
use crate::rules::Context;
use crate::rules::words::PROSE;
use crate::source::{Edit, Span};
use crate::yaml::edit::{quote_if_needed, replace_value};
use crate::yaml::pointer::readable;
use crate::yaml::{Entry, Mapping, Node, ScalarStyle, ScalarType, Value};

/// What to do about a value that is of none of the expected JSON types, and a fix where there is just one way.
pub(super) fn advice(
    cx: &Context<'_>,
    pointer: &str,
    expected: &[String],
    node: Option<&Node>,
) -> (String, Option<Fix>) {
    let wants = |name: &str| expected.iter().any(|expected| expected == name);
    let Some(node) = node else { return (general(expected), None) };
    if let Some(meant) = meant_below(cx, pointer, node).filter(|_| wants("object")) {
        return meant;
    }
    if let Some(meant) = bracketed_text(cx, pointer, node).filter(|_| wants("string")) {
        return meant;
    }
    if let Some(meant) = id_with_name(cx, pointer, node).filter(|_| wants("string")) {
        return meant;
    }
    if let Some(meant) =
        words_in_braces(cx, node, wants("array")).filter(|_| wants("array") || wants("string"))
    {
        return meant;
    }
    match &node.value {
        Value::Mapping(map) if wants("array") => match map.entries.first().and_then(|first| first.name()) {
            Some(key) => {
                let fix = Fix::r#unsafe("Put a `-` before the first key", dashed(cx, map));
                (format!("Start each list item with a dash: `- {key}: ...`."), fix)
            }
            None => ("Write each item on a separate line that starts with `- `.".into(), None),
        },
        Value::Scalar(scalar) if wants("array") => {
            (format!("Put `- {}` on a separate line below the key.", scalar.text.trim()), None)
        }
        Value::Scalar(scalar)
            if wants("object") && pointer == "/eventGroupingSettings" && !scalar.in_flow =>
        {
            let text =
                format!("{}  aggregationKind: {}", cx.source().line_end(), cx.source().slice(node.span));
            let fix = Fix::r#unsafe("Make it the key `aggregationKind`", [Edit::new(node.span, text)]);
            (keys_of(cx, pointer), fix)
        }
        _ if wants("object") => (keys_of(cx, pointer), None),
        Value::Scalar(scalar) => {
            let text = scalar.text.trim();
            let value = match text.to_ascii_lowercase().as_str() {
                _ if wants("integer") && text.parse::<u32>().is_ok() => text,
                "true" | "yes" | "on" if wants("boolean") => "true",
                "false" | "no" | "off" if wants("boolean") => "false",
                _ if wants("string") && scalar.style == ScalarStyle::Plain => {
                    let quoted = replace_value(node, &format!("\"{}\"", scalar.text));
                    let fix = Fix::safe("Put it in quotes", [quoted]);
                    return (format!("Put it in quotes to make it a string: `\"{text}\"`."), fix);
                }
                _ => return (general(expected), None),
            };
            let fix = Fix::safe(format!("Replace with `{value}`"), [replace_value(node, value)]);
            let quotes = if scalar.style == ScalarStyle::Plain { "" } else { " without quotes" };
            (format!("Use `{value}`{quotes}."), fix)
        }
        Value::Sequence(list) => match &list.items[..] {
            [item @ Node { value: Value::Scalar(only), .. }] if !wants("array") => {
                let text = only.text.trim();
                let written = cx.source().slice(item.span);
                let fix = Fix::r#unsafe(format!("Replace with `{text}`"), [Edit::new(node.span, written)]);
                let fix = fix.filter(|_| list.flow && (wants("string") || wants("integer")));
                (format!("Use `{text}` as a single value, not as a list."), fix)
            }
            _ => (general(expected), None),
        },
        _ => (general(expected), None),
    }
}

/// What to do about a sentence that begins with a bracket or a brace and ends with one, which YAML reads as a list or a
/// mapping.
fn bracketed_text(cx: &Context<'_>, pointer: &str, node: &Node) -> Option<(String, Option<Fix>)> {
    let (sign, what) = match &node.value {
        Value::Sequence(list) if list.flow => ("[", "a list"),
        Value::Mapping(map) if map.flow => ("{", "a mapping"),
        _ => return None,
    };
    let key = pointer.rsplit('/').next().unwrap_or_default();
    let written = cx.source().slice(node.span);
    if !PROSE.iter().any(|prose| prose.eq_ignore_ascii_case(key)) || written.contains(['\n', '\r']) {
        return None;
    }
    let quoted = quote_if_needed(written);
    let help = format!("`{sign}` starts {what} in YAML: put the value in quotes, `{quoted}`.");
    Some((help, Fix::r#unsafe("Put the value in quotes", [Edit::new(node.span, quoted)])))
}

/// `tactics: {Impact}`, `id: {GUID}`: words in braces, which YAML reads as keys without values.
fn words_in_braces(cx: &Context<'_>, node: &Node, list: bool) -> Option<(String, Option<Fix>)> {
    let map = node.as_mapping().filter(|map| map.flow && !map.entries.is_empty())?;
    let no_value = |entry: &Entry| entry.value.span.is_empty() && entry.name().is_some();
    let written = cx.source().slice(node.span);
    let inside = written.strip_prefix('{')?.strip_suffix('}')?.trim();
    if !map.entries.iter().all(no_value) || (!list && map.entries.len() > 1) {
        return None;
    }
    let text = if list { format!("[{inside}]") } else { inside.to_owned() };
    let help = format!("Braces make a mapping in YAML: use `{text}`.");
    Some((help, Fix::r#unsafe(format!("Replace with `{text}`"), [Edit::new(node.span, text.clone())])))
}

/// `- T1078: Valid Accounts`, `- Impact:`: an id of ATT&CK with its name, which makes a mapping of it.
fn id_with_name(cx: &Context<'_>, pointer: &str, node: &Node) -> Option<(String, Option<Fix>)> {
    let map = node.as_mapping().filter(|map| map.entries.len() == 1)?;
    let entry = &map.entries[0];
    let id = entry.name().filter(|_| entry.value.is_null() || entry.value.as_str().is_some())?;
    let known = match pointer.split('/').nth(1)? {
        "relevantTechniques" => cx.technique(&id.to_ascii_uppercase()).is_some(),
        "tactics" => tactics::normalise_tactic(id).is_some(),
        _ => false,
    };
    let after = entry.key.span.end as usize;
    let colon = cx.source().text().get(after..)?.find(':').filter(|_| known && !map.flow)?;
    let span = Span::new(after, (after + colon + 1).max(entry.value.span.end as usize));
    let help = format!("Use `{id}` alone: a colon and a space after it make a mapping.");
    Some((help, Fix::r#unsafe(format!("Replace with `{id}`"), [Edit::delete(span)])))
}

fn general(expected: &[String]) -> String {
    let nouns: Vec<&str> = expected.iter().filter(|name| *name != "null").map(|name| noun(name)).collect();
    format!("Use {}.", nouns.join(" or "))
}

/// The edit that makes a mapping the one item of a list: the blanks before its first key become a dash.
fn dashed(cx: &Context<'_>, map: &Mapping) -> Option<Edit> {
    let first = map.entries.first().filter(|_| !map.flow)?.key.span.start as usize;
    let before = cx.source().text().get(..first)?;
    let line = before.rfind(['\n', '\r'])? + 1;
    let is_indented = before.len() > line + 1 && before[line..].bytes().all(|byte| byte == b' ');
    // Items may stand in the column of the key that holds the list, and no further to the left.
    let owner = before[..line].lines().rev().find(|line| {
        let text = line.trim_start();
        !text.is_empty() && !text.starts_with('#')
    })?;
    let column = owner.len() - owner.trim_start_matches([' ', '-']).len();
    (is_indented && before.len() - line >= column + 2).then(|| Edit::new(Span::new(first - 2, first), "- "))
}

/// What to do about a text that stands among the mappings of a list, and was meant for the empty list that ends the
/// mapping above it: its dash stands too far to the left.
fn meant_below(cx: &Context<'_>, pointer: &str, node: &Node) -> Option<(String, Option<Fix>)> {
    node.as_str()?;
    let (parent, index) = pointer.rsplit_once('/')?;
    let list = cx.content.root()?.pointer(parent)?.as_sequence()?;
    let index: usize = index.parse().ok()?;
    let above = list.items.get(..index)?.iter().rev().find_map(Node::as_mapping).filter(|map| !map.flow)?;
    let open = above.entries.last().filter(|entry| entry.value.is_null())?;
    let column = |offset: u32| cx.source().position(offset as usize).column;
    let dash = *list.dashes.get(index)?;
    let by = column(open.key.span.start).checked_sub(column(dash)).filter(|by| *by > 0)?;
    let name = open.name()?;
    let amount = if by == 2 { "two".to_owned() } else { by.to_string() };
    let help = format!(
        "Indent it by {amount}: it belongs to `{name}:` above, but its `-` is at the indentation of the outer list."
    );
    let edit = Edit::insert(dash as usize, " ".repeat(by));
    Some((help, Fix::r#unsafe(format!("Indent it by {amount}"), [edit])))
}

/// What to write where a mapping belongs: its keys, where it needs few.
fn keys_of(cx: &Context<'_>, pointer: &str) -> String {
    let place = Format::of(cx.kind()).and_then(|format| format.at(pointer));
    if let Some(Place { field: Field { ty: Type::Names(..), .. }, .. }) = place {
        return "Write a name and a column on each line: `Account: UserName`.".into();
    }
    let keys = place.map(|place| place.field.keys()).unwrap_or_default();
    let needed: Vec<&str> =
        keys.iter().filter(|field| field.is_required(cx.kind())).map(|field| field.key).collect();
    match needed[..] {
        [only] => format!("Write a mapping with `{only}`."),
        [first, second] => format!("Write a mapping with `{first}` and `{second}`."),
        _ => {
            let name = readable(pointer);
            format!("Write keys and values under `{name}`; `sentlint schema` shows the valid keys.")
        }
    }
}

/// A JSON type as people call it.
pub(super) fn noun(json_type: &str) -> &'static str {
    match json_type {
        "array" => "a list",
        "object" => "a mapping",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "`true` or `false`",
        _ => "a string",
    }
}

/// What a value is.
pub(super) fn found(node: &Node) -> &'static str {
    match (&node.value, node.scalar_type()) {
        (Value::Sequence(_), _) => "a list",
        (Value::Mapping(_), _) => "a mapping",
        (_, Some(ScalarType::Int | ScalarType::Float)) => "a number",
        (_, Some(ScalarType::Bool)) => "a Boolean",
        (_, Some(ScalarType::Null)) => "empty",
        _ => "a string",
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Applicability::{Safe, Unsafe};
    use crate::rules::Profile;
    use crate::rules::testing::{findings, fixes};

    const HEAD: &str = "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nname: N\ndescription: D\nquery: T\n";

    fn help(lines: &str) -> Vec<String> {
        let found = findings("wrong-type", "a.yaml", &format!("{HEAD}{lines}"), Profile::Recommended);
        found.into_iter().filter_map(|finding| finding.help).collect()
    }

    #[test]
    fn an_item_whose_dash_slid_to_the_left_goes_back_below_its_key() {
        let list = "requiredDataConnectors:\n- connectorId: SecurityEvents\n  dataTypes:\n";
        let told = help(&format!("{list}- SecurityEvent\n"));
        let words = "Indent it by two: it belongs to `dataTypes:` above, but its `-` is at the indentation of the outer list.";
        assert_eq!(told, [words]);
        let text = |items: &str| format!("{HEAD}{list}{items}tags: []\n");
        let slid = text("- SecurityEvent\n- Event\n");
        let fixed: Vec<_> = fixes("wrong-type", "a.yaml", &slid).into_iter().collect();
        assert_eq!(
            fixed,
            [(Unsafe, text("  - SecurityEvent\n- Event\n")), (Unsafe, text("- SecurityEvent\n  - Event\n")),]
        );
        let full =
            "requiredDataConnectors:\n- connectorId: SecurityEvents\n  dataTypes: [SecurityEvent]\n- Event\n";
        assert_eq!(help(full), ["Write a mapping with `connectorId` and `dataTypes`."]);
    }

    #[test]
    fn the_help_says_what_to_write() {
        for (lines, told) in [
            ("entityMappings: Host\n", "Put `- Host` on a separate line below the key."),
            ("entityMappings: [Host]\n", "Write a mapping with `entityType` and `fieldMappings`."),
            ("requiredDataConnectors: [x]\n", "Write a mapping with `connectorId` and `dataTypes`."),
            ("tags: {a: b}\n", "Start each list item with a dash: `- a: ...`."),
            ("version: [1.0.0]\n", "Use `1.0.0` as a single value, not as a list."),
            (
                "metadata: x\n",
                "Write keys and values under `metadata`; `sentlint schema` shows the valid keys.",
            ),
        ] {
            assert_eq!(help(lines), [told], "{lines}");
        }
    }

    #[test]
    fn a_missing_dash_is_put_where_the_item_begins() {
        let connectors = |lines: &str| format!("{HEAD}requiredDataConnectors:\n{lines}tactics: [Impact]\n");
        let fixed = |lines: &str| fixes("wrong-type", "a.yaml", &connectors(lines));
        for (lines, after) in [
            (
                "    # why\n    connectorId: A\n    dataTypes:\n      - B\n",
                "    # why\n  - connectorId: A\n    dataTypes:\n      - B\n",
            ),
            ("  connectorId: A\n  dataTypes:\n  - B\n", "- connectorId: A\n  dataTypes:\n  - B\n"),
        ] {
            assert_eq!(fixed(lines), [(Unsafe, connectors(after))]);
        }
        assert!(fixed(" connectorId: A\n dataTypes: [B]\n").is_empty(), "there is no room for a dash");
        assert!(fixed("  {connectorId: A, dataTypes: [B]}\n").is_empty());
    }

    #[test]
    fn an_id_with_its_name_is_the_id() {
        let fixed = |lines: &str| fixes("wrong-type", "a.yaml", &format!("{HEAD}{lines}\n"));
        let after = |lines: &str| vec![(Unsafe, format!("{HEAD}{lines}\n"))];
        assert_eq!(
            fixed("relevantTechniques:\n- T1078: Valid Accounts"),
            after("relevantTechniques:\n- T1078")
        );
        assert_eq!(
            fixed("tactics:\n  - Impact:\n  - Execution"),
            after("tactics:\n  - Impact\n  - Execution")
        );
        assert!(fixed("tactics:\n- Some: thing").is_empty());
    }

    #[test]
    fn quotes_are_put_and_taken() {
        let rule = format!("{HEAD}kind: Scheduled\nseverity: Low\nqueryFrequency: 1h\nqueryPeriod: 1h\n");
        let fixed = |line: &str| fixes("wrong-type", "a.yaml", &format!("{rule}{line}\n"));
        assert_eq!(fixed("suppressionEnabled: 'no'"), [(Safe, format!("{rule}suppressionEnabled: false\n"))]);
        assert_eq!(
            fixed("alertDetailsOverride: {alertDisplayNameFormat: 7}"),
            [(Safe, format!("{rule}alertDetailsOverride: {{alertDisplayNameFormat: \"7\"}}\n"))]
        );
        assert!(fixed("suppressionEnabled: maybe").is_empty());
    }
}
