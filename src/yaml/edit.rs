//! Minimal edits on the tree; the finer ones follow.
use super::{Entry, Node};
use crate::source::{SourceFile, Span};
/// The edits that do it.
pub fn replace_scalar(_f: &SourceFile, node: &Node, text: &str) -> Vec<(Span, String)> {
    vec![(node.span, text.to_owned())]
}
/// The edits that do it.
pub fn scalar_to_list(_f: &SourceFile, e: &Entry) -> Vec<(Span, String)> {
    let _ = e;
    vec![]
}
/// The edits that do it.
pub fn rename_key(e: &Entry, t: &str) -> Vec<(Span, String)> {
    vec![(e.key.span, t.to_owned())]
}
