//! `invalid-trigger-threshold`

use crate::content::Template;
use crate::content::model::Text;
use crate::diagnostic::{Diagnostic, Edit, Fix, Severity};
use crate::knowledge::limits;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::{ScalarStyle, ScalarType};

declare_rule! {
    /// A trigger threshold that is not a whole number from 0 to 10,000.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel compares the number of rows with the threshold and rejects any other value.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: ten
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.0.0
    /// kind: Scheduled
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 10
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.0.0
    /// kind: Scheduled
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Quotes around a number in range and underscores in it are removed. There is no fix for other values.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) InvalidTriggerThreshold {
        id: "invalid-trigger-threshold",
        group: Metadata,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for InvalidTriggerThreshold {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let text = template.schedule().and_then(|schedule| schedule.threshold);
        // Where the value is not valid YAML, that is reported.
        let is_read =
            |text: &Text<'_>| !text.value.is_empty() && !cx.content.document.is_damaged(text.span());
        let Some(text) = text.filter(is_read) else { return };
        let is_string = text.node.scalar_type() == Some(ScalarType::Str);
        match number(&text) {
            Some(number) if number <= limits::THRESHOLD_MAX => {
                if is_string {
                    out.push(quoted(&text, number));
                }
            }
            Some(_) if is_string => {
                let message = format!("The trigger threshold `{}` is a string, not a number", text.value);
                out.push(Self::at(text.span(), message).help(HELP));
            }
            number => out.push(finding(&text, number)),
        }
    }
}

const HELP: &str = "Use a whole number from 0 to 10000.";

fn quoted(text: &Text<'_>, number: i64) -> Diagnostic {
    let message = format!("The trigger threshold `{}` is a string, but must be a number", text.value);
    let fix = Fix::safe("Remove the quotes", [Edit::new(text.span(), number.to_string())]);
    let finding = InvalidTriggerThreshold::at(text.span(), message).severity(Severity::Warning);
    finding.help("Remove the quotes around the number.").fix(fix)
}

/// The number that digits are, and nothing but digits.
pub(in crate::rules) fn number(text: &Text<'_>) -> Option<i64> {
    text.value.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.value.parse().ok())?
}

/// The number in range that YAML 1.1 reads in digits with underscores.
fn without_underscores(text: &Text<'_>) -> Option<i64> {
    let plain = text.node.scalar().is_some_and(|scalar| scalar.style == ScalarStyle::Plain);
    let digits = text.value.replace('_', "");
    let begins = text.value.starts_with(|c: char| c.is_ascii_digit());
    let is_number = plain && begins && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| digits.parse().ok()).flatten()?;
    (number <= limits::THRESHOLD_MAX).then_some(number)
}

/// A finding on a threshold that is not a number or too large a one.
pub(crate) fn finding(text: &Text<'_>, number: Option<i64>) -> Diagnostic {
    if let Some(number) = number.is_none().then(|| without_underscores(text)).flatten() {
        let message = format!("The trigger threshold `{}` is not a number in YAML 1.2", text.value);
        let fix = Fix::safe(format!("Replace with `{number}`"), [Edit::new(text.span(), number.to_string())]);
        return InvalidTriggerThreshold::at(text.span(), message)
            .help("Write the number without underscores.")
            .fix(fix);
    }
    let message = match number {
        Some(_) => format!("The trigger threshold {} is greater than {}", text.value, limits::THRESHOLD_MAX),
        None => format!("The trigger threshold `{}` is not a whole number from 0 to 10000", text.value),
    };
    InvalidTriggerThreshold::at(text.span(), message).help(HELP)
}
