//! The operators that choose, compute and rename columns.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::super::ast::{Expr, ExprKind, Name, NameForm, Operator, SortOrder};
use super::super::error::Suggestion;
use super::super::model::finding::Finding;
use super::super::model::{ColumnOrigin, Symbol};
use super::super::types::{Column, ColumnId, ColumnList, Element, Relation, Scalar};
use super::column_builder::{ColumnBuilder, Style};
use super::naming::value_of;
use super::recorder::NewColumn;
use super::returns::type_literal;
use super::{Binder, FindingKind, Value};

impl<'a> Binder<'a> {
    fn rows_with(&self, columns: impl Into<ColumnList>) -> Value {
        let row = self.scope.row.clone().unwrap_or_default();
        Value::Rows(Arc::new(row.with(columns)))
    }

    pub(super) fn listed(&mut self, exprs: &'a [Expr], mut columns: ColumnBuilder, style: Style) -> Value {
        for expr in exprs {
            self.make(expr, &mut columns, style, None, None);
        }
        self.rows_with(columns.list)
    }

    pub(super) fn extend(&mut self, exprs: &'a [Expr]) -> Value {
        let row = self.scope.row.clone().unwrap_or_default();
        self.listed(exprs, ColumnBuilder::from(row.columns.clone()), Style::Extend)
    }

    pub(super) fn serialize(&mut self, exprs: &'a [Expr]) -> Value {
        let row = self.scope.row.clone().unwrap_or_default();
        self.listed(exprs, ColumnBuilder::from(row.columns.clone()), Style::Plain)
    }

    pub(super) fn project(&mut self, exprs: &'a [Expr]) -> Value {
        let Value::Rows(rows) = self.listed(exprs, ColumnBuilder::default(), Style::Plain) else {
            return Value::Unknown;
        };
        Value::Rows(Arc::new(listed_alone(&rows, rows.columns.clone(), exprs)))
    }

    /// The columns that a list of names and patterns means.
    fn chosen(&mut self, exprs: &'a [Expr]) -> Vec<Column> {
        let Some(row) = self.scope.row.clone() else { return Vec::new() };
        let mut chosen: Vec<Column> = Vec::new();
        for expr in exprs {
            let ExprKind::Name(name) = &expr.kind else { continue };
            if name.form == NameForm::Wildcard {
                if !self.look_at(row.columns.len()) {
                    continue;
                }
                let found = Self::matching(&row, &name.text);
                self.recorder
                    .mention(name.span, || Symbol::Pattern(found.iter().map(|column| column.id).collect()));
                if found.is_empty() && !row.has_unknown_columns {
                    self.unknown_name(name);
                }
                chosen.extend(found);
            } else {
                let column = self.column(name);
                let value = column.as_ref().map_or(Value::Unknown, |column| Value::of(column.kind));
                self.record(expr, &value);
                chosen.extend(column);
            }
        }
        chosen
    }

    /// The columns that computed names mean: each is a string, a pattern or an array of them, and those that are not there
    /// are passed over. Where a name is only known when the query runs, no column is.
    pub(super) fn project_by_names(&mut self, exprs: &'a [Expr], input: &Arc<Relation>) -> Value {
        let mut names: Option<Vec<Arc<str>>> = Some(Vec::new());
        for expr in exprs {
            let own = self.computed_names(expr);
            names = names.zip(own).map(|(names, own)| [names, own].concat());
        }
        let Some(names) = names.filter(|_| !input.has_unknown_columns) else {
            return Value::Rows(Arc::new(Relation::unknown()));
        };
        let mut chosen: Vec<Column> = Vec::new();
        for name in names {
            let found = Self::matching(input, &name);
            let fresh: Vec<Column> =
                found.into_iter().filter(|one| chosen.iter().all(|own| own.name != one.name)).collect();
            chosen.extend(fresh);
        }
        Value::Rows(Arc::new(input.with(chosen)))
    }

    /// The names that an expression stands for, where they are known before the query runs.
    fn computed_names(&mut self, expr: &'a Expr) -> Option<Vec<Arc<str>>> {
        match &expr.kind {
            ExprKind::Paren(inner) => return self.computed_names(inner),
            ExprKind::Dynamic(inner) => {
                let names = match &inner.kind {
                    ExprKind::Array(items) => items.iter().map(|item| self.constant_text(item)).collect(),
                    _ => self.constant_text(inner).map(|name| vec![name]),
                };
                self.scalar(expr);
                return names;
            }
            ExprKind::Call { name, args } if &*name.text == "column_names_of" && args.len() == 1 => {
                self.recorder.functions.insert(name.text.clone());
                let rows = self.rows(&args[0]);
                let names = || rows.columns.iter().map(|column| Arc::clone(&column.name)).collect();
                return (!rows.has_unknown_columns).then(names);
            }
            _ => {}
        }
        self.scalar(expr);
        self.constant_text(expr).map(|name| vec![name])
    }

    pub(super) fn project_away(&mut self, exprs: &'a [Expr]) -> Value {
        let Some(row) = self.scope.row.clone() else { return Value::Unknown };
        let mut kept = row.columns.edit();
        for column in self.chosen(exprs) {
            kept.remove(&column.name);
        }
        self.rows_with(kept)
    }

    pub(super) fn project_keep(&mut self, exprs: &'a [Expr]) -> Value {
        let Some(row) = self.scope.row.clone() else { return Value::Unknown };
        let chosen = self.chosen(exprs);
        if !self.look_at(row.columns.len()) {
            return Value::Rows(Arc::new(Relation::unknown()));
        }
        let wanted = names(&chosen);
        let mut columns: Vec<Column> =
            row.columns.iter().filter(|column| wanted.contains(&column.name)).cloned().collect();
        // Of open rows, columns may be kept that are not known.
        let mut known = names(&columns);
        columns.extend(chosen.into_iter().filter(|column| known.insert(Arc::clone(&column.name))));
        Value::Rows(Arc::new(listed_alone(&row, columns, exprs)))
    }

    pub(super) fn project_rename(&mut self, exprs: &'a [Expr]) -> Value {
        let Some(row) = self.scope.row.clone() else { return Value::Unknown };
        let mut columns = row.columns.edit();
        // A name that a column had stays taken, even when the column is called otherwise by now.
        let mut taken: FxHashSet<&str> = FxHashSet::default();
        for expr in exprs {
            let ExprKind::Named { names, value, .. } = &expr.kind else {
                if !matches!(expr.kind, ExprKind::Missing) {
                    let message = "`project-rename` expects `NewName = OldName`";
                    self.say(FindingKind::Semantic, expr.span, message);
                }
                continue;
            };
            let (Some(new), ExprKind::Name(old)) = (names.first(), &value.kind) else {
                self.value(value);
                self.say(FindingKind::Semantic, value.span, "Only a column can be renamed");
                continue;
            };
            if let Some(finding) = self.renamed_backwards(new, old, expr) {
                self.report(finding);
                continue;
            }
            let Some(column) = self.column(old) else { continue };
            self.record(value, &Value::of(column.kind));
            if taken.contains(&*new.text) || row.column(&new.text).is_some() {
                let message = format!("The column `{}` already exists", new.text);
                // Not every table has each of the columns that tables have in general.
                let general = new.text.starts_with('_') || matches!(&*new.text, "TenantId" | "SourceSystem");
                let finding = Finding::new(FindingKind::Semantic, new.span, message)
                    .help("Remove the other column first, or set it with `extend`.");
                self.report(finding.doubted(general || row.low_confidence));
                // Whoever names it from here on means the renamed one.
                let id = self.renamed(new, expr, &column);
                if let Some(other) = columns.get(&new.text).cloned() {
                    columns.replace(other.with_id(id));
                }
                continue;
            }
            taken.insert(&new.text);
            let renamed = Column::new(&*new.text, column.kind).with_id(self.renamed(new, expr, &column));
            columns.rename(&old.text, renamed);
        }
        self.rows_with(columns)
    }

    /// `project-rename Old = New`
    fn renamed_backwards(&self, new: &Name, old: &Name, expr: &Expr) -> Option<Finding> {
        let row = self.scope.row.as_ref().filter(|row| !row.has_unknown_columns)?;
        let backwards = row.column(&new.text).is_some() && row.column(&old.text).is_none();
        if !backwards || old.form != NameForm::Plain {
            return None;
        }
        let text = format!("{} = {}", old.text, new.text);
        let mut finding =
            Finding::new(FindingKind::UnknownColumn, expr.span, "`project-rename` has the new name first")
                .help(format!("Use `{text}`."));
        let title = format!("Replace with `{text}`");
        finding.fix = Some(Suggestion { title, span: expr.span, text });
        Some(finding)
    }

    fn renamed(&mut self, new: &Name, expr: &Expr, old: &Column) -> ColumnId {
        let origin = match old.id {
            ColumnId::NONE => ColumnOrigin::Computed,
            id => ColumnOrigin::Renamed(id),
        };
        let (place, made_by) = (Some(new.span), Some(expr.span));
        self.new_column(&new.text, old.kind, |new| NewColumn { place, made_by, origin, ..new })
    }

    pub(super) fn project_reorder(&mut self, exprs: &'a [Expr]) -> Value {
        let Some(row) = self.scope.row.clone() else { return Value::Unknown };
        let mut first: Vec<Column> = Vec::new();
        let mut moved: FxHashSet<Arc<str>> = FxHashSet::default();
        let mut named: FxHashSet<&str> = FxHashSet::default();
        if !self.look_at(row.columns.len()) {
            return Value::Rows(Arc::new(Relation::unknown()));
        }
        for expr in exprs {
            let (inner, order) = match &expr.kind {
                ExprKind::Ordered { expr, order, .. } => (&**expr, *order),
                _ => (expr, None),
            };
            let ExprKind::Name(name) = &inner.kind else { continue };
            let mut found = self.chosen(std::slice::from_ref(inner));
            if name.form != NameForm::Wildcard {
                if found.iter().any(|column| named.contains(&*column.name)) {
                    self.twice(&name.text, name.span);
                }
                named.insert(&name.text);
            }
            if let Some(order) = order.filter(|_| name.form == NameForm::Wildcard) {
                found.sort_by_cached_key(|column| column.name.to_lowercase());
                if matches!(order, SortOrder::Descending | SortOrder::GrannyDescending) {
                    found.reverse();
                }
            }
            first.extend(found.into_iter().filter(|column| moved.insert(Arc::clone(&column.name))));
        }
        let rest = row.columns.iter().filter(|column| !moved.contains(&column.name));
        let rest: Vec<Column> = rest.cloned().collect();
        first.extend(rest);
        self.rows_with(first)
    }

    pub(super) fn distinct(&mut self, exprs: &'a [Expr]) -> Value {
        let Some(row) = self.scope.row.clone() else { return Value::Unknown };
        let mut columns = ColumnBuilder::default();
        let mut said = false;
        for expr in exprs {
            let kind = self.make(expr, &mut columns, Style::Plain, None, None);
            if matches!(expr.kind, ExprKind::Star) {
                let looked = !said && self.look_at(row.columns.len());
                if looked && row.columns.iter().any(|column| column.kind.dynamic()) {
                    let message = "`distinct` cannot compare `dynamic` columns";
                    self.say(FindingKind::Type, expr.span, message);
                }
                said = true;
                continue;
            }
            self.not_dynamic(expr, kind, "distinct");
        }
        Value::Rows(Arc::new(listed_alone(&row, columns.list, exprs)))
    }

    pub(super) fn not_dynamic(&mut self, expr: &Expr, kind: Scalar, word: &str) {
        if kind.dynamic() {
            let message = format!("`{word}` cannot compare `dynamic` values");
            let finding = Finding::new(FindingKind::Type, expr.span, message)
                .help("Convert the value, for example with `tostring(...)`.");
            self.report(finding);
        }
    }

    /// What one item of `mv-expand` and `mv-apply` makes of the columns.
    fn expanded(&mut self, operator: &'a Operator, item: &'a Expr, columns: &mut ColumnBuilder) {
        let (inner, to) = match &item.kind {
            ExprKind::Converted { expr, to } => (&**expr, type_literal(to)),
            _ => (item, None),
        };
        if matches!(inner.kind, ExprKind::Missing) {
            return;
        }
        let value = value_of(inner);
        let kind = self.without_reporting(|binder| binder.scalar(value));
        let arrays = self
            .param_word(operator, "bagexpansion")
            .or_else(|| self.param_word(operator, "kind"))
            .is_some_and(|word| word == "array");
        let element = match kind {
            Scalar::Bag(_) if arrays => Scalar::Array(Element::Any),
            kind => kind.element().unwrap_or(kind),
        };
        let known = self.reports.findings.len();
        self.make(inner, columns, Style::Replace, Some(to.unwrap_or(element)), None);
        // What is a mistake already is not said to be no array as well.
        if !(kind.dynamic() || kind.unknown()) && self.reports.findings.len() == known {
            let message = format!("Only `dynamic` values can be expanded, got {}", kind.described());
            let finding = Finding::new(FindingKind::Type, value.span, message);
            self.report(if kind == Scalar::String {
                finding.help("If it contains JSON, parse it with `parse_json` first.")
            } else {
                finding
            });
        }
    }

    /// The rows with their expanded columns.
    fn expand_all(&mut self, operator: &'a Operator, items: &'a [Expr]) -> ColumnBuilder {
        let row = self.scope.row.clone().unwrap_or_default();
        let mut columns = ColumnBuilder::from(row.columns.clone());
        for item in items {
            self.expanded(operator, item, &mut columns);
        }
        if let Some((index, place)) = Self::param_name(operator, &["with_itemindex"]) {
            let column = self.option_column(index, place, Scalar::Long);
            columns.add(index, Scalar::Long, column.id);
        }
        columns
    }

    pub(super) fn mv_expand(&mut self, operator: &'a Operator, items: &'a [Expr]) -> Value {
        let columns = self.expand_all(operator, items);
        self.rows_with(columns.list)
    }

    pub(super) fn mv_apply(&mut self, operator: &'a Operator, items: &'a [Expr], query: &'a Expr) -> Value {
        let row = self.scope.row.clone().unwrap_or_default();
        let seen = self.expand_all(operator, items);
        let around = Arc::new(row.with(seen.list));
        self.allowed(query, true);
        let Value::Rows(result) = self.subquery(query, &around) else {
            return Value::Rows(Arc::new(Relation::unknown()));
        };
        // The columns that are expanded are only there where the query lets them through.
        let mut outer = row.columns.edit();
        for item in items {
            let item = match &item.kind {
                ExprKind::Converted { expr, .. } => expr,
                _ => item,
            };
            if let ExprKind::Name(name) = &item.kind {
                outer.remove(&name.text);
            }
        }
        if !self.look_at(result.columns.len()) {
            return Value::Rows(Arc::new(Relation::unknown()));
        }
        let mut columns = ColumnBuilder::from(outer.finish());
        for column in &result.columns {
            columns.set(&column.name, column.kind, column.id);
        }
        Value::Rows(Arc::new(row.doubts_of([&*result]).with(columns.list)))
    }
}

/// Rows with the columns that a list names: no others, unless a `*` or a pattern in it means columns that are not known.
fn listed_alone(row: &Relation, columns: impl Into<ColumnList>, exprs: &[Expr]) -> Relation {
    let means_others = |expr: &Expr| match &expr.kind {
        ExprKind::Star => true,
        ExprKind::Name(name) => name.form == NameForm::Wildcard,
        _ => false,
    };
    if exprs.iter().any(means_others) { row.with(columns) } else { row.closed_with(columns) }
}

fn names(columns: &[Column]) -> FxHashSet<Arc<str>> {
    columns.iter().map(|column| Arc::clone(&column.name)).collect()
}
