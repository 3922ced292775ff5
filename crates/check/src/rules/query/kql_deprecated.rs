//! `kql-deprecated`

use rustc_hash::FxHashSet;

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{BinaryOp, Expr, ExprKind, Operator, OperatorKind, StringOp, StringTest};
use crate::kql::builtins;
use crate::kql::{Node, walk_statements};
use crate::rules::query::tree::{source_text, tree, with_safe_fix, with_unsafe_fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// A deprecated function or operator.
    ///
    /// ## Why is this bad?
    ///
    /// It still works, but it is no longer documented, and some tools do not support it. Some replacements behave
    /// slightly differently: `make_set` keeps up to a million values, `makeset` only 128.
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
    ///   | extend Parts = parsejson(AdditionalFields)
    ///   | mvexpand Parts
    ///   | project DeviceName, Parts
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
    ///   | extend Parts = parse_json(AdditionalFields)
    ///   | mv-expand Parts
    ///   | project DeviceName, Parts
    /// ```
    ///
    /// ## Fix safety
    ///
    /// If the replacement only has a different name, the fix is safe. If its arguments, limits or column names differ,
    /// the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/>
    pub(crate) KqlDeprecated {
        id: "kql-deprecated",
        group: Query,
        severity: Info,
        pedantic: true,
        fix: Sometimes Safe,
        since: "0.1.0",
    }
}

impl Rule for KqlDeprecated {
    fn check_query(&self, _cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree(query) else { return };
        let lets: FxHashSet<&str> = tree.lets().iter().map(|(_, name, _)| &*name.text).collect();
        // The walk goes through the query from its beginning to its end, so that the furthest end tells all.
        let mut aggregating_until = 0;
        walk_statements(&tree.statements, &mut |node| {
            match node {
                Node::Operator(operator) => {
                    if operator.kind.takes_aggregates()
                        || matches!(operator.kind, OperatorKind::Evaluate { .. })
                    {
                        aggregating_until = operator.span.end.max(aggregating_until);
                    }
                    word(query, operator, out);
                }
                Node::Expr(expr) => {
                    if let ExprKind::Call { name, args } = &expr.kind
                        && !lets.contains(&*name.text)
                    {
                        let inside = expr.span.end <= aggregating_until;
                        function(query, name.span, &name.text, args, inside, out);
                    }
                    operator(query, expr, out);
                }
                _ => {}
            }
            true
        });
    }
}

/// Operators that are written otherwise today.
fn word(query: &Query<'_>, operator: &Operator, out: &mut Vec<Diagnostic>) {
    let old = source_text(query, operator.keyword);
    let (new, same) = match old {
        // The old one makes 128 rows at most of each, where nothing is said.
        "mvexpand" => ("mv-expand", false),
        "mvapply" => ("mv-apply", true),
        _ => return,
    };
    report(query, operator.keyword, old, new, same, out);
}

/// Comparisons that are written otherwise today.
fn operator(query: &Query<'_>, expr: &Expr, out: &mut Vec<Diagnostic>) {
    let ExprKind::Binary { op, op_span, .. } = &expr.kind else { return };
    let BinaryOp::String(StringOp { test: StringTest::Contains, .. }) = op else { return };
    let old = source_text(query, *op_span);
    let new = match old {
        "notcontains" => "!contains",
        "notcontainscs" => "!contains_cs",
        "containscs" => "contains_cs",
        _ => return,
    };
    report(query, *op_span, old, new, true, out);
}

fn function(
    query: &Query<'_>,
    at: Span,
    old: &str,
    args: &[Expr],
    aggregating: bool,
    out: &mut Vec<Diagnostic>,
) {
    let aggregate = builtins::aggregate(old).filter(|_| aggregating);
    let Some(known) = aggregate.or_else(|| builtins::function(old)) else { return };
    let Some(new) = known.successor.filter(|successor| !successor.is_empty()) else { return };
    // The successor takes the text first, and not last.
    if old == "replace" {
        let finding = KqlDeprecated::at(query.span(at), "`replace` is deprecated")
            .help(format!("Use `{new}(text, pattern, ...)` instead."));
        let order = match args {
            [pattern, with, text] => vec![
                (at, new),
                (pattern.span, source_text(query, text.span)),
                (with.span, source_text(query, pattern.span)),
                (text.span, source_text(query, with.span)),
            ],
            _ => Vec::new(),
        };
        out.push(with_safe_fix(finding, query, format!("Replace with `{new}`"), order));
        return;
    }
    // The column is called after the function, the old list ends at 128, or the order of the keys is lost.
    let same = !matches!(
        old,
        "makeset" | "makelist" | "any" | "anyif" | "argmax" | "argmin" | "row_rank" | "weekofyear"
    );
    report(query, at, old, new, same, out);
}

fn report(query: &Query<'_>, at: Span, old: &str, new: &str, same: bool, out: &mut Vec<Diagnostic>) {
    let finding = KqlDeprecated::at(query.span(at), format!("`{old}` is deprecated"))
        .help(format!("Use `{new}` instead."));
    let title = format!("Replace with `{new}`");
    out.push(if same {
        with_safe_fix(finding, query, title, [(at, new)])
    } else {
        with_unsafe_fix(finding, query, title, [(at, new)])
    });
}
