//! What follows a whole value: an operator, or a word that goes on a clause.

use super::super::Asked;
use super::super::places::{last_name, place_in};
use super::super::seen::context_of;
use super::CompletionKind as K;
use super::place::token_before;
use super::rank::{Items, Shares, number};
use super::spot::{Marked, chain_before, operator_of};
use super::words;
use crate::knowledge::usage::Use;
use crate::kql::ast::{Expr, ExprKind, Operator, StatementKind};
use crate::kql::{Node, TokenKind as T};

/// Offers what can follow the value before `start`.
pub(super) fn follow(asked: &Asked<'_>, start: usize, items: &mut Items<'_>) {
    let marked = Marked::new(asked, start, Some(""));
    let tokens = &marked.parsed.tokens;
    let Some(last) = token_before(tokens, start) else { return };
    let end = tokens[last].span.end as usize;
    let chain = chain_before(&marked.parsed.statements, end);
    let operator = operator_of(&chain);
    if let Some(operator) = operator {
        clauses(asked, operator, end, items);
    } else if is_new_let(&chain) {
        items.add(0.9, K::Keyword, "=", None);
        return;
    }
    if external_data(&chain) {
        items.add(0.9, K::Keyword, "with", None);
        return;
    }
    let Some((operand, parent)) = operand(&chain, end) else {
        logical(0.9, items);
        return;
    };
    let place = place_of(&chain, operand);
    let condition = matches!(
        place,
        "where"
            | "filter"
            | "on"
            | "iff"
            | "iif"
            | "case"
            | "countif"
            | "dcountif"
            | "sumif"
            | "assert"
            | "not"
            | "search"
            | "find"
    ) || place.ends_with("_if");
    let compared = is_compared(parent, operand);
    let named = matches!(operand.kind, ExprKind::Name(_) | ExprKind::Path { .. } | ExprKind::Element { .. });
    if compared {
        logical(if condition { 0.9 } else { 0.4 }, items);
        comparisons(asked, &marked, operand, 0.05, items);
    } else {
        let is_bool = marked.model.type_of(operand.id).scalar() == Some(crate::kql::types::Scalar::Bool);
        let (comparing, joining) = match (condition, is_bool && !named) {
            (true, true) => (0.1, 0.9),
            (true, false) => (0.9, 0.1),
            (false, _) => (0.3, 0.02),
        };
        comparisons(asked, &marked, operand, comparing, items);
        logical(joining, items);
    }
    // A new statement may begin on a new line, where the semicolon was forgotten.
    if asked.text[end..start].contains('\n') {
        items.add(0.02, K::Keyword, "let", None);
    }
}

fn is_new_let(chain: &[Node<'_>]) -> bool {
    match chain {
        [.., Node::Statement(statement)] => matches!(statement.kind, StatementKind::Let { .. }),
        _ => false,
    }
}

fn external_data(chain: &[Node<'_>]) -> bool {
    matches!(chain.last(), Some(Node::Expr(Expr { kind: ExprKind::ExternalData { properties, .. }, .. })) if properties.is_empty())
}

/// The words that go on a clause of the operator.
fn clauses(asked: &Asked<'_>, operator: &Operator, end: usize, items: &mut Items<'_>) {
    let mut depth = 0_usize;
    let mut found: Vec<T> = Vec::new();
    let from = asked.parsed.tokens.partition_point(|token| token.span.start < operator.keyword.end);
    for token in asked.parsed.tokens[from..].iter().take_while(|token| token.span.end as usize <= end) {
        match token.kind {
            T::OpenParen | T::OpenBracket | T::OpenBrace => depth += 1,
            T::CloseParen | T::CloseBracket | T::CloseBrace => depth = depth.saturating_sub(1),
            kind if depth == 0 => found.push(kind),
            _ => {}
        }
    }
    let has = |word: &str| found.iter().any(|kind| kind.text() == word);
    for (word, share) in words::clauses(operator.word, has) {
        items.add(*share, K::Keyword, *word, None);
    }
}

/// The value that ends at an offset, as far as operators between values do not reach, and what it is a part of.
fn operand<'a>(chain: &[Node<'a>], end: usize) -> Option<(&'a Expr, Option<Node<'a>>)> {
    let mut found = None;
    for (at, node) in chain.iter().enumerate().rev() {
        let Node::Expr(expr) = node else { break };
        let is_operand = matches!(
            expr.kind,
            ExprKind::Name(_)
                | ExprKind::Path { .. }
                | ExprKind::Call { .. }
                | ExprKind::Element { .. }
                | ExprKind::Paren(_)
                | ExprKind::Literal(_)
                | ExprKind::Dynamic(_)
                | ExprKind::Unary { .. }
        );
        if !is_operand || expr.span.end as usize != end {
            break;
        }
        found = Some((*expr, at.checked_sub(1).map(|at| chain[at])));
    }
    found
}

/// Whether the operand is the right side of a comparison already.
fn is_compared(parent: Option<Node<'_>>, operand: &Expr) -> bool {
    match parent {
        Some(Node::Expr(parent)) => match &parent.kind {
            ExprKind::Binary { op, right, .. } => {
                use crate::kql::ast::BinaryOp as B;
                right.id == operand.id
                    && !matches!(op, B::Add | B::Subtract | B::Multiply | B::Divide | B::Modulo)
            }
            _ => false,
        },
        _ => false,
    }
}

fn place_of<'a>(chain: &[Node<'a>], operand: &Expr) -> &'a str {
    let mut below = None;
    for node in chain.iter().rev() {
        if let Some(child) = below
            && let Some(place) = place_in(*node, child)
        {
            return place;
        }
        match node {
            Node::Expr(expr) if below.is_some() || expr.id == operand.id => below = Some(*expr),
            _ => {}
        }
    }
    ""
}

fn logical(share: f64, items: &mut Items<'_>) {
    for ((word, text), part) in words::LOGICAL.iter().zip([0.75, 0.25]) {
        items.add(share * part, K::ScalarOperator, *word, Some((*text).into()));
    }
}

fn comparisons(asked: &Asked<'_>, marked: &Marked, operand: &Expr, share: f64, items: &mut Items<'_>) {
    let own = last_name(operand).map(|name| Shares::of(&asked.around.seen, Use::Comparison, name));
    let context = context_of(marked.model.type_of(operand.id).scalar());
    let by_type = Shares::of(&asked.around.seen, Use::Comparison, context);
    for (at, (word, text)) in words::BETWEEN_VALUES.iter().enumerate() {
        let mut likely = 0.5 * by_type.of_word(word) + 0.002 / (1.0 + number(at));
        if let Some(own) = &own {
            likely += 0.5 * own.of_word(word);
        }
        let kind = if word.starts_with(|c: char| c.is_ascii_alphabetic()) || word.starts_with('!') {
            K::ScalarOperator
        } else {
            // Signs are quickly typed: words come first.
            likely *= 0.3;
            K::ScalarOperator
        };
        items.add(share * likely, kind, *word, Some((*text).into()));
    }
}
