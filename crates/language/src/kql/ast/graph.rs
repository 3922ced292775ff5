//! What follows the keywords of the operators on graphs.

use super::{Expr, Name, Param};

/// What follows `make-graph`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MakeGraph {
    /// The column of the edges' sources.
    pub source: Expr,
    /// The column of the edges' targets.
    pub target: Expr,
    /// Whether the edges have a direction: `-->`, and not `--`.
    pub directed: bool,
    /// The name of the nodes' key, where no table has it: `with_node_id = name`.
    pub node_id: Option<Name>,
    /// The tables of the nodes.
    pub nodes: Vec<GraphNodes>,
    /// `partitioned-by column (query)`: the column, and the query over each part.
    pub partition: Option<(Expr, Expr)>,
}

/// A table of nodes: `table on key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphNodes {
    /// The table.
    pub table: Expr,
    /// The column that edges name nodes by.
    pub key: Name,
}

/// What follows `graph-match` and `graph-shortest-paths`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphMatch {
    /// The patterns, each a chain of nodes and edges.
    pub patterns: Vec<Vec<GraphElement>>,
    /// The condition after `where`.
    pub condition: Option<Expr>,
    /// The columns after `project`.
    pub project: Option<Vec<Expr>>,
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GraphElement {
    /// `(name)`
    Node(Option<Name>),
    /// `-[name*1..3]->`, `-->`, `<--` and `--`
    Edge {
        /// The name.
        name: Option<Name>,
        /// Which way it goes.
        direction: EdgeDirection,
        /// How many edges it stands for, at least and at most, where that is said.
        length: Option<(Expr, Expr)>,
    },
}

/// Which way an edge of a pattern goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeDirection {
    /// `-->`
    Right,
    /// `<--`
    Left,
    /// `--`
    Any,
}

/// A table that `graph-to-table` makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphTable {
    /// Whether it holds the nodes or the edges.
    pub part: GraphPart,
    /// The name it gets.
    pub name: Option<Name>,
    /// Its parameters, such as `with_node_id=name`.
    pub params: Vec<Param>,
}

/// What of a graph becomes a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphPart {
    /// `nodes`
    Nodes,
    /// `edges`
    Edges,
}
