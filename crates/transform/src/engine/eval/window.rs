//! Functions that look at other rows of serialized rows: `prev`, `next`, `row_number` and their relatives.

use std::cell::RefCell;

use super::super::arithmetic;
use super::super::exec::Failure;
use super::super::ordering::same;
use super::super::value::Value;
use super::{Cx, Node};
use crate::kql::ast::BinaryOp;

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowKind {
    Prev,
    Next,
    Number,
    Cumsum,
    RankDense,
    RankMin,
    Session,
}

/// A call of one of them, with what it keeps from row to row.
#[derive(Debug)]
pub struct Window {
    pub kind: WindowKind,
    pub args: Vec<Node>,
    pub state: RefCell<State>,
}

#[derive(Debug, Default)]
pub struct State {
    number: i64,
    count: i64,
    value: Value,
    last: Value,
}

impl Window {
    pub fn new(kind: WindowKind, args: Vec<Node>) -> Self {
        Self { kind, args, state: RefCell::default() }
    }

    fn arg(&self, cx: &Cx<'_>, at: usize) -> Result<Option<Value>, Failure> {
        self.args.get(at).map(|node| cx.eval(node)).transpose()
    }

    fn flag(&self, cx: &Cx<'_>, at: usize) -> Result<bool, Failure> {
        Ok(self.arg(cx, at)?.and_then(|value| value.as_bool()).unwrap_or_default())
    }

    pub fn eval(&self, cx: &Cx<'_>) -> Result<Value, Failure> {
        let first = cx.at == 0;
        match self.kind {
            WindowKind::Prev | WindowKind::Next => {
                let offset = self.arg(cx, 1)?.and_then(|offset| offset.as_long()).unwrap_or(1);
                let offset =
                    usize::try_from(offset).map_err(|_| Failure::new("the offset must not be negative"))?;
                let at = match self.kind {
                    WindowKind::Prev => cx.at.checked_sub(offset),
                    _ => cx.at.checked_add(offset),
                };
                match at.and_then(|at| Some((at, cx.rows.get(at)?))) {
                    Some((at, row)) => Cx { row, at, ..*cx }.eval(&self.args[0]),
                    None => Ok(self.arg(cx, 2)?.unwrap_or_default()),
                }
            }
            WindowKind::Number => {
                let start = self.arg(cx, 0)?.and_then(|start| start.as_long()).unwrap_or(1);
                let restart = self.flag(cx, 1)?;
                let mut state = self.state.borrow_mut();
                state.number = if first || restart { start } else { state.number.wrapping_add(1) };
                Ok(Value::Long(state.number))
            }
            WindowKind::Cumsum => {
                let term = self.arg(cx, 0)?.unwrap_or_default();
                let restart = self.flag(cx, 1)?;
                let mut state = self.state.borrow_mut();
                if first || restart || state.value.is_null() {
                    state.value = term;
                } else if !term.is_null() {
                    state.value = arithmetic::binary(BinaryOp::Add, &state.value, &term);
                }
                Ok(state.value.clone())
            }
            WindowKind::RankDense | WindowKind::RankMin => {
                let term = self.arg(cx, 0)?.unwrap_or_default();
                let restart = self.flag(cx, 1)?;
                let mut state = self.state.borrow_mut();
                if first || restart {
                    (state.number, state.count) = (1, 1);
                } else {
                    state.count += 1;
                    if !same(&state.last, &term) {
                        state.number =
                            if self.kind == WindowKind::RankDense { state.number + 1 } else { state.count };
                    }
                }
                state.last = term;
                Ok(Value::Long(state.number))
            }
            WindowKind::Session => {
                let term = self.arg(cx, 0)?.unwrap_or_default();
                let (most, apart) =
                    (self.arg(cx, 1)?.unwrap_or_default(), self.arg(cx, 2)?.unwrap_or_default());
                let restart = self.flag(cx, 3)?;
                let mut state = self.state.borrow_mut();
                let beyond = |from: &Value, length: &Value| {
                    let distance = arithmetic::binary(BinaryOp::Subtract, &term, from);
                    super::super::ordering::compare(&distance, length).is_none_or(std::cmp::Ordering::is_gt)
                };
                if term.is_null() {
                    return Ok(Value::Null);
                }
                if first || restart || beyond(&state.value, &most) || beyond(&state.last, &apart) {
                    state.value = term.clone();
                }
                state.last = term;
                Ok(state.value.clone())
            }
        }
    }
}
