//! `empty-value`

use crate::content::Template;
use crate::content::schema::{Fault, Violation};
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::claims::required;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::remove_entry;
use crate::yaml::{Node, Value};

declare_rule! {
    /// A key with nothing in it.
    ///
    /// ## Why is this bad?
    ///
    /// A key without a value says that something was to be filled in and was not. Some readers take it for an empty text,
    /// others for an error. The key can be left out.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// entityMappings: []
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
    /// The key is taken out; an absent key means the same.
    pub(crate) EmptyValue {
        id: "empty-value",
        group: Metadata,
        severity: Warning,
        fix: Safe,
        since: "0.1.0",
    }
}

impl Rule for EmptyValue {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let root = template.common().root;
        for (index, entry) in root.entries.iter().enumerate() {
            let Some(key) = entry.key.as_str() else { continue };
            // What cannot be left out is said by `missing-key`, and an empty list of connectors is the way to
            // say that none is needed.
            let is_empty_list = entry.value.as_sequence().is_some_and(|list| list.items.is_empty());
            if required(cx.kind(), key) || (key == "requiredDataConnectors" && is_empty_list) {
                continue;
            }
            let what = match &entry.value.value {
                _ if entry.value.is_null() => "has no value",
                Value::Sequence(list) if list.items.is_empty() => "is an empty list",
                Value::Sequence(list) if list.items.iter().all(Node::is_null) => "is a list of nothing",
                Value::Mapping(map) if map.entries.is_empty() && !lacks_a_key(cx, key) => {
                    "is an empty mapping"
                }
                Value::Scalar(scalar) if scalar.text.trim().is_empty() => "is an empty text",
                _ => continue,
            };
            let fix = Fix::safe(format!("Leave out `{key}`"), remove_entry(cx.source(), root, index));
            let help = "Fill it in, or leave the key out.";
            out.push(Self::at(entry.key.span, format!("`{key}` {what}")).help(help).fix(fix));
        }
    }
}

/// Whether it is said already that something is missing below a key.
fn lacks_a_key(cx: &Context<'_>, key: &str) -> bool {
    let pointer = format!("/{key}");
    let missing = |violation: &Violation| {
        matches!(violation.fault, Fault::Missing { .. }) && violation.pointer == pointer
    };
    cx.violations.iter().any(missing)
}
