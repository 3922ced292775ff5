//! What can be written in sentlint.toml, and what its keys are for.

use super::completion::Offer;
use super::place::Step;
use super::schema;
use super::values::ItemKind;
use crate::diagnostic::Group;
use crate::rules;
use crate::source::Span;

/// The keys whose values are rules or groups of them.
const RULES: [&str; 3] = ["select", "extend-select", "ignore"];

/// The way to the table that the lines at an offset belong to.
fn table(text: &str, line_start: usize) -> Vec<Step> {
    let header = text[..line_start].lines().rev().map(str::trim).find(|line| line.starts_with('['));
    header.map(|header| steps(header.trim_matches(['[', ']', ' ']))).unwrap_or_default()
}

/// The parts of a dotted key, quotes aside.
fn steps(text: &str) -> Vec<Step> {
    let (mut steps, mut part, mut quote) = (Vec::new(), String::new(), None);
    for c in text.chars() {
        match c {
            '"' | '\'' if quote == Some(c) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(c),
            '.' if quote.is_none() => steps.push(Step::Key(std::mem::take(&mut part).trim().to_owned())),
            c => part.push(c),
        }
    }
    if !part.trim().is_empty() {
        steps.push(Step::Key(part.trim().to_owned()));
    }
    steps
}

/// What is offered at an offset.
pub fn completions(text: &str, offset: usize) -> Vec<Offer> {
    let Some(root) = schema::of_config() else { return Vec::new() };
    let offset = text.floor_char_boundary(offset);
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[start..offset];
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let word_start = offset - before.chars().rev().take_while(|c| is_word(*c)).count();
    let word_end = offset + text[offset..].chars().take_while(|c| is_word(*c)).count();
    let word = Span::new(word_start, word_end);
    let offer = |label: &str, kind, detail: &str, documentation: &str, insert: String| Offer {
        label: label.to_owned(),
        kind,
        detail: detail.to_owned(),
        documentation: documentation.to_owned(),
        filter: None,
        insert,
        replaces: word,
    };
    let trimmed = before.trim_start();
    if trimmed.starts_with('#') {
        return Vec::new();
    }
    if let Some(header) = trimmed.strip_prefix('[').filter(|_| !trimmed.contains('=')) {
        let parents = header.rfind('.').map(|dot| steps(&header[..dot])).unwrap_or_default();
        if parents == [Step::Key("rules".into())] {
            return rules_in(&offer, str::to_owned, false);
        }
        let here = schema::at(root, &parents);
        let tables = schema::keys(root, &here).into_iter().filter(|(_, below)| schema::is(below, "object"));
        let made = |(key, below): (&str, Vec<&serde_json::Value>)| {
            offer(key, ItemKind::Key, "table", schema::doc(&below).unwrap_or_default(), key.to_owned())
        };
        return tables.map(made).collect();
    }
    let mut path = table(text, start);
    let (is_value, quoted) = match before.find('=') {
        Some(equals) => {
            path.extend(steps(before[..equals].trim()));
            (true, before[equals..].matches(['"', '\'']).count() % 2 == 1)
        }
        None => match open_list(text, start) {
            Some(key) => {
                path.extend(steps(key));
                (true, before.matches(['"', '\'']).count() % 2 == 1)
            }
            None => (false, false),
        },
    };
    let here = schema::at(root, &path);
    if is_value {
        let quote = |text: &str| if quoted { text.to_owned() } else { format!("\"{text}\"") };
        let key = path.last();
        if RULES.iter().any(|name| key == Some(&Step::Key((*name).to_owned()))) {
            return rules_in(&offer, quote, true);
        }
        let items: Vec<&serde_json::Value> = if schema::is(&here, "array") {
            here.iter().filter_map(|one| one.get("items")).collect()
        } else {
            here.clone()
        };
        let (values, is_closed) = schema::values(&items);
        let is_text = schema::is(&items, "string");
        let kind = if is_closed { ItemKind::Value } else { ItemKind::Example };
        let made =
            |value: &String| offer(value, kind, "", "", if is_text { quote(value) } else { value.clone() });
        return values.iter().map(made).collect();
    }
    let is_rules = path == [Step::Key("rules".into())];
    if is_rules {
        return rules_in(&offer, |name| format!("{name} = "), false);
    }
    let there = keys_of_table(text, start);
    let keys = schema::keys(root, &here).into_iter().filter(|(key, _)| !there.contains(key));
    let made = |(key, below): (&str, Vec<&serde_json::Value>)| {
        let value = if schema::is(&below, "array") { " = [" } else { " = " };
        offer(key, ItemKind::Key, "", schema::doc(&below).unwrap_or_default(), format!("{key}{value}"))
    };
    keys.map(made).collect()
}

/// The rules and, if asked for, their groups.
fn rules_in(
    offer: &dyn Fn(&str, ItemKind, &str, &str, String) -> Offer,
    written: impl Fn(&str) -> String,
    groups: bool,
) -> Vec<Offer> {
    let mut found = Vec::new();
    if groups {
        found.push(offer("all", ItemKind::Value, "every rule", "", written("all")));
        for group in Group::ALL {
            found.push(offer(
                group.as_str(),
                ItemKind::Value,
                "a group of rules",
                "",
                written(group.as_str()),
            ));
        }
    }
    for entry in rules::all() {
        let id = entry.meta.id;
        found.push(offer(id, ItemKind::Value, entry.meta.group.as_str(), &entry.meta.summary(), written(id)));
    }
    found
}

/// The key of a list that was opened on a line further up and is not closed.
fn open_list(text: &str, start: usize) -> Option<&str> {
    for line in text[..start].lines().rev().take(1000) {
        if line.contains(']') || line.trim_start().starts_with('[') {
            return None;
        }
        if let Some((key, value)) = line.split_once('=') {
            return value.trim_start().starts_with('[').then(|| key.trim());
        }
    }
    None
}

/// The keys that the table around a line has.
fn keys_of_table(text: &str, start: usize) -> Vec<&str> {
    let is_header = |line: &&str| line.trim_start().starts_with('[');
    let before = text[..start].lines().rev().take_while(|line| !is_header(line));
    let after = text[start..].lines().skip(1).take_while(|line| !is_header(line));
    before.chain(after).filter_map(|line| Some(line.split_once('=')?.0.trim())).collect()
}

/// The key or table at an offset, with the way to it.
pub(super) fn key_at(text: &str, offset: usize) -> Option<(Span, Vec<Step>)> {
    let offset = text.floor_char_boundary(offset);
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].lines().next()?;
    let trimmed = line.trim_start();
    let indent = line.len() - trimmed.len();
    if trimmed.starts_with('[') {
        let inner = trimmed.trim_matches(['[', ']', ' ']);
        let at = start + line.find(inner)?;
        return Some((Span::new(at, at + inner.len()), steps(inner)));
    }
    let key = trimmed.split_once('=')?.0.trim_end();
    let span = Span::new(start + indent, start + indent + key.len());
    let mut path = table(text, start);
    path.extend(steps(key));
    (span.touches(offset) && !key.starts_with('#')).then_some((span, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Vec<String> {
        let offset = text.find('‸').unwrap();
        completions(&text.replacen('‸', "", 1), offset).into_iter().map(|one| one.label).collect()
    }

    #[test]
    fn tables_keys_and_values_are_offered() {
        for (text, offered, missing) in [
            ("[‸", "check", "profile"),
            ("[check]\n‸", "profile", "check"),
            ("[check]\nprofile = \"pedantic\"\n‸", "select", "profile"),
            ("[check]\nprofile = \"‸\"", "pedantic", "select"),
            ("[check]\nselect = [\"‸\"]", "kql-syntax", "pedantic"),
            ("[check]\nselect = [\n  \"all\",\n  \"‸\"", "query", "pedantic"),
            ("[check]\nignore = [‸", "unused-data-type", "profile"),
            ("[rules.‸", "kql-syntax", "check"),
        ] {
            let found = labels(text);
            assert!(found.iter().any(|one| one == offered), "{text}: {found:?}");
            assert!(!found.iter().any(|one| one == missing), "{text}: {found:?}");
        }
        assert!(labels("# [‸").is_empty());
    }

    #[test]
    fn keys_are_explained() {
        let text = "[check]\nprofile = \"pedantic\"\n";
        let (span, path) = key_at(text, text.find("rofile").unwrap()).unwrap();
        assert_eq!((&text[span.range()], path.len()), ("profile", 2));
        assert!(key_at(text, text.find("pedantic").unwrap()).is_none());
        assert_eq!(key_at("[check.per-path.\"a.b\"]", 3).unwrap().1.len(), 3);
    }
}
