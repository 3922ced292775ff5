//! How likely each item is: shares of a whole that the kinds of items at a place divide among them, and in a kind the
//! words by how often queries use them.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::super::{Asked, Seen};
use super::{Completion, CompletionKind};
use crate::knowledge::usage::{self, Use};
use crate::source::Span;
use std::borrow::Cow;

/// A query of the workspace counts as so many published ones.
const OWN_WEIGHT: f64 = 4.0;

/// A count as a number to calculate with.
pub(super) fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// How often words are used in a place, as shares of all its words.
pub(super) struct Shares<'a> {
    counts: FxHashMap<&'a str, f64>,
    total: f64,
}

impl<'a> Shares<'a> {
    /// The words of a list, in published queries and in those of the workspace.
    pub(super) fn of(seen: &'a Seen, kind: Use, context: &str) -> Self {
        let mut counts = FxHashMap::default();
        let mut total = 0.0;
        let published = usage::words(kind, context).map(|(word, count)| (word, f64::from(count)));
        let own = seen.words(kind, context).map(|(word, count)| (&**word, f64::from(count) * OWN_WEIGHT));
        for (word, count) in published.chain(own) {
            *counts.entry(word).or_default() += count;
            total += count;
        }
        Self { counts, total }
    }

    /// The share of a word.
    pub(super) fn of_word(&self, word: &str) -> f64 {
        if self.total == 0.0 { 0.0 } else { self.counts.get(word).copied().unwrap_or_default() / self.total }
    }

    /// The words with their shares.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a str, f64)> + '_ {
        self.counts.iter().map(|(word, count)| (*word, count / self.total))
    }

    /// Whether nothing is known of the place.
    pub(super) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}

/// The items so far, each with its likelihood. An item that is offered twice keeps what it was offered as first, with
/// the sum of both.
pub(super) struct Items {
    replaces: Span,
    list: Vec<(f64, Completion)>,
    /// By label and the text that is inserted.
    known: FxHashMap<Cow<'static, str>, usize>,
}

impl Items {
    pub(super) fn new(replaces: Span) -> Self {
        Self { replaces, list: Vec::new(), known: FxHashMap::default() }
    }

    /// Offers a word as it is.
    pub(super) fn add(
        &mut self,
        likely: f64,
        kind: CompletionKind,
        label: impl Into<Cow<'static, str>>,
        detail: Option<Cow<'static, str>>,
    ) {
        let label = label.into();
        let insert = label.clone();
        self.add_as(likely, kind, label, insert, detail);
    }

    /// Offers a word that inserts another text.
    pub(super) fn add_as(
        &mut self,
        likely: f64,
        kind: CompletionKind,
        label: Cow<'static, str>,
        insert: Cow<'static, str>,
        detail: Option<Cow<'static, str>>,
    ) {
        if label.is_empty() {
            return;
        }
        if let Some(at) = self.known.get(&label) {
            if let Some((known, _)) = self.list.get_mut(*at) {
                *known += likely;
            }
            return;
        }
        self.known.insert(label.clone(), self.list.len());
        let item = Completion { label, kind, detail, insert, replaces: self.replaces };
        self.list.push((likely, item));
    }

    /// Whether a word is offered.
    pub(super) fn has(&self, label: &str) -> bool {
        self.known.contains_key(label)
    }

    /// All items, the likeliest first.
    pub(super) fn finish(mut self) -> Vec<Completion> {
        self.list.sort_by(|(one, first), (other, second)| {
            other.total_cmp(one).then_with(|| first.label.cmp(&second.label))
        });
        self.list.into_iter().map(|(_, item)| item).collect()
    }
}

/// How often each name stands in the query: before the place, and after it.
pub(super) struct Local<'a> {
    pub before: BTreeMap<&'a str, u32>,
    pub after: BTreeMap<&'a str, u32>,
}

impl<'a> Local<'a> {
    pub(super) fn of(asked: &Asked<'a>, word: Span) -> Self {
        let mut local = Self { before: BTreeMap::new(), after: BTreeMap::new() };
        for token in &asked.parsed.tokens {
            let name = token.kind == crate::kql::TokenKind::Identifier || token.kind.can_be_name();
            if !name || token.span == word {
                continue;
            }
            let Some(text) = asked.text.get(token.span.range()) else { continue };
            let side = if token.span.start < word.start { &mut local.before } else { &mut local.after };
            *side.entry(text).or_default() += 1;
        }
        local
    }
}
