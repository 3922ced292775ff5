//! Questions that rules ask of a tree: what an expression is at heart, which pipelines there are, and what an edit
//! would have to cut.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::ast::{
    Expr, ExprKind, LetValue, Literal, Name, NameForm, Operator, OperatorKind, Statement, StatementKind,
};
use super::model::SemanticModel;
use super::token::TokenKind as T;
use super::{Node, Parse, walk, walk_statements};
use crate::source::Span;

/// A source and the operators after it.
#[derive(Clone, Debug)]
pub struct Pipeline<'a> {
    /// The place.
    pub span: Span,
    /// Where the rows come from; `None` where an operator begins it.
    pub source: Option<&'a Expr>,
    /// The operators, the one that begins it among them.
    pub stages: Vec<&'a Operator>,
    /// Whether it works on the rows of the pipeline around it, as the query of `mv-apply` does.
    pub fed: bool,
    /// Whether its rows are the result of the query.
    pub main: bool,
}

impl<'a> Pipeline<'a> {
    /// The operator that begins it, where it reads tables on its own.
    pub fn head(&self) -> Option<&'a Operator> {
        if self.source.is_some() || self.fed { None } else { self.stages.first().copied() }
    }
}

/// What the `let`s of a query stand for. Which of them a name means, the model of the query tells.
#[derive(Clone, Debug)]
pub struct LetValues<'a> {
    model: Arc<SemanticModel>,
    /// By the places of their names.
    values: FxHashMap<Span, &'a LetValue>,
}

impl<'a> LetValues<'a> {
    /// What a name stands for that a `let` gives; `None` for any other name.
    pub fn of(&self, name: &Name) -> Option<&'a LetValue> {
        let (_, variable) = self.model.variable_of(name.span)?;
        self.values.get(&variable.place?).copied()
    }
}

/// A string that a query holds, and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// The string, decoded.
    pub value: Cow<'a, str>,
    /// What it is written as: a literal, or a call that joins several.
    pub written: &'a Expr,
}

/// How many names and calls are followed to a string, and how long it may become on the way.
const MOST_FOLLOWED: usize = 64;
const LONGEST_TEXT: usize = 64 << 10;

impl<'a> LetValues<'a> {
    /// The string that an expression comes to: a literal, a `let` that stands for one, or such joined by `strcat`.
    pub fn text(&self, expr: &'a Expr) -> Option<Text<'a>> {
        self.text_within(expr, &mut MOST_FOLLOWED.clone())
    }

    fn text_within(&self, expr: &'a Expr, left: &mut usize) -> Option<Text<'a>> {
        *left = left.checked_sub(1)?;
        let expr = expr.inner();
        match &expr.kind {
            ExprKind::Literal(Literal::String(text)) => {
                Some(Text { value: Cow::Borrowed(text), written: expr })
            }
            ExprKind::Name(name) => match self.of(name)? {
                LetValue::Expr(value) => self.text_within(value, left),
                LetValue::Function(_) => None,
            },
            ExprKind::Call { name, args } if &*name.text == "strcat" && self.of(name).is_none() => {
                let mut value = String::new();
                for arg in args {
                    value.push_str(&self.text_within(arg, left)?.value);
                    if value.len() > LONGEST_TEXT {
                        return None;
                    }
                }
                Some(Text { value: Cow::Owned(value), written: expr })
            }
            _ => None,
        }
    }

    /// The expressions that a list has as its items: those of a `dynamic` array, through a `let` too, and otherwise the
    /// expression itself.
    pub fn items(&self, expr: &'a Expr) -> Vec<&'a Expr> {
        items(expr, |name| self.of(name))
    }
}

/// The expressions that a list has as its items, given what the `let`s stand for that names mean.
pub fn items<'a>(expr: &'a Expr, of: impl Fn(&Name) -> Option<&'a LetValue>) -> Vec<&'a Expr> {
    let mut expr = expr.inner();
    for _ in 0..MOST_FOLLOWED {
        match &expr.kind {
            ExprKind::Name(name) => match of(name) {
                Some(LetValue::Expr(value)) => expr = value.inner(),
                _ => break,
            },
            ExprKind::Dynamic(inner) => expr = inner.inner(),
            ExprKind::Array(items) => return items.iter().collect(),
            _ => break,
        }
    }
    vec![expr]
}

impl Expr {
    /// The same without parentheses around it.
    pub fn inner(&self) -> &Self {
        let mut expr = self;
        while let ExprKind::Paren(inner) = &expr.kind {
            expr = inner;
        }
        expr
    }

    /// The name that it is, parentheses aside.
    pub fn as_name(&self) -> Option<&str> {
        match &self.inner().kind {
            ExprKind::Name(name) if name.form != NameForm::Missing => Some(&name.text),
            _ => None,
        }
    }

    /// The function that it calls, with the arguments.
    pub fn as_call(&self) -> Option<(&Name, &[Self])> {
        match &self.inner().kind {
            ExprKind::Call { name, args } => Some((name, args)),
            _ => None,
        }
    }

    /// The text that it is.
    pub fn as_text(&self) -> Option<&str> {
        match &self.inner().kind {
            ExprKind::Literal(Literal::String(text)) => Some(text),
            _ => None,
        }
    }

    /// What is given a name here, and otherwise the expression itself.
    pub fn value(&self) -> &Self {
        match &self.kind {
            ExprKind::Named { value, .. } => value,
            _ => self,
        }
    }

    /// Whether this or anything below it passes a test.
    pub fn any(&self, mut test: impl FnMut(&Self) -> bool) -> bool {
        let mut found = false;
        walk(Node::Expr(self), &mut |node| {
            if let Node::Expr(expr) = node {
                found = found || test(expr);
            }
            !found
        });
        found
    }

    /// Whether it names this column, variable or table anywhere.
    pub fn mentions(&self, name: &str) -> bool {
        self.any(|expr| matches!(&expr.kind, ExprKind::Name(found) if &*found.text == name))
    }
}

impl Operator {
    /// The expressions that stand in it, those in their parts aside.
    pub fn exprs(&self) -> Vec<&Expr> {
        let mut found = Vec::new();
        Node::Operator(self).children(&mut |node| {
            if let Node::Expr(expr) = node {
                found.push(expr);
            }
        });
        found
    }

    /// The condition of a `where`.
    pub fn condition(&self) -> Option<&Expr> {
        if let OperatorKind::Where(condition) = &self.kind { Some(condition) } else { None }
    }

    /// Whether it keeps the first rows that come along.
    pub fn takes(&self) -> bool {
        matches!(self.kind, OperatorKind::Take(_))
    }

    /// Whether it puts the rows in order.
    pub fn sorts(&self) -> bool {
        matches!(self.kind, OperatorKind::Sort(_))
    }
}

impl Parse {
    /// The query proper, parentheses aside: the last statement, if it is a query.
    pub fn result(&self) -> Option<&Expr> {
        match &self.statements.last()?.kind {
            StatementKind::Query(expr) => Some(expr.inner()),
            _ => None,
        }
    }

    /// The last query among the statements, whatever follows it.
    pub fn last_query(&self) -> Option<&Expr> {
        self.statements.iter().rev().find_map(|statement| match &statement.kind {
            StatementKind::Query(expr) => Some(expr),
            _ => None,
        })
    }

    /// Every pipeline of the query, outer ones before those in them; a table alone is none.
    pub fn pipelines(&self) -> Vec<Pipeline<'_>> {
        self.pipelines_and(|_| {})
    }

    /// The same in a walk that visits every expression.
    pub fn pipelines_and<'t>(&'t self, mut visit: impl FnMut(&'t Expr)) -> Vec<Pipeline<'t>> {
        let result = self.result();
        let mut found: Vec<Pipeline<'t>> = Vec::new();
        let mut fed: FxHashSet<*const Expr> = FxHashSet::default();
        walk_statements(&self.statements, &mut |node| {
            match node {
                Node::Operator(operator) => {
                    fed.extend(operator.kind.fed_queries().into_iter().map(std::ptr::from_ref));
                }
                Node::Expr(expr) => {
                    visit(expr);
                    let main = result.is_some_and(|result| std::ptr::eq(result, expr));
                    let (source, stages): (&Expr, &[Operator]) = match &expr.kind {
                        ExprKind::Pipeline { source, stages } => (source, stages),
                        // The head of a pipeline has been seen with it.
                        ExprKind::Operator(_)
                            if found.last().is_none_or(|last| last.span.start != expr.span.start) =>
                        {
                            (expr, &[])
                        }
                        _ => return true,
                    };
                    let stages = stages.iter();
                    let (source_, stages) = match &source.kind {
                        ExprKind::Operator(head) => (None, std::iter::once(&**head).chain(stages).collect()),
                        _ => (Some(source), stages.collect()),
                    };
                    found.push(Pipeline {
                        span: expr.span,
                        source: source_,
                        stages,
                        fed: fed.contains(&std::ptr::from_ref(expr)),
                        main,
                    });
                }
                _ => {}
            }
            true
        });
        found
    }

    /// Every name that a `let` gives, with the statement, those in functions among them.
    pub fn lets(&self) -> Vec<(&Statement, &Name, &LetValue)> {
        let mut found = Vec::new();
        // Most queries define nothing, and need not be walked to see that.
        if !self.kinds.have_any(&[T::Let]) {
            return found;
        }
        // Of expressions only one operator holds statements.
        let anywhere = self.kinds.have_any(&[T::MacroExpand]);
        walk_statements(&self.statements, &mut |node| {
            if let Node::Statement(statement) = node
                && let StatementKind::Let { name, value } = &statement.kind
            {
                found.push((statement, name, value));
            }
            anywhere || matches!(node, Node::Statement(_) | Node::Function(_))
        });
        found
    }

    /// What the `let`s of the query stand for. The model is that of the same query, at any level.
    pub fn let_values(&self, model: Arc<SemanticModel>) -> LetValues<'_> {
        let values = self.lets().into_iter().map(|(_, name, value)| (name.span, value)).collect();
        LetValues { model, values }
    }

    /// What to cut to take an operator out: with its pipe, and with the white space before that. After a comment
    /// the white space stays, unless the line ends with the operator.
    pub fn stage_span(&self, text: &str, operator: &Operator) -> Option<Span> {
        let at = self.tokens.partition_point(|token| token.span.start < operator.span.start);
        let pipe = self.tokens.get(at.checked_sub(1)?).filter(|token| token.kind == T::Pipe)?.span;
        let before = at.checked_sub(2).map_or(0, |at| self.tokens[at].span.end as usize);
        let rest = text[operator.span.end as usize..].trim_start_matches([' ', '\t']);
        let ends = rest.is_empty() || rest.starts_with(['\n', '\r']);
        let blank = text[before..pipe.start as usize].trim().is_empty();
        let start =
            if blank || ends { text[..pipe.start as usize].trim_end().len() } else { pipe.start as usize };
        Some(Span::new(start, operator.span.end as usize))
    }
}
