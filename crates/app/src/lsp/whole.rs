//! The diagnostics of all files of the workspace, for clients that ask for them: one file after the other, between the checks
//! of open documents. A client that knows them all already is answered once something has changed.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gen_lsp_types::Diagnostic;
use lsp_server::RequestId;
use serde_json::{Value, json};

use super::found::{accept, alone, report_of, result_id};
use super::{Shared, diagnostics, uri};
use crate::check::{Alone, compare_each};
use crate::discover::Roots;
use crate::order::Order as _;
use crate::source::SourceFile;

struct Asked {
    id: RequestId,
    /// The results that the client knows, by URI.
    previous: HashMap<String, String>,
    /// Where the client takes the answer in parts.
    token: Option<Value>,
}

/// What was found in a text under a generation.
type Found = (u64, Arc<SourceFile>, Option<Arc<Alone>>);

/// So many files are in one part of an answer that comes in parts.
const PART: usize = 100;

#[derive(Default)]
struct State {
    asked: Vec<Asked>,
    /// The files that are still to be checked.
    left: Vec<PathBuf>,
    /// What was found so far.
    found: HashMap<PathBuf, Found>,
    /// Whether the files were listed.
    begun: bool,
}

/// Those who ask, and what was found for them.
#[derive(Default)]
pub(super) struct Whole {
    state: Mutex<State>,
    /// Whether there is something to do: somebody asks, and it is not known that nothing has changed.
    has_work: AtomicBool,
}

impl Whole {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody asks.
    pub(super) fn ask(&self, id: RequestId, previous: HashMap<String, String>, token: Option<Value>) {
        self.state().asked.push(Asked { id, previous, token });
        self.has_work.store(true, Ordering::Relaxed);
    }

    /// Whether there is something to do.
    pub(super) fn has_work(&self) -> bool {
        self.has_work.load(Ordering::Relaxed)
    }

    /// Something may have changed.
    pub(super) fn changed(&self) {
        let mut state = self.state();
        state.begun = false;
        self.has_work.store(!state.asked.is_empty(), Ordering::Relaxed);
    }

    /// Nobody waits for this any more. Returns whether somebody did.
    pub(super) fn cancel(&self, id: &RequestId) -> bool {
        let mut state = self.state();
        let count = state.asked.len();
        state.asked.retain(|asked| asked.id != *id);
        let is_last = state.asked.is_empty();
        if is_last {
            self.has_work.store(false, Ordering::Relaxed);
        }
        state.asked.len() < count
    }

    /// Does a part of the work: checks one file, or answers.
    pub(super) fn step(&self, shared: &Shared, roots: &mut Roots) {
        let world = shared.world();
        if !world.complete {
            // The end of reading wakes whoever waits.
            self.has_work.store(false, Ordering::Relaxed);
            return;
        }
        let mut state = self.state();
        if !state.begun {
            state.begun = true;
            state.left = world.files.keys().rev().cloned().collect();
            state.found.retain(|location, _| world.files.contains_key(location));
        }
        while let Some(location) = state.left.pop() {
            let Some(known) = world.files.get(&location) else { continue };
            let is_known = state.found.get(&location).is_some_and(|(generation, source, _)| {
                *generation == world.generation && Arc::ptr_eq(source, &known.source)
            });
            if is_known || known.summary.is_none() {
                continue;
            }
            drop(state);
            let found = alone(&world, &location, &known.source, roots);
            let mut state = self.state();
            state.found.insert(location, (world.generation, Arc::clone(&known.source), found.map(Arc::new)));
            return;
        }
        let asked = std::mem::take(&mut state.asked);
        let mut items: Vec<(String, String, Vec<Diagnostic>)> = Vec::new();
        {
            let is_alone =
                |(location, (_, _, alone)): (&PathBuf, &Found)| Some((location.clone(), alone.clone()?));
            let found: Vec<(PathBuf, Arc<Alone>)> = state.found.iter().filter_map(is_alone).collect();
            drop(state);
            let files: Vec<&Alone> = found.iter().map(|(_, alone)| &**alone).collect();
            compare_each(&files, |at, mut report| {
                accept(shared, &world, &mut report);
                let uri = uri::of(&found[at].0);
                let mut found = diagnostics::of_report(&report, &uri, &world, shared.client.can.encoding);
                // What code actions would use of a document that is not open is found again when it is.
                for one in &mut found {
                    one.data = None;
                }
                items.push((uri, result_id(&found), found));
            });
        }
        items.order_by(|a, b| a.0.cmp(&b.0));
        let empty = result_id(&[]);
        let mut parked = Vec::new();
        for asked in asked {
            let is_news = |(uri, id, _): &(String, String, Vec<_>)| match asked.previous.get(uri) {
                Some(known) => known != id,
                None => *id != empty,
            };
            let gone: Vec<&String> = asked
                .previous
                .keys()
                .filter(|uri| items.binary_search_by(|item| item.0.cmp(uri)).is_err())
                .collect();
            if !items.iter().any(is_news) && gone.is_empty() {
                if asked.previous.is_empty() {
                    // The first answer says that there is nothing to say.
                    answer(shared, asked.id, &[]);
                } else {
                    parked.push(asked);
                }
                continue;
            }
            let version = |uri: &str| shared.documents().get(uri).map(|document| document.version);
            let item = |(uri, id, found): &(String, String, Vec<Diagnostic>)| {
                let mut report = report_of(asked.previous.get(uri).map(String::as_str), id, found);
                report["uri"] = json!(uri);
                report["version"] = json!(version(uri));
                report
            };
            let gone: Vec<Value> = gone
                .into_iter()
                .map(|uri| json!({"kind": "full", "uri": uri, "version": null, "items": []}))
                .collect();
            let Some(token) = asked.token else {
                let told: Vec<Value> = items.iter().map(item).chain(gone).collect();
                answer(shared, asked.id, &told);
                continue;
            };
            for part in items.chunks(PART) {
                let told: Vec<Value> = part.iter().map(item).collect();
                shared.client.notify("$/progress", &json!({"token": token, "value": {"items": told}}));
            }
            answer(shared, asked.id, &gone);
        }
        let mut state = self.state();
        // Who asked meanwhile is looked after in the next step.
        self.has_work.store(!state.asked.is_empty(), Ordering::Relaxed);
        state.asked.extend(parked);
    }
}

fn answer(shared: &Shared, id: RequestId, items: &[Value]) {
    shared.done(&id);
    shared.client.answer(id, Ok(json!({"items": items})));
}
