//! The operators that look through tables: `search` and `find`.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::super::ast::{Expr, ExprKind, Find, Literal, Operator};
use super::super::types::{Column, Conversion, Relation, Scalar};
use super::super::{Node, walk};
use super::{Binder, FindingKind, Value};
use crate::source::Span;

impl<'a> Binder<'a> {
    pub(super) fn search(
        &mut self,
        tables: Option<&'a [Expr]>,
        predicate: &'a Expr,
        input: &Arc<Relation>,
    ) -> Value {
        let all = match tables {
            Some(tables) => self.together(tables),
            None if has_rows(input) => Arc::clone(input),
            None => self.every_table(),
        };
        self.search_condition(predicate, &all);
        let mut columns = all.columns.edit();
        columns.push_front(Column::new("$table", Scalar::String));
        Value::Rows(Arc::new(all.with(columns)))
    }

    /// The rows of the tables of a `search`.
    fn together(&mut self, tables: &'a [Expr]) -> Arc<Relation> {
        let relations: Vec<Arc<Relation>> = tables.iter().map(|table| self.rows(table)).collect();
        match relations.as_slice() {
            [only] => Arc::clone(only),
            _ => self.union_of(&relations),
        }
    }

    pub(super) fn find(&mut self, operator: &'a Operator, find: &'a Find, input: &Arc<Relation>) -> Value {
        let relations: Vec<Arc<Relation>> = match &find.tables {
            Some(tables) => tables.iter().map(|table| self.rows(table)).collect(),
            None if has_rows(input) => vec![Arc::clone(input)],
            None => {
                let names = self.catalog.tables_like("*");
                let tables = names.iter().filter_map(|name| Some((name, self.catalog.table(name)?)));
                let tables: Vec<_> = tables.collect();
                tables.into_iter().map(|(name, table)| self.rows_of_table(name, table)).collect()
            }
        };
        let all = match relations.as_slice() {
            [only] => Arc::clone(only),
            _ if find.tables.is_none() => Arc::new(merged_everywhere(&relations)),
            _ => Arc::new(merged(&relations)),
        };
        self.search_condition(&find.predicate, &all);
        self.found(operator, find, &relations, &all)
    }

    /// The condition of a search: texts stand for themselves.
    fn search_condition(&mut self, predicate: &'a Expr, all: &Arc<Relation>) {
        let outer = std::mem::replace(&mut self.context.searching, true);
        self.with_row_scope(all, |binder| binder.searched(predicate));
        self.context.searching = outer;
    }

    fn searched(&mut self, predicate: &'a Expr) {
        if matches!(predicate.kind, ExprKind::Star) {
            return;
        }
        let value = self.condition_value(predicate);
        let Value::Scalar(kind, _) = value else { return };
        if kind != Scalar::Bool && !kind.unknown() {
            let message = format!("A condition must be `bool`, got {}", kind.described());
            self.say(FindingKind::Type, predicate.span, message);
        }
    }

    /// The columns of `find`.
    fn found(
        &mut self,
        operator: &'a Operator,
        find: &'a Find,
        relations: &[Arc<Relation>],
        all: &Arc<Relation>,
    ) -> Value {
        let Find { predicate, project, project_away, .. } = find;
        let mut asked: Vec<Column> = Vec::new();
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        walk(Node::Expr(predicate), &mut |node| {
            if let Node::Expr(Expr { kind: ExprKind::Name(name), .. }) = node
                && let Some(column) = all.column(&name.text)
                && seen.insert(&*column.name)
            {
                asked.push(column.clone());
            }
            true
        });
        // Only tables that have a column of the condition are looked through.
        let has = |relation: &&Arc<Relation>| {
            relation.has_unknown_columns || asked.iter().any(|column| relation.column(&column.name).is_some())
        };
        let whole = relations.len() == 1 || everywhere(predicate);
        let looked: Vec<Arc<Relation>> =
            relations.iter().filter(|relation| whole || has(relation)).cloned().collect();
        let (source, place) = Self::param_name(operator, &["withsource", "with_source"])
            .unwrap_or(("source_", Span::default()));
        let mut columns = vec![self.option_column(source, place, Scalar::String)];
        let packs = |columns: &[Column]| {
            let mut others =
                looked.iter().filter(|relation| !relation.has_unknown_columns).flat_map(|one| &one.columns);
            let known: FxHashSet<&str> = columns.iter().map(|column| &*column.name).collect();
            others.any(|other| !known.contains(&*other.name))
        };
        let mut open = all.has_unknown_columns;
        match project {
            Some(project) => {
                open = false;
                for expr in project {
                    match &expr.kind {
                        ExprKind::Name(name) => {
                            columns.extend(self.with_row_scope(all, |binder| binder.column(name)));
                        }
                        ExprKind::Typed(column) => {
                            let known = self.with_row_scope(all, |binder| binder.column(&column.name));
                            let kind = super::statements::type_of(column);
                            columns.extend(
                                known.map(|known| Column::new(&*column.name.text, kind).with_id(known.id)),
                            );
                        }
                        ExprKind::Call { .. } => columns.push(Column::new("pack_", Scalar::Dynamic)),
                        _ => {}
                    }
                }
            }
            None => {
                let sets = [columns, shared(&looked), asked].map(|set| Arc::new(Relation::closed(set)));
                columns = self.union_of(&sets).columns.iter().cloned().collect();
                if packs(&columns) {
                    columns.push(Column::new("pack_", Scalar::Dynamic));
                }
            }
        }
        for expr in project_away.iter().flatten() {
            match &expr.kind {
                ExprKind::Star => columns.retain(|column| &*column.name == source),
                ExprKind::Name(name) => {
                    self.with_row_scope(all, |binder| binder.column(name));
                    columns.retain(|column| *column.name != *name.text);
                }
                _ => {}
            }
        }
        Value::Rows(Arc::new(Relation { has_unknown_columns: open, ..all.with(columns) }))
    }
}

/// Whether rows come in: after a pipe, `search` and `find` look at those.
fn has_rows(input: &Relation) -> bool {
    !input.columns.is_empty() || input.has_unknown_columns
}

/// Whether a condition looks into all columns: it has a star, or a text that stands alone.
fn everywhere(predicate: &Expr) -> bool {
    match &predicate.kind {
        ExprKind::Star | ExprKind::Literal(Literal::String(_)) => true,
        ExprKind::Paren(inner) => everywhere(inner),
        ExprKind::Logical { operands, .. } => operands.iter().any(everywhere),
        ExprKind::Binary { left, .. } => matches!(left.kind, ExprKind::Star),
        _ => false,
    }
}

/// The columns of several tables, those of the same name as one: of the type that they have in common, or dynamic.
fn merged(relations: &[Arc<Relation>]) -> Relation {
    let mut columns: Vec<Column> = Vec::new();
    let mut index: FxHashMap<Arc<str>, usize> = FxHashMap::default();
    for column in relations.iter().flat_map(|relation| &relation.columns) {
        let at = *index.entry(Arc::clone(&column.name)).or_insert(columns.len());
        match columns.get_mut(at) {
            Some(known) => {
                known.kind = known.kind.common(column.kind, Conversion::Wider).unwrap_or(Scalar::Dynamic);
            }
            None => columns.push(column.clone()),
        }
    }
    Relation::default().doubts_of(relations.iter().map(|relation| &**relation)).with(columns)
}

/// The columns of all tables there are. Which of them there are in a workspace is not known: where types differ, a column
/// is of that which nearly all of the tables have, and otherwise of any.
fn merged_everywhere(relations: &[Arc<Relation>]) -> Relation {
    let mut columns: Vec<Column> = Vec::new();
    let mut kinds: Vec<SmallVec<[(Scalar, usize); 1]>> = Vec::new();
    let mut index: FxHashMap<Arc<str>, usize> = FxHashMap::default();
    for column in relations.iter().flat_map(|relation| &relation.columns) {
        let at = *index.entry(Arc::clone(&column.name)).or_insert(columns.len());
        if at == columns.len() {
            columns.push(column.clone());
            kinds.push(SmallVec::new());
        }
        match kinds[at].iter_mut().find(|(kind, _)| *kind == column.kind) {
            Some((_, count)) => *count += 1,
            None => kinds[at].push((column.kind, 1)),
        }
    }
    for (column, kinds) in columns.iter_mut().zip(&kinds) {
        let all: usize = kinds.iter().map(|(_, count)| count).sum();
        let most = kinds.iter().max_by_key(|(_, count)| *count);
        column.kind =
            most.filter(|(_, count)| count * 10 >= all * 9).map_or(Scalar::Unknown, |(kind, _)| *kind);
    }
    Relation::unknown().with(columns)
}

/// The columns that all of several tables have, by name; where their types differ, the one they have in common.
fn shared(relations: &[Arc<Relation>]) -> Vec<Column> {
    let Some((first, rest)) = relations.split_first() else { return Vec::new() };
    let in_all = |column: &&Column| rest.iter().all(|other| other.column(&column.name).is_some());
    let common = |column: &Column| {
        let others = rest.iter().filter_map(|other| other.column(&column.name).map(|column| column.kind));
        let kinds = std::iter::once(column.kind).chain(others);
        let kind = Scalar::common_of(kinds, Conversion::Wider).unwrap_or(Scalar::Dynamic);
        Column { kind, ..column.clone() }
    };
    first.columns.iter().filter(in_all).map(common).collect()
}
