//! The built-ins of a family by their names. Each is read when it is first asked for: a query calls few of them.

use std::sync::{LazyLock, OnceLock};

use super::{Builtin, Family, read};

/// A line of a text, and the built-in once it was read.
struct Line {
    name: &'static str,
    text: &'static str,
    found: OnceLock<Builtin>,
}

/// The lines of a text, which are sorted by name.
pub(super) struct Lines(Vec<Line>);

pub(super) struct Table {
    family: Family,
    lines: LazyLock<Lines>,
}

impl Lines {
    pub(super) fn of(text: &'static str) -> Self {
        let line = |text: &'static str| Line { name: read::name(text).0, text, found: OnceLock::new() };
        Self(text.lines().map(line).collect())
    }
}

impl Table {
    pub(super) const fn new(family: Family, lines: fn() -> Lines) -> Self {
        Self { family, lines: LazyLock::new(lines) }
    }

    /// The built-in of exactly this name.
    pub(super) fn get(&self, name: &str) -> Option<&Builtin> {
        let found = self.lines.0.binary_search_by(|line| line.name.cmp(name)).ok()?;
        Some(self.at(found))
    }

    /// The built-in in this place by its name.
    pub(super) fn at(&self, number: usize) -> &Builtin {
        let line = &self.lines.0[number];
        line.found.get_or_init(|| read::builtin(self.family, line.text))
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &Builtin> {
        (0..self.lines.0.len()).map(|number| self.at(number))
    }

    /// The names, and whether each is obsolete.
    pub(super) fn names(&self) -> impl Iterator<Item = (&'static str, bool)> {
        self.lines.0.iter().map(|line| read::name(line.text))
    }
}
