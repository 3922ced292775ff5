//! What is asked of a value becomes what is asked of the values that it is computed from.

use std::rc::Rc;

use super::goals::Goal;
use super::solver::{Env, Group, Later, Solver, Sym, Term};
use crate::engine::eval::Node;
use crate::engine::value::Value;
use crate::engine::{arithmetic, convert};
use crate::kql::ast::{BinaryOp, StringTest};

/// The most rows that a threshold is met with.
const MOST_COPIES: usize = 320;

impl<'p> Solver<'p> {
    /// Asks something of a value. Returns whether a way was found to ask for it.
    pub(super) fn demand(&mut self, sym: &Sym<'p>, goal: Goal) -> bool {
        if let Some(value) = self.constant(sym) {
            return goal.holds(&self.exec, &value);
        }
        if let Some(slot) = self.place(sym) {
            return self.ask(slot, goal);
        }
        self.depth += 1;
        let found = self.depth < 300
            && match sym {
                Sym::Const(_) | Sym::Cell(..) => false,
                Sym::Child(of, step) => self.demand_part(&of.clone(), step, goal),
                Sym::Group(group, column) => self.demand_group(&group.clone(), *column, &goal),
                Sym::Term(term) => self.demand_term(sym, &term.clone(), goal),
            };
        self.depth -= 1;
        found
    }

    fn demand_part(&mut self, of: &Sym<'p>, step: &super::slots::Step, goal: Goal) -> bool {
        use super::slots::Step;
        if let Sym::Group(group, _) = of
            && let Step::Item(at) = step
            && group.aggregate.name.starts_with("make")
            && let Some(env) = group.rows.get(*at)
            && let Some(arg) = group.aggregate.args.first()
        {
            return self.demand(&Self::term(arg, env), goal);
        }
        if let Sym::Term(term) = of {
            let inner = match (term.node, step) {
                (Node::Object(members), Step::Member(name)) => members
                    .iter()
                    .find(|(key, _)| matches!(key, Node::Const(key) if convert::text(key) == *name))
                    .map(|(_, value)| value),
                (Node::Array(items), Step::Item(at)) => items.get(*at),
                (Node::Call(call), Step::Item(at)) if call.name == "pack_array" => call.args.get(*at),
                (Node::Call(call), Step::Member(name)) if matches!(call.name, "bag_pack" | "pack") => {
                    let at = call
                        .args
                        .iter()
                        .step_by(2)
                        .position(|key| matches!(key, Node::Const(key) if convert::text(key) == *name));
                    at.and_then(|at| call.args.get(at * 2 + 1))
                }
                (Node::Case(_, otherwise), _) => Some(&**otherwise),
                _ => None,
            };
            if let Some(inner) = inner {
                return self.demand(&Self::term(inner, &term.env), goal);
            }
        }
        self.unsolved("a part of a computed value")
    }

    /// Asks for so many rows of a group.
    fn rows_wanted(&mut self, key: usize, wanted: usize) -> bool {
        if wanted > MOST_COPIES {
            return self.unsolved(format!("a threshold of {wanted} events"));
        }
        let own = self.copies.entry(key).or_insert(1);
        if *own < wanted {
            *own = wanted;
            self.restart = true;
        }
        true
    }

    /// The least number from 1 that is as asked.
    fn least(&self, goal: &Goal) -> Option<usize> {
        (1..=MOST_COPIES + 1).find(|count| {
            let number = i64::try_from(*count).unwrap_or(i64::MAX);
            goal.holds(&self.exec, &Value::Long(number))
        })
    }

    fn demand_group(&mut self, group: &Rc<Group<'p>>, column: usize, goal: &Goal) -> bool {
        let name = &*group.aggregate.name;
        let arg = |at: usize, row: usize| {
            let env = group.rows.get(row)?;
            Some(Self::term(group.aggregate.args.get(at)?, env))
        };
        let plain = name.strip_suffix("_if").or_else(|| name.strip_suffix("if")).unwrap_or(name);
        let mut found = true;
        if let Some(condition) = &group.aggregate.condition {
            for env in &group.rows {
                found &= self.condition(&Self::term(condition, env), true);
            }
        }
        let all = group.rows.len();
        match plain {
            "count" if name == "countif" => {
                let Some(wanted) = self.least(goal).filter(|_| !goal.holds(&self.exec, &Value::Long(0)))
                else {
                    return goal.holds(&self.exec, &Value::Long(0)) || self.unsolved("this count");
                };
                let from = self.take_rows(group.key, std::ptr::from_ref(group.aggregate) as usize, wanted);
                found &= self.rows_wanted(group.key, from + wanted);
                for row in from..all.min(from + wanted) {
                    if let Some(condition) = arg(0, row) {
                        found &= self.condition(&condition, true);
                    }
                }
                found
            }
            "count" => match self.least(goal) {
                Some(wanted) => self.rows_wanted(group.key, wanted),
                None => self.unsolved("this count"),
            },
            "dcount" | "count_distinct" => {
                let Some(wanted) = self.least(goal) else {
                    return self.unsolved("this number of different values");
                };
                found &= self.rows_wanted(group.key, wanted);
                found & self.differ(group)
            }
            "make_set" | "makeset" | "make_list" | "makelist" | "make_list_with_nulls" | "make_bag" => {
                match goal {
                    Goal::AtLeast(wanted) => {
                        let wanted = (*wanted).max(1);
                        found &= self.rows_wanted(group.key, wanted);
                        found & (wanted == 1 || self.differ(group))
                    }
                    Goal::AtMost(_) | Goal::Filled => true,
                    Goal::HasItem(item) => {
                        arg(0, 0).is_some_and(|arg| self.demand(&arg, Goal::Is(item.clone())))
                    }
                    goal => arg(0, 0).is_some_and(|arg| self.demand(&arg, goal.clone())),
                }
            }
            "sum" => {
                for row in 0..all {
                    if let Some(arg) = arg(0, row) {
                        let goal = match goal {
                            Goal::Is(_) if row > 0 => Goal::Is(Value::Long(0)),
                            goal => goal.clone(),
                        };
                        found &= self.demand(&arg, goal);
                    }
                }
                found
            }
            "avg" | "min" | "max" | "percentile" | "percentiles" | "any" | "take_any" | "arg_max"
            | "arg_min" | "argmax" | "argmin" => {
                let at = match plain {
                    "arg_max" | "argmax" | "arg_min" | "argmin" => column + 1,
                    "any" | "take_any" => column,
                    _ => 0,
                };
                for row in 0..all {
                    if let Some(arg) = arg(at, row) {
                        found &= self.demand(&arg, goal.clone());
                    }
                }
                found
            }
            _ => self.unsolved(format!("`{name}`")),
        }
    }

    /// Asks that the values of a group differ.
    fn differ(&mut self, group: &Group<'p>) -> bool {
        let Some(node) = group.aggregate.args.first() else { return false };
        let mut found = true;
        for (at, env) in group.rows.iter().enumerate() {
            if let Some(other) = Self::branch(node, at) {
                found &= self.demand(&Self::term(node, env), Goal::Is(other));
                continue;
            }
            match self.place(&Self::term(node, env)) {
                Some(slot) => {
                    let variant = self.slots.get(slot).variant;
                    let slot = self.slots.get_mut(slot);
                    (slot.distinct, slot.touched, slot.variant) = (true, true, variant);
                    self.ask_filled(node, env);
                }
                None => found = false,
            }
        }
        found || self.unsolved("different values of this expression")
    }

    /// One of the values that `case` chooses from, another for each number.
    fn branch(node: &'p Node, number: usize) -> Option<Value> {
        let node = match node {
            Node::Conform(_, inner) => inner,
            node => node,
        };
        let Node::Case(branches, _) = node else { return None };
        let values: Vec<Value> = branches
            .iter()
            .filter_map(|(_, value)| match value {
                Node::Const(value) => Some(value.clone()),
                _ => None,
            })
            .collect();
        values.get(number).cloned()
    }

    fn ask_filled(&mut self, node: &'p Node, env: &Rc<Env<'p>>) {
        if let Some(slot) = self.place(&Self::term(node, env)) {
            self.ask(slot, Goal::Filled);
        }
    }

    fn demand_term(&mut self, sym: &Sym<'p>, term: &Rc<Term<'p>>, goal: Goal) -> bool {
        let env = &term.env;
        match term.node {
            Node::Logical(..) | Node::InList(_) | Node::Between(..) | Node::AnyColumn(..) => match goal {
                Goal::Is(value) => value.as_bool().is_some_and(|wanted| self.condition(sym, wanted)),
                Goal::IsNot(value) => value.as_bool().is_some_and(|other| self.condition(sym, !other)),
                _ => true,
            },
            Node::Binary(op, _, left, right) => {
                let (left, right) = (Self::term(left, env), Self::term(right, env));
                if matches!(op, BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide) {
                    return self.demand_arithmetic(sym, *op, &left, &right, goal);
                }
                match goal {
                    Goal::Is(value) => {
                        value.as_bool().is_some_and(|wanted| self.compare(*op, &left, &right, wanted))
                    }
                    Goal::IsNot(value) => {
                        value.as_bool().is_some_and(|other| self.compare(*op, &left, &right, !other))
                    }
                    _ => true,
                }
            }
            Node::Case(branches, otherwise) => self.demand_case(branches, otherwise, env, goal),
            Node::Coalesce(values) => {
                values.first().is_some_and(|first| self.demand(&Self::term(first, env), goal))
            }
            Node::Conform(_, inner) => self.demand(&Self::term(inner, env), goal),
            Node::Convert(kind, inner) => {
                let inner = Self::term(inner, env);
                self.demand_converted(*kind, &inner, goal)
            }
            Node::Minus(inner) => {
                let inner = Self::term(inner, env);
                let goal = match goal {
                    Goal::Is(value) => Goal::Is(arithmetic::minus(&value)),
                    Goal::Compare(op, value) => Goal::Compare(op.mirrored(), arithmetic::minus(&value)),
                    goal => goal,
                };
                self.demand(&inner, goal)
            }
            Node::Call(call) => self.demand_call(sym, call, env, goal),
            Node::Once(once) => {
                if let Some((once_values, plan)) = super::conditions::scalar_plan(term.node) {
                    return self.demand_scalar(once_values, plan, goal);
                }
                self.demand(&Self::term(&once.node, env), goal)
            }
            Node::Element(base, index) => {
                let base = Self::term(base, env);
                let index = Self::term(index, env);
                match self.constant(&index) {
                    Some(Value::Str(name)) => {
                        self.demand_part(&base, &super::slots::Step::Member(name), goal)
                    }
                    Some(index) => {
                        let at = index.as_long().and_then(|at| usize::try_from(at).ok()).unwrap_or_default();
                        self.demand_part(&base, &super::slots::Step::Item(at), goal)
                    }
                    None => self.unsolved("an element whose place is computed"),
                }
            }
            Node::Member(base, name) => {
                let base = Self::term(base, env);
                self.demand_part(&base, &super::slots::Step::Member(Rc::clone(name)), goal)
            }
            Node::IfExists(_, otherwise, _) => self.demand(&Self::term(otherwise, env), goal),
            _ => self.unsolved("this expression"),
        }
    }

    fn demand_scalar(
        &mut self,
        once_values: Vec<&'p crate::engine::eval::Once>,
        plan: &'p crate::engine::exec::Plan,
        goal: Goal,
    ) -> bool {
        let Some(row) = self.row_of(once_values, plan, None) else { return false };
        match row.cells.first() {
            Some(first) => self.demand(&first.clone(), goal),
            None => false,
        }
    }

    fn demand_case(
        &mut self,
        branches: &'p [(Node, Node)],
        otherwise: &'p Node,
        env: &Rc<Env<'p>>,
        goal: Goal,
    ) -> bool {
        let values: Vec<Sym<'p>> = branches
            .iter()
            .map(|(_, value)| value)
            .chain([otherwise])
            .map(|node| Self::term(node, env))
            .collect();
        let mut open = Vec::new();
        for (at, value) in values.iter().enumerate() {
            if self.constant(value).is_none_or(|value| goal.holds(&self.exec, &value)) {
                open.push(at);
            }
        }
        if open.is_empty() {
            return self.unsolved("a value that no branch has");
        }
        let at = open[self.choose(branches.as_ptr() as usize, open.len())];
        let mut found = true;
        for (condition, _) in branches.iter().take(at) {
            found &= self.condition(&Self::term(condition, env), false);
        }
        if let Some((condition, _)) = branches.get(at) {
            found &= self.condition(&Self::term(condition, env), true);
        }
        found & self.demand(&values[at], goal)
    }

    fn demand_arithmetic(
        &mut self,
        sym: &Sym<'p>,
        op: BinaryOp,
        left: &Sym<'p>,
        right: &Sym<'p>,
        goal: Goal,
    ) -> bool {
        let (a, b) = (self.constant(left), self.constant(right));
        if a.is_none() && b.is_none() && !self.late {
            self.later.push(Later::Demand(sym.clone(), goal));
            return true;
        }
        // With one side known, the other follows.
        let inverse = |op: BinaryOp| match op {
            BinaryOp::Add => BinaryOp::Subtract,
            BinaryOp::Subtract => BinaryOp::Add,
            BinaryOp::Multiply => BinaryOp::Divide,
            _ => BinaryOp::Multiply,
        };
        let real = |value: &Value| match value {
            Value::Int(_) | Value::Long(_) => Value::Real(value.as_real().unwrap_or_default()),
            value => value.clone(),
        };
        let fixed_left = a.is_some() && b.is_none();
        let other = if fixed_left { a.unwrap_or_default() } else { b.unwrap_or_else(|| self.eval(right)) };
        let other = if other.is_null() && !fixed_left {
            self.demand(right, Goal::Filled);
            self.eval(right)
        } else {
            other
        };
        let solve = |value: &Value| -> Value {
            let exact = matches!(op, BinaryOp::Multiply | BinaryOp::Divide);
            let (value, other) =
                if exact { (real(value), real(&other)) } else { (value.clone(), other.clone()) };
            match (op, fixed_left) {
                // other - x = value
                (BinaryOp::Subtract, true) => arithmetic::binary(BinaryOp::Subtract, &other, &value),
                (BinaryOp::Divide, true) => arithmetic::binary(BinaryOp::Divide, &other, &value),
                _ => arithmetic::binary(inverse(op), &value, &other),
            }
        };
        let negative = other.as_real().is_some_and(|other| other < 0.0);
        let turned = matches!(op, BinaryOp::Subtract | BinaryOp::Divide) && fixed_left
            || matches!(op, BinaryOp::Multiply | BinaryOp::Divide) && negative;
        let free = if fixed_left { right } else { left };
        let goal = match goal {
            Goal::Is(value) => Goal::Is(solve(&value)),
            Goal::IsNot(value) => Goal::IsNot(solve(&value)),
            Goal::Compare(op, value) => Goal::Compare(if turned { op.mirrored() } else { op }, solve(&value)),
            Goal::Filled => {
                self.demand(left, Goal::Filled);
                return self.demand(right, Goal::Filled);
            }
            _ => return self.unsolved("what this computes"),
        };
        let unknown = match &goal {
            Goal::Is(value) | Goal::Compare(_, value) => value.is_null(),
            _ => false,
        };
        if unknown {
            return self.unsolved("what this computes");
        }
        self.demand(free, goal)
    }

    /// Asks something of a value that is converted.
    pub(super) fn demand_converted(
        &mut self,
        kind: crate::kql::types::Scalar,
        inner: &Sym<'p>,
        goal: Goal,
    ) -> bool {
        use crate::kql::types::Scalar as S;
        let goal = match (kind, goal) {
            (S::String, Goal::Is(Value::Str(text))) => Goal::Is(number_of(&text)),
            (S::String, Goal::In(values, folds)) => {
                let values: Vec<Value> =
                    values.iter().map(|value| number_of(&convert::text(value))).collect();
                Goal::In(values.into(), folds)
            }
            (S::String, Goal::Text(op, needle, true)) if op.test == StringTest::Equals => {
                Goal::Is(number_of(&needle))
            }
            (_, goal) => goal,
        };
        self.demand(inner, goal)
    }
}

/// A number or another value that a string shows.
fn number_of(text: &str) -> Value {
    match convert::read_long(text) {
        Some(number) => Value::Long(number),
        None => match text {
            "true" | "True" => Value::Bool(true),
            "false" | "False" => Value::Bool(false),
            text => convert::read_real(text).map_or_else(|| Value::str(text), Value::Real),
        },
    }
}
