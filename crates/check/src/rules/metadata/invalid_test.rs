//! `invalid-test`

use crate::diagnostic::Diagnostic;
use crate::rules::{Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// A mistake in a file of tests.
    ///
    /// ## Why is this bad?
    ///
    /// `sentlint test` cannot run a test that has an unknown key or column, a value that does not fit its column, no
    /// expectation, or no query. A row outside a rule's `queryPeriod` is never seen by the rule.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// now: 2026-11-28T12:00:00Z
    /// tests:
    ///   - name: a relay is found
    ///     tables:
    ///       DeviceNetworkEvents:
    ///         - {Timestamp: now-2h, RemoteUri: relay.example}
    ///     expect:
    ///       row: 1
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// now: 2026-11-28T12:00:00Z
    /// tests:
    ///   - name: a relay is found
    ///     tables:
    ///       DeviceNetworkEvents:
    ///         - {Timestamp: now-2h, RemoteUrl: relay.example}
    ///     expect:
    ///       rows: 1
    /// ```
    ///
    /// ## References
    ///
    /// - <https://github.com/sentlint/sentlint/blob/main/docs/testing.md>
    pub(crate) InvalidTest {
        id: "invalid-test",
        group: Metadata,
        severity: Error,
        since: "0.1.0",
    }
}

// Tests are examined with the engine's knowledge of rows, which rules do not have: `check` reports what it finds.
impl Rule for InvalidTest {}

/// The finding on a mistake.
pub(crate) fn finding(span: Span, message: &str) -> Diagnostic {
    let mut chars = message.chars();
    let first = chars.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    InvalidTest::at(span, first + chars.as_str())
}
