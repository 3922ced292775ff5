//! `union` and names with stars: rows of several tables together.

use std::hash::Hash;
use std::rc::Rc;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::super::ast::{Name, Operator, Union};
use super::super::types::{Column, Conversion, Relation, Scalar};
use super::entities::fits;
use super::finding::Finding;
use super::{Binder, Bound, FindingKind, Local, MOST_COLUMNS, Value};

impl<'a> Binder<'a> {
    /// The tables that a pattern such as `Security*` means, as one.
    pub(super) fn wildcard_tables(&mut self, name: &'a Name) -> Value {
        if &*name.text == "*" {
            return Value::Rows(self.catalog.everything());
        }
        let names = self.catalog.tables_like(&name.text);
        let tables = names.iter().filter_map(|table| self.catalog.table(table));
        let mut found: Vec<Rc<Relation>> = tables.map(|table| table.relation).collect();
        // Views of the query count as tables.
        let view = |local: &Local<'a>| match &local.bound {
            Bound::Function(function) if function.ast.view && fits(&name.text, &local.name) => {
                match &function.returns {
                    Some(Value::Rows(relation)) => Some(Rc::clone(relation)),
                    _ => None,
                }
            }
            _ => None,
        };
        found.extend(self.locals.iter().filter_map(view));
        if found.is_empty() {
            let message = format!("No table fits `{}`", name.text);
            let mut finding = Finding::new(FindingKind::UnknownTable, name.span, message)
                .help("If a workspace has such tables, name them in a file and give that to `--tables`.");
            finding.doubtful = true;
            self.report(finding);
            return Value::Rows(Rc::new(Relation::unknown()));
        }
        if let [only] = found.as_slice() {
            return Value::Rows(Rc::clone(only));
        }
        Value::Rows(Rc::new(united(&found)))
    }

    pub(super) fn union(
        &mut self,
        operator: &'a Operator,
        union: &'a Union,
        input: Option<&Rc<Relation>>,
    ) -> Value {
        if input.is_none() {
            self.params(operator, None);
        }
        let mut relations: Vec<Rc<Relation>> = input.into_iter().cloned().collect();
        let outer = std::mem::replace(&mut self.fuzzy, union.fuzzy);
        for leg in &union.legs {
            relations.push(self.rows(leg));
        }
        self.fuzzy = outer;
        // The official analyser keeps all columns, whatever the kind.
        let mut relation = united(&relations);
        if let Some(source) = Self::param_name(operator, &["withsource", "with_source"]) {
            relation.columns.insert(0, Column::new(source, Scalar::String));
        }
        Value::Rows(Rc::new(relation))
    }
}

/// Rows with no more columns than rows may have.
pub(super) fn limited(mut relation: Relation) -> Relation {
    if relation.columns.len() > MOST_COLUMNS {
        relation.columns.truncate(MOST_COLUMNS);
        (relation.open, relation.doubtful) = (true, true);
    }
    relation
}

/// The rows of several tables together, with the columns that [`unite`] makes of theirs.
pub fn united(relations: &[Rc<Relation>]) -> Relation {
    let open = relations.iter().any(|relation| relation.open);
    let doubtful = relations.iter().any(|relation| relation.doubtful);
    let columns = relations.iter().flat_map(|relation| &relation.columns);
    let columns = unite(columns.map(|column| (&column.name, column.kind)), Rc::clone);
    Relation { columns, open, doubtful }
}

/// The types of the columns of one name.
struct Kinds {
    first: Scalar,
    others: Vec<Scalar>,
    /// Whether a second table had the type of the first: then the official analyser takes no notice of types that
    /// come later, and neither do we.
    settled: bool,
}

/// The columns of several tables: those of the same name and type are one, and those of the same name and
/// different types have the type in their names.
pub fn unite<K: Copy + Eq + Hash>(
    columns: impl Iterator<Item = (K, Scalar)>,
    name: impl Fn(K) -> Rc<str>,
) -> Vec<Column> {
    // Whatever is known of them, dynamic values are of one type here.
    let key = |kind: Scalar| if kind.dynamic() { Scalar::Dynamic } else { kind };
    let mut groups: Vec<(K, Kinds)> = Vec::new();
    let mut index: FxHashMap<K, usize> = FxHashMap::default();
    for (name, kind) in columns {
        let at = *index.entry(name).or_insert(groups.len());
        let Some((_, kinds)) = groups.get_mut(at) else {
            groups.push((name, Kinds { first: kind, others: Vec::new(), settled: false }));
            continue;
        };
        let alone = kinds.others.is_empty();
        let mut all = std::iter::once(&mut kinds.first).chain(&mut kinds.others);
        match all.find(|known| key(**known) == key(kind)) {
            Some(known) => {
                if *known != kind {
                    *known = known.common(kind, Conversion::Exact).unwrap_or(Scalar::Dynamic);
                }
                kinds.settled |= alone;
            }
            None if kinds.settled => {}
            None => kinds.others.push(kind),
        }
    }
    let mut columns = Vec::with_capacity(groups.len());
    let mut taken: FxHashSet<Rc<str>> = FxHashSet::with_capacity_and_hasher(groups.len(), FxBuildHasher);
    let mut add = |name: Rc<str>, kind: Scalar| {
        let mut own = Rc::clone(&name);
        let mut number = 0;
        while !taken.insert(Rc::clone(&own)) {
            number += 1;
            own = format!("{name}{number}").into();
        }
        columns.push(Column { name: own, kind });
    };
    for (key, kinds) in groups {
        let name = name(key);
        if kinds.others.is_empty() {
            add(name, kinds.first);
            continue;
        }
        for kind in std::iter::once(kinds.first).chain(kinds.others) {
            add(format!("{name}_{}", kind.name()).into(), kind);
        }
    }
    columns
}
