//! The names of columns: those that expressions have of themselves, and how duplicates are distinguished.

use super::super::ast::{Expr, ExprKind, Literal, NameForm};
use super::super::builtins::{self, Naming};
use super::super::types::{Column, ColumnId, Scalar};
use super::{Binder, Bound, Value};

impl Binder<'_> {
    /// The name that the column of an expression has, where it has one without `Column1`.
    pub(super) fn name_of(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Name(name) if name.form != NameForm::Missing => Some(name.text.to_string()),
            ExprKind::Paren(inner) | ExprKind::Ordered { expr: inner, .. } => self.name_of(inner),
            ExprKind::Bracketed(inner) => self.index_name(inner),
            ExprKind::Path { base, member } => self.joined_name(base, self.name_of(member)),
            ExprKind::Element { base, index } => self.joined_name(base, self.index_name(index)),
            ExprKind::Call { name, args } => self.name_of_call(&name.text, args),
            ExprKind::Named { names, .. } => names.first().map(|name| name.text.to_string()),
            ExprKind::Converted { expr, .. } | ExprKind::Defaulted { expr, .. } => self.name_of(expr),
            _ => None,
        }
    }

    /// The name of a part of a dynamic value: that of the value and of the part.
    fn joined_name(&self, base: &Expr, part: Option<String>) -> Option<String> {
        if !self.has_parts(base) {
            return part;
        }
        let base = self.name_of(base).filter(|base| !base.trim().is_empty());
        match base {
            Some(base) => Some(format!("{base}_{}", part.unwrap_or_default())),
            None => part,
        }
    }

    /// The same in the `project` of a pattern, where members of nodes and edges carry their names too.
    pub(super) fn name_in_graph(&self, expr: &Expr) -> Option<String> {
        let (base, part) = match &expr.kind {
            ExprKind::Path { base, member } => (base, self.name_of(member)),
            ExprKind::Element { base, index } => (base, self.index_name(index)),
            _ => return self.name_of(expr),
        };
        match self.name_in_graph(base).filter(|base| !base.trim().is_empty()) {
            Some(base) => Some(format!("{base}_{}", part.unwrap_or_default())),
            None => part,
        }
    }

    /// Whether the parts of a value carry its name, as those of dynamic values do.
    fn has_parts(&self, base: &Expr) -> bool {
        match self.part_types.get(&base.id) {
            Some(kind) => {
                matches!(kind, Scalar::Dynamic | Scalar::Array(_) | Scalar::Bag(_) | Scalar::Unknown)
            }
            None => false,
        }
    }

    fn index_name(&self, index: &Expr) -> Option<String> {
        match &index.kind {
            ExprKind::Literal(Literal::String(text)) => Some(text.to_string()),
            ExprKind::Literal(Literal::Long | Literal::Int) => {
                Some(self.written(index.span).replace('-', "_"))
            }
            _ => None,
        }
    }

    fn name_of_call(&self, name: &str, args: &[Expr]) -> Option<String> {
        let aggregate = builtins::aggregate(name).filter(|_| self.context.aggregating);
        let builtin = aggregate.or_else(|| builtins::function(name))?;
        let first = || args.first().and_then(|arg| self.name_of(arg));
        match builtin.naming {
            Naming::None => None,
            Naming::FirstArgument => first(),
            Naming::OnlyArgument => first().filter(|_| args.len() == 1),
            Naming::NameAndFirstArgument => Some(format!("{name}_{}", first().unwrap_or_default())),
            Naming::PrefixAndFirstArgument => {
                Some(format!("{}_{}", builtin.prefix, first().unwrap_or_default()))
            }
            Naming::PrefixOnly => Some(builtin.prefix.to_owned()),
            Naming::FirstArgumentValueIfColumn => match args.first().map(|arg| &arg.kind) {
                Some(ExprKind::Literal(Literal::String(text))) => {
                    let known = self.scope.row.as_ref().is_some_and(|row| row.column(text).is_some());
                    known.then(|| text.to_string())
                }
                _ => None,
            },
        }
    }

    /// The column from which the name of an expression's column follows.
    pub(super) fn named_after(&self, expr: &Expr) -> Option<ColumnId> {
        match &expr.kind {
            ExprKind::Name(name) => {
                let column = self.scope.row.as_ref().and_then(|row| row.column(&name.text));
                column.map(|column| column.id).filter(|id| *id != ColumnId::NONE)
            }
            ExprKind::Paren(inner)
            | ExprKind::Ordered { expr: inner, .. }
            | ExprKind::Converted { expr: inner, .. }
            | ExprKind::Defaulted { expr: inner, .. } => self.named_after(inner),
            ExprKind::Path { base, .. } | ExprKind::Element { base, .. } if self.has_parts(base) => {
                self.named_after(base)
            }
            ExprKind::Path { base, member } => {
                // A member of a node or an edge is a column of its table.
                let (ExprKind::Name(base), ExprKind::Name(member)) = (&base.kind, &member.kind) else {
                    return None;
                };
                let Some(Bound::Value(Value::Row(row))) = self.local(&base.text) else { return None };
                row.column(&member.text).map(|column| column.id).filter(|id| *id != ColumnId::NONE)
            }
            ExprKind::Call { args, .. } => self.named_after(args.first()?),
            _ => None,
        }
    }

    /// The column that an expression is, parentheses and conversions to its own type aside.
    pub(super) fn result_column(&self, expr: &Expr) -> Option<Column> {
        match &expr.kind {
            ExprKind::Paren(inner) | ExprKind::Ordered { expr: inner, .. } => self.result_column(inner),
            ExprKind::Name(name) if name.form != NameForm::Missing => {
                let row = self.scope.row.as_ref()?;
                match row.column(&name.text) {
                    Some(column) => Some(column.clone()),
                    None if row.has_unknown_columns && self.local(&name.text).is_none() => {
                        let id = self.recorder.assumed_before(&name.text);
                        Some(Column::new(&*name.text, Scalar::Unknown).with_id(id))
                    }
                    None => None,
                }
            }
            ExprKind::Call { name, args } if args.len() == 1 => {
                let converted = match &*name.text {
                    "tobool" => Scalar::Bool,
                    "todatetime" => Scalar::DateTime,
                    "todecimal" => Scalar::Decimal,
                    "todouble" | "toreal" => Scalar::Real,
                    "toguid" => Scalar::Guid,
                    "toint" => Scalar::Int,
                    "tolong" => Scalar::Long,
                    "tostring" => Scalar::String,
                    "totimespan" => Scalar::Timespan,
                    "todynamic" => Scalar::Dynamic,
                    _ => return None,
                };
                self.result_column(&args[0]).filter(|column| column.kind == converted)
            }
            _ => None,
        }
    }
}

/// The value of an argument that may have a name.
pub(super) fn value_of(arg: &Expr) -> &Expr {
    match &arg.kind {
        ExprKind::Named { value, .. } => value,
        _ => arg,
    }
}
