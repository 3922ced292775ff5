//! The operators on graphs, read far enough to know the expressions in them.

use super::super::ast::{
    EdgeDirection, GraphElement, GraphMatch, GraphNodes, GraphPart, GraphTable, MakeGraph, Name, NameForm,
    OperatorKind,
};
use super::super::token::TokenKind as T;
use super::operators::Read;
use super::{List, Parser, params};

impl Parser<'_> {
    /// Tokens without white space between them that together are `text`.
    fn eat_text(&mut self, text: &str) -> bool {
        let mut rest = text;
        let mut length = 0;
        while !rest.is_empty() {
            let Some(after) = rest.strip_prefix(self.written(length)) else { return false };
            if self.peek(length) == T::EndOfText || (length > 0 && !self.glued(length)) {
                return false;
            }
            rest = after;
            length += 1;
        }
        self.bump_all(length);
        true
    }

    fn make_graph(&mut self) -> MakeGraph {
        let source = self.named_expr(Self::required_name);
        let directed = self.eat_text("-->");
        if !directed && !self.eat_text("--") {
            self.expected("`-->` or `--`");
        }
        let target = self.named_expr(Self::required_name);
        let mut node_id = None;
        let mut nodes = Vec::new();
        if self.eat(T::WithNodeId).is_some() {
            self.require(T::Equal);
            node_id = Some(self.required_name());
        } else if self.eat(T::With).is_some() {
            let ends: fn(&Self) -> bool = |parser| parser.kind() == T::PartitionedBy || parser.ends_list();
            nodes = self.commas(Self::graph_nodes, Self::missing_nodes, List::until(ends));
        }
        let partition = self.eat(T::PartitionedBy).map(|_| {
            let by = self.simple_path().unwrap_or_else(|| self.named_expr(Self::missing_name));
            let open = self.require(T::OpenParen);
            let query = self.required(Self::subquery);
            self.close(T::CloseParen, open);
            (by, query)
        });
        MakeGraph { source, target, directed, node_id, nodes, partition }
    }

    fn graph_nodes(&mut self) -> Option<GraphNodes> {
        let table = self.invocation()?;
        self.require(T::On);
        Some(GraphNodes { table, key: self.required_name() })
    }

    fn missing_nodes(&mut self) -> GraphNodes {
        let table = self.missing_expr();
        let key = Name { span: self.nowhere(), text: "".into(), form: NameForm::Missing };
        GraphNodes { table, key }
    }

    fn graph_match(&mut self) -> GraphMatch {
        let mut patterns = Vec::new();
        loop {
            let pattern: Vec<GraphElement> =
                std::iter::from_fn(|| self.graph_node().or_else(|| self.graph_edge())).collect();
            if pattern.is_empty() {
                self.missing("a pattern of nodes and edges, as in `(a)-[e]->(b)`");
            }
            patterns.push(pattern);
            if self.eat(T::Comma).is_none() {
                break;
            }
        }
        let condition = self.eat(T::Where).map(|_| self.required(Self::pipeline));
        let list = List::closed().one_or_more();
        let project = self.eat(T::Project).map(|_| self.commas(Self::named, Self::missing_expr, list));
        GraphMatch { patterns, condition, project }
    }

    fn graph_node(&mut self) -> Option<GraphElement> {
        let open = self.eat(T::OpenParen)?;
        let name = self.name();
        self.close(T::CloseParen, open);
        Some(GraphElement::Node(name))
    }

    fn graph_edge(&mut self) -> Option<GraphElement> {
        let plain = [("-->", EdgeDirection::Right), ("<--", EdgeDirection::Left), ("--", EdgeDirection::Any)];
        for (text, direction) in plain {
            if self.eat_text(text) {
                return Some(GraphElement::Edge { name: None, direction, length: None });
            }
        }
        let left = !self.eat_text("-[");
        if left && !self.eat_text("<-[") {
            return None;
        }
        let name = self.name();
        let length = self.eat(T::Asterisk).map(|_| {
            let least = self.required(Self::invocation);
            self.require(T::DotDot);
            (least, self.required(Self::invocation))
        });
        let right = self.eat_text("]->");
        if !right && !self.eat_text("]-") {
            self.expected("`]->` or `]-`");
        }
        let direction = match (left, right) {
            (false, true) => EdgeDirection::Right,
            (true, false) => EdgeDirection::Left,
            _ => EdgeDirection::Any,
        };
        Some(GraphElement::Edge { name, direction, length })
    }

    fn graph_to_table(&mut self) -> Vec<GraphTable> {
        let mut tables = Vec::new();
        loop {
            let (part, specs) = match self.kind() {
                T::Nodes => (GraphPart::Nodes, params::GRAPH_NODES),
                T::GraphEdges => (GraphPart::Edges, params::GRAPH_EDGES),
                _ => {
                    self.missing("`nodes` or `edges`");
                    break;
                }
            };
            self.bump();
            let name = self.eat(T::As).map(|_| self.required_name());
            let params = self.params(specs, true);
            tables.push(GraphTable { part, name, params });
            if self.eat(T::Comma).is_none() {
                break;
            }
        }
        tables
    }
}

/// How to read what follows the keyword of an operator on graphs.
pub(super) fn reader<'t>(word: T) -> Option<Read<'t>> {
    let read: Read<'t> = match word {
        T::GraphMarkComponents => {
            |p| (p.params(params::GRAPH_COMPONENTS, true), OperatorKind::GraphMarkComponents)
        }
        T::GraphMatch => {
            |p| (p.params(params::GRAPH_MATCH, true), OperatorKind::GraphMatch(Box::new(p.graph_match())))
        }
        T::GraphShortestPaths => |p| {
            (p.params(params::GRAPH_PATHS, true), OperatorKind::GraphShortestPaths(Box::new(p.graph_match())))
        },
        T::GraphToTable => |p| (Vec::new(), OperatorKind::GraphToTable(p.graph_to_table())),
        T::GraphWhereEdges => {
            |p| (Vec::new(), OperatorKind::GraphWhereEdges(Box::new(p.required(Parser::unnamed))))
        }
        T::GraphWhereNodes => {
            |p| (Vec::new(), OperatorKind::GraphWhereNodes(Box::new(p.required(Parser::unnamed))))
        }
        T::MakeGraph => |p| (p.params(params::NONE, true), OperatorKind::MakeGraph(Box::new(p.make_graph()))),
        _ => return None,
    };
    Some(read)
}
