//! `kind-changed`

use crate::content::Kind;
use crate::diagnostic::Diagnostic;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A template whose kind differs from the revision given by `--diff-base`.
    ///
    /// ## Why is this bad?
    ///
    /// The kind of a deployed rule cannot be changed: the deployment fails until the old rule is deleted, along with
    /// its incident history. A hunting query that becomes a rule is a new resource in addition to the old one.
    ///
    /// The rule only runs with `--diff-base REV`.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid,a.yaml
    /// # at the revision
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// severity: Medium
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// requiredDataConnectors: []
    /// version: 1.0.0
    /// kind: Scheduled
    /// # now
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// severity: Medium
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.1.0
    /// kind: NRT
    /// ```
    ///
    /// ## Use instead
    ///
    /// Create a new file with a new id, and delete the old one when it is no longer needed:
    ///
    /// ```yaml,valid,a.yaml
    /// # at the revision
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// severity: Medium
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.0.0
    /// kind: NRT
    /// # now
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached its relay
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// severity: Medium
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.0.1
    /// kind: NRT
    /// ```
    pub(crate) KindChanged {
        id: "kind-changed",
        group: Repository,
        severity: Warning,
        compares: true,
        since: "0.1.0",
    }
}

impl Rule for KindChanged {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        let Some(base) = cx.base else { return };
        let (old, new) = (base.content.kind, cx.kind());
        // A stub tells that its template moved away, and what cannot be read is of no kind.
        let compared = |kind: Kind| !matches!(kind, Kind::Unknown | Kind::Stub);
        if old == new || !compared(old) || !compared(new) {
            return;
        }
        let root = cx.content.root().and_then(|root| root.as_mapping());
        let kind = root.and_then(|map| crate::content::model::field(map, "kind"));
        let at = kind.map_or_else(|| cx.first_key(), |field| field.node().span);
        let message = format!("This was {} at `{}` and is now {}", old.noun(), base.revision, new.noun());
        let help = "Create a new file with a new id: the kind of deployed content cannot change.";
        out.push(Self::at(at, message).help(help));
    }
}
