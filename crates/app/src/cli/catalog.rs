//! `sentlint catalog`

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{Catalog, Global};
use super::run::on_deep_stack;
use super::{Error, Outcome, files, print};
use crate::catalog::{self, Beside, NotMade, Site, TestResult};
use crate::check::Job;
use crate::rules::Settings;
use crate::suite::{State, is_test, run_file};
use crate::{discover, git};

/// The list of the files that an earlier run wrote, so that those that are no longer part of the site can be removed.
const WRITTEN: &str = ".sentlint-catalog";

pub(super) fn run(global: &Global, options: &Catalog) -> Result<Outcome, Error> {
    let work = files::collect(global, &options.files, false)?;
    let tables = files::tables(&options.tables)?;
    let settings = work.settings(|mut settings| {
        settings.workspace = files::over(&settings.workspace, &tables);
        settings
    });
    let beside = beside(&work.jobs, &settings)?;
    let site = Site::read(&work.jobs, &settings, &beside, &options.title, options.format);
    files::tell_skipped(global, &work, &site.skipped, site.count())?;
    let folder = &options.output;
    let (names, before) = (site.names(), written_before(folder));
    leave_others(folder, names.difference(&before))?;
    let gone: Vec<&String> = before.difference(&names).collect();
    // The list comes first: whatever is written after it is known to the next run, even if this one is interrupted.
    files::write(&folder.join(WRITTEN), &lines(names.iter().chain(gone.iter().copied())))?;
    let put = |name: &str, text: &str| {
        let path = folder.join(name);
        let is_same = before.contains(name) && std::fs::read(&path).is_ok_and(|old| old == text.as_bytes());
        if is_same { Ok(()) } else { files::write_page(&path, text) }
    };
    site.write(&put).map_err(|error| match error {
        NotMade::Pages(reason) => Error::Usage(format!("the pages cannot be made: {reason}")),
        NotMade::Unwritten(error) => error,
    })?;
    for name in gone {
        // One that cannot be removed stays in the way of nobody.
        let _ = std::fs::remove_file(folder.join(name));
    }
    files::write(&folder.join(WRITTEN), &lines(names.iter()))?;
    if !global.quiet {
        let pages = print::count(names.len(), "file");
        print::note(&format!(
            "Wrote {pages} for {} to {}.",
            match site.count() {
                1 => "1 query or rule".to_owned(),
                count => format!("{count} queries and rules"),
            },
            discover::display(folder)
        ));
    }
    Ok(Outcome::Clean)
}

/// Refuses files of others where new ones would lie: they are never overwritten.
fn leave_others<'n>(folder: &Path, names: impl Iterator<Item = &'n String>) -> Result<(), Error> {
    let mut folders: BTreeMap<PathBuf, bool> = BTreeMap::new();
    for name in names {
        let path = folder.join(name);
        // Nothing lies in a folder that is not there.
        let parent = path.parent().unwrap_or(folder);
        let is_there = match folders.get(parent) {
            Some(known) => *known,
            None => *folders.entry(parent.to_owned()).or_insert(parent.exists()),
        };
        if is_there && path.symlink_metadata().is_ok() {
            let shown = discover::display(&path);
            return Err(Error::Usage(format!(
                "`{shown}` exists and was not written by `sentlint catalog`: choose another folder for -o, or remove the file"
            )));
        }
    }
    Ok(())
}

/// What is known of the files beside what they say: notes, the results of tests, and dates.
fn beside(jobs: &[Job], settings: &[Arc<Settings>]) -> Result<Beside, Error> {
    let mut found = Beside::default();
    // The jobs of one repository mostly follow each other.
    let mut repository: Option<(PathBuf, BTreeMap<String, git::Dates>)> = None;
    let mut roots: BTreeMap<PathBuf, Option<PathBuf>> = BTreeMap::new();
    for job in jobs {
        let name = &job.input.name;
        if let Ok(text) = std::fs::read_to_string(catalog::note_beside(&job.input.path)) {
            found.notes.insert(name.clone(), text);
        }
        let parent = job.location().parent().unwrap_or(job.location());
        if !roots.contains_key(parent) {
            roots.insert(parent.to_owned(), git::root(parent).map(Path::to_owned));
        }
        let Some(root) = roots.get(parent).and_then(Option::as_ref) else { continue };
        if repository.as_ref().is_none_or(|(known, _)| known != root) {
            repository = Some((root.to_owned(), git::dates(root)));
        }
        let dates = repository.as_ref().and_then(|(_, dates)| dates.get(job.place()));
        found.dates.extend(dates.map(|dates| (name.clone(), dates.clone())));
    }
    let tests: Vec<_> = jobs.iter().zip(settings).filter(|(job, _)| is_test(&job.input.path)).collect();
    if tests.is_empty() {
        return Ok(found);
    }
    found.tests = on_deep_stack(|| {
        let results = tests.iter().filter_map(|(job, settings)| {
            let bytes = std::fs::read(&job.input.path).ok()?;
            let file = run_file(&job.input.path, &job.input.name, bytes, &settings.workspace, "");
            let result = |test: &crate::suite::Tested| TestResult {
                name: test.name.clone(),
                state: test.state.name(),
                message: test.message.clone().filter(|_| test.state != State::Passed),
            };
            Some((job.input.name.clone(), file.tests.iter().map(result).collect()))
        });
        Ok(results.collect())
    })?;
    Ok(found)
}

/// Names, one per line.
fn lines<'n>(names: impl Iterator<Item = &'n String>) -> String {
    names.fold(String::new(), |text, name| text + name + "\n")
}

/// The files of an earlier run, without any that would lie elsewhere.
fn written_before(folder: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(folder.join(WRITTEN)).unwrap_or_default();
    let is_below = |name: &&str| {
        !name.is_empty()
            && Path::new(name).components().all(|part| matches!(part, std::path::Component::Normal(_)))
    };
    text.lines().filter(is_below).map(str::to_owned).collect()
}
