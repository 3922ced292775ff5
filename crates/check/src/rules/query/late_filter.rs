//! `late-filter`

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{Expr, ExprKind, NameForm, Operator, OperatorKind};
use crate::kql::view::Pipeline;
use crate::rules::query::tree::{source_text, tree, with_safe_fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// A filter after an operator that it does not depend on.
    ///
    /// ## Why is this bad?
    ///
    /// The operator processes rows that the filter then discards. If the filter comes first, there is less work to do,
    /// and the filter can use the index of the table.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool on a server
    /// description: Identifies servers that reached the relay of a remote management tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | extend Relay = tolower(RemoteUrl)
    ///   | where RemotePort == 443
    ///   | project DeviceName, Relay
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool on a server
    /// description: Identifies servers that reached the relay of a remote management tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where RemotePort == 443
    ///   | extend Relay = tolower(RemoteUrl)
    ///   | project DeviceName, Relay
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The two operators are swapped. The filter does not use columns that the operator creates, so the result is the
    /// same.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/best-practices>
    pub(crate) LateFilter {
        id: "late-filter",
        group: Query,
        severity: Info,
        pedantic: true,
        fix: Sometimes Safe,
        since: "0.1.0",
    }
}

impl Rule for LateFilter {
    fn check_query(&self, _cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree(query) else { return };
        for pipeline in tree.pipelines() {
            for pair in first_of_each_run(&pipeline) {
                let (before, filter) = pair;
                let Some(condition) = filter.condition() else { continue };
                if !independent(before, condition) {
                    continue;
                }
                let word = before.word;
                let message = format!("This filter does not depend on the `{word}` before it");
                let finding = Self::at(query.span(filter.span), message)
                    .label(query.span(before.keyword), "this processes rows that the filter discards")
                    .help(format!("Move it before the `{word}`."));
                // Comments stay where they are, so that they would stand by the other operator.
                let between =
                    source_text(query, Span::new(before.span.end as usize, filter.span.start as usize));
                let inside = source_text(query, before.span).contains("//")
                    || source_text(query, filter.span).contains("//");
                let changes = [
                    (before.span, source_text(query, filter.span)),
                    (filter.span, source_text(query, before.span)),
                ];
                let plain = between.trim() == "|" && !inside;
                out.push(with_safe_fix(
                    finding,
                    query,
                    "Swap them",
                    plain.then_some(changes).into_iter().flatten(),
                ));
            }
        }
    }
}

/// Each filter with the operator right before it. Of filters that follow one another only the first is reported, and
/// the others follow it.
fn first_of_each_run<'a>(pipeline: &Pipeline<'a>) -> Vec<(&'a Operator, &'a Operator)> {
    let pairs = pipeline.stages.windows(2);
    pairs.filter(|pair| pair[0].condition().is_none()).map(|pair| (pair[0], pair[1])).collect()
}

/// Whether a condition means the same before an operator as after it.
fn independent(before: &Operator, condition: &Expr) -> bool {
    // What depends on the rows around, or on chance, depends on which rows there are.
    let steady = |expr: &Expr| {
        !expr.any(|expr| {
            matches!(&expr.kind, ExprKind::Call { name, .. }
                if name.text.starts_with("row_") || matches!(&*name.text, "prev" | "next" | "rand" | "new_guid"))
        })
    };
    let same = |made: &dyn Fn(&str) -> bool| {
        !condition.any(|expr| {
            matches!(&expr.kind, ExprKind::Name(name) if made(&name.text))
                || matches!(expr.kind, ExprKind::Star)
        })
    };
    if let OperatorKind::Extend(items) = &before.kind {
        let mut names = Vec::new();
        for item in items {
            // What has no name of its own gets one that the filter may use.
            let ExprKind::Named { names: given, value, .. } = &item.kind else { return false };
            if !steady(value) {
                return false;
            }
            names.extend(given.iter().map(|name| &*name.text));
        }
        return steady(condition) && same(&|name| names.contains(&name));
    }
    if let OperatorKind::Summarize { by: Some(groups), .. } = &before.kind {
        let plain = |group: &Expr| match &group.kind {
            ExprKind::Name(name) if name.form == NameForm::Plain => Some(name.text.clone()),
            _ => None,
        };
        let Some(groups) = groups.iter().map(plain).collect::<Option<Vec<_>>>() else { return false };
        let columns = condition.any(|expr| matches!(expr.kind, ExprKind::Name(_)));
        return columns && steady(condition) && same(&|name| !groups.iter().any(|group| **group == *name));
    }
    before.sorts() && steady(condition)
}
