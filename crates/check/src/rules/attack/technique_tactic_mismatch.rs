//! `technique-tactic-mismatch`

use crate::content::Template;
use crate::content::model::{List, Text};
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::tactics;
use crate::rules::append::append_items;
use crate::rules::attack::{is_tactic_of, tactics_of};
use crate::rules::words::listed;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A technique whose tactics are not listed.
    ///
    /// ## Why is this bad?
    ///
    /// In ATT&CK every technique belongs to one or more tactics. If none of them is among the template's tactics, one
    /// of the two lists is wrong, and upstream's checks reject a scheduled rule.
    ///
    /// ATT&CK v19 split Defense Evasion into Stealth and Defense Impairment, and moved some techniques elsewhere.
    /// Sentinel uses `DefenseEvasion` for both. The rule accepts the current tactics of a technique and those of the
    /// release that upstream's checks use; under `azure-sentinel` it only accepts the latter.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics: [Persistence]
    /// relevantTechniques: [T1219]
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
    /// relevantTechniques: [T1219]
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// If the technique belongs to only one tactic, that tactic is added. The technique may be what is wrong, so the
    /// fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://attack.mitre.org/techniques/enterprise/>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) TechniqueTacticMismatch {
        id: "technique-tactic-mismatch",
        group: Attack,
        severity: Warning,
        fix: Sometimes Unsafe,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for TechniqueTacticMismatch {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for (tactic, text) in super::techniques_of_detections(cx) {
            let Some((tactic, technique)) = tactics::tactic(tactic).zip(cx.technique(text.value)) else {
                continue;
            };
            let right = tactics_of(technique);
            if !right.is_empty() && !is_tactic_of(tactic, technique) {
                let message = format!(
                    "{} ({}) belongs to {}, but is listed for {}",
                    text.value,
                    technique.name,
                    listed(&right, "and"),
                    tactic.name
                );
                let help = "Use another technique, or another tactic: a detection can have one.";
                out.push(Self::at(text.span(), message).help(help));
            }
        }
    }

    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let common = template.common();
        // A misspelled tactic has a rule of its own; here it counts as what was meant.
        let known: Vec<_> = common.tactics.values().filter_map(tactics::nearest_tactic).collect();
        // Without a tactic that is understood, other rules have spoken already.
        if known.is_empty() {
            return;
        }
        let names: Vec<&str> = known.iter().map(|tactic| tactic.name).collect();
        let mut added = Vec::new();
        for text in &common.techniques.items {
            let Some(technique) = cx.technique(text.value) else { continue };
            let right = tactics_of(technique);
            if !right.is_empty() && !known.iter().any(|tactic| is_tactic_of(tactic, technique)) {
                out.push(finding(cx, &common.tactics, text, &right, &names, &mut added));
            }
        }
    }
}

/// A finding on a technique whose tactics are `right`, where the tactics `names` are listed. `added` holds the tactics that an earlier finding's fix adds already.
pub(crate) fn finding(
    cx: &Context<'_>,
    tactics: &List<'_>,
    text: &Text<'_>,
    right: &[&'static str],
    names: &[&str],
    added: &mut Vec<&'static str>,
) -> Diagnostic {
    let technique = cx.technique(text.value);
    let title = match technique {
        Some(technique) => format!("{} ({})", text.value, technique.name),
        None => text.value.to_owned(),
    };
    let names = match names {
        [] => "no tactic is listed".to_owned(),
        [one] => format!("the only tactic listed is {one}"),
        many => format!("the tactics listed are {}", listed(many, "and")),
    };
    let message = format!("{title} belongs to {}, but {names}", listed(right, "and"));
    let mut help = format!("Add {} to `tactics`, or use another technique.", listed(right, "or"));
    let new_name = technique.and_then(|technique| {
        let split = [("stealth", "Stealth"), ("defense-impairment", "Defense Impairment")];
        split.into_iter().find(|(name, _)| technique.tactics.contains(name))
    });
    if let Some((_, name)) = new_name.filter(|_| right.contains(&"DefenseEvasion")) {
        help.push_str(&format!(
            " Sentinel's DefenseEvasion corresponds to {name} in ATT&CK since version 19."
        ));
    }
    let finding = TechniqueTacticMismatch::at(text.span(), message).help(help);
    let ([only], Some(field)) = (right, tactics.field) else { return finding };
    if added.contains(only) {
        return finding;
    }
    let edit = append_items(cx.source(), field.node(), &[*only]);
    added.extend(edit.is_some().then_some(only));
    finding.fix(Fix::r#unsafe(format!("Add {only} to `tactics`"), edit))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Applicability;
    use crate::rules::testing::{fixes, gate, messages};

    const RULE: &str = "technique-tactic-mismatch";

    fn hunting(tactics: &str, techniques: &str) -> String {
        format!("id: x\nname: n\nquery: T\ntactics: {tactics}\nrelevantTechniques: {techniques}\n")
    }

    #[test]
    fn tactics_of_either_release_will_do() {
        // T1548 left what was Defense Evasion; T1659 is newer than upstream's list.
        for (tactics, technique) in [
            ("[DefenseEvasion]", "[T1548]"),
            ("[DefenseEvasion]", "[T1564, T1685]"),
            ("[InitialAccess]", "[T1659]"),
            ("[Initial access]", "[T1566.001]"),
            ("[InitialAcces]", "[T1566]"),
            ("[PreAttack]", "[T1595]"),
            ("[Ransomware]", "[T1595]"),
            ("[]", "[T1595]"),
        ] {
            assert!(messages(RULE, &hunting(tactics, technique)).is_empty(), "{tactics} {technique}");
        }
        assert_eq!(messages(RULE, &hunting("[Impact]", "[T1548, T1595, T1486]")).len(), 2);
    }

    #[test]
    fn the_only_tactic_there_can_be_is_added_once() {
        let fixed = fixes(RULE, "a.yaml", &hunting("[Impact]", "[T1219, T1105, T1548]"));
        assert_eq!(
            fixed,
            [
                (Applicability::Unsafe, hunting("[Impact, CommandAndControl]", "[T1219, T1105, T1548]")),
                (Applicability::Unsafe, hunting("[Impact, PrivilegeEscalation]", "[T1219, T1105, T1548]"))
            ]
        );
        assert!(fixes(RULE, "a.yaml", &hunting("Impact", "[T1219]")).is_empty());
    }

    #[test]
    fn the_gate_goes_by_upstream_alone() {
        let rule = |kind: &str, lists: &str| format!("id: x\nname: n\nkind: {kind}\nquery: T\n{lists}");
        let count = |path: &str, kind: &str, lists: &str| gate(RULE, path, &rule(kind, lists));
        let lists = "tactics: [Impact]\nrelevantTechniques: [T1219.999, T1659]\n";
        assert_eq!(count("Detections/a.yaml", "Scheduled", lists), 1);
        assert_eq!(count("Detections/a.yaml", "scheduled", lists), 0);
        assert_eq!(count("Detections/a.yaml", "NRT", lists), 0);
        assert_eq!(count("Hunting Queries/a.yaml", "Scheduled", lists), 0);
        assert_eq!(count("Detections/a.yaml", "Scheduled", "relevantTechniques: [T1219]\n"), 1);
        let case = "tactics: [commandandcontrol]\nrelevantTechniques: [T1219]\n";
        assert_eq!(count("Detections/a.yaml", "Scheduled", case), 0);
    }
}
