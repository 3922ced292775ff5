//! A site of the content: a page for each query and rule, and pages for what they have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::check::{self, Job, Run, Skipped};
use crate::content::{Content, Kind, Query};
use crate::coverage::{Coverage, Item};
use crate::git::Dates;
use crate::knowledge::attack::{Domain, Version};
use crate::rules::Settings;
use crate::workspace::View;

mod deploy;
mod entry;
mod groups;
mod highlight;
mod html;
mod index;
mod markdown;
mod names;
mod prose;
mod reads;
mod words;

use entry::Entry;
use groups::Groups;
use names::Names;

/// The formats of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Pages that a browser opens from a folder.
    Html,
    /// Pages with front matter, for generators of sites and for GitHub.
    Markdown,
}

impl Format {
    /// Every format, in the order of the help text.
    pub(crate) const ALL: [Self; 2] = [Self::Html, Self::Markdown];

    /// The name used on the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "markdown",
        }
    }

    /// What the names of its pages end with.
    fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "md",
        }
    }
}

/// A site, of which everything is known but the pages: they are made one by one, to be written at once.
pub(crate) struct Site {
    /// The queries, rules and parsers, in the order of the files.
    entries: Vec<Entry>,
    groups: Groups,
    coverage: Coverage,
    title: String,
    format: Format,
    /// The jobs that yielded nothing.
    pub skipped: Vec<Skipped>,
}

/// What takes the name of a file of the site and its text.
pub(crate) type Put<'p, E> = dyn Fn(&str, &str) -> Result<(), E> + Sync + 'p;

/// Why a site is not there in full.
pub(crate) enum NotMade<E> {
    /// A page could not be made.
    Pages(String),
    /// A file was not taken.
    Unwritten(E),
}

/// What is known of files beside what they say, by their names.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    /// What people wrote in `NAME.md` next to `NAME.yaml`, by the name of the latter.
    pub notes: BTreeMap<String, String>,
    /// What came of the tests, by the name of the test file.
    pub tests: BTreeMap<String, Vec<TestResult>>,
    /// The days of the first and the last commit.
    pub dates: BTreeMap<String, Dates>,
}

/// What came of a test.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct TestResult {
    /// The name of the test.
    pub name: String,
    /// `passed`, `failed` or `broken`.
    pub state: &'static str,
    /// Why it did not pass.
    pub message: Option<String>,
}

impl Site {
    /// The site of some files. The settings are those of the jobs in their order; `title` is the name of the site.
    pub(crate) fn read(
        jobs: &[Job],
        settings: &[Arc<Settings>],
        beside: &Beside,
        title: &str,
        format: Format,
    ) -> Self {
        let attack = settings.iter().map(|settings| settings.attack).min().unwrap_or_default();
        let tests: BTreeMap<&str, &Vec<TestResult>> = beside
            .tests
            .iter()
            .filter_map(|(name, tests)| Some((stem(name).strip_suffix(".test")?, tests)))
            .collect();
        let found: Mutex<Vec<(usize, Entry, Option<Item>)>> = Mutex::default();
        let look = |at: usize, content: &Content, queries: &[Query<'_>], view: &View<'_>| {
            let has_page = matches!(
                content.kind,
                Kind::HuntingQuery | Kind::ScheduledRule | Kind::NrtRule | Kind::OtherRule | Kind::Parser
            );
            if !has_page {
                return;
            }
            let mut entry = Entry::read(content, queries, view, attack);
            let path = jobs[at].input.name.as_str();
            entry.tests = tests.get(stem(path)).copied().cloned().unwrap_or_default();
            let dates = beside.dates.get(path);
            entry.added = dates.map(|dates| dates.added.clone());
            entry.changed = dates.map(|dates| dates.changed.clone());
            entry.notes = beside.notes.get(path).map(|text| prose::sections(text)).unwrap_or_default();
            let one = (at, entry, Item::of(content));
            found.lock().unwrap_or_else(PoisonError::into_inner).push(one);
        };
        let run = check::check_and_look(jobs, settings, Some(&look));
        let mut findings = by_job(&run);
        let skipped = run.skipped;
        drop(run.findings);
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_unstable_by_key(|(at, ..)| *at);
        let (mut entries, mut items) = (Vec::with_capacity(found.len()), Vec::new());
        for (at, mut entry, item) in found {
            entry.judge(findings.remove(&at).unwrap_or_default());
            entries.push(entry);
            items.extend(item);
        }
        let coverage = Coverage::of(items, attack, Domain::Enterprise);
        let mut names = Names::default();
        for entry in &mut entries {
            entry.page = names.page("content", stem(&entry.path), format.extension());
        }
        let groups = Groups::of(&mut entries, &mut names, format.extension(), attack);
        Self { entries, groups, coverage, title: title.to_owned(), format, skipped }
    }

    /// How many queries and rules have a page.
    pub(crate) fn count(&self) -> usize {
        self.entries.len()
    }

    /// The names of all files of the site, as paths below its folder.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let extension = self.format.extension();
        let mut names: BTreeSet<String> = self.entries.iter().map(|entry| entry.page.clone()).collect();
        names.extend(self.groups.all.values().map(|group| group.page.clone()));
        let kinds = groups::KINDS.iter().filter(|(what, _)| self.groups.of_kind(what).next().is_some());
        names.extend(kinds.map(|(what, _)| format!("{what}/index.{extension}")));
        names.insert("index.json".to_owned());
        match self.format {
            Format::Html => names.extend(html::fixed().map(str::to_owned)),
            Format::Markdown => _ = names.insert("index.md".to_owned()),
        }
        names
    }

    /// Makes the files, on all threads, and hands each to `put`.
    pub(crate) fn write<E: Send>(&self, put: &Put<'_, E>) -> Result<(), NotMade<E>> {
        match self.format {
            Format::Html => html::pages(self, put),
            Format::Markdown => markdown::pages(self, put),
        }
    }
}

/// A path without its extension.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rfind('.') {
        Some(dot) if dot > 0 => &path[..path.len() - name.len() + dot],
        _ => path,
    }
}

/// The findings of each job.
fn by_job(run: &Run) -> BTreeMap<usize, Vec<entry::Finding>> {
    let mut all = BTreeMap::new();
    for (file, at) in run.findings.files.iter().zip(&run.jobs) {
        let counting = file.diagnostics.iter().filter(|found| found.counts());
        let list: Vec<entry::Finding> = counting
            .map(|found| entry::Finding {
                severity: found.severity.as_str(),
                rule: found.rule.id,
                url: found.rule.url(),
                line: file.source.position(found.span.start as usize).line,
                message: found.message.clone(),
                blocks: found.rule.blocks.is_some() && found.severity == crate::diagnostic::Severity::Error,
            })
            .collect();
        all.insert(*at, list);
    }
    all
}

/// Where the notes on a file would be.
pub(crate) fn note_beside(path: &Path) -> std::path::PathBuf {
    path.with_extension("md")
}

/// The name of a technique of a release, as pages show it.
fn technique_name(attack: Version, id: &str) -> Option<String> {
    Some(crate::coverage::full_name(attack, attack.technique(id)?))
}
