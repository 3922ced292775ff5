//! Where a query holds regular expressions.

use super::tree::source_text;
use crate::content::{Query, Word};
use crate::kql::ast::{BinaryOp, Expr, ExprKind, OperatorKind, StringTest};
use crate::kql::view::{LetValues, Text};
use crate::kql::{Node, Parse, walk_statements};
use crate::source::Span;

/// A regular expression.
pub(super) enum Pattern<'q> {
    /// One string.
    Whole {
        /// The place that it is used in.
        used: Span,
        /// What it reads.
        text: Text<'q>,
    },
    /// The parts of the pattern of `parse kind=regex`: strings, and `None` for what takes any text between them.
    Parts(Vec<Option<Text<'q>>>),
}

/// The functions that take a regular expression, each with the place of that argument.
const FUNCTIONS: [(&str, usize); 9] = [
    ("extract", 0),
    ("extractall", 0),
    ("extract_all", 0),
    ("indexof_regex", 1),
    ("replace", 0),
    ("replace_regex", 1),
    ("trim", 0),
    ("trim_end", 0),
    ("trim_start", 0),
];

/// The regular expressions of a query. `lets` tells what its names stand for, and is only asked where it holds some.
pub(super) fn patterns<'q>(
    query: &'q Query<'_>,
    tree: &'q Parse,
    lets: impl FnOnce() -> LetValues<'q>,
) -> Vec<Pattern<'q>> {
    // Most queries hold none, and their text tells that sooner than a walk.
    if !query.may_have(&[Word::Regex, Word::Extract, Word::Replace, Word::Trim]) {
        return Vec::new();
    }
    let mut whole: Vec<&Expr> = Vec::new();
    let mut parsed: Vec<&[Expr]> = Vec::new();
    walk_statements(&tree.statements, &mut |node| {
        match node {
            Node::Expr(expr) => whole.extend(pattern_of(expr)),
            Node::Operator(operator) => {
                if let OperatorKind::ParseKv { with, .. } = &operator.kind {
                    let regex = with.iter().filter(|param| &*param.name.text == "regex");
                    whole.extend(regex.flat_map(|param| &param.values));
                }
                if let OperatorKind::Parse(pattern) | OperatorKind::ParseWhere(pattern) = &operator.kind
                    && operator.params.iter().any(|param| {
                        let word = param.values.first().map(|value| source_text(query, value.span));
                        &*param.name.text == "kind" && word == Some("regex")
                    })
                {
                    parsed.push(&pattern.parts);
                }
            }
            _ => {}
        }
        true
    });
    if whole.is_empty() && parsed.is_empty() {
        return Vec::new();
    }
    let lets = lets();
    let mut found: Vec<Pattern<'q>> = Vec::new();
    for expr in whole {
        found.extend(lets.text(expr).map(|text| Pattern::Whole { used: expr.inner().span, text }));
    }
    found.extend(
        parsed.into_iter().map(|parts| Pattern::Parts(parts.iter().map(|part| lets.text(part)).collect())),
    );
    found
}

/// The operand or argument of an expression that is a regular expression.
fn pattern_of(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Binary { op: BinaryOp::String(op), right, .. } if op.test == StringTest::Regex => {
            Some(right)
        }
        ExprKind::Call { name, args } => {
            if &*name.text == "countof" {
                return args.get(1).filter(|_| args.get(2).and_then(Expr::as_text) == Some("regex"));
            }
            let (_, place) = FUNCTIONS.iter().find(|(function, _)| *function == &*name.text)?;
            args.get(*place)
        }
        _ => None,
    }
}
