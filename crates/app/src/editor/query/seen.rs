//! What queries use, counted: the words of each place, the columns of each table, the names that are given.

use std::sync::Arc;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::places::{after_name, last_name, place_in};
use super::watchlists::{self, WATCHLIST};
use crate::knowledge::usage::Use;
use crate::kql::ast::{BinaryOp, Expr, ExprKind, LetValue, Literal, NameForm, Operator, StatementKind};
use crate::kql::model::{ColumnOrigin, SemanticModel, Symbol};
use crate::kql::types::Scalar;
use crate::kql::{Node, Parse, walk_statements};

/// The longest literal that is kept as a value.
const LONGEST_VALUE: usize = 60;

type Words = FxHashMap<Arc<str>, u32>;

/// A list with its kind and context: words with the number of queries that have them.
#[cfg(test)]
pub(super) type List<'s> = (Use, &'s str, Vec<(&'s str, u32)>);

/// What the queries of a workspace use, to rank and to offer it in others.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    lists: FxHashMap<(Use, Arc<str>), Words>,
}

impl Seen {
    /// Adds all that a query uses. Its cost is linear in the length of the query. Columns are only counted with a model at
    /// [`Level::Full`](crate::kql::model::Level::Full).
    #[cfg(test)]
    pub(crate) fn add(&mut self, text: &str, parsed: &Parse, model: &SemanticModel) {
        let mut counter = Counter { text, model, found: BTreeSet::new(), classes: BTreeMap::new() };
        walk_statements(&parsed.statements, &mut |node| {
            counter.node(node);
            true
        });
        for (at, statement) in parsed.statements.iter().enumerate() {
            let class = if matches!(statement.kind, StatementKind::Let { .. }) { "let" } else { "query" };
            counter.class(if at == 0 { "first statement" } else { "statement" }, class);
        }
        for ((place, class), count) in counter.classes {
            let words = self.lists.entry((Use::Class, Arc::from(place))).or_default();
            *words.entry(class.into()).or_default() += count;
        }
        for (kind, context, word) in counter.found {
            let words = self.lists.entry((kind, Arc::from(context))).or_default();
            *words.entry(word.into()).or_default() += 1;
        }
    }

    /// Adds what a query uses as far as its tree tells that alone: the members, the values, the names, the functions and the
    /// columns of watchlists.
    pub(crate) fn add_names(&mut self, text: &str, parsed: &Parse) {
        let model = SemanticModel::default();
        let mut counter = Counter { text, model: &model, found: BTreeSet::new(), classes: BTreeMap::new() };
        walk_statements(&parsed.statements, &mut |node| {
            counter.node(node);
            true
        });
        let kept = |kind| matches!(kind, Use::Member | Use::Value | Use::Name | Use::Function | Use::Column);
        for (kind, context, word) in counter.found.into_iter().filter(|(kind, ..)| kept(*kind)) {
            let words = self.lists.entry((kind, Arc::from(context))).or_default();
            *words.entry(word.into()).or_default() += 1;
        }
    }

    /// The words of a list with the number of queries that have them, in no order.
    pub(crate) fn words(&self, kind: Use, context: &str) -> impl Iterator<Item = (&Arc<str>, u32)> {
        let list = self.lists.get(&(kind, Arc::from(context)));
        list.into_iter().flatten().map(|(word, count)| (word, *count))
    }

    /// Every list, sorted.
    #[cfg(test)]
    pub(super) fn lists(&self) -> Vec<List<'_>> {
        let mut lists: Vec<_> = self
            .lists
            .iter()
            .map(|((kind, context), words)| {
                let mut words: Vec<(&str, u32)> =
                    words.iter().map(|(word, count)| (&**word, *count)).collect();
                words.sort_unstable_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
                (*kind, &**context, words)
            })
            .collect();
        lists.sort_unstable_by_key(|(kind, context, _)| (kind.letter(), *context));
        lists
    }
}

/// Counts what one query uses: each word once.
struct Counter<'a> {
    text: &'a str,
    model: &'a SemanticModel,
    found: BTreeSet<(Use, &'a str, &'a str)>,
    /// By place: how many words of each class.
    classes: BTreeMap<(&'a str, &'static str), u32>,
}

impl<'a> Counter<'a> {
    fn note(&mut self, kind: Use, context: &'a str, word: &'a str) {
        if !word.is_empty() && !word.contains(['\t', '\n', '\r']) {
            self.found.insert((kind, context, word));
        }
    }

    fn node(&mut self, node: Node<'a>) {
        match node {
            Node::Statement(statement) => {
                if let StatementKind::Let { name, value } = &statement.kind {
                    self.note(Use::Name, "let", &name.text);
                    if let LetValue::Function(function) = value {
                        for parameter in &function.params {
                            self.note(Use::Name, "parameter", &parameter.column.name.text);
                        }
                    }
                }
            }
            Node::Operator(operator) => self.operator(operator),
            Node::Expr(expr) => self.expr(expr),
            Node::Function(_) => {}
        }
        node.children(&mut |child| {
            if let Node::Expr(child) = child {
                self.placed(place_in(node, child).unwrap_or_default(), child, 0);
            }
        });
    }

    fn class(&mut self, place: &'a str, class: &'static str) {
        *self.classes.entry((place, class)).or_default() += 1;
    }

    fn called(&mut self, place: &'a str, name: &'a str) {
        self.note(Use::Function, place, name);
        self.note(Use::Function, "", name);
        self.class(place, "function");
    }

    /// Notes what stands at the head of a place, through what has no place of its own.
    fn placed(&mut self, place: &'a str, expr: &'a Expr, depth: usize) {
        if place.is_empty() || depth > 8 {
            return;
        }
        match &expr.kind {
            ExprKind::Name(name) => match self.model.symbol(name.span) {
                Some(Symbol::Column(_) | Symbol::Columns(_)) => {
                    self.note(Use::Placed, place, &name.text);
                    self.class(place, "column");
                }
                Some(Symbol::Function(_) | Symbol::Table(_)) => self.class(place, "table"),
                Some(Symbol::Variable(_)) => self.class(place, "variable"),
                _ => {}
            },
            ExprKind::Call { name, .. } => self.called(place, &name.text),
            ExprKind::Dynamic(_) => self.called(place, "dynamic"),
            ExprKind::DataTable { .. } => self.called(place, "datatable"),
            ExprKind::ExternalData { .. } => self.called(place, "externaldata"),
            ExprKind::Materialize(_) => self.called(place, "materialize"),
            ExprKind::ToScalar(_) => self.called(place, "toscalar"),
            ExprKind::Literal(Literal::DateTime) => self.called(place, "datetime"),
            ExprKind::Literal(_) => self.class(place, "literal"),
            ExprKind::Operator(operator) => {
                self.note(Use::Function, place, operator.word);
                self.class(place, "function");
            }
            ExprKind::Named { value, .. } => {
                self.class(place, "new");
                self.placed(after_name(place), value, depth + 1);
            }
            ExprKind::Typed(_) => self.class(place, "new"),
            ExprKind::Path { base: inner, .. }
            | ExprKind::Element { base: inner, .. }
            | ExprKind::Ordered { expr: inner, .. }
            | ExprKind::Paren(inner)
            | ExprKind::Binary { left: inner, .. }
            | ExprKind::InList { left: inner, .. }
            | ExprKind::Converted { expr: inner, .. }
            | ExprKind::Unary { operand: inner, .. }
            | ExprKind::Pipeline { source: inner, .. }
            | ExprKind::Between { left: inner, .. } => self.placed(place, inner, depth + 1),
            ExprKind::Logical { operands, .. } => {
                for operand in operands {
                    self.placed(place, operand, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn operator(&mut self, operator: &'a Operator) {
        let place = |expr: &Expr| place_in(Node::Operator(operator), expr).unwrap_or_default();
        Node::Operator(operator).children(&mut |child| {
            let Node::Expr(child) = child else { return };
            if let ExprKind::Named { names, value, .. } = &child.kind {
                for name in names {
                    self.note(Use::Name, place(child), &name.text);
                }
                if let ([name], Some(head)) = (names.as_slice(), head(value)) {
                    self.note(Use::Made, &name.text, head);
                }
            }
            if let ExprKind::Typed(column) = &child.kind {
                self.note(Use::Name, operator.word, &column.name.text);
            }
        });
    }

    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Pipeline { source, stages } => {
                if let Some(alias) = watchlists::alias(source) {
                    self.watchlist(alias, stages);
                }
                let mut before = match &source.kind {
                    ExprKind::Operator(operator) => operator.word,
                    _ => "",
                };
                for stage in stages {
                    self.note(Use::Operator, before, stage.word);
                    before = stage.word;
                }
            }
            ExprKind::Name(name) if name.form != NameForm::Wildcard => self.name(name.span, &name.text),
            ExprKind::Call { name, args } if &*name.text == WATCHLIST => {
                let alias = args.first().filter(|alias| alias.span.len() <= LONGEST_VALUE);
                if let Some(Expr { span, kind: ExprKind::Literal(Literal::String(_)), .. }) = alias {
                    self.note(Use::Value, WATCHLIST, &self.text[span.range()]);
                }
            }
            ExprKind::Path { base, member } => {
                if let (Some(base), Some(member)) = (last_name(base), last_name(member)) {
                    self.note(Use::Member, base, member);
                    self.note(Use::Member, "", member);
                }
            }
            ExprKind::Binary { op, op_span, left, right } => {
                self.compared(left, &self.text[op_span.range()]);
                if matches!(op, BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::String(_)) {
                    self.value(left, right);
                }
            }
            ExprKind::InList { op_span, left, items, .. } => {
                self.compared(left, &self.text[op_span.range()]);
                for item in items {
                    self.value(left, item);
                }
            }
            ExprKind::Between { op_span, left, .. } => self.compared(left, &self.text[op_span.range()]),
            _ => {}
        }
    }

    /// Notes the columns of a watchlist that operators use.
    fn watchlist(&mut self, alias: &'a str, stages: &'a [Operator]) {
        watchlists::names(stages, &mut |name| {
            let is_variable =
                ["let", "parameter"].iter().any(|kind| self.found.contains(&(Use::Name, *kind, name)));
            if !is_variable {
                self.note(Use::Column, alias, name);
            }
        });
    }

    fn compared(&mut self, left: &'a Expr, operator: &'a str) {
        if let Some(name) = last_name(left) {
            self.note(Use::Comparison, name, operator);
        }
        if let Some(kind) = self.model.type_of(left.id).scalar() {
            self.note(Use::Comparison, context_of(Some(kind)), operator);
        }
    }

    fn value(&mut self, left: &'a Expr, right: &'a Expr) {
        let literal = matches!(right.kind, ExprKind::Literal(Literal::String(_) | Literal::Long));
        if literal
            && right.span.len() <= LONGEST_VALUE
            && right.span.len() > 2
            && let Some(name) = last_name(left)
        {
            self.note(Use::Value, name, &self.text[right.span.range()]);
        }
    }

    fn name(&mut self, span: crate::source::Span, name: &'a str) {
        let model = self.model;
        let ids = match model.symbol(span) {
            Some(Symbol::Column(id)) => std::slice::from_ref(id),
            Some(Symbol::Columns(ids)) => ids,
            Some(Symbol::Table(_) | Symbol::Function(_)) => return self.note(Use::Table, "", name),
            _ => return,
        };
        self.note(Use::Column, "", name);
        let only = match self.model.tables.as_slice() {
            [(table, _)] => Some(&**table),
            _ => None,
        };
        let sources: Vec<_> = ids.iter().flat_map(|id| model.sources(*id)).take(16).collect();
        for source in sources {
            let Some(column) = model.column(source).filter(|column| *column.name == *name) else { continue };
            match (&column.origin, only) {
                (ColumnOrigin::Table(table) | ColumnOrigin::Function(table), _) => {
                    self.note(Use::Column, table, name);
                }
                (ColumnOrigin::Assumed, Some(table)) => self.note(Use::Column, table, name),
                _ => {}
            }
        }
    }
}

/// The function or column that begins a value.
fn head(value: &Expr) -> Option<&str> {
    match &value.kind {
        ExprKind::Name(name) | ExprKind::Call { name, .. } => Some(&name.text),
        ExprKind::Path { base: inner, .. }
        | ExprKind::Element { base: inner, .. }
        | ExprKind::Binary { left: inner, .. }
        | ExprKind::Paren(inner) => head(inner),
        _ => None,
    }
}

/// Under which name comparisons of values of a type are counted.
pub(super) fn context_of(kind: Option<Scalar>) -> &'static str {
    match kind.map_or("", Scalar::name) {
        "string" => ":string",
        "datetime" => ":datetime",
        "long" | "int" | "real" => ":number",
        "dynamic" => ":dynamic",
        "bool" => ":bool",
        _ => ":other",
    }
}
