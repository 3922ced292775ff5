//! What is not written as the format has it and can only mean one thing is read as that thing: keys with a slip or in
//! another case, ARM's names of keys, values in another case, quoted numbers, a single value for a list. Every such
//! correction is reported at its place. What may mean several things stays as it is, for `check` to report.

use super::notes::{KEY_RESPELT, LIST_OF_ONE};
use crate::content::fields::{Field, Format, Type, meant};
use crate::content::near_keys::named_elsewhere;
use crate::content::{Content, Kind};
use crate::diagnostic::{Diagnostic, RuleMeta};
use crate::kql::bind::Catalog;
use crate::source::Span;
use crate::yaml::{Mapping, Node, Sequence, Value};

mod columns;
mod names;
mod values;

/// The corrections of one file on their way.
struct Corrector {
    kind: Kind,
    changes: Vec<Diagnostic>,
}

/// Corrects a file; the changes have their places in it. `catalog` tells what the query returns, so that mapped
/// columns can be compared with it.
pub(super) fn correct(content: &mut Content, catalog: &dyn Catalog) -> Vec<Diagnostic> {
    let Some(format) = Format::of(content.kind) else { return Vec::new() };
    let mut corrector = Corrector { kind: content.kind, changes: Vec::new() };
    let keys: Vec<&'static Field> = format.root().collect();
    if let Some(Node { value: Value::Mapping(root), .. }) = &mut content.document.root {
        corrector.arm_names(root);
        corrector.mapping(root, &keys);
        corrector.identifiers(root);
        corrector.group_details(root);
    }
    let mut changes = corrector.changes;
    changes.extend(columns::correct(content, catalog));
    super::notes::sort(&mut changes);
    changes
}

impl Corrector {
    fn tell(&mut self, code: &'static RuleMeta, span: Span, message: impl Into<String>) {
        self.changes.push(code.at(span, message));
    }

    /// A mapping with these keys.
    fn mapping(&mut self, map: &mut Mapping, keys: &[&'static Field]) {
        let present: Vec<String> =
            map.entries.iter().filter_map(|entry| Some(entry.key.as_str()?.to_owned())).collect();
        let mut taken: Vec<&str> = Vec::new();
        for entry in &mut map.entries {
            let Some(written) = entry.key.as_str() else { continue };
            let exact = keys.iter().find(|field| field.key == written);
            let field = exact.copied().or_else(|| {
                let near = meant(written, keys.iter().map(|field| field.key));
                let key = near.or_else(|| named_elsewhere(written, &entry.value, &keys.iter().copied()))?;
                let free = !present.iter().any(|other| other == key) && !taken.contains(&key);
                keys.iter().find(|field| field.key == key).filter(|_| free).copied()
            });
            let Some(field) = field else { continue };
            taken.push(field.key);
            if exact.is_none() {
                let message = format!("`{written}` is read as `{}`", field.key);
                self.tell(&KEY_RESPELT, entry.key.span, message);
                rename(&mut entry.key, field.key);
            }
            self.value(&mut entry.value, field);
        }
    }

    /// A value of the format.
    fn value(&mut self, node: &mut Node, field: &'static Field) {
        if node.is_null() {
            return;
        }
        match field.ty {
            Type::List(item, ..) => {
                if !matches!(node.value, Value::Sequence(_) | Value::Alias(_)) && !is_blank(node) {
                    self.tell(
                        &LIST_OF_ONE,
                        node.span,
                        format!("`{}` is read as a list with one item", field.key),
                    );
                    wrap(node);
                }
                let Value::Sequence(list) = &mut node.value else { return };
                self.items(&mut list.items, item);
            }
            Type::Mapping(keys) => {
                let Value::Mapping(map) = &mut node.value else { return };
                let kind = self.kind;
                let keys: Vec<&Field> = keys.iter().filter(|field| field.kinds.contains(kind)).collect();
                self.mapping(map, &keys);
            }
            Type::Names(_, of, _) => {
                let Value::Mapping(map) = &mut node.value else { return };
                for entry in &mut map.entries {
                    self.value(&mut entry.value, of);
                }
            }
            _ => self.scalar(node, field),
        }
    }
}

/// Whether a scalar says nothing.
fn is_blank(node: &Node) -> bool {
    node.as_str().is_some_and(|text| text.trim().is_empty())
}

/// The same value as the only item of a list.
fn wrap(node: &mut Node) {
    let item = node.clone();
    node.value = Value::Sequence(Sequence { flow: true, items: vec![item], dashes: Vec::new() });
    (node.anchor, node.tag) = (None, None);
}

/// Gives a key or a value another text.
fn rename(node: &mut Node, text: &str) {
    if let Value::Scalar(scalar) = &mut node.value {
        text.clone_into(&mut scalar.text);
    }
}

#[cfg(test)]
mod tests;
