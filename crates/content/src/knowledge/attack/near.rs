//! The technique that a misspelled id or name means.

use std::cmp::Ordering;

use super::{Technique, Version};
use crate::similar::slip_of;

impl Version {
    /// The active technique meant by a misspelled id or name, or `None` when nothing is near.
    ///
    /// `t1219`, `1219`, `T1219.02`, `T1219 - Remote Access Tools` and `Valid Acounts` are understood. An unknown
    /// sub-technique gives its parent, and a revoked technique its replacement. Where several ids are equally
    /// near (`T121`), none is better than the others and the answer is `None`.
    pub fn nearest_id(self, text: &str) -> Option<&'static Technique> {
        let text = text.trim();
        let first = text.split([' ', ':', ',', '(']).next().unwrap_or_default();
        let Some((parent, sub)) = as_id(first) else { return self.nearest_name(text) };
        if is_tactic_id(first) {
            return None;
        }
        if let Some(sub) = sub {
            let id = format!("{parent}.{sub:0>3}");
            if let Some(found) = self.technique(&id).and_then(Technique::current) {
                return Some(found);
            }
        }
        match self.technique(&parent) {
            Some(found) => found.current(),
            None => self.only_one_edit_away(&parent, sub),
        }
    }

    /// The one active technique whose id is one edit away from `parent` and that has the sub-technique, if one
    /// was given.
    fn only_one_edit_away(self, parent: &str, sub: Option<&str>) -> Option<&'static Technique> {
        let mut near = self.techniques().iter().filter(|technique| {
            let id = technique.id;
            let (id_parent, id_sub) = id.split_once('.').map_or((id, None), |(id, sub)| (id, Some(sub)));
            let same_sub = match (id_sub, sub) {
                (None, None) => true,
                (Some(id_sub), Some(sub)) => id_sub.trim_start_matches('0') == sub.trim_start_matches('0'),
                _ => false,
            };
            same_sub && technique.is_active() && is_one_edit(id_parent, parent)
        });
        let found = near.next()?;
        near.next().is_none().then_some(found)
    }

    fn nearest_name(self, text: &str) -> Option<&'static Technique> {
        if let Some(found) = self.by_name(text).first() {
            return found.current();
        }
        let active = self.techniques().iter().filter(|technique| technique.is_active());
        let name = slip_of(text, active.map(|technique| technique.name))?;
        self.by_name(name).first().copied()
    }
}

fn is_tactic_id(text: &str) -> bool {
    Version::ALL.into_iter().flat_map(Version::tactics).any(|tactic| tactic.id.eq_ignore_ascii_case(text))
}

/// What reads as an id: letters, if any, are `T` or `TA`, then three to five digits (letters that look like
/// digits are digits), then perhaps a sub-technique's number. Gives `T` with the digits, and the number.
fn as_id(word: &str) -> Option<(String, Option<&str>)> {
    let (head, sub) = match word.split_once(['.', '_', '/', '-']) {
        Some((head, sub)) => (head, Some(sub)),
        None => (word, None),
    };
    let head = head.to_ascii_uppercase();
    let digits = head.strip_prefix("TA").or_else(|| head.strip_prefix('T')).unwrap_or(&head);
    if !(3..=5).contains(&digits.len()) || digits.bytes().filter(u8::is_ascii_digit).count() < 2 {
        return None;
    }
    let mut id = String::from("T");
    for c in digits.chars() {
        match c {
            '0'..='9' => id.push(c),
            'O' => id.push('0'),
            'I' | 'L' => id.push('1'),
            _ => return None,
        }
    }
    let sub = sub.filter(|sub| !sub.is_empty() && sub.len() <= 3 && sub.bytes().all(|b| b.is_ascii_digit()));
    Some((id, sub))
}

/// Whether one insertion, deletion, replacement or swap of neighbors at most lies between two texts. There are some hundreds
/// of techniques to compare each unknown one with, so this does not fill a table as the distance does.
fn is_one_edit(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    match a.len().cmp(&b.len()) {
        Ordering::Less => *a == b[1..],
        Ordering::Greater => a[1..] == *b,
        Ordering::Equal => {
            let swapped = a.len() > 1 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..];
            a.is_empty() || a[1..] == b[1..] || swapped
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_edit_is_what_the_distance_says() {
        let words = ["T1219", "T1291", "T129", "T12199", "T1219X", "T2119", "1219", "T1229", "T", "", "TT"];
        for a in words {
            for b in words {
                assert_eq!(is_one_edit(a, b), strsim::osa_distance(a, b) <= 1, "{a} {b}");
            }
        }
    }
}
