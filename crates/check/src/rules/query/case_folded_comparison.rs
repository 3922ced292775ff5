//! `case-folded-comparison`

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{BinaryOp, Expr, ExprKind, ListOp, StringTest};
use crate::rules::query::tree::{for_each_expr, source_text, tree, with_safe_fix, with_unsafe_fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// An unnecessary `tolower` or `toupper` in a comparison.
    ///
    /// ## Why is this bad?
    ///
    /// The function creates a new string for every row, and prevents the engine from using its index. `=~`, `!~` and
    /// `in~` are case-insensitive, and so are `has`, `contains`, `startswith` and `endswith`. A comparison with a
    /// string in the other case is never true.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool started
    /// description: Identifies hosts on which a remote management tool was started.
    /// query: |
    ///   DeviceProcessEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where tolower(FileName) == "remote-tool.exe"
    ///   | project DeviceName
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool started
    /// description: Identifies hosts on which a remote management tool was started.
    /// query: |
    ///   DeviceProcessEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where FileName =~ "remote-tool.exe"
    ///   | project DeviceName
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The function is removed, and the operator is replaced with its case-insensitive form. This is equivalent if the
    /// string has the case that the function returns; otherwise the comparison was never true, and the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/best-practices>
    pub(crate) CaseFoldedComparison {
        id: "case-folded-comparison",
        group: Query,
        severity: Info,
        pedantic: true,
        fix: Sometimes Safe,
        since: "0.1.0",
    }
}

impl Rule for CaseFoldedComparison {
    fn check_query(&self, _cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree(query) else { return };
        for_each_expr(tree, |expr| {
            let (instead, op_span, left, right): (_, Span, &Expr, Vec<&Expr>) = match &expr.kind {
                ExprKind::Binary { op, op_span, left, right } => {
                    (without_case(*op), *op_span, left, vec![right])
                }
                ExprKind::InList { op, op_span, left, items } => {
                    (Some(list_without_case(*op)), *op_span, left, items.iter().collect())
                }
                _ => return,
            };
            let Some((folds, argument)) = folded(left) else { return };
            let old = source_text(query, op_span);
            let instead = match instead {
                Some(Instead::Other(other)) => other,
                Some(Instead::Same) => old,
                None => return,
            };
            let Some(texts) = right.iter().map(|expr| expr.as_text()).collect::<Option<Vec<_>>>() else {
                return;
            };
            if !texts.iter().all(|text| text.is_ascii()) {
                return;
            }
            let can_be = texts.iter().all(|text| **text == *fold(folds, text));
            let message = if can_be || instead == old {
                format!("`{folds}` is not needed for a case-insensitive comparison")
            } else {
                format!("The result of `{folds}` never equals a string in the other case")
            };
            let help = format!("Use `{} {instead} ...`.", source_text(query, argument.span));
            let finding = Self::at(query.span(left.span), message).help(help);
            let changes = [(left.span, source_text(query, argument.span)), (op_span, instead)];
            let fixed = if can_be || instead == old { with_safe_fix } else { with_unsafe_fix };
            out.push(fixed(finding, query, format!("Use `{instead}`"), changes));
        });
    }
}

/// The function that folds the case, and what it folds.
fn folded(expr: &Expr) -> Option<(&str, &Expr)> {
    let (name, args) = expr.as_call()?;
    let [argument] = args else { return None };
    matches!(&*name.text, "tolower" | "toupper").then_some((&*name.text, argument))
}

fn fold(function: &str, text: &str) -> String {
    if function == "tolower" { text.to_ascii_lowercase() } else { text.to_ascii_uppercase() }
}

/// The operator that does the same without regard to case.
enum Instead {
    /// It does so already.
    Same,
    Other(&'static str),
}

fn without_case(op: BinaryOp) -> Option<Instead> {
    match op {
        BinaryOp::Equal => Some(Instead::Other("=~")),
        BinaryOp::NotEqual => Some(Instead::Other("!~")),
        BinaryOp::String(op) => match op.test {
            StringTest::Equals
            | StringTest::Has
            | StringTest::HasPrefix
            | StringTest::HasSuffix
            | StringTest::Contains
            | StringTest::StartsWith
            | StringTest::EndsWith => op.folds_case.then_some(Instead::Same),
            StringTest::Search | StringTest::Like | StringTest::Regex => None,
        },
        BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::Modulo
        | BinaryOp::Less
        | BinaryOp::LessOrEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterOrEqual => None,
    }
}

fn list_without_case(op: ListOp) -> Instead {
    match op {
        ListOp::In { negated: false, .. } => Instead::Other("in~"),
        ListOp::In { negated: true, .. } => Instead::Other("!in~"),
        ListOp::HasAny | ListOp::HasAll => Instead::Same,
    }
}
