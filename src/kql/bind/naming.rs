//! The names of columns: those that expressions have of themselves, and how doubles are told apart.

use std::rc::Rc;

use super::super::ast::{Expr, ExprKind, Literal, NameForm};
use super::super::builtins::{self, Naming};
use super::super::types::{Column, Scalar};
use super::Binder;

impl Binder<'_> {
    /// The name that the column of an expression has, where it has one without `Column1`.
    pub(super) fn name_of(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Name(name) if name.form != NameForm::Missing => Some(name.text.to_string()),
            ExprKind::Paren(inner) | ExprKind::Ordered { expr: inner, .. } => self.name_of(inner),
            ExprKind::Bracketed(inner) => self.index_name(inner),
            ExprKind::Path { base, member } => {
                let member = self.name_of(member)?;
                Some(self.name_of(base).map_or_else(|| member.clone(), |base| format!("{base}_{member}")))
            }
            ExprKind::Element { base, index } => {
                let index = self.index_name(index);
                match (self.name_of(base), index) {
                    (Some(base), Some(index)) => Some(format!("{base}_{index}")),
                    (base, index) => base.or(index),
                }
            }
            ExprKind::Call { name, args } => self.name_of_call(&name.text, args),
            ExprKind::Named { names, .. } => names.first().map(|name| name.text.to_string()),
            ExprKind::Converted { expr, .. } | ExprKind::Defaulted { expr, .. } => self.name_of(expr),
            _ => None,
        }
    }

    fn index_name(&self, index: &Expr) -> Option<String> {
        match &index.kind {
            ExprKind::Literal(Literal::String(text)) => Some(text.to_string()),
            ExprKind::Literal(Literal::Long | Literal::Int) => {
                Some(self.written(index.span).replace('-', "_"))
            }
            ExprKind::Name(name) => Some(name.text.to_string()),
            _ => None,
        }
    }

    fn name_of_call(&self, name: &str, args: &[Expr]) -> Option<String> {
        if self.local(name).is_some() {
            return None;
        }
        let aggregate = builtins::aggregate(name).filter(|_| self.aggregating);
        let builtin = aggregate.or_else(|| builtins::function(name))?;
        let first = args.first().and_then(|arg| self.name_of(arg));
        if matches!(name, "percentiles_array" | "percentilesw_array") {
            return Some(format!("percentiles_{}", first.unwrap_or_default()));
        }
        match builtin.naming {
            Naming::None => None,
            Naming::FirstArgument => first,
            Naming::OnlyArgument => first.filter(|_| args.len() == 1),
            Naming::NameAndFirstArgument => first.map(|first| format!("{name}_{first}")),
            Naming::PrefixAndFirstArgument => {
                Some(format!("{}_{}", builtin.prefix, first.unwrap_or_default()))
            }
            Naming::PrefixOnly => Some(builtin.prefix.to_owned()),
            Naming::FirstArgumentValueIfColumn => match args.first().map(|arg| &arg.kind) {
                Some(ExprKind::Literal(Literal::String(text))) => {
                    let known = self.row.as_ref().is_some_and(|row| row.column(text).is_some());
                    known.then(|| text.to_string())
                }
                _ => None,
            },
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

/// Columns under construction, no two of one name.
#[derive(Default)]
pub(super) struct Columns {
    pub list: Vec<Column>,
    /// The names that the query gave outright.
    declared: Vec<Rc<str>>,
}

impl Columns {
    pub(super) fn from(list: Vec<Column>) -> Self {
        Self { list, declared: Vec::new() }
    }

    /// Adds a column that is named outright. Returns false where there is one of that name already.
    pub(super) fn declare(&mut self, name: &str, kind: Scalar) -> bool {
        if self.declared.iter().any(|known| &**known == name) {
            return false;
        }
        self.declared.push(name.into());
        self.add(name, kind);
        true
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.list.iter().any(|column| &*column.name == name)
    }

    /// A name that no column has: the one given, or with the first number behind it that is free.
    pub(super) fn free(&self, name: &str, first: usize) -> Rc<str> {
        if first == 0 && !self.has(name) {
            return name.into();
        }
        let numbers = first.max(1)..;
        let mut free = numbers.map(|number| format!("{name}{number}")).filter(|name| !self.has(name));
        free.next().unwrap_or_default().into()
    }

    /// Adds a column under its name, or under the name with a number where that is taken.
    pub(super) fn add(&mut self, name: &str, kind: Scalar) {
        let name = self.free(name, 0);
        self.list.push(Column { name, kind });
    }

    /// Adds the columns of another table, each with the first free number behind its name where that is taken.
    pub(super) fn add_others(&mut self, others: &[Column]) {
        for column in others {
            let mut name = Rc::clone(&column.name);
            let taken = |name: &str, columns: &Self| {
                columns.has(name)
                    || (name != &*column.name && others.iter().any(|other| &*other.name == name))
            };
            let mut number = 0;
            while taken(&name, self) {
                number += 1;
                name = format!("{}{number}", column.name).into();
            }
            self.list.push(Column { name, kind: column.kind });
        }
    }

    /// Adds a column without a name of its own.
    pub(super) fn add_nameless(&mut self, kind: Scalar) {
        let name = self.free("Column", 1);
        self.list.push(Column { name, kind });
    }

    /// Sets a column, or adds it.
    pub(super) fn set(&mut self, name: &str, kind: Scalar) {
        match self.list.iter_mut().find(|column| &*column.name == name) {
            Some(column) => column.kind = kind,
            None => self.list.push(Column::new(name, kind)),
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.list.retain(|column| &*column.name != name);
    }
}
