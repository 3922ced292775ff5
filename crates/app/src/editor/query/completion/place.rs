//! What kind of word belongs at a place.

use super::super::Asked;
use super::super::places::{after_name, place_in};
use super::spot::{Marked, name_of, operator_of};
use crate::kql::ast::{Expr, ExprKind, Literal, Operator, OperatorKind, StatementKind, Type};
use crate::kql::{Node, Token, TokenKind as T};
use crate::source::Span;

/// What kind of word belongs at a place.
#[derive(Debug)]
pub(super) enum Place<'a> {
    /// A query operator after a pipe, by the one before it; empty after the source.
    Operator { before: &'a str },
    /// A value, or rows.
    Value(ValuePlace<'a>),
    /// A member of a value.
    Member { base: &'a Expr, place: &'a str },
    /// A name that is new, by the operator or statement that gives it.
    Naming { by: &'a str },
    /// A type.
    Type,
    /// A value of an operator's option.
    OptionValue { operator: &'a str, option: &'a str },
    /// A chart of `render`.
    Chart,
    /// A plug-in of `evaluate`.
    PlugIn,
    /// A function after `invoke`.
    Invoked,
    /// An option in the parentheses of `with`.
    Property { of: &'a str },
    /// What follows a whole value: an operator or a word of the clause.
    Follow,
}

/// A place of a value.
#[derive(Debug, Default)]
pub(super) struct ValuePlace<'a> {
    /// How statistics name the place.
    pub place: &'a str,
    /// The function whose argument it is, and which.
    pub call: Option<(&'a str, usize)>,
    /// What it is compared with.
    pub left: Option<&'a Expr>,
    /// The new name that it is the value of.
    pub named: Option<&'a str>,
    /// The operator around it.
    pub operator: Option<&'a Operator>,
    /// Whether it stands directly in the operator, so that a new name may begin here.
    pub begins: bool,
    /// Whether it begins a statement, and whether that is the first one.
    pub statement: Option<bool>,
    /// Whether options of the operator may stand here.
    pub options: bool,
}

/// The last token that ends before an offset, as its index.
pub(super) fn token_before(tokens: &[Token], offset: usize) -> Option<usize> {
    tokens
        .partition_point(|token| token.span.end as usize <= offset && token.kind != T::EndOfText)
        .checked_sub(1)
}

/// The index of the bracket that is open at a token.
pub(super) fn open_bracket(tokens: &[Token], last: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens[..=last].iter().enumerate().rev() {
        match token.kind {
            T::CloseParen | T::CloseBracket | T::CloseBrace => depth += 1,
            T::OpenParen | T::OpenBracket | T::OpenBrace if depth == 0 => return Some(at),
            T::OpenParen | T::OpenBracket | T::OpenBrace => depth -= 1,
            T::Semicolon if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// Whether a value ends with the token, so that another cannot follow.
pub(super) fn ends_value(asked: &Asked<'_>, tokens: &[Token], last: usize) -> bool {
    let kind = tokens[last].kind;
    if last > 0 && tokens[last - 1].kind == T::Render {
        return true;
    }
    let ends = matches!(
        kind,
        T::Identifier
            | T::CloseParen
            | T::CloseBracket
            | T::CloseBrace
            | T::Asc
            | T::Desc
            | T::First
            | T::Last
    ) || kind.is_literal();
    if !ends {
        return false;
    }
    // The value of an option is followed by more options, or by what the operator works on.
    let option = last >= 2
        && tokens[last - 1].kind == T::Equal
        && is_option(asked.written(tokens[last - 2].span))
        && open_bracket(tokens, last).is_none_or(|open| open < last - 2 && tokens[open].kind == T::OpenParen)
        && !in_properties(tokens, last);
    // The columns of a pattern follow its texts.
    let pattern = kind == T::StringLiteral && in_pattern(tokens, last);
    !option && !pattern
}

fn in_properties(tokens: &[Token], last: usize) -> bool {
    open_bracket(tokens, last)
        .and_then(|open| open.checked_sub(1))
        .is_some_and(|at| tokens[at].kind == T::With)
}

/// Whether a token belongs to the pattern of `parse`.
fn in_pattern(tokens: &[Token], last: usize) -> bool {
    let mut with = false;
    for token in tokens[..=last].iter().rev() {
        match token.kind {
            T::With => with = true,
            T::Parse | T::ParseWhere => return with,
            T::Pipe | T::Semicolon => return false,
            _ => {}
        }
    }
    false
}

fn is_option(word: &str) -> bool {
    matches!(
        word,
        "kind" | "isfuzzy" | "withsource" | "with_source" | "bagexpansion" | "with_itemindex" | "flags"
    ) || word.starts_with("hint.")
}

/// What kind of word belongs where the mark is.
pub(super) fn place_of<'a>(marked: &'a Marked, chain: &[Node<'a>]) -> Place<'a> {
    let tokens = &marked.parsed.tokens;
    let before = token_before(tokens, marked.mark.start as usize);
    if let Some(last) = before {
        if tokens[last].kind == T::Colon && !in_object(tokens, last) {
            return Place::Type;
        }
        if in_properties(tokens, last) && matches!(tokens[last].kind, T::OpenParen | T::Comma) {
            let of = operator_of(chain).map_or("", |operator| operator.word);
            return Place::Property { of };
        }
    }
    found(marked, chain).unwrap_or_else(|| {
        // A list of new names that has no end yet.
        let list = before
            .and_then(|last| open_bracket(tokens, last))
            .filter(|open| tokens[*open].kind == T::OpenParen);
        let by = list.and_then(|open| open.checked_sub(1)).map(|at| tokens[at].kind);
        match by {
            Some(T::Extend | T::Comma) => Place::Naming { by: "extend" },
            _ => Place::Follow,
        }
    })
}

/// Whether a token stands in the braces of a `dynamic` value.
fn in_object(tokens: &[Token], last: usize) -> bool {
    open_bracket(tokens, last).is_some_and(|open| {
        tokens[open].kind == T::OpenBrace
            && open.checked_sub(1).is_some_and(|at| !matches!(tokens[at].kind, T::CloseParen))
    })
}

fn found<'a>(marked: &'a Marked, chain: &[Node<'a>]) -> Option<Place<'a>> {
    let mark = marked.mark;
    match *chain.last()? {
        Node::Statement(statement) => match &statement.kind {
            StatementKind::Let { name, .. } if name.span == mark => Some(Place::Naming { by: "let" }),
            _ => None,
        },
        Node::Function(function) => function
            .params
            .iter()
            .any(|param| param.column.name.span == mark)
            .then_some(Place::Naming { by: "parameter" }),
        Node::Operator(operator) => in_operator(operator, mark, chain),
        Node::Expr(expr) => {
            let first = marked.parsed.statements.first().map_or(0, |statement| statement.span.start);
            in_expr(expr, mark, chain, first)
        }
    }
}

fn in_operator<'a>(operator: &'a Operator, mark: Span, chain: &[Node<'a>]) -> Option<Place<'a>> {
    Some(match &operator.kind {
        OperatorKind::Unknown(name) if name.span == mark => {
            Place::Operator { before: word_before(operator, chain) }
        }
        OperatorKind::Missing => Place::Operator { before: word_before(operator, chain) },
        OperatorKind::Render { chart, .. } if chart.span == mark => Place::Chart,
        OperatorKind::As(name) | OperatorKind::Range { name, .. } | OperatorKind::Count(Some(name))
            if name.span == mark =>
        {
            Place::Naming { by: operator.word }
        }
        OperatorKind::ParseKv { keys, .. } if keys.iter().any(|key| key.name.span == mark) => {
            Place::Naming { by: operator.word }
        }
        _ => return None,
    })
}

/// The operator before another in a pipeline.
fn word_before<'a>(operator: &Operator, chain: &[Node<'a>]) -> &'a str {
    let pipeline = chain.iter().rev().find_map(|node| match node {
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Pipeline { source, stages } => Some((source, stages)),
            _ => None,
        },
        _ => None,
    });
    let Some((source, stages)) = pipeline else { return "" };
    let at = stages.iter().position(|stage| stage.span == operator.span).unwrap_or_default();
    match (at.checked_sub(1).and_then(|at| stages.get(at)), &source.kind) {
        (Some(stage), _) => stage.word,
        (None, ExprKind::Operator(operator)) => operator.word,
        _ => "",
    }
}

fn in_expr<'a>(expr: &'a Expr, mark: Span, chain: &[Node<'a>], first: u32) -> Option<Place<'a>> {
    let parent = chain.len().checked_sub(2).map(|at| chain[at]);
    if let Some(Node::Operator(operator)) = parent {
        let option =
            operator.params.iter().find(|param| param.values.iter().any(|value| value.id == expr.id));
        if let Some(option) = option {
            let takes_column =
                matches!(&*option.name.text, "hint.shufflekey" | "xcolumn" | "ycolumns" | "series");
            if !takes_column {
                return Some(Place::OptionValue { operator: operator.word, option: &option.name.text });
            }
        }
    }
    match &expr.kind {
        ExprKind::Typed(column) => {
            return if column.name.span == mark {
                Some(Place::Naming { by: operator_of(chain).map_or("parse", |operator| operator.word) })
            } else {
                let typed = matches!(&column.type_, Some(Type::Scalar(span, _)) if *span == mark);
                typed.then_some(Place::Type)
            };
        }
        ExprKind::Literal(Literal::Word) | ExprKind::TypeOf(_) => return Some(Place::Type),
        ExprKind::Named { names, .. } if names.iter().any(|name| name.span == mark) => {
            return Some(Place::Naming { by: operator_of(chain).map_or("extend", |operator| operator.word) });
        }
        ExprKind::DataTable { schema, .. } | ExprKind::ExternalData { schema, .. } => {
            let named = schema.iter().any(|column| column.name.span == mark);
            return named.then_some(Place::Naming { by: "parameter" });
        }
        _ => {}
    }
    name_of(chain, mark)?;
    if let Some(Node::Expr(Expr { kind: ExprKind::Path { base, member }, .. })) = parent
        && member.id == expr.id
    {
        let place = value_place(&chain[..chain.len() - 1], mark, first).place;
        return Some(Place::Member { base, place });
    }
    if let Some(Node::Operator(operator)) = parent {
        match &operator.kind {
            OperatorKind::Evaluate { .. } => return Some(Place::PlugIn),
            OperatorKind::Invoke(_) => return Some(Place::Invoked),
            _ => {}
        }
    }
    Some(Place::Value(value_place(chain, mark, first)))
}

/// What surrounds a value.
fn value_place<'a>(chain: &[Node<'a>], mark: Span, first: u32) -> ValuePlace<'a> {
    let mut value = ValuePlace { operator: operator_of(chain), ..ValuePlace::default() };
    let mut is_named = false;
    for pair in chain.windows(2).rev() {
        let Node::Expr(child) = pair[1] else { break };
        if let Node::Expr(parent) = pair[0] {
            match &parent.kind {
                ExprKind::Named { names, .. } if value.named.is_none() => {
                    value.named = names.first().map(|name| &*name.text);
                    is_named = true;
                }
                ExprKind::Call { name, args } => {
                    let at = args.iter().position(|arg| arg.id == child.id).unwrap_or_default();
                    value.call = Some((&name.text, at));
                }
                ExprKind::Binary { left, right, .. } if right.id == child.id => value.left = Some(left),
                ExprKind::InList { left, .. } | ExprKind::Between { left, .. } if left.id != child.id => {
                    value.left = Some(left);
                }
                _ => {}
            }
        }
        if let Some(place) = place_in(pair[0], child) {
            value.place = if is_named { after_name(place) } else { place };
            if let Node::Operator(operator) = pair[0] {
                value.begins = !is_named && child.span.start == mark.start;
                value.options = child.span.start == mark.start && is_first(operator, mark);
            }
            break;
        }
    }
    if let [Node::Statement(statement), ..] | [.., Node::Statement(statement), Node::Expr(_)] = chain
        && statement.span.start == mark.start
    {
        value.statement = Some(statement.span.start == first);
    }
    if chain.len() >= 2
        && let Some(Node::Function(_)) = chain.get(chain.len() - 2)
    {
        value.statement = Some(false);
    }
    value
}

/// Whether nothing but options stands before a place in an operator.
fn is_first(operator: &Operator, mark: Span) -> bool {
    let end = operator
        .params
        .last()
        .and_then(|param| param.values.last())
        .map_or(operator.keyword.end, |value| value.span.end);
    let mut first = true;
    Node::Operator(operator).children(&mut |child| {
        if let Node::Expr(expr) = child {
            first &= expr.span.start >= mark.start || expr.span.end <= end || expr.span.is_empty();
        }
    });
    first
}
