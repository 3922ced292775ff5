//! `unbounded-mv-expand`

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{ExprKind, Operator, OperatorKind};
use crate::kql::model::SemanticModel;
use crate::kql::view::Pipeline;
use crate::rules::query::tree::{filters_by_time, tree};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// An `mv-expand` or `mv-apply` over unfiltered rows.
    ///
    /// ## Why is this bad?
    ///
    /// It creates a row for every element of every row. On a whole table this is a very large number of rows that the
    /// following operators have to process. Add a filter before it, or a `limit` in it.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Parameters of remote access changes
    /// description: Identifies changes of the settings of remote access.
    /// query: |
    ///   AuditLogs
    ///   | mv-expand Target = TargetResources
    ///   | where OperationName has "remote access"
    ///   | project TimeGenerated, Target
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Parameters of remote access changes
    /// description: Identifies changes of the settings of remote access.
    /// query: |
    ///   AuditLogs
    ///   | where OperationName has "remote access"
    ///   | mv-expand Target = TargetResources
    ///   | project TimeGenerated, Target
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/mv-expand-operator>
    pub(crate) UnboundedMvExpand {
        id: "unbounded-mv-expand",
        group: Query,
        severity: Info,
        pedantic: true,
        since: "0.1.0",
    }
}

impl Rule for UnboundedMvExpand {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree(query) else { return };
        let expands = |stage: &&Operator| {
            matches!(stage.kind, OperatorKind::MvExpand { .. } | OperatorKind::MvApply { .. })
        };
        for pipeline in tree.pipelines() {
            if !pipeline.stages.iter().any(expands) || !reads_table(&pipeline, &cx.meaning(query)) {
                continue;
            }
            for stage in &pipeline.stages {
                if reduces_rows(stage) {
                    break;
                }
                let (OperatorKind::MvExpand { limit, .. } | OperatorKind::MvApply { limit, .. }) =
                    &stage.kind
                else {
                    continue;
                };
                if limit.is_none() {
                    let word = stage.word;
                    let message =
                        format!("`{word}` creates a row for every element of every row of the table");
                    out.push(Self::at(query.span(stage.keyword), message).help("Filter before it."));
                }
            }
        }
    }
}

/// Whether the rows are those of a table, as far as the query tells: of a name that it does not give itself.
fn reads_table(pipeline: &Pipeline<'_>, model: &SemanticModel) -> bool {
    let Some(ExprKind::Name(name)) = pipeline.source.map(|source| &source.inner().kind) else { return false };
    model.variable_of(name.span).is_none()
}

fn reduces_rows(stage: &Operator) -> bool {
    let filter = stage.condition().is_some() && !filters_by_time(stage);
    filter
        || matches!(
            stage.kind,
            OperatorKind::Summarize { .. }
                | OperatorKind::Distinct(_)
                | OperatorKind::Take(_)
                | OperatorKind::Top { .. }
                | OperatorKind::ParseWhere(_)
                | OperatorKind::Join(_)
                | OperatorKind::Lookup(_)
        )
}
