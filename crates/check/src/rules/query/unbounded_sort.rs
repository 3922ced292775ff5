//! `unbounded-sort`

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{ExprKind, Operator, OperatorKind, Order};
use crate::rules::query::tree::{source_text, tree, with_safe_fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// An unnecessary `sort` of all rows.
    ///
    /// ## Why is this bad?
    ///
    /// Sorting keeps all rows in memory, and a query fails if there are too many. `top` only keeps as many as needed.
    /// Sentinel ignores the order of a rule's results. A `sort` before a window function such as `prev` and
    /// `row_number`, or before `serialize`, `scan` and `make_list`, is not reported.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool talked most
    /// description: Identifies the hosts on which a remote management tool talked most.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | summarize Connections = count() by DeviceName
    ///   | sort by Connections desc
    ///   | take 20
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool talked most
    /// description: Identifies the hosts on which a remote management tool talked most.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | summarize Connections = count() by DeviceName
    ///   | top 20 by Connections desc
    /// ```
    ///
    /// ## Fix safety
    ///
    /// A `sort` by one column followed by `take` becomes an equivalent `top`.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/sort-operator>
    pub(crate) UnboundedSort {
        id: "unbounded-sort",
        group: Query,
        severity: Info,
        pedantic: true,
        fix: Sometimes Safe,
        since: "0.1.0",
    }
}

impl Rule for UnboundedSort {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree(query) else { return };
        for pipeline in tree.pipelines() {
            for (index, sort) in pipeline.stages.iter().enumerate().filter(|(_, stage)| stage.sorts()) {
                let rest = &pipeline.stages[index + 1..];
                let taken = rest.first().filter(|next| next.takes());
                if taken.is_none() && (!cx.kind().is_rule() || !pipeline.main) {
                    // What is shown to people may be in order.
                    let shown = pipeline.main && rest.iter().all(|stage| keeps_order(stage));
                    if shown || rest.iter().any(|stage| needs_order(stage) || stage.takes()) {
                        continue;
                    }
                } else if rest.iter().any(|stage| needs_order(stage))
                    || (taken.is_none() && rest.iter().any(|stage| stage.takes()))
                {
                    continue;
                }
                let word = sort.word;
                let message = match taken {
                    Some(_) => format!("`{word}` sorts all rows to keep the first few"),
                    None => format!("`{word}` sorts all rows unnecessarily"),
                };
                let help = if taken.is_some() { "Use `top ... by`." } else { "Remove it." };
                let finding = Self::at(query.span(sort.keyword), message).help(help);
                let merged = taken.and_then(|take| as_top(query, sort, take));
                out.push(with_safe_fix(finding, query, "Replace with `top`", merged));
            }
        }
    }
}

/// The edit that makes a `top` of a `sort` by one column and the `take` after it.
fn as_top(query: &Query<'_>, sort: &Operator, take: &Operator) -> Option<(Span, String)> {
    let (OperatorKind::Sort(keys), OperatorKind::Take(count)) = (&sort.kind, &take.kind) else { return None };
    let [key] = &keys[..] else { return None };
    let between = source_text(query, Span::new(sort.span.end as usize, take.span.start as usize));
    let plain = between.trim() == "|" && sort.params.is_empty() && take.params.is_empty();
    let text = format!("top {} by {}", source_text(query, count.span), source_text(query, key.span));
    plain.then(|| (sort.span.cover(take.span), text))
}

/// Whether an operator hands the rows on in the order in which they come.
fn keeps_order(stage: &Operator) -> bool {
    stage.sorts() || stage.kind.facts().order == Order::Kept
}

/// Whether what an operator does depends on the order of its rows.
fn needs_order(stage: &Operator) -> bool {
    const FUNCTIONS: [&str; 16] = [
        "prev",
        "next",
        "row_number",
        "row_cumsum",
        "row_window_session",
        "row_rank",
        "row_rank_dense",
        "row_rank_min",
        "make_list",
        "makelist",
        "make_list_if",
        "make_list_with_nulls",
        "take_any",
        "any",
        "make_bag",
        "dcount_intersect",
    ];
    matches!(
        stage.kind,
        OperatorKind::Serialize(_)
            | OperatorKind::Scan(_)
            | OperatorKind::Evaluate { .. }
            | OperatorKind::Invoke(_)
            | OperatorKind::Partition { .. }
            | OperatorKind::MvApply { .. }
    ) || stage.exprs().iter().any(|expr| {
        expr.any(|expr| matches!(&expr.kind, ExprKind::Call { name, .. } if FUNCTIONS.contains(&&*name.text)))
    })
}
