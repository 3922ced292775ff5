//! How much the tests of a query say of it: the conditions that no test decides, and the changes that none notices.

use std::path::Path;
use std::sync::Arc;

use super::Target;
use super::changes::{Change, changes, decisions};
use super::reach::{Place, Probed};
use super::run::{State, TestFile, Tested, run_changed};
use crate::kql;
use crate::source::Span;
use crate::workspace::Workspace;

/// The tests of a file on a query that is changed.
struct Probe<'p> {
    path: &'p Path,
    bytes: &'p [u8],
    known: &'p Arc<Workspace>,
    filter: &'p str,
    target: &'p Target,
    /// The tests that pass on the query as it is.
    passed: Vec<(usize, &'p Tested)>,
}

impl Probe<'_> {
    /// Whether any test comes to something else with a change; `None` where the changed query cannot be run.
    fn differs(&self, change: &Change, same: impl Fn(&Tested, &Tested) -> bool) -> Option<bool> {
        let mut target = self.target.clone();
        target.text = change.applied(&self.target.text);
        let ran = run_changed(self.path, self.bytes.to_vec(), self.known, self.filter, &target);
        let pairs = || self.passed.iter().filter_map(|(at, test)| Some((*test, ran.tests.get(*at)?)));
        if pairs().all(|(_, own)| own.state == State::Broken) {
            return None;
        }
        Some(pairs().any(|(test, own)| !same(test, own)))
    }
}

/// What is probed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asks {
    pub coverage: bool,
    pub mutants: bool,
}

/// Looks for what the tests of a file do not reach, and keeps it with the file.
pub fn probe(
    file: &mut TestFile,
    path: &Path,
    bytes: &[u8],
    known: &Arc<Workspace>,
    filter: &str,
    asks: Asks,
) {
    let Some(target) = file.target.clone() else { return };
    let tests = file.tests.clone();
    let passed = tests.iter().enumerate().filter(|(_, test)| test.state == State::Passed).collect();
    let probe = Probe { path, bytes, known, filter, target: &target, passed };
    if probe.passed.is_empty() {
        return;
    }
    let parse = kql::parse(&target.text);
    let place = |span: Span, what: String| Place { span: target.span(span), shown: target.shown(span), what };
    if asks.coverage {
        let mut coverage = Probed::default();
        let same = |a: &Tested, b: &Tested| a.result == b.result;
        for decision in decisions(&target.text, &parse) {
            let always = probe.differs(&decision.always, same);
            let never = probe.differs(&decision.never, same);
            let (Some(always), Some(never)) = (always, never) else { continue };
            coverage.total += 1;
            let why = match (always, never) {
                (true, true) => continue,
                (false, true) => "no test has an event that only this condition rejects",
                (true, false) => "no test has an event that this condition lets through",
                (false, false) => "it changes the result of no test",
            };
            coverage.open.push(place(decision.span, format!("no test decides `{}`: {why}", decision.shown)));
        }
        file.coverage = Some(coverage);
    }
    if asks.mutants {
        let mut mutants = Probed::default();
        for change in changes(&target.text, &parse) {
            let Some(noticed) = probe.differs(&change, |a, b| a.state == b.state) else { continue };
            mutants.total += 1;
            if !noticed {
                mutants.open.push(place(change.span, format!("no test notices {}", change.what)));
            }
        }
        file.mutants = Some(mutants);
    }
}
