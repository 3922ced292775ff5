//! Words that rules look for in a query before they walk its tree: all of them are found in one pass over the text.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// A word that a query may hold, anywhere in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    BagUnpack,
    Brace,
    CustomEntity,
    EndOf,
    Extract,
    Ipv4,
    Ipv6,
    Percents,
    Pivot,
    Regex,
    Replace,
    TimeIso,
    Timestamp,
    ToDateTime,
    ToGuid,
    ToLower,
    ToTimespan,
    ToUpper,
    Trim,
}

/// Each word with its text, in the order of the numbers of the words.
const WORDS: [(Word, &str); 19] = [
    (Word::BagUnpack, "bag_unpack"),
    (Word::Brace, "{"),
    (Word::CustomEntity, "CustomEntity"),
    (Word::EndOf, "endof"),
    (Word::Extract, "extract"),
    (Word::Ipv4, "ipv4"),
    (Word::Ipv6, "ipv6"),
    (Word::Percents, "%%"),
    (Word::Pivot, "pivot"),
    (Word::Regex, "regex"),
    (Word::Replace, "replace"),
    (Word::TimeIso, "TimeISO"),
    (Word::Timestamp, "Timestamp"),
    (Word::ToDateTime, "todatetime"),
    (Word::ToGuid, "toguid"),
    (Word::ToLower, "tolower"),
    (Word::ToTimespan, "totimespan"),
    (Word::ToUpper, "toupper"),
    (Word::Trim, "trim"),
];

/// Which of the words a text holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words(u32);

impl Words {
    pub(super) fn of(text: &str) -> Self {
        static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
            let words = WORDS.map(|(_, word)| word);
            AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(words).ok()
        });
        let found = match &*FINDER {
            Some(finder) => {
                finder.find_overlapping_iter(text).fold(0, |found, one| found | 1 << one.pattern().as_u32())
            }
            None => u32::MAX,
        };
        Self(found)
    }

    pub(super) fn have(self, word: Word) -> bool {
        self.0 & 1 << word as u32 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_found_and_no_other() {
        for (at, (word, text)) in WORDS.into_iter().enumerate() {
            assert_eq!(word as usize, at);
            let text = format!("T | where x == 1 {text} 2");
            let found: Vec<Word> =
                WORDS.map(|(word, _)| word).into_iter().filter(|word| Words::of(&text).have(*word)).collect();
            assert_eq!(found, [word]);
        }
    }

    #[test]
    fn words_that_share_letters_are_both_found() {
        let words = Words::of("extractrim(todatetimestamp)");
        for word in [Word::Extract, Word::Trim, Word::ToDateTime] {
            assert!(words.have(word), "{word:?}");
        }
        assert!(!words.have(Word::Timestamp));
    }
}
