//! A client of our own, on a connection in memory.

use std::path::Path;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use sentlint::internals::lsp::{Ended, Options, serve};
use serde_json::{Value, json};

/// Longer than any answer takes on a machine that is busy.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) struct Client {
    connection: Option<Connection>,
    server: Option<JoinHandle<Ended>>,
    next: AtomicI32,
    /// What came that nobody waited for.
    pub(super) kept: Vec<Message>,
    /// What the server said it can do.
    pub(super) server_can: Value,
}

impl Client {
    /// A client that was not initialized.
    pub(super) fn raw(options: Options) -> Self {
        let (ours, theirs) = Connection::memory();
        let server = std::thread::spawn(move || serve(theirs, &options));
        let (next, kept) = (AtomicI32::new(1), Vec::new());
        Self { connection: Some(ours), server: Some(server), next, kept, server_can: Value::Null }
    }

    /// A client that can do what is given.
    pub(super) fn with(root: Option<&Path>, capabilities: &Value, options: Options) -> Self {
        let mut client = Self::raw(options);
        let root = root.map(uri);
        let params = json!({"processId": null, "rootUri": root, "capabilities": capabilities});
        client.server_can = client.ask("initialize", params).expect("capabilities")["capabilities"].clone();
        client.tell("initialized", json!({}));
        client
    }

    /// A client without a workspace that can do as little as possible.
    pub(super) fn plain() -> Self {
        Self::with(None, &json!({}), Options::default())
    }

    pub(super) fn send(&self, message: Message) {
        self.connection.as_ref().expect("a connection").sender.send(message).expect("a server");
    }

    pub(super) fn tell(&self, method: &str, params: Value) {
        self.send(Notification { method: method.to_owned(), params }.into());
    }

    /// Sends a request, whose answer is not waited for.
    pub(super) fn request(&self, method: &str, params: Value) -> RequestId {
        let id = RequestId::from(self.next.fetch_add(1, Ordering::Relaxed));
        self.send(Request { id: id.clone(), method: method.to_owned(), params }.into());
        id
    }

    fn receive(&self) -> Message {
        let receiver = &self.connection.as_ref().expect("a connection").receiver;
        receiver.recv_timeout(PATIENCE).expect("a message of the server")
    }

    /// Waits until the server has asked for something.
    pub(super) fn wait_for(&mut self, method: &str) {
        let is_it = |message: &Message| matches!(message, Message::Request(one) if one.method == method);
        while !self.kept.iter().any(is_it) {
            let message = self.receive();
            if let Message::Request(request) = &message {
                let id = request.id.clone();
                self.send(Response { id, response_result: Ok(Value::Null) }.into());
            }
            self.kept.push(message);
        }
    }

    /// The answer to a request: its result, or the code and message of an error.
    pub(super) fn answer(&mut self, id: &RequestId) -> Result<Value, (i32, String)> {
        let is_it = |message: &Message| matches!(message, Message::Response(one) if one.id == *id);
        let message = match self.kept.iter().position(is_it) {
            Some(at) => self.kept.remove(at),
            None => loop {
                let message = self.receive();
                if is_it(&message) {
                    break message;
                }
                if let Message::Request(request) = &message {
                    let id = request.id.clone();
                    self.send(Response { id, response_result: Ok(Value::Null) }.into());
                }
                self.kept.push(message);
            },
        };
        let Message::Response(response) = message else { unreachable!("an answer") };
        response.response_result.map_err(|error| (error.code, error.message))
    }

    pub(super) fn ask(&mut self, method: &str, params: Value) -> Result<Value, (i32, String)> {
        let id = self.request(method, params);
        self.answer(&id)
    }

    /// Asks about a document, whose URI is added to the parameters.
    pub(super) fn about(
        &mut self,
        method: &str,
        uri: &str,
        mut params: Value,
    ) -> Result<Value, (i32, String)> {
        params["textDocument"] = json!({"uri": uri});
        self.ask(method, params)
    }

    pub(super) fn open(&self, uri: &str, version: i32, text: &str) {
        let language = if uri.ends_with("kql") { "kql" } else { "yaml" };
        self.tell(
            "textDocument/didOpen",
            json!({"textDocument": {"uri": uri, "languageId": language, "version": version, "text": text}}),
        );
    }

    pub(super) fn change(&self, uri: &str, version: i32, changes: &Value) {
        let document = json!({"uri": uri, "version": version});
        self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
    }

    /// The next diagnostics of a document.
    pub(super) fn diagnostics(&mut self, uri: &str) -> Value {
        let is_it = |message: &Message| match message {
            Message::Notification(one) => {
                one.method == "textDocument/publishDiagnostics" && one.params["uri"] == uri
            }
            _ => false,
        };
        if let Some(at) = self.kept.iter().position(is_it) {
            let Message::Notification(one) = self.kept.remove(at) else { unreachable!("a notification") };
            return one.params;
        }
        loop {
            let message = self.receive();
            if is_it(&message) {
                let Message::Notification(one) = message else { unreachable!("a notification") };
                return one.params;
            }
            if let Message::Request(request) = &message {
                let id = request.id.clone();
                self.send(Response { id, response_result: Ok(Value::Null) }.into());
            }
            self.kept.push(message);
        }
    }

    /// The diagnostics of a version of a document.
    pub(super) fn diagnostics_of(&mut self, uri: &str, version: i32) -> Vec<Value> {
        loop {
            let found = self.diagnostics(uri);
            if found["version"] == version {
                return found["diagnostics"].as_array().expect("diagnostics").clone();
            }
        }
    }

    /// The rules of the diagnostics of a version.
    pub(super) fn rules_of(&mut self, uri: &str, version: i32) -> Vec<String> {
        let found = self.diagnostics_of(uri, version);
        found.iter().map(|one| one["code"].as_str().expect("a rule").to_owned()).collect()
    }

    /// Ends the session as the protocol says.
    pub(super) fn end(mut self) -> Ended {
        assert_eq!(self.ask("shutdown", Value::Null), Ok(Value::Null));
        self.tell("exit", Value::Null);
        self.wait()
    }

    /// Waits for the server to end.
    pub(super) fn wait(&mut self) -> Ended {
        self.server.take().expect("a server").join().expect("no panic")
    }

    /// Goes away without a word.
    pub(super) fn vanish(mut self) -> Ended {
        drop(self.connection.take());
        self.wait()
    }
}

/// The URI of a path without odd characters.
pub(super) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// The position of a mark `‸` in a text, and the text without it. Units are those of UTF-16.
pub(super) fn marked(text: &str) -> (String, Value) {
    let at = text.find('‸').expect("a mark");
    let before = &text[..at];
    let line = before.matches('\n').count();
    let column = before[before.rfind('\n').map_or(0, |at| at + 1)..].encode_utf16().count();
    (text.replacen('‸', "", 1), json!({"line": line, "character": column}))
}
