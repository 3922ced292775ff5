//! `unknown-key`

use crate::content::aliases::MERGE;
use crate::content::fields::Owner;
use crate::content::schema::{Fault, Violation};
use crate::content::{Template, is_root_key};
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::knowledge::nearest::nearest;
use crate::rules::metadata::misindented_key::misindented_key;
use crate::rules::schema_violations::owning_rule;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::Node;
use crate::yaml::edit::rename_key;
use crate::yaml::pointer::readable;

declare_rule! {
    /// A key that the format does not have.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel and the upstream repository's checks pass over keys that they do not know, so what was
    /// meant with a misspelt key silently does not happen.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactis: [CommandAndControl]
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics: [CommandAndControl]
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Where only the case differs, the fix is safe: upstream's reader takes either. Renaming a misspelt
    /// key is unsafe, because the key begins to count; so is moving a key into the list item above it, which is what a
    /// key in the column of the item's dash was meant for.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.github/instructions/huntingqueries.instructions.md>
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.github/instructions/detections.instructions.md>
    pub(crate) UnknownKey {
        id: "unknown-key",
        group: Metadata,
        severity: Warning,
        fix: Sometimes Safe,
        blocks: Convert,
        since: "0.1.0",
    }
}

impl Rule for UnknownKey {
    fn check_template(&self, cx: &Context<'_>, _template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        for violation in cx.violations {
            let Fault::Unknown { key, known } = &violation.fault else { continue };
            if owning_rule(cx, violation) != Owner::UnknownKey {
                continue;
            }
            out.push(finding(cx, violation, key, known));
        }
    }
}

fn finding(cx: &Context<'_>, violation: &Violation, key: &str, known: &[&'static str]) -> Diagnostic {
    let parent = violation.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
    let place = if parent.is_empty() { String::new() } else { format!(" in `{}`", readable(parent)) };
    let parent_node = cx.content.root().and_then(|root| root.pointer(parent));
    let entry = parent_node.and_then(|node| node.entry(key));
    let meant = known.iter().find(|name| name.eq_ignore_ascii_case(key)).copied();
    if let Some(meant) = meant {
        let finding = UnknownKey::at(violation.span, format!("The key `{key}`{place} is spelt `{meant}`"));
        if parent_node.is_some_and(|node| node.entry(meant).is_some()) {
            return finding.help(format!("`{meant}` stands here too: keep one of the two."));
        }
        let fix = Fix::safe(format!("Write `{meant}`"), entry.map(|entry| rename_key(entry, meant)));
        return finding.fix(fix);
    }
    if let Some(found) = parent_node.and_then(Node::as_mapping).and_then(|map| misindented_key(cx, map, key))
    {
        let amount = if found.by == 2 { "two".to_owned() } else { found.by.to_string() };
        let message = format!(
            "`{key}` stands at the indentation of the list's `-`, outside of the item; indent it by {amount}"
        );
        let edits = found.edits(cx);
        let fix = edits.and_then(|edits| Fix::r#unsafe(format!("Indent `{key}` by {amount}"), edits));
        return UnknownKey::at(violation.span, message)
            .severity(Severity::Error)
            .label(found.dash, "the item begins here")
            .help("The keys of one list item stand in one column.")
            .fix(fix);
    }
    let place = match parent {
        "" => format!("in {}", cx.kind().noun()),
        parent => format!("in `{}` of {}", readable(parent), cx.kind().noun()),
    };
    let name = if key.is_empty() { "without a name".to_owned() } else { format!("`{key}`") };
    let finding = UnknownKey::at(violation.span, format!("There is no key {name} {place}"));
    if key == MERGE {
        return finding
            .help("Write the keys out: the readers that deploy content merge nothing into a mapping.");
    }
    if !parent.is_empty() && is_root_key(key) {
        return finding
            .help(format!("`{key}` belongs in the first column, where the keys of the file stand."));
    }
    let Some(near) = nearest(key, known.iter().copied()) else {
        return finding.help("Delete it, or move what it says to a key of the format.");
    };
    let taken = parent_node.is_some_and(|node| node.entry(near).is_some());
    let edit = entry.filter(|_| !taken).map(|entry| rename_key(entry, near));
    let fix = Fix::r#unsafe(format!("Rename it to `{near}`"), edit);
    finding.help(format!("Did you mean `{near}`?")).fix(fix)
}
