//! The thread that checks documents: each as soon as it has changed, and after a pause against the other files.
//!
//! A check of a text that has changed meanwhile is stopped, and its result is dropped. Clients that ask for diagnostics are
//! answered from here too, and the others are sent what was found.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gen_lsp_types::Diagnostic;
use lsp_server::{ErrorCode, RequestId};
use serde_json::{Value, json};

use super::client::error;
use super::documents::Document;
use super::found::{accept, report_of, result_id};
use super::whole::Whole;
use super::world::{Known, World, job};
use super::{Shared, carry, diagnostics};
use crate::check::{Alone, compare};
use crate::config;
use crate::discover::Roots;
use crate::findings::FileReport;
use crate::workspace::View;

/// How long nothing may change before files are compared.
const PAUSE: Duration = Duration::from_millis(300);

/// How long the first check waits for the parsers of the workspace.
const PATIENCE: Duration = Duration::from_millis(30);

/// What was found in a document.
pub(super) struct Checked {
    pub(super) document: Arc<Document>,
    pub(super) generation: u64,
    /// What was found by looking at nothing else; `None` for what is not content.
    alone: Option<Alone>,
    /// The findings, with those that suppressions and the baseline keep quiet.
    pub(super) report: Option<FileReport>,
    /// The same in the words of the protocol.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Another text for other diagnostics.
    pub(super) result_id: String,
}

/// A client that waits for the diagnostics of a document.
struct Pull {
    id: RequestId,
    uri: String,
    previous: Option<String>,
}

#[derive(Default)]
struct State {
    dirty: VecDeque<String>,
    pulls: Vec<Pull>,
    running: Option<(String, Arc<AtomicBool>)>,
    compare_at: Option<Instant>,
    results: HashMap<String, Arc<Checked>>,
    ended: bool,
}

/// What is to be checked, and what was found.
#[derive(Default)]
pub(super) struct Checks {
    state: Mutex<State>,
    ready: Condvar,
    /// The clients that wait for the diagnostics of all files.
    pub(super) whole: Whole,
}

enum Task {
    Check(String, Arc<AtomicBool>),
    Compare,
    Whole,
    End,
}

impl Checks {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A document has changed: what is known of it is out of date.
    pub(super) fn changed(&self, uri: &str) {
        let mut state = self.state();
        if let Some((_, stopped)) = state.running.as_ref().filter(|(running, _)| running == uri) {
            stopped.store(true, Ordering::Relaxed);
        }
        if !state.dirty.iter().any(|one| one == uri) {
            state.dirty.push_back(uri.to_owned());
        }
        state.compare_at = Some(Instant::now() + PAUSE);
        self.ready.notify_all();
    }

    /// A document was closed.
    pub(super) fn closed(&self, uri: &str) {
        let mut state = self.state();
        state.results.remove(uri);
        state.dirty.retain(|one| one != uri);
        state.compare_at = Some(Instant::now() + PAUSE);
        self.ready.notify_all();
    }

    /// Somebody asks for the diagnostics of a document.
    pub(super) fn pull(&self, id: RequestId, uri: String, previous: Option<String>) {
        let mut state = self.state();
        if !state.dirty.iter().any(|one| *one == uri) {
            state.dirty.push_back(uri.clone());
        }
        state.pulls.push(Pull { id, uri, previous });
        self.ready.notify_all();
    }

    /// Nobody waits for the diagnostics of this request any more. Returns whether somebody did.
    pub(super) fn cancel(&self, id: &RequestId) -> bool {
        let mut state = self.state();
        let count = state.pulls.len();
        state.pulls.retain(|pull| pull.id != *id);
        state.pulls.len() < count || self.whole.cancel(id)
    }

    /// Something has changed that only matters where files are compared.
    pub(super) fn compare_soon(&self) {
        self.state().compare_at = Some(Instant::now() + PAUSE);
        self.ready.notify_all();
    }

    /// Wakes the thread.
    pub(super) fn wake(&self) {
        drop(self.state());
        self.ready.notify_all();
    }

    /// Ends the thread.
    pub(super) fn end(&self) {
        let mut state = self.state();
        state.ended = true;
        if let Some((_, stopped)) = &state.running {
            stopped.store(true, Ordering::Relaxed);
        }
        self.ready.notify_all();
    }

    /// What was found in a document, where it is that of its present text.
    pub(super) fn result(&self, document: &Arc<Document>) -> Option<Arc<Checked>> {
        let state = self.state();
        state.results.get(&document.uri).filter(|known| Arc::ptr_eq(&known.document, document)).cloned()
    }

    fn next(&self) -> Task {
        let mut state = self.state();
        loop {
            if state.ended {
                return Task::End;
            }
            if let Some(uri) = state.dirty.pop_front() {
                let stopped = Arc::new(AtomicBool::new(false));
                state.running = Some((uri.clone(), Arc::clone(&stopped)));
                return Task::Check(uri, stopped);
            }
            let wait = state.compare_at.map(|at| at.saturating_duration_since(Instant::now()));
            if wait == Some(Duration::ZERO) {
                state.compare_at = None;
                return Task::Compare;
            }
            if wait.is_none() && self.whole.has_work() {
                return Task::Whole;
            }
            state = match wait {
                Some(wait) => self.ready.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0,
                None => self.ready.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Checks until the end.
    pub(super) fn run(&self, shared: &Shared) {
        let mut roots = Roots::default();
        loop {
            match self.next() {
                Task::End => return,
                Task::Check(uri, stopped) => {
                    let document = shared.documents().get(&uri);
                    match document {
                        Some(document) => self.check(shared, &document, &stopped, &mut roots),
                        None => self.answer(shared, &uri, None),
                    }
                    self.state().running = None;
                }
                Task::Compare => self.compare(shared, &mut roots),
                Task::Whole => self.whole.step(shared, &mut roots),
            }
        }
    }

    fn check(&self, shared: &Shared, document: &Arc<Document>, stopped: &Arc<AtomicBool>, roots: &mut Roots) {
        let world = shared.world_with_parsers(PATIENCE);
        let before = self.state().results.get(&document.uri).cloned();
        // What was asked for may be known by now.
        if let Some(known) = &before
            && Arc::ptr_eq(&known.document, document)
            && known.generation == world.generation
        {
            return self.answer(shared, &document.uri, Some(known));
        }
        let Some(checked) = checked(shared, &world, document, stopped, before.as_deref(), roots) else {
            return;
        };
        let current = shared.documents().get(&document.uri);
        if stopped.load(Ordering::Relaxed) || !current.is_some_and(|now| Arc::ptr_eq(&now, document)) {
            return;
        }
        self.publish(shared, &Arc::new(checked));
    }

    /// Keeps what was found, and tells who is to know.
    fn publish(&self, shared: &Shared, checked: &Arc<Checked>) {
        let before = self.state().results.insert(checked.document.uri.clone(), Arc::clone(checked));
        let is_same = |before: Arc<Checked>| {
            Arc::ptr_eq(&before.document, &checked.document) && before.result_id == checked.result_id
        };
        if !shared.client.can.pulls && !before.is_some_and(is_same) {
            let document = &checked.document;
            let params =
                json!({"uri": document.uri, "version": document.version, "diagnostics": checked.diagnostics});
            shared.client.notify("textDocument/publishDiagnostics", &params);
        }
        self.answer(shared, &checked.document.uri, Some(checked));
    }

    /// Answers those who wait for the diagnostics of a document.
    fn answer(&self, shared: &Shared, uri: &str, checked: Option<&Arc<Checked>>) {
        let mut waiting = Vec::new();
        self.state().pulls.retain_mut(|pull| {
            let is_answered = pull.uri == uri;
            if is_answered {
                waiting.push((pull.id.clone(), pull.previous.take()));
            }
            !is_answered
        });
        for (id, previous) in waiting {
            shared.done(&id);
            let answer = checked
                .map(|checked| report_of(previous.as_deref(), &checked.result_id, &checked.diagnostics));
            let none = || error(ErrorCode::InvalidParams, format!("the document `{uri}` is not open"));
            shared.client.answer(id, answer.ok_or_else(none));
        }
    }

    /// Compares the open documents with each other and with the other files.
    fn compare(&self, shared: &Shared, roots: &mut Roots) {
        let documents = shared.documents().all();
        let own: Vec<_> = documents.iter().filter(|document| !document.is_config()).collect();
        let mut known = Vec::new();
        {
            let world = shared.world();
            for document in &own {
                let same = |known: &Arc<Known>| Arc::ptr_eq(&known.source, &document.source);
                if !world.files.get(&document.location).is_some_and(same) {
                    let place = job(document, roots).place().to_owned();
                    known.push((
                        document.location.clone(),
                        Some(Arc::new(Known::read(&document.source, &place))),
                    ));
                }
            }
        }
        if !known.is_empty() && shared.put(known) {
            for document in own {
                self.changed(&document.uri);
            }
            return;
        }
        let world = shared.world();
        let results: Vec<Arc<Checked>> = own.iter().filter_map(|document| self.result(document)).collect();
        let results: Vec<_> = results.into_iter().filter(|checked| checked.alone.is_some()).collect();
        if results.len() + world.files.len() > 1 && !results.is_empty() {
            let is_own =
                |path: &std::path::Path| results.iter().any(|checked| checked.document.location == path);
            let others = world.files.iter().filter(|(path, _)| !is_own(path));
            let others: Vec<_> = others.filter_map(|(_, known)| known.summary.clone()).collect();
            let settings = world.settings(&results[0].document.location);
            let files = results.iter().filter_map(|checked| checked.alone.clone()).collect();
            let reports = compare(files, &others, &settings);
            let mut is_news = false;
            for (checked, mut report) in results.into_iter().zip(reports) {
                accept(shared, &world, &mut report);
                without_echoes(&world, &mut report);
                let new = completed(
                    checked.document.clone(),
                    &world,
                    checked.alone.clone(),
                    Some(report),
                    Vec::new(),
                    shared,
                );
                if new.result_id != checked.result_id {
                    is_news = true;
                    self.publish(shared, &Arc::new(new));
                }
            }
            if is_news && shared.client.can.pulls && shared.client.can.refreshes_diagnostics {
                shared.client.ask("workspace/diagnostic/refresh", Value::Null);
            }
        }
        self.whole.changed();
    }
}

/// What is found in a document; `None` where it was stopped.
pub(super) fn checked(
    shared: &Shared,
    world: &World,
    document: &Arc<Document>,
    stopped: &Arc<AtomicBool>,
    before: Option<&Checked>,
    roots: &mut Roots,
) -> Option<Checked> {
    let complete =
        |alone, report, found| completed(Arc::clone(document), world, alone, report, found, shared);
    if document.is_config() {
        let mut mistakes = config::mistakes(&document.source);
        // Those in what it extends show where it is saved.
        let of_file = world.config(&document.location).err().unwrap_or_default();
        let same = |mistake: &&config::ConfigError| mistake.file.text() == document.source.text();
        if mistakes.is_empty() {
            mistakes = of_file.iter().filter(same).cloned().collect();
        }
        let found = diagnostics::of_config(&mistakes, &document.source, shared.client.can.encoding);
        return Some(complete(None, None, found));
    }
    if world.excludes(&document.location) {
        return Some(complete(None, None, Vec::new()));
    }
    let mut job = job(document, roots);
    job.stopped = Some(Arc::clone(stopped));
    let settings = world.settings(&document.location);
    let alone = Alone::check(&job, &settings, &View::new(vec![&settings.workspace, &world.parsers]));
    if stopped.load(Ordering::Relaxed) {
        return None;
    }
    let alone = alone.ok();
    let mut report = alone.clone().map(Alone::report);
    if let Some(report) = &mut report {
        if let Some(old) = before.and_then(|before| before.report.as_ref()) {
            carry::over(old, report);
        }
        accept(shared, world, report);
        without_echoes(world, report);
    }
    Some(complete(alone, report, Vec::new()))
}

fn completed(
    document: Arc<Document>,
    world: &World,
    alone: Option<Alone>,
    report: Option<FileReport>,
    found: Vec<Diagnostic>,
    shared: &Shared,
) -> Checked {
    let encoding = shared.client.can.encoding;
    let diagnostics = match &report {
        Some(report) => diagnostics::of_report(report, &document.uri, world, encoding),
        None => found,
    };
    let result_id = result_id(&diagnostics);
    Checked { document, generation: world.generation, alone, report, diagnostics, result_id }
}

/// Takes away what the parsers of the workspace may explain, as long as they are not known.
fn without_echoes(world: &World, report: &mut FileReport) {
    if !world.parsers_known {
        report.diagnostics.retain(|one| one.rule.id != "kql-unknown-function");
    }
}
