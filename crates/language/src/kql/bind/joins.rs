//! The operators that put rows of two tables side by side: `join` and `lookup`.

use std::sync::Arc;

use super::super::ast::{BinaryOp, Expr, ExprKind, Join, LogicalOp, Name, NameForm, Operator, Sides};
use super::super::error::Suggestion;
use super::super::model::finding::Finding;
use super::super::model::{ColumnOrigin, Side, Symbol};
use super::super::types::{Column, Relation, Scalar};
use super::column_builder::ColumnBuilder;
use super::recorder::NewColumn;
use super::{Binder, FindingKind, Value};
use crate::source::Span;

impl<'a> Binder<'a> {
    pub(super) fn join(&mut self, operator: &'a Operator, join: &'a Join, left: &Arc<Relation>) -> Value {
        let (right, _) = self.right_side(operator, join, left);
        if join.on.is_none() {
            self.say(FindingKind::Semantic, operator.keyword, "A join needs `on` and the columns to join on");
        }
        match join.kind.sides() {
            Sides::Left => Value::Rows(Arc::clone(left)),
            Sides::Right => Value::Rows(right),
            Sides::Both => self.side_by_side(left, &right, &[]),
        }
    }

    pub(super) fn lookup(&mut self, operator: &'a Operator, join: &'a Join, left: &Arc<Relation>) -> Value {
        let (right, keys) = self.right_side(operator, join, left);
        self.side_by_side(left, &right, &keys)
    }

    /// The rows of the right side, and the columns of it that the conditions name.
    fn right_side(
        &mut self,
        operator: &'a Operator,
        join: &'a Join,
        left: &Arc<Relation>,
    ) -> (Arc<Relation>, Vec<String>) {
        if self.colon_parameter(&join.right) {
            return (Arc::new(Relation::unknown()), Vec::new());
        }
        let meant = self.kind_as_call(operator, &join.right);
        let right = self.rows(meant.unwrap_or(&join.right));
        let mut keys: Vec<String> = Vec::new();
        if let Some(on) = &join.on {
            let conditions = Span { start: on.keyword.end, end: operator.span.end };
            self.recorder.scope(conditions, Some(left), Some(&right));
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
        left: &Arc<Relation>,
        right: &Arc<Relation>,
        keys: &mut Vec<String>,
        predicate: bool,
    ) {
        match &expr.kind {
            ExprKind::Name(name) => {
                self.key(name, left, right, keys);
                let kind = left.column(&name.text).map(|column| column.kind);
                self.record(expr, &kind.map_or(Value::Unknown, Value::of));
            }
            ExprKind::Paren(inner) => self.condition(inner, left, right, keys, predicate),
            ExprKind::Logical { op: LogicalOp::And, operands } => {
                for operand in operands {
                    self.condition(operand, left, right, keys, predicate);
                }
            }
            ExprKind::Binary { op: BinaryOp::Equal, left: a, right: b, .. } if !predicate => {
                let (first, second) = (sided(a), sided(b));
                if let Some((_, _, name)) = second {
                    keys.push(name.text.to_string());
                }
                let crossed = matches!((first, second), (Some(("$right", ..)), Some(("$left", ..))));
                if crossed {
                    self.crossed(expr, a, b);
                }
                let bare = first.is_none() && second.is_none();
                if bare {
                    self.without_sides(expr, a, b);
                }
                for (side, operand, wanted) in [(first, a, "$left"), (second, b, "$right")] {
                    if crossed || bare {
                        break;
                    }
                    if side.is_none_or(|(side, ..)| side != wanted) {
                        let message = format!("This side of the comparison must be a column of `{wanted}`");
                        let finding = Finding::new(FindingKind::Semantic, operand.span, message)
                            .help(format!("Use `{wanted}.Name`."));
                        self.report(finding);
                    }
                }
                let kind = |binder: &mut Self, side: Option<(&str, Span, &'a Name)>| {
                    let (side, place, name) = side?;
                    let (relation, side) =
                        if side == "$left" { (left, Side::Left) } else { (right, Side::Right) };
                    binder.recorder.mention(place, || Symbol::Side(side));
                    binder.with_row_scope(relation, |binder| binder.column(name)).map(|column| column.kind)
                };
                let kinds = (kind(self, first), kind(self, second));
                let value = |kind: Option<Scalar>| kind.map_or(Value::Unknown, Value::of);
                self.record(a, &value(kinds.0));
                self.record(b, &value(kinds.1));
                self.record(expr, &Value::of(Scalar::Bool));
                if let (Some(a), Some(b)) = kinds
                    && !comparable(a, b)
                {
                    let mut message =
                        format!("The columns have different types, `{}` and `{}`", a.name(), b.name());
                    if a.dynamic() || b.dynamic() {
                        "A `dynamic` column cannot be used as a join key".clone_into(&mut message);
                    }
                    let finding = Finding::new(FindingKind::Type, expr.span, message)
                        .help("Convert one of them before the join.");
                    self.report(finding.doubted(left.unsure_types() || right.unsure_types()));
                }
            }
            ExprKind::Missing => {}
            _ => {
                let plain = !predicate;
                if plain {
                    let message = "A join condition must be a column or `$left.A == $right.B`";
                    self.say(FindingKind::Semantic, expr.span, message);
                }
                let row = self.scope.row.replace(Arc::clone(left));
                let outer = self.scope.right.replace(Arc::clone(right));
                self.without_reporting(|binder| binder.value(expr));
                (self.scope.row, self.scope.right) = (row, outer);
            }
        }
    }

    /// The columns of both sides, but for those of the right that are among the keys.
    fn side_by_side(&mut self, left: &Relation, right: &Relation, keys: &[String]) -> Value {
        if !self.look_at(right.columns.len()) {
            return Value::Rows(Arc::new(Relation::unknown()));
        }
        let mut columns = ColumnBuilder::from(left.columns.clone());
        let mut others = right.columns.edit();
        for key in keys {
            others.remove(key);
        }
        let copies = columns.add_others(&others.finish());
        self.note_copies(&mut columns, copies);
        Value::Rows(Arc::new(left.doubts_of([right]).with(columns.list)))
    }

    /// Gives an identity to the columns that have got another name in the rows beside which they were put: each with its
    /// new name and as it was.
    fn note_copies(&mut self, columns: &mut ColumnBuilder, copies: Vec<(Arc<str>, Column)>) {
        if !self.recorder.full() {
            return;
        }
        for (name, other) in copies {
            let (origin, named_after) = (ColumnOrigin::JoinCopy(other.id), Some(other.id));
            let id = self.new_column(&name, other.kind, |new| NewColumn { named_after, origin, ..new });
            columns.list.replace(Column { name, kind: other.kind, id });
        }
    }

    /// A comparison that names no side: of columns by themselves, or of columns of tables, as in SQL.
    fn without_sides(&mut self, expr: &Expr, a: &Expr, b: &Expr) {
        let message = "The sides of a join condition must be columns of `$left` and `$right`";
        let mut finding = Finding::new(FindingKind::Semantic, expr.span, message);
        let column = |expr: &Expr| match &expr.kind {
            ExprKind::Name(name) => Some(self.written(name.span).to_owned()),
            ExprKind::Path { base, member } => match (&base.kind, &member.kind) {
                (ExprKind::Name(_), ExprKind::Name(name)) => Some(self.written(name.span).to_owned()),
                _ => None,
            },
            _ => None,
        };
        match (column(a), column(b)) {
            (Some(a), Some(b)) => {
                let text = format!("$left.{a} == $right.{b}");
                finding.help = Some(format!("Use `{text}`."));
                finding.fix =
                    Some(Suggestion { title: format!("Replace with `{text}`"), span: expr.span, text });
            }
            _ => finding.help = Some("Use `$left.A == $right.B`.".into()),
        }
        self.report(finding);
    }

    /// A comparison that names the right side first.
    fn crossed(&mut self, expr: &Expr, right: &Expr, left: &Expr) {
        let message = "The sides are swapped: `$left` must come first in a join condition";
        let text = format!("{} == {}", self.written(left.span), self.written(right.span));
        let mut finding =
            Finding::new(FindingKind::Semantic, expr.span, message).help(format!("Use `{text}`."));
        finding.fix = Some(Suggestion { title: "Swap the sides".into(), span: expr.span, text });
        self.report(finding);
    }

    fn mention_on_both_sides(&mut self, name: &Name, left: &Relation, right: &Relation) {
        if !self.recorder.full() {
            return;
        }
        let mut of = |relation: &Relation| match relation.column(&name.text) {
            Some(column) => Some(column.id),
            None => relation.has_unknown_columns.then(|| self.recorder.assumed(name)),
        };
        let symbol = match (of(left), of(right)) {
            (Some(left), Some(right)) if left != right => Symbol::Columns([left, right].into()),
            (Some(id), _) | (None, Some(id)) => Symbol::Column(id),
            (None, None) => return,
        };
        self.recorder.mention(name.span, || symbol);
    }

    /// A column that both sides must have.
    fn key(&mut self, name: &'a Name, left: &Arc<Relation>, right: &Arc<Relation>, keys: &mut Vec<String>) {
        if name.form == NameForm::Missing {
            return;
        }
        keys.push(name.text.to_string());
        self.mention_on_both_sides(name, left, right);
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
                    self.report(finding.doubted(left.unsure_types() || right.unsure_types() || refined));
                }
            }
            [None, None] if !left.has_unknown_columns && !right.has_unknown_columns => {
                self.with_row_scope(left, |binder| binder.unknown_name(name));
            }
            _ => {
                for (found, (relation, side)) in found.iter().zip(sides) {
                    if found.is_none() && !relation.has_unknown_columns {
                        let message = format!("The {side} side of the join has no column `{}`", name.text);
                        let mut finding = Finding::new(FindingKind::UnknownColumn, name.span, message)
                            .help("Use `$left.A == $right.B` to join columns with different names.");
                        finding.low_confidence = relation.low_confidence;
                        finding.name = Some(name.text.clone());
                        self.report(finding);
                    }
                }
            }
        }
    }
}

/// `$left.column` and `$right.column`.
fn sided(expr: &Expr) -> Option<(&str, Span, &Name)> {
    let ExprKind::Path { base, member } = &expr.kind else { return None };
    match (&base.kind, &member.kind) {
        (ExprKind::Name(side), ExprKind::Name(name)) if matches!(&*side.text, "$left" | "$right") => {
            Some((&side.text, side.span, name))
        }
        _ => None,
    }
}

/// Whether columns of these types can be joined.
fn comparable(a: Scalar, b: Scalar) -> bool {
    !a.dynamic() && !b.dynamic() && (a.promoted() == b.promoted() || a.unknown() || b.unknown())
}
