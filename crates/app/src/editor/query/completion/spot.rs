//! What stands at the place where something is to be written: the query up to there is read with a made-up name in that
//! place, and the tree tells what the name would be.

use crate::kql::ast::{Expr, ExprKind, Name, Operator, Statement};
use crate::kql::model::{Level, SemanticModel};
use crate::kql::{Node, Parse, TokenKind as T, bind, parse};
use crate::source::Span;

use super::super::Asked;

/// The made-up name. No query has it.
const MARK: &str = "zqCompletionMark";

/// A query up to a place, read with a name in that place.
pub(super) struct Marked {
    /// The text that was read.
    pub text: String,
    /// Its tree.
    pub parsed: Parse,
    /// Its meaning.
    pub model: SemanticModel,
    /// The place of the name.
    pub mark: Span,
}

/// Where the cursor stands among the tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// In a comment or in a number, where nothing is offered.
    Nothing,
    /// In a string literal.
    String(Span),
    /// In a word, or between words.
    Word,
}

/// The word around a place: what a completion replaces.
pub(super) fn word_at(asked: &Asked<'_>, offset: usize) -> (Within, Span) {
    let tokens = &asked.parsed.tokens;
    let at = tokens.partition_point(|token| (token.span.end as usize) < offset);
    let mut word = Span::at(offset);
    for token in tokens[at..].iter().take_while(|token| token.span.start as usize <= offset) {
        let inside = (token.span.start as usize) < offset && offset <= token.span.end as usize;
        match token.kind {
            T::StringLiteral if inside => {
                let text = asked.written(token.span);
                let open = offset < token.span.end as usize || !is_closed(text);
                if open {
                    return (Within::String(token.span), token.span);
                }
            }
            T::EndOfText | T::Bad => {}
            kind if inside && (kind == T::Identifier || kind.is_keyword()) => word = token.span,
            kind if inside && kind.is_literal() => {
                let text = asked.written(token.span);
                // `tr` may become `true`, and `1` may become `1d`.
                if !text.starts_with(|c: char| c.is_ascii_alphabetic()) && kind != T::LongLiteral {
                    return (Within::Nothing, token.span);
                }
                word = token.span;
            }
            _ => {}
        }
    }
    let before = tokens[..at].last().map_or(0, |token| token.span.end as usize);
    if word.is_empty() && is_comment(&asked.text[before.min(offset)..offset]) {
        return (Within::Nothing, word);
    }
    // Words with signs in them, as `in~` and `project-away`, are several tokens until they are whole.
    let start = asked.text[..word.start as usize]
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '!')))
        .map_or(0, |at| at + 1);
    let joined = asked.text.get(start..word.start as usize).unwrap_or_default();
    if joined.starts_with('!') || (joined.ends_with('-') && follows_pipe(&asked.text[..start])) {
        let start = if joined.starts_with('!') { start + joined.rfind('!').unwrap_or(0) } else { start };
        word.start = start as u32;
    }
    (Within::Word, word)
}

fn follows_pipe(before: &str) -> bool {
    before.trim_end().ends_with('|')
}

fn is_comment(gap: &str) -> bool {
    gap.rfind("//").is_some_and(|at| !gap[at..].contains('\n'))
}

fn is_closed(literal: &str) -> bool {
    let quote = literal.trim_start_matches(['h', 'H', '@']).chars().next();
    literal.len() > 1
        && quote.is_some_and(|quote| literal.ends_with(quote))
        && literal.chars().filter(|c| Some(*c) == quote).count() > 1
}

impl Marked {
    /// Reads the text before `start` with a name, or with another text, in the place of what follows.
    pub(super) fn new(asked: &Asked<'_>, start: usize, put: Option<&str>) -> Self {
        let before = &asked.text[..start];
        let put = put.unwrap_or(MARK);
        let mut text = String::with_capacity(before.len() + put.len() + 16);
        text.push_str(before);
        text.push_str(put);
        let mark = Span::new(start, text.len());
        text.extend(closing(asked.parsed, start).into_iter().rev());
        let parsed = parse(&text);
        let model = bind::bind_at(Level::Full, &text, &parsed, asked.catalog, asked.params);
        Self { text, parsed, model, mark }
    }

    /// The nodes around the mark, the outermost first; empty where no node has the name.
    pub(super) fn chain(&self) -> Vec<Node<'_>> {
        let mut chain = Vec::new();
        let statement = self
            .parsed
            .statements
            .iter()
            .rev()
            .find(|one| one.span.touches(self.mark.start as usize) || one.span.contains(self.mark));
        if let Some(statement) = statement {
            descend(Node::Statement(statement), self.mark, &mut chain);
        }
        chain
    }
}

/// The brackets that are open at an offset, as what closes them, the outermost first.
fn closing(parsed: &Parse, offset: usize) -> Vec<char> {
    let mut open = Vec::new();
    for token in parsed.tokens.iter().take_while(|token| token.span.end as usize <= offset) {
        match token.kind {
            T::OpenParen => open.push(')'),
            T::OpenBracket => open.push(']'),
            T::OpenBrace => open.push('}'),
            T::CloseParen | T::CloseBracket | T::CloseBrace => {
                open.pop();
            }
            _ => {}
        }
    }
    open
}

fn span_of(node: Node<'_>) -> Span {
    match node {
        Node::Statement(statement) => statement.span,
        Node::Function(function) => function.body_span,
        Node::Operator(operator) => operator.span,
        Node::Expr(expr) => expr.span,
    }
}

/// Whether a node, or something in it, lies over the place. The parameters of a function lie before its body.
fn covers(node: Node<'_>, mark: Span) -> bool {
    match node {
        Node::Function(function) => {
            function.body_span.contains(mark)
                || function.params.iter().any(|one| {
                    one.column.name.span.contains(mark)
                        || one.default.as_ref().is_some_and(|default| default.span.contains(mark))
                })
        }
        node => span_of(node).contains(mark),
    }
}

fn descend<'a>(node: Node<'a>, mark: Span, chain: &mut Vec<Node<'a>>) {
    chain.push(node);
    let mut next = None;
    node.children(&mut |child| {
        if covers(child, mark) {
            next = Some(child);
        }
    });
    if let Some(next) = next {
        descend(next, mark, chain);
    }
}

/// The innermost nodes that end at an offset or lie around it, the outermost first.
pub(super) fn chain_before(statements: &[Statement], offset: usize) -> Vec<Node<'_>> {
    let mut chain = Vec::new();
    let mut next = statements.iter().rev().find(|one| one.span.touches(offset)).map(Node::Statement);
    while let Some(node) = next {
        chain.push(node);
        next = None;
        node.children(&mut |child| {
            let span = span_of(child);
            if !span.is_empty() && (span.start as usize) < offset && offset <= span.end as usize {
                next = Some(child);
            }
        });
    }
    chain
}

/// The operator that is nearest to the mark.
pub(super) fn operator_of<'a>(chain: &[Node<'a>]) -> Option<&'a Operator> {
    chain.iter().rev().find_map(|node| match node {
        Node::Operator(operator) => Some(*operator),
        _ => None,
    })
}

/// The name that is the last node of a chain.
pub(super) fn name_of<'a>(chain: &[Node<'a>], mark: Span) -> Option<(&'a Expr, &'a Name)> {
    match chain.last()? {
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Name(name) | ExprKind::Call { name, .. } if name.span == mark => Some((expr, name)),
            _ => None,
        },
        _ => None,
    }
}
