//! A search by trial: where a condition is not met by what was worked out, other values are tried in the cells that it
//! reads, and those are kept that meet more conditions.

use std::collections::HashSet;
use std::rc::Rc;

use super::plausible;
use super::slots::SlotId;
use super::solver::{Solver, Sym, Unsolved};
use crate::engine::eval::Node;
use crate::engine::time;
use crate::engine::value::Value;
use crate::kql::types::Scalar;

/// How many values are tried at most.
const MOST_TRIES: usize = 1500;

pub(super) fn climb(solver: &mut Solver<'_>) {
    trials(solver);
    for at in failing(solver) {
        let span = solver.conditions[at].span;
        // Where nothing more is known of the reason, the operator is named.
        if !solver.unsolved.iter().any(|unsolved| unsolved.span == span) {
            solver.unsolved.push(Unsolved { span, what: "a condition of this operator".to_owned() });
        }
    }
}

fn trials(solver: &mut Solver<'_>) {
    let mut tries = 0;
    for _ in 0..3 {
        let failing = failing(solver);
        if failing.is_empty() {
            return;
        }
        let mut moved = false;
        for at in failing {
            let sym = solver.conditions[at].sym.clone();
            if holds(solver, &sym) {
                continue;
            }
            moved |= improve(solver, &sym, &mut tries);
            if tries > MOST_TRIES {
                return;
            }
        }
        if !moved {
            return;
        }
    }
}

fn holds<'p>(solver: &mut Solver<'p>, sym: &Sym<'p>) -> bool {
    solver.eval(sym).as_bool() == Some(true)
}

fn failing(solver: &mut Solver<'_>) -> Vec<usize> {
    solver.refresh();
    let all: Vec<Sym<'_>> = solver.conditions.iter().map(|condition| condition.sym.clone()).collect();
    (0..all.len()).filter(|at| !holds(solver, &all[*at])).collect()
}

/// Tries other values in the cells that a condition reads.
fn improve<'p>(solver: &mut Solver<'p>, sym: &Sym<'p>, tries: &mut usize) -> bool {
    let (mut cells, mut constants) = (Vec::new(), Vec::new());
    read(solver, sym, &mut HashSet::new(), &mut cells, &mut constants, 0);
    let before = failing(solver).len();
    cells.truncate(12);
    for slot in cells {
        let kept = solver.slots.get(slot).forced.clone();
        for value in candidates(solver, slot, &constants) {
            *tries += 1;
            if *tries > MOST_TRIES {
                return false;
            }
            solver.slots.get_mut(slot).forced = Some(value);
            solver.forget();
            if holds(solver, sym) && failing(solver).len() < before {
                return true;
            }
        }
        solver.slots.get_mut(slot).forced = kept;
        solver.forget();
    }
    solver.refresh();
    false
}

fn candidates(solver: &Solver<'_>, slot: SlotId, constants: &[Value]) -> Vec<Value> {
    let slot = solver.slots.get(slot);
    let texts = || constants.iter().filter_map(|value| value.as_str().cloned());
    match slot.kind {
        Scalar::String => {
            let mut all: Vec<Rc<str>> = texts().collect();
            all.push(texts().collect::<Vec<_>>().join(" ").into());
            for text in [
                "10.0.0.4",
                "203.0.113.7",
                "[\"value-1\"]",
                "{}",
                "1",
                "true",
                "a@contoso.example",
                "2026-11-25T11:00:00Z",
            ] {
                all.push(text.into());
            }
            all.push(plausible::text(&slot.name, 0).into());
            all.push(plausible::text(&slot.name, 1).into());
            all.into_iter().take(60).map(Value::Str).collect()
        }
        Scalar::DateTime => {
            (0..24 * 8).map(|hours| Value::DateTime(solver.now - hours * time::HOUR - time::MINUTE)).collect()
        }
        Scalar::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Scalar::Int | Scalar::Long | Scalar::Real => {
            let known = constants
                .iter()
                .filter_map(Value::as_long)
                .flat_map(|number| [number, number + 1, number - 1]);
            let all = known.chain([0, 1, 2, 3, 10, 443, 4625, 1000, 100_000]);
            all.take(60).map(|number| Value::Long(number).conform(slot.kind)).collect()
        }
        Scalar::Dynamic => {
            let mut all: Vec<Value> = texts().take(20).map(Value::Str).collect();
            all.extend([Value::Long(1), Value::Bool(true), Value::array(vec![Value::str("value-1")])]);
            all
        }
        _ => Vec::new(),
    }
}

/// The cells that a value is computed from, and the constants on the way.
fn read<'p>(
    solver: &mut Solver<'p>,
    sym: &Sym<'p>,
    seen: &mut HashSet<usize>,
    cells: &mut Vec<SlotId>,
    constants: &mut Vec<Value>,
    depth: usize,
) {
    if depth > 60 || cells.len() > 60 {
        return;
    }
    match sym {
        Sym::Const(value) => constants.push(value.clone()),
        Sym::Cell(row, column) => {
            let slot = solver.cell(*row, *column);
            let root = solver.slots.root(slot);
            if !cells.contains(&root) {
                cells.push(root);
            }
        }
        Sym::Child(of, _) => read(solver, of, seen, cells, constants, depth + 1),
        Sym::Group(group, _) => {
            for env in group.rows.iter().take(3) {
                for node in &group.aggregate.args {
                    let term = Solver::term(node, env);
                    read(solver, &term, seen, cells, constants, depth + 1);
                }
            }
        }
        Sym::Term(term) => {
            if !seen.insert(Rc::as_ptr(term) as usize) {
                return;
            }
            let mut inner = Vec::new();
            parts(term.node, &mut inner);
            for node in inner {
                match node {
                    Node::Const(value) => match value {
                        Value::Array(items) => constants.extend(items.iter().take(40).cloned()),
                        value => constants.push(value.clone()),
                    },
                    node => {
                        let sym = Solver::term(node, &term.env);
                        read(solver, &sym, seen, cells, constants, depth + 1);
                    }
                }
            }
        }
    }
}

/// The parts of an expression.
fn parts<'p>(node: &'p Node, out: &mut Vec<&'p Node>) {
    match node {
        Node::Once(once) => out.push(&once.node),
        Node::Call(call) => out.extend(&call.args),
        Node::Logical(_, nodes) | Node::Coalesce(nodes) | Node::Array(nodes) => out.extend(nodes),
        Node::Binary(_, _, a, b) | Node::Element(a, b) => out.extend([&**a, &**b]),
        Node::InList(list) => {
            out.push(&list.left);
            out.extend(&list.items);
        }
        Node::Between(_, parts) => out.extend(parts.iter()),
        Node::Case(branches, otherwise) => {
            for (condition, value) in branches {
                out.extend([condition, value]);
            }
            out.push(otherwise);
        }
        Node::Member(inner, _)
        | Node::Minus(inner)
        | Node::Part(inner, _)
        | Node::Conform(_, inner)
        | Node::Convert(_, inner)
        | Node::AnyColumn(_, inner) => out.push(inner),
        Node::Object(members) => {
            for (key, value) in members {
                out.extend([key, value]);
            }
        }
        _ => {}
    }
}
