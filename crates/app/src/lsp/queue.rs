//! The requests that wait to be answered, in their order.

use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use lsp_server::RequestId;
use serde_json::Value;

use super::documents::Document;

/// A request.
pub(super) struct Request {
    pub(super) id: RequestId,
    pub(super) method: String,
    pub(super) params: Value,
    /// The document that it is about, as it was when the request came.
    pub(super) document: Option<Arc<Document>>,
    /// Set once nobody wants the answer any more.
    pub(super) cancelled: Arc<AtomicBool>,
}

/// The queue.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<(VecDeque<Request>, bool)>,
    ready: Condvar,
}

impl Queue {
    /// Adds a request.
    pub(super) fn push(&self, request: Request) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).0.push_back(request);
        self.ready.notify_one();
    }

    /// Takes a request out that was not begun.
    pub(super) fn remove(&self, id: &RequestId) -> Option<Request> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let at = waiting.0.iter().position(|request| request.id == *id)?;
        waiting.0.remove(at)
    }

    /// No more requests are answered.
    pub(super) fn end(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.ready.notify_all();
    }

    /// The next request; `None` at the end.
    pub(super) fn next(&self) -> Option<Request> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if waiting.1 {
                return None;
            }
            if let Some(request) = waiting.0.pop_front() {
                return Some(request);
            }
            waiting = self.ready.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
