//! A new text as edits of the old one, as few and as small as can be, so that an editor keeps the places of everything else.

use imara_diff::{Algorithm, Diff, InternedInput};

use crate::source::{Edit, Span};

/// Beyond this many bytes that differ, they are replaced as a whole: comparing them would take too long.
const MOST_COMPARED: usize = 1 << 20;

/// The edits that make the new text of the old one, sorted.
pub(crate) fn edits(old: &str, new: &str) -> Vec<Edit> {
    hunks(old, new, false)
}

/// The same for texts that differ in nothing but white space: each of the edits differs in nothing else either, so that any
/// selection of them may be applied.
pub(crate) fn layout_edits(old: &str, new: &str) -> Vec<Edit> {
    hunks(old, new, true)
}

fn hunks(old: &str, new: &str, keeps_words: bool) -> Vec<Edit> {
    let changed = difference(old, new);
    if changed.span.is_empty() && changed.text.is_empty() {
        return Vec::new();
    }
    // Whole lines around what differs.
    let start = old[..changed.span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let end = changed.span.end as usize;
    let end = old[end..].find('\n').map_or(old.len(), |at| end + at + 1);
    let tail = old.len() - end;
    let (old_part, new_part) = (&old[start..end], &new[start..new.len() - tail]);
    if old_part.len() > MOST_COMPARED {
        return vec![changed];
    }
    let diff = Diff::compute(Algorithm::Myers, &InternedInput::new(old_part, new_part));
    let (old_lines, new_lines) = (offsets(old_part), offsets(new_part));
    let mut hunks: Vec<(Span, Span)> = Vec::new();
    // Whether the last hunk lacks words that come later, or has more.
    let mut is_open = false;
    for hunk in diff.hunks() {
        let place = |lines: &[usize], range: std::ops::Range<u32>| {
            Span::new(lines[range.start as usize], lines[range.end as usize])
        };
        let (from, to) = (place(&old_lines, hunk.before), place(&new_lines, hunk.after));
        match hunks.last_mut().filter(|_| is_open) {
            Some(last) => *last = (last.0.cover(from), last.1.cover(to)),
            None => hunks.push((from, to)),
        }
        let last = hunks.last().copied().unwrap_or_default();
        is_open = keeps_words && !same_words(&old_part[last.0.range()], &new_part[last.1.range()]);
    }
    let edit = |(from, to): (Span, Span)| {
        let mut edit = difference(&old_part[from.range()], &new_part[to.range()]);
        edit.span = edit.span.shift(start + from.start as usize);
        edit
    };
    hunks.into_iter().map(edit).filter(|edit| !edit.span.is_empty() || !edit.text.is_empty()).collect()
}

/// Where lines begin, and where the last one ends.
fn offsets(text: &str) -> Vec<usize> {
    let mut at = 0;
    let mut all = vec![0];
    for line in text.split_inclusive('\n') {
        at += line.len();
        all.push(at);
    }
    all
}

fn same_words(old: &str, new: &str) -> bool {
    old.chars().filter(|c| !c.is_whitespace()).eq(new.chars().filter(|c| !c.is_whitespace()))
}

/// The one edit that makes the new text: what both begin and end with stays.
fn difference(old: &str, new: &str) -> Edit {
    let same = |(a, b): &(char, char)| a == b;
    let prefix: usize = old.chars().zip(new.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let (old_rest, new_rest) = (&old[prefix..], &new[prefix..]);
    let suffix = old_rest.chars().rev().zip(new_rest.chars().rev()).take_while(same);
    let suffix: usize = suffix.map(|(c, _)| c.len_utf8()).sum();
    Edit::new(Span::new(prefix, old.len() - suffix), &new_rest[..new_rest.len() - suffix])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edits_make_the_new_text() {
        for (old, new, count) in [
            ("a\nb\nc\n", "a\nb\nc\n", 0),
            ("a\nb\nc\n", "a\n b\nc\n", 1),
            ("a\nb\nc\nd\n", " a\nb\nc\n d\n", 2),
            ("a b\nc\n", "a\nb\nc\n", 1),
            ("", "a", 1),
            ("ä\n", "ö\n", 1),
            ("a\n", "", 1),
            ("a\r\nb\r\n", "a\r\n  b\r\n", 1),
        ] {
            let edits = edits(old, new);
            assert_eq!(Edit::apply(&edits, old).as_deref(), Some(new), "{old:?}");
            assert_eq!(edits.len(), count, "{old:?} {edits:?}");
        }
    }

    #[test]
    fn any_selection_of_them_keeps_the_words() {
        let (old, new) = (
            "T|where A==1\n|where B==2\n| take 1\n| project X,Y\n",
            "T\n| where A == 1\n| where B == 2\n| take 1\n| project X, Y\n",
        );
        let all = layout_edits(old, new);
        assert!(all.len() > 1);
        // What one of them takes, the same one gives.
        assert_eq!(layout_edits("a\n)\nb\n)\n", "a )\nb\n)\n").len(), 1);
        for edit in &all {
            let text = Edit::apply(std::slice::from_ref(edit), old).unwrap();
            assert!(same_words(old, &text), "{text}");
        }
    }
}
