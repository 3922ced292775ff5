//! A site of the content: a page for each query and rule, and pages for what they have in common.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;

use crate::check::{self, Job, Skipped};
use crate::content::{Content, Kind};
use crate::coverage::{Coverage, Item};
use crate::findings::Findings;
use crate::git::Dates;
use crate::knowledge::attack::{Domain, Version};
use crate::rules::Settings;
use crate::source::SourceFile;

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

/// The files of a site, by their paths below its folder.
#[derive(Debug, Default)]
pub(crate) struct Site {
    /// The files.
    pub files: BTreeMap<String, String>,
    /// How many queries and rules have a page.
    pub content: usize,
    /// The jobs that yielded nothing.
    pub skipped: Vec<Skipped>,
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

/// Makes the site of some files. The settings are those of the jobs in their order; `title` is the name of the site.
pub(crate) fn site(
    jobs: &[Job],
    settings: &[Arc<Settings>],
    beside: &Beside,
    title: &str,
    format: Format,
) -> Result<Site, String> {
    let sources: Vec<Result<Arc<SourceFile>, String>> = jobs.par_iter().map(check::read).collect();
    let parsers = check::parsers(jobs, &sources);
    let attack = settings.iter().map(|settings| settings.attack).min().unwrap_or_default();
    let mut run = check::check(jobs, settings);
    let findings = by_path(&mut run.findings);
    let tests: BTreeMap<&str, &Vec<TestResult>> = beside
        .tests
        .iter()
        .filter_map(|(name, tests)| Some((stem(name).strip_suffix(".test")?, tests)))
        .collect();
    let tries = jobs.len() <= deploy::MOST_TRIED;
    let read: Vec<Option<(Entry, Option<Item>)>> = jobs
        .par_iter()
        .zip(&sources)
        .zip(settings)
        .map_init(Vec::new, |views, ((job, source), settings)| {
            let content = Content::read(Arc::clone(source.as_ref().ok()?), job.place());
            let has_page = matches!(
                content.kind,
                Kind::HuntingQuery | Kind::ScheduledRule | Kind::NrtRule | Kind::OtherRule | Kind::Parser
            );
            if !has_page {
                return None;
            }
            let view = check::catalog_for(views, &settings.workspace, &parsers);
            let mut entry = Entry::read(&content, view, attack);
            let path = job.input.name.as_str();
            entry.findings = findings.get(path).cloned().unwrap_or_default();
            entry.tests = tests.get(stem(path)).copied().cloned().unwrap_or_default();
            let dates = beside.dates.get(path);
            entry.added = dates.map(|dates| dates.added.clone());
            entry.changed = dates.map(|dates| dates.changed.clone());
            entry.find_ways(&content, view, tries);
            entry.notes = beside.notes.get(path).map(|text| prose::sections(text)).unwrap_or_default();
            Some((entry, Item::of(&content)))
        })
        .collect();
    let (mut entries, items): (Vec<Entry>, Vec<Option<Item>>) = read.into_iter().flatten().unzip();
    let coverage = Coverage::of(items.into_iter().flatten().collect(), attack, Domain::Enterprise);
    let mut names = Names::default();
    for entry in &mut entries {
        entry.page = names.page("content", stem(&entry.path), format.extension());
    }
    let groups = Groups::of(&mut entries, &mut names, format.extension(), attack);
    let mut files = match format {
        Format::Html => html::pages(&entries, &groups, &coverage, title)?,
        Format::Markdown => markdown::pages(&entries, &groups, title),
    };
    files.insert("index.json".to_owned(), index::json(&entries));
    Ok(Site { files, content: entries.len(), skipped: run.skipped })
}

/// A path without its extension.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rfind('.') {
        Some(dot) if dot > 0 => &path[..path.len() - name.len() + dot],
        _ => path,
    }
}

/// The findings of each file.
fn by_path(findings: &mut Findings) -> BTreeMap<String, Vec<entry::Finding>> {
    let mut all = BTreeMap::new();
    for file in &findings.files {
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
        all.insert(file.source.path().to_owned(), list);
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
