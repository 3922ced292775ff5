//! Who speaks for what the schema has against a file: every violation belongs to one rule, which puts it into words. The
//! table of the format names the rule; here the kind of the violation and the form of the value decide.

use crate::content::Kind;
use crate::content::fields::{Field, Form, Format, Owner, Type};
use crate::content::schema::{Fault, Violation};
use crate::yaml::{Node, Value};

use super::Context;

/// The rule that speaks for a violation; `wrong-type` speaks for all that nobody else does.
pub(super) fn owning_rule(cx: &Context<'_>, violation: &Violation) -> Owner {
    // What looks wrong in a part that could not be read in full may just follow from that.
    let at = violation.span.start;
    if cx.content.document.damaged.iter().any(|part| part.start <= at && at < part.end) {
        return Owner::YamlSyntax;
    }
    let (kind, pointer) = (cx.kind(), violation.pointer.as_str());
    let Some(format) = Format::of(kind) else { return Owner::WrongType };
    match &violation.fault {
        Fault::Missing { key } => format.key_at(pointer, key).map_or(Owner::MissingKey, |field| field.absent),
        Fault::Unknown { key, .. } => {
            let known = format.any_root(key).filter(|_| pointer.matches('/').count() == 1);
            known.and_then(|field| field.stray_owner(kind)).unwrap_or(Owner::UnknownKey)
        }
        fault => value_owner(cx, format, pointer, fault),
    }
}

/// The rule that speaks for a value that is there and not as it should be.
fn value_owner(cx: &Context<'_>, format: &Format, pointer: &str, fault: &Fault) -> Owner {
    let Some(place) = format.at(pointer) else { return Owner::WrongType };
    let field = place.field;
    let node = cx.content.root().and_then(|root| root.pointer(pointer));
    let is_null = node.is_some_and(Node::is_null);
    let is_empty = node.and_then(Node::as_str).is_some_and(str::is_empty);
    let is_required = field.is_required(format.kind);
    let form = if let Type::Text(form, _) = field.ty { form } else { Form::Free };
    let in_first_column = place.depth == 1;
    if is_required && (is_null || (is_empty && in_first_column && form != Form::Duration)) {
        return field.absent;
    }
    match fault {
        Fault::Type { .. } if in_first_column && !is_required && node.is_some_and(is_hollow) => {
            Owner::EmptyValue
        }
        // These forms ask for nothing but that something is there.
        Fault::Pattern | Fault::TooShort(_)
            if is_required && matches!(form, Form::Filled | Form::NotBlank) =>
        {
            field.absent
        }
        Fault::Type { .. } if is_null => Owner::EmptyValue,
        Fault::Type { .. } => {
            let is_scalar = node.is_some_and(|node| node.scalar().is_some());
            field.scalar.filter(|_| is_scalar).unwrap_or(Owner::WrongType)
        }
        Fault::TooFew(_) if field.too_few.is_some() => field.too_few.unwrap_or(Owner::WrongType),
        _ => place.owner.unwrap_or(Owner::WrongType),
    }
}

/// Whether a kind cannot do without a key of the first column, so that an empty value is as good as none.
pub(super) fn is_required(kind: Kind, key: &str) -> bool {
    root_field(kind, key).is_some_and(|field| field.is_required(kind))
}

/// The key of this name in the first column of a kind, or of another kind of the same table.
pub(super) fn root_field(kind: Kind, key: &str) -> Option<&'static Field> {
    Format::of(kind)?.any_root(key)
}

/// Whether there is nothing in a value, in whatever form.
pub(super) fn is_hollow(node: &Node) -> bool {
    match &node.value {
        _ if node.is_null() => true,
        Value::Sequence(list) => list.items.iter().all(is_blank),
        Value::Mapping(map) => map.entries.is_empty(),
        _ => is_blank(node),
    }
}

/// Whether a value is nothing, or a text of nothing.
fn is_blank(node: &Node) -> bool {
    node.is_null() || node.as_str().is_some_and(|text| text.trim().is_empty())
}
