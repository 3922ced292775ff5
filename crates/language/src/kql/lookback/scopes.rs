//! Reading a query for the moments that it names: what its names stand for, and where they are used.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::Node;
use super::super::ast::{
    BinaryOp, Expr, ExprKind, Function, LetValue, Name, OperatorKind, Parameter, Statement, StatementKind,
};
use super::super::model::constants::{Evaluator, unit_of};
use super::super::model::{Constant, Known, SemanticModel, VariableId};
use super::super::timespan::Timespan;
use super::{Bound, Date, Lookback, Reach, is_event_time, names_in};

/// How deeply functions may call one another, and how many calls are followed in all.
const DEEPEST_CALL: usize = 12;
const MOST_CALLS: usize = 2000;

/// What a variable stands for.
#[derive(Clone)]
enum Stands<'a> {
    Constant(Known),
    /// A value that is not constant, or rows.
    Value(&'a Expr),
    Function(&'a Function),
    /// A parameter that nothing is known of.
    Unknown,
}

pub(super) struct Reader<'a> {
    text: &'a str,
    model: &'a SemanticModel,
    range: Timespan,
    made: FxHashMap<&'a str, bool>,
    variables: FxHashMap<VariableId, Stands<'a>>,
    /// The variables that are used: what is not, is not read.
    used: FxHashSet<VariableId>,
    /// The calls that have been followed, with their arguments.
    followed: BTreeSet<String>,
    depth: usize,
    found: Lookback,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        text: &'a str,
        model: &'a SemanticModel,
        range: Timespan,
        made: FxHashMap<&'a str, bool>,
    ) -> Self {
        Self {
            text,
            model,
            range,
            made,
            variables: FxHashMap::default(),
            used: FxHashSet::default(),
            followed: BTreeSet::new(),
            depth: 0,
            found: Lookback::default(),
        }
    }

    pub(super) fn read(mut self, statements: &'a [Statement]) -> Lookback {
        self.scope(statements, None);
        let mut found = self.found;
        found.reaches.sort_by(|a, b| {
            let key = |reach: &Reach| (reach.span, std::cmp::Reverse(reach.back), reach.bound);
            key(a).cmp(&key(b))
        });
        found.reaches.dedup();
        found.unclear.sort_unstable();
        found.unclear.dedup();
        found.dates.sort_unstable();
        found.dates.dedup();
        found
    }

    /// Reads statements and the query after them. The values of `let` are read last to first, so that each is
    /// read once, when it is known whether it is used, and a chain of them is not a deep recursion.
    fn scope(&mut self, statements: &'a [Statement], result: Option<&'a Expr>) {
        let mut own: Vec<VariableId> = Vec::new();
        let mut queries: Vec<&'a Expr> = result.into_iter().collect();
        for statement in statements {
            match &statement.kind {
                StatementKind::Let { name, value } => {
                    let stands = match value {
                        LetValue::Function(function) => Stands::Function(function),
                        LetValue::Expr(expr) => {
                            self.value(expr).map_or(Stands::Value(expr), Stands::Constant)
                        }
                    };
                    own.extend(self.define(name, stands));
                }
                StatementKind::Parameters(parameters) => {
                    for parameter in parameters {
                        let stands = self.default(parameter);
                        self.define(&parameter.column.name, stands);
                    }
                }
                StatementKind::Query(expr) => queries.push(expr),
                _ => {}
            }
        }
        for query in queries {
            self.visit(query);
        }
        for id in own.into_iter().rev() {
            if let Some(Stands::Value(expr)) = self.variables.get(&id).filter(|_| self.used.contains(&id)) {
                self.visit(expr);
            }
        }
    }

    /// Notes what the variable stands for that is declared with a name.
    fn define(&mut self, name: &Name, stands: Stands<'a>) -> Option<VariableId> {
        let id = self.variable(name)?;
        self.used.remove(&id);
        self.variables.insert(id, stands);
        Some(id)
    }

    fn default(&self, parameter: &'a Parameter) -> Stands<'a> {
        parameter
            .default
            .as_ref()
            .and_then(|value| self.value(value))
            .map_or(Stands::Unknown, Stands::Constant)
    }

    /// The variable that a name means.
    fn variable(&self, name: &Name) -> Option<VariableId> {
        self.model.variable_of(name.span).map(|(id, _)| id)
    }

    /// What an expression comes to, as far as that is a matter of time.
    fn value(&self, expr: &Expr) -> Option<Known> {
        let look_up = |name: &Name| {
            self.variable(name).map(|id| match self.variables.get(&id) {
                Some(Stands::Constant(known)) => Some(known.clone()),
                _ => None,
            })
        };
        let evaluator = Evaluator { text: self.text, range: self.range, look_up: &look_up, parts: &|_| None };
        let found = evaluator.fold(expr)?;
        (!matches!(found.value, Constant::Bool(_) | Constant::String(_))).then_some(found)
    }

    fn visit(&mut self, expr: &'a Expr) {
        if let Some(known) = self.value(expr) {
            self.record(expr, &known, Bound::Other, true);
            return;
        }
        match &expr.kind {
            ExprKind::Name(name) => {
                if let Some(id) = self.variable(name) {
                    self.used.insert(id);
                    if let Some(Stands::Function(function)) = self.variables.get(&id) {
                        self.call(function, &[]);
                    }
                }
            }
            ExprKind::Call { name, args } => {
                let local = self.variable(name);
                if let Some(id) = local
                    && let Some(Stands::Function(function)) = self.variables.get(&id)
                {
                    let function = *function;
                    self.used.insert(id);
                    for arg in args {
                        let value = argument(arg).1;
                        if self.value(value).is_none() {
                            self.visit(value);
                        }
                    }
                    self.call(function, args);
                    return;
                }
                if local.is_none() && is_filtering_parser(&name.text) {
                    self.parser_arguments(args);
                    return;
                }
                if local.is_none() && matches!(&*name.text, "ago" | "now") && !args.is_empty() {
                    self.found.unclear.push(expr.span);
                }
                self.children(expr);
            }
            ExprKind::Binary { op, left, right, .. } => {
                if !self.compared(*op, left, right) {
                    self.children(expr);
                }
            }
            ExprKind::Between { negated, left, low, high, .. } if self.value(left).is_none() => {
                self.visit(left);
                self.between(!negated, left, low, high);
            }
            _ => self.children(expr),
        }
    }

    fn children(&mut self, expr: &'a Expr) {
        Node::Expr(expr).children(&mut |child| self.node(child));
    }

    fn node(&mut self, node: Node<'a>) {
        match node {
            Node::Expr(expr) => self.visit(expr),
            Node::Statement(statement) => self.scope(std::slice::from_ref(statement), None),
            Node::Function(_) => {}
            Node::Operator(operator) => match &operator.kind {
                OperatorKind::MakeSeries { aggregates, on, range, by } => {
                    for expr in aggregates.iter().chain([&**on]).chain(by.iter().flatten()) {
                        self.visit(expr);
                    }
                    self.series(on, range);
                }
                _ => node.children(&mut |child| self.node(child)),
            },
        }
    }

    /// Reads the body of a function, once for the same arguments.
    fn call(&mut self, function: &'a Function, args: &'a [Expr]) {
        if self.depth >= DEEPEST_CALL || self.followed.len() >= MOST_CALLS {
            return;
        }
        let mut parameters = Vec::new();
        for (place, parameter) in function.params.iter().enumerate() {
            let name: &'a str = &parameter.column.name.text;
            let named = args.iter().map(argument).find(|(given, _)| *given == Some(name));
            let given = named.or_else(|| args.get(place).map(argument).filter(|(name, _)| name.is_none()));
            parameters.push(match given {
                Some((_, value)) => self.value(value).map_or(Stands::Unknown, Stands::Constant),
                None => self.default(parameter),
            });
        }
        let constants: Vec<Option<&Constant>> = parameters
            .iter()
            .map(|stands| match stands {
                Stands::Constant(known) => Some(&known.value),
                _ => None,
            })
            .collect();
        if !self.followed.insert(format!("{:?} {constants:?}", function.body_span)) {
            return;
        }
        for (parameter, stands) in function.params.iter().zip(parameters) {
            self.define(&parameter.column.name, stands);
        }
        self.depth += 1;
        self.scope(&function.statements, function.result.as_deref());
        self.depth -= 1;
    }

    /// Reads a comparison with a moment, or of an age; false where it is none.
    fn compared(&mut self, op: BinaryOp, left: &'a Expr, right: &'a Expr) -> bool {
        let (known, moment, other, op) = match (self.value(left), self.value(right)) {
            (None, Some(known)) => (known, right, left, op),
            (Some(known), None) => (known, left, right, op.mirrored()),
            _ => return false,
        };
        let from = match op {
            BinaryOp::Greater | BinaryOp::GreaterOrEqual => true,
            BinaryOp::Less | BinaryOp::LessOrEqual => false,
            BinaryOp::Equal | BinaryOp::NotEqual => {
                let event_time = self.event_time(other);
                self.visit(other);
                self.record(moment, &known, Bound::Other, event_time);
                return true;
            }
            _ => return false,
        };
        let bound = |from| if from { Bound::From } else { Bound::Until };
        if matches!(known.value, Constant::Moment(..) | Constant::Date) {
            let event_time = self.event_time(other);
            self.visit(other);
            self.record(moment, &known, bound(from), event_time);
            return true;
        }
        // `now() - TimeGenerated < 7d` and `datetime_diff('day', now(), TimeGenerated) <= 7`: what is young lies
        // after the moment.
        let Some((since, column, unit)) = self.age(other) else { return false };
        let length = match (known.value, unit) {
            (Constant::Length(length), None) => Some(length),
            (Constant::Number(number), Some(unit)) => unit.times(number),
            _ => None,
        };
        let (Constant::Moment(back, slack), Some(length)) = (since.value, length) else { return false };
        let Some(back) = back.plus(length) else { return false };
        let event_time = self.event_time(column);
        let known = Known { value: Constant::Moment(back, slack), sources: known.sources };
        self.record(moment, &known, bound(!from), event_time);
        true
    }

    /// What an age is counted from, the column that is aged, and the unit that it is counted in.
    fn age(&self, expr: &'a Expr) -> Option<(Known, &'a Expr, Option<Timespan>)> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.age(inner),
            ExprKind::Binary { op: BinaryOp::Subtract, left, right, .. } => {
                let since = self.value(left)?;
                self.value(right).is_none().then_some((since, &**right, None))
            }
            ExprKind::Call { name, args } if &*name.text == "datetime_diff" => {
                let [unit, since, column] = &args[..] else { return None };
                let (unit, _) = unit_of(unit)?;
                let since = self.value(since)?;
                self.value(column).is_none().then_some((since, column, Some(unit)))
            }
            _ => None,
        }
    }

    fn between(&mut self, inside: bool, left: &'a Expr, low: &'a Expr, high: &'a Expr) {
        let event_time = self.event_time(left);
        let [from, until] = if inside { [Bound::From, Bound::Until] } else { [Bound::Other; 2] };
        let start = self.value(low);
        match &start {
            Some(known) => self.record(low, known, from, event_time),
            None => self.visit(low),
        }
        match (self.value(high), start) {
            // The end may be said as a distance from the beginning.
            (
                Some(Known { value: Constant::Length(length), sources }),
                Some(Known { value: Constant::Moment(back, slack), .. }),
            ) => {
                if let Some(back) = back.minus(length) {
                    let known = Known { value: Constant::Moment(back, slack), sources };
                    self.record(high, &known, until, event_time);
                }
            }
            (Some(known), _) => self.record(high, &known, until, event_time),
            (None, _) => self.visit(high),
        }
    }

    /// Reads the ends of the axis of `make-series`.
    fn series(&mut self, on: &'a Expr, range: &'a [Expr]) {
        let event_time = self.event_time(on.value());
        // `to` may stand without `from`, and the tree has both in one list.
        let words =
            range.first().and_then(|first| self.text.get(on.span.end as usize..first.span.start as usize));
        let until_only = words.is_some_and(|words| words.trim() == "to");
        let bounds: &[Bound] = if until_only { &[Bound::Until] } else { &[Bound::From, Bound::Until] };
        // The last is the step.
        let (ends, step) = range.split_at(range.len().saturating_sub(1).min(bounds.len()));
        for (end, bound) in ends.iter().zip(bounds) {
            self.bound(end.value(), *bound, event_time);
        }
        for expr in step {
            self.visit(expr);
        }
    }

    /// Notes an end of a stretch of time.
    fn bound(&mut self, expr: &'a Expr, bound: Bound, event_time: bool) {
        match self.value(expr) {
            Some(known) => self.record(expr, &known, bound, event_time),
            None => self.visit(expr),
        }
    }

    /// Reads the arguments of a parser of ASIM: the stretch of time that it reads comes first, or is named.
    fn parser_arguments(&mut self, args: &'a [Expr]) {
        for (place, arg) in args.iter().enumerate() {
            let (name, value) = argument(arg);
            let bound = match (name, place) {
                (Some("starttime"), _) | (None, 0) => Bound::From,
                (Some("endtime"), _) | (None, 1) => Bound::Until,
                _ => Bound::Other,
            };
            self.bound(value, bound, true);
        }
    }

    /// Whether what is compared is the time of the event: such a column, or no plain column at all.
    fn event_time(&self, expr: &Expr) -> bool {
        let unknown = |name: &Name| self.variable(name).is_some();
        match &expr.kind {
            ExprKind::Paren(inner) => self.event_time(inner),
            ExprKind::Name(name) => is_event_time(&name.text, &self.made) || unknown(name),
            ExprKind::Path { base, member } => match (&base.kind, &member.kind) {
                (ExprKind::Name(side), ExprKind::Name(name)) if side.text.starts_with('$') => {
                    is_event_time(&name.text, &self.made)
                }
                _ => false,
            },
            ExprKind::Element { .. } => false,
            _ => {
                let mut names = names_in(expr).filter(|name| !is_built_in(&name.text)).peekable();
                names.peek().is_none()
                    || names.any(|name| is_event_time(&name.text, &self.made) || unknown(name))
            }
        }
    }

    fn record(&mut self, expr: &Expr, known: &Known, bound: Bound, event_time: bool) {
        match known.value {
            Constant::Moment(back, slack) if back > Timespan::ZERO => {
                let (span, sources) = (expr.span, known.sources.clone());
                self.found.reaches.push(Reach { span, sources, back, slack, bound, event_time });
            }
            // The literal says more than the name that stands for it.
            Constant::Date if event_time => {
                self.found.dates.extend(known.sources.iter().map(|span| Date { span: *span, bound }));
            }
            _ => {}
        }
    }
}

/// Whether a function is one of ASIM's parsers that take filters, the unifying ones and those of a source.
fn is_filtering_parser(name: &str) -> bool {
    let schema = name.strip_prefix("_Im_").or_else(|| name.strip_prefix("_ASim_"));
    let own = schema.or_else(|| ["vim", "im", "ASim"].iter().find_map(|start| name.strip_prefix(start)));
    own.is_some_and(|schema| schema.starts_with(|c: char| c.is_ascii_uppercase()))
}

fn is_built_in(name: &str) -> bool {
    super::super::builtins::function(name).is_some() && name != "ingestion_time"
}

/// An argument as its name and its value.
fn argument(arg: &Expr) -> (Option<&str>, &Expr) {
    match &arg.kind {
        ExprKind::Named { names, value, .. } => (names.first().map(|name| &*name.text), value),
        _ => (None, arg),
    }
}
