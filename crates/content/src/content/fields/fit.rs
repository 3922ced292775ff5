//! Whether a document surely is as its format says, which is told faster than by the JSON Schema of the format.
//!
//! The schema has the last word: what is not sure here is for it to say. A test compares the two.

use smallvec::SmallVec;

use super::{Field, Form, Format, Set, Type};
use crate::content::kind::Kind;
use crate::yaml::{Entry, Mapping, Node, ScalarType, Value};

/// Whether the schema of the format surely has nothing against a document.
pub fn surely_fits(format: &Format, root: &Node) -> bool {
    root.as_mapping().is_some_and(|mapping| keys_fit(mapping, &mut format.root(), format.kind))
}

fn keys_fit(mapping: &Mapping, fields: &mut dyn Iterator<Item = &'static Field>, kind: Kind) -> bool {
    let mut left: SmallVec<[&Entry; 24]> = mapping.entries.iter().collect();
    for field in fields {
        // Most keys come in the order of the format, so that the next one is found first.
        let found = left.iter().position(|entry| entry.name() == Some(field.key));
        let fits = match found.map(|at| left.remove(at)) {
            Some(entry) => {
                entry.key.tag.is_none() && entry.duplicate_of.is_none() && fits(field, &entry.value, kind)
            }
            None => !field.is_required(kind),
        };
        if !fits {
            return false;
        }
    }
    // Every key is a known one, and none is there twice.
    left.is_empty()
}

fn fits(field: &Field, node: &Node, kind: Kind) -> bool {
    let Some(scalar) = node.scalar() else { return collection_fits(field, node, kind) };
    match (field.ty, node.scalar_type()) {
        // An enumeration names no null.
        (ty, Some(ScalarType::Null)) => field.nullable && !matches!(ty, Type::OneOf(_)),
        (Type::Text(form, longest), Some(ScalarType::Str)) => text_fits(&scalar.text, form, longest),
        (Type::OneOf(set), Some(ScalarType::Str)) => is_in(set, &scalar.text, kind),
        (Type::Integer(least, most), Some(ScalarType::Int)) => {
            scalar.text.parse::<i64>().is_ok_and(|number| (least..=most).contains(&number))
        }
        (Type::Boolean, Some(ScalarType::Bool)) | (Type::TextOrMapping, Some(ScalarType::Str)) => true,
        _ => false,
    }
}

fn collection_fits(field: &Field, node: &Node, kind: Kind) -> bool {
    match (field.ty, &node.value) {
        (Type::List(item, least, most), Value::Sequence(list)) => {
            let count = list.items.len();
            least.is_none_or(|least| count >= least)
                && most.is_none_or(|most| count <= most)
                && list.items.iter().all(|one| fits(item, one, kind))
        }
        (Type::Mapping(keys), Value::Mapping(mapping)) => {
            keys_fit(mapping, &mut keys.iter().filter(|field| field.kinds.contains(kind)), kind)
        }
        (Type::Names(name, of, most), Value::Mapping(mapping)) => {
            let Type::Text(form, longest) = name.ty else { return false };
            mapping.entries.len() <= most
                && mapping.entries.iter().all(|entry| {
                    entry.duplicate_of.is_none()
                        && entry.name().is_some_and(|name| text_fits(name, form, longest))
                        && fits(of, &entry.value, kind)
                })
        }
        _ => false,
    }
}

fn is_in(set: Set, text: &str, kind: Kind) -> bool {
    match set {
        Set::Of(values) => values.contains(&text),
        Set::Known(values) => values().contains(&text),
        Set::RuleKind => set.values(kind).contains(&text),
    }
}

/// Whether a text has its form; false where that is not sure.
fn text_fits(text: &str, form: Form, longest: Option<usize>) -> bool {
    // Characters are at most as many as bytes.
    if longest.is_some_and(|longest| text.len() > longest) {
        return false;
    }
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let word = |first: fn(&u8) -> bool| {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        text.as_bytes().first().is_some_and(first) && text.bytes().all(is_word)
    };
    match form {
        Form::Free => true,
        Form::Filled => !text.is_empty(),
        Form::NotBlank => text.bytes().any(|byte| byte.is_ascii_graphic()),
        Form::Guid => {
            text.len() == 36
                && text.bytes().enumerate().all(|(at, byte)| match at {
                    8 | 13 | 18 | 23 => byte == b'-',
                    _ => byte.is_ascii_hexdigit(),
                })
        }
        Form::Version => text.split('.').count() == 3 && text.split('.').all(digits),
        Form::Duration => text.strip_suffix(['m', 'h', 'd']).is_some_and(digits),
        Form::Technique => {
            let (technique, sub) = text.split_once('.').map_or((text, None), |(a, b)| (a, Some(b)));
            let number =
                technique.strip_prefix('T').is_some_and(|number| number.len() == 4 && digits(number));
            number && sub.is_none_or(|sub| sub.len() == 3 && digits(sub))
        }
        Form::Column => word(|byte| byte.is_ascii_alphabetic() || *byte == b'_'),
        Form::DetailName => word(u8::is_ascii_alphabetic),
    }
}
