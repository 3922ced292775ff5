//! `contains-instead-of-has`

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{BinaryOp, ExprKind, StringOp, StringTest};
use crate::rules::query::tree::{for_each_expr, source_text, tree, with_unsafe_fix};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A `contains` that searches for a whole word, where `has` would be enough.
    ///
    /// ## Why is this bad?
    ///
    /// `contains` scans every character of every row. `has` looks up words in the index of the table and is many times
    /// faster. It also has fewer false matches: `contains "any"` matches `company`.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool named in a command
    /// description: Identifies commands that name a remote management tool.
    /// query: |
    ///   DeviceProcessEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where ProcessCommandLine contains "anydesk"
    ///   | project DeviceName
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool named in a command
    /// description: Identifies commands that name a remote management tool.
    /// query: |
    ///   DeviceProcessEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where ProcessCommandLine has "anydesk"
    ///   | project DeviceName
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The operator is replaced. `has` does not match inside a longer word, such as `anydesk` in `myanydesk`, so the
    /// fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/best-practices>
    /// - <https://learn.microsoft.com/kusto/query/datatypes-string-operators>
    pub(crate) ContainsInsteadOfHas {
        id: "contains-instead-of-has",
        group: Query,
        severity: Info,
        pedantic: true,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

impl Rule for ContainsInsteadOfHas {
    fn check_query(&self, _cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree(query) else { return };
        for_each_expr(tree, |expr| {
            let ExprKind::Binary { op, op_span, right, .. } = &expr.kind else { return };
            let BinaryOp::String(StringOp { test: StringTest::Contains, negated, folds_case }) = op else {
                return;
            };
            let instead = match (negated, folds_case) {
                (false, true) => "has",
                (true, true) => "!has",
                (false, false) => "has_cs",
                (true, false) => "!has_cs",
            };
            if !right.as_text().is_some_and(is_word) {
                return;
            }
            let word = source_text(query, *op_span);
            let finding = Self::at(
                query.span(*op_span),
                format!("`{word}` scans every character to find a whole word"),
            )
            .help(format!("`{instead}` uses the index to find words."));
            out.push(with_unsafe_fix(
                finding,
                query,
                format!("Replace with `{instead}`"),
                [(*op_span, instead)],
            ));
        });
    }
}

/// Whether a text is a word that the index can hold: letters and digits, three or more.
fn is_word(text: &str) -> bool {
    text.len() >= 3 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
