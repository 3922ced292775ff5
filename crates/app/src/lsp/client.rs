//! The client: what it can do, and how it is told something.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI32, Ordering};

use lsp_server::{Message, Notification, Request, RequestId, Response, ResponseError};
use serde::Serialize;
use serde_json::Value;

use super::position::Encoding;

/// What the client can do, as far as the server asks.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a capability of its own")]
pub(super) struct Abilities {
    /// What positions count.
    pub(super) encoding: Encoding,
    /// It asks for diagnostics, and need not be sent any.
    pub(super) pulls: bool,
    /// It can be told to ask for diagnostics again.
    pub(super) refreshes_diagnostics: bool,
    /// It can be told to ask for code lenses again.
    pub(super) refreshes_lenses: bool,
    /// It watches files where it is asked to.
    pub(super) watches: bool,
    /// It takes edits of documents with versions.
    pub(super) document_changes: bool,
    /// It knows trees of symbols.
    pub(super) symbol_trees: bool,
    /// It takes Markdown in hovers and documentation.
    pub(super) markdown: bool,
    /// It folds whole lines only.
    pub(super) folds_lines: bool,
}

impl Abilities {
    /// Reads the parameters of `initialize`. Only what is asked for is read, and whatever is missing or wrong is not there.
    pub(super) fn of(params: &Value) -> Self {
        let at = |path: &str| params.pointer(&format!("/capabilities/{path}"));
        let is = |path: &str| at(path).and_then(Value::as_bool).unwrap_or(false);
        let has = |path: &str| at(path).is_some_and(|value| !value.is_null());
        let lists = |path: &str, word: &str| {
            at(path).and_then(Value::as_array).is_some_and(|all| all.iter().any(|one| one == word))
        };
        let utf8 = lists("general/positionEncodings", "utf-8");
        Self {
            encoding: if utf8 { Encoding::Utf8 } else { Encoding::Utf16 },
            pulls: has("textDocument/diagnostic"),
            refreshes_diagnostics: is("workspace/diagnostics/refreshSupport"),
            refreshes_lenses: is("workspace/codeLens/refreshSupport"),
            watches: is("workspace/didChangeWatchedFiles/dynamicRegistration"),
            document_changes: is("workspace/workspaceEdit/documentChanges"),
            symbol_trees: is("textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            markdown: !has("textDocument/hover/contentFormat")
                || lists("textDocument/hover/contentFormat", "markdown"),
            folds_lines: is("textDocument/foldingRange/lineFoldingOnly"),
        }
    }
}

/// A value as the text of its JSON. To make long lists of completions a tree of values first took most of their time.
#[derive(Debug)]
pub(super) struct Json(pub(super) String);

impl Json {
    /// The text of a value; null for one that has no such form, which none of ours is.
    pub(super) fn of(value: &impl Serialize) -> Self {
        serde_json::to_string(value).map_or_else(|_| Self::null(), Self)
    }

    /// The text of null.
    pub(super) fn null() -> Self {
        Self("null".to_owned())
    }
}

/// What goes to the client.
pub(super) enum Outgoing {
    /// Any message.
    Message(Message),
    /// The result of a request.
    Answer(RequestId, Json),
}

impl From<Message> for Outgoing {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

impl Outgoing {
    /// The same as a message of values.
    pub(super) fn into_message(self) -> Message {
        match self {
            Self::Message(message) => message,
            Self::Answer(id, Json(text)) => {
                Response { id, response_result: Ok(serde_json::from_str(&text).unwrap_or_default()) }.into()
            }
        }
    }

    /// Whether somebody waits for it.
    pub(super) fn is_answer(&self) -> bool {
        matches!(self, Self::Message(Message::Response(_)) | Self::Answer(..))
    }
}

/// Where messages to the client go.
pub(super) struct Client {
    /// What it can do.
    pub(super) can: Abilities,
    sender: Mutex<Box<dyn Fn(Outgoing) + Send>>,
    asked: AtomicI32,
}

impl Client {
    /// A client that is told things by a function.
    pub(super) fn new(can: Abilities, send: impl Fn(Outgoing) + Send + 'static) -> Self {
        Self { can, sender: Mutex::new(Box::new(send)), asked: AtomicI32::new(0) }
    }

    fn send(&self, message: impl Into<Outgoing>) {
        let sender = self.sender.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        sender(message.into());
    }

    /// Answers a request.
    pub(super) fn answer(&self, id: RequestId, result: Result<Value, ResponseError>) {
        self.send(Message::from(Response { id, response_result: result }));
    }

    /// Answers a request with a result that is text already.
    pub(super) fn answer_text(&self, id: RequestId, result: Result<Json, ResponseError>) {
        match result {
            Ok(text) => self.send(Outgoing::Answer(id, text)),
            Err(error) => self.answer(id, Err(error)),
        }
    }

    /// Tells something.
    pub(super) fn notify(&self, method: &str, params: &impl Serialize) {
        self.send(Message::from(Notification { method: method.to_owned(), params: json_of(params) }));
    }

    /// Has code lenses asked for again, where files that they depend on have been read.
    pub(super) fn refresh_lenses(&self) {
        if self.can.refreshes_lenses {
            self.ask("workspace/codeLens/refresh", Value::Null);
        }
    }

    /// Asks for something, whose answer is not waited for.
    pub(super) fn ask(&self, method: &str, params: Value) {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let id = RequestId::from(format!("sentlint-{number}"));
        self.send(Message::from(Request { id, method: method.to_owned(), params }));
    }
}

/// A value as JSON; null for one that has no such form, which none of ours is.
pub(super) fn json_of(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// An error of a code in words.
pub(super) fn error(code: lsp_server::ErrorCode, message: impl Into<String>) -> ResponseError {
    ResponseError { code: code as i32, message: message.into(), data: None }
}
