//! How often published queries use what: which words stand in which places, as counts of queries. It ranks what an
//! editor offers.

use std::io::Read as _;
use std::sync::LazyLock;

use flate2::read::DeflateDecoder;

/// The counts as text: a line for each list, sorted; its kind, its context and then words with their counts, separated by
/// tabs.
static USAGE: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::new();
    let read = DeflateDecoder::new(&include_bytes!("data/usage.deflate")[..]).read_to_string(&mut text);
    debug_assert!(read.is_ok(), "{read:?}");
    text
});

/// Which lists there are. A context is empty where all contexts are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Use {
    /// After this operator: the operator that follows in the pipeline.
    Operator,
    /// In this place: the function that is called.
    Function,
    /// Of this table: the columns that are used.
    Column,
    /// In this place: the columns that are used.
    Placed,
    /// The tables and functions that are read.
    Table,
    /// By this operator, or by `let`: the names that are given.
    Name,
    /// With this column or member: the literals that it is compared with, as they are written.
    Value,
    /// With this column or member, or with a column of this type: the operator that it is compared by.
    Comparison,
    /// Of this column or member: the members that are read.
    Member,
    /// Under this new name: the function or column that it is given as value.
    Made,
    /// In this place: what kinds of words stand there, by occurrences.
    Class,
}

impl Use {
    /// Every kind.
    #[cfg(any(test, feature = "testing"))]
    pub const ALL: [Self; 11] = [
        Self::Operator,
        Self::Function,
        Self::Column,
        Self::Placed,
        Self::Table,
        Self::Name,
        Self::Value,
        Self::Comparison,
        Self::Member,
        Self::Made,
        Self::Class,
    ];

    /// How the text names it.
    pub fn letter(self) -> char {
        match self {
            Self::Operator => 'o',
            Self::Function => 'f',
            Self::Column => 'c',
            Self::Placed => 'p',
            Self::Table => 't',
            Self::Name => 'n',
            Self::Value => 'v',
            Self::Comparison => 'b',
            Self::Member => 'm',
            Self::Made => 'e',
            Self::Class => 'k',
        }
    }
}

/// The words of a list with the number of queries that have them, the most frequent first.
pub fn words(kind: Use, context: &str) -> impl Iterator<Item = (&'static str, u32)> + use<> {
    let line = line(kind, context).unwrap_or_default();
    let mut parts = line.split('\t');
    std::iter::from_fn(move || {
        let word = parts.next().filter(|word| !word.is_empty())?;
        Some((word, parts.next()?.parse().ok()?))
    })
}

/// What follows kind and context in the line of a list.
fn line(kind: Use, context: &str) -> Option<&'static str> {
    crate::words::find(&USAGE, &(kind.letter(), context), |line| {
        let (letter, rest) = line.split_once('\t')?;
        let (own, words) = rest.split_once('\t')?;
        Some(((letter.chars().next()?, own), words))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_each_is_found() {
        let mut before = None;
        let mut lists = 0;
        for line in USAGE.lines() {
            let mut parts = line.split('\t');
            let letter = parts.next().and_then(|letter| letter.chars().next()).expect("a kind");
            let context = parts.next().expect("a context");
            let kind = Use::ALL.into_iter().find(|kind| kind.letter() == letter).expect("a known kind");
            assert!(before < Some((letter, context)), "{line}");
            before = Some((letter, context));
            let found: Vec<_> = words(kind, context).collect();
            assert_eq!(found.len() * 2, parts.count(), "{line}");
            assert!(found.is_sorted_by(|one, next| one.1 >= next.1), "{line}");
            lists += 1;
        }
        assert!(lists > 500, "{lists}");
        assert_eq!(words(Use::Column, "NoSuchTable").count(), 0);
        assert!(words(Use::Operator, "where").any(|(word, _)| word == "extend"));
    }
}
