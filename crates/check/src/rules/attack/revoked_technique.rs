//! `revoked-technique`

use crate::content::model::{List, Text};
use crate::content::{Folder, Kind, Template};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::knowledge::attack::{Status, Technique};
use crate::knowledge::upstream;
use crate::rules::attack::parent;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::{remove_item, replace_scalar};

declare_rule! {
    /// A technique that ATT&CK has revoked in favor of another.
    ///
    /// ## Why is this bad?
    ///
    /// MITRE moves and merges techniques, and the old id then redirects to the new one. Fewer and fewer tools support
    /// the old id.
    ///
    /// Other tools may not know the replacement yet: upstream's checks of scheduled rules use an older release, and so
    /// may the service. If upstream's list lacks the new id, the finding says so. Version 19 of ATT&CK also split
    /// Defense Evasion: Impair Defenses (T1562) was replaced by T1685 and related techniques under the new tactic
    /// Defense Impairment, which Sentinel still calls `DefenseEvasion`.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics: [Persistence]
    /// relevantTechniques: [T1100]
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics: [Persistence]
    /// relevantTechniques: [T1505.003]
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The id is replaced, or deleted if the replacement is already listed. The replacement may be broader or narrower
    /// than intended, and upstream may not know it, so the fix is unsafe. For a scheduled rule in one of upstream's
    /// folders whose checks would reject the new id, the fix is only shown.
    ///
    /// ## References
    ///
    /// - <https://attack.mitre.org/resources/updates/>
    pub(crate) RevokedTechnique {
        id: "revoked-technique",
        group: Attack,
        severity: Info,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

impl Rule for RevokedTechnique {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let list = &template.common().techniques;
        for (index, text) in list.items.iter().enumerate() {
            let Some(technique) = cx.technique(text.value) else { continue };
            let Status::Revoked { .. } = technique.status else { continue };
            let title = format!("{} ({})", technique.id, technique.name);
            let Some(new) = technique.replacement() else {
                let message = format!("ATT&CK has revoked {title}");
                out.push(Self::at(text.span(), message).help("Use the technique that fits now."));
                continue;
            };
            let message = format!("ATT&CK has revoked {title}; it was replaced by {} ({})", new.id, new.name);
            let mut help = format!("Use {}.", new.id);
            let refused = cx.kind() == Kind::ScheduledRule && upstream::tactics_of(parent(new.id)).is_none();
            if refused {
                help.push_str(
                    " Upstream's list of techniques does not include it yet, so its checks require the old one.",
                );
            }
            // The new one stands in the list already, or an earlier item will become it.
            let becomes = |item: &Text<'_>| {
                item.value == new.id || cx.technique(item.value).and_then(Technique::replacement) == Some(new)
            };
            let earlier = list.items.iter().take(index).any(becomes);
            let there = earlier || list.values().any(|id| id == new.id);
            // In upstream's own folders the new id would fail the checks.
            let upstream = refused && cx.content.folder == Folder::Rules;
            let trust = if upstream { Applicability::Display } else { Applicability::Unsafe };
            let fix = if there {
                let title = format!("Delete it: {} is already listed", new.id);
                Fix::new(title, trust, remove(cx, list, text))
            } else {
                let edits = replace_scalar(cx.source(), text.node, new.id);
                Fix::new(format!("Replace with `{}`", new.id), trust, edits)
            };
            out.push(Self::at(text.span(), message).help(help).fix(fix));
        }
    }
}

fn remove(cx: &Context<'_>, list: &List<'_>, text: &Text<'_>) -> Option<Edit> {
    let sequence = list.field?.node().as_sequence()?;
    let index = sequence.items.iter().position(|item| item.span == text.span())?;
    remove_item(cx.source(), sequence, index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Profile;
    use crate::rules::testing::{findings, fixes, messages};

    fn hunting(techniques: &str) -> String {
        format!("id: x\nname: n\nquery: T\nrelevantTechniques: {techniques}\n")
    }

    #[test]
    fn the_replacement_is_listed_once() {
        let list = |text: &str| fixes("revoked-technique", "a.yaml", &hunting(text));
        assert_eq!(list("[T1100]"), [(Applicability::Unsafe, hunting("[T1505.003]"))]);
        assert_eq!(list("[T1505.003, T1100]"), [(Applicability::Unsafe, hunting("[T1505.003]"))]);
        // Both became T1505.003: the second goes.
        let fixed: Vec<String> = list("[T1100, T1100]").into_iter().map(|(_, text)| text).collect();
        assert_eq!(fixed, [hunting("[T1505.003, T1100]"), hunting("[T1100]")]);
        assert!(list("[T1219, T1562.999]").is_empty());
    }

    #[test]
    fn what_upstream_would_refuse_is_shown_only() {
        let rule = "id: x\nname: n\nkind: Scheduled\nquery: T\nrelevantTechniques:\n- T1562\n";
        let trust = |path: &str| fixes("revoked-technique", path, rule)[0].0;
        assert_eq!(trust("Detections/a.yaml"), Applicability::Display);
        assert_eq!(trust("rules/analytic/a.yaml"), Applicability::Unsafe);
        assert!(messages("revoked-technique", rule)[0].contains("T1685"));
    }

    #[test]
    fn what_nothing_replaces_is_left_to_the_author() {
        let found = findings("revoked-technique", "a.yaml", &hunting("[T1431, T1100]"), Profile::Pedantic);
        let told: Vec<_> = found.iter().map(|one| (one.message.as_str(), one.help.as_deref())).collect();
        assert_eq!(
            told,
            [
                (
                    "ATT&CK has revoked T1431 (App Delivered via Web Download)",
                    Some("Use the technique that fits now.")
                ),
                (
                    "ATT&CK has revoked T1100 (Web Shell); it was replaced by T1505.003 (Web Shell)",
                    Some("Use T1505.003.")
                ),
            ]
        );
        assert!(found[0].fix.is_none());
        assert_eq!(found[1].fix.as_ref().map(|fix| fix.title.as_str()), Some("Replace with `T1505.003`"));
    }
}
