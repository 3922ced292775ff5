//! `invalid-version`

use crate::content::Template;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::limits;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A version that is not three numbers separated by dots.
    ///
    /// ## Why is this bad?
    ///
    /// Versions are compared part by part to offer updates. A version is three numbers separated by dots, with up to 20
    /// characters; `1.0` is a number in YAML and not a valid version.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.0
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.0.0
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The fix adds missing parts and removes a leading `v`. It is unsafe because updates depend on the version.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) InvalidVersion {
        id: "invalid-version",
        group: Metadata,
        severity: Error,
        fix: Sometimes Unsafe,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for InvalidVersion {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(text) = template.common().version.filter(|text| !text.value.is_empty()) else { return };
        let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let parts: Vec<&str> = text.value.split('.').collect();
        if parts.len() == 3
            && parts.iter().all(|part| number(part))
            && text.value.len() <= limits::MAX_VERSION
        {
            return;
        }
        let length = text.value.chars().count();
        let message = if parts.len() == 3 && parts.iter().all(|part| number(part)) {
            format!("The version has {length} characters; it can have at most {}", limits::MAX_VERSION)
        } else {
            format!("`{}` is not a version with three numbers", text.value)
        };
        let finding =
            Self::at(text.span(), message).help("Use three numbers separated by dots, such as 1.0.0.");
        out.push(finding.fix(corrected(text.value).and_then(|version| {
            Fix::r#unsafe(
                format!("Replace with `{version}`"),
                replace_scalar(cx.source(), text.node, &version),
            )
        })));
    }
}

/// The version that was plainly meant: without a leading `v`, and with the parts that are missing.
fn corrected(text: &str) -> Option<String> {
    let bare = text.trim().trim_start_matches(['v', 'V']);
    let parts: Vec<&str> = bare.split('.').collect();
    let fine = parts.len() <= 3 && bare.len() <= 12;
    if !fine || !parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let mut all = parts;
    all.resize(3, "0");
    Some(all.join("."))
}
