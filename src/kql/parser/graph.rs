//! The operators on graphs, read far enough to know the expressions in them.

use super::super::ast::{Body, Expr};
use super::super::token::TokenKind as T;
use super::{List, Parser, params};

impl Parser<'_> {
    pub(super) fn graph_body(&mut self, word: T) -> Body {
        match word {
            T::MakeGraph => self.make_graph(),
            T::GraphMatch | T::GraphShortestPaths => self.graph_match(),
            T::GraphToTable => self.graph_to_table(),
            T::GraphWhereNodes | T::GraphWhereEdges => Body::Graph(vec![self.required(Self::unnamed)]),
            _ => Body::Empty,
        }
    }

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

    fn make_graph(&mut self) -> Body {
        let source = Expr::name(self.required_name());
        if !self.eat_text("-->") && !self.eat_text("--") {
            self.expected("`-->` or `--`");
        }
        let mut parts = vec![source, Expr::name(self.required_name())];
        if self.eat(T::WithNodeId).is_some() {
            self.require(T::Equal);
            self.required_name();
        } else if self.eat(T::With).is_some() {
            let ends: fn(&Self) -> bool = |parser| parser.kind() == T::PartitionedBy || parser.ends_list();
            let tables = self.commas(Self::graph_table, Self::missing_expr, List::until(ends));
            parts.extend(tables);
        }
        if self.eat(T::PartitionedBy).is_some() {
            parts.push(self.simple_path().unwrap_or_else(|| Expr::name(self.missing_name())));
            let open = self.require(T::OpenParen);
            parts.push(self.required(Self::subquery));
            self.close(T::CloseParen, open);
        }
        Body::Graph(parts)
    }

    fn graph_table(&mut self) -> Option<Expr> {
        let table = self.invocation()?;
        self.require(T::On);
        self.required_name();
        Some(table)
    }

    fn graph_match(&mut self) -> Body {
        let mut parts = Vec::new();
        loop {
            let mut length = 0;
            while self.graph_node(&mut parts) || self.graph_edge(&mut parts) {
                length += 1;
            }
            if length == 0 {
                self.missing("a pattern of nodes and edges, as in `(a)-[e]->(b)`");
            }
            if self.eat(T::Comma).is_none() {
                break;
            }
        }
        if self.eat(T::Where).is_some() {
            parts.push(self.required(Self::pipeline));
        }
        if self.eat(T::Project).is_some() {
            parts.extend(self.commas(Self::named, Self::missing_expr, List::closed().one_or_more()));
        }
        Body::Graph(parts)
    }

    fn graph_node(&mut self, _: &mut Vec<Expr>) -> bool {
        let Some(open) = self.eat(T::OpenParen) else { return false };
        self.name();
        self.close(T::CloseParen, open);
        true
    }

    fn graph_edge(&mut self, parts: &mut Vec<Expr>) -> bool {
        if self.eat_text("-->") || self.eat_text("<--") || self.eat_text("--") {
            return true;
        }
        if !self.eat_text("-[") && !self.eat_text("<-[") {
            return false;
        }
        self.name();
        if self.eat(T::Asterisk).is_some() {
            parts.push(self.required(Self::invocation));
            self.require(T::DotDot);
            parts.push(self.required(Self::invocation));
        }
        if !self.eat_text("]->") && !self.eat_text("]-") {
            self.expected("`]->` or `]-`");
        }
        true
    }

    fn graph_to_table(&mut self) -> Body {
        loop {
            let nodes = self.kind() == T::Nodes;
            if self.eat_any(&[T::Nodes, T::GraphEdges]).is_none() {
                self.missing("`nodes` or `edges`");
                break;
            }
            if self.eat(T::As).is_some() {
                self.required_name();
            }
            self.params(if nodes { params::GRAPH_NODES } else { params::GRAPH_EDGES }, true);
            if self.eat(T::Comma).is_none() {
                break;
            }
        }
        Body::Graph(Vec::new())
    }
}
