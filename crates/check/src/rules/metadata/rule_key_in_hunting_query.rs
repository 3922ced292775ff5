//! `rule-key-in-hunting-query`

use crate::content::fields::Owner;
use crate::content::{Kind, Template};
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::schema_violations::root_field;
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::remove_entry;

declare_rule! {
    /// A schedule, trigger or other key of analytic rules in a hunting query.
    ///
    /// ## Why is this bad?
    ///
    /// A hunting query is run manually. It has no schedule and raises no alerts, so such keys have no effect; most were
    /// copied along with the query of a rule.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// kind: Scheduled
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The key is removed. The fix is unsafe because the file may be meant to be a rule.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.github/instructions/huntingqueries.instructions.md>
    pub(crate) RuleKeyInHuntingQuery {
        id: "rule-key-in-hunting-query",
        group: Metadata,
        severity: Info,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

impl Rule for RuleKeyInHuntingQuery {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        if cx.kind() != Kind::HuntingQuery {
            return;
        }
        let root = template.common().root;
        for (index, entry) in root.entries.iter().enumerate() {
            let Some(key) = entry.key.as_str().filter(|key| is_stray(key)) else { continue };
            let message = format!("`{key}` has no effect in a hunting query");
            let fix = Fix::r#unsafe(format!("Remove `{key}`"), remove_entry(cx.source(), root, index));
            let help = "Remove it, or turn the file into an analytic rule.";
            out.push(Self::at(entry.key.span, message).help(help).fix(fix));
        }
    }
}

/// Whether a key belongs to analytic rules and has no meaning in a hunting query.
fn is_stray(key: &str) -> bool {
    let kind = Kind::HuntingQuery;
    root_field(kind, key).and_then(|field| field.stray_owner(kind)) == Some(Owner::RuleKeyInHuntingQuery)
}
