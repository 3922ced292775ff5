//! `id-changed`

use uuid::Uuid;

use crate::content::{Folder, Kind};
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A template whose id is another one than at the revision given by `--diff-base`.
    ///
    /// ## Why is this bad?
    ///
    /// The id is what a template is known by: with another one it is deployed a second time, the first one stays and is never
    /// updated again, and whoever installed it hears of no new version. A file that was renamed is still the same template.
    ///
    /// The rule is silent unless `--diff-base REV` says what to compare with. New files have nothing to compare with.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid,a.yaml
    /// # at the revision
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// # now
    /// id: 7d0e4b52-93f8-4c06-8a1d-5e6f70812c3b
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
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
    /// # now
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached its relay
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The fix puts the old id back. It is unsafe because the new one may be meant: an id that two templates shared, or one that
    /// was no GUID.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.script/idChangeValidator.ts>
    pub(crate) IdChanged {
        id: "id-changed",
        group: Repository,
        severity: Error,
        fix: Sometimes Unsafe,
        gate: "detection-validations",
        compares: true,
        since: "0.1.0",
    }
}

impl Rule for IdChanged {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        let Some(base) = cx.base else { return };
        let (Some(old), Some(new)) = (base.content.id(), cx.content.id()) else { return };
        let kinds = [base.content.kind, cx.kind()];
        if old.value.trim().is_empty() || new.value.trim().is_empty() || kinds.contains(&Kind::Unknown) {
            return;
        }
        let changed = if cx.gates() {
            // The gate looks for two lines `id: GUID` in the difference of a file that kept its name.
            let seen = |content: &crate::content::Content, id: &str| {
                Uuid::try_parse(id).is_ok() && content.source.text().contains(&format!("id: {id}"))
            };
            let there = cx.content.folder == Folder::Rules && !base.renamed;
            there && old.value != new.value && seen(&base.content, old.value) && seen(cx.content, new.value)
        } else {
            !old.value.trim().eq_ignore_ascii_case(new.value.trim())
        };
        if !changed {
            return;
        }
        let message = format!("The id was `{}` at `{}` and is another one now", old.value, base.revision);
        let fix = Fix::r#unsafe(
            format!("Put `{}` back", old.value),
            replace_scalar(cx.source(), new.node, old.value),
        );
        let help = "Keep the id through every change; a template that is a new one belongs in a new file.";
        out.push(Self::at(new.span(), message).help(help).fix(fix));
    }
}
