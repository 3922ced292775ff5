//! The statements of a query and the functions that it defines.

use super::{Column, Expr, ExprKind, Literal, Name};
use crate::source::Span;

/// A parameter of a function with its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name and type.
    pub column: Column,
    /// What it is when no argument is given.
    pub default: Option<Expr>,
}

/// A function that a query defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Whether it is a view.
    pub view: bool,
    /// The parameters.
    pub params: Vec<Parameter>,
    /// The place of the body, braces included.
    pub body_span: Span,
    /// The statements before the result.
    pub statements: Vec<Statement>,
    /// The result, where there is one.
    pub result: Option<Box<Expr>>,
}

/// What a pattern stands for with certain arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternMatch {
    /// The arguments, which are strings.
    pub args: Vec<Expr>,
    /// The string in brackets after them.
    pub path: Option<Expr>,
    /// The body, without parameters.
    pub body: Function,
}

impl PatternMatch {
    /// Whether it is meant by a call with these arguments, followed by this name.
    pub fn is_for(&self, args: &[Expr], path: Option<&str>) -> bool {
        let text = |expr: &Expr| match &expr.kind {
            ExprKind::Literal(Literal::String(text)) => Some(text.clone()),
            _ => None,
        };
        let same = |(own, given): (&Expr, &Expr)| text(own).is_some() && text(own) == text(given);
        self.args.len() == args.len()
            && self.args.iter().zip(args).all(same)
            && self.path.as_ref().map(text) == path.map(|path| Some(path.into()))
    }
}

/// A statement with its place, without the semicolon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The place.
    pub span: Span,
    /// What it is.
    pub kind: StatementKind,
}

/// What a statement is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementKind {
    /// A query.
    Query(Expr),
    /// `let name = value`
    Let {
        /// The name.
        name: Name,
        /// The value.
        value: LetValue,
    },
    /// `set option = value`
    Set {
        /// The option.
        name: Name,
        /// The value, where there is one.
        value: Option<Expr>,
    },
    /// `alias database name = value`
    Alias {
        /// The name.
        name: Name,
        /// The value.
        value: Expr,
    },
    /// `declare query_parameters(...)`
    Parameters(Vec<Parameter>),
    /// `declare pattern ...`: the name, and what it stands for.
    Pattern {
        /// The name.
        name: Name,
        /// The bodies, each with its arguments.
        matches: Vec<PatternMatch>,
    },
    /// `restrict access to (...)`
    Restrict(Vec<Expr>),
}

/// What a `let` gives a name to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LetValue {
    /// A value or a query.
    Expr(Expr),
    /// A function.
    Function(Box<Function>),
}
