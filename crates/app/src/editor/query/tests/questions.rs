//! The questions of the shared data, asked of the core: how often the word that the author wrote is offered, and what is
//! said of names and related to them.
//!
//! `SENTLINT_SHARED=DIR cargo test --lib questions -- --nocapture`; `SHOW=20` prints answers that differ, and
//! `ONLY=Column` asks of one kind alone.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::{Around, completions, hover, references};
use super::{asked, json_lines, model, shared, view};
use crate::kql::parse;

/// The byte offset of an offset in UTF-16 units.
fn bytes(text: &str, units: &Value) -> usize {
    let units = units.as_u64().and_then(|units| usize::try_from(units).ok());
    let mut left = units.expect("an offset");
    for (at, c) in text.char_indices() {
        if left == 0 {
            return at;
        }
        left = left.saturating_sub(c.len_utf16());
    }
    text.len()
}

/// The word of an item, as an editor compares it with what is typed.
fn word(label: &str) -> String {
    let label = label.split('(').next().unwrap_or_default();
    label.trim_matches(|c| "[]'\" ".contains(c)).to_owned()
}

#[derive(Default)]
struct Tally {
    asked: usize,
    offered: usize,
    top: usize,
}

fn percent(part: usize, whole: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).expect("a small number"));
    100.0 * number(part) / number(whole.max(1))
}

#[test]
fn the_wanted_word_is_offered() {
    let Some(shared) = shared() else { return };
    let show = std::env::var("SHOW").ok().and_then(|count| count.parse().ok()).unwrap_or(0);
    let only = std::env::var("ONLY").ok();
    let (view, around) = (view(), Around::default());
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let (mut shown, mut slowest) = (0, Vec::new());
    for question in json_lines(&shared.join("editor/questions.jsonl")) {
        let kind = question["kind"].as_str().unwrap_or_default();
        if question["ask"] != "completion" || only.as_deref().is_some_and(|only| only != kind) {
            continue;
        }
        let text = question["text"].as_str().expect("a text");
        let offset = bytes(text, &question["offset"]);
        let expected = question["expect"].as_str().expect("a word");
        let typed = bytes(expected, &question["typed"]);
        let typed = expected[..typed].to_lowercase();
        let parsed = parse(text);
        let model = model(text, &parsed, &view);
        let asked = asked(text, &parsed, &model, &view, &around);
        let start = std::time::Instant::now();
        let found = completions(&asked, offset);
        slowest.push(start.elapsed());
        let words: Vec<String> = found
            .items
            .iter()
            .map(|item| word(&item.label))
            .filter(|word| word.to_lowercase().starts_with(&typed))
            .collect();
        let rank = words.iter().position(|word| word == expected);
        let tally = tallies.entry(kind.to_owned()).or_default();
        tally.asked += 1;
        tally.offered += usize::from(rank.is_some());
        tally.top += usize::from(rank.is_some_and(|rank| rank < 10));
        if rank.is_none_or(|rank| rank >= 10) && shown < show {
            shown += 1;
            let before = &text[text.floor_char_boundary(offset.saturating_sub(90))..offset];
            let after = &text[offset..text.floor_char_boundary(offset + 30)];
            let first: Vec<&String> = words.iter().take(10).collect();
            eprintln!(
                "{} {kind} {expected} at {rank:?}: {before:?}|{after:?}\n      {}",
                question["id"],
                first.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(" ")
            );
        }
    }
    let (mut all, mut offered, mut top) = (0, 0, 0);
    for (kind, tally) in &tallies {
        eprintln!(
            "{kind}: offered {:.1} %, among the first ten {:.1} % of {}",
            percent(tally.offered, tally.asked),
            percent(tally.top, tally.asked),
            tally.asked
        );
        all += tally.asked;
        offered += tally.offered;
        top += tally.top;
    }
    slowest.sort();
    eprintln!("99 of 100 took less than {:?}", slowest.get(slowest.len() * 99 / 100));
    eprintln!(
        "all: offered {:.2} %, among the first ten {:.2} % of {all}",
        percent(offered, all),
        percent(top, all)
    );
    assert!(only.is_some() || percent(offered, all) >= 90.0, "{offered} of {all} are offered");
    assert!(only.is_some() || percent(top, all) >= 70.0, "{top} of {all} are among the first ten");
}

/// What the check asks of a hover: the name, and the word after the first colon.
fn named_and_typed(wanted: &str) -> Option<&str> {
    let rest = match wanted.strip_prefix('(').and_then(|rest| rest.split_once(") ")) {
        Some((_, rest)) => rest,
        None => wanted,
    };
    let (_, rest) = rest.find([':', '(']).map(|at| rest.split_at(at))?;
    let rest = rest.strip_prefix(':')?.trim_start();
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|word| !word.is_empty())
}

fn related(question: &Value, text: &str) -> Vec<usize> {
    let places = question["related"].as_array().into_iter().flatten();
    let mut found: Vec<usize> = places
        .filter(|place| matches!(place[2].as_str(), Some("Reference" | "Declaration")))
        .map(|place| bytes(text, &place[0]))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[test]
fn names_are_told_and_related() {
    let Some(shared) = shared() else { return };
    let show = std::env::var("SHOW").ok().and_then(|count| count.parse().ok()).unwrap_or(0);
    let (view, around) = (view(), Around::default());
    let (mut hovers, mut told, mut relations, mut alike, mut shown) = (0, 0, 0, 0, 0);
    for question in json_lines(&shared.join("editor/questions.jsonl")) {
        let wanted = question["hover"].as_str().unwrap_or_default();
        if question["ask"] == "completion" || wanted.is_empty() {
            continue;
        }
        let text = question["text"].as_str().expect("a text");
        let offset = bytes(text, &question["offset"]);
        let name = question["word"].as_str().expect("a word").trim_matches(['[', ']', '\'', '"']);
        let parsed = parse(text);
        let model = model(text, &parsed, &view);
        let asked = asked(text, &parsed, &model, &view, &around);
        hovers += 1;
        let got = hover(&asked, offset).map(|hover| hover.markdown).unwrap_or_default();
        let fine = got.contains(name) && named_and_typed(wanted).is_none_or(|kind| got.contains(kind));
        told += usize::from(fine);
        if !fine && shown < show {
            shown += 1;
            eprintln!("{} hover {wanted:?}: {got:?}", question["id"]);
        }
        let places = related(&question, text);
        if places.is_empty() {
            continue;
        }
        relations += 1;
        let mut got: Vec<usize> =
            references(&asked, offset).iter().map(|one| one.span.start as usize).collect();
        got.sort_unstable();
        got.dedup();
        alike += usize::from(got == places);
        if got != places && shown < show {
            shown += 1;
            eprintln!("{} {} {name}: {got:?} for {places:?}", question["id"], question["kind"]);
        }
    }
    eprintln!(
        "hover {:.2} % of {hovers}, related {:.2} % of {relations}",
        percent(told, hovers),
        percent(alike, relations)
    );
    assert!(percent(told, hovers) >= 97.0, "{told} of {hovers} are told");
    assert!(percent(alike, relations) >= 95.0, "{alike} of {relations} are related");
}
