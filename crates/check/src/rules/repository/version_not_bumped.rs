//! `version-not-bumped`

use std::cmp::Ordering;

use super::compare::{bump, first_change, version};
use crate::content::Template;
use crate::content::model::field;
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::{insert_entry, replace_scalar};

declare_rule! {
    /// A template that changed since the revision given by `--diff-base` without a higher version.
    ///
    /// ## Why is this bad?
    ///
    /// Users who installed the template are offered an update if the version is higher than theirs. Without a new
    /// version they do not get the change.
    ///
    /// Versions are compared number by number, so 1.10.0 is higher than 1.9.0. White space, comments (including those
    /// in the query), quotes and the order of keys do not count as changes. A hunting query without a version does not
    /// need one. The rule only runs with `--diff-base REV`.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid,a.yaml
    /// # at the revision
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.0.0
    /// # now
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl endswith "relay.example"
    /// version: 1.0.0
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid,a.yaml
    /// # at the revision
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.0.0
    /// # now
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl endswith "relay.example"
    /// version: 1.0.1
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The fix increases the last number of the version at the revision by one.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.script/checkThatTemplatesVersionWasChanged.sh>
    pub(crate) VersionNotBumped {
        id: "version-not-bumped",
        group: Repository,
        severity: Error,
        fix: Sometimes Safe,
        gate: "validateVersionChangedInDetections",
        compares: true,
        since: "0.1.0",
    }
}

impl Rule for VersionNotBumped {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(base) = cx.base else { return };
        let Some(before) = base.content.template() else { return };
        let broken = |content: &crate::content::Content| !content.document.errors.is_empty();
        if broken(&base.content) || broken(cx.content) {
            return;
        }
        let (old, new) = (before.common(), template.common());
        let change = first_change(old.root, new.root);
        let revision = &base.revision;
        let finding = match (old.version, new.version) {
            (None, Some(_)) => return,
            (None, None) => {
                if change.is_none() || !cx.kind().is_rule() {
                    return;
                }
                Self::at(cx.first_key(), format!("This rule changed since `{revision}` but has no version"))
            }
            (Some(old), None) => {
                let message = format!("The version, `{}` at `{revision}`, was removed", old.value);
                Self::at(cx.first_key(), message)
            }
            (Some(old), Some(new)) => {
                let order = match (version(old.value), version(new.value)) {
                    (Some(old), Some(new)) => new.cmp_precedence(&old),
                    // What is not a version is for `invalid-version` to say; that it stayed is for this rule.
                    _ if old.value == new.value => Ordering::Equal,
                    _ => return,
                };
                let message = match order {
                    Ordering::Equal if change.is_some() => {
                        format!(
                            "The template changed since `{revision}`, but its version is still `{}`",
                            new.value
                        )
                    }
                    Ordering::Less => {
                        format!(
                            "The version decreased from `{}` at `{revision}` to `{}`",
                            old.value, new.value
                        )
                    }
                    _ => return,
                };
                Self::at(new.span(), message)
            }
        };
        let finding = match change {
            Some(span) => finding.label(span, format!("this differs from `{revision}`")),
            None => finding,
        };
        let wanted = match old.version {
            None => Some("1.0.0".to_owned()),
            Some(old) if change.is_some() => version(old.value).and_then(|version| bump(&version)),
            Some(old) => Some(old.value.to_owned()),
        };
        out.push(with_fix(finding, cx, wanted));
    }
}

/// The finding with a fix that writes the version that is wanted.
pub(in crate::rules) fn with_fix(
    finding: Diagnostic,
    cx: &Context<'_>,
    wanted: Option<String>,
) -> Diagnostic {
    let help = "Increase the last number for a fix, the middle one for new behavior, the first one for a breaking \
                change.";
    let finding = finding.help(help);
    let Some(root) = cx.content.root().and_then(|root| root.as_mapping()) else { return finding };
    let Some(wanted) = wanted else { return finding };
    let edit = match field(root, "version").and_then(|field| field.text()) {
        Some(text) => replace_scalar(cx.source(), text.node, &wanted),
        None if field(root, "version").is_none() => {
            insert_entry(cx.source(), root, None, &format!("version: {wanted}"))
        }
        None => None,
    };
    finding.fix(Fix::safe(format!("Set `version: {wanted}`"), edit))
}
