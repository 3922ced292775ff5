//! `unformatted`

use crate::content::Query;
use crate::diagnostic::{Diagnostic, Fix};
use crate::fmt::{self, Change};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A query that `sentlint fmt` would lay out differently.
    ///
    /// ## Why is this bad?
    ///
    /// With one layout for all queries, a review shows what a change means and not how its author breaks lines. Only
    /// queries in literal block scalars (`|`) and in query files are reported, because only those can be formatted
    /// without changing the YAML around them. The width and the layout are those of `[fmt]` in
    /// sentlint.toml.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   DeviceNetworkEvents|where RemoteUrl has "relay.example"
    ///     | summarize Hosts=dcount(DeviceName)
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example"
    ///   | summarize Hosts = dcount(DeviceName)
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Only white space changes: every token, comment and string stays.
    pub(crate) Unformatted {
        id: "unformatted",
        group: Query,
        severity: Info,
        pedantic: true,
        fix: Sometimes Safe,
        since: "0.1.0",
    }
}

impl Rule for Unformatted {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        if let Change::Edit(edit) = fmt::change(cx.content, query, cx.settings.fmt, false) {
            let fix = Fix::safe("Format the query", Some(edit));
            out.push(Self::at(query.first_line(), "The query is not formatted").fix(fix));
        }
    }
}
