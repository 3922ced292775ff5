//! `regex-heavy`

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{BinaryOp, Expr, ExprKind, Operator, OperatorKind, StringTest};
use crate::rules::query::tree::{is_time_filter, source_text, tree, with_safe_fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// A regular expression that is unnecessary or evaluated on every row.
    ///
    /// ## Why is this bad?
    ///
    /// A regular expression scans every character of every row. A pattern without special characters is a plain string,
    /// a `.*` at either end has no effect, and a filter on a word or value before it reduces the number of rows.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached by address
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where RemoteUrl matches regex ".*relay[0-9]+"
    ///   | project DeviceName
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached by address
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where RemoteUrl has "relay" and RemoteUrl matches regex "relay[0-9]+"
    ///   | project DeviceName
    /// ```
    ///
    /// ## Fix safety
    ///
    /// A plain string is replaced with `contains_cs`, which is equivalent. A `.*` at the start or end is removed. There
    /// is not a fix for a missing filter.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/best-practices>
    /// - <https://learn.microsoft.com/kusto/query/regex>
    pub(crate) RegexHeavy {
        id: "regex-heavy",
        group: Query,
        severity: Info,
        pedantic: true,
        fix: Sometimes Safe,
        since: "0.1.0",
    }
}

impl Rule for RegexHeavy {
    fn check_query(&self, _cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree(query) else { return };
        for pipeline in tree.pipelines() {
            let mut filtered = false;
            for stage in &pipeline.stages {
                check(query, stage, filtered, out);
                filtered = filtered
                    || matches!(
                        stage.kind,
                        OperatorKind::Summarize { .. }
                            | OperatorKind::Distinct(_)
                            | OperatorKind::Take(_)
                            | OperatorKind::Top { .. }
                    )
                    || stage.condition().is_some_and(is_selective);
            }
        }
    }
}

fn check(query: &Query<'_>, stage: &Operator, filtered: bool, out: &mut Vec<Diagnostic>) {
    let Some(condition) = stage.condition() else { return };
    // In one condition too, what is cheap goes first.
    let narrowed = filtered || is_selective(condition);
    let mut told = false;
    condition.any(|expr| {
        let ExprKind::Binary { op: BinaryOp::String(op), op_span, right, .. } = &expr.kind else {
            return false;
        };
        if op.test != StringTest::Regex {
            return false;
        }
        let Some(pattern) = right.as_text() else { return false };
        if !simpler(query, pattern, *op_span, right.span, out) && !narrowed && !told {
            told = true;
            let message = "This regular expression is evaluated on every row of the table";
            out.push(RegexHeavy::at(query.span(*op_span), message).help(
                "Add a filter with `has`, `==` or `in` before it, on a word that every match contains.",
            ));
        }
        false
    });
}

/// Tells of a pattern that can be had for less.
fn simpler(query: &Query<'_>, pattern: &str, op: Span, right: Span, out: &mut Vec<Diagnostic>) -> bool {
    let literal = source_text(query, right);
    let special = |c: char| r"\.+*?()|[]{}^$".contains(c);
    if pattern.is_empty() {
        return false;
    }
    if !pattern.contains(special) {
        let finding = RegexHeavy::at(
            query.span(op.cover(right)),
            "This regular expression is a plain string",
        )
        .help(
            "`contains_cs` is equivalent and cheaper, and `has_cs` is cheaper still if it is a whole word.",
        );
        out.push(with_safe_fix(finding, query, "Use `contains_cs`", [(op, "contains_cs")]));
        return true;
    }
    // Only a literal that says just what it stands for can be cut.
    let Some(at) = literal.find(pattern) else { return false };
    let start = right.start as usize + at;
    let mut cuts = Vec::new();
    if pattern.len() > 2 && pattern.starts_with(".*") && !pattern.starts_with(".*?") {
        cuts.push(Span::new(start, start + 2));
    }
    if pattern.len() > 4 && pattern.ends_with(".*") && !pattern.ends_with("\\.*") {
        cuts.push(Span::new(start + pattern.len() - 2, start + pattern.len()));
    }
    let Some(first) = cuts.first().filter(|_| !pattern.contains('|')) else { return false };
    let finding =
        RegexHeavy::at(query.span(*first), "A `.*` at the end of a regular expression has no effect")
            .help("Remove it: a match can start and end anywhere.");
    out.push(with_safe_fix(finding, query, "Remove it", cuts.into_iter().map(|cut| (cut, ""))));
    true
}

/// Whether a condition leaves fewer rows at little cost. A bound on the time does not count: every query has one.
fn is_selective(condition: &Expr) -> bool {
    condition.any(|expr| match &expr.kind {
        ExprKind::Binary { op, .. } => {
            let cheap = match op {
                BinaryOp::Equal => true,
                BinaryOp::String(op) => op.test != StringTest::Regex,
                _ => false,
            };
            cheap && !is_time_filter(expr)
        }
        ExprKind::InList { .. } => true,
        _ => false,
    })
}
