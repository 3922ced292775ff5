//! Reading a query for the moments that it names: what its names stand for, and where they are used.

use std::collections::{BTreeSet, HashMap};

use super::super::Node;
use super::super::ast::{BinaryOp, Expr, ExprKind, Function, LetValue, Parameter, Statement, StatementKind};
use super::super::timespan::Timespan;
use super::constants::{Constant, Evaluator, Known, unit_of};
use super::{Bound, Date, Lookback, Reach, is_event_time, names_in};

/// How deeply functions may call one another, and how many calls are followed in all.
const DEEPEST_CALL: usize = 12;
const MOST_CALLS: usize = 2000;

/// What a name stands for.
#[derive(Clone)]
enum Meaning<'a> {
    Constant(Known),
    /// A value that is not constant, or rows.
    Value(&'a Expr),
    Function(&'a Function),
    /// A parameter that nothing is known of.
    Unknown,
}

struct Local<'a> {
    name: &'a str,
    meaning: Meaning<'a>,
    /// Whether it is used: what is not, is not read.
    used: bool,
}

pub(super) struct Reader<'a> {
    text: &'a str,
    range: Timespan,
    made: HashMap<&'a str, bool>,
    locals: Vec<Local<'a>>,
    /// The calls that have been followed, with their arguments.
    followed: BTreeSet<String>,
    depth: usize,
    found: Lookback,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, range: Timespan, made: HashMap<&'a str, bool>) -> Self {
        let (locals, followed, found) = (Vec::new(), BTreeSet::new(), Lookback::default());
        Self { text, range, made, locals, followed, depth: 0, found }
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

    /// Reads statements and the query behind them. The values of `let` are read last to first, so that each is
    /// read once, when it is known whether it is used, and a chain of them is no deep recursion.
    fn scope(&mut self, statements: &'a [Statement], result: Option<&'a Expr>) {
        let first = self.locals.len();
        let mut queries: Vec<&'a Expr> = result.into_iter().collect();
        for statement in statements {
            match &statement.kind {
                StatementKind::Let { name, value } => {
                    let meaning = match value {
                        LetValue::Function(function) => Meaning::Function(function),
                        LetValue::Expr(expr) => {
                            self.value(expr).map_or(Meaning::Value(expr), Meaning::Constant)
                        }
                    };
                    self.locals.push(Local { name: &name.text, meaning, used: false });
                }
                StatementKind::Parameters(parameters) => {
                    for parameter in parameters {
                        let meaning = self.default(parameter);
                        self.locals.push(Local { name: &parameter.column.name.text, meaning, used: false });
                    }
                }
                StatementKind::Query(expr) => queries.push(expr),
                _ => {}
            }
        }
        for query in queries {
            self.visit(query);
        }
        for at in (first..self.locals.len()).rev() {
            if let Meaning::Value(expr) = self.locals[at].meaning
                && self.locals[at].used
            {
                self.visit(expr);
            }
        }
        self.locals.truncate(first);
    }

    fn default(&self, parameter: &'a Parameter) -> Meaning<'a> {
        parameter
            .default
            .as_ref()
            .and_then(|value| self.value(value))
            .map_or(Meaning::Unknown, Meaning::Constant)
    }

    fn local(&self, name: &str) -> Option<usize> {
        self.locals.iter().rposition(|local| local.name == name)
    }

    fn with<R>(&self, work: impl FnOnce(&Evaluator<'_, '_>) -> R) -> R {
        let look_up = |name: &str| {
            self.local(name).map(|at| match &self.locals[at].meaning {
                Meaning::Constant(known) => Some(known.clone()),
                _ => None,
            })
        };
        work(&Evaluator { text: self.text, range: self.range, look_up: &look_up })
    }

    fn value(&self, expr: &Expr) -> Option<Known> {
        self.with(|evaluator| evaluator.value(expr))
    }

    fn visit(&mut self, expr: &'a Expr) {
        if let Some(known) = self.value(expr) {
            self.record(expr, &known, Bound::Other, true);
            return;
        }
        match &expr.kind {
            ExprKind::Name(name) => {
                if let Some(at) = self.local(&name.text) {
                    self.locals[at].used = true;
                    if let Meaning::Function(function) = self.locals[at].meaning {
                        self.call(at, function, &[]);
                    }
                }
            }
            ExprKind::Call { name, args } => {
                let local = self.local(&name.text);
                if let Some((at, Meaning::Function(function))) =
                    local.map(|at| (at, &self.locals[at].meaning))
                {
                    let function = *function;
                    self.locals[at].used = true;
                    for arg in args {
                        let value = argument(arg).1;
                        if self.value(value).is_none() {
                            self.visit(value);
                        }
                    }
                    self.call(at, function, args);
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
            Node::Operator(_) => node.children(&mut |child| self.node(child)),
        }
    }

    /// Reads the body of a function, once for the same arguments.
    fn call(&mut self, at: usize, function: &'a Function, args: &'a [Expr]) {
        if self.depth >= DEEPEST_CALL || self.followed.len() >= MOST_CALLS {
            return;
        }
        let mut parameters = Vec::new();
        for (place, parameter) in function.params.iter().enumerate() {
            let name: &'a str = &parameter.column.name.text;
            let named = args.iter().map(argument).find(|(given, _)| *given == Some(name));
            let given = named.or_else(|| args.get(place).map(argument).filter(|(name, _)| name.is_none()));
            let meaning = match given {
                Some((_, value)) => self.value(value).map_or(Meaning::Unknown, Meaning::Constant),
                None => self.default(parameter),
            };
            parameters.push(Local { name, meaning, used: false });
        }
        let constants: Vec<Option<Constant>> = parameters
            .iter()
            .map(|local| match &local.meaning {
                Meaning::Constant(known) => Some(known.value),
                _ => None,
            })
            .collect();
        if !self.followed.insert(format!("{:?} {constants:?}", function.body_span)) {
            return;
        }
        // The body knows what stood before the function.
        let later = self.locals.split_off(at);
        self.locals.extend(parameters);
        self.depth += 1;
        self.scope(&function.statements, function.result.as_deref());
        self.depth -= 1;
        self.locals.truncate(at);
        self.locals.extend(later);
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
        // behind the moment.
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

    /// Whether what is compared is the time of the event: such a column, or no plain column at all.
    fn event_time(&self, expr: &Expr) -> bool {
        let unknown = |name: &str| self.local(name).is_some();
        match &expr.kind {
            ExprKind::Paren(inner) => self.event_time(inner),
            ExprKind::Name(name) => is_event_time(&name.text, &self.made) || unknown(&name.text),
            ExprKind::Path { base, member } => match (&base.kind, &member.kind) {
                (ExprKind::Name(side), ExprKind::Name(name)) if side.text.starts_with('$') => {
                    is_event_time(&name.text, &self.made)
                }
                _ => false,
            },
            ExprKind::Element { .. } => false,
            _ => {
                let mut names = names_in(expr).filter(|name| !is_built_in(name)).peekable();
                names.peek().is_none() || names.any(|name| is_event_time(name, &self.made) || unknown(name))
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
