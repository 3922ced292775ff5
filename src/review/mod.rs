//! What changed in the meaning of content since a revision: two states of each file are read as facts, and the facts compared.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::check::{self, Job};
use crate::content::{Content, Kind};
use crate::coverage::{self, Coverage, Item};
use crate::diagnostic::Severity;
use crate::findings::Findings;
use crate::knowledge::attack::{Domain, Version};
use crate::rules::Settings;
use crate::source::{SourceFile, Span};
use crate::workspace::{View, Workspace};

mod aspect;
mod compare;
mod facts;
mod fail;
mod full;
mod json;
mod markdown;

pub(crate) use aspect::Aspect;
use facts::Facts;
pub(crate) use fail::FailOn;

/// The formats of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Text for people.
    Full,
    /// The contract's JSON.
    Json,
    /// A comment for a pull request.
    Markdown,
}

impl Format {
    /// Every format, in the order of the help text.
    pub(crate) const ALL: [Self; 3] = [Self::Full, Self::Json, Self::Markdown];

    /// The name used on the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Json => "json",
            Self::Markdown => "markdown",
        }
    }
}

/// A file at two times. One of the two is there.
#[derive(Debug)]
pub(crate) struct Pair {
    /// As it was.
    pub old: Option<Job>,
    /// As it is.
    pub new: Option<Job>,
    /// Whether it is as it was, and where it was.
    pub same: bool,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    /// It was not there.
    Added,
    /// It is gone.
    Removed,
    /// It means something else.
    Changed,
    /// It is elsewhere, and may mean something else as well.
    Moved,
}

impl ChangeKind {
    /// The contract's word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Moved => "moved",
        }
    }
}

/// One thing that is other than it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct What {
    /// What it is a part of.
    pub aspect: Aspect,
    /// What it was; `None` where it was not there.
    pub old: Option<String>,
    /// What it is; `None` where it is gone.
    pub new: Option<String>,
    /// Where it stands now.
    pub range: Option<Span>,
}

/// A file that means something else, or is elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// Its name, or the one that it had where it is gone.
    pub path: String,
    /// The name that it had, where that was another.
    pub old_path: Option<String>,
    /// Its id.
    pub id: Option<String>,
    /// Its display name.
    pub name: Option<String>,
    /// What it is, in the contract's words.
    pub kind: &'static str,
    /// What became of it.
    pub became: ChangeKind,
    /// What is other.
    pub what: Vec<What>,
    /// The file as it is, which the ranges are of.
    pub source: Option<Arc<SourceFile>>,
}

/// A finding in one of the two states and not in the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The rule.
    pub rule: &'static str,
    /// Its severity.
    pub severity: Severity,
    /// The file.
    pub path: String,
    /// The line and column, from 1.
    pub place: (usize, usize),
    /// The message.
    pub message: String,
}

/// What is other than it was.
#[derive(Debug)]
pub(crate) struct Report {
    /// The revision, as the user named it.
    pub base: String,
    /// The release of ATT&CK that techniques are of.
    pub attack: Version,
    /// The files, by name.
    pub changes: Vec<Change>,
    /// The techniques that are covered now and were not, sorted.
    pub gained: Vec<&'static str>,
    /// The techniques that were covered and are not, sorted.
    pub lost: Vec<&'static str>,
    /// The findings that are new.
    pub new_findings: Vec<Found>,
    /// The findings that are gone.
    pub gone_findings: Vec<Found>,
}

/// Compares two states. The settings are those of a file by its full path.
pub(crate) fn review(
    pairs: &[Pair],
    base: &str,
    attack: Version,
    settings_of: &(dyn Fn(&Path) -> Arc<Settings> + Sync),
) -> Report {
    let old = State::read(pairs.iter().map(|pair| pair.old.as_ref()), settings_of);
    let new = State::read(pairs.iter().map(|pair| pair.new.as_ref()), settings_of);
    let parsers = changed_parsers(pairs, &old, &new);
    let findings = Judged::of(pairs, &old, &new);
    let one = |views: &mut (Vec<_>, Vec<_>), at: usize| {
        let pair = &pairs[at];
        if pair.same && !new.mentions(at, &parsers) {
            return None;
        }
        let before = old.facts(at, &mut views.0);
        let now = new.facts(at, &mut views.1);
        change(pair, before, now, &parsers, findings.blocked(at))
    };
    let every: Vec<usize> = (0..pairs.len()).collect();
    let changes: Vec<Option<Change>> =
        every.par_iter().map_init(|| (Vec::new(), Vec::new()), |views, at| one(views, *at)).collect();
    let (before, now) = (old.coverage(attack), new.coverage(attack));
    Report {
        base: base.to_owned(),
        attack,
        changes: changes.into_iter().flatten().collect(),
        gained: coverage::lost(&now, &before),
        lost: coverage::lost(&before, &now),
        new_findings: findings.only_new(),
        gone_findings: findings.only_old(),
    }
}

/// All files at one of the two times; what belongs to a pair stands at its index.
struct State {
    jobs: Vec<Option<Job>>,
    sources: Vec<Option<Arc<SourceFile>>>,
    settings: Vec<Option<Arc<Settings>>>,
    parsers: Workspace,
}

type Views<'s> = Vec<(&'s Arc<Workspace>, View<'s>)>;

impl State {
    fn read<'j>(
        jobs: impl Iterator<Item = Option<&'j Job>>,
        settings_of: &(dyn Fn(&Path) -> Arc<Settings> + Sync),
    ) -> Self {
        let jobs: Vec<Option<Job>> = jobs.map(Option::<&Job>::cloned).collect();
        let read = |job: &Option<Job>| check::read(job.as_ref()?).ok();
        let sources: Vec<Option<Arc<SourceFile>>> = jobs.par_iter().map(read).collect();
        let settings = jobs.iter().map(|job| Some(settings_of(job.as_ref()?.location()))).collect();
        let (there, texts): (Vec<Job>, Vec<_>) = jobs
            .iter()
            .zip(&sources)
            .filter_map(|(job, source)| Some((job.clone()?, Ok(Arc::clone(source.as_ref()?)))))
            .unzip();
        let parsers = check::parsers(&there, &texts);
        Self { jobs, sources, settings, parsers }
    }

    fn content(&self, at: usize) -> Option<Content> {
        let (job, source) = (self.jobs.get(at)?.as_ref()?, self.sources.get(at)?.as_ref()?);
        Some(Content::read(Arc::clone(source), job.place()))
    }

    /// What a file says; `None` for what is not content.
    fn facts<'s>(&'s self, at: usize, views: &mut Views<'s>) -> Option<Facts> {
        let settings = self.settings.get(at)?.as_ref()?;
        let content = self.content(at)?;
        let view = check::catalog_for(views, &settings.workspace, &self.parsers);
        if matches!(content.kind, Kind::Unknown | Kind::Test) {
            return Facts::of_tests(&content);
        }
        Some(Facts::read(&content, view))
    }

    /// Whether the text of a file has one of some names in it.
    fn mentions(&self, at: usize, names: &BTreeMap<String, String>) -> bool {
        let source = self.sources.get(at).and_then(Option::as_ref);
        source.is_some_and(|source| names.keys().any(|name| source.text().contains(name.as_str())))
    }

    fn coverage(&self, attack: Version) -> Coverage {
        let every: Vec<usize> = (0..self.jobs.len()).collect();
        let item = |at: &usize| Item::of(&self.content(*at)?);
        let items: Vec<Option<Item>> = every.par_iter().map(item).collect();
        Coverage::of(items.into_iter().flatten().collect(), attack, Domain::Enterprise)
    }
}

/// The names of the parsers that mean something else now, each with the file that defines it.
fn changed_parsers(pairs: &[Pair], old: &State, new: &State) -> BTreeMap<String, String> {
    let mut changed = BTreeMap::new();
    for (at, pair) in pairs.iter().enumerate().filter(|(_, pair)| !pair.same) {
        let path =
            pair.new.as_ref().or(pair.old.as_ref()).map(|job| job.input.name.clone()).unwrap_or_default();
        let named = |state: &State| -> BTreeMap<String, String> {
            let Some(content) = state.content(at).filter(|content| content.kind == Kind::Parser) else {
                return BTreeMap::new();
            };
            let facts = Facts::read(&content, &View::new(vec![&state.parsers]));
            content.parser_names().map(|name| (name.to_owned(), facts.meaning())).collect()
        };
        let (before, now) = (named(old), named(new));
        for name in before.keys().chain(now.keys()) {
            if before.get(name) != now.get(name) {
                changed.insert(name.clone(), path.clone());
            }
        }
    }
    changed
}

/// What the rules find in the two states.
struct Judged {
    old: Vec<Found>,
    new: Vec<Found>,
    /// By the index of a pair: the first finding that keeps it from being deployed, then and now.
    blocked: BTreeMap<usize, [Option<String>; 2]>,
}

impl Judged {
    fn of(pairs: &[Pair], old: &State, new: &State) -> Self {
        let mut blocked: BTreeMap<usize, [Option<String>; 2]> = BTreeMap::new();
        let mut judge = |state: &State, slot: usize| {
            let mut jobs = Vec::new();
            let mut settings = Vec::new();
            let mut places = Vec::new();
            for (at, pair) in pairs.iter().enumerate() {
                let there = state.jobs[at].as_ref().zip(state.settings[at].as_ref());
                let Some((job, own)) = there else { continue };
                let mut job = job.clone();
                job.silent = pair.same;
                job.text.clone_from(&state.sources[at]);
                jobs.push(job);
                settings.push(Arc::clone(own));
                places.push(at);
            }
            if jobs.iter().all(|job| job.silent) {
                return Vec::new();
            }
            let run = check::check(&jobs, &settings);
            for (file, job) in run.findings.files.iter().zip(&run.jobs) {
                let at = places[*job];
                let is_there = |slot: &Option<Job>| slot.is_some();
                if !(is_there(&pairs[at].old) && is_there(&pairs[at].new)) {
                    continue;
                }
                let blocks = |found: &&crate::diagnostic::Diagnostic| {
                    found.counts() && found.severity == Severity::Error && found.rule.blocks.is_some()
                };
                let first = file.diagnostics.iter().find(blocks);
                blocked.entry(at).or_default()[slot] = first.map(|found| found.message.clone());
            }
            let renamed: BTreeMap<&str, &str> = pairs
                .iter()
                .filter_map(|pair| Some((&*pair.old.as_ref()?.input.name, &*pair.new.as_ref()?.input.name)))
                .collect();
            listed(
                &run.findings,
                |path| if slot == 0 { renamed.get(path).copied().unwrap_or(path) } else { path },
            )
        };
        let before = judge(old, 0);
        let now = judge(new, 1);
        Self { old: before, new: now, blocked }
    }

    fn blocked(&self, at: usize) -> [Option<&str>; 2] {
        let found = self.blocked.get(&at);
        found.map_or([None, None], |[old, new]| [old.as_deref(), new.as_deref()])
    }

    fn only_new(&self) -> Vec<Found> {
        without(&self.new, &self.old)
    }

    fn only_old(&self) -> Vec<Found> {
        without(&self.old, &self.new)
    }
}

fn listed<'p>(findings: &'p Findings, path_of: impl Fn(&'p str) -> &'p str) -> Vec<Found> {
    let mut all = Vec::new();
    for file in &findings.files {
        for found in file.diagnostics.iter().filter(|found| found.counts()) {
            let place = file.source.position(found.span.start as usize);
            all.push(Found {
                rule: found.rule.id,
                severity: found.severity,
                path: path_of(file.source.path()).to_owned(),
                place: (place.line, place.column),
                message: found.message.clone(),
            });
        }
    }
    all
}

/// The findings that are not among others, each of which stands for one. Where a finding stands makes no difference.
fn without(all: &[Found], others: &[Found]) -> Vec<Found> {
    let key = |found: &Found| (found.rule, found.path.clone(), found.message.clone());
    let mut known: BTreeMap<_, usize> = BTreeMap::new();
    for found in others {
        *known.entry(key(found)).or_default() += 1;
    }
    let is_new = |found: &&Found| match known.get_mut(&key(found)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    all.iter().filter(is_new).cloned().collect()
}

/// What became of one file; `None` where nothing did.
fn change(
    pair: &Pair,
    old: Option<Facts>,
    new: Option<Facts>,
    parsers: &BTreeMap<String, String>,
    blocked: [Option<&str>; 2],
) -> Option<Change> {
    let name = |job: &Option<Job>| job.as_ref().map(|job| job.input.name.clone());
    let (old_path, new_path) = (name(&pair.old), name(&pair.new));
    let path = new_path.clone().or_else(|| old_path.clone())?;
    let is_moved = old_path.is_some() && new_path.is_some() && old_path != new_path;
    let change = match (&old, &new) {
        (None, None) => return None,
        // What was content and is not any more, or the reverse, was there all the same.
        (None, Some(_)) => ChangeKind::Added,
        (Some(_), None) => ChangeKind::Removed,
        (Some(_), Some(_)) if is_moved => ChangeKind::Moved,
        (Some(_), Some(_)) => ChangeKind::Changed,
    };
    let mut what = compare::differences(old.as_ref(), new.as_ref());
    if let (Some(old), Some(new)) = (&old, &new) {
        what.extend(compare::dependence(old, new, parsers));
        what.extend(compare::deployability(blocked));
    }
    if what.is_empty() && change == ChangeKind::Changed {
        return None;
    }
    let facts = new.or(old)?;
    Some(Change {
        old_path: if is_moved { old_path } else { None },
        path,
        id: facts.id,
        name: facts.name,
        kind: facts.kind,
        became: change,
        what,
        source: new_path.and(Some(facts.source)),
    })
}

/// The aspects of a change, each once.
pub(crate) fn aspects(change: &Change) -> BTreeSet<Aspect> {
    change.what.iter().map(|what| what.aspect).collect()
}

/// The report in a format; `links` is where links to lines begin.
pub(crate) fn render(report: &Report, format: Format, links: Option<&str>) -> String {
    match format {
        Format::Full => full::render(report),
        Format::Json => json::render(report),
        Format::Markdown => markdown::render(report, links),
    }
}
