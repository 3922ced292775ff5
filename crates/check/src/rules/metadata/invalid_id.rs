//! `invalid-id`

use uuid::Uuid;

use crate::content::Template;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::limits::is_resource_name;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// An `id` that is not a GUID.
    ///
    /// ## Why is this bad?
    ///
    /// The id identifies the resource in the workspace and the template in Content hub. It must be a GUID such as
    /// `2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11`.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: remote-tool-reached-the-internet
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
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
    /// The fix writes an id derived from the old value (UUID version 5), so that it is always the same. It is unsafe
    /// because deployed content is identified by its id.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) InvalidId {
        id: "invalid-id",
        group: Metadata,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

/// The namespace of ids that sentlint derives from texts.
const NAMESPACE: Uuid = Uuid::from_u128(0x5e17_1147_0c0d_4b1e_9f5a_3d7c_6a20_4f01);

impl Rule for InvalidId {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(id) = template.common().id else { return };
        if id.value.is_empty() || is_guid(id.value) {
            return;
        }
        if let Ok(same) = Uuid::try_parse(id.value.trim().trim_matches(['(', ')', '{', '}'])) {
            let title = format!("Replace with {same}");
            let fix = Fix::r#unsafe(title, replace_scalar(cx.source(), id.node, &same.to_string()));
            let message = format!("The GUID `{}` is not in the standard form", shorten(id.value));
            let help = "Use 8, 4, 4, 4 and 12 digits separated by hyphens, with nothing before or after.";
            out.push(Self::at(id.span(), message).help(help).fix(fix).harmless());
            return;
        }
        let hyphenated =
            id.value.trim().replace(['_', ' ', '.', '\u{2010}', '\u{2011}', '\u{2013}', '\u{2014}'], "-");
        if is_guid(&hyphenated) {
            let fix = Fix::r#unsafe(
                format!("Replace with {hyphenated}"),
                replace_scalar(cx.source(), id.node, &hyphenated),
            );
            let message = format!("The GUID `{}` is not in the standard form", shorten(id.value));
            let help = "The groups of a GUID are separated by hyphens (`-`).";
            let finding = Self::at(id.span(), message).help(help).fix(fix);
            out.push(if is_resource_name(id.value.trim()) { finding.harmless() } else { finding });
            return;
        }
        let derived = Uuid::new_v5(&NAMESPACE, id.value.as_bytes());
        let fix = Fix::r#unsafe(
            format!("Replace with {derived}, derived from the value"),
            replace_scalar(cx.source(), id.node, &derived.to_string()),
        );
        let message = format!("`{}` is not a GUID", shorten(id.value));
        let finding = Self::at(id.span(), message).help(advice(id.value)).fix(fix);
        // The service takes other ids, as long as they can be a part of a resource's name.
        let deployable = is_resource_name(id.value.trim());
        out.push(if deployable { finding.harmless() } else { finding });
    }
}

/// Eight, four, four, four and twelve hexadecimal digits with hyphens between.
fn is_guid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

fn advice(id: &str) -> String {
    let groups: Vec<usize> = id.split('-').map(str::len).collect();
    if let [a, b, c, d, e] = groups[..]
        && [a, b, c, d, e] != [8, 4, 4, 4, 12]
    {
        return format!(
            "A GUID has 8, 4, 4, 4 and 12 digits separated by hyphens; this has {a}, {b}, {c}, {d} and {e}."
        );
    }
    if id.chars().any(|c| !c.is_ascii_hexdigit() && c != '-') {
        return "A GUID contains only the digits 0 to 9 and a to f, and hyphens.".into();
    }
    "Use a GUID such as 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11; `sentlint new` generates one.".into()
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Applicability::Unsafe;
    use crate::rules::testing::fixes;

    #[test]
    fn another_spelling_of_a_guid_keeps_its_value() {
        let text = |id: &str| format!("id: {id}\nname: n\nquery: T\ntactics: [Impact]\n");
        let right = text("'2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11'");
        for id in [
            "'{2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11}'",
            "'(2C1B9A36-6A0C-4D53-9A0F-0C8F2F6F8A11)'",
            "'2c1b9a366a0c4d539a0f0c8f2f6f8a11'",
        ] {
            assert_eq!(fixes("invalid-id", "a.yaml", &text(id)), [(Unsafe, right.clone())]);
        }
        let derived = fixes("invalid-id", "a.yaml", &text("relay"));
        assert!(derived.len() == 1 && derived[0].1 != text("relay"));
    }
}
