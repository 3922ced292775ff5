//! The state of a search: rows that stand for any, what is asked of their cells, and what expressions over them come to.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::goals::Goal;
use super::slots::{SlotId, Slots, Step};
use crate::engine::eval::{Cx, InList, Node, Once};
use crate::engine::exec::{Asked, Exec, Needed, Plan, Source};
use crate::engine::ops::expand::Expand;
use crate::engine::ops::summarize::Aggregate;
use crate::engine::table::{Schema, Table};
use crate::engine::value::Value;
use crate::engine::{Budget, Failure, eval};
use crate::kql::types::Scalar;
use crate::source::Span;

/// A value that depends on rows that are looked for.
#[derive(Clone)]
pub(super) enum Sym<'p> {
    Const(Value),
    /// A cell of a row of a source.
    Cell(usize, usize),
    Term(Rc<Term<'p>>),
    Child(Rc<Self>, Step),
    /// A column of an aggregate.
    Group(Rc<Group<'p>>, usize),
}

/// An expression with the row that it sees.
pub(super) struct Term<'p> {
    pub node: &'p Node,
    pub env: Rc<Env<'p>>,
}

/// The row that an expression sees.
#[derive(Clone)]
pub(super) struct Env<'p> {
    pub columns: Rc<Vec<Sym<'p>>>,
    pub schema: Rc<Schema>,
    pub locals: Vec<(usize, Sym<'p>)>,
}

/// An aggregate over some rows.
pub(super) struct Group<'p> {
    pub aggregate: &'p Aggregate,
    pub rows: Vec<Rc<Env<'p>>>,
    /// The operator, which may be given more rows.
    pub key: usize,
}

/// A row of the result of an operator.
pub(super) struct SymRow<'p> {
    pub names: Rc<Vec<Arc<str>>>,
    pub cells: Vec<Sym<'p>>,
    /// The row of a source whose columns are not all known.
    pub open: Option<Open<'p>>,
}

/// Where columns are found that are not among the known ones.
#[derive(Clone)]
pub(super) enum Open<'p> {
    Source(usize),
    /// The members of a bag, after a prefix.
    Bag(Sym<'p>, Rc<str>),
}

/// What a subquery comes to: the places that keep it, its rows, and whether all of them count.
type Decided<'p> = (Vec<&'p Once>, Vec<Rc<SymRow<'p>>>, bool);

/// A row that a source shall hold.
pub(super) struct SourceRow {
    pub asked: Asked,
    pub columns: Vec<(Arc<str>, Scalar)>,
    pub slots: Vec<Option<SlotId>>,
    pub variant: usize,
}

/// What can only be asked when other values are known.
#[derive(Clone)]
pub(super) enum Later<'p> {
    Equal(Sym<'p>, Sym<'p>),
    Compare(crate::kql::ast::BinaryOp, Sym<'p>, Sym<'p>, bool),
    Demand(Sym<'p>, Goal),
}

/// What could not be solved, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsolved {
    pub span: Span,
    pub what: String,
}

/// A condition that the result asks for.
pub(super) struct Condition<'p> {
    pub sym: Sym<'p>,
    pub span: Span,
}

/// Rows that a subquery is given.
pub(super) enum Subject<'p> {
    Expanded { input: Rc<SymRow<'p>>, expand: &'p Expand, next: usize },
    Row { first: Option<Rc<SymRow<'p>>>, again: &'p Plan, key: Sym<'p>, by: &'p Node, used: &'p [Arc<str>] },
}

/// A source without rows, for expressions whose tables are not asked for.
struct Nothing;

impl Source for Nothing {
    fn rows(&self, _: &Asked, schema: &Rc<Schema>, _: Option<&Needed>) -> Result<Table, Failure> {
        Ok(Table::new(Rc::clone(schema), Vec::new()))
    }
}

/// How many rows a search may make.
const MOST_ROWS: usize = 1200;

pub(super) struct Solver<'p> {
    pub exec: Exec,
    pub now: i64,
    pub slots: Slots,
    pub sources: Vec<SourceRow>,
    pub conditions: Vec<Condition<'p>>,
    pub later: Vec<Later<'p>>,
    pub unsolved: Vec<Unsolved>,
    pub subjects: Vec<Subject<'p>>,
    /// How many rows an operator that groups them is given.
    pub copies: HashMap<usize, usize>,
    /// Whether a group needs more rows than it had.
    pub restart: bool,
    pub attempt: usize,
    chosen: HashMap<usize, usize>,
    seed: u64,
    /// Values that a subquery decides, with the rows that it is given.
    scalars: Vec<Decided<'p>>,
    lists: Vec<&'p InList>,
    memo: HashMap<usize, Value>,
    /// Which operators expand a list, each by an item of its own.
    expanding: HashMap<SlotId, Vec<usize>>,
    /// The rows of a group that a count of some of them takes: where they begin, by the group and the count.
    taken: HashMap<(usize, usize), (usize, usize)>,
    pub depth: usize,
    /// The operator that is being solved.
    pub span: Span,
    pub variant: usize,
    /// Whether what depends on other values is asked now.
    pub late: bool,
}

impl<'p> Solver<'p> {
    pub(super) fn new(now: i64, period: i64, attempt: usize, copies: HashMap<usize, usize>) -> Self {
        let slots = Slots::new(now, period, attempt);
        Self {
            exec: Exec::new(now, Box::new(Nothing), Budget::default()),
            now,
            slots,
            sources: Vec::new(),
            conditions: Vec::new(),
            later: Vec::new(),
            unsolved: Vec::new(),
            subjects: Vec::new(),
            copies,
            restart: false,
            attempt,
            chosen: HashMap::new(),
            seed: 0x9E37_79B9_7F4A_7C15 ^ (attempt as u64).wrapping_mul(0xBF58_476D_1CE4_E5B9),
            scalars: Vec::new(),
            lists: Vec::new(),
            memo: HashMap::new(),
            expanding: HashMap::new(),
            taken: HashMap::new(),
            depth: 0,
            span: Span::default(),
            variant: 0,
            late: false,
        }
    }

    pub(super) fn random(&mut self, below: usize) -> usize {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        usize::try_from(self.seed % (below.max(1) as u64)).unwrap_or_default()
    }

    /// Which of some ways is taken at a place: the first one at first, others by chance.
    pub(super) fn choose(&mut self, key: usize, ways: usize) -> usize {
        if let Some(known) = self.chosen.get(&key) {
            return (*known).min(ways.saturating_sub(1));
        }
        let way = if self.attempt == 0 { 0 } else { self.random(ways) };
        self.chosen.insert(key, way);
        way
    }

    pub(super) fn unsolved(&mut self, what: impl Into<String>) -> bool {
        let unsolved = Unsolved { span: self.span, what: what.into() };
        if self.unsolved.len() < 50 && !self.unsolved.contains(&unsolved) {
            self.unsolved.push(unsolved);
        }
        false
    }

    pub(super) fn ask(&mut self, slot: SlotId, goal: Goal) -> bool {
        self.memo.clear();
        self.slots.ask(slot, goal);
        true
    }

    pub(super) fn unify(&mut self, a: SlotId, b: SlotId) {
        self.memo.clear();
        self.slots.unify(a, b);
    }

    /// The place of the first item that an operator takes of a list.
    pub(super) fn next_item(&mut self, list: SlotId, operator: usize) -> usize {
        let root = self.slots.root(list);
        let all = self.expanding.entry(root).or_default();
        all.iter().position(|own| *own == operator).unwrap_or_else(|| {
            all.push(operator);
            all.len() - 1
        })
    }

    /// The first of so many rows of a group that a count of some of them takes for itself.
    pub(super) fn take_rows(&mut self, group: usize, count: usize, wanted: usize) -> usize {
        let known = self.taken.get(&(group, count)).copied();
        let (from, end) = known.unwrap_or_else(|| {
            let ends = self.taken.iter().filter(|((own, _), _)| *own == group).map(|(_, (_, end))| *end);
            let free = ends.max().unwrap_or(0);
            (free, free)
        });
        self.taken.insert((group, count), (from, end.max(from + wanted)));
        from
    }

    /// Makes a row of the result differ from others in its first columns that are strings of a table.
    pub(super) fn differ_in(&mut self, row: &SymRow<'p>) {
        let mut count = 0;
        for cell in &row.cells {
            let Sym::Cell(at, column) = cell else { continue };
            if self.sources[*at].columns[*column].1 != Scalar::String || count == 3 {
                continue;
            }
            count += 1;
            let slot = self.cell(*at, *column);
            let slot = self.slots.get_mut(slot);
            (slot.distinct, slot.touched) = (true, true);
        }
    }

    /// Forgets what values came to.
    pub(super) fn forget(&mut self) {
        self.memo.clear();
        self.slots.forget();
    }

    /// A new row of a source.
    pub(super) fn source(
        &mut self,
        asked: &Asked,
        schema: &Schema,
        open: bool,
    ) -> Result<Rc<SymRow<'p>>, Unsolved> {
        if self.sources.len() >= MOST_ROWS {
            return Err(Unsolved { span: self.span, what: "more events than can be made".to_owned() });
        }
        let at = self.sources.len();
        self.sources.push(SourceRow {
            asked: asked.clone(),
            columns: schema.columns.clone(),
            slots: vec![None; schema.columns.len()],
            variant: self.variant,
        });
        let names: Vec<Arc<str>> = schema.columns.iter().map(|(name, _)| Arc::clone(name)).collect();
        let cells = (0..names.len()).map(|column| Sym::Cell(at, column)).collect();
        Ok(Rc::new(SymRow { names: Rc::new(names), cells, open: open.then_some(Open::Source(at)) }))
    }

    /// The slot of a cell.
    pub(super) fn cell(&mut self, row: usize, column: usize) -> SlotId {
        if let Some(known) = self.sources[row].slots[column] {
            return known;
        }
        let (name, kind) = self.sources[row].columns[column].clone();
        let slot = self.slots.add(kind, Arc::clone(&name), self.sources[row].variant);
        if kind == Scalar::DateTime && matches!(&*name, "TimeGenerated" | "Timestamp") {
            use crate::kql::ast::BinaryOp::{GreaterOrEqual, LessOrEqual};
            self.slots.ask(slot, Goal::Compare(LessOrEqual, Value::DateTime(self.now)));
            let first = self.now.saturating_sub(self.slots.period).max(0);
            self.slots.ask(slot, Goal::Compare(GreaterOrEqual, Value::DateTime(first)));
        }
        self.sources[row].slots[column] = Some(slot);
        slot
    }

    /// A column of a row by its name.
    pub(super) fn column(&mut self, row: &SymRow<'p>, name: &str) -> Option<Sym<'p>> {
        if let Some(at) = row.names.iter().position(|own| **own == *name) {
            return row.cells.get(at).cloned();
        }
        let open = match row.open.as_ref()? {
            Open::Source(open) => *open,
            Open::Bag(bag, prefix) => {
                let member = name.strip_prefix(&**prefix)?;
                return Some(Sym::Child(Rc::new(bag.clone()), Step::Member(member.into())));
            }
        };
        let at = match self.sources[open].columns.iter().position(|(own, _)| **own == *name) {
            Some(at) => at,
            None => {
                let kind = if matches!(self.sources[open].asked, Asked::Watchlist(_)) {
                    Scalar::String
                } else {
                    Scalar::Dynamic
                };
                self.sources[open].columns.push((name.into(), kind));
                self.sources[open].slots.push(None);
                self.sources[open].columns.len() - 1
            }
        };
        Some(Sym::Cell(open, at))
    }

    /// What the expressions of an operator see of a row.
    pub(super) fn env(&mut self, row: &SymRow<'p>, used: &[Arc<str>]) -> Rc<Env<'p>> {
        let mut columns = Vec::with_capacity(used.len());
        let mut schema = Schema::default();
        for name in used {
            columns.push(self.column(row, name).unwrap_or(Sym::Const(Value::Null)));
            schema.push(Arc::clone(name), Scalar::Dynamic);
        }
        Rc::new(Env { columns: Rc::new(columns), schema: Rc::new(schema), locals: Vec::new() })
    }

    /// What an expression is over a row: a column of it where it names one.
    pub(super) fn term(node: &'p Node, env: &Rc<Env<'p>>) -> Sym<'p> {
        match node {
            Node::Const(value) => Sym::Const(value.clone()),
            Node::Col(at) => env.columns.get(*at).cloned().unwrap_or(Sym::Const(Value::Null)),
            Node::Local(slot) => {
                let found = env.locals.iter().rev().find(|(own, _)| own == slot);
                found.map_or(Sym::Const(Value::Null), |(_, sym)| sym.clone())
            }
            Node::Let(slot, value, body) => {
                let value = Self::term(value, env);
                let mut inner = Env::clone(env);
                inner.locals.push((*slot, value));
                Self::term(body, &Rc::new(inner))
            }
            node => Sym::Term(Rc::new(Term { node, env: Rc::clone(env) })),
        }
    }

    /// The first row of a table that a scalar or a list is read from: the one that is known already, or one that is made now.
    pub(super) fn row_of(
        &mut self,
        once_values: Vec<&'p Once>,
        plan: &'p Plan,
        list: Option<&'p InList>,
    ) -> Option<Rc<SymRow<'p>>> {
        let known = once_values.first().and_then(|once| self.known_rows(once)?.first().cloned());
        if known.is_some() {
            return known;
        }
        let span = self.span;
        let made = self.rows(plan);
        self.span = span;
        match made {
            Ok(row) => {
                self.depends(once_values, vec![Rc::clone(&row)], list.is_some(), list);
                Some(row)
            }
            Err(why) => {
                self.unsolved.push(why);
                None
            }
        }
    }

    /// Rows of a subquery that a value follows from; the value is an array where all of them count.
    pub(super) fn depends(
        &mut self,
        once_values: Vec<&'p Once>,
        rows: Vec<Rc<SymRow<'p>>>,
        all: bool,
        list: Option<&'p InList>,
    ) {
        self.scalars.push((once_values, rows, all));
        self.lists.extend(list);
        self.memo.clear();
    }

    pub(super) fn known_rows(&self, once: &Once) -> Option<&[Rc<SymRow<'p>>]> {
        self.scalars
            .iter()
            .find(|(once_values, ..)| once_values.iter().any(|own| std::ptr::eq(*own, once)))
            .map(|(_, rows, _)| rows.as_slice())
    }

    /// Sets what subqueries come to.
    pub(super) fn refresh(&mut self) {
        for at in 0..self.scalars.len() {
            let (once_values, rows, all) = self.scalars[at].clone();
            let firsts: Vec<Sym<'p>> = rows.iter().filter_map(|row| row.cells.first().cloned()).collect();
            let values: Vec<Value> = firsts.iter().map(|sym| self.eval(sym)).collect();
            let value =
                if all { Value::array(values) } else { values.into_iter().next().unwrap_or_default() };
            for once in once_values {
                once.value.replace(Some(value.clone()));
            }
        }
        for list in &self.lists {
            list.set.replace(None);
        }
        self.memo.clear();
    }

    /// What a value comes to as things stand.
    pub(super) fn eval(&mut self, sym: &Sym<'p>) -> Value {
        match sym {
            Sym::Const(value) => value.clone(),
            Sym::Cell(row, column) => match self.sources[*row].slots[*column] {
                Some(slot) => {
                    let kind = self.sources[*row].columns[*column].1;
                    self.slots.value(&self.exec, slot).conform(kind)
                }
                None => Value::missing(self.sources[*row].columns[*column].1),
            },
            Sym::Child(of, step) => {
                let base = self.eval(of);
                match step {
                    Step::Member(name) => eval::element(&base, &Value::Str(Rc::clone(name))),
                    Step::Item(at) => match &base {
                        Value::Array(items) => items.get(*at).cloned().unwrap_or_default(),
                        _ => Value::Null,
                    },
                }
            }
            Sym::Term(term) => {
                let key = Rc::as_ptr(term) as usize;
                if let Some(known) = self.memo.get(&key) {
                    return known.clone();
                }
                let value = self.evaluated(term);
                self.memo.insert(key, value.clone());
                value
            }
            Sym::Group(group, column) => {
                let key = Rc::as_ptr(group) as usize ^ (column.wrapping_add(1) << 3);
                if let Some(known) = self.memo.get(&key) {
                    return known.clone();
                }
                let value = self.aggregated(group, *column);
                self.memo.insert(key, value.clone());
                value
            }
        }
    }

    fn evaluated(&mut self, term: &Term<'p>) -> Value {
        self.in_row(&term.env, |cx| cx.eval(term.node)).unwrap_or_default()
    }

    fn in_row<T>(&mut self, env: &Env<'p>, work: impl FnOnce(&Cx<'_>) -> Result<T, Failure>) -> Option<T> {
        let row: Vec<Value> = env.columns.iter().map(|column| self.eval(column)).collect();
        let locals: Vec<(usize, Value)> =
            env.locals.iter().map(|(slot, sym)| (*slot, self.eval(sym))).collect();
        for (slot, value) in locals {
            self.exec.set_local(slot, value);
        }
        let map: Vec<usize> = (0..row.len()).collect();
        let cx = Cx { exec: &self.exec, row: &row, map: &map, rows: &[], at: 0, schema: &env.schema };
        work(&cx).ok()
    }

    fn aggregated(&mut self, group: &Group<'p>, column: usize) -> Value {
        let mut state = group.aggregate.start();
        for env in &group.rows {
            self.in_row(env, |cx| group.aggregate.add(cx, &mut *state));
        }
        let mut out = Vec::new();
        state.finish(&mut out);
        out.into_iter().nth(column).unwrap_or_default()
    }

    /// What an expression comes to that no row decides.
    pub(super) fn constant(&mut self, sym: &Sym<'p>) -> Option<Value> {
        match sym {
            Sym::Const(value) => Some(value.clone()),
            Sym::Term(term) => is_constant(term.node, 0).then(|| self.eval(sym)),
            Sym::Child(of, _) => self.constant(of).map(|_| self.eval(sym)),
            _ => None,
        }
    }
}

/// Whether neither rows nor tables decide what an expression comes to.
fn is_constant(node: &Node, depth: usize) -> bool {
    if depth > 500 {
        return false;
    }
    let all = |nodes: &[Node]| nodes.iter().all(|node| is_constant(node, depth + 1));
    let one = |node: &Node| is_constant(node, depth + 1);
    match node {
        Node::Const(_) => true,
        Node::Once(once) => one(&once.node),
        Node::Call(call) => all(&call.args),
        Node::Logical(_, nodes) | Node::Coalesce(nodes) | Node::Array(nodes) => all(nodes),
        Node::Binary(_, _, a, b) | Node::Element(a, b) => one(a) && one(b),
        Node::InList(list) => one(&list.left) && all(&list.items),
        Node::Between(_, parts) => all(&**parts),
        Node::Case(branches, otherwise) => branches.iter().all(|(a, b)| one(a) && one(b)) && one(otherwise),
        Node::Member(inner, _)
        | Node::Minus(inner)
        | Node::Part(inner, _)
        | Node::Conform(_, inner)
        | Node::Convert(_, inner) => one(inner),
        Node::Object(members) => members.iter().all(|(a, b)| one(a) && one(b)),
        _ => false,
    }
}
