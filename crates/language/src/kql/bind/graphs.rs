//! The operators on graphs: what nodes and edges have for columns, the names that patterns give them, and the tables
//! that are made of them again.

use std::sync::Arc;

use super::super::ast::{
    Expr, ExprKind, GraphElement, GraphMatch, GraphPart, GraphTable, MakeGraph, Name, NameForm, Operator,
    OperatorKind,
};
use super::super::model::finding::Finding;
use super::super::model::{ColumnOrigin, Symbol, VariableKind};
use super::super::types::{ColumnList, Conversion, Element, Primitive, Relation, Scalar};
use super::super::{Node, walk};
use super::checks::{expected_count, given};
use super::column_builder::{ColumnBuilder, Style};
use super::naming::value_of;
use super::recorder::NewColumn;
use super::{Binder, Bound, Declaration, FindingKind, Value};
use crate::source::Span;

/// A graph: what its edges and its nodes have for columns.
#[derive(Debug)]
pub(super) struct Graph {
    edges: Arc<Relation>,
    /// Without columns where no table of nodes is named.
    nodes: Arc<Relation>,
}

impl Graph {
    /// A graph of which nothing is known.
    pub(super) fn unknown() -> Self {
        Self { edges: Arc::new(Relation::unknown()), nodes: Arc::new(Relation::unknown()) }
    }
}

impl<'a> Binder<'a> {
    /// The value of an operator that takes or makes a graph, or that is given one. `None` where the operator works on
    /// rows and is given rows.
    pub(super) fn graph_operator(
        &mut self,
        operator: &'a Operator,
        input: &Arc<Relation>,
        graph: Option<Arc<Graph>>,
    ) -> Option<Value> {
        let takes_graph = match &operator.kind {
            OperatorKind::MakeGraph(make) if graph.is_none() => return Some(self.make_graph(make, input)),
            OperatorKind::GraphMarkComponents
            | OperatorKind::GraphMatch(_)
            | OperatorKind::GraphShortestPaths(_)
            | OperatorKind::GraphToTable(_)
            | OperatorKind::GraphWhereEdges(_)
            | OperatorKind::GraphWhereNodes(_) => true,
            _ => false,
        };
        let graph = match graph {
            Some(graph) if takes_graph => graph,
            Some(graph) => return Some(self.given_a_graph(operator, graph)),
            None if takes_graph => {
                // What is not known may be a graph.
                if !(input.columns.is_empty() && input.has_unknown_columns) {
                    let message = format!("`{}` expects a graph, got a table", operator.word);
                    let finding = Finding::new(FindingKind::Semantic, operator.keyword, message);
                    self.report(finding.help("Create a graph with `make-graph` first."));
                }
                Arc::new(Graph::unknown())
            }
            None => return None,
        };
        Some(match &operator.kind {
            OperatorKind::GraphMatch(pattern) | OperatorKind::GraphShortestPaths(pattern) => {
                self.graph_match(operator, pattern, graph)
            }
            OperatorKind::GraphToTable(tables) => self.graph_to_table(operator, tables, &graph),
            OperatorKind::GraphWhereEdges(condition) => {
                self.graph_where(operator, condition, &graph.edges, &graph);
                Value::Graph(graph)
            }
            OperatorKind::GraphWhereNodes(condition) => {
                self.graph_where(operator, condition, &graph.nodes, &graph);
                Value::Graph(graph)
            }
            _ => {
                let (name, place) = Self::param_name(operator, &["with_component_id"])
                    .unwrap_or(("ComponentId", Span::default()));
                let mut columns = graph.nodes.columns.edit();
                columns.push(self.option_column(name, place, Scalar::Long));
                let nodes = Arc::new(graph.nodes.with(columns));
                Value::Graph(Arc::new(Graph { edges: Arc::clone(&graph.edges), nodes }))
            }
        })
    }

    /// An operator that works on rows and is given a graph.
    fn given_a_graph(&mut self, operator: &'a Operator, graph: Arc<Graph>) -> Value {
        match &operator.kind {
            OperatorKind::As(name) => {
                let value = Value::Graph(Arc::clone(&graph));
                self.make_known(Declaration::at(name, VariableKind::As), Bound::Value(value));
                Value::Graph(graph)
            }
            OperatorKind::Render { .. } | OperatorKind::Unknown(_) | OperatorKind::Missing => {
                Value::Graph(graph)
            }
            OperatorKind::Consume => Value::Nothing,
            _ => {
                let message = format!("`{}` expects a table, got a graph", operator.word);
                let help =
                    "Convert the graph to a table with `graph-match ... project` or `graph-to-table` first.";
                self.report(Finding::new(FindingKind::Semantic, operator.keyword, message).help(help));
                Value::Rows(Arc::new(Relation::unknown()))
            }
        }
    }

    fn make_graph(&mut self, make: &'a MakeGraph, edges: &Arc<Relation>) -> Value {
        let source = self.with_row_scope(edges, |binder| {
            let [source, _] = [&make.source, &make.target].map(|end| {
                let kind = binder.only_column(end, "make-graph");
                binder.not_dynamic(end, kind, "make-graph");
                kind
            });
            source
        });
        let mut tables: Vec<Arc<Relation>> = Vec::new();
        for nodes in &make.nodes {
            let table = self.rows(&nodes.table);
            self.recorder.scope(nodes.key.span, Some(&table), None);
            self.with_row_scope(&table, |binder| {
                let key = binder.column(&nodes.key);
                if let Some(key) = key.filter(|key| key.kind.dynamic()) {
                    let message = format!("`{}` is `dynamic` and cannot identify nodes", key.name);
                    let finding = Finding::new(FindingKind::Type, nodes.key.span, message);
                    binder.report(finding.help("Convert the column, for example with `tostring(...)`."));
                }
            });
            tables.push(table);
        }
        if let Some(name) = make.node_id.as_ref().filter(|name| name.form != NameForm::Missing) {
            let column = self.option_column(&name.text, name.span, source);
            tables.push(Arc::new(Relation::closed(vec![column])));
        }
        let nodes = match tables.as_slice() {
            [only] => Arc::clone(only),
            several => Arc::new(self.one_table_of(several)),
        };
        let graph = Arc::new(Graph { edges: Arc::clone(edges), nodes });
        let Some((by, query)) = &make.partition else { return Value::Graph(graph) };
        self.with_row_scope(edges, |binder| binder.only_column(by, "make-graph"));
        self.allowed(query, true);
        self.context.graph = Some(graph);
        let value = self.subquery(query, &Arc::new(Relation::unknown()));
        self.context.graph = None;
        value
    }

    /// The columns that nodes of several tables have: those of one name are one, of a type that all fit.
    fn one_table_of(&mut self, tables: &[Arc<Relation>]) -> Relation {
        if !self.look_at(tables.iter().map(|table| table.columns.len()).sum()) {
            return Relation::unknown();
        }
        let doubts = Relation::default().doubts_of(tables.iter().map(|table| &**table));
        let mut columns = ColumnBuilder::default();
        for column in tables.iter().flat_map(|table| &table.columns) {
            let known = columns.get(&column.name).map(|known| (known.kind, known.id));
            let Some((kind, id)) = known.filter(|(kind, id)| (*kind, *id) != (column.kind, column.id)) else {
                columns.set(&column.name, column.kind, column.id);
                continue;
            };
            let kind = kind.common(column.kind, Conversion::Wider).unwrap_or(Scalar::Dynamic);
            let origin = ColumnOrigin::Union([id, column.id].into());
            let id = self.new_column(&column.name, kind, |new| NewColumn { origin, ..new });
            columns.set(&column.name, kind, id);
        }
        doubts.with(columns.list)
    }

    /// The condition of `graph-where-nodes` and `graph-where-edges`, over the columns of the one or the other. No
    /// document tells more of these operators, so that what is wrong is a guess.
    fn graph_where(
        &mut self,
        operator: &Operator,
        condition: &'a Expr,
        row: &Arc<Relation>,
        graph: &Arc<Graph>,
    ) {
        let row = Arc::new(Relation { low_confidence: true, ..Relation::clone(row) });
        self.recorder.scope(Span { start: operator.keyword.end, end: operator.span.end }, Some(&row), None);
        self.in_graph(graph, |binder| binder.with_row_scope(&row, |binder| binder.predicate(condition)));
    }

    fn in_graph<R>(&mut self, graph: &Graph, work: impl FnOnce(&mut Self) -> R) -> R {
        let outer = self.context.in_graph.replace(Arc::clone(&graph.nodes));
        let result = work(self);
        self.context.in_graph = outer;
        result
    }

    fn graph_match(&mut self, operator: &'a Operator, pattern: &'a GraphMatch, graph: Arc<Graph>) -> Value {
        let known = self.names.list.len();
        let (edges, nodes) = (Value::Row(Arc::clone(&graph.edges)), Value::Row(Arc::clone(&graph.nodes)));
        // Names of edges that stand for several, one after the other.
        let mut paths: Vec<&str> = Vec::new();
        let columns = self.within_brackets(operator.span.end, |binder| {
            for elements in &pattern.patterns {
                binder.check_pattern(operator, elements);
                for element in elements {
                    let (name, row) = match element {
                        GraphElement::Node(name) => (name, &nodes),
                        GraphElement::Edge { name, length, .. } => {
                            paths.extend(name.iter().filter(|_| length.is_some()).map(|name| &*name.text));
                            for bound in length.iter().flat_map(|(least, most)| [least, most]) {
                                binder.with_empty_scope(|binder| binder.row_count(bound));
                            }
                            (name, &edges)
                        }
                    };
                    if let Some(name) = name.as_ref().filter(|name| name.form != NameForm::Missing) {
                        binder.declare_element(known, name, row);
                    }
                }
            }
            let clauses = pattern.condition.iter().chain(pattern.project.iter().flatten());
            if let Some(first) = clauses.map(|expr| expr.span.start).min() {
                binder.recorder.scope(Span { start: first, end: operator.span.end }, None, None);
            }
            binder.in_graph(&graph, |binder| {
                binder.with_empty_scope(|binder| {
                    if let Some(condition) = &pattern.condition {
                        binder.predicate(condition);
                    }
                    pattern.project.as_ref().map(|project| binder.projected(project, &paths))
                })
            })
        });
        self.names.list.truncate(known);
        let Some(columns) = columns else { return Value::Graph(graph) };
        Value::Rows(Arc::new(graph.edges.doubts_of([&*graph.nodes]).closed_with(columns)))
    }

    /// Makes a node or an edge known, or notes that it stands in another pattern too.
    fn declare_element(&mut self, known: usize, name: &'a Name, row: &Value) {
        let last = self.names.find_at(&name.text).filter(|at| *at >= known);
        let again = last.is_some_and(|at| match (&self.names.list[at].bound, row) {
            (Bound::Value(Value::Row(one)), Value::Row(other)) => Arc::ptr_eq(one, other),
            _ => false,
        });
        if again {
            self.resolve(name);
        } else {
            let declaration = Declaration::at(name, VariableKind::GraphElement);
            self.make_known(declaration, Bound::Value(row.clone()));
        }
    }

    /// Whether nodes and edges take turns in a pattern.
    fn check_pattern(&mut self, operator: &Operator, elements: &[GraphElement]) {
        let is_node = |element: &GraphElement| matches!(element, GraphElement::Node(_));
        let wrong = elements.iter().enumerate().find(|(at, element)| is_node(element) != (at % 2 == 0));
        let message = match wrong {
            Some((0, _)) => "A pattern must start with a node, as in `(a)-[e]->(b)`",
            Some((_, GraphElement::Node(_))) => {
                "Two nodes of a pattern must be connected by an edge: `(a)-[e]->(b)`"
            }
            Some((_, GraphElement::Edge { .. })) => {
                "Two edges of a pattern must be connected by a node: `-[e]->(b)-[f]->`"
            }
            None if elements.last().is_some_and(|last| !is_node(last)) => {
                "A pattern must end with a node, as in `(a)-[e]->(b)`"
            }
            None => return,
        };
        let named = wrong.map_or(elements.last(), |(_, element)| Some(element));
        let name = match named {
            Some(GraphElement::Node(name) | GraphElement::Edge { name, .. }) => name.as_ref(),
            None => None,
        };
        self.say(FindingKind::Semantic, name.map_or(operator.keyword, |name| name.span), message);
    }

    /// The columns of the `project` of a pattern.
    fn projected(&mut self, exprs: &'a [Expr], paths: &[&str]) -> ColumnList {
        let mut columns = ColumnBuilder::default();
        for expr in exprs {
            let whole = match &value_of(expr).kind {
                ExprKind::Name(name) => matches!(self.local(&name.text), Some(Bound::Value(Value::Row(_)))),
                _ => false,
            };
            let kind = if follows_path(expr, paths) {
                // One value for each edge of the path.
                Some(Scalar::Array(Element::Any))
            } else {
                whole.then_some(Scalar::Dynamic)
            };
            self.make(expr, &mut columns, Style::Graph, kind, None);
        }
        columns.list.finish()
    }

    /// The tables of the nodes and of the edges. Where both are asked for, their names are known from here on.
    fn graph_to_table(&mut self, operator: &'a Operator, tables: &'a [GraphTable], graph: &Graph) -> Value {
        let made: Vec<Arc<Relation>> = tables.iter().map(|table| self.table_of(table, graph)).collect();
        if let ([_], [only]) = (tables, made.as_slice()) {
            return Value::Rows(Arc::clone(only));
        }
        let several = matches!(tables, [one, other] if one.part != other.part);
        if !several {
            if !tables.is_empty() {
                let message = "`graph-to-table` expects `nodes`, `edges` or both";
                self.say(FindingKind::Semantic, operator.keyword, message);
            }
            return Value::Unknown;
        }
        for (table, rows) in tables.iter().zip(made) {
            match table.name.as_ref().filter(|name| name.form != NameForm::Missing) {
                Some(name) => {
                    let end = std::mem::replace(&mut self.names.end, self.names.block_end);
                    let declaration = Declaration::at(name, VariableKind::As);
                    self.make_known(declaration, Bound::Value(Value::Rows(rows)));
                    self.names.end = end;
                }
                None if table.name.is_none() => {
                    let message = "Both tables must be named: `nodes as N, edges as E`";
                    self.say(FindingKind::Semantic, operator.keyword, message);
                }
                None => {}
            }
        }
        Value::Nothing
    }

    fn table_of(&mut self, table: &'a GraphTable, graph: &Graph) -> Arc<Relation> {
        let (rows, ids): (_, &[&str]) = match table.part {
            GraphPart::Nodes => (&graph.nodes, &["with_node_id"]),
            GraphPart::Edges => (&graph.edges, &["with_source_id", "with_target_id"]),
        };
        let mut columns = rows.columns.edit();
        for id in ids.iter().rev() {
            if let Some((name, place)) = Self::named_by(&table.params, &[*id]) {
                columns.push_front(self.option_column(name, place, Scalar::Long));
            }
        }
        if columns.len() == rows.columns.len() { Arc::clone(rows) } else { Arc::new(rows.with(columns)) }
    }

    /// A call of one of the functions on nodes and edges, which only `where` and `project` of a pattern know.
    pub(super) fn graph_function(&mut self, name: &'a Name, args: &'a [Expr]) -> Option<Value> {
        let (own, least, most) = match &*name.text {
            "all" => ("all", 2, 2),
            "any" => ("any", 2, 2),
            "map" => ("map", 2, 2),
            "inner_nodes" => ("inner_nodes", 1, 1),
            "node_id" => ("node_id", 0, 1),
            "node_degree_in" => ("node_degree_in", 0, 1),
            "node_degree_out" => ("node_degree_out", 0, 1),
            "labels" => ("labels", 0, 1),
            _ => return None,
        };
        self.recorder.mention(name.span, || Symbol::BuiltIn(own));
        self.recorder.functions.insert(name.text.clone());
        if !(least..=most).contains(&args.len()) {
            let message =
                format!("`{own}` expects {}, got {}", expected_count(least, most), given(args.len()));
            self.say(FindingKind::Argument, name.span, message);
        }
        let element = args.first().map_or(Value::Unknown, |arg| self.row_or_value(value_of(arg)));
        let row = match element {
            Value::Row(row) => Some(row),
            _ => None,
        };
        let of_each = |binder: &mut Self, read: &mut dyn FnMut(&mut Self, &'a Expr)| {
            for arg in args.iter().skip(1) {
                let Some(row) = &row else {
                    read(binder, arg);
                    continue;
                };
                binder.recorder.scope(arg.span, Some(row), None);
                binder.with_row_scope(row, |binder| read(binder, arg));
            }
        };
        Some(match own {
            "all" | "any" => {
                of_each(self, &mut |binder, arg| binder.predicate(arg));
                Value::of(Scalar::Bool)
            }
            "map" => {
                let mut kind = Scalar::Unknown;
                of_each(self, &mut |binder, arg| kind = binder.scalar(arg));
                Value::of(if kind.unknown() { Scalar::Array(Element::Any) } else { kind.array() })
            }
            "inner_nodes" => self.context.in_graph.clone().map_or(Value::Unknown, Value::Row),
            "node_id" => Value::of(Scalar::String),
            "labels" => Value::of(Scalar::Array(Element::Of(Primitive::String))),
            _ => Value::of(Scalar::Long),
        })
    }
}

/// Whether an expression reads a path, which has a value for each of its edges. The official analyzer calls what is made
/// of it dynamic, whatever is made of it.
fn follows_path(expr: &Expr, paths: &[&str]) -> bool {
    let mut follows = false;
    walk(Node::Expr(expr), &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Name(name), .. }) = node {
            follows |= paths.contains(&&*name.text);
        }
        true
    });
    follows
}
