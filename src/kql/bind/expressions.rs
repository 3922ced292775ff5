//! The types of expressions.

use std::rc::Rc;

use super::super::ast::{Expr, ExprKind, Literal, NameForm};
use super::super::token::TokenKind as T;
use super::super::types::{Relation, Scalar};
use super::finding::Finding;
use super::{Binder, FindingKind, Value};
use crate::source::Span;

impl<'a> Binder<'a> {
    /// An expression where a value is meant, though a table may stand.
    pub(super) fn value(&mut self, expr: &'a Expr) -> Value {
        self.value_or_rows(expr)
    }

    /// The type of an expression where only a value may stand.
    pub(super) fn scalar(&mut self, expr: &'a Expr) -> Scalar {
        match self.value_or_rows(expr) {
            Value::Scalar(kind, _) => kind,
            Value::Columns(columns) => columns.first().map_or(Scalar::Unknown, |column| column.kind),
            Value::Rows(_) => {
                let message = "A value is needed here, and this is a table";
                let finding = Finding::new(FindingKind::Type, expr.span, message)
                    .help("`toscalar(...)` takes the first value of a table.");
                self.report(finding);
                Scalar::Unknown
            }
            _ => Scalar::Unknown,
        }
    }

    /// An expression that must be true or false.
    pub(super) fn predicate(&mut self, expr: &'a Expr) {
        let kind = self.scalar(expr);
        if kind == Scalar::Bool || kind.unknown() {
            return;
        }
        let message = format!("A condition is `bool`, and this is `{}`", kind.name());
        let mut finding = Finding::new(FindingKind::Type, expr.span, message);
        if let ExprKind::Named { value, .. } = &expr.kind {
            "`=` gives a name; to compare, write `==`".clone_into(&mut finding.message);
            finding.help = Some("Write `==`.".into());
            let between = Span::new(expr.span.start as usize, value.span.start as usize);
            if let Some(at) = self.written(between).rfind('=') {
                let at = between.start as usize + at;
                let span = Span::new(at, at + 1);
                let title = "Write `==`".to_owned();
                finding.mend = Some(super::super::error::Mend { title, span, text: "==".into() });
                finding.span = span;
            }
        } else if kind == Scalar::Dynamic {
            finding.help = Some("Convert it with `tobool(...)`, or compare it.".into());
        }
        self.report(finding);
    }

    pub(super) fn value_or_rows(&mut self, expr: &'a Expr) -> Value {
        match &expr.kind {
            ExprKind::Missing | ExprKind::At | ExprKind::Star | ExprKind::Typed(_) => Value::Unknown,
            ExprKind::Name(name) if name.form == NameForm::Wildcard => self.wildcard_tables(name),
            ExprKind::Name(name) => self.name(name),
            ExprKind::Literal(literal) => Value::constant(literal_type(literal)),
            ExprKind::Dynamic(_) | ExprKind::Array(_) | ExprKind::Object(_) => {
                Value::constant(Scalar::Dynamic)
            }
            ExprKind::TypeOf(_) => Value::constant(Scalar::Type),
            ExprKind::Call { name, args } => self.call(name, args, None),
            ExprKind::Path { base, member } => self.member(base, member),
            ExprKind::Element { base, index } => self.element(base, index),
            ExprKind::Bracketed(inner)
            | ExprKind::Paren(inner)
            | ExprKind::Ordered { expr: inner, .. }
            | ExprKind::Named { value: inner, .. }
            | ExprKind::Converted { expr: inner, .. }
            | ExprKind::Defaulted { expr: inner, .. } => self.value_or_rows(inner),
            ExprKind::Unary { op, operand } => self.unary(*op, expr, operand),
            ExprKind::Binary { op, op_span, left, right } => self.binary(*op, *op_span, left, right),
            ExprKind::Logical { op, operands } => self.logical(*op, operands),
            ExprKind::InList { op, op_span, left, items } => self.in_list(*op, *op_span, left, items),
            ExprKind::Between { op, op_span, left, low, high } => {
                self.between(*op, *op_span, left, low, high)
            }
            ExprKind::ToScalar(query) => self.scalar_of(query),
            ExprKind::ToTable(query) | ExprKind::Materialize(query) => {
                self.alone(|binder| binder.pipeline(query))
            }
            ExprKind::Pipeline { .. } | ExprKind::Operator(_) => self.nested_pipeline(expr),
            ExprKind::DataTable { schema, values } => self.data_table(expr, schema, values),
            ExprKind::ExternalData { schema, uris, .. } => {
                for uri in uris {
                    self.alone(|binder| binder.value(uri));
                }
                Value::Rows(Rc::new(Relation::closed(Self::declared(schema))))
            }
            ExprKind::EntityGroup(_) | ExprKind::Internal(_) => Value::Rows(Rc::new(Relation::unknown())),
        }
    }

    /// A pipeline inside of an expression sees no columns around it.
    fn nested_pipeline(&mut self, expr: &'a Expr) -> Value {
        self.alone(|binder| binder.pipeline(expr))
    }

    fn scalar_of(&mut self, query: &'a Expr) -> Value {
        match self.alone(|binder| binder.pipeline(query)) {
            Value::Rows(relation) => {
                Value::constant(relation.columns.first().map_or(Scalar::Unknown, |column| column.kind))
            }
            Value::Scalar(kind, _) => Value::constant(kind),
            _ => Value::Unknown,
        }
    }

    fn element(&mut self, base: &'a Expr, index: &'a Expr) -> Value {
        let value = self.value_or_rows(base);
        match value {
            Value::Database => {
                let text = match &index.kind {
                    ExprKind::Literal(Literal::String(text)) => text.to_string(),
                    ExprKind::Name(name) => name.text.to_string(),
                    _ => return Value::Rows(Rc::new(Relation::unknown())),
                };
                let table = self.catalog.table(&text);
                Value::Rows(table.map_or_else(|| Rc::new(Relation::unknown()), |table| table.relation))
            }
            Value::Scalar(Scalar::Dynamic, constant) => {
                let kind = self.scalar(index);
                let array = matches!(&base.kind, ExprKind::Call { name, .. } if returns_array(&name.text));
                let usable =
                    matches!(kind, Scalar::String | Scalar::Dynamic | Scalar::Unknown) || kind.integer();
                if !usable {
                    let message = format!("An index is a text or an integer, and this is `{}`", kind.name());
                    self.say(FindingKind::Type, index.span, message);
                }
                if array && kind == Scalar::String {
                    let message = "An array is indexed by a number, and this is a text";
                    self.say(FindingKind::Type, index.span, message);
                }
                Value::Scalar(Scalar::Dynamic, constant)
            }
            Value::Scalar(kind, _) if !kind.unknown() => {
                self.value(index);
                let message = format!("A value of type `{}` has no elements", kind.name());
                let finding = Finding::new(FindingKind::Semantic, base.span, message)
                    .help("If it holds JSON, read it with `parse_json` first.");
                self.report(finding);
                Value::Unknown
            }
            Value::Rows(_) => {
                self.say(FindingKind::Semantic, base.span, "A table has no elements");
                Value::Unknown
            }
            _ => {
                self.value(index);
                Value::Unknown
            }
        }
    }

    fn unary(&mut self, op: T, expr: &Expr, operand: &'a Expr) -> Value {
        let value = self.value(operand);
        let constant = matches!(value, Value::Scalar(_, true));
        let Value::Scalar(kind, _) = value else { return Value::Unknown };
        if kind.unknown() || kind.summable() || kind == Scalar::Dynamic {
            return Value::Scalar(kind, constant);
        }
        let message = format!("`{}` cannot stand before a value of type `{}`", op.text(), kind.name());
        self.say(FindingKind::Type, expr.span, message);
        Value::Unknown
    }

    fn logical(&mut self, op: T, operands: &'a [Expr]) -> Value {
        for operand in operands {
            if matches!(operand.kind, ExprKind::Star) {
                continue;
            }
            let kind = self.scalar(operand);
            let text = self.searching && kind == Scalar::String;
            if text || matches!(kind, Scalar::Bool | Scalar::Dynamic | Scalar::Unknown) {
                continue;
            }
            let message = format!("`{}` joins conditions, and this is `{}`", op.text(), kind.name());
            let mut finding = Finding::new(FindingKind::Type, operand.span, message);
            if kind == Scalar::String {
                finding.help = Some("To look for one of several values, write `in (...)`.".into());
            }
            self.report(finding);
        }
        Value::of(Scalar::Bool)
    }

    fn binary(&mut self, op: T, op_span: Span, left: &'a Expr, right: &'a Expr) -> Value {
        if matches!(left.kind, ExprKind::Star) {
            self.scalar(right);
            return Value::of(Scalar::Bool);
        }
        let sides = (self.value(left), self.value(right));
        let constant = matches!(sides, (Value::Scalar(_, true), Value::Scalar(_, true)));
        let kind = |value: &Value| match value {
            Value::Scalar(kind, _) => Some(*kind),
            Value::Columns(columns) => columns.first().map(|column| column.kind),
            Value::Rows(_) => None,
            _ => Some(Scalar::Unknown),
        };
        let compares = !matches!(op, T::Plus | T::Minus | T::Asterisk | T::Slash | T::Percent);
        let fallback = if compares { Scalar::Bool } else { Scalar::Unknown };
        let (Some(a), Some(b)) = (kind(&sides.0), kind(&sides.1)) else {
            let message = format!("`{}` compares values, and one side is a table", op.text());
            self.say(FindingKind::Type, op_span, message);
            return Value::of(fallback);
        };
        match operate(op, a, b) {
            Some(kind) => Value::Scalar(kind, constant),
            None => {
                let message = format!("`{}` does not work on `{}` and `{}`", op.text(), a.name(), b.name());
                let mut finding = Finding::new(FindingKind::Type, op_span, message);
                finding.help = advice(op, a, b);
                self.report(finding);
                Value::of(fallback)
            }
        }
    }

    fn in_list(&mut self, op: T, _op_span: Span, left: &'a Expr, items: &'a [Expr]) -> Value {
        let star = matches!(left.kind, ExprKind::Star);
        let kind = if star { Scalar::String } else { self.scalar(left) };
        let texts = matches!(op, T::HasAny | T::HasAll | T::InCs | T::NotInCs);
        if texts && !matches!(kind, Scalar::String | Scalar::Dynamic | Scalar::Unknown) {
            let message =
                format!("`{}` works on `string` and `dynamic`, and this is `{}`", op.text(), kind.name());
            self.say(FindingKind::Type, left.span, message);
        }
        for item in items {
            if matches!(item.kind, ExprKind::Pipeline { .. } | ExprKind::Operator(_)) {
                self.nested_pipeline(item);
            } else {
                self.value(item);
            }
        }
        Value::of(Scalar::Bool)
    }

    fn between(&mut self, op: T, op_span: Span, left: &'a Expr, low: &'a Expr, high: &'a Expr) -> Value {
        let kinds = [self.scalar(left), self.scalar(low), self.scalar(high)];
        let [value, from, to] = kinds;
        let fits = |kind: Scalar, with: Scalar| {
            kind.unknown() || with.unknown() || kind == with || (kind.number() && with.number())
        };
        let known = matches!(value, Scalar::Dynamic | Scalar::Unknown) || value.summable();
        let span_of_time = value == Scalar::DateTime && to == Scalar::Timespan;
        if !known {
            let message = format!("`{}` does not work on `{}`", op.text(), value.name());
            self.say(FindingKind::Type, op_span, message);
        } else if value != Scalar::Dynamic {
            for (kind, bound) in [(from, low), (to, high)] {
                let fine = fits(kind, value)
                    || (kind == Scalar::Dynamic && value.number())
                    || (span_of_time && std::ptr::eq(bound, high));
                if !fine {
                    let (value, kind) = (value.name(), kind.name());
                    let message = format!("The bound is `{kind}`, and what is compared is `{value}`");
                    self.say(FindingKind::Type, bound.span, message);
                }
            }
        }
        Value::of(Scalar::Bool)
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

/// The type of an operation; `None` where the operator does not work on these types.
fn operate(op: T, a: Scalar, b: Scalar) -> Option<Scalar> {
    use Scalar::{Bool, DateTime, Dynamic, Int, Long, Real, String, Timespan, Unknown};
    let numbers = a.number() && b.number();
    match op {
        T::EqualEqual | T::BangEqual | T::LessThanGreaterThan => Some(Bool),
        T::LessThan | T::LessThanOrEqual | T::GreaterThan | T::GreaterThanOrEqual => {
            let number = |kind: Scalar| kind.number() || kind == Bool;
            let fits = a.unknown()
                || b.unknown()
                || (number(a) && number(b))
                || (a == b && matches!(a, Timespan | DateTime | Dynamic))
                || (a == Dynamic && b.number())
                || (a.number() && b == Dynamic);
            fits.then_some(Bool)
        }
        T::Plus | T::Minus | T::Asterisk | T::Slash | T::Percent => {
            if a.unknown() || b.unknown() {
                return Some(match (a, b) {
                    (Unknown, kind) | (kind, Unknown) if kind.number() => kind,
                    _ => Unknown,
                });
            }
            if numbers {
                return Some(a.wider(b));
            }
            match (op, a, b) {
                (_, Dynamic, Dynamic) => Some(Dynamic),
                (_, Dynamic, Int) | (_, Int, Dynamic) => Some(Long),
                (T::Minus, DateTime, Dynamic)
                | (T::Minus, Dynamic, DateTime)
                | (T::Plus | T::Minus | T::Asterisk | T::Percent, Timespan, Timespan) => Some(Timespan),
                (T::Plus | T::Minus, Dynamic, kind) | (T::Plus | T::Minus, kind, Dynamic)
                    if kind.summable() =>
                {
                    Some(kind)
                }
                (_, Dynamic, kind) | (_, kind, Dynamic) if kind.number() => Some(kind),
                (T::Slash, Timespan, Timespan) | (T::Slash, DateTime, DateTime | Timespan) => Some(Real),
                (T::Plus, DateTime | Timespan, DateTime | Timespan)
                | (T::Minus, DateTime, Timespan)
                | (T::Minus, Timespan, DateTime) => Some(DateTime),
                (T::Minus, DateTime, DateTime) | (T::Percent, DateTime, DateTime | Timespan) => {
                    Some(Timespan)
                }
                (T::Asterisk | T::Slash | T::Percent, Timespan, kind) if kind.number() => Some(Timespan),
                (T::Asterisk, kind, Timespan) if kind.number() => Some(Timespan),
                (T::Asterisk | T::Slash | T::Percent, DateTime, kind) if kind.number() => Some(DateTime),
                (T::Asterisk, kind, DateTime) if kind.number() => Some(DateTime),
                _ => None,
            }
        }
        _ => {
            let text = |kind: Scalar| matches!(kind, String | Dynamic | Unknown);
            (text(a) && text(b)).then_some(Bool)
        }
    }
}

fn advice(op: T, a: Scalar, b: Scalar) -> Option<String> {
    let pair = |x: Scalar, y: Scalar| (a, b) == (x, y) || (b, a) == (x, y);
    let help = if op.is_string_operator() {
        "Convert the value with `tostring(...)`."
    } else if pair(Scalar::DateTime, Scalar::String) {
        "Write the time as `datetime(...)`, or convert the text with `todatetime(...)`."
    } else if pair(Scalar::DateTime, Scalar::Dynamic) {
        "Convert the value with `todatetime(...)`."
    } else if op == T::Plus && (a == Scalar::String || b == Scalar::String) {
        "Join texts with `strcat(...)`."
    } else if a == Scalar::String || b == Scalar::String {
        "Convert the text with `tolong(...)`, `toreal(...)` or `todatetime(...)`."
    } else {
        return None;
    };
    Some(help.to_owned())
}

/// Whether a function returns an array, whatever its arguments.
fn returns_array(name: &str) -> bool {
    matches!(name, "split" | "pack_array" | "extract_all" | "array_concat" | "bag_keys" | "range" | "repeat")
}
