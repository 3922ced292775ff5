//! What `tolower` and `toupper` return, compared with letters of the other case.

use std::cell::OnceCell;

use rustc_hash::FxHashMap;

use super::NeverTrue;
use super::meaning::made_by;
use crate::content::{Query, Word};
use crate::diagnostic::Diagnostic;
use crate::kql::Parse;
use crate::kql::ast::{BinaryOp, Expr, ExprKind, ListOp, StringTest};
use crate::kql::view::LetValues;
use crate::rules::Context;
use crate::rules::query::tree::{for_each_expr, source_text, with_unsafe_fix};
use crate::source::Span;

/// A function that changes the case of a string.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fold {
    Lower,
    Upper,
}

impl Fold {
    fn of(function: &str) -> Option<Self> {
        match function {
            "tolower" => Some(Self::Lower),
            "toupper" => Some(Self::Upper),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        if self == Self::Lower { "tolower" } else { "toupper" }
    }

    fn lacks(self) -> &'static str {
        if self == Self::Lower { "uppercase" } else { "lowercase" }
    }

    /// Whether a string has a letter that the function never returns.
    fn excludes(self, text: &str) -> bool {
        text.chars()
            .any(|c| if self == Self::Lower { c.is_ascii_uppercase() } else { c.is_ascii_lowercase() })
    }
}

pub(super) fn check<'q>(
    cx: &Context<'_>,
    query: &'q Query<'_>,
    tree: &'q Parse,
    tell: &mut dyn FnMut(Diagnostic),
) {
    if !query.may_have(&[Word::ToLower, Word::ToUpper]) {
        return;
    }
    let lets: OnceCell<LetValues<'q>> = OnceCell::new();
    let lets = || lets.get_or_init(|| tree.let_values(cx.meaning(query)));
    let named = named(tree);
    for_each_expr(tree, |expr| {
        let Some((op_span, op, left, items)) = comparison(expr) else { return };
        let Some(fold) = folded(left, &named) else { return };
        let values =
            items.iter().flat_map(|item| lets().items(item).into_iter().map(move |value| (*item, value)));
        let wrong: Vec<(&Expr, String)> = values
            .filter_map(|(item, value)| Some((item, lets().text(value)?.value.into_owned())))
            .filter(|(_, text)| fold.excludes(text))
            .collect();
        let Some((first, text)) = wrong.first() else { return };
        if left.as_name().is_some() && !is_folded(cx, query, left, fold) {
            return;
        }
        tell(finding(query, fold, (op_span, op), first.span, text, wrong.len() - 1));
    });
}

/// The operator of a comparison that is not blind to case, its place, and what it compares.
fn comparison(expr: &Expr) -> Option<(Span, Compares, &Expr, Vec<&Expr>)> {
    match &expr.kind {
        ExprKind::Binary { op, op_span, left, right } => {
            let op = match op {
                BinaryOp::Equal => Compares { negated: false, whole: true },
                BinaryOp::NotEqual => Compares { negated: true, whole: true },
                BinaryOp::String(op) if !op.folds_case => match op.test {
                    StringTest::Regex | StringTest::Like | StringTest::Search => return None,
                    _ => Compares { negated: op.negated, whole: false },
                },
                _ => return None,
            };
            Some((*op_span, op, left, vec![right]))
        }
        ExprKind::InList { op: ListOp::In { negated, folds_case: false }, op_span, left, items } => {
            Some((*op_span, Compares { negated: *negated, whole: true }, left, items.iter().collect()))
        }
        _ => None,
    }
}

#[derive(Clone, Copy)]
struct Compares {
    negated: bool,
    /// Whether the strings as a whole are compared.
    whole: bool,
}

/// The names that an expression of the query gives to what changes case.
fn named(tree: &Parse) -> FxHashMap<&str, Fold> {
    let mut found = FxHashMap::default();
    for_each_expr(tree, |expr| {
        if let ExprKind::Named { names, value, .. } = &expr.kind
            && let ([name], Some((function, _))) = (&names[..], value.as_call())
            && let Some(fold) = Fold::of(&function.text)
        {
            found.insert(&*name.text, fold);
        }
    });
    found
}

/// The function that has changed the case of an expression, as far as names tell.
fn folded(expr: &Expr, named: &FxHashMap<&str, Fold>) -> Option<Fold> {
    match expr.as_call() {
        Some((function, _)) => Fold::of(&function.text),
        None => named.get(expr.as_name()?).copied(),
    }
}

/// Whether a column is made by the function.
fn is_folded(cx: &Context<'_>, query: &Query<'_>, expr: &Expr, fold: Fold) -> bool {
    let ExprKind::Name(name) = &expr.inner().kind else { return false };
    made_by(query, &query.analysis(cx.catalog), name) == Some(fold.name())
}

fn finding(
    query: &Query<'_>,
    fold: Fold,
    (op_span, op): (Span, Compares),
    place: Span,
    text: &str,
    more: usize,
) -> Diagnostic {
    let outcome = if op.negated { "always" } else { "never" };
    let others = match more {
        0 => String::new(),
        1 => " and one more value".to_owned(),
        more => format!(" and {more} more values"),
    };
    let message = format!(
        "`{}` returns no {} letters, so the comparison with `{text}`{others} is {outcome} true",
        fold.name(),
        fold.lacks()
    );
    let old = source_text(query, op_span);
    let instead = match old {
        "==" => "=~".to_owned(),
        "!=" | "<>" => "!~".to_owned(),
        _ if op.whole => format!("{old}~"),
        _ => old.trim_end_matches("_cs").to_owned(),
    };
    let found = NeverTrue::at(query.span(place), message).help(format!(
        "Use `{instead}`, which ignores case, or write the value in the case that `{}` returns.",
        fold.name()
    ));
    let fixable = instead != old;
    let change = fixable.then_some((op_span, instead.as_str()));
    with_unsafe_fix(found, query, format!("Use `{instead}`"), change)
}
