//! Lists as they stand in the generated texts. A table of lists of strings takes forty bytes for each string besides the
//! string; these take none.

use std::str::{Split, SplitAsciiWhitespace};

/// A list of words, with a space between them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Words(&'static str);

impl Words {
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// The first word, and those after it.
    pub fn split_first(self) -> Option<(&'static str, Self)> {
        let (first, rest) = self.0.split_once(' ').unwrap_or((self.0, ""));
        (!first.is_empty()).then_some((first, Self(rest)))
    }

    /// The words in their order.
    pub fn iter(self) -> SplitAsciiWhitespace<'static> {
        self.0.split_ascii_whitespace()
    }

    /// The words as a slice is made of them.
    pub fn to_vec(self) -> Vec<&'static str> {
        self.iter().collect()
    }

    /// Whether the word is one of them; case counts.
    pub fn contains(self, word: &str) -> bool {
        self.iter().any(|known| known == word)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

impl IntoIterator for Words {
    type Item = &'static str;
    type IntoIter = SplitAsciiWhitespace<'static>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Several such lists, with a bar between them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sets(&'static str);

impl Sets {
    /// The lists in their order.
    pub fn iter(self) -> impl Iterator<Item = Words> {
        self.0.split_terminator('|').map(Words)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

/// The fields of a line. Those that are empty at its end are left out.
pub struct Fields(Split<'static, char>);

impl Fields {
    pub fn of(line: &'static str) -> Self {
        Self(line.split('\t'))
    }

    /// The next field, which may be empty.
    pub fn text(&mut self) -> &'static str {
        self.0.next().unwrap_or_default()
    }

    /// The next field, if something stands there.
    pub fn some(&mut self) -> Option<&'static str> {
        self.0.next().filter(|field| !field.is_empty())
    }

    pub fn words(&mut self) -> Words {
        Words(self.text())
    }

    pub fn sets(&mut self) -> Sets {
        Sets(self.text())
    }
}

/// The lines of a text up to the next blank one, which is read too.
pub fn block(lines: &mut std::str::Lines<'static>) -> impl Iterator<Item = &'static str> {
    lines.take_while(|line| !line.is_empty())
}

/// The line with this key in a text of sorted lines, found by bisection. `key` tells a line's key and the rest of it.
pub fn find<'t, K: Ord>(
    text: &'t str,
    wanted: &K,
    key: impl Fn(&'t str) -> Option<(K, &'t str)>,
) -> Option<&'t str> {
    let (mut low, mut high) = (0, text.len());
    while low < high {
        let middle = text.floor_char_boundary(usize::midpoint(low, high));
        let start = text[..middle].rfind('\n').map_or(0, |at| at + 1).max(low);
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let (here, rest) = key(&text[start..end])?;
        match here.cmp(wanted) {
            std::cmp::Ordering::Equal => return Some(rest),
            std::cmp::Ordering::Less => low = (end + 1).min(text.len()),
            std::cmp::Ordering::Greater => high = start,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart() {
        let words = Words::new("hosts ips");
        assert_eq!(words.to_vec(), ["hosts", "ips"]);
        assert!(words.contains("ips") && !words.contains("host") && !words.contains(""));
        assert!(!words.is_empty() && Words::default().is_empty());
        assert_eq!(Words::default().iter().count(), 0);
        assert_eq!(words.split_first(), Some(("hosts", Words::new("ips"))));
        assert_eq!(Words::new("ips").split_first(), Some(("ips", Words::default())));
        assert_eq!(Words::default().split_first(), None);
    }

    #[test]
    fn sets_and_fields_may_be_empty() {
        let mut fields = Fields::of("name\t\ta b|c");
        assert_eq!((fields.some(), fields.some()), (Some("name"), None));
        let sets: Vec<_> = fields.sets().iter().map(Words::to_vec).collect();
        assert_eq!(sets, [vec!["a", "b"], vec!["c"]]);
        let (sets, words) = (fields.sets(), fields.words());
        assert!(sets.is_empty() && words.is_empty() && sets.iter().next().is_none());
        assert_eq!(fields.text(), "");
    }

    #[test]
    fn blocks_end_at_blank_lines() {
        let mut lines = "a\nb\n\nc\n".lines();
        assert_eq!(block(&mut lines).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(block(&mut lines).collect::<Vec<_>>(), ["c"]);
        assert_eq!(block(&mut lines).count(), 0);
    }

    #[test]
    fn each_line_is_found() {
        let text = "a\t1\nab\t2\nc\t3\nü\t4\n";
        let find = |wanted: &str| find(text, &wanted, |line| line.split_once('\t'));
        assert_eq!(["a", "ab", "c", "ü"].map(find), [Some("1"), Some("2"), Some("3"), Some("4")]);
        assert_eq!(["", "aa", "b", "z"].map(find), [None; 4]);
    }
}
