//! The thread that answers requests.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use lsp_server::{ErrorCode, ResponseError};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::asked::Read;
use super::client::error;
use super::documents::Document;
use super::queue::Request;
use super::world::World;
use super::{Shared, features};
use crate::discover::Roots;

/// An answer, or why there is none.
pub(super) type Answer = Result<Value, ResponseError>;

/// How a request is answered.
type Answering = fn(&mut Answers<'_>, Value) -> Answer;

/// The requests and what answers them. Those marked are answered for the text that was there when they came: what is offered
/// there is still of use to who types on.
const REQUESTS: &[(&str, bool, Answering)] = &[
    ("textDocument/completion", true, features::completion::complete),
    ("completionItem/resolve", true, features::completion::resolve),
    ("textDocument/hover", true, features::hover::hover),
    ("textDocument/signatureHelp", true, features::hover::signatures),
    ("textDocument/documentHighlight", false, features::navigation::highlights),
];

/// Whether there is an answer to such requests.
pub(super) fn knows(method: &str) -> bool {
    REQUESTS.iter().any(|(name, ..)| *name == method)
}

/// Answers requests until the end.
pub(super) fn run(shared: &Shared) {
    let mut answers = Answers { shared, roots: Roots::default(), document: None, read: HashMap::new() };
    while let Some(request) = shared.queue.next() {
        let Request { id, method, params, document, cancelled } = request;
        let is_cancelled = || cancelled.load(std::sync::atomic::Ordering::Relaxed);
        answers.document = document;
        let known = REQUESTS.iter().find(|(name, ..)| *name == method);
        let answer = match known {
            None => Err(error(ErrorCode::MethodNotFound, method)),
            Some(_) if is_cancelled() => Err(cancelled_error()),
            Some((_, false, _)) if !answers.is_current() => Err(outdated()),
            Some((_, may_be_late, answering)) => {
                let answer = answering(&mut answers, params);
                if is_cancelled() {
                    Err(cancelled_error())
                } else if !may_be_late && !answers.is_current() {
                    Err(outdated())
                } else {
                    answer
                }
            }
        };
        shared.done(&id);
        shared.client.answer(id, answer);
    }
}

fn cancelled_error() -> ResponseError {
    error(ErrorCode::RequestCanceled, "the request was cancelled")
}

fn outdated() -> ResponseError {
    error(ErrorCode::ContentModified, "the document has changed since")
}

/// How many documents are kept as they were read last.
const MOST_READ: usize = 16;

/// What answers need.
pub(super) struct Answers<'s> {
    pub(super) shared: &'s Shared,
    pub(super) roots: Roots,
    document: Option<Arc<Document>>,
    read: HashMap<String, Rc<Read>>,
}

impl Answers<'_> {
    /// Whether the document of the request is as it was when the request came.
    fn is_current(&self) -> bool {
        let Some(document) = &self.document else { return true };
        self.shared.documents().get(&document.uri).is_some_and(|now| Arc::ptr_eq(&now, document))
    }

    /// The document that the request is about.
    pub(super) fn document(&self) -> Result<Arc<Document>, ResponseError> {
        self.document.clone().ok_or_else(|| error(ErrorCode::InvalidParams, "the document is not open"))
    }

    /// The same, read.
    pub(super) fn read(&mut self) -> Result<Rc<Read>, ResponseError> {
        let document = self.document()?;
        Ok(self.read_document(&document))
    }

    /// Any document, read.
    pub(super) fn read_document(&mut self, document: &Arc<Document>) -> Rc<Read> {
        let world = self.shared.world();
        if let Some(known) = self.read.get(&document.uri)
            && Arc::ptr_eq(&known.document, document)
            && known.world.generation == world.generation
        {
            return Rc::clone(known);
        }
        let open = self.shared.documents();
        if self.read.len() >= MOST_READ {
            self.read.clear();
        }
        self.read.retain(|uri, _| open.get(uri).is_some());
        drop(open);
        let read = Rc::new(Read::new(document, &world, &mut self.roots));
        self.read.insert(document.uri.clone(), Rc::clone(&read));
        read
    }

    /// The world as it is.
    pub(super) fn world(&self) -> Arc<World> {
        self.shared.world()
    }
}

/// The parameters of a request.
pub(super) fn params<P: DeserializeOwned>(params: Value) -> Result<P, ResponseError> {
    serde_json::from_value(params).map_err(|why| error(ErrorCode::InvalidParams, format!("the parameters are not valid: {why}")))
}
