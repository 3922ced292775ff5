//! Names that are likely to be given: those that the rest of the query asks for, those that other parts of it give, and
//! those that other queries give in such places. And the words of the query, where nothing better is known.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::CompletionKind as K;
use super::Scene;
use super::rank::{Items, Shares, number};
use crate::knowledge::entities;
use crate::knowledge::usage::Use;
use crate::kql::types::Relation;
use crate::kql::{TokenKind as T, builtins};

/// Offers names for what an operator or a statement is about to name.
pub(super) fn new_names(scene: &Scene<'_>, by: &str, share: f64, items: &mut Items<'_>) {
    let names = scene.names();
    let row: Option<&Arc<Relation>> = names.row;
    let variables: FxHashSet<&str> = names.variables.iter().map(|variable| &*variable.name).collect();
    let taken = |name: &str| row.is_some_and(|row| row.column(name).is_some()) || variables.contains(name);
    let scalar = !matches!(by, "let" | "parameter");
    // What is used further on and is not there yet.
    let mut missing = unresolved(scene, &taken);
    if by == "let" {
        // The columns of tables are not in scope of what stands before them.
        let columns = Shares::of(&scene.asked.around.seen, Use::Column, "");
        for (name, count) in &mut missing {
            if columns.of_word(name) > 0.0 {
                *count *= 0.1;
            }
        }
    }
    let sum: f64 = missing.iter().map(|(_, count)| *count).sum();
    let known = if sum > 0.0 { 0.7 } else { 0.0 };
    for (name, count) in missing {
        items.add(share * known * count / sum, K::NewName, name.to_owned(), None);
    }
    if by.starts_with("parse") {
        for (at, name) in named_in_text(scene).into_iter().enumerate() {
            items.add(share * 0.5 / (1.0 + number(at)), K::NewName, name, None);
        }
    }
    entity_names(scene, share, items);
    // What other operators of the query name.
    let given = given_in_query(scene);
    let sum: f64 = given.iter().filter(|(name, _)| !taken(name)).map(|(_, count)| *count).sum();
    let mut left = share * (1.0 - known);
    if scalar && sum > 0.0 {
        for (name, count) in given.iter().filter(|(name, _)| !taken(name)) {
            items.add(left * 0.35 * count / sum, K::NewName, (*name).to_owned(), None);
        }
        left *= 0.65;
    }
    let mut usual: BTreeMap<&str, f64> = BTreeMap::new();
    let seen = &scene.asked.around.seen;
    let shares = Shares::of(seen, Use::Name, by);
    for (name, likely) in shares.iter() {
        *usual.entry(name).or_default() += 0.8 * likely;
    }
    if scalar {
        for place in ["extend", "project", "summarize"] {
            let other = Shares::of(seen, Use::Name, place);
            for (name, likely) in other.iter() {
                *usual.entry(name).or_default() += 0.06 * likely;
            }
        }
    }
    for (name, likely) in usual {
        let factor = if taken(name) { 0.15 } else { 1.0 };
        items.add(left * likely * factor, K::NewName, name.to_owned(), None);
    }
    if by == "parameter" {
        let columns = Shares::of(seen, Use::Column, "");
        for (name, likely) in columns.iter() {
            items.add(left * 0.1 * likely, K::NewName, name.to_owned(), None);
        }
    }
    words_of_query(scene, 0.01 * share, items);
}

/// Names for the column that follows a text in a pattern, from the last words of the text: `" Source IP: "` is followed
/// by `SourceIP`.
fn named_in_text(scene: &Scene<'_>) -> Vec<String> {
    let tokens = &scene.asked.parsed.tokens;
    let Some(last) = super::token_before(tokens, scene.word.start as usize) else { return Vec::new() };
    if tokens[last].kind != T::StringLiteral {
        return Vec::new();
    }
    let text = scene.asked.written(tokens[last].span);
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .collect();
    let mut names = Vec::new();
    for count in (1..=words.len().min(3)).rev() {
        let last = &words[words.len() - count..];
        names.push(last.concat());
        let capital = |word: &&str| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        };
        names.push(last.iter().map(capital).collect());
    }
    names.retain(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'));
    names
}

/// The columns by which rules map entities: `Account_0_Name` is the name of the first account.
fn entity_names(scene: &Scene<'_>, share: f64, items: &mut Items<'_>) {
    let names = scene.local.before.keys().chain(scene.local.after.keys());
    let used: Vec<&str> =
        names.filter(|name| name.contains("_0_") || name.contains("_1_")).copied().collect();
    if used.is_empty() {
        return;
    }
    let types = entities::entity_types();
    for entity in types {
        let again = used.iter().any(|name| name.starts_with(entity.name));
        for identifier in entity.identifiers {
            let name = format!("{}_0_{identifier}", entity.name);
            let likely = if again { 0.01 } else { 0.004 };
            items.add(share * likely, K::NewName, name, None);
        }
    }
}

/// The names after the place that mean nothing yet, with how often they stand there; the first of them count more.
fn unresolved<'a>(scene: &Scene<'a>, taken: &dyn Fn(&str) -> bool) -> Vec<(&'a str, f64)> {
    let tokens = &scene.asked.parsed.tokens;
    let from = tokens.partition_point(|token| token.span.start < scene.word.end);
    let mut counts: BTreeMap<&str, f64> = BTreeMap::new();
    let mut known: FxHashSet<&str> = FxHashSet::default();
    for (at, token) in tokens.iter().enumerate().skip(from) {
        if token.kind != T::Identifier {
            continue;
        }
        let Some(name) = scene.asked.text.get(token.span.range()) else { continue };
        let next = tokens.get(at + 1).map_or(T::EndOfText, |next| next.kind);
        let before = at.checked_sub(1).map_or(T::EndOfText, |before| tokens[before].kind);
        let call =
            next == T::OpenParen && builtins::function(name).or_else(|| builtins::aggregate(name)).is_some();
        // Another operator or statement names it.
        let declares = next == T::Equal || before == T::Let;
        if declares {
            known.insert(name);
        }
        if call || declares || before == T::Dot || known.contains(name) || taken(name) {
            continue;
        }
        if scene.asked.catalog.table(name).is_some() {
            continue;
        }
        let weight = 1.0 / (1.0 + number(counts.len()) * 0.3);
        *counts.entry(name).or_insert(weight) += 0.3;
    }
    counts.into_iter().collect()
}

/// The names that operators of the query give, with a weight: before `=`, or declared by a pattern.
fn given_in_query<'a>(scene: &Scene<'a>) -> Vec<(&'a str, f64)> {
    let tokens = &scene.asked.parsed.tokens;
    let mut counts: BTreeMap<&str, f64> = BTreeMap::new();
    for pair in tokens.windows(2) {
        let [name, next] = pair else { continue };
        let names = name.kind == T::Identifier && matches!(next.kind, T::Equal | T::Colon);
        if names
            && name.span != scene.word
            && let Some(text) = scene.asked.text.get(name.span.range())
        {
            *counts.entry(text).or_default() += 1.0;
        }
    }
    counts.into_iter().collect()
}

/// The words of the query that nothing else offers.
pub(super) fn words_of_query(scene: &Scene<'_>, share: f64, items: &mut Items<'_>) {
    let total = number((scene.local.before.len() + scene.local.after.len()).max(1));
    for name in scene.local.before.keys().chain(scene.local.after.keys()) {
        if !items.has(name) && name.len() > 2 {
            items.add(share / total, K::NewName, (*name).to_owned(), None);
        }
    }
}

/// The members that the query reads of a name.
pub(super) fn members_in_query<'a>(scene: &Scene<'a>, base: &str) -> BTreeMap<&'a str, u32> {
    members(scene, |written| written == base)
}

/// All members that the query reads.
pub(super) fn all_members_in_query<'a>(scene: &Scene<'a>) -> BTreeMap<&'a str, u32> {
    members(scene, |_| true)
}

fn members<'a>(scene: &Scene<'a>, base: impl Fn(&str) -> bool) -> BTreeMap<&'a str, u32> {
    let tokens = &scene.asked.parsed.tokens;
    let mut found = BTreeMap::new();
    for triple in tokens.windows(3) {
        let [first, dot, member] = triple else { continue };
        if dot.kind == T::Dot
            && member.span != scene.word
            && (member.kind == T::Identifier || member.kind.is_keyword())
            && base(scene.asked.written(first.span))
            && let Some(text) = scene.asked.text.get(member.span.range())
        {
            *found.entry(text).or_default() += 1;
        }
    }
    found
}
