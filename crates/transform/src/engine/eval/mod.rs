//! Expressions as they run: a tree whose names are places in the row, and what it comes to for a row.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::arithmetic;
use super::exec::{Exec, Failure, Plan};
use super::ordering::{Key, compare, equal};
use super::strings;
use super::table::Row;
use super::value::{Bag, Value};
use crate::kql::ast::{BinaryOp, ListOp, LogicalOp, StringOp};
use crate::kql::types::Scalar;
use crate::source::Span;

mod over_path;
mod window;

pub use over_path::{Over, OverPath};
pub use window::{Window, WindowKind};

/// How many items a value has at most; of a string, each 16 bytes count as one.
const MOST_ITEMS: usize = 4 << 20;

/// A function of the language on values.
pub(crate) type ScalarFn = fn(&Cx<'_>, &[Value]) -> Result<Value, String>;

/// An expression.
#[derive(Debug)]
pub enum Node {
    Const(Value),
    /// A column, by its place among those that the operator names.
    Col(usize),
    /// What [`Node::Let`] around it has set.
    Local(usize),
    Let(usize, Box<Self>, Box<Self>),
    /// A value that no row decides, worked out once.
    Once(Rc<Once>),
    /// The first value of a table.
    Scalar(Rc<Plan>),
    /// The first column of a table, as an array.
    Column(Rc<Plan>),
    Call(Box<Call>),
    Logical(LogicalOp, Vec<Self>),
    Binary(BinaryOp, Span, Box<Self>, Box<Self>),
    InList(Box<InList>),
    Between(bool, Box<[Self; 3]>),
    /// Conditions and what they choose, and what is chosen otherwise.
    Case(Vec<(Self, Self)>, Box<Self>),
    Coalesce(Vec<Self>),
    Member(Box<Self>, Rc<str>),
    Element(Box<Self>, Box<Self>),
    Minus(Box<Self>),
    /// A part of a value that several columns are made of.
    Part(Box<Self>, usize),
    Window(Box<Window>),
    Conform(Scalar, Box<Self>),
    Convert(Scalar, Box<Self>),
    Array(Vec<Self>),
    Object(Vec<(Self, Self)>),
    /// The columns of the row with their names, nulls left out.
    PackAll(bool),
    /// A column by a name that is known only when the table is there, or another value.
    IfExists(Rc<str>, Box<Self>, Scalar),
    /// Whether any column of the row passes a comparison, as `* has "x"` asks.
    AnyColumn(StringOp, Box<Self>),
    /// A new random number for each row.
    Random(Option<Box<Self>>),
    NewGuid,
    /// `map`, `any` and `all` of a path in a graph.
    OverPath(Box<OverPath>),
}

#[derive(Debug)]
pub struct Once {
    pub node: Node,
    pub value: RefCell<Option<Value>>,
}

/// A call of a function of the language.
#[derive(Debug)]
pub struct Call {
    pub name: &'static str,
    pub span: Span,
    pub function: ScalarFn,
    pub args: Vec<Node>,
}

/// `left in (items)` and its relatives.
#[derive(Debug)]
pub struct InList {
    pub op: ListOp,
    pub left: Node,
    pub items: Vec<Node>,
    /// The items as a set, and whether they are the same for every row.
    pub constant: bool,
    pub set: RefCell<Option<Rc<ItemSet>>>,
}

#[derive(Debug, Default)]
pub struct ItemSet {
    keys: FxHashSet<Key>,
    texts: Vec<Rc<str>>,
}

/// Where an expression is worked out.
#[derive(Clone, Copy)]
pub struct Cx<'e> {
    pub exec: &'e Exec,
    /// The row.
    pub row: &'e [Value],
    /// The places in the row of the columns that the operator names.
    pub map: &'e [usize],
    /// All rows, and which of them this is: for functions that look at others.
    pub rows: &'e [Row],
    pub at: usize,
    /// The names of the columns of the row, for `pack_all`.
    pub schema: &'e super::table::Schema,
}

impl Cx<'_> {
    pub fn eval(&self, node: &Node) -> Result<Value, Failure> {
        Ok(match node {
            Node::Const(value) => value.clone(),
            Node::Col(slot) => self.column(*slot),
            Node::Local(slot) => self.exec.local(*slot),
            Node::Let(slot, value, body) => {
                let value = self.eval(value)?;
                self.exec.set_local(*slot, value);
                self.eval(body)?
            }
            Node::Once(once) => {
                if let Some(value) = &*once.value.borrow() {
                    return Ok(value.clone());
                }
                let value = self.eval(&once.node)?;
                once.value.replace(Some(value.clone()));
                value
            }
            Node::Scalar(plan) => {
                let table = self.exec.run(plan)?;
                let first = table.rows.first().and_then(|row| row.first()).cloned();
                first.unwrap_or_else(|| Value::missing(table.schema.kind(0)))
            }
            Node::Column(plan) => {
                let table = self.exec.run(plan)?;
                Value::array(table.rows.iter().filter_map(|row| row.first().cloned()).collect())
            }
            Node::Call(call) => self.call(call)?,
            Node::Logical(op, operands) => self.logical(*op, operands)?,
            Node::Binary(op, span, left, right) => self.binary(*op, *span, left, right)?,
            Node::InList(list) => self.in_list(list)?,
            Node::Between(negated, parts) => self.between(*negated, parts)?,
            Node::Case(branches, otherwise) => {
                for (condition, value) in branches {
                    if self.eval(condition)?.as_bool() == Some(true) {
                        return self.eval(value);
                    }
                }
                self.eval(otherwise)?
            }
            Node::Coalesce(values) => {
                let mut last = Value::Null;
                for value in values {
                    last = self.eval(value)?;
                    if !is_empty(&last) {
                        break;
                    }
                }
                last
            }
            Node::Member(base, name) => match self.eval(base)? {
                Value::Bag(members) => members.get(name).cloned().unwrap_or_default(),
                _ => Value::Null,
            },
            Node::Element(base, index) => element(&self.eval(base)?, &self.eval(index)?),
            Node::Minus(operand) => arithmetic::minus(&self.eval(operand)?),
            Node::Part(tuple, at) => match self.eval(tuple)? {
                Value::Array(parts) => parts.get(*at).cloned().unwrap_or_default(),
                _ => Value::Null,
            },
            Node::Window(window) => window.eval(self)?,
            Node::Conform(kind, inner) => self.eval(inner)?.conform(*kind),
            Node::Convert(kind, inner) => super::convert::to(*kind, &self.eval(inner)?),
            Node::Array(items) => Value::array(self.all(items)?),
            Node::Object(members) => {
                let mut bag = Bag::default();
                for (key, value) in members {
                    bag.insert(super::convert::text(&self.eval(key)?), self.eval(value)?);
                }
                Value::bag(bag)
            }
            Node::PackAll(ignore_empty) => self.pack_all(*ignore_empty),
            Node::IfExists(name, otherwise, kind) => match self.schema.find(name) {
                Some(at) => self.row.get(at).cloned().unwrap_or_default().conform(*kind),
                None => self.eval(otherwise)?,
            },
            Node::AnyColumn(op, needle) => {
                let needle = self.eval(needle)?;
                let mut found = false;
                for value in self.row {
                    let text = Value::Str(super::convert::text(value));
                    let plain = StringOp { negated: false, ..*op };
                    found |= strings::test(self.exec, plain, &text, &needle)? == Value::Bool(true);
                }
                Value::Bool(found != op.negated)
            }
            Node::Random(most) => {
                let most = most.as_ref().map(|most| self.eval(most)).transpose()?;
                self.exec.random(most.and_then(|most| most.as_long()))
            }
            Node::OverPath(over) => over.eval(self)?,
            Node::NewGuid => Value::Guid(uuid::Uuid::new_v4().into_bytes()),
        })
    }

    fn column(&self, slot: usize) -> Value {
        let at = self.map.get(slot).copied().unwrap_or(usize::MAX);
        self.row.get(at).cloned().unwrap_or_default()
    }

    pub fn all(&self, nodes: &[Node]) -> Result<Vec<Value>, Failure> {
        nodes.iter().map(|node| self.eval(node)).collect()
    }

    /// Whether a condition is true for the row; null is not.
    pub fn holds(&self, condition: &Node) -> Result<bool, Failure> {
        Ok(self.eval(condition)?.as_bool() == Some(true))
    }

    fn call(&self, call: &Call) -> Result<Value, Failure> {
        let failed = |message: String| Failure::at(call.span, format!("`{}`: {message}", call.name));
        // Most calls have few arguments, for which no list is made.
        let value = match call.args.as_slice() {
            [only] => (call.function)(self, &[self.eval(only)?]),
            [one, two] => (call.function)(self, &[self.eval(one)?, self.eval(two)?]),
            [one, two, three] => {
                (call.function)(self, &[self.eval(one)?, self.eval(two)?, self.eval(three)?])
            }
            args => (call.function)(self, &self.all(args)?),
        }
        .map_err(failed)?;
        // Calls of calls could otherwise double a value as often as the query likes.
        let size = match &value {
            Value::Str(text) => text.len() / 16,
            Value::Array(items) => items.len(),
            Value::Bag(members) => members.len(),
            _ => 0,
        };
        if size > MOST_ITEMS {
            return Err(failed(
                "the value is larger than 64 MiB or 4,194,304 items, which is the limit".to_owned(),
            ));
        }
        Ok(value)
    }

    fn logical(&self, op: LogicalOp, operands: &[Node]) -> Result<Value, Failure> {
        // What decides the whole, whatever the others are.
        let decides = op == LogicalOp::Or;
        let mut unknown = false;
        for operand in operands {
            match self.eval(operand)?.as_bool() {
                Some(value) if value == decides => return Ok(Value::Bool(decides)),
                Some(_) => {}
                None => unknown = true,
            }
        }
        Ok(if unknown { Value::Null } else { Value::Bool(!decides) })
    }

    fn binary(&self, op: BinaryOp, span: Span, left: &Node, right: &Node) -> Result<Value, Failure> {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let (a, b) = (self.eval(left)?, self.eval(right)?);
        let ordered = |wanted: &[std::cmp::Ordering]| {
            if a.is_null() || b.is_null() {
                return Value::Null;
            }
            Value::Bool(compare(&a, &b).is_some_and(|found| wanted.contains(&found)))
        };
        let bool = |value: Option<bool>| value.map_or(Value::Null, Value::Bool);
        Ok(match op {
            BinaryOp::Equal => bool(equal(&a, &b)),
            BinaryOp::NotEqual => bool(equal(&a, &b).map(|equal| !equal)),
            BinaryOp::Less => ordered(&[Less]),
            BinaryOp::LessOrEqual => ordered(&[Less, Equal]),
            BinaryOp::Greater => ordered(&[Greater]),
            BinaryOp::GreaterOrEqual => ordered(&[Greater, Equal]),
            BinaryOp::String(op) => {
                strings::test(self.exec, op, &a, &b).map_err(|failure| failure.or_at(span))?
            }
            _ => arithmetic::binary(op, &a, &b),
        })
    }

    fn between(&self, negated: bool, parts: &[Node; 3]) -> Result<Value, Failure> {
        let [value, low, high] = [self.eval(&parts[0])?, self.eval(&parts[1])?, self.eval(&parts[2])?];
        // `moment .. length` means as much after the moment.
        let high = match (&low, high) {
            (Value::DateTime(_), length @ Value::Timespan(_)) => {
                arithmetic::binary(BinaryOp::Add, &low, &length)
            }
            (_, high) => high,
        };
        if value.is_null() || low.is_null() || high.is_null() {
            return Ok(Value::Null);
        }
        let inside = compare(&value, &low).is_some_and(std::cmp::Ordering::is_ge)
            && compare(&value, &high).is_some_and(std::cmp::Ordering::is_le);
        Ok(Value::Bool(inside != negated))
    }

    fn in_list(&self, list: &InList) -> Result<Value, Failure> {
        let left = self.eval(&list.left)?;
        let known = list.set.borrow().clone();
        let set = match known {
            Some(set) => set,
            None => {
                let set = Rc::new(self.item_set(list)?);
                if list.constant {
                    list.set.replace(Some(Rc::clone(&set)));
                }
                set
            }
        };
        Ok(match list.op {
            ListOp::In { negated, folds_case } => {
                let found = match &left {
                    Value::Str(text) if folds_case => {
                        set.keys.contains(&Key(Value::str(&strings::folded(text))))
                    }
                    value => {
                        set.keys.contains(&Key(value.clone()))
                            || set.keys.len() <= 64
                                && set.keys.iter().any(|key| equal(value, &key.0) == Some(true))
                    }
                };
                Value::Bool(found != negated)
            }
            ListOp::HasAny | ListOp::HasAll => {
                let text = super::convert::text(&left);
                let has = |needle: &Rc<str>| strings::has_term(&text, needle, true);
                Value::Bool(if list.op == ListOp::HasAny {
                    set.texts.iter().any(has)
                } else {
                    set.texts.iter().all(has)
                })
            }
        })
    }

    fn item_set(&self, list: &InList) -> Result<ItemSet, Failure> {
        let mut items = Vec::new();
        for item in &list.items {
            match self.eval(item)? {
                Value::Array(all) => items.extend(all.iter().cloned()),
                value => items.push(value),
            }
        }
        let mut set = ItemSet::default();
        let folds = matches!(list.op, ListOp::In { folds_case: true, .. });
        for item in items {
            match list.op {
                ListOp::In { .. } => {
                    let item = match item {
                        Value::Str(text) if folds => Value::str(&strings::folded(&text)),
                        item => item,
                    };
                    set.keys.insert(Key(item));
                }
                _ => set.texts.push(super::convert::text(&item)),
            }
        }
        Ok(set)
    }

    fn pack_all(&self, ignore_empty: bool) -> Value {
        let mut bag = Bag::default();
        for ((name, _), value) in self.schema.columns.iter().zip(self.row) {
            if !(ignore_empty && is_empty(value)) {
                bag.insert(Rc::from(&**name), value.clone());
            }
        }
        Value::bag(bag)
    }
}

/// Whether a value is null or the empty string.
pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Str(text) => text.is_empty(),
        _ => false,
    }
}

/// `base[index]`
pub fn element(base: &Value, index: &Value) -> Value {
    match (base, index) {
        (Value::Bag(members), Value::Str(name)) => members.get(name).cloned().unwrap_or_default(),
        (Value::Array(items), index) => {
            let at = index.as_long();
            at.and_then(|at| super::json::element(items, at)).unwrap_or_default()
        }
        _ => Value::Null,
    }
}
