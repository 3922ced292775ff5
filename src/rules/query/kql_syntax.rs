//! `kql-syntax`

use super::findings::suggested;
use super::kql_no_result::{Fence, KqlNoResult};
use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::rules::{Context, Declared as _, Rule, declare_rule};

declare_rule! {
    /// A query that is not KQL.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel refuses to save a rule whose query cannot be read, and a hunting query shows an error instead of
    /// results.
    ///
    /// Each mistake is reported where it is, in the words of the query language. What follows from an earlier
    /// mistake is left out.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example" && RemotePort == 443
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example" and RemotePort == 443
    /// ```
    ///
    /// ## Fix safety
    ///
    /// A fix is offered for slips whose mend is obvious. Perhaps something else was meant, so it is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/KqlvalidationsTests>
    pub(crate) KqlSyntax {
        id: "kql-syntax",
        group: Query,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        gate: "kql-validations",
        since: "0.1.0",
    }
}

impl Rule for KqlSyntax {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        // What a fence does to a query, `kql-no-result` says; the gates have no such rule.
        if cx.settings.enabled(KqlNoResult::META) && Fence::of(query.text).is_some() {
            return;
        }
        for error in &query.parse().errors {
            // What stands in for a byte that is no text is not what the author wrote.
            let place = query.span(error.span);
            if cx.source().invalid_utf8().iter().any(|bad| bad.start <= place.end && place.start <= bad.end) {
                continue;
            }
            let mut diagnostic = Self::at(query.span(error.span), error.message.clone());
            diagnostic.help.clone_from(&error.help);
            diagnostic.query_range = Some(query.code_points(error.span));
            if let Some((span, message)) = &error.label {
                diagnostic = diagnostic.label(query.span(*span), message.clone());
            }
            out.push(diagnostic.fix(suggested(query, error.mend.as_ref())));
        }
    }
}
