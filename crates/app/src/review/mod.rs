//! What changed in the meaning of content since a revision: two states of each file are read as facts, and the facts compared.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use crate::check::Job;
use crate::coverage::{self, Coverage, Item};
use crate::diagnostic::Severity;
use crate::knowledge::attack::{Domain, Version};
use crate::rules::Settings;
use crate::source::{SourceFile, Span};

mod aspect;
mod compare;
mod facts;
mod fail;
mod full;
mod json;
mod markdown;
mod state;

pub use aspect::Aspect;
use facts::Facts;
pub use fail::FailOn;
use state::{Judged, State, Unchanged, changed_parsers};

/// The formats of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
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
pub enum ChangeKind {
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
pub struct What {
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
pub struct Change {
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
pub struct Found {
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
pub struct Report {
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
    let new = State::read(pairs.iter().map(|pair| pair.new.as_ref()), settings_of);
    let old = State::before(pairs, &new, settings_of);
    let same = Unchanged::read(pairs, &new);
    let parsers = changed_parsers(pairs, &old, &new);
    // What a file said is held until it is known what it says; what it says is compared at once.
    let said: Vec<Mutex<Option<Facts>>> = pairs.iter().map(|_| Mutex::default()).collect();
    let take = |at: usize| said[at].lock().unwrap_or_else(PoisonError::into_inner).take();
    let compared: Mutex<BTreeMap<usize, Option<Change>>> = Mutex::default();
    let before = Judged::of(pairs, &old, &same, true, &|at, facts| {
        *said[at].lock().unwrap_or_else(PoisonError::into_inner) = facts;
    });
    let now = Judged::of(pairs, &new, &same, false, &|at, facts| {
        let was = take(at).or_else(|| old.facts(at, &mut Vec::new()));
        let change = change(&pairs[at], was, facts, &parsers);
        compared.lock().unwrap_or_else(PoisonError::into_inner).insert(at, change);
    });
    let mut compared = compared.into_inner().unwrap_or_else(PoisonError::into_inner);
    let others = |at: &usize| !compared.contains_key(at) && (!pairs[*at].same || new.mentions(*at, &parsers));
    let others: Vec<usize> = (0..pairs.len()).into_par_iter().filter(others).collect();
    let one = |views: &mut (Vec<_>, Vec<_>), at: &usize| {
        let was = take(*at).or_else(|| old.facts(*at, &mut views.0));
        (*at, change(&pairs[*at], was, new.facts(*at, &mut views.1), &parsers))
    };
    let others: Vec<_> = others.par_iter().map_init(|| (Vec::new(), Vec::new()), one).collect();
    compared.extend(others);
    let finish =
        |(at, change): (usize, Option<Change>)| finished(change?, before.blocked(at), now.blocked(at));
    let changes = compared.into_iter().filter_map(finish).collect();
    let covered = |items: Vec<Option<Item>>| {
        Coverage::of(items.into_iter().flatten().collect(), attack, Domain::Enterprise)
    };
    let (old_findings, new_findings) = (before.found, now.found);
    let (old_coverage, new_coverage) = (covered(before.items), covered(now.items));
    Report {
        base: base.to_owned(),
        attack,
        changes,
        gained: coverage::lost(&new_coverage, &old_coverage),
        lost: coverage::lost(&old_coverage, &new_coverage),
        new_findings: without(&new_findings, &old_findings),
        gone_findings: without(&old_findings, &new_findings),
    }
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

/// What became of one file, but for whether it can be deployed; `None` for what is not content.
fn change(
    pair: &Pair,
    old: Option<Facts>,
    new: Option<Facts>,
    parsers: &BTreeMap<String, String>,
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

/// The same with whether it can be deployed, given what keeps it from that; `None` where nothing became of it.
fn finished(mut change: Change, old: Option<&str>, new: Option<&str>) -> Option<Change> {
    if matches!(change.became, ChangeKind::Changed | ChangeKind::Moved) {
        change.what.extend(compare::deployability([old, new]));
    }
    (!change.what.is_empty() || change.became != ChangeKind::Changed).then_some(change)
}

/// The aspects of a change, each once.
pub(crate) fn aspects(change: &Change) -> BTreeSet<Aspect> {
    change.what.iter().map(|what| what.aspect).collect()
}

/// The report in a format; `links` is where links to lines begin.
pub fn render(report: &Report, format: Format, links: Option<&str>) -> String {
    match format {
        Format::Full => full::render(report),
        Format::Json => json::render(report),
        Format::Markdown => markdown::render(report, links),
    }
}
