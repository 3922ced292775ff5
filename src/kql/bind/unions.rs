//! The operators that bring rows of several tables together.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::super::ast::{Body, Expr, ExprKind, JoinOn, Name, NameForm, Operator};
use super::super::token::TokenKind as T;
use super::super::types::{Column, Relation, Scalar};
use super::finding::Finding;
use super::naming::Columns;
use super::{Binder, FindingKind, Value};

impl<'a> Binder<'a> {
    /// The tables that a pattern such as `Security*` means, as one.
    pub(super) fn wildcard_tables(&mut self, name: &'a Name) -> Value {
        let names = self.catalog.tables_like(&name.text);
        let found: Vec<Rc<Relation>> =
            names.iter().filter_map(|table| self.catalog.table(table).map(|table| table.relation)).collect();
        if &*name.text == "*" {
            return Value::Rows(self.catalog.everything());
        }
        if found.is_empty() {
            let message = format!("No table fits `{}`", name.text);
            let mut finding = Finding::new(FindingKind::UnknownTable, name.span, message);
            finding.doubtful = true;
            self.report(finding);
            return Value::Rows(Rc::new(Relation::unknown()));
        }
        Value::Rows(Rc::new(united(&found, false)))
    }

    pub(super) fn union(&mut self, operator: &'a Operator, input: Option<&Rc<Relation>>) -> Value {
        let Body::Many(legs) = &operator.body else { return Value::Unknown };
        if input.is_none() {
            self.params(operator);
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
        let mut relation = united(&relations, false);
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
        Value::Rows(Rc::new(Relation { columns: columns.list, open, doubtful }))
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
                for (side, operand, wanted) in [(first, a, "$left"), (second, b, "$right")] {
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
                    let message = format!("The columns have the types `{}` and `{}`", a.name(), b.name());
                    let finding = Finding::new(FindingKind::Type, expr.span, message)
                        .help("Convert one of them before the join.");
                    self.report(finding);
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
                if !comparable(a, b) {
                    let message = format!(
                        "`{}` is `{}` on the left and `{}` on the right",
                        name.text,
                        a.name(),
                        b.name()
                    );
                    let finding = Finding::new(FindingKind::Type, name.span, message)
                        .help("Convert one of them before the join.");
                    self.report(finding);
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

    pub(super) fn find(&mut self, operator: &'a Operator, input: &Rc<Relation>) -> Value {
        let Body::Find { tables, predicate, project, .. } = &operator.body else { return Value::Unknown };
        let search = operator.word == T::Search;
        let relations: Vec<Rc<Relation>> = match tables {
            Some(tables) => tables.iter().map(|table| self.rows(table)).collect(),
            None if !input.columns.is_empty() || input.open => vec![Rc::clone(input)],
            None => vec![self.catalog.everything()],
        };
        let all = Rc::new(united(&relations, false));
        let outer = std::mem::replace(&mut self.searching, true);
        self.over(&all, |binder| {
            if !matches!(predicate.kind, ExprKind::Literal(_)) {
                binder.predicate(predicate);
            }
        });
        self.searching = outer;
        let mut columns = Columns::default();
        if search {
            columns.add("$table", Scalar::String);
            columns.list.extend(all.columns.iter().cloned());
            return Value::Rows(Rc::new(all.with(columns.list)));
        }
        let source = Self::param_name(operator, &["withsource", "with_source"]).unwrap_or("source_");
        columns.add(source, Scalar::String);
        match project {
            Some(project) => {
                for expr in project {
                    match &expr.kind {
                        ExprKind::Name(name) => {
                            let kind = all.column(&name.text).map_or(Scalar::Dynamic, |column| column.kind);
                            columns.add(&name.text, kind);
                        }
                        ExprKind::Typed(column) => {
                            columns.add(&column.name.text, super::statements::type_of(column));
                        }
                        ExprKind::Call { .. } => columns.add("pack_", Scalar::Dynamic),
                        ExprKind::Star => columns.list.extend(all.columns.iter().cloned()),
                        _ => {}
                    }
                }
            }
            None if tables.is_none() && input.columns.is_empty() => {
                for column in all.columns.iter().filter(|column| mentions(predicate, &column.name)) {
                    columns.add(&column.name, column.kind);
                }
                columns.add("pack_", Scalar::Dynamic);
            }
            None => {
                // Only tables that have the columns of the condition are looked through.
                let asked: Vec<&Column> =
                    all.columns.iter().filter(|column| mentions(predicate, &column.name)).collect();
                let answers = |relation: &&Rc<Relation>| {
                    asked.iter().all(|column| relation.column(&column.name).is_some())
                };
                let answering: Vec<Rc<Relation>> = relations.iter().filter(answers).cloned().collect();
                if let [only] = answering.as_slice() {
                    columns.list.extend(only.columns.iter().cloned());
                    return Value::Rows(Rc::new(only.with(columns.list)));
                }
                let relations = if answering.is_empty() { relations } else { answering };
                let common = united(&relations, true);
                for column in all.columns.iter().filter(|column| {
                    relations.len() > 1 && common.column(&column.name).is_some()
                        || mentions(predicate, &column.name)
                }) {
                    columns.add(&column.name, column.kind);
                }
                columns.add("pack_", Scalar::Dynamic);
            }
        }
        Value::Rows(Rc::new(Relation { columns: columns.list, open: all.open, doubtful: all.doubtful }))
    }
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
    a == b || a.unknown() || b.unknown() || (a.number() && b.number())
}

fn mentions(expr: &Expr, name: &str) -> bool {
    let mut found = false;
    super::super::walk(super::super::Node::Expr(expr), &mut |node| {
        if let super::super::Node::Expr(Expr { kind: ExprKind::Name(other), .. }) = node {
            found |= *other.text == *name;
        }
        true
    });
    found
}

/// The columns of several tables: those of the same name and type are one, and those of the same name and
/// different types have the type in their names. With `inner`, only those that all have.
pub fn united(relations: &[Rc<Relation>], inner: bool) -> Relation {
    let open = relations.iter().any(|relation| relation.open);
    let doubtful = relations.iter().any(|relation| relation.doubtful);
    let mut order: Vec<Column> = Vec::new();
    // The types of each name, and whether a second table had the type of the first: then the official analyser
    // takes no notice of types that come later, and neither do we.
    let mut index: HashMap<Rc<str>, (Vec<Scalar>, bool)> = HashMap::new();
    for relation in relations {
        for column in &relation.columns {
            let (kinds, settled) = index.entry(Rc::clone(&column.name)).or_default();
            if kinds.len() == 1 && kinds[0] == column.kind && !column.kind.unknown() {
                *settled = true;
            }
            if !*settled && !kinds.contains(&column.kind) {
                kinds.push(column.kind);
                order.push(column.clone());
            }
        }
    }
    let everywhere = |column: &Column| {
        relations.iter().all(|relation| relation.column(&column.name).is_some() || relation.open)
    };
    let mut columns = Vec::with_capacity(order.len());
    let mut done: HashSet<Rc<str>> = HashSet::new();
    for column in &order {
        if (inner && !everywhere(column)) || !done.insert(Rc::clone(&column.name)) {
            continue;
        }
        let (kinds, _) = &index[&column.name];
        let known: Vec<Scalar> = kinds.iter().copied().filter(|kind| !kind.unknown()).collect();
        match known.as_slice() {
            [] => columns.push(column.clone()),
            [kind] => columns.push(Column { name: Rc::clone(&column.name), kind: *kind }),
            kinds => {
                for kind in kinds {
                    columns.push(Column::new(format!("{}_{}", column.name, kind.name()), *kind));
                }
            }
        }
    }
    Relation { columns, open, doubtful }
}
