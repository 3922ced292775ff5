//! Conditions: what must be so of values for them to hold, or not to.

use std::rc::Rc;

use super::goals::{Goal, of_comparison, text_op};
use super::solver::{Env, Later, Solver, Sym, Term};
use crate::engine::eval::{Call, InList, Node, Once};
use crate::engine::exec::Plan;
use crate::engine::value::Value;
use crate::engine::{arithmetic, convert};
use crate::kql::ast::{BinaryOp, ListOp, LogicalOp, StringOp, StringTest};
use crate::kql::types::Scalar as S;
use crate::order::Order as _;

/// Conditions nest deeply where people list alternatives.
const DEEPEST: usize = 300;

impl<'p> Solver<'p> {
    /// Asks that a condition holds, or that it does not. Returns whether a way was found to ask for it.
    pub(super) fn condition(&mut self, sym: &Sym<'p>, wanted: bool) -> bool {
        if let Some(value) = self.constant(sym) {
            return value.as_bool().unwrap_or(false) == wanted;
        }
        let Sym::Term(term) = sym else { return self.demand(sym, Goal::Is(Value::Bool(wanted))) };
        self.depth += 1;
        let found = self.depth < DEEPEST && self.condition_of(sym, term, wanted);
        self.depth -= 1;
        found
    }

    fn condition_of(&mut self, sym: &Sym<'p>, term: &Rc<Term<'p>>, wanted: bool) -> bool {
        let env = &term.env;
        match term.node {
            Node::Logical(op, operands) => self.logical(*op, operands, env, wanted),
            Node::Binary(op, _, left, right) => {
                let (left, right) = (Self::term(left, env), Self::term(right, env));
                self.compare(*op, &left, &right, wanted)
            }
            Node::InList(list) => self.in_list(list, env, wanted),
            Node::Between(negated, parts) => {
                let [value, low, high] = [&parts[0], &parts[1], &parts[2]].map(|part| Self::term(part, env));
                self.between(&value, &low, &high, wanted != *negated)
            }
            Node::Call(call) => self.condition_call(sym, call, env, wanted),
            Node::Conform(_, inner) | Node::Convert(_, inner) => {
                self.condition(&Self::term(inner, env), wanted)
            }
            Node::Once(once) if !matches!(once.node, Node::Scalar(_)) => {
                self.condition(&Self::term(&once.node, env), wanted)
            }
            Node::AnyColumn(op, needle) => self.any_column(*op, needle, env, wanted),
            _ => self.demand(sym, Goal::Is(Value::Bool(wanted))),
        }
    }

    fn logical(&mut self, op: LogicalOp, operands: &'p [Node], env: &Rc<Env<'p>>, wanted: bool) -> bool {
        let all = (op == LogicalOp::And) == wanted;
        if all {
            let mut found = true;
            for operand in operands {
                found &= self.condition(&Self::term(operand, env), wanted);
            }
            return found;
        }
        // One is enough: one that holds anyway, or one that may.
        let mut open = Vec::new();
        for operand in operands {
            let sym = Self::term(operand, env);
            match self.constant(&sym) {
                Some(value) if value.as_bool().unwrap_or(false) == wanted => return true,
                Some(_) => {}
                None => open.push(sym),
            }
        }
        if open.is_empty() {
            return false;
        }
        let from = self.choose(operands.as_ptr() as usize, open.len());
        for turn in 0..open.len().min(12) {
            let before = self.unsolved.len();
            if self.condition(&open[(from + turn) % open.len()], wanted) {
                return true;
            }
            if turn + 1 < open.len() {
                self.unsolved.truncate(before);
            }
        }
        false
    }

    /// Asks that a comparison holds, or that it does not.
    pub(super) fn compare(&mut self, op: BinaryOp, left: &Sym<'p>, right: &Sym<'p>, wanted: bool) -> bool {
        if let Some(value) = self.constant(right) {
            if value.is_null() && !matches!(op, BinaryOp::String(_)) {
                return self.unsolved("a comparison with null");
            }
            let Some(goal) = of_comparison(op, value, wanted) else {
                return self.unsolved("this comparison");
            };
            return self.demand(left, goal);
        }
        if let Some(value) = self.constant(left) {
            if let BinaryOp::String(own) = op {
                return match own.test {
                    StringTest::Equals => {
                        let goal = Goal::Text(
                            StringOp { negated: false, ..own },
                            convert::text(&value),
                            wanted != own.negated,
                        );
                        self.demand(right, goal)
                    }
                    _ if wanted != own.negated => self.demand(right, Goal::Is(value)),
                    _ => true,
                };
            }
            let Some(goal) = of_comparison(op.mirrored(), value, wanted) else {
                return self.unsolved("this comparison");
            };
            return self.demand(right, goal);
        }
        let equality = match op {
            BinaryOp::Equal => Some(true),
            BinaryOp::NotEqual => Some(false),
            BinaryOp::String(own) if own.test == StringTest::Equals => Some(!own.negated),
            _ => None,
        };
        if equality == Some(wanted) {
            return self.equal(left, right);
        }
        if !self.late {
            self.later.push(Later::Compare(op, left.clone(), right.clone(), wanted));
            return true;
        }
        self.compare_late(op, left, right, wanted)
    }

    /// The same, when the other values are known: one side is taken as it is.
    fn compare_late(&mut self, op: BinaryOp, left: &Sym<'p>, right: &Sym<'p>, wanted: bool) -> bool {
        let value = self.eval(right);
        let value = match (&value, op) {
            (Value::Null, _) => return self.unsolved("a comparison of two values"),
            (Value::Str(text), BinaryOp::String(own)) if text.is_empty() && !own.negated && wanted => {
                self.demand(right, Goal::Filled);
                self.eval(right)
            }
            _ => value,
        };
        if let Some(goal) = of_comparison(op, value, wanted)
            && self.demand(left, goal)
        {
            return true;
        }
        if matches!(op, BinaryOp::String(_)) {
            return false;
        }
        let value = self.eval(left);
        of_comparison(op.mirrored(), value, wanted).is_some_and(|goal| self.demand(right, goal))
    }

    /// Asks that two values are equal.
    pub(super) fn equal(&mut self, a: &Sym<'p>, b: &Sym<'p>) -> bool {
        match (self.constant(a), self.constant(b)) {
            (Some(a), Some(b)) => return crate::engine::ordering::equal(&a, &b) == Some(true),
            (Some(a), None) => return self.demand(b, Goal::Is(a)),
            (None, Some(b)) => return self.demand(a, Goal::Is(b)),
            (None, None) => {}
        }
        let (own, other) = (self.place(a), self.place(b));
        if let (Some(own), Some(other)) = (own, other) {
            let (kind, with) = (self.slots.get(own).kind, self.slots.get(other).kind);
            if kind == with || kind == S::Dynamic || with == S::Dynamic {
                // The type of a cell decides over that of a part of a dynamic value.
                if kind == S::Dynamic {
                    self.unify(other, own);
                } else {
                    self.unify(own, other);
                }
                self.ask(own, Goal::Filled);
                return true;
            }
            if kind == S::String || with == S::String {
                let (text, typed) = if kind == S::String { (own, other) } else { (other, own) };
                self.ask(typed, Goal::Filled);
                self.forget();
                let slot = self.slots.get_mut(text);
                slot.touched = true;
                slot.forms.push(super::slots::Form::Typed(typed));
                return true;
            }
        }
        if !self.late {
            self.later.push(Later::Equal(a.clone(), b.clone()));
            return true;
        }
        // The side that nothing can be asked of is taken as it is.
        let (fixed, free) =
            if other.is_some() || own.is_none() && matches!(a, Sym::Group(..)) { (a, b) } else { (b, a) };
        let mut value = self.eval(fixed);
        if crate::engine::eval::is_empty(&value) {
            self.demand(fixed, Goal::Filled);
            value = self.eval(fixed);
        }
        if self.demand(free, Goal::Is(value)) {
            return true;
        }
        let value = self.eval(free);
        self.demand(fixed, Goal::Is(value))
    }

    fn between(&mut self, value: &Sym<'p>, low: &Sym<'p>, high: &Sym<'p>, wanted: bool) -> bool {
        if !wanted {
            let Some(low) = self.constant(low) else {
                return self.unsolved("what is outside this range");
            };
            return self.demand(value, Goal::Compare(BinaryOp::Less, low));
        }
        let (first, last) = (self.constant(low), self.constant(high));
        if let (Some(first), Some(last)) = (&first, last) {
            let last = match (first, last) {
                (Value::DateTime(_), length @ Value::Timespan(_)) => {
                    arithmetic::binary(BinaryOp::Add, first, &length)
                }
                (_, last) => last,
            };
            if first.is_null() || last.is_null() {
                return self.unsolved("a range without an end");
            }
            let above = self.demand(value, Goal::Compare(BinaryOp::GreaterOrEqual, first.clone()));
            return above & self.demand(value, Goal::Compare(BinaryOp::LessOrEqual, last));
        }
        if self.constant(value).is_some() {
            let below = self.compare(BinaryOp::LessOrEqual, low, value, true);
            return below & self.compare(BinaryOp::GreaterOrEqual, high, value, true);
        }
        // The order of two moments of rows: later is asked when the first is known.
        let above = self.compare(BinaryOp::GreaterOrEqual, value, low, true);
        let length = last_is_length(high);
        above & (length || self.compare(BinaryOp::LessOrEqual, value, high, true))
    }

    fn in_list(&mut self, list: &'p InList, env: &Rc<Env<'p>>, wanted: bool) -> bool {
        let left = Self::term(&list.left, env);
        let mut values = Vec::new();
        let mut plans: Vec<(Vec<&'p Once>, &'p Plan)> = Vec::new();
        let mut others = Vec::new();
        for item in &list.items {
            if let Some(found) = column_plan(item) {
                plans.push(found);
                continue;
            }
            let sym = Self::term(item, env);
            match self.constant(&sym) {
                Some(Value::Array(all)) => values.extend(all.iter().cloned()),
                Some(Value::Null) => {}
                Some(value) => values.push(value),
                None => others.push(sym),
            }
        }
        let (negated, folds) = match list.op {
            ListOp::In { negated, folds_case } => (negated, folds_case),
            ListOp::HasAny | ListOp::HasAll => (false, true),
        };
        let within = wanted != negated;
        let has = text_op(StringTest::Has, true);
        if !within {
            if values.is_empty() {
                return true;
            }
            return match list.op {
                ListOp::In { .. } => self.demand(&left, Goal::NotIn(values.into(), folds)),
                _ => {
                    let mut found = true;
                    for value in &values {
                        found &= self.demand(&left, Goal::Text(has, convert::text(value), false));
                    }
                    found
                }
            };
        }
        if list.op == ListOp::HasAll && !values.is_empty() {
            let mut found = true;
            for value in &values {
                found &= self.demand(&left, Goal::Text(has, convert::text(value), true));
            }
            return found;
        }
        if !values.is_empty() {
            if let Some(left) = self.constant(&left) {
                return Goal::In(values.into(), folds).holds(&self.exec, &left);
            }
            if list.op == ListOp::HasAny {
                // A subquery may go along with the values, which are enough.
                let at = self.choose(std::ptr::from_ref(list) as usize, values.len());
                return self.demand(&left, Goal::Text(has, convert::text(&values[at]), true));
            }
            return self.demand(&left, Goal::In(values.into(), folds));
        }
        if let Some((once_values, plan)) = plans.into_iter().next() {
            return self.in_rows(&left, once_values, plan, list);
        }
        if let Some(other) = others.into_iter().next() {
            // A list that a row holds: a value of it is the other.
            return self.equal_item(&other, &left);
        }
        self.unsolved("an empty list")
    }

    /// Asks that a value is in the first column of a subquery.
    fn in_rows(
        &mut self,
        left: &Sym<'p>,
        once_values: Vec<&'p Once>,
        plan: &'p Plan,
        list: &'p InList,
    ) -> bool {
        let Some(row) = self.row_of(once_values, plan, Some(list)) else { return false };
        match row.cells.first() {
            Some(first) => self.equal(&first.clone(), left),
            None => self.unsolved("a list without columns"),
        }
    }

    /// Asks that a list has a value.
    fn equal_item(&mut self, list: &Sym<'p>, value: &Sym<'p>) -> bool {
        let item = Sym::Child(Rc::new(list.clone()), super::slots::Step::Item(0));
        self.equal(&item, value)
    }

    fn any_column(&mut self, op: StringOp, needle: &'p Node, env: &Rc<Env<'p>>, wanted: bool) -> bool {
        if wanted == op.negated {
            return true;
        }
        let Some(needle) = self.constant(&Self::term(needle, env)) else {
            return self.unsolved("what is searched for");
        };
        let goal = Goal::Text(StringOp { negated: false, ..op }, convert::text(&needle), true);
        // A column that others say less of than of most.
        let liked = ["commandline", "filename", "url", "description", "name", "message"];
        let mut columns: Vec<(usize, Sym<'p>)> = Vec::new();
        for (at, (name, _)) in env.schema.columns.iter().enumerate() {
            let Some(sym) = env.columns.get(at) else { continue };
            let Some(slot) = self.place(sym) else { continue };
            if self.slots.get(slot).kind == S::String && !matches!(&**name, "TenantId" | "Type") {
                let lower = name.to_ascii_lowercase();
                let rank = liked.iter().position(|part| lower.contains(part)).unwrap_or(liked.len());
                columns.push((rank, sym.clone()));
            }
        }
        columns.order_by_key(|(rank, _)| *rank);
        match columns.first() {
            Some((_, sym)) => self.demand(&sym.clone(), goal),
            None => self.unsolved("a column to search in"),
        }
    }

    fn condition_call(&mut self, sym: &Sym<'p>, call: &'p Call, env: &Rc<Env<'p>>, wanted: bool) -> bool {
        let arg = |at: usize| call.args.get(at).map(|node| Self::term(node, env));
        let Some(first) = arg(0) else { return self.demand(sym, Goal::Is(Value::Bool(wanted))) };
        match call.name {
            "not" => self.condition(&first, !wanted),
            "isempty" | "isnull" => self.demand(&first, if wanted { Goal::Empty } else { Goal::Filled }),
            "isnotempty" | "notempty" | "isnotnull" | "notnull" => {
                self.demand(&first, if wanted { Goal::Filled } else { Goal::Empty })
            }
            "tobool" | "toboolean" | "bool" => self.condition(&first, wanted),
            "ipv4_is_private" => self.demand(&first, Goal::Private(wanted)),
            "ipv4_is_in_range" | "ipv4_is_match" | "ipv6_is_in_range" => {
                match arg(1).and_then(|network| self.constant(&network)) {
                    Some(network) => self.demand(&first, Goal::Network(convert::text(&network), wanted)),
                    None => match (wanted, arg(1)) {
                        (true, Some(other)) => self.equal(&first, &other),
                        _ => true,
                    },
                }
            }
            "ipv4_is_in_any_range" => {
                let mut networks = Vec::new();
                for other in (1..call.args.len()).filter_map(arg) {
                    match self.constant(&other) {
                        Some(Value::Array(all)) => networks.extend(all.iter().map(convert::text)),
                        Some(value) => networks.push(convert::text(&value)),
                        None => {}
                    }
                }
                if wanted {
                    let Some(network) = networks.first() else { return self.unsolved("an unknown range") };
                    return self.demand(&first, Goal::Network(Rc::clone(network), true));
                }
                let mut found = true;
                for network in networks {
                    found &= self.demand(&first, Goal::Network(network, false));
                }
                found
            }
            "set_has_element" => match arg(1).map(|item| (self.constant(&item), item)) {
                Some((Some(item), _)) if wanted => self.demand(&first, Goal::HasItem(item)),
                Some((None, item)) if wanted => self.equal_item(&first, &item),
                _ => true,
            },
            "bag_has_key" => match arg(1).and_then(|key| self.constant(&key)) {
                Some(key) if wanted => {
                    let member = super::slots::Step::Member(convert::text(&key));
                    self.demand(&Sym::Child(Rc::new(first), member), Goal::Filled)
                }
                _ => true,
            },
            _ => self.demand(sym, Goal::Is(Value::Bool(wanted))),
        }
    }
}

fn last_is_length(high: &Sym<'_>) -> bool {
    matches!(high, Sym::Const(Value::Timespan(_)))
}

/// A table with the places that keep what it comes to.
type KeptPlan<'p> = (Vec<&'p Once>, &'p Plan);

/// The table whose first column is a list.
pub(super) fn column_plan(node: &Node) -> Option<KeptPlan<'_>> {
    kept_plan(node, |node| if let Node::Column(plan) = node { Some(plan) } else { None })
}

/// The table whose first value is a scalar.
pub(super) fn scalar_plan(node: &Node) -> Option<KeptPlan<'_>> {
    kept_plan(node, |node| if let Node::Scalar(plan) = node { Some(plan) } else { None })
}

fn kept_plan<'p>(mut node: &'p Node, table: impl Fn(&'p Node) -> Option<&'p Plan>) -> Option<KeptPlan<'p>> {
    let mut once_values: Vec<&'p Once> = Vec::new();
    loop {
        match node {
            Node::Once(once) => {
                once_values.push(once);
                node = &once.node;
            }
            Node::Conform(_, inner) => node = inner,
            other => return Some((once_values, table(other)?)),
        }
    }
}
