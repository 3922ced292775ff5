//! `map`, `any` and `all` of a path in a graph.

use super::super::exec::Failure;
use super::super::value::Value;
use super::{Cx, Node};

/// What `map`, `any` and `all` make of the parts of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Map,
    Any,
    All,
}

/// `map(path, expression)` and its relatives.
#[derive(Debug)]
pub struct OverPath {
    pub over: Over,
    pub path: Node,
    /// Where the columns that the expression names lie in the rows of the path.
    pub map: Vec<usize>,
    pub inner: Node,
}

impl OverPath {
    pub fn eval(&self, cx: &Cx<'_>) -> Result<Value, Failure> {
        let parts = cx.eval(&self.path)?;
        let parts = parts.as_array().cloned().unwrap_or_default();
        let mut values = Vec::new();
        for part in parts.iter() {
            let row = part.as_array().cloned().unwrap_or_default();
            let inner = Cx { row: &row, map: &self.map, ..*cx };
            values.push(inner.eval(&self.inner)?);
        }
        let holds = |value: &Value| value.as_bool() == Some(true);
        Ok(match self.over {
            Over::Map => Value::array(values),
            Over::Any => Value::Bool(values.iter().any(holds)),
            Over::All => Value::Bool(values.iter().all(holds)),
        })
    }
}
