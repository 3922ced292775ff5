//! `unbounded-make-set`

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::ExprKind;
use crate::rules::query::tree::{for_each_expr, tree, with_unsafe_fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// A `make_set` or `make_list` without a limit.
    ///
    /// ## Why is this bad?
    ///
    /// A set can contain a million values. Such a row is truncated when it is written to an alert, slow to compute, and
    /// not useful. The second argument sets the maximum number of values.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Addresses of a remote tool
    /// description: Identifies the addresses that a remote management tool reached on each host.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | summarize Relays = make_set(RemoteUrl) by DeviceName
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Addresses of a remote tool
    /// description: Identifies the addresses that a remote management tool reached on each host.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | summarize Relays = make_set(RemoteUrl, 100) by DeviceName
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The set is limited to 1,000 values. More may be needed, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/make-set-aggregation-function>
    pub(crate) UnboundedMakeSet {
        id: "unbounded-make-set",
        group: Query,
        severity: Info,
        pedantic: true,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

impl Rule for UnboundedMakeSet {
    fn check_query(&self, _cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree(query) else { return };
        for_each_expr(tree, |expr| {
            let ExprKind::Call { name, args } = &expr.kind else { return };
            let most = match &*name.text {
                "make_set" | "make_list" | "make_bag" => 1,
                "make_set_if" | "make_list_if" | "make_bag_if" => 2,
                _ => return,
            };
            let Some(last) = args.last().filter(|_| args.len() == most) else { return };
            let function = &name.text;
            let finding = Self::at(
                query.span(name.span),
                format!("`{function}` may keep up to a million values per row"),
            )
            .help(format!("Add a limit: `{function}(..., 100)`."));
            let at = Span::at(last.span.end as usize);
            out.push(with_unsafe_fix(
                finding,
                query,
                format!("Keep at most {ENOUGH}"),
                [(at, format!(", {ENOUGH}"))],
            ));
        });
    }
}

/// So many are enough for anybody who reads them.
const ENOUGH: usize = 1_000;
