//! The structure of a query: what can be folded, selected step by step, and listed in an outline.

use super::{Asked, Span, describe};
use crate::kql::ast::{LetValue, Statement, StatementKind};
use crate::kql::model::ExprType;
use crate::kql::{Node, TokenKind as T};
use crate::order::Order as _;

/// What can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// From the first to the last byte; both ends lie on different lines.
    pub span: Span,
    /// What it is.
    pub kind: FoldKind,
}

/// What a foldable part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldKind {
    /// Comments.
    Comment,
    /// Anything else.
    Code,
}

/// A name that the query defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuerySymbol {
    /// The name.
    pub name: String,
    /// Its type, or the parameters of a function.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The whole statement.
    pub span: Span,
    /// The name alone.
    pub name_span: Span,
    /// The names that are defined in it.
    pub children: Vec<Self>,
}

/// What a name of the outline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// A value.
    Variable,
    /// Rows.
    Rows,
    /// A function.
    Function,
}

/// What can be folded, by where it begins.
pub fn folding(asked: &Asked<'_>) -> Vec<Fold> {
    let mut folds = Vec::new();
    let lines = |span: Span| asked.written(span).contains('\n');
    let mut add = |span: Span, kind: FoldKind| {
        if lines(span) {
            folds.push(Fold { span, kind });
        }
    };
    for statement in &asked.parsed.statements {
        add(statement.span, FoldKind::Code);
    }
    let mut open: Vec<Span> = Vec::new();
    for token in &asked.parsed.tokens {
        match token.kind {
            T::OpenParen | T::OpenBracket | T::OpenBrace => open.push(token.span),
            T::CloseParen | T::CloseBracket | T::CloseBrace => {
                if let Some(first) = open.pop() {
                    add(first.cover(token.span), FoldKind::Code);
                }
            }
            _ => {}
        }
    }
    comments(asked, &mut add);
    folds.order_by_key(|fold| (fold.span.start, std::cmp::Reverse(fold.span.end)));
    folds.dedup_by_key(|fold| fold.span);
    folds
}

/// Comments on lines of their own that follow one another.
fn comments(asked: &Asked<'_>, add: &mut dyn FnMut(Span, FoldKind)) {
    let mut before = 0;
    for token in &asked.parsed.tokens {
        let (start, end) = (before, token.span.start as usize);
        before = before.max(token.span.end as usize);
        let (mut block, mut at): (Option<Span>, usize) = (None, start);
        for line in asked.text.get(start..end).unwrap_or_default().split_inclusive('\n') {
            let text = line.trim();
            if text.starts_with("//") {
                let first = at + line.find("//").unwrap_or_default();
                let span = Span::new(first, first + text.len());
                block = Some(block.map_or(span, |block| block.cover(span)));
            } else if let Some(block) = block.take() {
                add(block, FoldKind::Comment);
            }
            at += line.len();
        }
        if let Some(block) = block {
            add(block, FoldKind::Comment);
        }
    }
}

/// The parts around an offset, the innermost first, each larger than the one before.
pub fn selection_ranges(asked: &Asked<'_>, offset: usize) -> Vec<Span> {
    let offset = asked.clamp(offset);
    let mut spans = vec![Span::new(0, asked.text.len())];
    let statements = &asked.parsed.statements;
    let mut next = statements.iter().find(|one| one.span.touches(offset)).map(Node::Statement);
    while let Some(node) = next {
        let span = span_of(node);
        spans.push(span);
        // The part after a pipe is selected together with it.
        if let Node::Operator(operator) = node {
            spans.push(operator.span);
        }
        next = None;
        node.children(&mut |child| {
            let inside = span_of(child);
            if !inside.is_empty() && inside.touches(offset) && next.is_none() {
                next = Some(child);
            }
        });
    }
    let token = asked.parsed.tokens.iter().find(|token| token.span.touches(offset) && !token.span.is_empty());
    spans.extend(token.map(|token| token.span));
    let mut nested: Vec<Span> = Vec::new();
    for span in spans {
        if nested.last().is_none_or(|last| last.contains(span) && *last != span) {
            nested.push(span);
        }
    }
    nested.reverse();
    nested
}

fn span_of(node: Node<'_>) -> Span {
    match node {
        Node::Statement(statement) => statement.span,
        Node::Function(function) => {
            let params = function.params.first().map(|param| param.column.name.span);
            params.map_or(function.body_span, |first| first.cover(function.body_span))
        }
        Node::Operator(operator) => operator.span,
        Node::Expr(expr) => expr.span,
    }
}

/// The names that the query defines, in order.
pub fn symbols(asked: &Asked<'_>) -> Vec<QuerySymbol> {
    of_statements(asked, &asked.parsed.statements)
}

fn of_statements(asked: &Asked<'_>, statements: &[Statement]) -> Vec<QuerySymbol> {
    let mut found = Vec::new();
    for statement in statements {
        let StatementKind::Let { name, value } = &statement.kind else { continue };
        if name.span.is_empty() {
            continue;
        }
        let variable = asked.model.variable_of(name.span).map(|(_, variable)| variable);
        let kind = match (value, variable.map(|variable| &variable.value)) {
            (LetValue::Function(_), _) => SymbolKind::Function,
            (_, Some(ExprType::Rows(_))) => SymbolKind::Rows,
            _ => SymbolKind::Variable,
        };
        let detail = match variable {
            Some(variable) if kind == SymbolKind::Function => {
                let written = describe::declared("", variable.params.as_deref(), "");
                written.label
            }
            Some(variable) => describe::type_name(&variable.value),
            None => String::new(),
        };
        let children = match value {
            LetValue::Function(function) => of_statements(asked, &function.statements),
            LetValue::Expr(_) => Vec::new(),
        };
        found.push(QuerySymbol {
            name: name.text.to_string(),
            detail,
            kind,
            span: statement.span,
            name_span: name.span,
            children,
        });
    }
    found
}
