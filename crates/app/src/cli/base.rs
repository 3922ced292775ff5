//! What the files that are checked are compared with: their state at a revision, and the rest of the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::Work;
use super::{Error, args};
use crate::check::{self, Before, Job};
use crate::content::{Content, is_query_file, is_yaml_file};
use crate::discover::{self, absolute, slashes};
use crate::git::{self, Comparison, Old, State};
use crate::source::SourceFile;

/// Gives every job its state at the revision; with `changed_only`, jobs that have not changed fall silent.
pub(super) fn attach(work: &mut Work, revision: &str, changed_only: bool) -> Result<(), Error> {
    let mut roots: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
    for (index, job) in work.jobs.iter().enumerate() {
        roots.entry(root_of(job.location(), revision)?).or_default().push(index);
    }
    if roots.is_empty() {
        // A mistake in the revision is reported even where there is nothing to check.
        roots.insert(root_of(&absolute(Path::new("x")), revision)?, Vec::new());
    }
    let name: Arc<str> = revision.into();
    for (root, jobs) in roots {
        let wanted = |path: &str| is_yaml_file(path) || is_query_file(path);
        let comparison = Comparison::new(&root, revision, &wanted)?;
        let gone = Gone::of(&comparison);
        for index in jobs {
            let job = &mut work.jobs[index];
            let location = job.location().to_owned();
            let before = |old: &Old| {
                let source = Arc::clone(&old.source);
                Before { source, location: root.join(&old.path), revision: Arc::clone(&name) }
            };
            match comparison.state(&location) {
                State::Changed(old) => job.before = old.map(before),
                State::New => job.before = gone.moved(job).map(before),
                // What comes from standard input may differ from the file of its name.
                State::Same if work.stdin => {
                    let on_disk = std::fs::read(&location).ok();
                    let source = on_disk.map(|bytes| SourceFile::from_bytes(slashes(&location), bytes));
                    job.before = source.map(|source| Before {
                        source: Arc::new(source),
                        location,
                        revision: Arc::clone(&name),
                    });
                }
                State::Same => job.silent |= changed_only,
            }
        }
    }
    Ok(())
}

/// The repository of a file.
pub(super) fn root_of(location: &Path, revision: &str) -> Result<PathBuf, Error> {
    let folder = location.parent().unwrap_or(location);
    let lost = || git::Error::NoRepository(revision.to_owned(), folder.display().to_string());
    Ok(git::root(folder).ok_or_else(lost)?.to_owned())
}

/// The files that are gone, by the id of their template: what stands in a new file under the id of an old one
/// moved there, however much of it changed on the way.
pub(super) struct Gone<'o>(BTreeMap<String, &'o Old>);

impl<'o> Gone<'o> {
    pub(super) fn of(comparison: &'o Comparison) -> Self {
        let id = |old: &Old| {
            let location = slashes(&comparison.root().join(&old.path));
            template_id(Arc::clone(&old.source), &location)
        };
        Self(comparison.gone().iter().filter_map(|old| Some((id(old)?, old))).collect())
    }

    /// The file that a new one was before it moved.
    pub(super) fn moved(&self, job: &Job) -> Option<&'o Old> {
        if self.0.is_empty() {
            return None;
        }
        let id = template_id(check::read(job).ok()?, &slashes(job.location()))?;
        self.0.get(&id).copied()
    }
}

fn template_id(source: Arc<SourceFile>, location: &str) -> Option<String> {
    let content = Content::read(source, location);
    let id = content.id()?.value.trim().to_ascii_lowercase();
    (!id.is_empty()).then_some(id)
}

/// Adds the files of the repository that are not checked as silent jobs, so that rules on several files see all.
pub(super) fn index_repository(work: &mut Work, options: &args::Files) -> Result<(), Error> {
    let here = absolute(Path::new("."));
    let root = git::root(&here).unwrap_or(&here).to_owned();
    let how = discover::Options { no_ignore: options.no_ignore, ..discover::Options::default() };
    let known: BTreeSet<PathBuf> = work.jobs.iter().map(|job| job.location().to_owned()).collect();
    let mut roots = discover::Roots::default();
    for mut input in discover::discover(std::slice::from_ref(&root), &how)?.inputs {
        let location = absolute(&input.path);
        if known.contains(&location) || work.config(&location).excludes(&location) {
            continue;
        }
        if let (Err(_), Ok(below), Ok(up)) =
            (location.strip_prefix(&here), location.strip_prefix(&root), here.strip_prefix(&root))
        {
            input.name = format!("{}{}", "../".repeat(up.components().count()), slashes(below));
        }
        let mut job = Job::below(input, &mut roots);
        job.silent = true;
        work.jobs.push(job);
    }
    Ok(())
}
