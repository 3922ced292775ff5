//! Results of earlier runs that nothing becomes any more: named under `--check`, removed with `--prune`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::Run;
use crate::cli::{Error, print};
use crate::convert::{self, Ownership};
use crate::discover::{absolute, display};

/// A result whose source is gone.
pub(super) struct Orphan {
    path: PathBuf,
    /// Whether it is as sentlint wrote it.
    untouched: bool,
}

impl Run<'_> {
    /// The files of the target in a folder that sentlint wrote, and that no input of this run becomes. Only a run over
    /// whole folders can tell.
    pub(super) fn orphans(&self, output: &Path, results: &[(PathBuf, &str)]) -> Result<Vec<Orphan>, Error> {
        let asked = self.options.check || self.options.prune;
        let whole = !self.work.stdin && self.work.jobs.iter().all(|job| !job.input.named);
        if !asked || !output.is_dir() {
            return Ok(Vec::new());
        }
        if !whole {
            if self.options.prune {
                let message = "`--prune` needs to see every source: give folders, not single files";
                return Err(Error::Usage(message.into()));
            }
            return Ok(Vec::new());
        }
        // What could not be converted this time is not an orphan.
        let of_inputs = self.work.jobs.iter().map(|job| output.join(self.mirrored(job)));
        let expected: BTreeSet<PathBuf> = results
            .iter()
            .map(|(path, _)| path.clone())
            .chain(of_inputs)
            .map(|path| absolute(&path))
            .collect();
        // Several items of one template lie in a folder of its name.
        let folders: BTreeSet<PathBuf> = if self.target.reads_json() {
            expected.iter().map(|path| path.with_extension("")).collect()
        } else {
            BTreeSet::new()
        };
        let inputs: BTreeSet<PathBuf> = self.work.jobs.iter().map(|job| absolute(&job.input.path)).collect();
        let extension = self.target.extension();
        let mut found = Vec::new();
        for entry in walkdir::WalkDir::new(output).sort_by_file_name().into_iter().flatten() {
            let path = entry.path();
            let place = absolute(path);
            let fits = path.extension().is_some_and(|own| own.eq_ignore_ascii_case(extension));
            if !entry.file_type().is_file() || !fits || expected.contains(&place) || inputs.contains(&place) {
                continue;
            }
            if self.failed_within(&folders, &place) {
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap_or_default();
            match convert::ownership(self.target, &text) {
                Ownership::Foreign => {}
                owner => {
                    let untouched = owner == Ownership::Ours;
                    found.push(Orphan { path: path.to_owned(), untouched });
                }
            }
        }
        Ok(found)
    }

    /// Whether a file lies in the folder of a template, of which not all could be converted.
    fn failed_within(&self, folders: &BTreeSet<PathBuf>, place: &Path) -> bool {
        self.incomplete.load(Ordering::Relaxed) && place.ancestors().any(|folder| folders.contains(folder))
    }

    /// Removes orphans, or names them; returns how many are there still or were edited.
    pub(super) fn settle(&self, orphans: &[Orphan]) -> Result<usize, Error> {
        let mut left = 0;
        for orphan in orphans {
            let name = display(&orphan.path);
            if self.options.check {
                print::note(&format!("the source of {name} no longer exists; --prune removes it"));
                left += 1;
            } else if !orphan.untouched {
                print::note(&format!(
                    "the source of {name} no longer exists, but it was edited after sentlint wrote it, so it is kept"
                ));
                self.attention.store(true, Ordering::Relaxed);
            } else {
                std::fs::remove_file(&orphan.path).map_err(|error| Error::Unwritable(name.clone(), error))?;
                if self.talks() {
                    print::note(&format!("removed {name}: its source no longer exists"));
                }
            }
        }
        Ok(left)
    }
}
