//! The typed tree of a query. Every node has its place; what is missing is a node of its own, with an empty
//! place, so that the tree of a broken query can be walked like any other.

use crate::source::Span;

mod comparisons;
mod effects;
mod graph;
mod joins;
mod operators;
mod statements;

pub use comparisons::{BinaryOp, ListOp, LogicalOp, StringOp, StringTest};
pub use effects::{Columns, Input, Nests, Order, Rows};
pub use graph::{EdgeDirection, GraphElement, GraphMatch, GraphNodes, GraphPart, GraphTable, MakeGraph};
pub use joins::{Join, JoinKind, JoinOn, Sides, UnionKind};
pub use operators::{Find, Operator, OperatorKind, Pattern, Scan, ScanOutput, ScanStep, TopNested, Union};
pub use statements::{Function, LetValue, Parameter, PatternMatch, Statement, StatementKind};

/// A name as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The place, brackets included.
    pub span: Span,
    /// The name without brackets and escapes; empty where it is missing.
    pub text: Box<str>,
    /// How it was written.
    pub form: NameForm,
}

/// How a name was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameForm {
    /// `Name`
    Plain,
    /// `['Name']`
    Bracketed,
    /// `{Name}`, filled in by the client.
    Client,
    /// `Name*`, with or without brackets.
    Wildcard,
    /// Not there.
    Missing,
}

/// What a literal holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// A text, decoded; several side by side are one.
    String(Box<str>),
    /// `42`, `0x2A`, `long(42)`
    Long,
    /// `int(42)`
    Int,
    /// `1.5`, `real(1.5)`
    Real,
    /// `decimal(1.5)`
    Decimal,
    /// `true`
    Bool,
    /// `1d`, `time(1.00:00:00)`
    Timespan,
    /// `datetime(2026-01-01)`
    DateTime,
    /// `guid(...)`
    Guid,
    /// `null` inside `dynamic()`
    Null,
    /// A word that is a parameter's value, such as `inner`.
    Word,
}

/// Which expression of a tree it is. The parser counts them, parts before the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(u32);

impl ExprId {
    /// The expression of this number, the first of which is 0.
    pub(in crate::kql) fn of(number: u32) -> Self {
        Self(number)
    }

    /// Its number.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// Which expression of the tree it is.
    pub id: ExprId,
    /// The place.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// Not there.
    Missing,
    /// A column, table, variable or function without arguments.
    Name(Name),
    /// `*`
    Star,
    /// `@`
    At,
    /// A literal.
    Literal(Literal),
    /// `dynamic(...)` with its value.
    Dynamic(Box<Expr>),
    /// `[...]` inside `dynamic()`
    Array(Vec<Expr>),
    /// `{...}` inside `dynamic()`: keys and values.
    Object(Vec<(Expr, Expr)>),
    /// `typeof(...)`
    TypeOf(Vec<Column>),
    /// `name(arguments)`
    Call {
        /// The function.
        name: Name,
        /// The arguments, some of them [`ExprKind::Named`].
        args: Vec<Expr>,
    },
    /// `base.member`
    Path {
        /// What stands before the dot.
        base: Box<Expr>,
        /// A name, a call or an expression in brackets.
        member: Box<Expr>,
    },
    /// `base[index]`
    Element {
        /// What stands before the bracket.
        base: Box<Expr>,
        /// What stands in the brackets.
        index: Box<Expr>,
    },
    /// `[index]` as a path's member.
    Bracketed(Box<Expr>),
    /// `(inner)`
    Paren(Box<Expr>),
    /// `-operand` and `+operand`
    Unary {
        /// Whether it is `-`.
        minus: bool,
        /// The operand.
        operand: Box<Expr>,
    },
    /// `left op right`; `and` and `or` are [`ExprKind::Logical`].
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Its place.
        op_span: Span,
        /// What stands before it.
        left: Box<Expr>,
        /// What stands after it.
        right: Box<Expr>,
    },
    /// A chain of `and` or of `or`.
    Logical {
        /// What joins them.
        op: LogicalOp,
        /// Two operands or more.
        operands: Vec<Expr>,
    },
    /// `left in (items)` and its relatives, `has_any` and `has_all` among them.
    InList {
        /// The operator.
        op: ListOp,
        /// Its place.
        op_span: Span,
        /// What is looked for.
        left: Box<Expr>,
        /// Where it is looked for.
        items: Vec<Expr>,
    },
    /// `left between (low .. high)`
    Between {
        /// Whether it is `!between`.
        negated: bool,
        /// Its place.
        op_span: Span,
        /// What is compared.
        left: Box<Expr>,
        /// The lower bound.
        low: Box<Expr>,
        /// The upper bound, or how far it lies above the lower one.
        high: Box<Expr>,
    },
    /// `name = value` and `(name, name) = value`
    Named {
        /// The names.
        names: Vec<Name>,
        /// Whether they stand in parentheses.
        tuple: bool,
        /// The value.
        value: Box<Expr>,
    },
    /// `expression asc nulls last`
    Ordered {
        /// What is sorted by.
        expr: Box<Expr>,
        /// Which come first, where it is said.
        order: Option<SortOrder>,
        /// Where nulls go, where it is said.
        nulls: Option<Nulls>,
    },
    /// `name: type`
    Typed(Column),
    /// `expression to typeof(type)`, and the expression alone where nothing is said of its type.
    Converted {
        /// What is expanded; missing in `mv-expand to typeof(...)`.
        expr: Box<Expr>,
        /// `typeof(...)`
        to: Box<Expr>,
    },
    /// `aggregate default = value`
    Defaulted {
        /// The aggregate.
        expr: Box<Expr>,
        /// What stands where nothing is.
        default: Box<Expr>,
    },
    /// `source | operator | operator`
    Pipeline {
        /// Where the rows come from.
        source: Box<Expr>,
        /// The operators after the pipes.
        stages: Vec<Operator>,
    },
    /// An operator at the head of a pipeline, such as `union` and `print`.
    Operator(Box<Operator>),
    /// `datatable(schema)[values]`
    DataTable {
        /// The columns.
        schema: Vec<Column>,
        /// The values, row after row.
        values: Vec<Expr>,
    },
    /// `externaldata(schema)[addresses] with (properties)`
    ExternalData {
        /// The columns.
        schema: Vec<Column>,
        /// The addresses.
        uris: Vec<Expr>,
        /// The properties.
        properties: Vec<Param>,
    },
    /// `toscalar(query)`
    ToScalar(Box<Expr>),
    /// `totable(query)`
    ToTable(Box<Expr>),
    /// `materialize(query)` on the right of a `let`
    Materialize(Box<Expr>),
    /// `entity_group [ ... ]`
    EntityGroup(Vec<Expr>),
    /// Forms that are for the engine alone; their parts are read and no more.
    Internal(Vec<Expr>),
}

/// Which values or names come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortOrder {
    /// `asc`
    Ascending,
    /// `desc`
    Descending,
    /// `granny-asc`: numbers in names by their value.
    GrannyAscending,
    /// `granny-desc`
    GrannyDescending,
}

/// Where nulls go in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// `nulls first`
    First,
    /// `nulls last`
    Last,
}

/// A type as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `string` and its relatives; the text is empty where it is missing.
    Scalar(Span, Box<str>),
    /// `(name: type, ...)`
    Rows(Vec<Column>),
    /// `(*)`
    AnyRows,
}

/// A column or parameter with its type; [`Name::text`] is `*` for the columns of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name.
    pub name: Name,
    /// The type; `None` where none is said and none needs to be.
    pub type_: Option<Type>,
}

/// `name=value` after an operator's keyword.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// The name.
    pub name: Name,
    /// The values; one but for lists of columns.
    pub values: Vec<Expr>,
    /// The words it takes, where the value is none of them.
    pub expected: Option<&'static [&'static str]>,
}
