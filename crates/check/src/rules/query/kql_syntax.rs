//! `kql-syntax`

use super::findings::suggested;
use super::kql_no_result::{Fence, KqlNoResult};
use crate::content::Query;
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Declared as _, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// A query that is not valid KQL.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel rejects a rule whose query has a syntax error, and a hunting query shows an error instead of results.
    ///
    /// Each error is reported at its position. Errors that are only a consequence of an earlier one are not reported.
    ///
    /// A `.kql` file of several queries, separated by blank lines, is checked query by query, and a warning says so: an
    /// editor runs the query at the cursor, but whatever reads the whole file finds a syntax error in it.
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
    /// Common mistakes have a fix. Something else may have been intended, so it is unsafe.
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
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        // Only the file of queries has several, and only where it does not parse as one.
        if let [_, second, ..] = cx.queries
            && second.node.is_none()
        {
            let message = format!(
                "This file contains {} queries and is not a valid query as a whole",
                cx.queries.len()
            );
            let help =
                "Each query is checked separately. Put each query in a separate file to run or deploy it.";
            let first = second.parse().tokens.first().map_or_else(Span::default, |token| token.span);
            out.push(Self::at(second.span(first), message).help(help).severity(Severity::Warning));
        }
    }

    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        // What a fence does to a query, `kql-no-result` says; the gates have no such rule.
        if cx.settings.enabled(KqlNoResult::META) && Fence::of(query.text).is_some() {
            return;
        }
        for error in &query.parse().errors {
            // What stands in for a byte that is not a text is not what the author wrote.
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
            out.push(diagnostic.fix(suggested(query, error.fix.as_ref())));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::Profile;
    use crate::rules::testing::findings;

    #[test]
    fn several_queries_in_a_file_are_a_warning_and_their_errors_are_their_own() {
        let text = "SigninLogs\n| take 1\n\n// b\nSigninLogs\n| take = 1\n";
        let found = findings("kql-syntax", "a.kql", text, Profile::Recommended);
        let told: Vec<_> = found.iter().map(|one| (one.severity, &text[one.span.range()])).collect();
        assert_eq!(told[0], (Severity::Warning, "SigninLogs"), "{found:?}");
        assert_eq!(told.len(), 2, "{found:?}");
        assert_eq!(told[1].0, Severity::Error);
        assert!(found[1].span.start as usize > text.rfind("take").unwrap_or_default());
        let one = "let a = 1;\n\nSigninLogs\n\n| take a\n";
        assert!(findings("kql-syntax", "a.kql", one, Profile::Recommended).is_empty());
    }
}
