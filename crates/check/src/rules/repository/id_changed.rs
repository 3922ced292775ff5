//! `id-changed`

use crate::content::Kind;
use crate::content::model::Text;
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::{Base, Context, Rule, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A template whose id differs from the revision given by `--diff-base`.
    ///
    /// ## Why is this bad?
    ///
    /// The id identifies a template: with a different id it is deployed a second time, the first copy is never updated
    /// again, and users who installed it are not offered new versions. A renamed file is still the same template.
    ///
    /// The rule only runs with `--diff-base REV`. New files are not checked.
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
    /// The fix restores the old id. It is unsafe because the change may be intentional: two templates may have shared
    /// the id, or it may not have been a GUID.
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
        let ids = ids(cx).filter(|ids| !ids.old.value.trim().eq_ignore_ascii_case(ids.new.value.trim()));
        out.extend(ids.map(|ids| finding(cx, &ids)));
    }
}

/// The ids of a file, as it was and as it is.
pub(in crate::rules) struct Ids<'a> {
    /// The file as it was.
    pub(in crate::rules) base: &'a Base,
    /// Its id then.
    pub(in crate::rules) old: Text<'a>,
    /// Its id now.
    pub(in crate::rules) new: Text<'a>,
}

/// The ids of content that was content before.
pub(in crate::rules) fn ids<'a>(cx: &Context<'a>) -> Option<Ids<'a>> {
    let base = cx.base?;
    let ids = Ids { base, old: base.content.id()?, new: cx.content.id()? };
    let is_known = ![base.content.kind, cx.kind()].contains(&Kind::Unknown);
    let is_there = [ids.old, ids.new].iter().all(|id| !id.value.trim().is_empty());
    (is_known && is_there).then_some(ids)
}

/// A finding on an id that is another than it was.
pub(crate) fn finding(cx: &Context<'_>, ids: &Ids<'_>) -> Diagnostic {
    let Ids { base, old, new } = ids;
    let message = format!("The id was `{}` at `{}` and has changed", old.value, base.revision);
    let fix =
        Fix::r#unsafe(format!("Restore `{}`", old.value), replace_scalar(cx.source(), new.node, old.value));
    let help = "Keep the id when a template changes; put a new template in a new file.";
    IdChanged::at(new.span(), message).help(help).fix(fix)
}
