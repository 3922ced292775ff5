//! `duplicate-key`

use crate::diagnostic::Diagnostic;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::{Node, Value};

declare_rule! {
    /// The same key twice in one mapping.
    ///
    /// ## Why is this bad?
    ///
    /// Readers disagree on what such a file says: some take the first value, some the last, and the upstream
    /// repository's checks refuse the file.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// name: Remote tool reached the internet for the first time
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet for the first time
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    pub(crate) DuplicateKey {
        id: "duplicate-key",
        group: Yaml,
        severity: Error,
        gate: "yaml-syntax-validation",
        since: "0.1.0",
    }
}

impl Rule for DuplicateKey {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        if let Some(root) = cx.content.root() {
            visit(root, out);
        }
    }
}

/// The tree's depth is limited by the reader, so recursion is safe.
fn visit(node: &Node, out: &mut Vec<Diagnostic>) {
    match &node.value {
        Value::Mapping(map) => {
            for entry in &map.entries {
                if let (Some(first), Some(key)) = (entry.duplicate_of, entry.key.as_str()) {
                    let message = format!("The key `{key}` stands twice in one mapping");
                    let mut finding = DuplicateKey::at(entry.key.span, message)
                        .help("Keep one of the two and delete the other.");
                    if let Some(first) = map.entries.get(first) {
                        finding = finding.label(first.key.span, "it stands here first");
                    }
                    out.push(finding);
                }
                visit(&entry.value, out);
            }
        }
        Value::Sequence(sequence) => sequence.items.iter().for_each(|item| visit(item, out)),
        _ => {}
    }
}
