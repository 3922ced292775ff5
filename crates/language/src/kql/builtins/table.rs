//! The built-ins of a family by their names. Each is read when it is first asked for, so that nothing is read at start.

use std::sync::OnceLock;

use super::{Builtin, Family, read};

/// A generated text with what finds a line in it.
pub(in crate::kql) struct Text {
    /// A line for each built-in, sorted by name.
    pub(in crate::kql) lines: &'static str,
    /// Where each line begins.
    pub(in crate::kql) starts: &'static [u16],
    /// The number of a line, from one, at the place that the hash of its name says or in the next that was free; zero where
    /// there is none. Their number is a power of two.
    pub(in crate::kql) slots: &'static [u16],
}

pub(super) struct Table {
    family: Family,
    text: &'static Text,
    /// What was read, in the order of the lines.
    found: OnceLock<Vec<OnceLock<&'static Builtin>>>,
}

impl Table {
    pub(super) const fn new(family: Family, text: &'static Text) -> Self {
        Self { family, text, found: OnceLock::new() }
    }

    /// The built-in of exactly this name.
    pub(super) fn get(&self, name: &str) -> Option<&'static Builtin> {
        let last = self.text.slots.len() - 1;
        let mut slot = hash(name) as usize;
        loop {
            slot &= last;
            let number = usize::from(self.text.slots[slot]).checked_sub(1)?;
            let line = &self.text.lines[usize::from(self.text.starts[number])..];
            if line.strip_prefix(name).is_some_and(|rest| rest.starts_with('\t')) {
                return Some(self.at(number));
            }
            slot += 1;
        }
    }

    /// The built-in in this place by its name.
    pub(super) fn at(&self, number: usize) -> &'static Builtin {
        let found = self.found.get_or_init(|| vec![OnceLock::new(); self.text.starts.len()]);
        found[number].get_or_init(|| {
            let line = &self.text.lines[usize::from(self.text.starts[number])..];
            let line = line.split_once('\n').map_or(line, |(line, _)| line);
            Box::leak(Box::new(read::builtin(self.family, line)))
        })
    }

    /// All of them.
    pub(super) fn all(&'static self) -> impl Iterator<Item = &'static Builtin> {
        (0..self.text.starts.len()).map(|number| self.at(number))
    }

    /// The names, and whether each is obsolete.
    pub(super) fn names(&self) -> impl Iterator<Item = (&'static str, bool)> + use<> {
        self.text.lines.lines().map(read::name)
    }
}

/// What `xtask/src/builtins.rs` computes too.
fn hash(name: &str) -> u32 {
    let hash =
        name.bytes().fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash ^ (hash >> 15)
}
