//! The columns of watchlists. No schema tells them: they are what the queries of the workspace use of each.

use crate::kql::ast::{Expr, ExprKind, Literal, NameForm, Operator, Statement, StatementKind};
use crate::kql::{Node, walk};

/// The function whose argument is the alias of a watchlist.
pub(super) const WATCHLIST: &str = "_GetWatchlist";

/// Operators after which columns come from elsewhere too.
const OTHER_ROWS: [&str; 5] = ["join", "lookup", "union", "invoke", "evaluate"];

/// The alias of the watchlist that rows come from; `None` where they come from elsewhere.
pub(super) fn alias(rows: &Expr) -> Option<&str> {
    match &rows.kind {
        ExprKind::Call { name, args } if &*name.text == WATCHLIST => match &args.first()?.kind {
            ExprKind::Literal(Literal::String(alias)) => Some(alias),
            _ => None,
        },
        ExprKind::Paren(inner) => alias(inner),
        ExprKind::Pipeline { source, stages } if only_its_rows(stages).len() == stages.len() => alias(source),
        _ => None,
    }
}

/// The same, where a variable may stand for the rows.
pub(super) fn alias_in<'a>(statements: &'a [Statement], rows: &'a Expr) -> Option<&'a str> {
    let ExprKind::Name(wanted) = &rows.kind else { return alias(rows) };
    statements.iter().rev().find_map(|statement| match &statement.kind {
        StatementKind::Let { name, value: crate::kql::ast::LetValue::Expr(value) }
            if name.text == wanted.text =>
        {
            alias(value)
        }
        _ => None,
    })
}

/// Calls `each` on the names in operators over a watchlist that are not made there: its columns, and variables.
pub(super) fn names<'a>(stages: &'a [Operator], each: &mut dyn FnMut(&'a str)) {
    let mut made: Vec<&str> = Vec::new();
    for stage in only_its_rows(stages) {
        walk(Node::Operator(stage), &mut |node| {
            if let Node::Expr(Expr { kind: ExprKind::Name(name), .. }) = node
                && name.form != NameForm::Wildcard
                && !made.contains(&&*name.text)
            {
                each(&name.text);
            }
            // A member's name is no column.
            if let Node::Expr(Expr { kind: ExprKind::Path { base, .. }, .. }) = node {
                if let ExprKind::Name(name) = &base.kind
                    && !made.contains(&&*name.text)
                {
                    each(&name.text);
                }
                return false;
            }
            true
        });
        Node::Operator(stage).children(&mut |child| {
            if let Node::Expr(Expr { kind: ExprKind::Named { names, .. }, .. }) = child {
                made.extend(names.iter().take(MOST_MADE).map(|name| &*name.text));
            }
        });
        if made.len() > MOST_MADE {
            return;
        }
    }
}

/// More names than a query over a watchlist makes.
const MOST_MADE: usize = 100;

/// The operators up to the first that adds columns from elsewhere.
fn only_its_rows(stages: &[Operator]) -> &[Operator] {
    let end = stages.iter().position(|stage| OTHER_ROWS.contains(&stage.word));
    &stages[..end.unwrap_or(stages.len())]
}
