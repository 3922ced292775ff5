//! What becomes of a graph between `make-graph` and the operator that makes rows of it, and its nodes and edges as rows.

use std::rc::Rc;
use std::sync::Arc;

use super::super::eval::{Cx, Node};
use super::super::exec::{Exec, Failure, Operate};
use super::super::functions::hashes::xxhash;
use super::super::table::{Row, Schema, Table};
use super::super::value::Value;
use super::{Graph, GraphPlan, NODE_FACTS};
use crate::kql::ast::GraphPart;
use crate::source::Span;

/// A change of a graph.
#[derive(Debug)]
pub(crate) enum Step {
    /// `graph-mark-components`: each node gets the number of the nodes that it is connected with.
    Mark { column: Arc<str>, strong: bool },
    /// `graph-where-nodes`, with the columns that the condition names: other nodes go, and their edges.
    Nodes { used: Vec<Arc<str>>, condition: Node, span: Span },
    /// `graph-where-edges`
    Edges { used: Vec<Arc<str>>, condition: Node, span: Span },
}

/// Which of some rows meet a condition.
fn holding(
    exec: &Exec,
    span: Span,
    schema: &Schema,
    (used, condition): (&[Arc<str>], &Node),
    rows: &mut dyn Iterator<Item = &[Value]>,
) -> Result<Vec<bool>, Failure> {
    let map: Vec<usize> = used.iter().map(|name| schema.find(name).unwrap_or(usize::MAX)).collect();
    let mut found = Vec::new();
    for row in rows {
        exec.step(span, found.len())?;
        let cx = Cx { exec, row, map: &map, rows: &[], at: 0, schema };
        found.push(cx.holds(condition).map_err(|failure| failure.or_at(span))?);
    }
    Ok(found)
}

impl Step {
    pub(super) fn apply(
        &self,
        exec: &Exec,
        plan: &GraphPlan,
        graph: &mut Graph,
        ids: &mut Vec<Value>,
    ) -> Result<(), Failure> {
        match self {
            Self::Mark { column, strong } => {
                let Some(at) = plan.node_schema.find(column) else { return Ok(()) };
                let marks = if *strong { strong_components(graph) } else { weak_components(graph) };
                for (node, mark) in graph.nodes.iter_mut().zip(marks) {
                    node[at] = Value::Long(i64::try_from(mark).unwrap_or(i64::MAX));
                }
            }
            Self::Edges { used, condition, span } => {
                let mut rows = graph.edges.iter().map(|(_, _, row)| &**row);
                let found = holding(exec, *span, &plan.edges.schema, (used, condition), &mut rows)?;
                let mut found = found.into_iter();
                graph.edges.retain(|_| found.next() == Some(true));
            }
            Self::Nodes { used, condition, span } => {
                let mut rows = graph.nodes.iter().map(Vec::as_slice);
                let found = holding(exec, *span, &plan.node_schema, (used, condition), &mut rows)?;
                let mut places = Vec::with_capacity(found.len());
                let mut next = 0;
                for stays in &found {
                    places.push(stays.then_some(next));
                    next += usize::from(*stays);
                }
                let mut keep = found.iter().copied();
                graph.nodes.retain(|_| keep.next() == Some(true));
                let mut keep = found.iter().copied();
                ids.retain(|_| keep.next() == Some(true));
                let edges = std::mem::take(&mut graph.edges).into_iter();
                graph.edges =
                    edges.filter_map(|(from, to, row)| Some((places[from]?, places[to]?, row))).collect();
            }
        }
        Ok(())
    }
}

/// The components without regard to the direction of edges, numbered by their first nodes.
fn weak_components(graph: &Graph) -> Vec<usize> {
    let mut roots: Vec<usize> = (0..graph.nodes.len()).collect();
    let root = |roots: &mut Vec<usize>, mut at: usize| {
        while roots[at] != at {
            roots[at] = roots[roots[at]];
            at = roots[at];
        }
        at
    };
    for (from, to, _) in &graph.edges {
        let (a, b) = (root(&mut roots, *from), root(&mut roots, *to));
        roots[a.max(b)] = a.min(b);
    }
    let found: Vec<usize> = (0..graph.nodes.len()).map(|at| root(&mut roots, at)).collect();
    numbered(&found)
}

/// The components whose nodes reach one another, numbered by their first nodes: by Kosaraju's method.
fn strong_components(graph: &Graph) -> Vec<usize> {
    let count = graph.nodes.len();
    let (mut out, mut into) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for (from, to, _) in &graph.edges {
        out[*from].push(*to);
        into[*to].push(*from);
    }
    let mut order = Vec::with_capacity(count);
    let mut seen = vec![false; count];
    for start in 0..count {
        // Where a walk is, and which of the edges there it takes next.
        let mut walk = vec![(start, 0)];
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        while let Some((at, next)) = walk.last_mut() {
            match out[*at].get(*next) {
                Some(to) => {
                    *next += 1;
                    if !std::mem::replace(&mut seen[*to], true) {
                        walk.push((*to, 0));
                    }
                }
                None => {
                    order.push(*at);
                    walk.pop();
                }
            }
        }
    }
    let mut found = vec![usize::MAX; count];
    for start in order.into_iter().rev() {
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            if found[at] == usize::MAX {
                found[at] = start;
                open.extend(&into[at]);
            }
        }
    }
    numbered(&found)
}

/// Numbers from 0 on in place of what names the components.
fn numbered(found: &[usize]) -> Vec<usize> {
    let mut numbers: rustc_hash::FxHashMap<usize, usize> = rustc_hash::FxHashMap::default();
    let mut next = |name: &usize| {
        let fresh = numbers.len();
        *numbers.entry(*name).or_insert(fresh)
    };
    found.iter().map(&mut next).collect()
}

/// `graph-to-table`: the nodes or the edges of a graph, with the hashes of the nodes where they are asked for.
#[derive(Debug)]
pub(crate) struct ToTable {
    pub graph: Rc<GraphPlan>,
    pub part: GraphPart,
    /// For each hash, whether it is that of the second end of an edge; they are the first columns.
    pub ids: Vec<bool>,
    pub schema: Rc<Schema>,
}

impl Operate for ToTable {
    fn run(&self, exec: &Exec, _: Table) -> Result<Table, Failure> {
        let graph = self.graph.make(exec)?;
        let id_at = self.graph.node_schema.len() - NODE_FACTS.len();
        let hash =
            |node: usize| graph.nodes[node].get(id_at).map_or(Value::Null, |id| Value::Long(xxhash(id)));
        let rows: Vec<Row> = match self.part {
            GraphPart::Nodes => (0..graph.nodes.len())
                .map(|node| {
                    let ids = self.ids.iter().map(|_| hash(node));
                    ids.chain(graph.nodes[node][..id_at].iter().cloned()).collect()
                })
                .collect(),
            GraphPart::Edges => graph
                .edges
                .iter()
                .map(|(from, to, row)| {
                    let ids = self.ids.iter().map(|second| hash(if *second { *to } else { *from }));
                    ids.chain(row.iter().cloned()).collect()
                })
                .collect(),
        };
        Ok(Table::new(Rc::clone(&self.schema), rows))
    }
}
