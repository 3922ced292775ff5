//! Edits of documents in the words of the protocol, for the versions that they were made for.

use std::collections::HashMap;
use std::rc::Rc;

use gen_lsp_types::{
    OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextDocumentIdentifier, TextEdit, Uri,
    WorkspaceEdit,
};

use super::Shared;
use super::asked::Read;
use super::position::Places;
use crate::order::Order as _;
use crate::source::Edit;

/// Edits of documents.
pub(super) fn workspace(shared: &Shared, files: Vec<(Rc<Read>, Vec<Edit>)>) -> WorkspaceEdit {
    let can = shared.client.can;
    let mut all: Vec<(Uri, Option<i32>, Vec<TextEdit>)> = Vec::new();
    for (read, mut edits) in files {
        edits.order_by_key(|edit| edit.span);
        let mut places = Places::new(read.source(), can.encoding);
        let edits = edits.iter().map(|edit| places.edit(edit)).collect();
        let is_open = shared.documents().get(&read.document.uri).is_some();
        all.push((Uri(read.document.uri.clone()), is_open.then_some(read.document.version), edits));
    }
    if !can.document_changes {
        let changes: HashMap<Uri, Vec<TextEdit>> =
            all.into_iter().map(|(uri, _, edits)| (uri, edits)).collect();
        return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    }
    let change = |(uri, version, edits): (Uri, Option<i32>, Vec<TextEdit>)| {
        let text_document = OptionalVersionedTextDocumentIdentifier {
            version,
            text_document_identifier: TextDocumentIdentifier { uri },
        };
        TextDocumentEdit { text_document, edits: edits.into_iter().map(Into::into).collect() }.into()
    };
    WorkspaceEdit {
        document_changes: Some(all.into_iter().map(change).collect()),
        ..WorkspaceEdit::default()
    }
}
