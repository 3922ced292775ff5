//! The thread that answers requests, and the table of what answers which.

use std::sync::atomic::Ordering;

use lsp_server::{ErrorCode, ResponseError};
use serde_json::Value;

use super::answers::{Answer, Answers};
use super::client::error;
use super::queue::Request;
use super::{Shared, features};

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
    ("textDocument/definition", false, features::navigation::definition),
    ("textDocument/references", false, features::navigation::references),
    ("textDocument/prepareRename", false, features::navigation::prepare_rename),
    ("textDocument/rename", false, features::navigation::rename),
    ("textDocument/semanticTokens/full", false, features::tokens::full),
    ("textDocument/semanticTokens/range", false, features::tokens::range),
    ("textDocument/foldingRange", false, features::tokens::folding),
    ("textDocument/selectionRange", false, features::tokens::selection),
    ("textDocument/inlayHint", false, features::tokens::hints),
    ("textDocument/formatting", false, features::formatting::document),
    ("textDocument/rangeFormatting", false, features::formatting::range),
    ("textDocument/documentSymbol", false, features::symbols::document),
    ("workspace/symbol", false, features::symbols::workspace),
    ("textDocument/documentLink", false, features::symbols::links),
    ("textDocument/codeAction", false, features::actions::actions),
    ("textDocument/codeLens", false, features::commands::lenses),
    ("workspace/executeCommand", true, features::commands::execute),
];

/// Whether there is an answer to such requests.
pub(super) fn knows(method: &str) -> bool {
    REQUESTS.iter().any(|(name, ..)| *name == method)
}

/// Answers requests until the end.
pub(super) fn run(shared: &Shared) {
    let mut answers = Answers::new(shared);
    while let Some(request) = shared.queue.next() {
        let Request { id, method, params, document, cancelled } = request;
        let is_cancelled = || cancelled.load(Ordering::Relaxed);
        answers.about(document);
        let known = REQUESTS.iter().find(|(name, ..)| *name == method);
        let answer = match known {
            None => Err(error(ErrorCode::MethodNotFound, method)),
            Some(_) if is_cancelled() => Err(cancelled_error()),
            Some((_, false, _)) if !answers.is_current() => Err(outdated()),
            // To read a long text that is gone already would take time from what is asked next.
            Some(_) if answers.is_long() && !answers.is_current() => Err(outdated()),
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
        shared.client.answer_text(id, answer);
    }
}

fn cancelled_error() -> ResponseError {
    error(ErrorCode::RequestCanceled, "the request was cancelled")
}

fn outdated() -> ResponseError {
    error(ErrorCode::ContentModified, "the document has changed since")
}
