//! `kql-argument`

use super::findings;
use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::bind::FindingKind;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A call with too few, too many or unsupported arguments.
    ///
    /// ## Why is this bad?
    ///
    /// The query fails: each function expects a certain number of arguments, and some only accept constants, columns or
    /// literals.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: c8a1de17-9b1f-4a86-a6c1-5f0d9a7b3e44
    /// name: Folder of a process
    /// description: Identifies the folder from which a process was started.
    /// query: |
    ///   DeviceProcessEvents
    ///   | extend Folder = tostring(split(FolderPath))
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: c8a1de17-9b1f-4a86-a6c1-5f0d9a7b3e44
    /// name: Folder of a process
    /// description: Identifies the folder from which a process was started.
    /// query: |
    ///   DeviceProcessEvents
    ///   | extend Folder = tostring(split(FolderPath, "\\"))
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/KqlvalidationsTests>
    pub(crate) KqlArgument {
        id: "kql-argument",
        group: Query,
        severity: Error,
        blocks: Convert,
        gate: "kql-validations",
        since: "0.1.0",
    }
}

impl Rule for KqlArgument {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        findings::report(Self::at, cx, query, FindingKind::Argument, out);
    }
}
