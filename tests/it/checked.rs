//! Checks in process, as the binary does it: texts in, findings and reports out. The texts stand at no place of the
//! disk, so that no folder above the project has a say.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sentlint::internals::check::{self, Before, Job};
use sentlint::internals::content::{is_query_file, is_yaml_file};
use sentlint::internals::diagnostic::Applicability;
use sentlint::internals::discover::Input;
use sentlint::internals::findings::Findings;
use sentlint::internals::fix;
use sentlint::internals::report::{self, Format, Style};
use sentlint::internals::rules::{Entry, Profile, Selector, Settings};
use sentlint::internals::source::SourceFile;

/// Where the files would stand if they were there.
const FOLDER: &str = "/work-of-nobody";

/// The bytes of files by name, relative to the folder that is checked.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// The files below a folder of the project.
pub(crate) fn files(folder: &Path) -> Files {
    let mut found = Files::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
            found.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
    found
}

fn job(name: &str, bytes: &[u8]) -> Job {
    let path = PathBuf::from(FOLDER).join(name);
    let mut job = Job::file(Input { name: name.to_owned(), path, named: true });
    job.text = Some(Arc::new(SourceFile::from_bytes(name, bytes.to_vec())));
    job
}

/// Jobs for the files that a walk through their folder would find.
pub(crate) fn jobs<'f>(files: impl IntoIterator<Item = (&'f String, &'f Vec<u8>)>) -> Vec<Job> {
    let wanted = files.into_iter().filter(|(name, _)| is_yaml_file(name) || is_query_file(name));
    wanted.map(|(name, bytes)| job(name, bytes)).collect()
}

/// The job for a file that is named, whatever its kind.
pub(crate) fn named(name: &str, bytes: &[u8]) -> Vec<Job> {
    vec![job(name, bytes)]
}

/// Gives a job the state that it had at a revision.
pub(crate) fn compare(job: &mut Job, before: &[u8]) {
    let now = job.text.as_ref().unwrap();
    if now.text().as_bytes() != before {
        let source = Arc::new(SourceFile::from_bytes(&*job.input.name, before.to_vec()));
        let location = job.location().to_owned();
        job.before = Some(Before { source, location, revision: "HEAD".into() });
    }
}

/// The settings of a profile.
pub(crate) fn settings(profile: Profile) -> Settings {
    Settings { profile, ..Settings::default() }
}

/// The settings under which one rule runs alone.
pub(crate) fn alone(entry: &Entry) -> Settings {
    let select = Some(vec![Selector::Rule(entry.meta)]);
    Settings { select, ..settings(Profile::Pedantic) }
}

/// What is found when these jobs run together.
pub(crate) fn check(jobs: &[Job], settings: &Settings) -> Findings {
    let settings = Arc::new(settings.clone());
    let settings: Vec<_> = jobs.iter().map(|_| Arc::clone(&settings)).collect();
    check::check(jobs, &settings).findings
}

/// A report as it is written to a file, with the version left out.
pub(crate) fn report(format: Format, findings: &Findings, width: usize) -> String {
    let style = Style { width, ..Style::default() };
    without_version(&report::render(format, findings, &style))
}

/// A text without the version of sentlint, which changes with every release.
pub(crate) fn without_version(text: &str) -> String {
    text.replace(&format!("ersion\": \"{}\"", env!("CARGO_PKG_VERSION")), "ersion\": \"[version]\"")
}

/// Fixes and checks again until nothing is left to do, as `--fix --unsafe-fixes` does. Returns how many fixes were
/// applied; the jobs hold the new texts.
pub(crate) fn fix(jobs: &mut [Job], settings: &Settings) -> usize {
    let mut applied = 0;
    for _ in 0..50 {
        let found = check(jobs, settings);
        let before = applied;
        for file in &found.files {
            if let Some(fixed) = fix::round(&file.source, &file.diagnostics, Applicability::Unsafe) {
                let job = jobs.iter_mut().find(|job| job.input.name == file.source.path()).unwrap();
                job.text = Some(Arc::new(SourceFile::new(file.source.path(), fixed.text)));
                applied += fixed.applied;
            }
        }
        if applied == before {
            return applied;
        }
    }
    panic!("fixes undo each other");
}

/// Compares a text with its snapshot in `snapshots/`.
pub(crate) fn pin(name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => "../../snapshots",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, text);
    });
}
