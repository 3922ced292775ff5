//! The operators that choose and order rows.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use super::super::eval::Node;
use super::super::exec::{Exec, Failure, Needed, Operate};
use super::super::ordering::order;
use super::super::table::{Row, Schema, Table};
use super::super::value::Value;
use super::{bare, cx, link};
use crate::source::Span;

#[derive(Debug)]
pub(crate) struct Filter {
    pub span: Span,
    pub used: Vec<Arc<str>>,
    pub condition: Node,
}

impl Operate for Filter {
    fn needs(&self, above: Option<&Needed>) -> Option<Needed> {
        above.map(|above| above.iter().chain(&self.used).cloned().collect())
    }

    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.used, &input)?;
        let mut rows: Vec<Row> = Vec::new();
        for (at, row) in input.rows.iter().enumerate() {
            exec.step(self.span, rows.len())?;
            if cx(exec, &input, &map, at).holds(&self.condition)? {
                rows.push(Rc::clone(row));
            }
        }
        Ok(Table::new(input.schema, rows))
    }
}

/// A key to sort by.
#[derive(Debug)]
pub(crate) struct SortKey {
    pub node: Node,
    pub descending: bool,
    pub nulls_first: bool,
}

impl SortKey {
    fn compare(&self, a: &Value, b: &Value) -> Ordering {
        let missing = |value: &Value| match value {
            Value::Null => 2,
            Value::Real(value) if value.is_nan() => 1,
            _ => 0,
        };
        let (left, right) = (missing(a), missing(b));
        if left > 0 || right > 0 {
            // Nulls at the end that they are wanted at, and what is not a number next to them.
            let found = left.cmp(&right);
            return if self.nulls_first { found.reverse() } else { found };
        }
        let found = order(a, b);
        if self.descending { found.reverse() } else { found }
    }
}

/// The places of the rows of a table in the order of some keys; rows that compare equal stay as they are.
pub(crate) fn sorted(
    exec: &Exec,
    table: &Table,
    map: &[usize],
    keys: &[SortKey],
) -> Result<Vec<usize>, Failure> {
    let mut decorated = Vec::with_capacity(table.rows.len());
    for at in 0..table.rows.len() {
        let cx = cx(exec, table, map, at);
        let values = keys.iter().map(|key| cx.eval(&key.node)).collect::<Result<Vec<_>, _>>()?;
        decorated.push((values, at));
    }
    decorated.sort_by(|(a, _), (b, _)| {
        let each = keys.iter().zip(a.iter().zip(b)).map(|(key, (a, b))| key.compare(a, b));
        each.fold(Ordering::Equal, Ordering::then)
    });
    Ok(decorated.into_iter().map(|(_, at)| at).collect())
}

/// `sort`, and `top` where a count is given.
#[derive(Debug)]
pub(crate) struct Sort {
    pub used: Vec<Arc<str>>,
    pub keys: Vec<SortKey>,
    pub count: Option<Node>,
}

impl Operate for Sort {
    fn needs(&self, above: Option<&Needed>) -> Option<Needed> {
        above.map(|above| above.iter().chain(&self.used).cloned().collect())
    }

    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.used, &input)?;
        let mut places = sorted(exec, &input, &map, &self.keys)?;
        if let Some(count) = &self.count {
            places.truncate(counted(exec, &input, count)?);
        }
        let rows = places.into_iter().map(|at| Rc::clone(&input.rows[at])).collect();
        Ok(Table::new(input.schema, rows))
    }
}

/// How many rows are asked for.
pub fn counted(exec: &Exec, input: &Table, count: &Node) -> Result<usize, Failure> {
    let count = bare(exec, input).eval(count)?.as_long();
    let count = count.and_then(|count| usize::try_from(count).ok());
    count.ok_or_else(|| Failure::new("the number of rows must be a whole number that is not negative"))
}

/// `take`, and `sample`, for which the first rows are as good as any.
#[derive(Debug)]
pub(crate) struct Take(pub Node);

impl Operate for Take {
    fn needs(&self, above: Option<&Needed>) -> Option<Needed> {
        above.cloned()
    }

    fn wanted(&self, exec: &Exec) -> Result<Option<usize>, Failure> {
        counted(exec, &Table::default(), &self.0).map(Some)
    }

    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let count = counted(exec, &input, &self.0)?;
        if count >= input.rows.len() {
            return Ok(input);
        }
        let rows = input.rows[..count].to_vec();
        Ok(Table::new(input.schema, rows))
    }
}

#[derive(Debug)]
pub(crate) struct Count(pub Rc<Schema>);

impl Operate for Count {
    fn needs(&self, _: Option<&Needed>) -> Option<Needed> {
        Some(Needed::default())
    }

    fn run(&self, _: &Exec, input: Table) -> Result<Table, Failure> {
        let count = i64::try_from(input.rows.len()).unwrap_or(i64::MAX);
        Ok(Table::new(Rc::clone(&self.0), vec![[Value::Long(count)].into()]))
    }
}

/// An operator that leaves rows as they are.
#[derive(Debug)]
pub(crate) struct Pass;

impl Operate for Pass {
    fn needs(&self, above: Option<&Needed>) -> Option<Needed> {
        above.cloned()
    }

    fn run(&self, _: &Exec, input: Table) -> Result<Table, Failure> {
        Ok(input)
    }
}

/// `getschema`
#[derive(Debug)]
pub(crate) struct GetSchema {
    pub schema: Rc<Schema>,
    /// Whether the columns are one string.
    pub csl: bool,
}

impl Operate for GetSchema {
    fn run(&self, _: &Exec, input: Table) -> Result<Table, Failure> {
        let columns = &input.schema.columns;
        if self.csl {
            let all: Vec<String> =
                columns.iter().map(|(name, kind)| format!("{name}:{}", kind.name())).collect();
            return Ok(Table::new(Rc::clone(&self.schema), vec![[Value::str(&all.join(","))].into()]));
        }
        let row = |(at, (name, kind)): (usize, &(Arc<str>, crate::kql::types::Scalar))| -> Row {
            let at = i64::try_from(at).unwrap_or_default();
            [Value::str(name), Value::Long(at), Value::str(clr_name(*kind)), Value::str(kind.name())].into()
        };
        Ok(Table::new(Rc::clone(&self.schema), columns.iter().enumerate().map(row).collect()))
    }
}

/// The name of a type in .NET, as `getschema` tells it.
fn clr_name(kind: crate::kql::types::Scalar) -> &'static str {
    use crate::kql::types::Scalar as S;
    match kind {
        S::Bool => "System.SByte",
        S::Int => "System.Int32",
        S::Long => "System.Int64",
        S::Real => "System.Double",
        S::Decimal => "System.Data.SqlTypes.SqlDecimal",
        S::String => "System.String",
        S::DateTime => "System.DateTime",
        S::Timespan => "System.TimeSpan",
        S::Guid => "System.Guid",
        _ => "System.Object",
    }
}
