//! The operators that choose, compute and rename columns.

use std::rc::Rc;

use super::super::ast::{Expr, ExprKind, Name, NameForm, Operator};
use super::super::types::{Column, Relation, Scalar};
use super::finding::Finding;
use super::naming::{Columns, value_of};
use super::returns::type_literal;
use super::{Binder, FindingKind, Value};

impl<'a> Binder<'a> {
    fn rows_with(&self, columns: Vec<Column>) -> Value {
        let row = self.row.clone().unwrap_or_default();
        Value::Rows(Rc::new(row.with(columns)))
    }

    /// Adds a column that is named outright; a second of the name is an error.
    pub(super) fn declare_column(&mut self, columns: &mut Columns, name: &Name, kind: Scalar) {
        if name.form == NameForm::Missing {
            return;
        }
        if !columns.declare(&name.text, kind) {
            self.twice(name);
        }
    }

    fn twice(&mut self, name: &Name) {
        let message = format!("There are two columns called `{}` here", name.text);
        self.say(FindingKind::Semantic, name.span, message);
    }

    /// The columns that one expression of a list makes: their names, where they have any, and types.
    pub(super) fn made(&mut self, expr: &'a Expr) -> Vec<(Made<'a>, Scalar)> {
        let value = match self.value(value_of(expr)) {
            Value::Rows(_) => {
                let message = "A value is needed here, and this is a table";
                self.say(FindingKind::Type, expr.span, message);
                Value::Unknown
            }
            value => value,
        };
        let names: &'a [Name] = match &expr.kind {
            ExprKind::Named { names, .. } => names,
            _ => &[],
        };
        let columns = match value {
            Value::Columns(columns) => columns,
            Value::Scalar(kind, _) => vec![Column::new("", kind)],
            _ => vec![Column::new("", Scalar::Unknown)],
        };
        let mut made = Vec::with_capacity(columns.len());
        for (at, column) in columns.iter().enumerate() {
            let name = match names.get(at) {
                Some(name) => Made::Declared(name),
                None if !column.name.is_empty() => Made::Own(column.name.to_string()),
                None => match self.name_of(expr) {
                    Some(name) => match plain_column(expr).filter(|_| self.in_row(&name)) {
                        Some(column) => Made::Column(column),
                        None => Made::Own(name),
                    },
                    None => Made::Nameless,
                },
            };
            made.push((name, column.kind));
        }
        made
    }

    fn in_row(&self, name: &str) -> bool {
        self.row.as_ref().is_some_and(|row| row.column(name).is_some())
    }

    pub(super) fn extend(&mut self, exprs: &'a [Expr]) -> Value {
        let Some(row) = self.row.clone() else { return Value::Unknown };
        let mut columns = Columns::from(row.columns.clone());
        let mut declared: Vec<&str> = Vec::new();
        for expr in exprs {
            for (made, kind) in self.made(expr) {
                match made {
                    Made::Declared(name) if name.form == NameForm::Missing => {}
                    Made::Declared(name) => {
                        if declared.contains(&&*name.text) {
                            self.twice(name);
                        } else {
                            declared.push(&name.text);
                            columns.set(&name.text, kind);
                        }
                    }
                    Made::Column(_) => {}
                    Made::Own(name) => columns.set(&name, kind),
                    Made::Nameless => columns.add_nameless(kind),
                }
            }
        }
        Value::Rows(Rc::new(row.with(columns.list)))
    }

    pub(super) fn project(&mut self, exprs: &'a [Expr]) -> Value {
        let mut columns = Columns::default();
        for expr in exprs {
            for (made, kind) in self.made(expr) {
                self.add_made(&mut columns, made, kind);
            }
        }
        self.rows_with(columns.list)
    }

    pub(super) fn add_made(&mut self, columns: &mut Columns, made: Made<'a>, kind: Scalar) {
        match made {
            Made::Declared(name) | Made::Column(name) => self.declare_column(columns, name, kind),
            Made::Own(name) => columns.add(&name, kind),
            Made::Nameless => columns.add_nameless(kind),
        }
    }

    /// The columns that a list of names and patterns means.
    fn chosen(&mut self, exprs: &'a [Expr]) -> Vec<Column> {
        let Some(row) = self.row.clone() else { return Vec::new() };
        let mut chosen: Vec<Column> = Vec::new();
        for expr in exprs {
            let ExprKind::Name(name) = &expr.kind else { continue };
            if name.form == NameForm::Wildcard {
                let found = Self::matching(&row, &name.text);
                if found.is_empty() && !row.open {
                    self.unknown_name(name);
                }
                chosen.extend(found);
            } else {
                chosen.extend(self.column(name));
            }
        }
        chosen
    }

    pub(super) fn project_away(&mut self, exprs: &'a [Expr]) -> Value {
        let Some(row) = self.row.clone() else { return Value::Unknown };
        let mut columns = Columns::from(row.columns.clone());
        for column in self.chosen(exprs) {
            columns.remove(&column.name);
        }
        self.rows_with(columns.list)
    }

    pub(super) fn project_keep(&mut self, exprs: &'a [Expr]) -> Value {
        let Some(row) = self.row.clone() else { return Value::Unknown };
        let chosen = self.chosen(exprs);
        let kept = |column: &&Column| chosen.iter().any(|other| other.name == column.name);
        let mut columns: Vec<Column> = row.columns.iter().filter(kept).cloned().collect();
        for column in chosen {
            if !columns.iter().any(|known| known.name == column.name) {
                columns.push(column);
            }
        }
        self.rows_with(columns)
    }

    pub(super) fn project_rename(&mut self, exprs: &'a [Expr]) -> Value {
        let Some(row) = self.row.clone() else { return Value::Unknown };
        let mut columns = row.columns.clone();
        for expr in exprs {
            let ExprKind::Named { names, value, .. } = &expr.kind else {
                if !matches!(expr.kind, ExprKind::Missing) {
                    let message = "`project-rename` takes `NewName = OldName`";
                    self.say(FindingKind::Semantic, expr.span, message);
                }
                continue;
            };
            let (Some(new), ExprKind::Name(old)) = (names.first(), &value.kind) else {
                self.say(FindingKind::Semantic, value.span, "Only a column can be renamed");
                continue;
            };
            if self.column(old).is_none() {
                continue;
            }
            if columns.iter().any(|column| *column.name == *new.text) {
                self.twice(old);
                continue;
            }
            match columns.iter_mut().find(|column| *column.name == *old.text) {
                Some(column) => column.name = (&*new.text).into(),
                None => columns.push(Column::new(&*new.text, Scalar::Unknown)),
            }
        }
        self.rows_with(columns)
    }

    pub(super) fn project_reorder(&mut self, exprs: &'a [Expr]) -> Value {
        let Some(row) = self.row.clone() else { return Value::Unknown };
        let mut first: Vec<Column> = Vec::new();
        for expr in exprs {
            let (inner, order) = match &expr.kind {
                ExprKind::Ordered { expr, order, .. } => (&**expr, *order),
                _ => (expr, None),
            };
            let ExprKind::Name(name) = &inner.kind else { continue };
            // Columns that are named later are not taken by a pattern before.
            let named = |column: &Column| {
                exprs.iter().any(|expr| match &value_of_order(expr).kind {
                    ExprKind::Name(name) => *name.text == *column.name,
                    _ => false,
                })
            };
            let mut found = if name.form == NameForm::Wildcard {
                let found: Vec<Column> = Self::matching(&row, &name.text);
                if found.is_empty() && !row.open {
                    self.unknown_name(name);
                }
                found.into_iter().filter(|column| !named(column)).collect()
            } else {
                self.column(name).into_iter().collect::<Vec<_>>()
            };
            if let Some(order) = order.filter(|_| name.form == NameForm::Wildcard) {
                found.sort_by(|a, b| a.name.cmp(&b.name));
                if matches!(
                    order,
                    super::super::token::TokenKind::Desc | super::super::token::TokenKind::GrannyDesc
                ) {
                    found.reverse();
                }
            }
            for column in found {
                if !first.iter().any(|known| known.name == column.name) {
                    first.push(column);
                }
            }
        }
        let rest = row.columns.iter().filter(|column| !first.iter().any(|known| known.name == column.name));
        let rest: Vec<Column> = rest.cloned().collect();
        first.extend(rest);
        self.rows_with(first)
    }

    pub(super) fn distinct(&mut self, exprs: &'a [Expr]) -> Value {
        let Some(row) = self.row.clone() else { return Value::Unknown };
        let mut columns = Columns::default();
        for expr in exprs {
            if matches!(expr.kind, ExprKind::Star) {
                if row.columns.iter().any(|column| column.kind == Scalar::Dynamic) {
                    let message = "`distinct` cannot compare `dynamic` columns, and there are some";
                    self.say(FindingKind::Type, expr.span, message);
                }
                columns.list.extend(row.columns.iter().cloned());
                continue;
            }
            for (made, kind) in self.made(expr) {
                self.not_dynamic(expr, kind, "distinct");
                self.add_made(&mut columns, made, kind);
            }
        }
        self.rows_with(columns.list)
    }

    pub(super) fn not_dynamic(&mut self, expr: &Expr, kind: Scalar, word: &str) {
        if kind == Scalar::Dynamic {
            let message = format!("`{word}` cannot compare `dynamic` values");
            let finding = Finding::new(FindingKind::Type, expr.span, message)
                .help("Convert the value, as with `tostring(...)`.");
            self.report(finding);
        }
    }

    /// What one item of `mv-expand` and `mv-apply` makes: its name, whether it stands for a column, and the type.
    fn expanded(&mut self, item: &'a Expr) -> (Option<String>, bool, Scalar) {
        let (inner, to) = match &item.kind {
            ExprKind::Converted { expr, to } => (&**expr, type_literal(to)),
            _ => (item, None),
        };
        if matches!(inner.kind, ExprKind::Missing) {
            return (None, false, Scalar::Unknown);
        }
        let value = value_of(inner);
        let kind = self.scalar(value);
        if !matches!(kind, Scalar::Dynamic | Scalar::Unknown) {
            let message = format!("Only `dynamic` can be expanded, and this is `{}`", kind.name());
            let finding = Finding::new(FindingKind::Type, value.span, message)
                .help("If it holds JSON, read it with `parse_json` first.");
            self.report(finding);
        }
        // What is no array keeps its type, as the error says all there is to say.
        let expanded = if kind.unknown() || kind == Scalar::Dynamic { Scalar::Dynamic } else { kind };
        let named = matches!(inner.kind, ExprKind::Named { .. });
        (self.name_of(inner), named, to.unwrap_or(expanded))
    }

    pub(super) fn mv_expand(&mut self, operator: &'a Operator, items: &'a [Expr]) -> Value {
        let Some(row) = self.row.clone() else { return Value::Unknown };
        let mut columns = Columns::from(row.columns.clone());
        for item in items {
            let (name, _, kind) = self.expanded(item);
            match name {
                Some(name) => columns.set(&name, kind),
                None if matches!(item.kind, ExprKind::Missing) => {}
                None => columns.add_nameless(kind),
            }
        }
        if let Some(index) = Self::param_name(operator, &["with_itemindex"]) {
            columns.add(index, Scalar::Long);
        }
        self.rows_with(columns.list)
    }

    pub(super) fn mv_apply(&mut self, operator: &'a Operator, items: &'a [Expr], query: &'a Expr) -> Value {
        let Some(row) = self.row.clone() else { return Value::Unknown };
        let mut outer = Columns::from(row.columns.clone());
        let mut inner = Columns::default();
        for item in items {
            let (name, _, kind) = self.expanded(item);
            let Some(name) = name else {
                inner.add_nameless(kind);
                continue;
            };
            outer.remove(&name);
            inner.set(&name, kind);
        }
        if let Some(index) = Self::param_name(operator, &["with_itemindex"]) {
            inner.add(index, Scalar::Long);
        }
        // The query sees the expanded values and all columns around them; of these, it returns none.
        let mut seen = inner.list.clone();
        seen.extend(outer.list.iter().cloned());
        let applied = Rc::new(Relation { columns: inner.list, open: row.open, doubtful: row.doubtful });
        let around = Rc::new(row.with(seen));
        let result = self.apply(query, &applied, &around);
        let mut columns = Columns::from(outer.list);
        for column in &result.columns {
            columns.add(&column.name, column.kind);
        }
        let open = row.open || result.open;
        Value::Rows(Rc::new(Relation {
            columns: columns.list,
            open,
            doubtful: row.doubtful || result.doubtful,
        }))
    }

    /// Runs the query of `mv-apply`: its operators see more columns than flow through it.
    fn apply(&mut self, query: &'a Expr, applied: &Rc<Relation>, around: &Rc<Relation>) -> Rc<Relation> {
        let value = self.subquery(query, around);
        let Value::Rows(result) = value else { return Rc::new(Relation::unknown()) };
        // What comes from around and was passed through is not part of the result.
        let passed = |column: &Column| {
            around.column(&column.name).is_some_and(|known| known.kind == column.kind)
                && applied.column(&column.name).is_none()
        };
        let kept: Vec<Column> = result.columns.iter().filter(|column| !passed(column)).cloned().collect();
        Rc::new(result.with(kept))
    }
}

/// What a column of a list is called.
pub(super) enum Made<'a> {
    /// As the query says outright.
    Declared(&'a Name),
    /// As the column that it is.
    Column(&'a Name),
    /// By a rule.
    Own(String),
    /// Not at all.
    Nameless,
}

/// The column that an expression is, parentheses aside.
fn plain_column(expr: &Expr) -> Option<&Name> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Paren(inner) => plain_column(inner),
        _ => None,
    }
}

fn value_of_order(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Ordered { expr, .. } => expr,
        _ => expr,
    }
}
