//! The operators on graphs.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::super::eval::{Node, Over, OverPath};
use super::super::exec::{Failure, Plan, PlanKind};
use super::super::graph::{
    Cycles, EdgePattern, GraphPlan, Match, NODE_FACTS, Read, Shortest, Step, ToTable, node_schema,
};
use super::super::ops::columns::Item;
use super::super::table::{Schema, plain};
use super::{Any, At, Binding, Compiler, Env, Made, RowScope, plan, refused};
use crate::kql::ast::{
    Expr, ExprKind, GraphElement, GraphMatch, GraphPart, GraphTable, MakeGraph, Name, Operator, OperatorKind,
};
use crate::kql::types::{Column, Relation, Scalar};

/// What the names in a pattern stand for.
#[derive(Default)]
pub(super) struct GraphScope {
    nodes: Vec<Option<String>>,
    /// The names of edges, and whether they stand for several.
    edges: Vec<(Option<String>, bool)>,
    edge_columns: Rc<Schema>,
    node_columns: Rc<Schema>,
    edge_relation: Relation,
    node_relation: Relation,
    reads: RefCell<Vec<Read>>,
}

fn relation(schema: &Schema) -> Relation {
    let columns = schema.columns.iter().map(|(name, kind)| Column::new(&**name, *kind));
    Relation::closed(columns.collect::<Vec<_>>())
}

impl GraphScope {
    fn slot(&self, read: Read) -> Node {
        let mut reads = self.reads.borrow_mut();
        let at = reads.iter().position(|known| *known == read);
        Node::Col(at.unwrap_or_else(|| {
            reads.push(read);
            reads.len() - 1
        }))
    }

    fn node(&self, name: &str) -> Option<usize> {
        self.nodes.iter().position(|own| own.as_deref() == Some(name))
    }

    fn edge(&self, name: &str) -> Option<usize> {
        self.edges.iter().position(|(own, _)| own.as_deref() == Some(name))
    }
}

impl<'q> Compiler<'q> {
    pub(super) fn make_graph(
        &mut self,
        edges: Rc<Plan>,
        operator: &'q Operator,
        make: &'q MakeGraph,
        at: At<'q, '_>,
    ) -> Made<Any> {
        if make.partition.is_some() {
            return refused(operator.keyword, "`make-graph ... partitioned-by`");
        }
        let column = |expr: &'q Expr| -> Made<Arc<str>> {
            match &expr.kind {
                ExprKind::Name(name) => Ok((&*name.text).into()),
                _ => refused(expr.span, "an edge of something that is not a column"),
            }
        };
        let mut nodes = Vec::new();
        for table in &make.nodes {
            let rows = self.rows(&table.table, at)?;
            nodes.push((super::shared(rows), Arc::from(&*table.key.text)));
        }
        if edges.open || nodes.iter().any(|(plan, _)| plan.open) {
            return refused(operator.keyword, "a graph of rows whose columns are not known");
        }
        let source = column(&make.source)?;
        let kind = edges.schema.find(&source).map_or(Scalar::Dynamic, |at| edges.schema.kind(at));
        let node_id = make.node_id.as_ref().map(|name| &*name.text);
        let tables: Vec<&Schema> = nodes.iter().map(|(plan, _)| &*plan.schema).collect();
        let schema = node_schema(&tables, node_id.map(|name| (name, kind)));
        Ok(Any::Graph(Rc::new(GraphPlan {
            source,
            target: column(&make.target)?,
            directed: make.directed,
            nodes,
            node_schema: Rc::new(schema),
            node_id: node_id.map(Arc::from),
            edges: super::shared(edges),
            steps: Vec::new(),
        })))
    }

    pub(super) fn graph_operator(
        &mut self,
        graph: Rc<GraphPlan>,
        operator: &'q Operator,
        at: At<'q, '_>,
    ) -> Made<Any> {
        match &operator.kind {
            OperatorKind::GraphMatch(pattern) | OperatorKind::GraphShortestPaths(pattern) => {
                self.graph_match(graph, operator, pattern, at).map(Any::Rows)
            }
            OperatorKind::GraphToTable(tables) => {
                let [table] = tables.as_slice() else {
                    return refused(operator.keyword, "`graph-to-table` of two tables as one result");
                };
                Ok(Any::Rows(Self::graph_table(&graph, operator, table)))
            }
            OperatorKind::GraphMarkComponents => {
                let column = Self::param_name(operator, &["with_component_id"]).unwrap_or("ComponentId");
                let strong = match Self::param_word(operator, "kind", at) {
                    None | Some("weak") => false,
                    Some("strong") => true,
                    Some(_) => return refused(operator.keyword, "this kind of components"),
                };
                let mut schema = (*graph.node_schema).clone();
                if schema.find(column).is_some() {
                    let message = format!("the nodes already have a column `{column}`");
                    return Err(Failure::at(operator.keyword, message));
                }
                let place = schema.len() - NODE_FACTS.len();
                schema.columns.insert(place, (column.into(), Scalar::Long));
                let schema = Schema::new(schema.columns);
                Ok(Self::stepped(&graph, schema, Step::Mark { column: column.into(), strong }))
            }
            OperatorKind::GraphWhereNodes(condition) => {
                let (used, condition) = self.graph_condition(&graph.node_schema, condition, at)?;
                let step = Step::Nodes { used, condition, span: operator.keyword };
                Ok(Self::stepped(&graph, (*graph.node_schema).clone(), step))
            }
            OperatorKind::GraphWhereEdges(condition) => {
                let (used, condition) = self.graph_condition(&graph.edges.schema, condition, at)?;
                let step = Step::Edges { used, condition, span: operator.keyword };
                Ok(Self::stepped(&graph, (*graph.node_schema).clone(), step))
            }
            OperatorKind::Render { .. } => Ok(Any::Graph(graph)),
            _ => refused(operator.keyword, &format!("`{}`", operator.word)),
        }
    }

    /// The same graph with another step.
    fn stepped(graph: &GraphPlan, schema: Schema, step: Step) -> Any {
        let mut graph = graph.clone();
        graph.node_schema = Rc::new(schema);
        graph.steps.push(Rc::new(step));
        Any::Graph(Rc::new(graph))
    }

    fn graph_condition(
        &mut self,
        schema: &Schema,
        condition: &'q Expr,
        at: At<'q, '_>,
    ) -> Made<(Vec<Arc<str>>, Node)> {
        let relation = relation(schema);
        let row = RowScope::new(&relation, at.level + 1);
        let condition = self.value(condition, at.with_row(&row))?;
        Ok((row.into_used(), condition))
    }

    /// A table of the nodes or the edges of a graph.
    fn graph_table(graph: &Rc<GraphPlan>, operator: &Operator, table: &GraphTable) -> Rc<Plan> {
        let named = |option: &str| {
            let param = table.params.iter().find(|param| &*param.name.text == option)?;
            match &param.values.first()?.kind {
                ExprKind::Name(name) => Some(Arc::<str>::from(&*name.text)),
                _ => None,
            }
        };
        let own = graph.node_schema.len() - NODE_FACTS.len();
        let (options, others) = match table.part {
            GraphPart::Nodes => (&["with_node_id"][..], &graph.node_schema.columns[..own]),
            GraphPart::Edges => (&["with_source_id", "with_target_id"][..], &graph.edges.schema.columns[..]),
        };
        let mut columns = Vec::new();
        let mut ids = Vec::new();
        for (second, option) in options.iter().enumerate() {
            if let Some(name) = named(option) {
                columns.push((name, Scalar::Long));
                ids.push(second == 1);
            }
        }
        columns.extend(others.iter().cloned());
        let schema = Rc::new(Schema::new(columns));
        let runs = ToTable { graph: Rc::clone(graph), part: table.part, ids, schema: Rc::clone(&schema) };
        Rc::new(Plan {
            kind: PlanKind::Op(None, Box::new(runs)),
            schema,
            open: false,
            span: operator.keyword,
            word: operator.word,
        })
    }

    /// The tables that a statement ending in `graph-to-table` gives names to.
    pub(super) fn graph_tables(&mut self, expr: &'q Expr, mut at: At<'q, '_>) -> Made<Env> {
        let ExprKind::Pipeline { source, stages } = &expr.kind else { return Ok(at.env) };
        let Some((last, before)) = stages.split_last() else { return Ok(at.env) };
        let OperatorKind::GraphToTable(tables) = &last.kind else { return Ok(at.env) };
        let head = self.any(source, at.without_row())?;
        let Any::Graph(graph) = self.stages(head, source.span, before, at)? else { return Ok(at.env) };
        for table in tables {
            if let Some(name) = &table.name {
                let plan = super::shared(Self::graph_table(&graph, last, table));
                at.env = self.define(at.env, &name.text, Binding::Rows(plan));
            }
        }
        Ok(at.env)
    }

    fn graph_match(
        &mut self,
        graph: Rc<GraphPlan>,
        operator: &'q Operator,
        pattern: &'q GraphMatch,
        at: At<'q, '_>,
    ) -> Made<Rc<Plan>> {
        let after = Self::after(operator, at)?;
        let mut scope = GraphScope {
            edge_columns: Rc::clone(&graph.edges.schema),
            node_columns: Rc::clone(&graph.node_schema),
            edge_relation: relation(&graph.edges.schema),
            node_relation: relation(&graph.node_schema),
            ..GraphScope::default()
        };
        let mut edges: Vec<EdgePattern> = Vec::new();
        for chain in &pattern.patterns {
            let mut last: Option<usize> = None;
            let mut between = None;
            for element in chain {
                match element {
                    GraphElement::Node(name) => {
                        let name = name.as_ref().map(|name: &Name| name.text.to_string());
                        let known = name.as_deref().and_then(|name| scope.node(name));
                        let node = known.unwrap_or_else(|| {
                            scope.nodes.push(name);
                            scope.nodes.len() - 1
                        });
                        if let (Some(from), Some((name, direction, length))) = (last, between.take()) {
                            scope.edges.push((name, Option::is_some(&length)));
                            edges.push(EdgePattern { from, to: node, direction, length });
                        }
                        last = Some(node);
                    }
                    GraphElement::Edge { name, direction, length } => {
                        let length = match length {
                            Some((least, most)) => Some((
                                self.value(least, at.without_row())?,
                                self.value(most, at.without_row())?,
                            )),
                            None => None,
                        };
                        between = Some((name.as_ref().map(|name| name.text.to_string()), *direction, length));
                    }
                }
            }
        }
        let cycles = match Self::param_word(operator, "cycles", at) {
            None | Some("unique_edges") => Cycles::UniqueEdges,
            Some("all") => Cycles::All,
            Some("none") => Cycles::None,
            Some(_) => return refused(operator.keyword, "these cycles"),
        };
        let shortest = match &operator.kind {
            OperatorKind::GraphShortestPaths(_) => Some(match Self::param_word(operator, "output", at) {
                None | Some("any") => Shortest::Any,
                Some("all") => Shortest::All,
                Some(_) => return refused(operator.keyword, "this output"),
            }),
            _ => None,
        };
        let mut env = at.env;
        let names: Vec<String> =
            scope.nodes.iter().chain(scope.edges.iter().map(|(name, _)| name)).flatten().cloned().collect();
        for name in &names {
            env = self.define(env, name, Binding::Members);
        }
        let nothing = Relation::closed(Vec::new());
        let row = RowScope::new(&nothing, at.level + 1);
        let inside = At { env, graph: Some(&scope), ..at.with_row(&row) };
        let condition =
            pattern.condition.as_ref().map(|condition| self.value(condition, inside)).transpose()?;
        let mut items = Vec::new();
        let Some(project) = &pattern.project else {
            return refused(operator.keyword, &format!("`{}` without `project`", operator.word));
        };
        let mut columns = after.columns.iter();
        for expr in project {
            let Some(column) = columns.next() else { return refused(expr.span, "this expression") };
            let node = self.value(expr, inside)?;
            items.push(Item {
                node,
                names: vec![(Arc::clone(&column.name), plain(column.kind))],
                several: false,
            });
        }
        let runs = Match {
            span: operator.keyword,
            graph,
            nodes: scope.nodes.len(),
            edges,
            reads: scope.reads.into_inner(),
            condition,
            items,
            schema: Rc::new(Schema::of(after)),
            cycles,
            shortest,
        };
        Ok(plan(None, operator, after, runs))
    }

    /// A column of a node or an edge.
    pub(super) fn graph_member(scope: &GraphScope, element: &str, column: &str) -> Option<Node> {
        if let Some(node) = scope.node(element) {
            return Some(scope.slot(Read::NodeColumn(node, scope.node_columns.find(column)?)));
        }
        let edge = scope.edge(element)?;
        if scope.edges[edge].1 {
            // A column of the edges of a path is an array.
            let path = scope.slot(Read::Path(edge));
            let map = vec![scope.edge_columns.find(column)?];
            return Some(Node::OverPath(Box::new(OverPath {
                over: Over::Map,
                path,
                map,
                inner: Node::Col(0),
            })));
        }
        Some(scope.slot(Read::EdgeColumn(edge, scope.edge_columns.find(column)?)))
    }

    /// The functions on nodes, edges and paths; `None` where it is none of them.
    pub(super) fn graph_call(
        &mut self,
        name: &'q Name,
        args: &'q [Expr],
        scope: &GraphScope,
        at: At<'q, '_>,
    ) -> Made<Option<Node>> {
        let fact = match &*name.text {
            "node_id" => Some(0),
            "node_degree_in" => Some(1),
            "node_degree_out" => Some(2),
            _ => None,
        };
        if let Some(fact) = fact {
            return Ok(Some(match args.first().map(|arg| &arg.kind) {
                Some(ExprKind::Name(node)) => match Self::graph_member(scope, &node.text, NODE_FACTS[fact]) {
                    Some(node) => node,
                    None => return refused(name.span, "this argument"),
                },
                None => match at.row {
                    Some(row) if row.relation.column(NODE_FACTS[fact]).is_some() => {
                        row.slot(NODE_FACTS[fact])
                    }
                    _ => return refused(name.span, "this function here"),
                },
                _ => return refused(name.span, "this argument"),
            }));
        }
        let over = match &*name.text {
            "map" => Over::Map,
            "any" => Over::Any,
            "all" => Over::All,
            _ => return Ok(None),
        };
        let [path, inner] = args else { return refused(name.span, "these arguments") };
        let edge = |expr: &Expr| match &expr.kind {
            ExprKind::Name(name) => scope.edge(&name.text),
            _ => None,
        };
        let (read, relation, schema) = match &path.kind {
            ExprKind::Call { name, args } if &*name.text == "inner_nodes" => {
                match args.first().and_then(edge) {
                    Some(edge) => (Read::Inner(edge), &scope.node_relation, &scope.node_columns),
                    None => return refused(path.span, "this argument"),
                }
            }
            _ => match edge(path) {
                Some(edge) => (Read::Path(edge), &scope.edge_relation, &scope.edge_columns),
                None => return refused(path.span, "this argument"),
            },
        };
        let row = RowScope::new(relation, at.level + 1);
        let inner = self.value(inner, At { graph: at.graph, ..at.with_row(&row) })?;
        let map = row.into_used().iter().map(|name| schema.find(name).unwrap_or(usize::MAX)).collect();
        let path = scope.slot(read);
        Ok(Some(Node::OverPath(Box::new(OverPath { over, path, map, inner }))))
    }
}
