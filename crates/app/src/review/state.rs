//! The two states of all files, and what the rules find in each. Most files are as they were: these are read once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::facts::Facts;
use super::{Found, Pair};
use crate::check::{self, Job, Run, may_be_parser};
use crate::content::{Content, Kind, Query};
use crate::coverage::Item;
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{RepositoryFile, Settings};
use crate::source::SourceFile;
use crate::workspace::{View, Workspace};

/// All files at one of the two times; what belongs to a pair stands at its index.
pub(super) struct State<'j> {
    jobs: Vec<Option<&'j Job>>,
    sources: Vec<Option<Arc<SourceFile>>>,
    settings: Vec<Option<Arc<Settings>>>,
    parsers: Arc<Workspace>,
}

type Views<'s> = Vec<(&'s Arc<Workspace>, View<'s>)>;

impl<'j> State<'j> {
    pub(super) fn read(
        jobs: impl Iterator<Item = Option<&'j Job>>,
        settings_of: &(dyn Fn(&Path) -> Arc<Settings> + Sync),
    ) -> Self {
        let jobs: Vec<Option<&Job>> = jobs.collect();
        let sources = jobs.par_iter().map(|job| check::read((*job)?).ok()).collect();
        let settings = jobs.iter().map(|job| Some(settings_of((*job)?.location()))).collect();
        Self { jobs, sources, settings, parsers: Arc::default() }.with_parsers()
    }

    /// The state before, given the one after it.
    pub(super) fn before(
        pairs: &'j [Pair],
        new: &Self,
        settings_of: &(dyn Fn(&Path) -> Arc<Settings> + Sync),
    ) -> Self {
        let read = |(at, pair): (usize, &'j Pair)| {
            let Some(job) = pair.old.as_ref() else { return (None, (None, None)) };
            if pair.same {
                return (Some(job), (new.sources[at].clone(), new.settings[at].clone()));
            }
            (Some(job), (check::read(job).ok(), Some(settings_of(job.location()))))
        };
        let (jobs, (sources, settings)): (Vec<_>, (Vec<_>, Vec<_>)) =
            pairs.iter().enumerate().map(read).unzip();
        let parsers = Arc::clone(&new.parsers);
        let this = Self { jobs, sources, settings, parsers };
        let has_parser =
            |state: &Self, at: usize| state.sources[at].as_ref().is_some_and(|source| may_be_parser(source));
        let changed = pairs.iter().enumerate().filter(|(_, pair)| !pair.same);
        let mut changed = changed.map(|(at, _)| at);
        if changed.any(|at| has_parser(&this, at) || has_parser(new, at)) {
            this.with_parsers()
        } else {
            this
        }
    }

    fn with_parsers(mut self) -> Self {
        let there = self.jobs.iter().zip(&self.sources);
        let (jobs, texts): (Vec<Job>, Vec<_>) = there
            .filter_map(|(job, source)| {
                let source = source.as_ref().filter(|source| may_be_parser(source))?;
                Some(((*job)?.clone(), Ok(Arc::clone(source))))
            })
            .unzip();
        self.parsers = Arc::new(check::parsers(&jobs, &texts));
        self
    }

    fn content(&self, at: usize) -> Option<Content> {
        let (job, source) = (self.jobs.get(at).copied()??, self.sources.get(at)?.as_ref()?);
        Some(Content::read(Arc::clone(source), job.place()))
    }

    /// What a file says; `None` for what is not content.
    pub(super) fn facts<'s>(&'s self, at: usize, views: &mut Views<'s>) -> Option<Facts> {
        let settings = self.settings.get(at)?.as_ref()?;
        let content = self.content(at)?;
        let view = check::catalog_for(views, &settings.workspace, &self.parsers);
        facts_of(&content, &content.queries(), view)
    }

    /// Whether the text of a file has one of some names in it.
    pub(super) fn mentions(&self, at: usize, names: &BTreeMap<String, String>) -> bool {
        let source = self.sources.get(at).and_then(Option::as_ref);
        source.is_some_and(|source| names.keys().any(|name| source.text().contains(name.as_str())))
    }
}

fn facts_of(content: &Content, queries: &[Query<'_>], view: &View<'_>) -> Option<Facts> {
    if matches!(content.kind, Kind::Unknown | Kind::Test) {
        return Facts::of_tests(content);
    }
    Some(Facts::read(content, queries, view))
}

/// The names of the parsers that mean something else now, each with the file that defines it.
pub(super) fn changed_parsers(pairs: &[Pair], old: &State<'_>, new: &State<'_>) -> BTreeMap<String, String> {
    let mut changed = BTreeMap::new();
    for (at, pair) in pairs.iter().enumerate().filter(|(_, pair)| !pair.same) {
        let path =
            pair.new.as_ref().or(pair.old.as_ref()).map(|job| job.input.name.clone()).unwrap_or_default();
        let named = |state: &State<'_>| -> BTreeMap<String, String> {
            let is_one = state.sources[at].as_ref().is_some_and(|source| may_be_parser(source));
            let content = if is_one { state.content(at) } else { None };
            let Some(content) = content.filter(|content| content.kind == Kind::Parser) else {
                return BTreeMap::new();
            };
            let view = View::new(vec![&state.parsers]);
            let facts = Facts::read(&content, &content.queries(), &view);
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

/// What is to be known of the files that are as they were, by the index of their pair.
pub(super) struct Unchanged(Vec<Option<Seen>>);

/// What is known of a file that is as it was.
struct Seen {
    item: Option<Item>,
    /// What the rules that compare files see of it; `None` for what is not content.
    summary: Option<RepositoryFile>,
}

impl Unchanged {
    pub(super) fn read(pairs: &[Pair], state: &State<'_>) -> Self {
        let read = |(at, pair): (usize, &Pair)| {
            let settings = state.settings[at].as_ref().filter(|_| pair.same)?;
            let content = state.content(at)?;
            let item = Item::of(&content);
            let summary = check::summary_under(&content, state.jobs[at]?.place(), settings);
            Some(Seen { item, summary })
        };
        Self(pairs.par_iter().enumerate().map(read).collect())
    }
}

/// What the rules find in a state, and what its files cover.
pub(super) struct Judged {
    /// The findings, each with the name that its file has in the new state.
    pub(super) found: Vec<Found>,
    /// By the index of a pair: the first finding that keeps it from being deployed.
    blocked: BTreeMap<usize, String>,
    /// What each file covers.
    pub(super) items: Vec<Option<Item>>,
}

impl Judged {
    /// Judges a state; `is_old` says which. `said` is told what each file says that is not as it was, by the index of its pair.
    pub(super) fn of(
        pairs: &[Pair],
        state: &State<'_>,
        same: &Unchanged,
        is_old: bool,
        said: &(dyn Fn(usize, Option<Facts>) + Sync),
    ) -> Self {
        let (mut jobs, mut settings, mut known, mut places) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (at, pair) in pairs.iter().enumerate() {
            let Some((job, own)) = state.jobs[at].zip(state.settings[at].as_ref()) else { continue };
            let summary = match &same.0[at] {
                Some(seen) => match &seen.summary {
                    Some(summary) => Some(summary.clone()),
                    None => continue,
                },
                None => None,
            };
            let mut job = job.clone();
            job.silent = pair.same;
            job.text.clone_from(&state.sources[at]);
            jobs.push(job);
            settings.push(Arc::clone(own));
            known.push(summary);
            places.push(at);
        }
        let covered: Mutex<BTreeMap<usize, Option<Item>>> = Mutex::default();
        let look = |job: usize, content: &Content, queries: &[Query<'_>], view: &View<'_>| {
            if !jobs[job].silent {
                said(places[job], facts_of(content, queries, view));
                let item = Item::of(content);
                covered.lock().unwrap_or_else(PoisonError::into_inner).insert(places[job], item);
            }
        };
        let run = if jobs.iter().all(|job| job.silent) {
            Run::default()
        } else {
            check::check_rest(&jobs, &settings, known, &state.parsers, &look)
        };
        let mut covered = covered.into_inner().unwrap_or_else(PoisonError::into_inner);
        let item = |(at, seen): (usize, &Option<Seen>)| match (seen, covered.remove(&at)) {
            (Some(seen), _) => seen.item.clone(),
            (None, Some(item)) => item,
            (None, None) => Item::of(&state.content(at)?),
        };
        let items = same.0.iter().enumerate().map(item).collect();
        let (mut found, mut blocked) = (Vec::new(), BTreeMap::new());
        for (file, job) in run.findings.files.iter().zip(&run.jobs) {
            let at = places[*job];
            let blocks = |one: &&Diagnostic| {
                one.counts() && one.severity == Severity::Error && one.rule.blocks.is_some()
            };
            blocked.extend(file.diagnostics.iter().find(blocks).map(|first| (at, first.message.clone())));
            let renamed = pairs[at].new.as_ref().filter(|_| is_old);
            let path = renamed.map_or_else(|| file.source.path(), |job| &job.input.name);
            found.extend(file.diagnostics.iter().filter(|one| one.counts()).map(|one| {
                let place = file.source.position(one.span.start as usize);
                Found {
                    rule: one.rule.id,
                    severity: one.severity,
                    path: path.to_owned(),
                    place: (place.line, place.column),
                    message: one.message.clone(),
                }
            }));
        }
        Self { found, blocked, items }
    }

    /// The first finding that keeps a file from being deployed.
    pub(super) fn blocked(&self, at: usize) -> Option<&str> {
        self.blocked.get(&at).map(String::as_str)
    }
}
