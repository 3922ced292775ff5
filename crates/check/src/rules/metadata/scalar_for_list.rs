//! `scalar-for-list`

use crate::content::Template;
use crate::content::model::{Field, List, Text};
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::attack::several;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::{scalar_to_items, scalar_to_list, space_after_dashes};

declare_rule! {
    /// A single value where a list is expected.
    ///
    /// ## Why is this bad?
    ///
    /// `tactics`, `relevantTechniques` and `dataTypes` are lists. Some tools read a single value as a list with one
    /// item; others, such as upstream's checks, reject the file.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics: CommandAndControl
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics:
    ///   - CommandAndControl
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) ScalarForList {
        id: "scalar-for-list",
        group: Metadata,
        severity: Warning,
        fix: Sometimes Safe,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for ScalarForList {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let common = template.common();
        let data_types = common.connectors.iter().map(|connector| &connector.data_types);
        let lists = [&common.tactics, &common.techniques].into_iter().chain(data_types);
        out.extend(lists.filter_map(|list| scalar(cx, list)));
    }
}

/// A finding where a single value stands in place of a list.
pub(in crate::rules) fn scalar(cx: &Context<'_>, list: &List<'_>) -> Option<Diagnostic> {
    let field = list.field?;
    let text = field.text().filter(|text| !text.value.is_empty())?;
    // Where the value itself is not valid YAML, that is reported.
    if cx.content.document.is_damaged(text.span()) {
        return None;
    }
    Some(finding(cx, field, text))
}

fn finding(cx: &Context<'_>, field: Field<'_>, text: Text<'_>) -> Diagnostic {
    let message = format!("`{}` must be a list, not a single value", field.key);
    let finding = ScalarForList::at(text.span(), message);
    if let Some(edits) = space_after_dashes(cx.source(), text.node) {
        let before = cx.source().text().get(field.entry.key.span.end as usize..text.span().start as usize);
        // A list cannot begin on the line of its key.
        if before.is_some_and(|before| !before.contains(['\n', '\r'])) {
            let items: Vec<&str> = text.value.split_whitespace().map(|item| &item[1..]).collect();
            let edits = scalar_to_items(cx.source(), field.entry, &items);
            let help = format!("Write each item on a line of its own under `{}:`, after `- `.", field.key);
            let fix = edits.and_then(|edits| Fix::safe("Put each item on its own line", edits));
            return finding.help(help).fix(fix);
        }
        let fix = Fix::safe("Put a space after the `-`", edits);
        return finding.help("A `-` only starts an item if a space follows it.").fix(fix);
    }
    if let Some(parts) = several(text.value) {
        let edits = scalar_to_items(cx.source(), field.entry, &parts);
        let (each, title) = match parts[..] {
            [only] => (format!("Make `{only}` an item"), "Make it a list with one item"),
            _ => ("Make each a separate item".to_owned(), "Make each a separate item"),
        };
        let fix = edits.and_then(|edits| Fix::safe(title, edits));
        return finding.help(format!("{each} under `{}:`.", field.key)).fix(fix);
    }
    let one_line = !cx.source().slice(text.span()).contains(['\n', '\r']);
    let below = || scalar_to_items(cx.source(), field.entry, &[text.value]).filter(|_| one_line);
    let edits = scalar_to_list(cx.source(), field.entry).or_else(below);
    let fix = edits.and_then(|edits| Fix::safe("Make it a list with one item", edits));
    finding.help(format!("Make `{}` an item under `{}:`.", text.value, field.key)).fix(fix)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Applicability::Safe;
    use crate::rules::testing::fixes;

    #[test]
    fn several_in_one_become_several_items() {
        let fixed = |tactics: &str| {
            let text = format!("id: x\nname: n\nquery: T\ntactics:{tactics}\n");
            let mut fixes = fixes("scalar-for-list", "a.yaml", &text);
            let (safe, text) = fixes.pop().unwrap();
            (safe, text.split_once("tactics:").unwrap().1.to_owned())
        };
        let list = |text: &str| (Safe, text.to_owned());
        assert_eq!(fixed(" Impact, Execution"), list("\n  - Impact\n  - Execution\n"));
        assert_eq!(fixed(" Impact"), list("\n  - Impact\n"));
        // Of what is not known, nobody can tell where it ends.
        assert_eq!(fixed(" Impact, and more"), list("\n  - Impact, and more\n"));
        assert_eq!(fixed("\n  -Impact\n  -Execution"), list("\n  - Impact\n  - Execution\n"));
        assert_eq!(fixed(" -Impact"), list("\n  - Impact\n"));
        assert_eq!(fixed(" -Impact -Execution"), list("\n  - Impact\n  - Execution\n"));
    }
}
