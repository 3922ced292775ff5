//! `union` and names with stars: rows of several tables together.

use std::hash::Hash;
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::super::ast::{Name, Operator, Union, UnionKind};
use super::super::model::finding::Finding;
use super::super::model::{ColumnOrigin, Level, Symbol};
use super::super::types::{Column, ColumnId, Conversion, Relation, Scalar};
use super::entities::matches_wildcard;
use super::recorder::NewColumn;
use super::{Binder, Bound, FindingKind, Local, Value};

impl<'a> Binder<'a> {
    /// The tables that a pattern such as `Security*` means, as one.
    pub(super) fn wildcard_tables(&mut self, name: &'a Name) -> Value {
        self.recorder.mention(name.span, || Symbol::Tables((&*name.text).into()));
        if &*name.text == "*" {
            return Value::Rows(self.every_table());
        }
        let names = self.catalog.tables_like(&name.text);
        let mut found: Vec<Arc<Relation>> = Vec::new();
        for table in &names {
            if let Some(known) = self.catalog.table(table) {
                found.push(self.rows_of_table(table, known));
            }
        }
        // Views of the query count as tables.
        let view = |local: &Local<'a>| match &local.bound {
            Bound::Function(function) if function.ast.view && matches_wildcard(&name.text, &local.name) => {
                match &function.returns {
                    Some(Value::Rows(relation)) => Some(Arc::clone(relation)),
                    _ => None,
                }
            }
            _ => None,
        };
        found.extend(self.names.visible().filter_map(view));
        if found.is_empty() {
            let message = format!("No table matches `{}`", name.text);
            let mut finding = Finding::new(FindingKind::UnknownTable, name.span, message)
                .help("If your workspace has such tables, declare them in a file for `--tables`.");
            finding.low_confidence = true;
            self.report(finding);
            return Value::Rows(Arc::new(Relation::unknown()));
        }
        if let [only] = found.as_slice() {
            return Value::Rows(Arc::clone(only));
        }
        Value::Rows(self.union_of(&found))
    }

    /// The columns of all tables together.
    pub(super) fn every_table(&mut self) -> Arc<Relation> {
        let all = self.catalog.everything();
        self.recorder.adopt(all, true, "*", ColumnOrigin::Tables)
    }

    /// The rows of several tables together. Columns that are made of several have an identity of their own.
    pub(super) fn union_of(&mut self, relations: &[Arc<Relation>]) -> Arc<Relation> {
        // Rows that have no columns add none, and the same rows again add nothing.
        let mut seen: FxHashSet<*const Relation> = FxHashSet::default();
        let wide = relations.iter().filter(|one| !one.columns.is_empty());
        let wide: Vec<Arc<Relation>> = wide.filter(|one| seen.insert(Arc::as_ptr(one))).cloned().collect();
        let doubts = Relation::default().doubts_of(relations.iter().map(|relation| &**relation));
        if !self.look_at(wide.iter().map(|one| one.columns.len()).sum()) {
            return Arc::new(Relation::unknown());
        }
        let (mut columns, merged) = unite_relations(&wide);
        for (at, parts) in merged {
            let column = &columns[at];
            let origin = ColumnOrigin::Union(parts.as_slice().into());
            let id = self.new_column(&column.name, column.kind, |new| NewColumn { origin, ..new });
            columns[at].id = id;
        }
        Arc::new(doubts.with(columns))
    }

    pub(super) fn union(
        &mut self,
        operator: &'a Operator,
        union: &'a Union,
        input: Option<&Arc<Relation>>,
    ) -> Value {
        if input.is_none() {
            self.params(operator, None);
        }
        let mut relations: Vec<Arc<Relation>> = input.into_iter().cloned().collect();
        for leg in &union.legs {
            relations.push(self.rows(leg));
        }
        // The official analyzer keeps all columns, whatever the kind; the service returns those that all tables have.
        let mut relation = self.union_of(&relations);
        if union.kind == UnionKind::Inner && self.recorder.level() == Level::Execute {
            let in_all = |column: &&Column| relations.iter().all(|one| one.column(&column.name).is_some());
            let columns: Vec<Column> = relation.columns.iter().filter(in_all).cloned().collect();
            relation = Arc::new(relation.with(columns));
        }
        if let Some((source, place)) = Self::param_name(operator, &["withsource", "with_source"]) {
            let column = self.option_column(source, place, Scalar::String);
            let mut columns = relation.columns.edit();
            columns.push_front(column);
            relation = Arc::new(relation.with(columns));
        }
        Value::Rows(relation)
    }
}

/// The rows of several tables together, with the columns that [`union_columns`] makes of theirs.
pub fn union_relations(relations: &[Arc<Relation>]) -> Relation {
    let doubts = Relation::default().doubts_of(relations.iter().map(|relation| &**relation));
    doubts.with(unite_relations(relations).0)
}

/// The columns of several tables: those of the same name and type are one, and those of the same name and
/// different types have the type in their names.
pub fn union_columns<K: Copy + Eq + Hash>(
    columns: impl Iterator<Item = (K, Scalar)>,
    name: impl Fn(K) -> Arc<str>,
) -> Vec<Column> {
    unite(columns.map(|(key, kind)| (key, kind, ColumnId::NONE)), name).0
}

/// Columns by their place in a list, each with the several columns that it is made of.
type Merged = Vec<(usize, Vec<ColumnId>)>;

fn unite_relations(relations: &[Arc<Relation>]) -> (Vec<Column>, Merged) {
    let columns = relations.iter().flat_map(|relation| &relation.columns);
    unite(columns.map(|column| (&column.name, column.kind, column.id)), Arc::clone)
}

/// The columns of one name and type.
struct Part {
    kind: Scalar,
    id: ColumnId,
    others: Vec<ColumnId>,
}

impl Part {
    fn new(kind: Scalar, id: ColumnId) -> Self {
        Self { kind, id, others: Vec::new() }
    }

    fn merge(&mut self, kind: Scalar, id: ColumnId) {
        if self.kind != kind {
            self.kind = self.kind.common(kind, Conversion::Exact).unwrap_or(Scalar::Dynamic);
        }
        if self.id != id {
            self.others.push(id);
        }
    }
}

/// The columns of one name.
struct Parts {
    first: Part,
    others: Vec<Part>,
    /// Whether a second table had the type of the first: then the official analyzer takes no notice of types that
    /// come later, and neither do we.
    settled: bool,
}

fn unite<K: Copy + Eq + Hash>(
    columns: impl Iterator<Item = (K, Scalar, ColumnId)>,
    name: impl Fn(K) -> Arc<str>,
) -> (Vec<Column>, Merged) {
    // Whatever is known of them, dynamic values are of one type here.
    let key = |kind: Scalar| if kind.dynamic() { Scalar::Dynamic } else { kind };
    let mut groups: Vec<(K, Parts)> = Vec::new();
    let mut index: FxHashMap<K, usize> = FxHashMap::default();
    for (name, kind, id) in columns {
        let at = *index.entry(name).or_insert(groups.len());
        let Some((_, parts)) = groups.get_mut(at) else {
            groups.push((name, Parts { first: Part::new(kind, id), others: Vec::new(), settled: false }));
            continue;
        };
        let alone = parts.others.is_empty();
        let mut all = std::iter::once(&mut parts.first).chain(&mut parts.others);
        match all.find(|known| key(known.kind) == key(kind)) {
            Some(known) => {
                known.merge(kind, id);
                parts.settled |= alone;
            }
            None if parts.settled => {}
            None => parts.others.push(Part::new(kind, id)),
        }
    }
    let mut merged = Merged::new();
    let mut columns = Vec::with_capacity(groups.len());
    // Names with types in them may be names of other columns; without any, no two are equal.
    let distinct = groups.iter().all(|(_, parts)| parts.others.is_empty());
    let names = if distinct { 0 } else { groups.len() };
    let mut taken: FxHashSet<Arc<str>> = FxHashSet::with_capacity_and_hasher(names, FxBuildHasher);
    let mut add = |name: Arc<str>, part: Part| {
        let mut own = Arc::clone(&name);
        let mut number = 0;
        while !distinct && !taken.insert(Arc::clone(&own)) {
            number += 1;
            own = format!("{name}{number}").into();
        }
        if !part.others.is_empty() {
            let mut seen = FxHashSet::default();
            let parts = std::iter::once(part.id).chain(part.others).filter(|id| seen.insert(*id));
            merged.push((columns.len(), parts.collect()));
        }
        columns.push(Column { name: own, kind: part.kind, id: part.id });
    };
    for (key, parts) in groups {
        let name = name(key);
        if parts.others.is_empty() {
            add(name, parts.first);
            continue;
        }
        for part in std::iter::once(parts.first).chain(parts.others) {
            add(format!("{name}_{}", part.kind.name()).into(), part);
        }
    }
    (columns, merged)
}
