//! The types of expressions.

use std::sync::Arc;

use super::super::ast::{BinaryOp, Expr, ExprKind, ListOp, Literal, LogicalOp, NameForm};
use super::super::builtins::OperatorId as Op;
use super::super::model::finding::Finding;
use super::super::types::{Conversion, Element, Relation, Scalar, Shape};
use super::operations::{list_operator_id, operator_id};
use super::{Binder, FindingKind, Value};
use crate::source::Span;

impl<'a> Binder<'a> {
    /// An expression where a value is meant, though a table may stand.
    pub(super) fn value(&mut self, expr: &'a Expr) -> Value {
        self.value_or_rows(expr)
    }

    /// The type of an expression where only a value may stand.
    pub(super) fn scalar(&mut self, expr: &'a Expr) -> Scalar {
        let value = self.value_or_rows(expr);
        self.of_value(expr, &value)
    }

    pub(super) fn of_value(&mut self, expr: &Expr, value: &Value) -> Scalar {
        match value {
            Value::Scalar(kind, _) => *kind,
            Value::Columns(columns) if columns.len() == 1 => {
                columns.first().map_or(Scalar::Unknown, |only| only.kind)
            }
            Value::Graph(_) => {
                self.say(FindingKind::Type, expr.span, "Expected a value, got a graph");
                Scalar::Unknown
            }
            // A table of the workspace has the name by chance.
            Value::Rows(_) if self.names_no_column(expr) => Scalar::Unknown,
            Value::Rows(_) | Value::Database | Value::Cluster => {
                let message = "Expected a value, got a table";
                let finding = Finding::new(FindingKind::Type, expr.span, message)
                    .help("Use `toscalar(...)` to get the first value of a table.");
                self.report(finding);
                Scalar::Unknown
            }
            _ => Scalar::Unknown,
        }
    }

    /// Says that a name among columns is not a column, where it is that of a table or function of the workspace.
    fn names_no_column(&mut self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Name(name) if self.scope.row.is_some() && self.local(&name.text).is_none() => {
                let message = format!("Unknown column `{}`", name.text);
                let mut finding = Finding::new(FindingKind::UnknownColumn, expr.span, message)
                    .help("A table has this name; use `toscalar(...)` to get the first value of a table.");
                finding.name = Some(name.text.clone());
                self.report(finding);
                true
            }
            _ => false,
        }
    }

    /// An expression that must be true or false.
    pub(super) fn predicate(&mut self, expr: &'a Expr) {
        let kind = match self.value_or_rows(expr) {
            Value::Columns(columns) if columns.len() > 1 => {
                self.say(FindingKind::Type, expr.span, "A condition must be a single value");
                return;
            }
            value => self.of_value(expr, &value),
        };
        if kind == Scalar::Bool || kind.unknown() {
            return;
        }
        let message = format!("A condition must be `bool`, got `{}`", kind.name());
        let mut finding = Finding::new(FindingKind::Type, expr.span, message);
        if let ExprKind::Named { value, .. } = &expr.kind {
            "`=` assigns a name; use `==` to compare".clone_into(&mut finding.message);
            finding.help = Some("Use `==`.".into());
            let between = Span::new(expr.span.start as usize, value.span.start as usize);
            if let Some(at) = self.written(between).rfind('=') {
                let at = between.start as usize + at;
                let span = Span::new(at, at + 1);
                let title = "Replace with `==`".to_owned();
                finding.fix = Some(super::super::error::Suggestion { title, span, text: "==".into() });
                finding.span = span;
            }
        } else if kind == Scalar::Dynamic {
            finding.help = Some("Convert it with `tobool(...)`, or compare it.".into());
        }
        self.report(finding);
    }

    pub(super) fn value_or_rows(&mut self, expr: &'a Expr) -> Value {
        match self.row_or_value(expr) {
            // A node or an edge as a whole fits wherever a value does.
            Value::Row(_) => Value::Unknown,
            value => value,
        }
    }

    /// An expression that may be the name of a node, of an edge or of a step of `scan`.
    pub(super) fn row_or_value(&mut self, expr: &'a Expr) -> Value {
        let value = self.with_depth_guard(|binder| binder.read(expr));
        self.record(expr, &value);
        value
    }

    /// Keeps what an expression is, where everything is kept.
    pub(super) fn record(&mut self, expr: &Expr, value: &Value) {
        if self.recorder.full() {
            let names = &self.names;
            self.recorder.expr(self.text, expr, value, |name| names.find(name).is_some());
        }
    }

    fn read(&mut self, expr: &'a Expr) -> Value {
        match &expr.kind {
            ExprKind::Missing | ExprKind::At | ExprKind::Star | ExprKind::Typed(_) => Value::Unknown,
            ExprKind::Name(name) if name.form == NameForm::Wildcard => self.wildcard_tables(name),
            ExprKind::Name(name) => self.name(name),
            ExprKind::Literal(literal) => Value::constant(literal_type(literal)),
            ExprKind::Dynamic(inner) => Value::constant(dynamic_type(inner)),
            ExprKind::Array(_) | ExprKind::Object(_) => Value::constant(dynamic_type(expr)),
            ExprKind::TypeOf(_) => Value::constant(Scalar::Type),
            ExprKind::Call { name, args } => self.call(name, args, None),
            ExprKind::Path { base, member } => self.member(base, member),
            ExprKind::Element { base, index } => self.element(base, index),
            ExprKind::Bracketed(inner) if !matches!(inner.kind, ExprKind::Literal(_)) => {
                self.with_empty_scope(|binder| binder.without_reporting(|binder| binder.value(inner)));
                let finding = Finding::new(FindingKind::Type, expr.span, "A name in brackets must be quoted")
                    .help(format!("Use `['{}']`.", self.written(inner.span)));
                self.report(finding);
                Value::Unknown
            }
            ExprKind::Paren(inner) => self.in_parentheses(expr, |binder| binder.value_or_rows(inner)),
            ExprKind::Bracketed(inner)
            | ExprKind::Ordered { expr: inner, .. }
            | ExprKind::Named { value: inner, .. }
            | ExprKind::Converted { expr: inner, .. }
            | ExprKind::Defaulted { expr: inner, .. } => self.value_or_rows(inner),
            ExprKind::Unary { minus, operand } => {
                let start = expr.span.start as usize;
                self.unary(*minus, operand, Span::new(start, start + 1))
            }
            ExprKind::Binary { op, op_span, left, right } => self.binary(*op, *op_span, left, right),
            ExprKind::Logical { op, operands } => self.logical(*op, expr.span, operands),
            ExprKind::InList { op, op_span, left, items } => self.in_list(*op, *op_span, left, items),
            ExprKind::Between { negated, op_span, left, low, high } => {
                self.between(*negated, *op_span, left, low, high)
            }
            ExprKind::ToScalar(query) => self.in_parentheses(expr, |binder| binder.scalar_of(query)),
            ExprKind::ToTable(query) | ExprKind::Materialize(query) => {
                self.in_parentheses(expr, |binder| binder.with_empty_scope(|binder| binder.pipeline(query)))
            }
            ExprKind::Pipeline { .. } | ExprKind::Operator(_) => self.nested_pipeline(expr),
            ExprKind::DataTable { schema, values } => self.data_table(expr, schema, values),
            ExprKind::ExternalData { schema, uris, .. } => {
                for uri in uris {
                    self.with_empty_scope(|binder| binder.value(uri));
                }
                Value::Rows(Arc::new(Relation::closed(self.schema(schema))))
            }
            ExprKind::EntityGroup(members) => {
                for member in members {
                    self.with_empty_scope(|binder| binder.value(member));
                }
                Value::Rows(Arc::new(Relation::unknown()))
            }
            ExprKind::Internal(_) => Value::Rows(Arc::new(Relation::unknown())),
        }
    }

    /// Reads what stands in the parentheses with which an expression ends.
    pub(super) fn in_parentheses<R>(&mut self, whole: &Expr, work: impl FnOnce(&mut Self) -> R) -> R {
        self.within_brackets(whole.span.end.saturating_sub(1), work)
    }

    /// A pipeline inside an expression sees no columns around it.
    fn nested_pipeline(&mut self, expr: &'a Expr) -> Value {
        self.with_empty_scope(|binder| binder.pipeline(expr))
    }

    fn scalar_of(&mut self, query: &'a Expr) -> Value {
        match self.with_empty_scope(|binder| binder.pipeline(query)) {
            Value::Rows(relation) => {
                if relation.columns.is_empty() && !relation.has_unknown_columns {
                    self.say(
                        FindingKind::Semantic,
                        query.span,
                        "The table has no columns to get a value from",
                    );
                }
                Value::constant(relation.columns.first().map_or(Scalar::Unknown, |column| column.kind))
            }
            Value::Scalar(kind, _) => Value::constant(kind),
            _ => Value::Unknown,
        }
    }

    pub(super) fn element(&mut self, base: &'a Expr, index: &'a Expr) -> Value {
        if let Some(value) = self.bracketed_call(base, index) {
            return value;
        }
        if let Some(finding) = self.slice(base, index) {
            self.value(base);
            self.report(finding);
            return Value::Unknown;
        }
        let value = self.row_or_value(base);
        self.remember(base, &value);
        match value {
            Value::Row(relation) => {
                // The service reads the column of this name; the official analyzer does not tell its type.
                self.value(index);
                let column = match &index.kind {
                    ExprKind::Literal(Literal::String(text)) => relation.column(text),
                    _ => None,
                };
                column.map_or(Value::Unknown, |column| Value::of(column.kind))
            }
            Value::Database => {
                let text = match &index.kind {
                    ExprKind::Literal(Literal::String(text)) => text.to_string(),
                    ExprKind::Name(name) => name.text.to_string(),
                    _ => return Value::Rows(Arc::new(Relation::unknown())),
                };
                let table = self.catalog.table(&text);
                Value::Rows(match table {
                    Some(table) => self.rows_of_table(&text, table),
                    None => Arc::new(Relation::unknown()),
                })
            }
            Value::Scalar(kind, _) if !kind.unknown() => {
                let inner = self.scalar(index);
                if inner.unknown() {
                    return Value::Unknown;
                }
                self.element_of(kind, base, index, inner)
            }
            Value::Rows(_) => {
                self.say(FindingKind::Semantic, base.span, "A table has no elements");
                Value::Unknown
            }
            // Of the values that a call returns, the index chooses one.
            Value::Columns(columns) => {
                self.value(index);
                let kinds: Vec<Scalar> = columns.iter().map(|column| column.kind).collect();
                let all_dynamic = !kinds.is_empty() && kinds.iter().all(|kind| kind.dynamic());
                if all_dynamic { Value::of(Scalar::Dynamic) } else { Value::Unknown }
            }
            _ => {
                self.value(index);
                Value::Unknown
            }
        }
    }

    fn element_of(&mut self, kind: Scalar, base: &'a Expr, index: &'a Expr, inner: Scalar) -> Value {
        let text = inner == Scalar::String || inner.dynamic();
        let bag = matches!(kind, Scalar::Bag(_));
        let wrong = match kind {
            Scalar::Array(_) if !inner.index() => "The index of an array must be an integer",
            Scalar::Bag(_) if !text => "The key of a property bag must be a string",
            Scalar::Dynamic if !text && !inner.index() => "An index must be a string or an integer",
            Scalar::Dynamic | Scalar::Array(_) | Scalar::Bag(_) => "",
            _ => {
                let message = format!("{} has no elements", capital(&kind.described()));
                let mut finding = Finding::new(FindingKind::Semantic, base.span, message);
                if kind == Scalar::String {
                    finding = finding.help("If it contains JSON, parse it with `parse_json` first.");
                }
                self.report(finding.doubted(kind.refined()));
                return Value::Unknown;
            }
        };
        if !wrong.is_empty() {
            let message = format!("{wrong}, got {}", inner.described());
            let refined = kind.refined() || inner.refined();
            self.report(Finding::new(FindingKind::Type, index.span, message).doubted(refined));
        }
        let result = match &index.kind {
            ExprKind::Literal(Literal::String(name)) if bag => kind.member(name),
            _ => kind.element().unwrap_or(Scalar::Dynamic),
        };
        Value::of(result)
    }

    fn unary(&mut self, minus: bool, operand: &'a Expr, op_span: Span) -> Value {
        let value = self.value(operand);
        let id = if minus { Op::UnaryMinus } else { Op::UnaryPlus };
        match self.operate(id, op_span, &[operand], vec![value], true) {
            // A literal stays what it is.
            Value::Scalar(Scalar::Int, false) => Value::of(Scalar::Long),
            value => value,
        }
    }

    fn logical(&mut self, op: LogicalOp, op_span: Span, operands: &'a [Expr]) -> Value {
        let id = match op {
            LogicalOp::And => Op::And,
            LogicalOp::Or => Op::Or,
        };
        let mut whole: Option<(Value, &'a Expr)> = None;
        let mut told = 0;
        for (at, operand) in operands.iter().enumerate() {
            // What is told with the comparison before it.
            if at < told {
                continue;
            }
            if op == LogicalOp::Or && !self.context.searching {
                told = at + self.further_values(operands, at);
                if at < told {
                    continue;
                }
            }
            let value = self.condition_value(operand);
            whole = Some(match whole {
                None => (value, operand),
                Some((left, expr)) => {
                    // Only the operand that does not do is said to be wrong.
                    let both = [&left, &value];
                    let bad = both.iter().position(|value| !is_condition(value));
                    if let Some(bad) = bad {
                        let wrong = [expr, operand][bad];
                        self.no_condition(op, wrong, both[bad]);
                        (Value::Unknown, operand)
                    } else {
                        (self.operate(id, op_span, &[expr, operand], vec![left, value], true), operand)
                    }
                }
            });
        }
        whole.map_or(Value::Unknown, |(value, _)| value)
    }

    /// A part of a condition, which may be a text to search for.
    pub(super) fn condition_value(&mut self, operand: &'a Expr) -> Value {
        let searching = self.context.searching;
        match &operand.kind {
            ExprKind::Star if searching => return Value::of(Scalar::Bool),
            ExprKind::Paren(inner) if searching => return self.condition_value(inner),
            ExprKind::Logical { .. } => {}
            _ => self.context.searching = false,
        }
        let value = self.value_or_rows(operand);
        self.context.searching = searching;
        match value {
            Value::Scalar(Scalar::String, true)
                if searching && matches!(operand.kind, ExprKind::Literal(_) | ExprKind::Name(_)) =>
            {
                Value::constant(Scalar::Bool)
            }
            Value::Columns(columns) if columns.len() == 1 => {
                Value::of(columns.first().map_or(Scalar::Unknown, |only| only.kind))
            }
            value => value,
        }
    }

    fn no_condition(&mut self, op: LogicalOp, operand: &Expr, value: &Value) {
        let kind = match value {
            Value::Scalar(kind, _) => kind.described(),
            _ => "a table".to_owned(),
        };
        let message = format!("`{}` expects conditions, got {kind}", op.text());
        let mut finding = Finding::new(FindingKind::Type, operand.span, message);
        if matches!(value, Value::Scalar(Scalar::String, _)) {
            finding.help = Some("To search for one of several values, use `in (...)`.".into());
        }
        self.report(finding);
    }

    fn binary(&mut self, op: BinaryOp, op_span: Span, left: &'a Expr, right: &'a Expr) -> Value {
        if op == BinaryOp::Subtract
            && let Some(value) = self.hyphenated_call(left, right)
        {
            return value;
        }
        let side = |binder: &mut Self, expr: &'a Expr| match &expr.kind {
            ExprKind::Star if binder.context.searching => Value::of(Scalar::Dynamic),
            _ => {
                let searching = std::mem::replace(&mut binder.context.searching, false);
                let value = binder.value(expr);
                binder.context.searching = searching;
                value
            }
        };
        let values = vec![side(self, left), side(self, right)];
        self.operate(operator_id(op), op_span, &[left, right], values, true)
    }

    fn in_list(&mut self, op: ListOp, op_span: Span, left: &'a Expr, items: &'a [Expr]) -> Value {
        let mut operands = vec![left];
        let mut values = vec![self.value(left)];
        for item in items {
            operands.push(item);
            values.push(match item.kind {
                ExprKind::Pipeline { .. } | ExprKind::Operator(_) => self.nested_pipeline(item),
                _ => self.value(item),
            });
        }
        let value = self.operate(list_operator_id(op), op_span, &operands, values, false);
        if value.is_unknown() { Value::of(Scalar::Bool) } else { value }
    }

    fn between(
        &mut self,
        negated: bool,
        op_span: Span,
        left: &'a Expr,
        low: &'a Expr,
        high: &'a Expr,
    ) -> Value {
        let operands = [left, low, high];
        let values = operands.iter().map(|operand| self.value(operand)).collect();
        let id = if negated { Op::NotBetween } else { Op::Between };
        let value = self.operate(id, op_span, &operands, values, false);
        if value.is_unknown() { Value::of(Scalar::Bool) } else { value }
    }
}

fn is_condition(value: &Value) -> bool {
    match value {
        Value::Scalar(kind, _) => matches!(kind, Scalar::Bool | Scalar::Unknown) || kind.dynamic(),
        Value::Unknown | Value::Columns(_) | Value::Nothing => true,
        _ => false,
    }
}

fn capital(text: &str) -> String {
    match text.strip_prefix("a ") {
        Some(rest) => format!("A {rest}"),
        None => format!("A value of type {text}"),
    }
}

/// The type of a value inside `dynamic()`.
fn dynamic_type(expr: &Expr) -> Scalar {
    match &expr.kind {
        ExprKind::Literal(Literal::Null) => Scalar::Dynamic,
        ExprKind::Literal(literal) => literal_type(literal).boxed(),
        ExprKind::Array(items) => {
            let kinds = items.iter().map(|item| dynamic_type(item).unboxed());
            Scalar::common_of(kinds, Conversion::Wider).map_or(Scalar::Array(Element::Any), Scalar::array)
        }
        ExprKind::Object(_) => Scalar::Bag(Shape::Any),
        ExprKind::Unary { operand, .. } | ExprKind::Paren(operand) => dynamic_type(operand),
        _ => Scalar::Dynamic,
    }
}

/// The type of a literal.
pub(super) fn literal_type(literal: &Literal) -> Scalar {
    match literal {
        Literal::String(_) => Scalar::String,
        Literal::Long => Scalar::Long,
        Literal::Int => Scalar::Int,
        Literal::Real => Scalar::Real,
        Literal::Decimal => Scalar::Decimal,
        Literal::Bool => Scalar::Bool,
        Literal::Timespan => Scalar::Timespan,
        Literal::DateTime => Scalar::DateTime,
        Literal::Guid => Scalar::Guid,
        Literal::Null => Scalar::Dynamic,
        Literal::Word => Scalar::Unknown,
    }
}
