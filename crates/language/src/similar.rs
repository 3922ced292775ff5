//! "Did you mean": the candidate most similar to a name, or none if no candidate is similar.

use std::cmp::Reverse;

use crate::order::Order as _;

pub mod alike;

/// A longer text is not a slip of the pen, and comparing it would cost more than it tells.
const LONGEST: usize = 128;

/// The largest number of edits that still counts as a slip, however long the text is.
const MOST_EDITS: usize = 5;

/// Whether one name is a slip of the other: they differ in case, in underscores, dashes and spaces, or in one letter, of
/// names of eight letters and more in two, of sixteen and more in three. Only for such is another name offered as a fix.
pub fn is_slip(written: &str, meant: &str) -> bool {
    let squash = |text: &str| {
        let letters = text.chars().take(2 * LONGEST).filter(|c| !matches!(c, '_' | '-' | ' '));
        letters.flat_map(char::to_lowercase).collect::<String>()
    };
    let (written, meant) = (squash(written), squash(meant));
    let length = written.chars().count().max(meant.chars().count());
    let most = match length {
        16.. => 3,
        8.. => 2,
        _ => 1,
    };
    strsim::osa_distance(&written, &meant) <= most
}

/// The [nearest] candidate, where the text is a [slip](is_slip) of it.
pub fn slip_of<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest(text, candidates).filter(|meant| is_slip(text, meant))
}

/// The candidate nearest to `text`, or `None` when none is near.
///
/// Case is ignored. One insertion, deletion, replacement or swap of neighbors is one edit, and one edit is
/// allowed per three characters of the longer side. Of equally near candidates the one that shares the longer
/// beginning wins, then the first in byte order, so the answer does not depend on the order of `candidates`.
pub fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(text.trim(), candidates, |length| length / 3)
}

/// The name nearest to a word of a query, or `None` when none is near. There are many names in queries, and they are
/// similar to each other: one edit is allowed in words of up to seven characters, two in longer ones, and none in words of
/// one or two. The word itself is no answer.
pub fn nearest_name<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let length = word.chars().count();
    let allowed = if length < 3 { 0 } else { (length / 4).clamp(1, 2) };
    nearest_within(word, names.into_iter().filter(|name| *name != word), |_| allowed)
}

/// The nearest candidate, as [`nearest`] describes. `allowed` tells how many edits are allowed in a text of so many
/// characters, which are those of the longer side.
fn nearest_within<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    allowed: impl Fn(usize) -> usize,
) -> Option<&'a str> {
    let length = text.chars().take(LONGEST + 1).count();
    if length == 0 || length > LONGEST {
        return None;
    }
    let lower = text.to_lowercase();
    let letters = Letters::of(&lower);
    let mut best: Option<(usize, Reverse<usize>, &str)> = None;
    for candidate in candidates {
        let most = best.map_or(MOST_EDITS, |(distance, _, _)| distance);
        let other = if candidate.is_ascii() { candidate.len() } else { candidate.chars().count() };
        let limit = allowed(length.max(other)).min(most);
        if length.abs_diff(other) > limit || letters.are_apart(candidate, limit) {
            continue;
        }
        let distance = strsim::osa_distance(&lower, &candidate.to_lowercase());
        if distance > limit {
            continue;
        }
        let key = (distance, Reverse(common_prefix(&lower, candidate)), candidate);
        if best.is_none_or(|best| key < best) {
            best = Some(key);
        }
    }
    best.map(|(_, _, candidate)| candidate)
}

/// Of many names the few that are most similar to a word, best first.
pub(crate) fn closest<'n>(word: &str, names: &[&'n str], few: usize) -> Vec<&'n str> {
    let mut names: Vec<&str> = names.iter().copied().filter(|name| !name.starts_with('_')).collect();
    // Where there are very many, comparing all takes too long.
    if names.len() > 3_000 {
        names.truncate(few);
        return names;
    }
    let of = |name: &str| name.chars().map(|c| c.to_ascii_lowercase()).collect::<Vec<char>>();
    let (word, letters) = (of(word), Letters::of(&word.to_ascii_lowercase()));
    // The names that may be most similar come first, so that most of the others need not be compared.
    let mut most: Vec<(Alike, usize)> =
        names.iter().enumerate().map(|(at, name)| (letters.most_alike(name), at)).collect();
    most.order_by_key(|(most, at)| (Reverse(*most), *at));
    let mut ranked: Vec<(Reverse<Alike>, usize)> = Vec::new();
    for (most, at) in most {
        if ranked.len() == few && ranked.last().is_some_and(|(last, _)| most < last.0) {
            break;
        }
        let alike = thousandths(strsim::generic_jaro_winkler(&word, &of(names[at])));
        let place = ranked.partition_point(|known| *known < (Reverse(alike), at));
        ranked.insert(place, (Reverse(alike), at));
        ranked.truncate(few);
    }
    ranked.into_iter().map(|(_, at)| names[at]).collect()
}

/// How similar two names are, in thousandths, so that the order is total.
type Alike = i64;

#[expect(clippy::cast_possible_truncation, reason = "it is between 0 and 1000")]
fn thousandths(alike: f64) -> Alike {
    (alike * 1000.0) as Alike
}

/// How often each letter stands in a text, and how many there are; for texts of ASCII only.
struct Letters(Option<([u8; 128], usize)>);

impl Letters {
    fn of(lower: &str) -> Self {
        let mut counts = [0; 128];
        for byte in lower.bytes() {
            match counts.get_mut(usize::from(byte)) {
                Some(count) => *count += 1,
                None => return Self(None),
            }
        }
        Self(Some((counts, lower.len())))
    }

    /// At most so similar is a candidate by the measure of Jaro and Winkler: as if all letters that both have stood in the
    /// same order, and after the same beginning.
    fn most_alike(&self, candidate: &str) -> Alike {
        let Some((_, all)) = self.0.filter(|(_, all)| *all > 0 && candidate.is_ascii()) else { return 1_000 };
        let common = candidate.len() - self.lacks(candidate);
        if common == 0 {
            return 0;
        }
        let part = |of: usize| f64::from(common as u32) / f64::from(of as u32);
        let jaro = (part(all) + part(candidate.len()) + 1.0) / 3.0;
        // A little more than that, so that rounding takes nothing away.
        thousandths(jaro + 0.4 * (1.0 - jaro)) + 1
    }

    /// How many letters of a candidate, which is ASCII, the text does not have.
    fn lacks(&self, candidate: &str) -> usize {
        let Some((mut left, _)) = self.0 else { return 0 };
        let is_left = |byte: u8| {
            let count = &mut left[usize::from(byte.to_ascii_lowercase() & 127)];
            count.checked_sub(1).map(|fewer| *count = fewer).is_some()
        };
        candidate.len() - candidate.bytes().map(is_left).filter(|left| *left).count()
    }

    /// Whether surely more than so many edits lie between the text and the candidate: one edit removes or adds at most one
    /// letter. Far cheaper than the distance itself, and enough to pass over nearly every candidate.
    fn are_apart(&self, candidate: &str, limit: usize) -> bool {
        let Some((mut left, all)) = self.0.filter(|_| candidate.is_ascii()) else { return false };
        let mut lacks = 0;
        for byte in candidate.bytes() {
            let count = &mut left[usize::from(byte.to_ascii_lowercase() & 127)];
            match count.checked_sub(1) {
                Some(fewer) => *count = fewer,
                None => lacks += 1,
            }
            if lacks > limit {
                return true;
            }
        }
        (all + lacks).saturating_sub(candidate.len()) > limit
    }
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
    fn a_name_in_a_query_is_one_edit_or_two_away() {
        let names = ["count", "countif", "ago", "strcat", "strcat_array", "Timestamp"];
        assert_eq!(nearest_name("cuont", names), Some("count"));
        assert_eq!(nearest_name("Timstmap", names), Some("Timestamp"));
        assert_eq!(nearest_name("STRCAT", names), Some("strcat"));
        assert_eq!(nearest_name("strcat", names), None);
        assert_eq!(nearest_name("cnut", names), None);
        assert_eq!(nearest_name("ag", names), None);
    }

    #[test]
    fn a_slip_is_one_letter_or_two_case_or_an_underscore() {
        let pairs =
            [("Sysmon", "Syslog"), ("PaloAlto", "PaloAltoCDL"), ("RiskScore", "RiskState"), ("tag", "type")];
        assert!(!pairs.iter().any(|(written, meant)| is_slip(written, meant)));
        let pairs = [
            ("query_frequency", "queryFrequency"),
            ("qeury", "query"),
            ("DeviceNetworkEvnt", "DeviceNetworkEvents"),
            ("datatype", "dataTypes"),
        ];
        assert!(pairs.iter().all(|(written, meant)| is_slip(written, meant)));
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
    fn the_closest_are_the_first_of_all_ranked_by_similarity() {
        let names: Vec<&str> =
            include_str!("similar.rs").split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let names = &names[..2_500];
        let lower = |name: &str| name.chars().map(|c| c.to_ascii_lowercase()).collect::<Vec<char>>();
        for word in ["candidate", "Candidtae", "lettres", "x", "osa_distance", "na\u{ef}ve", ""] {
            let mut all: Vec<&str> = names.iter().copied().filter(|name| !name.starts_with('_')).collect();
            all.sort_by_cached_key(|name| {
                Reverse(thousandths(strsim::generic_jaro_winkler(&lower(word), &lower(name))))
            });
            all.truncate(4);
            assert_eq!(closest(word, names, 4), all, "{word}");
        }
    }

    #[test]
    fn letters_never_overstate_the_distance() {
        let words = ["Name", "Nmae", "FullName", "name", "Address", "IPAddress", "", "aab", "abb", "DNS_x1"];
        for a in words.map(str::to_lowercase) {
            for b in words {
                let distance = strsim::osa_distance(&a, &b.to_lowercase());
                assert!(!Letters::of(&a).are_apart(b, distance), "{a} {b}");
            }
        }
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
