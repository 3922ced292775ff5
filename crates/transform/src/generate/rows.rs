//! What an operator makes of rows that stand for any: its columns, and the conditions that a row must meet to pass.

use std::any::Any;
use std::rc::Rc;
use std::sync::Arc;

use super::goals::Goal;
use super::slots::{Form, Step};
use super::solver::{Condition, Group, Open, Solver, Subject, Sym, SymRow, Unsolved};
use crate::engine::eval::Node;
use crate::engine::exec::{Operate, Plan, PlanKind};
use crate::engine::ops::columns::{Choice, Choose, Compute, Item};
use crate::engine::ops::expand::{Apply, Expand, Partition};
use crate::engine::ops::fixed::{DataTable, Print};
use crate::engine::ops::join::Join;
use crate::engine::ops::lookup::NetworkLookup;
use crate::engine::ops::parse::Parse;
use crate::engine::ops::plugins::BagUnpack;
use crate::engine::ops::rows::{Count, Filter, Pass, Sort, Take};
use crate::engine::ops::search::Search;
use crate::engine::ops::summarize::Summarize;
use crate::engine::ops::union::Union;
use crate::engine::value::Value;
use crate::kql::ast::{JoinKind, LogicalOp};

pub(super) type Made<'p> = Result<Rc<SymRow<'p>>, Unsolved>;

pub(super) fn key_of<T>(place: &T) -> usize {
    std::ptr::from_ref(place) as usize
}

pub(super) fn row<'p>(names: Vec<Arc<str>>, cells: Vec<Sym<'p>>, open: Option<Open<'p>>) -> Rc<SymRow<'p>> {
    Rc::new(SymRow { names: Rc::new(names), cells, open })
}

/// Sets a column of a row, or adds it.
pub(super) fn put<'p>(names: &mut Vec<Arc<str>>, cells: &mut Vec<Sym<'p>>, name: &Arc<str>, sym: Sym<'p>) {
    match names.iter().position(|own| own == name) {
        Some(at) => cells[at] = sym,
        None => {
            names.push(Arc::clone(name));
            cells.push(sym);
        }
    }
}

impl<'p> Solver<'p> {
    /// A row that a plan returns.
    pub(super) fn rows(&mut self, plan: &'p Plan) -> Made<'p> {
        self.depth += 1;
        if self.depth > 400 {
            self.depth -= 1;
            return Err(Unsolved {
                span: plan.span,
                what: "operators that are nested too deeply".to_owned(),
            });
        }
        let made = match &plan.kind {
            PlanKind::Shared(inner, _) => self.rows(inner),
            PlanKind::Subject => self.subject(plan),
            PlanKind::Ask(crate::engine::exec::Asked::Nothing) => {
                Err(Unsolved { span: plan.span, what: "a table that is not there".into() })
            }
            PlanKind::Ask(asked) => {
                self.span = plan.span;
                self.source(asked, &plan.schema, plan.open)
            }
            PlanKind::Op(input, operator) => self.operator(plan, input.as_deref(), &**operator),
        };
        self.depth -= 1;
        made
    }

    #[expect(clippy::too_many_lines, reason = "one step for each operator")]
    fn operator(&mut self, plan: &'p Plan, input: Option<&'p Plan>, operator: &'p dyn Operate) -> Made<'p> {
        let any: &dyn Any = operator;
        if let Some(union) = any.downcast_ref::<Union>() {
            return self.union(plan, input, union);
        }
        if let Some(search) = any.downcast_ref::<Search>() {
            return self.search(plan, search);
        }
        if let Some(print) = any.downcast_ref::<Print>() {
            let empty = SymRow { names: Rc::default(), cells: Vec::new(), open: None };
            let env = self.env(&empty, &[]);
            let (mut names, mut cells) = (Vec::new(), Vec::new());
            Self::items(&print.items, &env, |name, sym| put(&mut names, &mut cells, name, sym));
            return Ok(row(names, cells, None));
        }
        if let Some(table) = any.downcast_ref::<DataTable>() {
            return Ok(self.data_table(plan, table));
        }
        let Some(input) = input else {
            return Err(Unsolved { span: plan.span, what: format!("`{}`", plan.word) });
        };
        if let Some(summarize) = any.downcast_ref::<Summarize>() {
            return self.summarize(plan, input, summarize);
        }
        if let Some(count) = any.downcast_ref::<Count>() {
            let before = self.rows(input)?;
            let _ = before;
            let names = count.0.columns.iter().map(|(name, _)| Arc::clone(name)).collect();
            return Ok(row(names, vec![Sym::Const(Value::Long(1))], None));
        }
        // Of a join that returns what has no partner, only the right side must be there.
        if let Some(join) = any.downcast_ref::<Join>()
            && join.kind == JoinKind::RightAnti
        {
            return self.rows(&join.right);
        }
        if let Some(partition) = any.downcast_ref::<Partition>() {
            let first = self.rows(input)?;
            let env = self.env(&first, &partition.used);
            let key = Self::term(&partition.by, &env);
            let subject = Subject::Row {
                first: Some(first),
                again: input,
                key,
                by: &partition.by,
                used: &partition.used,
            };
            self.subjects.push(subject);
            let made = self.rows(&partition.query);
            self.subjects.pop();
            return made;
        }
        let before = self.rows(input)?;
        self.span = plan.span;
        if let Some(filter) = any.downcast_ref::<Filter>() {
            let env = self.env(&before, &filter.used);
            self.filter(&filter.condition, &env);
            return Ok(before);
        }
        if let Some(compute) = any.downcast_ref::<Compute>() {
            let env = self.env(&before, &compute.used);
            let (mut names, mut cells) = if compute.keeps {
                ((*before.names).clone(), before.cells.clone())
            } else {
                (Vec::new(), Vec::new())
            };
            Self::items(&compute.items, &env, |name, sym| put(&mut names, &mut cells, name, sym));
            let open =
                if compute.keeps || compute.others_than.is_some() { before.open.clone() } else { None };
            return Ok(row(names, cells, open));
        }
        if let Some(choose) = any.downcast_ref::<Choose>() {
            return Ok(choose_columns(choose, &before, plan));
        }
        if any.is::<Sort>() || any.is::<Take>() || any.is::<Pass>() {
            return Ok(before);
        }
        if let Some(join) = any.downcast_ref::<Join>() {
            return self.join(plan, &before, join);
        }
        if let Some(parse) = any.downcast_ref::<Parse>() {
            return Ok(self.parse(parse, &before));
        }
        if let Some(expand) = any.downcast_ref::<Expand>() {
            return Ok(self.expanded(expand, &before, 0));
        }
        if let Some(apply) = any.downcast_ref::<Apply>() {
            self.subjects.push(Subject::Expanded {
                input: Rc::clone(&before),
                expand: &apply.expand,
                next: 0,
            });
            let made = self.rows(&apply.query);
            self.subjects.pop();
            let made = made?;
            let (mut names, mut cells) = (Vec::new(), Vec::new());
            for (name, cell) in before.names.iter().zip(&before.cells) {
                if !apply.applied.contains(name) {
                    put(&mut names, &mut cells, name, cell.clone());
                }
            }
            for (name, cell) in made.names.iter().zip(&made.cells) {
                put(&mut names, &mut cells, name, cell.clone());
            }
            return Ok(row(names, cells, before.open.clone()));
        }
        if let Some(unpack) = any.downcast_ref::<BagUnpack>() {
            return Ok(self.unpacked(plan, unpack, &before));
        }
        if let Some(lookup) = any.downcast_ref::<NetworkLookup>().filter(|lookup| lookup.family.width == 32) {
            return self.ipv4_lookup(lookup, &before);
        }
        // What adds columns that are not known here leaves the row as it is, and is not solved.
        self.unsolved(format!("`{}`", plan.word));
        Err(Unsolved { span: plan.span, what: format!("`{}`", plan.word) })
    }

    fn items(items: &'p [Item], env: &Rc<super::solver::Env<'p>>, mut put: impl FnMut(&Arc<str>, Sym<'p>)) {
        for item in items {
            if !item.several {
                if let Some((name, _)) = item.names.first() {
                    put(name, Self::term(&item.node, env));
                }
                continue;
            }
            for (at, (name, _)) in item.names.iter().enumerate() {
                let sym = match &item.node {
                    Node::Array(nodes) => nodes.get(at).map(|node| Self::term(node, env)),
                    _ => None,
                };
                let part = || Sym::Child(Rc::new(Self::term(&item.node, env)), Step::Item(at));
                put(name, sym.unwrap_or_else(part));
            }
        }
    }

    /// Asks that a condition holds, each of its parts by itself.
    pub(super) fn filter(&mut self, condition: &'p Node, env: &Rc<super::solver::Env<'p>>) {
        if let Node::Logical(LogicalOp::And, parts) = condition {
            for part in parts {
                self.filter(part, env);
            }
            return;
        }
        let sym = Self::term(condition, env);
        self.conditions.push(Condition { sym: sym.clone(), span: self.span });
        self.condition(&sym, true);
    }

    fn data_table(&mut self, plan: &'p Plan, table: &'p DataTable) -> Rc<SymRow<'p>> {
        let width = table.schema.len().max(1);
        let count = table.values.len() / width;
        let at = self.choose(key_of(table), count);
        let empty = SymRow { names: Rc::default(), cells: Vec::new(), open: None };
        let env = self.env(&empty, &[]);
        let values = table.values.iter().skip(at * width).take(width);
        let cells = values.map(|node| Self::term(node, &env)).collect();
        row(plan.schema.columns.iter().map(|(name, _)| Arc::clone(name)).collect(), cells, None)
    }

    fn summarize(&mut self, plan: &'p Plan, input: &'p Plan, summarize: &'p Summarize) -> Made<'p> {
        let key = key_of(summarize);
        let count = self.copies.get(&key).copied().unwrap_or(1);
        let outer = self.variant;
        let mut envs = Vec::new();
        let mut firsts: Vec<Sym<'p>> = Vec::new();
        for copy in 0..count {
            self.variant = outer * 7 + copy;
            let before = self.rows(input)?;
            self.span = plan.span;
            let env = self.env(&before, &summarize.used);
            let mut own = Vec::new();
            Self::items(&summarize.by, &env, |_, sym| own.push(sym));
            if copy == 0 {
                firsts = own;
            } else {
                for (first, other) in firsts.clone().iter().zip(&own) {
                    self.equal(first, other);
                }
            }
            envs.push(env);
        }
        self.variant = outer;
        self.span = plan.span;
        let (mut names, mut cells) = (Vec::new(), Vec::new());
        let by = summarize.by.iter().flat_map(|item| &item.names);
        for ((name, _), sym) in by.zip(firsts) {
            put(&mut names, &mut cells, name, sym);
        }
        let mut columns = Vec::new();
        for aggregate in &summarize.aggregated.aggregates {
            let group = Rc::new(Group { aggregate, rows: envs.clone(), key });
            columns.extend((0..aggregate.columns).map(|at| Sym::Group(Rc::clone(&group), at)));
        }
        let schema = crate::engine::table::Schema::default();
        let env = Rc::new(super::solver::Env {
            columns: Rc::new(columns),
            schema: Rc::new(schema),
            locals: Vec::new(),
        });
        Self::items(&summarize.aggregated.items, &env, |name, sym| put(&mut names, &mut cells, name, sym));
        // In the order of the result, of which subqueries read the first.
        let mut ordered = Vec::new();
        for (name, kind) in &plan.schema.columns {
            let at = names.iter().position(|own| own == name);
            ordered.push(at.map_or(Sym::Const(Value::missing(*kind)), |at| cells[at].clone()));
        }
        Ok(row(plan.schema.columns.iter().map(|(name, _)| Arc::clone(name)).collect(), ordered, None))
    }

    fn parse(&mut self, parse: &'p Parse, before: &SymRow<'p>) -> Rc<SymRow<'p>> {
        let env = self.env(before, &parse.used);
        let subject = Self::term(&parse.subject, &env);
        let (mut names, mut cells) = ((*before.names).clone(), before.cells.clone());
        let base = self.place(&subject);
        let mut groups = Vec::new();
        for (at, (name, kind)) in parse.columns.iter().enumerate() {
            let Some(base) = base else {
                put(&mut names, &mut cells, name, Sym::Const(Value::missing(*kind)));
                continue;
            };
            let variant = self.slots.get(base).variant;
            let slot = self.slots.add(*kind, Arc::clone(name), variant);
            let group = parse.pattern.capture_names().position(|own| own == Some(&format!("c{at}")));
            if let Some(group) = group.and_then(|group| u32::try_from(group).ok()) {
                groups.push((group, slot));
            }
            if *kind != crate::kql::types::Scalar::String {
                self.ask(slot, Goal::Filled);
            }
            let cell = self.virtual_cell(slot, name, *kind);
            put(&mut names, &mut cells, name, cell);
        }
        match base {
            Some(base) => {
                let slot = self.slots.get_mut(base);
                slot.touched = true;
                slot.forms.push(Form::Pattern(Rc::new(parse.pattern.clone()), groups));
            }
            None => drop(self.unsolved("the string that is parsed")),
        }
        row(names, cells, before.open.clone())
    }

    /// A cell of no table, for a value that others are made of.
    fn virtual_cell(&mut self, slot: usize, name: &Arc<str>, kind: crate::kql::types::Scalar) -> Sym<'p> {
        self.sources.push(super::solver::SourceRow {
            asked: crate::engine::exec::Asked::Table(Rc::from("")),
            columns: vec![(Arc::clone(name), kind)],
            slots: vec![Some(slot)],
            variant: self.variant,
        });
        Sym::Cell(self.sources.len() - 1, 0)
    }

    fn expanded(&mut self, expand: &'p Expand, before: &SymRow<'p>, at: usize) -> Rc<SymRow<'p>> {
        let env = self.env(before, &expand.used);
        let (mut names, mut cells) = ((*before.names).clone(), before.cells.clone());
        for item in &expand.items {
            let list = Self::term(&item.node, &env);
            // There must be an item.
            let mut at = at;
            if let Some(slot) = self.place(&list) {
                at += self.next_item(slot, key_of(expand));
                let part = self.slots.part(slot, Step::Item(at));
                self.slots.get_mut(part).touched = true;
            }
            let sym = Sym::Child(Rc::new(list), Step::Item(at));
            put(&mut names, &mut cells, &item.name, sym);
        }
        if let Some(index) = &expand.index {
            let at = i64::try_from(at).unwrap_or_default();
            put(&mut names, &mut cells, index, Sym::Const(Value::Long(at)));
        }
        row(names, cells, before.open.clone())
    }

    fn subject(&mut self, plan: &'p Plan) -> Made<'p> {
        let depth = self.subjects.len();
        let Some(subject) = self.subjects.last_mut() else {
            return Err(Unsolved { span: plan.span, what: "rows of an outer query".to_owned() });
        };
        match subject {
            Subject::Expanded { input, expand, next } => {
                let (input, expand, at) = (Rc::clone(input), *expand, *next);
                *next += 1;
                Ok(self.expanded(expand, &input, at))
            }
            Subject::Row { first, again, key, by, used } => {
                if let Some(first) = first.take() {
                    return Ok(first);
                }
                let (again, key, by, used) = (*again, key.clone(), *by, *used);
                let held: Vec<Subject<'p>> = self.subjects.drain(depth - 1..).collect();
                let made = self.rows(again);
                self.subjects.extend(held);
                let made = made?;
                let env = self.env(&made, used);
                let other = Self::term(by, &env);
                self.equal(&key, &other);
                Ok(made)
            }
        }
    }

    fn unpacked(&mut self, plan: &'p Plan, unpack: &'p BagUnpack, before: &SymRow<'p>) -> Rc<SymRow<'p>> {
        let bag = self.column(before, &unpack.bag).unwrap_or(Sym::Const(Value::Null));
        let (mut names, mut cells) = ((*before.names).clone(), before.cells.clone());
        if let Some(at) = names.iter().position(|name| *name == unpack.bag) {
            names.remove(at);
            cells.remove(at);
        }
        let prefix = unpack.prefix.as_deref().unwrap_or_default();
        for (name, _) in &plan.schema.columns {
            if names.contains(name) {
                continue;
            }
            let member = name.strip_prefix(prefix).unwrap_or(name);
            let sym = Sym::Child(Rc::new(bag.clone()), Step::Member(member.into()));
            put(&mut names, &mut cells, name, sym);
        }
        row(names, cells, Some(Open::Bag(bag, prefix.into())))
    }
}

fn choose_columns<'p>(choose: &Choose, before: &SymRow<'p>, plan: &Plan) -> Rc<SymRow<'p>> {
    if let Choice::Rename(pairs) = &choose.0 {
        let renamed = |name: &Arc<str>| {
            pairs
                .iter()
                .find(|(_, old)| old == name)
                .map_or_else(|| Arc::clone(name), |(new, _)| Arc::clone(new))
        };
        let names = before.names.iter().map(renamed).collect();
        return row(names, before.cells.clone(), before.open.clone());
    }
    if plan.open {
        return row((*before.names).clone(), before.cells.clone(), before.open.clone());
    }
    let (mut names, mut cells) = (Vec::new(), Vec::new());
    for (name, kind) in &plan.schema.columns {
        let at = before.names.iter().position(|own| own == name);
        names.push(Arc::clone(name));
        cells.push(at.map_or(Sym::Const(Value::missing(*kind)), |at| before.cells[at].clone()));
    }
    row(names, cells, None)
}
