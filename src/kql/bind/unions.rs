//! The operators that bring rows of several tables together.

use std::hash::Hash;
use std::rc::Rc;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::super::ast::{Body, Expr, ExprKind, JoinOn, Literal, Name, NameForm, Operator};
use super::super::error::Mend;
use super::super::token::TokenKind as T;
use super::super::types::{Column, Conversion, Relation, Scalar};
use super::entities::fits;
use super::finding::Finding;
use super::naming::Columns;
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

    pub(super) fn union(&mut self, operator: &'a Operator, input: Option<&Rc<Relation>>) -> Value {
        let Body::Many(legs) = &operator.body else { return Value::Unknown };
        if input.is_none() {
            self.params(operator, None);
        }
        let fuzzy =
            self.param_word(operator, "isfuzzy").is_some_and(|word| word.eq_ignore_ascii_case("true"));
        let mut relations: Vec<Rc<Relation>> = input.into_iter().cloned().collect();
        let outer = std::mem::replace(&mut self.fuzzy, fuzzy);
        for leg in legs {
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

    pub(super) fn join(
        &mut self,
        operator: &'a Operator,
        word: T,
        right: &'a Expr,
        on: Option<&'a JoinOn>,
        left: &Rc<Relation>,
    ) -> Value {
        let right_rows = self.rows(right);
        if on.is_none() && word == T::Join {
            self.say(FindingKind::Semantic, operator.keyword, "A join needs `on` and what the rows share");
        }
        let mut keys: Vec<String> = Vec::new();
        if let Some(on) = on {
            for condition in &on.conditions {
                self.condition(condition, left, &right_rows, &mut keys, on.predicate);
            }
        }
        let kind = self.param_word(operator, "kind").unwrap_or("innerunique");
        let open = left.open || right_rows.open;
        let doubtful = left.doubtful || right_rows.doubtful;
        let side = match kind {
            "leftsemi" | "leftanti" | "leftantisemi" | "anti" => Some(left),
            "rightsemi" | "rightanti" | "rightantisemi" => Some(&right_rows),
            _ => None,
        };
        if let Some(side) = side.filter(|_| word == T::Join) {
            return Value::Rows(Rc::clone(side));
        }
        let mut columns = Columns::from(left.columns.clone());
        let looked_up = |column: &&Column| word == T::Lookup && keys.iter().any(|key| **key == *column.name);
        let others: Vec<Column> =
            right_rows.columns.iter().filter(|column| !looked_up(column)).cloned().collect();
        columns.add_others(&others);
        Value::Rows(Rc::new(limited(Relation { columns: columns.list, open, doubtful })))
    }

    /// One condition of a join. `keys` gets the columns of the right side that it names.
    fn condition(
        &mut self,
        expr: &'a Expr,
        left: &Rc<Relation>,
        right: &Rc<Relation>,
        keys: &mut Vec<String>,
        predicate: bool,
    ) {
        match &expr.kind {
            ExprKind::Name(name) => self.key(name, left, right, keys),
            ExprKind::Paren(inner) => self.condition(inner, left, right, keys, predicate),
            ExprKind::Logical { op: T::And, operands } => {
                for operand in operands {
                    self.condition(operand, left, right, keys, predicate);
                }
            }
            ExprKind::Binary { op: T::EqualEqual, left: a, right: b, .. } if !predicate => {
                let (first, second) = (sided(a), sided(b));
                if let Some((_, name)) = second {
                    keys.push(name.text.to_string());
                }
                let crossed = matches!((first, second), (Some(("$right", _)), Some(("$left", _))));
                if crossed {
                    self.crossed(expr, a, b);
                }
                for (side, operand, wanted) in [(first, a, "$left"), (second, b, "$right")] {
                    if crossed {
                        break;
                    }
                    if side.is_none_or(|(side, _)| side != wanted) {
                        let message = format!("This side of the comparison is a column of `{wanted}`");
                        let finding = Finding::new(FindingKind::Semantic, operand.span, message)
                            .help(format!("Write `{wanted}.Name`."));
                        self.report(finding);
                    }
                }
                let kind = |binder: &mut Self, side: Option<(&str, &'a Name)>| {
                    let (side, name) = side?;
                    let relation = if side == "$left" { left } else { right };
                    binder.over(relation, |binder| binder.column(name)).map(|column| column.kind)
                };
                let kinds = (kind(self, first), kind(self, second));
                if let (Some(a), Some(b)) = kinds
                    && !comparable(a, b)
                {
                    let mut message = format!("The columns have the types `{}` and `{}`", a.name(), b.name());
                    if a.dynamic() || b.dynamic() {
                        "A `dynamic` column is no key of a join".clone_into(&mut message);
                    }
                    let finding = Finding::new(FindingKind::Type, expr.span, message)
                        .help("Convert one of them before the join.");
                    self.report(finding.doubted(left.doubtful || right.doubtful));
                }
            }
            ExprKind::Missing => {}
            _ => {
                let plain = !predicate;
                if plain {
                    let message = "A condition of a join is a column, or `$left.A == $right.B`";
                    self.say(FindingKind::Semantic, expr.span, message);
                }
                let row = self.row.replace(Rc::clone(left));
                let outer = self.right.replace(Rc::clone(right));
                self.quietly(|binder| binder.value(expr));
                (self.row, self.right) = (row, outer);
            }
        }
    }

    /// A comparison that names the right side first.
    fn crossed(&mut self, expr: &Expr, right: &Expr, left: &Expr) {
        let message = "The sides are the wrong way round: `$left` comes first in the condition of a join";
        let text = format!("{} == {}", self.written(left.span), self.written(right.span));
        let mut finding =
            Finding::new(FindingKind::Semantic, expr.span, message).help(format!("Write `{text}`."));
        finding.mend = Some(Mend { title: "Turn the sides around".into(), span: expr.span, text });
        self.report(finding);
    }

    /// A column that both sides must have.
    fn key(&mut self, name: &'a Name, left: &Rc<Relation>, right: &Rc<Relation>, keys: &mut Vec<String>) {
        if name.form == NameForm::Missing {
            return;
        }
        keys.push(name.text.to_string());
        let sides = [(left, "left"), (right, "right")];
        let found = sides.map(|(relation, _)| relation.column(&name.text).map(|column| column.kind));
        match found {
            [Some(a), Some(b)] => {
                if a != b && !a.unknown() && !b.unknown() {
                    let message = format!(
                        "`{}` is `{}` on the left and `{}` on the right",
                        name.text,
                        a.name(),
                        b.name()
                    );
                    let refined = a.dynamic() && b.dynamic();
                    let finding = Finding::new(FindingKind::Type, name.span, message)
                        .help("Convert one of them before the join.");
                    self.report(finding.doubted(left.doubtful || right.doubtful || refined));
                }
            }
            [None, None] if !left.open && !right.open => {
                self.over(left, |binder| binder.unknown_name(name));
            }
            _ => {
                for (found, (relation, side)) in found.iter().zip(sides) {
                    if found.is_none() && !relation.open {
                        let message = format!("The {side} side of the join has no column `{}`", name.text);
                        let mut finding = Finding::new(FindingKind::UnknownColumn, name.span, message)
                            .help("Columns of different names are joined with `$left.A == $right.B`.");
                        finding.doubtful = relation.doubtful;
                        finding.name = Some(name.text.clone());
                        self.report(finding);
                    }
                }
            }
        }
    }

    /// `find` and `search`.
    pub(super) fn find(&mut self, operator: &'a Operator, input: &Rc<Relation>) -> Value {
        let Body::Find { tables, predicate, .. } = &operator.body else { return Value::Unknown };
        let search = operator.word == T::Search;
        let piped = !input.columns.is_empty() || input.open;
        let relations: Vec<Rc<Relation>> = match tables {
            Some(tables) => tables.iter().map(|table| self.rows(table)).collect(),
            None if piped => vec![Rc::clone(input)],
            None if search => vec![self.catalog.everything()],
            None => {
                let names = self.catalog.tables_like("*");
                let tables = names.iter().filter_map(|name| self.catalog.table(name));
                tables.map(|table| table.relation).collect()
            }
        };
        let all = match relations.as_slice() {
            [only] => Rc::clone(only),
            _ if search => Rc::new(united(&relations)),
            _ => {
                let mut all = merged(&relations);
                all.open |= tables.is_none();
                all.doubtful |= tables.is_none();
                Rc::new(all)
            }
        };
        let outer = std::mem::replace(&mut self.searching, true);
        self.over(&all, |binder| binder.searched(predicate));
        self.searching = outer;
        if search {
            let mut columns = Columns::default();
            columns.list.push(Column::new("$table", Scalar::String));
            columns.list.extend(all.columns.iter().cloned());
            return Value::Rows(Rc::new(all.with(columns.list)));
        }
        self.found(operator, &relations, &all)
    }

    /// The condition of a search: texts stand for themselves.
    fn searched(&mut self, predicate: &'a Expr) {
        if matches!(predicate.kind, ExprKind::Star) {
            return;
        }
        let value = self.condition_value(predicate);
        let Value::Scalar(kind, _) = value else { return };
        if kind != Scalar::Bool && !kind.unknown() {
            let message = format!("A condition is `bool`, and this is {}", kind.described());
            self.say(FindingKind::Type, predicate.span, message);
        }
    }

    /// The columns of `find`.
    fn found(&mut self, operator: &'a Operator, relations: &[Rc<Relation>], all: &Rc<Relation>) -> Value {
        let Body::Find { predicate, project, project_away, .. } = &operator.body else {
            return Value::Unknown;
        };
        let mut asked: Vec<Column> = Vec::new();
        super::super::walk(super::super::Node::Expr(predicate), &mut |node| {
            if let super::super::Node::Expr(Expr { kind: ExprKind::Name(name), .. }) = node
                && let Some(column) = all.column(&name.text)
                && !asked.contains(column)
            {
                asked.push(column.clone());
            }
            true
        });
        // Only tables that have a column of the condition are looked through.
        let has = |relation: &&Rc<Relation>| {
            relation.open || asked.iter().any(|column| relation.column(&column.name).is_some())
        };
        let whole = relations.len() == 1 || everywhere(predicate);
        let looked: Vec<Rc<Relation>> =
            relations.iter().filter(|relation| whole || has(relation)).cloned().collect();
        let source = Self::param_name(operator, &["withsource", "with_source"]).unwrap_or("source_");
        let mut columns = vec![Column::new(source, Scalar::String)];
        let packs = |columns: &[Column]| {
            let mut others = looked.iter().filter(|relation| !relation.open).flat_map(|one| &one.columns);
            others.any(|other| !columns.iter().any(|column| column.name == other.name))
        };
        let mut open = all.open;
        match project {
            Some(project) => {
                open = false;
                for expr in project {
                    match &expr.kind {
                        ExprKind::Name(name) => {
                            columns.extend(self.over(all, |binder| binder.column(name)));
                        }
                        ExprKind::Typed(column) => {
                            let known = self.over(all, |binder| binder.column(&column.name));
                            let kind = super::statements::type_of(column);
                            columns.extend(known.map(|_| Column::new(&*column.name.text, kind)));
                        }
                        ExprKind::Call { .. } => columns.push(Column::new("pack_", Scalar::Dynamic)),
                        _ => {}
                    }
                }
            }
            None => {
                let sets = [columns, shared(&looked), asked].map(|set| Rc::new(Relation::closed(set)));
                columns = united(&sets).columns;
                if packs(&columns) {
                    columns.push(Column::new("pack_", Scalar::Dynamic));
                }
            }
        }
        for expr in project_away.iter().flatten() {
            match &expr.kind {
                ExprKind::Star => columns.retain(|column| &*column.name == source),
                ExprKind::Name(name) => {
                    self.over(all, |binder| binder.column(name));
                    columns.retain(|column| *column.name != *name.text);
                }
                _ => {}
            }
        }
        Value::Rows(Rc::new(Relation { columns, open, doubtful: all.doubtful }))
    }
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

/// Rows with no more columns than rows may have.
pub(super) fn limited(mut relation: Relation) -> Relation {
    if relation.columns.len() > MOST_COLUMNS {
        relation.columns.truncate(MOST_COLUMNS);
        (relation.open, relation.doubtful) = (true, true);
    }
    relation
}

/// `$left.column` and `$right.column`.
fn sided(expr: &Expr) -> Option<(&str, &Name)> {
    let ExprKind::Path { base, member } = &expr.kind else { return None };
    match (&base.kind, &member.kind) {
        (ExprKind::Name(side), ExprKind::Name(name)) if matches!(&*side.text, "$left" | "$right") => {
            Some((&side.text, name))
        }
        _ => None,
    }
}

/// Whether columns of these types can be joined.
fn comparable(a: Scalar, b: Scalar) -> bool {
    !a.dynamic() && !b.dynamic() && (a.promoted() == b.promoted() || a.unknown() || b.unknown())
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

/// The columns of several tables, those of the same name as one: of the type that they have in common, or dynamic.
fn merged(relations: &[Rc<Relation>]) -> Relation {
    let mut columns: Vec<Column> = Vec::new();
    let mut index: FxHashMap<Rc<str>, usize> = FxHashMap::default();
    for column in relations.iter().flat_map(|relation| &relation.columns) {
        let at = *index.entry(Rc::clone(&column.name)).or_insert(columns.len());
        match columns.get_mut(at) {
            Some(known) => {
                known.kind = known.kind.common(column.kind, Conversion::Wider).unwrap_or(Scalar::Dynamic);
            }
            None => columns.push(column.clone()),
        }
    }
    let open = relations.iter().any(|relation| relation.open);
    Relation { columns, open, doubtful: relations.iter().any(|relation| relation.doubtful) }
}

/// The columns that all of several tables have, by name; where their types differ, the one they have in common.
fn shared(relations: &[Rc<Relation>]) -> Vec<Column> {
    let Some((first, rest)) = relations.split_first() else { return Vec::new() };
    let in_all = |column: &&Column| rest.iter().all(|other| other.column(&column.name).is_some());
    let common = |column: &Column| {
        let others = rest.iter().filter_map(|other| other.column(&column.name).map(|column| column.kind));
        let kinds = std::iter::once(column.kind).chain(others);
        let kind = Scalar::common_of(kinds, Conversion::Wider).unwrap_or(Scalar::Dynamic);
        Column { name: Rc::clone(&column.name), kind }
    };
    first.columns.iter().filter(in_all).map(common).collect()
}
