//! How likely each item is: shares of a whole that the kinds of items at a place divide among them, and in a kind the
//! words by how often queries use them.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::super::{Asked, Seen};
use super::{Completion, CompletionKind, Completions};
use crate::knowledge::usage::{self, Use};
use crate::order::Order as _;
use crate::source::Span;
use std::borrow::Cow;

/// How many items are offered at once; for the others more has to be typed. What is further back is wanted in less than one of
/// a hundred places, and longer lists take longer to send and to show.
const MOST_ITEMS: usize = 400;

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
pub(super) struct Items<'t> {
    replaces: Span,
    /// What is typed of the word already.
    typed: &'t str,
    /// Whether words were left out that do not match what is typed.
    left_out: bool,
    list: Vec<(f64, Completion)>,
    /// By label and the text that is inserted.
    known: FxHashMap<Cow<'static, str>, usize>,
}

impl<'t> Items<'t> {
    pub(super) fn new(replaces: Span, typed: &'t str) -> Self {
        Self { replaces, typed, left_out: false, list: Vec::new(), known: FxHashMap::default() }
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
        if self.leaves_out(&label) {
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

    /// Whether a word is left out because it does not have the letters that are typed, in their order.
    pub(super) fn leaves_out(&mut self, word: &str) -> bool {
        let mut letters = word.bytes().map(|letter| letter.to_ascii_lowercase());
        let matches =
            self.typed.bytes().all(|wanted| letters.any(|letter| letter == wanted.to_ascii_lowercase()));
        self.left_out |= !matches;
        !matches
    }

    /// Whether a word is offered.
    pub(super) fn has(&self, label: &str) -> bool {
        self.known.contains_key(label)
    }

    /// The likeliest items, in order.
    pub(super) fn finish(mut self) -> Completions {
        self.list.order_by(|(one, first), (other, second)| {
            other.total_cmp(one).then_with(|| first.label.cmp(&second.label))
        });
        let incomplete = self.left_out || self.list.len() > MOST_ITEMS;
        let items = self.list.into_iter().take(MOST_ITEMS).map(|(_, item)| item).collect();
        Completions { items, incomplete }
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
