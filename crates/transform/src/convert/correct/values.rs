//! Single values that are nearly as the format has them.

use super::{Corrector, rename};
use crate::content::Duration;
use crate::content::duration::Form as Written;
use crate::content::fields::{Field, Form, Owner, Type};
use crate::convert::notes::{TACTIC_RESPELT, VALUE_RESPELT};
use crate::knowledge::tactics;
use crate::source::Span;
use crate::yaml::{Node, ScalarStyle, ScalarType, Value};

impl Corrector {
    /// A scalar; lists and mappings in its place stay as they are.
    pub(super) fn scalar(&mut self, node: &mut Node, field: &'static Field) {
        let Some(text) = node.as_str().map(str::to_owned) else { return };
        let plain = node.scalar().is_some_and(|scalar| scalar.style == ScalarStyle::Plain);
        let text = text.as_str();
        let new = match field.ty {
            Type::OneOf(set) => {
                let values = set.values(self.kind);
                let operator = || {
                    let is_operator = field.key == "triggerOperator";
                    symbol(text.trim()).filter(|_| is_operator)
                };
                (!values.contains(&text))
                    .then(|| same(text, &values).or_else(operator).map(str::to_owned))
                    .flatten()
            }
            Type::Boolean => truth(text).filter(|_| node.scalar_type() != Some(ScalarType::Bool)),
            Type::Integer(..) => number(text).filter(|new| !plain || new != text),
            Type::Text(form, _) => of_form(form, text),
            _ => None,
        };
        let Some(new) = new else {
            self.duration(node.span, text, field);
            return;
        };
        let what = if new == text { format!("the {}", noun(field)) } else { format!("`{new}`") };
        self.tell(&VALUE_RESPELT, node.span, format!("`{}` is read as {what}", text.trim_end()));
        let unquoted = matches!(field.ty, Type::Boolean | Type::Integer(..));
        rename(node, &new);
        if let Value::Scalar(scalar) = &mut node.value
            && unquoted
        {
            scalar.style = ScalarStyle::Plain;
            node.tag = None;
        }
    }

    /// A duration that is written as neither people nor the service write it means the same all the same.
    fn duration(&mut self, span: Span, text: &str, field: &Field) {
        let Type::Text(Form::Duration, _) = field.ty else { return };
        let Some(duration) = Duration::parse(text) else { return };
        if duration.form != Written::Short && duration.iso != text {
            let message = format!("`{}` is read as `{}`", text.trim(), duration.iso);
            self.tell(&VALUE_RESPELT, span, message);
        }
    }

    /// The items of a list: a tactic or technique with commas is several.
    pub(super) fn items(&mut self, items: &mut Vec<Node>, field: &'static Field) {
        let mut out = Vec::with_capacity(items.len());
        for mut node in std::mem::take(items) {
            let read = node.as_str().and_then(|text| {
                if field.owners().any(|owner| owner == Owner::UnknownTactic) {
                    Some((text.to_owned(), parts(text, tactic)?))
                } else if field.owners().any(|owner| owner == Owner::UnknownTechnique) {
                    Some((text.to_owned(), parts(text, technique)?))
                } else {
                    None
                }
            });
            let Some((text, names)) = read else {
                self.value(&mut node, field);
                out.push(node);
                continue;
            };
            if names != [text.as_str()] {
                let message = format!("`{}` is read as `{}`", text.trim(), names.join("`, `"));
                self.tell(&TACTIC_RESPELT, node.span, message);
            }
            for name in names {
                let mut item = node.clone();
                rename(&mut item, &name);
                out.push(item);
            }
        }
        *items = out;
    }
}

/// The parts of a text between commas, each read; `None` where there is none, or one that cannot be read.
fn parts(text: &str, read: fn(&str) -> Option<String>) -> Option<Vec<String>> {
    let names: Vec<String> = text
        .split([',', ';'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(read)
        .collect::<Option<_>>()?;
    (!names.is_empty()).then_some(names)
}

fn tactic(text: &str) -> Option<String> {
    tactics::normalise_tactic(text).map(|tactic| tactic.name.to_owned())
}

/// An id of ATT&CK in upper case without white space.
fn technique(text: &str) -> Option<String> {
    let id: String = text.split_whitespace().collect::<String>().to_ascii_uppercase();
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let (parent, sub) = id.split_once('.').map_or((id.as_str(), None), |(parent, sub)| (parent, Some(sub)));
    let is_id = parent.strip_prefix('T').is_some_and(|number| digits(number, 4))
        && sub.is_none_or(|number| digits(number, 3));
    is_id.then_some(id)
}

/// The value of a closed set with the same letters, in whatever case and however parted.
fn same<'v>(text: &str, values: &[&'v str]) -> Option<&'v str> {
    let squash = |text: &str| {
        let letters = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_'));
        letters.flat_map(char::to_lowercase).collect::<String>()
    };
    let plain = squash(text);
    values.iter().find(|value| squash(value) == plain).copied()
}

/// The operator that a sign stands for.
fn symbol(text: &str) -> Option<&'static str> {
    Some(match text {
        ">" => "gt",
        "<" => "lt",
        "=" | "==" => "eq",
        "!=" | "<>" => "ne",
        _ => return None,
    })
}

fn truth(text: &str) -> Option<String> {
    let truth = match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => true,
        "false" | "no" | "off" => false,
        _ => return None,
    };
    Some(truth.to_string())
}

/// A whole number, `1.0` and `+1` included.
fn number(text: &str) -> Option<String> {
    let text = text.trim();
    let whole = text.strip_prefix('+').unwrap_or(text);
    let whole = whole.split_once('.').map_or(Some(whole), |(whole, rest)| {
        (!rest.is_empty() && rest.bytes().all(|byte| byte == b'0')).then_some(whole)
    })?;
    let number: i64 = whole.parse().ok()?;
    Some(number.to_string())
}

/// A text of a form; `None` where it is as it should be, or nobody knows how it should be.
fn of_form(form: Form, text: &str) -> Option<String> {
    let new = match form {
        Form::Guid => {
            let plain = text.trim();
            let bare = plain.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(plain);
            let id = uuid::Uuid::try_parse(bare).ok()?;
            if bare.len() == 36 { bare.to_owned() } else { id.hyphenated().to_string() }
        }
        Form::Version => version(text)?,
        _ => return None,
    };
    (new != text).then_some(new)
}

/// Three numbers, where there are one to three with or without a `v`.
fn version(text: &str) -> Option<String> {
    let plain = text.trim();
    let plain = plain.strip_prefix(['v', 'V']).unwrap_or(plain);
    let mut numbers: Vec<&str> = plain.split('.').collect();
    let good = |part: &&str| !part.is_empty() && part.len() <= 9 && part.bytes().all(|b| b.is_ascii_digit());
    if numbers.len() > 3 || !numbers.iter().all(good) {
        return None;
    }
    numbers.resize(3, "0");
    Some(numbers.join("."))
}

fn noun(field: &Field) -> &'static str {
    if matches!(field.ty, Type::Boolean) { "Boolean" } else { "number" }
}
