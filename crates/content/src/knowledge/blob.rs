//! Reads the flat blob of tables and functions in place, and their names from a text that is completed once;
//! `xtask/src/tables.rs` writes both and tells their layout.

use std::sync::LazyLock;

use super::data::tables::{BLOB, BYTES, COLUMNS, FUNCTIONS, IMPLICIT, NAMES, PARAMETERS, STRINGS, TABLES};

const COLUMN: usize = 3;
const RECORD: usize = 16;

const COLUMNS_AT: usize = 0;
const IMPLICIT_AT: usize = COLUMNS_AT + COLUMN * COLUMNS;
const TABLES_AT: usize = IMPLICIT_AT + COLUMN * IMPLICIT;
const FUNCTIONS_AT: usize = TABLES_AT + RECORD * TABLES;
const PARAMETERS_AT: usize = FUNCTIONS_AT + RECORD * FUNCTIONS;

const _: () =
    assert!(BLOB.len() == PARAMETERS_AT + 4 * PARAMETERS, "the blob and its layout were generated apart");

/// A column as it is stored: the position of its name among the strings, and the number of its type.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub name: u32,
    pub kind: u8,
}

/// The record of a table or function: its name, its list of columns, and six bytes that differ between the two.
#[derive(Clone, Copy)]
pub(super) struct Record {
    pub(super) name: u32,
    first: u32,
    count: u16,
    pub(super) rest: [u8; 6],
}

impl Record {
    /// The stored columns, without implicit ones.
    pub(super) fn columns(self) -> impl Iterator<Item = Column> + Clone + use<> {
        let first = self.first as usize;
        (first..first + usize::from(self.count)).map(|index| column(COLUMNS_AT + COLUMN * index))
    }
}

/// The bytes of the blob from `offset`, zeros past its end.
fn chunk<const N: usize>(offset: usize) -> [u8; N] {
    BLOB.get(offset..).and_then(|bytes| bytes.first_chunk::<N>()).copied().unwrap_or([0; N])
}

fn word(offset: usize) -> u32 {
    u32::from_le_bytes(chunk(offset))
}

fn column(offset: usize) -> Column {
    // One read of four bytes is quicker than one of three; the fourth belongs to what follows.
    let word = word(offset) & 0xFF_FFFF;
    Column { name: word >> 4, kind: (word & 15) as u8 }
}

/// The strings of the pool.
struct Names {
    /// All of them, one after the other.
    text: Box<str>,
    /// Where each of them starts, and where the last one ends.
    bounds: Box<[u32]>,
}

/// Completed as a whole when the first name is asked for, so that a look at a name costs no reading.
static POOL: LazyLock<Names> = LazyLock::new(|| {
    let (shared, rest) = NAMES.split_at_checked(STRINGS).unwrap_or_default();
    let mut text = Vec::with_capacity(BYTES);
    let mut bounds = Vec::with_capacity(STRINGS + 1);
    let mut before = 0;
    for (&shared, rest) in shared.iter().zip(rest.split(|&byte| byte == b'\n')) {
        let start = text.len();
        bounds.push(start as u32);
        text.extend_from_within(before..before + usize::from(shared));
        text.extend_from_slice(rest);
        before = start;
    }
    bounds.push(text.len() as u32);
    Names { text: String::from_utf8(text).unwrap_or_default().into(), bounds: bounds.into() }
});

impl Names {
    fn get(&self, position: usize) -> &str {
        let first = position.min(STRINGS - 1);
        let Some(&[start, end]) = self.bounds.get(first..first + 2) else { return "" };
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// The string at this position of the pool.
pub(super) fn string(position: u32) -> &'static str {
    POOL.get(position as usize)
}

/// The position of this text in the pool, if any table, column, function or parameter is called so.
pub(super) fn position(text: &str) -> Option<u32> {
    let names = &*POOL;
    search(STRINGS, |index| names.get(index).cmp(text)).map(|index| index as u32)
}

fn record(start: usize, index: usize) -> Record {
    let at = start + RECORD * index;
    let count = u16::from_le_bytes(chunk(at + 8));
    Record { name: word(at), first: word(at + 4), count, rest: chunk(at + 10) }
}

/// The record of the table at this position; tables are sorted by name.
pub(super) fn table(index: usize) -> Record {
    record(TABLES_AT, index)
}

/// The record of the function at this position; functions are sorted by name.
pub(super) fn function(index: usize) -> Record {
    record(FUNCTIONS_AT, index)
}

/// The position of the table of exactly this name.
pub(super) fn find_table(name: &str) -> Option<usize> {
    search(TABLES, |index| string(table(index).name).cmp(name))
}

/// The position of the function of exactly this name.
pub(super) fn find_function(name: &str) -> Option<usize> {
    search(FUNCTIONS, |index| string(function(index).name).cmp(name))
}

/// The implicit columns whose bits are set in `mask`.
pub(super) fn implicit(mask: u16) -> impl Iterator<Item = Column> + Clone + use<> {
    (0..IMPLICIT).filter(move |bit| mask >> bit & 1 == 1).map(|bit| column(IMPLICIT_AT + COLUMN * bit))
}

/// A parameter as it is stored: the position of its name among the strings, its marks, and the number of its type.
#[derive(Clone, Copy)]
pub(super) struct Parameter {
    pub(super) name: u32,
    pub(super) optional: bool,
    pub(super) column_name: bool,
    pub(super) kind: u8,
}

/// The parameters from position `first`.
pub(super) fn parameters(first: u16, count: u8) -> impl Iterator<Item = Parameter> + Clone + use<> {
    let first = usize::from(first);
    (first..first + usize::from(count)).map(|index| {
        let word = word(PARAMETERS_AT + 4 * index);
        Parameter {
            name: word >> 6,
            optional: word >> 4 & 1 == 1,
            column_name: word >> 5 & 1 == 1,
            kind: (word & 15) as u8,
        }
    })
}

/// Binary search over the positions `0..count`.
fn search(count: usize, compare: impl Fn(usize) -> std::cmp::Ordering) -> Option<usize> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low.midpoint(high);
        match compare(middle) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Equal => return Some(middle),
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_records_are_sorted_and_in_bounds() {
        let strings = 0..STRINGS as u32;
        assert!(strings.is_sorted_by(|&a, &b| string(a) < string(b)));
        assert!((0..TABLES).is_sorted_by(|&a, &b| table(a).name < table(b).name));
        assert!((0..FUNCTIONS).is_sorted_by(|&a, &b| function(a).name < function(b).name));
        for record in (0..TABLES).map(table).chain((0..FUNCTIONS).map(function)) {
            assert!(record.first as usize + usize::from(record.count) <= COLUMNS);
            assert!(record.columns().all(|column| (column.name as usize) < STRINGS && column.kind <= 10));
        }
    }

    #[test]
    fn the_names_are_as_many_and_as_long_as_was_generated() {
        assert_eq!(POOL.bounds.len(), STRINGS + 1);
        assert_eq!(POOL.bounds.last(), Some(&(BYTES as u32)));
        assert_eq!(POOL.text.len(), BYTES);
        assert!(POOL.bounds.iter().all(|&bound| POOL.text.is_char_boundary(bound as usize)));
    }

    #[test]
    fn every_string_is_found_at_its_position() {
        for expected in (0..STRINGS as u32).step_by(97) {
            assert_eq!(position(string(expected)), Some(expected));
        }
        assert_eq!(position("no such name"), None);
        assert_eq!(position(""), None);
    }

    #[test]
    fn positions_past_the_end_are_harmless() {
        assert_eq!(string(u32::MAX), string(STRINGS as u32 - 1));
        assert_eq!(chunk::<4>(usize::MAX), [0; 4]);
        assert_eq!(table(usize::from(u16::MAX) * 16).rest.len(), 6);
    }
}
