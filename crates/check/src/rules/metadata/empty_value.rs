//! `empty-value`

use crate::content::Template;
use crate::content::fields::{Owner, Type};
use crate::content::schema::{Fault, Violation};
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::schema_violations::{is_hollow, is_required, owning_rule, root_field};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;
use crate::yaml::edit::{remove_entry, remove_item};
use crate::yaml::pointer::readable;
use crate::yaml::{Node, Value};

declare_rule! {
    /// A key without a value.
    ///
    /// ## Why is this bad?
    ///
    /// A key without a value is probably unfinished. Some parsers read it as an empty string, others as an error. The
    /// key can be omitted. An empty list (`[]`) or mapping (`{}`) is not reported: it is an explicit statement that
    /// there is nothing.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// entityMappings:
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The key or list item is removed, which means the same.
    pub(crate) EmptyValue {
        id: "empty-value",
        group: Metadata,
        severity: Warning,
        fix: Sometimes Safe,
        since: "0.1.0",
    }
}

impl Rule for EmptyValue {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let root = template.common().root;
        for (index, entry) in root.entries.iter().enumerate() {
            let Some(key) = entry.key.as_str() else { continue };
            // What cannot be left out is said by `missing-key`, and an empty list or mapping says that there is none.
            let is_stated = is_stated_empty(cx, key, &entry.value);
            let is_needed = is_required(cx.kind(), key);
            if !is_hollow(&entry.value) || is_stated || is_needed {
                continue;
            }
            // What cannot be read has a value all the same.
            if cx.content.document.is_damaged(entry.span()) {
                continue;
            }
            let what = match &entry.value.value {
                _ if entry.value.is_null() => "has no value",
                Value::Sequence(list) if list.items.is_empty() => "is an empty list",
                Value::Mapping(_) if !lacks_a_key(cx, key) => "is an empty mapping",
                Value::Sequence(_) => "contains only empty items",
                // A duration that is none is reported as such.
                Value::Scalar(_) if key != "suppressionDuration" => "is an empty string",
                _ => continue,
            };
            let fix = Fix::safe(format!("Remove `{key}`"), remove_entry(cx.source(), root, index));
            let help = "Add a value, or remove the key.";
            out.push(Self::at(entry.key.span, format!("`{key}` {what}")).help(help).fix(fix));
        }
        let owned = |violation: &&Violation| owning_rule(cx, violation) == Owner::EmptyValue;
        out.extend(cx.violations.iter().filter(owned).filter_map(|violation| below(cx, violation)));
    }
}

/// Nothing in place of a value that does not stand in the first column.
fn below(cx: &Context<'_>, violation: &Violation) -> Option<Diagnostic> {
    let root = cx.content.root()?;
    let (parent_pointer, last) =
        violation.pointer.rsplit_once('/').filter(|(parent, _)| !parent.is_empty())?;
    let parent = root.pointer(parent_pointer)?;
    if !root.pointer(&violation.pointer)?.is_null() || cx.content.document.is_damaged(parent.span) {
        return None;
    }
    let (span, message, title, edits) = match &parent.value {
        // A list of nothing in the first column is reported as a whole.
        Value::Sequence(_) if is_hollow(parent) && parent_pointer.matches('/').count() == 1 => {
            return None;
        }
        Value::Sequence(list) => {
            let index = last.parse().ok()?;
            let dash = list.dashes.get(index).map(|dash| Span::new(*dash as usize, *dash as usize + 1));
            let message = format!("An item of `{}` has no value", readable(parent_pointer));
            let edits = remove_item(cx.source(), list, index);
            (dash.unwrap_or(violation.span), message, "Remove the item".to_owned(), edits)
        }
        Value::Mapping(map) => {
            let index = map.entries.iter().position(|entry| entry.name() == Some(last))?;
            let message = format!("`{}` has no value", readable(&violation.pointer));
            let edits = remove_entry(cx.source(), map, index);
            (map.entries[index].key.span, message, format!("Remove `{last}`"), edits)
        }
        _ => return None,
    };
    let help = "Add a value, or remove it.";
    let finding = EmptyValue::at(span, message).help(help).path(violation.pointer.clone());
    Some(finding.fix(Fix::safe(title, edits)))
}

/// Whether it is said already that something is missing below a key.
fn lacks_a_key(cx: &Context<'_>, key: &str) -> bool {
    let pointer = format!("/{key}");
    let missing = |violation: &Violation| {
        matches!(violation.fault, Fault::Missing { .. }) && violation.pointer == pointer
    };
    cx.violations.iter().any(missing)
}

/// Whether a value is the empty list or mapping of a key that takes one, which says that there is none.
fn is_stated_empty(cx: &Context<'_>, key: &str, value: &Node) -> bool {
    let Some(field) = root_field(cx.kind(), key) else { return false };
    match (&value.value, field.ty) {
        (Value::Sequence(list), Type::List(..)) => list.items.is_empty(),
        (Value::Mapping(map), Type::Mapping(_) | Type::Names(..)) => map.entries.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    #[test]
    fn an_empty_list_says_that_there_is_none() {
        let told = |line: &str| messages("empty-value", &format!("id: x\nname: n\nquery: T\n{line}\n"));
        for line in [
            "tactics: []",
            "tags: []",
            "entityMappings: []",
            "customDetails: {}",
            "requiredDataConnectors: []",
        ] {
            assert_eq!(told(line), [""; 0], "{line}");
        }
        assert_eq!(told("tactics:"), ["`tactics` has no value"]);
        assert_eq!(told("tactics: ['']"), ["`tactics` contains only empty items"]);
        assert_eq!(told("version: []"), ["`version` is an empty list"]);
        assert_eq!(told("version: ''"), ["`version` is an empty string"]);
    }
}
