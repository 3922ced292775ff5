//! What answers need: the document that a request is about, read, and the world.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use lsp_server::{ErrorCode, ResponseError};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Shared;
use super::asked::Read;
use super::client::{Json, error};
use super::documents::Document;
use super::world::World;
use crate::discover::Roots;

/// An answer, or why there is none.
pub(super) type Answer = Result<Json, ResponseError>;

/// From so many bytes on a document takes noticeable time to read.
const LONG: usize = 500_000;

/// How many documents are kept as they were read last.
const MOST_READ: usize = 16;

/// What answers need.
pub(super) struct Answers<'s> {
    pub(super) shared: &'s Shared,
    pub(super) roots: Roots,
    document: Option<Arc<Document>>,
    read: HashMap<String, Rc<Read>>,
}

impl<'s> Answers<'s> {
    /// Nothing read so far.
    pub(super) fn new(shared: &'s Shared) -> Self {
        Self { shared, roots: Roots::default(), document: None, read: HashMap::new() }
    }
}

impl Answers<'_> {
    /// The next request is about this document.
    pub(super) fn about(&mut self, document: Option<Arc<Document>>) {
        self.document = document;
    }

    /// Whether the document of the request is as it was when the request came.
    pub(super) fn is_current(&self) -> bool {
        let Some(document) = &self.document else { return true };
        self.shared.documents().get(&document.uri).is_some_and(|now| Arc::ptr_eq(&now, document))
    }

    /// Whether the document of the request takes long to read.
    pub(super) fn is_long(&self) -> bool {
        self.document.as_ref().is_some_and(|document| document.source.text().len() > LONG)
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
    serde_json::from_value(params)
        .map_err(|why| error(ErrorCode::InvalidParams, format!("the parameters are not valid: {why}")))
}
