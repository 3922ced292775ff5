//! When files were added and last changed, as the history tells it.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Git, split, text};

/// The days of two commits, as in `2026-11-29`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// The first commit that has the file under this name.
    pub added: String,
    /// The newest commit that changed it.
    pub changed: String,
}

/// The dates of every file that the history of HEAD knows, by its path below the repository's root. Empty where there is no
/// history that can be read, and for a shallow clone, whose oldest commit seems to add everything.
pub fn dates(root: &Path) -> BTreeMap<String, Dates> {
    let git = Git { root, revision: "HEAD" };
    let mut found = BTreeMap::new();
    if git.is_shallow().unwrap_or(true) {
        return found;
    }
    let args = ["log", "--no-renames", "--no-ext-diff", "--format=%x01%cs", "--name-only", "-z"];
    let Ok(log) = git.run(&args) else { return found };
    let mut day = String::new();
    // The newest commits come first.
    for part in split(&log) {
        let part = part.strip_prefix(b"\n").unwrap_or(part);
        if let Some(date) = part.strip_prefix(b"\x01") {
            day = text(date);
            continue;
        }
        let dates: &mut Dates = found.entry(text(part)).or_default();
        if dates.changed.is_empty() {
            dates.changed.clone_from(&day);
        }
        dates.added.clone_from(&day);
    }
    found
}
