//! Graphs: nodes and edges as `make-graph` makes them, and the patterns that are looked for in them.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::eval::{Cx, Node};
use super::exec::{Exec, Failure, Operate, Plan};
use super::ops::columns::Item;
use super::ordering::Key;
use super::table::{Row, Schema, Table};
use super::value::Value;
use crate::kql::ast::EdgeDirection;
use crate::kql::types::Scalar;
use crate::source::Span;

mod steps;

pub(super) use steps::{Step, ToTable};

/// What a node has besides its columns: its key, and how many edges end and begin at it.
pub(crate) const NODE_FACTS: [&str; 3] = ["\u{2}id", "\u{2}in", "\u{2}out"];

/// A graph as it is made.
#[derive(Clone, Debug)]
pub(crate) struct GraphPlan {
    pub edges: Rc<Plan>,
    pub source: Arc<str>,
    pub target: Arc<str>,
    pub directed: bool,
    /// The tables of the nodes, each with its key.
    pub nodes: Vec<(Rc<Plan>, Arc<str>)>,
    /// The columns of the nodes, with what they have besides.
    pub node_schema: Rc<Schema>,
    /// The column of the nodes' keys, where no table has it.
    pub node_id: Option<Arc<str>>,
    /// What becomes of it, one after the other.
    pub steps: Vec<Rc<Step>>,
}

/// A graph with its rows.
struct Graph {
    nodes: Vec<Vec<Value>>,
    edges: Vec<(usize, usize, Row)>,
    /// The edges that begin and end at each node.
    out: Vec<Vec<usize>>,
    into: Vec<Vec<usize>>,
}

impl GraphPlan {
    fn make(&self, exec: &Exec) -> Result<Graph, Failure> {
        let edges = exec.run(&self.edges)?;
        let missing = |name: &str| Failure::new(format!("the rows have no column `{name}`"));
        let column = |name: &Arc<str>| edges.schema.find(name).ok_or_else(|| missing(name));
        let (source, target) = (column(&self.source)?, column(&self.target)?);
        let width = self.node_schema.len() - NODE_FACTS.len();
        let mut graph = Graph { nodes: Vec::new(), edges: Vec::new(), out: Vec::new(), into: Vec::new() };
        let mut index: FxHashMap<Key, usize> = FxHashMap::default();
        let blank = || -> Vec<Value> {
            self.node_schema.columns[..width].iter().map(|(_, kind)| Value::missing(*kind)).collect()
        };
        for (plan, key) in &self.nodes {
            let table = exec.run(plan)?;
            let own = table.schema.find(key).ok_or_else(|| missing(key))?;
            let places: Vec<Option<usize>> =
                table.schema.columns.iter().map(|(name, _)| self.node_schema.find(name)).collect();
            for row in table.rows.iter() {
                let next = graph.nodes.len();
                let at = *index.entry(Key(row[own].clone())).or_insert(next);
                if at == next {
                    graph.nodes.push(blank());
                }
                for (value, place) in row.iter().zip(&places) {
                    if let Some(place) = place {
                        graph.nodes[at][*place] = value.clone();
                    }
                }
            }
        }
        let mut ids: Vec<Value> = vec![Value::Null; graph.nodes.len()];
        #[expect(clippy::iter_over_hash_type, reason = "each goes to its own place")]
        for (key, at) in &index {
            ids[*at] = key.0.clone();
        }
        for row in edges.rows.iter() {
            let mut ends = [0; 2];
            for (end, column) in ends.iter_mut().zip([source, target]) {
                let next = graph.nodes.len();
                *end = *index.entry(Key(row[column].clone())).or_insert(next);
                if *end == next {
                    let mut node = blank();
                    if let Some(at) = self.node_id.as_ref().and_then(|name| self.node_schema.find(name)) {
                        node[at] = row[column].clone();
                    }
                    graph.nodes.push(node);
                    ids.push(row[column].clone());
                }
            }
            graph.edges.push((ends[0], ends[1], Rc::clone(row)));
        }
        for step in &self.steps {
            step.apply(exec, self, &mut graph, &mut ids)?;
        }
        graph.out = vec![Vec::new(); graph.nodes.len()];
        graph.into = vec![Vec::new(); graph.nodes.len()];
        for (at, (from, to, _)) in graph.edges.iter().enumerate() {
            graph.out[*from].push(at);
            graph.into[*to].push(at);
        }
        for (at, node) in graph.nodes.iter_mut().enumerate() {
            let count = |edges: &Vec<usize>| Value::Long(i64::try_from(edges.len()).unwrap_or(i64::MAX));
            node.extend([ids[at].clone(), count(&graph.into[at]), count(&graph.out[at])]);
        }
        Ok(graph)
    }
}

/// An edge of a pattern, between two of its nodes.
#[derive(Debug)]
pub(crate) struct EdgePattern {
    pub from: usize,
    pub to: usize,
    pub direction: EdgeDirection,
    /// How many edges it stands for, where it stands for several.
    pub length: Option<(Node, Node)>,
}

/// What an expression reads of a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    NodeColumn(usize, usize),
    EdgeColumn(usize, usize),
    /// The edges of a path, each a row.
    Path(usize),
    /// The nodes within a path, each a row.
    Inner(usize),
}

/// Which edges and nodes may occur again in a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cycles {
    All,
    UniqueEdges,
    None,
}

/// `graph-match`
#[derive(Debug)]
pub(crate) struct Match {
    pub span: Span,
    pub graph: Rc<GraphPlan>,
    /// How many nodes the patterns name; the edges stand in an order in which each but the first of a pattern begins or
    /// ends at a node that is found.
    pub nodes: usize,
    pub edges: Vec<EdgePattern>,
    pub reads: Vec<Read>,
    pub condition: Option<Node>,
    pub items: Vec<Item>,
    pub schema: Rc<Schema>,
    pub cycles: Cycles,
    /// Which of the paths between the same two nodes are wanted, where that is not all of them.
    pub shortest: Option<Shortest>,
}

/// Which of the shortest paths between two nodes are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shortest {
    Any,
    All,
}

/// A row for a path, with its ends and its length.
struct Found {
    row: Row,
    ends: (usize, usize),
    length: usize,
}

/// A match as far as it is found.
#[derive(Default)]
struct State {
    nodes: Vec<Option<usize>>,
    /// The edges that each edge of the pattern stands for, and the nodes between them.
    paths: Vec<(Vec<usize>, Vec<usize>)>,
    used: Vec<usize>,
}

impl Operate for Match {
    fn run(&self, exec: &Exec, _: Table) -> Result<Table, Failure> {
        let graph = self.graph.make(exec)?;
        let mut state = State { nodes: vec![None; self.nodes], ..State::default() };
        let mut found = Vec::new();
        self.next(exec, &graph, &mut state, &mut found)?;
        if let Some(shortest) = self.shortest {
            // From a node to itself the path without edges is the shortest.
            found.retain(|path| self.nodes < 2 || path.ends.0 != path.ends.1 || path.length == 0);
            found = shortest_of(found, shortest);
        }
        Ok(Table::new(Rc::clone(&self.schema), found.into_iter().map(|found| found.row).collect()))
    }
}

/// The shortest paths between each two nodes.
fn shortest_of(found: Vec<Found>, wanted: Shortest) -> Vec<Found> {
    let mut least: FxHashMap<(usize, usize), usize> = FxHashMap::default();
    for path in &found {
        let known = least.entry(path.ends).or_insert(path.length);
        *known = path.length.min(*known);
    }
    let mut taken: rustc_hash::FxHashSet<(usize, usize)> = rustc_hash::FxHashSet::default();
    let shortest = |path: &Found| least.get(&path.ends) == Some(&path.length);
    let mut stays = |path: &Found| shortest(path) && (wanted == Shortest::All || taken.insert(path.ends));
    found.into_iter().filter(|path| stays(path)).collect()
}

impl Match {
    fn next(
        &self,
        exec: &Exec,
        graph: &Graph,
        state: &mut State,
        rows: &mut Vec<Found>,
    ) -> Result<(), Failure> {
        exec.step(self.span, rows.len())?;
        let Some(edge) = self.edges.get(state.paths.len()) else {
            // A node that no edge of the pattern touches is any node.
            if let Some(free) = state.nodes.iter().position(Option::is_none) {
                for node in 0..graph.nodes.len() {
                    state.nodes[free] = Some(node);
                    self.next(exec, graph, state, rows)?;
                }
                state.nodes[free] = None;
                return Ok(());
            }
            return self.found(exec, graph, state, rows);
        };
        let (least, most) = match &edge.length {
            None => (1, 1),
            Some((least, most)) => {
                let number = |node: &Node| -> Result<usize, Failure> {
                    let empty = Table::default();
                    let value = super::ops::bare(exec, &empty).eval(node)?.as_long();
                    value.and_then(|value| usize::try_from(value).ok()).ok_or_else(|| {
                        Failure::at(
                            self.span,
                            "the length of a path must be a whole number that is not negative",
                        )
                    })
                };
                (number(least)?, number(most)?)
            }
        };
        let backwards = state.nodes[edge.from].is_none() && state.nodes[edge.to].is_some();
        let (start, end) = if backwards { (edge.to, edge.from) } else { (edge.from, edge.to) };
        let starts: Vec<usize> = match state.nodes[start] {
            Some(node) => vec![node],
            None => (0..graph.nodes.len()).collect(),
        };
        for node in starts {
            let fresh = state.nodes[start].is_none();
            state.nodes[start] = Some(node);
            let mut walk = Walk { edge, end, least, most, backwards, path: Vec::new(), inner: Vec::new() };
            self.walk(exec, graph, state, rows, node, &mut walk)?;
            if fresh {
                state.nodes[start] = None;
            }
        }
        Ok(())
    }

    fn walk(
        &self,
        exec: &Exec,
        graph: &Graph,
        state: &mut State,
        rows: &mut Vec<Found>,
        at: usize,
        walk: &mut Walk<'_>,
    ) -> Result<(), Failure> {
        exec.step(self.span, rows.len())?;
        if walk.path.len() >= walk.least {
            let known = state.nodes[walk.end];
            let closes = known.is_none_or(|known| known == at);
            let again = self.cycles == Cycles::None
                && known.is_none()
                && state.nodes.iter().flatten().any(|node| *node == at);
            if closes && !again {
                state.nodes[walk.end] = Some(at);
                let (mut path, mut inner) = (walk.path.clone(), walk.inner.clone());
                // The last node of the walk is the end, and not within.
                inner.pop();
                if walk.backwards {
                    path.reverse();
                    inner.reverse();
                }
                let used = state.used.len();
                state.used.extend(&path);
                state.paths.push((path, inner));
                self.next(exec, graph, state, rows)?;
                state.paths.pop();
                state.used.truncate(used);
                state.nodes[walk.end] = known;
            }
        }
        if walk.path.len() >= walk.most {
            return Ok(());
        }
        // The direction of the pattern, seen from where the walk began.
        let (forward, back) = match (walk.edge.direction, self.graph.directed) {
            (EdgeDirection::Any, _) | (_, false) => (true, true),
            (EdgeDirection::Right, _) => (!walk.backwards, walk.backwards),
            (EdgeDirection::Left, _) => (walk.backwards, !walk.backwards),
        };
        let mut steps: Vec<(usize, usize)> = Vec::new();
        if forward {
            steps.extend(graph.out[at].iter().map(|edge| (*edge, graph.edges[*edge].1)));
        }
        if back {
            steps.extend(graph.into[at].iter().map(|edge| (*edge, graph.edges[*edge].0)));
        }
        for (edge, next) in steps {
            if self.cycles != Cycles::All && (state.used.contains(&edge) || walk.path.contains(&edge)) {
                continue;
            }
            if self.cycles == Cycles::None {
                let ends = state.nodes[walk.end] == Some(next);
                let seen =
                    state.nodes.iter().flatten().any(|node| *node == next) || walk.inner.contains(&next);
                if seen && !ends {
                    continue;
                }
            }
            walk.path.push(edge);
            walk.inner.push(next);
            self.walk(exec, graph, state, rows, next, walk)?;
            walk.path.pop();
            walk.inner.pop();
        }
        Ok(())
    }

    fn found(&self, exec: &Exec, graph: &Graph, state: &State, rows: &mut Vec<Found>) -> Result<(), Failure> {
        let list = |values: &[Value]| Value::array(values.to_vec());
        let read = |read: &Read| match read {
            Read::NodeColumn(node, column) => {
                let node = state.nodes.get(*node).copied().flatten();
                node.and_then(|node| graph.nodes[node].get(*column).cloned()).unwrap_or_default()
            }
            Read::EdgeColumn(edge, column) => {
                let edge = state.paths.get(*edge).and_then(|(path, _)| path.first());
                edge.and_then(|edge| graph.edges[*edge].2.get(*column).cloned()).unwrap_or_default()
            }
            Read::Path(edge) => {
                let path = state.paths.get(*edge).map(|(path, _)| path.as_slice()).unwrap_or_default();
                Value::array(path.iter().map(|edge| list(&graph.edges[*edge].2)).collect())
            }
            Read::Inner(edge) => {
                let inner = state.paths.get(*edge).map(|(_, inner)| inner.as_slice()).unwrap_or_default();
                Value::array(inner.iter().map(|node| list(&graph.nodes[*node])).collect())
            }
        };
        let row: Vec<Value> = self.reads.iter().map(read).collect();
        let map: Vec<usize> = (0..row.len()).collect();
        let schema = Schema::default();
        let cx = Cx { exec, row: &row, map: &map, rows: &[], at: 0, schema: &schema };
        if let Some(condition) = &self.condition
            && !cx.holds(condition)?
        {
            return Ok(());
        }
        let mut made = Vec::with_capacity(self.schema.len());
        for item in &self.items {
            item.spread(cx.eval(&item.node)?, |_, value| made.push(value));
        }
        let end = |at: Option<&Option<usize>>| at.copied().flatten().unwrap_or_default();
        let ends = (end(state.nodes.first()), end(state.nodes.last()));
        let length = state.paths.iter().map(|(path, _)| path.len()).sum();
        rows.push(Found { row: made.into(), ends, length });
        exec.rows_allowed(self.span, rows.len())
    }
}

/// A walk along an edge of a pattern.
struct Walk<'e> {
    edge: &'e EdgePattern,
    end: usize,
    least: usize,
    most: usize,
    backwards: bool,
    path: Vec<usize>,
    inner: Vec<usize>,
}

/// The columns of nodes: those of their tables, and what nodes have besides.
pub(super) fn node_schema(tables: &[&Schema], node_id: Option<(&str, Scalar)>) -> Schema {
    let mut schema = Schema::default();
    for (name, kind) in tables.iter().flat_map(|table| &table.columns) {
        if schema.find(name).is_none() {
            schema.push(Arc::clone(name), *kind);
        }
    }
    if let Some((name, kind)) = node_id.filter(|(name, _)| schema.find(name).is_none()) {
        schema.push(name.into(), kind);
    }
    for (name, kind) in NODE_FACTS.iter().zip([Scalar::Dynamic, Scalar::Long, Scalar::Long]) {
        schema.push((*name).into(), kind);
    }
    schema
}
