//! Expressions.

use super::super::eval::{InList, Node};
use super::super::exec::Failure;
use super::super::value::Value;
use super::{Any, At, Binding, Compiler, Made, literals, once, refused};
use crate::kql::ast::{BinaryOp, Expr, ExprKind, ListOp, Literal, LogicalOp, StringOp, StringTest, Type};
use crate::kql::model::ExprType;
use crate::kql::types::Scalar;

impl<'q> Compiler<'q> {
    /// An expression that is neither a name nor a call nor rows.
    pub(super) fn node(&mut self, expr: &'q Expr, at: At<'q, '_>) -> Made<Node> {
        Ok(match &expr.kind {
            ExprKind::Literal(Literal::String(text)) if at.searching => {
                at.row.into_iter().for_each(super::RowScope::use_all);
                let op = StringOp { test: StringTest::Has, negated: false, folds_case: true };
                Node::AnyColumn(op, Box::new(Node::Const(Value::str(text))))
            }
            ExprKind::Star if at.searching => Node::Const(Value::Bool(true)),
            ExprKind::Literal(Literal::DateTime) if at.written(expr.span).contains("now") => {
                self.builtin_call("now", expr.span, Vec::new())?
            }
            ExprKind::Literal(literal) => Node::Const(literals::value(literal, expr, at)),
            ExprKind::Dynamic(inner) => self.node(inner, At { searching: false, ..at })?,
            ExprKind::Array(items) => {
                let items: Vec<Node> = items.iter().map(|item| self.value(item, at)).collect::<Made<_>>()?;
                constant_array(items)
            }
            ExprKind::Object(members) => {
                let mut made = Vec::new();
                for (key, value) in members {
                    made.push((self.value(key, at)?, self.value(value, at)?));
                }
                once(Node::Object(made))
            }
            ExprKind::Element { base, index } => self.element(base, index, at)?,
            ExprKind::Unary { minus, operand } => {
                let node = self.value(operand, at)?;
                match (minus, node) {
                    (false, node) => node,
                    (true, Node::Const(Value::Int(value))) => Node::Const(Value::Int(value.wrapping_neg())),
                    (true, Node::Const(value)) => Node::Const(super::super::arithmetic::minus(&value)),
                    (true, node) => Node::Minus(Box::new(node)),
                }
            }
            ExprKind::Binary { op, op_span, left, right } => {
                if let (ExprKind::Star, BinaryOp::String(op)) = (&left.kind, op) {
                    let needle = self.value(right, At { searching: false, ..at })?;
                    at.row.into_iter().for_each(super::RowScope::use_all);
                    return Ok(Node::AnyColumn(*op, Box::new(needle)));
                }
                let inner = At { searching: false, ..at };
                let (a, b) = (self.value(left, inner)?, self.value(right, inner)?);
                if matches!(op, BinaryOp::String(StringOp { test: StringTest::Regex, .. }))
                    && let Node::Const(Value::Str(pattern)) = &b
                {
                    super::super::pattern::compiled(pattern).map_err(|why| Failure::at(right.span, why))?;
                }
                Node::Binary(*op, *op_span, Box::new(a), Box::new(b))
            }
            ExprKind::Logical { op, operands } => {
                let operands: Vec<Node> =
                    operands.iter().map(|operand| self.value(operand, at)).collect::<Made<_>>()?;
                Node::Logical(*op, operands)
            }
            ExprKind::InList { op, left, items, .. } => self.in_list(*op, left, items, at)?,
            ExprKind::Between { negated, left, low, high, .. } => {
                let at = At { searching: false, ..at };
                let parts = [self.value(left, at)?, self.value(low, at)?, self.value(high, at)?];
                Node::Between(*negated, Box::new(parts))
            }
            ExprKind::Named { value, .. } => self.value(value, at)?,
            ExprKind::Ordered { expr, .. } | ExprKind::Defaulted { expr, .. } | ExprKind::Bracketed(expr) => {
                self.value(expr, at)?
            }
            ExprKind::Converted { expr: inner, to } => {
                let node = self.value(inner, at)?;
                match type_literal(to) {
                    Some(kind) => Node::Convert(kind, Box::new(node)),
                    None => node,
                }
            }
            ExprKind::ToScalar(query) => {
                let plan = match self.any(query, at.without_row())? {
                    Any::Rows(plan) => plan,
                    Any::Value(node) => return Ok(once(node)),
                    Any::Graph(_) => return Err(Failure::at(query.span, "a table is expected here")),
                };
                once(Node::Scalar(plan))
            }
            ExprKind::Missing => return Err(Failure::at(expr.span, "an expression is missing here")),
            _ => return refused(expr.span, &format!("`{}`", at.written(expr.span))),
        })
    }

    pub(super) fn values(&mut self, exprs: &'q [Expr], at: At<'q, '_>) -> Made<Vec<Node>> {
        exprs.iter().map(|expr| self.value(expr, at)).collect()
    }

    fn in_list(&mut self, op: ListOp, left: &'q Expr, items: &'q [Expr], at: At<'q, '_>) -> Made<Node> {
        let at = At { searching: false, ..at };
        if matches!(left.kind, ExprKind::Star) {
            return refused(left.span, "a `*` before a list");
        }
        let left = self.value(left, at)?;
        let mut made = Vec::new();
        for item in items {
            made.push(match self.any(item, at)? {
                Any::Value(node) => node,
                Any::Rows(plan) => once(Node::Column(plan)),
                Any::Graph(_) => return Err(Failure::at(item.span, "a list is expected here")),
            });
        }
        let constant = made.iter().all(|item| matches!(item, Node::Const(_) | Node::Once(_)));
        let set = std::cell::RefCell::default();
        Ok(Node::InList(Box::new(InList { op, left, items: made, constant, set })))
    }

    pub(super) fn element(&mut self, base: &'q Expr, index: &'q Expr, at: At<'q, '_>) -> Made<Node> {
        if let Some(node) = self.member_of_row(base, index, at)? {
            return Ok(node);
        }
        let base = match self.several(base, at)? {
            // Of several values, the index chooses one.
            Some((tuple, count)) if count > 1 => tuple,
            _ => self.value(base, at)?,
        };
        let index = self.value(index, at)?;
        Ok(match index {
            Node::Const(Value::Str(name)) => Node::Member(Box::new(base), name),
            index => Node::Element(Box::new(base), Box::new(index)),
        })
    }

    /// A column of a step of `scan` or of an element of a graph.
    pub(super) fn member_of_row(
        &mut self,
        base: &'q Expr,
        member: &'q Expr,
        at: At<'q, '_>,
    ) -> Made<Option<Node>> {
        let ExprKind::Name(name) = &base.kind else { return Ok(None) };
        if let Some(scope) = at.graph {
            let column: &str = match &member.kind {
                ExprKind::Name(column) => &column.text,
                ExprKind::Literal(Literal::String(text)) => text,
                _ => return Ok(None),
            };
            return Ok(Self::graph_member(scope, &name.text, column));
        }
        let Some(row) = at.row else { return Ok(None) };
        if !matches!(self.find(at.env, &name.text)?, Some(Binding::Members)) {
            return Ok(None);
        }
        let column: &str = match &member.kind {
            ExprKind::Name(column) => &column.text,
            ExprKind::Literal(Literal::String(text)) => text,
            _ => return refused(member.span, "this member"),
        };
        Ok(Some(row.slot(&member_name(&name.text, column))))
    }

    pub(super) fn path(
        &mut self,
        whole: &'q Expr,
        base: &'q Expr,
        member: &'q Expr,
        at: At<'q, '_>,
    ) -> Made<Any> {
        if let ExprKind::Bracketed(index) = &member.kind {
            return self.element(base, index, at).map(Any::Value);
        }
        if let Some(node) = self.member_of_row(base, member, at)? {
            return Ok(Any::Value(node));
        }
        if matches!(at.frame.model.type_of(base.id), ExprType::Database | ExprType::Cluster)
            || matches!(&base.kind, ExprKind::Call { name, .. } if is_database(&name.text))
        {
            return self.other_database(whole, base, member, at);
        }
        match &member.kind {
            ExprKind::Name(name) => {
                let base = self.value(base, at)?;
                Ok(Any::Value(Node::Member(Box::new(base), (&*name.text).into())))
            }
            _ => refused(member.span, &format!("`{}`", at.written(whole.span))),
        }
    }
}

fn is_database(name: &str) -> bool {
    matches!(name, "database" | "cluster" | "workspace" | "adx" | "arg" | "app" | "resource")
}

/// The name under which an operator finds a column of a step of `scan`, or of an element of a graph.
pub(super) fn member_name(element: &str, column: &str) -> String {
    format!("{element}\u{1}{column}")
}

fn constant_array(items: Vec<Node>) -> Node {
    if items.iter().all(|item| matches!(item, Node::Const(_))) {
        let value = |item: Node| match item {
            Node::Const(value) => value,
            _ => Value::Null,
        };
        return Node::Const(Value::array(items.into_iter().map(value).collect()));
    }
    once(Node::Array(items))
}

/// The type in `typeof(...)`.
pub(super) fn type_literal(expr: &Expr) -> Option<Scalar> {
    let ExprKind::TypeOf(columns) = &expr.kind else { return None };
    match columns.first()?.type_.as_ref()? {
        Type::Scalar(_, name) => Scalar::of(name),
        _ => None,
    }
}

/// Whether an expression joins conditions by `and`.
pub(super) fn conjuncts(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Paren(inner) => conjuncts(inner),
        ExprKind::Logical { op: LogicalOp::And, operands } => operands.iter().flat_map(conjuncts).collect(),
        _ => vec![expr],
    }
}
