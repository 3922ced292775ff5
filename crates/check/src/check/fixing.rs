//! Fixes and checks again until nothing is left to do. Each round checks only what the round before changed.
//!
//! What was proved of fixes one by one is proved of each round as a whole: where a round leaves a file with more findings than
//! before, or as it was in an earlier round, it is undone. The first fix is then tried alone, and if that does not help either, the
//! file is left as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Job, Run, Session};
use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::findings::FileReport;
use crate::fix;
use crate::rules::Settings;
use crate::source::SourceFile;

/// More rounds than any chain of fixes needs; a pair of rules that undo each other must end somewhere.
const ROUNDS: usize = 50;

/// What fixing made of the files.
#[derive(Debug, Default)]
pub struct Fixes {
    /// What became of files, by the index of the job.
    pub changed: BTreeMap<usize, FixedFile>,
    /// The names of files of which a round of fixes was undone, because it did not lower the number of findings.
    pub stopped: Vec<String>,
    /// The names of files that have fixes left after the last round that is allowed.
    pub unfinished: Vec<String>,
}

/// A file that fixes have changed.
#[derive(Clone, Debug)]
pub struct FixedFile {
    /// The text that it had.
    pub before: Arc<SourceFile>,
    /// The text that it has now.
    pub after: Arc<SourceFile>,
    /// How many fixes were applied.
    pub applied: usize,
    /// How many of each rule.
    pub rules: BTreeMap<&'static str, usize>,
}

/// A file in the course of fixing.
struct State {
    /// The text before the round.
    source: Arc<SourceFile>,
    /// What was found in it.
    report: FileReport,
    /// How many fixes the round applied.
    applied: usize,
    /// How many of those answer an error.
    errors: usize,
    /// The rule of each.
    rules: Vec<&'static str>,
}

/// Applies the fixes that are trusted so far, and checks the result. The texts of jobs become those after the fixes.
pub fn fix_all(jobs: &mut [Job], settings: &[Arc<Settings>], least: Applicability) -> (Run, Fixes) {
    let mut session = Session::new(jobs, settings, None);
    let mut fixes = Fixes::default();
    // Files of which only the first fix is tried, and files that are left alone.
    let (mut careful, mut settled) = (BTreeSet::new(), BTreeSet::new());
    // The texts that each file had: rules that undo each other lead back to one of them.
    let mut seen: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    let mut run = session.run(jobs, settings);
    for round in 0..=ROUNDS {
        let mut states: BTreeMap<usize, State> = BTreeMap::new();
        for (file, at) in run.findings.files.iter().zip(&run.jobs) {
            if settled.contains(at) {
                continue;
            }
            let take = if careful.contains(at) { fix::first } else { fix::round };
            let round = take(&file.source, &file.diagnostics, least);
            let Some(fixed) = round.filter(|fixed| fixed.applied > 0) else { continue };
            let source = Arc::clone(&file.source);
            seen.entry(*at).or_default().insert(source.text().to_owned());
            jobs[*at].text = Some(Arc::new(SourceFile::new(source.path(), fixed.text)));
            states.insert(
                *at,
                State {
                    source,
                    report: file.clone(),
                    applied: fixed.applied,
                    errors: fixed.errors,
                    rules: fixed.rules,
                },
            );
        }
        if states.is_empty() {
            break;
        }
        if round == ROUNDS {
            for (at, state) in states {
                fixes.unfinished.push(jobs[at].input.name.clone());
                jobs[at].text = Some(state.source);
            }
            break;
        }
        session.check_again(jobs, settings, states.keys().copied());
        run = session.run(jobs, settings);
        let mut undone = Vec::new();
        for (file, at) in run.findings.files.iter().zip(&run.jobs) {
            let Some(state) = states.remove(at) else { continue };
            let is_new = seen.entry(*at).or_default().insert(file.source.text().to_owned());
            if is_new && is_no_worse(&state, file) {
                fixes.note(*at, state, &file.source);
                continue;
            }
            if state.applied == 1 || !careful.insert(*at) {
                settled.insert(*at);
                fixes.stopped.push(jobs[*at].input.name.clone());
            }
            jobs[*at].text = Some(state.source);
            undone.push(*at);
        }
        // A file that is not a content any more.
        for (at, state) in states {
            settled.insert(at);
            fixes.stopped.push(jobs[at].input.name.clone());
            jobs[at].text = Some(state.source);
            undone.push(at);
        }
        if !undone.is_empty() {
            session.check_again(jobs, settings, undone.into_iter());
            run = session.run(jobs, settings);
        }
    }
    (run, fixes)
}

impl Fixes {
    /// How many fixes were applied to all files.
    pub fn applied(&self) -> usize {
        self.changed.values().map(|file| file.applied).sum()
    }

    /// Keeps what became of a file, and the text that it had first.
    fn note(&mut self, at: usize, state: State, after: &Arc<SourceFile>) {
        let new = || FixedFile {
            before: state.source,
            after: Arc::clone(after),
            applied: 0,
            rules: BTreeMap::new(),
        };
        let file = self.changed.entry(at).or_insert_with(new);
        file.after = Arc::clone(after);
        file.applied += state.applied;
        for rule in state.rules {
            *file.rules.entry(rule).or_default() += 1;
        }
    }
}

/// Whether a file reads no worse after a round: it has fewer errors of syntax, or the errors whose fixes were applied are gone
/// and none is new; or there were no errors among those, and there are no more warnings, and for as many no more advice. What
/// a text had that could not be read was not known before.
fn is_no_worse(before: &State, after: &FileReport) -> bool {
    let figures = |report: &FileReport| {
        let count = |asked: &dyn Fn(&Diagnostic) -> bool| report.counting().filter(|one| asked(one)).count();
        [
            count(&|one| matches!(one.rule.id, "kql-syntax" | "yaml-syntax")),
            count(&|one| one.severity == Severity::Error),
            count(&|one| one.severity == Severity::Warning),
            count(&|one| one.severity == Severity::Info),
        ]
    };
    let (old, new) = (figures(&before.report), figures(after));
    new[0] < old[0] || new[0] == old[0] && new[1] + before.errors <= old[1] && new <= old
}
