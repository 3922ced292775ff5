//! The files as they are beside the files as they were at a revision.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Error;
use super::args::Files;
use super::base::{Gone, root_of};
use super::files::{self, Work};
use crate::check::Job;
use crate::content::{is_query_file, is_yaml_file};
use crate::discover::{self, Input, Roots, absolute};
use crate::git::{Comparison, Old, State};
use crate::review::Pair;

/// Every file of the work, and those that were there at the merge base of a revision and are gone, by their present names.
pub(super) fn pairs(work: &Work, files: &Files, revision: &str) -> Result<Vec<Pair>, Error> {
    if work.stdin {
        let message = "standard input (`-`) cannot be compared with a revision: give files or folders";
        return Err(Error::Usage(message.to_owned()));
    }
    let mut roots: BTreeMap<PathBuf, Vec<&Job>> = BTreeMap::new();
    let mut root_of_folder: BTreeMap<&Path, PathBuf> = BTreeMap::new();
    for job in &work.jobs {
        let folder = job.location().parent().unwrap_or(job.location());
        if !root_of_folder.contains_key(folder) {
            root_of_folder.insert(folder, root_of(job.location(), revision).map_err(unprefixed)?);
        }
        let root = root_of_folder.get(folder).cloned().unwrap_or_default();
        roots.entry(root).or_default().push(job);
    }
    // Folders of which every file is gone are in a repository too.
    let scope: Vec<PathBuf> = if files.paths.is_empty() {
        vec![absolute(Path::new("."))]
    } else {
        files.paths.iter().map(|path| absolute(path)).collect()
    };
    for folder in &scope {
        roots.entry(root_of(&folder.join("x"), revision).map_err(unprefixed)?).or_default();
    }
    let excluded = files::excluded(&files.exclude)?;
    let (mut pairs, mut known) = (Vec::new(), Roots::default());
    for (root, jobs) in roots {
        let wanted = |path: &str| is_yaml_file(path) || is_query_file(path);
        let comparison = Comparison::new(&root, revision, &wanted).map_err(Error::Revision)?;
        let gone = Gone::of(&comparison);
        let mut found_again = BTreeSet::new();
        for job in jobs {
            let (old, same) = match comparison.state(job.location()) {
                State::Same => (Some(job.clone()), true),
                State::Changed(old) => (old.map(|old| old_job(&root, old, &mut known)), false),
                State::New => {
                    let moved = gone.moved(job);
                    found_again.extend(moved.map(|old| old.path.as_str()));
                    (moved.map(|old| old_job(&root, old, &mut known)), false)
                }
            };
            pairs.push(Pair { old, new: Some(job.clone()), same });
        }
        for old in comparison.gone().iter().filter(|old| !found_again.contains(old.path.as_str())) {
            let job = old_job(&root, old, &mut known);
            let location = job.location();
            let is_asked = scope.iter().any(|folder| location.starts_with(folder));
            let is_excluded = excluded.matched_path_or_any_parents(location, false).is_ignore()
                || work.config(location).excludes(location);
            if is_asked && !is_excluded {
                pairs.push(Pair { old: Some(job), new: None, same: false });
            }
        }
    }
    let name = |pair: &Pair| pair.new.as_ref().or(pair.old.as_ref()).map(|job| job.input.name.clone());
    pairs.sort_by_cached_key(name);
    Ok(pairs)
}

/// A file as it was, under the name that it had.
fn old_job(root: &Path, old: &Old, roots: &mut Roots) -> Job {
    let path = root.join(&old.path);
    let name = discover::display(&path);
    let text = Arc::new(old.source.named(name.clone()));
    let mut job = Job::below(Input { name, path, named: false }, roots);
    job.text = Some(text);
    job
}

/// The revision is not the value of `--diff-base`.
fn unprefixed(error: Error) -> Error {
    match error {
        Error::Git(error) => Error::Revision(error),
        other => other,
    }
}
