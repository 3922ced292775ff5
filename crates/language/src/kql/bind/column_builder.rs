//! The columns that the expressions of an operator's list make, no two of one name.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::super::ast::{Expr, ExprKind, Name, NameForm};
use super::super::model::ColumnOrigin;
use super::super::model::finding::Finding;
use super::super::types::{Column, ColumnEdit, ColumnId, ColumnList, Scalar};
use super::naming::value_of;
use super::recorder::NewColumn;
use super::{Binder, FindingKind, Value};
use crate::source::Span;

/// What is done with a column whose name is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// It gets a number after its name.
    Plain,
    /// As `Plain`, and it is the column of an aggregate.
    Summarize,
    /// It takes the place of the other; a column that is only named stays as it is.
    Extend,
    /// It takes the place of the other.
    Replace,
    /// As `Plain`, and a column of a node or an edge carries its name: that of `a.Name` is called `a_Name`.
    Graph,
}

impl Style {
    fn replaces(self) -> bool {
        matches!(self, Self::Extend | Self::Replace)
    }
}

/// Columns under construction, no two of one name.
#[derive(Default)]
pub(super) struct ColumnBuilder {
    pub list: ColumnEdit,
    /// The names that the query gave outright.
    declared: FxHashSet<Arc<str>>,
    /// The columns that come from the rows and are not to be added again.
    input: ColumnList,
}

impl ColumnBuilder {
    pub(super) fn from(input: ColumnList) -> Self {
        Self { list: input.edit(), declared: FxHashSet::default(), input }
    }

    /// The column of a name.
    pub(super) fn get(&mut self, name: &str) -> Option<&Column> {
        self.list.get(name)
    }

    /// Adds a column that is named outright; the name that it has got. `None` where there is one of that name already.
    pub(super) fn declare(
        &mut self,
        name: &str,
        kind: Scalar,
        id: ColumnId,
        replace: bool,
    ) -> Option<Arc<str>> {
        if self.declared.contains(name) {
            return None;
        }
        if replace && self.put(name, kind, id) {
            let name: Arc<str> = name.into();
            self.declared.insert(Arc::clone(&name));
            return Some(name);
        }
        let name = self.free(name);
        self.declared.insert(Arc::clone(&name));
        self.list.push(Column { name: Arc::clone(&name), kind, id });
        Some(name)
    }

    /// Names a column of the rows again, which is only wrong where it was named before.
    pub(super) fn declare_input(&mut self, name: &str) -> Option<bool> {
        self.input.get(name)?;
        Some(self.declared.insert(name.into()))
    }

    /// A name that no column has: the one given, or with the first number after it that is free.
    pub(super) fn free(&mut self, name: &str) -> Arc<str> {
        let name = Arc::from(name);
        if self.list.has(&name) { self.list.numbered(&name, |_| true) } else { name }
    }

    /// Adds a column under its name, or under the name with a number where that is taken; the name that it has got.
    pub(super) fn add(&mut self, name: &str, kind: Scalar, id: ColumnId) -> Option<Arc<str>> {
        if name.is_empty() {
            return None;
        }
        let name = self.free(name);
        self.list.push(Column { name: Arc::clone(&name), kind, id });
        Some(name)
    }

    /// Adds the columns of another table, each with the first free number after its name where that is taken. Returns
    /// those that have got another name, and the name.
    pub(super) fn add_others(&mut self, others: &ColumnList) -> Vec<(Arc<str>, Column)> {
        let mut copies = Vec::new();
        for column in others {
            if self.list.has(&column.name) {
                if self.list.is_full() {
                    // Only that it is left out is of interest.
                    self.list.push(column.clone());
                    break;
                }
                let name = self.list.numbered(&column.name, |name| others.get(name).is_none());
                copies.push((Arc::clone(&name), column.clone()));
                self.list.push(Column { name, ..column.clone() });
            } else {
                self.list.push(column.clone());
            }
        }
        copies
    }

    /// Puts these columns after those that there are, without a look at each. False where that cannot be: the list is no
    /// longer than what there is, was not made by changing another, or names a column that there is.
    fn absorb(&mut self, others: &ColumnList) -> bool {
        if !others.is_layered() || self.list.len() > others.len() / 4 {
            return false;
        }
        let own = self.list.clone().finish();
        if own.iter().any(|column| others.get(&column.name).is_some()) {
            return false;
        }
        self.list = others.edit();
        let own: Vec<&Column> = own.iter().collect();
        for column in own.into_iter().rev() {
            self.list.push_front(column.clone());
        }
        true
    }

    /// Sets a column, or adds it.
    pub(super) fn set(&mut self, name: &str, kind: Scalar, id: ColumnId) {
        if !self.put(name, kind, id) && !name.is_empty() {
            self.list.push(Column::new(name, kind).with_id(id));
        }
    }

    /// Puts another column in place of one, under its name. False where there is none of the name.
    fn put(&mut self, name: &str, kind: Scalar, id: ColumnId) -> bool {
        let name = self.list.get(name).map(|known| Arc::clone(&known.name));
        name.is_some_and(|name| self.list.replace(Column { name, kind, id }))
    }
}

impl<'a> Binder<'a> {
    pub(super) fn twice(&mut self, name: &str, place: Span) {
        let message = format!("Duplicate column `{name}`");
        let finding = Finding::new(FindingKind::Semantic, place, message);
        self.report(finding.help("Rename or remove one of them."));
    }

    /// Adds a column under a name that is written out. `from` is the column that it is under another name.
    fn declare_column(
        &mut self,
        columns: &mut ColumnBuilder,
        name: &Name,
        kind: Scalar,
        from: (Span, Option<ColumnId>),
        replace: bool,
    ) -> Option<Arc<str>> {
        if name.form == NameForm::Missing {
            return None;
        }
        let (made_by, from) = (Some(from.0), from.1);
        let origin =
            || from.filter(|id| *id != ColumnId::NONE).map_or(ColumnOrigin::Computed, ColumnOrigin::Renamed);
        let id = self.new_column(&name.text, kind, |new| NewColumn {
            place: Some(name.span),
            made_by,
            origin: origin(),
            ..new
        });
        let own = columns.declare(&name.text, kind, id, replace);
        if own.is_none() {
            self.twice(&name.text, name.span);
        }
        own
    }

    /// The identity of a column whose name is not written out.
    fn made_column(&mut self, expr: &Expr, name: &str, kind: Scalar) -> ColumnId {
        if !self.recorder.full() {
            return ColumnId::NONE;
        }
        let (made_by, named_after) = (Some(expr.span), self.named_after(expr));
        self.new_column(name, kind, |new| NewColumn { made_by, named_after, ..new })
    }

    /// Adds one of several columns that an expression returns, which are those of the rows or made by it.
    fn add_one_of(&mut self, columns: &mut ColumnBuilder, expr: &Expr, column: &Column) -> Option<Arc<str>> {
        let id = match column.id {
            ColumnId::NONE => self.made_column(expr, &column.name, column.kind),
            id => id,
        };
        let name = columns.add(&column.name, column.kind, id)?;
        let own = Some(Arc::clone(&name));
        // Where the name was taken, the column goes on under another.
        if name != column.name && self.recorder.full() {
            let (made_by, named_after, kind) = (Some(expr.span), Some(id), column.kind);
            let origin = ColumnOrigin::Renamed(id);
            let id = self.new_column(&name, kind, |new| NewColumn { made_by, named_after, origin, ..new });
            columns.list.replace(Column { name, kind, id });
        }
        own
    }

    /// Adds several columns that an expression returns. `made` gets the names that they have got.
    fn add_several(
        &mut self,
        columns: &mut ColumnBuilder,
        expr: &Expr,
        several: &ColumnList,
        made: &mut Vec<Arc<str>>,
    ) {
        let mut several = several.clone();
        if self.recorder.full() && several.is_layered() {
            // What the list was made of has identities.
            let row = self.scope.row.clone().unwrap_or_default();
            let fresh = several.new_since(&row.columns).into_iter();
            let fresh: Vec<Column> = fresh.filter(|column| column.id == ColumnId::NONE).cloned().collect();
            let mut edit = several.edit();
            for column in fresh {
                let id = self.made_column(expr, &column.name, column.kind);
                edit.replace(column.with_id(id));
            }
            several = edit.finish();
        }
        if columns.absorb(&several) {
            made.extend(
                several.iter().filter(|_| self.recorder.executing()).map(|own| Arc::clone(&own.name)),
            );
            return;
        }
        if !self.look_at(several.len()) {
            return;
        }
        for column in &several {
            if columns.list.is_full() {
                columns.list.push(column.clone());
                break;
            }
            made.extend(self.add_one_of(columns, expr, column));
        }
    }

    /// A name for a column that has none.
    fn nameless(&mut self, row: bool) -> String {
        loop {
            self.unnamed += 1;
            let name = format!("Column{}", self.unnamed);
            let taken = row && self.scope.row.as_ref().is_some_and(|row| row.column(&name).is_some());
            if !taken && self.local(&name).is_none() {
                return name;
            }
        }
    }

    /// Adds the columns that an expression of a list makes. `kind` is their type where the operator decides it,
    /// and `default` their name where they have none.
    pub(super) fn make(
        &mut self,
        expr: &'a Expr,
        columns: &mut ColumnBuilder,
        style: Style,
        kind: Option<Scalar>,
        default: Option<String>,
    ) -> Scalar {
        let aggregating = std::mem::replace(&mut self.context.aggregating, style == Style::Summarize);
        let mut names = Vec::new();
        let made = self.make_in_scope(expr, columns, style, kind, default, &mut names);
        self.recorder.made(expr, names);
        self.context.aggregating = aggregating;
        made
    }

    fn make_in_scope(
        &mut self,
        expr: &'a Expr,
        columns: &mut ColumnBuilder,
        style: Style,
        kind: Option<Scalar>,
        default: Option<String>,
        made: &mut Vec<Arc<str>>,
    ) -> Scalar {
        let whole = expr;
        let expr = match &expr.kind {
            ExprKind::Ordered { expr, .. } => expr,
            _ => expr,
        };
        if matches!(expr.kind, ExprKind::Missing) {
            return Scalar::Unknown;
        }
        if let Some((name, value)) = self.named_with_sign(expr) {
            let own = self.scalar(value);
            let kind = kind.unwrap_or(own);
            made.extend(self.declare_column(columns, name, kind, (expr.span, None), true));
            return own;
        }
        let value = self.value_or_rows(value_of(expr));
        let own = self.of_value(expr, &value);
        self.record(whole, &value);
        self.record(expr, &value);
        let kind_or = |own: Scalar| kind.unwrap_or(own);
        match (&expr.kind, value) {
            (ExprKind::Named { names, tuple: false, .. }, Value::Columns(tuple)) => {
                let mut rest = tuple.edit();
                if let (Some(first), Some(name)) = (tuple.first(), names.first()) {
                    rest.remove(&first.name);
                    let from = (expr.span, Some(first.id));
                    made.extend(self.declare_column(columns, name, kind_or(first.kind), from, true));
                }
                self.add_several(columns, expr, &rest.finish(), made);
            }
            (ExprKind::Named { names, .. }, Value::Columns(tuple)) => {
                for (at, column) in tuple.iter().enumerate() {
                    match names.get(at) {
                        Some(name) => {
                            let from = (expr.span, Some(column.id));
                            let (kind, replaces) = (kind_or(column.kind), style.replaces());
                            made.extend(self.declare_column(columns, name, kind, from, replaces));
                        }
                        None => made.extend(self.add_one_of(columns, expr, column)),
                    }
                }
                for name in names.iter().skip(tuple.len()) {
                    let message = format!("There is no value for `{}`", name.text);
                    self.say(FindingKind::Semantic, name.span, message);
                }
            }
            (ExprKind::Named { names, tuple, value }, _) => {
                if *tuple && names.len() > 1 {
                    let place = names[0].span.cover(names[names.len() - 1].span);
                    let message = "There are several names, but the expression has only one value";
                    self.say(FindingKind::Semantic, place, message);
                } else if let Some(name) = names.first() {
                    let is_name = matches!(value.kind, ExprKind::Name(_));
                    let passed_on =
                        is_name || style == Style::Graph && matches!(value.kind, ExprKind::Path { .. });
                    let from = if passed_on && kind.is_none() { self.named_after(value) } else { None };
                    let replace = style.replaces() || is_name;
                    made.extend(self.declare_column(columns, name, kind_or(own), (expr.span, from), replace));
                }
            }
            (ExprKind::Star, _) => {
                let row = self.scope.row.clone().unwrap_or_default();
                if columns.list.is_empty() {
                    columns.list = row.columns.edit();
                } else if self.look_at(row.columns.len()) {
                    for column in &row.columns {
                        columns.set(&column.name, column.kind, column.id);
                    }
                }
            }
            (_, Value::Columns(tuple)) => self.add_several(columns, expr, &tuple, made),
            _ => match self.result_column(expr).filter(|_| !self.context.aggregating) {
                Some(column) => made.extend(self.make_again(expr, columns, style, kind, &column)),
                None => {
                    let own_name =
                        if style == Style::Graph { self.name_in_graph(expr) } else { self.name_of(expr) };
                    let name = own_name.or(default);
                    let name = name.unwrap_or_else(|| self.nameless(style == Style::Extend));
                    let id = self.made_column(expr, &name, kind_or(own));
                    if style.replaces() && columns.put(&name, kind_or(own), id) {
                        made.push(name.into());
                    } else {
                        made.extend(columns.add(&name, kind_or(own), id));
                    }
                }
            },
        }
        own
    }

    /// A column of the rows that is only named. `kind` is its type where the operator decides it, and it is another
    /// column then.
    fn make_again(
        &mut self,
        expr: &'a Expr,
        columns: &mut ColumnBuilder,
        style: Style,
        kind: Option<Scalar>,
        column: &Column,
    ) -> Option<Arc<str>> {
        let (kind, id) = match kind {
            Some(kind) => (kind, self.made_column(expr, &column.name, kind)),
            None => (column.kind, column.id),
        };
        let own = match style {
            Style::Replace => columns.declare(&column.name, kind, id, true),
            _ => match columns.declare_input(&column.name) {
                Some(fresh) => fresh.then(|| Arc::clone(&column.name)),
                None => columns.declare(&column.name, kind, id, false),
            },
        };
        if own.is_none() {
            self.twice(&column.name, expr.span);
        }
        own
    }
}
