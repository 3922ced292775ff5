//! Proves fixes before they are offered: a fix is kept only if applying it removes its finding and adds no error.
//!
//! Each fix is applied to the text, the result is read and checked as the file was, and the two are compared. Fixes that go
//! together are proved in one reading; where that fails, each half of them is proved by itself. A query whose text did not
//! change keeps its tree and its meaning, so that edits elsewhere bind nothing again. The readings of one file are limited
//! in proportion to its size; a fix that was not proved within them is not offered.
//!
//! # What counts as an error added
//!
//! Every error and, in a query, every name or type that the binder has something against, unless it was there before. Where
//! the text could not be read before, what a repair brings to light was there too, and does not count — but at the words
//! that the repair joined or parted it does: those are as they are because of the repair.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::checker::{Checker, Found};
use crate::content::{Content, Query, is_query_file};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, RuleMeta, Severity};
use crate::fix;
use crate::kql::bind::{Finding, FindingKind};
use crate::kql::{Token, TokenKind};
use crate::order::Order as _;
use crate::source::{SourceFile, Span};

/// How often as many bytes as a file has may be read again for its proofs.
const READINGS: usize = 8;

/// So many bytes may be read again however small the file is.
const LEAST_BYTES: usize = 512 << 10;

/// The rules that say what the parser and the binder found; those are asked themselves.
const BINDER: [&str; 7] = [
    "kql-syntax",
    "kql-unknown-table",
    "kql-unknown-column",
    "kql-unknown-function",
    "kql-argument",
    "kql-type",
    "kql-semantic",
];

/// A file as it was read, with what was found in it.
#[derive(Clone, Copy)]
struct Reading<'a> {
    content: &'a Content,
    queries: &'a [Query<'a>],
    found: &'a [Diagnostic],
    /// So many of the findings are of the file and not of a query; they come first.
    in_file: usize,
}

impl<'a> Reading<'a> {
    /// What a query was before: the one at the same key, or at the same place among the `count` queries of a query file.
    fn query(&self, at: usize, now: &Query<'_>, count: usize) -> Option<&'a Query<'a>> {
        match now.pointer {
            Some(_) => self.queries.iter().find(|old| old.pointer == now.pointer),
            None => self.queries.get(at).filter(|_| count == self.queries.len()),
        }
    }
}

/// A fix and the findings that it is the fix of.
#[derive(Clone)]
struct Candidate<'a> {
    fix: &'a Fix,
    of: Vec<usize>,
}

/// Takes the fixes away that do not keep their promise.
pub(super) fn prove(checker: &Checker<'_>, content: &Content, queries: &[Query<'_>], found: &mut Found) {
    let in_file = found.in_file;
    let found = &mut found.all;
    if found.iter().all(|diagnostic| diagnostic.fix.is_none()) {
        return;
    }
    let kept = {
        let before = Reading { content, queries, found, in_file };
        let bytes = (content.source.text().len() * READINGS).max(LEAST_BYTES);
        let mut proof = Proof { checker, before, bytes, kept: vec![false; found.len()] };
        proof.run();
        proof.kept
    };
    for (diagnostic, kept) in found.iter_mut().zip(kept) {
        if !kept {
            diagnostic.fix = None;
        }
        let place = diagnostic.span;
        if let Some(fix) = diagnostic.fix.as_mut().filter(|fix| fix.applicability == Applicability::Safe)
            && deletes_comment(fix, place, content, queries)
        {
            fix.applicability = Applicability::Unsafe;
        }
    }
}

/// Whether a fix takes a comment away that says something else than what the finding is about.
fn deletes_comment(fix: &Fix, place: Span, content: &Content, queries: &[Query<'_>]) -> bool {
    let deletes = |comment: Span| {
        let written = content.source.slice(comment);
        let gone = |edit: &Edit| edit.span.contains(comment) && !edit.text.contains(written);
        !comment.contains(place) && fix.edits().iter().any(gone)
    };
    let in_query = |query: &Query<'_>| {
        let edits = fix.edits().iter().filter_map(|edit| query.span_in_query(edit.span));
        let tokens = &query.parse().tokens;
        let comment = |edit: Span| {
            let first = tokens.partition_point(|token| token.span.end <= edit.start);
            let mut at = edit.start as usize;
            let within = tokens[first..].iter().take_while(|token| token.span.start < edit.end);
            let gaps = within.map(|token| token.span).chain([Span::at(edit.end as usize)]);
            gaps.into_iter().any(|token| {
                let gap = query.text.get(at..token.start as usize).unwrap_or_default();
                at = token.end as usize;
                gap.contains("//")
            })
        };
        edits.into_iter().any(comment)
    };
    content.document.comments.iter().any(|comment| deletes(comment.span))
        || (!queries.is_empty() && queries.iter().any(in_query))
}

struct Proof<'a> {
    checker: &'a Checker<'a>,
    before: Reading<'a>,
    /// How many bytes may still be read.
    bytes: usize,
    /// Whose fixes are proved.
    kept: Vec<bool>,
}

impl<'a> Proof<'a> {
    fn run(&mut self) {
        let mut open = self.candidates();
        while !open.is_empty() {
            let waiting = fix::proved_together(&mut open, |candidate| candidate.fix);
            self.all_or_halves(&open);
            open = waiting;
        }
    }

    /// The fixes, each once, in the order in which they are taken.
    fn candidates(&self) -> Vec<Candidate<'a>> {
        let found = self.before.found;
        let fixes = found.iter().enumerate().filter_map(|(at, one)| Some((one.fix.as_ref()?, at)));
        let mut candidates: Vec<Candidate<'a>> =
            fixes.map(|(fix, at)| Candidate { fix, of: vec![at] }).collect();
        candidates.order_by_key(|candidate| fix::order(candidate.fix));
        candidates.dedup_by(|later, first| {
            let same = later.fix.edits() == first.fix.edits();
            if same {
                first.of.append(&mut later.of);
            }
            same
        });
        candidates
    }

    fn all_or_halves(&mut self, candidates: &[Candidate<'a>]) {
        if candidates.is_empty() {
            return;
        }
        if self.holds(candidates) {
            candidates.iter().flat_map(|candidate| &candidate.of).for_each(|at| self.kept[*at] = true);
        } else if candidates.len() > 1 {
            let (first, second) = candidates.split_at(candidates.len() / 2);
            self.all_or_halves(first);
            self.all_or_halves(second);
        }
    }

    /// Whether some fixes together remove their findings and add no error.
    fn holds(&mut self, candidates: &[Candidate<'a>]) -> bool {
        if self.checker.is_stopped() {
            return false;
        }
        let source = &self.before.content.source;
        let Some(left) = self.bytes.checked_sub(source.text().len()) else { return false };
        self.bytes = left;
        let fixes: Vec<&Fix> = candidates.iter().map(|candidate| candidate.fix).collect();
        let edits = fix::edits_of(&fixes);
        let Some(text) = Edit::apply(&edits, source.text()).filter(|text| text != source.text()) else {
            return false;
        };
        let after = SourceFile::new(source.path(), text);
        let targets: Vec<usize> = candidates.iter().flat_map(|candidate| &candidate.of).copied().collect();
        verdict(self.checker, self.before, after, &edits, &targets)
    }
}

/// Whether a file reads better after edits: the targeted findings are gone, and no error is new.
fn verdict(
    checker: &Checker<'_>,
    before: Reading<'_>,
    source: SourceFile,
    edits: &[Edit],
    targets: &[usize],
) -> bool {
    let content = checker.reread(before.content, source.into(), edits);
    let is_yaml = !is_query_file(content.source.path());
    let old = (before.content.source.text(), &before.content.document);
    if is_yaml && !fix::reads_as_before(old, (content.source.text(), &content.document), edits) {
        return false;
    }
    let queries = content.queries();
    let seams = Seams::of(edits);
    let paired: Vec<Option<&Query<'_>>> =
        queries.iter().enumerate().map(|(at, query)| before.query(at, query, queries.len())).collect();
    let after = After { content: &content, edits: &seams };
    let blank = |edit: &Edit| edit.text.trim().is_empty() && old.0[edit.span.range()].trim().is_empty();
    if queries.len() == before.queries.len() && edits.iter().all(blank) && only_layout(&queries, &paired) {
        // What rules say of a query but for its layout is what they said.
        let is_target = |meta: &RuleMeta| targets.iter().any(|at| before.found[*at].rule.id == meta.id);
        let errors =
            |meta: &RuleMeta| checker.can_be_error(meta) && !BINDER.contains(&meta.id) && !is_target(meta);
        let mut found = checker.check_some(&content, before.queries, true, errors).all;
        found.append(&mut checker.check_some(&content, &queries, false, is_target).all);
        if nothing_added(before, before.found, &after, &found, targets) {
            return true;
        }
    }
    for (query, old) in queries.iter().zip(&paired) {
        // A query that has no pair was not read before.
        let Some(old) = old else { continue };
        query.take_over(old);
        if old.text == query.text {
            continue;
        }
        if !holds_in_query(checker, old, query, &seams) {
            return false;
        }
    }
    // Where no query was touched, what was found in them is what it was.
    let same = |(query, old): (&Query<'_>, Option<&Query<'_>>)| old.is_some_and(|old| old.text == query.text);
    let known = before.in_file > 0
        && queries.len() == before.queries.len()
        && queries.iter().zip(paired).all(same)
        && targets.iter().all(|at| *at < before.in_file);
    let old_found = if known { &before.found[..before.in_file] } else { before.found };
    // Only an error that is new counts, or a finding that should be gone.
    let asked = |meta: &RuleMeta| {
        targets.iter().any(|at| before.found[*at].rule.id == meta.id)
            || (checker.can_be_error(meta) && !BINDER.contains(&meta.id))
    };
    let found = checker.check_some(&content, &queries, known, asked).all;
    nothing_added(before, old_found, &after, &found, targets)
}

/// A file as it reads after edits.
struct After<'a> {
    content: &'a Content,
    edits: &'a Seams,
}

/// Whether edits changed some query, and none in more than white space and comments.
fn only_layout(queries: &[Query<'_>], before: &[Option<&Query<'_>>]) -> bool {
    let mut pairs = queries.iter().zip(before.iter().copied());
    let is_same = |(query, old): (&Query<'_>, Option<&Query<'_>>)| {
        old.is_some_and(|old| {
            old.text == query.text || (old.text.len() >= query.text.len() && query.has_tokens_of(old))
        })
    };
    let changed =
        |(query, old): (&Query<'_>, Option<&Query<'_>>)| old.is_none_or(|old| old.text != query.text);
    pairs.clone().any(changed) && pairs.all(is_same)
}

/// Whether the targeted findings are gone, and no error is new.
fn nothing_added(
    before: Reading<'_>,
    old_found: &[Diagnostic],
    after: &After<'_>,
    found: &[Diagnostic],
    targets: &[usize],
) -> bool {
    let (content, seams) = (after.content, after.edits);
    // What a text that could not be read had hidden.
    let unread = fix::broken(&before.content.document)
        || before.queries.iter().any(|query| !query.parse().errors.is_empty());
    let old_text =
        |one: &Diagnostic| before.content.source.slice(before.content.source.clamp(one.span)).to_owned();
    let mut count: FxHashMap<(&str, &str, String), isize> = FxHashMap::default();
    for old in old_found {
        *count.entry((old.rule.id, &old.message, old_text(old))).or_default() += 1;
    }
    let mut gone = BTreeSet::new();
    for at in targets {
        let old = &before.found[*at];
        *count.entry((old.rule.id, &old.message, old_text(old))).or_default() -= 1;
        gone.insert((old.rule.id, &*old.message, old_text(old)));
    }
    for new in found {
        let key = (
            new.rule.id,
            new.message.as_str(),
            content.source.slice(content.source.clamp(new.span)).to_owned(),
        );
        let target = gone.contains(&key);
        let left = count.entry(key).or_default();
        *left -= 1;
        if *left >= 0 {
            continue;
        }
        let counts = new.severity == Severity::Error
            && !BINDER.contains(&new.rule.id)
            && (!unread || seams.touch(new.span));
        if counts || target {
            return false;
        }
    }
    true
}

/// Whether a query reads better, as far as the parser and the binder can tell.
fn holds_in_query(checker: &Checker<'_>, old: &Query<'_>, new: &Query<'_>, seams: &Seams) -> bool {
    let seams = seams.in_query(new);
    let (old_errors, new_errors) = (&old.parse().errors, &new.parse().errors);
    let known = old_errors.iter().map(|error| error.message.as_str());
    let added = extras(known, new_errors.iter().map(|error| (error.message.as_str(), error.span)));
    if !added.is_empty() && (new_errors.len() >= old_errors.len() || any_at_seam(new, &seams, &added)) {
        return false;
    }
    let (before, after) = (old.meaning(checker.catalog), new.meaning(checker.catalog));
    // The parser goes on as if what it misses were there, so that what is wrong at the seam may be known already.
    let places: Vec<Span> = after.findings.iter().map(|finding| finding.span).collect();
    if !old_errors.is_empty() {
        return !any_at_seam(new, &seams, &places);
    }
    let known = before.findings.iter().map(told);
    let said = after.findings.iter().map(|finding| (told(finding), finding.span));
    // A query that could be read hid nothing.
    extras(known, said).is_empty()
}

/// What a finding is about. A name that is not known may be reported as that of a table or of a column.
fn told(finding: &Finding) -> (FindingKind, &str) {
    match (&finding.name, finding.kind) {
        (Some(name), FindingKind::UnknownTable | FindingKind::UnknownColumn) => {
            (FindingKind::UnknownColumn, name)
        }
        (_, kind) => (kind, &finding.message),
    }
}

/// The places of what is said oftener than it was known.
fn extras<T: Ord>(known: impl Iterator<Item = T>, said: impl Iterator<Item = (T, Span)>) -> Vec<Span> {
    let mut left: BTreeMap<T, usize> = BTreeMap::new();
    known.for_each(|what| *left.entry(what).or_default() += 1);
    let mut extra = Vec::new();
    for (what, place) in said {
        match left.get_mut(&what).filter(|left| **left > 0) {
            Some(left) => *left -= 1,
            None => extra.push(place),
        }
    }
    extra
}

/// The places of a new text where edits joined or parted words; in a query, with the token on either side.
struct Seams {
    /// The replacements.
    places: Vec<Span>,
}

impl Seams {
    fn of(edits: &[Edit]) -> Self {
        Self { places: fix::moved(edits) }
    }

    /// Whether a place of the file lies at an edit.
    fn touch(&self, place: Span) -> bool {
        self.places.iter().any(|edit| edit.start <= place.end && place.start <= edit.end)
    }

    /// The seams in a query.
    fn in_query(&self, query: &Query<'_>) -> Vec<Span> {
        let tokens = &query.parse().tokens;
        let widen = |place: Span| {
            let next = tokens.partition_point(|token| token.span.start < place.end);
            let last = tokens.partition_point(|token| token.span.end <= place.start);
            let start = last.checked_sub(1).map_or(place.start, |at| tokens[at].span.start);
            let end = tokens.get(next).map_or(place.end, |token| token.span.end);
            Span::new(start as usize, end.max(place.end) as usize)
        };
        let places = self.places.iter().filter_map(|place| query.span_in_query(*place));
        let mut seams: Vec<Span> = places.map(widen).collect();
        // The arguments of a call are words of it.
        let calls: Vec<Span> = seams.iter().filter_map(|seam| called(tokens, seam.start)).collect();
        seams.extend(calls);
        seams
    }
}

/// The name of the function between whose parentheses a place lies.
fn called(tokens: &[Token], place: u32) -> Option<Span> {
    let mut depth = 0_usize;
    let before = tokens.partition_point(|token| token.span.end <= place);
    // However long a query is, its calls are short.
    for at in (0..=before.min(tokens.len().saturating_sub(1))).rev().take(500) {
        match tokens[at].kind {
            TokenKind::CloseParen if tokens[at].span.start < place => depth += 1,
            TokenKind::OpenParen if depth > 0 => depth -= 1,
            TokenKind::OpenParen => return at.checked_sub(1).map(|name| tokens[name].span),
            TokenKind::Pipe | TokenKind::Semicolon => return None,
            _ => {}
        }
    }
    None
}

/// Whether any of some places in a query lies at a seam. Where something is missing, it is missing before the next token.
fn any_at_seam(query: &Query<'_>, seams: &[Span], places: &[Span]) -> bool {
    let tokens = &query.parse().tokens;
    let whole = |place: Span| {
        let next = tokens.partition_point(|token| token.span.start < place.end);
        let end = tokens.get(next).filter(|_| place.is_empty()).map_or(place.end, |token| token.span.end);
        Span::new(place.start as usize, end as usize)
    };
    let meet = |a: Span, b: Span| a.start < b.end && b.start < a.end;
    places.iter().any(|place| seams.iter().any(|seam| meet(*seam, whole(*place))))
}

#[cfg(test)]
mod tests;
