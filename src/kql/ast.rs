//! The typed tree of a query. Every node has its place; what is missing is a node of its own, with an empty
//! place, so that the tree of a broken query can be walked like any other.

use super::token::TokenKind;
use crate::source::Span;

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

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
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
        /// [`TokenKind::Minus`] or [`TokenKind::Plus`].
        op: TokenKind,
        /// The operand.
        operand: Box<Expr>,
    },
    /// `left op right`; `and` and `or` are [`ExprKind::Logical`].
    Binary {
        /// The operator.
        op: TokenKind,
        /// Its place.
        op_span: Span,
        /// What stands before it.
        left: Box<Expr>,
        /// What stands after it.
        right: Box<Expr>,
    },
    /// A chain of `and` or of `or`.
    Logical {
        /// [`TokenKind::And`] or [`TokenKind::Or`].
        op: TokenKind,
        /// Two operands or more.
        operands: Vec<Expr>,
    },
    /// `left in (items)` and its kin, `has_any` and `has_all` among them.
    InList {
        /// The operator.
        op: TokenKind,
        /// Its place.
        op_span: Span,
        /// What is looked for.
        left: Box<Expr>,
        /// Where it is looked for.
        items: Vec<Expr>,
    },
    /// `left between (low .. high)`
    Between {
        /// [`TokenKind::Between`] or [`TokenKind::NotBetween`].
        op: TokenKind,
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
        /// `asc` or `desc`, where it is said.
        order: Option<TokenKind>,
        /// `first` or `last`, where it is said.
        nulls: Option<TokenKind>,
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
        /// The operators after the bars.
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

/// A type as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `string` and its kin; the text is empty where it is missing.
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

/// `name=value` behind an operator's keyword.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// The name.
    pub name: Name,
    /// The values; one but for lists of columns.
    pub values: Vec<Expr>,
    /// The words it takes, where the value is none of them.
    pub expected: Option<&'static [&'static str]>,
}

/// A query operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The place, keyword included.
    pub span: Span,
    /// Which operator; [`TokenKind::Identifier`] for a word that is none, [`TokenKind::Bad`] for nothing at all.
    pub word: TokenKind,
    /// The place of the keyword.
    pub keyword: Span,
    /// Its parameters.
    pub params: Vec<Param>,
    /// What follows.
    pub body: Body,
}

/// What follows an operator's keyword and parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    Empty,
    /// A name: `as`, `count as`, and a word that is no operator.
    Name(Name),
    /// One expression: `where`, `take`, `sample`, `invoke`, ...
    One(Box<Expr>),
    /// A list: `extend`, the `project` family, `distinct`, `sort`, `union`, `print`, `serialize`, ...
    Many(Vec<Expr>),
    /// `summarize aggregates by groups`
    Summarize {
        /// The aggregates.
        aggregates: Vec<Expr>,
        /// The groups, where `by` stands.
        by: Option<Vec<Expr>>,
    },
    /// `join` and `lookup`
    Join {
        /// The right side.
        right: Box<Expr>,
        /// The condition; `None` where none is said.
        on: Option<JoinOn>,
    },
    /// `top count by order`
    Top {
        /// How many.
        count: Box<Expr>,
        /// The order.
        by: Box<Expr>,
    },
    /// `mv-expand items limit n`
    MvExpand {
        /// What is expanded.
        items: Vec<Expr>,
        /// At most so many rows.
        limit: Option<Box<Expr>>,
    },
    /// `mv-apply items on (query)`
    MvApply {
        /// What is expanded.
        items: Vec<Expr>,
        /// At most so many rows.
        limit: Option<Box<Expr>>,
        /// The query over each.
        query: Box<Expr>,
    },
    /// `parse` and `parse-where`
    Parse {
        /// What is taken apart.
        expr: Box<Expr>,
        /// Literals, stars, and [`ExprKind::Typed`] columns.
        pattern: Vec<Expr>,
    },
    /// `parse-kv expression as (keys) with (properties)`
    ParseKv {
        /// What is taken apart.
        expr: Box<Expr>,
        /// The keys that become columns.
        keys: Vec<Column>,
        /// The properties.
        with: Vec<Param>,
    },
    /// `make-series aggregates on axis range by groups`
    MakeSeries {
        /// The aggregates, some of them [`ExprKind::Defaulted`].
        aggregates: Vec<Expr>,
        /// The axis.
        on: Box<Expr>,
        /// From, to and step, or what stands in `in range(...)`.
        range: Vec<Expr>,
        /// The groups, where `by` stands.
        by: Option<Vec<Expr>>,
    },
    /// `evaluate plugin(arguments) : (schema)`
    Evaluate {
        /// The plug-in.
        call: Box<Expr>,
        /// The columns it returns, where they are said; a column named `*` stands for the input's.
        schema: Option<Vec<Column>>,
    },
    /// `range name from a to b step c`
    Range {
        /// The column.
        name: Name,
        /// From, to and step.
        bounds: Vec<Expr>,
    },
    /// `find` and `search`
    Find {
        /// The tables, where they are said.
        tables: Option<Vec<Expr>>,
        /// What is looked for.
        predicate: Box<Expr>,
        /// The columns, where they are said; [`TokenKind::Pack`] calls are [`ExprKind::Call`].
        project: Option<Vec<Expr>>,
        /// The columns left out, where they are said.
        project_away: Option<Vec<Expr>>,
    },
    /// `partition by column (query)` or `{ query }`
    Partition {
        /// The column.
        by: Box<Expr>,
        /// The query over each part.
        query: Box<Expr>,
        /// Whether it stands in braces, where it names its own source.
        braces: bool,
    },
    /// `fork name=(query) ...` and the query behind `facet ... with`
    Fork(Vec<Expr>),
    /// `facet by columns with (query)`
    Facet {
        /// The columns.
        by: Vec<Expr>,
        /// The query over the rows.
        with: Option<Box<Expr>>,
    },
    /// `sample-distinct count of expression` and `top-hitters count of expression by expression`
    CountOf {
        /// How many.
        count: Box<Expr>,
        /// Of what.
        of: Box<Expr>,
        /// By what, for `top-hitters`.
        by: Option<Box<Expr>>,
    },
    /// `top-nested count of expression with others = value by aggregate, ...`
    TopNested(Vec<TopNested>),
    /// `reduce by expression with properties`
    Reduce {
        /// By what.
        by: Box<Expr>,
        /// The properties.
        with: Vec<Param>,
    },
    /// `render chart with (properties)`
    Render {
        /// The chart.
        chart: Name,
        /// The properties.
        with: Vec<Param>,
    },
    /// `scan ... with (steps)`
    Scan(Scan),
    /// `assert-schema (schema)`
    Schema(Vec<Column>),
    /// `macro-expand group as name (statements)`
    MacroExpand {
        /// The entity group.
        group: Box<Expr>,
        /// The name it has in the statements.
        scope: Option<Name>,
        /// The statements.
        statements: Vec<Statement>,
    },
    /// The operators on graphs: the expressions in them.
    Graph(Vec<Expr>),
}

/// What rows of a join belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinOn {
    /// The place of `on` or `where`.
    pub keyword: Span,
    /// Whether it is `where`.
    pub predicate: bool,
    /// Columns and comparisons.
    pub conditions: Vec<Expr>,
}

/// A level of `top-nested`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopNested {
    /// How many; all when left out.
    pub count: Option<Expr>,
    /// Of what.
    pub of: Expr,
    /// What stands for the rest.
    pub others: Option<Expr>,
    /// The aggregate that ranks them.
    pub by: Expr,
}

/// What follows `scan`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The order, where it is said.
    pub order: Vec<Expr>,
    /// The partition, where it is said.
    pub partition: Vec<Expr>,
    /// The declared columns with their defaults.
    pub declared: Vec<Parameter>,
    /// The steps.
    pub steps: Vec<ScanStep>,
}

/// A step of `scan`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanStep {
    /// The name.
    pub name: Name,
    /// When a row belongs to it.
    pub condition: Expr,
    /// The columns it sets, as [`ExprKind::Named`].
    pub assignments: Vec<Expr>,
}

/// A parameter of a function with its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name and type.
    pub column: Column,
    /// What it is when no argument is given.
    pub default: Option<Expr>,
}

/// A function that a query defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Whether it is a view.
    pub view: bool,
    /// The parameters.
    pub params: Vec<Parameter>,
    /// The place of the body, braces included.
    pub body_span: Span,
    /// The statements before the result.
    pub statements: Vec<Statement>,
    /// The result, where there is one.
    pub result: Option<Box<Expr>>,
}

/// A statement with its place, without the semicolon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The place.
    pub span: Span,
    /// What it is.
    pub kind: StatementKind,
}

/// What a statement is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementKind {
    /// A query.
    Query(Expr),
    /// `let name = value`
    Let {
        /// The name.
        name: Name,
        /// The value.
        value: LetValue,
    },
    /// `set option = value`
    Set {
        /// The option.
        name: Name,
        /// The value, where there is one.
        value: Option<Expr>,
    },
    /// `alias database name = value`
    Alias {
        /// The name.
        name: Name,
        /// The value.
        value: Expr,
    },
    /// `declare query_parameters(...)`
    Parameters(Vec<Parameter>),
    /// `declare pattern ...`: the name, and the bodies.
    Pattern {
        /// The name.
        name: Name,
        /// The body of each match.
        bodies: Vec<Function>,
    },
    /// `restrict access to (...)`
    Restrict(Vec<Expr>),
}

/// What a `let` gives a name to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LetValue {
    /// A value or a query.
    Expr(Expr),
    /// A function.
    Function(Box<Function>),
}
