//! The operators that combine rows of several tables, for rows that stand for any.

use std::rc::Rc;
use std::sync::Arc;

use super::goals::Goal;
use super::rows::{Made, key_of, put, row};
use super::solver::{Later, Solver, Sym, SymRow, Unsolved};
use crate::engine::exec::Plan;
use crate::engine::ops::join::Join;
use crate::engine::ops::lookup::NetworkLookup;
use crate::engine::ops::search::Search;
use crate::engine::ops::union::Union;
use crate::engine::value::Value;
use crate::kql::ast::JoinKind;

impl<'p> Solver<'p> {
    pub(super) fn union(&mut self, plan: &'p Plan, input: Option<&'p Plan>, union: &'p Union) -> Made<'p> {
        let legs: Vec<&'p Plan> = input.into_iter().chain(union.legs.iter().map(|leg| &**leg)).collect();
        let first = self.choose(key_of(union), legs.len());
        let mut failed = None;
        for turn in 0..legs.len().min(8) {
            let at = (first + turn) % legs.len();
            let marks = (self.sources.len(), self.conditions.len(), self.later.len());
            match self.rows(legs[at]) {
                Ok(made) => {
                    let mut names: Vec<Arc<str>> = Vec::new();
                    let mut cells: Vec<Sym<'p>> = Vec::new();
                    if let Some((name, all)) = &union.source {
                        let own = all.get(at).cloned().unwrap_or_default();
                        put(&mut names, &mut cells, name, Sym::Const(Value::Str(own)));
                    }
                    for (name, cell) in made.names.iter().zip(&made.cells) {
                        put(&mut names, &mut cells, name, cell.clone());
                    }
                    // A column that only other tables have is missing here; one whose type differs has it in its name.
                    for (name, kind) in &plan.schema.columns {
                        if names.contains(name) {
                            continue;
                        }
                        let plain = name.strip_suffix(&format!("_{}", kind.name()));
                        let sym = plain.and_then(|plain| self.column(&made, plain));
                        put(&mut names, &mut cells, name, sym.unwrap_or(Sym::Const(Value::missing(*kind))));
                    }
                    return Ok(row(names, cells, made.open.clone()));
                }
                Err(why) => {
                    self.sources.truncate(marks.0);
                    self.conditions.truncate(marks.1);
                    self.later.truncate(marks.2);
                    failed.get_or_insert(why);
                }
            }
        }
        Err(failed.unwrap_or(Unsolved { span: plan.span, what: "`union`".to_owned() }))
    }

    pub(super) fn search(&mut self, plan: &'p Plan, search: &'p Search) -> Made<'p> {
        let at = self.choose(key_of(search), search.legs.len());
        let Some((name, leg)) = search.legs.get(at) else {
            return Err(Unsolved { span: plan.span, what: "`search`".to_owned() });
        };
        let made = self.rows(leg)?;
        self.span = plan.span;
        let env = self.env(&made, &search.used);
        self.filter(&search.condition, &env);
        let (mut names, mut cells) = (Vec::new(), Vec::new());
        put(&mut names, &mut cells, &Arc::from("$table"), Sym::Const(Value::Str(Rc::clone(name))));
        for (name, cell) in made.names.iter().zip(&made.cells) {
            put(&mut names, &mut cells, name, cell.clone());
        }
        for (name, kind) in &plan.schema.columns {
            if !names.contains(name) {
                put(&mut names, &mut cells, name, Sym::Const(Value::missing(*kind)));
            }
        }
        Ok(row(names, cells, made.open.clone()))
    }

    pub(super) fn join(&mut self, plan: &'p Plan, left: &Rc<SymRow<'p>>, join: &'p Join) -> Made<'p> {
        if join.kind == JoinKind::LeftAnti {
            return Ok(Rc::clone(left));
        }
        let outer = matches!(join.kind, JoinKind::LeftOuter | JoinKind::FullOuter);
        // A row without a partner does as well, which is the second way.
        let alone = outer && self.choose(key_of(join), 2) == 1;
        let right = if alone { None } else { Some(self.rows(&join.right)) };
        let right = match right {
            Some(Err(_)) if outer => None,
            Some(Err(why)) => return Err(why),
            Some(Ok(right)) => Some(right),
            None => None,
        };
        self.span = plan.span;
        if let Some(right) = &right {
            for (own, other) in &join.keys {
                let (Some(a), Some(b)) = (self.column(left, own), self.column(right, other)) else {
                    self.unsolved("the keys of this join");
                    continue;
                };
                self.equal(&a, &b);
            }
        }
        match join.kind {
            JoinKind::LeftSemi => return Ok(Rc::clone(left)),
            JoinKind::RightSemi => return Ok(right.unwrap_or_else(|| Rc::clone(left))),
            _ => {}
        }
        let (mut names, mut cells) = ((*left.names).clone(), left.cells.clone());
        match &right {
            Some(right) => {
                for (name, cell) in right.names.iter().zip(&right.cells) {
                    if join.lookup && join.keys.iter().any(|(_, other)| other == name) {
                        continue;
                    }
                    let mut own = Arc::clone(name);
                    let mut number = 1;
                    while names.contains(&own) {
                        own = format!("{name}{number}").into();
                        number += 1;
                    }
                    names.push(own);
                    cells.push(cell.clone());
                }
            }
            None => {
                for (name, kind) in &plan.schema.columns {
                    if !names.contains(name) {
                        put(&mut names, &mut cells, name, Sym::Const(Value::missing(*kind)));
                    }
                }
            }
        }
        Ok(row(names, cells, left.open.clone()))
    }

    pub(super) fn ipv4_lookup(&mut self, lookup: &'p NetworkLookup, before: &Rc<SymRow<'p>>) -> Made<'p> {
        let right = self.rows(&lookup.table)?;
        let env = self.env(before, &lookup.used);
        let source = Self::term(&lookup.source, &env);
        if let Some(key) = self.column(&right, &lookup.key) {
            match self.constant(&key) {
                Some(network) => {
                    let goal = Goal::Network(crate::engine::convert::text(&network), true);
                    self.demand(&source, goal);
                }
                None => self.later.push(Later::Equal(source, key)),
            }
        }
        for name in &lookup.extra {
            if let (Some(a), Some(b)) = (self.column(before, name), self.column(&right, name)) {
                self.equal(&a, &b);
            }
        }
        let (mut names, mut cells) = ((*before.names).clone(), before.cells.clone());
        for (name, cell) in right.names.iter().zip(&right.cells) {
            if lookup.extra.contains(name) {
                continue;
            }
            let mut own = Arc::clone(name);
            if names.contains(&own) {
                own = format!("{name}1").into();
            }
            put(&mut names, &mut cells, &own, cell.clone());
        }
        Ok(row(names, cells, before.open.clone()))
    }
}
