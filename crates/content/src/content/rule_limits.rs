//! What the query of an analytic rule cannot use, though the language has it: one answer for the check of a rule and for
//! its making.

use crate::kql::ast::{Expr, ExprKind};
use crate::kql::{Node, Parse, walk_statements};
use crate::order::Order as _;
use crate::source::Span;

/// A call that a rule cannot make.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unsupported {
    /// The place of the call, in the query.
    pub span: Span,
    /// Why, as a sentence.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

/// The calls of a query that a rule cannot make; `nrt` asks of a near-real-time rule.
pub fn unsupported(parse: &Parse, nrt: bool) -> Vec<Unsupported> {
    let mut found = Vec::new();
    walk_statements(&parse.statements, &mut |node| {
        let Node::Expr(Expr { kind: ExprKind::Call { name, .. }, span, .. }) = node else { return true };
        let word = &*name.text;
        let (message, help) = match word {
            "adx" | "arg" => {
                let service = if word == "adx" { "Azure Data Explorer" } else { "Azure Resource Graph" };
                let message =
                    format!("`{word}()` queries {service}, which is not supported in analytic rules");
                (message, "Use a table of the workspace.")
            }
            "cluster" => {
                let message = "`cluster()` queries another cluster, which is not supported in analytic \
                               rules"
                    .to_owned();
                (message, "Use a table of the workspace.")
            }
            "workspace" | "app" | "resource" if nrt => {
                let message = format!(
                    "`{word}()` is not supported in NRT rules, which can only query their own \
                                       workspace"
                );
                (message, "Use a scheduled rule, which can query other workspaces.")
            }
            _ => return true,
        };
        found.push(Unsupported { span: *span, message, help });
        true
    });
    found.order();
    found.dedup();
    found
}
