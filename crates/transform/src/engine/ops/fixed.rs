//! Rows that the query brings: `print`, `datatable` and `range`.

use std::rc::Rc;

use super::super::arithmetic;
use super::super::eval::Node;
use super::super::exec::{Exec, Failure, Operate};
use super::super::ordering::compare;
use super::super::table::{Row, Schema, Table};
use super::super::value::Value;
use super::bare;
use super::columns::Item;
use crate::kql::ast::BinaryOp;
use crate::source::Span;

/// `datatable`, row after row.
#[derive(Debug)]
pub(crate) struct DataTable {
    pub schema: Rc<Schema>,
    pub values: Vec<Node>,
}

impl Operate for DataTable {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let cx = bare(exec, &input);
        let width = self.schema.len().max(1);
        let mut rows: Vec<Row> = Vec::new();
        for values in self.values.chunks(width) {
            let mut row = Vec::with_capacity(width);
            for (at, node) in values.iter().enumerate() {
                row.push(held(cx.eval(node)?, self.schema.kind(at)));
            }
            rows.push(row.into());
        }
        Ok(Table::new(Rc::clone(&self.schema), rows))
    }
}

/// A value as a column of a type holds it that the query brings: converted where it is of another type.
fn held(value: Value, kind: crate::kql::types::Scalar) -> Value {
    use crate::kql::types::Scalar as S;
    match (kind, &value) {
        (S::Dynamic, _) => value,
        (S::String, _) => value.conform(kind),
        _ => super::super::convert::to(kind, &value),
    }
}

/// `print`
#[derive(Debug)]
pub(crate) struct Print {
    pub schema: Rc<Schema>,
    pub items: Vec<Item>,
}

impl Operate for Print {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let cx = bare(exec, &input);
        let mut row = Vec::with_capacity(self.schema.len());
        for item in &self.items {
            item.spread(cx.eval(&item.node)?, |_, value| row.push(value));
        }
        Ok(Table::new(Rc::clone(&self.schema), vec![row.into()]))
    }
}

/// `range`
#[derive(Debug)]
pub(crate) struct Range {
    pub span: Span,
    pub schema: Rc<Schema>,
    pub bounds: [Node; 3],
}

impl Range {
    fn rows(&self, exec: &Exec, most: usize) -> Result<Table, Failure> {
        let empty = Table::default();
        let cx = bare(exec, &empty);
        let kind = self.schema.kind(0);
        let [from, to, step] =
            [cx.eval(&self.bounds[0])?, cx.eval(&self.bounds[1])?, cx.eval(&self.bounds[2])?];
        let values = range(exec, self.span, (&from, &to, &step), most)?;
        let rows = values.into_iter().map(|value| -> Row { [value.conform(kind)].into() }).collect();
        Ok(Table::new(Rc::clone(&self.schema), rows))
    }
}

impl Operate for Range {
    fn run(&self, exec: &Exec, _: Table) -> Result<Table, Failure> {
        self.rows(exec, usize::MAX)
    }

    fn first(&self, exec: &Exec, most: usize) -> Result<Option<Table>, Failure> {
        self.rows(exec, most).map(Some)
    }
}

/// How many values there are from one whole number or time to another.
fn counted(from: &Value, to: &Value, step: &Value) -> Option<usize> {
    let whole = |value: &Value| match value {
        Value::Int(value) => Some(i128::from(*value)),
        Value::Long(value) | Value::DateTime(value) | Value::Timespan(value) => Some(i128::from(*value)),
        _ => None,
    };
    let steps = (whole(to)? - whole(from)?).checked_div(whole(step)?)?;
    usize::try_from(steps).ok()?.checked_add(1)
}

/// The values from one to another, at most so many.
pub(crate) fn range(
    exec: &Exec,
    span: Span,
    (from, to, step): (&Value, &Value, &Value),
    most: usize,
) -> Result<Vec<Value>, Failure> {
    if from.is_null() || to.is_null() || step.is_null() {
        return Ok(Vec::new());
    }
    let zero = arithmetic::binary(BinaryOp::Subtract, step, step);
    let up = match compare(step, &zero) {
        Some(std::cmp::Ordering::Greater) => true,
        Some(std::cmp::Ordering::Less) => false,
        _ => return Err(Failure::at(span, "a range cannot have a step of 0")),
    };
    // A range that is too long is told before any of it is made.
    if let Some(count) = counted(from, to, step) {
        exec.rows_allowed(span, count.min(most))?;
    }
    let (mut values, mut next) = (Vec::new(), from.clone());
    loop {
        let past = compare(&next, to);
        let inside = past.is_some_and(|past| if up { past.is_le() } else { past.is_ge() });
        if !inside || values.len() >= most {
            return Ok(values);
        }
        let more = arithmetic::binary(BinaryOp::Add, &next, step);
        // At the end of the numbers there, the next one is none.
        let moved = compare(&more, &next).is_some_and(|more| if up { more.is_gt() } else { more.is_lt() });
        values.push(std::mem::replace(&mut next, more));
        exec.rows_allowed(span, values.len())?;
        if !moved {
            return Ok(values);
        }
    }
}
