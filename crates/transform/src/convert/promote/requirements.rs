//! What a rule's query must not hold.

use super::query::Changed;
use super::{Work, notes};
use crate::content::rule_limits::unsupported;
use crate::knowledge::tables;
use crate::kql::ast::{Expr, ExprKind, NameForm, Operator, OperatorKind};
use crate::kql::model::SemanticModel;
use crate::kql::{Node, Parse, walk_statements};
use crate::order::Order as _;
use crate::source::Span;

/// Functions that only advanced hunting has.
const HUNTING_FUNCTIONS: [&str; 4] = ["FileProfile", "DeviceFromIP", "AssignedIPAddresses", "SeenBy"];

impl Work<'_> {
    pub(super) fn requirements(&mut self, changed: &Changed) {
        let (parse, meaning) = (&changed.parse, &changed.meaning);
        let mut found = Vec::new();
        walk_statements(&parse.statements, &mut |node| {
            match node {
                // After a pipe, `search` and `find` look at the rows that come in.
                Node::Operator(operator) if matches!(operator.kind, OperatorKind::Union(_)) => {
                    found.extend(everything(operator));
                }
                Node::Expr(Expr { kind: ExprKind::Operator(operator), .. }) => {
                    found.extend(everything(operator));
                }
                _ => {}
            }
            true
        });
        let calls = unsupported(parse, self.options.nrt).into_iter();
        found.extend(calls.map(|call| (call.span, call.message, call.help.to_owned())));
        let mut lacking = Vec::new();
        if !self.options.unchecked {
            hunting_only(parse, meaning, &mut lacking);
        }
        for (code, mut found) in [(&notes::OPERATOR_REFUSED, found), (&notes::HUNTING_ONLY, lacking)] {
            found.order();
            found.dedup();
            for (span, message, help) in found {
                self.ask(code, self.query.span(changed.original(span)), message, help);
            }
        }
    }
}

/// Tables and functions that a workspace does not have.
fn hunting_only(parse: &Parse, meaning: &SemanticModel, found: &mut Vec<(Span, String, String)>) {
    let help = |what: &str| {
        format!(
            "A custom detection in Defender can use the {what}; use `--no-check` to convert the query anyway."
        )
    };
    for (name, span) in &meaning.tables {
        if tables::table(name).is_some_and(tables::Table::defender_only) {
            let message =
                format!("The table `{name}` only exists in advanced hunting in Defender, not in workspaces");
            found.push((*span, message, help("table")));
        }
    }
    walk_statements(&parse.statements, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Call { name, .. }, span, .. }) = node
            && HUNTING_FUNCTIONS.contains(&&*name.text)
        {
            let message = format!(
                "The function `{}()` only exists in advanced hunting in Defender, not in workspaces",
                name.text
            );
            found.push((*span, message, help("function")));
        }
        true
    });
}

/// `search` and `union` over everything.
fn everything(operator: &Operator) -> Option<(Span, String, String)> {
    let stars = |expr: &Expr| match &expr.kind {
        ExprKind::Star => true,
        ExprKind::Name(name) => name.form == NameForm::Wildcard && &*name.text == "*",
        _ => false,
    };
    let all = operator.kind.reads_every_table() || operator.kind.named_tables().iter().any(stars);
    let word = operator.word;
    all.then(|| {
        let message = format!("`{word}` over every table is not allowed in a rule");
        (operator.keyword, message, "List the tables that the query needs.".to_owned())
    })
}
