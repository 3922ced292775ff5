//! `duplicate-key`

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;
use crate::yaml::edit::remove_entry;
use crate::yaml::{Entry, Mapping, Node, Value, YamlError};

declare_rule! {
    /// The same key twice in one mapping.
    ///
    /// ## Why is this bad?
    ///
    /// Parsers handle such a file differently: some use the first value, some the last, and upstream's checks reject
    /// the file.
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
    ///
    /// ## Fix safety
    ///
    /// If the first key of a list item is repeated, the dash of the next item is missing, and an unsafe fix inserts it.
    /// If both keys have the same value, the second is removed, which is safe. In other cases only you know which key to
    /// remove.
    ///
    /// ## References
    ///
    /// - <https://yaml.org/spec/1.2.2/#3213-node-comparison>
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.script/yamlFileValidator.ts>
    pub(crate) DuplicateKey {
        id: "duplicate-key",
        group: Yaml,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        gate: "yaml-syntax-validation",
        since: "0.1.0",
    }
}

impl Rule for DuplicateKey {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        // The two versions of a merge conflict, which is reported as such, have the same keys.
        let conflict = |error: &YamlError| error.message.contains("merge conflict");
        if let Some(root) = cx.content.root().filter(|_| !cx.content.document.errors.iter().any(conflict)) {
            visit(cx, root, None, out);
        }
    }
}

/// The tree's depth is limited by the reader, so recursion is safe. `dash` is that of the list item that the node is.
fn visit(cx: &Context<'_>, node: &Node, dash: Option<usize>, out: &mut Vec<Diagnostic>) {
    match &node.value {
        Value::Mapping(map) => {
            let mut begins_item = false;
            for (index, entry) in map.entries.iter().enumerate() {
                if let (Some(first), Some(key)) = (entry.duplicate_of, entry.key.as_str()) {
                    let fix = dash.filter(|_| first == 0).and_then(|dash| dashed(cx, entry, dash));
                    begins_item |= fix.is_some();
                    let same =
                        map.entries.get(first).is_some_and(|first| is_same(&first.value, &entry.value));
                    let fix = fix.or_else(|| {
                        let edit = remove_entry(cx.source(), map, index).filter(|_| same)?;
                        Fix::safe("Delete the second, which has the same value", [edit])
                    });
                    // The other keys of an item that lacks its dash are doubled just because of that.
                    if fix.is_some() || !begins_item {
                        out.push(finding(map, entry, key, fix));
                    }
                }
                visit(cx, &entry.value, None, out);
            }
        }
        Value::Sequence(list) => {
            for (index, item) in list.items.iter().enumerate() {
                visit(cx, item, list.dashes.get(index).map(|dash| *dash as usize), out);
            }
        }
        _ => {}
    }
}

/// Whether two values are the same text.
fn is_same(a: &Node, b: &Node) -> bool {
    a.as_str().is_some_and(|a| b.as_str() == Some(a)) && a.scalar_type() == b.scalar_type()
}

fn finding(map: &Mapping, entry: &Entry, key: &str, fix: Option<Fix>) -> Diagnostic {
    let finding = DuplicateKey::at(entry.key.span, format!("Duplicate key `{key}`"));
    let finding = match entry.duplicate_of.and_then(|first| map.entries.get(first)) {
        Some(first) => finding.label(first.key.span, "first used here"),
        None => finding,
    };
    let help = match fix {
        Some(ref fix) if fix.applicability == Applicability::Safe => "Delete one of them.",
        Some(_) => "Add a `-` before it if it starts the next item, or delete one of them.",
        None => "Delete one of them.",
    };
    finding.help(help).fix(fix)
}

/// The fix that makes the first key of an item, where it stands again, begin the next item.
fn dashed(cx: &Context<'_>, entry: &Entry, dash: usize) -> Option<Fix> {
    let key = entry.key.span.start as usize;
    let column = |offset: usize| cx.source().position(offset).column;
    let before = Span::new(key.checked_sub(2)?, key);
    let fits = column(key) == column(dash) + 2 && cx.source().slice(before) == "  ";
    Fix::r#unsafe("Start the next item here", fits.then(|| Edit::new(before, "- ")))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Applicability::{Safe, Unsafe};
    use crate::rules::testing::{fixes, messages};

    #[test]
    fn the_first_key_of_an_item_lacks_its_dash_where_it_is_repeated() {
        let field = "    fieldMappings: [{identifier: FullName, columnName: C}]\n";
        let text = format!(
            "id: x\nname: n\nquery: T\nentityMappings:\n  - entityType: Host\n{field}    entityType: IP\n{field}"
        );
        assert_eq!(messages("duplicate-key", &text), ["Duplicate key `entityType`"]);
        let text = text.replace(
            "IP\n    fieldMappings: [{identifier: FullName",
            "IP\n    fieldMappings: [{identifier: Address",
        );
        let after = text.replace("    entityType: IP", "  - entityType: IP");
        assert_eq!(fixes("duplicate-key", "a.yaml", &text), [(Unsafe, after)]);
        let other = text.replacen(field, &field.repeat(2), 1);
        let told = "Duplicate key `fieldMappings`";
        assert_eq!(messages("duplicate-key", &other)[0], told);
        assert_eq!(messages("duplicate-key", &other).len(), 2);
        assert!(fixes("duplicate-key", "a.yaml", "id: x\nid: y\nname: n\nquery: T\n").is_empty());
        let same = fixes("duplicate-key", "a.yaml", "id: x\nname: n\nid: x\nquery: T\n");
        assert_eq!(same, [(Safe, "id: x\nname: n\nquery: T\n".to_owned())]);
    }
}
