//! `invalid-trigger-threshold`

use crate::content::Template;
use crate::diagnostic::{Diagnostic, Edit, Fix, Severity};
use crate::knowledge::limits;
use crate::rules::schema_violations::{in_rules_folder, is_exactly_scheduled};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::ScalarType;

declare_rule! {
    /// A trigger threshold that is no whole number from 0 to 10,000.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel compares the number of rows with it and refuses anything else.
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
    /// Quotes around a number in range are taken off, which upstream's checks read alike. For other values there is
    /// no fix.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) InvalidTriggerThreshold {
        id: "invalid-trigger-threshold",
        group: Metadata,
        severity: Error,
        fix: Sometimes Safe,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for InvalidTriggerThreshold {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        if cx.gates() && (!in_rules_folder(cx) || !is_exactly_scheduled(template)) {
            return;
        }
        let Some(text) = template.schedule().and_then(|schedule| schedule.threshold) else { return };
        let digits = !text.value.is_empty() && text.value.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.value.parse::<i64>().ok().filter(|_| digits);
        // Upstream reads every scalar as text; the service wants a number, not a text of digits.
        let quoted = !cx.gates() && digits && text.node.scalar_type() == Some(ScalarType::Str);
        if text.value.is_empty() || (number.is_some_and(|number| number <= limits::THRESHOLD_MAX) && !quoted)
        {
            return;
        }
        if quoted && let Some(number) = number.filter(|number| *number <= limits::THRESHOLD_MAX) {
            let message =
                format!("The trigger threshold `{}` is a text, and the service wants a number", text.value);
            let fix = Fix::safe("Take the quotes off", [Edit::new(text.span(), number.to_string())]);
            let help = "Write the number without quotes.";
            out.push(Self::at(text.span(), message).severity(Severity::Warning).help(help).fix(fix));
            return;
        }
        let message = match number {
            Some(_) if quoted => format!("The trigger threshold `{}` is a text, not a number", text.value),
            Some(_) => format!("The trigger threshold {} is over {}", text.value, limits::THRESHOLD_MAX),
            None => format!("The trigger threshold `{}` is not a whole number from 0 on", text.value),
        };
        out.push(Self::at(text.span(), message).help("Write a whole number from 0 to 10000."));
    }
}
