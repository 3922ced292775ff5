//! `prefer-sub-technique`

use super::search_terms::search_terms;
use crate::content::model::Text;
use crate::content::{Query, Template};
use crate::diagnostic::{Applicability, Diagnostic, Fix};
use crate::knowledge::attack::{Technique, Version};
use crate::knowledge::evidence;
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A technique where the query suggests a sub-technique.
    ///
    /// ## Why is this bad?
    ///
    /// A technique with sub-techniques covers very different behavior: T1219 includes remote desktop software, the
    /// tunnel of an editor, and KVM devices. Coverage is measured by sub-technique. If the strings in the query contain
    /// a program that ATT&CK lists under only one sub-technique, that one is probably meant.
    ///
    /// Strings that the query excludes are ignored. If they suggest several sub-techniques, or one of them is already
    /// listed, there is no finding.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool started
    /// description: Identifies hosts on which a remote desktop product was started.
    /// tactics: [CommandAndControl]
    /// relevantTechniques: [T1219]
    /// query: |
    ///   DeviceProcessEvents
    ///   | where FileName in~ ("anydesk.exe", "teamviewer.exe")
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool started
    /// description: Identifies hosts on which a remote desktop product was started.
    /// tactics: [CommandAndControl]
    /// relevantTechniques: [T1219.002]
    /// query: |
    ///   DeviceProcessEvents
    ///   | where FileName in~ ("anydesk.exe", "teamviewer.exe")
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The sub-technique is only shown, because the query may cover more than that.
    ///
    /// ## References
    ///
    /// - <https://attack.mitre.org/techniques/enterprise/>
    pub(crate) PreferSubTechnique {
        id: "prefer-sub-technique",
        group: Attack,
        severity: Info,
        pedantic: true,
        fix: Sometimes Display,
        since: "0.1.0",
    }
}

impl Rule for PreferSubTechnique {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let (version, items) = (cx.settings.attack, &template.common().techniques.items);
        let listed = |parent: &str| {
            items.iter().any(|item| item.value.strip_prefix(parent).is_some_and(|rest| rest.starts_with('.')))
        };
        let Some(query) = cx.query().filter(|query| query.parse().errors.is_empty()) else { return };
        let parents: Vec<&Text<'_>> = items
            .iter()
            .filter(|item| evidence::of(version, item.value).next().is_some() && !listed(item.value))
            .collect();
        if parents.is_empty() {
            return;
        }
        let texts = search_terms(query, &cx.meaning(query));
        for parent in parents {
            if let Some((sub, word, place)) = indicated_sub_technique(version, &texts, parent.value) {
                out.push(finding(cx, query, parent, (sub, word, place)));
            }
        }
    }
}

fn finding(
    cx: &Context<'_>,
    query: &Query<'_>,
    parent: &Text<'_>,
    (sub, word, place): (&Technique, &str, Span),
) -> Diagnostic {
    let message = format!("The query searches for `{word}`, which suggests {} ({})", sub.id, sub.name);
    let fix = Fix::new(
        format!("Replace with `{}`", sub.id),
        Applicability::Display,
        replace_scalar(cx.source(), parent.node, sub.id),
    );
    PreferSubTechnique::at(parent.span(), message)
        .help(format!("Use {} instead of {}, unless the query covers more than that.", sub.id, parent.value))
        .label(query.span(place), "suggested by this string")
        .fix(fix)
}

/// The only sub-technique that some texts speak for, with the first word that does and its place.
fn indicated_sub_technique(
    version: Version,
    texts: &[(String, Span)],
    parent: &str,
) -> Option<(&'static Technique, &'static str, Span)> {
    let mut only: Option<(&'static Technique, &'static str, Span)> = None;
    for (sub, evidence) in evidence::of(version, parent) {
        let found = texts.iter().find_map(|(text, place)| Some((evidence.word_in(text)?, *place)));
        match (found, only) {
            (None, _) => {}
            (Some((word, place)), None) => only = Some((sub, word, place)),
            (Some(_), Some(_)) => return None,
        }
    }
    only
}

#[cfg(test)]
mod tests {
    use crate::rules::Profile;
    use crate::rules::testing::{findings, messages};

    const RULE: &str = "prefer-sub-technique";

    fn count(techniques: &str, query: &str) -> usize {
        let text = format!("id: x\nname: n\nrelevantTechniques: [{techniques}]\nquery: |\n  {query}\n");
        messages(RULE, &text).len()
    }

    #[test]
    fn one_sub_technique_must_be_reported() {
        for (techniques, query, expected) in [
            ("T1219", "DeviceProcessEvents | where FileName =~ 'AnyDesk.exe'", 1),
            ("T1219", "let t = dynamic(['rustdesk']); DeviceEvents | where A has_any (t)", 1),
            ("T1219", "DeviceEvents | where A has 'anydesk' or A has 'tunnels.api.visualstudio.com'", 0),
            ("T1219, T1219.003", "DeviceEvents | where A has 'anydesk'", 0),
            ("T1219", "DeviceEvents | where A !in~ ('anydesk.exe')", 0),
            ("T1219", "DeviceEvents | where not(A has 'anydesk')", 0),
            ("T1219", "let ok = dynamic(['anydesk']); DeviceEvents | where not(A has_any (ok))", 0),
            ("T1219", "DeviceEvents // anydesk", 0),
            ("T1053, T1218", "DeviceEvents | where A has 'schtasks' | where B == 'mshta.exe'", 2),
            ("T1053.005", "DeviceEvents | where A has 'schtasks'", 0),
            ("T1059", "DeviceEvents | where A =~ 'powershell.exe' and B =~ 'cmd.exe'", 0),
        ] {
            assert_eq!(count(techniques, query), expected, "{techniques} {query}");
        }
    }

    #[test]
    fn it_is_advice_for_those_who_ask() {
        let text = "id: x\nname: n\nrelevantTechniques: [T1219]\nquery: T | where A has 'anydesk'\n";
        assert!(findings(RULE, "a.yaml", text, Profile::Recommended).is_empty());
        let found = findings(RULE, "a.yaml", text, Profile::Pedantic);
        assert!(!found[0].fixable() && found[0].fix.is_some());
    }
}
