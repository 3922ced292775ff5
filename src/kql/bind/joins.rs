//! The operators that put rows of two tables side by side: `join` and `lookup`.

use std::rc::Rc;

use super::super::ast::{BinaryOp, Expr, ExprKind, Join, LogicalOp, Name, NameForm, Operator, Sides};
use super::super::error::Mend;
use super::super::types::{Column, Relation, Scalar};
use super::finding::Finding;
use super::naming::Columns;
use super::unions::limited;
use super::{Binder, FindingKind, Value};

impl<'a> Binder<'a> {
    pub(super) fn join(&mut self, operator: &'a Operator, join: &'a Join, left: &Rc<Relation>) -> Value {
        let (right, _) = self.right_side(join, left);
        if join.on.is_none() {
            self.say(FindingKind::Semantic, operator.keyword, "A join needs `on` and what the rows share");
        }
        match join.kind.sides() {
            Sides::Left => Value::Rows(Rc::clone(left)),
            Sides::Right => Value::Rows(right),
            Sides::Both => side_by_side(left, &right, &[]),
        }
    }

    pub(super) fn lookup(&mut self, join: &'a Join, left: &Rc<Relation>) -> Value {
        let (right, keys) = self.right_side(join, left);
        side_by_side(left, &right, &keys)
    }

    /// The rows of the right side, and the columns of it that the conditions name.
    fn right_side(&mut self, join: &'a Join, left: &Rc<Relation>) -> (Rc<Relation>, Vec<String>) {
        let right = self.rows(&join.right);
        let mut keys: Vec<String> = Vec::new();
        if let Some(on) = &join.on {
            for condition in &on.conditions {
                self.condition(condition, left, &right, &mut keys, on.predicate);
            }
        }
        (right, keys)
    }

    /// One condition of a join. `keys` gets the columns of the right side that it names.
    fn condition(
        &mut self,
        expr: &'a Expr,
        left: &Rc<Relation>,
        right: &Rc<Relation>,
        keys: &mut Vec<String>,
        predicate: bool,
    ) {
        match &expr.kind {
            ExprKind::Name(name) => self.key(name, left, right, keys),
            ExprKind::Paren(inner) => self.condition(inner, left, right, keys, predicate),
            ExprKind::Logical { op: LogicalOp::And, operands } => {
                for operand in operands {
                    self.condition(operand, left, right, keys, predicate);
                }
            }
            ExprKind::Binary { op: BinaryOp::Equal, left: a, right: b, .. } if !predicate => {
                let (first, second) = (sided(a), sided(b));
                if let Some((_, name)) = second {
                    keys.push(name.text.to_string());
                }
                let crossed = matches!((first, second), (Some(("$right", _)), Some(("$left", _))));
                if crossed {
                    self.crossed(expr, a, b);
                }
                for (side, operand, wanted) in [(first, a, "$left"), (second, b, "$right")] {
                    if crossed {
                        break;
                    }
                    if side.is_none_or(|(side, _)| side != wanted) {
                        let message = format!("This side of the comparison is a column of `{wanted}`");
                        let finding = Finding::new(FindingKind::Semantic, operand.span, message)
                            .help(format!("Write `{wanted}.Name`."));
                        self.report(finding);
                    }
                }
                let kind = |binder: &mut Self, side: Option<(&str, &'a Name)>| {
                    let (side, name) = side?;
                    let relation = if side == "$left" { left } else { right };
                    binder.over(relation, |binder| binder.column(name)).map(|column| column.kind)
                };
                let kinds = (kind(self, first), kind(self, second));
                if let (Some(a), Some(b)) = kinds
                    && !comparable(a, b)
                {
                    let mut message = format!("The columns have the types `{}` and `{}`", a.name(), b.name());
                    if a.dynamic() || b.dynamic() {
                        "A `dynamic` column is no key of a join".clone_into(&mut message);
                    }
                    let finding = Finding::new(FindingKind::Type, expr.span, message)
                        .help("Convert one of them before the join.");
                    self.report(finding.doubted(left.doubtful || right.doubtful));
                }
            }
            ExprKind::Missing => {}
            _ => {
                let plain = !predicate;
                if plain {
                    let message = "A condition of a join is a column, or `$left.A == $right.B`";
                    self.say(FindingKind::Semantic, expr.span, message);
                }
                let row = self.row.replace(Rc::clone(left));
                let outer = self.right.replace(Rc::clone(right));
                self.quietly(|binder| binder.value(expr));
                (self.row, self.right) = (row, outer);
            }
        }
    }

    /// A comparison that names the right side first.
    fn crossed(&mut self, expr: &Expr, right: &Expr, left: &Expr) {
        let message = "The sides are the wrong way round: `$left` comes first in the condition of a join";
        let text = format!("{} == {}", self.written(left.span), self.written(right.span));
        let mut finding =
            Finding::new(FindingKind::Semantic, expr.span, message).help(format!("Write `{text}`."));
        finding.mend = Some(Mend { title: "Turn the sides around".into(), span: expr.span, text });
        self.report(finding);
    }

    /// A column that both sides must have.
    fn key(&mut self, name: &'a Name, left: &Rc<Relation>, right: &Rc<Relation>, keys: &mut Vec<String>) {
        if name.form == NameForm::Missing {
            return;
        }
        keys.push(name.text.to_string());
        let sides = [(left, "left"), (right, "right")];
        let found = sides.map(|(relation, _)| relation.column(&name.text).map(|column| column.kind));
        match found {
            [Some(a), Some(b)] => {
                if a != b && !a.unknown() && !b.unknown() {
                    let message = format!(
                        "`{}` is `{}` on the left and `{}` on the right",
                        name.text,
                        a.name(),
                        b.name()
                    );
                    let refined = a.dynamic() && b.dynamic();
                    let finding = Finding::new(FindingKind::Type, name.span, message)
                        .help("Convert one of them before the join.");
                    self.report(finding.doubted(left.doubtful || right.doubtful || refined));
                }
            }
            [None, None] if !left.open && !right.open => {
                self.over(left, |binder| binder.unknown_name(name));
            }
            _ => {
                for (found, (relation, side)) in found.iter().zip(sides) {
                    if found.is_none() && !relation.open {
                        let message = format!("The {side} side of the join has no column `{}`", name.text);
                        let mut finding = Finding::new(FindingKind::UnknownColumn, name.span, message)
                            .help("Columns of different names are joined with `$left.A == $right.B`.");
                        finding.doubtful = relation.doubtful;
                        finding.name = Some(name.text.clone());
                        self.report(finding);
                    }
                }
            }
        }
    }
}

/// The columns of both sides, but for those of the right that are among the keys.
fn side_by_side(left: &Relation, right: &Relation, keys: &[String]) -> Value {
    let mut columns = Columns::from(left.columns.clone());
    let others = right.columns.iter().filter(|column| keys.iter().all(|key| **key != *column.name));
    let others: Vec<Column> = others.cloned().collect();
    columns.add_others(&others);
    let (open, doubtful) = (left.open || right.open, left.doubtful || right.doubtful);
    Value::Rows(Rc::new(limited(Relation { columns: columns.list, open, doubtful })))
}

/// `$left.column` and `$right.column`.
fn sided(expr: &Expr) -> Option<(&str, &Name)> {
    let ExprKind::Path { base, member } = &expr.kind else { return None };
    match (&base.kind, &member.kind) {
        (ExprKind::Name(side), ExprKind::Name(name)) if matches!(&*side.text, "$left" | "$right") => {
            Some((&side.text, name))
        }
        _ => None,
    }
}

/// Whether columns of these types can be joined.
fn comparable(a: Scalar, b: Scalar) -> bool {
    !a.dynamic() && !b.dynamic() && (a.promoted() == b.promoted() || a.unknown() || b.unknown())
}
