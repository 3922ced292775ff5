//! Applies fixes: chooses those that can go together, and proves that each changed nothing but what it said it would.
//!
//! # Which fixes go together
//!
//! Each fix was made for the text as it is, so two fixes can be applied in one round only if neither touches a place that
//! the other changes. Fixes are taken in the order of the file (by their first edit, then by their last). Of several with
//! the very same edits one is enough. A fix waits for the next round, for which it is made anew, where one of its edits
//! overlaps an edit of a fix that was taken, or *touches* it: ends where the other begins, begins where it ends, or inserts
//! at the same place. Inside one fix edits may touch, and insertions at one place keep their order, but they may not
//! overlap: such a fix is refused, as is one after which the file would read otherwise than the fix says.

use std::collections::{BTreeMap, BTreeSet};

use imara_diff::{Algorithm, InternedInput, Interner, Token, UnifiedDiffConfig, UnifiedDiffPrinter};

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Severity};
use crate::order::Order as _;
use crate::source::{SourceFile, Span};
use crate::yaml::{self, Document, Entry, Mapping, Node, Value};

/// What one round of fixing made of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The new text.
    pub text: String,
    /// How many fixes are in it.
    pub applied: usize,
    /// How many of those answer an error.
    pub errors: usize,
    /// The rule of each.
    pub rules: Vec<&'static str>,
    /// How many were refused, because they would have changed something else.
    pub refused: usize,
}

/// Applies the fixes of the findings that count, none twice and none that overlap. `None` where nothing
/// is left to do.
pub fn round(source: &SourceFile, diagnostics: &[Diagnostic], least: Applicability) -> Option<Fixed> {
    // Bytes that are not UTF-8 are known by place only; writing such a file back would lose them.
    if !source.is_writable() {
        return None;
    }
    let chosen = chosen(diagnostics, least);
    if chosen.is_empty() {
        return None;
    }
    let is_yaml = !crate::content::is_query_file(source.path());
    if let Some(text) = apply(source, &chosen, is_yaml) {
        let errors = errors_answered(diagnostics, &chosen);
        let rules = rules_of(diagnostics, &chosen);
        return Some(Fixed { text, applied: chosen.len(), errors, rules, refused: 0 });
    }
    one_by_one(source, diagnostics, &chosen, is_yaml)
}

/// Applies one fix of the findings that count: the first of the worst.
pub(crate) fn first(source: &SourceFile, diagnostics: &[Diagnostic], least: Applicability) -> Option<Fixed> {
    let is_yaml = !crate::content::is_query_file(source.path());
    let mut chosen = if source.is_writable() { chosen(diagnostics, least) } else { Vec::new() };
    chosen.order_by_key(|fix| errors_answered(diagnostics, &[*fix]) == 0);
    chosen.iter().find_map(|fix| {
        let text = apply(source, &[*fix], is_yaml)?;
        let (errors, rules) = (errors_answered(diagnostics, &[*fix]), rules_of(diagnostics, &[*fix]));
        Some(Fixed { text, applied: 1, errors, rules, refused: 0 })
    })
}

/// How many of some fixes answer an error.
fn errors_answered(diagnostics: &[Diagnostic], fixes: &[&Fix]) -> usize {
    let errors = diagnostics.iter().filter(|one| one.counts() && one.severity == Severity::Error);
    let edits: BTreeSet<Vec<(Span, &str)>> =
        errors.filter_map(|error| error.fix.as_ref()).map(|fix| places(fix)).collect();
    fixes.iter().filter(|fix| edits.contains(&places(fix))).count()
}

/// The rules whose findings some fixes answer.
fn rules_of(diagnostics: &[Diagnostic], fixes: &[&Fix]) -> Vec<&'static str> {
    let asked: BTreeSet<*const Fix> = fixes.iter().map(|fix| std::ptr::from_ref(*fix)).collect();
    let is_asked =
        |one: &&Diagnostic| one.fix.as_ref().is_some_and(|fix| asked.contains(&std::ptr::from_ref(fix)));
    diagnostics.iter().filter(is_asked).map(|one| one.rule.id).collect()
}

fn places(fix: &Fix) -> Vec<(Span, &str)> {
    fix.edits().iter().map(|edit| (edit.span, edit.text.as_str())).collect()
}

/// Keeps the fixes that hold up next to those kept before.
fn one_by_one(
    source: &SourceFile,
    diagnostics: &[Diagnostic],
    chosen: &[&Fix],
    is_yaml: bool,
) -> Option<Fixed> {
    let (mut kept, mut text, mut refused) = (Vec::new(), None, 0);
    for fix in chosen {
        kept.push(*fix);
        if let Some(better) = apply(source, &kept, is_yaml) {
            text = Some(better);
        } else {
            kept.pop();
            refused += 1;
        }
    }
    let errors = errors_answered(diagnostics, &kept);
    let rules = rules_of(diagnostics, &kept);
    Some(Fixed { text: text?, applied: kept.len(), errors, rules, refused })
}

/// The fixes that go together in this round.
fn chosen(diagnostics: &[Diagnostic], least: Applicability) -> Vec<&Fix> {
    let counting = diagnostics.iter().filter(|diagnostic| diagnostic.counts());
    let fixes = counting.filter_map(|diagnostic| diagnostic.fix.as_ref());
    let mut fixes: Vec<&Fix> = fixes.filter(|fix| fix.applicability >= least).collect();
    fixes.order_by_key(|fix| order(fix));
    fixes.dedup_by(|a, b| a.edits() == b.edits());
    together(&mut fixes, |fix| fix);
    fixes
}

/// The order in which fixes are taken: by their first edit, then by their last.
pub(crate) fn order(fix: &Fix) -> impl Ord + use<> {
    let place = |edit: Option<&Edit>| edit.map(|edit| edit.span);
    (place(fix.edits().first()), place(fix.edits().last()))
}

/// Keeps of some fixes in their [order] those that go together, and returns the others.
fn together<T: Clone>(fixes: &mut Vec<T>, fix: impl for<'t> Fn(&'t T) -> &'t Fix) -> Vec<T> {
    keep_apart(fixes, Taken::default(), fix)
}

/// The same for fixes that are proved together: what several insert at one place stands there one after the other.
pub(crate) fn proved_together<T: Clone>(
    fixes: &mut Vec<T>,
    fix: impl for<'t> Fn(&'t T) -> &'t Fix,
) -> Vec<T> {
    keep_apart(fixes, Taken { insertions_may_meet: true, ..Taken::default() }, fix)
}

fn keep_apart<T: Clone>(
    fixes: &mut Vec<T>,
    mut taken: Taken,
    fix: impl for<'t> Fn(&'t T) -> &'t Fix,
) -> Vec<T> {
    let mut waiting = Vec::new();
    fixes.retain(|one| {
        let taken = taken.take(fix(one));
        if !taken {
            waiting.push(one.clone());
        }
        taken
    });
    waiting
}

/// The places that the fixes of this round change: starts with ends, which do not overlap.
#[derive(Default)]
struct Taken {
    places: BTreeMap<u32, u32>,
    insertions_may_meet: bool,
}

impl Taken {
    /// Takes the places of a fix, unless it touches one that is taken.
    fn take(&mut self, fix: &Fix) -> bool {
        let free = fix.edits().iter().all(|edit| !self.touches(edit.span));
        if free {
            for Edit { span, .. } in fix.edits() {
                let end = self.places.entry(span.start).or_insert(span.end);
                *end = span.end.max(*end);
            }
        }
        free
    }

    /// The last place that begins before the end of the span is the one that reaches furthest.
    fn touches(&self, span: Span) -> bool {
        let Some((start, end)) = self.places.range(..=span.end).next_back() else { return false };
        let both_insert = span.is_empty() && start == end && *start == span.start;
        *end >= span.start && !(both_insert && self.insertions_may_meet)
    }
}

fn apply(source: &SourceFile, fixes: &[&Fix], is_yaml: bool) -> Option<String> {
    let edits = edits_of(fixes);
    let text = Edit::apply(&edits, source.text())?;
    if text == source.text() {
        return None;
    }
    if is_yaml {
        let after = SourceFile::new(source.path(), &*text);
        let read = |file: &SourceFile| yaml::parse_with(file, &crate::content::ROOT_KEYS);
        let (old, new) = (read(source), read(&after));
        return reads_as_before((source.text(), &old), (&text, &new), &edits).then_some(text);
    }
    Some(text)
}

/// The edits of some fixes in the order of the file.
pub(crate) fn edits_of(fixes: &[&Fix]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = fixes.iter().flat_map(|fix| fix.edits()).cloned().collect();
    edits.order_by_key(|edit| edit.span);
    edits
}

/// Whether the new document reads as the old one but for the places that were edited. Each comes with its text.
pub(crate) fn reads_as_before(
    (old_text, old): (&str, &Document),
    (new_text, new): (&str, &Document),
    edits: &[Edit],
) -> bool {
    if new.errors.len() > old.errors.len() || new.extra_documents.len() > old.extra_documents.len() {
        return false;
    }
    // A text that was broken has no tree to compare with; that it is less broken must do. Where it is as broken as before,
    // what could be read of it must read as before.
    if broken(old) && (new.errors.len() < old.errors.len() || !broken(new)) {
        return true;
    }
    // An edit of the indentation is one of what is indented.
    let to_word = |text: &str, place: Span| {
        let rest = &text[place.end as usize..];
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        Span::new(place.start as usize, place.end as usize + blanks)
    };
    let change = Change {
        old: edits.iter().map(|edit| to_word(old_text, edit.span)).collect(),
        new: moved(edits).into_iter().map(|place| to_word(new_text, place)).collect(),
    };
    match (&old.root, &new.root) {
        (Some(old), Some(new)) => change.explains(old, new, old.span, new.span),
        (None, None) => true,
        _ => false,
    }
}

/// Whether a document could not be read as it stands.
pub(crate) fn broken(document: &Document) -> bool {
    !document.errors.is_empty() || document.recovered || !document.extra_documents.is_empty()
}

/// Where the replacements of sorted edits stand in the new text.
pub(crate) fn moved(edits: &[Edit]) -> Vec<Span> {
    let (mut old, mut new) = (0, 0);
    let place = |Edit { span, text }: &Edit| {
        let start = new + (span.start as usize).saturating_sub(old);
        (old, new) = (span.end as usize, start + text.len());
        Span::new(start, new)
    };
    edits.iter().map(place).collect()
}

struct Change {
    old: Vec<Span>,
    new: Vec<Span>,
}

fn any_touches(spans: &[Span], place: Span) -> bool {
    spans.iter().any(|span| span.start <= place.end && place.start <= span.end)
}

impl Change {
    /// Whether every difference between two nodes lies where an edit was made. `old_place` and `new_place`
    /// reach from the key to the value, because an edit of a value may begin at its key.
    fn explains(&self, old: &Node, new: &Node, old_place: Span, new_place: Span) -> bool {
        match (&old.value, &new.value) {
            (Value::Mapping(a), Value::Mapping(b)) if same_keys(a, b) => {
                a.entries.iter().zip(&b.entries).all(|(x, y)| {
                    let (old, new) = (x.key.span.cover(x.value.span), y.key.span.cover(y.value.span));
                    self.explains(&x.value, &y.value, old, new)
                })
            }
            (Value::Mapping(a), Value::Mapping(b)) => {
                let kept = a.entries.iter().all(|entry| {
                    let place = entry.key.span.cover(entry.value.span);
                    match named(b, &entry.key) {
                        Some(other) => {
                            let new_place = other.key.span.cover(other.value.span);
                            self.explains(&entry.value, &other.value, place, new_place)
                        }
                        None => any_touches(&self.old, place),
                    }
                });
                let added = b.entries.iter().all(|entry| {
                    named(a, &entry.key).is_some()
                        || any_touches(&self.new, entry.key.span.cover(entry.value.span))
                });
                kept && added
            }
            (Value::Sequence(a), Value::Sequence(b)) if a.items.len() == b.items.len() => {
                a.items.iter().zip(&b.items).all(|(x, y)| self.explains(x, y, x.span, y.span))
            }
            _ => same(old, new) || any_touches(&self.old, old_place) && any_touches(&self.new, new_place),
        }
    }
}

/// The entry of a key, which may be more than a text, as in `{{Title}}`.
fn named<'m>(map: &'m Mapping, key: &Node) -> Option<&'m Entry> {
    match key.as_str() {
        Some(text) => map.entry(text),
        None => map.entries.iter().find(|entry| same(&entry.key, key)),
    }
}

/// Whether two mappings have the same keys in the same order; one key may be there twice.
fn same_keys(a: &Mapping, b: &Mapping) -> bool {
    a.entries.len() == b.entries.len()
        && a.entries
            .iter()
            .zip(&b.entries)
            .all(|(x, y)| x.key.as_str().is_some() && x.key.as_str() == y.key.as_str())
}

/// Whether two nodes say the same, wherever they stand and however they are written.
fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Scalar(x), Value::Scalar(y)) => x.text == y.text && a.scalar_type() == b.scalar_type(),
        (Value::Sequence(x), Value::Sequence(y)) => {
            x.items.len() == y.items.len() && x.items.iter().zip(&y.items).all(|(x, y)| same(x, y))
        }
        (Value::Mapping(x), Value::Mapping(y)) => {
            let pairs = x.entries.iter().zip(&y.entries);
            x.entries.len() == y.entries.len()
                && pairs.into_iter().all(|(x, y)| same(&x.key, &y.key) && same(&x.value, &y.value))
        }
        (Value::Alias(x), Value::Alias(y)) => x == y,
        _ => false,
    }
}

/// The difference of two texts of one file, in the unified form.
pub fn diff(path: &str, before: &str, after: &str) -> String {
    let input = InternedInput::new(before, after);
    let mut difference = imara_diff::Diff::compute(Algorithm::Myers, &input);
    difference.postprocess_lines(&input);
    let lines = Lines(&input.interner);
    let hunks = difference.unified_diff(&lines, UnifiedDiffConfig::default(), &input).to_string();
    if hunks.is_empty() { hunks } else { format!("--- {path}\n+++ {path}\n{hunks}") }
}

/// Writes lines as `diff -u` does, which says where a last line has no line feed.
struct Lines<'a>(&'a Interner<&'a str>);

impl Lines<'_> {
    fn line(&self, f: &mut impl std::fmt::Write, sign: char, token: Token) -> std::fmt::Result {
        let line = self.0[token];
        let end = if line.ends_with('\n') { "" } else { "\n\\ No newline at end of file\n" };
        write!(f, "{sign}{line}{end}")
    }
}

impl UnifiedDiffPrinter for Lines<'_> {
    fn display_header(
        &self,
        mut f: impl std::fmt::Write,
        before: u32,
        after: u32,
        before_count: u32,
        after_count: u32,
    ) -> std::fmt::Result {
        // One line is not counted, and of none the line before is named.
        let range = |start: u32, count: u32| match count {
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            _ => format!("{},{count}", start + 1),
        };
        writeln!(f, "@@ -{} +{} @@", range(before, before_count), range(after, after_count))
    }

    fn display_context_token(&self, mut f: impl std::fmt::Write, token: Token) -> std::fmt::Result {
        self.line(&mut f, ' ', token)
    }

    fn display_hunk(
        &self,
        mut f: impl std::fmt::Write,
        before: &[Token],
        after: &[Token],
    ) -> std::fmt::Result {
        before.iter().try_for_each(|token| self.line(&mut f, '-', *token))?;
        after.iter().try_for_each(|token| self.line(&mut f, '+', *token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SOME_RULE;

    #[test]
    fn differences_are_told_as_diff_does() {
        let of = |before: &str, after: &str| diff("a.yaml", before, after);
        assert_eq!(of("a\n", "a\n"), "");
        let heading = "--- a.yaml\n+++ a.yaml\n";
        assert_eq!(of("", "a\n"), format!("{heading}@@ -0,0 +1 @@\n+a\n"));
        assert_eq!(of("a\nb\n", ""), format!("{heading}@@ -1,2 +0,0 @@\n-a\n-b\n"));
        let end = "\\ No newline at end of file\n";
        assert_eq!(of("a\nb", "a\nb\n"), format!("{heading}@@ -1,2 +1,2 @@\n a\n-b\n{end}+b\n"));
        assert_eq!(of("b\na", "c\na"), format!("{heading}@@ -1,2 +1,2 @@\n-b\n+c\n a\n{end}"));
        // Two changes far from each other have three lines around each.
        let lines = |first: &str, last: &str| format!("{first}\n2\n3\n4\n5\n6\n7\n8\n{last}\n");
        let (one, other) = ("@@ -1,4 +1,4 @@\n-1\n+a\n 2\n 3\n 4\n", "@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+b\n");
        assert_eq!(of(&lines("1", "9"), &lines("a", "b")), format!("{heading}{one}{other}"));
    }

    fn finding(edits: &[(usize, usize, &str)]) -> Diagnostic {
        let edits = edits.iter().map(|(start, end, text)| Edit::new(Span::new(*start, *end), *text));
        SOME_RULE.at(Span::at(0), "m").fix(Fix::safe("t", edits))
    }

    fn fix(text: &str, diagnostics: &[Diagnostic]) -> Option<Fixed> {
        round(&SourceFile::new("a.yaml", text), diagnostics, Applicability::Safe)
    }

    #[test]
    fn fixes_that_overlap_wait_for_the_next_round() {
        let fixed = fix("a: one\n", &[finding(&[(3, 6, "two")]), finding(&[(4, 5, "x")])]).unwrap();
        assert_eq!((fixed.text.as_str(), fixed.applied), ("a: two\n", 1));
    }

    /// What a round makes of `a: abcdef`, whose value begins at 3, and how many fixes it takes.
    fn round_of(fixes: &[&[(usize, usize, &str)]]) -> Option<(String, usize)> {
        let findings: Vec<_> = fixes.iter().map(|edits| finding(edits)).collect();
        fix("a: abcdef\n", &findings).map(|fixed| (fixed.text, fixed.applied))
    }

    #[test]
    fn fixes_that_touch_wait_and_those_one_byte_apart_do_not() {
        let made = |text: &str, applied| Some((text.to_owned(), applied));
        // Ends where the other begins, and the other way round.
        assert_eq!(round_of(&[&[(3, 5, "X")], &[(5, 7, "Y")]]), made("a: Xcdef\n", 1));
        assert_eq!(round_of(&[&[(5, 7, "Y")], &[(3, 5, "X")]]), made("a: Xcdef\n", 1));
        // Insertions at one place, at the start and at the end of what another replaces.
        assert_eq!(round_of(&[&[(5, 5, "X")], &[(5, 5, "Y")]]), made("a: abXcdef\n", 1));
        assert_eq!(round_of(&[&[(3, 5, "X")], &[(3, 3, "Y")]]), made("a: Yabcdef\n", 1));
        assert_eq!(round_of(&[&[(3, 5, "X")], &[(5, 5, "Y")]]), made("a: Xcdef\n", 1));
        // One byte apart.
        assert_eq!(round_of(&[&[(3, 5, "X")], &[(6, 7, "Y")]]), made("a: XcYef\n", 2));
        assert_eq!(round_of(&[&[(5, 5, "X")], &[(6, 6, "Y")]]), made("a: abXcYdef\n", 2));
    }

    #[test]
    fn a_fix_may_reach_around_another_and_the_same_one_counts_once() {
        let made = |text: &str, applied| Some((text.to_owned(), applied));
        let around: &[_] = &[(3, 4, "X"), (8, 9, "Z")];
        assert_eq!(round_of(&[around, &[(5, 6, "Y")]]), made("a: XbYdeZ\n", 2));
        assert_eq!(round_of(&[around, &[(7, 8, "Y")]]), made("a: XbcdeZ\n", 1));
        assert_eq!(round_of(&[around, around]), made("a: XbcdeZ\n", 1));
        // However many fixes lie between the two.
        let text = format!("a: {}\n", "abc".repeat(100));
        let end = text.len() - 1;
        let mut findings = vec![finding(&[(3, 4, "X"), (end - 1, end, "Z")])];
        findings.extend((1..99).map(|at| finding(&[(4 + 3 * at, 5 + 3 * at, "y")])));
        findings.push(finding(&[(end - 1, end, "late")]));
        let fixed = fix(&text, &findings).unwrap();
        assert_eq!((fixed.applied, fixed.refused), (99, 0));
        assert!(fixed.text.ends_with("Z\n"), "{}", fixed.text);
    }

    #[test]
    fn edits_of_one_fix_may_touch_and_not_overlap() {
        let made = |text: &str, applied| Some((text.to_owned(), applied));
        assert_eq!(round_of(&[&[(3, 5, "X"), (5, 7, "Y")]]), made("a: XYef\n", 1));
        assert_eq!(round_of(&[&[(3, 3, "X"), (3, 3, "Y")]]), made("a: XYabcdef\n", 1));
        assert_eq!(round_of(&[&[(3, 6, "X"), (5, 7, "Y")]]), None);
        assert_eq!(round_of(&[&[(3, 6, "X"), (5, 7, "Y")], &[(8, 9, "Z")]]), made("a: abcdeZ\n", 1));
    }

    #[test]
    fn a_fix_that_changes_more_than_it_says_is_refused() {
        // The edit of `a` opens a quote that swallows `b`.
        assert_eq!(fix("a: one\nb: two\n", &[finding(&[(3, 6, "'one")])]), None);
        let both = [finding(&[(3, 6, "\"")]), finding(&[(10, 13, "ok")])];
        let fixed = fix("a: one\nb: two\n", &both).unwrap();
        assert_eq!((fixed.text.as_str(), fixed.applied, fixed.refused), ("a: one\nb: ok\n", 1, 1));
    }

    #[test]
    fn a_key_that_is_not_a_string_does_not_matter() {
        let text = "name: {{Title}}\nseverity: medium\n";
        let fixed = fix(text, &[finding(&[(26, 32, "Medium")])]).unwrap();
        assert_eq!(fixed.text, "name: {{Title}}\nseverity: Medium\n");
    }

    #[test]
    fn line_ends_marks_and_comments_stay_as_they_are() {
        let text = "\u{feff}a: one # why\r\nb: two\r\n";
        let fixed = fix(text, &[finding(&[(6, 9, "1")])]).unwrap();
        assert_eq!(fixed.text, "\u{feff}a: 1 # why\r\nb: two\r\n");
    }

    #[test]
    fn a_file_with_bytes_that_are_not_utf8_is_never_written() {
        let source = SourceFile::from_bytes("a.yaml", b"a: one\xff\n".to_vec());
        assert_eq!(round(&source, &[finding(&[(3, 6, "two")])], Applicability::Safe), None);
    }
}
