//! `duplicate-query`

use std::collections::BTreeMap;

use crate::content::Kind;
use crate::rules::{RepositoryFile, RepositoryFindings, Rule, Settings, declare_rule};

declare_rule! {
    /// The same query in two files, white space and comments aside.
    ///
    /// ## Why is this bad?
    ///
    /// Two templates with the same query find the same things twice, and a change to one of them leaves the other
    /// unchanged. A hunting query that was turned into a rule is fine: only templates of the same kind are compared.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid,a.yaml+b.yaml
    /// # a.yaml
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// # b.yaml
    /// id: 8e4f0d67-1b0a-4f7b-9a3e-2d5c6b7a8f90
    /// name: Hosts that reached a relay
    /// description: Identifies hosts from which a relay of a remote management tool was reached.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid,a.yaml+b.yaml
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    pub(crate) DuplicateQuery {
        id: "duplicate-query",
        group: Repository,
        severity: Info,
        since: "0.1.0",
    }
}

impl Rule for DuplicateQuery {
    fn check_repository(&self, files: &[RepositoryFile], _settings: &Settings, out: &mut RepositoryFindings) {
        let mut seen: BTreeMap<(bool, u128), usize> = BTreeMap::new();
        for (index, file) in files.iter().enumerate() {
            let Some((query, span)) = &file.query else { continue };
            if !(file.kind.is_rule() || file.kind == Kind::HuntingQuery) {
                continue;
            }
            let Some(first) = seen.get(&(file.kind.is_rule(), *query)).and_then(|first| files.get(*first))
            else {
                seen.insert((file.kind.is_rule(), *query), index);
                continue;
            };
            // A copy under the same id is one template in two places, which `duplicate-id` says.
            let id = |file: &RepositoryFile| file.id.as_ref().map(|(id, _)| id.to_ascii_lowercase());
            if id(first).is_some() && id(first) == id(file) {
                continue;
            }
            let message = format!("This query is the same as in {}", first.source.path());
            let finding = match &first.query {
                Some((_, place)) => {
                    Self::at(*span, message).label_in(&first.source, *place, "the same query")
                }
                None => Self::at(*span, message),
            };
            out.push((index, finding.help("Keep one of them, or move the query to a function.")));
        }
    }
}
