//! The language server: `sentlint lsp`. It speaks the Language Server Protocol 3.17, and is the only module besides `cli` that
//! speaks to the outside.
//!
//! One thread reads messages and keeps the documents (`server`), one answers requests (`requests`), one checks documents
//! (`checks`), and one reads the workspace when the server starts (`index`). What they share is in `Shared`: the open
//! documents, and the `World` that these are checked against, of which there is a new one whenever it changes. Answers are
//! made for the text at the time of the question; where that has changed, the question is refused or its answer dropped.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lsp_server::{Connection, RequestId};

mod answers;
mod asked;
mod capabilities;
mod carry;
mod checks;
mod client;
mod diagnostics;
mod documents;
mod edits;
mod features;
mod found;
mod index;
mod position;
mod queue;
mod requests;
mod server;
mod transport;
mod uri;
mod whole;
mod world;

use checks::Checks;
use client::Client;
use documents::Documents;
use queue::Queue;
pub use world::Options;
use world::{Known, World};

/// The commands that `workspace/executeCommand` knows.
const COMMANDS: [&str; 3] = ["sentlint.runTests", "sentlint.convert", "sentlint.resultColumns"];

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The client shut it down, and then asked it to exit.
    InOrder,
    /// The client went away, or asked it to exit without more ado.
    Abruptly,
}

/// Serves a client on standard input and output until it goes away.
pub(crate) fn stdio(options: &Options) -> std::io::Result<Ended> {
    let (receiver, sender, carriers) = transport::stdio()?;
    let ended = server::run(&receiver, transport::bounded(sender, |outgoing| outgoing), options);
    carriers.finish();
    Ok(ended)
}

/// Serves a client on any connection until it goes away.
pub fn serve(connection: Connection, options: &Options) -> Ended {
    let Connection { sender, receiver } = connection;
    server::run(&receiver, transport::bounded(sender, client::Outgoing::into_message), options)
}

/// What the threads share.
struct Shared {
    client: Client,
    options: Options,
    /// The accepted findings, and the folder that their paths are relative to.
    baseline: Option<(crate::baseline::Baseline, PathBuf)>,
    documents: Mutex<Documents>,
    world: Mutex<Arc<World>>,
    world_changed: Condvar,
    checks: Checks,
    queue: Queue,
    /// The requests that were not answered yet, and whether they were cancelled.
    pending: Mutex<HashMap<RequestId, Arc<AtomicBool>>>,
    started: Instant,
    inlay_hints: AtomicBool,
    ended: AtomicBool,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn documents(&self) -> MutexGuard<'_, Documents> {
        locked(&self.documents)
    }

    /// The world as it is.
    fn world(&self) -> Arc<World> {
        Arc::clone(&locked(&self.world))
    }

    /// The same once the parsers are known, where that takes no longer than a little while after the start.
    fn world_with_parsers(&self, patience: Duration) -> Arc<World> {
        let end = self.started + patience;
        let mut world = locked(&self.world);
        while !world.parsers_known && !self.has_ended() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            world = self.world_changed.wait_timeout(world, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        Arc::clone(&world)
    }

    /// Replaces the world, and has every document checked again where that may lead to other findings.
    fn change_world(&self, change: impl FnOnce(&World) -> World) {
        let is_new = {
            let mut world = locked(&self.world);
            let new = change(&world);
            let is_new = new.generation != world.generation;
            *world = Arc::new(new);
            is_new
        };
        self.world_changed.notify_all();
        if is_new {
            for document in self.documents().all() {
                self.checks.changed(&document.uri);
            }
        }
    }

    /// Puts files in place of what was known of them. Returns whether other files may be affected.
    fn put(&self, changes: Vec<(PathBuf, Option<Arc<Known>>)>) -> bool {
        let mut world = locked(&self.world);
        let mut new = world.next();
        let parsers = new.put(changes);
        if !parsers {
            new.generation = world.generation;
        }
        *world = Arc::new(new);
        parsers
    }

    /// A request was answered.
    fn done(&self, id: &RequestId) {
        locked(&self.pending).remove(id);
    }

    /// Whether the client wants hints between the text, which are off unless it does.
    fn inlay_hints(&self) -> bool {
        self.inlay_hints.load(Ordering::Relaxed)
    }

    fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }
}
