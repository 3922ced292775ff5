//! Where a place is in YAML that may be half-written: found from indentation alone, because the tree of such text may not have
//! the place.

use crate::source::Span;

/// A step from the document to a place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The value of a key.
    Key(String),
    /// An item of a list.
    Item,
}

/// What is written at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A key, or an item of a list that is to be begun.
    Key,
    /// The value of a key, or of an item after its dash.
    Value,
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The way to the mapping or list that a key or item would be added to, or to the value itself.
    pub path: Vec<Step>,
    /// What is written there.
    pub what: What,
    /// The word around the place, quotes excluded.
    pub word: Span,
    /// The text of the value before the place.
    pub typed: String,
    /// The quote that the value begins with.
    pub quote: Option<char>,
    /// The column of the key or item.
    pub indent: u32,
    /// The keys with their values of the mapping at the place and of those around it, the innermost first.
    pub levels: Vec<Vec<(String, String)>>,
}

impl Place {
    /// The value of a key in the mapping at the place, or in one around it.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        let all = self.levels.iter().flatten();
        all.into_iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The last key on the way.
    pub(super) fn key(&self) -> Option<&str> {
        self.path.iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Item => None,
        })
    }
}

/// What begins in a line, each with its column.
#[derive(Debug)]
struct Line<'t> {
    dashes: Vec<usize>,
    /// The key and what follows its colon.
    key: Option<(usize, &'t str, &'t str)>,
    /// Where the text after dashes begins, and the text.
    rest: (usize, &'t str),
}

fn line(text: &str) -> Line<'_> {
    let mut at = text.len() - text.trim_start_matches(' ').len();
    let mut dashes = Vec::new();
    while let Some(rest) = text[at..].strip_prefix('-') {
        if !(rest.is_empty() || rest.starts_with(' ')) {
            break;
        }
        dashes.push(at);
        at += 1 + (rest.len() - rest.trim_start_matches(' ').len());
    }
    let rest = &text[at..];
    let colon = rest.find(": ").or_else(|| rest.trim_end().ends_with(':').then(|| rest.trim_end().len() - 1));
    let key = colon.filter(|colon| is_key(&rest[..*colon]));
    let key = key.map(|colon| (at, rest[..colon].trim_matches(['"', '\'']), rest[colon + 1..].trim()));
    Line { dashes, key, rest: (at, rest) }
}

fn is_key(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(['#', '{', '[', '|', '>', '&', '*'])
        && !text.contains(['{', '[', '"'])
        || text.len() > 2 && text.starts_with('"') && text.ends_with('"')
}

/// More lines than any document has between a place and its parents.
const FURTHEST: usize = 20_000;

/// The place at an offset; `None` in a comment.
pub(super) fn at(text: &str, offset: usize) -> Option<Place> {
    let offset = text.floor_char_boundary(offset);
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[start..offset];
    let after = text[offset..].lines().next().unwrap_or_default();
    if before.trim_start().starts_with('#') || before.contains(" #") {
        return None;
    }
    let here = line(before);
    let (what, value_at) = match here.key {
        Some((at, ..)) => {
            let colon = at + before[at..].find(':')?;
            let rest = &before[colon + 1..];
            // A colon without a blank is not one of a key yet.
            if rest.is_empty() && !after.is_empty() {
                return None;
            }
            (What::Value, colon + 1 + (rest.len() - rest.trim_start().len()))
        }
        None if here.dashes.is_empty() => (What::Key, here.rest.0),
        None => (What::Value, here.rest.0),
    };
    let written = &before[value_at..];
    let quote = written.chars().next().filter(|c| what == What::Value && matches!(c, '"' | '\''));
    let typed = &written[quote.map_or(0, char::len_utf8)..];
    let end = after
        .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ':' | ',' | ']' | '}'))
        .unwrap_or(after.len());
    let word = Span::new(start + value_at + quote.map_or(0, char::len_utf8), offset + end);
    // From here on upwards: the column whose parents are wanted, and whether a dash stands there.
    let innermost = here.key.map_or(here.rest.0, |(at, ..)| at);
    let mut place = Place {
        path: Vec::new(),
        what,
        word,
        typed: typed.to_owned(),
        quote,
        indent: innermost as u32,
        levels: Vec::new(),
    };
    if let Some((_, key, _)) = here.key {
        place.path.push(Step::Key(key.to_owned()));
    }
    climb(text, start, &here, innermost, &mut place);
    place.path.reverse();
    Some(place)
}

fn climb(text: &str, start: usize, here: &Line<'_>, innermost: usize, place: &mut Place) {
    let mut level = Vec::new();
    let (mut column, mut is_dash) = (innermost, false);
    for dash in here.dashes.iter().rev() {
        place.path.push(Step::Item);
        place.levels.push(std::mem::take(&mut level));
        (column, is_dash) = (*dash, true);
    }
    for written in text[..start].lines().rev().take(FURTHEST) {
        if written.trim().is_empty() || written.trim_start().starts_with('#') {
            continue;
        }
        let one = line(written);
        if let Some((at, key, value)) = one.key {
            if at == column && !is_dash {
                level.push((key.to_owned(), value.trim_matches(['"', '\'']).to_owned()));
            } else if at < column || at == column && is_dash {
                // A value on the line of its key has nothing below it.
                if !value.is_empty() && !value.starts_with(['&', '!', '#']) {
                    continue;
                }
                place.levels.push(std::mem::take(&mut level));
                place.path.push(Step::Key(key.to_owned()));
                (column, is_dash) = (at, false);
            }
        }
        for dash in one.dashes.iter().rev() {
            if *dash < column {
                place.levels.push(std::mem::take(&mut level));
                place.path.push(Step::Item);
                (column, is_dash) = (*dash, true);
            }
        }
    }
    place.levels.push(level);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let offset = text.find('‸').unwrap();
        let text = text.replacen('‸', "", 1);
        let Some(place) = at(&text, offset) else { return "none".to_owned() };
        let path: String = place
            .path
            .iter()
            .map(|step| match step {
                Step::Key(key) => format!("/{key}"),
                Step::Item => "/0".to_owned(),
            })
            .collect();
        format!("{path} {:?} {:?} {:?}", place.what, place.typed, &text[place.word.range()])
    }

    #[test]
    fn places_are_found_by_indentation() {
        for (text, expected) in [
            ("‸", " Key \"\" \"\""),
            ("id: a\nna‸me", " Key \"na\" \"name\""),
            ("id: a\nseverity: ‸", "/severity Value \"\" \"\""),
            ("id: a\nseverity: Me‸", "/severity Value \"Me\" \"Me\""),
            ("id: a\nseverity: \"Me‸\"", "/severity Value \"Me\" \"Me\""),
            ("tactics:\n  - ‸", "/tactics/0 Value \"\" \"\""),
            ("tactics:\n- Im‸", "/tactics/0 Value \"Im\" \"Im\""),
            ("tactics:\n  - Impact\n  - ‸\nquery: |\n", "/tactics/0 Value \"\" \"\""),
            ("tactics:\n  ‸", "/tactics Key \"\" \"\""),
            (
                "entityMappings:\n  - entityType: IP\n    fieldMappings:\n      - identifier: ‸",
                "/entityMappings/0/fieldMappings/0/identifier Value \"\" \"\"",
            ),
            (
                "entityMappings:\n  - entityType: IP\n    fieldMappings:\n      - identifier: A\n        col‸",
                "/entityMappings/0/fieldMappings/0 Key \"col\" \"col\"",
            ),
            ("entityMappings:\n  - entityType: IP\n    ‸", "/entityMappings/0 Key \"\" \"\""),
            (
                "entityMappings:\n- entityType: IP\n  fieldMappings:\n  - identifier: A\n    columnName: ‸",
                "/entityMappings/0/fieldMappings/0/columnName Value \"\" \"\"",
            ),
            ("a: b\ncustomDetails:\n  Host: ‸", "/customDetails/Host Value \"\" \"\""),
            ("query: |\n  T\n  | take 1\nver‸", " Key \"ver\" \"ver\""),
            ("# a: ‸", "none"),
            ("a: b # ‸", "none"),
            (
                "requiredDataConnectors:\n  - connectorId: X\n    dataTypes:\n      - ‸",
                "/requiredDataConnectors/0/dataTypes/0 Value \"\" \"\"",
            ),
            ("tests:\n  - name: a\n    tables:\n      ‸", "/tests/0/tables Key \"\" \"\""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_stands_around_a_place_is_known() {
        let text = "requiredDataConnectors:\n  - connectorId: X\n    dataTypes:\n      - ";
        let place = at(text, text.len()).unwrap();
        assert_eq!(place.value("connectorId"), Some("X"));
        assert_eq!(place.key(), Some("dataTypes"));
        let text = "id: a\nname: b\n";
        assert_eq!(at(text, text.len()).unwrap().levels[0].len(), 2);
    }

    #[test]
    fn any_text_has_places() {
        for text in ["- - - a: b\n  - c", "a:\n\t- b", "{a: [b,\n c]}", "\"a\": 'b", "ä: ö\n - 😀"] {
            for offset in 0..text.len() + 3 {
                if let Some(place) = at(text, offset) {
                    assert!(text.get(place.word.range()).is_some());
                }
            }
        }
    }
}
