//! `kql-unknown-function`

use super::findings;
use crate::content::Query;
use crate::diagnostic::{Diagnostic, Severity};
use crate::kql::bind::FindingKind;
use crate::kql::builtins;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// An unknown function.
    ///
    /// ## Why is this bad?
    ///
    /// The query fails. A function can be built in, defined in the query by `let`, a parser in the repository, part of
    /// Sentinel or a published solution, or declared in a file given to `--tables` or to `functions` under
    /// `[knowledge]` in sentlint.toml.
    ///
    /// The analyzer of Azure-Sentinel's checks (Kusto.Language 11.3.0) is older than the service: functions, aggregates
    /// and plugins that it rejects, such as `replace_strings`, are also reported under `azure-sentinel`. For those
    /// added to the library between versions 11.0.0 and 11.3.0 it is unknown whether the checks reject them, and they
    /// are not reported.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 5b0a2f0d-7a3c-4e3e-8f4f-3d1c8e7b6a92
    /// name: Connection with a name
    /// description: Identifies connections of which the remote name is known.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where isnotempy(RemoteUrl)
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 5b0a2f0d-7a3c-4e3e-8f4f-3d1c8e7b6a92
    /// name: Connection with a name
    /// description: Identifies connections of which the remote name is known.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where isnotempty(RemoteUrl)
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The function is replaced with the most similar one. Another one may have been intended, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/KqlvalidationsTests>
    pub(crate) KqlUnknownFunction {
        id: "kql-unknown-function",
        group: Query,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        gate: "kql-validations",
        since: "0.1.0",
    }
}

impl Rule for KqlUnknownFunction {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        for finding in &findings::of_kind(cx, query, FindingKind::UnknownFunction) {
            let mut diagnostic = findings::diagnostic(Self::at, query, finding);
            // Workspaces have functions of their own, and few of those are a slip away from one of the language.
            let slip = finding.fix.as_ref().is_some_and(|fix| builtins::function(&fix.text).is_some());
            let sure = slip || !finding.low_confidence;
            diagnostic.severity = if sure { Severity::Error } else { Severity::Warning };
            out.push(diagnostic);
        }
    }
}
