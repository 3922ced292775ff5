//! Places in the tree as JSON Pointers (RFC 6901): `/entityMappings/0/entityType`.

use super::{Node, Value};
use crate::source::Span;

/// A pointer with one more step.
pub fn join(pointer: &str, key: &str) -> String {
    let mut joined = String::with_capacity(pointer.len() + 1 + key.len());
    joined += pointer;
    joined.push('/');
    for (at, part) in key.split('~').enumerate() {
        joined += if at == 0 { "" } else { "~0" };
        for (at, part) in part.split('/').enumerate() {
            joined += if at == 0 { "" } else { "~1" };
            joined += part;
        }
    }
    joined
}

/// A pointer as people write it: `/entityMappings/0` is `entityMappings[0]`.
pub fn readable(pointer: &str) -> String {
    let mut out = String::new();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        if step.bytes().all(|b| b.is_ascii_digit()) {
            out.push_str(&format!("[{step}]"));
        } else {
            if !out.is_empty() {
                out.push('.');
            }
            out.push_str(&step);
        }
    }
    out
}

/// Of some parts in the order of the file those that a place can lie in, each with its number: the last that begins no later,
/// and the one before, which may end where that begins.
fn around<T>(parts: &[T], place: Span, span: impl Fn(&T) -> Span) -> impl Iterator<Item = (usize, &T)> {
    let end = parts.partition_point(|part| span(part).start <= place.start);
    let start = end.saturating_sub(2);
    parts[start..end].iter().enumerate().map(move |(at, part)| (start + at, part))
}

impl Node {
    /// The node at a pointer such as `/tactics/0`; the empty pointer is this node.
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        let mut node = self;
        for step in pointer.strip_prefix('/')?.split('/') {
            let step = step.replace("~1", "/").replace("~0", "~");
            node = match &node.value {
                Value::Mapping(mapping) => mapping.get(&step)?,
                Value::Sequence(sequence) => sequence.items.get(step.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }

    /// The pointer of the innermost value that holds a span; a place in a key gives that key's value. `None` for
    /// places outside every value, such as comments.
    pub fn pointer_at(&self, span: Span) -> Option<String> {
        let mut pointer = String::new();
        let mut node = self;
        loop {
            let next = match &node.value {
                Value::Mapping(map) => {
                    around(&map.entries, span, |entry| entry.key.span).find_map(|(_, entry)| {
                        let inside = entry.key.span.contains(span) || entry.value.span.contains(span);
                        let key = entry.key.as_str().filter(|_| inside)?;
                        Some((join(&pointer, key), &entry.value))
                    })
                }
                Value::Sequence(sequence) => {
                    let inside = |item: &(usize, &Self)| item.1.span.contains(span);
                    let found = around(&sequence.items, span, |item| item.span).find(inside);
                    found.map(|(index, item)| (format!("{pointer}/{index}"), item))
                }
                _ => None,
            };
            let Some((path, inner)) = next else { break };
            (pointer, node) = (path, inner);
        }
        (!pointer.is_empty()).then_some(pointer)
    }
}
