//! The thread that reads messages: it keeps the documents, and hands everything else on.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use crossbeam_channel::Receiver;
use gen_lsp_types as lsp;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::checks::Checks;
use super::client::{Abilities, Client, Outgoing, error};
use super::queue::{self, Queue};
use super::world::{Known, Options, World, load};
use super::{Ended, Shared, capabilities, found, index, locked, requests, uri};
use crate::discover::{Roots, absolute};
use crate::order::Order as _;

/// Serves until the client goes away.
pub(super) fn run(
    receiver: &Receiver<Message>,
    send: impl Fn(Outgoing) + Send + 'static,
    options: &Options,
) -> Ended {
    let Some((id, params)) = initialize(receiver, &send) else { return Ended::Abruptly };
    let can = Abilities::of(&params);
    let client = Client::new(can, send);
    let shared = Arc::new(Shared {
        client,
        options: options.clone(),
        baseline: options.baseline.as_deref().and_then(found::baseline),
        documents: Mutex::default(),
        world: Mutex::new(Arc::new(World::new(roots(&params), options))),
        world_changed: Condvar::new(),
        checks: Checks::default(),
        queue: Queue::default(),
        pending: Mutex::default(),
        started: Instant::now(),
        inlay_hints: AtomicBool::new(wants_hints(params.get("initializationOptions")).unwrap_or(false)),
        ended: AtomicBool::new(false),
    });
    shared.client.answer(id, Ok(capabilities::initialized(can)));
    let threads = [
        spawn("lsp-checks", &shared, |shared| shared.checks.run(shared)),
        spawn("lsp-answers", &shared, requests::run),
        spawn("lsp-index", &shared, index::build),
    ];
    let mut server = Server { shared: Arc::clone(&shared), is_shut_down: false };
    let ended = loop {
        match receiver.recv() {
            Err(_) => break Ended::Abruptly,
            Ok(Message::Notification(Notification { method, .. })) if method == "exit" => {
                break if server.is_shut_down { Ended::InOrder } else { Ended::Abruptly };
            }
            Ok(Message::Notification(notification)) => server.notification(notification),
            Ok(Message::Request(request)) => server.request(request),
            Ok(Message::Response(_)) => {}
        }
    };
    shared.ended.store(true, Ordering::Relaxed);
    shared.world_changed.notify_all();
    shared.checks.end();
    shared.queue.end();
    for thread in threads.into_iter().flatten() {
        // A thread that panicked has ended as well.
        let _ = thread.join();
    }
    ended
}

/// Queries nest deeply, and so do the calls that read and run them. What is not used of it takes no memory.
const STACK: usize = 256 << 20;

fn spawn(
    name: &str,
    shared: &Arc<Shared>,
    work: impl FnOnce(&Shared) + Send + 'static,
) -> Option<std::thread::JoinHandle<()>> {
    let shared = Arc::clone(shared);
    let thread = std::thread::Builder::new().name(name.into()).stack_size(STACK);
    thread.spawn(move || work(&shared)).ok()
}

/// Waits for the request that begins a session, and refuses what comes before it.
fn initialize(receiver: &Receiver<Message>, send: &impl Fn(Outgoing)) -> Option<(RequestId, Value)> {
    loop {
        match receiver.recv().ok()? {
            Message::Request(Request { id, method, params }) if method == "initialize" => {
                return Some((id, params));
            }
            Message::Request(Request { id, .. }) => {
                let message = "the server was not initialized".to_owned();
                let refused = Response::new_err(id, ErrorCode::ServerNotInitialized as i32, message);
                send(Message::from(refused).into());
            }
            Message::Notification(Notification { method, .. }) if method == "exit" => return None,
            Message::Notification(_) | Message::Response(_) => {}
        }
    }
}

/// What settings say of inlay hints: the only setting that is not one of sentlint.toml.
fn wants_hints(settings: Option<&Value>) -> Option<bool> {
    let hints = settings?.get("inlayHints")?;
    hints.as_bool().or_else(|| hints.get("enable")?.as_bool())
}

/// The folders of the workspace.
fn roots(params: &Value) -> Vec<PathBuf> {
    let folders = params.get("workspaceFolders").and_then(Value::as_array);
    let uris: Vec<&str> = match folders {
        Some(folders) => folders.iter().filter_map(|folder| folder.get("uri")?.as_str()).collect(),
        None => params.get("rootUri").and_then(Value::as_str).into_iter().collect(),
    };
    let mut roots: Vec<PathBuf> =
        uris.into_iter().filter_map(uri::path).map(|path| absolute(&path)).collect();
    if roots.is_empty() && folders.is_none() {
        let path = params.get("rootPath").and_then(Value::as_str).filter(|path| !path.is_empty());
        roots.extend(path.map(|path| absolute(path.as_ref())));
    }
    roots.retain(|root| root.is_dir());
    roots.order();
    roots.dedup();
    roots
}

struct Server {
    shared: Arc<Shared>,
    is_shut_down: bool,
}

impl Server {
    fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let shared = &self.shared;
        let refuse = |id, code, message: String| shared.client.answer(id, Err(error(code, message)));
        if self.is_shut_down {
            return refuse(id, ErrorCode::InvalidRequest, "the server was shut down".into());
        }
        if method == "initialize" {
            return refuse(id, ErrorCode::InvalidRequest, "the server was initialized already".into());
        }
        if method == "shutdown" {
            self.is_shut_down = true;
            return shared.client.answer(id, Ok(Value::Null));
        }
        let is_pull = matches!(method.as_str(), "textDocument/diagnostic" | "workspace/diagnostic");
        if !is_pull && !requests::knows(&method) {
            return refuse(
                id,
                ErrorCode::MethodNotFound,
                format!("the server does not know the request `{method}`"),
            );
        }
        let cancelled = Arc::new(AtomicBool::new(false));
        {
            let mut pending = locked(&shared.pending);
            if pending.contains_key(&id) {
                drop(pending);
                let message = format!("there is a request with the id {id} that was not answered yet");
                return refuse(id, ErrorCode::InvalidRequest, message);
            }
            pending.insert(id.clone(), Arc::clone(&cancelled));
        }
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str);
        match method.as_str() {
            "textDocument/diagnostic" => {
                let previous = params.get("previousResultId").and_then(Value::as_str).map(str::to_owned);
                shared.checks.pull(id, uri.unwrap_or_default().to_owned(), previous);
            }
            "workspace/diagnostic" => {
                let known = params.get("previousResultIds").and_then(Value::as_array);
                let pair = |value: &Value| {
                    let text = |key: &str| Some(value.get(key)?.as_str()?.to_owned());
                    Some((text("uri")?, text("value")?))
                };
                let known: HashMap<String, String> = known.into_iter().flatten().filter_map(pair).collect();
                let token = params.get("partialResultToken").cloned();
                shared.checks.whole.ask(id, known, token);
                shared.checks.wake();
            }
            _ => {
                let document = uri.and_then(|uri| shared.documents().get(uri));
                shared.queue.push(queue::Request { id, method, params, document, cancelled });
            }
        }
    }

    fn notification(&self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            "initialized" => self.initialized(),
            "$/cancelRequest" => self.cancel(&params),
            "textDocument/didOpen" => self.opened(read(params)),
            "textDocument/didChange" => self.changed(read(params)),
            "textDocument/didClose" => self.closed(read(params)),
            "textDocument/didSave" => self.saved(read(params)),
            "workspace/didChangeWatchedFiles" => self.files_changed(read(params)),
            "workspace/didChangeWorkspaceFolders" => self.folders_changed(read(params)),
            "workspace/didChangeConfiguration" => {
                let settings = params.get("settings");
                if let Some(wants) =
                    wants_hints(settings.and_then(|all| all.get("sentlint"))).or(wants_hints(settings))
                {
                    self.shared.inlay_hints.store(wants, Ordering::Relaxed);
                }
            }
            // What the server does not know needs no answer.
            _ => {}
        }
    }

    fn initialized(&self) {
        if !self.shared.client.can.watches {
            return;
        }
        let watchers: Vec<Value> =
            ["**/*.{yaml,yml,kql,csl,json,bicep,YAML,YML,KQL,CSL}", "**/sentlint.toml"]
                .iter()
                .map(|pattern| json!({"globPattern": pattern}))
                .collect();
        let registration = json!({
            "id": "sentlint-files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": {"watchers": watchers},
        });
        self.shared.client.ask("client/registerCapability", json!({"registrations": [registration]}));
    }

    fn cancel(&self, params: &Value) {
        let id = match params.get("id") {
            Some(Value::Number(number)) => {
                number.as_i64().and_then(|number| i32::try_from(number).ok()).map(RequestId::from)
            }
            Some(Value::String(text)) => Some(RequestId::from(text.clone())),
            _ => None,
        };
        let Some(id) = id else { return };
        let shared = &self.shared;
        if let Some(cancelled) = locked(&shared.pending).get(&id) {
            cancelled.store(true, Ordering::Relaxed);
        }
        // One that has begun is answered where its thread notices.
        if shared.queue.remove(&id).is_some() || shared.checks.cancel(&id) {
            shared.done(&id);
            shared.client.answer(id, Err(error(ErrorCode::RequestCanceled, "the request was cancelled")));
        }
    }

    fn opened(&self, params: Option<lsp::DidOpenTextDocumentParams>) {
        let Some(lsp::DidOpenTextDocumentParams { text_document: item }) = params else { return };
        let root = self.shared.world().root().map(std::path::Path::to_owned);
        let language = String::from(item.language_id);
        let uri = item.uri.0;
        self.shared.documents().open(&uri, &language, item.version, item.text, root.as_deref());
        self.shared.checks.changed(&uri);
    }

    fn changed(&self, params: Option<lsp::DidChangeTextDocumentParams>) {
        let Some(params) = params else { return };
        let lsp::VersionedTextDocumentIdentifier { version, text_document_identifier: named } =
            params.text_document;
        let encoding = self.shared.client.can.encoding;
        let changed = self.shared.documents().change(&named.uri.0, version, params.content_changes, encoding);
        if changed.is_some() {
            self.shared.checks.changed(&named.uri.0);
        }
    }

    fn closed(&self, params: Option<lsp::DidCloseTextDocumentParams>) {
        let Some(params) = params else { return };
        let shared = &self.shared;
        let uri = params.text_document.uri.0;
        let Some(document) = shared.documents().close(&uri) else { return };
        shared.checks.closed(&uri);
        if !shared.client.can.pulls {
            let params = json!({"uri": uri, "diagnostics": []});
            shared.client.notify("textDocument/publishDiagnostics", &params);
        }
        // From here on what is on disk counts.
        let world = shared.world();
        if !world.files.contains_key(&document.location) {
            return;
        }
        let is_below = world.roots.iter().any(|root| document.location.starts_with(root));
        let found = load(&document.location, world.root(), &mut Roots::default()).filter(|_| is_below);
        let known = found.map(|found| Arc::new(Known::read(&found.source, &found.place)));
        if shared.put(vec![(document.location.clone(), known)]) {
            for document in shared.documents().all() {
                shared.checks.changed(&document.uri);
            }
        }
    }

    fn saved(&self, params: Option<lsp::DidSaveTextDocumentParams>) {
        let Some(params) = params else { return };
        let document = self.shared.documents().get(&params.text_document.uri.0);
        if document.is_some_and(|document| document.is_config()) {
            self.in_background(index::rebuild);
        }
    }

    fn files_changed(&self, params: Option<lsp::DidChangeWatchedFilesParams>) {
        let Some(params) = params else { return };
        let paths: Vec<PathBuf> = params
            .changes
            .iter()
            .filter_map(|event| uri::path(&event.uri.0))
            .map(|path| absolute(&path))
            .collect();
        let is_config =
            |path: &PathBuf| path.file_name().is_some_and(|name| name == crate::config::FILE_NAME);
        if paths.iter().any(is_config) {
            self.in_background(index::rebuild);
        } else if !paths.is_empty() {
            self.in_background(move |shared| index::refresh(shared, &paths));
        }
    }

    fn folders_changed(&self, params: Option<lsp::DidChangeWorkspaceFoldersParams>) {
        let Some(params) = params else { return };
        let path = |folder: &lsp::WorkspaceFolder| uri::path(&folder.uri.0).map(|path| absolute(&path));
        let gone: Vec<PathBuf> = params.event.removed.iter().filter_map(path).collect();
        let new: Vec<PathBuf> =
            params.event.added.iter().filter_map(path).filter(|path| path.is_dir()).collect();
        self.shared.change_world(|world| {
            let mut roots = world.roots.clone();
            roots.retain(|root| !gone.contains(root));
            roots.extend(new);
            roots.order();
            roots.dedup();
            World { roots, ..world.next() }
        });
        self.in_background(index::rebuild);
    }

    /// Work that messages need not wait for.
    fn in_background(&self, work: impl FnOnce(&Shared) + Send + 'static) {
        // Where no thread can be started, what would have been read stays as it was.
        drop(spawn("lsp-index", &self.shared, work));
    }
}

/// The parameters of a notification; `None` where they are not valid, which nobody can be told.
fn read<P: DeserializeOwned>(params: Value) -> Option<P> {
    serde_json::from_value(params).ok()
}
