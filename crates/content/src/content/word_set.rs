//! Words that rules look for in a query before they walk its tree: all of them are found in one pass over the text.

use std::sync::LazyLock;

use aho_corasick::packed::{MatchKind, Searcher};

/// A word that a query may hold, anywhere in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    BagUnpack,
    CustomEntity,
    Extract,
    Ipv4,
    Ipv6,
    Pivot,
    Regex,
    Replace,
    Timestamp,
    ToDateTime,
    ToGuid,
    ToLower,
    ToTimespan,
    ToUpper,
    Trim,
}

/// Each word with the letters that tell it, in the order of the numbers of the words. No letters end as others begin, so
/// that no two of them share a letter of the text.
const WORDS: [(Word, &str, &str); 15] = [
    (Word::BagUnpack, "bag_unpack", "bag_u"),
    (Word::CustomEntity, "CustomEntity", "CustomE"),
    (Word::Extract, "extract", "extrac"),
    (Word::Ipv4, "ipv4", "ipv4"),
    (Word::Ipv6, "ipv6", "ipv6"),
    (Word::Pivot, "pivot", "pivo"),
    (Word::Regex, "regex", "reg"),
    (Word::Replace, "replace", "repl"),
    (Word::Timestamp, "Timestamp", "Timesta"),
    (Word::ToDateTime, "todatetime", "toda"),
    (Word::ToGuid, "toguid", "togu"),
    (Word::ToLower, "tolower", "tolow"),
    (Word::ToTimespan, "totimespan", "totim"),
    (Word::ToUpper, "toupper", "tou"),
    (Word::Trim, "trim", "trim"),
];

/// Which of the words a text may hold: all that it does, and hardly any other.
#[derive(Clone, Copy, Debug)]
pub(super) struct WordSet(u32);

impl WordSet {
    pub(super) fn of(text: &str) -> Self {
        // There is none on processors without the instructions for it.
        static SEARCHER: LazyLock<Option<Searcher>> = LazyLock::new(|| {
            let letters = WORDS.map(|(_, _, letters)| letters);
            aho_corasick::packed::Config::new()
                .match_kind(MatchKind::LeftmostFirst)
                .builder()
                .extend(letters)
                .build()
        });
        let Some(searcher) = &*SEARCHER else { return Self(u32::MAX) };
        Self(searcher.find_iter(text).fold(0, |found, one| found | 1 << one.pattern().as_u32()))
    }

    pub(super) fn may_have(self, word: Word) -> bool {
        self.0 & 1 << word as u32 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_found_in_any_text() {
        for (at, (word, text, letters)) in WORDS.into_iter().enumerate() {
            assert_eq!(word as usize, at);
            assert!(text.contains(letters), "{text}");
            for around in ["T | where x == 1 * 2", "", "(((((((((((((((((((((((((((((((((((((((", "\u{e9}"] {
                assert!(WordSet::of(&format!("{around}{text}{around}")).may_have(word), "{text} {around}");
            }
        }
        let none = WordSet::of("DeviceNetworkEvents | where RemotePort == 5938 | project DeviceName");
        // Without the instructions there is no telling.
        assert!(WORDS.iter().all(|(word, ..)| !none.may_have(*word)) || none.0 == u32::MAX);
    }

    #[test]
    fn no_letters_end_as_others_begin() {
        for (_, _, one) in WORDS {
            for (_, _, other) in WORDS {
                let shares = |length: usize| one.ends_with(&other[..length]);
                assert!(!(1..one.len().min(other.len())).any(shares), "{one} {other}");
                assert!(one == other || !one.contains(other), "{one} {other}");
            }
        }
    }
}
