//! "Did you mean": the candidate most like a text, or none when no candidate is like it.

use std::cmp::Reverse;

/// A longer text is no slip of the pen, and comparing it would cost more than it tells.
const LONGEST: usize = 128;

/// The largest number of edits that still counts as a slip, however long the text is.
const MOST_EDITS: usize = 5;

/// The candidate nearest to `text`, or `None` when none is near.
///
/// Case is ignored. One insertion, deletion, replacement or swap of neighbours is one edit, and one edit is
/// allowed per three characters of the longer side. Of equally near candidates the one that shares the longer
/// beginning wins, then the first in byte order, so the answer does not depend on the order of `candidates`.
pub fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let text = text.trim();
    let length = text.chars().take(LONGEST + 1).count();
    if length == 0 || length > LONGEST {
        return None;
    }
    let lower = text.to_lowercase();
    let mut best: Option<(usize, Reverse<usize>, &str)> = None;
    for candidate in candidates {
        let Some(distance) = distance(&lower, length, candidate) else { continue };
        let key = (distance, Reverse(common_prefix(&lower, candidate)), candidate);
        if best.is_none_or(|best| key < best) {
            best = Some(key);
        }
    }
    best.map(|(_, _, candidate)| candidate)
}

/// The number of edits between a lower-case text of `length` characters and a candidate, if it is small enough.
fn distance(lower: &str, length: usize, candidate: &str) -> Option<usize> {
    let other = candidate.chars().take(LONGEST + MOST_EDITS + 1).count();
    let limit = (length.max(other) / 3).min(MOST_EDITS);
    if length.abs_diff(other) > limit {
        return None;
    }
    let distance = strsim::damerau_levenshtein(lower, &candidate.to_lowercase());
    (distance <= limit).then_some(distance)
}

fn common_prefix(lower: &str, candidate: &str) -> usize {
    let other = candidate.chars().flat_map(char::to_lowercase);
    lower.chars().zip(other).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_candidate_wins() {
        let names = ["DeviceName", "DeviceId", "DeviceType"];
        assert_eq!(nearest("DeviceNmae", names), Some("DeviceName"));
        assert_eq!(nearest("devicename", names), Some("DeviceName"));
        assert_eq!(nearest(" DeviceNames ", names), Some("DeviceName"));
    }

    #[test]
    fn what_is_far_is_not_suggested() {
        assert_eq!(nearest("RemoteUrl", ["DeviceName", "Timestamp"]), None);
        assert_eq!(nearest("x", ["y"]), None);
        assert_eq!(nearest("IP", ["DNS", "URL"]), None);
        assert_eq!(nearest("", ["", "a"]), None);
        assert_eq!(nearest("abc", []), None);
    }

    #[test]
    fn one_missing_letter_is_near_in_a_short_word() {
        assert_eq!(nearest("Ur", ["Url", "Name"]), Some("Url"));
    }

    #[test]
    fn ties_do_not_depend_on_the_order() {
        assert_eq!(nearest("Pat", ["Cat", "Pad"]), Some("Pad"));
        assert_eq!(nearest("Pat", ["Pad", "Cat"]), Some("Pad"));
        assert_eq!(nearest("Pat", ["Pay", "Pad"]), Some("Pad"));
    }

    #[test]
    fn long_and_odd_texts_are_harmless() {
        let long = "a".repeat(1 << 20);
        assert_eq!(nearest(&long, ["a"]), None);
        assert_eq!(nearest("a", [long.as_str()]), None);
        assert_eq!(nearest("naïve", ["naive"]), Some("naive"));
        assert_eq!(nearest("\u{130}P Address", ["IP Address"]), Some("IP Address"));
    }
}
