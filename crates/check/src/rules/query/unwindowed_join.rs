//! `unwindowed-join`

use std::cell::OnceCell;

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{Expr, ExprKind, Join, LetValue, Operator, OperatorKind};
use crate::kql::view::{LetValues, Pipeline};
use crate::rules::query::tree::{filters_by_time, tree};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A join whose right side has no time filter.
    ///
    /// ## Why is this bad?
    ///
    /// The left side has a time filter and the right side does not, so the join reads the whole right table, matches
    /// events that are far apart, and gets slower as the table grows. Add a time filter to the right side.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool with a new process
    /// description: Identifies hosts that reached the relay of a remote management tool and started a process.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where RemoteUrl has "relay.example"
    ///   | join kind=inner DeviceProcessEvents on DeviceName
    ///   | project DeviceName, FileName
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool with a new process
    /// description: Identifies hosts that reached the relay of a remote management tool and started a process.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where RemoteUrl has "relay.example"
    ///   | join kind=inner (DeviceProcessEvents | where TimeGenerated > ago(1d)) on DeviceName
    ///   | project DeviceName, FileName
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/best-practices>
    /// - <https://learn.microsoft.com/kusto/query/join-operator>
    pub(crate) UnwindowedJoin {
        id: "unwindowed-join",
        group: Query,
        severity: Info,
        pedantic: true,
        since: "0.1.0",
    }
}

impl Rule for UnwindowedJoin {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree(query) else { return };
        let lets = tree.let_values(cx.meaning(query));
        for pipeline in tree.pipelines() {
            let before = TimeFilter::default();
            for (index, stage) in pipeline.stages.iter().enumerate() {
                let (OperatorKind::Join(Join { right, .. }) | OperatorKind::Lookup(Join { right, .. })) =
                    &stage.kind
                else {
                    continue;
                };
                if before.bounds(&lets, &pipeline, index) && reads_all(&lets, right, 0) {
                    let message = "The right side of this join has no time filter";
                    out.push(
                        Self::at(query.span(right.span), message)
                            .label(query.span(stage.keyword), "the left side has a time filter")
                            .help("Add a time filter to the right side."),
                    );
                }
            }
        }
    }
}

/// How many `let`s are followed to the table.
const DEEPEST: usize = 8;

/// Where a pipeline is bounded in time, found out when it is first asked for: a pipeline may have many joins.
#[derive(Default)]
struct TimeFilter {
    first: OnceCell<Option<usize>>,
    source: OnceCell<bool>,
}

impl TimeFilter {
    /// Whether the rows before an operator are bounded in time.
    fn bounds(&self, lets: &LetValues<'_>, pipeline: &Pipeline<'_>, index: usize) -> bool {
        let first = || pipeline.stages.iter().position(|stage| filters_by_time(stage));
        let source = || {
            let is_bounded =
                |source| follows(lets, source, 0, |stages: &[Operator]| stages.iter().any(filters_by_time));
            pipeline.source.is_some_and(is_bounded)
        };
        self.first.get_or_init(first).is_some_and(|first| first < index) || *self.source.get_or_init(source)
    }
}

/// Whether a side of a join is a table, with or without operators, of which none bounds the time.
fn reads_all(lets: &LetValues<'_>, side: &Expr, depth: usize) -> bool {
    match &side.inner().kind {
        ExprKind::Pipeline { source, stages } => {
            depth < DEEPEST && !stages.iter().any(filters_by_time) && reads_all(lets, source, depth + 1)
        }
        ExprKind::Materialize(inner) => depth < DEEPEST && reads_all(lets, inner, depth + 1),
        ExprKind::Name(name) => match lets.of(name) {
            Some(LetValue::Expr(value)) => depth < DEEPEST && reads_all(lets, value, depth + 1),
            Some(LetValue::Function(_)) => false,
            // A list of things is not read by time.
            None => !name.text.contains("Watchlist") && !name.text.ends_with("Info"),
        },
        _ => false,
    }
}

/// Whether the operators that make these rows pass a test, those of `let`s among them.
fn follows(lets: &LetValues<'_>, expr: &Expr, depth: usize, test: fn(&[Operator]) -> bool) -> bool {
    if depth > DEEPEST {
        return false;
    }
    match &expr.inner().kind {
        ExprKind::Pipeline { source, stages } => test(stages) || follows(lets, source, depth + 1, test),
        ExprKind::Materialize(inner) => follows(lets, inner, depth + 1, test),
        ExprKind::Name(name) => {
            matches!(lets.of(name), Some(LetValue::Expr(value)) if follows(lets, value, depth + 1, test))
        }
        _ => false,
    }
}
