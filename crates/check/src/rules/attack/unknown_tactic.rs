//! `unknown-tactic`

use crate::content::Template;
use crate::content::model::Text;
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::knowledge::attack::{self, Version};
use crate::knowledge::tactics;
use crate::rules::attack::{split_item_finding, unknown_items};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A tactic that Sentinel does not have.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel has a fixed list of tactics, whose names are one word: `InitialAccess`, `CommandAndControl`. With
    /// anything else upstream's checks fail, and the template is not listed under any tactic.
    ///
    /// ATT&CK v19 split the tactic Defense Evasion into Stealth and Defense Impairment. Sentinel still calls both
    /// `DefenseEvasion`.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics:
    ///   - Command and control
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
    /// ## Fix safety
    ///
    /// If only case, spaces or hyphens differ, or the tactic is given as an ATT&CK id, the fix is safe. The fix for a
    /// misspelled name or a new name of ATT&CK is unsafe.
    ///
    /// ## References
    ///
    /// - <https://attack.mitre.org/tactics/enterprise/>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) UnknownTactic {
        id: "unknown-tactic",
        group: Attack,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for UnknownTactic {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let list = &template.common().tactics;
        for text in unknown_items(cx, list, |text| tactics::tactic(text).is_some()) {
            let several = Self::at(text.span(), format!("`{}` contains several tactics", text.value));
            out.push(split_item_finding(cx, list, text, &several).unwrap_or_else(|| finding(cx, text)));
        }
    }
}

/// A finding on what is not the name of a tactic.
pub(crate) fn finding(cx: &Context<'_>, text: &Text<'_>) -> Diagnostic {
    let written = text.value;
    if written.trim().is_empty() {
        return UnknownTactic::at(text.span(), "An item of `tactics` is empty")
            .help("Delete the item, or add a tactic.");
    }
    let replace = |name: &str| replace_scalar(cx.source(), text.node, name);
    let squeezed: String = written.split_whitespace().collect();
    let is_id = Version::ALL
        .into_iter()
        .flat_map(Version::tactics)
        .any(|tactic| tactic.id.eq_ignore_ascii_case(&squeezed));
    let meant = if is_id { tactics::normalise_tactic(&squeezed) } else { tactics::same_words(written) };
    if let Some(tactic) = meant {
        let message = format!("The tactic `{written}` must be written as `{}`", tactic.name);
        let fix = Fix::safe(format!("Replace with `{}`", tactic.name), replace(tactic.name));
        let finding = UnknownTactic::at(text.span(), message).fix(fix);
        // Upstream and Sentinel take any case; stricter readers do not.
        let case_only = tactic.name.eq_ignore_ascii_case(written);
        return if case_only { finding.severity(Severity::Warning) } else { finding };
    }
    let finding = UnknownTactic::at(text.span(), format!("`{written}` is not a Sentinel tactic"));
    let plain: String = written.chars().filter(char::is_ascii_alphanumeric).collect();
    if ["stealth", "defenseimpairment"].iter().any(|name| plain.eq_ignore_ascii_case(name)) {
        let help = "ATT&CK v19 split Defense Evasion into Stealth and Defense Impairment; Sentinel still calls both \
                    `DefenseEvasion`.";
        return finding
            .help(help)
            .fix(Fix::r#unsafe("Replace with `DefenseEvasion`", replace("DefenseEvasion")));
    }
    if let Some(tactic) = tactics::normalise_tactic(written) {
        let fix = Fix::r#unsafe(format!("Replace with `{}`", tactic.name), replace(tactic.name));
        return finding.help(format!("In Sentinel it is `{}`.", tactic.name)).fix(fix);
    }
    if let Some(technique) = attack::in_any_version(&written.to_ascii_uppercase()) {
        return finding.help(format!(
            "{} is the technique \"{}\": move it to `relevantTechniques`.",
            technique.id, technique.name
        ));
    }
    if let Some(near) = tactics::nearest_tactic(written) {
        let fix = Fix::r#unsafe(format!("Replace with `{}`", near.name), replace(near.name));
        return finding.help(format!("Did you mean `{}`?", near.name)).fix(fix);
    }
    finding.help("Use one of Sentinel's tactics, such as InitialAccess, Execution or CommandAndControl.")
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::{Applicability, Severity};
    use crate::rules::Profile;
    use crate::rules::testing::{findings, gate};

    const RULE: &str = "unknown-tactic";

    #[test]
    fn spellings_are_safe_and_guesses_are_not() {
        let one = |tactic: &str| {
            let text = format!("id: x\nname: n\nquery: T\ntactics: ['{tactic}']\n");
            let finding = findings(RULE, "a.yaml", &text, Profile::Recommended).pop().unwrap();
            let fix = finding.fix.map(|fix| (fix.applicability, fix.title));
            (finding.severity, fix)
        };
        let to = |severity, trust, text: &str| (severity, Some((trust, text.to_owned())));
        let (error, warning) = (Severity::Error, Severity::Warning);
        assert_eq!(one("Initial access").0, error);
        assert_eq!(one("Initial access").1.unwrap().0, Applicability::Safe);
        assert_eq!(one("CommandandControl").0, warning);
        assert_eq!(one("TA0011").1.unwrap().0, Applicability::Safe);
        for tactic in ["Stealth", "Defense Impairment", "InitialAcces", "Evasion"] {
            assert_eq!(one(tactic).1.unwrap().0, Applicability::Unsafe, "{tactic}");
        }
        assert_eq!(one("Ransomware"), (error, None));
        assert_eq!(one("T1219"), (error, None));
        assert_eq!(one("Impct"), to(error, Applicability::Unsafe, "Replace with `Impact`"));
    }

    #[test]
    fn the_gate_ignores_case_and_scalars() {
        let count = |tactics: &str| {
            gate(RULE, "Detections/a.yaml", &format!("id: x\nname: n\nquery: T\ntactics: {tactics}\n"))
        };
        assert_eq!(count("[initialaccess, '']"), 0);
        assert_eq!(count("[PreAttack, Initial Access, ~]"), 3);
        assert_eq!(count("Ransomware"), 0);
    }
}
