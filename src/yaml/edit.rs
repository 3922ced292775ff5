//! Minimal edits of a YAML text, computed from its tree.

use crate::source::Span;

/// The text after the edits; `None` where they overlap or do not fit. Insertions at one place keep their
/// order.
pub fn apply(text: &str, edits: &[(Span, String)]) -> Option<String> {
    let mut sorted: Vec<&(Span, String)> = edits.iter().collect();
    sorted.sort_by_key(|(span, _)| (span.start, span.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for (span, replacement) in sorted {
        out.push_str(text.get(at..span.start as usize)?);
        out.push_str(replacement);
        at = span.end as usize;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// The edits that give a scalar another text.
pub fn replace_scalar(
    _file: &crate::source::SourceFile,
    node: &super::Node,
    text: &str,
) -> Vec<(Span, String)> {
    vec![(node.span, text.to_owned())]
}

/// The edits that make a single value a list of one.
pub fn scalar_to_list(_file: &crate::source::SourceFile, entry: &super::Entry) -> Vec<(Span, String)> {
    let span = entry.value.span;
    vec![(Span::at(span.start as usize), "[".to_owned()), (Span::at(span.end as usize), "]".to_owned())]
}

/// The edits that give a key another name.
pub fn rename_key(entry: &super::Entry, name: &str) -> Vec<(Span, String)> {
    vec![(entry.key.span, name.to_owned())]
}
