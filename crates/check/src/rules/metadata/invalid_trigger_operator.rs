//! `invalid-trigger-operator`

use crate::content::Template;
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::metadata::{closed_set, not_in_set_message};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A trigger operator that Sentinel does not have.
    ///
    /// ## Why is this bad?
    ///
    /// The operators are gt, lt, eq and ne. There is no `ge` or `le`, and the operators are case-sensitive.
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
    /// triggerOperator: GT
    /// triggerThreshold: 0
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
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.0.0
    /// kind: Scheduled
    /// ```
    ///
    /// ## Fix safety
    ///
    /// If only the case differs, the fix is safe. Replacing the value with the most similar one is unsafe.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) InvalidTriggerOperator {
        id: "invalid-trigger-operator",
        group: Metadata,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for InvalidTriggerOperator {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(text) = template.schedule().and_then(|schedule| schedule.operator) else { return };
        let known: &[&'static str] =
            &["gt", "lt", "eq", "ne", "GreaterThan", "LessThan", "Equal", "NotEqual"];
        if !text.value.is_empty() && !known.contains(&text.value) {
            let signs = [(">", "gt"), ("<", "lt"), ("=", "eq"), ("==", "eq"), ("!=", "ne"), ("<>", "ne")];
            if let Some((_, word)) = signs.iter().find(|(sign, _)| *sign == text.value) {
                let fix = Fix::r#unsafe(
                    format!("Replace with `{word}`"),
                    replace_scalar(cx.source(), text.node, word),
                );
                let finding = Self::at(text.span(), not_in_set_message(&text, "triggerOperator"));
                out.push(finding.help(format!("Use `{word}`.")).fix(fix));
                return;
            }
            let or_equal = match &*text.value.to_ascii_lowercase().replace(' ', "") {
                ">=" | "ge" | "gte" | "greaterthanorequal" | "greaterthanorequalto" => Some(("gt", "lower")),
                "<=" | "le" | "lte" | "lessthanorequal" | "lessthanorequalto" => Some(("lt", "higher")),
                _ => None,
            };
            if let Some((word, step)) = or_equal {
                let finding = Self::at(text.span(), not_in_set_message(&text, "triggerOperator"));
                out.push(finding.help(format!("Use `{word}` with a threshold that is one {step}.")));
                return;
            }
            out.push(closed_set(
                cx,
                Self::at(text.span(), not_in_set_message(&text, "triggerOperator")),
                &text,
                known,
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Applicability::Unsafe;
    use crate::rules::Profile;
    use crate::rules::testing::{findings, fixes};

    #[test]
    fn signs_are_understood() {
        let text = |sign: &str| {
            format!("id: x\nname: n\nkind: Scheduled\nqueryPeriod: 1h\nquery: T\ntriggerOperator: {sign}\n")
        };
        let fixed = |sign: &str| fixes("invalid-trigger-operator", "a.yaml", &text(sign));
        assert_eq!(fixed("'>'"), [(Unsafe, text("'gt'"))]);
        assert_eq!(fixed("=="), [(Unsafe, text("eq"))]);
    }

    #[test]
    fn or_equal_is_another_threshold() {
        let text = |sign: &str| {
            format!("id: x\nname: n\nkind: Scheduled\nqueryPeriod: 1h\nquery: T\ntriggerOperator: {sign}\n")
        };
        for (sign, word, step) in [("'>='", "gt", "lower"), ("gte", "gt", "lower"), ("'<= '", "lt", "higher")]
        {
            let found = findings("invalid-trigger-operator", "a.yaml", &text(sign), Profile::Recommended);
            assert!(found[0].fix.is_none());
            let help = format!("Use `{word}` with a threshold that is one {step}.");
            assert_eq!(found[0].help.as_deref(), Some(&*help), "{sign}");
        }
    }
}
